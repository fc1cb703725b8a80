//! Routes and accesses as history keeps them: what they are, without what the logs say.
//!
//! A path was there while its route and its access were. There are a few of each where there are hundreds of paths, and a policy that changes what one role may
//! do changes the accesses of that role, whatever the number of ways that lead to it.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Serialize;
use sv0_lake::{LakeError, keys};
use sv0_model::decision::Caveat;
use sv0_model::graph::{Classified, Sensitivity};
use sv0_model::hash::sha256_hex;
use sv0_model::observation::Observation;
use sv0_model::path::{ActionClass, PathHop, PathState};
use sv0_model::route::{Access, RoutePaths};
use sv0_state::{Document, Grounds, Sighting, SightingKind, Step, Thing};

use super::grounds::{self, GroundFinder, Sources};

/// So many accesses that a route takes are named in its document.
const MOST_NAMED: usize = 100;

/// So many steps are held: routes that come after each other have most of theirs in common.
const MOST_STEPS: usize = 10_000;

/// So many sets of accesses are held, of routes that take a part of them.
const MOST_SETS: usize = 1000;

/// What is kept of a route.
#[derive(Serialize)]
struct RouteText<'r> {
    id: &'r str,
    workload: &'r str,
    authority: &'r str,
    roles: &'r [String],
    hops: [&'r PathHop; 0],
    marks: &'r [String],
    chain_depth: usize,
    accounts: &'r [String],
    state: PathState,
    caveats: &'r [Caveat],
    #[serde(skip_serializing_if = "Option::is_none")]
    takes: Option<Takes>,
}

/// Which accesses a route takes that does not take all of its authority.
#[derive(Serialize)]
struct Takes {
    count: usize,
    /// Of the ids, sorted.
    sha256: String,
    /// The ids, where they are not too many.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accesses: Vec<String>,
}

/// What is kept of an access.
#[derive(Serialize)]
struct AccessText<'a> {
    id: &'a str,
    authority: &'a str,
    resource: &'a str,
    scope: &'a str,
    action_class: ActionClass,
    state: PathState,
    is_best: bool,
    hop: &'a PathHop,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    caveats: &'a [Caveat],
    sensitivity: Sensitivity,
    #[serde(skip_serializing_if = "str::is_empty")]
    sensitivity_rule: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_domain: Option<&'a Classified>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<&'a Classified>,
}

/// A step of routes, and what is worked out of it once. The step is held, so that nothing else comes to lie where it lies.
struct KnownStep {
    _hop: Arc<PathHop>,
    step: Arc<Step>,
    content_sha256: String,
    /// Where its statements' policies are described.
    sources: Sources,
}

/// A sighting, and what a finding rests on that names a path of it.
pub(super) struct Told {
    pub sighting: Sighting,
    pub cited: Arc<Grounds>,
}

/// Accesses that stand together, and their ids.
type Identified = (Arc<[Access]>, Arc<[String]>);

/// Makes sightings of the routes and accesses of one run.
#[derive(Default)]
pub(super) struct Ways {
    steps: HashMap<usize, KnownStep>,
    /// Ids of the accesses that stand together, by where they lie: they are held, so that nothing else comes to lie there.
    ids: HashMap<usize, Identified>,
}

impl Ways {
    /// A route.
    pub fn route(&mut self, routes: &RoutePaths, grounds: &mut GroundFinder<'_>) -> Result<Told, LakeError> {
        let route = &*routes.route;
        let id = route.id();
        let authority = end_of(routes);
        let text = RouteText {
            id: &id,
            workload: &route.workload,
            authority,
            roles: &route.roles,
            hops: [],
            marks: &route.marks,
            chain_depth: route.chain_depth,
            accounts: &route.accounts,
            state: route.state,
            caveats: &route.caveats,
            takes: self.takes(routes),
        };
        let text = told(keys::ROUTES, &text)?;
        let mut content = text.clone();
        let mut steps = Vec::with_capacity(route.hops.len());
        let mut policies = Vec::with_capacity(route.hops.len());
        for hop in &route.hops {
            let known = self.step(hop, grounds)?;
            content.push('\n');
            content.push_str(&known.content_sha256);
            steps.push(known.step.clone());
            policies.push(known.sources.clone());
        }
        let way = Arc::new(grounds.of_way(route, &policies));
        let summary = summary([
            ("workload", route.workload.clone()),
            ("authority", authority.to_owned()),
            ("state", name_of(&route.state)),
        ]);
        let sighting = Sighting {
            thing: Thing::new(SightingKind::Route, id),
            content_sha256: sha256_hex(content.as_bytes()),
            rests_on: grounds.of_route(&way, routes),
            document: Some(Arc::new(Document::with_steps(text, steps, summary))),
        };
        Ok(Told { sighting, cited: way })
    }

    /// What can be done at the end of routes.
    pub fn access(&self, access: &Access, grounds: &mut GroundFinder<'_>) -> Result<Told, LakeError> {
        let id = access.id();
        let mut row = AccessText {
            id: &id,
            authority: &access.hop.from,
            resource: &access.resource,
            scope: &access.scope,
            action_class: access.action_class,
            state: access.hop.state,
            is_best: access.is_best,
            hop: &access.hop,
            account: access.account.as_deref(),
            caveats: &access.caveats,
            sensitivity: access.sensitivity,
            sensitivity_rule: &access.sensitivity_rule,
            data_domain: access.data_domain.as_ref(),
            environment: access.environment.as_ref(),
        };
        let text = told(keys::ACCESSES, &row)?;
        let hop = unobserved(&access.hop);
        row.hop = &hop;
        let content = told(keys::ACCESSES, &row)?;
        let cited = Arc::new(grounds.of_access(access));
        let summary = summary([
            ("authority", access.hop.from.clone()),
            ("resource", access.resource.clone()),
            ("action_class", name_of(&access.action_class)),
            ("state", name_of(&access.hop.state)),
            ("sensitivity", name_of(&access.sensitivity)),
        ]);
        Ok(Told {
            sighting: Sighting {
                thing: Thing::new(SightingKind::Access, id),
                content_sha256: sha256_hex(content.as_bytes()),
                rests_on: Arc::new(grounds::while_told(&cited, &access.hop.from)),
                document: Some(Arc::new(Document::new(text, summary))),
            },
            cited,
        })
    }

    /// Which accesses a route takes; `None` where it is all of them.
    fn takes(&mut self, routes: &RoutePaths) -> Option<Takes> {
        if routes.count() == routes.accesses.len() {
            return None;
        }
        let of_all = self.ids(&routes.accesses);
        let taken = routes.taken.iter().flat_map(|taken| taken.places());
        let mut ids: Vec<&str> = taken
            .filter_map(|place| of_all.get(place).map(String::as_str))
            .collect();
        ids.sort_unstable();
        let is_short = ids.len() <= MOST_NAMED;
        Some(Takes {
            count: ids.len(),
            sha256: sha256_hex(ids.concat().as_bytes()),
            accesses: ids.into_iter().filter(|_| is_short).map(str::to_owned).collect(),
        })
    }

    fn ids(&mut self, accesses: &Arc<[Access]>) -> Arc<[String]> {
        if self.ids.len() >= MOST_SETS {
            self.ids.clear();
        }
        let known = self.ids.entry(accesses.as_ptr().addr());
        let (_, ids) = known.or_insert_with(|| (accesses.clone(), accesses.iter().map(Access::id).collect()));
        ids.clone()
    }

    fn step(&mut self, hop: &Arc<PathHop>, grounds: &mut GroundFinder<'_>) -> Result<&KnownStep, LakeError> {
        if self.steps.len() >= MOST_STEPS {
            self.steps.clear();
        }
        match self.steps.entry(Arc::as_ptr(hop).addr()) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(unknown) => Ok(unknown.insert(KnownStep {
                _hop: hop.clone(),
                content_sha256: sha256_hex(told(keys::STEPS, &unobserved(hop))?.as_bytes()),
                sources: grounds.of_hop(hop),
                step: Arc::new(Step::new(told(keys::STEPS, &**hop)?)),
            })),
        }
    }
}

/// Native id of what the accesses at the end of a route start from.
pub(super) fn end_of(routes: &RoutePaths) -> &str {
    let first = routes.accesses.first();
    first.map_or_else(|| routes.route.authority(), |access| access.hop.from.as_str())
}

/// The step without what the logs say of it.
fn unobserved(hop: &PathHop) -> PathHop {
    PathHop {
        observation: Observation::NotObservable { reason: String::new() },
        ..hop.clone()
    }
}

fn summary<const N: usize>(texts: [(&str, String); N]) -> BTreeMap<String, String> {
    texts.map(|(name, text)| (name.to_owned(), text)).into()
}

fn name_of<T: Serialize>(variant: &T) -> String {
    let text = serde_json::to_string(variant).unwrap_or_default();
    text.trim_matches('"').to_owned()
}

fn told<T: Serialize>(key: &str, row: &T) -> Result<String, LakeError> {
    serde_json::to_string(row).map_err(|source| LakeError::Encode {
        key: key.to_owned(),
        source,
    })
}
