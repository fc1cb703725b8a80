//! From roles that can do something back to everyone who gets to them.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use sv0_iam::{Evaluation, UnknownContext};
use sv0_model::decision::{ConditionExpression, Decision};
use sv0_model::graph::{Entity, EntityKind};

use super::{Chain, HopJudge, ViaHop, hop, lead, most_hops, roles};
use crate::access::ASSUME_ROLE;
use crate::access::{Candidates, IdentityGrants, Opening, openings};
use crate::estate::{Estate, Place, Subject};
use crate::query::Query;
use crate::query::askers::Asker;
use crate::query::who_can::Direct;

/// The best chain of everyone who gets to one of those who can directly, by name.
///
/// Best is: allowed throughout before conditional, then the shortest, then the first by the bytes of its roles.
pub(in crate::query) fn chains_to(estate: &Estate<'_>, query: &Query<'_>, direct: &Direct) -> BTreeMap<String, Chain> {
    let residents = estate.resident_askers();
    let mut search = Search::new(estate, query, &residents);
    let mut best = search.pass(direct, Decision::Allow);
    for (name, chain) in search.pass(direct, Decision::Conditional) {
        best.entry(name).or_insert(chain);
    }
    best
}

/// Somebody who may assume a role.
#[derive(Debug, Clone)]
struct Arrival<'e> {
    name: String,
    /// The role itself, where the caller is one: others may get to it.
    role: Option<&'e Entity>,
    /// For a user of Identity Center the role of the permission set.
    lead: Option<&'e Entity>,
    decision: Decision,
    condition: Option<ConditionExpression>,
}

/// A user or group of Identity Center as whom it acts in one account.
struct Member<'e> {
    name: &'e str,
    subject: Subject<'e>,
    lead: Option<&'e Entity>,
}

/// A chain and the role that it ends at.
#[derive(Debug, Clone)]
struct Ending<'e> {
    end: &'e str,
    chain: Chain,
}

/// Chains that are kept of a role, each to another end: one that can by itself has a chain to another as well, and that must not lead in a circle.
const MOST_ENDINGS: usize = 2;

impl<'e> Ending<'e> {
    /// No chain at all: the role can by itself.
    fn at(role: &'e Entity, evaluation: &Evaluation) -> Self {
        let last = (evaluation.decision, evaluation.condition.clone());
        Self {
            end: &role.native_id,
            chain: Chain {
                hops: Vec::new(),
                last,
                caveats: evaluation.caveats.clone(),
            },
        }
    }

    /// Takes its place among others of the same length, of which the first `room` to different ends are kept.
    fn join(self, others: &mut Vec<Self>, room: usize) {
        match others.iter_mut().find(|other| other.end == self.end) {
            Some(other) if other.chain.roles() <= self.chain.roles() => return,
            Some(other) => *other = self,
            None => others.push(self),
        }
        others.sort_by(|a, b| a.chain.roles().cmp(&b.chain.roles()));
        others.truncate(room);
    }
}

struct Search<'e, 'a> {
    judge: HopJudge<'e, 'a>,
    candidates: Candidates<'e>,
    residents: &'a [Asker<'e>],
    identities: Vec<IdentityGrants<'a>>,
    /// Residents whose own policies let them assume anything at all, and roots.
    active: Vec<usize>,
    by_name: BTreeMap<&'a str, usize>,
    by_account: BTreeMap<&'a str, Vec<usize>>,
    /// Members of the workforce by the role in which they act; under the empty name those whose role is not known.
    members: BTreeMap<&'e str, Vec<Member<'e>>>,
    arrivals: BTreeMap<&'e str, Vec<Arrival<'e>>>,
}

impl<'e, 'a> Search<'e, 'a> {
    fn new(estate: &'e Estate<'e>, query: &Query<'a>, residents: &'a [Asker<'e>]) -> Self {
        let judge = HopJudge {
            estate,
            context: query.context,
            unknown_context: query.unknown_context,
        };
        let identities: Vec<IdentityGrants<'a>> = residents
            .par_iter()
            .map(|asker| judge.identity_of(&asker.subject))
            .collect();
        let is_active = |(asker, identity): &(&Asker<'_>, &IdentityGrants<'_>)| {
            let subject = &asker.subject;
            subject.is_root() || identity.lists(ASSUME_ROLE) || !subject.holdings.uncollected.is_empty()
        };
        let both = residents.iter().zip(&identities).enumerate();
        let active = both
            .filter(|(_, pair)| is_active(pair))
            .map(|(index, _)| index)
            .collect();
        let mut by_account: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, asker) in residents.iter().enumerate() {
            by_account
                .entry(asker.subject.account().unwrap_or_default())
                .or_default()
                .push(index);
        }
        Self {
            judge,
            candidates: roles(estate),
            residents,
            identities,
            active,
            by_name: residents
                .iter()
                .enumerate()
                .map(|(index, asker)| (asker.name.as_str(), index))
                .collect(),
            by_account,
            members: members(estate),
            arrivals: BTreeMap::new(),
        }
    }

    /// Breadth first from those who can, over hops that are at least as good as `worst`.
    fn pass(&mut self, direct: &Direct, worst: Decision) -> BTreeMap<String, Chain> {
        let estate = self.judge.estate;
        let mut frontier: Vec<(&'e Entity, Ending<'e>)> = direct
            .iter()
            .filter(|(_, evaluation)| evaluation.decision <= worst)
            .filter_map(|(name, evaluation)| Some((estate.entity(name)?, evaluation)))
            .filter(|(entity, _)| entity.kind == EntityKind::IamRole)
            .map(|(role, evaluation)| (role, Ending::at(role, evaluation)))
            .collect();
        let ends = frontier.iter().map(|(role, _)| role.native_id.clone());
        let ends: BTreeSet<String> = ends.collect();
        let mut found: BTreeMap<String, Vec<Ending<'e>>> = BTreeMap::new();
        for (role, ending) in &frontier {
            found.insert(role.native_id.clone(), vec![ending.clone()]);
        }
        for _ in 0..most_hops() {
            self.look_behind(&frontier);
            let level = self.level(&frontier, worst, &found);
            frontier = Vec::new();
            for (name, (role, endings)) in level {
                frontier.extend(endings.iter().filter_map(|ending| Some((role?, ending.clone()))));
                found.entry(name).or_default().extend(endings);
            }
            if frontier.is_empty() {
                break;
            }
        }
        let chained = |(name, endings): (String, Vec<Ending<'e>>)| {
            // Of a role that can by itself, the chain that leads to another.
            let own = usize::from(ends.contains(&name));
            let chain = endings.into_iter().nth(own)?.chain;
            Some((name, chain))
        };
        found.into_iter().filter_map(chained).collect()
    }

    /// Everyone who is one hop before the frontier, with the first of their chains that end where none of theirs has ended before.
    fn level(
        &self,
        frontier: &[(&'e Entity, Ending<'e>)],
        worst: Decision,
        found: &BTreeMap<String, Vec<Ending<'e>>>,
    ) -> BTreeMap<String, (Option<&'e Entity>, Vec<Ending<'e>>)> {
        let mut level: BTreeMap<String, (Option<&'e Entity>, Vec<Ending<'e>>)> = BTreeMap::new();
        for (role, behind) in frontier {
            let arrivals = self.arrivals.get(role.native_id.as_str()).into_iter().flatten();
            for arrival in arrivals.filter(|arrival| arrival.decision <= worst) {
                let known = found.get(&arrival.name).map_or(&[][..], Vec::as_slice);
                let most = if arrival.role.is_some() { MOST_ENDINGS } else { 1 };
                let room = most.saturating_sub(known.len());
                let is_new = known.iter().all(|known| known.end != behind.end);
                let is_circle = behind.chain.hops.iter().any(|hop| hop.role == arrival.name);
                if room > 0 && is_new && !is_circle {
                    let ending = Ending {
                        end: behind.end,
                        chain: arrival.before(role, &behind.chain),
                    };
                    let (_, endings) = level
                        .entry(arrival.name.clone())
                        .or_insert_with(|| (arrival.role, Vec::new()));
                    ending.join(endings, room);
                }
            }
        }
        level
    }

    /// Finds out who may assume the roles of the frontier.
    fn look_behind(&mut self, frontier: &[(&'e Entity, Ending<'e>)]) {
        let unknown: BTreeMap<&str, &'e Entity> = frontier
            .iter()
            .map(|(role, _)| (role.native_id.as_str(), *role))
            .filter(|(id, _)| !self.arrivals.contains_key(id))
            .collect();
        let found: Vec<(&str, Vec<Arrival<'e>>)> = unknown
            .into_par_iter()
            .map(|(id, role)| (id, self.arrivals_at(role)))
            .collect();
        self.arrivals.extend(found);
    }

    fn arrivals_at(&self, role: &'e Entity) -> Vec<Arrival<'e>> {
        let mut arrivals: Vec<Arrival<'e>> = self
            .callers_of(role)
            .into_iter()
            .filter_map(|index| self.arrival(index, role))
            .collect();
        let of_roles: Vec<Arrival<'e>> = arrivals
            .iter()
            .filter_map(|arrival| Some((arrival, arrival.role?)))
            .flat_map(|(arrival, caller)| self.members_of(caller, arrival, role))
            .collect();
        arrivals.extend(of_roles);
        let strangers = self.members.get("").into_iter().flatten();
        arrivals.extend(strangers.filter_map(|member| self.arrival_of_member(member, role)));
        let visitors = self.judge.estate.visitors(ASSUME_ROLE, &Place::of(role));
        arrivals.extend(visitors.into_iter().filter_map(|visitor| {
            let evaluation = self.judge.judge(&visitor.subject, role)?;
            Some(Arrival {
                name: visitor.name,
                role: None,
                lead: None,
                decision: evaluation.decision,
                condition: evaluation.condition,
            })
        }));
        arrivals
    }

    /// Residents whom it is worth asking for: those who may assume something, those whom the trust policy names, all of the account where it names everyone.
    fn callers_of(&self, role: &Entity) -> BTreeSet<usize> {
        let mut callers: BTreeSet<usize> = self.active.iter().copied().collect();
        let policy = self.judge.estate.own_policy(role);
        for opening in policy.map(openings).unwrap_or_default() {
            match opening {
                Opening::Principal(name) => callers.extend(self.by_name.get(name)),
                Opening::Everyone => {
                    let account = role.account.as_deref().unwrap_or_default();
                    callers.extend(self.by_account.get(account).into_iter().flatten());
                }
                Opening::Account(_) => {}
            }
        }
        callers
    }

    fn arrival(&self, index: usize, role: &'e Entity) -> Option<Arrival<'e>> {
        let (asker, identity) = (self.residents.get(index)?, self.identities.get(index)?);
        if !self
            .judge
            .is_worth_asking(&self.candidates, &asker.subject, identity, role)
        {
            return None;
        }
        let evaluation = self.judge.judge(&asker.subject, role)?;
        Some(Arrival {
            name: asker.name.clone(),
            role: asker.subject.entity.filter(|entity| entity.kind == EntityKind::IamRole),
            lead: None,
            decision: evaluation.decision,
            condition: evaluation.condition,
        })
    }

    /// The users who act as a role that may assume another.
    fn members_of(&self, caller: &'e Entity, arrival: &Arrival<'e>, role: &'e Entity) -> Vec<Arrival<'e>> {
        let members = self.members.get(caller.native_id.as_str()).into_iter().flatten();
        let is_settled = arrival.decision == Decision::Allow && self.judge.unknown_context == UnknownContext::Any;
        members
            .filter_map(|member| {
                if is_settled {
                    return Some(Arrival {
                        name: member.name.to_owned(),
                        role: None,
                        lead: member.lead,
                        ..arrival.clone()
                    });
                }
                self.arrival_of_member(member, role)
            })
            .collect()
    }

    fn arrival_of_member(&self, member: &Member<'e>, role: &'e Entity) -> Option<Arrival<'e>> {
        if !self.candidates.include(&member.subject, ASSUME_ROLE, role) {
            return None;
        }
        let evaluation = self.judge.judge(&member.subject, role)?;
        Some(Arrival {
            name: member.name.to_owned(),
            role: None,
            lead: member.lead,
            decision: evaluation.decision,
            condition: evaluation.condition,
        })
    }
}

impl Arrival<'_> {
    /// The chain of whoever arrives at `role`, from which `behind` leads on.
    fn before(&self, role: &Entity, behind: &Chain) -> Chain {
        let own = hop(role, self.decision, self.condition.clone());
        let hops: Vec<ViaHop> = self
            .lead
            .map(lead)
            .into_iter()
            .chain([own])
            .chain(behind.hops.iter().cloned())
            .collect();
        Chain {
            hops,
            last: behind.last.clone(),
            caveats: behind.caveats.clone(),
        }
    }
}

fn members<'e>(estate: &'e Estate<'e>) -> BTreeMap<&'e str, Vec<Member<'e>>> {
    let mut members: BTreeMap<&str, Vec<Member<'e>>> = BTreeMap::new();
    for member in estate.workforce_users().chain(estate.groups_of_unknown_members()) {
        for entrance in estate.entrances(member) {
            let Some(subject) = estate.subject_through(&entrance, member) else {
                continue;
            };
            let role = entrance.role.map_or("", |role| role.native_id.as_str());
            members.entry(role).or_default().push(Member {
                name: &member.native_id,
                subject,
                lead: entrance.role,
            });
        }
    }
    members
}
