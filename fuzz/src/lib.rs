//! One function for every parser of the product: it takes any bytes and asserts what must hold of the parser's answer.
//!
//! The same functions run in two ways: `cargo xtask fuzz` hands them what libFuzzer makes up, and the ordinary tests replay every file in
//! `corpus/<target>/`. An input that ever broke a law stays there under a name that says what it broke.

mod capture;
mod estate;
mod folder;
mod language;
mod policy;
mod redaction;
mod store;

/// One parser under test.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name, which is also that of its folder in `corpus`.
    pub name: &'static str,
    /// Panics when a law does not hold.
    pub run: fn(&[u8]),
    /// Inputs longer than this only slow the search down.
    pub max_bytes: usize,
}

impl Target {
    const fn new(name: &'static str, run: fn(&[u8]), max_bytes: usize) -> Self {
        Self { name, run, max_bytes }
    }
}

/// Every target, in the order of the layers.
pub const TARGETS: &[Target] = &[
    Target::new("arn", language::arn, 512),
    Target::new("timestamp", language::timestamp, 64),
    Target::new("principal", language::principal, 512),
    Target::new("glob", language::glob, 64),
    Target::new("catalogue", language::catalogue, 4096),
    Target::new("policy", policy::policy, 4096),
    Target::new("evaluate_row", policy::evaluate_row, 4096),
    Target::new("condition", policy::condition, 512),
    Target::new("variables", policy::variables, 512),
    Target::new("capture_header", capture::header, 1024),
    Target::new("capture_file", capture::file, 8192),
    Target::new("config_items", capture::config_items, 4096),
    Target::new("authorization_details", capture::authorization_details, 8192),
    Target::new("credential_report", capture::credential_report, 4096),
    Target::new("spoke_items", capture::spoke_items, 4096),
    Target::new("spoke_redaction", redaction::spoke_item, 4096),
    Target::new("cloudtrail_log", capture::cloudtrail_log, 4096),
    Target::new("coverage_ledger", capture::coverage_ledger, 2048),
    Target::new("redaction", redaction::configuration, 4096),
    Target::new("state_machine", redaction::state_machine, 4096),
    Target::new("graph", estate::graph, 16384),
    Target::new("scan", estate::scan, 16384),
    Target::new("configuration", store::configuration, 2048),
    Target::new("lake_rows", store::lake_rows, 4096),
    Target::new("lake_run", store::lake_run, 4096),
    Target::new("state_file", store::state_file, 32_768),
];

/// The target of that name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
