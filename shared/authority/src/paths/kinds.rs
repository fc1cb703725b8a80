//! The kinds of paths: a table of named rules. `docs/path-kinds.md` explains each.

use sv0_model::decision::{Effect, Layer};
use sv0_model::graph::{ActorClass, EdgeKind, Entity, EntityKind, Sensitivity};
use sv0_model::path::{AuthorityPath, EgressCategory, PathKind};

use super::environments::climbs;
use super::hops::{
    ACCESSES, ASSUMES, CHANGES_CODE_OF, ESCALATES_TO, INVOKES, PASSES_ROLE, PUSHES_IMAGE_TO, RUNS_AS, SIGNS_IN_AS,
};
use crate::access::side_of;
use crate::estate::Estate;

/// A path as the rules look at it, before it has a kind.
pub(crate) struct Look<'l> {
    pub estate: &'l Estate<'l>,
    pub start: &'l Entity,
    /// The resource.
    pub end: &'l Entity,
    pub path: &'l AuthorityPath,
}

/// A rule that tells whether a path is of a kind.
struct Rule {
    kind: PathKind,
    matches: fn(&Look<'_>) -> bool,
}

/// One rule for each kind, in the order of precedence.
const RULES: &[Rule] = &[
    Rule {
        kind: PathKind::Direct,
        matches: is_direct,
    },
    Rule {
        kind: PathKind::InstanceProfile,
        matches: is_by_instance_profile,
    },
    Rule {
        kind: PathKind::ResourcePolicyOnly,
        matches: is_by_resource_policy_alone,
    },
    Rule {
        kind: PathKind::AssumedChain,
        matches: takes_a_further_role,
    },
    Rule {
        kind: PathKind::FederatedHuman,
        matches: is_of_a_person,
    },
    Rule {
        kind: PathKind::InternetEgress,
        matches: leads_outside,
    },
    Rule {
        kind: PathKind::Orchestrated,
        matches: |look| look.invokes(|by, invoked| is_orchestrator(by) || is_orchestrator(invoked)),
    },
    Rule {
        kind: PathKind::LambdaToLambda,
        matches: |look| look.invokes(|by, invoked| is_function(by) && is_function(invoked)),
    },
    Rule {
        kind: PathKind::Agent,
        matches: passes_an_agent,
    },
    Rule {
        kind: PathKind::ConfusedDeputy,
        matches: |look| look.start.kind == EntityKind::AwsService,
    },
    Rule {
        kind: PathKind::TrustAmplification,
        matches: amplifies_trust,
    },
    Rule {
        kind: PathKind::SupplyChain,
        matches: |look| look.takes(CHANGES_CODE_OF) || look.takes(PUSHES_IMAGE_TO),
    },
    Rule {
        kind: PathKind::PrivilegeEscalation,
        matches: |look| look.takes(ESCALATES_TO) || look.takes(PASSES_ROLE),
    },
];

/// Every kind that a path is of, in the order of precedence.
pub(crate) fn of(look: &Look<'_>) -> Vec<PathKind> {
    let matching = RULES.iter().filter(|rule| (rule.matches)(look));
    matching.map(|rule| rule.kind).collect()
}

/// Where data that the path reaches leaves to.
pub(crate) fn egress(look: &Look<'_>) -> Option<EgressCategory> {
    if passes_an_agent(look) || look.end.kind == EntityKind::FoundationModel {
        return Some(EgressCategory::Llm);
    }
    leads_outside(look).then_some(EgressCategory::Internet)
}

impl<'l> Look<'l> {
    fn takes(&self, relation: &str) -> bool {
        self.path.hops.iter().any(|hop| hop.relation == relation)
    }

    /// The workloads that act on the path: the start, and each that is set going or whose code is replaced.
    fn workloads(&self) -> impl Iterator<Item = &'l Entity> {
        let entered = self
            .path
            .hops
            .iter()
            .filter(|hop| hop.relation != RUNS_AS)
            .filter_map(|hop| self.estate.entity(&hop.to))
            .filter(|entity| entity.native_id != self.end.native_id);
        std::iter::once(self.start)
            .chain(entered)
            .filter(|entity| entity.kind.is_workload())
    }

    /// Whether on some hop one thing sets another going that `is_meant` takes: the workload that acts there, and the one that is invoked.
    fn invokes(&self, is_meant: impl Fn(&Entity, &Entity) -> bool) -> bool {
        let mut acting = self.start;
        for hop in &self.path.hops {
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

fn is_direct(look: &Look<'_>) -> bool {
    let starts_with_own = look.path.hops.len() <= 2 && !look.takes(INVOKES);
    look.path.chain_depth <= 1 && starts_with_own
}

/// A further role is assumed, or taken on by a workload that is set going and for which no other rule speaks: a container, a build.
fn takes_a_further_role(look: &Look<'_>) -> bool {
    let is_named = |by: &Entity, invoked: &Entity| {
        let orchestrated = is_orchestrator(by) || is_orchestrator(invoked);
        orchestrated || (is_function(by) && is_function(invoked)) || is_agent(by) || is_agent(invoked)
    };
    let is_let_in = matches!(look.start.kind, EntityKind::AwsService | EntityKind::Anonymous);
    look.takes(ASSUMES) || (!is_let_in && look.invokes(|by, invoked| !is_named(by, invoked)))
}

fn is_by_instance_profile(look: &Look<'_>) -> bool {
    matches!(look.start.kind, EntityKind::Ec2Instance | EntityKind::AutoScalingGroup)
        && look.path.hops.first().is_some_and(|hop| hop.relation == RUNS_AS)
}

/// A statement of the resource's policy grants the last step, and none of a policy that the principal holds.
fn is_by_resource_policy_alone(look: &Look<'_>) -> bool {
    // Whom nobody knows holds no policy: that of the function lets it in.
    if look.start.kind == EntityKind::Anonymous {
        return true;
    }
    let Some(last) = look.path.hops.last().filter(|hop| hop.relation == ACCESSES) else {
        return false;
    };
    let principal = look.path.last_authority();
    let groups = look.estate.targets(principal, EdgeKind::MemberOf);
    let holders: Vec<&str> = groups.chain([principal]).collect();
    let is_held = |policy: &str| {
        let mut held = holders
            .iter()
            .flat_map(|holder| look.estate.targets(holder, EdgeKind::HasPolicy));
        held.any(|held| held == policy)
    };
    let granting = || {
        let allows = last
            .statements
            .iter()
            .filter(|statement| statement.effect == Effect::Allow);
        allows.chain(&last.granted_by)
    };
    granting().any(|statement| side_of(look.estate, statement) == Layer::Resource)
        && !granting().any(|statement| is_held(&statement.policy))
}

fn is_of_a_person(look: &Look<'_>) -> bool {
    let signs_in = look.path.hops.first().is_some_and(|hop| hop.relation == SIGNS_IN_AS);
    let is_member = matches!(
        look.start.kind,
        EntityKind::IdentityCenterUser | EntityKind::IdentityCenterGroup
    );
    let class = look.start.actor.as_ref().map(|actor| actor.class);
    let is_person = matches!(class, Some(ActorClass::Human | ActorClass::Both));
    let first = look.path.hops.first();
    let by_saml = first.is_some_and(|hop| hop.actions.iter().any(|action| action == "sts:AssumeRoleWithSAML"));
    signs_in && (is_member || is_person || by_saml)
}

/// The path ends outside AWS, or something on it that reads the data sends to a place outside.
fn leads_outside(look: &Look<'_>) -> bool {
    if look.end.kind == EntityKind::InternetDestination {
        return true;
    }
    let sends = |workload: &Entity| {
        look.estate
            .targets(&workload.native_id, EdgeKind::SendsTo)
            .next()
            .is_some()
    };
    look.path.action_class == sv0_model::path::ActionClass::ReadData && look.workloads().any(sends)
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

fn passes_an_agent(look: &Look<'_>) -> bool {
    look.workloads().any(is_agent)
}

/// The chain climbs from an environment of lesser trust into production, or crosses accounts over assumed roles into a restricted resource.
fn amplifies_trust(look: &Look<'_>) -> bool {
    let into_restricted = look.takes(ASSUMES)
        && look.path.cross_account
        && look.path.chain_depth > 1
        && look.path.sensitivity == Sensitivity::Restricted;
    into_restricted || climbs(look.estate, look.path)
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
