//! A role that trusts a third party without asking for an ExternalId: whoever that party serves can borrow its access (the confused deputy).

use std::collections::BTreeSet;

use sv0_iam::{Context, UnknownContext};
use sv0_model::arn::account_of;
use sv0_model::decision::StatementRef;
use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::{Entity, EntityKind, Resolution};

use super::Facts;
use super::admin::Administrators;
use super::draft::{Draft, command, name, show_trust_policy};
use crate::access::ASSUME_ROLE;
use crate::access::Opening;
use crate::estate::{Place, Request};

/// One finding for each role.
pub(crate) fn findings(facts: &Facts<'_, '_>, administrators: &Administrators<'_>) -> Vec<Draft> {
    let roles = facts.estate.graph().entities.values();
    roles
        .filter(|entity| entity.kind == EntityKind::IamRole && entity.resolution == Resolution::Collected)
        .filter_map(|role| finding(facts, role, administrators))
        .collect()
}

fn finding(facts: &Facts<'_, '_>, role: &Entity, administrators: &Administrators<'_>) -> Option<Draft> {
    let estate = facts.estate;
    let third_parties: BTreeSet<Trusted> = estate
        .outsiders_named_by(role)
        .into_iter()
        .filter_map(|opening| trusted_without_external_id(facts, role, &opening))
        .collect();
    let first = third_parties.first()?;
    let mut draft = Draft::new(FindingKind::MissingExternalId, &role.native_id);
    draft.account.clone_from(&role.account);
    draft
        .subjects
        .extend(third_parties.iter().map(|party| party.principal.clone()));
    for party in &third_parties {
        let account = account_of(&party.principal).unwrap_or_default();
        draft
            .event_ids
            .extend(facts.logs.events_by_account(account, ASSUME_ROLE, &role.native_id));
        draft.statements.extend(party.statements.iter().cloned());
    }
    let trusts_account = third_parties.iter().any(|party| party.principal.ends_with(":root"));
    let (severity, reason) = rating(administrators.contains(&role.native_id), trusts_account);
    draft.rate(severity, reason);
    draft.title = format!("role {} trusts a third party without an ExternalId", name(role));
    draft.description = format!(
        "The trust policy lets {} assume the role without sts:ExternalId. A third party that acts for several customers can be made to use the role for another of them.",
        first.principal
    );
    draft.verify = vec![
        command(&["sv0", "explain", &first.principal, ASSUME_ROLE, &role.native_id]),
        show_trust_policy(role),
    ];
    Some(draft)
}

/// A third party that can come without an ExternalId.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Trusted {
    principal: String,
    statements: Vec<StatementRef>,
}

fn trusted_without_external_id(facts: &Facts<'_, '_>, role: &Entity, opening: &Opening<'_>) -> Option<Trusted> {
    let principal = facts.estate.principal_of(opening)?;
    let subject = facts.estate.named_subject(&principal)?;
    let mut context = Context::new();
    context.mark_absent("sts:ExternalId");
    let evaluation = facts
        .estate
        .judge(&Request {
            subject: &subject,
            action: ASSUME_ROLE,
            place: &Place::of(role),
            context: &context,
            unknown_context: UnknownContext::Any,
        })
        .ok()?;
    evaluation.decision.is_possible().then_some(Trusted {
        principal,
        statements: evaluation.granting,
    })
}

fn rating(is_administrator: bool, trusts_account: bool) -> (FindingSeverity, &'static str) {
    match (is_administrator, trusts_account) {
        (true, _) => (
            FindingSeverity::Critical,
            "the role is an administrator, or can make itself one",
        ),
        (false, true) => (
            FindingSeverity::High,
            "the trust policy names the whole of the third party's account",
        ),
        (false, false) => (
            FindingSeverity::Medium,
            "the trust policy names particular principals of the third party",
        ),
    }
}
