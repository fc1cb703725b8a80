//! From somebody on to every role they get to.

use std::collections::BTreeMap;

use sv0_iam::Evaluation;
use sv0_model::decision::Decision;
use sv0_model::graph::Entity;

use super::{HopJudge, ViaHop, hop, lead, most_hops, roles, roles_of};
use crate::access::Candidates;
use crate::estate::{Estate, Subject};
use crate::query::Query;
use crate::query::actor::{Actor, all_of};

/// A chain of roles that leads to one.
#[derive(Debug, Clone)]
pub(in crate::query) struct ForwardChain<'e> {
    pub hops: Vec<ViaHop>,
    pub role: &'e Entity,
    /// What all its hops together say.
    pub evaluation: Evaluation,
}

/// The chains by which an actor gets to roles: for each role the best that is allowed throughout and the best of all, the shortest first.
pub(in crate::query) fn chains_from<'e>(
    estate: &'e Estate<'e>,
    actor: &Actor<'e>,
    query: &Query<'_>,
) -> Vec<ForwardChain<'e>> {
    let mut walk = Walk {
        judge: HopJudge {
            estate,
            context: query.context,
            unknown_context: query.unknown_context,
        },
        candidates: roles(estate),
        hops: BTreeMap::new(),
    };
    let mut chains = walk.pass(actor, Decision::Allow);
    chains.extend(walk.pass(actor, Decision::Conditional));
    chains.sort_by(|a, b| order(a).cmp(&order(b)));
    chains
}

/// Better decisions first, then the shorter chain, then the bytes of the roles.
pub(in crate::query) fn order<'c>(chain: &'c ForwardChain<'_>) -> (Decision, usize, Vec<&'c str>) {
    (chain.evaluation.decision, chain.hops.len(), roles_of(&chain.hops))
}

struct Walk<'e, 'q> {
    judge: HopJudge<'e, 'q>,
    candidates: Candidates<'e>,
    /// Hops from each role that was met.
    hops: BTreeMap<&'e str, Vec<(&'e Entity, Evaluation)>>,
}

impl<'e> Walk<'e, '_> {
    /// Breadth first over hops that are at least as good as `worst`.
    fn pass(&mut self, actor: &Actor<'e>, worst: Decision) -> Vec<ForwardChain<'e>> {
        let own: Vec<&str> = actor
            .ways
            .iter()
            .filter(|way| way.entrance.is_none())
            .filter_map(|way| way.subject.entity)
            .map(|entity| entity.native_id.as_str())
            .collect();
        let mut found: BTreeMap<&str, ForwardChain<'e>> = BTreeMap::new();
        let mut level = self.first(actor, worst);
        for _ in 0..most_hops() {
            level.retain(|role, _| !own.contains(role) && !found.contains_key(role));
            let next = self.next(&level, worst);
            found.extend(level);
            level = next;
        }
        found.into_values().collect()
    }

    fn first(&self, actor: &Actor<'e>, worst: Decision) -> BTreeMap<&'e str, ForwardChain<'e>> {
        let mut level = BTreeMap::new();
        for way in &actor.ways {
            let lead = way.entrance.and_then(|entrance| entrance.role).map(lead);
            for (role, evaluation) in self.hops_of(&way.subject) {
                let own = hop(role, evaluation.decision, evaluation.condition.clone());
                let hops = lead.iter().cloned().chain([own]).collect();
                offer(&mut level, ForwardChain { hops, role, evaluation }, worst);
            }
        }
        level
    }

    fn next(
        &mut self,
        level: &BTreeMap<&'e str, ForwardChain<'e>>,
        worst: Decision,
    ) -> BTreeMap<&'e str, ForwardChain<'e>> {
        let mut next = BTreeMap::new();
        for (id, chain) in level {
            if !self.hops.contains_key(id) {
                let subject = self.judge.estate.subject_of(chain.role);
                let hops = subject.map(|subject| self.hops_of(&subject)).unwrap_or_default();
                self.hops.insert(id, hops);
            }
            for (role, evaluation) in self.hops.get(id).into_iter().flatten() {
                let own = hop(role, evaluation.decision, evaluation.condition.clone());
                let longer = ForwardChain {
                    hops: chain.hops.iter().cloned().chain([own]).collect(),
                    role,
                    evaluation: all_of(chain.evaluation.clone(), evaluation.clone()),
                };
                offer(&mut next, longer, worst);
            }
        }
        next
    }

    fn hops_of(&self, subject: &Subject<'_>) -> Vec<(&'e Entity, Evaluation)> {
        let Some(action) = self.judge.action_of(subject) else {
            return Vec::new();
        };
        let identity = self.judge.identity_of(subject);
        let candidates = self.candidates.of(subject, &[action]);
        candidates
            .into_iter()
            .filter(|role| self.judge.is_worth_asking(&self.candidates, subject, &identity, role))
            .filter_map(|role| Some((role, self.judge.judge(subject, role)?)))
            .collect()
    }
}

/// Keeps of the chains to a role the first by its roles.
fn offer<'e>(level: &mut BTreeMap<&'e str, ForwardChain<'e>>, chain: ForwardChain<'e>, worst: Decision) {
    let last = chain.hops.last().map(|hop| hop.decision);
    if last.is_some_and(|decision| decision > worst) {
        return;
    }
    let id = chain.role.native_id.as_str();
    let is_first = level
        .get(id)
        .is_none_or(|known| roles_of(&chain.hops) < roles_of(&known.hops));
    if is_first {
        level.insert(id, chain);
    }
}
