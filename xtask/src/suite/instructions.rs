//! The instruction counts of the policy engine, held where they can be counted.

use anyhow::Result;

use crate::bench_instructions::{self, InstructionsArguments};
use crate::shell;

/// The processors that the kept counts are of.
const ARCHITECTURE: &str = "x86_64";

/// Counts them, or says by name that they are left out and why.
pub fn check() -> Result<()> {
    if let Some(reason) = left_out(std::env::consts::ARCH, shell::is_installed("valgrind")) {
        println!("SKIPPED: bench-instructions ({reason})");
        return Ok(());
    }
    println!("==> instruction counts");
    bench_instructions::instructions(&InstructionsArguments { update: false })
}

fn left_out(architecture: &str, has_valgrind: bool) -> Option<&'static str> {
    if architecture != ARCHITECTURE {
        Some("the counts that are kept are of x86_64")
    } else if has_valgrind {
        None
    } else {
        Some("valgrind is not installed: sudo apt-get install valgrind")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_left_out_only_where_they_cannot_be_held() {
        assert_eq!(left_out("x86_64", true), None);
        assert!(left_out("x86_64", false).is_some_and(|reason| reason.contains("valgrind")));
        assert!(left_out("aarch64", true).is_some_and(|reason| reason.contains("x86_64")));
    }
}
