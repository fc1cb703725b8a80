//! What it takes to assume a role.

use serde::Serialize;
use sv0_model::decision::Effect;
use sv0_model::graph::ResourcePolicy;

use super::{Explained, ShownStatement};

/// What it takes to assume a role.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AssumeInformation {
    /// The role.
    pub role: String,
    /// Whether its trust policy was collected.
    pub trust_policy_collected: bool,
    /// Principals its trust policy names, sorted.
    pub trusted: Vec<String>,
    /// Whether every Allow of its trust policy requires `sts:ExternalId`.
    pub requires_external_id: bool,
    /// The Allow statements of the trust policy.
    pub statements: Vec<ShownStatement>,
}

impl Explained<'_, '_> {
    pub(super) fn assume_information(&self) -> Option<AssumeInformation> {
        let place = self.request.place;
        let role = place.entity.filter(|entity| entity.kind.is_iam_principal())?;
        let start = self.request.action.get(..10)?;
        if !start.eq_ignore_ascii_case("sts:Assume") {
            return None;
        }
        let mut information = AssumeInformation {
            role: role.native_id.clone(),
            trust_policy_collected: false,
            trusted: Vec::new(),
            requires_external_id: false,
            statements: Vec::new(),
        };
        let ResourcePolicy::Set { policy: id } = &role.resource_policy else {
            return Some(information);
        };
        let Some(policy) = self.estate.own_policy(role) else {
            return Some(information);
        };
        let is_allow = |effect: Option<Effect>| effect == Some(Effect::Allow);
        let allows = || policy.statements().iter().filter(|of| is_allow(of.effect()));
        information.trust_policy_collected = true;
        information.trusted = self.estate.named_by(place).into_iter().collect();
        information.requires_external_id =
            allows().next().is_some() && allows().all(|statement| statement.requires_key("sts:ExternalId"));
        information.statements = allows().map(|statement| self.show_statement(id, statement)).collect();
        Some(information)
    }
}
