//! Runs one target.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

use super::Folders;
use super::statistics::Statistics;

/// The variable that names the target to the fuzzer.
const TARGET: &str = "SV0_FUZZ_TARGET";

/// An input that takes longer counts as a crash.
const SECONDS_AN_INPUT: u64 = 20;

/// A fuzzer that needs more memory counts as crashed.
const MEGABYTES: u64 = 2048;

/// The program and how it is to run.
pub struct Fuzzer {
    pub program: PathBuf,
    pub folders: Folders,
    pub duration: Duration,
}

/// What came of one target.
#[derive(Debug)]
pub struct Outcome {
    pub target: String,
    pub statistics: Statistics,
    /// Inputs that broke a law.
    pub crashes: Vec<PathBuf>,
}

impl Fuzzer {
    /// Checked-in inputs of a target.
    pub fn corpus(&self, target: &str) -> PathBuf {
        self.folders.corpus.join(target)
    }

    /// Where inputs of a target that cover something new are kept from run to run.
    pub fn found(&self, target: &str) -> PathBuf {
        self.folders.work.join(target).join("found")
    }

    /// Where a target writes the files that it reads: in memory where the system has a folder there, which is several times as fast.
    fn scratch(&self, target: &str) -> PathBuf {
        let in_memory = Path::new("/dev/shm");
        if in_memory.is_dir() {
            in_memory.join(format!("sv0-fuzz-{}-{target}", std::process::id()))
        } else {
            self.folders.work.join(target).join("scratch")
        }
    }

    /// The fuzzer on one target; it writes nowhere but into its work and its scratch folder.
    pub fn command(&self, target: &str) -> Result<Command> {
        let scratch = self.scratch(target);
        fs::create_dir_all(&scratch).with_context(|| format!("cannot make {}", scratch.display()))?;
        let mut command = Command::new(&self.program);
        command
            .env(TARGET, target)
            .env("TMPDIR", &scratch)
            .env("RUST_BACKTRACE", "1")
            .arg(format!("-timeout={SECONDS_AN_INPUT}"))
            .arg(format!("-rss_limit_mb={MEGABYTES}"))
            .stdin(Stdio::null());
        Ok(command)
    }

    /// Removes a target's scratch folder, which the fuzzer leaves behind when it is stopped.
    pub fn clean_up(&self, target: &str) {
        // It may never have been needed.
        let _ = fs::remove_dir_all(self.scratch(target));
    }

    /// Fuzzes a target until its time is up or it crashes.
    pub fn run(&self, target: &str) -> Result<Outcome> {
        let work = self.folders.work.join(target);
        let (found, crashes) = (self.found(target), work.join("crashes"));
        for folder in [&found, &crashes] {
            fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        let log = work.join("log.txt");
        let status = self
            .command(target)?
            .arg(format!("-max_total_time={}", self.duration.as_secs()))
            .arg(format!("-dict={}", self.folders.dictionary.display()))
            .arg(format!("-artifact_prefix={}/", crashes.display()))
            .arg("-print_final_stats=1")
            .arg(&found)
            .arg(self.corpus(target))
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log).with_context(|| format!("cannot write {}", log.display()))?)
            .status()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        let text = fs::read(&log).with_context(|| format!("cannot read {}", log.display()))?;
        let mut crashed = if status.success() { Vec::new() } else { files(&crashes)? };
        if !status.success() && crashed.is_empty() {
            crashed.push(log);
        }
        self.clean_up(target);
        Ok(Outcome {
            target: target.to_owned(),
            statistics: Statistics::read(&String::from_utf8_lossy(&text)),
            crashes: crashed,
        })
    }
}

impl Outcome {
    /// One line for each crash: the input, and how to see it break the law again.
    pub fn reports(&self, fuzzer: &Fuzzer) -> Vec<String> {
        let again = |input: &PathBuf| {
            let (program, target) = (fuzzer.program.display(), &self.target);
            format!("  {target}: {TARGET}={target} {program} {}", input.display())
        };
        self.crashes.iter().map(again).collect()
    }
}

/// The files of a folder, sorted by name.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<Vec<PathBuf>>>()?;
    files.sort();
    Ok(files)
}
