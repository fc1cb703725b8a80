//! What a deployment does and costs, calculated: transitions and history of the state machine as it is written, calls against the budgets of the table of calls, wall time and price.
//!
//! It is arithmetic, not a measurement. What it assumes of an account stands in [`Account::TYPICAL`] and on the page that it fills, `docs/deploy.md`.

mod machine;
mod page;

use std::fs;

use anyhow::{Context, Result, bail};
use clap::Args;
use sv0_collect::calls::{configservice, iam, securityhub};

use crate::shell;
use machine::Machine;

/// The page with the tables.
const PAGE: &str = "docs/deploy.md";

#[derive(Args)]
pub struct ModelArguments {
    /// Write nothing: fail when the page says something else.
    #[arg(long)]
    check: bool,
}

pub fn deployment_model(arguments: &ModelArguments) -> Result<()> {
    let root = shell::workspace_root()?;
    let path = root.join(PAGE);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let machine = Machine::read(&root.join("infra/statemachines/scan.asl.json"))?;
    let filled = page::filled(&text, &machine)?;
    if filled == text {
        println!("{PAGE} says what the model gives");
        return Ok(());
    }
    if arguments.check {
        bail!("{PAGE} does not say what the model gives: run cargo xtask deployment-model");
    }
    fs::write(&path, filled).with_context(|| format!("cannot write {}", path.display()))
}

/// What an account is assumed to be.
pub struct Account {
    /// Regions that are read.
    pub regions: f64,
    /// Users and roles, for each of which IAM makes a report on what it used.
    pub principals: f64,
    /// Items that AWS Config holds of it.
    pub config_items: f64,
    /// Active findings of Security Hub.
    pub findings: f64,
    /// Calls in each Region: a list for each file, and what is asked about single items.
    pub calls_a_region: f64,
    /// Files that the collector writes in each Region.
    pub files_a_region: f64,
    /// Things with an item in the table, and how many of them change between two scans.
    pub things: f64,
    pub changed_things: f64,
    /// Compressed log files of CloudTrail a day, in GB.
    pub logs_gb_a_day: f64,
}

impl Account {
    const TYPICAL: Self = Self {
        regions: 4.0,
        principals: 150.0,
        config_items: 400.0,
        findings: 60.0,
        calls_a_region: 110.0,
        files_a_region: 75.0,
        things: 400.0,
        changed_things: 4.0,
        logs_gb_a_day: 0.01,
    };
}

/// Defaults of the template that the arithmetic rests on.
pub const ACCOUNTS_AT_A_TIME: f64 = 40.0;
const COLLECTOR_GB: f64 = 0.5;
const EVALUATION_GB: f64 = 3008.0 / 1024.0;
/// What Lambda lets a function run for, less the minute in which a worker stops.
const WORKER_SECONDS: f64 = 840.0;
pub const LONGEST_INVOCATION: f64 = 900.0;
const STEPS_AT_A_TIME: f64 = 128.0;
/// A call of AWS with its way there and back.
const SECONDS_A_CALL: f64 = 0.15;
/// docs/benchmarks.md: 106 accounts in 33.5 seconds with 2 cores.
const EVALUATION_SECONDS_AN_ACCOUNT: f64 = 33.5 / 106.0;
const EVIDENCE_DAYS: f64 = 30.0;

/// What one scan of so many accounts takes.
pub struct Scan {
    pub accounts: f64,
    pub transitions: f64,
    pub history_events: f64,
    pub calls: f64,
    pub inventory_seconds: f64,
    pub findings_seconds: f64,
    pub account_seconds: f64,
    pub accounts_seconds: f64,
    pub evaluation_seconds: f64,
    pub assumed_roles_a_second: f64,
    pub lambda_gb_seconds: f64,
    pub log_gb: f64,
    pub puts: f64,
    pub gets: f64,
    pub read_units: f64,
    pub write_units: f64,
    pub scanned_tb: f64,
}

impl Scan {
    pub fn of(accounts: f64, machine: &Machine) -> Self {
        let account = Account::TYPICAL;
        let paced = |calls: f64, row: &sv0_collect::ApiCall| calls * 1000.0 / f64::from(row.rate.per_thousand_seconds);
        let inventory_calls = accounts * account.config_items / 100.0;
        let inventory_seconds = paced(inventory_calls, &configservice::SELECT_AGGREGATE_RESOURCE_CONFIG);
        let findings_calls = accounts * account.findings / 100.0;
        let findings_seconds = paced(findings_calls, &securityhub::GET_FINDINGS);
        // Reports of IAM are the slowest: they are asked for at the rate of the table, whatever else runs beside them.
        let reports = paced(account.principals, &iam::GENERATE_SERVICE_LAST_ACCESSED_DETAILS);
        let regional_calls = account.regions * account.calls_a_region;
        let account_seconds = reports.max(regional_calls * SECONDS_A_CALL / STEPS_AT_A_TIME) + 5.0;
        let accounts_seconds = (accounts / ACCOUNTS_AT_A_TIME).ceil() * account_seconds;
        let evaluation_seconds = accounts * EVALUATION_SECONDS_AN_ACCOUNT;
        let workers = |seconds: f64| (seconds / WORKER_SECONDS).ceil().max(1.0);
        let walk = machine.walk(
            workers(inventory_seconds.max(findings_seconds)),
            workers(accounts * account.things / 1_000.0),
        );
        let child = machine.child(workers(account_seconds));
        let files = account.regions * account.files_a_region + 12.0;
        Self {
            accounts,
            // One more for each child that is started.
            transitions: walk.transitions + accounts * (child.transitions + 1.0),
            history_events: walk.events,
            calls: inventory_calls + findings_calls + accounts * (regional_calls + 2.0 * account.principals),
            inventory_seconds,
            findings_seconds,
            account_seconds,
            accounts_seconds,
            evaluation_seconds,
            assumed_roles_a_second: ACCOUNTS_AT_A_TIME / account_seconds,
            lambda_gb_seconds: COLLECTOR_GB * (accounts * account_seconds + inventory_seconds + findings_seconds)
                + EVALUATION_GB * evaluation_seconds,
            // A line of the log for each file, and what Step Functions logs of each event of its history.
            log_gb: accounts * (files * 400.0 + child.events * 1_500.0) / 1e9,
            puts: accounts * (files + 4.0),
            gets: accounts * (files + 8.0),
            read_units: accounts * account.things * 0.4,
            write_units: accounts * account.changed_things * 6.0,
            scanned_tb: accounts * account.logs_gb_a_day * EVIDENCE_DAYS / 1_000.0,
        }
    }

    /// US dollars, of the scan alone.
    pub fn cost(&self) -> Cost {
        Cost {
            lambda: self.lambda_gb_seconds * 0.000_013_333_4 + self.accounts * 0.000_000_2,
            step_functions: self.transitions * 0.025 / 1_000.0,
            s3: self.puts * 0.005 / 1_000.0 + self.gets * 0.000_4 / 1_000.0,
            dynamodb: self.read_units * 0.125 / 1e6 + self.write_units * 0.625 / 1e6,
            logs: self.log_gb * 0.50,
            athena: self.scanned_tb * 5.0,
        }
    }
}

/// US dollars by service.
pub struct Cost {
    pub lambda: f64,
    pub step_functions: f64,
    pub s3: f64,
    pub dynamodb: f64,
    pub logs: f64,
    pub athena: f64,
}

impl Cost {
    pub fn without_evidence(&self) -> f64 {
        self.lambda + self.step_functions + self.s3 + self.dynamodb + self.logs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> Machine {
        Machine::read(
            &shell::workspace_root()
                .unwrap()
                .join("infra/statemachines/scan.asl.json"),
        )
        .unwrap()
    }

    #[test]
    fn the_page_says_what_the_model_gives() {
        let text = fs::read_to_string(shell::workspace_root().unwrap().join(PAGE)).unwrap();
        assert_eq!(
            page::filled(&text, &machine()).unwrap(),
            text,
            "run cargo xtask deployment-model"
        );
    }

    #[test]
    fn history_and_payload_stay_below_the_quotas_of_step_functions_for_ten_thousand_accounts() {
        let scan = Scan::of(10_000.0, &machine());
        assert!(scan.history_events < 25_000.0, "{}", scan.history_events);
        assert!(scan.history_events > 100.0, "{}", scan.history_events);
        // Every child answers with an empty object, and the map with all of them.
        assert!(10_000 * "{},".len() < 262_144);
    }

    #[test]
    fn history_grows_with_workers_and_not_with_accounts() {
        let machine = machine();
        let (one, two) = (machine.walk(1.0, 1.0), machine.walk(2.0, 1.0));
        assert!(two.events > one.events && two.transitions > one.transitions);
        let most = machine.walk(96.0, 96.0);
        assert!(most.events < 25_000.0, "two days of workers: {}", most.events);
    }

    #[test]
    fn roles_are_assumed_at_a_rate_below_that_of_the_table() {
        let scan = Scan::of(10_000.0, &machine());
        let rate = f64::from(sv0_collect::calls::sts::ASSUME_ROLE.rate.per_thousand_seconds) / 1000.0;
        assert!(scan.assumed_roles_a_second < rate, "{}", scan.assumed_roles_a_second);
    }

    #[test]
    fn a_thousand_accounts_fit_into_one_evaluation_and_ten_thousand_do_not() {
        let machine = machine();
        assert!(Scan::of(1_000.0, &machine).evaluation_seconds < LONGEST_INVOCATION);
        assert!(Scan::of(10_000.0, &machine).evaluation_seconds > LONGEST_INVOCATION);
    }
}
