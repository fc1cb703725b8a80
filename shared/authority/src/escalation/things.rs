//! Things of an estate by AWS's name of their type, and the roles they run as.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sv0_model::graph::{EdgeKind, Entity, EntityKind};

use crate::access::Candidates;
use crate::estate::{Estate, Subject};

/// Things by type, and which of them run as which role.
pub(super) struct Things<'e> {
    /// Things of each account and type, sorted by native id.
    of_account: BTreeMap<&'e str, BTreeMap<&'e str, Vec<&'e Entity>>>,
    /// The roles of what runs as one.
    roles: BTreeMap<&'e str, BTreeSet<&'e str>>,
    /// What runs as a role, by whom its own policy lets in.
    running: Candidates<'e>,
}

impl<'e> Things<'e> {
    pub(super) fn new(estate: &'e Estate<'e>) -> Self {
        let mut of_account: BTreeMap<&str, BTreeMap<&str, Vec<&Entity>>> = BTreeMap::new();
        let mut roles: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let pods = pods(estate);
        for entity in estate.graph().entities.values() {
            let Some(resource_type) = type_of(entity) else {
                continue;
            };
            if let Some(account) = entity.account.as_deref() {
                let of_type = of_account.entry(account).or_default();
                of_type.entry(resource_type).or_default().push(entity);
            }
            let runs = estate.targets(&entity.native_id, EdgeKind::Runs);
            let definitions = runs.chain([entity.native_id.as_str()]);
            let as_roles: BTreeSet<&str> = if entity.kind == EntityKind::EksCluster {
                pods.get(entity.native_id.as_str()).cloned().unwrap_or_default()
            } else {
                definitions
                    .flat_map(|definition| estate.targets(definition, EdgeKind::RunsAs))
                    .collect()
            };
            if !as_roles.is_empty() {
                roles.insert(&entity.native_id, as_roles);
            }
        }
        let running = Candidates::new(estate, |entity| roles.contains_key(entity.native_id.as_str()));
        Self {
            of_account,
            roles,
            running,
        }
    }

    /// Things of a type in an account.
    pub(super) fn of_type(&self, account: Option<&str>, resource_type: &str) -> &[&'e Entity] {
        account
            .and_then(|account| self.of_account.get(account)?.get(resource_type))
            .map_or(&[], Vec::as_slice)
    }

    /// What runs as a role, is of one of the types, and is within the principal's reach: in its account, or opened to it.
    pub(super) fn running(&self, subject: &Subject<'_>, types: &[&str], actions: &[&str]) -> Vec<&'e Entity> {
        let mut found = self.running.of(subject, actions);
        found.retain(|entity| type_of(entity).is_some_and(|own| types.contains(&own)));
        found
    }

    pub(super) fn candidates(&self) -> &Candidates<'e> {
        &self.running
    }

    /// The roles that a thing runs as.
    pub(super) fn roles_of(&self, thing: &Entity) -> impl Iterator<Item = &'e str> {
        self.roles.get(thing.native_id.as_str()).into_iter().flatten().copied()
    }
}

/// The roles of the service accounts of each cluster, by IRSA and by Pod Identity.
fn pods<'e>(estate: &'e Estate<'e>) -> BTreeMap<&'e str, BTreeSet<&'e str>> {
    let mut pods: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let entities = estate.graph().entities.values();
    for account in entities.filter(|entity| entity.kind == EntityKind::EksServiceAccount) {
        let Some(cluster) = account.attributes.get("cluster").and_then(Value::as_str) else {
            continue;
        };
        let roles = [EdgeKind::RunsAs, EdgeKind::MayAssume]
            .into_iter()
            .flat_map(|kind| estate.targets(&account.native_id, kind));
        pods.entry(cluster).or_default().extend(roles);
    }
    pods
}

/// Source: Amazon EKS API Reference, "AccessConfigResponse": with `CONFIG_MAP` alone access entries count for nothing.
fn takes_access_entries(cluster: &Entity) -> bool {
    let mode = cluster.attributes.get("authentication_mode").and_then(Value::as_str);
    mode != Some("CONFIG_MAP")
}

/// AWS's name of an entity's type, of those that routes are about.
fn type_of(entity: &Entity) -> Option<&str> {
    Some(match entity.kind {
        EntityKind::LambdaFunction => "AWS::Lambda::Function",
        EntityKind::Ec2Instance => "AWS::EC2::Instance",
        EntityKind::AutoScalingGroup => "AWS::AutoScaling::AutoScalingGroup",
        EntityKind::EcsService => "AWS::ECS::Service",
        EntityKind::EcsTaskDefinition => "AWS::ECS::TaskDefinition",
        EntityKind::CodeBuildProject => "AWS::CodeBuild::Project",
        EntityKind::StateMachine => "AWS::StepFunctions::StateMachine",
        EntityKind::EksCluster if takes_access_entries(entity) => "AWS::EKS::Cluster",
        EntityKind::BedrockAgent => "AWS::Bedrock::Agent",
        EntityKind::AgentCoreRuntime => "AWS::BedrockAgentCore::Runtime",
        EntityKind::GenericWorkload | EntityKind::GenericResource => {
            entity.attributes.get("resource_type").and_then(Value::as_str)?
        }
        _ => return None,
    })
}
