//! Findings as rows: in parts of a few, beside a list that tells which of them are asked for.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sv0_lake::{LakeError, Part, PartsEncoder, keys, lines_of_ndjson};
use sv0_model::finding::{Finding, FindingKind, FindingSeverity};

use crate::snapshot::{Rows, Snapshot};
use crate::stages::StageContext;

/// As many findings as are read together.
const FINDINGS_OF_A_PART: usize = 64;

/// A line of [`keys::FINDING_LIST`].
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    /// The line of the finding in [`keys::FINDINGS`], counted from 0.
    line: usize,
    kind: FindingKind,
    severity: FindingSeverity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
}

/// Which findings are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct FindingFilter<'f> {
    /// Of this kind.
    pub kind: Option<FindingKind>,
    /// At least as severe.
    pub severity: Option<FindingSeverity>,
    /// In this account.
    pub account: Option<&'f str>,
    /// No more than so many.
    pub limit: Option<usize>,
}

/// Findings that were asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The worst first, then by kind and id, as many as were asked for.
    pub findings: Vec<Finding>,
    /// How many there are of those.
    pub matching: usize,
    /// How many there are at all.
    pub all: usize,
}

impl FindingFilter<'_> {
    fn admits(&self, entry: &Entry) -> bool {
        self.kind.is_none_or(|kind| entry.kind == kind)
            && self.severity.is_none_or(|least| entry.severity >= least)
            && (self.account.is_none() || entry.account.as_deref() == self.account)
    }
}

/// What lists are sorted by.
fn rank(finding: &Finding) -> (Reverse<FindingSeverity>, FindingKind, &str) {
    (Reverse(finding.severity), finding.kind, &finding.id)
}

/// The list of findings, in the order in which lists show them.
fn entries(findings: &[Finding]) -> Vec<Entry> {
    let mut ranked: Vec<(usize, &Finding)> = findings.iter().enumerate().collect();
    ranked.sort_by(|(_, a), (_, b)| rank(a).cmp(&rank(b)));
    let entry = |(line, finding): (usize, &Finding)| Entry {
        line,
        kind: finding.kind,
        severity: finding.severity,
        account: finding.account.clone(),
    };
    ranked.into_iter().map(entry).collect()
}

/// Writes findings and the list of them.
pub(crate) fn write(context: &StageContext<'_>, findings: &[Finding]) -> Result<(), LakeError> {
    let mut encoder = PartsEncoder::new(keys::FINDINGS)?;
    for (number, part) in findings.chunks(FINDINGS_OF_A_PART).enumerate() {
        let name = number.to_string();
        part.iter().try_for_each(|finding| encoder.push(&name, finding))?;
    }
    context.write_divided(keys::FINDINGS, &encoder.finish()?)?;
    context.write_rows(keys::FINDING_LIST, entries(findings))
}

impl<R: Rows> Snapshot<R> {
    /// The findings that are asked for, the worst first. No more is read than these and the list.
    ///
    /// # Errors
    /// As [`Snapshot::graph`].
    pub fn findings_listed(&self, filter: &FindingFilter<'_>) -> Result<Listed, LakeError> {
        match self.rows().parts(keys::FINDINGS)? {
            Some(parts) => self.out_of_parts(filter, &parts),
            None => Ok(out_of_all(self.findings()?, filter)),
        }
    }

    fn out_of_parts(&self, filter: &FindingFilter<'_>, parts: &[Part]) -> Result<Listed, LakeError> {
        let mut all = 0;
        let mut lines = Vec::new();
        self.rows().each(keys::FINDING_LIST, |entry: Entry| {
            all += 1;
            if filter.admits(&entry) {
                lines.push(entry.line);
            }
            Ok(())
        })?;
        let matching = lines.len();
        lines.truncate(filter.limit.unwrap_or(matching));
        let mut places: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for line in &lines {
            let (part, place) = (line / FINDINGS_OF_A_PART, line % FINDINGS_OF_A_PART);
            places.entry(part).or_default().insert(place);
        }
        let mut read: BTreeMap<usize, Finding> = BTreeMap::new();
        for (number, places) in places {
            let Some(part) = parts.get(number) else { continue };
            let bytes = self.rows().part_bytes(keys::FINDINGS, part)?;
            let found = lines_of_ndjson(keys::FINDINGS, &bytes, &places)?.into_iter();
            read.extend(found.map(|(place, finding)| (number * FINDINGS_OF_A_PART + place, finding)));
        }
        let mut findings = Vec::with_capacity(lines.len());
        for line in lines {
            findings.push(read.remove(&line).ok_or_else(|| LakeError::Dangling {
                key: keys::FINDING_LIST.to_owned(),
                line,
                of: keys::FINDINGS.to_owned(),
            })?);
        }
        Ok(Listed {
            findings,
            matching,
            all,
        })
    }
}

/// The same out of findings that have no list.
fn out_of_all(findings: Vec<Finding>, filter: &FindingFilter<'_>) -> Listed {
    let entries = entries(&findings);
    let lines = entries
        .iter()
        .filter(|entry| filter.admits(entry))
        .map(|entry| entry.line);
    let lines: Vec<usize> = lines.collect();
    let mut places: Vec<Option<Finding>> = findings.into_iter().map(Some).collect();
    let asked = lines.iter().take(filter.limit.unwrap_or(lines.len()));
    Listed {
        findings: asked.filter_map(|line| places.get_mut(*line)?.take()).collect(),
        matching: lines.len(),
        all: places.len(),
    }
}

#[cfg(test)]
mod tests {
    use sv0_lake::FolderStore;

    use super::*;
    use crate::Configuration;

    fn finding(number: usize) -> Finding {
        let kinds = [
            FindingKind::PublicAccess,
            FindingKind::AdminEquivalent,
            FindingKind::DormantAuthority,
        ];
        let severities = [
            FindingSeverity::Low,
            FindingSeverity::Critical,
            FindingSeverity::Medium,
            FindingSeverity::High,
        ];
        Finding {
            id: format!("{:08x}", number.wrapping_mul(2_654_435_761) % 65_521),
            kind: kinds[number % 3],
            severity: severities[number % 4],
            account: (!number.is_multiple_of(5)).then(|| format!("{:012}", number % 5)),
            severity_reason: String::new(),
            title: String::new(),
            description: String::new(),
            subjects: Vec::new(),
            paths: Vec::new(),
            statements: Vec::new(),
            event_ids: Vec::new(),
            origins: Vec::new(),
            verify: Vec::new(),
            caveats: Vec::new(),
        }
    }

    #[test]
    fn lists_are_those_of_all_findings() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::new(folder.path());
        let configuration = Configuration::default();
        let context = StageContext {
            store: &store,
            run_id: "one",
            configuration: &configuration,
            threads: 1,
        };
        let findings: Vec<Finding> = (0..1000).map(finding).collect();
        write(&context, &findings).unwrap();
        let snapshot = context.snapshot();
        assert_eq!(snapshot.findings().unwrap(), findings);
        for kind in [None, Some(FindingKind::AdminEquivalent)] {
            for severity in [None, Some(FindingSeverity::High)] {
                for account in [None, Some("000000000003"), Some("999999999999")] {
                    for limit in [None, Some(7), Some(5000)] {
                        let filter = FindingFilter {
                            kind,
                            severity,
                            account,
                            limit,
                        };
                        let listed = snapshot.findings_listed(&filter).unwrap();
                        assert_eq!(listed, out_of_all(findings.clone(), &filter), "{filter:?}");
                        assert!(listed.findings.iter().map(rank).is_sorted(), "{filter:?}");
                        assert_eq!(listed.all, 1000);
                    }
                }
            }
        }
        let list = entries(&findings)
            .into_iter()
            .chain(entries(&findings))
            .map(|entry| Entry {
                line: entry.line + 500,
                ..entry
            });
        context.write_rows(keys::FINDING_LIST, list).unwrap();
        assert!(matches!(
            snapshot.findings_listed(&FindingFilter::default()),
            Err(LakeError::Dangling { .. })
        ));
    }
}
