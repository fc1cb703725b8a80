//! A whole scan of a made-up organization: seconds of each stage and the most memory.
//!
//!     cargo bench -p sv0-pipeline --bench scan -- ACCOUNTS ROLES_PER_ACCOUNT
//!
//! Or of a capture that is there already: `-- FOLDER`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use jiff::Timestamp;
use sv0_lake::FolderStore;
use sv0_pipeline::{Configuration, ScanEvent, ScanRequest, scan};
use sv0_state::SqliteState;
use sv0_synth::Organization;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let folder = tempfile::tempdir()?;
    let (capture, arguments) = match words.as_slice() {
        [capture] => (PathBuf::from(capture), format!("capture {capture}")),
        [accounts, roles] => {
            let capture = folder.path().join("capture");
            make(&capture, accounts.parse()?, roles.parse()?)?;
            (capture, format!("{accounts} accounts, {roles} roles each"))
        }
        _ => {
            let capture = folder.path().join("capture");
            make(&capture, 10, 60)?;
            (capture, "10 accounts, 60 roles each".to_owned())
        }
    };
    let stages = measured(&capture, folder.path())?;
    let mut out = io::stdout().lock();
    writeln!(out, "{arguments}")?;
    for (stage, seconds) in &stages {
        writeln!(out, "{seconds:9.2} s  {stage}")?;
    }
    writeln!(
        out,
        "{:9.2} s  in all",
        stages.iter().map(|(_, seconds)| seconds).sum::<f64>()
    )?;
    writeln!(out, "{:9} MiB at most", peak_mib()?)?;
    Ok(())
}

fn make(capture: &Path, accounts: usize, roles_per_account: usize) -> Result<(), Failure> {
    let organization = Organization {
        accounts,
        roles_per_account,
        policies_per_account: roles_per_account * 2 / 3,
        users_per_account: 3,
        events_per_account: 100,
        seed: 1,
    };
    sv0_synth::write(&organization, capture, &|_| {})?;
    Ok(())
}

/// Every stage with its seconds, in the order of the scan.
fn measured(capture: &Path, folder: &Path) -> Result<Vec<(String, f64)>, Failure> {
    let store = FolderStore::new(folder.join("store"));
    let mut state = SqliteState::open(&folder.join("state.sqlite"))?;
    let threads = std::env::var("SV0_THREADS").ok().and_then(|text| text.parse().ok());
    let request = ScanRequest {
        capture,
        capture_name: "made up",
        configuration: &Configuration::default(),
        run_id: "bench",
        tool_version: "bench",
        threads: threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
        now: &Timestamp::now,
    };
    let began: Mutex<Vec<(String, Instant)>> = Mutex::new(Vec::new());
    let summary = scan(&request, &store, Some(&mut state), &|event| {
        if let (ScanEvent::Stage(stage), Ok(mut began)) = (event, began.lock()) {
            began.push((stage.to_owned(), Instant::now()));
        }
    })?;
    let mut began = began.into_inner().map_err(|_| "a stage panicked")?;
    began.push((String::new(), Instant::now()));
    let mut stages: Vec<(String, f64)> = began
        .iter()
        .zip(began.iter().skip(1))
        .map(|((stage, from), (_, to))| (stage.clone(), to.duration_since(*from).as_secs_f64()))
        .collect();
    for (what, count) in &summary.manifest.counts {
        stages.push((format!("({count} {what})"), 0.0));
    }
    Ok(stages)
}

/// `VmHWM` of `proc_pid_status(5)`; 0 where there is no such file.
fn peak_mib() -> Result<u64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: u64 = line
        .and_then(|line| line.split_whitespace().next())
        .unwrap_or("0")
        .parse()?;
    Ok(kib / 1024)
}
