//! Uses: calls by principal, action, resource, account and Region.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use sv0_model::observation::ObservedUse;

use super::event::{Call, Caller, Calls, Event};
use super::seen::{Join, Seen, Sight, digest, identity};

/// Adds up calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Uses {
    /// By 128 bits that stand for the texts of the key: most events are of a use that is known, which is found without comparing many texts or copying one.
    uses: BTreeMap<u128, Box<Use>>,
    /// Uses whose bits are those of another: none, unless somebody made them so.
    alike: BTreeMap<UseKey, Tally>,
    /// Copies of the events that CloudTrail may record in several accounts, by `sharedEventID` and by who, in which account, called according to the copy.
    shared: BTreeMap<u128, BTreeMap<CopyKey, BTreeSet<Call>>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Use {
    key: UseKey,
    tally: Tally,
}

/// Principal, action, resource, account and Region.
type UseKey = [Box<str>; 5];

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
            self.tally(key).add(sight, event.succeeded());
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

    /// What is known of a use.
    fn tally(&mut self, key: [&str; 5]) -> &mut Tally {
        let owned = || key.map(Box::from);
        match self.uses.entry(digest(&key)) {
            Entry::Vacant(free) => {
                let (key, tally) = (owned(), Tally::default());
                &mut free.insert(Box::new(Use { key, tally })).tally
            }
            Entry::Occupied(known) if known.get().key.iter().map(Box::as_ref).eq(key) => &mut known.into_mut().tally,
            Entry::Occupied(_) => self.alike.entry(owned()).or_default(),
        }
    }

    fn count(&mut self, call: &Call) {
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
        self.tally(key).add(&sight, call.succeeded);
    }

    pub(super) fn finish(mut self) -> Vec<ObservedUse> {
        for copies in std::mem::take(&mut self.shared).into_values() {
            let best = copies.into_values().next();
            best.iter().flatten().for_each(|call| self.count(call));
        }
        let uses = self.uses.into_values().map(|found| (found.key, found.tally));
        let mut uses: Vec<(UseKey, Tally)> = uses.chain(self.alike).collect();
        uses.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        uses.into_iter()
            .filter_map(|(key, tally)| observed(key, &tally))
            .collect()
    }
}

impl Join for Uses {
    fn join(&mut self, other: Self) {
        for (bits, found) in other.uses {
            match self.uses.entry(bits) {
                Entry::Vacant(free) => drop(free.insert(found)),
                Entry::Occupied(known) if known.get().key == found.key => known.into_mut().tally.join(found.tally),
                Entry::Occupied(_) => self.alike.entry(found.key).or_default().join(found.tally),
            }
        }
        for (key, tally) in other.alike {
            self.tally(key.each_ref().map(Box::as_ref)).join(tally);
        }
        for (id, copies) in other.shared {
            let own = self.shared.entry(id).or_default();
            for (copy, calls) in copies {
                own.entry(copy).or_default().extend(calls);
            }
        }
    }
}

fn observed(key: UseKey, tally: &Tally) -> Option<ObservedUse> {
    let shown = tally.shown();
    let (first_seen, last_seen) = shown.span()?;
    let [principal, action, resource, account, region] = key.map(String::from);
    Some(ObservedUse {
        principal,
        action,
        resource,
        account,
        region,
        count: tally.succeeded.count(),
        errors: tally.failed.count(),
        first_seen,
        last_seen,
        event_ids: shown.event_ids(),
    })
}
