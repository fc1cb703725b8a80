//! Puts the steps of a path together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sv0_model::decision::{Caveat, Layer};
use sv0_model::graph::{EdgeKind, Entity, EntityKind};
use sv0_model::hash::stable_id;
use sv0_model::path::{ActionClass, Authority, AuthorityPath, PathHop, PathState};

use super::chains::Chain;
use super::ends::Reached;
use super::further::Further;
use super::hops::{Ground, PULLS_VIA, RUNS_AS};
use super::keep::{Kept, Sketch};
use super::kinds::{self, Look};
use super::reach::Reaches;
use super::starts::Start;
use super::transfer::Transfer;
use crate::estate::conjunction;
use crate::step::{Step, extend};

/// Everything that paths are made of.
pub(crate) struct Assembly<'e, 'a> {
    pub ground: Ground<'e, 'a>,
    pub reaches: &'a Reaches<'e>,
    /// The chains from every authority that something starts with.
    pub chains: &'a BTreeMap<&'e str, Vec<Chain<'e, 'a>>>,
}

/// The way of a start to the authority on which ends are reached.
#[derive(Clone, Copy)]
struct Route<'e, 'a, 's> {
    departure: &'s Transfer<'e>,
    chain: &'s Chain<'e, 'a>,
}

impl<'e, 'a, 's> Route<'e, 'a, 's> {
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

/// An end on a route.
struct Found<'e, 'a, 's> {
    state: PathState,
    route: Route<'e, 'a, 's>,
    further: Option<&'s Further<'e>>,
    reached: &'s Reached<'e>,
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

impl<'e, 'a> Assembly<'e, 'a> {
    pub(crate) fn paths_of(&self, start: &Start<'e>) -> Vec<AuthorityPath> {
        let mut paths = Vec::new();
        let mut kept = Kept::default();
        for group in self.routes(start).chunk_by(|a, b| a.detours() == b.detours()) {
            let mut found: Vec<Found<'e, 'a, '_>> = group.iter().flat_map(|route| self.found_on(*route)).collect();
            found.sort_by_key(|found| found.state);
            for found in found {
                let sketch = Sketch {
                    resource: &found.reached.entity.native_id,
                    scope: &found.reached.scope,
                    class: found.reached.class,
                    state: found.state,
                    detours: found.route.detours(),
                };
                if kept.takes(sketch) {
                    let mut approach = approach(start.entity, found.route);
                    if let Some(further) = found.further {
                        approach.go_further(further);
                    }
                    paths.push(self.path(start.entity, &approach, found.reached));
                }
            }
        }
        paths.extend(self.injected(start));
        paths.extend(self.sent(start));
        paths
    }

    fn found_on<'s>(&'s self, route: Route<'e, 'a, 's>) -> impl Iterator<Item = Found<'e, 'a, 's>> {
        let terminal = route.chain.terminal();
        let ends = self.reaches.ends(terminal).iter().map(move |reached| Found {
            state: route.state().max(reached.hop.state),
            route,
            further: None,
            reached,
        });
        let further = self.reaches.further(terminal).iter();
        let further = further.filter(move |further| further.by.is_none() || further.by == route.running());
        ends.chain(further.map(move |further| Found {
            state: route.state().max(further.state()),
            route,
            further: Some(further),
            reached: &further.reached,
        }))
    }

    /// The ways from a start, those with the fewest detours first, then the shortest.
    fn routes<'s>(&'s self, start: &'s Start<'e>) -> Vec<Route<'e, 'a, 's>> {
        let mut routes: Vec<Route<'e, 'a, 's>> = start
            .departures
            .iter()
            .flat_map(|departure| {
                let chains = self.chains.get(departure.to).into_iter().flatten();
                chains.map(move |chain| Route { departure, chain })
            })
            .collect();
        routes.sort_by_key(|route| (route.detours(), route.chain.transfers.len()));
        routes
    }

    /// Secrets that ECS reads under the execution role and hands to the containers.
    fn injected(&self, start: &Start<'e>) -> Vec<AuthorityPath> {
        let Some((injection, leg)) = &start.injection else {
            return Vec::new();
        };
        let approach = Approach {
            roles: vec![injection.role],
            hops: vec![leg.hop.clone()],
            caveats: leg.caveats.iter().copied().collect(),
            marks: Vec::new(),
        };
        let ends = self.reaches.ends(injection.role).iter().filter(|reached| {
            let is_injected = injection.resources.contains(reached.entity.native_id.as_str());
            is_injected && reached.class == ActionClass::ReadData
        });
        ends.map(|reached| self.path(start.entity, &approach, reached))
            .collect()
    }

    /// Places outside AWS that a start without a role of its own sends to by its configuration.
    fn sent(&self, start: &Start<'e>) -> Vec<AuthorityPath> {
        if start.departures.iter().any(|departure| !departure.way.is_detour()) {
            return Vec::new();
        }
        let places = self.ground.estate.targets(&start.entity.native_id, EdgeKind::SendsTo);
        let places = places.filter_map(|place| self.ground.entity(place));
        let outside = places.filter(|place| place.kind == EntityKind::InternetDestination);
        let step = Step::allowed();
        outside
            .map(|place| {
                let reached = self.ground.sending(&start.entity.native_id, place, Vec::new(), &step);
                self.path(start.entity, &Approach::default(), &reached)
            })
            .collect()
    }

    fn path(&self, start: &Entity, approach: &Approach<'e>, end: &Reached<'e>) -> AuthorityPath {
        let mut hops = approach.hops.clone();
        let mut last = end.hop.clone();
        let execution = self
            .ground
            .logs
            .execution(&approach.roles, &last.actions, &end.entity.native_id);
        if let Some(execution) = execution.filter(|_| last.note.is_empty()) {
            Arc::make_mut(&mut last).note = execution;
        }
        let (actions, observation) = (last.actions.clone(), last.observation.clone());
        hops.push(last);
        let state = hops.iter().map(|hop| hop.state).max().unwrap_or(PathState::Blocked);
        let mut caveats = approach.caveats.clone();
        caveats.extend(&end.caveats);
        let is_own = usize::from(start.kind.is_iam_principal());
        let mut path = AuthorityPath {
            id: path_id(start, approach, end),
            kind: sv0_model::path::PathKind::Direct,
            kinds: Vec::new(),
            workload: start.native_id.clone(),
            roles: approach.roles.iter().map(|role| (*role).to_owned()).collect(),
            resource: end.entity.native_id.clone(),
            scope: end.scope.clone(),
            action_class: end.class,
            actions,
            state,
            blocked_by: layers(&hops, state),
            condition: match state {
                PathState::Conditional => conjunction(hops.iter().filter_map(|hop| hop.condition.clone())),
                PathState::Allowed | PathState::Blocked => None,
            },
            chain_depth: approach.roles.len() + is_own,
            cross_account: self.crosses_accounts(start, &hops),
            observation,
            hops,
            sensitivity: end.entity.sensitivity,
            sensitivity_rule: end.entity.sensitivity_rule.clone(),
            data_domain: end.entity.data_domain.clone(),
            environment: end.entity.environment.clone(),
            egress_category: None,
            authority: Authority::Effective,
            caveats: caveats.into_iter().collect(),
        };
        let look = Look {
            estate: self.ground.estate,
            start,
            end: end.entity,
            path: &path,
        };
        let (kinds, egress) = (kinds::of(&look), kinds::egress(&look));
        path.kind = kinds.last().copied().unwrap_or(path.kind);
        path.kinds = kinds;
        path.egress_category = egress;
        path
    }

    fn crosses_accounts(&self, start: &Entity, hops: &[Arc<PathHop>]) -> bool {
        let of_hops = hops.iter().filter_map(|hop| self.ground.account_of(&hop.to));
        let accounts: BTreeSet<&str> = of_hops.chain(start.account.as_deref()).collect();
        accounts.len() > 1
    }
}

fn approach<'e>(start: &Entity, route: Route<'e, '_, '_>) -> Approach<'e> {
    let mut approach = Approach::default();
    for transfer in route.transfers() {
        approach.add(start, transfer);
    }
    if route.chain.is_cut {
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

/// The layers of the hops that give a path its state.
fn layers(hops: &[Arc<PathHop>], state: PathState) -> Vec<Layer> {
    let mut layers = Vec::new();
    if state != PathState::Allowed {
        for hop in hops.iter().filter(|hop| hop.state == state) {
            extend(&mut layers, hop.blocked_by.iter().copied());
        }
    }
    layers
}

/// Hash of workload, roles, resource, class and scope. What reaches the same part in a second state, on the way of ECS's injection or on a detour, says so.
fn path_id(start: &Entity, approach: &Approach<'_>, end: &Reached<'_>) -> String {
    let class = name_of(&end.class);
    let state = name_of(&end.hop.state);
    let mut parts = vec!["path", start.native_id.as_str()];
    parts.extend(&approach.roles);
    parts.extend([end.entity.native_id.as_str(), &class, &end.scope]);
    if approach.hops.first().is_some_and(|hop| hop.relation == PULLS_VIA) {
        parts.push(PULLS_VIA);
    }
    parts.extend(approach.marks.iter().map(String::as_str));
    if !end.is_best {
        parts.push(&state);
    }
    stable_id(&parts)
}

/// The name of a variant as it is serialised.
fn name_of<T: serde::Serialize>(variant: &T) -> String {
    serde_json::to_value(variant)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}
