//! Puts routes together, and what is taken of the ends that they lead to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sv0_model::decision::Caveat;
use sv0_model::graph::{EdgeKind, Entity, EntityKind};
use sv0_model::path::{ActionClass, PathHop, PathState};
use sv0_model::route::{Access, Route, RoutePaths};

use super::chains::Chain;
use super::ends::Ends;
use super::further::Further;
use super::hops::{Ground, PULLS_VIA, RUNS_AS};
use super::keep::{Kept, Sketch};
use super::kinds::WayFacts;
use super::reach::Reaches;
use super::starts::Start;
use super::transfer::Transfer;
use crate::step::Step;

/// Everything that paths are made of.
pub(crate) struct Assembly<'e, 'a> {
    pub ground: Ground<'e, 'a>,
    pub reaches: &'a Reaches<'e>,
    /// The chains from every authority that something starts with.
    pub chains: &'a BTreeMap<&'e str, Vec<Chain<'e, 'a>>>,
}

/// The way of a start to an authority.
#[derive(Clone, Copy)]
struct Ride<'e, 'a, 's> {
    departure: &'s Transfer<'e>,
    chain: &'s Chain<'e, 'a>,
}

impl<'e, 'a, 's> Ride<'e, 'a, 's> {
    fn transfers(self) -> impl Iterator<Item = &'s Transfer<'e>>
    where
        'a: 's,
    {
        let taken = self
            .chain
            .transfers
            .iter()
            .map(|transfer| -> &'s Transfer<'e> { transfer });
        std::iter::once(self.departure).chain(taken)
    }

    fn detours(self) -> usize {
        self.chain.detours() + usize::from(self.departure.way.is_detour())
    }

    /// The workload that runs as the authority on which ends are reached; none where that is otherwise come to.
    fn running(self) -> Option<&'s str> {
        let last = self.transfers().last()?.legs.last()?;
        (last.hop.relation == RUNS_AS).then_some(last.hop.from.as_str())
    }

    fn state(self) -> PathState {
        self.chain.state().max(self.departure.state())
    }
}

/// A way on which ends are reached: to the authority itself, or further through something else.
struct Branch<'e, 'a, 's> {
    ride: Ride<'e, 'a, 's>,
    further: Option<&'s Further<'e>>,
    ends: &'s Ends<'e>,
    state: PathState,
    /// The places of the ends that are kept.
    kept: Vec<usize>,
}

/// The steps up to the authority on which an end is reached.
#[derive(Default)]
struct Approach<'e> {
    roles: Vec<&'e str>,
    hops: Vec<Arc<PathHop>>,
    caveats: BTreeSet<Caveat>,
    /// What tells its detours, for the path's id.
    marks: Vec<String>,
}

/// The order in which ends are offered.
const STATES: [PathState; 3] = [PathState::Allowed, PathState::Conditional, PathState::Blocked];

impl<'e, 'a> Assembly<'e, 'a> {
    /// The paths of a start, by depth, roles and marks of their routes.
    pub(crate) fn paths_of(&self, start: &Start<'e>) -> Vec<RoutePaths> {
        let rides = self.rides(start);
        let has_detours = rides.iter().any(|ride| ride.detours() > 0);
        let mut kept = Kept::default();
        let mut found: Vec<RoutePaths> = Vec::new();
        for group in rides.chunk_by(|a, b| a.detours() == b.detours()) {
            let mut branches: Vec<Branch<'e, 'a, '_>> = group.iter().flat_map(|ride| self.branches(*ride)).collect();
            if has_detours {
                choose(&mut branches, &mut kept);
            } else {
                branches
                    .iter_mut()
                    .for_each(|branch| branch.kept = (0..branch.ends.accesses.len()).collect());
            }
            found.extend(branches.iter().filter_map(|branch| {
                let mut approach = approach(start.entity, branch.ride);
                if let Some(further) = branch.further {
                    approach.go_further(further);
                }
                self.taken(start.entity, approach, branch.ends, &branch.kept)
            }));
        }
        found.extend(self.injected(start));
        found.extend(self.sent(start));
        found.sort_by(|a, b| order(&a.route).cmp(&order(&b.route)));
        found
    }

    fn branches<'s>(&'s self, ride: Ride<'e, 'a, 's>) -> impl Iterator<Item = Branch<'e, 'a, 's>> {
        let reach = self.reaches.of(ride.chain.terminal());
        let ends = reach.into_iter().map(move |reach| Branch {
            ride,
            further: None,
            ends: &reach.ends,
            state: ride.state(),
            kept: Vec::new(),
        });
        let further = reach.into_iter().flat_map(|reach| &reach.further);
        let further = further.filter(move |further| further.by.is_none() || further.by == ride.running());
        ends.chain(further.map(move |further| Branch {
            ride,
            further: Some(further),
            ends: &further.ends,
            state: ride.state().max(further.state()),
            kept: Vec::new(),
        }))
    }

    /// The ways from a start, those with the fewest detours first, then the shortest.
    fn rides<'s>(&'s self, start: &'s Start<'e>) -> Vec<Ride<'e, 'a, 's>> {
        let mut rides: Vec<Ride<'e, 'a, 's>> = start
            .departures
            .iter()
            .flat_map(|departure| {
                let chains = self.chains.get(departure.to).into_iter().flatten();
                chains.map(move |chain| Ride { departure, chain })
            })
            .collect();
        rides.sort_by_key(|ride| (ride.detours(), ride.chain.transfers.len()));
        rides
    }

    /// Secrets that ECS reads under the execution role and hands to the containers.
    fn injected(&self, start: &Start<'e>) -> Option<RoutePaths> {
        let (injection, leg) = start.injection.as_ref()?;
        let approach = Approach {
            roles: vec![injection.role],
            hops: vec![leg.hop.clone()],
            caveats: leg.caveats.iter().copied().collect(),
            marks: vec![PULLS_VIA.to_owned()],
        };
        let ends = &self.reaches.of(injection.role)?.ends;
        let injected = ends.each().filter(|(_, access, _)| {
            let is_injected = injection.resources.contains(access.resource.as_str());
            is_injected && access.action_class == ActionClass::ReadData
        });
        let kept: Vec<usize> = injected.map(|(place, ..)| place).collect();
        self.taken(start.entity, approach, ends, &kept)
    }

    /// Places outside AWS that a start without a role of its own sends to by its configuration.
    fn sent(&self, start: &Start<'e>) -> Option<RoutePaths> {
        if start.departures.iter().any(|departure| !departure.way.is_detour()) {
            return None;
        }
        let places = self.ground.estate.targets(&start.entity.native_id, EdgeKind::SendsTo);
        let places = places.filter_map(|place| self.ground.entity(place));
        let outside = places.filter(|place| place.kind == EntityKind::InternetDestination);
        let from = &start.entity.native_id;
        let reached: Vec<_> = outside
            .map(|place| self.ground.sending(from, place, Vec::new(), &Step::allowed()))
            .collect();
        if reached.is_empty() {
            return None;
        }
        let ends = Ends::new(self.ground.estate, reached);
        let kept: Vec<usize> = (0..ends.accesses.len()).collect();
        self.taken(start.entity, Approach::default(), &ends, &kept)
    }

    /// The paths that lead so to those of the ends that are kept; none where none of them is. The way to an authority that reaches nothing is told: who compares
    /// two runs must know whether the way or what was reached is gone.
    fn taken(&self, start: &'e Entity, approach: Approach<'e>, ends: &Ends<'e>, kept: &[usize]) -> Option<RoutePaths> {
        if kept.is_empty() && !ends.accesses.is_empty() {
            return None;
        }
        let executions = self.executions(&approach, ends, kept);
        let route = self.route(start, approach);
        let way = WayFacts::of(self.ground.estate, start, &route);
        let mut paths = RoutePaths {
            route: Arc::new(route),
            accesses: ends.accesses.clone(),
            taken: Vec::new(),
            executions,
        };
        for place in kept {
            let (Some(access), Some(end)) = (ends.accesses.get(*place), ends.facts.get(*place)) else {
                continue;
            };
            let is_cross_account = paths.route.crosses_accounts_to(access);
            let kinds = way.kinds(end, access.action_class, is_cross_account);
            paths.take(*place, kinds);
        }
        Some(paths)
    }

    /// What the logs say of executions of whole paths, by the place of the access.
    fn executions(&self, approach: &Approach<'e>, ends: &Ends<'e>, kept: &[usize]) -> BTreeMap<usize, String> {
        let Some(executions) = self.ground.logs.executions(&approach.roles) else {
            return BTreeMap::new();
        };
        let said = |place: &usize| {
            let access: &Access = ends.accesses.get(*place)?;
            let is_silent = access.hop.note.is_empty();
            let execution = executions.doing(&access.hop.actions, &access.resource)?;
            is_silent.then_some((*place, execution))
        };
        kept.iter().filter_map(said).collect()
    }

    fn route(&self, start: &Entity, approach: Approach<'e>) -> Route {
        let of_hops = approach.hops.iter().filter_map(|hop| self.ground.account_of(&hop.to));
        let accounts: BTreeSet<&str> = of_hops.chain(start.account.as_deref()).collect();
        let states = approach.hops.iter().map(|hop| hop.state);
        let is_own = usize::from(start.kind.is_iam_principal());
        Route {
            workload: start.native_id.clone(),
            chain_depth: approach.roles.len() + is_own,
            roles: approach.roles.into_iter().map(str::to_owned).collect(),
            state: states.max().unwrap_or(PathState::Allowed),
            hops: approach.hops,
            marks: approach.marks,
            accounts: accounts.into_iter().map(str::to_owned).collect(),
            caveats: approach.caveats.into_iter().collect(),
        }
    }
}

/// Keeps what tells something new of each end: the branches have equally many detours.
fn choose(branches: &mut [Branch<'_, '_, '_>], kept: &mut Kept) {
    for offered in STATES {
        for branch in &mut *branches {
            let detours = branch.ride.detours();
            for (place, access, facts) in branch.ends.each() {
                let state = branch.state.max(access.hop.state);
                let sketch = Sketch {
                    spot: facts.spot,
                    whole: facts.whole,
                    state,
                    detours,
                };
                if state == offered && kept.takes(sketch) {
                    branch.kept.push(place);
                }
            }
        }
    }
    branches.iter_mut().for_each(|branch| branch.kept.sort_unstable());
}

fn order(route: &Route) -> (usize, &[String], &[String]) {
    (route.chain_depth, &route.roles, &route.marks)
}

fn approach<'e>(start: &Entity, ride: Ride<'e, '_, '_>) -> Approach<'e> {
    let mut approach = Approach::default();
    for transfer in ride.transfers() {
        approach.add(start, transfer);
    }
    if ride.chain.is_cut {
        approach.caveats.insert(Caveat::DepthLimit);
    }
    approach
}

impl<'e> Approach<'e> {
    fn go_further(&mut self, further: &Further<'e>) {
        for leg in &further.legs {
            self.hops.push(leg.hop.clone());
            self.caveats.extend(&leg.caveats);
            self.marks.extend([leg.hop.relation.clone(), leg.hop.to.clone()]);
        }
        self.roles.extend(further.role);
    }

    fn add(&mut self, start: &Entity, transfer: &Transfer<'e>) {
        for leg in &transfer.legs {
            self.hops.push(leg.hop.clone());
            self.caveats.extend(&leg.caveats);
        }
        self.marks.extend(transfer.marks.iter().cloned());
        // A user is its own first authority, and named as the start.
        if transfer.to != start.native_id {
            self.roles.push(transfer.to);
        }
    }
}
