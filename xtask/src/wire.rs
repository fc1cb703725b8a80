//! Regenerates what `sv0-aws` must know of each call's form on the wire, and checks it against botocore's service models.
//!
//! The facts come from the Python package `botocore` (Apache-2.0) of the tests' own environment, whose loader, endpoint rules and paginators are asked by `facts.py`.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::{Value, json};
use sv0_collect::{ApiCall, calls};

use crate::shell;
use crate::suite::python;

const SCRIPT: &str = "xtask/src/wire/facts.py";
const FACTS: &str = "shared/aws/src/api/wire.json";

#[derive(Args)]
pub struct RefreshArguments {
    /// Write nothing: fail when the facts, or the paging of a call, are not those of botocore.
    #[arg(long)]
    check: bool,
}

pub fn refresh(arguments: &RefreshArguments) -> Result<()> {
    if arguments.check {
        return check();
    }
    let facts = ask(&[])?;
    let file = file()?;
    fs::write(&file, &facts).with_context(|| format!("cannot write {}", file.display()))?;
    println!("{} calls, {} bytes", calls::ALL.len(), facts.len());
    Ok(())
}

/// Whether facts and paging are those that botocore gives.
pub fn check() -> Result<()> {
    let file = file()?;
    let own = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    if own != ask(&[])? {
        bail!("{FACTS} is not what botocore gives: run cargo xtask refresh-wire");
    }
    let faults = ask(&["--pages"])?;
    if !faults.is_empty() {
        bail!("calls are not paged as botocore pages them:\n{faults}");
    }
    println!(
        "{FACTS} and the paging of {} calls are as botocore gives them",
        calls::ALL.len()
    );
    Ok(())
}

fn file() -> Result<PathBuf> {
    Ok(shell::workspace_root()?.join(FACTS))
}

/// What the script prints about every call of the table.
fn ask(arguments: &[&str]) -> Result<String> {
    let root = shell::workspace_root()?;
    let mut command = Command::new(python::prepare()?.join("python"));
    command.arg(root.join(SCRIPT)).args(arguments);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start Python")?;
    let rows: Value = calls::ALL.iter().map(|call| row(call)).collect();
    let mut input = child.stdin.take().context("Python has no standard input")?;
    input
        .write_all(rows.to_string().as_bytes())
        .context("cannot write to Python")?;
    drop(input);
    let output = child.wait_with_output().context("Python did not end")?;
    if !output.status.success() {
        bail!("{SCRIPT} ended with {}", output.status);
    }
    String::from_utf8(output.stdout).context("Python printed invalid UTF-8")
}

fn row(call: &ApiCall) -> Value {
    let pages = call.pages.map(|pages| {
        json!({
            "request_token": pages.request_token,
            "answer_token": pages.answer_token,
            "more": pages.more,
            "limit": pages.limit,
        })
    });
    json!({"service": call.service, "operation": call.operation, "pages": pages, "is_first_page_enough": call.is_first_page_enough})
}
