//! Collects an organization that is made up, and tells the time that it takes beside the time that its budgets alone take, and the memory of every worker.

mod organization;
mod table;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use organization::{Organization, Outcome, Row};
use serde_json::{Value, json};

use crate::shell;

#[derive(Args)]
pub struct CollectArguments {
    /// How many accounts the organization has; several numbers make several rows.
    #[arg(long, value_delimiter = ',', default_values_t = [100, 1000], value_parser = clap::value_parser!(u64).range(3..=20_000))]
    accounts: Vec<u64>,
    /// How many Regions are enabled.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=17))]
    regions: u64,
    /// By how much every budget is multiplied. Small enough, and the processor has nothing to do with the time.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=1000))]
    factor: u32,
    /// Roles of each account.
    #[arg(long, default_value_t = 30)]
    roles: u64,
    /// Roles of one of the accounts.
    #[arg(long, default_value_t = 30)]
    roles_of_largest: u64,
    /// Permission sets that each account is assigned.
    #[arg(long, default_value_t = 2)]
    assignments: u64,
    /// Milliseconds that every answer takes.
    #[arg(long, default_value_t = 20)]
    latency: u64,
    /// How often each organization is collected.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    runs: u32,
    /// Collects it as the function does in Lambda, a process for each worker, so many of them at a time.
    #[arg(long)]
    workers: Option<usize>,
    /// With workers: leaves all tasks undone, so that the ledger says of every place that nobody reported.
    #[arg(long, requires = "workers")]
    unreported: bool,
    /// Budgets that are listed.
    #[arg(long, default_value_t = 8)]
    budgets: usize,
    /// Fails when a run takes so many times as long as its budgets do.
    #[arg(long, default_value_t = 1.2)]
    at_most: f64,
    /// Fails when a process takes more MiB.
    #[arg(long, default_value_t = 256)]
    at_most_mib: u64,
    /// A built benchmark to run; without it one is built as it is released.
    #[arg(long)]
    organization: Option<PathBuf>,
}

/// Prints tables; fails when something takes too long, or too much.
pub fn collect(arguments: &CollectArguments) -> Result<()> {
    let program = match &arguments.organization {
        Some(program) => program.clone(),
        None => organization::built(&shell::workspace_root()?)?,
    };
    println!(
        "Budgets are multiplied by {}; every answer takes {} ms.",
        arguments.factor, arguments.latency
    );
    let mut judged = Judged::default();
    for &accounts in &arguments.accounts {
        for _ in 0..arguments.runs {
            let estate = json!({
                "accounts": accounts, "regions": arguments.regions, "roles": arguments.roles, "roles_of_largest": arguments.roles_of_largest,
                "assignments": arguments.assignments, "latency_ms": arguments.latency,
            });
            let organization = Organization::start(&program, &estate)?;
            match arguments.workers {
                None => machine(arguments, accounts, &organization, &mut judged)?,
                Some(at_a_time) => workers(arguments, accounts, &organization, at_a_time.max(1), &mut judged)?,
            }
        }
    }
    if judged.ratio > arguments.at_most {
        bail!(
            "{:.2} times as long as the budgets take is more than {}",
            judged.ratio,
            arguments.at_most
        );
    }
    if judged.peak_mib > arguments.at_most_mib {
        bail!("{} MiB is more than {}", judged.peak_mib, arguments.at_most_mib);
    }
    Ok(())
}

/// The worst of what was seen.
#[derive(Default)]
struct Judged {
    ratio: f64,
    peak_mib: u64,
}

fn machine(
    arguments: &CollectArguments,
    accounts: u64,
    organization: &Organization,
    judged: &mut Judged,
) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let run =
        json!({"endpoint": organization.endpoint, "factor": arguments.factor, "out": folder.path().join("capture")});
    let outcome = organization.run("machine", &run)?;
    let rows = organization.take()?;
    let server = organization.usage()?;
    let bound = bound(&rows, arguments.factor);
    let calls: u64 = rows.iter().map(|row| row.calls).sum();
    judged.ratio = judged.ratio.max(outcome.wall / bound.with_plan);
    judged.peak_mib = judged.peak_mib.max(outcome.peak_mib());
    println!("\nOne machine, {accounts} accounts, Regions: {}", arguments.regions);
    table::budgets(&rows, arguments.factor, arguments.budgets);
    table::print(
        &[
            "calls",
            "slowest budget (s)",
            "with the plan first (s)",
            "wall (s)",
            "ratio",
            "processor (s)",
            "of the server (s)",
            "peak memory (MiB)",
        ],
        &[vec![
            calls.to_string(),
            table::seconds(bound.slowest),
            table::seconds(bound.with_plan),
            table::seconds(outcome.wall),
            format!("{:.2}", outcome.wall / bound.with_plan),
            table::seconds(outcome.cpu),
            table::seconds(server.cpu),
            outcome.peak_mib().to_string(),
        ]],
    );
    println!("rows: {}", outcome.says("rows"));
    Ok(())
}

/// The time that budgets take at the least.
struct Bound {
    /// All calls to the API, account and Region that takes longest.
    slowest: f64,
    /// The same, where the calls that the plan rests on come before all others: which accounts there are has to be known before any is asked.
    with_plan: f64,
}

fn bound(rows: &[Row], factor: u32) -> Bound {
    let most = |of: fn(&Row) -> f64| rows.iter().map(of).fold(0.0, f64::max) / f64::from(factor);
    let slowest = most(|row| row.seconds);
    Bound {
        slowest,
        with_plan: slowest.max(most(|row| row.seconds_before) + most(|row| row.seconds_after)),
    }
}

fn workers(
    arguments: &CollectArguments,
    accounts: u64,
    organization: &Organization,
    at_a_time: usize,
    judged: &mut Judged,
) -> Result<()> {
    println!("\nWorkers, {accounts} accounts, Regions: {}", arguments.regions);
    let send = |event: Value| -> Result<Vec<Outcome>> {
        let run = json!({"endpoint": organization.endpoint, "factor": arguments.factor, "event": event});
        let mut outcomes = Vec::new();
        loop {
            let outcome = organization.run("worker", &run)?;
            let is_done = outcome.says("status") == "\"done\"";
            outcomes.push(outcome);
            if is_done {
                return Ok(outcomes);
            }
        }
    };
    let mut lines = Vec::new();
    let mut add = |name: &str, outcomes: &[Outcome]| -> Result<()> {
        let rows = organization.take()?;
        let line = Line::of(name, outcomes, &rows, arguments.factor);
        judged.peak_mib = judged.peak_mib.max(line.peak_mib);
        lines.push(line.cells());
        Ok(())
    };
    let planned = send(json!({"stage": "plan", "run": "measured"}))?;
    add("plan", &planned)?;
    if !arguments.unreported {
        for task in ["inventory", "findings", "identity", "trails"] {
            add(task, &send(json!({"stage": "task", "run": "measured", "task": task}))?)?;
        }
        let tasks: Vec<u64> = (0..accounts).collect();
        let outcomes = organization::in_parallel(&tasks, at_a_time, |index| {
            send(json!({"stage": "task", "run": "measured", "task": (100_000_000_000 + index).to_string()}))
        })?;
        add("accounts", &outcomes.into_iter().flatten().collect::<Vec<_>>())?;
    }
    let finished = send(json!({"stage": "finish", "run": "measured"}))?;
    add("finish", &finished)?;
    table::print(
        &[
            "stage",
            "workers",
            "calls",
            "budgets (s)",
            "wall, median (s)",
            "wall, most (s)",
            "processor, median (s)",
            "peak memory, median (MiB)",
            "peak memory, most (MiB)",
        ],
        &lines,
    );
    for outcome in finished {
        println!("rows: {}", outcome.says("rows"));
    }
    Ok(())
}

/// What the workers of a stage took.
struct Line {
    name: String,
    workers: usize,
    calls: u64,
    bound: f64,
    wall: (f64, f64),
    cpu: f64,
    median_mib: u64,
    peak_mib: u64,
}

impl Line {
    fn of(name: &str, outcomes: &[Outcome], rows: &[Row], factor: u32) -> Self {
        let sorted = |of: fn(&Outcome) -> f64| {
            let mut all: Vec<f64> = outcomes.iter().map(of).collect();
            all.sort_by(f64::total_cmp);
            let at = |index: usize| all.get(index).copied().unwrap_or(0.0);
            (at(all.len() / 2), at(all.len().saturating_sub(1)))
        };
        let (median, most) = sorted(|outcome| outcome.peak_mib() as f64);
        Self {
            name: name.to_owned(),
            workers: outcomes.len(),
            calls: rows.iter().map(|row| row.calls).sum(),
            // Of accounts that of the one with most; what they share, taking roles, is not held to its budget across processes.
            bound: rows
                .iter()
                .filter(|row| row.call != "sts:AssumeRole")
                .map(|row| row.seconds)
                .fold(0.0, f64::max)
                / f64::from(factor),
            wall: sorted(|outcome| outcome.wall),
            cpu: sorted(|outcome| outcome.cpu).0,
            median_mib: median as u64,
            peak_mib: most as u64,
        }
    }

    fn cells(&self) -> Vec<String> {
        vec![
            self.name.clone(),
            self.workers.to_string(),
            self.calls.to_string(),
            table::seconds(self.bound),
            table::seconds(self.wall.0),
            table::seconds(self.wall.1),
            format!("{:.2}", self.cpu),
            self.median_mib.to_string(),
            self.peak_mib.to_string(),
        ]
    }
}
