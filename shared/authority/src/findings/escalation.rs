//! Users and roles that are no administrators and can raise their authority to more than they were given.
//!
//! Who is or can become an administrator is told in `admin_equivalent`, and not here again.

mod reach;

use std::collections::BTreeSet;

use rayon::prelude::*;
use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::{Entity, Sensitivity};
use sv0_model::path::PathState;

use super::Facts;
use super::admin::{Administrators, Principal, kind_word, named, runs_as_it, verify};
use super::draft::{Draft, name};
use crate::escalation::{Escalation, Gain};
use reach::Reaches;

/// Most gains that one finding names.
const MOST_GAINS: usize = 20;

/// Most resources that one description names.
const MOST_RESOURCES: usize = 3;

/// A way to more than a principal has, with what it opens.
struct Rise<'a, 'e> {
    way: &'a Escalation<'e>,
    /// Data that the principal cannot reach without it.
    opened: Vec<&'e Entity>,
    /// In words, what the gained role goes on to.
    onward: String,
    sensitivity: Sensitivity,
}

/// One finding for each principal.
pub(crate) fn findings(facts: &Facts<'_, '_>, administrators: &Administrators<'_>) -> Vec<Draft> {
    let rising: Vec<&Principal<'_>> = administrators
        .principals()
        .iter()
        .filter(|(id, principal)| !administrators.contains(id) && !principal.transfers.is_empty())
        .map(|(_, principal)| principal)
        .collect();
    if rising.is_empty() {
        return Vec::new();
    }
    let reaches = Reaches::of(facts.estate, administrators.principals(), &rising);
    rising
        .into_par_iter()
        .filter_map(|principal| {
            let rises = rises(principal, &reaches);
            (!rises.is_empty()).then(|| finding(facts, administrators, principal, &rises))
        })
        .collect()
}

/// The ways that open something, those that open the most sensitive first.
fn rises<'a, 'e>(principal: &'a Principal<'e>, reaches: &Reaches<'a, 'e>) -> Vec<Rise<'a, 'e>> {
    let own = reaches.by_assuming(principal);
    let mut rises: Vec<Rise<'a, 'e>> = principal
        .transfers
        .iter()
        .filter_map(|way| {
            let opened: Vec<&Entity> = reaches.beyond(principal, &own, way);
            let sensitivity = opened.iter().map(|entity| entity.sensitivity).max();
            // Whoever writes its own policies has more than it was given, whatever data there is.
            let is_free =
                way.limits.is_none() && matches!(way.gain, Gain::Own | Gain::Raised(_) | Gain::New | Gain::Workforce);
            // Any policy opens something, such as a log: one that it may attach counts where it opens what matters.
            let opens = match way.attached {
                Some(_) => sensitivity >= Some(Sensitivity::Confidential),
                None => !opened.is_empty(),
            };
            (is_free || opens).then(|| Rise {
                way,
                onward: reaches.onward(way),
                sensitivity: sensitivity.unwrap_or(Sensitivity::Unknown),
                opened,
            })
        })
        .collect();
    rises.sort_by_key(|rise| std::cmp::Reverse(rate(rise.sensitivity, rise.way, false)));
    rises
}

fn finding(
    facts: &Facts<'_, '_>,
    administrators: &Administrators<'_>,
    principal: &Principal<'_>,
    rises: &[Rise<'_, '_>],
) -> Draft {
    let entity = principal.entity;
    let running = administrators.running_as(&entity.native_id);
    let mut draft = Draft::new(FindingKind::PrivilegeEscalation, &entity.native_id);
    draft.account.clone_from(&entity.account);
    draft
        .subjects
        .extend(running.iter().map(|workload| workload.native_id.clone()));
    let gained: BTreeSet<&str> = rises
        .iter()
        .take(MOST_GAINS)
        .filter_map(|rise| Some(rise.way.gain.entity()?.native_id.as_str()))
        .collect();
    draft.subjects.extend(gained.into_iter().map(str::to_owned));
    for rise in rises.iter().take(MOST_GAINS) {
        draft.statements.extend(rise.way.step.statements.iter().cloned());
        draft.caveats.extend(&rise.way.step.caveats);
    }
    let is_exposed = !running.is_empty() || !facts.estate.outsiders_named_by(entity).is_empty();
    describe(&mut draft, entity, running, rises, is_exposed);
    if let Some(first) = rises.first() {
        draft.verify = verify(facts.estate, entity, &named(&first.way.calls));
    }
    draft
}

fn describe(draft: &mut Draft, entity: &Entity, running: &[&Entity], rises: &[Rise<'_, '_>], is_exposed: bool) {
    let Some(first) = rises.first() else {
        return;
    };
    let kind = kind_word(entity);
    draft.title = match first.way.gain.entity() {
        Some(gained) => format!("{kind} {} can gain the authority of {}", name(entity), name(gained)),
        None if first.way.gain == Gain::New => format!(
            "{kind} {} can make a principal with more authority than its own",
            name(entity)
        ),
        None => format!("{kind} {} can raise its own authority", name(entity)),
    };
    let others = rises.len().saturating_sub(1);
    let more = match others {
        0 => String::new(),
        1 => " One more way opens to it.".to_owned(),
        _ => format!(" {others} more ways open to it."),
    };
    draft.description = format!(
        "The {kind} {} (route {}).{}{}{more}{}",
        first.way.words(),
        first.way.route.id,
        first.onward,
        opens(&first.opened),
        runs_as_it(running)
    );
    let (severity, reason) = rating(first, is_exposed);
    draft.rate(severity, reason);
}

/// A sentence on the data that is gained.
fn opens(opened: &[&Entity]) -> String {
    let mut by_sensitivity: Vec<&&Entity> = opened.iter().collect();
    by_sensitivity.sort_by_key(|entity| std::cmp::Reverse(entity.sensitivity));
    let named: Vec<String> = by_sensitivity
        .iter()
        .take(MOST_RESOURCES)
        .map(|entity| name(entity))
        .collect();
    match opened.len().checked_sub(named.len()) {
        _ if named.is_empty() => String::new(),
        Some(0) | None => format!(" This opens {}, which it cannot reach otherwise.", named.join(", ")),
        Some(more) => format!(
            " This opens {} and {more} more, which it cannot reach otherwise.",
            named.join(", ")
        ),
    }
}

/// What is gained and how surely, as a severity: one step up where others act with the principal's authority.
fn rate(sensitivity: Sensitivity, way: &Escalation<'_>, is_exposed: bool) -> FindingSeverity {
    let is_free = way.gain.principal().is_none() && way.limits.is_none();
    let is_sensitive = sensitivity >= Sensitivity::Confidential || is_free;
    match (is_sensitive, way.step.state, is_exposed) {
        (true, PathState::Allowed, true) => FindingSeverity::Critical,
        (true, PathState::Allowed, false) | (false, PathState::Allowed, true) => FindingSeverity::High,
        (true, _, true) | (false, PathState::Allowed, false) => FindingSeverity::Medium,
        (true, _, false) => FindingSeverity::Medium,
        (false, _, _) => FindingSeverity::Low,
    }
}

fn rating(rise: &Rise<'_, '_>, is_exposed: bool) -> (FindingSeverity, String) {
    let what = match rise.way.gain.principal() {
        None if rise.way.limits.is_none() => "it gains permissions of its own choosing or a group's",
        _ if rise.sensitivity >= Sensitivity::Confidential => "it gains restricted or confidential data",
        _ => "it gains authority that it was not given",
    };
    let how = match rise.way.step.state {
        PathState::Allowed => "every call of the route is allowed",
        _ => "the route is open only under a condition",
    };
    let who = if is_exposed {
        "code or an outsider acts with the principal's authority"
    } else {
        "neither code nor an outsider acts with the principal's authority"
    };
    (
        rate(rise.sensitivity, rise.way, is_exposed),
        format!("{what}; {how}; {who}"),
    )
}
