//! `sv0 demo`: the built-in example organization, scanned.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use include_dir::{Dir, include_dir};
use sv0_pipeline::{Configuration, Snapshot};

use super::paths::chain_text;
use super::scan::{Results, scan_capture};
use super::{Outcome, print, print_json};
use crate::arguments::DemoArguments;
use crate::error::CommandError;
use crate::store;
use crate::text::{bold, dim};

/// The example's capture, carried in the program so that the demo needs no other file.
static CAPTURE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../examples/acme/capture");

/// How many paths the demo shows.
const SHOWN_PATHS: usize = 5;

pub fn run(arguments: &DemoArguments) -> Result<Outcome, CommandError> {
    let folder = Path::new(&arguments.store).join("demo-capture");
    write_capture(&CAPTURE, &folder).map_err(|source| CommandError::Io {
        operation: "writing",
        file: folder.clone(),
        source,
    })?;
    let store = store::folder(&arguments.store)?;
    let summary = scan_capture(&folder, &Configuration::default(), None, &store)?;
    let results = Results::read(&store, &summary.manifest)?;
    if arguments.json {
        print_json(&results.overview())?;
        return Ok(Outcome::Done);
    }
    let graph = Snapshot::new(sv0_lake::newest_run(&store)?).graph()?;
    let mut out = results.overview().text();
    let _ = writeln!(out, "\n{}", bold("Some of its authority paths"));
    for path in results.telling_paths.iter().take(SHOWN_PATHS) {
        out.push_str(&chain_text(&graph, path));
    }
    let _ = writeln!(out, "\n{}", bold("Ask it more"));
    for command in ["sv0 paths --include-blocked", "sv0 findings", "sv0 coverage --gaps"] {
        let _ = writeln!(out, "  {}", dim(&with_store(command, &arguments.store)));
    }
    print(&out)?;
    Ok(Outcome::Done)
}

fn with_store(command: &str, store: &str) -> String {
    match store {
        "./sv0-out" => command.to_owned(),
        other => format!("{command} --store {other}"),
    }
}

fn write_capture(from: &Dir<'_>, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    from.extract(to)
}
