//! The headless browser that opens the report in tests.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::shell;

/// How the tests that need a browser are named: everything in modules of this name.
pub const TESTS: &str = "browser::";

/// The environment variable that tells them which program to start.
pub const VARIABLE: &str = "SV0_CHROMIUM";

/// Names that distributions give it.
const PROGRAMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Whether the browser tests can run.
#[derive(Debug, PartialEq, Eq)]
pub enum Browser {
    /// The program to start.
    Installed(&'static str),
    /// Tests with a browser run on Linux only.
    NotOnThisPlatform,
}

/// Finds the browser, and on Linux installs it when it is missing.
pub fn prepare() -> Result<Browser> {
    if !cfg!(target_os = "linux") {
        return Ok(Browser::NotOnThisPlatform);
    }
    if installed().is_none() {
        install()?;
    }
    installed()
        .map(Browser::Installed)
        .context("chromium was installed, but cannot be started: run `chromium --version` to see why")
}

fn installed() -> Option<&'static str> {
    PROGRAMS.into_iter().find(|program| shell::is_installed(program))
}

fn install() -> Result<()> {
    let elevation = elevation()?;
    shell::step("package lists", &mut apt_get(elevation, &["update"]))?;
    let install = ["install", "--yes", "--no-install-recommends", "chromium"];
    shell::step("chromium", &mut apt_get(elevation, &install))
}

/// What goes before a command that needs root.
fn elevation() -> Result<&'static [&'static str]> {
    const BY_HAND: &str = "the browser tests need chromium: install it, then run this again";
    if !shell::is_installed("apt-get") {
        bail!("there is no apt-get here; {BY_HAND}");
    }
    if shell::output(Command::new("id").arg("-u"))?.trim() == "0" {
        return Ok(&[]);
    }
    if shell::output(Command::new("sudo").args(["-n", "true"])).is_ok() {
        return Ok(&["sudo", "-n"]);
    }
    bail!("neither root nor sudo without a password; {BY_HAND}: sudo apt-get install chromium")
}

fn apt_get(elevation: &[&str], arguments: &[&str]) -> Command {
    let mut words = elevation
        .iter()
        .copied()
        .chain(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    let mut command = Command::new(words.next().unwrap_or("env"));
    command.args(words).args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_for_root_only_when_it_is_not_root() {
        let as_text = |elevation: &[&str]| format!("{:?}", apt_get(elevation, &["update"])).replace('"', "");
        assert_eq!(as_text(&[]), "env DEBIAN_FRONTEND=noninteractive apt-get update");
        assert_eq!(
            as_text(&["sudo", "-n"]),
            "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get update"
        );
    }
}
