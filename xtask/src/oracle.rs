//! Puts many random requests to the policy engine and to the oracle in its tests.

use anyhow::Result;
use clap::Args;

use crate::shell;

/// The ignored test that takes its size and seed from the environment.
const TEST: &str = "engine_and_oracle_agree_on_as_many_as_asked";

#[derive(Args)]
pub struct OracleArguments {
    /// How many pairs of estate and context to compare.
    #[arg(long, default_value_t = 10_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    pairs: u64,
    /// The seed of the random estates; the same one gives the same pairs.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Fails if the two disagree on any pair. The test prints the rows that show it.
pub fn compare(arguments: &OracleArguments) -> Result<()> {
    let mut command = shell::cargo();
    command
        .args(["test", "--release", "--package", "sv0-iam", "--test", "oracle", "--"])
        .args(["--exact", TEST, "--ignored", "--nocapture"])
        .env("SV0_ORACLE_PAIRS", arguments.pairs.to_string())
        .env("SV0_ORACLE_SEED", arguments.seed.to_string());
    shell::step("engine against oracle", &mut command)
}
