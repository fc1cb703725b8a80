//! The tools in Python that tests and checks use, in an environment of their own below `.tools`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::packages;
use crate::shell;

/// A copy of the requirements that were installed; it is written last.
const INSTALLED: &str = "installed.txt";

/// Tools that are installed together.
struct Environment {
    folder: &'static str,
    requirements: &'static str,
}

const TESTS: Environment = Environment {
    folder: ".tools/venv",
    requirements: "tests/requirements.txt",
};

/// The emulator, which pins another botocore than the tests use.
const EMULATOR: Environment = Environment {
    folder: ".tools/ministack",
    requirements: "tests/requirements-ministack.txt",
};

/// What builds packages for Lambda: cargo-lambda, and zig, with which it links for other processors and older systems.
const PACKAGER: Environment = Environment {
    folder: ".tools/packages",
    requirements: "tests/requirements-packages.txt",
};

/// What checks templates and pins what it needs, each apart from the others.
const CHECKERS: [Environment; 2] = [
    Environment {
        folder: ".tools/sam",
        requirements: "tests/requirements-sam.txt",
    },
    Environment {
        folder: ".tools/checkov",
        requirements: "tests/requirements-checkov.txt",
    },
];

/// The folder with the programs that tests use. They are installed when the requirements are not those that were installed before.
pub fn prepare() -> Result<PathBuf> {
    installed(&TESTS)
}

/// Installs the emulator that tests deploy to.
pub fn prepare_emulator() -> Result<()> {
    installed(&EMULATOR).map(drop)
}

/// The folder with what builds packages, which no test uses.
pub fn prepare_packager() -> Result<PathBuf> {
    installed(&PACKAGER)
}

/// Installs the larger checkers of templates, which only the full run needs.
pub fn prepare_checkers() -> Result<()> {
    CHECKERS.iter().try_for_each(|checker| installed(checker).map(drop))
}

fn installed(wanted: &Environment) -> Result<PathBuf> {
    let root = shell::workspace_root()?;
    let requirements = root.join(wanted.requirements);
    let text = fs::read_to_string(&requirements).with_context(|| format!("reading {}", requirements.display()))?;
    let environment = root.join(wanted.folder);
    let installed = environment.join(INSTALLED);
    if fs::read_to_string(&installed).is_ok_and(|found| found == text) {
        return Ok(programs(&environment));
    }
    make(&environment)?;
    shell::step(wanted.requirements, &mut install(&environment, &requirements))?;
    fs::write(&installed, text).with_context(|| format!("writing {}", installed.display()))?;
    Ok(programs(&environment))
}

/// Python with pip and nothing else, in a new environment at `environment`.
pub fn bare(environment: &Path) -> Result<PathBuf> {
    make(environment)?;
    Ok(programs(environment).join("python"))
}

fn make(environment: &Path) -> Result<()> {
    if shell::step("python environment", &mut venv(environment)).is_ok() {
        return Ok(());
    }
    // Debian keeps the module in a package of its own.
    packages::install("python3-venv", "the tests need Python 3 with its module venv")?;
    shell::step("python environment", &mut venv(environment))
}

fn venv(environment: &Path) -> Command {
    let mut command = Command::new("python3");
    command.args(["-m", "venv", "--clear"]).arg(environment);
    command
}

fn install(environment: &Path, requirements: &Path) -> Command {
    let mut command = Command::new(programs(environment).join("python"));
    command.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--requirement",
    ]);
    command.arg(requirements);
    command
}

fn programs(environment: &Path) -> PathBuf {
    environment.join("bin")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_requirements_name_exact_versions() {
        for environment in CHECKERS.iter().chain([&TESTS, &EMULATOR, &PACKAGER]) {
            let path = shell::workspace_root().unwrap().join(environment.requirements);
            let text = fs::read_to_string(path).unwrap();
            let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
            assert!(!lines.is_empty(), "{}", environment.requirements);
            for line in lines {
                assert_eq!(line.matches("==").count(), 1, "{line}");
            }
        }
    }
}
