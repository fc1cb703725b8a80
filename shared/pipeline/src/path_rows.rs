//! Authority paths as rows: routes, what is reached on them, and the steps of both, each once.
//!
//! An estate has many times as many paths as routes and accesses, and many times as many hops as steps. Told once, they make a run's paths a fraction as large,
//! and as fast to read.

mod read;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sv0_model::decision::Caveat;
use sv0_model::graph::{Classified, Sensitivity};
use sv0_model::path::{ActionClass, EgressCategory, PathKind, PathState};

pub use read::RouteFilter;
pub(crate) use read::{count, each, each_route};
pub(crate) use write::{RouteObjects, RouteWriter, share_key};

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

/// A line of [`keys::ROUTE_PARTS`]: where the routes of a part lead.
#[derive(Debug, Serialize, Deserialize)]
struct PartRow {
    /// The account of the workloads; empty for those that are in none.
    part: String,
    /// Accounts that they lead through, and those that ids of roles name.
    through: BTreeSet<String>,
    /// Accounts of what is reached on them, and those that its ids name.
    into: BTreeSet<String>,
    paths: u64,
}
