//! Applying a journal, and ending its run.

use std::time::Duration;

use sv0_model::hash::stable_id;
use sv0_state::Outcome;

use super::TableError;
use super::attributes::Write;
use super::head::{Head, Pending};
use super::journal::Journal;
use super::keys::Key;
use super::state::DynamoState;

/// A transaction takes 100 actions and 4 MB; two are conditions.
const ACTIONS: usize = 98;
const BYTES: usize = 3 * 1024 * 1024;
/// A worker with less time than this begins no further transaction.
const LEAST_TIME: Duration = Duration::from_secs(20);
/// After so many parts it is noted how far the journal is applied; what was applied since is applied again.
const PARTS_NOTED: u64 = 4;

/// Applies what is left of a journal, and records its run.
pub(super) fn apply(state: &DynamoState, head: &Head, pending: &Pending) -> Result<Outcome, TableError> {
    let journal = Journal::read(state.objects(), &pending.journal)?;
    let mut done = pending.applied_writes;
    for number in pending.applied..journal.parts {
        let writes = Journal::part(state.objects(), &pending.journal, number)?;
        for batch in batches(writes.get(done..).unwrap_or_default()) {
            if state.time_left() < LEAST_TIME {
                note(state, head, number, done)?;
                return Ok(Outcome::Unfinished);
            }
            let place = [
                &pending.journal,
                &head.fence.to_string(),
                &number.to_string(),
                &done.to_string(),
            ];
            transact(state, head, batch, &stable_id(&place.map(String::as_str)))?;
            done += batch.len();
        }
        done = 0;
        if (number + 1) % PARTS_NOTED == 0 {
            note(state, head, number + 1, 0)?;
        }
    }
    commit(state, head, pending, &journal)?;
    Ok(Outcome::Recorded(journal.tally()))
}

/// Does some writes while nobody else began to write.
fn transact(state: &DynamoState, head: &Head, writes: &[Write], token: &str) -> Result<(), TableError> {
    let mut actions = vec![state.table.check(&Key::head(), head.is_mine())?];
    actions.extend(state.lease_check()?);
    for write in writes {
        actions.push(state.table.part(write, None)?);
    }
    state.wait_for(state.table.transact(actions, token))
}

fn batches(writes: &[Write]) -> Vec<&[Write]> {
    let mut batches = Vec::new();
    let mut rest = writes;
    while !rest.is_empty() {
        let mut bytes = 0;
        let fitting = rest.iter().take(ACTIONS).take_while(|write| {
            bytes += write.bytes();
            bytes <= BYTES
        });
        let (batch, after) = rest.split_at(fitting.count().max(1));
        batches.push(batch);
        rest = after;
    }
    batches
}

/// Notes how many parts are applied, and how many writes of the next one.
fn note(state: &DynamoState, head: &Head, parts: u64, writes: usize) -> Result<(), TableError> {
    let mut write = Write::to(Key::head());
    write.set("pending_applied", parts);
    write.set("pending_applied_writes", writes);
    let part = state.table.part(&write, Some(head.is_mine()))?;
    let token = stable_id(&["note", &head.fence.to_string(), &parts.to_string(), &writes.to_string()]);
    state.wait_for(state.table.transact(vec![part], &token))
}

/// Puts the run whose journal is whole at the head: from now on whoever writes has to apply it first.
pub(super) fn begin(state: &DynamoState, head: &Head, pending: &Pending) -> Result<(), TableError> {
    let mut write = Write::to(Key::head());
    write.set("pending_run", pending.run_id.as_str());
    write.set("pending_journal", pending.journal.as_str());
    write.set("pending_applied", 0);
    write.set("pending_applied_writes", 0);
    let mut actions = vec![state.table.part(&write, Some(head.is_mine()))?];
    actions.extend(state.lease_check()?);
    let token = stable_id(&["begin", &pending.journal]);
    state.wait_for(state.table.transact(actions, &token))
}

/// The run is recorded: its items, and the head without it.
fn commit(state: &DynamoState, head: &Head, pending: &Pending, journal: &Journal) -> Result<(), TableError> {
    let run = journal.run();
    let mut of_head = Write::to(Key::head());
    for name in [
        "pending_run",
        "pending_journal",
        "pending_applied",
        "pending_applied_writes",
    ] {
        of_head.remove(name);
    }
    if head.newest_capture <= Some(run.captured_at) {
        of_head.set("newest_capture", run.captured_at.to_string());
        of_head.set("newest_run", run.run_id.as_str());
    }
    let mut actions = vec![state.table.part(&of_head, Some(head.is_mine()))?];
    actions.extend(state.lease_check()?);
    for key in [Key::run(&run.run_id), Key::listed_run(&run.run_id, run.captured_at)] {
        let mut write = Write::to(key);
        write.set("run_id", run.run_id.as_str());
        write.set("captured_at", run.captured_at.to_string());
        write.set("finished_at", run.finished_at.to_string());
        write.set("counts", serde_json::json!(run.counts));
        write.set("changes", serde_json::json!(journal.changes));
        write.set("journal", pending.journal.as_str());
        actions.push(state.table.part(&write, None)?);
    }
    let token = stable_id(&["commit", &pending.journal, &head.fence.to_string()]);
    state.wait_for(state.table.transact(actions, &token))
}
