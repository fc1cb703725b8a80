//! Routes, accesses and steps on their way into a run.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use sv0_authority::Shard;
use sv0_lake::{Divided, LakeError, PartsEncoder, from_ndjson, index_key, keys, read_index, to_ndjson};
use sv0_model::arn::account_of;
use sv0_model::path::PathHop;
use sv0_model::route::{Access, RoutePaths, Taken};

use super::{AccessRow, AccessesRow, PartRow, RouteRow, TakenRow};
use crate::stages::StageContext;

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
            // Of what was only heard of, the id may be all that tells the account.
            let ids = route.roles.iter().chain([&route.workload]);
            let named = ids.filter_map(|id| account_of(id));
            add(
                &mut part.through,
                route.accounts.iter().map(String::as_str).chain(named),
            );
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
            let known = accesses.iter().filter_map(|access| access.account.as_deref());
            let ids = accesses.iter().flat_map(|access| [&access.resource, &access.scope]);
            add(&mut part.into, known.chain(ids.filter_map(|id| account_of(id))));
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

fn add<'a>(accounts: &mut BTreeSet<String>, more: impl Iterator<Item = &'a str>) {
    for account in more {
        if !accounts.contains(account) {
            accounts.insert(account.to_owned());
        }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_part_names_the_accounts_that_ids_name_where_nothing_else_tells_them() {
        let role = "arn:aws:iam::222222222222:role/heard-of";
        let queue = "arn:aws:sqs:eu-west-1:333333333333:orders";
        let route = json!({"workload": "function", "roles": [role], "hops": [], "marks": [], "chain_depth": 1, "accounts": [], "state": "allowed", "caveats": []});
        let access = json!({"resource": queue, "scope": queue, "action_class": "read_data", "is_best": true, "caveats": [], "sensitivity": "unknown",
            "hop": {"from": role, "relation": "ACCESSES", "to": queue, "actions": [], "state": "allowed", "blocked_by": [], "condition": null,
                "statements": [], "granted_by": [], "observation": {"status": "not_observable", "reason": ""}}});
        let accesses: Vec<Access> = vec![serde_json::from_value(access).unwrap()];
        let paths = RoutePaths {
            route: Arc::new(serde_json::from_value(route).unwrap()),
            accesses: accesses.into(),
            taken: Vec::new(),
            executions: BTreeMap::new(),
        };
        let mut writer = RouteWriter::new().unwrap();
        writer.add("", &paths).unwrap();
        let part = &writer.finish().unwrap().parts[0];
        assert!(part.through.contains("222222222222"), "{part:?}");
        assert!(part.into.contains("333333333333"), "{part:?}");
    }
}
