//! The headless browser that opens the report in tests.

use anyhow::{Context, Result};

use super::packages;
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
        packages::install(
            "chromium",
            "the browser tests need chromium: install it, then run this again",
        )?;
    }
    installed()
        .map(Browser::Installed)
        .context("chromium was installed, but cannot be started: run `chromium --version` to see why")
}

fn installed() -> Option<&'static str> {
    PROGRAMS.into_iter().find(|program| shell::is_installed(program))
}
