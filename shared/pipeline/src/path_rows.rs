//! Authority paths as rows: routes, what is reached on them, and the steps of both, each once.
//!
//! An estate has many times as many paths as routes and accesses, and many times as many hops as steps. Told once, they make a run's paths a fraction as large,
//! and as fast to read.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sv0_authority::Shard;
use sv0_lake::{
    Divided, LakeError, Part, PartsEncoder, each_of_ndjson, from_ndjson, index_key, keys, read_index, to_ndjson,
};
use sv0_model::decision::Caveat;
use sv0_model::graph::{Classified, Sensitivity};
use sv0_model::path::{ActionClass, AuthorityPath, EgressCategory, PathHop, PathKind, PathState, StepPool};
use sv0_model::route::{Access, PathKinds, Route, RoutePaths, Taken, in_order};

use crate::snapshot::Rows;
use crate::stages::StageContext;

/// A line of [`keys::ROUTES`].
#[derive(Debug, Serialize, Deserialize)]
struct RouteRow {
    workload: String,
    roles: Vec<String>,
    /// Lines of [`keys::STEPS`].
    steps: Vec<usize>,
    marks: Vec<String>,
    chain_depth: usize,
    accounts: Vec<String>,
    state: PathState,
    caveats: Vec<Caveat>,
    /// The line of [`keys::ACCESSES`] with what is reached.
    accesses: usize,
    taken: Vec<TakenRow>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    executions: BTreeMap<usize, String>,
}

/// Paths of a route that have the same kinds.
#[derive(Debug, Serialize, Deserialize)]
struct TakenRow {
    /// The place of the first among the accesses, counted from 0.
    first: usize,
    count: usize,
    kinds: Vec<PathKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    egress_category: Option<EgressCategory>,
}

/// A line of [`keys::ACCESSES`]: what routes reach, as it stands together.
#[derive(Debug, Serialize, Deserialize)]
struct AccessesRow {
    accesses: Vec<AccessRow>,
}

#[derive(Debug, Serialize, Deserialize)]
struct AccessRow {
    /// The line of [`keys::STEPS`].
    step: usize,
    resource: String,
    scope: String,
    action_class: ActionClass,
    is_best: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    caveats: Vec<Caveat>,
    sensitivity: Sensitivity,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    sensitivity_rule: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data_domain: Option<Classified>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    environment: Option<Classified>,
}

/// Steps in the order in which routes and accesses first take them.
#[derive(Default)]
struct Steps {
    lines: Vec<Arc<PathHop>>,
    /// Most hops are shared, and found by where they lie: `lines` keeps them there.
    by_address: HashMap<usize, usize>,
    by_content: BTreeMap<Arc<PathHop>, usize>,
}

impl Steps {
    fn line_of(&mut self, hop: &Arc<PathHop>) -> usize {
        if let Some(line) = self.by_address.get(&Arc::as_ptr(hop).addr()) {
            return *line;
        }
        let next = self.lines.len();
        let line = *self.by_content.entry(hop.clone()).or_insert(next);
        if line == next {
            self.lines.push(hop.clone());
            self.by_address.insert(Arc::as_ptr(hop).addr(), line);
        }
        line
    }

    fn access_row(&mut self, access: &Access) -> AccessRow {
        AccessRow {
            step: self.line_of(&access.hop),
            resource: access.resource.clone(),
            scope: access.scope.clone(),
            action_class: access.action_class,
            is_best: access.is_best,
            account: access.account.clone(),
            caveats: access.caveats.clone(),
            sensitivity: access.sensitivity,
            sensitivity_rule: access.sensitivity_rule.clone(),
            data_domain: access.data_domain.clone(),
            environment: access.environment.clone(),
        }
    }
}

/// A line of [`keys::ROUTE_PARTS`]: where the routes of a part lead.
#[derive(Debug, Serialize, Deserialize)]
struct PartRow {
    /// The account of the workloads; empty for those that are in none.
    part: String,
    /// Accounts that they lead through.
    through: BTreeSet<String>,
    /// Accounts of what is reached on them, and how many paths there are.
    into: BTreeSet<String>,
    paths: u64,
}

/// Writes routes that come one after the other by the account of their workload, what is reached on them, and the steps. The routes of an account are a part that refers
/// to parts of the same name alone.
pub(crate) struct RouteWriter {
    routes: PartsEncoder,
    accesses: PartsEncoder,
    steps: PartsEncoder,
    parts: Vec<PartRow>,
    part: PartWriter,
}

/// What is known of the part that is written.
#[derive(Default)]
struct PartWriter {
    steps: Steps,
    /// The lines of what routes reach, by where it lies, which `kept` holds on to.
    lines: HashMap<usize, usize>,
    kept: Vec<Arc<[Access]>>,
}

/// The objects of authority paths.
pub(crate) struct RouteObjects {
    routes: Divided,
    accesses: Divided,
    steps: Divided,
    parts: Vec<PartRow>,
}

impl RouteWriter {
    /// A writer without routes.
    ///
    /// # Errors
    /// As [`PartsEncoder::new`].
    pub fn new() -> Result<Self, LakeError> {
        Ok(Self {
            routes: PartsEncoder::new(keys::ROUTES)?,
            accesses: PartsEncoder::new(keys::ACCESSES)?,
            steps: PartsEncoder::new(keys::STEPS)?,
            parts: Vec::new(),
            part: PartWriter::default(),
        })
    }

    /// Adds a route with its paths; `account` is that of its workload.
    ///
    /// # Errors
    /// As [`PartsEncoder::push`].
    pub fn add(&mut self, account: &str, paths: &RoutePaths) -> Result<(), LakeError> {
        if self.parts.last().is_none_or(|last| last.part != account) {
            self.end_part()?;
            self.parts.push(PartRow {
                part: account.to_owned(),
                through: BTreeSet::new(),
                into: BTreeSet::new(),
                paths: 0,
            });
        }
        let accesses = self.line_of(account, &paths.accesses)?;
        let route = &*paths.route;
        if let Some(part) = self.parts.last_mut() {
            part.paths += paths.count() as u64;
            for account in &route.accounts {
                if !part.through.contains(account) {
                    part.through.insert(account.clone());
                }
            }
        }
        let steps = &mut self.part.steps;
        let row = RouteRow {
            workload: route.workload.clone(),
            roles: route.roles.clone(),
            steps: route.hops.iter().map(|hop| steps.line_of(hop)).collect(),
            marks: route.marks.clone(),
            chain_depth: route.chain_depth,
            accounts: route.accounts.clone(),
            state: route.state,
            caveats: route.caveats.clone(),
            accesses,
            taken: paths.taken.iter().map(taken_row).collect(),
            executions: paths.executions.clone(),
        };
        self.routes.push(account, &row)
    }

    fn line_of(&mut self, account: &str, accesses: &Arc<[Access]>) -> Result<usize, LakeError> {
        let address = accesses.as_ptr().addr();
        if let Some(line) = self.part.lines.get(&address) {
            return Ok(*line);
        }
        let rows = accesses
            .iter()
            .map(|access| self.part.steps.access_row(access))
            .collect();
        self.accesses.push(account, &AccessesRow { accesses: rows })?;
        if let Some(part) = self.parts.last_mut() {
            for account in accesses.iter().filter_map(|access| access.account.as_ref()) {
                if !part.into.contains(account) {
                    part.into.insert(account.clone());
                }
            }
        }
        let line = self.part.kept.len();
        self.part.kept.push(accesses.clone());
        self.part.lines.insert(address, line);
        Ok(line)
    }

    fn end_part(&mut self) -> Result<(), LakeError> {
        let ended = std::mem::take(&mut self.part);
        let Some(part) = self.parts.last() else { return Ok(()) };
        let mut lines = ended.steps.lines.iter();
        lines.try_for_each(|step| self.steps.push(&part.part, step))
    }

    /// The objects.
    ///
    /// # Errors
    /// As [`PartsEncoder::finish`].
    pub fn finish(mut self) -> Result<RouteObjects, LakeError> {
        self.end_part()?;
        Ok(RouteObjects {
            routes: self.routes.finish()?,
            accesses: self.accesses.finish()?,
            steps: self.steps.finish()?,
            parts: self.parts,
        })
    }
}

impl RouteObjects {
    /// How many paths there are.
    pub fn paths(&self) -> u64 {
        self.parts.iter().map(|part| part.paths).sum()
    }

    /// Puts those of the next share after its own: what a writer makes of the routes of both.
    pub fn append(&mut self, next: Self) {
        self.routes.append(&next.routes);
        self.accesses.append(&next.accesses);
        self.steps.append(&next.steps);
        self.parts.extend(next.parts);
    }

    /// Puts them where the objects of a share lie.
    ///
    /// # Errors
    /// As the store.
    pub fn write_share(&self, context: &StageContext<'_>, shard: Shard) -> Result<(), LakeError> {
        let put = |key: &str, bytes: &[u8]| context.store.put(&share_key(context.run_id, shard, key), bytes);
        for (key, divided) in [
            (keys::ROUTES, &self.routes),
            (keys::ACCESSES, &self.accesses),
            (keys::STEPS, &self.steps),
        ] {
            put(&index_key(key), &divided.index(key)?)?;
            put(key, &divided.object)?;
        }
        put(keys::ROUTE_PARTS, &to_ndjson(keys::ROUTE_PARTS, &self.parts)?)
    }

    /// Reads what [`RouteObjects::write_share`] wrote.
    ///
    /// # Errors
    /// As the store; [`LakeError::Altered`] where an index does not fit its object.
    pub fn read_share(context: &StageContext<'_>, shard: Shard) -> Result<Self, LakeError> {
        let get = |key: &str| context.store.get(&share_key(context.run_id, shard, key));
        let divided = |key: &str| {
            let index = index_key(key);
            Divided::read(key, get(key)?, read_index(&index, &get(&index)?)?)
        };
        Ok(Self {
            routes: divided(keys::ROUTES)?,
            accesses: divided(keys::ACCESSES)?,
            steps: divided(keys::STEPS)?,
            parts: from_ndjson(keys::ROUTE_PARTS, &get(keys::ROUTE_PARTS)?)?,
        })
    }

    /// Puts them where the run's objects lie.
    ///
    /// # Errors
    /// As the store.
    pub fn write(&self, context: &StageContext<'_>) -> Result<(), LakeError> {
        context.write_divided(keys::ROUTES, &self.routes)?;
        context.write_divided(keys::ACCESSES, &self.accesses)?;
        context.write_divided(keys::STEPS, &self.steps)?;
        context.write_rows(keys::ROUTE_PARTS, &self.parts)
    }
}

/// Where an object of a share lies: beside the runs, of which it is none.
pub(crate) fn share_key(run_id: &str, shard: Shard, key: &str) -> String {
    let Shard { number, of } = shard;
    format!("work/{run_id}/share-{number}-of-{of}/{key}")
}

fn taken_row(taken: &Taken) -> TakenRow {
    TakenRow {
        first: taken.first,
        count: taken.count,
        kinds: taken.kinds.kinds().collect(),
        egress_category: taken.kinds.egress(),
    }
}

/// Steps and accesses of a part, which its routes refer to.
struct Parts {
    steps: Vec<Arc<PathHop>>,
    accesses: Vec<Arc<[Access]>>,
}

/// Where the parts of a run's routes lie.
struct Places<'r, R> {
    rows: &'r R,
    steps: BTreeMap<String, Part>,
    accesses: BTreeMap<String, Part>,
}

impl<'r, R: Rows> Places<'r, R> {
    fn of(rows: &'r R) -> Result<Self, LakeError> {
        let places = |key| {
            let parts = rows.parts(key)?.ok_or_else(|| undivided(key))?;
            Ok(parts.into_iter().map(|part| (part.name.clone(), part)).collect())
        };
        Ok(Self {
            rows,
            steps: places(keys::STEPS)?,
            accesses: places(keys::ACCESSES)?,
        })
    }

    fn each<T: DeserializeOwned>(
        &self,
        key: &str,
        part: Option<&Part>,
        each: impl FnMut(T) -> Result<(), LakeError>,
    ) -> Result<(), LakeError> {
        match part {
            Some(part) => each_of_ndjson(key, &self.rows.part_bytes(key, part)?, each),
            None => Ok(()),
        }
    }

    /// What the routes of that part refer to.
    fn read(&self, part: &str) -> Result<Parts, LakeError> {
        let mut pool = StepPool::default();
        let mut steps: Vec<Arc<PathHop>> = Vec::new();
        self.each(keys::STEPS, self.steps.get(part), |mut step: Arc<PathHop>| {
            pool.share_step(&mut step);
            steps.push(step);
            Ok(())
        })?;
        let mut parts = Parts {
            steps,
            accesses: Vec::new(),
        };
        self.each(keys::ACCESSES, self.accesses.get(part), |row: AccessesRow| {
            let accesses = row.accesses.into_iter().map(|row| parts.access(row));
            let accesses = accesses.collect::<Result<_, _>>()?;
            parts.accesses.push(accesses);
            Ok(())
        })?;
        Ok(parts)
    }

    /// The routes of a part.
    fn routes(&self, part: &Part) -> Result<Vec<RoutePaths>, LakeError> {
        let parts = self.read(&part.name)?;
        let mut routes = Vec::new();
        self.each(keys::ROUTES, Some(part), |row: RouteRow| {
            routes.push(parts.route(row)?);
            Ok(())
        })?;
        Ok(routes)
    }
}

impl Parts {
    fn step(&self, of: &str, line: usize) -> Result<Arc<PathHop>, LakeError> {
        let step = self.steps.get(line).cloned();
        step.ok_or_else(|| dangling(of, keys::STEPS, line))
    }

    fn access(&self, row: AccessRow) -> Result<Access, LakeError> {
        Ok(Access {
            resource: row.resource,
            scope: row.scope,
            action_class: row.action_class,
            is_best: row.is_best,
            hop: self.step(keys::ACCESSES, row.step)?,
            account: row.account,
            caveats: row.caveats,
            sensitivity: row.sensitivity,
            sensitivity_rule: row.sensitivity_rule,
            data_domain: row.data_domain,
            environment: row.environment,
        })
    }

    fn route(&self, row: RouteRow) -> Result<RoutePaths, LakeError> {
        let accesses = self.accesses.get(row.accesses).cloned();
        let accesses = accesses.ok_or_else(|| dangling(keys::ROUTES, keys::ACCESSES, row.accesses))?;
        let hops = row.steps.iter().map(|line| self.step(keys::ROUTES, *line));
        let taken = row.taken.into_iter().map(|row| Taken {
            first: row.first,
            count: row.count,
            kinds: PathKinds::new(row.kinds, row.egress_category),
        });
        let taken: Vec<Taken> = taken.collect();
        if let Some(past) = taken.iter().find(|taken| taken.places().end > accesses.len()) {
            return Err(dangling(keys::ROUTES, keys::ACCESSES, past.places().end));
        }
        Ok(RoutePaths {
            route: Arc::new(Route {
                workload: row.workload,
                roles: row.roles,
                hops: hops.collect::<Result<_, _>>()?,
                marks: row.marks,
                chain_depth: row.chain_depth,
                accounts: row.accounts,
                state: row.state,
                caveats: row.caveats,
            }),
            accesses,
            taken,
            executions: row.executions,
        })
    }
}

/// Which routes are asked for. Others may be handed on as well: this tells which parts need not be read.
#[derive(Debug, Clone, Copy, Default)]
pub struct RouteFilter<'f> {
    /// Those that start in this account or lead through it.
    pub through: Option<&'f str>,
    /// Those on which something in this account is reached.
    pub into: Option<&'f str>,
}

impl RouteFilter<'_> {
    fn admits(&self, part: &PartRow) -> bool {
        let leads_through = |account: &str| part.part == account || part.through.contains(account);
        self.through.is_none_or(leads_through) && self.into.is_none_or(|account| part.into.contains(account))
    }
}

/// Hands on the routes with their paths, by account of the workload and workload. Within an account equal steps are one and the same, and so is what routes to one
/// authority reach. As many parts are read at once as there are threads.
///
/// # Errors
/// As the store; what `each` answers; [`LakeError::Dangling`] where a row names a line that is not there.
pub fn each_route<R: Rows>(
    rows: &R,
    filter: &RouteFilter<'_>,
    mut each: impl FnMut(RoutePaths) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let mut admitted: BTreeSet<String> = BTreeSet::new();
    rows.each(keys::ROUTE_PARTS, |part: PartRow| {
        if filter.admits(&part) {
            admitted.insert(part.part);
        }
        Ok(())
    })?;
    let places = Places::of(rows)?;
    let parts = rows.parts(keys::ROUTES)?.ok_or_else(|| undivided(keys::ROUTES))?;
    let parts: Vec<&Part> = parts.iter().filter(|part| admitted.contains(&part.name)).collect();
    for some in parts.chunks(rayon::current_num_threads().max(1)) {
        let read: Vec<Result<Vec<RoutePaths>, LakeError>> = some.par_iter().map(|part| places.routes(part)).collect();
        for routes in read {
            routes?.into_iter().try_for_each(&mut each)?;
        }
    }
    Ok(())
}

/// How many paths there are.
///
/// # Errors
/// As the store.
pub fn count<R: Rows>(rows: &R) -> Result<u64, LakeError> {
    let mut paths = 0;
    rows.each(keys::ROUTE_PARTS, |part: PartRow| {
        paths += part.paths;
        Ok(())
    })?;
    Ok(paths)
}

/// Hands on the paths, put together, by account of the workload, workload, depth, roles, resource, part, class, state and id.
///
/// # Errors
/// As [`each_route`].
pub fn each<R: Rows>(rows: &R, mut each: impl FnMut(AuthorityPath) -> Result<(), LakeError>) -> Result<(), LakeError> {
    let mut of_workload: Vec<RoutePaths> = Vec::new();
    each_route(rows, &RouteFilter::default(), |routes| {
        let is_of_another = |last: &RoutePaths| last.route.workload != routes.route.workload;
        if of_workload.last().is_some_and(is_of_another) {
            in_order(&std::mem::take(&mut of_workload))
                .into_iter()
                .try_for_each(&mut each)?;
        }
        of_workload.push(routes);
        Ok(())
    })?;
    in_order(&of_workload).into_iter().try_for_each(each)
}

/// An object that is always written in parts was not.
fn undivided(key: &str) -> LakeError {
    LakeError::NotFound {
        key: index_key(key),
        store: "the run".to_owned(),
    }
}

/// A row names a line that is not there.
fn dangling(key: &str, of: &str, line: usize) -> LakeError {
    LakeError::Dangling {
        key: key.to_owned(),
        line,
        of: of.to_owned(),
    }
}
