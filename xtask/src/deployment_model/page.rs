//! The tables of the page.

use anyhow::{Result, bail};

use super::machine::Machine;
use super::{LONGEST_INVOCATION, Scan};

const SIZES: [f64; 3] = [100.0, 1_000.0, 10_000.0];
const BEGIN: &str = "<!-- calculated by cargo xtask deployment-model -->\n";
const END: &str = "<!-- end of calculated -->\n";

/// The page with its tables filled in.
///
/// # Errors
/// When it has no place for them.
pub fn filled(page: &str, machine: &Machine) -> Result<String> {
    let parts = page
        .split_once(BEGIN)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let Some((before, after)) = parts else {
        bail!("the page has no place for what is calculated: {BEGIN}")
    };
    Ok(format!("{before}{BEGIN}{}{END}{after}", tables(machine)))
}

/// A row's name, and its value for a scan.
type Row = (&'static str, fn(&Scan) -> String);

const ROWS: &[Row] = &[
    ("state transitions", |scan| whole(scan.transitions)),
    ("events in the history of the scan (at most 25,000)", |scan| {
        whole(scan.history_events)
    }),
    ("calls of AWS that read", |scan| whole(scan.calls)),
    ("minutes for the aggregator, at 8 calls a second", |scan| {
        minutes(scan.inventory_seconds)
    }),
    ("minutes for Security Hub, at 3 calls a second", |scan| {
        minutes(scan.findings_seconds)
    }),
    ("seconds for one account", |scan| whole(scan.account_seconds)),
    ("minutes for all accounts, 40 at a time", |scan| {
        minutes(scan.accounts_seconds)
    }),
    ("roles assumed a second", |scan| {
        format!("{:.1}", scan.assumed_roles_a_second)
    }),
    ("minutes for evaluating", |scan| evaluation(scan.evaluation_seconds)),
    ("Lambda, US dollars a scan", |scan| dollars(scan.cost().lambda)),
    ("Step Functions", |scan| dollars(scan.cost().step_functions)),
    ("S3 requests", |scan| dollars(scan.cost().s3)),
    ("DynamoDB requests", |scan| dollars(scan.cost().dynamodb)),
    ("CloudWatch Logs", |scan| dollars(scan.cost().logs)),
    ("**a scan without evidence**", |scan| {
        dollars(scan.cost().without_evidence())
    }),
    ("**30 scans a month without evidence**", |scan| {
        dollars(30.0 * scan.cost().without_evidence())
    }),
    ("Athena, for evidence, US dollars a scan", |scan| {
        dollars(scan.cost().athena)
    }),
    ("**30 scans a month with evidence**", |scan| {
        dollars(30.0 * (scan.cost().without_evidence() + scan.cost().athena))
    }),
];

fn tables(machine: &Machine) -> String {
    let scans: Vec<Scan> = SIZES.iter().map(|size| Scan::of(*size, machine)).collect();
    let mut text = "| accounts | 100 | 1,000 | 10,000 |\n|---|---:|---:|---:|\n".to_owned();
    for (name, value) in ROWS {
        let values: Vec<String> = scans.iter().map(value).collect();
        text.push_str(&format!("| {name} | {} |\n", values.join(" | ")));
    }
    text
}

/// `12,345`.
fn whole(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn minutes(seconds: f64) -> String {
    let minutes = seconds / 60.0;
    if minutes < 10.0 {
        format!("{minutes:.1}")
    } else {
        whole(minutes)
    }
}

fn evaluation(seconds: f64) -> String {
    let fits = if seconds < LONGEST_INVOCATION {
        ""
    } else {
        ", **more than one invocation has**"
    };
    format!("{}{fits}", minutes(seconds))
}

fn dollars(amount: f64) -> String {
    if amount < 100.0 {
        format!("{amount:.2}")
    } else {
        whole(amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        assert_eq!(
            (whole(1_234_567.4), whole(999.0), whole(1000.0)),
            ("1,234,567".into(), "999".into(), "1,000".into())
        );
        assert_eq!((minutes(30.0), minutes(7_200.0)), ("0.5".into(), "120".into()));
        assert_eq!(evaluation(901.0), "15, **more than one invocation has**");
        assert_eq!((dollars(0.004), dollars(1234.5)), ("0.00".into(), "1,234".into()));
    }
}
