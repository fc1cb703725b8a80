//! Tests of the workspace as a whole, in one binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking, its helpers too"
)]

mod acme;
mod answers;
mod athena;
mod bad_input;
mod browser;
mod capture_copy;
mod collect_stages;
mod command_line;
mod deployed;
mod deployment;
mod determinism;
mod emulators;
mod fake_aws;
mod history;
mod iamspy;
mod layering;
mod live;
mod managed_policies;
mod offered;
mod permissions;
mod privilege_escalation;
mod purity;
mod questions;
mod real_input;
mod recording;
mod requirements;
#[allow(dead_code, reason = "what the tests of a function alone use")]
#[path = "../../functions/scan-capture/tests/runtime_api/mod.rs"]
mod runtime_api;
mod s3;
mod s3_access;
mod schemas;
mod spoke_templates;
mod support;
mod synth;
mod telemetry;
mod templates;
mod workforce;
