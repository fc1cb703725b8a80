//! Folds events into evidence, whatever the order in which they come.

use std::collections::BTreeMap;

use sv0_model::observation::{Evidence, LogWindow, Trail};
use sv0_model::record::{Record, RecordKind};
use sv0_model::time::Timestamp;

use super::assumption::Assumptions;
use super::caller::Callers;
use super::event::{Event, calls_of};
use super::notable::Notable;
use super::row::{self, Query, Row};
use super::seen::{Join, Sight, identity, widen};
use super::session::Sessions;
use super::uses::Uses;

/// Adds up CloudTrail events into evidence.
///
/// Invariant: the fold is a union of sets, so adding an event twice, in any order, or in folds that are merged later, gives the same evidence.
/// An event that CloudTrail delivers twice counts once, and so does one that it records in the account of the caller and in that of the resource.
///
/// Memory: 16 bytes and a node of a tree for each event that is counted exactly (uses, assumptions, notable totals). All else is bounded: what is kept of
/// sessions, values and lists are the entries with the least keys, so that the bound, too, does not depend on the order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EvidenceFold {
    uses: Uses,
    assumptions: Assumptions,
    sessions: Sessions,
    callers: Callers,
    notable: Notable,
    partitions: BTreeMap<(String, String), (Timestamp, Timestamp)>,
}

impl EvidenceFold {
    /// Adds one CloudTrail event, or one row of an evidence query (`docs/capture.md`, `athena/`).
    /// An event without caller, time, source or name adds nothing, and neither does a row of a query that is not known.
    pub fn add(&mut self, record: &Record) {
        match &record.kind {
            RecordKind::AthenaRow { query } => self.add_row(query, record),
            _ => {
                let Some(event) = Event::of(record) else { return };
                let sight = Sight {
                    identity: identity(event.id, event.time),
                    row: None,
                    span: (event.time, event.time),
                    newest: &[(event.time, event.id)],
                };
                self.widen_window(event.account, event.region, (event.time, event.time));
                self.add_use(&event, &sight);
                self.assumptions.add(&event, &sight);
                self.sessions.add_issue(&event);
                self.notable.add(&event, &sight);
            }
        }
    }

    fn add_row(&mut self, query: &str, record: &Record) {
        match row::read(query, record) {
            Some(Row::Window { account, region, span }) => self.widen_window(account, region, span),
            Some(Row::Events { query, row }) => row.each(record, &mut |event, sight| match query {
                Query::ObservedUse => self.add_use(event, sight),
                Query::Assumptions => {
                    self.assumptions.add(event, sight);
                    self.sessions.add_issue(event);
                }
                Query::NotableEvents => self.notable.add(event, sight),
            }),
            None => {}
        }
    }

    fn add_use(&mut self, event: &Event<'_>, sight: &Sight<'_>) {
        let calls = calls_of(event, sight.row.is_some());
        self.sessions.add_calls(event, &calls, sight);
        if let Some(call) = calls.first() {
            self.callers.add(event, &call.principal, sight);
        }
        match sight.row {
            Some(count) if count > 1 => self.uses.add_row(calls, sight),
            _ => self
                .uses
                .add(calls, event.shared_id().filter(|_| !is_taken_by_service(event))),
        }
    }

    fn widen_window(&mut self, account: &str, region: &str, span: (Timestamp, Timestamp)) {
        let key = (account.to_owned(), region.to_owned());
        widen(self.partitions.entry(key).or_insert(span), span);
    }

    /// Adds all that another fold has seen.
    pub fn merge(&mut self, other: Self) {
        self.uses.join(other.uses);
        self.assumptions.join(other.assumptions);
        self.sessions.join(other.sessions);
        self.callers.join(other.callers);
        self.notable.join(other.notable);
        for (partition, span) in other.partitions {
            widen(self.partitions.entry(partition).or_insert(span), span);
        }
    }

    /// The evidence, sorted. `trails` say which calls would have been recorded.
    #[must_use]
    pub fn finish(self, mut trails: Vec<Trail>) -> Evidence {
        trails.sort();
        trails.dedup();
        let spans = self.partitions.values();
        let first = spans.clone().map(|(first, _)| *first).min();
        let last = spans.map(|(_, last)| *last).max();
        let mut cut = Vec::new();
        cut.extend(self.sessions.cut());
        cut.extend(self.notable.cut());
        cut.extend(self.callers.cut());
        cut.sort();
        let executions = self.sessions.finish();
        let (notable, notable_totals) = self.notable.finish();
        Evidence {
            uses: self.uses.finish(),
            trails,
            window: first.zip(last),
            logged_partitions: self.partitions.keys().cloned().collect(),
            log_windows: self.partitions.into_iter().map(log_window).collect(),
            incomplete_logs: Vec::new(),
            assumptions: self.assumptions.finish(),
            chains: executions.chains,
            divided_sessions: executions.divided,
            callers: self.callers.finish(),
            notable,
            notable_totals,
            cut,
        }
    }
}

/// Whether a service takes a role: most of all calls in many logs, and recorded in one account only although they carry a `sharedEventID`.
fn is_taken_by_service(event: &Event<'_>) -> bool {
    event.text("/userIdentity/type") == Some("AWSService") && event.text("/eventSource") == Some("sts.amazonaws.com")
}

fn log_window(((account, region), (first, last)): ((String, String), (Timestamp, Timestamp))) -> LogWindow {
    LogWindow {
        account,
        region,
        first,
        last,
    }
}
