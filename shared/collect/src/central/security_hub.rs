//! AWS Security Hub, read in the home Region, into which an aggregator brings the findings of the others.

use serde_json::json;
use sv0_sources::CaptureFile;

use crate::calls::securityhub::GET_FINDINGS;
use crate::listing::{ListStep, parameters};
use crate::plan::Plan;
use crate::step::{Place, Step};

/// Findings that are not archived, newest first: at three calls a second what nobody acts on would cost the most.
pub(super) fn steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    vec![Box::new(ListStep {
        place: Place::of_organization("securityhub:findings"),
        file: CaptureFile::security_hub_findings(),
        targets: vec![plan.hub()],
        call: &GET_FINDINGS,
        parameters: parameters(json!({
            "Filters": {"RecordState": [{"Value": "ACTIVE", "Comparison": "EQUALS"}]},
            "SortCriteria": [{"Field": "UpdatedAt", "SortOrder": "desc"}],
        })),
    })]
}
