//! The item that says how far the table is: which run is the newest, which one is still being written, and who may write.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use sv0_model::time::Timestamp;

use super::TableError;
use super::attributes::{Expression, Item, number, text, time};
use super::keys::Key;
use super::table::Table;

/// The head as it was read.
#[derive(Debug, Clone, Default)]
pub(super) struct Head {
    /// Goes up by one whenever a worker begins to write. Every write hangs on it being the writer's own, so a worker that another one followed can write nothing.
    pub fence: u64,
    /// When the newest capture recorded so far was made.
    pub newest_capture: Option<Timestamp>,
    /// The run that is being written.
    pub pending: Option<Pending>,
}

/// A run that is being written: its journal is whole, and has to be applied before anything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pending {
    /// The run.
    pub run_id: String,
    /// Where its journal lies.
    pub journal: String,
    /// How many parts of it are applied.
    pub applied: u64,
    /// How many writes of the next part are.
    pub applied_writes: usize,
}

impl Head {
    pub fn of(item: &Item) -> Result<Self, TableError> {
        let pending = text(item, "pending_run").zip(text(item, "pending_journal"));
        Ok(Self {
            fence: number(item, "fence").unwrap_or_default(),
            newest_capture: time(item, "newest_capture")?,
            pending: pending.map(|(run_id, journal)| Pending {
                run_id: run_id.to_owned(),
                journal: journal.to_owned(),
                applied: number(item, "pending_applied").unwrap_or_default(),
                applied_writes: number(item, "pending_applied_writes")
                    .and_then(|writes| usize::try_from(writes).ok())
                    .unwrap_or_default(),
            }),
        })
    }

    /// The head as it is now.
    pub async fn read(table: &Table) -> Result<Self, TableError> {
        Self::of(&table.get(&Key::head()).await?.unwrap_or_default())
    }

    /// Begins to write: whoever wrote before can write no more.
    pub async fn take(table: &Table) -> Result<Self, TableError> {
        let change = Expression {
            text: "ADD #n0 :v0".to_owned(),
            names: HashMap::from([("#n0".to_owned(), "fence".to_owned())]),
            values: HashMap::from([(":v0".to_owned(), AttributeValue::N("1".to_owned()))]),
        };
        Self::of(&table.update(&Key::head(), change, None).await?)
    }

    /// That nobody began to write since.
    pub fn is_mine(&self) -> Expression {
        Expression::equals("fence", AttributeValue::N(self.fence.to_string()))
    }
}
