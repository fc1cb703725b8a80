//! AWS CloudFormation Guard, the checker of templates against rules, built from its crate.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::shell;

const VERSION: &str = "3.2.1";
/// Where tests look for it, as `bin/cfn-guard`.
const FOLDER: &str = ".tools/cfn-guard";

/// Installs it, unless this version of it is installed.
pub fn prepare() -> Result<()> {
    let folder = shell::workspace_root()?.join(FOLDER);
    if is_installed(&folder) {
        return Ok(());
    }
    let target = folder.join("target");
    shell::step("cfn-guard", &mut install(&folder, &target))?;
    // Only the program is needed, and the rest is a hundred times its size.
    fs::remove_dir_all(&target).with_context(|| format!("deleting {}", target.display()))
}

fn is_installed(folder: &Path) -> bool {
    let said = shell::output(Command::new(folder.join("bin/cfn-guard")).arg("--version"));
    said.is_ok_and(|text| text.trim() == format!("cfn-guard {VERSION}"))
}

/// Unoptimised and without debug information: it is built more slowly than it runs.
fn install(folder: &Path, target: &Path) -> Command {
    let mut command = shell::cargo();
    command.args([
        "install",
        "cfn-guard",
        "--version",
        VERSION,
        "--locked",
        "--debug",
        "--force",
        "--quiet",
    ]);
    command.arg("--root").arg(folder);
    command.arg("--target-dir").arg(target);
    command.env("CARGO_PROFILE_DEV_DEBUG", "0");
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_is_not_the_one_that_is_wanted() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_installed(folder.path()), "nothing is there");
        let command = install(folder.path(), &folder.path().join("target"));
        let arguments: Vec<_> = command.get_args().filter_map(|argument| argument.to_str()).collect();
        assert!(
            arguments.contains(&"--locked") && arguments.contains(&VERSION),
            "{arguments:?}"
        );
    }
}
