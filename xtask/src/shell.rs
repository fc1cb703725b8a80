//! Running other programs, with every step named and timed.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The root of the workspace.
pub fn workspace_root() -> Result<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .context("xtask must stand in a folder of the workspace")
}

/// The cargo that runs this program.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Whether a program of this name can be started.
pub fn is_installed(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a step, its output going straight to the terminal, and prints how long it took.
pub fn step(name: &str, command: &mut Command) -> Result<()> {
    println!("==> {name}: {}", as_text(command));
    let started = Instant::now();
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("{name}: cannot start {}", as_text(command)))?;
    let seconds = started.elapsed().as_secs_f64();
    if !status.success() {
        bail!("{name}: {} ended with {status} after {seconds:.1} s", as_text(command));
    }
    println!("<== {name}: done in {seconds:.1} s");
    Ok(())
}

/// Runs a program and returns its standard output; its standard error becomes part of the error when it fails.
pub fn output(command: &mut Command) -> Result<String> {
    let result = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {}", as_text(command)))?;
    if !result.status.success() {
        bail!(
            "{} ended with {}: {}",
            as_text(command),
            result.status,
            String::from_utf8_lossy(&result.stderr).trim()
        );
    }
    String::from_utf8(result.stdout).with_context(|| format!("{} printed invalid UTF-8", as_text(command)))
}

/// Where cargo says, in messages in JSON, that it put the program of a target.
pub fn executable(messages: &str, target: &str) -> Option<PathBuf> {
    messages.lines().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let is_it = message.pointer("/target/name")?.as_str()? == target;
        is_it.then(|| message.get("executable")?.as_str().map(PathBuf::from))?
    })
}

fn as_text(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}
