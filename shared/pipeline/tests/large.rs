//! Accounts that are larger than AWS lets them be: what comes out of an account is hostile, and answers stay the same and linear.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sv0_authority::Estate;
use sv0_iam::{Context, UnknownContext};
use sv0_lake::FolderStore;
use sv0_model::graph::Graph;
use sv0_pipeline::Configuration;
use sv0_pipeline::stages::{StageContext, normalize};

const ACCOUNT: &str = "111122223333";

fn arn(what: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{what}")
}

fn role(name: &str, trust: Value, allows: Value) -> Value {
    json!({
        "Path": "/", "RoleName": name, "RoleId": format!("AROA{name}"), "Arn": arn(&format!("role/{name}")), "CreateDate": "2025-01-01T00:00:00Z",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": trust},
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": allows}}],
        "AttachedManagedPolicies": [], "Tags": [], "InstanceProfileList": [],
    })
}

fn allow(action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn trusting(principals: Value) -> Value {
    json!([{"Effect": "Allow", "Principal": principals, "Action": "sts:AssumeRole"}])
}

/// The graph of an account with these roles, through the reader and the stage that a scan goes through.
fn graph(roles: Vec<Value>) -> Graph {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("capture");
    let iam = capture.join(format!("accounts/{ACCOUNT}/iam"));
    fs::create_dir_all(&iam).unwrap();
    let header = json!({"format": "sv0-capture/1", "partition": "aws", "captured_at": "2026-01-31T09:00:00Z", "regions": ["eu-west-1"]});
    fs::write(capture.join("capture.json"), header.to_string()).unwrap();
    let details = json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": roles, "Policies": []});
    fs::write(iam.join("authorization-details.json"), details.to_string()).unwrap();
    let store = FolderStore::new(folder.path().join("store"));
    let context = StageContext {
        store: &store,
        run_id: "large",
        configuration: &Configuration::default(),
        threads: 1,
    };
    normalize::run(&context, &capture, &|_| {}).unwrap();
    context.snapshot().graph().unwrap()
}

fn takers(graph: &Graph, role: &str) -> Vec<String> {
    let estate = Estate::new(graph);
    let resource = arn(&format!("role/{role}"));
    let answer = estate.who_can("sts:AssumeRole", &resource, &Context::default(), UnknownContext::Absent);
    answer
        .unwrap()
        .principals
        .into_iter()
        .map(|found| found.principal)
        .collect()
}

fn lambda() -> Value {
    trusting(json!({"Service": "lambda.amazonaws.com"}))
}

/// `count` roles, all of which one role trusts by name.
fn trusted_by_one(count: usize) -> Vec<String> {
    let name = |number: usize| format!("r{number:06}");
    let mut roles: Vec<Value> = (0..count)
        .map(|number| role(&name(number), lambda(), json!([allow("s3:ListBucket", "*")])))
        .collect();
    let names: Vec<String> = (0..count)
        .map(|number| arn(&format!("role/{}", name(number))))
        .collect();
    roles.push(role("hub", trusting(json!({"AWS": names})), json!([])));
    let found = takers(&graph(roles), "hub");
    assert_eq!(found, names, "everyone who is named, and nobody else");
    found
}

/// A role whose policy has `count` statements, the last of which alone is about the role that is asked for.
fn many_statements(count: usize) -> Vec<String> {
    let mut statements: Vec<Value> = (1..count)
        .map(|number| allow("s3:GetObject", &format!("arn:aws:s3:::b{number}/*a*a*b{number}")))
        .collect();
    statements.push(allow("sts:AssumeRole", &arn("role/hub")));
    let roles = vec![
        role("wordy", lambda(), json!(statements)),
        role("silent", lambda(), json!([])),
        role(
            "hub",
            trusting(json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")})),
            json!([]),
        ),
    ];
    let found = takers(&graph(roles), "hub");
    let wanted = [arn("role/wordy")];
    assert!(
        found.iter().filter(|name| name.contains(":role/")).eq(&wanted),
        "{found:?}"
    );
    found
}

/// The least of two times on all processors together. Source: proc(5), `/proc/<pid>/stat`, `utime` and `stime`.
fn on_processor(work: &dyn Fn()) -> Duration {
    let ticks = || -> Option<u64> {
        let stat = fs::read_to_string("/proc/self/stat").ok()?;
        let fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11).take(2);
        fields.map(|field| field.parse::<u64>().ok()).sum()
    };
    let once = || {
        let (before, began) = (ticks(), Instant::now());
        work();
        match (before, ticks()) {
            (Some(before), Some(after)) => Duration::from_millis((after - before) * 10),
            _ => began.elapsed(),
        }
    };
    once().min(once())
}

/// What is large, who answers of it, and its size.
type Case = (&'static str, fn(usize) -> Vec<String>, usize);

/// Four times as large takes four times as long, or sixteen times where something is compared with everything.
#[test]
fn what_is_larger_than_aws_allows_is_answered_in_linear_time() {
    let cases: [Case; 2] = [
        ("a role that trusts others by name", trusted_by_one, 1_000),
        ("a document of statements", many_statements, 4_000),
    ];
    for (what, answer, size) in cases {
        let times = [size, 4 * size].map(|size| on_processor(&|| drop(answer(size))));
        let floor = Duration::from_millis(50);
        let ratio = times[1].as_secs_f64() / times[0].max(floor).as_secs_f64();
        assert!(ratio < 10.0, "{what}: {times:?}");
    }
}
