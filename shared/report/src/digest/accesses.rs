//! What authorities reach, each access looked at once however many routes lead to it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sv0_model::graph::{Graph, Sensitivity};
use sv0_model::path::PathState;
use sv0_model::route::{Access, Taken};

use super::numbers::Numbers;
use super::tally::ByState;
use crate::names::account_of_entity;
use crate::reach::{Seen, escalates, seen};

/// Sets from which on those are let go of that nobody else holds.
const LEAST_PATIENCE: usize = 1024;

/// All that the report counts of an access but what it leads to. Few are told apart among what an authority reaches. Ids are numbers of [`Ids`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Class {
    pub(crate) state: PathState,
    pub(crate) sensitivity: Sensitivity,
    pub(crate) seen: Seen,
    /// Whether the step raises the caller's authority.
    pub(crate) escalates: bool,
    /// Where the step starts.
    pub(crate) start: usize,
    /// The account that the resource is in.
    pub(crate) account: Option<usize>,
    /// The account that the access itself names.
    pub(crate) leads_to: Option<usize>,
}

/// An access in numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    pub(crate) resource: usize,
    /// Resource and sensitivity as a number of [`Targets`].
    pub(crate) target: usize,
    /// The place of its class among those of the set.
    pub(crate) class: usize,
}

/// What all routes to an authority share.
#[derive(Debug)]
pub(crate) struct AccessSet {
    pub(crate) accesses: Arc<[Access]>,
    /// One for each access, in their order.
    pub(crate) facts: Vec<Facts>,
    pub(crate) classes: Vec<Class>,
    /// Resources with the places of the accesses to them, sorted.
    by_resource: Vec<(usize, usize)>,
    /// By place: the routes that lead to this access and not to the one before, and those that do not lead to it but to the one before.
    bounds: BTreeMap<usize, (ByState, ByState)>,
}

impl AccessSet {
    /// The accesses to a resource, with their places.
    pub(crate) fn to(&self, resource: usize) -> impl Iterator<Item = (usize, &Class)> {
        let from = self.by_resource.partition_point(|(known, _)| *known < resource);
        let of_it = self.by_resource.iter().skip(from);
        of_it
            .take_while(move |(known, _)| *known == resource)
            .filter_map(|(_, place)| Some((*place, self.class_of(self.facts.get(*place)?)?)))
    }

    /// The class of an access.
    pub(crate) fn class_of(&self, facts: &Facts) -> Option<&Class> {
        self.classes.get(facts.class)
    }

    /// The accesses of a run, with the place of the first.
    pub(crate) fn run(&self, taken: &Taken) -> (usize, &[Facts]) {
        let of_it = taken.first..taken.places().end.min(self.facts.len());
        (taken.first, self.facts.get(of_it).unwrap_or_default())
    }

    /// Notes that a route in that state leads to a run.
    pub(crate) fn come_to(&mut self, taken: &Taken, state: PathState) {
        let (begins, _) = self.bounds.entry(taken.first).or_default();
        begins.add(state, 1);
        let (_, ends) = self.bounds.entry(taken.places().end).or_default();
        ends.add(state, 1);
    }

    /// The accesses that routes lead to: the resource, the state of the step, and the routes by their state.
    fn ends(&self) -> impl Iterator<Item = (usize, PathState, ByState)> {
        let mut bounds = self.bounds.iter().peekable();
        let mut routes = ByState::default();
        let each = self.facts.iter().enumerate().map(move |(place, facts)| {
            while let Some((_, (begin, end))) = bounds.next_if(|(bound, _)| **bound <= place) {
                routes += *begin;
                routes -= *end;
            }
            (facts, routes)
        });
        each.filter_map(|(facts, routes)| Some((facts.resource, self.class_of(facts)?.state, routes)))
    }
}

/// Native ids by numbers, and the accounts of what they name.
#[derive(Debug)]
pub(crate) struct Ids<'g> {
    graph: &'g Graph,
    pub(crate) numbers: Numbers,
    pub(crate) accounts: Numbers,
    account_of: HashMap<usize, Option<usize>>,
}

impl<'g> Ids<'g> {
    pub(crate) fn new(graph: &'g Graph) -> Self {
        Self {
            graph,
            numbers: Numbers::default(),
            accounts: Numbers::default(),
            account_of: HashMap::new(),
        }
    }

    /// The account that an entity is in, by the graph.
    pub(crate) fn account_of(&mut self, entity: usize) -> Option<usize> {
        if let Some(account) = self.account_of.get(&entity) {
            return *account;
        }
        let account = account_of_entity(self.graph, self.numbers.text(entity));
        let account = account.map(|account| self.accounts.number(account));
        self.account_of.insert(entity, account);
        account
    }
}

/// Resources, each once for every sensitivity that accesses to it have: one, as a rule.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    of: HashMap<(usize, Sensitivity), usize>,
    /// Resource and sensitivity, in the order of the numbers.
    pub(crate) all: Vec<(usize, Sensitivity)>,
}

impl Targets {
    fn number(&mut self, resource: usize, sensitivity: Sensitivity) -> usize {
        let next = self.all.len();
        let number = *self.of.entry((resource, sensitivity)).or_insert(next);
        if number == next {
            self.all.push((resource, sensitivity));
        }
        number
    }
}

/// The sets of accesses that a route has led to, and further ones may lead to.
#[derive(Debug)]
pub(crate) struct AccessSets {
    /// By where it lies, which is where it stays as long as it is held here.
    by_address: HashMap<usize, usize>,
    /// By number. A number is given once.
    all: HashMap<usize, AccessSet>,
    next: usize,
    /// How many there may be before those are let go that nobody else holds.
    pub(crate) patience: usize,
    pub(crate) targets: Targets,
    /// The paths that end on each resource, as far as the sets were let go.
    ends: HashMap<usize, ByState>,
}

impl Default for AccessSets {
    fn default() -> Self {
        Self {
            by_address: HashMap::new(),
            all: HashMap::new(),
            next: 0,
            patience: LEAST_PATIENCE,
            targets: Targets::default(),
            ends: HashMap::new(),
        }
    }
}

impl AccessSets {
    /// The number of a set.
    pub(crate) fn number(&mut self, accesses: &Arc<[Access]>, ids: &mut Ids<'_>) -> usize {
        let address = Arc::as_ptr(accesses).addr();
        if let Some(number) = self.by_address.get(&address) {
            return *number;
        }
        let number = self.next;
        let set = self.look_at(accesses, ids);
        self.next += 1;
        self.by_address.insert(address, number);
        self.all.insert(number, set);
        number
    }

    /// A set that was not let go.
    pub(crate) fn get(&self, number: usize) -> Option<&AccessSet> {
        self.all.get(&number)
    }

    pub(crate) fn get_mut(&mut self, number: usize) -> Option<&mut AccessSet> {
        self.all.get_mut(&number)
    }

    /// Lets go, now and then, of the sets that nobody else holds, so that no further route can lead to them. Tells whether it was time for that.
    pub(crate) fn let_go(&mut self) -> bool {
        if self.all.len() < self.patience {
            return false;
        }
        let is_gone = |set: &AccessSet| Arc::strong_count(&set.accesses) == 1;
        for (_, set) in self.all.extract_if(|_, set| is_gone(set)) {
            self.by_address.remove(&Arc::as_ptr(&set.accesses).addr());
            add_ends(&set, &mut self.ends);
        }
        self.patience = LEAST_PATIENCE.max(2 * self.all.len());
        true
    }

    /// The paths that end on each resource.
    pub(crate) fn ends(&self) -> HashMap<usize, ByState> {
        let mut ends = self.ends.clone();
        self.all.values().for_each(|set| add_ends(set, &mut ends));
        ends
    }

    fn look_at(&mut self, accesses: &Arc<[Access]>, ids: &mut Ids<'_>) -> AccessSet {
        let mut classes: BTreeMap<Class, usize> = BTreeMap::new();
        let facts = accesses.iter().map(|access| {
            let resource = ids.numbers.number(&access.resource);
            let next = classes.len();
            Facts {
                resource,
                target: self.targets.number(resource, access.sensitivity),
                class: *classes.entry(class(access, resource, ids)).or_insert(next),
            }
        });
        let facts: Vec<Facts> = facts.collect();
        let places = facts.iter().enumerate().map(|(place, facts)| (facts.resource, place));
        let mut by_resource: Vec<(usize, usize)> = places.collect();
        by_resource.sort_unstable();
        let mut classes: Vec<(Class, usize)> = classes.into_iter().collect();
        classes.sort_by_key(|(_, place)| *place);
        AccessSet {
            accesses: accesses.clone(),
            facts,
            classes: classes.into_iter().map(|(class, _)| class).collect(),
            by_resource,
            bounds: BTreeMap::new(),
        }
    }
}

fn add_ends(set: &AccessSet, ends: &mut HashMap<usize, ByState>) {
    for (resource, state, routes) in set.ends() {
        *ends.entry(resource).or_default() += routes.behind(state);
    }
}

fn class(access: &Access, resource: usize, ids: &mut Ids<'_>) -> Class {
    Class {
        state: access.hop.state,
        sensitivity: access.sensitivity,
        seen: seen(&access.hop.observation),
        escalates: escalates(&access.hop),
        start: ids.numbers.number(&access.hop.from),
        account: ids.account_of(resource),
        leads_to: access.account.as_deref().map(|account| ids.accounts.number(account)),
    }
}
