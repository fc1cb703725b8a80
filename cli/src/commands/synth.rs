//! `sv0 synth`.

use std::fmt::Write;

use serde::Serialize;
use sv0_synth::{Organization, SynthError, Written, write};

use super::{Outcome, print, print_json};
use crate::arguments::SynthArguments;
use crate::error::CommandError;
use crate::progress::ScanProgress;
use crate::text::{bold, safe};

pub fn run(arguments: &SynthArguments) -> Result<Outcome, CommandError> {
    let progress = ScanProgress::new();
    progress.count_to(u64::from(arguments.accounts), "accounts");
    let result = write(&organization(arguments), &arguments.out, &|_| progress.step());
    progress.finish();
    let written = result.map_err(failed)?;
    let summary = Summary {
        schema: "sv0-synth/1",
        out: arguments.out.display().to_string(),
        accounts: written.accounts,
        roles: written.roles,
        files: written.files,
        json_bytes: written.json_bytes,
        seed: arguments.seed,
    };
    if arguments.json {
        print_json(&summary)?;
    } else {
        print(&text(&summary, &written))?;
    }
    Ok(Outcome::Done)
}

fn organization(arguments: &SynthArguments) -> Organization {
    let size = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    let roles = size(arguments.roles_per_account);
    Organization {
        accounts: size(arguments.accounts),
        roles_per_account: roles,
        policies_per_account: arguments.policies_per_account.map_or(roles.saturating_mul(2) / 3, size),
        users_per_account: size(arguments.users_per_account),
        events_per_account: size(arguments.events_per_account),
        seed: arguments.seed,
    }
}

fn failed(error: SynthError) -> CommandError {
    match error {
        SynthError::Io { path, source } => CommandError::Io {
            operation: "writing",
            file: path,
            source,
        },
        SynthError::NotEmpty(_) => CommandError::BadInput {
            message: error.to_string(),
            help: "name a folder that does not exist or is empty".to_owned(),
        },
    }
}

/// What was written.
#[derive(Serialize)]
struct Summary {
    schema: &'static str,
    out: String,
    accounts: usize,
    roles: usize,
    files: usize,
    json_bytes: u64,
    seed: u64,
}

fn text(summary: &Summary, written: &Written) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} accounts with {} roles, {} files, {} MB of JSON",
        written.accounts,
        written.roles,
        written.files,
        written.json_bytes / 1_000_000
    );
    let _ = writeln!(out, "\n{}    {}", bold("Capture"), safe(&summary.out));
    let _ = writeln!(out, "Scan it with: sv0 scan --capture {}", safe(&summary.out));
    out
}
