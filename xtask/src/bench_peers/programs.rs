//! Whole programs: `sv0 evaluate --requests FILE` as it is released, on all processors, beside a peer that reads the same lines.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::{Answered, IAM_SIMULATE};
use crate::shell;

/// What a program took.
struct Run {
    /// On the clock, from its start to its end.
    wall: f64,
    /// On all processors together.
    processor: f64,
    decisions: Vec<Option<bool>>,
}

/// Prints a table of `sv0 evaluate` on files of lines, the first of which the peer has answered; fails where a line is not answered as the library answers it.
pub fn evaluate(root: &Path, files: &[PathBuf], theirs: &Answered, ours: &Answered) -> Result<()> {
    let program = built(root)?;
    println!("| whole program | lines | wall (s) | processor (s) | lines/s |\n|---|---:|---:|---:|---:|");
    for (number, file) in files.iter().enumerate() {
        let run = run(&program, file)?;
        let lines = run.decisions.len();
        println!(
            "| sv0 evaluate | {lines} | {:.2} | {:.2} | {:.0} |",
            run.wall,
            run.processor,
            lines as f64 / run.wall
        );
        if number == 0 && run.decisions != ours.decisions {
            bail!("sv0 evaluate does not answer as its library does");
        }
    }
    let lines = theirs.decisions.len();
    println!(
        "| {IAM_SIMULATE} | {lines} | | {:.2} | {:.0} |",
        theirs.seconds,
        lines as f64 / theirs.seconds
    );
    Ok(())
}

fn built(root: &Path) -> Result<PathBuf> {
    let mut build = shell::cargo();
    build
        .current_dir(root)
        .args(["build", "--release", "--package", "sv0", "--bin", "sv0"]);
    let messages = shell::output(build.args(["--message-format", "json-render-diagnostics"]))?;
    shell::executable(&messages, "sv0").context("cargo names no program that it built")
}

fn run(program: &Path, requests: &Path) -> Result<Run> {
    let answers = requests.with_extension("answers");
    let output = File::create(&answers).with_context(|| format!("cannot write {}", answers.display()))?;
    let mut command = Command::new(program);
    command.args(["evaluate", "--requests"]).arg(requests);
    let (before, began) = (of_children()?, Instant::now());
    // It ends with 1 where a line could not be read, which is an answer too.
    command
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(Stdio::null())
        .status()
        .context("cannot start sv0")?;
    let (wall, processor) = (began.elapsed().as_secs_f64(), of_children()? - before);
    let text = fs::read_to_string(&answers).context("cannot read the answers")?;
    Ok(Run {
        wall,
        processor,
        decisions: text
            .lines()
            .map(|line| Some(line.contains("\"decision\":\"allow\"")))
            .collect(),
    })
}

/// Seconds on a processor of the processes that were started and have ended.
///
/// Source: proc_pid_stat(5), `cutime` and `cstime`, in ticks of a hundredth of a second.
fn of_children() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat").context("cannot read /proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').context("proc_pid_stat(5) has another form")?;
    let ticks: Result<Vec<u32>, _> = fields.split_whitespace().skip(13).take(2).map(str::parse).collect();
    Ok(ticks?.into_iter().map(f64::from).sum::<f64>() / 100.0)
}
