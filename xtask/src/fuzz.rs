//! Fuzzes every parser with libFuzzer, on the stable compiler.
//!
//! The coverage instrumentation is LLVM's own pass, which a stable rustc runs when it is asked to by name; there is no sanitizer, whose runtime
//! would need a nightly compiler. A panic, an input that takes too long and one that takes too much memory count as crashes.

mod build;
mod corpus;
mod run;
mod statistics;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;

use crate::shell;
use run::{Fuzzer, Outcome};

#[derive(Args)]
pub struct FuzzArguments {
    /// The targets, as the folders of fuzz/corpus are named; all where none is given.
    targets: Vec<String>,
    /// How long each target runs.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// How many targets run at the same time; one for each processor where it is not given.
    #[arg(long)]
    jobs: Option<usize>,
    /// Renew the corpora that are checked in: few small inputs that cover what was found.
    #[arg(long)]
    keep: bool,
}

/// Where the inputs are and what has been found so far.
struct Folders {
    /// Checked in, a folder for each target.
    corpus: PathBuf,
    dictionary: PathBuf,
    /// In cargo's target folder: what was found stays from run to run.
    work: PathBuf,
}

pub fn fuzz(arguments: &FuzzArguments) -> Result<()> {
    let root = shell::workspace_root()?.join("fuzz");
    let corpus = root.join("corpus");
    let names = selected(&arguments.targets, corpus::targets(&corpus)?)?;
    let program = build::fuzzer()?;
    let folders = Folders {
        corpus,
        dictionary: root.join("dictionary.txt"),
        work: program.with_file_name("fuzz-work"),
    };
    let fuzzer = Fuzzer {
        program,
        folders,
        duration: Duration::from_secs(arguments.seconds),
    };
    let outcomes = run_all(&fuzzer, names, jobs(arguments.jobs))?;
    print!("{}", statistics::table(&outcomes));
    if arguments.keep {
        corpus::renew(&fuzzer, &outcomes)?;
    }
    let crashes: Vec<String> = outcomes.iter().flat_map(|outcome| outcome.reports(&fuzzer)).collect();
    if !crashes.is_empty() {
        bail!("{} inputs broke a law:\n{}", crashes.len(), crashes.join("\n"));
    }
    Ok(())
}

fn selected(wanted: &[String], known: BTreeSet<String>) -> Result<Vec<String>> {
    if let Some(unknown) = wanted.iter().find(|name| !known.contains(*name)) {
        let known: Vec<String> = known.into_iter().collect();
        bail!("there is no target {unknown}; there are {}", known.join(", "));
    }
    Ok(if wanted.is_empty() {
        known.into_iter().collect()
    } else {
        wanted.to_vec()
    })
}

fn jobs(wanted: Option<usize>) -> usize {
    wanted
        .or_else(|| std::thread::available_parallelism().ok().map(usize::from))
        .unwrap_or(1)
        .max(1)
}

/// Runs the targets, so many at a time; the outcomes are sorted by name.
fn run_all(fuzzer: &Fuzzer, names: Vec<String>, jobs: usize) -> Result<Vec<Outcome>> {
    let total = names.len();
    let queue = Mutex::new(names.into_iter().enumerate());
    let next = || queue.lock().ok()?.next();
    let work = || {
        let mut outcomes = Vec::new();
        while let Some((index, name)) = next() {
            println!("[{}/{total}] {name}: {} s", index + 1, fuzzer.duration.as_secs());
            outcomes.push(fuzzer.run(&name)?);
        }
        Ok(outcomes)
    };
    let results: Vec<Result<Vec<Outcome>>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        let joined = workers.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined
            .map(|result| result.unwrap_or_else(|_| bail!("a worker panicked")))
            .collect()
    });
    let mut outcomes = Vec::with_capacity(total);
    for result in results {
        outcomes.extend(result?);
    }
    outcomes.sort_by(|a, b| a.target.cmp(&b.target));
    Ok(outcomes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_does_not_exist_is_refused_by_name() {
        let known = || BTreeSet::from(["arn".to_owned(), "glob".to_owned()]);
        assert_eq!(selected(&[], known()).unwrap(), ["arn", "glob"]);
        assert_eq!(selected(&["glob".to_owned()], known()).unwrap(), ["glob"]);
        let error = selected(&["blob".to_owned()], known()).unwrap_err().to_string();
        assert_eq!(error, "there is no target blob; there are arn, glob");
    }
}
