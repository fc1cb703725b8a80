//! A live collection, measured: an organization that answers on loopback, and the workers that collect it. `cargo xtask bench-collect` runs it and prints what comes of it.
//!
//! ```text
//! organization serve   ESTATE   answers as AWS, until its input ends; its first line of output is its address
//! organization machine RUN      collects everything, as the command line does
//! organization worker  RUN      handles one event, as the function does in Lambda
//! ```
//!
//! Requests, signatures, budgets, retries, files in S3 and stages are those of the product. Of the other side only the answers are made up.

mod answers;
mod bound;
mod client;
mod estate;
mod http;
mod iam;
mod inventory;
mod objects;
mod router;
mod server;
mod usage;
mod work;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

fn main() -> ExitCode {
    // `cargo bench` adds a flag of its own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let [mode, settings] = arguments else {
        bail!("say serve, machine or worker, and its settings in JSON");
    };
    match mode.as_str() {
        "serve" => server::serve(serde_json::from_str(settings).context("the estate")?),
        "machine" => work::machine(&serde_json::from_str(settings).context("the run")?),
        "worker" => work::worker(&serde_json::from_str(settings).context("the run")?),
        other => bail!("{other} is none of serve, machine and worker"),
    }
}
