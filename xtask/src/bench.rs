//! Scans the example organization, many times as large, and tells the peak of memory that it takes.

mod enlarge;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::shell;

/// How often the peak is read. It only ever grows, so what is missed is what grows after the last reading.
const INTERVAL: Duration = Duration::from_millis(5);

#[derive(Args)]
pub struct BenchArguments {
    /// How many copies of the example's seven member accounts to scan; several numbers make several rows.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 5, 15], value_parser = clap::value_parser!(u32).range(1..=90))]
    copies: Vec<u32>,
    /// Fails when a scan takes more MiB than this: what is promised for 100 accounts.
    #[arg(long, default_value_t = 300)]
    at_most: u64,
    /// A built `sv0` to measure; without it a release build is made.
    #[arg(long)]
    sv0: Option<PathBuf>,
}

/// What one scan took.
struct Measured {
    wall: Duration,
    peak_kib: u64,
}

/// Prints a table; fails when a scan fails or takes too much.
pub fn memory(arguments: &BenchArguments) -> Result<()> {
    let root = shell::workspace_root()?;
    let sv0 = match &arguments.sv0 {
        Some(sv0) => sv0.clone(),
        None => built(&root)?,
    };
    println!("| accounts | capture (MB) | wall (s) | peak memory (MiB) |\n|---:|---:|---:|---:|");
    let mut highest = 0;
    for &copies in &arguments.copies {
        let folder = tempfile::tempdir().context("cannot make a folder for the capture")?;
        let capture = folder.path().join("capture");
        let made = enlarge::enlarge(&root.join("examples/acme/capture"), &capture, copies)?;
        let measured = scan(&sv0, &capture, &folder.path().join("store"))?;
        let peak = measured.peak_kib.div_ceil(1024);
        let (megabytes, seconds) = (
            tenths(made.bytes / 100_000),
            tenths(measured.wall.as_millis() as u64 / 100),
        );
        println!("| {} | {megabytes} | {seconds} | {peak} |", made.accounts);
        highest = highest.max(peak);
    }
    if highest > arguments.at_most {
        bail!("{highest} MiB is more than {} MiB", arguments.at_most);
    }
    Ok(())
}

fn tenths(number: u64) -> String {
    format!("{}.{}", number / 10, number % 10)
}

/// Builds `sv0` as it is released, and asks cargo where it lies.
fn built(root: &Path) -> Result<PathBuf> {
    let mut build = shell::cargo();
    build.current_dir(root).args([
        "build",
        "--release",
        "--package",
        "sv0",
        "--message-format",
        "json-render-diagnostics",
    ]);
    let messages = shell::output(&mut build)?;
    let mut executables = messages.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message.get("executable")?.as_str().map(PathBuf::from)
    });
    executables.next().context("cargo names no program that it built")
}

fn scan(sv0: &Path, capture: &Path, store: &Path) -> Result<Measured> {
    let started = Instant::now();
    let mut child = Command::new(sv0)
        .arg("scan")
        .arg("--capture")
        .arg(capture)
        .arg("--store")
        .arg(store)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start {}", sv0.display()))?;
    let mut peak_kib = 0;
    let status = loop {
        peak_kib = peak_kib.max(peak_of(&child).unwrap_or(0));
        if let Some(status) = child.try_wait().context("cannot wait for the scan")? {
            break status;
        }
        sleep(INTERVAL);
    };
    if !status.success() {
        bail!("the scan ended with {status}");
    }
    if peak_kib == 0 {
        bail!("this system does not tell the memory of a process in /proc/<pid>/status");
    }
    Ok(Measured {
        wall: started.elapsed(),
        peak_kib,
    })
}

/// The most resident memory that a process has had so far, in KiB.
///
/// Source: proc_pid_status(5), `VmHWM`.
fn peak_of(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
