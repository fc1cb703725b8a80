//! The kinds of paths: a table of named rules. `docs/path-kinds.md` explains each.

use sv0_model::decision::{Effect, Layer};
use sv0_model::graph::{ActorClass, EdgeKind, Entity, EntityKind, Sensitivity};
use sv0_model::path::{ActionClass, EgressCategory, PathHop, PathKind};

use sv0_model::route::{PathKinds, Route};

use super::ends::EndFacts;
use super::environments::{Climb, climb};
use super::hops::{
    ACCESSES, ASSUMES, CHANGES_CODE_OF, ESCALATES_TO, INVOKES, PASSES_ROLE, PUSHES_IMAGE_TO, RUNS_AS, SIGNS_IN_AS,
};
use crate::access::side_of;
use crate::estate::Estate;

/// What the rules ask of a route, whatever is reached on it.
pub(crate) struct WayFacts<'e> {
    start: &'e Entity,
    /// Kinds that the route alone gives its paths.
    kinds: PathKinds,
    /// The workloads that act on it: the start, and each that is set going or whose code is replaced.
    agents: Vec<&'e str>,
    /// Those of them that send to a place outside AWS.
    senders: Vec<&'e str>,
    climb: Climb,
    /// Whether it chains authorities by AssumeRole.
    is_chain: bool,
}

/// A path as the rules look at it.
struct Look<'l, 'e> {
    way: &'l WayFacts<'e>,
    end: &'l EndFacts<'e>,
    class: ActionClass,
    is_cross_account: bool,
}

/// A rule that tells whether a path is of a kind.
struct Rule {
    kind: PathKind,
    matches: Matcher,
}

/// By what a rule tells.
enum Matcher {
    /// The route alone.
    Way(fn(&Way<'_, '_, '_>) -> bool),
    /// The route and what is reached.
    Path(fn(&Look<'_, '_>) -> bool),
}

/// One rule for each kind, in the order of precedence.
const RULES: &[Rule] = &[
    Rule {
        kind: PathKind::Direct,
        matches: Matcher::Way(is_direct),
    },
    Rule {
        kind: PathKind::InstanceProfile,
        matches: Matcher::Way(is_by_instance_profile),
    },
    Rule {
        kind: PathKind::ResourcePolicyOnly,
        // Whom nobody knows holds no policy: that of the function lets it in.
        matches: Matcher::Path(|look| look.way.start.kind == EntityKind::Anonymous || look.end.is_by_resource_policy),
    },
    Rule {
        kind: PathKind::AssumedChain,
        matches: Matcher::Way(takes_a_further_role),
    },
    Rule {
        kind: PathKind::FederatedHuman,
        matches: Matcher::Way(is_of_a_person),
    },
    Rule {
        kind: PathKind::InternetEgress,
        matches: Matcher::Path(leads_outside),
    },
    Rule {
        kind: PathKind::Orchestrated,
        matches: Matcher::Way(|way| way.invokes(|by, invoked| is_orchestrator(by) || is_orchestrator(invoked))),
    },
    Rule {
        kind: PathKind::LambdaToLambda,
        matches: Matcher::Way(|way| way.invokes(|by, invoked| is_function(by) && is_function(invoked))),
    },
    Rule {
        kind: PathKind::Agent,
        matches: Matcher::Path(passes_an_agent),
    },
    Rule {
        kind: PathKind::ConfusedDeputy,
        matches: Matcher::Way(|way| way.start.kind == EntityKind::AwsService),
    },
    Rule {
        kind: PathKind::TrustAmplification,
        matches: Matcher::Path(amplifies_trust),
    },
    Rule {
        kind: PathKind::SupplyChain,
        matches: Matcher::Way(|way| way.takes(CHANGES_CODE_OF) || way.takes(PUSHES_IMAGE_TO)),
    },
    Rule {
        kind: PathKind::PrivilegeEscalation,
        matches: Matcher::Way(|way| way.takes(ESCALATES_TO) || way.takes(PASSES_ROLE)),
    },
];

impl<'e> WayFacts<'e> {
    pub(crate) fn of(estate: &'e Estate<'_>, start: &'e Entity, route: &Route) -> Self {
        let way = Way { estate, start, route };
        let matches = |rule: &&Rule| match rule.matches {
            Matcher::Way(matches) => matches(&way),
            Matcher::Path(_) => false,
        };
        let workloads: Vec<&'e Entity> = way.workloads().collect();
        let ids_of = |is_meant: &dyn Fn(&Entity) -> bool| {
            let meant = workloads.iter().filter(|entity| is_meant(entity));
            meant.map(|entity| entity.native_id.as_str()).collect()
        };
        let stations = route.hops.iter().map(|hop| hop.to.as_str());
        Self {
            start,
            kinds: PathKinds::new(RULES.iter().filter(matches).map(|rule| rule.kind), None),
            agents: ids_of(&is_agent),
            senders: ids_of(&|entity| sends_outside(estate, entity)),
            climb: climb(estate, std::iter::once(route.workload.as_str()).chain(stations)),
            is_chain: way.takes(ASSUMES) && route.chain_depth > 1,
        }
    }

    /// The kinds of the path that ends so, and where data that it reaches leaves to.
    pub(crate) fn kinds(&self, end: &EndFacts<'e>, class: ActionClass, is_cross_account: bool) -> PathKinds {
        let look = Look {
            way: self,
            end,
            class,
            is_cross_account,
        };
        let matches = |rule: &&Rule| match rule.matches {
            Matcher::Way(_) => self.kinds.contains(rule.kind),
            Matcher::Path(matches) => matches(&look),
        };
        PathKinds::new(RULES.iter().filter(matches).map(|rule| rule.kind), egress(&look))
    }
}

/// Where data that the path reaches leaves to.
fn egress(look: &Look<'_, '_>) -> Option<EgressCategory> {
    if passes_an_agent(look) || look.end.entity.kind == EntityKind::FoundationModel {
        return Some(EgressCategory::Llm);
    }
    leads_outside(look).then_some(EgressCategory::Internet)
}

/// A route as the rules look at it.
struct Way<'e, 'l, 'r> {
    estate: &'e Estate<'l>,
    start: &'e Entity,
    route: &'r Route,
}

impl<'e> Way<'e, '_, '_> {
    fn takes(&self, relation: &str) -> bool {
        self.route.hops.iter().any(|hop| hop.relation == relation)
    }

    /// The workloads that act on the way: the start, and each that is set going or whose code is replaced.
    fn workloads(&self) -> impl Iterator<Item = &'e Entity> {
        let entered = self
            .route
            .hops
            .iter()
            .filter(|hop| hop.relation != RUNS_AS)
            .filter_map(|hop| self.estate.entity(&hop.to));
        std::iter::once(self.start)
            .chain(entered)
            .filter(|entity| entity.kind.is_workload())
    }

    /// Whether on some hop one thing sets another going that `is_meant` takes: the workload that acts there, and the one that is invoked.
    fn invokes(&self, is_meant: impl Fn(&Entity, &Entity) -> bool) -> bool {
        let mut acting = self.start;
        for hop in &self.route.hops {
            let Some(to) = self.estate.entity(&hop.to) else {
                continue;
            };
            if hop.relation == INVOKES && to.kind.is_workload() && is_meant(acting, to) {
                return true;
            }
            if hop.relation != ACCESSES && to.kind.is_workload() {
                acting = to;
            }
        }
        false
    }
}

impl Look<'_, '_> {
    /// Whether one of these stands on the path before its end.
    fn passes(&self, workloads: &[&str]) -> bool {
        let end = self.end.entity.native_id.as_str();
        workloads
            .iter()
            .any(|workload| *workload != end || *workload == self.way.start.native_id)
    }
}

fn is_direct(way: &Way<'_, '_, '_>) -> bool {
    way.route.chain_depth <= 1 && way.route.hops.len() <= 1 && !way.takes(INVOKES)
}

/// A further role is assumed, or taken on by a workload that is set going and for which no other rule speaks: a container, a build.
fn takes_a_further_role(way: &Way<'_, '_, '_>) -> bool {
    let is_named = |by: &Entity, invoked: &Entity| {
        let orchestrated = is_orchestrator(by) || is_orchestrator(invoked);
        orchestrated || (is_function(by) && is_function(invoked)) || is_agent(by) || is_agent(invoked)
    };
    let is_let_in = matches!(way.start.kind, EntityKind::AwsService | EntityKind::Anonymous);
    way.takes(ASSUMES) || (!is_let_in && way.invokes(|by, invoked| !is_named(by, invoked)))
}

fn is_by_instance_profile(way: &Way<'_, '_, '_>) -> bool {
    matches!(way.start.kind, EntityKind::Ec2Instance | EntityKind::AutoScalingGroup)
        && way.route.hops.first().is_some_and(|hop| hop.relation == RUNS_AS)
}

/// A statement of the resource's policy grants the step, and none of a policy that the principal holds.
pub(crate) fn is_by_resource_policy_alone(estate: &Estate<'_>, last: &PathHop) -> bool {
    if last.relation != ACCESSES {
        return false;
    }
    let principal = &last.from;
    let groups = estate.targets(principal, EdgeKind::MemberOf);
    let holders: Vec<&str> = groups.chain([principal.as_str()]).collect();
    let is_held = |policy: &str| {
        let mut held = holders
            .iter()
            .flat_map(|holder| estate.targets(holder, EdgeKind::HasPolicy));
        held.any(|held| held == policy)
    };
    let granting = || {
        let allows = last
            .statements
            .iter()
            .filter(|statement| statement.effect == Effect::Allow);
        allows.chain(&last.granted_by)
    };
    granting().any(|statement| side_of(estate, statement) == Layer::Resource)
        && !granting().any(|statement| is_held(&statement.policy))
}

fn is_of_a_person(way: &Way<'_, '_, '_>) -> bool {
    let first = way.route.hops.first();
    let signs_in = first.is_some_and(|hop| hop.relation == SIGNS_IN_AS);
    let is_member = matches!(
        way.start.kind,
        EntityKind::IdentityCenterUser | EntityKind::IdentityCenterGroup
    );
    let class = way.start.actor.as_ref().map(|actor| actor.class);
    let is_person = matches!(class, Some(ActorClass::Human | ActorClass::Both));
    let by_saml = first.is_some_and(|hop| hop.actions.iter().any(|action| action == "sts:AssumeRoleWithSAML"));
    signs_in && (is_member || is_person || by_saml)
}

/// The path ends outside AWS, or something on it that reads the data sends to a place outside.
fn leads_outside(look: &Look<'_, '_>) -> bool {
    look.end.entity.kind == EntityKind::InternetDestination
        || (look.class == ActionClass::ReadData && look.passes(&look.way.senders))
}

fn sends_outside(estate: &Estate<'_>, workload: &Entity) -> bool {
    estate.targets(&workload.native_id, EdgeKind::SendsTo).next().is_some()
}

fn is_orchestrator(entity: &Entity) -> bool {
    matches!(
        entity.kind,
        EntityKind::StateMachine
            | EntityKind::EventBridgeRule
            | EntityKind::EventBridgeSchedule
            | EntityKind::EventBridgePipe
    )
}

fn is_function(entity: &Entity) -> bool {
    entity.kind == EntityKind::LambdaFunction
}

fn is_agent(entity: &Entity) -> bool {
    matches!(
        entity.kind,
        EntityKind::BedrockAgent
            | EntityKind::BedrockFlow
            | EntityKind::AgentCoreRuntime
            | EntityKind::AgentCoreGateway
    )
}

fn passes_an_agent(look: &Look<'_, '_>) -> bool {
    look.passes(&look.way.agents)
}

/// The chain climbs from an environment of lesser trust into production, or crosses accounts over assumed roles into a restricted resource.
fn amplifies_trust(look: &Look<'_, '_>) -> bool {
    let is_restricted = look.end.entity.sensitivity == Sensitivity::Restricted;
    let into_restricted = look.way.is_chain && look.is_cross_account && is_restricted;
    into_restricted || look.way.climb.to(look.end.trust).has_climbed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_rule_in_the_order_of_precedence() {
        let kinds: Vec<PathKind> = RULES.iter().map(|rule| rule.kind).collect();
        assert_eq!(kinds, PathKind::ALL);
    }
}
