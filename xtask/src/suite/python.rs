//! The tools in Python that tests and checks use, in an environment of their own below `.tools`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::packages;
use crate::shell;

const REQUIREMENTS: &str = "tests/requirements.txt";
const ENVIRONMENT: &str = ".tools/venv";
/// A copy of the requirements that were installed; it is written last.
const INSTALLED: &str = "installed.txt";

/// The folder with the tools' programs. They are installed when the requirements are not those that were installed before.
pub fn prepare() -> Result<PathBuf> {
    let root = shell::workspace_root()?;
    let requirements = root.join(REQUIREMENTS);
    let wanted = fs::read_to_string(&requirements).with_context(|| format!("reading {}", requirements.display()))?;
    let environment = root.join(ENVIRONMENT);
    let installed = environment.join(INSTALLED);
    if fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
        return Ok(programs(&environment));
    }
    make(&environment)?;
    shell::step("python tools", &mut install(&environment, &requirements))?;
    fs::write(&installed, wanted).with_context(|| format!("writing {}", installed.display()))?;
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

/// Checks the CloudFormation template.
pub fn lint_template() -> Result<()> {
    let mut command = Command::new(prepare()?.join("cfn-lint"));
    command.arg(shell::workspace_root()?.join("infra/template.yaml"));
    shell::step("template", &mut command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_requirements_name_exact_versions() {
        let text = fs::read_to_string(shell::workspace_root().unwrap().join(REQUIREMENTS)).unwrap();
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(lines.iter().any(|line| line.starts_with("moto")));
        for line in lines {
            assert_eq!(line.matches("==").count(), 1, "{line}");
        }
    }
}
