//! The table as a table. What its rows may grant is tested in `permissions`.

use std::collections::BTreeSet;

use super::{ALL, BESIDE};
use crate::call::Caller::{self, Collector, Evidence, Findings, Identity, Inventory};

#[test]
fn every_call_stands_once() {
    let names: BTreeSet<String> = ALL.iter().map(|call| call.name()).collect();
    assert_eq!(names.len(), ALL.len());
}

/// Workers of a deployment that run at the same time, each on a machine of its own: central tasks side by side, then accounts side by side.
const SIDE_BY_SIDE: [&[Caller]; 2] = [&[Inventory, Findings, Identity, Evidence], &[Collector]];

/// Calls of roles that several workers have, which yet one of them makes.
const OF_ONE_WORKER: [(&str, &str); 1] = [(
    "sts:GetCallerIdentity",
    "the hub asks it before the plan; of the workers, only that of the hub's own account asks it as the hub",
)];

/// A budget is kept within one process. Where several draw on one at the same time they have to take turns.
#[test]
fn what_several_workers_ask_at_the_same_time_is_asked_in_turns() {
    for call in ALL.iter().chain(BESIDE) {
        let of = |workers: &[Caller]| call.callers.iter().filter(|caller| workers.contains(caller)).count();
        let [central, accounts] = SIDE_BY_SIDE.map(of);
        let by_one = OF_ONE_WORKER.iter().any(|(name, _)| *name == call.name());
        let is_shared = (central > 1 || accounts > 0) && !by_one;
        assert_eq!(call.is_in_turns, is_shared, "{} {:?}", call.name(), call.callers);
    }
}
