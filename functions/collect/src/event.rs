//! What comes in and what goes out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sv0_collect::{CollectOptions, Handed, HandedStatus};
use sv0_lake::{RUN_ID_FORM, is_run_id};
use sv0_model::coverage::CoverageStatus;
use sv0_model::time::Timestamp;

use crate::CollectFunctionError;

/// A stage of a run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// Make the plan, and collect the organization.
    Plan {
        /// The run: the name of the execution.
        run: String,
        /// What to collect; the defaults where nothing is said.
        #[serde(default)]
        options: Box<CollectOptions>,
    },
    /// Go on with a task.
    Task {
        /// The run.
        run: String,
        /// The task: `inventory`, `findings`, `identity`, `trails`, or the id of an account.
        task: String,
        /// How many accounts are read at the same time, each by a worker of its own; one where nothing is said.
        #[serde(default = "one")]
        accounts_at_a_time: usize,
    },
    /// Write the ledger.
    Finish {
        /// The run.
        run: String,
    },
}

impl Event {
    /// Reads an event. Options that a plan leaves out are those of `defaults`.
    ///
    /// # Errors
    /// [`CollectFunctionError::BadRequest`].
    pub fn read(mut event: Value, defaults: &Map<String, Value>) -> Result<Self, CollectFunctionError> {
        if event.get("stage").is_some_and(|stage| stage == "plan") {
            fill(&mut event, defaults);
        }
        let bad = |reason: String| CollectFunctionError::BadRequest { reason };
        let event: Self = serde_json::from_value(event).map_err(|error| bad(error.to_string()))?;
        let run = event.run();
        if is_run_id(run) {
            Ok(event)
        } else {
            Err(bad(format!("{run:?} is no run id: use {RUN_ID_FORM}")))
        }
    }

    /// The run.
    #[must_use]
    pub fn run(&self) -> &str {
        match self {
            Self::Plan { run, .. } | Self::Task { run, .. } | Self::Finish { run } => run,
        }
    }
}

fn one() -> usize {
    1
}

fn fill(plan: &mut Value, defaults: &Map<String, Value>) {
    let Some(event) = plan.as_object_mut() else {
        return;
    };
    let options = event.entry("options").or_insert_with(|| Value::Object(Map::new()));
    if let Some(options) = options.as_object_mut() {
        for (name, value) in defaults {
            options.entry(name).or_insert_with(|| value.clone());
        }
    }
}

/// An entry of a list of tasks: the event that goes on with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskEvent {
    /// `task`.
    pub stage: &'static str,
    /// The run.
    pub run: String,
    /// The task.
    pub task: String,
}

/// Where a list of tasks lies: a JSON array of [`TaskEvent`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskList {
    /// The bucket.
    pub bucket: String,
    /// The key in it.
    pub key: String,
    /// Its tasks.
    pub tasks: usize,
}

/// A pointer to what was made. Whoever wants more reads it in S3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Answer {
    /// The plan is made, or has to be gone on with.
    Plan {
        /// The run.
        run: String,
        /// How far the organization is collected.
        #[serde(flatten)]
        handed: Handed,
        /// What was planned; absent while the status is `continue`.
        #[serde(flatten)]
        planned: Option<PlanAnswer>,
    },
    /// A worker came so far.
    Task {
        /// The run.
        run: String,
        /// The task.
        task: String,
        /// How far it is done.
        #[serde(flatten)]
        handed: Handed,
    },
    /// The ledger is written, or accounts of the base have to be taken over before.
    Finish {
        /// The run.
        run: String,
        /// `continue` while accounts of the base are not all taken over.
        status: HandedStatus,
        /// How many of them are left.
        accounts_left: usize,
        /// What was collected; absent while the status is `continue`.
        #[serde(flatten)]
        finished: Option<FinishAnswer>,
    },
}

/// What a scan was planned to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every account that the deployment reads.
    All,
    /// Accounts that its options name.
    Accounts,
}

/// What was collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FinishAnswer {
    /// Where the capture lies, for whoever scans it.
    pub capture: String,
    /// What it is of.
    pub scope: Scope,
    /// Files of it.
    pub files: usize,
    /// Rows of its ledger, by status.
    pub rows: BTreeMap<CoverageStatus, usize>,
    /// Tasks that did not come to an end.
    pub unfinished_tasks: usize,
    /// Some of them with the number of their steps that are `failed` in the ledger for it.
    pub unfinished: BTreeMap<String, usize>,
}

/// What was planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanAnswer {
    /// Where the capture lies.
    pub capture: String,
    /// When it was begun.
    pub captured_at: Timestamp,
    /// Accounts of the organization.
    pub accounts: usize,
    /// Regions.
    pub regions: usize,
    /// Tasks that ask no spoke.
    pub central: TaskList,
    /// One task an account that is read.
    pub spokes: TaskList,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(event: Value) -> Result<Event, CollectFunctionError> {
        Event::read(event, &Map::new())
    }

    #[test]
    fn options_may_be_left_out() {
        let event = read(json!({"stage": "plan", "run": "2026-03-02"})).unwrap();
        assert_eq!(
            event,
            Event::Plan {
                run: "2026-03-02".to_owned(),
                options: Box::default()
            }
        );
        let event = read(json!({"stage": "plan", "run": "r", "options": {"regions": ["eu-west-1"]}})).unwrap();
        assert!(matches!(event, Event::Plan { options, .. } if options.regions == ["eu-west-1"]));
    }

    #[test]
    fn options_of_the_deployment_hold_where_the_event_says_nothing() {
        let defaults = json!({"regions": ["us-east-1"], "excluded": ["111122223333"]});
        let defaults = defaults.as_object().unwrap();
        let planned = |event: Value| match Event::read(event, defaults) {
            Ok(Event::Plan { options, .. }) => options,
            other => panic!("{other:?}"),
        };
        let options = planned(json!({"stage": "plan", "run": "r", "options": {"regions": []}}));
        assert!(options.regions.is_empty() && options.excluded.contains("111122223333"));
        let options = planned(json!({"stage": "plan", "run": "r"}));
        assert_eq!(options.regions, ["us-east-1"]);
        let bad = Event::read(json!({"stage": "plan", "run": "r", "options": 1}), defaults);
        assert!(matches!(bad, Err(CollectFunctionError::BadRequest { .. })));
        let task = Event::read(json!({"stage": "finish", "run": "r"}), defaults).unwrap();
        assert_eq!(task, Event::Finish { run: "r".to_owned() });
    }

    #[test]
    fn what_is_no_event_is_refused_by_name() {
        for (event, reason) in [
            (json!({}), "missing field `stage`"),
            (json!({"stage": "report", "run": "r"}), "unknown variant `report`"),
            (json!({"stage": "task", "run": "r"}), "missing field `task`"),
            (
                json!({"stage": "finish", "run": "r", "task": "x"}),
                "unknown field `task`",
            ),
            (
                json!({"stage": "plan", "run": "r", "options": {"acounts": []}}),
                "unknown field `acounts`",
            ),
            (json!({"stage": "finish", "run": "../r"}), "no run id"),
            (json!({"stage": "finish", "run": ""}), "no run id"),
            (json!({"stage": "finish", "run": "r".repeat(129)}), "no run id"),
        ] {
            let error = read(event.clone()).unwrap_err().to_string();
            assert!(error.contains(reason), "{event}: {error}");
        }
    }
}
