//! The fuzzer of one target, named by the environment: one program for all, so that it is built once.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::Corpus;
use sv0_fuzz::Target;

/// What names the target.
const VARIABLE: &str = "SV0_FUZZ_TARGET";

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var(VARIABLE).unwrap_or_default();
    sv0_fuzz::target(&name).unwrap_or_else(|| panic!("{VARIABLE}={name} names no target"))
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| -> Corpus {
    if data.len() > TARGET.max_bytes {
        return Corpus::Reject;
    }
    (TARGET.run)(data);
    Corpus::Keep
});
