//! Opening the store a command names.

use sv0_lake::{FolderStore, Run, newest_run, newest_run_as_of};
use sv0_model::graph::Graph;
use sv0_pipeline::Snapshot;

use crate::arguments::QueryArguments;
use crate::error::CommandError;

/// The folder store that `text` names.
pub fn folder(text: &str) -> Result<FolderStore, CommandError> {
    if text.contains("://") {
        return Err(CommandError::StoreKind { store: text.to_owned() });
    }
    Ok(FolderStore::new(text))
}

/// The run a query asks: the newest, or the newest as of a time.
pub fn run<'s>(store: &'s FolderStore, query: &QueryArguments) -> Result<Run<'s>, CommandError> {
    let run = match query.as_of {
        Some(time) => newest_run_as_of(store, time)?,
        None => newest_run(store)?,
    };
    Ok(run)
}

/// The objects of the run a query asks.
pub fn snapshot<'s>(store: &'s FolderStore, query: &QueryArguments) -> Result<Snapshot<Run<'s>>, CommandError> {
    run(store, query).map(Snapshot::new)
}

/// The graph of the run a query asks.
pub fn graph(query: &QueryArguments) -> Result<Graph, CommandError> {
    let store = folder(&query.store)?;
    Ok(snapshot(&store, query)?.graph()?)
}
