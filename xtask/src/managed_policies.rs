//! Regenerates the snapshot of the AWS managed policies that `sv0-managed-policies` embeds.
//!
//! The texts come from the Python package `moto` (Apache-2.0), whose maintainers record them from an AWS account. Nothing of the package is run.

mod facts;
mod package;
mod snapshot;

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;

use crate::shell;

#[derive(Args)]
pub struct RefreshArguments {
    /// Version of `moto` to read; by default the one that the tests use.
    #[arg(long)]
    version: Option<String>,
}

pub fn refresh(arguments: &RefreshArguments) -> Result<()> {
    let started = Instant::now();
    let root = shell::workspace_root()?;
    let version = match &arguments.version {
        Some(version) => version.clone(),
        None => package::pinned_version(&root)?,
    };
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let package = package::fetch(&version, folder.path())?;
    let facts = facts::read(&package.policies)?;
    let text = snapshot::text(&package, &facts)?;
    let compressed = snapshot::compress(&text)?;
    let data = root.join("shared/managed-policies/data");
    fs::create_dir_all(&data).with_context(|| format!("cannot make {}", data.display()))?;
    save(&data.join("aws-managed-policies.ndjson.gz"), &compressed)?;
    save(&data.join("LICENSE-moto"), package.license.as_bytes())?;
    println!(
        "{} policies as of {}, {} bytes of text in {} bytes, in {:.1} s",
        facts.policies.len(),
        facts.date,
        text.len(),
        compressed.len(),
        started.elapsed().as_secs_f64()
    );
    Ok(())
}

fn save(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
