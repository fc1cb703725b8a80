//! The stages, in their order: [`normalize`], [`authority`], [`report`], then [`sv0_lake::publish`], then [`record`].

pub mod authority;
pub mod normalize;
pub mod record;
pub mod report;
mod snapshot_coverage;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sv0_lake::{LakeError, ObjectStore, each_of_ndjson, run_key, to_ndjson};

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

/// Rows of a run that is still being made.
pub struct StageRows<'a> {
    store: &'a dyn ObjectStore,
    run_id: &'a str,
}

impl Rows for StageRows<'_> {
    fn each<T: DeserializeOwned>(
        &self,
        key: &str,
        each: impl FnMut(T) -> Result<(), LakeError>,
    ) -> Result<(), LakeError> {
        each_of_ndjson(key, &self.store.get(&run_key(self.run_id, key))?, each)
    }
}
