//! The item that says where the rest is.

use super::TableError;
use super::attributes::{Write, needed, number};
use super::keys::Key;
use super::table::Table;

/// The version of the table's layout. In the first, things of the kind `path` lay in the place of routes and accesses.
const LAYOUT: u64 = 2;

/// Where the results lie that belong to a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableConfiguration {
    /// The bucket.
    pub bucket: String,
    /// What every key below it begins with: empty, or ending in `/`.
    pub prefix: String,
}

impl TableConfiguration {
    /// Reads it; `None` where nobody wrote it yet.
    pub(super) async fn read(table: &Table) -> Result<Option<Self>, TableError> {
        Ok(Self::with_layout(table).await?.map(|(configuration, _)| configuration))
    }

    async fn with_layout(table: &Table) -> Result<Option<(Self, Option<u64>)>, TableError> {
        let Some(item) = table.get(&Key::configuration()).await? else {
            return Ok(None);
        };
        if let Some(layout) = number(&item, "layout").filter(|layout| *layout > LAYOUT) {
            return Err(TableError::Malformed {
                key: Key::configuration().text(),
                what: format!("the table has layout {layout}, and this version of sv0 knows {LAYOUT}: use a newer sv0"),
            });
        }
        let configuration = Self {
            bucket: needed(&item, "results_bucket")?.to_owned(),
            prefix: needed(&item, "results_prefix")?.to_owned(),
        };
        Ok(Some((configuration, number(&item, "layout"))))
    }

    /// Writes it where it is not there, or is another one, or of an older layout.
    pub(super) async fn write(&self, table: &Table) -> Result<(), TableError> {
        if Self::with_layout(table).await? == Some((self.clone(), Some(LAYOUT))) {
            return Ok(());
        }
        let mut write = Write::to(Key::configuration());
        write.set("layout", LAYOUT);
        write.set("results_bucket", self.bucket.as_str());
        write.set("results_prefix", self.prefix.as_str());
        table.update(&Key::configuration(), write.expression(), None).await?;
        Ok(())
    }
}
