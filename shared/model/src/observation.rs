//! What was really done, as the logs tell it.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Calls by one principal of one action on one resource, added up over the logs of a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObservedUse {
    /// ARN of the role or user (a session is counted under its role), or a service principal's host name.
    pub principal: String,
    /// The IAM action, such as `secretsmanager:GetSecretValue`.
    pub action: String,
    /// ARN of the resource, or `*` where the event names none.
    pub resource: String,
    /// The account in which the call was recorded.
    pub account: String,
    /// The Region in which the call was recorded.
    pub region: String,
    /// Calls that succeeded.
    pub count: u64,
    /// Calls that failed, denied ones included.
    pub errors: u64,
    /// The first successful call, or the first failed one where none succeeded.
    pub first_seen: Timestamp,
    /// The last successful call, or the last failed one where none succeeded.
    pub last_seen: Timestamp,
    /// Up to three event ids: of the newest successful calls, newest first (failed ones where none succeeded).
    pub event_ids: Vec<String>,
}

/// What the logs say about one hop or one grant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Observation {
    /// It was done.
    Observed {
        /// Successful calls.
        count: u64,
        /// The first of them.
        first_seen: Timestamp,
        /// The last of them.
        last_seen: Timestamp,
        /// Up to three CloudTrail event ids, newest first.
        event_ids: Vec<String>,
    },
    /// The trail records such calls, and none is in the logs of the window.
    NotObserved {
        /// Start of the window the logs cover.
        window_start: Timestamp,
        /// End of the window the logs cover.
        window_end: Timestamp,
    },
    /// The logs could not show it: absence means nothing.
    NotObservable {
        /// In words, why.
        reason: String,
    },
}

/// One trail's reach: which events it records, for whom.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Trail {
    /// ARN of the trail.
    pub arn: String,
    /// Whether it records every account of the organization.
    pub is_organization_trail: bool,
    /// Whether it records every Region.
    pub is_multi_region: bool,
    /// Its home Region.
    pub home_region: String,
    /// Whether it was logging when it was asked; `None` when its status was not collected.
    pub is_logging: Option<bool>,
    /// Whether management events are recorded, per `ReadWriteType`; `None` when its selectors were not collected.
    pub management_events: Option<EventScope>,
    /// Event sources whose management events are left out, such as `kms.amazonaws.com`; sorted.
    #[serde(default)]
    pub excluded_management_event_sources: Vec<String>,
    /// What data events are recorded.
    pub data_events: Vec<DataEventScope>,
}

/// Which of reads and writes are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventScope {
    /// Reads and writes.
    All,
    /// Reads only.
    ReadOnly,
    /// Writes only.
    WriteOnly,
    /// None.
    None,
}

/// Data events of one resource type that a trail records.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DataEventScope {
    /// CloudTrail's resource type, such as `AWS::S3::Object` or `AWS::Lambda::Function`.
    pub resource_type: String,
    /// Which of reads and writes.
    pub scope: EventScope,
    /// ARN prefixes that limit it; empty means every resource of the type.
    pub arn_prefixes: Vec<String>,
    /// Whether the selector has further conditions, so that a call may go unrecorded although its resource is in scope.
    pub has_further_conditions: bool,
}

/// The span of time that the logs of one account and Region cover.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LogWindow {
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// Time of the first event read.
    pub first: Timestamp,
    /// Time of the last event read.
    pub last: Timestamp,
}

/// All that was observed in a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Uses, sorted by principal, action, resource, account, Region.
    pub uses: Vec<ObservedUse>,
    /// Trails, sorted by ARN.
    pub trails: Vec<Trail>,
    /// Time of the first and last event read from the logs; `None` when no log was read.
    pub window: Option<(Timestamp, Timestamp)>,
    /// Accounts and Regions of which at least one log file was read, sorted: (account, Region).
    pub logged_partitions: Vec<(String, String)>,
    /// The span of the logs of each of them, sorted: absence in one account is judged by its own logs, never by another's.
    #[serde(default)]
    pub log_windows: Vec<LogWindow>,
}
