//! CloudTrail log files, from gzip to evidence: megabytes of uncompressed log for each second on the processor.
//!
//!     cargo bench -p sv0-pipeline --bench cloudtrail -- EVENTS
//!
//! Each row does what the one above it does, and more: what is between them is the cost of a step.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use sv0_authority::EvidenceFold;
use sv0_model::event::LoggedEvent;
use sv0_sources::{EventFold, ReadOptions, read_capture};
use sv0_synth::Organization;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error>;

const ACCOUNTS: usize = 4;

/// Takes events and does nothing with them.
#[derive(Default)]
struct Nothing(u64);

impl EventFold for Nothing {
    fn add(&mut self, _: &LoggedEvent<'_>) {
        self.0 += 1;
    }

    fn merge(&mut self, other: Self) {
        self.0 += other.0;
    }
}

#[derive(Default)]
struct Fold(EvidenceFold);

impl EventFold for Fold {
    fn add(&mut self, event: &LoggedEvent<'_>) {
        self.0.add_event(event);
    }

    fn merge(&mut self, other: Self) {
        self.0.merge(other.0);
    }
}

fn main() -> Result<(), Failure> {
    let mut words = std::env::args().skip(1).filter(|word| !word.starts_with("--"));
    let events: usize = words.next().map_or(Ok(200_000), |word| word.parse())?;
    let folder = tempfile::tempdir()?;
    let capture = folder.path().join("capture");
    let organization = Organization {
        accounts: ACCOUNTS,
        roles_per_account: 60,
        policies_per_account: 40,
        users_per_account: 3,
        events_per_account: events / ACCOUNTS,
        seed: 1,
    };
    sv0_synth::write(&organization, &capture, &|_| {})?;
    // Only the logs are read.
    for other in ["accounts", "config", "organizations", "identity-center"] {
        match fs::remove_dir_all(capture.join(other)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    let mut files = Vec::new();
    log_files(&capture, &mut files)?;
    let (stored, expanded) = (bytes_of(&files)?, expanded(&files)?);
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{events} events in {} files, {:.1} MB, {:.1} MB in gzip",
        files.len(),
        megabytes(expanded),
        megabytes(stored)
    )?;
    let mut row = |what: &str, work: &dyn Fn() -> Result<u64, Failure>| -> Result<(), Failure> {
        let (mut best, mut made) = (f64::MAX, 0);
        for _ in 0..3 {
            let began = on_processor()?;
            made = work()?;
            best = best.min(on_processor()? - began);
        }
        writeln!(
            out,
            "{:9.0} MB/s  {best:6.2} s  {what} ({made})",
            megabytes(expanded) / best
        )?;
        Ok(())
    };
    let options = ReadOptions {
        threads: 1,
        ..ReadOptions::default()
    };
    row("decompressed", &|| self::expanded(&files))?;
    row("and read as events", &|| {
        Ok(read_capture::<Nothing>(&capture, &options, &|_| {})?.events.0)
    })?;
    row("and folded into evidence", &|| {
        let evidence = read_capture::<Fold>(&capture, &options, &|_| {})?
            .events
            .0
            .finish(Vec::new());
        Ok(evidence.uses.iter().map(|one| one.count + one.errors).sum())
    })?;
    writeln!(out, "{:9} MiB at most", peak_mib()?)?;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a figure to be read")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn log_files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            log_files(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "gz") {
            found.push(path);
        }
    }
    Ok(())
}

fn bytes_of(files: &[PathBuf]) -> Result<u64, Failure> {
    files.iter().map(|file| Ok(fs::metadata(file)?.len())).sum()
}

fn expanded(files: &[PathBuf]) -> Result<u64, Failure> {
    let mut buffer = vec![0; 64 * 1024];
    let mut bytes = 0;
    for file in files {
        let mut text = MultiGzDecoder::new(BufReader::with_capacity(64 * 1024, File::open(file)?));
        loop {
            match text.read(&mut buffer)? {
                0 => break,
                count => bytes += count as u64,
            }
        }
    }
    Ok(bytes)
}

/// Seconds that all threads of this process have been on a processor: other work on the machine does not count.
///
/// Source: proc(5), `/proc/<pid>/stat`, `utime` and `stime`, in ticks of a hundredth of a second.
fn on_processor() -> Result<f64, Failure> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').ok_or("proc_pid_stat(5) has another form")?;
    let ticks: Vec<u32> = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    Ok(ticks.into_iter().map(f64::from).sum::<f64>() / 100.0)
}

/// `VmHWM` of `proc_pid_status(5)`; 0 where there is no such file.
fn peak_mib() -> Result<u64, Failure> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: u64 = line
        .and_then(|line| line.split_whitespace().next())
        .unwrap_or("0")
        .parse()?;
    Ok(kib / 1024)
}
