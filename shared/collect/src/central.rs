//! What the central sources hold: asked once, from the hub, with no role in any spoke.

mod access_analyzer;
mod config;
mod identity_center;
mod managed_policies;
mod organization;
mod regions;
mod security_hub;
mod trails;

pub(crate) use config::aggregator_in;
pub(crate) use regions::enabled_regions;

use crate::plan::Plan;
use crate::step::Step;

/// The organization: accounts and tree. They come first, since the plan rests on them.
#[must_use]
pub fn organization_steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    organization::steps(plan)
}

/// Whether the Regions of the plan are all that are enabled.
#[must_use]
pub fn region_steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    regions::steps(plan)
}

/// The Config aggregator and how current its sources are. It comes before the accounts are read: what Config holds of them is not asked again.
#[must_use]
pub fn aggregator_steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    config::aggregator_steps(plan)
}

/// What else the organization has: policies and administrators. Then the items of the Config aggregator, one file a resource type, and the text of the AWS managed policies that they name.
#[must_use]
pub fn inventory_steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    let mut steps = organization::policy_steps(plan);
    steps.extend(config::steps(plan));
    steps.extend(managed_policies::steps(plan));
    steps
}

/// Security Hub and IAM Access Analyzer.
#[must_use]
pub fn findings_steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    let mut steps = security_hub::steps(plan);
    steps.extend(access_analyzer::steps(plan));
    steps
}

/// IAM Identity Center and its identity store.
#[must_use]
pub fn identity_steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    identity_center::steps(plan)
}

/// The trails that the hub sees, with their status and selectors, and the evidence in their log files.
#[must_use]
pub fn trail_steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    trails::steps(plan)
}

#[cfg(test)]
mod tests;
