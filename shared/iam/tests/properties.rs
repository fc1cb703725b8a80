//! Properties that hold for every policy and every context.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use proptest::prelude::*;
use serde_json::{Value, json};
use sv0_iam::{Context, UnknownContext, condition_holds};
use sv0_model::decision::{Caveat, Decision};

use support::generate::{context, estate};
use support::{Estate, evaluate_estate};

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

fn decide(estate: &Estate, context: &Context, unknown: UnknownContext) -> sv0_iam::Evaluation {
    evaluate_estate(estate, context, unknown)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is said of all contexts holds in each of them, and a condition says exactly in which ones the request is allowed.
    #[test]
    fn an_answer_over_unknown_keys_agrees_with_every_context(estate in estate(), contexts in prop::collection::vec(context(), 12)) {
        let symbolic = decide(&estate, &Context::new(), UnknownContext::Any);
        for known in &contexts {
            let context = known.to_context();
            let concrete = decide(&estate, &context, UnknownContext::Absent);
            prop_assert_ne!(concrete.decision, Decision::Conditional, "nothing is unknown: {:?}", known);
            let allowed = concrete.decision == Decision::Allow;
            match symbolic.decision {
                Decision::Allow => prop_assert!(allowed, "{:?}", known),
                Decision::ImplicitDeny => prop_assert!(!allowed, "{:?}", known),
                Decision::ExplicitDeny => prop_assert_eq!(concrete.decision, Decision::ExplicitDeny, "{:?}", known),
                Decision::Conditional => {
                    let condition = symbolic.condition.as_ref().expect("conditional has a condition");
                    if !symbolic.caveats.contains(&Caveat::ConditionsNotEvaluated) {
                        prop_assert_eq!(condition_holds(condition, &context), Some(allowed), "{:?}\n{:?}", known, condition);
                    }
                }
            }
        }
    }

    /// The engine and the oracle, which knows nothing of formulas, agree wherever the whole context is known.
    #[test]
    fn the_oracle_agrees(estate in estate(), contexts in prop::collection::vec(context(), 4)) {
        for known in &contexts {
            let evaluation = decide(&estate, &known.to_context(), UnknownContext::Absent);
            prop_assert_eq!(evaluation.decision, support::oracle::decide(&estate, known), "{:?}", known);
        }
    }

    /// `blocked_by` is empty exactly where the request is allowed.
    #[test]
    fn a_request_is_blocked_by_something_or_allowed(estate in estate(), known in context()) {
        for (context, unknown) in [(Context::new(), UnknownContext::Any), (known.to_context(), UnknownContext::Absent)] {
            let evaluation = decide(&estate, &context, unknown);
            prop_assert_eq!(evaluation.blocked_by.is_empty(), evaluation.decision == Decision::Allow);
            prop_assert_eq!(evaluation.condition.is_some(), evaluation.decision == Decision::Conditional);
            match evaluation.decision {
                Decision::ImplicitDeny => prop_assert!(evaluation.statements.is_empty()),
                Decision::ExplicitDeny => prop_assert!(!evaluation.statements.is_empty()),
                Decision::Allow | Decision::Conditional => {}
            }
        }
    }

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
        prop_assert_eq!(glob.matches(&text), support::oracle::like(&pattern, &text));
        prop_assert_eq!(sv0_iam::resource_matches(&pattern, &text), support::oracle::resource_like(&pattern, &text));
    }

    /// A witness matches both patterns, and a text that matches both proves that they overlap.
    #[test]
    fn overlap_is_exact(a in "[ab:*?]{0,7}", b in "[ab:*?]{0,7}", text in "[ab:]{0,7}") {
        match sv0_iam::patterns_overlap(&a, &b) {
            Some(witness) => prop_assert!(support::oracle::resource_like(&a, &witness) && support::oracle::resource_like(&b, &witness), "{}", witness),
            None => prop_assert!(!(support::oracle::resource_like(&a, &text) && support::oracle::resource_like(&b, &text))),
        }
    }
}
