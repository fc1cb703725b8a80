//! A run's objects as values: what the later stages and the query commands start from.

use std::collections::BTreeMap;
use std::io;

use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sv0_lake::{LakeError, Part, Run, each_of_ndjson, from_ndjson, keys, slice};

use sv0_model::coverage::CoverageRow;
use sv0_model::diagnostic::Diagnostic;
use sv0_model::finding::Finding;
use sv0_model::graph::{Edge, Elsewhere, Entity, Graph, Organization, PolicyRecord};
use sv0_model::observation::{DividedSession, Evidence, LogWindow, NotableTotal, ObservedUse, Trail};
use sv0_model::path::AuthorityPath;
use sv0_model::route::{CitedPath, RoutePaths};
use sv0_model::time::Timestamp;

use crate::asked_rows::{AskedEdge, AskedEntity};
use crate::path_rows::{self, RouteFilter};

/// Where rows of a run come from: a published run whose hashes are checked, or one still being made.
pub trait Rows: Sync {
    /// The object with that key.
    ///
    /// # Errors
    /// Whatever the store answers.
    fn bytes(&self, key: &str) -> Result<Vec<u8>, LakeError>;

    /// The parts of the object with that key; none of one that was written whole.
    ///
    /// # Errors
    /// Whatever the store answers.
    fn parts(&self, key: &str) -> Result<Option<Vec<Part>>, LakeError>;

    /// A part of the object with that key.
    ///
    /// # Errors
    /// Whatever the store answers.
    fn part_bytes(&self, key: &str, part: &Part) -> Result<Vec<u8>, LakeError>;

    /// Hands on the rows of the object with that key, one after the other.
    ///
    /// # Errors
    /// Whatever the store or `each` answers.
    fn each<T: DeserializeOwned>(
        &self,
        key: &str,
        each: impl FnMut(T) -> Result<(), LakeError>,
    ) -> Result<(), LakeError> {
        each_of_ndjson(key, &self.bytes(key)?, each)
    }

    /// The rows of the object with that key.
    ///
    /// # Errors
    /// As [`Rows::each`].
    fn rows<T: DeserializeOwned>(&self, key: &str) -> Result<Vec<T>, LakeError> {
        let mut rows = Vec::new();
        self.each(key, |row| {
            rows.push(row);
            Ok(())
        })?;
        rows.shrink_to_fit();
        Ok(rows)
    }
}

impl Rows for Run<'_> {
    fn bytes(&self, key: &str) -> Result<Vec<u8>, LakeError> {
        Run::bytes(self, key)
    }

    fn parts(&self, key: &str) -> Result<Option<Vec<Part>>, LakeError> {
        Run::parts(self, key)
    }

    fn part_bytes(&self, key: &str, part: &Part) -> Result<Vec<u8>, LakeError> {
        Run::part_bytes(self, key, part)
    }
}

/// Reads a run's objects as values.
pub struct Snapshot<R> {
    rows: R,
}

/// The one line of [`keys::ORGANIZATION`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct GraphHeader {
    pub captured_at: Option<Timestamp>,
    pub partition: String,
    pub organization: Organization,
    /// The account that the scan was made from, where the capture says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hub_account: Option<String>,
}

/// The one line of [`keys::LOG_COVERAGE`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct LogCoverage {
    pub trails: Vec<Trail>,
    pub window: Option<(Timestamp, Timestamp)>,
    pub logged_partitions: Vec<(String, String)>,
    pub log_windows: Vec<LogWindow>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incomplete_logs: Vec<(String, String)>,
    pub divided_sessions: Vec<DividedSession>,
    pub notable_totals: Vec<NotableTotal>,
    pub cut: Vec<String>,
}

impl<R: Rows> Snapshot<R> {
    /// A snapshot over `rows`.
    pub fn new(rows: R) -> Self {
        Self { rows }
    }

    /// The rows that it reads.
    pub(crate) fn rows(&self) -> &R {
        &self.rows
    }

    /// The graph.
    ///
    /// # Errors
    /// [`LakeError`] when an object is absent, altered or unreadable.
    pub fn graph(&self) -> Result<Graph, LakeError> {
        let header: GraphHeader = self.only_row(keys::ORGANIZATION)?;
        let entities = self.divided_rows::<Entity>(keys::ENTITIES)?;
        let policies = self.divided_rows::<PolicyRecord>(keys::POLICIES)?;
        let mut edges: Vec<Edge> = self.divided_rows(keys::EDGES)?.into_iter().flatten().collect();
        // They lie in the order of their parts; those that start from one entity are in one part.
        edges.sort_by(|a, b| a.from.cmp(&b.from));
        Ok(Graph {
            captured_at: header.captured_at,
            partition: header.partition,
            organization: header.organization,
            entities: by_id(entities, |entity| entity.native_id.clone()),
            edges,
            policies: by_id(policies, |policy| policy.native_id.clone()),
            signals: self.rows.rows(keys::SIGNALS)?,
            service_access: self.rows.rows(keys::SERVICE_ACCESS)?,
            elsewhere: Elsewhere::default(),
        })
    }

    /// The graph as far as questions of access need it: all that decides and all names, without the records that they come from.
    ///
    /// # Errors
    /// As [`Snapshot::graph`].
    pub fn asked_graph(&self) -> Result<Graph, LakeError> {
        let header: GraphHeader = self.only_row(keys::ORGANIZATION)?;
        let entities = self.divided_rows::<AskedEntity>(keys::ENTITIES)?.into_iter().flatten();
        let policies = self.divided_rows::<PolicyRecord>(keys::POLICIES)?;
        let edges = self.divided_rows::<AskedEdge>(keys::EDGES)?.into_iter().flatten();
        let mut edges: Vec<Edge> = edges.filter_map(|edge| edge.0).collect();
        edges.sort_by(|a, b| a.from.cmp(&b.from));
        Ok(Graph {
            captured_at: header.captured_at,
            partition: header.partition,
            organization: header.organization,
            entities: entities
                .map(Entity::from)
                .map(|entity| (entity.native_id.clone(), entity))
                .collect(),
            edges,
            policies: by_id(policies, |policy| policy.native_id.clone()),
            ..Graph::default()
        })
    }

    /// All rows of an object, part by part, read on all cores.
    fn divided_rows<T: DeserializeOwned + Send>(&self, key: &str) -> Result<Vec<Vec<T>>, LakeError> {
        let Some(parts) = self.rows.parts(key)? else {
            return Ok(vec![self.rows.rows(key)?]);
        };
        let object = self.rows.bytes(key)?;
        let rows = parts.par_iter().map(|part| {
            let bytes = slice(&object, part).ok_or_else(|| LakeError::Io {
                operation: "reading",
                key: key.to_owned(),
                source: io::ErrorKind::UnexpectedEof.into(),
            })?;
            from_ndjson(key, bytes)
        });
        rows.collect()
    }

    /// The organization, for what needs no more of the graph.
    ///
    /// # Errors
    /// As [`Snapshot::graph`].
    pub fn organization(&self) -> Result<Organization, LakeError> {
        let header: GraphHeader = self.only_row(keys::ORGANIZATION)?;
        Ok(header.organization)
    }

    /// The account that the scan was made from, where the capture says.
    ///
    /// # Errors
    /// As [`Snapshot::graph`].
    pub fn hub_account(&self) -> Result<Option<String>, LakeError> {
        let header: GraphHeader = self.only_row(keys::ORGANIZATION)?;
        Ok(header.hub_account)
    }

    /// What was observed.
    ///
    /// # Errors
    /// As [`Snapshot::graph`].
    pub fn evidence(&self) -> Result<Evidence, LakeError> {
        let logs: LogCoverage = self.only_row(keys::LOG_COVERAGE)?;
        Ok(Evidence {
            uses: self.rows.rows::<ObservedUse>(keys::OBSERVED_USE)?,
            trails: logs.trails,
            window: logs.window,
            logged_partitions: logs.logged_partitions,
            log_windows: logs.log_windows,
            incomplete_logs: logs.incomplete_logs,
            assumptions: self.rows.rows(keys::ASSUMPTIONS)?,
            chains: self.rows.rows(keys::CHAINS)?,
            callers: self.rows.rows(keys::CALLERS)?,
            notable: self.rows.rows(keys::NOTABLE_EVENTS)?,
            divided_sessions: logs.divided_sessions,
            notable_totals: logs.notable_totals,
            cut: logs.cut,
        })
    }

    /// The authority paths. Steps that are equal are held once.
    ///
    /// # Errors
    /// As [`Snapshot::graph`].
    pub fn paths(&self) -> Result<Vec<AuthorityPath>, LakeError> {
        let mut paths = Vec::new();
        self.each_path(|path| {
            paths.push(path);
            Ok(())
        })?;
        paths.shrink_to_fit();
        Ok(paths)
    }

    /// Hands on the authority paths one after the other, for what need not see them all at once. Steps that are equal are one and the same.
    ///
    /// # Errors
    /// As [`Snapshot::graph`], and what `each` answers.
    pub fn each_path(&self, each: impl FnMut(AuthorityPath) -> Result<(), LakeError>) -> Result<(), LakeError> {
        path_rows::each(&self.rows, each)
    }

    /// Hands on the routes from workloads to authorities one after the other, each with its paths, by account of the workload. What routes of an account to one authority
    /// reach is one and the same.
    ///
    /// # Errors
    /// As [`Snapshot::graph`], and what `each` answers.
    pub fn each_route(&self, each: impl FnMut(RoutePaths) -> Result<(), LakeError>) -> Result<(), LakeError> {
        self.each_route_of(&RouteFilter::default(), each)
    }

    /// As [`Snapshot::each_route`], without reading parts that hold none of those that are asked for.
    ///
    /// # Errors
    /// As [`Snapshot::graph`], and what `each` answers.
    pub fn each_route_of(
        &self,
        filter: &RouteFilter<'_>,
        each: impl FnMut(RoutePaths) -> Result<(), LakeError>,
    ) -> Result<(), LakeError> {
        path_rows::each_route(&self.rows, filter, each)
    }

    /// How many authority paths there are.
    ///
    /// # Errors
    /// As [`Snapshot::graph`].
    pub fn path_count(&self) -> Result<u64, LakeError> {
        path_rows::count(&self.rows)
    }

    /// The paths that findings name.
    ///
    /// # Errors
    /// As [`Snapshot::graph`].
    pub fn cited_paths(&self) -> Result<Vec<CitedPath>, LakeError> {
        self.rows.rows(keys::CITED_PATHS)
    }

    /// The findings.
    ///
    /// # Errors
    /// As [`Snapshot::graph`].
    pub fn findings(&self) -> Result<Vec<Finding>, LakeError> {
        self.rows.rows(keys::FINDINGS)
    }

    /// The coverage ledger.
    ///
    /// # Errors
    /// As [`Snapshot::graph`].
    pub fn coverage(&self) -> Result<Vec<CoverageRow>, LakeError> {
        self.rows.rows(keys::COVERAGE)
    }

    /// What was wrong with the input.
    ///
    /// # Errors
    /// As [`Snapshot::graph`].
    pub fn diagnostics(&self) -> Result<Vec<Diagnostic>, LakeError> {
        self.rows.rows(keys::DIAGNOSTICS)
    }

    pub(crate) fn only_row<T: DeserializeOwned>(&self, key: &str) -> Result<T, LakeError> {
        let mut rows = self.rows.rows::<T>(key)?;
        rows.pop().ok_or_else(|| LakeError::NotFound {
            key: key.to_owned(),
            store: "the run".to_owned(),
        })
    }
}

fn by_id<T>(items: Vec<Vec<T>>, id: impl Fn(&T) -> String) -> BTreeMap<String, T> {
    items.into_iter().flatten().map(|item| (id(&item), item)).collect()
}
