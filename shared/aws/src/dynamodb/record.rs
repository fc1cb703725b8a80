//! Recording a run: what an interrupted one left is done first, then a journal of this one is written, then it is applied.

use sv0_state::{Outcome, RunRecord, Seen};

use super::TableError;
use super::apply::{apply, begin};
use super::head::{Head, Pending};
use super::journal::JournalWriter;
use super::keys::Key;
use super::lives::{enter, enter_coverage};
use super::state::DynamoState;

/// Records a run.
pub(super) fn record(state: &DynamoState, run: &RunRecord, seen: Seen<'_>) -> Result<Outcome, TableError> {
    if is_recorded(state, &run.run_id)? {
        return Ok(Outcome::AlreadyRecorded);
    }
    let mut head = state.wait_for(Head::take(&state.table))?;
    if let Some(pending) = head.pending.take() {
        let outcome = apply(state, &head, &pending)?;
        if outcome == Outcome::Unfinished || pending.run_id == run.run_id {
            return Ok(outcome);
        }
        head = Head {
            fence: head.fence,
            ..state.wait_for(Head::read(&state.table))?
        };
    }
    let mut journal = JournalWriter::new(state.objects(), &run.run_id, head.fence);
    let tally = enter(state, &head, run, seen, &mut journal)?;
    if head.newest_capture <= Some(run.captured_at) {
        enter_coverage(state, &run.run_id, seen.coverage, &mut journal)?;
    }
    let (place, _) = journal.finish(run, &tally)?;
    let pending = Pending {
        run_id: run.run_id.clone(),
        journal: place,
        applied: 0,
        applied_writes: 0,
    };
    begin(state, &head, &pending)?;
    apply(state, &head, &pending)
}

/// Goes on with a run that an earlier worker left, whichever it is; `None` where there is nothing to do.
pub(super) fn resume(state: &DynamoState) -> Result<Option<(String, Outcome)>, TableError> {
    if state.wait_for(Head::read(&state.table))?.pending.is_none() {
        return Ok(None);
    }
    let mut head = state.wait_for(Head::take(&state.table))?;
    let Some(pending) = head.pending.take() else {
        return Ok(None);
    };
    let outcome = apply(state, &head, &pending)?;
    Ok(Some((pending.run_id, outcome)))
}

pub(super) fn is_recorded(state: &DynamoState, run_id: &str) -> Result<bool, TableError> {
    Ok(state.wait_for(state.table.get(&Key::run(run_id)))?.is_some())
}
