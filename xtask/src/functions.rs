//! The programs of the Lambda functions, and what the template gives each.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::shell;

/// A program that is packaged for Lambda.
#[derive(Debug)]
pub struct Function {
    /// Its crate.
    pub package: &'static str,
    /// Its program.
    pub binary: &'static str,
    /// How many bytes its package may have: `docs/adr/0023-sizes-of-packages.md`.
    pub most_zipped: u64,
    /// The settings that the template gives it, with values as long as those of a deployment.
    pub settings: &'static [(&'static str, &'static str)],
}

const RESULTS: (&str, &str) = ("SV0_RESULTS", "s3://sv0-hub-resultsbucket-1a2b3c4d5e6f");

/// Every one, by its crate.
pub const FUNCTIONS: [Function; 4] = [
    Function {
        package: "sv0-collect-function",
        binary: "collect",
        most_zipped: 12_000_000,
        settings: &[
            RESULTS,
            ("SV0_EXTERNAL_ID", "sv0-3f1c9a7e5b2d4068"),
            ("SV0_SPOKE_ROLE", "/SecurityV0ReadOnly"),
            ("SV0_MANAGEMENT_ROLE", "/SecurityV0ReadOnly"),
            // The slower of the two values.
            ("SV0_SESSION_POLICIES", "own"),
            (
                "SV0_OPTIONS",
                r#"{"organization":"delegated_administrator_else_role","aggregator":"","last_accessed":"services","environment_keys":false,
                "excluded":[],"regions":["eu-west-1","eu-central-1"],"evidence":{"workgroup":"sv0-hub-evidence","database":"securityv0","table":"cloudtrail","bucket":"sv0-hub-resultsbucket-1a2b3c4d5e6f","prefix":"athena","days":30}}"#,
            ),
        ],
    },
    Function {
        package: "sv0-on-change",
        binary: "on-change",
        most_zipped: 6_000_000,
        settings: &[
            (
                "SV0_STATE_MACHINE",
                "arn:aws:states:eu-west-1:111122223333:stateMachine:RescanAccountStateMachine-1a2b3c4d5e6f",
            ),
            ("SV0_WINDOW_SECONDS", "600"),
        ],
    },
    Function {
        package: "sv0-record",
        binary: "record",
        most_zipped: 6_000_000,
        settings: &[
            RESULTS,
            ("SV0_TABLE", "sv0-hub-StateTable-1A2B3C4D5E6F"),
            ("SV0_EVENT_BUS", "sv0-hub-findings"),
        ],
    },
    Function {
        package: "sv0-scan-capture",
        binary: "scan-capture",
        most_zipped: 12_000_000,
        settings: &[RESULTS, ("SV0_MAX_CAPTURE_BYTES", "2147483648")],
    },
];

/// Adds the crates of all functions and their programs to a build.
pub fn of_all(build: &mut Command) -> &mut Command {
    for function in &FUNCTIONS {
        build.args(["--package", function.package, "--bin", function.binary]);
    }
    build
}

/// Builds all of them, quickly or as they are released, and gives the folder in which cargo says that they lie.
pub fn built(root: &Path, profile: &str) -> Result<PathBuf> {
    let mut build = shell::cargo();
    build.current_dir(root).args(["build", "--profile", profile]);
    of_all(&mut build).args(["--message-format", "json-render-diagnostics"]);
    println!("==> building the functions, profile {profile}");
    let messages = shell::output(&mut build)?;
    let mut executables = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        message.get("executable")?.as_str().map(PathBuf::from)
    });
    let program = executables.next().context("cargo names no program that it built")?;
    Ok(program.parent().context("a program lies in a folder")?.to_path_buf())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;

    fn template() -> String {
        fs::read_to_string(shell::workspace_root().unwrap().join("infra/template.yaml")).unwrap()
    }

    /// What stands before a colon in lines with this at their beginning, or behind it.
    fn words<'a>(text: &'a str, begin: &str) -> BTreeSet<&'a str> {
        let lines = text.lines().filter_map(|line| line.trim().strip_prefix(begin));
        lines.map(|rest| rest.split([' ', ':']).next().unwrap()).collect()
    }

    #[test]
    fn they_are_those_that_the_template_deploys() {
        let text = template();
        let binaries: BTreeSet<&str> = FUNCTIONS.iter().map(|function| function.binary).collect();
        assert_eq!(words(&text, "BuildProperties: { Binary: "), binaries);
    }

    #[test]
    fn each_is_given_the_settings_that_the_template_gives() {
        let text = template();
        let given = FUNCTIONS.iter().flat_map(|function| function.settings);
        let given: BTreeSet<&str> = given.filter_map(|(name, _)| name.strip_prefix("SV0_")).collect();
        assert_eq!(words(&text, "SV0_"), given);
    }
}
