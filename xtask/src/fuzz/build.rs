//! Builds the fuzzer with coverage instrumentation.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::shell;

/// What LLVM's coverage pass needs to guide libFuzzer: a counter for each edge, where each stands, and the operands of comparisons.
const INSTRUMENTATION: [&str; 9] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    // Branches stay branches: folded into one comparison they could not be told apart.
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
    "-Cdebug-assertions=yes",
    "-Coverflow-checks=yes",
    "--cfg=fuzzing",
];

/// Builds the fuzzer and says where it lies.
pub fn fuzzer() -> Result<PathBuf> {
    let mut command = shell::cargo();
    command
        .args([
            "build",
            "--locked",
            "--release",
            "--package",
            "sv0-fuzz",
            "--features",
            "libfuzzer",
        ])
        // Named even though it is the machine's own: build scripts and procedural macros are then left uninstrumented.
        .args(["--target", &host()?])
        .arg("--message-format=json-render-diagnostics")
        .env("CARGO_ENCODED_RUSTFLAGS", INSTRUMENTATION.join("\u{1f}"))
        .stderr(Stdio::inherit());
    println!("==> building the fuzzer");
    let messages = shell::output(&mut command)?;
    executable(&messages).context("cargo built no fuzzer")
}

fn host() -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = shell::output(std::process::Command::new(rustc).arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc -vV names no host")?.to_owned())
}

fn executable(messages: &str) -> Option<PathBuf> {
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages
        .filter_map(|message| message.get("executable")?.as_str().map(PathBuf::from))
        .next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_the_one_that_cargo_names() {
        let messages = "{\"reason\":\"compiler-artifact\",\"executable\":null}\n{\"reason\":\"compiler-artifact\",\"executable\":\"/t/sv0-fuzz\"}\n{\"reason\":\"build-finished\"}\n";
        assert_eq!(executable(messages), Some(PathBuf::from("/t/sv0-fuzz")));
        assert_eq!(executable("{\"reason\":\"build-finished\"}"), None);
    }
}
