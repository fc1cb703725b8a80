//! What was done with success and the collected policies do not allow: the picture of the policies is incomplete, or has changed since.

use std::collections::BTreeMap;

use sv0_iam::catalogue::{Fit, resource_type_fits};
use sv0_iam::{Context, UnknownContext};
use sv0_model::decision::Caveat;
use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::Resolution;
use sv0_model::observation::ObservedUse;

use super::Facts;
use super::draft::{Draft, command, name_of};
use super::log_events::window;
use crate::estate::Request;

/// Most uses that are evaluated.
const MOST_JUDGED: usize = 10_000;
/// Most principals that are named.
const MOST_NAMED: usize = 20;

/// One finding for all of them.
pub(crate) fn findings(facts: &Facts<'_, '_>) -> Option<Draft> {
    let uses = facts.logs.evidence().uses.iter().filter(|used| used.count > 0);
    let beyond = uses.clone().count().saturating_sub(MOST_JUDGED);
    let judged = uses.take(MOST_JUDGED);
    let unexplained: Vec<&ObservedUse> = judged.filter(|used| is_denied(facts, used)).collect();
    let first = unexplained.first()?;
    let mut principals: BTreeMap<&str, Vec<&ObservedUse>> = BTreeMap::new();
    for used in &unexplained {
        principals.entry(&used.principal).or_default().push(used);
    }
    let mut draft = Draft::new(FindingKind::CoverageGap, "urn:sv0:source:observed-use");
    draft.subjects.extend(
        principals
            .keys()
            .take(MOST_NAMED)
            .map(|principal| (*principal).to_owned()),
    );
    draft.event_ids = unexplained.iter().flat_map(|used| used.event_ids.clone()).collect();
    draft.caveats.insert(Caveat::Stale);
    draft.title = format!(
        "{} observed uses are not explained by the collected policies",
        unexplained.len()
    );
    draft.description = format!(
        "The logs show them done, and evaluation of what was collected denies them: {} did {} on {}. A policy was changed after the call, or something that grants was not collected. {}{}",
        name_of(facts.estate, &first.principal),
        first.action,
        name_of(facts.estate, &first.resource),
        unjudged(beyond),
        window(facts.logs.evidence())
    );
    draft.rate(
        FindingSeverity::Low,
        "answers of the form \"nobody can\" may be wrong for these principals at the time of the calls",
    );
    let explained = unexplained.iter().take(3);
    draft.verify = explained
        .map(|used| command(&["sv0", "explain", &used.principal, &used.action, &used.resource]))
        .collect();
    Some(draft)
}

/// That the list goes no further than it does, where the logs hold more.
fn unjudged(beyond: usize) -> String {
    if beyond == 0 {
        return String::new();
    }
    format!(
        "Only the first {MOST_JUDGED} uses by principal, action and resource were evaluated; {beyond} more were not. "
    )
}

/// Whether the estate knows caller and resource whole, and evaluates the call to a denial in every context.
fn is_denied(facts: &Facts<'_, '_>, used: &ObservedUse) -> bool {
    if used.resource == "*" || resource_type_fits(&used.action, &used.resource) == Fit::RuledOut {
        return false;
    }
    let Ok(subject) = facts.estate.subject(&used.principal) else {
        return false;
    };
    let Some(place) = facts.estate.known_place(&used.resource) else {
        return false;
    };
    let is_collected = |resolution| resolution == Resolution::Collected;
    let caller_known = subject.entity.is_some_and(|entity| is_collected(entity.resolution));
    let resource_known = place.entity.is_some_and(|entity| is_collected(entity.resolution));
    if !caller_known || !resource_known {
        return false;
    }
    let context = Context::new();
    let request = Request {
        subject: &subject,
        action: &used.action,
        place: &place,
        context: &context,
        unknown_context: UnknownContext::Any,
    };
    let evaluation = facts.estate.judge(&request);
    evaluation.is_ok_and(|evaluation| !evaluation.decision.is_possible())
}

#[cfg(test)]
mod tests {
    use super::unjudged;

    #[test]
    fn what_was_not_evaluated_is_said() {
        assert_eq!(unjudged(0), "");
        assert!(unjudged(3).contains("10000 uses"), "{}", unjudged(3));
        assert!(unjudged(3).contains("3 more were not"), "{}", unjudged(3));
    }
}
