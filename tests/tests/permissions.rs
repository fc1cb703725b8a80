//! Every call that is made is a row of the table, made by a role that the row names; and every row is made, or it is said here why no test makes it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use sv0_collect::{ApiCall, Caller, calls, permissions};

use crate::fake_aws::{FakeAws, python};
use crate::support::{repository, sv0};

const EXAMPLE: &str = "examples/acme/capture";
const EXTERNAL_ID: &str = "sv0-3f1c9a7e5b2d4068";
const HUB_ROLE: &str = "SecurityV0HubCollector";
/// Not that of the example, whose trust policies are its own.
const SPOKE_ROLE: &str = "SecurityV0ReadOnly";
const MANAGEMENT_ROLE: &str = "SecurityV0ManagementReader";
/// The hub of the example.
const HUB: &str = "604915728338";

/// An account and a Region where AWS Config records too little, so that the spoke is asked what Config has elsewhere.
const SPECIMENS: [&str; 2] = ["845302917764", "us-east-1"];

/// Calls that recording the example does not come to, with the reason. Every row is also sent and answered once in the conformance test of `sv0-aws`.
const EXCUSED: &[(&str, &str)] = &[(
    "athena:StopQueryExecution",
    "only a statement that does not end is stopped: the table of faults has it",
)];

#[test]
fn the_calls_that_are_made_are_those_of_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let fake = fake(&specimens(folder.path()));
    let out = folder.path().join("recorded");
    run(
        &fake,
        &["capture", "--out", out.to_str().unwrap(), "--environment-keys"],
    );
    run(&fake, &["preflight"]);
    run(&fake, &["preflight", "--probe-external-id"]);
    let made = fake.calls();
    assert!(made.len() > 100, "{} calls", made.len());
    let faults = [
        foreign(&made, &permissions::rows().collect::<Vec<_>>()),
        unmade(&made, calls::ALL, EXCUSED),
    ]
    .concat();
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

/// Calls that are no row of the table, or are made by a role that their row does not name.
pub fn foreign(made: &[Value], table: &[&ApiCall]) -> Vec<String> {
    let mut rows: BTreeMap<String, BTreeSet<Caller>> = BTreeMap::new();
    for row in table {
        rows.entry(row.name()).or_default().extend(row.callers);
    }
    let mut faults = BTreeSet::new();
    for call in made {
        let name = name(call);
        let role = call["role"].as_str().unwrap_or_default();
        let Some(named) = rows.get(&name) else {
            faults.insert(format!("{name} is made by {role} and is no row"));
            continue;
        };
        let may = callers(role);
        if !named.iter().any(|caller| may.contains(caller)) {
            faults.insert(format!("{name} is made by {role}, its rows name {named:?}"));
        }
    }
    faults.into_iter().collect()
}

/// Rows that were not made and are not excused, and excuses for what is made after all or is no row.
pub fn unmade(made: &[Value], table: &[&ApiCall], excused: &[(&str, &str)]) -> Vec<String> {
    let made: BTreeSet<String> = made.iter().map(name).collect();
    let excused: BTreeSet<&str> = excused.iter().map(|(name, _)| *name).collect();
    let rows: BTreeSet<String> = table.iter().map(|row| row.name()).collect();
    let silent = rows
        .iter()
        .filter(|row| !made.contains(*row) && !excused.contains(row.as_str()));
    let silent = silent.map(|row| format!("{row} is a row and is made by nobody"));
    let stale = excused
        .iter()
        .filter(|name| made.contains(**name))
        .map(|name| format!("{name} is excused and is made"));
    let unknown = excused
        .iter()
        .filter(|name| !rows.contains(**name))
        .map(|name| format!("{name} is excused and is no row"));
    silent.chain(stale).chain(unknown).collect()
}

/// `service:Operation`, as rows are called.
fn name(call: &Value) -> String {
    let text = |key: &str| call[key].as_str().unwrap_or("?");
    format!("{}:{}", text("service"), text("operation"))
}

/// Who a role may be. One machine makes the calls of every role of the hub, and reads the hub's own account with them.
fn callers(role: &str) -> Vec<Caller> {
    match role {
        HUB_ROLE => Caller::ALL
            .into_iter()
            .filter(|caller| *caller != Caller::Management)
            .collect(),
        // Spokes' calls too: it is the only way into the management account.
        MANAGEMENT_ROLE => vec![Caller::Management, Caller::Spoke],
        SPOKE_ROLE => vec![Caller::Spoke],
        _ => Vec::new(),
    }
}

/// The example with something of every kind in one account and Region.
fn specimens(folder: &Path) -> PathBuf {
    with_specimens(&repository().join(EXAMPLE), folder, SPECIMENS)
}

/// A copy of a capture, in `folder`, with something of every kind in one account and Region.
pub fn with_specimens(capture: &Path, folder: &Path, place: [&str; 2]) -> PathBuf {
    const SCRIPT: &str = "import sys; from fake_aws.specimens import write_specimens; write_specimens(*sys.argv[1:])";
    let status = Command::new(python())
        .args(["-c", SCRIPT])
        .args([capture, folder])
        .args(place)
        .current_dir(repository().join("tests"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .status()
        .unwrap();
    assert!(status.success());
    folder.join("capture")
}

fn fake(capture: &Path) -> FakeAws {
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{HUB}:role/{HUB_ROLE}")}, "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}},
    }]});
    let roles = [SPOKE_ROLE, MANAGEMENT_ROLE].map(|path| json!({"path": path, "trust": trust}));
    FakeAws::start(capture, &json!({"page_size": 50, "hub_role": HUB_ROLE, "roles": roles}))
}

fn run(fake: &FakeAws, arguments: &[&str]) {
    let mut command = sv0(arguments);
    command.args([
        "--json",
        "--spoke-role",
        SPOKE_ROLE,
        "--management-role",
        MANAGEMENT_ROLE,
    ]);
    command.args(["--regions", "eu-west-1,us-east-1", "--workgroup", "securityv0"]);
    command.args(["--evidence-bucket", "securityv0-hub"]);
    let output = command
        .envs(fake.environment())
        .env("SV0_EXTERNAL_ID", EXTERNAL_ID)
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.code().is_some_and(|code| code == 0 || code == 3),
        "{arguments:?}: {:?}\n{words}",
        output.status
    );
}

static LIST: ApiCall = ApiCall::new("iam", "ListRoles", &["iam:ListRoles"]).by(&[Caller::Spoke]);
static GET: ApiCall = ApiCall::new("iam", "GetRole", &["iam:GetRole"]).by(&[Caller::Management]);

#[test]
fn a_call_beyond_the_table_and_a_row_that_is_never_made_are_noticed() {
    let made = |operation: &str, role: &str| json!({"service": "iam", "operation": operation, "role": role});
    let table = [&LIST, &GET];
    let sound = [made("ListRoles", SPOKE_ROLE), made("GetRole", MANAGEMENT_ROLE)];
    assert_eq!(foreign(&sound, &table), Vec::<String>::new());
    assert_eq!(unmade(&sound, &table, &[]), Vec::<String>::new());
    assert_eq!(foreign(&[made("ListUsers", SPOKE_ROLE)], &table).len(), 1, "no row");
    assert_eq!(
        foreign(&[made("GetRole", SPOKE_ROLE)], &table).len(),
        1,
        "another's row"
    );
    assert_eq!(
        foreign(&[made("ListRoles", "Stranger")], &table).len(),
        1,
        "nobody's role"
    );
    assert_eq!(
        foreign(&[json!({"service": null})], &table).len(),
        1,
        "a call that the fake cannot name"
    );
    assert_eq!(unmade(&sound[..1], &table, &[]).len(), 1, "a row that is not made");
    assert_eq!(
        unmade(&sound[..1], &table, &[("iam:GetRole", "why")]),
        Vec::<String>::new()
    );
    assert_eq!(
        unmade(&sound, &table, &[("iam:GetRole", "why")]).len(),
        1,
        "an excuse that is not needed"
    );
    assert_eq!(
        unmade(&sound, &table, &[("iam:GetUser", "why")]).len(),
        1,
        "an excuse for no row"
    );
}
