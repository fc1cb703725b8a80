//! Folds events into evidence, whatever the order in which they come.

use std::collections::BTreeMap;

use sv0_model::event::{EventPart, LoggedEvent};
use sv0_model::observation::{Evidence, LogWindow, Trail};
use sv0_model::record::{Record, RecordKind};

use super::assumption::Assumptions;
use super::caller::Callers;
use super::event::{Calls, Event};
use super::notable::Notable;
use super::row::{self, Query, Row};
use super::seen::{Join, Sight, Span, identity, widen};
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
    /// The first and the last time of each account's log in each Region.
    partitions: BTreeMap<String, BTreeMap<String, Span>>,
}

impl EvidenceFold {
    /// Adds one CloudTrail event, or one row of an evidence query (`docs/capture.md`, `athena/`), as it was recorded.
    /// A row of a query that is not known adds nothing.
    pub fn add(&mut self, record: &Record) {
        match &record.kind {
            RecordKind::AthenaRow { query } => self.add_row(query, record),
            _ => {
                if let Some(body) = EventPart::of(&record.body) {
                    self.add_event(&LoggedEvent {
                        account: record.account.as_deref(),
                        region: record.region.as_deref(),
                        body,
                    });
                }
            }
        }
    }

    /// Adds one CloudTrail event. One without id, time, caller, source or name adds nothing.
    pub fn add_event(&mut self, logged: &LoggedEvent<'_>) {
        let Some(event) = Event::of(logged) else { return };
        let sight = Sight {
            identity: identity(event.id, event.time),
            row: None,
            span: (event.time, event.time),
            newest: &[(event.time, event.id)],
        };
        self.widen_window(event.account, event.region, (event.time, event.time));
        let calls = Calls::of(&event);
        if let Some(calls) = &calls {
            self.add_use(&event, calls, &sight);
        }
        self.assumptions.add(&event, &sight);
        self.sessions.add_issue(&event);
        let action = calls.map(|calls| calls.action).or_else(|| event.action());
        self.add_notable(&event, action, &sight);
    }

    fn add_row(&mut self, query: &str, record: &Record) {
        match row::read(query, record) {
            Some(Row::Window { account, region, span }) => self.widen_window(account, region, span),
            Some(Row::Events { query, row }) => row.each(record, &mut |event, sight| match query {
                Query::ObservedUse => {
                    if let Some(calls) = Calls::of(event) {
                        self.add_use(event, &calls, sight);
                    }
                }
                Query::Assumptions => {
                    self.assumptions.add(event, sight);
                    self.sessions.add_issue(event);
                }
                Query::NotableEvents => self.add_notable(event, event.action(), sight),
            }),
            None => {}
        }
    }

    fn add_notable(&mut self, event: &Event<'_>, action: Option<String>, sight: &Sight<'_>) {
        if let Some(action) = action {
            self.notable.add(event, &action, sight);
        }
    }

    fn add_use(&mut self, event: &Event<'_>, calls: &Calls, sight: &Sight<'_>) {
        self.sessions.add_calls(event, calls, sight);
        self.callers.add(event, &calls.principal, sight);
        let is_one = sight.row.is_none_or(|count| count <= 1);
        match event.shared_id().filter(|_| is_one && !is_taken_by_service(event)) {
            Some(id) => self.uses.add_copy(event, calls, id, sight),
            None => self.uses.add(event, calls, sight),
        }
    }

    fn widen_window(&mut self, account: &str, region: &str, span: Span) {
        let own = self
            .partitions
            .get_mut(account)
            .and_then(|regions| regions.get_mut(region));
        match own {
            Some(own) => widen(own, span),
            None => {
                let regions = self.partitions.entry(account.to_owned()).or_default();
                regions.insert(region.to_owned(), span);
            }
        }
    }

    /// Adds all that another fold has seen.
    pub fn merge(&mut self, other: Self) {
        self.uses.join(other.uses);
        self.assumptions.join(other.assumptions);
        self.sessions.join(other.sessions);
        self.callers.join(other.callers);
        self.notable.join(other.notable);
        for (account, regions) in other.partitions {
            for (region, span) in regions {
                self.widen_window(&account, &region, span);
            }
        }
    }

    /// The evidence, sorted. `trails` say which calls would have been recorded.
    #[must_use]
    pub fn finish(self, mut trails: Vec<Trail>) -> Evidence {
        trails.sort();
        trails.dedup();
        let windows: Vec<LogWindow> = self.partitions.into_iter().flat_map(log_windows).collect();
        let first = windows.iter().map(|window| window.first).min();
        let last = windows.iter().map(|window| window.last).max();
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
            logged_partitions: windows
                .iter()
                .map(|window| (window.account.clone(), window.region.clone()))
                .collect(),
            log_windows: windows,
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
    event.caller_kind() == Some("AWSService") && event.source() == Some("sts.amazonaws.com")
}

fn log_windows((account, regions): (String, BTreeMap<String, Span>)) -> impl Iterator<Item = LogWindow> {
    regions.into_iter().map(move |(region, (first, last))| LogWindow {
        account: account.clone(),
        region,
        first,
        last,
    })
}
