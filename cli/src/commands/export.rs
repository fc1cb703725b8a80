//! `sv0 export`.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use sv0_report::{ExportInput, export};

use super::{Outcome, reader_may_leave};
use crate::arguments::{ExportArguments, QueryArguments};
use crate::error::CommandError;
use crate::store;

pub fn run(arguments: &ExportArguments) -> Result<Outcome, CommandError> {
    let query = QueryArguments {
        store: arguments.store.clone(),
        as_of: arguments.as_of,
        json: false,
    };
    let store = store::open(&query.store)?;
    let snapshot = store::snapshot(&store, &query)?;
    let (graph, paths) = (snapshot.graph()?, snapshot.paths()?);
    let input = ExportInput {
        graph: &graph,
        paths: &paths,
    };
    let format = arguments.format.into();
    if arguments.out.as_os_str() == "-" {
        let mut out = BufWriter::new(io::stdout().lock());
        reader_may_leave(export(&input, format, &mut out).and_then(|()| out.flush()))?;
        return Ok(Outcome::Done);
    }
    let failed = |source| CommandError::Io {
        operation: "writing",
        file: arguments.out.clone(),
        source,
    };
    let mut out = BufWriter::new(File::create(&arguments.out).map_err(failed)?);
    export(&input, format, &mut out).map_err(failed)?;
    out.flush().map_err(failed)?;
    Ok(Outcome::Done)
}
