//! The danger of an identity: a number to compare blast radii by, of facts that stand beside it.
//!
//! danger = (reach + escalation) × (1 + ½ if exposed + ½ if seen in use)
//!
//! Reach adds up the weights of every resource within reach, half of it where only a condition lets it in.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::finding::{Finding, FindingKind};
use sv0_model::graph::{EdgeKind, EntityKind, Graph, Resolution, Sensitivity};
use sv0_model::observation::Evidence;
use sv0_model::path::PathState;

use crate::reach::{EntityReach, Reached, Seen};

/// What one that can raise its authority counts for, beside what paths say: it reaches what no path lists.
pub(crate) const ESCALATION_WEIGHT: usize = 50;

/// The formula as the page prints it.
pub(crate) const FORMULA: &str = "Danger = (reach + escalation) × (1 + ½ if exposed + ½ if seen in use). Reach: 10 for each restricted resource, 4 confidential, 1 internal \
or of unknown sensitivity, 0 public; half where only a condition lets it in. Escalation: 50 where it is an administrator or can raise its own authority. \
Exposed: a finding or a trust lets outsiders get hold of it, or it comes from outside. Seen in use: the logs hold a successful call of it.";

/// Kinds of findings that say that an outsider can get hold of what they are about.
const EXPOSING: [FindingKind; 5] = [
    FindingKind::PublicAccess,
    FindingKind::ExternalAccess,
    FindingKind::MissingExternalId,
    FindingKind::OpenFederation,
    FindingKind::ConfusedDeputy,
];

/// Kinds of findings that say that a principal can be more than its policies name.
const ESCALATING: [FindingKind; 2] = [FindingKind::AdminEquivalent, FindingKind::PrivilegeEscalation];

/// What tells danger beside the paths, gathered once.
pub(crate) struct Surroundings<'a> {
    graph: &'a Graph,
    exposed: BTreeSet<&'a str>,
    escalating: BTreeSet<&'a str>,
    trusting: BTreeSet<&'a str>,
    used: BTreeMap<&'a str, u64>,
}

/// The danger of one identity and its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Danger {
    /// Four times the number of the formula, so that halves of halves stay whole.
    pub(crate) quarters: usize,
    /// Whether it is an administrator or can raise its authority.
    pub(crate) escalates: bool,
    /// Why it counts as exposed; `None` where nothing says so.
    pub(crate) exposure: Option<&'static str>,
    /// What the logs say.
    pub(crate) seen: Seen,
}

impl Danger {
    /// The number of the formula, rounded down.
    pub(crate) fn points(&self) -> usize {
        self.quarters / 4
    }
}

impl<'a> Surroundings<'a> {
    /// Gathers what the graph, the findings and the logs say of identities.
    pub(crate) fn of(graph: &'a Graph, findings: &'a [Finding], evidence: &'a Evidence) -> Self {
        let mut used = BTreeMap::new();
        for seen in &evidence.uses {
            *used.entry(seen.principal.as_str()).or_insert(0) += seen.count;
        }
        let trusts_outside = graph
            .edges
            .iter()
            .filter(|edge| edge.kind == EdgeKind::Trusts && is_outside(graph, &edge.to));
        Self {
            graph,
            exposed: main_subjects(findings, &EXPOSING),
            escalating: escalating(graph, findings),
            trusting: trusts_outside.map(|edge| edge.from.as_str()).collect(),
            used,
        }
    }

    /// Principals that a finding calls administrators, or able to raise their authority.
    pub(crate) fn escalating(&self) -> impl Iterator<Item = &'a str> {
        self.escalating.iter().copied()
    }

    /// The danger of the entity with this id and reach.
    pub(crate) fn danger(&self, id: &str, reach: &EntityReach) -> Danger {
        let escalates = reach.escalates || self.escalating.contains(id);
        let exposure = self.exposure(id);
        let is_used = self.used.get(id).is_some_and(|&count| count > 0);
        let seen = if is_used { Seen::Observed } else { reach.seen };
        let halves = reach
            .resources
            .iter()
            .map(|(reached, count)| half_points(reached) * count)
            .sum::<usize>();
        let base = halves + if escalates { 2 * ESCALATION_WEIGHT } else { 0 };
        let factor = 2 + usize::from(exposure.is_some()) + usize::from(seen == Seen::Observed);
        Danger {
            quarters: base * factor,
            escalates,
            exposure,
            seen,
        }
    }

    fn exposure(&self, id: &str) -> Option<&'static str> {
        if self.exposed.contains(id) {
            return Some("a finding says that outsiders can get hold of it");
        }
        if is_outside(self.graph, id) {
            return Some("it comes from outside");
        }
        self.trusting
            .contains(id)
            .then_some("its trust policy names an outsider")
    }
}

fn main_subjects<'a>(findings: &'a [Finding], kinds: &[FindingKind]) -> BTreeSet<&'a str> {
    let of_kinds = findings.iter().filter(|finding| kinds.contains(&finding.kind));
    of_kinds
        .filter_map(|finding| finding.subjects.first())
        .map(String::as_str)
        .collect()
}

/// The main subjects of such findings, and the workloads that run as them, which stand behind the main subject.
fn escalating<'a>(graph: &Graph, findings: &'a [Finding]) -> BTreeSet<&'a str> {
    let is_workload = |id: &&String| graph.entities.get(*id).is_some_and(|entity| entity.kind.is_workload());
    let of_kinds = findings.iter().filter(|finding| ESCALATING.contains(&finding.kind));
    let workloads = of_kinds.flat_map(|finding| finding.subjects.iter().filter(is_workload));
    main_subjects(findings, &ESCALATING)
        .into_iter()
        .chain(workloads.map(String::as_str))
        .collect()
}

fn is_outside(graph: &Graph, id: &str) -> bool {
    graph.entities.get(id).is_some_and(|entity| {
        let comes_from_outside = matches!(
            entity.kind,
            EntityKind::Anonymous
                | EntityKind::FederatedIdentity
                | EntityKind::RolesAnywhereProfile
                | EntityKind::CognitoIdentityPool
        );
        let is_service = entity.kind == EntityKind::AwsService;
        comes_from_outside || (entity.resolution == Resolution::External && !is_service)
    })
}

/// Twice the weight of a resource, so that the half of a conditional one is whole.
fn half_points(reached: &Reached) -> usize {
    let weight = match reached.sensitivity {
        Sensitivity::Restricted => 10,
        Sensitivity::Confidential => 4,
        Sensitivity::Internal | Sensitivity::Unknown => 1,
        Sensitivity::Public => 0,
    };
    match reached.state {
        PathState::Allowed => 2 * weight,
        PathState::Conditional => weight,
        PathState::Blocked => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(resources: &[(&'static str, Sensitivity, PathState)]) -> EntityReach {
        let mut reach = EntityReach::default();
        for &(_, sensitivity, state) in resources {
            *reach.resources.entry(Reached { sensitivity, state }).or_default() += 1;
        }
        reach
    }

    fn danger(reach: &EntityReach, evidence: &Evidence) -> Danger {
        Surroundings::of(&Graph::default(), &[], evidence).danger("role", reach)
    }

    #[test]
    fn the_formula_is_the_one_that_is_printed() {
        use PathState::{Allowed, Conditional};
        use Sensitivity::{Confidential, Internal, Public, Restricted, Unknown};
        let of = |resources: &[_]| danger(&reach(resources), &Evidence::default()).points();
        assert_eq!(of(&[("a", Restricted, Allowed)]), 10);
        assert_eq!(of(&[("a", Restricted, Conditional), ("b", Confidential, Allowed)]), 9);
        assert_eq!(
            of(&[
                ("a", Internal, Allowed),
                ("b", Unknown, Allowed),
                ("c", Public, Allowed)
            ]),
            2
        );
        let escalating = EntityReach {
            escalates: true,
            seen: Seen::Observed,
            ..reach(&[("a", Restricted, Allowed)])
        };
        assert_eq!(danger(&escalating, &Evidence::default()).points(), 90, "(10 + 50) × 1½");
        for weight in [
            "10 for each restricted",
            "4 confidential",
            "1 internal",
            "0 public",
            "Escalation: 50",
        ] {
            assert!(FORMULA.contains(weight), "{weight}");
        }
    }

    #[test]
    fn an_administrator_is_dangerous_without_a_path_and_so_is_what_runs_as_it_but_not_whom_it_goes_through() {
        use sv0_model::finding::FindingSeverity;
        let function = "arn:aws:lambda:eu-west-1:111122223333:function:release";
        let json = serde_json::json!({
            "native_id": function, "source_system": "", "kind": "workload/lambda_function", "name": "release", "account": null, "region": null,
            "resolution": "collected", "sensitivity": "unknown", "resource_policy": {"state": "not_supported"}, "captured_at": null, "origins": [],
        });
        let mut graph = Graph::default();
        graph
            .entities
            .insert(function.to_owned(), serde_json::from_value(json).unwrap());
        let finding = |kind, subjects: &[&str]| Finding {
            id: String::new(),
            kind,
            severity: FindingSeverity::High,
            severity_reason: String::new(),
            title: String::new(),
            description: String::new(),
            account: None,
            subjects: subjects.iter().map(|&id| id.to_owned()).collect(),
            paths: Vec::new(),
            statements: Vec::new(),
            event_ids: Vec::new(),
            origins: Vec::new(),
            verify: Vec::new(),
            caveats: Vec::new(),
        };
        let findings = [
            finding(FindingKind::AdminEquivalent, &["releaser", function, "admin"]),
            finding(FindingKind::MissingExternalId, &["vendor", "999988887777"]),
        ];
        let evidence = Evidence::default();
        let surroundings = Surroundings::of(&graph, &findings, &evidence);
        let of = |id| surroundings.danger(id, &EntityReach::default());
        assert_eq!(
            (of("releaser").points(), of(function).points(), of("admin").points()),
            (50, 50, 0)
        );
        assert!(
            of("vendor").exposure.is_some(),
            "exposed, though nothing is within its reach"
        );
        assert!(of("999988887777").exposure.is_none());
    }
}
