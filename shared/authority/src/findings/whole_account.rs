//! Roles that any principal of another account may assume: whoever that account lets call `sts:AssumeRole` decides, not the role.
//!
//! Source: IAM User Guide, "AWS JSON policy elements: Principal", AWS account principals.

use std::collections::BTreeMap;

use sv0_iam::{Context, UnknownContext};
use sv0_model::decision::StatementRef;
use sv0_model::finding::FindingKind;
use sv0_model::graph::{Entity, EntityKind, Resolution, urn};

use super::Facts;
use super::draft::{Draft, command, name, show_trust_policy};
use super::severity::{Exposure, Use};
use super::standing::Standings;
use crate::access::ASSUME_ROLE;
use crate::access::{Opening, openings};
use crate::estate::{Place, Request};

/// The name of a role that a policy names only if it names everyone of its account.
const ANY_ROLE: &str = "sv0-any";

/// One finding for each role that trusts the whole of another account.
pub(crate) fn findings<'e>(facts: &Facts<'e, '_>, standings: &Standings<'_, 'e, '_>) -> Vec<Draft> {
    let roles = facts.estate.graph().entities.values();
    roles
        .filter(|entity| entity.kind == EntityKind::IamRole && entity.resolution == Resolution::Collected)
        .filter_map(|role| finding(facts, standings, role))
        .collect()
}

fn finding<'e>(facts: &Facts<'e, '_>, standings: &Standings<'_, 'e, '_>, role: &'e Entity) -> Option<Draft> {
    let whole = whole_accounts(facts, role);
    let first = whole.keys().next()?;
    let is_outside = whole.keys().any(|account| is_outside(facts, account));
    let mut draft = Draft::new(FindingKind::TrustsWholeAccount, &role.native_id);
    draft.account.clone_from(&role.account);
    let account_name = |account: &str| {
        let entity = facts.estate.entity(&urn::account(account));
        entity.map_or_else(|| account.to_owned(), name)
    };
    draft.subjects.extend(whole.keys().map(|account| urn::account(account)));
    draft.statements.extend(whole.values().flatten().cloned());
    draft.title = match whole.len() {
        1 => format!(
            "role {} trusts the whole of account {}",
            name(role),
            account_name(first)
        ),
        count => format!("role {} trusts the whole of {count} accounts", name(role)),
    };
    let conditional = whole
        .values()
        .flatten()
        .all(|statement| has_condition(facts, statement));
    draft.description = format!(
        "Any user or role of the account that its own administrators let call sts:AssumeRole gets this role{}. Name the principals that need it instead.",
        if conditional {
            ", under the conditions of the trust policy"
        } else {
            ""
        }
    );
    let exposure = if is_outside {
        Exposure::External
    } else {
        Exposure::Organization
    };
    let is_used = whole.keys().any(|account| {
        let events = facts.logs.events_by_account(account, ASSUME_ROLE, &role.native_id);
        draft.event_ids.extend(events.iter().cloned());
        !events.is_empty()
    });
    let observed_use = if is_used { Use::Observed } else { Use::NotObservable };
    let (severity, reason) = standings.measure(role, exposure, observed_use).severity();
    draft.rate(severity, reason);
    draft.caveats.extend(standings.of(role).caveats.iter().copied());
    draft.verify = vec![
        command(&["sv0", "who-can", ASSUME_ROLE, &role.native_id]),
        show_trust_policy(role),
    ];
    Some(draft)
}

/// The statements that let an account's principals in.
type Trusted = Vec<StatementRef>;

fn has_condition(facts: &Facts<'_, '_>, statement: &StatementRef) -> bool {
    let body = facts.estate.library().statement(statement);
    body.is_some_and(|body| body.get("Condition").is_some())
}

/// The other accounts any principal of which the trust policy lets in.
fn whole_accounts<'e>(facts: &Facts<'e, '_>, role: &'e Entity) -> BTreeMap<&'e str, Trusted> {
    let management = facts.estate.graph().organization.management_account.as_deref();
    let named = facts.estate.own_policy(role).map(openings).unwrap_or_default();
    let accounts = named.into_iter().filter_map(|opening| match opening {
        Opening::Account(account) => Some(account),
        Opening::Everyone | Opening::Principal(_) => None,
    });
    accounts
        // The management account stands above its members, whatever a role says.
        .filter(|account| role.account.as_deref() != Some(*account) && management != Some(*account))
        .filter_map(|account| Some((account, lets_anyone_in(facts, role, account)?)))
        .collect()
}

fn lets_anyone_in(facts: &Facts<'_, '_>, role: &Entity, account: &str) -> Option<Trusted> {
    let subject = facts.estate.named_subject(&any_role(facts, account))?;
    let mut context = Context::new();
    context.mark_absent_prefix("aws:PrincipalTag/");
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
    evaluation.decision.is_possible().then_some(evaluation.granting)
}

fn any_role(facts: &Facts<'_, '_>, account: &str) -> String {
    format!("arn:{}:iam::{account}:role/{ANY_ROLE}", facts.estate.partition())
}

/// Whether an account is not known to be the organization's.
fn is_outside(facts: &Facts<'_, '_>, account: &str) -> bool {
    !facts.estate.known_accounts().contains(account)
}
