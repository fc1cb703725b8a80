//! The texts of the AWS managed policies as of one day, for captures that do not hold them.
//!
//! The snapshot is a file of this crate, compressed. Nothing of it is read until a text is asked for. `cargo xtask refresh-managed-policies` renews it.
//!
//! It holds the policies of partition `aws` alone. "Partitions have independent instances of AWS Identity and Access Management" (AWS Fault Isolation
//! Boundaries, "Partitions"): a policy of AWS GovCloud (US) or of the China Regions has versions and, with the partition in its ARNs, a text of its own.
//!
//! Architecture invariant: this crate knows no graph and judges nothing. It says what AWS said on one day; that the day is past, its reader must say.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader};

use flate2::bufread::GzDecoder;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The shipped snapshot: gzip, one JSON object a line, a [`SnapshotHeader`] first, then [`ManagedPolicy`] by ARN.
const SHIPPED: &[u8] = include_bytes!("../data/aws-managed-policies.ndjson.gz");

/// The format that this crate reads and `cargo xtask refresh-managed-policies` writes.
pub const FORMAT: &str = "sv0-managed-policies/1";

/// The first line of a snapshot: what it was made from, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotHeader {
    /// [`FORMAT`].
    pub format: String,
    /// The package, such as `moto`.
    pub source: String,
    /// The package's version.
    pub version: String,
    /// SHA-256 of the package's archive, in hexadecimal digits.
    pub sha256: String,
    /// The licence of the package.
    pub license: String,
    /// The day of the newest change in it, such as `2026-09-30`: what AWS changed later is not in it.
    pub date: String,
    /// How many policies follow.
    pub policies: usize,
}

/// One policy, in the shape of a line of a capture's `aws-managed-policies.ndjson`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManagedPolicy {
    /// The ARN.
    pub arn: String,
    /// The default version on that day, such as `v3`.
    pub version_id: String,
    /// The text of that version.
    pub document: Value,
}

/// Policies out of one snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The snapshot.
    pub header: SnapshotHeader,
    /// Those of the policies asked for that are in it, by ARN.
    pub policies: BTreeMap<String, ManagedPolicy>,
}

/// The policies with these ARNs that the shipped snapshot holds. ARNs of other partitions are in none.
///
/// # Errors
/// [`io::Error`] where the data is damaged, which its tests rule out.
pub fn find(arns: &BTreeSet<&str>) -> io::Result<Found> {
    find_in(SHIPPED, arns)
}

/// The header of the shipped snapshot.
///
/// # Errors
/// As [`find`].
pub fn header() -> io::Result<SnapshotHeader> {
    Ok(find(&BTreeSet::new())?.header)
}

fn find_in(snapshot: &[u8], arns: &BTreeSet<&str>) -> io::Result<Found> {
    let mut lines = BufReader::new(GzDecoder::new(snapshot)).lines();
    let first = lines.next().unwrap_or_else(|| Err(malformed("it is empty")))?;
    let header: SnapshotHeader = serde_json::from_str(&first)?;
    if header.format != FORMAT {
        return Err(malformed("its format is another"));
    }
    let mut policies = BTreeMap::new();
    // Lines are sorted by ARN, so that after the last one asked for nothing is left to find.
    let last = arns.last().copied().unwrap_or_default();
    while let Some(line) = lines.next().filter(|_| policies.len() < arns.len()) {
        let line = line?;
        let arn = arn_of(&line).ok_or_else(|| malformed("a line does not begin with an ARN"))?;
        if arn > last {
            break;
        }
        if arns.contains(arn) {
            let policy: ManagedPolicy = serde_json::from_str(&line)?;
            policies.insert(policy.arn.clone(), policy);
        }
    }
    Ok(Found { header, policies })
}

/// The ARN that a line begins with; reading all of it as JSON would take most of the time.
fn arn_of(line: &str) -> Option<&str> {
    line.strip_prefix(r#"{"Arn":""#)?.split('"').next()
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("the snapshot of AWS managed policies is damaged: {what}"),
    )
}

#[cfg(test)]
mod tests;
