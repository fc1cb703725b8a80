//! What the scanner's own roles may do.

use std::collections::BTreeSet;

use sv0_iam::action_matches;
use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::{Entity, EntityKind, Resolution, Sensitivity};

use super::Facts;
use super::draft::{Draft, command, name};
use super::severity::Reach;
use super::standing::{Standing, Standings, reach_of};
use crate::access::Access;

/// Most resources that a finding names.
const MOST_NAMED: usize = 5;
/// What the templates tag roles, buckets and tables with. In another account than the hub's anybody may have set it.
const PRODUCT: (&str, &str) = ("Product", "SecurityV0");

/// One finding for each role whose name the configuration knows as the scanner's, and for each that the hub's account has as the product's.
pub(crate) fn findings<'e>(facts: &Facts<'e, '_>, standings: &Standings<'_, 'e, '_>) -> Vec<Draft> {
    let roles = facts.estate.graph().entities.values();
    roles
        .filter(|entity| entity.kind == EntityKind::IamRole && entity.resolution == Resolution::Collected)
        .filter(|role| has_our_name(facts, role) || is_of_hub(facts, role))
        .map(|role| finding(facts, standings, role))
        .collect()
}

/// Whether a name is that of something of the scanner's, without case.
fn has_our_name(facts: &Facts<'_, '_>, entity: &Entity) -> bool {
    let mut patterns = facts.options.scanner_role_names.iter();
    patterns.any(|pattern| action_matches(pattern, &entity.name))
}

fn is_of_hub(facts: &Facts<'_, '_>, entity: &Entity) -> bool {
    let hub = facts.options.hub_account.as_deref();
    let product = entity.tags.get(PRODUCT.0).map(String::as_str);
    hub.is_some() && entity.account.as_deref() == hub && product == Some(PRODUCT.1)
}

/// Whether what a role reaches is the scanner's own. A name counts in the role's own account: elsewhere it is somebody's who chose it.
fn is_own(facts: &Facts<'_, '_>, role: &Entity, reached: &Entity) -> bool {
    is_of_hub(facts, reached) || (reached.account == role.account && has_our_name(facts, reached))
}

fn finding<'e>(facts: &Facts<'e, '_>, standings: &Standings<'_, 'e, '_>, role: &'e Entity) -> Draft {
    let standing = standings.of(role);
    let foreign: Vec<&Access<'_>> = standing
        .accesses
        .iter()
        .filter(|access| !is_own(facts, role, access.entity))
        .collect();
    let mut draft = Draft::new(FindingKind::ScannerSelf, &role.native_id);
    draft.account.clone_from(&role.account);
    draft.title = format!("scanner role {} {}", name(role), reach_words(&standing, &foreign));
    draft.description = match foreign.len() {
        0 => "The scanner's own role, listed so that nobody has to take its reach on trust. It reaches no content of this estate beside the scanner's own.".to_owned(),
        _ => format!(
            "The scanner's own role, listed so that nobody has to take its reach on trust. Beside the scanner's own it reaches {}.",
            named(&foreign)
        ),
    };
    let (severity, reason) = rating(&standing, &foreign);
    draft.rate(severity, reason);
    draft.caveats.extend(standing.caveats.iter().copied());
    let granting = foreign.iter().flat_map(|access| &access.evaluation.granting);
    draft.statements.extend(granting.cloned());
    draft.verify = vec![
        command(&["sv0", "can", &role.native_id]),
        command(&["aws", "iam", "list-attached-role-policies", "--role-name", &role.name]),
    ];
    draft
}

fn reach_words(standing: &Standing<'_>, foreign: &[&Access<'_>]) -> &'static str {
    match furthest(standing, foreign) {
        Reach::Administrator | Reach::RootUser => "is an administrator",
        Reach::Controls | Reach::Writes => "may do more than read",
        Reach::Reads => "may read content",
        Reach::Nothing => "reads no content",
    }
}

fn furthest(standing: &Standing<'_>, foreign: &[&Access<'_>]) -> Reach {
    if standing.reach == Reach::Administrator {
        return Reach::Administrator;
    }
    let reaches = foreign.iter().filter_map(|access| access.class).map(reach_of);
    reaches.max().unwrap_or(Reach::Nothing)
}

fn named(foreign: &[&Access<'_>]) -> String {
    let names: BTreeSet<String> = foreign
        .iter()
        .map(|access| format!("{} ({})", name(access.entity), access.action))
        .collect();
    let more = names.len().saturating_sub(MOST_NAMED);
    let first: Vec<String> = names.into_iter().take(MOST_NAMED).collect();
    if more == 0 {
        first.join(", ")
    } else {
        format!("{} and {more} more", first.join(", "))
    }
}

fn rating(standing: &Standing<'_>, foreign: &[&Access<'_>]) -> (FindingSeverity, &'static str) {
    let reach = furthest(standing, foreign);
    let most = foreign.iter().map(|access| access.entity.sensitivity).max();
    match (reach, most) {
        (Reach::Nothing, _) => (
            FindingSeverity::Informational,
            "it reads no content but the scanner's own",
        ),
        (Reach::Reads, Some(Sensitivity::Confidential | Sensitivity::Restricted)) => (
            FindingSeverity::Medium,
            "it may read confidential or restricted content, which no scan needs",
        ),
        (Reach::Reads, _) => (FindingSeverity::Informational, "it may read, and nothing more"),
        _ => (FindingSeverity::High, "it may do more than read, which no scan needs"),
    }
}
