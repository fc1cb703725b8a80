//! What comes in and what goes out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
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
    },
    /// Write the ledger.
    Finish {
        /// The run.
        run: String,
    },
}

impl Event {
    /// Reads an event.
    ///
    /// # Errors
    /// [`CollectFunctionError::BadRequest`].
    pub fn read(event: Value) -> Result<Self, CollectFunctionError> {
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

/// What was collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FinishAnswer {
    /// Where the capture lies, for whoever scans it.
    pub capture: String,
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

    #[test]
    fn options_may_be_left_out() {
        let event = Event::read(json!({"stage": "plan", "run": "2026-03-02"})).unwrap();
        assert_eq!(
            event,
            Event::Plan {
                run: "2026-03-02".to_owned(),
                options: Box::default()
            }
        );
        let event = Event::read(json!({"stage": "plan", "run": "r", "options": {"regions": ["eu-west-1"]}})).unwrap();
        assert!(matches!(event, Event::Plan { options, .. } if options.regions == ["eu-west-1"]));
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
            let error = Event::read(event.clone()).unwrap_err().to_string();
            assert!(error.contains(reason), "{event}: {error}");
        }
    }
}
