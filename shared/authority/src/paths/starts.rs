//! Where paths start: workloads, users with keys, and whoever signs in from outside.

use serde_json::Value;
use sv0_model::graph::{ActorClass, EdgeKind, Entity, EntityKind};

use super::deputies;
use super::federation::Providers;
use super::hops::{Ground, Leg, PULLS_VIA, SIGNS_IN_AS, Stride};
use super::public;
use super::runs::Runs;
use super::transfer::{Transfer, Way};
use super::workloads::{self, Injection, is_switched_off};
use crate::estate::Estate;
use crate::step::Step;

/// Something that paths start from.
pub(crate) struct Start<'e> {
    pub entity: &'e Entity,
    /// The ways to its first authorities.
    pub departures: Vec<Transfer<'e>>,
    /// Secrets that ECS hands to its containers, and the step to the role that reads them.
    pub injection: Option<(Injection<'e>, Leg)>,
}

impl<'e> Start<'e> {
    /// The account that it is in; empty where it is in none, or that is not known.
    pub(crate) fn account(&self) -> &'e str {
        self.entity.account.as_deref().unwrap_or_default()
    }

    fn order(&self) -> (&'e str, &'e str) {
        (self.account(), &self.entity.native_id)
    }
}

/// Every start of an estate that has some authority, sorted by account and native id.
pub(crate) fn of<'e>(ground: Ground<'e, '_>, runs: &Runs<'e>) -> Vec<Start<'e>> {
    let estate = ground.estate;
    let providers = Providers::new(estate);
    let mut starts: Vec<Start<'e>> = Vec::new();
    let mut add = |entity: &'e Entity, departures: Vec<Transfer<'e>>| {
        if !departures.is_empty() {
            starts.push(Start {
                entity,
                departures,
                injection: None,
            });
        }
    };
    for entity in estate.graph().entities.values() {
        let mut departures = match entity.kind {
            kind if kind.is_workload() => by_running(runs, entity),
            EntityKind::IamUser if is_machine(estate, entity) => {
                vec![Transfer::new(&entity.native_id, Way::Own, Vec::new())]
            }
            EntityKind::IdentityCenterUser | EntityKind::IdentityCenterGroup => by_assignment(ground, entity),
            EntityKind::AwsService => deputies::departures(ground, runs, entity),
            EntityKind::Anonymous => public::departures(ground, runs, entity),
            _ => Vec::new(),
        };
        departures.extend(by_federation(ground, &providers, entity));
        add(entity, departures);
    }
    add_injections(ground, &mut starts);
    starts.sort_by(|a, b| a.order().cmp(&b.order()));
    starts
}

/// A task definition stands for itself only where no service runs it. A rule that is switched off starts nothing.
fn by_running<'e>(runs: &Runs<'e>, workload: &'e Entity) -> Vec<Transfer<'e>> {
    let is_run_by_service = workload.kind == EntityKind::EcsTaskDefinition && runs.is_run_by_service(workload);
    if is_run_by_service || is_switched_off(workload) {
        return Vec::new();
    }
    let running = runs.of(&workload.native_id).iter();
    running
        .map(|(role, legs)| {
            let way = if legs.len() > 1 { Way::Invoke } else { Way::Own };
            Transfer::new(role, way, legs.clone())
        })
        .collect()
}

fn add_injections<'e>(ground: Ground<'e, '_>, starts: &mut Vec<Start<'e>>) {
    for workload in workloads::of(ground.estate) {
        let Some(injection) = workload.injection else {
            continue;
        };
        let leg = ground.service_leg(workload.entity, injection.role, PULLS_VIA);
        let known = starts
            .iter_mut()
            .find(|start| start.entity.native_id == workload.entity.native_id);
        match known {
            Some(start) => start.injection = Some((injection, leg)),
            None => starts.push(Start {
                entity: workload.entity,
                departures: Vec::new(),
                injection: Some((injection, leg)),
            }),
        }
    }
}

/// Whether a machine may act through an IAM user: its class says so, or it has an access key. A user of whom nothing tells who acts counts.
fn is_machine(estate: &Estate<'_>, user: &Entity) -> bool {
    let class = user.actor.as_ref().map(|actor| actor.class);
    let by_class = matches!(
        class,
        Some(ActorClass::NonHuman | ActorClass::Both | ActorClass::Unknown)
    );
    by_class || has_access_key(estate, user)
}

fn has_access_key(estate: &Estate<'_>, user: &Entity) -> bool {
    let mut credentials = estate
        .targets(&user.native_id, EdgeKind::HasCredential)
        .filter_map(|credential| estate.entity(credential));
    credentials.any(|credential| {
        let says = |name: &str| credential.attributes.get(name);
        let is_key = says("credential_type").and_then(Value::as_str) == Some("access_key");
        // A key of which nothing tells whether it is active counts.
        is_key && says("active") != Some(&Value::Bool(false))
    })
}

/// What a user or group of Identity Center is itself assigned. What a user has by a group is the group's.
fn by_assignment<'e>(ground: Ground<'e, '_>, member: &'e Entity) -> Vec<Transfer<'e>> {
    let mut departures = Vec::new();
    for assigned in ground.estate.edges(&member.native_id, EdgeKind::AssignedTo) {
        let account = assigned.attributes.get("account").and_then(Value::as_str);
        for role in ground.estate.targets(&assigned.to, EdgeKind::ProvisionedAs) {
            if ground.account_of(role) != account {
                continue;
            }
            let set = ground.entity(&assigned.to).map_or("", |set| set.name.as_str());
            let stride = Stride {
                from: &member.native_id,
                relation: SIGNS_IN_AS,
                to: role,
                actions: Vec::new(),
                on: None,
                note: format!(
                    "assigned permission set {set} in account {}",
                    account.unwrap_or_default()
                ),
            };
            let reason = "the logs name sessions of the role by the user, not by the assignment";
            let leg = ground.configured(stride, &Step::allowed(), reason);
            departures.push(Transfer::new(role, Way::Own, vec![leg]));
        }
    }
    departures
}

/// The roles that a provider's identities, a profile, a pool or a service account may get.
fn by_federation<'e>(ground: Ground<'e, '_>, providers: &Providers<'e>, entity: &'e Entity) -> Vec<Transfer<'e>> {
    let edges = ground.estate.edges(&entity.native_id, EdgeKind::MayAssume);
    edges
        .filter_map(|edge| {
            let role = ground.entity(&edge.to)?;
            let leg = ground.sign_in(providers, entity, edge, role)?;
            Some(Transfer::new(&role.native_id, Way::Own, vec![leg]))
        })
        .collect()
}
