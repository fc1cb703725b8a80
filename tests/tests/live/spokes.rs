//! Accounts that do not let the hub in: they are told of with AWS's words, and cost the others nothing.

use serde_json::{Value, json};

use super::recording::{EXTERNAL_ID, ROLE, Recording, SPOKES, fake, trust};
use crate::support::scan;

const REFUSED: &str = "271650948133";

/// The roles of the fake where one account's has another trust policy, or is not there.
fn roles(refused: Option<Value>) -> Value {
    let others: Vec<&str> = SPOKES.into_iter().filter(|account| *account != REFUSED).collect();
    let mut roles = vec![json!({"path": ROLE, "trust": trust(), "accounts": others})];
    roles.extend(refused.map(|trust| json!({"path": ROLE, "trust": trust, "accounts": [REFUSED]})));
    json!({ "roles": roles })
}

fn changed(pointer: &str, value: &Value) -> Value {
    let mut trust = trust();
    *trust.pointer_mut(pointer).unwrap() = value.clone();
    trust
}

#[test]
fn an_account_that_lets_nobody_in_is_told_of_and_costs_the_others_nothing() {
    let cases = [
        ("no such role", None),
        (
            "another external id",
            Some(changed(
                "/Statement/0/Condition/StringEquals/sts:ExternalId",
                &json!("another-one"),
            )),
        ),
        (
            "another principal",
            Some(changed(
                "/Statement/0/Principal/AWS",
                &json!("arn:aws:iam::604915728338:role/Somebody"),
            )),
        ),
        (
            "tags are not allowed",
            Some(changed("/Statement/0/Action", &json!("sts:AssumeRole"))),
        ),
    ];
    for (case, trust) in cases {
        let fake = fake(&roles(trust));
        let recording = Recording::of(&fake, &["--regions", "eu-west-1"]);
        assert_eq!(fake.problems(), Vec::<Value>::new(), "{case}");
        let coverage = recording.coverage();
        let of = |account: &str| -> Vec<&Value> { coverage.iter().filter(|row| row["account"] == account).collect() };
        assert!(of(REFUSED).len() > 50, "{case}");
        for row in of(REFUSED) {
            if row["status"] == "excluded" {
                continue;
            }
            let told = (&row["status"], &row["error_code"], &row["operation"]);
            assert_eq!(
                told,
                (&json!("denied"), &json!("AccessDenied"), &json!("sts:AssumeRole")),
                "{case}: {row}"
            );
            let words = row["reason"].as_str().unwrap();
            assert!(
                words.contains("is not authorized to perform: sts:") && words.contains(REFUSED),
                "{case}: {words}"
            );
            assert!(!words.contains(EXTERNAL_ID), "{case}: {words}");
        }
        for account in SPOKES.into_iter().filter(|account| *account != REFUSED) {
            assert_eq!(
                recording.row(account, "global", "iam:authorization-details")["status"],
                "ok",
                "{case} {account}"
            );
        }
        let findings = scan(recording.path()).ask(&["findings"]);
        let missing = findings["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["kind"] == "spoke_role_missing");
        let subjects: Vec<String> = missing.map(|finding| finding["subjects"].to_string()).collect();
        assert!(
            subjects.iter().any(|subjects| subjects.contains(REFUSED)),
            "{case}: {subjects:?}"
        );
    }
}
