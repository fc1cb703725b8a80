//! Uses: calls by principal, action, resource, account and Region.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::observation::ObservedUse;

use super::event::{Call, Caller};
use super::seen::{Join, Seen, Sight, digest, identity};

/// Adds up calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Uses {
    uses: BTreeMap<UseKey, Tally>,
    /// Copies of the events that CloudTrail may record in several accounts, by `sharedEventID` and by who, in which account, called according to the copy.
    shared: BTreeMap<u128, BTreeMap<CopyKey, BTreeSet<Call>>>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct UseKey {
    principal: String,
    action: String,
    resource: String,
    account: String,
    region: String,
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
    /// Adds what one event did; `shared_id` is its `sharedEventID`, by which its copies are known.
    pub(super) fn add(&mut self, calls: Vec<Call>, shared_id: Option<&str>) {
        let Some(id) = shared_id else {
            return calls.into_iter().for_each(|call| count(&mut self.uses, call));
        };
        let copies = self.shared.entry(digest(&[id])).or_default();
        for call in calls {
            let copy = (call.principal.clone(), call.account.clone(), call.region.clone());
            copies.entry(copy).or_default().insert(call);
        }
    }

    /// Adds what a row did that stands for several events.
    pub(super) fn add_row(&mut self, calls: Vec<Call>, sight: &Sight<'_>) {
        for call in calls {
            let succeeded = call.succeeded;
            self.uses.entry(key_of(call)).or_default().add(sight, succeeded);
        }
    }

    pub(super) fn finish(self) -> Vec<ObservedUse> {
        let mut uses = self.uses;
        let best_copies = self
            .shared
            .into_values()
            .filter_map(|copies| copies.into_values().next());
        for call in best_copies.flatten() {
            count(&mut uses, call);
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

fn key_of(call: Call) -> UseKey {
    let (Caller::Named(principal) | Caller::Partly(principal)) = call.principal;
    UseKey {
        principal,
        action: call.action,
        resource: call.resource,
        account: call.account,
        region: call.region,
    }
}

fn count(uses: &mut BTreeMap<UseKey, Tally>, mut call: Call) {
    let (time, succeeded) = (call.time, call.succeeded);
    let event_id = std::mem::take(&mut call.event_id);
    let sight = Sight {
        identity: identity(&event_id, time),
        row: call.is_row.then_some(1),
        span: (time, time),
        newest: &[(time, &event_id)],
    };
    uses.entry(key_of(call)).or_default().add(&sight, succeeded);
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
