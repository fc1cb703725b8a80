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

/// How one identity took another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssumptionKind {
    /// `sts:AssumeRole`.
    AssumeRole,
    /// `sts:AssumeRoleWithSAML`.
    Saml,
    /// `sts:AssumeRoleWithWebIdentity`.
    WebIdentity,
    /// `sts:AssumeRoot`: a short session of a member account's root user.
    AssumeRoot,
    /// `sts:GetFederationToken`.
    FederationToken,
    /// `SwitchRole` in the console.
    ConsoleSwitch,
}

/// A value that calls had, and how many had it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SeenValue {
    /// The value: a network, a family of user agents, the shape of a session name.
    pub value: String,
    /// How many calls had it; 16 means at least 16.
    pub count: u64,
    /// The first of them.
    pub first_seen: Timestamp,
    /// The last of them.
    pub last_seen: Timestamp,
    /// Event ids of the newest three, newest first.
    pub event_ids: Vec<String>,
}

/// Calls on one day (UTC).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DayCount {
    /// The day, such as `2026-01-31`.
    pub day: String,
    /// Calls that succeeded.
    pub count: u64,
}

/// A policy that was passed with an assumption: the session may do no more than it says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SessionPolicy {
    /// SHA-256 of the text as passed, or the ARN of the managed policy.
    pub id: String,
    /// The document, where it is not longer than IAM lets it be (2,048 characters) and is JSON; never for a managed policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
}

/// One principal taking one role, added up over the logs of a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObservedAssumption {
    /// ARN of the role, user or identity provider that took it, or a service's host name.
    pub from: String,
    /// ARN of the role (or root user, or federated user) that was taken.
    pub to: String,
    /// By which call.
    pub how: AssumptionKind,
    /// The service that made the call for `from` (`invokedBy`), where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// Accounts whose logs show it, sorted.
    pub accounts: Vec<String>,
    /// Calls that succeeded.
    pub count: u64,
    /// Calls that failed.
    pub errors: u64,
    /// The first successful call, or the first failed one where none succeeded.
    pub first_seen: Timestamp,
    /// The last successful call, or the last failed one where none succeeded.
    pub last_seen: Timestamp,
    /// Up to three event ids, newest first.
    pub event_ids: Vec<String>,
    /// Source identities that were set, at most 16.
    #[serde(default)]
    pub source_identities: Vec<String>,
    /// Role session names, a sample of at most 8.
    #[serde(default)]
    pub session_names: Vec<String>,
    /// Shapes of the role session names: digits and hexadecimal runs stand as `#`.
    #[serde(default)]
    pub session_name_shapes: Vec<SeenValue>,
    /// Keys of session tags, at most 64.
    #[serde(default)]
    pub tag_keys: Vec<String>,
    /// Keys of those tags that are handed on to further sessions.
    #[serde(default)]
    pub transitive_tag_keys: Vec<String>,
    /// Subjects of web identity tokens and SAML assertions, at most 16.
    #[serde(default)]
    pub subjects: Vec<String>,
    /// Policies passed with the call, at most 8.
    #[serde(default)]
    pub session_policies: Vec<SessionPolicy>,
    /// Whether the caller had given a second factor: `true`, `false` or both; empty where no event says.
    #[serde(default)]
    pub mfa: Vec<SeenValue>,
    /// Networks the calls came from: `/24` of IPv4, `/48` of IPv6, `private`, or the host name of an AWS service.
    #[serde(default)]
    pub networks: Vec<SeenValue>,
    /// Families of user agents.
    #[serde(default)]
    pub agents: Vec<SeenValue>,
    /// Successful calls by day, the newest 92 days.
    #[serde(default)]
    pub days: Vec<DayCount>,
}

/// An execution as it ran: the roles that one session after the other was given, and what the last of them did.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObservedChain {
    /// Who took the first role: a user, an identity provider or a service; `None` where the logs do not show it.
    pub origin: Option<String>,
    /// ARNs of the roles, the first one first.
    pub roles: Vec<String>,
    /// The IAM action that the last role used with success.
    pub action: String,
    /// ARN of the resource, or `*`.
    pub resource: String,
    /// Executions: sessions of the last role that were reached by this chain and did this.
    pub count: u64,
    /// The first time.
    pub first_seen: Timestamp,
    /// The last time.
    pub last_seen: Timestamp,
    /// Up to three event ids, newest first.
    pub event_ids: Vec<String>,
}

/// From where and with what a principal calls.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObservedCaller {
    /// ARN of the role or user.
    pub principal: String,
    /// Networks, at most 64.
    pub networks: Vec<SeenValue>,
    /// Families of user agents.
    pub agents: Vec<SeenValue>,
}

/// A session whose credentials were used from two networks at the same time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DividedSession {
    /// ARN of the role.
    pub principal: String,
    /// Public networks it was used from, and when; at most 8.
    pub networks: Vec<SeenValue>,
}

/// What makes an event worth a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotableKind {
    /// The root user signed in to the console, or tried to.
    RootLogin,
    /// The root user made a call.
    RootActivity,
    /// A user signed in to the console without a second factor.
    ConsoleLoginWithoutMfa,
    /// A person switched roles in the console.
    ConsoleRoleSwitch,
    /// Somebody changed who may do what.
    PermissionChange,
    /// Somebody changed what is logged.
    LoggingChange,
}

/// What a change of permissions does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermissionChangeKind {
    /// Credentials for somebody: keys, passwords, a second factor taken away.
    Credentials,
    /// What a user, group, role or permission set may do.
    Permissions,
    /// Who may take a role: trust policies, identity providers, trust anchors.
    Trust,
    /// Who may use a resource: its policy, its grants, whom it is shared with.
    ResourceAccess,
    /// What stands above all of them: control policies, boundaries, Block Public Access, the organization.
    Guardrail,
}

/// One event worth a look.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NotableEvent {
    /// Why.
    pub kind: NotableKind,
    /// Who: as in [`ObservedUse::principal`].
    pub principal: String,
    /// The IAM action, or `signin:ConsoleLogin` and the like.
    pub action: String,
    /// What it was done to: ARN or id, `*` where the event names none.
    pub resource: String,
    /// The account in which it was recorded.
    pub account: String,
    /// The Region in which it was recorded.
    pub region: String,
    /// When.
    pub time: Timestamp,
    /// CloudTrail's id of the event.
    pub event_id: String,
    /// The error code of a call that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// For a change of permissions, what it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<PermissionChangeKind>,
    /// What was given and to whom: policy ARNs, principals, `allows * on *`; at most 16, sorted.
    #[serde(default)]
    pub details: Vec<String>,
    /// The name of the session, which tells the person behind a role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_name: Option<String>,
    /// The source identity of the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_identity: Option<String>,
    /// The service that made the call (`invokedBy`), such as `cloudformation.amazonaws.com`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// `true` or `false` where the event says whether a second factor was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa: Option<bool>,
}

/// How many events of a kind and action there were; of them the newest are listed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NotableTotal {
    /// The kind.
    pub kind: NotableKind,
    /// The action.
    pub action: String,
    /// All of them.
    pub count: u64,
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
    /// Accounts and Regions of whose log files some were not read, sorted: (account, Region). Nothing is absent there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incomplete_logs: Vec<(String, String)>,
    /// Roles taken, sorted by from, to, how and via.
    #[serde(default)]
    pub assumptions: Vec<ObservedAssumption>,
    /// Executions, sorted by origin, roles, action and resource.
    #[serde(default)]
    pub chains: Vec<ObservedChain>,
    /// From where principals call, sorted by principal.
    #[serde(default)]
    pub callers: Vec<ObservedCaller>,
    /// Sessions in two places at once, sorted.
    #[serde(default)]
    pub divided_sessions: Vec<DividedSession>,
    /// Events worth a look, sorted by kind, principal, action, resource, account, Region and time.
    #[serde(default)]
    pub notable: Vec<NotableEvent>,
    /// How many there were of each kind and action.
    #[serde(default)]
    pub notable_totals: Vec<NotableTotal>,
    /// What was too much to be kept whole, in words; sorted.
    #[serde(default)]
    pub cut: Vec<String>,
}
