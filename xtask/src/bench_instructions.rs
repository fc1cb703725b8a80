//! Counts the instructions of core operations under valgrind, and holds them against what they were.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::shell;

/// What is counted, each with what it does before, which is taken off.
const OPERATIONS: [(&str, &str); 4] = [
    ("parse", "generate"),
    ("decide", "compile"),
    ("lines", "generate"),
    ("known-lines", "generate"),
];

/// Where the counts are kept: an operation and its count a line.
const KEPT: &str = "shared/iam/benches/instructions.txt";

/// By how many of a hundred instructions a count may be above what is kept.
const TOLERANCE: u64 = 5;

#[derive(Args)]
pub struct InstructionsArguments {
    /// Keep what was counted instead of comparing with it.
    #[arg(long)]
    pub update: bool,
}

/// Fails where an operation takes more instructions than it did.
pub fn instructions(arguments: &InstructionsArguments) -> Result<()> {
    let root = shell::workspace_root()?;
    let program = built(&root, "sv0-iam", "counted")?;
    let mut counted = BTreeMap::new();
    for (operation, before) in OPERATIONS {
        let most = count(&program, operation)?;
        counted.insert(operation.to_owned(), most.saturating_sub(count(&program, before)?));
    }
    let text: String = counted
        .iter()
        .map(|(operation, count)| format!("{operation} {count}\n"))
        .collect();
    print!("{text}");
    let file = root.join(KEPT);
    if arguments.update {
        return std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()));
    }
    let kept = read(&std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?)?;
    let worse: Vec<&str> = counted
        .iter()
        .filter(|(operation, count)| **count > bound(kept.get(*operation).copied().unwrap_or_default()))
        .map(|(operation, _)| operation.as_str())
        .collect();
    if worse.is_empty() {
        return Ok(());
    }
    bail!("more than {TOLERANCE} % above {KEPT}: {}", worse.join(", "))
}

fn bound(kept: u64) -> u64 {
    kept.saturating_add(kept.saturating_mul(TOLERANCE) / 100)
}

fn read(text: &str) -> Result<BTreeMap<String, u64>> {
    let entry = |line: &str| {
        Some((
            line.split_once(' ')?.0.to_owned(),
            line.split_once(' ')?.1.parse().ok()?,
        ))
    };
    text.lines()
        .map(|line| entry(line).with_context(|| format!("{KEPT}: not an operation and its count: {line}")))
        .collect()
}

/// The instructions of one run, which callgrind tells when it ends.
fn count(program: &Path, operation: &str) -> Result<u64> {
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .arg(operation)
        .output()
        .context("cannot start valgrind")?;
    let told = String::from_utf8_lossy(&run.stderr);
    let collected = told.lines().find_map(|line| line.split_once("Collected :"));
    let count = collected.and_then(|(_, count)| count.trim().parse().ok());
    count.with_context(|| format!("callgrind counted nothing of {operation}: {told}"))
}

/// Builds a benchmark as it would be released, and asks cargo where it lies.
pub fn built(root: &Path, package: &str, benchmark: &str) -> Result<PathBuf> {
    let mut build = shell::cargo();
    build
        .current_dir(root)
        .args(["bench", "--no-run", "--package", package, "--bench", benchmark]);
    let messages = shell::output(build.args(["--message-format", "json-render-diagnostics"]))?;
    shell::executable(&messages, benchmark).context("cargo names no benchmark that it built")
}
