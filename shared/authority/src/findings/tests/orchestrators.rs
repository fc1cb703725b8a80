//! State machines whose role may do more than their definition calls.

use sv0_model::observation::Evidence;

use super::{check, judge, line};

const PAY: &str = "arn:aws:lambda:eu-west-1:111111111111:function:pay";
const WIPE: &str = "arn:aws:lambda:eu-west-1:111111111111:function:wipe";

/// A state machine that calls function `pay`, beside function `wipe` that it does not call.
fn estate(words: &str, rights: &str) -> String {
    format!(
        "state-machine 111111111111/nightly runs-as flow {words}
        role 111111111111/flow
        trust service states.amazonaws.com
        {rights}
        lambda 111111111111/pay
        lambda 111111111111/wipe
        bucket 111111111111/ledger restricted
        secret 111111111111/db restricted
        table 111111111111/orders"
    )
}

/// The definition was read and names `pay`.
const NAMED: &str = r#"with definition_collected=true with calls=["lambda:invoke"] invokes arn:aws:lambda:eu-west-1:111111111111:function:pay"#;
/// The definition was read; the input names the function.
const OPEN: &str =
    r#"with definition_collected=true with calls=["lambda:invoke"] with targets_chosen_at_run_time=["lambda:invoke"]"#;

fn judged(words: &str, rights: &str) -> Vec<String> {
    let found = judge(&estate(words, rights), &Evidence::default(), &[]);
    let lines = found.iter().map(line);
    lines
        .filter(|line| line.starts_with("over_privileged_orchestrator"))
        .collect()
}

const MORE: &str = "state machine nightly may do more than its definition calls";
const CHOOSES: &str = "whoever starts state machine nightly chooses what it calls";

#[test]
fn what_the_role_may_do_beyond_the_definition() {
    let calls = |apis: &str, words: &str| format!("with definition_collected=true with calls={apis} {words}");
    let invoke = |on: &str| format!("allow lambda:InvokeFunction on {on}");
    let cases: &[(&str, String, String, Option<&str>)] = &[
        ("another function", NAMED.to_owned(), invoke("*"), Some("low")),
        ("the function alone", NAMED.to_owned(), invoke(PAY), None),
        ("its versions", NAMED.to_owned(), invoke(&format!("{PAY}:*")), None),
        (
            "other data",
            NAMED.to_owned(),
            format!("{}\n allow s3:GetObject on arn:aws:s3:::ledger/*", invoke(PAY)),
            Some("medium"),
        ),
        (
            "the code of what it calls",
            NAMED.to_owned(),
            format!("{}\n allow lambda:UpdateFunctionCode on {PAY}", invoke(PAY)),
            Some("medium"),
        ),
        (
            "the code of what it calls, which a state replaces",
            calls(r#"["lambda:updateFunctionCode"]"#, &format!("invokes {PAY}")),
            format!("allow lambda:UpdateFunctionCode on {PAY}"),
            None,
        ),
        (
            "writing a table that it reads",
            calls(
                r#"["dynamodb:getItem"]"#,
                "invokes arn:aws:dynamodb:eu-west-1:111111111111:table/orders",
            ),
            "allow dynamodb:GetItem,dynamodb:PutItem on *".to_owned(),
            Some("low"),
        ),
        (
            "another way of reading what it reads",
            calls(
                r#"["dynamodb:getItem"]"#,
                "invokes arn:aws:dynamodb:eu-west-1:111111111111:table/orders",
            ),
            "allow dynamodb:GetItem,dynamodb:Query on *".to_owned(),
            None,
        ),
        (
            "any way of using what it calls in a way that no table tells",
            calls(
                r#"["dynamodb:transactWriteItems"]"#,
                "invokes arn:aws:dynamodb:eu-west-1:111111111111:table/orders",
            ),
            "allow dynamodb:PutItem on *".to_owned(),
            None,
        ),
        (
            "a definition that was not read",
            format!("with definition_collected=false invokes {PAY}"),
            invoke("*"),
            None,
        ),
        (
            "a service that acts in others for its caller",
            calls(r#"["cloudformation:createStack"]"#, &format!("invokes {PAY}")),
            invoke("*"),
            None,
        ),
        (
            "buckets that a query may need",
            calls(r#"["athena:startQueryExecution"]"#, ""),
            "allow s3:GetObject on *".to_owned(),
            None,
        ),
        (
            "functions beside a query",
            calls(r#"["athena:startQueryExecution"]"#, ""),
            format!("allow s3:GetObject on *\n {}", invoke(WIPE)),
            Some("low"),
        ),
        (
            "its own executions",
            NAMED.to_owned(),
            format!(
                "{}\n allow states:StartExecution on arn:aws:states:eu-west-1:111111111111:stateMachine:nightly",
                invoke(PAY)
            ),
            None,
        ),
        (
            "under a boundary",
            NAMED.to_owned(),
            format!("{}\n boundary allow lambda:* on {PAY}", invoke("*")),
            None,
        ),
        (
            "decrypting",
            NAMED.to_owned(),
            format!("{}\n allow kms:Decrypt on *", invoke(PAY)),
            None,
        ),
    ];
    for (name, words, rights, want) in cases {
        let want: Vec<String> = want
            .iter()
            .map(|severity| format!("over_privileged_orchestrator {severity}: {MORE}"))
            .collect();
        assert_eq!(judged(words, rights), want, "{name}");
    }
}

#[test]
fn whoever_starts_it_chooses() {
    let chosen = |severity: &str| vec![format!("over_privileged_orchestrator {severity}: {CHOOSES}")];
    for (name, rights, want) in [
        ("any function", "allow lambda:InvokeFunction on *", chosen("low")),
        (
            "functions that somebody listed",
            "allow lambda:InvokeFunction on arn:aws:lambda:eu-west-1:111111111111:function:pay,arn:aws:lambda:eu-west-1:111111111111:function:wipe",
            Vec::new(),
        ),
        (
            "functions by the beginning of their names",
            "allow lambda:InvokeFunction on arn:aws:lambda:eu-west-1:111111111111:function:p*",
            chosen("low"),
        ),
    ] {
        assert_eq!(judged(OPEN, rights), want, "{name}");
    }
    let unread =
        r#"with definition_collected=true with calls=["sns:publish"] with targets_chosen_at_run_time=["sns:publish"]"#;
    assert_eq!(
        judged(unread, "allow sns:Publish on *\n topic 111111111111/alarms"),
        Vec::<String>::new(),
        "a call whose target may stand elsewhere"
    );
}

#[test]
fn a_bucket_that_lets_the_role_in_was_not_given_to_it() {
    let rights = format!("allow lambda:InvokeFunction on {PAY}");
    let fixture = format!(
        "{}\n bucket 111111111111/shared restricted\n grant 111111111111 allow s3:GetObject on arn:aws:s3:::shared/*\n grant arn:aws:iam::111111111111:role/flow allow s3:GetObject on arn:aws:s3:::shared/*",
        estate(NAMED, &rights)
    );
    let found = judge(&fixture, &Evidence::default(), &[]);
    let lines: Vec<String> = found.iter().map(line).collect();
    assert!(
        !lines
            .iter()
            .any(|line| line.starts_with("over_privileged_orchestrator")),
        "{lines:?}"
    );
}

#[test]
fn the_finding_names_what_is_beyond_and_who_shares_the_role() {
    let fixture = format!(
        "{}\n lambda 111111111111/report runs-as flow",
        estate(NAMED, "allow lambda:InvokeFunction,secretsmanager:GetSecretValue on *")
    );
    let found = judge(&fixture, &Evidence::default(), &[]);
    let finding = found
        .iter()
        .find(|finding| line(finding).starts_with("over_privileged_orchestrator"))
        .unwrap();
    assert_eq!(
        finding.description,
        "It runs as role flow. No state of its definition needs lambda:InvokeFunction, secretsmanager:GetSecretValue on db, report, wipe. The role is not its own: report run as it too, and what they need the state machine has as well."
    );
    assert_eq!(
        finding.severity_reason,
        "reach: writes; sensitivity: restricted; exposure: own account; use: not observable → medium"
    );
    assert_eq!(finding.statements.len(), 1);
    assert!(finding.subjects.iter().any(|subject| subject.contains(":secret:db-")));
}

/// What is an administrator is told there alone.
#[test]
fn an_administrator_is_one_finding() {
    check(&[(
        "a state machine that runs as an administrator",
        "state-machine 111111111111/nightly runs-as flow with definition_collected=true\n role 111111111111/flow\n trust service states.amazonaws.com\n allow * on *",
        &["admin_equivalent critical: role flow is an administrator"],
    )]);
}
