//! Writes the snapshot: minified JSON, one object a line, sorted by ARN, compressed without a time or a name, so that the same package gives the same bytes.

use std::io::Write as _;

use anyhow::Result;
use flate2::{Compression, GzBuilder};
use sv0_managed_policies::{FORMAT, ManagedPolicy, SnapshotHeader};

use super::facts::Facts;
use super::package::Package;

/// The lines of the snapshot.
pub fn text(package: &Package, facts: &Facts) -> Result<String> {
    let header = SnapshotHeader {
        format: FORMAT.to_owned(),
        source: package.name.to_owned(),
        version: package.version.clone(),
        sha256: package.sha256.clone(),
        license: format!("{}, see LICENSE-{}", package.license_name, package.name),
        date: facts.date.clone(),
        policies: facts.policies.len(),
    };
    let mut text = serde_json::to_string(&header)?;
    text.push('\n');
    for (arn, policy) in &facts.policies {
        let policy = ManagedPolicy {
            arn: arn.clone(),
            version_id: policy.version_id.clone(),
            document: policy.document.clone(),
        };
        text.push_str(&serde_json::to_string(&policy)?);
        text.push('\n');
    }
    Ok(text)
}

/// The text as gzip.
pub fn compress(text: &str) -> Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes())?;
    Ok(encoder.finish()?)
}
