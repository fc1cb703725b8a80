//! Asks other policy engines and ours the same generated requests in the same run, and prints how fast each answers and where they disagree.
//!
//! The others run as processes of their own, out of `.tools/peers`, where they are installed when they are not there.

mod account;
mod programs;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;

use crate::shell;

const IAM_SIMULATE: &str = "@cloud-copilot/iam-simulate";
const PRINCIPALMAPPER: &str = "principalmapper-0ca";
const IAM_APE: &str = "iam-ape";
const CLOUDSPLAINING: &str = "cloudsplaining";

#[derive(Args)]
pub struct PeersArguments {
    /// How many requests are asked; no two are the same.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    requests: u32,
    /// How many disagreements are shown of each comparison.
    #[arg(long, default_value_t = 3)]
    shown: usize,
    /// Roles of the account that is read as a whole; with a tenth as many users and a quarter more policies.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(10..))]
    roles: u32,
    /// Read one account as a whole, and leave single requests out.
    #[arg(long)]
    account_only: bool,
}

/// What one engine answered.
#[derive(Deserialize)]
struct Answered {
    seconds: f64,
    /// Whether each request was allowed; none where it was not answered.
    decisions: Vec<Option<bool>>,
}

/// One comparison: a peer, and ours doing the same work.
struct Comparison {
    work: &'static str,
    peer: &'static str,
    theirs: Answered,
    ours: Answered,
}

/// Prints a table.
pub fn peers(arguments: &PeersArguments) -> Result<()> {
    let root = shell::workspace_root()?;
    let tools = Tools::install(&root.join(".tools/peers"))?;
    if !arguments.account_only {
        requests(arguments, &root, &tools)?;
    }
    account::peers(arguments.roles, &root, &tools)
}

/// Single requests: who answers how many in a second.
fn requests(arguments: &PeersArguments, root: &Path, tools: &Tools) -> Result<()> {
    let ours = super::bench_instructions::built(root, "sv0-iam", "answers")?;
    let folder = tempfile::tempdir().context("cannot make a folder for the requests")?;
    let generate = |layers: &str, count: u32| -> Result<PathBuf> {
        let file = folder.path().join(format!("{layers}-{count}.ndjson"));
        let mut command = Command::new(&ours);
        command.arg("generate").arg(&file).args([layers, &count.to_string()]);
        shell::output(&mut command)?;
        Ok(file)
    };
    let count = arguments.requests;
    let (all, identity) = (generate("all", count)?, generate("identity", count)?);
    let own = |manner: &str, file: &Path| answered(Command::new(&ours).arg(manner).arg(file));
    let comparisons = [
        Comparison {
            work: "all layers, policies compiled once",
            peer: IAM_SIMULATE,
            theirs: answered(&mut tools.iam_simulate(&all, "parsed"))?,
            ours: own("compiled", &all)?,
        },
        Comparison {
            work: "all layers, policies in each line",
            peer: IAM_SIMULATE,
            theirs: answered(&mut tools.iam_simulate(&all, "each"))?,
            ours: own("lines", &all)?,
        },
        Comparison {
            work: "identity and boundary, policies compiled once",
            peer: PRINCIPALMAPPER,
            theirs: answered(&mut tools.principalmapper(&identity))?,
            ours: own("compiled", &identity)?,
        },
    ];
    println!(
        "| work | peer | peer (/s) | ours (/s) | ratio | answered by the peer | answered otherwise |\n|---|---|---:|---:|---:|---:|---:|"
    );
    for comparison in &comparisons {
        comparison.print();
    }
    for comparison in &comparisons {
        let file = if comparison.peer == PRINCIPALMAPPER {
            &identity
        } else {
            &all
        };
        comparison.show(file, arguments.shown)?;
    }
    // A program that is started takes some time whatever it is asked, of which a longer file shows less.
    let [_, lines, _] = &comparisons;
    let longer = generate("all", count.saturating_mul(10))?;
    programs::evaluate(root, &[all, longer], &lines.theirs, &lines.ours)
}

impl Comparison {
    fn print(&self) {
        let rate = |answered: &Answered| answered.decisions.len() as f64 / answered.seconds;
        println!(
            "| {} | {} | {:.0} | {:.0} | {:.0} | {} | {} |",
            self.work,
            self.peer,
            rate(&self.theirs),
            rate(&self.ours),
            rate(&self.ours) / rate(&self.theirs),
            self.theirs.decisions.iter().flatten().count(),
            self.disagreements().count(),
        );
    }

    /// The numbers of the requests that both answered, and not alike.
    fn disagreements(&self) -> impl Iterator<Item = usize> {
        let both = self.theirs.decisions.iter().zip(&self.ours.decisions).enumerate();
        both.filter(|(_, (theirs, ours))| theirs.is_some() && theirs != ours)
            .map(|(number, _)| number)
    }

    fn show(&self, file: &Path, most: usize) -> Result<()> {
        let text = std::fs::read_to_string(file).context("cannot read the requests")?;
        let lines: Vec<&str> = text.lines().collect();
        for number in self.disagreements().take(most) {
            let said = if self.ours.decisions.get(number) == Some(&Some(true)) {
                "denies"
            } else {
                "allows"
            };
            println!("{} ({}) {said}, other than we:", self.peer, self.work);
            println!("{}", lines.get(number).unwrap_or(&""));
        }
        Ok(())
    }
}

/// Where the peers are installed.
struct Tools {
    folder: PathBuf,
}

impl Tools {
    fn install(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        if !folder.join("node_modules").join(IAM_SIMULATE).is_dir() {
            let mut npm = Command::new("npm");
            npm.current_dir(folder)
                .args(["install", "--no-audit", "--no-fund", "--prefix", ".", IAM_SIMULATE]);
            shell::step("install", &mut npm)?;
        }
        let venv = folder.join("venv");
        if !venv.join("bin/python").exists() {
            shell::step("venv", Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        }
        let tools = Self {
            folder: folder.to_owned(),
        };
        for (module, package) in [
            ("principalmapper", PRINCIPALMAPPER),
            ("iam_ape", IAM_APE),
            ("cloudsplaining", CLOUDSPLAINING),
        ] {
            if shell::output(tools.python().args(["-c", &format!("import {module}")])).is_err() {
                let mut pip = tools.python();
                shell::step("install", pip.args(["-m", "pip", "install", "-q", package]))?;
            }
        }
        Ok(tools)
    }

    fn python(&self) -> Command {
        Command::new(self.folder.join("venv/bin/python"))
    }

    fn iam_simulate(&self, requests: &Path, manner: &str) -> Command {
        let mut node = Command::new("node");
        node.args([
            "--input-type=module",
            "--eval",
            include_str!("bench_peers/iam_simulate.mjs"),
            "--",
        ])
        .arg(self.folder.join("node_modules"))
        .arg(requests)
        .arg(manner);
        node
    }

    fn principalmapper(&self, requests: &Path) -> Command {
        let mut python = self.python();
        python
            .arg("-c")
            .arg(include_str!("bench_peers/principalmapper.py"))
            .arg(requests);
        python
    }
}

fn answered(command: &mut Command) -> Result<Answered> {
    let printed = shell::output(command)?;
    let last = printed.lines().last().unwrap_or_default();
    let answered: Answered = serde_json::from_str(last).context("a side did not print its answers")?;
    if answered.decisions.is_empty() {
        bail!("a side answered nothing");
    }
    Ok(answered)
}
