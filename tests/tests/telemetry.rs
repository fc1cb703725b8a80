//! What the functions print while they collect and scan the example's organization: every line is JSON, says which invocation it is of, and holds nothing that is secret.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sv0_aws::s3::S3ObjectStore;
use sv0_lake::ObjectStore as _;
use tokio::runtime::Runtime;

use crate::acme::facts;
use crate::answers::assert_valid;
use crate::live::recording::{EXTERNAL_ID, ROLE, SPOKES, fake, trust};
use crate::runtime_api::converse;
use crate::support::built;

const RESULTS: &str = "s3://securityv0-hub/sv0";
const RUN: &str = "2026-03-02T04-00";
const REFUSED: &str = SPOKES[0];

/// The lines of both functions, and the metrics among them.
struct Printed {
    logs: Vec<Value>,
    metrics: Vec<Value>,
    text: String,
    secrets: Vec<String>,
}

/// A whole scan at a level, with one account that refuses its role by the external id.
fn printed(level: &str) -> Printed {
    let mut refusing = trust();
    refusing["Statement"][0]["Condition"]["StringEquals"]["sts:ExternalId"] = json!("another-one");
    let others: Vec<&str> = SPOKES.into_iter().filter(|account| *account != REFUSED).collect();
    let roles = json!([
        {"path": ROLE, "trust": trust(), "accounts": others},
        {"path": ROLE, "trust": refusing, "accounts": [REFUSED]},
    ]);
    let fake = fake(&json!({ "roles": roles }));
    let mut variables = fake.environment();
    variables.extend([
        ("SV0_RESULTS", RESULTS),
        ("SV0_EXTERNAL_ID", EXTERNAL_ID),
        ("AWS_LAMBDA_LOG_LEVEL", level),
    ]);
    let runtime = Runtime::new().unwrap();
    let objects = S3ObjectStore::new(fake.s3(), RESULTS.parse().unwrap(), runtime.handle().clone());

    let options = json!({"environment_keys": true, "regions": ["eu-west-1", "eu-central-1"]});
    let mut events = vec![json!({"stage": "plan", "run": RUN, "options": options})];
    let (answers, mut text) = converse(built("collect").to_str().unwrap(), &variables, |answers| {
        if answers.len() == 1 {
            let lists = ["spokes", "central"].map(|list| objects.get(&format!("work/{RUN}/{list}.json")).unwrap());
            let tasks = lists
                .iter()
                .flat_map(|list| serde_json::from_slice::<Vec<Value>>(list).unwrap());
            events = vec![json!({"stage": "unheard of"}), json!({"stage": "finish", "run": RUN})];
            events.extend(tasks);
        }
        events.pop()
    });
    assert!(
        answers.len() > 10 && answers.last().unwrap().1["errorType"] == "BadRequest",
        "{answers:?}"
    );
    let capture = format!("{RESULTS}/captures/{RUN}");
    let mut events = vec![json!({"capture": capture, "run_id": RUN})];
    let (answers, more) = converse(built("scan-capture").to_str().unwrap(), &variables, |_| events.pop());
    assert!(answers[0].1["counts"]["paths"].as_u64() > Some(0), "{answers:?}");
    text.push_str(&more);

    let lines = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")));
    let (metrics, logs) = lines.partition(|line: &Value| line.get("_aws").is_some());
    let mut secrets: Vec<String> = facts("canaries")
        .iter()
        .map(|row| row["text"].as_str().unwrap().to_owned())
        .collect();
    secrets.extend([EXTERNAL_ID, "another-one", "CANARY", "of-the-fake", &fake.access_key_id].map(str::to_owned));
    Printed {
        logs,
        metrics,
        text,
        secrets,
    }
}

fn is_of_the_runtime(line: &Value) -> bool {
    line["target"]
        .as_str()
        .is_some_and(|target| target.starts_with("lambda_runtime"))
}

#[test]
fn lines_say_what_they_are_of_and_nothing_that_is_secret() {
    let Printed {
        logs,
        metrics,
        text,
        secrets,
    } = printed("INFO");
    assert!(
        secrets.len() > 20 && logs.len() > 500,
        "{} {}",
        secrets.len(),
        logs.len()
    );
    for secret in &secrets {
        let line = text.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "{secret} is in a line");
    }
    // The account that refused is told of, with AWS's words.
    let refused = |line: &&Value| line["message"] == "call failed" && line["account"] == REFUSED;
    assert!(logs.iter().any(|line| refused(&line)));
    // The runtime's own lines are told outside of any invocation.
    for line in logs.iter().filter(|line| !is_of_the_runtime(line)) {
        let is_of_one = [
            "timestamp",
            "level",
            "message",
            "requestId",
            "xray_trace_id",
            "cold_start",
            "stage",
        ];
        let lacking: Vec<&str> = is_of_one.into_iter().filter(|field| line[*field].is_null()).collect();
        assert!(lacking.is_empty(), "{lacking:?} {line}");
        assert!(line["run"] == RUN || line["message"] == "stage failed", "{line}");
    }
    for line in &metrics {
        assert_valid("embedded-metric-format", line);
    }
    let value = |metric: &str, dimension: &str, value: &str| {
        let found = metrics
            .iter()
            .find(|line| line[dimension] == value && !line[metric].is_null());
        found.unwrap_or_else(|| panic!("no {metric} of {dimension} {value}"))[metric]
            .as_f64()
            .unwrap()
    };
    assert!(value("Accounts", "Stage", "plan") > 7.0);
    assert!(value("CoverageRows", "Status", "denied") > 50.0 && value("CoverageRows", "Status", "ok") > 50.0);
    assert!(value("Findings", "Severity", "high") > 0.0 && value("Paths", "Stage", "scan") > 0.0);
    assert!(value("EstimatedCost", "Stage", "scan") > 0.0);
    let services: BTreeSet<&str> = metrics.iter().filter_map(|line| line["Service"].as_str()).collect();
    assert!(services.len() > 20 && services.contains("iam"), "{services:?}");
    // Of each metric that is a dimension's: no account, ARN or Region.
    let values = metrics.iter().flat_map(|line| {
        let names = line["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0]
            .as_array()
            .unwrap();
        names.iter().map(|name| line[name.as_str().unwrap()].as_str().unwrap())
    });
    let values: BTreeSet<&str> = values.collect();
    let is_of_many = |value: &&&str| value.contains(':') || value.chars().filter(char::is_ascii_digit).count() > 1;
    assert_eq!(
        values.iter().filter(is_of_many).collect::<Vec<_>>(),
        Vec::<&&str>::new()
    );
}

#[test]
fn the_finest_level_tells_no_secret_either() {
    let Printed { text, secrets, .. } = printed("TRACE");
    for secret in &secrets {
        let line = text.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "{secret} is in a line");
    }
}
