//! Routes and paths out of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde::de::DeserializeOwned;
use sv0_lake::{LakeError, Part, each_of_ndjson, index_key, keys};
use sv0_model::path::{AuthorityPath, PathHop, StepPool};
use sv0_model::route::{Access, PathKinds, Route, RoutePaths, Taken, in_order};

use super::{AccessRow, AccessesRow, PartRow, RouteRow};
use crate::snapshot::Rows;

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
