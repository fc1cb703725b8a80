//! Authority paths: workload → role → … → policy statement → resource.

use serde::{Deserialize, Serialize};

use crate::decision::{Caveat, ConditionExpression, Layer, StatementRef};
use crate::graph::Sensitivity;
use crate::observation::Observation;

/// What a path lets its workload do, coarser than actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionClass {
    /// Read content: objects, secret values, images.
    ReadData,
    /// Change or delete content.
    WriteData,
    /// Decrypt with a key.
    UseKey,
    /// Run code: invoke a function.
    Invoke,
    /// Replace code that runs under another role.
    ChangeCode,
    /// Change who may do any of these.
    ManagePermissions,
}

/// Whether a path can be walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathState {
    /// Every hop is allowed.
    Allowed,
    /// Every hop is allowed or conditional, at least one conditional.
    Conditional,
    /// Policies grant it, and something stops it.
    Blocked,
}

/// The kind of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathKind {
    /// The workload's own role reaches the resource.
    Direct,
    /// At least one further role is assumed on the way.
    AssumedChain,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PathHop {
    /// Native id of where the step starts.
    pub from: String,
    /// `RUNS_AS`, `ASSUMES` or `ACCESSES`.
    pub relation: String,
    /// Native id of where it leads.
    pub to: String,
    /// The IAM actions of the step: `sts:AssumeRole` for `ASSUMES`, those of the class that are allowed for `ACCESSES`, none for `RUNS_AS`.
    pub actions: Vec<String>,
    /// Whether this step can be taken.
    pub state: PathState,
    /// Layers that stop it, or whose answer hangs on an unknown.
    pub blocked_by: Vec<Layer>,
    /// Under which context it is allowed, when it is conditional.
    pub condition: Option<ConditionExpression>,
    /// The statements that allow it; for a blocked step those that deny it.
    pub statements: Vec<StatementRef>,
    /// For a blocked step, the statements that would have allowed it.
    pub granted_by: Vec<StatementRef>,
    /// What the logs say of the step.
    pub observation: Observation,
}

/// A chain from a workload to a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AuthorityPath {
    /// Hash of workload, roles, resource, action class and scope: the same path has the same id in every run.
    pub id: String,
    /// Its kind.
    pub kind: PathKind,
    /// Native id of the workload.
    pub workload: String,
    /// Native ids of the roles on the way, the workload's own first.
    pub roles: Vec<String>,
    /// Native id of the resource.
    pub resource: String,
    /// Which part of the resource: its ARN, or a pattern such as `arn:aws:s3:::orders/reports/*`.
    pub scope: String,
    /// What can be done.
    pub action_class: ActionClass,
    /// The actions of the class that are possible (of a blocked path: that are granted), sorted.
    pub actions: Vec<String>,
    /// Whether it can be walked.
    pub state: PathState,
    /// Layers that stop it, in evaluation order.
    pub blocked_by: Vec<Layer>,
    /// Under which context the whole of it is allowed, when it is conditional.
    pub condition: Option<ConditionExpression>,
    /// The steps.
    pub hops: Vec<PathHop>,
    /// Number of authorities chained: 1 for the workload's own role, one more for each role assumed.
    pub chain_depth: usize,
    /// Whether workload, roles and resource are in more than one account.
    pub cross_account: bool,
    /// The resource's sensitivity.
    pub sensitivity: Sensitivity,
    /// `effective`: every collected layer was evaluated. `structural`: only grants were looked at.
    pub authority: Authority,
    /// Reservations, sorted.
    pub caveats: Vec<Caveat>,
    /// What the logs say of the last step.
    pub observation: Observation,
}

/// Whether a path was evaluated through every layer or only read off the grants (POL-07).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authority {
    /// Grants alone.
    Structural,
    /// Through every layer that was collected.
    Effective,
}
