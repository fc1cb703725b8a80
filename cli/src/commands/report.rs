//! `sv0 report`.

use serde_json::json;
use sv0_lake::{keys, run_key};

use super::{Outcome, print, print_json};
use crate::arguments::ReportArguments;
use crate::error::CommandError;
use crate::store;
use crate::text::safe;

pub fn run(arguments: &ReportArguments) -> Result<Outcome, CommandError> {
    let store = store::open(&arguments.query.store)?;
    let run = store::run(&store, &arguments.query)?;
    let html = run.bytes(keys::REPORT)?;
    let file = match &arguments.output {
        Some(file) => {
            std::fs::write(file, html).map_err(|source| CommandError::Io {
                operation: "writing",
                file: file.clone(),
                source,
            })?;
            file.display().to_string()
        }
        None => store.place_of(&run_key(&run.manifest().run_id, keys::REPORT))?,
    };
    if arguments.query.json {
        print_json(&json!({"schema": "sv0-report/1", "report": file, "run_id": run.manifest().run_id}))?;
    } else {
        print(&format!("{}\n", safe(&file)))?;
    }
    Ok(Outcome::Done)
}
