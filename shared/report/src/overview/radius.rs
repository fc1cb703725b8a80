//! Blast radius of the most dangerous identities.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use sv0_model::graph::{Graph, Sensitivity};

use super::permille;
use crate::ReportInput;
use crate::danger::{Danger, Surroundings};
use crate::names::{account_label, account_of_entity, entity_name};
use crate::reach::{EntityReach, Reach, Resources, Seen};
use crate::words::entity::{self, Group};
use crate::words::text::{percent_encoded, shown as visible, thousands, whole};

const MOST_DANGEROUS: usize = 10;

/// An identity and what whoever holds it reaches.
pub(crate) struct RadiusLine {
    pub(crate) href: String,
    pub(crate) native_id: String,
    pub(crate) name: String,
    pub(crate) icon: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) account: String,
    /// The number of the formula.
    pub(crate) danger: String,
    /// The number, 0 to 1000 of the greatest.
    pub(crate) permille: usize,
    /// Resources within reach by sensitivity, the most sensitive first; none that are zero.
    pub(crate) reached: Vec<(String, &'static str)>,
    /// The facts that the formula counts beside reach.
    pub(crate) facts: Vec<String>,
}

type Identity<'a> = (&'a str, &'a EntityReach, Danger);

/// The most dangerous, and how many more have any danger at all.
pub(super) fn most_dangerous(input: &ReportInput<'_>, reach: &Reach) -> Vec<RadiusLine> {
    let graph = input.graph;
    let surroundings = Surroundings::of(graph, input.findings, input.evidence);
    let nothing = EntityReach::default();
    let without_path = surroundings.escalating().filter(|id| reach.get(id).is_none());
    let mut identities: Vec<Identity<'_>> = reach
        .iter()
        .chain(without_path.map(|id| (id, &nothing)))
        .filter(|(id, _)| acts(graph, id))
        .map(|(id, reach)| (id, reach, surroundings.danger(id, reach)))
        .filter(|(_, _, danger)| danger.quarters > 0)
        .collect();
    identities.sort_by_key(|(id, reach, danger)| {
        (
            Reverse(danger.quarters),
            Reverse(reach.all_resources()),
            Reverse(reach.workloads),
            *id,
        )
    });
    let identities = folded(identities, reach);
    let greatest = identities.first().map_or(0, |(_, _, danger)| danger.quarters);
    identities
        .iter()
        .map(|identity| line(graph, reach, identity, greatest))
        .collect()
}

/// A workload that reaches just what a role of it reaches, which stands before it, says nothing new: the role's line names it.
fn folded<'a>(identities: Vec<Identity<'a>>, reach: &'a Reach) -> Vec<Identity<'a>> {
    let mut kept: Vec<(Identity<'a>, Said<'a>)> = Vec::new();
    for identity in identities {
        let (id, _, danger) = &identity;
        let of_it = Said::of(reach, id);
        let is_said = kept.iter().any(|((_, _, role), of_role)| {
            let is_no_more = role.quarters >= danger.quarters && of_role.workloads.contains(id);
            is_no_more && of_it.resources.are_among(&of_role.resources)
        });
        if !is_said {
            kept.push((identity, of_it));
        }
        if kept.len() == MOST_DANGEROUS {
            break;
        }
    }
    kept.into_iter().map(|(identity, _)| identity).collect()
}

/// What a line tells of an identity.
struct Said<'a> {
    resources: Resources,
    workloads: BTreeSet<&'a str>,
}

impl<'a> Said<'a> {
    fn of(reach: &'a Reach, id: &str) -> Self {
        Self {
            resources: reach.resources(id),
            workloads: reach.workloads(id).collect(),
        }
    }
}

/// Whether somebody can act as it. What nothing describes counts too: an unknown role on a path is no less an identity.
fn acts(graph: &Graph, id: &str) -> bool {
    let group = graph.entities.get(id).map(|item| entity::group(item.kind));
    group.is_none_or(|group| matches!(group, Group::Identity | Group::Workload))
}

fn line(graph: &Graph, reach: &Reach, identity: &Identity<'_>, greatest: usize) -> RadiusLine {
    let (id, of_it, danger) = identity;
    let kind = graph.entities.get(*id).map(|item| item.kind);
    RadiusLine {
        href: format!("#/entities/{}", percent_encoded(id)),
        native_id: whole(id),
        name: visible(entity_name(graph, id)),
        icon: kind.map_or("role", entity::icon),
        kind: kind.map_or("Not described", entity::kind),
        account: account_of_entity(graph, id)
            .map(|account| account_label(graph, account))
            .unwrap_or_default(),
        danger: thousands(danger.points()),
        permille: permille(danger.quarters, greatest),
        reached: reached(of_it),
        facts: held_by(graph, reach.workloads(id))
            .into_iter()
            .chain(facts(of_it, danger))
            .collect(),
    }
}

fn reached(reach: &EntityReach) -> Vec<(String, &'static str)> {
    use Sensitivity::{Confidential, Internal, Public, Restricted, Unknown};
    let words = [
        (Restricted, "restricted"),
        (Confidential, "confidential"),
        (Internal, "internal"),
        (Unknown, "of unknown sensitivity"),
        (Public, "public"),
    ];
    words
        .into_iter()
        .map(|(sensitivity, word)| (reach.resources_of(sensitivity), word))
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| (thousands(number), word))
        .collect()
}

fn facts(reach: &EntityReach, danger: &Danger) -> impl Iterator<Item = String> {
    let use_words = match danger.seen {
        Seen::Observed => "seen in use",
        Seen::NotObserved => "not seen in use",
        Seen::NotObservable => "use not observable",
        Seen::Unknown => "use not known",
    };
    let escalation = danger.escalates.then_some("can raise its authority");
    let egress = reach.leaves.then_some("data can leave AWS or reach a model");
    let facts = [escalation, danger.exposure, egress, Some(use_words)];
    facts.into_iter().flatten().map(str::to_owned)
}

fn held_by<'r>(graph: &Graph, holders: impl Iterator<Item = &'r str>) -> Option<String> {
    let holders: BTreeSet<&str> = holders.collect();
    let first = visible(entity_name(graph, holders.first()?));
    Some(match holders.len() {
        1 => format!("paths begin at {first}"),
        all => format!("paths begin at {first} and {} more", all - 1),
    })
}
