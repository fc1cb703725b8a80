//! How far every entity reaches, over all paths, shown on the page or not.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::graph::Sensitivity;
use sv0_model::path::{AuthorityPath, PathState};

/// The paths one entity stands on.
#[derive(Debug, Default)]
pub(crate) struct EntityReach<'a> {
    /// Paths that are allowed.
    pub(crate) allowed: usize,
    /// Paths that are conditional.
    pub(crate) conditional: usize,
    /// Paths that are blocked.
    pub(crate) blocked: usize,
    /// Resources it can reach, by paths that are not blocked.
    pub(crate) resources: BTreeSet<&'a str>,
    /// Those of them that are restricted.
    pub(crate) restricted: BTreeSet<&'a str>,
    /// Workloads that can reach it, by paths that are not blocked.
    pub(crate) workloads: BTreeSet<&'a str>,
}

/// Reach by native id.
pub(crate) type Reach<'a> = BTreeMap<&'a str, EntityReach<'a>>;

/// Reads the reach of every workload, role and resource off the paths.
pub(crate) fn of(paths: &[AuthorityPath]) -> Reach<'_> {
    let mut reach = Reach::new();
    for path in paths {
        let walkers: BTreeSet<&str> = std::iter::once(&path.workload)
            .chain(&path.roles)
            .map(String::as_str)
            .collect();
        for walker in walkers {
            let entity = reach.entry(walker).or_default();
            entity.count(path.state);
            if path.state != PathState::Blocked {
                entity.resources.insert(&path.resource);
                if path.sensitivity == Sensitivity::Restricted {
                    entity.restricted.insert(&path.resource);
                }
                if walker != path.workload {
                    entity.workloads.insert(&path.workload);
                }
            }
        }
        let resource = reach.entry(&path.resource).or_default();
        resource.count(path.state);
        if path.state != PathState::Blocked {
            resource.workloads.insert(&path.workload);
        }
    }
    reach
}

impl EntityReach<'_> {
    fn count(&mut self, state: PathState) {
        match state {
            PathState::Allowed => self.allowed += 1,
            PathState::Conditional => self.conditional += 1,
            PathState::Blocked => self.blocked += 1,
        }
    }
}
