//! Runs the tests.

mod browser;
mod guard;
mod instructions;
mod packages;
pub mod python;

use std::process::Command;
use std::time::Instant;

use anyhow::Result;
use clap::Args;

use crate::{shell, wire};
use browser::Browser;

/// The crates without I/O, whose tests need nothing installed.
const PURE_CRATES: [&str; 5] = [
    "sv0-model",
    "sv0-iam",
    "sv0-managed-policies",
    "sv0-graph",
    "sv0-authority",
];

#[derive(Args)]
pub struct TestArguments {
    /// What CI runs: everything, the slow tests that are marked `#[ignore]` included.
    #[arg(long, conflicts_with = "core")]
    all: bool,
    /// The pure crates only: model, iam, graph, authority.
    #[arg(long)]
    core: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Core,
    Everyday,
    All,
}

pub fn test(arguments: &TestArguments) -> Result<()> {
    let started = Instant::now();
    match arguments.scope() {
        Scope::Core => shell::step("tests of the pure crates", &mut core_tests())?,
        scope => workspace_tests(scope)?,
    }
    println!("all tests passed in {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

impl TestArguments {
    fn scope(&self) -> Scope {
        match (self.core, self.all) {
            (true, _) => Scope::Core,
            (false, true) => Scope::All,
            (false, false) => Scope::Everyday,
        }
    }
}

fn core_tests() -> Command {
    let mut command = shell::cargo();
    command.arg("test");
    for name in PURE_CRATES {
        command.args(["--package", name]);
    }
    command
}

fn workspace_tests(scope: Scope) -> Result<()> {
    let browser = browser::prepare()?;
    python::prepare()?;
    python::prepare_emulator()?;
    if scope == Scope::All {
        python::prepare_checkers()?;
        guard::prepare()?;
    }
    wire::check()?;
    shell::step("tests of the workspace", &mut workspace_command(scope, &browser))?;
    if browser == Browser::NotOnThisPlatform {
        println!(
            "SKIPPED on {}: {} (they need Debian's chromium)",
            std::env::consts::OS,
            browser::TESTS
        );
    }
    if scope == Scope::All {
        instructions::check()?;
    }
    Ok(())
}

fn workspace_command(scope: Scope, browser: &Browser) -> Command {
    let mut command = shell::cargo();
    // One failure must not hide the others: a whole run takes long.
    command.args(["test", "--workspace", "--no-fail-fast", "--"]);
    if scope == Scope::All {
        command.arg("--include-ignored");
    }
    match browser {
        Browser::Installed(program) => command.env(browser::VARIABLE, program),
        Browser::NotOnThisPlatform => command.args(["--skip", browser::TESTS]),
    };
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(command: &Command) -> Vec<&str> {
        command.get_args().filter_map(|argument| argument.to_str()).collect()
    }

    #[test]
    fn ci_runs_slow_tests_too() {
        let browser = Browser::Installed("chromium");
        let everyday = workspace_command(Scope::Everyday, &browser);
        assert_eq!(arguments(&everyday), ["test", "--workspace", "--no-fail-fast", "--"]);
        let all = workspace_command(Scope::All, &browser);
        assert_eq!(
            arguments(&all),
            ["test", "--workspace", "--no-fail-fast", "--", "--include-ignored"]
        );
    }

    #[test]
    fn browser_tests_are_left_out_by_name_only_where_there_is_no_browser() {
        let without = workspace_command(Scope::All, &Browser::NotOnThisPlatform);
        assert!(arguments(&without).ends_with(&["--skip", "browser::"]));
        let with = workspace_command(Scope::All, &Browser::Installed("chromium"));
        assert!(!arguments(&with).contains(&"--skip"));
    }
}
