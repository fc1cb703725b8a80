//! What comes in and what goes out.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sv0_lake::{RUN_ID_FORM, is_run_id};
use sv0_model::time::Timestamp;

use crate::RecordError;

mod stopped;

/// How long a lease lasts where the event does not say.
pub(crate) const HOLD_MINUTES: u16 = 240;
/// A day: a holder that dies keeps everybody waiting.
const LONGEST_HOLD: u16 = 1440;

fn hold_minutes() -> u16 {
    HOLD_MINUTES
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was recorded.
    Succeeded,
    /// It was not.
    Failed,
}

/// What a scan read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every account that the deployment reads.
    All,
    /// Accounts that were named.
    Accounts,
}

impl Scope {
    /// Its name in events and metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Accounts => "accounts",
        }
    }
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// Take the lease, or prolong it.
    Begin {
        /// The run: the name of the execution.
        run: String,
        /// For how long from now.
        #[serde(default = "hold_minutes")]
        hold_minutes: u16,
    },
    /// Record the run, which is published.
    Record {
        /// The run.
        run: String,
        /// What the scan read, for the metric by which a missing scan is noticed; absent where no scan goes on.
        #[serde(default)]
        scope: Option<Scope>,
    },
    /// Give the lease back.
    End {
        /// The run.
        run: String,
        /// How it ended.
        outcome: Outcome,
        /// Why it failed, in a word, such as the name of an error.
        #[serde(default)]
        reason: Option<String>,
    },
}

impl Request {
    /// Reads an event.
    ///
    /// # Errors
    /// [`RecordError::BadRequest`].
    pub fn read(event: Value) -> Result<Self, RecordError> {
        let bad = |reason: String| RecordError::BadRequest { reason };
        let request = match stopped::execution(&event) {
            Some(detail) => stopped::end(detail).map_err(bad)?,
            None => serde_json::from_value(event).map_err(|error| bad(error.to_string()))?,
        };
        if !is_run_id(request.run()) {
            return Err(bad(format!("{:?} is no run id: use {RUN_ID_FORM}", request.run())));
        }
        match &request {
            Self::Begin { hold_minutes, .. } if !(1..=LONGEST_HOLD).contains(hold_minutes) => Err(bad(format!(
                "hold_minutes is {hold_minutes}; it must be 1 to {LONGEST_HOLD}"
            ))),
            _ => Ok(request),
        }
    }

    /// The stage's name in logs and metrics.
    pub(crate) fn stage(&self) -> &'static str {
        match self {
            Self::Begin { .. } => "begin",
            Self::Record { .. } => "record",
            Self::End { .. } => "end",
        }
    }

    /// The run.
    #[must_use]
    pub fn run(&self) -> &str {
        match self {
            Self::Begin { run, .. } | Self::Record { run, .. } | Self::End { run, .. } => run,
        }
    }

    /// What the scan read whose run is recorded.
    pub(crate) fn scope(&self) -> Option<Scope> {
        match self {
            Self::Record { scope, .. } => *scope,
            Self::Begin { .. } | Self::End { .. } => None,
        }
    }
}

/// For how long a lease is wished.
pub(crate) fn hold(minutes: u16) -> Duration {
    Duration::from_secs(u64::from(minutes) * 60)
}

/// How far a stage came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// To its end.
    Done,
    /// The same event has to be sent again.
    Continue,
}

/// What the bus was told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct EventCounts {
    /// Events that were put on it.
    pub sent: usize,
    /// Changed findings of which none was put on it, because there were too many.
    pub left_out: usize,
}

/// What was done: small, whatever the size of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Answer {
    /// The lease is the run's.
    Begin {
        /// The run.
        run: String,
        /// `done`.
        status: Status,
        /// Until then, unless it is prolonged.
        until: Timestamp,
    },
    /// The run is recorded, or has to be gone on with.
    Record {
        /// The run.
        run: String,
        /// `done`, or `continue`.
        status: Status,
        /// What became of how many things: `appeared`, `changed`, `returned`, `unchanged`, `doubted`, `gone`; nothing while the status is `continue`.
        counts: BTreeMap<String, u64>,
        /// What the bus was told.
        events: EventCounts,
    },
    /// The lease is not the run's any more.
    End {
        /// The run.
        run: String,
        /// `done`.
        status: Status,
        /// What the bus was told.
        events: EventCounts,
    },
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_no_event_is_refused_by_name() {
        for (event, reason) in [
            (json!({}), "missing field `stage`"),
            (json!({"stage": "plan", "run": "r"}), "unknown variant `plan`"),
            (json!({"stage": "record"}), "missing field `run`"),
            (json!({"stage": "record", "run": "r", "x": 1}), "unknown field `x`"),
            (json!({"stage": "record", "run": "../r"}), "no run id"),
            (json!({"stage": "end", "run": "r"}), "missing field `outcome`"),
            (
                json!({"stage": "record", "run": "r", "scope": "some"}),
                "unknown variant `some`",
            ),
            (
                json!({"stage": "end", "run": "r", "outcome": "aborted"}),
                "unknown variant `aborted`",
            ),
            (
                json!({"stage": "begin", "run": "r", "hold_minutes": 0}),
                "it must be 1 to 1440",
            ),
            (
                json!({"stage": "begin", "run": "r", "hold_minutes": 1441}),
                "it must be 1 to 1440",
            ),
        ] {
            let error = Request::read(event.clone()).unwrap_err().to_string();
            assert!(error.contains(reason), "{event}: {error}");
        }
        let begin = Request::read(json!({"stage": "begin", "run": "r"})).unwrap();
        assert_eq!(
            begin,
            Request::Begin {
                run: "r".to_owned(),
                hold_minutes: 240
            }
        );
    }
}
