//! The commands: each reads its arguments, asks a crate, prints.

mod can;
mod capture;
mod coverage;
mod demo;
mod evaluate;
mod explain;
mod export;
mod findings;
mod lines;
mod live_capture;
mod paths;
mod preflight;
mod question;
mod report;
mod route;
mod scan;
mod synth;
mod who_can;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::CommandFactory;
use serde::Serialize;

use crate::arguments::{Arguments, Command};
use crate::error::CommandError;
pub use scan::{is_gap, new_run_id};

/// How a command ended that did what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// Done, but some rows of the input could not be read.
    BadRows,
    /// Done, and coverage is incomplete, which the caller wanted to know.
    CoverageIncomplete,
    /// Done, and there are findings as severe as the caller asked about.
    FindingsAtOrAbove,
}

impl Outcome {
    /// The process's exit code.
    pub fn exit_code(self) -> ExitCode {
        match self {
            Self::Done => ExitCode::SUCCESS,
            Self::BadRows => ExitCode::from(2),
            Self::CoverageIncomplete => ExitCode::from(3),
            Self::FindingsAtOrAbove => ExitCode::from(4),
        }
    }
}

/// Runs a command.
pub fn run(command: Command) -> Result<Outcome, CommandError> {
    match command {
        Command::Scan(arguments) => scan::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Capture(arguments) => capture::run(&arguments),
        Command::Preflight(arguments) => preflight::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Can(arguments) => can::run(&arguments),
        Command::WhoCan(arguments) => who_can::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Paths(arguments) => paths::run(&arguments),
        Command::Findings(arguments) => findings::run(&arguments),
        Command::Coverage(arguments) => coverage::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Synth(arguments) => synth::run(&arguments),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "sv0", &mut script);
            io::stdout().lock().write_all(&script).map_err(to_standard_output)?;
            Ok(Outcome::Done)
        }
    }
}

/// Prints text, with colours only on a terminal that shows them.
fn print(text: &str) -> Result<(), CommandError> {
    let mut out = anstream::stdout().lock();
    reader_may_leave(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Prints one JSON document.
fn print_json<T: Serialize>(value: &T) -> Result<(), CommandError> {
    let mut out = io::stdout().lock();
    let written = serde_json::to_writer_pretty(&mut out, value)
        .map_err(io::Error::from)
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush());
    reader_may_leave(written)
}

/// A reader such as `head` that has enough is no failure, and takes nothing from the exit code that a gate rests on.
fn reader_may_leave(written: io::Result<()>) -> Result<(), CommandError> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(to_standard_output(error)),
        _ => Ok(()),
    }
}

fn to_standard_output(source: io::Error) -> CommandError {
    CommandError::Io {
        operation: "writing",
        file: PathBuf::from("standard output"),
        source,
    }
}

/// The longest request line that is read; a longer one is answered with an error like any other bad row.
const MAX_LINE_BYTES: u64 = 64 * 1024 * 1024;

/// Where request lines come from: a file, or standard input for `-`.
type Lines = BufReader<Box<dyn Read>>;

/// As much as is read at once, so that threads get batches worth handing over.
const READ_AT_ONCE: usize = 256 * 1024;

fn open_lines(requests: &Path) -> Result<Lines, CommandError> {
    let reader: Box<dyn Read> = if requests.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        Box::new(std::fs::File::open(requests).map_err(|source| cannot_read(requests, source))?)
    };
    Ok(BufReader::with_capacity(READ_AT_ONCE, reader))
}

fn cannot_read(requests: &Path, source: io::Error) -> CommandError {
    CommandError::Io {
        operation: "reading",
        file: requests.to_owned(),
        source,
    }
}

/// Reads one line, its end included; `false` where there is none.
fn next_line(reader: &mut Lines, line: &mut Vec<u8>) -> io::Result<bool> {
    let read = reader.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', line)?;
    if read as u64 == MAX_LINE_BYTES && !line.ends_with(b"\n") {
        reader.skip_until(b'\n')?;
    }
    Ok(read > 0)
}

/// Answers every line of an NDJSON file, or of standard input for `-`, in order.
fn answer_lines(requests: &Path, mut answer: impl FnMut(&str) -> (String, bool)) -> Result<Outcome, CommandError> {
    let mut reader = open_lines(requests)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut outcome = Outcome::Done;
    let mut line = Vec::new();
    while next_line(&mut reader, &mut line).map_err(|source| cannot_read(requests, source))? {
        let text = String::from_utf8_lossy(&line);
        if !text.trim().is_empty() {
            let (json, is_error) = answer(text.trim());
            if is_error {
                outcome = Outcome::BadRows;
            }
            match writeln!(out, "{json}") {
                Ok(()) => {}
                // Nobody reads what the further questions would be answered.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(outcome),
                Err(error) => return Err(to_standard_output(error)),
            }
        }
        line.clear();
    }
    reader_may_leave(out.flush())?;
    Ok(outcome)
}
