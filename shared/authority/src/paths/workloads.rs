//! What runs code, and under which role.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sv0_model::arn::Arn;
use sv0_model::graph::{EdgeKind, Entity, EntityKind};

use crate::estate::Estate;

/// A workload as paths start from it.
#[derive(Debug, Clone)]
pub(crate) struct Workload<'e> {
    pub entity: &'e Entity,
    /// The role its code runs as.
    pub role: Option<&'e str>,
    /// Secrets that ECS hands to its containers.
    pub injection: Option<Injection<'e>>,
}

/// Secrets that are read under the execution role and reach the containers.
#[derive(Debug, Clone)]
pub(crate) struct Injection<'e> {
    pub role: &'e str,
    /// Native ids of the secrets and parameters, as far as the graph knows them.
    pub resources: BTreeSet<&'e str>,
}

/// Every workload that runs under some role, sorted by native id. An ECS task definition stands for itself only where no service runs it.
pub(crate) fn of<'e>(estate: &'e Estate<'_>) -> Vec<Workload<'e>> {
    let mut tasks: BTreeMap<&str, Vec<&'e Entity>> = BTreeMap::new();
    let mut workloads = Vec::new();
    let all = estate
        .graph()
        .entities
        .values()
        .filter(|entity| entity.kind.is_workload());
    for service in all.clone().filter(|entity| entity.kind == EntityKind::EcsService) {
        for task in estate.targets(&service.native_id, EdgeKind::Runs) {
            tasks.entry(task).or_default().push(service);
        }
    }
    for entity in all.filter(|entity| entity.kind != EntityKind::EcsService) {
        match tasks.get(entity.native_id.as_str()) {
            Some(services) => workloads.extend(
                services
                    .iter()
                    .flat_map(|service| workloads_of(estate, service, entity)),
            ),
            None => workloads.extend(workloads_of(estate, entity, entity)),
        }
    }
    workloads.retain(|workload| workload.role.is_some() || workload.injection.is_some());
    workloads.sort_by(|a, b| (&a.entity.native_id, a.role).cmp(&(&b.entity.native_id, b.role)));
    workloads
}

/// A workload, once for each of its roles, whose code and roles are those of `definition`.
fn workloads_of<'e>(estate: &'e Estate<'_>, entity: &'e Entity, definition: &'e Entity) -> Vec<Workload<'e>> {
    let execution_role = estate.targets(&definition.native_id, EdgeKind::PullsVia).next();
    let injection = execution_role.and_then(|role| {
        let resources = injected(estate, definition);
        (!resources.is_empty()).then_some(Injection { role, resources })
    });
    let with_role = |role| Workload {
        entity,
        role,
        injection: None,
    };
    let mut workloads: Vec<Workload<'e>> = roles_of(estate, definition)
        .into_iter()
        .map(Some)
        .map(with_role)
        .collect();
    if workloads.is_empty() {
        workloads.push(with_role(None));
    }
    if let Some(first) = workloads.first_mut() {
        first.injection = injection;
    }
    workloads
}

/// The roles under which a workload does what it is set up to: its own, and those that it names for its targets.
///
/// A state machine's own role assumes those of its tasks (AWS Step Functions Developer Guide, "Accessing resources in other AWS accounts"): that is a step of its own.
pub(crate) fn roles_of<'e>(estate: &'e Estate<'_>, workload: &Entity) -> BTreeSet<&'e str> {
    let own = estate.targets(&workload.native_id, EdgeKind::RunsAs);
    let names_roles = workload.kind != EntityKind::StateMachine;
    let of_targets = estate
        .edges(&workload.native_id, EdgeKind::Invokes)
        .filter(move |_| names_roles)
        .filter_map(|edge| edge.attributes.get("role")?.as_str())
        .filter_map(|role| Some(estate.entity(role)?.native_id.as_str()));
    own.chain(of_targets).collect()
}

/// Whether a rule, schedule or pipe is switched off: it sets nothing going until somebody switches it on.
///
/// Sources: Amazon EventBridge API Reference, "Rule"; EventBridge Scheduler API Reference, "GetSchedule"; EventBridge Pipes API Reference, "DescribePipe".
pub(crate) fn is_switched_off(workload: &Entity) -> bool {
    let can_be = matches!(
        workload.kind,
        EntityKind::EventBridgeRule | EntityKind::EventBridgeSchedule | EntityKind::EventBridgePipe
    );
    let states = ["state", "desired_state", "current_state"];
    let mut states = states
        .iter()
        .filter_map(|name| workload.attributes.get(*name)?.as_str());
    can_be && states.any(|state| state.eq_ignore_ascii_case("DISABLED") || state.eq_ignore_ascii_case("STOPPED"))
}

fn injected<'e>(estate: &'e Estate<'_>, definition: &'e Entity) -> BTreeSet<&'e str> {
    let containers = definition
        .attributes
        .get("containers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    containers
        .filter_map(|container| container.get("secrets")?.as_array())
        .flatten()
        .filter_map(|secret| secret.get("value_from")?.as_str())
        .filter_map(|value_from| {
            let arn = arn_of_value(value_from, definition)?;
            Some(estate.known_place(&arn)?.entity?.native_id.as_str())
        })
        .collect()
}

/// The ARN that a container's `valueFrom` means: a secret's without the JSON key, version stage and version id behind it; a parameter's name
/// in the task's own account and Region.
fn arn_of_value(value_from: &str, definition: &Entity) -> Option<String> {
    let Some(arn) = Arn::parse(value_from) else {
        let own = Arn::parse(&definition.native_id)?;
        let name = value_from.trim_start_matches('/');
        return Some(format!(
            "arn:{}:ssm:{}:{}:parameter/{name}",
            own.partition, own.region, own.account
        ));
    };
    if arn.service != "secretsmanager" {
        return Some(value_from.to_owned());
    }
    Some(value_from.split(':').take(7).collect::<Vec<_>>().join(":"))
}
