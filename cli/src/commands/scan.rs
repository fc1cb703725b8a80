//! `sv0 scan`.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use jiff::Timestamp;
use serde::Serialize;
use sv0_lake::{FolderStore, Run, keys, run_key};
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::diagnostic::Diagnostic;
use sv0_model::finding::{Finding, FindingKind, FindingSeverity};
use sv0_model::hash::stable_id;
use sv0_model::manifest::RunManifest;
use sv0_model::observation::Observation;
use sv0_model::path::{AuthorityPath, PathState};
use sv0_model::route::RoutePath;
use sv0_pipeline::{Configuration, ScanError, ScanRequest, ScanSummary, Snapshot, scan};
use sv0_state::{STATE_FILE, SqliteState};

use super::{Outcome, print, print_json};
use crate::arguments::ScanArguments;
use crate::error::CommandError;
use crate::live;
use crate::progress::ScanProgress;
use crate::store;
use crate::text::{bold, dim, name_of, safe, severity};

pub fn run(arguments: &ScanArguments) -> Result<Outcome, CommandError> {
    let store = store::folder(&arguments.store)?;
    let configuration = configuration(arguments.config.as_deref())?;
    let capture = capture_to_scan(arguments, &store)?;
    let summary = scan_capture(&capture, &configuration, arguments.threads, &store)?;
    let results = Results::read(&store, &summary.manifest)?;
    let overview = results.overview();
    if arguments.json {
        print_json(&overview)?;
    } else {
        print(&overview.text())?;
    }
    let severe = arguments
        .fail_on
        .is_some_and(|least| results.findings.iter().any(|finding| finding.severity >= least.into()));
    Ok(match () {
        () if severe => Outcome::FindingsAtOrAbove,
        () if arguments.fail_on_gap && has_gap(&results.coverage) => Outcome::CoverageIncomplete,
        () => Outcome::Done,
    })
}

/// The capture that was named, or the one that is recorded now.
fn capture_to_scan(arguments: &ScanArguments, store: &FolderStore) -> Result<PathBuf, CommandError> {
    let capture = match &arguments.capture {
        Some(capture) => capture.clone(),
        None => store.path_of(&format!("captures/{}", new_run_id()))?,
    };
    if !arguments.live {
        live::refuse_log_files(
            &arguments.collection,
            "add --live, or lay the log files into the capture below cloudtrail/AWSLogs",
        )?;
    } else {
        live::record(&arguments.collection, None, &capture)?;
    }
    Ok(capture)
}

/// Whether anything was not seen whole.
pub fn has_gap(coverage: &[CoverageRow]) -> bool {
    coverage.iter().any(is_gap)
}

/// What the user excluded, or what is not switched on in AWS, is no gap.
pub fn is_gap(row: &CoverageRow) -> bool {
    use CoverageStatus::{Disabled, Excluded, Ok};
    !matches!(row.status, Ok | Excluded | Disabled)
}

/// Scans a capture with a progress bar.
pub fn scan_capture(
    capture: &Path,
    configuration: &Configuration,
    threads: Option<u16>,
    store: &FolderStore,
) -> Result<ScanSummary, CommandError> {
    let threads = threads.map_or_else(|| available_parallelism().map_or(1, usize::from), usize::from);
    let mut state = SqliteState::open(&store.path_of(STATE_FILE)?).map_err(ScanError::State)?;
    let request = ScanRequest {
        capture,
        capture_name: &capture.display().to_string(),
        configuration,
        run_id: &new_run_id(),
        tool_version: env!("CARGO_PKG_VERSION"),
        threads,
        now: &Timestamp::now,
    };
    let progress = ScanProgress::new();
    let result = scan(&request, store, Some(&mut state), &|event| progress.show(&event));
    progress.finish();
    Ok(result?)
}

/// The time to the second, for a person, and eight digits that keep two scans of one second apart.
pub fn new_run_id() -> String {
    let now = Timestamp::now();
    let unique = stable_id(&[&now.as_nanosecond().to_string(), &std::process::id().to_string()]);
    format!(
        "{}-{}",
        now.strftime("%Y%m%dT%H%M%SZ"),
        unique.get(..8).unwrap_or_default()
    )
}

const DEFAULT_CONFIGURATION: &str = "sv0.toml";

fn configuration(file: Option<&Path>) -> Result<Configuration, CommandError> {
    let path = match file {
        Some(path) => path.to_owned(),
        None if Path::new(DEFAULT_CONFIGURATION).is_file() => PathBuf::from(DEFAULT_CONFIGURATION),
        None => return Ok(Configuration::default()),
    };
    let text = std::fs::read_to_string(&path).map_err(|source| CommandError::Io {
        operation: "reading",
        file: path.clone(),
        source,
    })?;
    Configuration::from_toml(&text).map_err(|source| CommandError::Configuration {
        file: path.display().to_string(),
        source,
    })
}

/// What a finished scan holds, as far as its overview needs it.
pub struct Results {
    manifest: RunManifest,
    report: PathBuf,
    /// Findings.
    pub findings: Vec<Finding>,
    paths_by_state: BTreeMap<String, u64>,
    /// The most telling path of each workload that can be walked: restricted before others, allowed before conditional, long before short, seen before unseen.
    pub telling_paths: Vec<AuthorityPath>,
    coverage: Vec<CoverageRow>,
    diagnostics: Vec<Diagnostic>,
}

impl Results {
    /// Reads the results of the run `manifest` describes.
    pub fn read(store: &FolderStore, manifest: &RunManifest) -> Result<Self, CommandError> {
        let snapshot = Snapshot::new(Run::open(store, &manifest.run_id)?);
        let mut paths_by_state = BTreeMap::new();
        let mut telling: BTreeMap<String, AuthorityPath> = BTreeMap::new();
        snapshot.each_route(|routes| {
            let known = telling.get(&routes.route.workload);
            let mut best: Option<RoutePath<'_>> = None;
            for path in routes.paths() {
                *paths_by_state.entry(path.state()).or_default() += 1;
                let is_better = best.is_none_or(|best| telling_order(&path) < telling_order(&best));
                if is_better && path.state() != PathState::Blocked {
                    best = Some(path);
                }
            }
            let best = best.map(|best| best.path());
            let best = best.filter(|best| known.is_none_or(|known| of_workload(best) < of_workload(known)));
            if let Some(best) = best {
                telling.insert(best.workload.clone(), best);
            }
            Ok(())
        })?;
        let paths_by_state: BTreeMap<PathState, u64> = paths_by_state;
        let paths_by_state = paths_by_state
            .into_iter()
            .map(|(state, count)| (name_of(&state), count))
            .collect();
        let mut telling_paths: Vec<AuthorityPath> = telling.into_values().collect();
        telling_paths.sort_by_key(rank);
        Ok(Self {
            manifest: manifest.clone(),
            report: store.path_of(&run_key(&manifest.run_id, keys::REPORT))?,
            findings: snapshot.findings()?,
            paths_by_state,
            telling_paths,
            coverage: snapshot.coverage()?,
            diagnostics: snapshot.diagnostics()?,
        })
    }

    /// The summary a scan ends with.
    pub fn overview(&self) -> Overview {
        Overview {
            schema: "sv0-scan/1",
            run_id: self.manifest.run_id.clone(),
            captured_at: self.manifest.captured_at,
            report: self.report.display().to_string(),
            counts: self.manifest.counts.clone(),
            paths_by_state: self.paths_by_state.clone(),
            findings_by_severity: count(self.findings.iter().map(|finding| name_of(&finding.severity))),
            coverage_by_status: count(self.coverage.iter().map(|row| name_of(&row.status))),
            diagnostics: self.diagnostics.clone(),
            worst: self.worst_findings(),
        }
    }

    fn worst_findings(&self) -> Vec<(FindingSeverity, String)> {
        let mut findings: Vec<&Finding> = self.findings.iter().collect();
        // As `sv0 findings` lists them.
        findings.sort_by(|a, b| (Reverse(a.severity), a.kind, &a.id).cmp(&(Reverse(b.severity), b.kind, &b.id)));
        // One of each kind, before a second of any: five of a kind tell less than five kinds.
        let mut seen: BTreeMap<FindingKind, usize> = BTreeMap::new();
        let mut ranked: Vec<(Reverse<FindingSeverity>, usize, &Finding)> = findings
            .into_iter()
            .map(|finding| {
                let rank = seen.entry(finding.kind).or_default();
                *rank += 1;
                (Reverse(finding.severity), *rank, finding)
            })
            .collect();
        ranked.sort_by_key(|(severity, rank, _)| (*severity, *rank));
        let worst = ranked.into_iter().take(MOST_FINDINGS);
        worst
            .map(|(_, _, finding)| (finding.severity, finding.title.clone()))
            .collect()
    }
}

/// The most telling path of a workload first; of equally telling ones the first in the order of results.
fn of_workload(path: &AuthorityPath) -> impl Ord + use<'_> {
    (
        rank(path),
        (path.chain_depth, &path.roles),
        (&path.resource, &path.scope, path.action_class, path.state, &path.id),
    )
}

/// The same for the paths of one route, before they are put together.
fn telling_order<'p>(path: &RoutePath<'p>) -> impl Ord + use<'p> {
    let access = path.access;
    (
        (Reverse(access.sensitivity), path.state()),
        Reverse(is_seen(&access.hop.observation)),
        (&access.resource, &access.scope, access.action_class),
    )
}

/// The most telling first.
fn rank(path: &AuthorityPath) -> impl Ord + use<> {
    (
        Reverse(path.sensitivity),
        path.state,
        Reverse(path.chain_depth),
        Reverse(is_seen(&path.observation)),
    )
}

fn is_seen(observation: &Observation) -> bool {
    matches!(observation, Observation::Observed { .. })
}

fn count(names: impl Iterator<Item = String>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts
}

/// How many of the worst findings a summary shows.
const MOST_FINDINGS: usize = 5;
/// How many diagnostics a summary shows.
const MOST_DIAGNOSTICS: usize = 10;

/// A scan's summary.
#[derive(Serialize)]
pub struct Overview {
    schema: &'static str,
    run_id: String,
    captured_at: sv0_model::time::Timestamp,
    report: String,
    counts: BTreeMap<String, u64>,
    paths_by_state: BTreeMap<String, u64>,
    findings_by_severity: BTreeMap<String, u64>,
    coverage_by_status: BTreeMap<String, u64>,
    diagnostics: Vec<Diagnostic>,
    #[serde(skip)]
    worst: Vec<(FindingSeverity, String)>,
}

impl Overview {
    /// The summary for a person.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut line = |text: &str| {
            out.push_str(text);
            out.push('\n');
        };
        line(&format!("{} of the capture made at {}", bold("Scan"), self.captured_at));
        let total = |name: &str| self.counts.get(name).copied().unwrap_or_default();
        line(&format!(
            "  graph     {} entities, {} edges",
            total("entities"),
            total("edges")
        ));
        line(&format!(
            "  paths     {} {}",
            total("paths"),
            dim(&breakdown(&self.paths_by_state))
        ));
        line(&format!(
            "  findings  {} {}",
            total("findings"),
            dim(&by_severity(&self.findings_by_severity))
        ));
        line(&format!("  coverage  {}", breakdown(&self.coverage_by_status)));
        if !self.worst.is_empty() {
            line(&format!("\n{}", bold("Worst findings")));
        }
        for (level, title) in &self.worst {
            line(&format!("  {} {}", severity(*level), safe(title)));
        }
        self.diagnostics_text(&mut out);
        let _ = writeln!(out, "\n{}    {}", bold("Report"), safe(&self.report));
        out
    }

    fn diagnostics_text(&self, out: &mut String) {
        if self.diagnostics.is_empty() {
            return;
        }
        let _ = writeln!(
            out,
            "\n{} ({})",
            bold("What was wrong with the input, and where a limit was reached"),
            self.diagnostics.len()
        );
        for diagnostic in self.diagnostics.iter().take(MOST_DIAGNOSTICS) {
            let line = diagnostic.line.map(|line| format!(":{line}")).unwrap_or_default();
            let place = format!("{}{line} {}", safe(&diagnostic.file), safe(&diagnostic.at));
            let _ = writeln!(
                out,
                "  {} {}: {} {}",
                name_of(&diagnostic.severity),
                place.trim(),
                safe(&diagnostic.message),
                dim(&safe(&diagnostic.code))
            );
            if !diagnostic.help.is_empty() {
                let _ = writeln!(out, "    {}", dim(&safe(&diagnostic.help)));
            }
        }
        if self.diagnostics.len() > MOST_DIAGNOSTICS {
            let _ = writeln!(
                out,
                "  {}",
                dim("… all of them: diagnostics.ndjson of the run, and the report")
            );
        }
    }
}

/// The worst first.
fn by_severity(counts: &BTreeMap<String, u64>) -> String {
    let levels = ["critical", "high", "medium", "low", "informational"];
    let parts = levels
        .iter()
        .filter_map(|level| Some(format!("{} {level}", counts.get(*level)?)));
    parts.collect::<Vec<_>>().join(", ")
}

fn breakdown(counts: &BTreeMap<String, u64>) -> String {
    let parts: Vec<String> = counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
    parts.join(", ")
}
