//! What the central sources lack of an account: asked through its spoke role.

use serde_json::Map;
use sv0_sources::CaptureFile;

use crate::calls::iam;
use crate::listing::ListStep;
use crate::plan::{Plan, PlannedAccount};
use crate::step::{Place, Step};

/// Everything that is asked of one account.
#[must_use]
pub fn account_steps(plan: &Plan, account: &PlannedAccount) -> Vec<Box<dyn Step>> {
    let mut steps: Vec<Box<dyn Step>> = Vec::new();
    if let Ok(file) = CaptureFile::authorization_details(&account.id) {
        steps.push(Box::new(ListStep {
            place: Place::of(&account.id, "global", "iam:authorization-details"),
            file,
            targets: plan.account(account, &plan.home_region).into_iter().collect(),
            call: &iam::GET_ACCOUNT_AUTHORIZATION_DETAILS,
            parameters: Map::new(),
        }));
    }
    steps
}
