//! The calls that preflight alone makes, and every fault: what was not found out is never told as fine.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::json;
use sv0_collect::{ApiCall, Caller, Check, CheckStatus, Plan, PreflightOptions, calls, preflight};

use super::collector::Collector;
use super::faults::{GLOBAL, NOTHING, REGION_DISABLED, faults};
use super::recording::{EXTERNAL_ID, ROLE};
use crate::fake_aws::FakeAws;

/// A case that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);
/// One account is as good as many.
const ACCOUNT: &str = "271650948133";
/// Of faults of one request nothing is left when AWS answers again.
const PASSING: [&str; 6] = [
    "throttled once",
    "5xx once",
    "reset once",
    "expired",
    "empty page",
    "page twice",
];
/// Faults that may meet nothing: one of the second request where there is but one, and one of an item where there is none with a text.
const POSSIBLE: [&str; 2] = ["denied later", "oversized item"];
/// Where nobody tells the bucket's Region, it is looked for where the trail is.
const DISPENSABLE: &str = "s3:GetBucketLocation";

/// A row of the table.
pub struct Row {
    pub call: String,
    checks: BTreeSet<String>,
    cells: Vec<String>,
    pub wrong: Vec<String>,
}

type Checks = BTreeMap<String, Check>;

/// Rows for the calls of preflight that are not among those that are `made` by the steps of a scan.
pub async fn rows(fake: &FakeAws, plan: &Plan, made: &BTreeSet<String>) -> Vec<Row> {
    let mut plan = plan.clone();
    plan.accounts.retain(|account| account.id == ACCOUNT);
    let collector = Collector::of(fake);
    let clean = checks(&collector, &plan).await;
    // What is asked of Amazon S3 is asked as the evidence role.
    let is_own = |call: &ApiCall| {
        call.callers.contains(&Caller::Preflight) || call.service == "s3" || call.name() == "iam:GetRole"
    };
    let own = calls::ALL.iter().filter(|call| is_own(call));
    let own: BTreeSet<String> = own
        .map(|call| call.name())
        .filter(|name| !made.contains(name))
        .collect();
    let mut rows = Vec::new();
    for call in own {
        rows.push(row(fake, &collector, &plan, &clean, &call).await);
    }
    rows
}

async fn checks(collector: &Collector, plan: &Plan) -> Checks {
    let options = PreflightOptions {
        workgroup: "securityv0".to_owned(),
        stack_set: "securityv0-readonly".to_owned(),
        spoke_role: ROLE.to_owned(),
        external_id: Some(EXTERNAL_ID.to_owned()),
        ..PreflightOptions::default()
    };
    let checks = preflight(collector.api(), plan, &options).await;
    checks.into_iter().map(|check| (check.id.clone(), check)).collect()
}

async fn row(fake: &FakeAws, collector: &Collector, plan: &Plan, clean: &Checks, call: &str) -> Row {
    let (service, operation) = call.split_once(':').unwrap();
    let mut row = Row {
        call: call.to_owned(),
        checks: BTreeSet::new(),
        cells: Vec::new(),
        wrong: Vec::new(),
    };
    for (name, mut fault) in faults() {
        if name == REGION_DISABLED && GLOBAL.contains(&service) {
            row.cells.push(NOTHING.to_owned());
            continue;
        }
        fault["service"] = json!(service);
        fault["operation"] = json!(operation);
        fake.fault(&fault);
        let found = tokio::time::timeout(PATIENCE, checks(collector, plan)).await;
        fake.forget_faults();
        let verdict = match &found {
            Ok(found) => judge(clean, call, name, found, &mut row.checks),
            Err(_) => Err("hangs".to_owned()),
        };
        row.cells.push(verdict.unwrap_or_else(|words| {
            row.wrong.push(format!("preflight {call} {name}: {words}"));
            "wrong".to_owned()
        }));
    }
    row
}

/// How the checks that are not as ever came out, if they tell the truth.
fn judge(
    clean: &Checks,
    call: &str,
    fault: &str,
    found: &Checks,
    touched: &mut BTreeSet<String>,
) -> Result<String, String> {
    let changed: Vec<&Check> = found
        .values()
        .filter(|check| clean.get(&check.id) != Some(check))
        .collect();
    let told = format!("{changed:?}");
    if changed.is_empty() {
        // A byte of a file has no form to be wrong.
        let is_byte = call == "s3:GetObject" && fault == "malformed";
        let is_right = PASSING.contains(&fault) || POSSIBLE.contains(&fault) || call == DISPENSABLE || is_byte;
        return if is_right {
            Ok("ok".to_owned())
        } else {
            Err("nothing tells of it".to_owned())
        };
    }
    if PASSING.contains(&fault) {
        return Err(format!("it passed, and is told of: {told}"));
    }
    let is_ok = |checks: &Checks, id: &str| checks.get(id).is_some_and(|check| check.status == CheckStatus::Ok);
    if let Some(check) = changed
        .iter()
        .find(|check| check.status == CheckStatus::Ok && !is_ok(clean, &check.id))
    {
        return Err(format!("{} is fine all at once: {told}", check.id));
    }
    if !changed.iter().any(|check| check.found.contains(call)) {
        return Err(format!("nothing names the call: {told}"));
    }
    let lasting = changed.iter().filter(|check| check.status != CheckStatus::Ok);
    touched.extend(lasting.clone().map(|check| check.id.clone()));
    let worst = lasting.map(|check| check.status).max();
    let worst = worst.ok_or_else(|| format!("what is not known is called fine: {told}"))?;
    Ok(serde_json::to_value(worst).unwrap().as_str().unwrap().to_owned())
}

/// The table's second half.
pub fn table(rows: &[Row]) -> String {
    let names: Vec<&str> = faults().into_iter().map(|(name, _)| name).collect();
    let mut table = String::from(
        "\n## Preflight\n\nCalls that `sv0 preflight` makes and no scan does but one that reads log files from their bucket, and what the checks that rest on them say: `ok` where they say what they say without the fault. `missing` is AWS's \
         refusal of what a scan needs.\n\n",
    );
    let _ = writeln!(table, "| call | checks | {} |", names.join(" | "));
    let _ = writeln!(table, "|---|---|{}", "---|".repeat(names.len()));
    for row in rows {
        let checks: Vec<String> = row.checks.iter().map(|id| format!("`{id}`")).collect();
        let _ = writeln!(
            table,
            "| `{}` | {} | {} |",
            row.call,
            checks.join(" "),
            row.cells.join(" | ")
        );
    }
    table
}
