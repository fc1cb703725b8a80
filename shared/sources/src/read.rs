//! Reads a capture: lists it, reads its files side by side, and puts what they gave in one order.

use std::collections::BTreeSet;
use std::path::Path;

use rayon::prelude::*;
use serde_json::Value;
use sv0_model::arn::is_account_id;
use sv0_model::coverage::CoverageRow;
use sv0_model::diagnostic::Diagnostic;
use sv0_model::event::LoggedEvent;
use sv0_model::manifest::ManifestObject;
use sv0_model::record::{CaptureHeader, Record, RecordKind};

use crate::cloudtrail::read_log;
use crate::diagnostics::FileDiagnostics;
use crate::error::CaptureError;
use crate::header::parse_header;
use crate::items::read_items;
use crate::layout::{FileKind, LogPartition};
use crate::ledger::{FileReport, Health, LedgerInput, Recorders, ledger, read_recorders, read_rows, source_statuses};
use crate::options::{Limits, ReadOptions, ReadProgress};
use crate::plan::{InputFile, plan};
use crate::text::sha256_of_file;
use crate::values::read_values;

/// Adds up CloudTrail events, which are too many to be kept.
///
/// The sum must not depend on the order in which events and parts come. An event that two trails deliver comes twice: its `eventID`
/// (and for the copies of caller and owner its `sharedEventID`) tells.
pub trait EventFold: Default + Send {
    /// Adds one event, which is there for as long as the call takes.
    fn add(&mut self, event: &LoggedEvent<'_>);

    /// Adds what another part of the logs came to.
    fn merge(&mut self, other: Self);
}

/// What a capture holds.
#[derive(Debug)]
pub struct CaptureContents<E> {
    /// `capture.json`.
    pub header: CaptureHeader,
    /// Every recorded answer but events, redacted, without duplicates, sorted by kind, account, Region and hash.
    pub records: Vec<Record>,
    /// What the events add up to.
    pub events: E,
    /// The ledger, sorted by account, Region and source.
    pub coverage: Vec<CoverageRow>,
    /// What was wrong with the capture, sorted by file and line.
    pub diagnostics: Vec<Diagnostic>,
    /// Every file that was read, sorted by key, with the hash of its bytes as stored.
    pub inputs: Vec<ManifestObject>,
}

/// Reads the capture in the folder `root`.
///
/// Whatever is wrong with single files is in the diagnostics and in the ledger; the rest is read all the same.
///
/// # Errors
/// [`CaptureError`] when `root` is no folder or holds no usable `capture.json`, or when the threads cannot be started.
pub fn read_capture<E: EventFold>(
    root: &Path,
    options: &ReadOptions,
    progress: &(dyn Fn(ReadProgress) + Sync),
) -> Result<CaptureContents<E>, CaptureError> {
    let canonical = std::fs::canonicalize(root).map_err(|reason| CaptureError::Root {
        path: root.to_owned(),
        reason,
    })?;
    if !canonical.is_dir() {
        return Err(CaptureError::NotAFolder { path: root.to_owned() });
    }
    let plan = plan(&canonical, &options.limits);
    let (header, found) = read_header(root, &plan.files, &options.limits)?;
    let header_part = Part {
        inputs: header_file(&plan.files).and_then(manifest_object).into_iter().collect(),
        diagnostics: found,
        ..Part::default()
    };
    let files: Vec<&InputFile> = plan.files.iter().filter(|file| file.kind != FileKind::Header).collect();
    progress(ReadProgress::Files {
        total: files.len() as u64,
    });
    let read_one = |file: &&InputFile| {
        let part = read_file::<E>(file, &header, &options.limits);
        progress(ReadProgress::FileDone {
            file: file.key.clone(),
            bytes: file.bytes,
        });
        part
    };
    let threads = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build();
    let threads = threads.map_err(|error| CaptureError::Threads {
        threads: options.threads,
        reason: error.to_string(),
    })?;
    let mut part = threads.install(|| files.par_iter().map(read_one).reduce(Part::default, Part::merged));
    part = header_part.merged(part);
    part.diagnostics.extend(plan.diagnostics);
    Ok(part.finish(header))
}

/// What a part of a capture's files gave.
struct Part<E> {
    records: Vec<Record>,
    events: E,
    diagnostics: Vec<Diagnostic>,
    inputs: Vec<ManifestObject>,
    reports: Vec<FileReport>,
    recorded: Option<Vec<CoverageRow>>,
    statuses: Vec<CoverageRow>,
    recorders: Recorders,
}

impl<E: EventFold> Default for Part<E> {
    fn default() -> Self {
        Self {
            records: Vec::new(),
            events: E::default(),
            diagnostics: Vec::new(),
            inputs: Vec::new(),
            reports: Vec::new(),
            recorded: None,
            statuses: Vec::new(),
            recorders: Recorders::default(),
        }
    }
}

impl<E: EventFold> Part<E> {
    /// Joins two parts; the second comes after the first.
    fn merged(mut self, other: Self) -> Self {
        self.records.extend(other.records);
        self.events.merge(other.events);
        self.diagnostics.extend(other.diagnostics);
        self.inputs.extend(other.inputs);
        self.reports.extend(other.reports);
        self.recorded = match (self.recorded, other.recorded) {
            (Some(mut rows), Some(others)) => {
                rows.extend(others);
                Some(rows)
            }
            (rows, others) => rows.or(others),
        };
        self.statuses.extend(other.statuses);
        self.recorders.absorb(other.recorders);
        self
    }

    fn finish(mut self, header: CaptureHeader) -> CaptureContents<E> {
        sort_and_deduplicate(&mut self.records);
        self.diagnostics.sort();
        self.diagnostics.dedup();
        self.inputs.sort();
        self.reports.sort_by(|a, b| a.key.cmp(&b.key));
        let accounts = self.accounts(&header);
        let coverage = ledger(&LedgerInput {
            header: &header,
            reports: &self.reports,
            accounts,
            recorded: self.recorded,
            statuses: self.statuses,
            recorders: self.recorders,
            aggregated: source_statuses(&self.records),
        });
        CaptureContents {
            header,
            records: self.records,
            events: self.events,
            coverage,
            diagnostics: self.diagnostics,
            inputs: self.inputs,
        }
    }

    /// Every account that the capture speaks of.
    fn accounts(&self, header: &CaptureHeader) -> BTreeSet<String> {
        let mut accounts: BTreeSet<String> = header.hub_account.iter().cloned().collect();
        let listed = self.records.iter().filter(|record| record.kind == RecordKind::Account);
        accounts.extend(listed.filter_map(|record| record.body.get("Id").and_then(Value::as_str).map(str::to_owned)));
        for report in &self.reports {
            match &report.kind {
                FileKind::AuthorizationDetails { account }
                | FileKind::CredentialReport { account }
                | FileKind::LastAccessed { account }
                | FileKind::AccountStatus { account } => {
                    accounts.insert(account.clone());
                }
                FileKind::KeyGrants { partition }
                | FileKind::SpokeItems { partition, .. }
                | FileKind::ConfigRecorders {
                    partition: Some(partition),
                } => {
                    accounts.insert(partition.account.clone());
                }
                _ => {}
            }
            let in_config = report.tallies.keys().map(|(_, partition)| partition);
            let seen = in_config.chain(report.log_counts.keys());
            accounts.extend(seen.map(|partition| partition.account.clone()));
        }
        accounts.retain(|account| is_account_id(account));
        accounts
    }
}

/// The order of records, and which of equal ones stays: the one in the first file.
fn sort_and_deduplicate(records: &mut Vec<Record>) {
    records.sort_by(|a, b| {
        key_of(a)
            .cmp(&key_of(b))
            .then_with(|| a.origin.object.cmp(&b.origin.object))
    });
    records.dedup_by(|later, earlier| key_of(later) == key_of(earlier));
}

fn key_of(record: &Record) -> (&RecordKind, &Option<String>, &Option<String>, &str) {
    (&record.kind, &record.account, &record.region, &record.origin.sha256)
}

fn header_file(files: &[InputFile]) -> Option<&InputFile> {
    files.iter().find(|file| file.kind == FileKind::Header)
}

/// Reads `capture.json`, and tells which of its fields are not used.
pub(crate) fn read_header(
    root: &Path,
    files: &[InputFile],
    limits: &Limits,
) -> Result<(CaptureHeader, Vec<Diagnostic>), CaptureError> {
    let Some(file) = header_file(files) else {
        return Err(CaptureError::HeaderMissing { path: root.to_owned() });
    };
    let path = root.join(&file.key);
    let mut diagnostics = FileDiagnostics::new(&file.key, limits.max_diagnostics_per_file);
    let mut documents = Vec::new();
    read_values(file, limits, &mut diagnostics, &mut |located, _| {
        documents.push(located.value)
    });
    if diagnostics.has_errors() {
        let fault = diagnostics.finish().into_iter().next();
        let (problem, fix) = fault.map_or_else(Default::default, |fault| (fault.message, fault.help));
        return Err(CaptureError::HeaderUnusable { path, problem, fix });
    }
    let header = parse_header(&path, documents, &mut diagnostics)?;
    Ok((header, diagnostics.finish()))
}

fn read_file<E: EventFold>(file: &InputFile, header: &CaptureHeader, limits: &Limits) -> Part<E> {
    let mut part = match &file.kind {
        FileKind::CloudTrailLog { partition } => log_part(file, partition.as_ref(), limits),
        FileKind::Coverage => {
            let (rows, part) = rows_part(file, limits);
            Part {
                recorded: Some(rows),
                ..part
            }
        }
        FileKind::AccountStatus { .. } => {
            let (statuses, part) = rows_part(file, limits);
            Part { statuses, ..part }
        }
        FileKind::ConfigRecorders { .. } => recorders_part(file, limits),
        _ => items_part(file, header, limits),
    };
    if file.bytes <= limits.max_file_bytes {
        part.inputs.extend(manifest_object(file));
    }
    part
}

fn log_part<E: EventFold>(file: &InputFile, partition: Option<&LogPartition>, limits: &Limits) -> Part<E> {
    let log = read_log::<E>(file, partition, limits);
    let report = FileReport {
        count: log.counts.values().sum(),
        log_counts: log.counts,
        ..report(file, log.health)
    };
    Part {
        events: log.events,
        diagnostics: log.diagnostics,
        reports: vec![report],
        ..Part::default()
    }
}

fn rows_part<E: EventFold>(file: &InputFile, limits: &Limits) -> (Vec<CoverageRow>, Part<E>) {
    let rows = read_rows(file, limits);
    let reports = vec![report(file, rows.health)];
    (
        rows.rows,
        Part {
            diagnostics: rows.diagnostics,
            reports,
            ..Part::default()
        },
    )
}

fn recorders_part<E: EventFold>(file: &InputFile, limits: &Limits) -> Part<E> {
    let (recorders, diagnostics, health) = read_recorders(file, limits);
    let reports = vec![report(file, health)];
    Part {
        recorders,
        diagnostics: diagnostics.finish(),
        reports,
        ..Part::default()
    }
}

fn items_part<E: EventFold>(file: &InputFile, header: &CaptureHeader, limits: &Limits) -> Part<E> {
    let items = read_items(file, header, limits);
    let report = FileReport {
        is_cut: items.is_cut,
        count: items.count,
        tallies: items.tallies,
        ..report(file, items.health)
    };
    Part {
        records: items.records,
        diagnostics: items.diagnostics,
        reports: vec![report],
        ..Part::default()
    }
}

fn report(file: &InputFile, health: Health) -> FileReport {
    FileReport {
        key: file.key.clone(),
        kind: file.kind.clone(),
        is_empty: file.bytes == 0,
        health,
        is_cut: false,
        count: 0,
        tallies: std::collections::BTreeMap::new(),
        log_counts: std::collections::BTreeMap::new(),
    }
}

fn manifest_object(file: &InputFile) -> Option<ManifestObject> {
    let sha256 = sha256_of_file(&file.path).ok()?;
    Some(ManifestObject {
        key: file.key.clone(),
        bytes: file.bytes,
        sha256,
    })
}
