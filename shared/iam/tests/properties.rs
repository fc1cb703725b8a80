//! Properties that hold for every policy and every context.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use proptest::prelude::*;
use serde_json::{Value, json};
use sv0_iam::UnknownContext;

use support::oracle::text::{is_like, is_resource, plain};
use support::residuals::{Findings, check};
use support::two_ways;

fn arbitrary_json() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "Version",
        "2012-10-17",
        "Statement",
        "Effect",
        "Allow",
        "Deny",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Principal",
        "NotPrincipal",
        "Condition",
        "StringLike",
        "ForAllValues:StringEquals",
        "Null",
        "AWS",
        "*",
        "s3:*",
        "${aws:username}",
        "${",
        "arn:aws:s3:::b/*",
        "true",
        "",
        "12",
        "::",
        "é",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        words.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((words.clone(), inner), 0..5).prop_map(|pairs| pairs
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect::<Value>()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    /// No document makes the parser or the evaluator panic, and what cannot be read is never a silent allow.
    #[test]
    fn any_json_is_read(document in arbitrary_json()) {
        let parsed = sv0_iam::parse_policy(&document);
        prop_assert!(!parsed.policy.statements().is_empty() || !parsed.diagnostics.is_empty());
        let row = json!({"principal": "arn:aws:iam::111122223333:user/alice", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k",
            "identity_policies": [document.clone()], "resource_policy": document.clone(), "scps": [{"policies": [document]}]});
        for unknown_context in [UnknownContext::Absent, UnknownContext::Any] {
            let options = sv0_iam::RowOptions { unknown_context, now: None };
            let answer = sv0_iam::evaluate_line(&row.to_string(), &options);
            prop_assert!(serde_json::from_str::<Value>(&answer.json).is_ok());
        }
    }

    /// Neither does any line.
    #[test]
    fn any_line_is_answered(line in ".{0,200}") {
        let answer = sv0_iam::evaluate_line(&line, &sv0_iam::RowOptions::default());
        prop_assert!(answer.is_error);
        prop_assert!(serde_json::from_str::<Value>(&answer.json).is_ok());
    }

    /// The matcher agrees with the textbook recursion.
    #[test]
    fn globs_match_as_the_textbook_says(pattern in "[ab:*?]{0,9}", text in "[ab:]{0,9}") {
        let glob = sv0_iam::Glob::new(&pattern, sv0_iam::WildcardScope::Anywhere);
        prop_assert_eq!(glob.matches(&text), is_like(&plain(&pattern), &text));
        prop_assert_eq!(sv0_iam::resource_matches(&pattern, &text), is_resource(&plain(&pattern), &text));
    }

    /// A witness matches both patterns, and a text that matches both proves that they overlap.
    #[test]
    fn overlap_is_exact(a in "[ab:*?]{0,7}", b in "[ab:*?]{0,7}", text in "[ab:]{0,7}") {
        match sv0_iam::patterns_overlap(&a, &b) {
            Some(witness) => prop_assert!(is_resource(&plain(&a), &witness) && is_resource(&plain(&b), &witness), "{}", witness),
            None => prop_assert!(!(is_resource(&plain(&a), &text) && is_resource(&plain(&b), &text))),
        }
    }
}

/// What is said over unknown keys holds in every context that completes them, and says nothing twice.
#[test]
fn answers_over_unknown_keys_hold_in_every_context() {
    let mut findings = Findings::default();
    for number in 0..6_000 {
        check(20_260_102, number, &mut findings);
    }
    println!("{} wrong", findings.wrong.len());
    assert!(
        findings.wrong.is_empty(),
        "{}\n{findings:?}",
        findings.wrong[..findings.wrong.len().min(10)].join("\n")
    );
    let solved = findings.holding + findings.failing;
    println!("{findings:?}");
    for met in [
        findings.allow,
        findings.implicit_deny,
        findings.explicit_deny,
        findings.conditional,
        findings.holding,
        findings.failing,
    ] {
        assert!(met >= 400, "the estates have decayed: {findings:?}");
    }
    assert!(
        findings.unsolved * 10 < solved,
        "too many conditions are not solved: {findings:?}"
    );
}

/// Whoever asks of a request of which everything is known gets, without formulas, what formulas say.
#[test]
fn decisions_without_formulas_are_those_of_formulas() {
    let mut found = two_ways::Found::default();
    for number in 0..6_000 {
        two_ways::check(20_261_123, number, &mut found);
    }
    assert!(
        found.wrong.is_empty(),
        "{} wrong\n{}",
        found.wrong.len(),
        found.wrong[..found.wrong.len().min(5)].join("\n")
    );
    println!("{} decided, {} conditional", found.decided, found.conditional);
    assert!(found.decided >= 20_000 && found.conditional >= 2_000, "{found:?}");
}
