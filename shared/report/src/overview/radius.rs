//! Blast radius of the most dangerous identities.

use std::cmp::Reverse;

use sv0_model::graph::{Graph, Sensitivity};

use super::permille;
use crate::ReportInput;
use crate::danger::{Danger, Surroundings};
use crate::names::{account_label, account_of_entity, entity_name};
use crate::reach::{EntityReach, Reach, Seen};
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

/// The most dangerous, and how many more have any danger at all.
pub(super) fn most_dangerous(input: &ReportInput<'_>, reach: &Reach) -> Vec<RadiusLine> {
    let graph = input.graph;
    let surroundings = Surroundings::of(graph, input.findings, input.evidence);
    let nothing = EntityReach::default();
    let without_path = surroundings.escalating().filter(|id| !reach.contains_key(*id));
    let mut identities: Vec<(&str, &EntityReach, Danger)> = reach
        .iter()
        .map(|(id, reach)| (&**id, reach))
        .chain(without_path.map(|id| (id, &nothing)))
        .filter(|(id, _)| acts(graph, id))
        .map(|(id, reach)| (id, reach, surroundings.danger(id, reach)))
        .filter(|(_, _, danger)| danger.quarters > 0)
        .collect();
    identities.sort_by_key(|(id, reach, danger)| {
        (
            Reverse(danger.quarters),
            Reverse(reach.resources.len()),
            Reverse(reach.workloads.len()),
            *id,
        )
    });
    let identities = folded(identities);
    let greatest = identities.first().map_or(0, |(_, _, danger)| danger.quarters);
    identities
        .iter()
        .map(|(id, reach, danger)| line(graph, id, reach, danger, greatest))
        .collect()
}

/// A workload that reaches just what a role of it reaches, which stands before it, says nothing new: the role's line names it.
fn folded<'a, 'r>(identities: Vec<(&'a str, &'r EntityReach, Danger)>) -> Vec<(&'a str, &'r EntityReach, Danger)> {
    let mut kept: Vec<(&str, &EntityReach, Danger)> = Vec::new();
    for (id, reach, danger) in identities {
        let is_said = kept.iter().any(|(_, of_role, role)| {
            let says_all = reach
                .resources
                .iter()
                .all(|(resource, reached)| of_role.resources.get(resource) == Some(reached));
            says_all && role.quarters >= danger.quarters && of_role.workloads.contains(id)
        });
        if !is_said {
            kept.push((id, reach, danger));
        }
        if kept.len() == MOST_DANGEROUS {
            break;
        }
    }
    kept
}

/// Whether somebody can act as it. What nothing describes counts too: an unknown role on a path is no less an identity.
fn acts(graph: &Graph, id: &str) -> bool {
    let group = graph.entities.get(id).map(|item| entity::group(item.kind));
    group.is_none_or(|group| matches!(group, Group::Identity | Group::Workload))
}

fn line(graph: &Graph, id: &str, reach: &EntityReach, danger: &Danger, greatest: usize) -> RadiusLine {
    let kind = graph.entities.get(id).map(|item| item.kind);
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
        reached: reached(reach),
        facts: facts(graph, reach, danger),
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

fn facts(graph: &Graph, reach: &EntityReach, danger: &Danger) -> Vec<String> {
    let use_words = match danger.seen {
        Seen::Observed => "seen in use",
        Seen::NotObserved => "not seen in use",
        Seen::NotObservable => "use not observable",
        Seen::Unknown => "use not known",
    };
    let escalation = danger.escalates.then_some("can raise its authority");
    let egress = reach.leaves.then_some("data can leave AWS or reach a model");
    let facts = [escalation, danger.exposure, egress, Some(use_words)];
    let facts = facts.into_iter().flatten().map(str::to_owned);
    held_by(graph, reach).into_iter().chain(facts).collect()
}

fn held_by(graph: &Graph, reach: &EntityReach) -> Option<String> {
    let mut holders = reach.workloads.iter();
    let first = holders.next()?;
    Some(match holders.len() {
        0 => format!("paths begin at {}", visible(entity_name(graph, first))),
        more => format!("paths begin at {} and {more} more", visible(entity_name(graph, first))),
    })
}
