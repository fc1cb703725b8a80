//! A walk through a state machine as it is written, counting what Step Functions bills and what it keeps in an execution's history.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

/// States that a walk may enter before it is taken to run in a circle.
const MOST_STATES: usize = 100_000;

/// A state machine.
pub struct Machine {
    definition: Value,
}

/// What a walk came to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Walk {
    /// States that were entered, as Step Functions bills them.
    pub transitions: f64,
    /// Events of the execution's history.
    pub events: f64,
}

/// How often each loop goes round.
#[derive(Clone, Copy)]
struct Rounds {
    collecting: f64,
    recording: f64,
}

impl Machine {
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let definition = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
        Ok(Self { definition })
    }

    /// An execution in which central workers and the recording function are invoked so often, and nothing fails.
    pub fn walk(&self, collecting: f64, recording: f64) -> Walk {
        let rounds = Rounds { collecting, recording };
        let mut walk = states_of(&self.definition, rounds);
        walk.events += 2.0; // ExecutionStarted, ExecutionSucceeded
        walk
    }

    /// The child execution of one account that takes so many workers.
    pub fn child(&self, workers: f64) -> Walk {
        let processor = self
            .definition
            .pointer("/States/Accounts/ItemProcessor")
            .unwrap_or(&Value::Null);
        let rounds = Rounds {
            collecting: workers,
            recording: 1.0,
        };
        let mut walk = states_of(processor, rounds);
        walk.events += 2.0;
        walk
    }
}

/// Goes from `StartAt` to the end. A loop on `continue` is counted in one go, since every round enters the same two states.
fn states_of(machine: &Value, rounds: Rounds) -> Walk {
    let empty = Map::new();
    let states = machine["States"].as_object().unwrap_or(&empty);
    let mut walk = Walk::default();
    let mut next = machine["StartAt"].as_str();
    let mut entered = 0;
    while let Some(state) = next.and_then(|name| states.get(name)) {
        entered += 1;
        if entered > MOST_STATES {
            break;
        }
        let name = next.unwrap_or_default();
        let times = if is_repeated(states, name, state) {
            if name == "Record" || name == "IsRecorded" {
                rounds.recording
            } else {
                rounds.collecting
            }
        } else {
            1.0
        };
        let here = of_state(state, rounds);
        walk.transitions += here.transitions * times;
        walk.events += here.events * times;
        next = state["Next"].as_str().or_else(|| state["Default"].as_str());
    }
    walk
}

/// A task that a Choice sends back to, or that Choice.
fn is_repeated(states: &Map<String, Value>, name: &str, state: &Value) -> bool {
    let goes_back_to = |choice: &Value| {
        let first = choice.pointer("/Choices/0")?;
        (first["StringEquals"] == "continue").then(|| first["Next"].as_str().unwrap_or_default().to_owned())
    };
    goes_back_to(state).is_some()
        || states
            .values()
            .any(|other| goes_back_to(other).as_deref() == Some(name))
}

fn of_state(state: &Value, rounds: Rounds) -> Walk {
    let own = |events: f64| Walk {
        transitions: 1.0,
        events,
    };
    match state["Type"].as_str().unwrap_or_default() {
        // Entered, Scheduled, Started, Succeeded, Exited.
        "Task" => own(5.0),
        "Parallel" => {
            let branches = state["Branches"].as_array().into_iter().flatten();
            branches.fold(own(4.0), |sum, branch| {
                let inner = states_of(branch, rounds);
                Walk {
                    transitions: sum.transitions + inner.transitions,
                    events: sum.events + inner.events,
                }
            })
        }
        // Entered, Started, MapRunStarted, MapRunSucceeded, Succeeded, Exited: what children do is in their own histories.
        "Map" => own(6.0),
        _ => own(2.0),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn loops_branches_and_children_are_counted_as_step_functions_does() {
        let task = |next: &str| json!({ "Type": "Task", "Next": next });
        let again = |task: &str, then: &str| json!({ "Type": "Choice", "Choices": [{ "StringEquals": "continue", "Next": task }], "Default": then });
        let machine = Machine {
            definition: json!({ "StartAt": "A", "States": {
                "A": task("IsA"), "IsA": again("A", "Both"),
                "Both": { "Type": "Parallel", "Next": "Accounts", "Branches": [
                    { "StartAt": "B", "States": { "B": task("End"), "End": { "Type": "Succeed" } } },
                ] },
                "Accounts": { "Type": "Map", "Next": "Record", "ItemProcessor": { "StartAt": "C", "States": { "C": task("IsC"), "IsC": again("C", "Z"), "Z": { "Type": "Succeed" } } } },
                "Record": task("IsRecorded"), "IsRecorded": again("Record", "Last"),
                "Last": { "Type": "Pass", "End": true },
            } }),
        };
        let once = machine.walk(1.0, 1.0);
        // A, IsA, Both, B, End, Accounts, Record, IsRecorded, Last.
        assert_eq!(once.transitions, 9.0);
        assert_eq!(once.events, 2.0 + 5.0 + 2.0 + (4.0 + 5.0 + 2.0) + 6.0 + 5.0 + 2.0 + 2.0);
        let more = machine.walk(3.0, 2.0);
        assert_eq!(more.transitions, once.transitions + 2.0 * 2.0 + 2.0);
        let child = machine.child(2.0);
        assert_eq!((child.transitions, child.events), (5.0, 2.0 + 14.0 + 2.0));
    }
}
