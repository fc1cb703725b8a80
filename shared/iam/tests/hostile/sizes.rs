//! Texts, lists and contexts far beyond AWS's quotas. Each bound is far above what linear work takes and far below what the blow-up it guards
//! against would take.

use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};
use sv0_iam::{
    RowOptions, UnknownContext, action_matches, decode_document, evaluate_line, parse_policy, patterns_overlap,
    resource_matches,
};

use super::{answer, policy, row, within};

/// For input whose work is linear and takes seconds: a quadratic one would take hours.
const LIMIT: Duration = Duration::from_secs(120);
/// For one match of two texts of 100 KB, which takes tenths of a second: in quadratic time it would be ten minutes.
const ONE_MATCH: Duration = Duration::from_secs(20);

#[test]
fn patterns_that_look_exponential() {
    let text = "a".repeat(100_000);
    for (what, pattern, matches) in [
        ("*a*a*a*a*b", "*a*a*a*a*b".to_owned(), false),
        ("*a*a*a*a*b*", "*a*a*a*a*b*".to_owned(), false),
        ("*a*a*a*a*a", "*a*a*a*a*a".to_owned(), true),
        ("thousands of stars, without an end", "*a".repeat(50_000) + "b", false),
        ("thousands of stars, open at the end", "*a".repeat(50_000) + "b*", false),
        ("thousands of stars, with an end", "*a".repeat(50_000), true),
        ("thousands of stars and question marks", "*?".repeat(49_999), true),
        ("more question marks than text", "?".repeat(100_001), false),
        ("nothing but stars", "*".repeat(100_000), true),
        (
            "halves that overlap",
            format!("{}*{}", "a".repeat(50_001), "a".repeat(50_000)),
            false,
        ),
    ] {
        within(ONE_MATCH, what, || {
            assert_eq!(action_matches(&pattern, &text), matches, "{what}")
        });
        let resource = format!("arn:aws:s3:::{text}");
        let of_resource = format!("arn:aws:s3:::{pattern}");
        within(ONE_MATCH, what, || {
            assert_eq!(resource_matches(&of_resource, &resource), matches, "{what}")
        });
    }
}

#[test]
fn patterns_that_look_exponential_as_condition_values() {
    let text = "a".repeat(100_000);
    for operator in [
        "StringLike",
        "StringNotLike",
        "ForAnyValue:StringLike",
        "ForAllValues:StringNotLike",
    ] {
        let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {operator: {"svc:k": ["*a".repeat(50_000) + "b", "*a*a*a*a*b"]}}});
        let mut row = row(&policy(&[statement]));
        row["context"] = json!({"svc:k": text});
        let want = if operator.contains("Not") {
            "allow"
        } else {
            "implicit_deny"
        };
        within(ONE_MATCH, operator, || {
            assert_eq!(answer(&row, UnknownContext::Absent)["decision"], want, "{operator}")
        });
    }
}

/// Eight times the input takes some eight times the work, where a quadratic search would take 64 times as much.
#[test]
fn work_grows_as_the_input_does() {
    type Work = Box<dyn Fn()>;
    type Case<'c> = (&'c str, usize, &'c dyn Fn(usize) -> Work);
    let matching = |pattern: fn(usize) -> String, size: usize| -> Work {
        let (pattern, text) = (pattern(size), "a".repeat(size));
        Box::new(move || assert!(!action_matches(&pattern, &text)))
    };
    let statements = |size: usize| -> Work {
        let statements: Vec<Value> = (0..size)
            .map(|n| json!({"Effect": "Deny", "Action": "s3:*", "Resource": format!("arn:aws:s3:::b{n}/*")}))
            .collect();
        let row = row(&policy(&statements));
        Box::new(move || assert_eq!(answer(&row, UnknownContext::Absent)["decision"], "implicit_deny"))
    };
    // None ends in a letter, which the end of the text would tell at once.
    let cases: [Case<'_>; 5] = [
        ("*a*a*a*a*b*", 40_000, &|size| {
            matching(|_| "*a*a*a*a*b*".to_owned(), size)
        }),
        ("as many stars as half the text", 40_000, &|size| {
            matching(|size| "*a".repeat(size / 2) + "b*", size)
        }),
        ("a star and a text half as long", 40_000, &|size| {
            matching(|size| format!("*{}b*", "a".repeat(size / 2)), size)
        }),
        ("10 KB of stars and question marks", 40_000, &|size| {
            matching(|_| "*?".repeat(5_000) + "b*", size)
        }),
        ("statements", 2_000, &statements),
    ];
    for (what, size, work) in cases {
        let (Some(one), Some(eight)) = (time_of(&work(size)), time_of(&work(8 * size))) else {
            println!("this system does not tell the time that a thread had");
            return;
        };
        println!("{what}: {one:?}, {eight:?}");
        assert!(
            eight < 24 * one + Duration::from_millis(20),
            "{what}: {one:?}, then {eight:?}"
        );
    }
}

/// The least time that this thread was on a processor for some work, of three tries: what else the machine does counts as little as can be.
///
/// Source: proc(5), `/proc/<pid>/task/<tid>/schedstat`.
fn time_of(work: &dyn Fn()) -> Option<Duration> {
    let on_processor = || {
        let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    };
    let tries = (0..3).map(|_| {
        let before = on_processor()?;
        work();
        on_processor()?.checked_sub(before)
    });
    tries.collect::<Option<Vec<_>>>()?.into_iter().min()
}

/// What is too involved to be searched through counts as overlapping.
#[test]
fn two_patterns_of_thousands_of_stars() {
    let (left, right) = ("*a".repeat(1_000) + "b", "*a".repeat(1_000) + "c");
    within(LIMIT, "overlap", || {
        let _ = patterns_overlap(&left, &right);
    });
}

#[test]
fn ten_kilobyte_wildcards_in_every_element() {
    let wild = "*a?".repeat(3_400);
    let fields = [
        ("Action", json!(format!("s3:{wild}"))),
        ("NotAction", json!(format!("s3:{wild}"))),
        ("Resource", json!(format!("arn:aws:s3:::{wild}"))),
        ("NotResource", json!(format!("arn:aws:s3:::{wild}"))),
        (
            "Principal",
            json!({"AWS": format!("arn:aws:iam::111122223333:user/{wild}")}),
        ),
        (
            "NotPrincipal",
            json!({"AWS": format!("arn:aws:iam::111122223333:user/{wild}")}),
        ),
        (
            "Condition",
            json!({"ArnLike": {"svc:k": format!("arn:aws:s3:::{wild}")}, "StringLike": {format!("svc:{wild}"): wild}}),
        ),
    ];
    for (element, value) in fields {
        let mut statement = json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"});
        let replaced = element.trim_start_matches("Not");
        statement.as_object_mut().unwrap().remove(replaced);
        statement[element] = value;
        let mut row = row(&policy(&[json!({"Effect": "Allow", "Action": "*", "Resource": "*"})]));
        row["resource_policy"] = policy(&[statement]);
        for unknown_context in [UnknownContext::Absent, UnknownContext::Any] {
            within(LIMIT, element, || {
                assert!(answer(&row, unknown_context)["error"].is_null(), "{element}")
            });
        }
    }
}

#[test]
fn a_hundred_thousand_entries_in_every_list() {
    let many = |make: fn(usize) -> String| -> Vec<Value> { (0..100_000).map(|n| json!(make(n))).collect() };
    let entries = [
        ("Action", json!(many(|n| format!("s3:Get{n}*")))),
        ("Resource", json!(many(|n| format!("arn:aws:s3:::bucket{n}/*")))),
        (
            "Principal",
            json!({"AWS": many(|n| format!("arn:aws:iam::111122223333:user/u{n}"))}),
        ),
        (
            "Condition",
            json!({"StringLike": {"svc:k": many(|n| format!("*a{n}*"))}}),
        ),
        (
            "Condition",
            json!({"StringLike": Value::Object((0..100_000).map(|n| (format!("svc:k{n}"), json!("v"))).collect())}),
        ),
    ];
    for (element, value) in entries {
        let mut statement = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"});
        statement[element] = value;
        let mut row = row(&policy(&[
            json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}),
        ]));
        row["resource_policy"] = policy(&[statement]);
        for unknown_context in [UnknownContext::Absent, UnknownContext::Any] {
            within(LIMIT, element, || {
                assert_eq!(answer(&row, unknown_context)["decision"], "allow", "{element}")
            });
        }
    }
}

#[test]
fn a_hundred_thousand_statements_that_deny_something_else() {
    let mut statements: Vec<Value> = (0..100_000)
        .map(|n| json!({"Sid": format!("S{n}"), "Effect": "Deny", "Action": "s3:*", "Resource": format!("arn:aws:s3:::b{n}/*")}))
        .collect();
    statements.push(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
    within(LIMIT, "100,000 Denies", || {
        assert_eq!(
            answer(&row(&policy(&statements)), UnknownContext::Any)["decision"],
            "allow"
        );
    });
}

#[test]
fn a_thousand_levels_of_service_control_policies() {
    let mut row = row(&policy(&[json!({"Effect": "Allow", "Action": "*", "Resource": "*"})]));
    let level = |n: usize| json!({"org_id": "o-example", "policies": [policy(&[json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringLike": {"svc:k": format!("*{n}*")}}})])]});
    row["scps"] = json!((0..1_000).map(level).collect::<Vec<_>>());
    within(LIMIT, "1,000 levels", || {
        assert_eq!(answer(&row, UnknownContext::Absent)["blocked_by"], json!(["scp"]));
    });
    within(LIMIT, "1,000 open levels", || {
        assert_eq!(answer(&row, UnknownContext::Any)["decision"], "conditional");
    });
}

#[test]
fn huge_contexts() {
    let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {
        "ForAllValues:StringLike": {"svc:many": ["a*", "b*"]}, "StringEquals": {"svc:k99999": "v99999", "svc:long": "a".repeat(1_000_000)}}});
    let mut context: serde_json::Map<String, Value> = (0..100_000)
        .map(|n| (format!("svc:k{n}"), json!(format!("v{n}"))))
        .collect();
    context.insert(
        "svc:many".to_owned(),
        json!((0..100_000).map(|n| format!("a{n}")).collect::<Vec<_>>()),
    );
    context.insert("svc:long".to_owned(), json!("a".repeat(1_000_000)));
    let mut row = row(&policy(&[statement]));
    row["context"] = Value::Object(context);
    for unknown_context in [UnknownContext::Absent, UnknownContext::Any] {
        within(LIMIT, "a huge context", || {
            assert_eq!(answer(&row, unknown_context)["decision"], "allow")
        });
    }
}

#[test]
fn many_values_against_many_patterns() {
    let values: Vec<String> = (0..500).map(|n| format!("value-{n}")).collect();
    let patterns: Vec<String> = (0..500).map(|n| format!("*-{n}*x")).collect();
    let statement = json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"ForAnyValue:StringLike": {"svc:k": patterns}}});
    let mut row = row(&policy(&[
        json!({"Effect": "Allow", "Action": "*", "Resource": "*"}),
        statement,
    ]));
    row["context"] = json!({"svc:k": values});
    within(LIMIT, "500 values × 500 patterns", || {
        assert_eq!(answer(&row, UnknownContext::Absent)["decision"], "allow");
    });
}

#[test]
fn variables_that_expand_to_long_texts() {
    let name = "n".repeat(10_000);
    let mut row = row(&policy(&[
        json!({"Effect": "Allow", "Action": "*", "Resource": format!("arn:aws:s3:::data/{}", "${svc:name}*".repeat(1_000))}),
    ]));
    row["context"] = json!({"svc:name": name});
    for unknown_context in [UnknownContext::Absent, UnknownContext::Any] {
        within(LIMIT, "10 MB of variables", || {
            assert_eq!(answer(&row, unknown_context)["decision"], "implicit_deny")
        });
    }
}

#[test]
fn deep_nesting_in_every_place() {
    for depth in [100, 200, 100_000] {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let objects = format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
        for nested in [&deep, &objects] {
            for place in [
                "Action",
                "Resource",
                "Condition",
                "Principal",
                "Sid",
                "Effect",
                "Unknown",
            ] {
                let mut line = String::new();
                let _ = write!(
                    line,
                    r#"{{"principal": "arn:aws:iam::111122223333:user/alice", "action": "s3:GetObject", "resource": "*", "identity_policies": [{{"Statement": [{{"Effect": "Allow", "Action": "*", "Resource": "*", "{place}": {nested}}}]}}]}}"#
                );
                let answered: Value = serde_json::from_str(&evaluate_line(&line, &RowOptions::default()).json).unwrap();
                if depth > 120 {
                    assert_eq!(answered["error"]["code"], "malformed_json", "{place}, {depth} deep");
                } else {
                    assert!(answered["error"].is_null(), "{place}, {depth} deep: {answered}");
                }
            }
            let document = json!(format!(r#"{{"Statement": {nested}}}"#));
            assert_eq!(decode_document(&document).is_err(), depth > 120, "{depth} deep");
        }
    }
}

#[test]
fn a_document_with_a_fault_in_every_statement_has_bounded_diagnostics() {
    let statements: Vec<Value> = (0..100_000)
        .map(|n| json!({"Effect": n, "Action": [n], "Nonsense": n}))
        .collect();
    within(LIMIT, "100,000 faults", || {
        let parsed = parse_policy(&policy(&statements));
        assert_eq!(parsed.policy.statements().len(), 100_000);
        assert!(parsed.diagnostics.len() <= 1_000, "{}", parsed.diagnostics.len());
        assert!(
            parsed
                .diagnostics
                .iter()
                .all(|diagnostic| diagnostic.message.len() < 500)
        );
    });
}

#[test]
fn a_huge_name_is_not_repeated_in_full_in_a_diagnostic() {
    let name = "x".repeat(1_000_000);
    let mut document = policy(&[json!({"Effect": "Allow", "Action": "*", "Resource": "*"})]);
    document["Statement"][0][&name] = json!(1);
    document["Statement"][0]["Condition"] = json!({name.as_str(): {"svc:k": "v"}});
    for diagnostic in parse_policy(&document).diagnostics {
        assert!(
            diagnostic.message.len() + diagnostic.at.len() < 5_000,
            "{} is {} long",
            diagnostic.code,
            diagnostic.message.len()
        );
    }
}

#[test]
fn control_characters_and_strange_letters_are_text() {
    for strange in [
        "\u{0}",
        "\u{1b}[31m",
        "\u{202e}",
        "\u{feff}",
        "İ",
        "ß",
        "ſ",
        "\u{212a}",
        "🦀",
        "a\u{301}",
        "\r\n",
    ] {
        let pattern = format!("arn:aws:s3:::data/{strange}*");
        let mut row = row(&policy(&[
            json!({"Sid": strange, "Effect": "Allow", "Action": "s3:GetObject", "Resource": pattern}),
        ]));
        row["resource"] = json!(format!("arn:aws:s3:::data/{strange}x"));
        assert_eq!(answer(&row, UnknownContext::Absent)["decision"], "allow", "{strange:?}");
        // Letters outside ASCII have no other case: no service has them in its names, and a Kelvin sign is no k.
        assert!(
            !action_matches("kms:Decrypt", &format!("{strange}ms:Decrypt")),
            "{strange:?}"
        );
    }
}
