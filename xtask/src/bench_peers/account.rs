//! One account as a whole: from what IAM answers of it to what each of its principals may do.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::{CLOUDSPLAINING, IAM_APE, Tools};
use crate::shell;

/// What a side took.
#[derive(Deserialize)]
struct Took {
    seconds: f64,
    principals: usize,
}

/// Prints a table.
pub fn peers(roles: u32, root: &Path, tools: &Tools) -> Result<()> {
    let ours = crate::bench_instructions::built(root, "sv0-pipeline", "questions")?;
    let folder = tempfile::tempdir().context("cannot make a folder for the account")?;
    let details = folder.path().join("authorization-details.json");
    let sizes = [roles, roles / 10, roles + roles / 4 - 9].map(|size| size.to_string());
    shell::output(Command::new(&ours).arg("details").arg(&details).args(&sizes))?;
    let own = took(Command::new(&ours).arg("effective").args(&sizes))?;
    println!(
        "| one account, {} roles, {} users, {} policies | principals | seconds on the processor | ratio |\n|---|---:|---:|---:|",
        sizes[0], sizes[1], sizes[2]
    );
    println!("| sv0 | {} | {:.2} | |", own.principals, own.seconds);
    for (peer, script) in [
        (IAM_APE, include_str!("iam_ape.py")),
        (CLOUDSPLAINING, include_str!("cloudsplaining.py")),
    ] {
        let theirs = took(tools.python().arg("-c").arg(script).arg(&details))?;
        let ratio = theirs.seconds / own.seconds;
        println!(
            "| {peer} | {} | {:.2} | {ratio:.0} |",
            theirs.principals, theirs.seconds
        );
    }
    Ok(())
}

fn took(command: &mut Command) -> Result<Took> {
    let printed = shell::output(command)?;
    let last = printed.lines().last().unwrap_or_default();
    serde_json::from_str(last).context("a side did not print what it took")
}
