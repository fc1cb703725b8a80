//! Folds events into uses, whatever the order in which they come.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::observation::{Evidence, LogWindow, ObservedUse, Trail};
use sv0_model::record::Record;
use sv0_model::time::Timestamp;

use super::event::{Call, Caller, calls_of, partition_of, time_of};

/// How many event ids a use keeps.
const KEPT_EVENT_IDS: usize = 3;

/// Adds up CloudTrail events into uses.
///
/// Invariant: the fold is a union of sets, so adding an event twice, in any order, or in folds that are merged later, gives the same evidence.
/// An event that CloudTrail delivers twice counts once, and so does one that it records in the account of the caller and in that of the resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EvidenceFold {
    uses: BTreeMap<UseKey, Tally>,
    /// Copies of the events that CloudTrail may record in several accounts, by `sharedEventID` and by who, in which account, called according to the copy.
    shared: BTreeMap<String, BTreeMap<CopyKey, BTreeSet<Call>>>,
    partitions: BTreeMap<(String, String), (Timestamp, Timestamp)>,
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
struct Tally {
    succeeded: Occurrences,
    failed: Occurrences,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Occurrences {
    /// 128 bits of each event's identity: enough to count it once, and a fraction of its text.
    seen: BTreeSet<u128>,
    span: Option<(Timestamp, Timestamp)>,
    newest: BTreeSet<(Timestamp, String)>,
}

impl EvidenceFold {
    /// Adds one CloudTrail event. An event without caller, time, source or name adds nothing.
    pub fn add(&mut self, event: &Record) {
        if let (Some(partition), Some(time)) = (partition_of(event), time_of(event)) {
            widen(self.partitions.entry(partition).or_insert((time, time)), (time, time));
        }
        for call in calls_of(event) {
            match &call.shared_event_id {
                Some(id) => {
                    let copy = (call.principal.clone(), call.account.clone(), call.region.clone());
                    let copies = self.shared.entry(id.clone()).or_default();
                    copies.entry(copy).or_default().insert(call);
                }
                None => count(&mut self.uses, &call),
            }
        }
    }

    /// Adds all that another fold has seen.
    pub fn merge(&mut self, other: Self) {
        for (key, tally) in other.uses {
            let own = self.uses.entry(key).or_default();
            own.succeeded.merge(tally.succeeded);
            own.failed.merge(tally.failed);
        }
        for (id, copies) in other.shared {
            let own = self.shared.entry(id).or_default();
            for (copy, calls) in copies {
                own.entry(copy).or_default().extend(calls);
            }
        }
        for (partition, span) in other.partitions {
            widen(self.partitions.entry(partition).or_insert(span), span);
        }
    }

    /// The evidence, sorted. `trails` say which calls would have been recorded.
    #[must_use]
    pub fn finish(self, mut trails: Vec<Trail>) -> Evidence {
        let mut uses = self.uses;
        let best_copies = self
            .shared
            .into_values()
            .filter_map(|copies| copies.into_values().next());
        for call in best_copies.flatten() {
            count(&mut uses, &call);
        }
        trails.sort();
        trails.dedup();
        let spans = self.partitions.values();
        let first = spans.clone().map(|(first, _)| *first).min();
        let last = spans.map(|(_, last)| *last).max();
        Evidence {
            uses: uses
                .into_iter()
                .filter_map(|(key, tally)| observed(key, tally))
                .collect(),
            trails,
            window: first.zip(last),
            logged_partitions: self.partitions.keys().cloned().collect(),
            log_windows: self.partitions.into_iter().map(log_window).collect(),
        }
    }
}

fn log_window(((account, region), (first, last)): ((String, String), (Timestamp, Timestamp))) -> LogWindow {
    LogWindow {
        account,
        region,
        first,
        last,
    }
}

fn count(uses: &mut BTreeMap<UseKey, Tally>, call: &Call) {
    let key = UseKey {
        principal: call.principal.text().to_owned(),
        action: call.action.clone(),
        resource: call.resource.clone(),
        account: call.account.clone(),
        region: call.region.clone(),
    };
    let tally = uses.entry(key).or_default();
    let side = if call.succeeded {
        &mut tally.succeeded
    } else {
        &mut tally.failed
    };
    side.add(call);
}

impl Occurrences {
    fn add(&mut self, call: &Call) {
        self.seen.insert(identity(&call.event_id, call.time));
        self.span = join(self.span, Some((call.time, call.time)));
        self.newest.insert((call.time, call.event_id.clone()));
        self.keep_newest();
    }

    fn merge(&mut self, other: Self) {
        self.seen.extend(other.seen);
        self.span = join(self.span, other.span);
        self.newest.extend(other.newest);
        self.keep_newest();
    }

    fn keep_newest(&mut self) {
        while self.newest.len() > KEPT_EVENT_IDS {
            self.newest.pop_first();
        }
    }

    fn count(&self) -> u64 {
        u64::try_from(self.seen.len()).unwrap_or(u64::MAX)
    }
}

fn observed(key: UseKey, tally: Tally) -> Option<ObservedUse> {
    let (count, errors) = (tally.succeeded.count(), tally.failed.count());
    let shown = if count > 0 { tally.succeeded } else { tally.failed };
    let (first_seen, last_seen) = shown.span?;
    Some(ObservedUse {
        principal: key.principal,
        action: key.action,
        resource: key.resource,
        account: key.account,
        region: key.region,
        count,
        errors,
        first_seen,
        last_seen,
        event_ids: shown.newest.into_iter().rev().map(|(_, id)| id).collect(),
    })
}

fn join(a: Option<(Timestamp, Timestamp)>, b: Option<(Timestamp, Timestamp)>) -> Option<(Timestamp, Timestamp)> {
    match (a, b) {
        (Some(mut span), Some(other)) => {
            widen(&mut span, other);
            Some(span)
        }
        (span, None) | (None, span) => span,
    }
}

fn widen(span: &mut (Timestamp, Timestamp), by: (Timestamp, Timestamp)) {
    span.0 = span.0.min(by.0);
    span.1 = span.1.max(by.1);
}

/// 128 bits that stand for an event: FNV-1a over its id and time. AWS's own ids are random, so equal bits mean the same event.
fn identity(event_id: &str, time: Timestamp) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let time = time.as_nanosecond().to_le_bytes();
    event_id
        .bytes()
        .chain(time)
        .fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}
