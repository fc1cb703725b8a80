//! `sv0`, the command line of SecurityV0 Hub for AWS.

mod arguments;
mod commands;
mod context_keys;
mod error;
mod live;
mod progress;
mod selection;
mod store;
mod text;
mod told_store;

use std::process::ExitCode;

use clap::Parser;

/// Several threads make and drop what one after the other holds: the allocator of the C library keeps the peak of each of them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    error::set_style();
    let arguments = arguments::Arguments::parse();
    let json = arguments.command.wants_json();
    match commands::run(arguments.command) {
        Ok(outcome) => outcome.exit_code(),
        Err(error) => error.report(json),
    }
}
