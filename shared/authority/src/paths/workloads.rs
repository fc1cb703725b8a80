//! What runs code, and under which role.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sv0_iam::Context;
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

impl Workload<'_> {
    /// The service that assumes the workload's role.
    pub(crate) fn service(&self) -> &'static str {
        match self.entity.kind {
            EntityKind::LambdaFunction => "lambda.amazonaws.com",
            EntityKind::Ec2Instance => "ec2.amazonaws.com",
            _ => "ecs-tasks.amazonaws.com",
        }
    }

    /// What the service says of itself when it assumes the role, the least first.
    ///
    /// Lambda names the function. ECS names a task, whose id nobody knows beforehand: a trust policy that is content with some task of the account
    /// lets this one in.
    pub(crate) fn service_contexts(&self) -> Vec<Context> {
        let mut context = Context::new();
        if let Some(account) = &self.entity.account {
            context.insert("aws:SourceAccount", vec![account.clone()]);
        }
        match (self.entity.kind, Arn::parse(&self.entity.native_id)) {
            (EntityKind::LambdaFunction, _) => {
                context.insert("aws:SourceArn", vec![self.entity.native_id.clone()]);
                vec![context]
            }
            (EntityKind::EcsService | EntityKind::EcsTaskDefinition, Some(arn)) => {
                let task = format!(
                    "arn:{}:ecs:{}:{}:task/sv0-any/sv0-any",
                    arn.partition, arn.region, arn.account
                );
                let mut of_task = context.clone();
                of_task.insert("aws:SourceArn", vec![task]);
                vec![context, of_task]
            }
            _ => vec![context],
        }
    }
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
            Some(services) => workloads.extend(services.iter().map(|service| workload(estate, service, entity))),
            None => workloads.push(workload(estate, entity, entity)),
        }
    }
    workloads.retain(|workload| workload.role.is_some() || workload.injection.is_some());
    workloads.sort_by(|a, b| (&a.entity.native_id, a.role).cmp(&(&b.entity.native_id, b.role)));
    workloads
}

/// A workload whose code and roles are those of `definition`.
fn workload<'e>(estate: &'e Estate<'_>, entity: &'e Entity, definition: &'e Entity) -> Workload<'e> {
    let execution_role = estate.targets(&definition.native_id, EdgeKind::PullsVia).next();
    Workload {
        entity,
        role: estate.targets(&definition.native_id, EdgeKind::RunsAs).next(),
        injection: execution_role.and_then(|role| {
            let resources = injected(estate, definition);
            (!resources.is_empty()).then_some(Injection { role, resources })
        }),
    }
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
