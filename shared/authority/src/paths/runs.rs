//! What runs as which role, what sets it going, and where its code comes from.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde_json::Value;
use sv0_model::graph::{Edge, EdgeKind, Entity, EntityKind};

use super::calls::invocation_of;
use super::hops::{Ground, INVOKES, Leg, RUNS_AS, Stride};
use super::workloads::{is_switched_off, roles_of};
use crate::estate::Estate;

/// Workloads that set each other going in a row, at most: an agent its collaborator, the collaborator its function.
const MOST_LINKS: usize = 3;

/// The legs from a workload to a role whose authority is exercised when it runs.
pub(crate) type Running<'e> = (&'e str, Vec<Leg>);

/// The workloads of an estate, indexed for the ways into them.
pub(crate) struct Runs<'e> {
    /// What is exercised when each workload runs: its roles, then those of what it sets going in its service's name.
    running: BTreeMap<&'e str, Vec<Running<'e>>>,
    /// Workloads by the roles that they run as.
    by_role: BTreeMap<&'e str, Vec<&'e Entity>>,
    /// Workloads by what they are triggered by.
    triggered: BTreeMap<&'e str, Vec<&'e Entity>>,
    /// Functions by the services that their policies name.
    granted: BTreeMap<&'e str, BTreeMap<&'e str, &'e Entity>>,
    /// Task definitions that some service runs.
    served: BTreeSet<&'e str>,
    /// Workloads by what they invoke.
    configured: BTreeMap<&'e str, Vec<&'e Entity>>,
    /// Where the image of each repository runs.
    deployed: BTreeMap<&'e str, Vec<&'e Edge>>,
}

impl<'e> Runs<'e> {
    pub(crate) fn new(ground: Ground<'e, '_>) -> Self {
        let entities = ground.estate.graph().entities.values();
        let workloads: Vec<&Entity> = entities.filter(|entity| entity.kind.is_workload()).collect();
        let own: BTreeMap<&str, Vec<Running<'e>>> = workloads
            .par_iter()
            .map(|workload| (workload.native_id.as_str(), own_roles(ground, workload)))
            .collect();
        let running = workloads
            .par_iter()
            .map(|workload| {
                let mut seen = BTreeSet::from([workload.native_id.as_str()]);
                let running = all_roles(ground, &own, workload, MOST_LINKS, &mut seen);
                (workload.native_id.as_str(), running)
            })
            .collect();
        let mut by_role: BTreeMap<&str, Vec<&Entity>> = BTreeMap::new();
        for workload in &workloads {
            for (role, _) in own.get(workload.native_id.as_str()).into_iter().flatten() {
                by_role.entry(*role).or_default().push(workload);
            }
        }
        let mut runs = Self {
            running,
            by_role,
            triggered: BTreeMap::new(),
            granted: BTreeMap::new(),
            served: BTreeSet::new(),
            configured: BTreeMap::new(),
            deployed: BTreeMap::new(),
        };
        for edge in &ground.estate.graph().edges {
            runs.index(ground.estate, edge);
        }
        runs
    }

    fn index(&mut self, estate: &'e Estate<'_>, edge: &'e Edge) {
        match edge.kind {
            EdgeKind::TriggeredBy if !is_disabled(edge) => {
                if let Some(workload) = estate.entity(&edge.from).filter(|entity| entity.kind.is_workload()) {
                    self.triggered.entry(&edge.to).or_default().push(workload);
                }
            }
            EdgeKind::Invokes => {
                if let Some(workload) = estate.entity(&edge.from).filter(|entity| entity.kind.is_workload()) {
                    self.configured.entry(&edge.to).or_default().push(workload);
                }
            }
            EdgeKind::Runs => {
                self.served.insert(&edge.to);
            }
            EdgeKind::Grants => {
                if let Some(workload) = estate.entity(&edge.from).filter(|entity| entity.kind.is_workload()) {
                    let granted = self.granted.entry(&edge.to).or_default();
                    granted.insert(&workload.native_id, workload);
                }
            }
            EdgeKind::DeployedFrom => self.deployed.entry(&edge.to).or_default().push(edge),
            _ => {}
        }
    }

    /// What is exercised when a workload runs.
    pub(crate) fn of(&self, workload: &str) -> &[Running<'e>] {
        self.running.get(workload).map_or(&[], Vec::as_slice)
    }

    /// The workloads that run as a role.
    pub(crate) fn running_as(&self, role: &str) -> &[&'e Entity] {
        self.by_role.get(role).map_or(&[], Vec::as_slice)
    }

    /// What is exercised when the code of a workload is replaced: its own roles alone.
    pub(crate) fn own_of(&self, workload: &str) -> impl Iterator<Item = &Running<'e>> {
        self.of(workload).iter().filter(|(_, legs)| legs.len() == 1)
    }

    /// The workloads that writing to a resource sets going.
    pub(crate) fn triggered_by(&self, resource: &str) -> &[&'e Entity] {
        self.triggered.get(resource).map_or(&[], Vec::as_slice)
    }

    /// The workloads whose policies name a service, sorted.
    pub(crate) fn granted_to(&self, service: &str) -> impl Iterator<Item = &'e Entity> {
        self.granted
            .get(service)
            .into_iter()
            .flat_map(|granted| granted.values().copied())
    }

    /// Whether a service of ECS runs a task definition, and stands for it.
    pub(crate) fn is_run_by_service(&self, definition: &Entity) -> bool {
        self.served.contains(definition.native_id.as_str())
    }

    /// The workloads that run as a principal and invoke another by their configuration.
    pub(crate) fn configured_callers(&self, estate: &Estate<'e>, principal: &str, invoked: &str) -> Vec<&'e Entity> {
        let callers = self.configured.get(invoked).into_iter().flatten();
        let mut callers: Vec<&Entity> = callers.copied().collect();
        callers.retain(|caller| roles_of(estate, caller).contains(principal));
        callers
    }

    /// The edges from the workloads that run an image of a repository.
    pub(crate) fn deployed_from(&self, repository: &str) -> &[&'e Edge] {
        self.deployed.get(repository).map_or(&[], Vec::as_slice)
    }
}

/// Whether an event source mapping is switched off.
///
/// Source: AWS Lambda API Reference, "EventSourceMappingConfiguration", `State`.
fn is_disabled(trigger: &Edge) -> bool {
    let state = trigger.attributes.get("state").and_then(serde_json::Value::as_str);
    state.is_some_and(|state| {
        ["Disabled", "Disabling"]
            .iter()
            .any(|off| state.eq_ignore_ascii_case(off))
    })
}

/// Whether an agent, runtime or gateway is being deleted: it takes no calls any more.
///
/// Sources: Amazon Bedrock API Reference, "Agent", `agentStatus`; Bedrock AgentCore Control API Reference, `status`.
fn is_being_deleted(workload: &Entity) -> bool {
    let can_be = matches!(
        workload.kind,
        EntityKind::BedrockAgent | EntityKind::AgentCoreRuntime | EntityKind::AgentCoreGateway
    );
    can_be && workload.attributes.get("status").and_then(Value::as_str) == Some("DELETING")
}

/// Whether an agent calls what an edge leads to: not by an action group that is disabled, nor by a version that no alias routes to.
///
/// Source: Amazon Bedrock API Reference, "AgentActionGroup", `actionGroupState`; "AgentAliasRoutingConfigurationListItem". The test alias, which no answer has to
/// list, routes to the draft.
fn is_in_use(workload: &Entity, edge: &Edge) -> bool {
    if workload.kind != EntityKind::BedrockAgent {
        return true;
    }
    let says = |name: &str| edge.attributes.get(name).and_then(Value::as_str);
    let version = says("version").filter(|version| *version != "DRAFT");
    let aliases = workload.attributes.get("aliases").and_then(Value::as_array);
    let is_routed = match (version, aliases) {
        (Some(version), Some(aliases)) => aliases
            .iter()
            .filter_map(|alias| alias.get("versions")?.as_array())
            .flatten()
            .any(|routed| routed == version),
        _ => true,
    };
    says("state") != Some("DISABLED") && is_routed
}

/// Where code and roles of a workload stand: those of an ECS service in its task definitions.
fn definitions<'e>(estate: &'e Estate<'_>, workload: &'e Entity) -> Vec<&'e Entity> {
    if workload.kind == EntityKind::EcsService {
        let tasks = estate.targets(&workload.native_id, EdgeKind::Runs);
        return tasks.filter_map(|task| estate.entity(task)).collect();
    }
    vec![workload]
}

fn own_roles<'e>(ground: Ground<'e, '_>, workload: &'e Entity) -> Vec<Running<'e>> {
    let definitions = definitions(ground.estate, workload);
    let roles: BTreeSet<&str> = definitions
        .into_iter()
        .flat_map(|definition| roles_of(ground.estate, definition))
        .collect();
    let with_leg = |role| (role, vec![ground.service_leg(workload, role, RUNS_AS)]);
    roles.into_iter().map(with_leg).collect()
}

fn all_roles<'e>(
    ground: Ground<'e, '_>,
    own: &BTreeMap<&'e str, Vec<Running<'e>>>,
    workload: &'e Entity,
    links: usize,
    seen: &mut BTreeSet<&'e str>,
) -> Vec<Running<'e>> {
    if is_being_deleted(workload) {
        return Vec::new();
    }
    let mut running = own.get(workload.native_id.as_str()).cloned().unwrap_or_default();
    if links == 0 || is_switched_off(workload) {
        return running;
    }
    for edge in ground.estate.edges(&workload.native_id, EdgeKind::Invokes) {
        if !is_in_use(workload, edge) {
            continue;
        }
        let Some(target) = ground
            .estate
            .entity(&edge.to)
            .filter(|target| target.kind.is_workload())
        else {
            continue;
        };
        if seen.contains(target.native_id.as_str()) {
            continue;
        }
        // Another edge may lead to another alias of the same function.
        if let Some(leg) = service_invokes(ground, workload, target, edge) {
            seen.insert(&target.native_id);
            let onward = all_roles(ground, own, target, links - 1, seen);
            let through = |(role, legs): Running<'e>| (role, std::iter::once(leg.clone()).chain(legs).collect());
            running.extend(onward.into_iter().map(through));
        }
    }
    running
}

/// The leg on which a service calls a workload in its own name. Where the call is made under a role it is that role's, and found among its transfers.
///
/// Sources: Amazon EventBridge User Guide, "Using resource-based policies for EventBridge" (rules reach functions, queues and topics by the target's
/// policy unless the target has a role); Amazon Bedrock User Guide, "Resource-based policy to allow an Amazon Bedrock agent to invoke an action group
/// Lambda function".
fn service_invokes(ground: Ground<'_, '_>, workload: &Entity, target: &Entity, edge: &Edge) -> Option<Leg> {
    let is_called_by_service = match workload.kind {
        EntityKind::EventBridgeRule => !edge.attributes.contains_key("role"),
        EntityKind::BedrockAgent => target.kind == EntityKind::LambdaFunction,
        _ => false,
    };
    let call = invocation_of(target).filter(|_| is_called_by_service)?;
    let stride = Stride {
        from: &workload.native_id,
        relation: INVOKES,
        to: &target.native_id,
        actions: vec![call.action.to_owned()],
        on: None,
        note: "by its configuration, in the service's own name: the policy of what it invokes decides".to_owned(),
    };
    let called = match edge.attributes.get("qualifier").and_then(Value::as_str) {
        Some(qualifier) if target.kind == EntityKind::LambdaFunction => format!("{}:{qualifier}", target.native_id),
        _ => target.native_id.clone(),
    };
    let leg = ground.service_call_leg(workload, call.action, &called, stride);
    let is_granted = leg.hop.state != sv0_model::path::PathState::Blocked || !leg.hop.granted_by.is_empty();
    is_granted.then_some(leg)
}
