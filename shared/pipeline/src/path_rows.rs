//! Authority paths as rows: their steps stand in an object of their own, each once.
//!
//! An estate has many times as many hops as steps. Told once, they make a run's paths a fraction as large, and as fast to read.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sv0_lake::{LakeError, NdjsonEncoder, keys, run_key};
use sv0_model::path::{AuthorityPath, PathHop, StepPool};

use crate::snapshot::Rows;
use crate::stages::StageContext;

/// A line of [`keys::PATHS`].
#[derive(Debug, Serialize, Deserialize)]
struct PathRow {
    /// Lines of [`keys::STEPS`], in the order of the hops.
    steps: Vec<usize>,
    /// The path without its hops.
    path: AuthorityPath,
}

/// Steps in the order in which the paths first take them.
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
}

/// Writes paths that come one after the other, and their steps.
pub(crate) struct PathWriter {
    steps: Steps,
    rows: NdjsonEncoder,
    /// Paths that were added.
    pub count: u64,
}

impl PathWriter {
    /// A writer without paths.
    ///
    /// # Errors
    /// As [`NdjsonEncoder::new`].
    pub fn new() -> Result<Self, LakeError> {
        Ok(Self {
            steps: Steps::default(),
            rows: NdjsonEncoder::new(keys::PATHS)?,
            count: 0,
        })
    }

    /// Adds a path.
    ///
    /// # Errors
    /// As [`NdjsonEncoder::push`].
    pub fn add(&mut self, mut path: AuthorityPath) -> Result<(), LakeError> {
        let hops = std::mem::take(&mut path.hops);
        let steps = hops.iter().map(|hop| self.steps.line_of(hop)).collect();
        self.count += 1;
        self.rows.push(&PathRow { steps, path })
    }

    /// Puts the paths and their steps where the run's objects lie.
    ///
    /// # Errors
    /// As the store.
    pub fn finish(self, context: &StageContext<'_>) -> Result<(), LakeError> {
        let paths = run_key(context.run_id, keys::PATHS);
        context.store.put(&paths, &self.rows.finish()?)?;
        context.write_rows(keys::STEPS, &self.steps.lines)
    }
}

/// Hands on the paths with their hops; hops of the same step are one and the same.
///
/// # Errors
/// As the store; what `each` answers; [`LakeError::Dangling`] where a path names a step that is not there.
pub fn each<R: Rows>(rows: &R, mut each: impl FnMut(AuthorityPath) -> Result<(), LakeError>) -> Result<(), LakeError> {
    let mut pool = StepPool::default();
    let mut steps: Vec<Arc<PathHop>> = Vec::new();
    rows.each(keys::STEPS, |mut step: Arc<PathHop>| {
        pool.share_step(&mut step);
        steps.push(step);
        Ok(())
    })?;
    drop(pool);
    rows.each(keys::PATHS, |row: PathRow| {
        let mut path = row.path;
        path.hops = row
            .steps
            .iter()
            .map(|line| steps.get(*line).cloned().ok_or_else(|| dangling(*line)))
            .collect::<Result<_, _>>()?;
        each(path)
    })
}

/// A line of [`keys::PATHS`] whose path is not read.
#[derive(Debug, Deserialize)]
pub(crate) struct ToldPath {
    /// Lines of [`keys::STEPS`], in the order of the hops.
    pub steps: Vec<usize>,
    /// The path without its hops, as it is told.
    pub path: Box<RawValue>,
}

/// Hands on the paths as they are told.
///
/// # Errors
/// As the store; what `each` answers.
pub(crate) fn each_told<R: Rows>(
    rows: &R,
    each: impl FnMut(ToldPath) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    rows.each(keys::PATHS, each)
}

/// A path names a step that is not there.
pub(crate) fn dangling(line: usize) -> LakeError {
    LakeError::Dangling {
        key: keys::PATHS.to_owned(),
        line,
        of: keys::STEPS.to_owned(),
    }
}
