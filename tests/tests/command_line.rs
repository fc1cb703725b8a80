//! The command line: exit codes, JSON on standard output, errors a person can act on.

use serde_json::{Value, json};

use crate::support::{Capture, answer_lines, run, run_json, scan_with, sv0};

fn request(id: u32, action: &str) -> String {
    json!({
        "id": id, "principal": "arn:aws:iam::111122223333:role/app", "action": action, "resource": "arn:aws:s3:::data/x",
        "identity_policies": [{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}]
    })
    .to_string()
}

#[test]
fn evaluate_answers_in_order_and_goes_on_after_a_bad_row() {
    let lines = [
        request(1, "s3:GetObject"),
        "{broken".to_owned(),
        request(3, "s3:PutObject"),
    ]
    .join("\n");
    let (answers, exit_code) = answer_lines(&["evaluate"], &lines);
    assert_eq!(exit_code, Some(2), "a bad row is told by the exit code");
    assert_eq!(answers.len(), 3);
    assert_eq!(answers[0]["decision"], "allow");
    assert_eq!(answers[1]["decision"], Value::Null);
    assert!(answers[1]["error"]["code"].is_string());
    assert_eq!(
        (&answers[2]["id"], &answers[2]["decision"]),
        (&json!(3), &json!("implicit_deny"))
    );
    let (_, exit_code) = answer_lines(&["evaluate"], &request(1, "s3:GetObject"));
    assert_eq!(exit_code, Some(0));
}

#[test]
fn an_unknown_principal_or_resource_is_not_found() {
    let capture = Capture::new(None);
    capture.write(
        "accounts/111122223333/iam/authorization-details.json",
        r#"{"UserDetailList":[{"Path":"/","UserName":"amy","UserId":"AIDAEXAMPLE","Arn":"arn:aws:iam::111122223333:user/amy"}]}"#,
    );
    let store = capture.scan();
    let store = store.path().to_str().unwrap();
    let amy = "arn:aws:iam::111122223333:user/amy";
    let absent = "arn:aws:s3:::nowhere/x";
    let cases: [&[&str]; 3] = [
        &["can", "arn:aws:iam::111122223333:user/nobody", "s3:GetObject", "*"],
        &["can", amy, "s3:GetObject", absent],
        &["who-can", "s3:GetObject", absent],
    ];
    for case in cases {
        let arguments: Vec<&str> = case.iter().copied().chain(["--store", store, "--json"]).collect();
        let output = run(&arguments, 2);
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(answer["error"]["code"], "not_found", "{case:?}");
    }
    run(&["can", amy, "s3:GetObject", "*", "--store", store], 0);
}

/// `(question, code, what the help or the suggestions say)`
#[test]
fn what_cannot_be_asked_is_refused_with_what_was_meant() {
    let store = crate::support::scan_with(&crate::support::repository().join("examples/acme/capture"), &[]);
    let store = store.path().to_str().unwrap();
    let reader = "arn:aws:iam::912746058213:role/order-summary-lambda";
    let object = "arn:aws:s3:::acme-prod-orders/x";
    let banana: &[&str] = &[
        "can",
        reader,
        "s3:GetObject",
        object,
        "--context",
        "aws:SourceIp=banana",
    ];
    let cases: &[(&[&str], &str, &str)] = &[
        (
            &["paths", "--from", "feature-synk"],
            "not_found",
            "function:feature-sync",
        ),
        (
            &["paths", "--to", "acme-prod-odrers"],
            "not_found",
            "arn:aws:s3:::acme-prod-orders",
        ),
        (&["paths", "--from", ""], "bad_input", "a pattern such as"),
        (&["paths", "--account", "nosuch"], "not_found", "acme-prod"),
        (&["paths", "--environment", "nosuch"], "not_found", "production"),
        (&["findings", "--account", "nosuch"], "not_found", "acme-prod"),
        (&["coverage", "--account", "nosuch"], "not_found", "acme-prod"),
        (
            &["who-can", "s3:GetObject", "acme-prod-orders"],
            "not_found",
            "did you mean arn:aws:s3:::acme-prod-orders?",
        ),
        (banana, "bad_input", "one IP address"),
    ];
    for (question, code, help) in cases {
        let arguments: Vec<&str> = question.iter().copied().chain(["--store", store, "--json"]).collect();
        let answer: Value = serde_json::from_slice(&run(&arguments, 2).stdout).unwrap();
        assert_eq!(answer["error"]["code"], *code, "{question:?}");
        let said = format!("{} {}", answer["error"]["help"], answer["error"]["suggestions"]);
        assert!(said.contains(help), "{question:?}: {said}");
    }
}

#[test]
fn lists_are_narrowed_and_cut_and_say_so() {
    let store = crate::support::scan_with(&crate::support::repository().join("examples/acme/capture"), &[]);
    let paths = |arguments: &[&str]| {
        store.ask(&[&["paths"], arguments].concat())["paths"]
            .as_array()
            .unwrap()
            .clone()
    };
    let all = paths(&[]);
    assert_eq!(paths(&["--limit", "7"]), all[..7]);
    assert_eq!(paths(&["--limit", "0"]), all);
    let production = paths(&["--environment", "Production"]);
    assert!(
        !production.is_empty()
            && production
                .iter()
                .all(|path| path["environment"]["value"] == "production")
    );
    let restricted = paths(&["--sensitivity", "restricted"]);
    assert!(!restricted.is_empty() && restricted.iter().all(|path| path["sensitivity"] == "restricted"));
    let by_name = paths(&["--account", "acme-legacy"]);
    assert!(!by_name.is_empty() && by_name.len() < all.len());
    assert_eq!(by_name, paths(&["--account", "156038294471"]));
    let by_pattern = paths(&["--to", "ACME-prod-*"]);
    assert!(!by_pattern.is_empty() && by_pattern.len() < all.len());
    let text = |arguments: &[&str]| {
        let arguments = [arguments, &["--store", store.path().to_str().unwrap()][..]].concat();
        String::from_utf8(run(&arguments, 0).stdout).unwrap()
    };
    let listed = text(&["paths"]);
    assert!(
        listed.contains("more than are listed here: --limit 0 lists all"),
        "{listed}"
    );
    assert!(!text(&["paths", "--limit", "0"]).contains("--limit 0"));
    let own = text(&["paths", "--from", "order-summary"]);
    assert!(
        own.lines().next().unwrap().contains("  order-summary "),
        "own paths come first: {own}"
    );
    let gaps = store.ask(&["coverage", "--account", "acme-legacy", "--gaps"]);
    assert!(
        gaps["coverage"]
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row["account"] == "156038294471")
    );
}

/// A gate must not open because its reader has seen enough.
#[test]
fn a_reader_that_leaves_early_takes_nothing_from_the_exit_code() {
    let store = crate::support::scan_with(&crate::support::repository().join("examples/acme/capture"), &[]);
    let store = store.path().to_str().unwrap();
    let bad: &[&str] = &[
        "can",
        "arn:aws:iam::000000000000:role/none",
        "s3:GetObject",
        "*",
        "--store",
        store,
        "--json",
    ];
    let gaps: &[&str] = &["coverage", "--gaps", "--fail-on-gap", "--store", store];
    for (arguments, code) in [(gaps, 3), (bad, 2)] {
        let mut child = sv0(arguments).stdout(std::process::Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn questions_over_a_store_are_answered_one_a_line_in_order() {
    let store = scan_with(&crate::support::repository().join("examples/acme/capture"), &[]);
    let roles = store.ask(&["paths"])["paths"].as_array().unwrap().clone();
    let role = roles.iter().find_map(|path| path["roles"][0].as_str()).unwrap();
    let lines = [
        json!({"id": "a", "principal": role, "action": "s3:ListAllMyBuckets", "resource": "*"}),
        json!({"id": "b", "principal": "arn:aws:iam::000000000000:role/none", "action": "s3:ListAllMyBuckets", "resource": "*"}),
    ];
    let text = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let (answers, exit_code) = answer_lines(&["can", "--store", store.path().to_str().unwrap()], &text);
    assert_eq!(exit_code, Some(2));
    assert_eq!(answers[0]["id"], "a");
    assert!(answers[0]["decision"].is_string());
    assert_eq!(
        (&answers[1]["id"], &answers[1]["error"]["code"]),
        (&json!("b"), &json!("not_found"))
    );
}

#[test]
fn findings_and_gaps_become_exit_codes_only_when_asked() {
    let capture = crate::support::repository().join("examples/acme/capture");
    let folder = tempfile::tempdir().unwrap();
    let base = [
        "scan",
        "--capture",
        capture.to_str().unwrap(),
        "--store",
        folder.path().to_str().unwrap(),
    ];
    let with = |further: &[&'static str]| base.iter().copied().chain(further.iter().copied()).collect::<Vec<_>>();
    run(&with(&[]), 0);
    run(&with(&["--fail-on-gap"]), 3);
    run(&with(&["--fail-on", "high"]), 4);
}

#[test]
fn an_older_scan_can_be_asked_as_of_a_time() {
    let capture = Capture::new(None);
    let store = capture.scan();
    let store = store.path().to_str().unwrap();
    run(&["coverage", "--store", store, "--as-of", "2026-03-02T06:00:00Z"], 0);
    run(&["coverage", "--store", store, "--as-of", "2026-03-01T00:00:00Z"], 2);
}

#[test]
fn what_was_changed_after_the_scan_is_refused() {
    let store = Capture::new(None).scan();
    let file = store.run_folder().join("coverage.ndjson");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.push(b'\n');
    std::fs::write(&file, bytes).unwrap();
    let output = run(&["coverage", "--store", store.path().to_str().unwrap()], 1);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("coverage.ndjson") && said.contains("SHA-256"), "{said}");
}

#[test]
fn every_command_has_help_with_an_example() {
    let help = String::from_utf8(run(&["--help"], 0).stdout).unwrap();
    for command in [
        "scan",
        "demo",
        "capture",
        "evaluate",
        "can",
        "who-can",
        "explain",
        "paths",
        "findings",
        "coverage",
        "report",
        "export",
        "completions",
    ] {
        assert!(help.contains(command), "{command} is listed");
        let help = String::from_utf8(run(&[command, "--help"], 0).stdout).unwrap();
        assert!(help.contains("Example"), "{command} --help shows an example");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(!run(&["completions", shell], 0).stdout.is_empty(), "{shell}");
    }
}

/// Every form goes to a file and to standard output alike.
#[test]
fn results_are_exported_for_other_systems() {
    let store = crate::support::scan_with(&crate::support::repository().join("examples/acme/capture"), &[]);
    let from = store.path().to_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (format, begins) in [
        ("csv", "id,kind,kinds,state,"),
        ("graphml", "<?xml "),
        ("oaa", "{"),
        ("oaa-idp", "{"),
    ] {
        let file = folder.path().join(format);
        let arguments = ["export", "--format", format, "--store", from];
        let printed = run(&arguments, 0).stdout;
        run(&[&arguments[..], &["--out", file.to_str().unwrap()]].concat(), 0);
        assert!(std::fs::read(&file).unwrap() == printed, "{format}");
        assert!(String::from_utf8(printed).unwrap().starts_with(begins), "{format}");
    }
    let printed = run(&["export", "--format", "oaa-idp", "--store", from], 0).stdout;
    let document: serde_json::Value = serde_json::from_slice(&printed).unwrap();
    let users = document["users"].as_array().unwrap();
    assert!(
        users
            .iter()
            .any(|user| user["assumed_role_arns"] != serde_json::json!([])),
        "{users:?}"
    );
}

#[test]
fn a_reader_that_closes_the_pipe_early_is_no_error() {
    let mut child = sv0(&["completions", "bash"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let status = child.wait().unwrap();
    assert!(status.code() != Some(101), "no panic: {status}");
}

#[test]
fn the_demo_leaves_a_report_and_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let summary = run_json(&["demo", "--store", folder.path().to_str().unwrap()]);
    let report = std::path::PathBuf::from(summary["report"].as_str().unwrap());
    let html = std::fs::read_to_string(crate::support::repository().join(report)).unwrap();
    assert!(html.starts_with("<!DOCTYPE html>") || html.starts_with("<!doctype html>"));
    assert!(summary["counts"]["paths"].as_u64().unwrap() > 0);
}

#[test]
fn text_for_people_is_plain_english_without_colours_in_a_pipe() {
    let store = crate::support::scan_with(&crate::support::repository().join("examples/acme/capture"), &[]);
    let role = |account: &str, name: &str| format!("arn:aws:iam::{account}:role/{name}");
    let runner = role("156038294471", "report-runner-lambda");
    let export = role("845302917764", "nightly-export-lambda");
    let refund = role("912746058213", "refund-worker-lambda");
    let shared = "arn:aws:s3:::acme-shared-artifacts/x";
    let key = "arn:aws:secretsmanager:eu-west-1:912746058213:secret:prod/payments/api-key-Qx7LmP";
    let cases: &[(&[&str], &[&str])] = &[
        (
            &["can", &runner, "s3:GetObject", shared],
            &[
                "the request is sent over TLS (or aws:SecureTransport is absent) and policy",
                "arn:aws:iam::156038294471:policy/ReportRunnerAccess, which was not collected, allows the request",
                "policy_not_collected: A policy that the principal holds is known by name only",
            ],
        ),
        (
            &["explain", &export, "s3:GetObject", "arn:aws:s3:::acme-prod-reports/x"],
            &[
                "it would be allowed but for Deny statement 0 NoProductionBuckets of DevKeepsOut (SCP at Dev)",
                "read from organizations/policies.json, recorded 2026-03-02T06:00:00Z",
                "SHA-256 e6386bf3132a54b09a9c6add5979132aee8741513f8b1bf1311fc2439e6520a7",
                "inline policy of nightly-export-lambda",
            ],
        ),
        (
            &["explain", &refund, "secretsmanager:GetSecretValue", key],
            &["it would be allowed but for the permissions boundary acme-workload-boundary, which does not allow it"],
        ),
        (&["who-can", "s3:GetObject", shared], &["the request is sent over TLS"]),
        (
            &["paths", "--from", "refund-worker", "--to", "api-key"],
            &["refund-worker is known to the scan", "blocked paths that match: 1"],
        ),
        (
            &["paths", "--limit", "0"],
            &["only if the request is sent over TLS (or aws:SecureTransport is absent)"],
        ),
        (&["findings"], &["check: sv0 explain"]),
        (
            &["coverage", "--gaps"],
            &[
                "156038294471 acme-legacy\n",
                "2 rows in eu-central-1, eu-west-1: logs; 0 items",
            ],
        ),
    ];
    for (arguments, wanted) in cases {
        let arguments = [arguments, &["--store", store.path().to_str().unwrap()][..]].concat();
        let text = String::from_utf8(run(&arguments, 0).stdout).unwrap();
        let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in *wanted {
            assert!(
                text.contains(words) || joined.contains(words),
                "{arguments:?} says {words:?}:\n{text}"
            );
        }
        for unwanted in [
            "sv0:UncollectedPolicy",
            "sv0:UnreadableStatement",
            "sv0:Resource",
            "\u{1b}",
        ] {
            assert!(!text.contains(unwanted), "{arguments:?} prints {unwanted:?}");
        }
    }
}
