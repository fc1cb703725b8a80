//! What the central sources lack of an account: asked through its spoke role.

mod credential_report;
mod files;
mod identity;
mod last_accessed;
mod public_access;
mod recipe;
mod recipes;
mod recorders;
mod values;
mod walk;

use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value};
use sv0_model::time::Timestamp;
use sv0_sources::CaptureFile;

use crate::api::Target;
use crate::calls::iam;
use crate::listing::ListStep;
use crate::plan::{Plan, PlannedAccount};
use crate::step::{Place, Step};

/// A file of an account and Region, as the documentation tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedFile {
    /// `lambda/function-policies`.
    pub file: String,
    /// The calls that fill it, in their order.
    pub calls: Vec<String>,
    /// When it is asked for, and why.
    pub when: String,
}

/// Every file that is asked for in each account and Region.
#[must_use]
pub fn asked_files() -> Vec<AskedFile> {
    let mut files: Vec<AskedFile> = recipes::all()
        .map(|recipe| AskedFile {
            file: format!("{}/{}", recipe.service, recipe.what),
            calls: recipe.calls(),
            when: recipe.ask.in_words(),
        })
        .collect();
    files.sort_by(|a, b| a.file.cmp(&b.file));
    files
}

/// Whom a step asks, and what it has to know of the plan: the same for all steps of an account and Region.
#[derive(Debug)]
struct Asked {
    account: String,
    region: String,
    partition: String,
    /// `None` where the account is not read: its steps then only say what is not known.
    target: Option<Target>,
    /// When the scan began.
    now: Timestamp,
    /// Whether the aggregator of AWS Config is up to date with the account and Region.
    is_aggregated: bool,
    environment_keys: bool,
    /// What the recorders of AWS Config said, once it was read.
    recorders: OnceLock<Vec<Value>>,
}

impl Asked {
    fn new(plan: &Plan, account: &PlannedAccount, region: &str) -> Arc<Self> {
        Arc::new(Self {
            account: account.id.clone(),
            region: region.to_owned(),
            partition: plan.header.partition.clone(),
            target: plan.account(account, region),
            now: plan.header.captured_at,
            is_aggregated: plan.is_aggregated(&account.id, region),
            environment_keys: plan.options.environment_keys,
            recorders: OnceLock::new(),
        })
    }
}

/// Everything that is asked of one account: who it is first, then what it has once, then what it has in each Region.
#[must_use]
pub fn account_steps(plan: &Plan, account: &PlannedAccount) -> Vec<Box<dyn Step>> {
    let mut steps = global_steps(plan, account);
    for region in &plan.header.regions {
        steps.extend(regional_steps(&Asked::new(plan, account, region)));
    }
    steps
}

fn global_steps(plan: &Plan, account: &PlannedAccount) -> Vec<Box<dyn Step>> {
    let asked = Asked::new(plan, account, &plan.home_region);
    let mut steps: Vec<Box<dyn Step>> = Vec::new();
    if let Ok(file) = CaptureFile::account_status(&account.id) {
        let asked = Arc::clone(&asked);
        steps.push(Box::new(identity::Identity { asked, file }));
    }
    if let Ok(file) = CaptureFile::credential_report(&account.id) {
        let asked = Arc::clone(&asked);
        steps.push(Box::new(credential_report::CredentialReport { asked, file }));
    }
    if let Some(file) = public_access::file(&account.id) {
        let asked = Arc::clone(&asked);
        steps.push(Box::new(public_access::PublicAccessBlock { asked, file }));
    }
    let details = CaptureFile::authorization_details(&account.id);
    let Ok((details, file)) = details.and_then(|details| Ok((details, CaptureFile::last_accessed(&account.id)?)))
    else {
        return steps;
    };
    let place = Place::of(&account.id, "global", "iam:authorization-details");
    steps.push(Box::new(ListStep {
        place: place.clone(),
        file: details.clone(),
        targets: asked.target.clone().into_iter().collect(),
        call: &iam::GET_ACCOUNT_AUTHORIZATION_DETAILS,
        parameters: Map::new(),
    }));
    steps.push(Box::new(last_accessed::Reports {
        asked,
        granularity: plan.options.last_accessed,
        file,
        details,
        details_place: place,
    }));
    steps
}

fn regional_steps(asked: &Arc<Asked>) -> Vec<Box<dyn Step>> {
    let recorders = recorders::Recorders {
        asked: Arc::clone(asked),
    };
    let mut steps: Vec<Box<dyn Step>> = vec![Box::new(recorders)];
    for recipe in recipes::all() {
        let step = files::RecipeStep {
            recipe,
            asked: Arc::clone(asked),
        };
        if step.file().is_some() {
            steps.push(Box::new(step));
        }
    }
    steps
}

#[cfg(test)]
mod tests;
