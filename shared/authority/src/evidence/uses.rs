//! Uses: calls by principal, action, resource, account and Region.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use sv0_model::observation::ObservedUse;

use super::event::{Call, Caller, Calls, Event};
use super::seen::{Join, Seen, Sight, digest, identity};

/// Adds up calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Uses {
    uses: BTreeMap<UseKey, Tally>,
    /// Copies of the events that CloudTrail may record in several accounts, by `sharedEventID` and by who, in which account, called according to the copy.
    shared: BTreeMap<u128, BTreeMap<CopyKey, BTreeSet<Call>>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct UseKey {
    principal: String,
    action: String,
    resource: String,
    account: String,
    region: String,
}

/// The texts of a key, in the order by which keys are sorted. Most events are of a use that is known: it is found without a copy of them.
trait UseTexts {
    fn texts(&self) -> [&str; 5];
}

impl UseTexts for UseKey {
    fn texts(&self) -> [&str; 5] {
        [
            &self.principal,
            &self.action,
            &self.resource,
            &self.account,
            &self.region,
        ]
    }
}

impl UseTexts for [&str; 5] {
    fn texts(&self) -> [&str; 5] {
        *self
    }
}

impl PartialEq for dyn UseTexts + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.texts() == other.texts()
    }
}

impl Eq for dyn UseTexts + '_ {}

impl PartialOrd for dyn UseTexts + '_ {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for dyn UseTexts + '_ {
    fn cmp(&self, other: &Self) -> Ordering {
        self.texts().cmp(&other.texts())
    }
}

impl PartialOrd for UseKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for UseKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.texts().cmp(&other.texts())
    }
}

impl<'k> Borrow<dyn UseTexts + 'k> for UseKey {
    fn borrow(&self) -> &(dyn UseTexts + 'k) {
        self
    }
}

/// Sorts the copy that names its caller in full before the one that does not.
type CopyKey = (Caller, String, String);

/// The successes and the failures of a use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub succeeded: Seen<{ usize::MAX }>,
    pub failed: Seen<{ usize::MAX }>,
}

impl Tally {
    pub(super) fn add(&mut self, sight: &Sight<'_>, succeeded: bool) {
        if succeeded {
            self.succeeded.add(sight);
        } else {
            self.failed.add(sight);
        }
    }

    /// What stands for the whole: the successes, or the failures where there are none.
    pub(super) fn shown(&self) -> &Seen<{ usize::MAX }> {
        if self.succeeded.span().is_some() {
            &self.succeeded
        } else {
            &self.failed
        }
    }
}

impl Join for Tally {
    fn join(&mut self, other: Self) {
        self.succeeded.join(other.succeeded);
        self.failed.join(other.failed);
    }
}

impl Uses {
    /// Adds what one event did, or a row of several.
    pub(super) fn add(&mut self, event: &Event<'_>, calls: &Calls, sight: &Sight<'_>) {
        for resource in &calls.resources {
            let key = [
                calls.principal.text(),
                &calls.action,
                resource,
                event.account,
                event.region,
            ];
            add(&mut self.uses, key, sight, event.succeeded());
        }
    }

    /// Adds what one event did that may be recorded in several accounts; by `id`, its `sharedEventID`, its copies are known.
    pub(super) fn add_copy(&mut self, event: &Event<'_>, calls: &Calls, id: &str, sight: &Sight<'_>) {
        let copies = self.shared.entry(digest(&[id])).or_default();
        let copy = (
            calls.principal.clone(),
            event.account.to_owned(),
            event.region.to_owned(),
        );
        copies
            .entry(copy)
            .or_default()
            .extend(calls.each(event, sight.row.is_some()));
    }

    pub(super) fn finish(self) -> Vec<ObservedUse> {
        let mut uses = self.uses;
        let best_copies = self
            .shared
            .into_values()
            .filter_map(|copies| copies.into_values().next());
        for call in best_copies.flatten() {
            count(&mut uses, &call);
        }
        uses.into_iter()
            .filter_map(|(key, tally)| observed(key, &tally))
            .collect()
    }
}

impl Join for Uses {
    fn join(&mut self, other: Self) {
        for (key, tally) in other.uses {
            self.uses.entry(key).or_default().join(tally);
        }
        for (id, copies) in other.shared {
            let own = self.shared.entry(id).or_default();
            for (copy, calls) in copies {
                own.entry(copy).or_default().extend(calls);
            }
        }
    }
}

fn add(uses: &mut BTreeMap<UseKey, Tally>, key: [&str; 5], sight: &Sight<'_>, succeeded: bool) {
    if let Some(tally) = uses.get_mut(&key as &dyn UseTexts) {
        return tally.add(sight, succeeded);
    }
    let [principal, action, resource, account, region] = key.map(str::to_owned);
    let key = UseKey {
        principal,
        action,
        resource,
        account,
        region,
    };
    uses.entry(key).or_default().add(sight, succeeded);
}

fn count(uses: &mut BTreeMap<UseKey, Tally>, call: &Call) {
    let sight = Sight {
        identity: identity(&call.event_id, call.time),
        row: call.is_row.then_some(1),
        span: (call.time, call.time),
        newest: &[(call.time, &call.event_id)],
    };
    let key = [
        call.principal.text(),
        &call.action,
        &call.resource,
        &call.account,
        &call.region,
    ];
    add(uses, key, &sight, call.succeeded);
}

fn observed(key: UseKey, tally: &Tally) -> Option<ObservedUse> {
    let shown = tally.shown();
    let (first_seen, last_seen) = shown.span()?;
    Some(ObservedUse {
        principal: key.principal,
        action: key.action,
        resource: key.resource,
        account: key.account,
        region: key.region,
        count: tally.succeeded.count(),
        errors: tally.failed.count(),
        first_seen,
        last_seen,
        event_ids: shown.event_ids(),
    })
}
