//! Authority paths as rows: routes, what is reached on them, and the steps of both, each once.
//!
//! An estate has many times as many paths as routes and accesses, and many times as many hops as steps. Told once, they make a run's paths a fraction as large,
//! and as fast to read.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sv0_lake::{LakeError, NdjsonEncoder, keys, run_key};
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

/// Writes routes that come one after the other, what is reached on them, and the steps.
pub(crate) struct RouteWriter {
    steps: Steps,
    routes: NdjsonEncoder,
    accesses: NdjsonEncoder,
    /// The lines of what routes reach, by where it lies, which `kept` holds on to.
    lines: HashMap<usize, usize>,
    kept: Vec<Arc<[Access]>>,
    /// Paths that were added.
    pub count: u64,
}

impl RouteWriter {
    /// A writer without routes.
    ///
    /// # Errors
    /// As [`NdjsonEncoder::new`].
    pub fn new() -> Result<Self, LakeError> {
        Ok(Self {
            steps: Steps::default(),
            routes: NdjsonEncoder::new(keys::ROUTES)?,
            accesses: NdjsonEncoder::new(keys::ACCESSES)?,
            lines: HashMap::new(),
            kept: Vec::new(),
            count: 0,
        })
    }

    /// Adds a route with its paths.
    ///
    /// # Errors
    /// As [`NdjsonEncoder::push`].
    pub fn add(&mut self, paths: &RoutePaths) -> Result<(), LakeError> {
        let accesses = self.line_of(&paths.accesses)?;
        let route = &*paths.route;
        self.count += paths.count() as u64;
        self.routes.push(&RouteRow {
            workload: route.workload.clone(),
            roles: route.roles.clone(),
            steps: route.hops.iter().map(|hop| self.steps.line_of(hop)).collect(),
            marks: route.marks.clone(),
            chain_depth: route.chain_depth,
            accounts: route.accounts.clone(),
            state: route.state,
            caveats: route.caveats.clone(),
            accesses,
            taken: paths.taken.iter().map(taken_row).collect(),
            executions: paths.executions.clone(),
        })
    }

    fn line_of(&mut self, accesses: &Arc<[Access]>) -> Result<usize, LakeError> {
        let address = accesses.as_ptr().addr();
        if let Some(line) = self.lines.get(&address) {
            return Ok(*line);
        }
        let rows = accesses.iter().map(|access| self.steps.access_row(access)).collect();
        self.accesses.push(&AccessesRow { accesses: rows })?;
        let line = self.kept.len();
        self.kept.push(accesses.clone());
        self.lines.insert(address, line);
        Ok(line)
    }

    /// Puts all of it where the run's objects lie.
    ///
    /// # Errors
    /// As the store.
    pub fn finish(self, context: &StageContext<'_>) -> Result<(), LakeError> {
        let put = |key: &str, bytes: Vec<u8>| context.store.put(&run_key(context.run_id, key), &bytes);
        put(keys::ROUTES, self.routes.finish()?)?;
        put(keys::ACCESSES, self.accesses.finish()?)?;
        context.write_rows(keys::STEPS, &self.steps.lines)
    }
}

fn taken_row(taken: &Taken) -> TakenRow {
    TakenRow {
        first: taken.first,
        count: taken.count,
        kinds: taken.kinds.kinds().collect(),
        egress_category: taken.kinds.egress(),
    }
}

/// Steps and accesses of a run, which routes refer to.
struct Parts {
    steps: Vec<Arc<PathHop>>,
    accesses: Vec<Arc<[Access]>>,
}

impl Parts {
    fn read<R: Rows>(rows: &R) -> Result<Self, LakeError> {
        let mut pool = StepPool::default();
        let mut steps: Vec<Arc<PathHop>> = Vec::new();
        rows.each(keys::STEPS, |mut step: Arc<PathHop>| {
            pool.share_step(&mut step);
            steps.push(step);
            Ok(())
        })?;
        let mut parts = Self {
            steps,
            accesses: Vec::new(),
        };
        rows.each(keys::ACCESSES, |row: AccessesRow| {
            let accesses = row.accesses.into_iter().map(|row| parts.access(row));
            let accesses = accesses.collect::<Result<_, _>>()?;
            parts.accesses.push(accesses);
            Ok(())
        })?;
        Ok(parts)
    }

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

/// Hands on the routes with their paths, by workload. Steps that are equal are one and the same, and so is what routes to one authority reach.
///
/// # Errors
/// As the store; what `each` answers; [`LakeError::Dangling`] where a row names a line that is not there.
pub fn each_route<R: Rows>(
    rows: &R,
    mut each: impl FnMut(RoutePaths) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let parts = Parts::read(rows)?;
    rows.each(keys::ROUTES, |row: RouteRow| each(parts.route(row)?))
}

/// Hands on what is reached on routes, each once.
///
/// # Errors
/// As [`each_route`].
pub fn each_accesses<R: Rows>(
    rows: &R,
    each: impl FnMut(Arc<[Access]>) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    Parts::read(rows)?.accesses.into_iter().try_for_each(each)
}

/// Hands on the paths, put together, by workload, depth, roles, resource, part, class, state and id.
///
/// # Errors
/// As [`each_route`].
pub fn each<R: Rows>(rows: &R, mut each: impl FnMut(AuthorityPath) -> Result<(), LakeError>) -> Result<(), LakeError> {
    let mut of_workload: Vec<RoutePaths> = Vec::new();
    each_route(rows, |routes| {
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

/// A path that is not put together further: the lines of its steps, and its row without them.
#[derive(Debug)]
pub(crate) struct ToldPath {
    /// Lines of [`keys::STEPS`], in the order of the hops.
    pub steps: Vec<usize>,
    /// The path without its hops.
    pub path: Box<RawValue>,
}

/// Hands on the paths as rows.
///
/// # Errors
/// As [`each_route`].
pub(crate) fn each_told<R: Rows>(
    rows: &R,
    mut each: impl FnMut(ToldPath) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let parts = Parts::read(rows)?;
    let lines: HashMap<usize, usize> = parts
        .steps
        .iter()
        .enumerate()
        .map(|(line, step)| (Arc::as_ptr(step).addr(), line))
        .collect();
    rows.each(keys::ROUTES, |row: RouteRow| {
        let routes = parts.route(row)?;
        for view in routes.paths() {
            let hops = view.route.hops.iter().chain([&view.access.hop]);
            let steps = hops
                .filter_map(|hop| lines.get(&Arc::as_ptr(hop).addr()).copied())
                .collect();
            let mut path = view.path();
            path.hops.clear();
            let path = serde_json::value::to_raw_value(&path).map_err(|source| LakeError::Encode {
                key: keys::ROUTES.to_owned(),
                source,
            })?;
            each(ToldPath { steps, path })?;
        }
        Ok(())
    })
}

/// A row names a line that is not there.
pub(crate) fn dangling(key: &str, of: &str, line: usize) -> LakeError {
    LakeError::Dangling {
        key: key.to_owned(),
        line,
        of: of.to_owned(),
    }
}
