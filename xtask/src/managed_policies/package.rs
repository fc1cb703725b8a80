//! Fetches the Python package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::shell;
use crate::suite::python;

const NAME: &str = "moto";
const LICENSE: &str = "Apache-2.0";
const MODULE: &str = "moto/iam/aws_managed_policies.py";

/// Prints the value of one assignment of a module, which is parsed and never run.
const PRINT_LITERAL: &str = r#"
import ast, pathlib, sys
module = ast.parse(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
[value] = [node.value for node in module.body if isinstance(node, ast.Assign) and node.targets[0].id == "aws_managed_policies_data"]
sys.stdout.reconfigure(encoding="utf-8")
sys.stdout.write(ast.literal_eval(value))
"#;

/// What is read of the package.
pub struct Package {
    pub name: &'static str,
    pub version: String,
    /// SHA-256 of the archive, in hexadecimal digits.
    pub sha256: String,
    pub license_name: &'static str,
    /// The text of the licence.
    pub license: String,
    /// The policies, as JSON.
    pub policies: String,
}

/// The version that `tests/requirements.txt` names.
pub fn pinned_version(root: &Path) -> Result<String> {
    let requirements = read(&root.join("tests/requirements.txt"))?;
    let version = requirements.lines().find_map(|line| {
        let (package, version) = line.split_once("==")?;
        (package.split('[').next() == Some(NAME)).then(|| version.trim().to_owned())
    });
    version.with_context(|| format!("tests/requirements.txt pins no version of {NAME}"))
}

/// Downloads and unpacks `version` into `folder`.
pub fn fetch(version: &str, folder: &Path) -> Result<Package> {
    let python = python::bare(&folder.join("venv"))?;
    let archive = download(&python, version, folder)?;
    let root = folder.join("package");
    shell::output(
        Command::new(&python)
            .args(["-m", "zipfile", "-e"])
            .args([&archive, &root]),
    )?;
    let description = root.join(format!("{NAME}-{version}.dist-info"));
    let metadata = read(&description.join("METADATA"))?;
    let license = field(&metadata, "License-Expression").or_else(|| field(&metadata, "License"));
    ensure!(
        license == Some(LICENSE),
        "the package's licence is now {license:?}: read it before using the package"
    );
    Ok(Package {
        name: NAME,
        version: version.to_owned(),
        sha256: digest(&python, &archive)?,
        license_name: LICENSE,
        license: read(&description.join("licenses/LICENSE"))?,
        policies: shell::output(Command::new(&python).args(["-c", PRINT_LITERAL]).arg(root.join(MODULE)))?,
    })
}

/// pip checks the archive against the digest that the index names.
fn download(python: &Path, version: &str, folder: &Path) -> Result<PathBuf> {
    let archives = folder.join("archives");
    shell::output(
        Command::new(python)
            .args([
                "-m",
                "pip",
                "download",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
            ])
            .args(["--only-binary", ":all:", "--dest"])
            .arg(&archives)
            .arg(format!("{NAME}=={version}")),
    )?;
    let mut files = fs::read_dir(&archives).with_context(|| format!("cannot read {}", archives.display()))?;
    let only = files.next().context("pip downloaded nothing")??;
    Ok(only.path())
}

fn digest(python: &Path, archive: &Path) -> Result<String> {
    let printed = shell::output(Command::new(python).args(["-m", "pip", "hash"]).arg(archive))?;
    let digest = printed
        .lines()
        .find_map(|line| line.trim().strip_prefix("--hash=sha256:"));
    Ok(digest.context("pip hash printed no SHA-256")?.to_owned())
}

/// A field of the package's metadata, whose head ends at the first empty line.
fn field<'a>(metadata: &'a str, name: &str) -> Option<&'a str> {
    let head = metadata.lines().take_while(|line| !line.is_empty());
    head.filter_map(|line| line.split_once(": "))
        .find_map(|(field, value)| (field == name).then_some(value.trim()))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
