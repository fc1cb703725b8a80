//! Authority paths: workload → role → … → policy statement → resource.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::decision::{Caveat, ConditionExpression, Layer, StatementRef};
use crate::graph::{Classified, Sensitivity};
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

/// The kind of a path: the name of the rule that it matches. A path may match several; the order here is that of precedence, the most telling last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathKind {
    /// The workload's own role reaches the resource.
    Direct,
    /// The workload is an EC2 instance or Auto Scaling group and gets its role from an instance profile.
    InstanceProfile,
    /// No identity-based policy grants the access: the policy of the resource alone does.
    ResourcePolicyOnly,
    /// At least one further role is assumed on the way.
    AssumedChain,
    /// A person signed in through IAM Identity Center, SAML or another provider.
    FederatedHuman,
    /// Data leaves AWS: the path ends on a place outside, or passes through one.
    InternetEgress,
    /// A state machine, rule, schedule or pipe sets something else going that has the authority.
    Orchestrated,
    /// A Lambda function invokes another that has the authority.
    LambdaToLambda,
    /// A Bedrock agent, flow or AgentCore runtime acts through an action group, gateway or collaborator.
    Agent,
    /// A service principal acts for whoever asks it to, because nothing names the caller (`aws:SourceArn`, `aws:SourceAccount`).
    ConfusedDeputy,
    /// The chain crosses from an environment of lesser trust into one of greater, such as development into production.
    TrustAmplification,
    /// A pipeline or another role changes the code or the image that runs with the authority.
    SupplyChain,
    /// A step raises the caller's own authority: a policy rewritten, a role passed to a service.
    PrivilegeEscalation,
}

impl PathKind {
    /// Every kind, in the order of precedence.
    pub const ALL: [Self; 13] = [
        Self::Direct,
        Self::InstanceProfile,
        Self::ResourcePolicyOnly,
        Self::AssumedChain,
        Self::FederatedHuman,
        Self::InternetEgress,
        Self::Orchestrated,
        Self::LambdaToLambda,
        Self::Agent,
        Self::ConfusedDeputy,
        Self::TrustAmplification,
        Self::SupplyChain,
        Self::PrivilegeEscalation,
    ];
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PathHop {
    /// Native id of where the step starts.
    pub from: String,
    /// What the step is: `RUNS_AS`, `PULLS_VIA`, `ASSUMES`, `SIGNS_IN_AS`, `INVOKES`, `CHANGES_CODE_OF`, `PUSHES_IMAGE_TO`, `IMAGE_RUNS_IN`, `PASSES_ROLE`,
    /// `ESCALATES_TO`, `READS_FROM`, `SENDS_TO` or `ACCESSES`. `docs/path-kinds.md` explains each.
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
    pub statements: Vec<Arc<StatementRef>>,
    /// For a blocked step, the statements that would have allowed it.
    pub granted_by: Vec<Arc<StatementRef>>,
    /// What the logs say of the step.
    pub observation: Observation,
    /// In words, what the step is where relation and statements do not tell it: the escalation's route, the trigger, the configuration it rests on.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A chain from a workload to a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AuthorityPath {
    /// Hash of workload, roles, resource, action class and scope, and of the ways between the roles other than AssumeRole: the same path has the same id in
    /// every run.
    pub id: String,
    /// The most telling of [`AuthorityPath::kinds`].
    pub kind: PathKind,
    /// Every rule that the path matches, in the order of precedence.
    pub kinds: Vec<PathKind>,
    /// Native id of the workload or identity that it starts from.
    pub workload: String,
    /// Native ids of the roles on the way, the workload's own first. A user is its own first authority and is not repeated here.
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
    /// The steps. Most steps are taken by many paths: equal ones are meant to be held once ([`StepPool`]).
    pub hops: Vec<Arc<PathHop>>,
    /// Number of authorities chained: 1 for the workload's own role, one more for each that is assumed or otherwise come to.
    pub chain_depth: usize,
    /// Whether workload, roles and resource are in more than one account.
    pub cross_account: bool,
    /// The resource's sensitivity.
    pub sensitivity: Sensitivity,
    /// In words, the rule that set the sensitivity; empty where it is unknown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sensitivity_rule: String,
    /// The resource's data domain, such as `payments`, where a rule gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_domain: Option<Classified>,
    /// The resource's environment, such as `production`, where a rule gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Classified>,
    /// `llm` where the path passes through a model of Bedrock, `internet` where it leads out of AWS otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub egress_category: Option<EgressCategory>,
    /// `effective`: every collected layer was evaluated. `structural`: only grants were looked at.
    pub authority: Authority,
    /// Reservations, sorted.
    pub caveats: Vec<Caveat>,
    /// What the logs say of the last step.
    pub observation: Observation,
}

impl AuthorityPath {
    /// Native id of the principal that reaches the resource: the last role, or the start where that is a user which reaches it by itself.
    #[must_use]
    pub fn last_authority(&self) -> &str {
        self.roles.last().unwrap_or(&self.workload)
    }
}

/// Steps and statements of many paths, each held once however many paths take it: an estate has several times as many hops as steps, and fifty times as many
/// mentions of a statement as statements.
#[derive(Debug, Default)]
pub struct StepPool {
    hops: BTreeSet<Arc<PathHop>>,
    statements: BTreeSet<Arc<StatementRef>>,
}

impl StepPool {
    /// Puts what equal steps were met before in the place of the path's own. The path says the same as before.
    pub fn share(&mut self, path: &mut AuthorityPath) {
        for hop in &mut path.hops {
            self.share_step(hop);
        }
    }

    /// Puts an equal step that was met before in the place of this one.
    pub fn share_step(&mut self, hop: &mut Arc<PathHop>) {
        match self.hops.get(hop) {
            Some(known) => *hop = known.clone(),
            None => {
                self.share_statements(hop);
                self.hops.insert(hop.clone());
            }
        }
    }

    fn share_statements(&mut self, hop: &mut Arc<PathHop>) {
        let hop = Arc::make_mut(hop);
        for statement in hop.statements.iter_mut().chain(&mut hop.granted_by) {
            match self.statements.get(statement) {
                Some(known) => *statement = known.clone(),
                None => {
                    self.statements.insert(statement.clone());
                }
            }
        }
    }
}

/// Where data leaves to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EgressCategory {
    /// To a large language model, and with its answers to whoever talks to it.
    Llm,
    /// To a place outside AWS.
    Internet,
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(resource: &str) -> AuthorityPath {
        let statement =
            json!({"policy": "arn:aws:iam::111122223333:policy/p", "index": 0, "sid": null, "effect": "Allow"});
        let hop = |relation: &str, from: &str, to: &str| {
            json!({
                "from": from, "relation": relation, "to": to, "actions": [], "state": "allowed", "blocked_by": [], "condition": null,
                "statements": [statement], "granted_by": [], "observation": {"status": "not_observable", "reason": "r"},
            })
        };
        let path = json!({
            "id": resource, "kind": "direct", "kinds": ["direct"], "workload": "w", "roles": ["r"], "resource": resource, "scope": resource,
            "action_class": "read_data", "actions": [], "state": "allowed", "blocked_by": [], "condition": null,
            "hops": [hop("RUNS_AS", "w", "r"), hop("ACCESSES", "r", resource)], "chain_depth": 1, "cross_account": false,
            "sensitivity": "unknown", "authority": "effective", "caveats": [], "observation": {"status": "not_observable", "reason": "r"},
        });
        serde_json::from_value(path).unwrap()
    }

    #[test]
    fn equal_steps_and_statements_are_held_once_and_nothing_else_changes() {
        let mut pool = StepPool::default();
        let mut paths = [path("bucket/a"), path("bucket/b")];
        paths.iter_mut().for_each(|path| pool.share(path));
        let [a, b] = &paths;
        assert!(Arc::ptr_eq(&a.hops[0], &b.hops[0]), "the same step");
        assert!(!Arc::ptr_eq(&a.hops[1], &b.hops[1]), "steps to different ends");
        let statements = [a, b].map(|path| path.hops.iter().flat_map(|hop| &hop.statements));
        let mut statements = statements.into_iter().flatten();
        let first = statements.next().unwrap();
        assert!(statements.all(|statement| Arc::ptr_eq(first, statement)));
        assert_eq!(paths, [path("bucket/a"), path("bucket/b")]);
    }
}
