//! The stages, in their order: [`normalize`], [`authority`], [`report`], then [`sv0_lake::publish`], then [`record`].

pub mod authority;
pub mod normalize;
pub mod record;
pub mod report;
mod snapshot_coverage;

use serde::Serialize;
use sv0_lake::{Divided, LakeError, ObjectStore, Part, index_key, read_index, run_key, to_ndjson};

use crate::snapshot::Rows;
use crate::{Configuration, Snapshot};

/// What every stage is handed. Nothing else travels between stages but the objects of the run.
#[derive(Clone, Copy)]
pub struct StageContext<'a> {
    /// Where the run's objects lie.
    pub store: &'a dyn ObjectStore,
    /// The run.
    pub run_id: &'a str,
    /// The configuration.
    pub configuration: &'a Configuration,
    /// How many threads a stage may use.
    pub threads: usize,
}

impl<'a> StageContext<'a> {
    /// The objects earlier stages wrote.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot<StageRows<'a>> {
        Snapshot::new(StageRows {
            store: self.store,
            run_id: self.run_id,
        })
    }

    pub(crate) fn write_rows<T: Serialize>(
        &self,
        key: &str,
        rows: impl IntoIterator<Item = T>,
    ) -> Result<(), LakeError> {
        self.store.put(&run_key(self.run_id, key), &to_ndjson(key, rows)?)
    }
}

impl StageContext<'_> {
    /// Writes an object in parts, and the index of them.
    pub(crate) fn write_divided(&self, key: &str, divided: &Divided) -> Result<(), LakeError> {
        self.store
            .put(&run_key(self.run_id, &index_key(key)), &divided.index(key)?)?;
        self.store.put(&run_key(self.run_id, key), &divided.object)
    }
}

/// Rows of a run that is still being made.
pub struct StageRows<'a> {
    store: &'a dyn ObjectStore,
    run_id: &'a str,
}

impl Rows for StageRows<'_> {
    fn bytes(&self, key: &str) -> Result<Vec<u8>, LakeError> {
        self.store.get(&run_key(self.run_id, key))
    }

    fn parts(&self, key: &str) -> Result<Option<Vec<Part>>, LakeError> {
        let index = index_key(key);
        match self.bytes(&index) {
            Ok(bytes) => read_index(&index, &bytes).map(Some),
            Err(LakeError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn part_bytes(&self, key: &str, part: &Part) -> Result<Vec<u8>, LakeError> {
        self.store
            .get_range(&run_key(self.run_id, key), part.offset, part.bytes)
    }
}
