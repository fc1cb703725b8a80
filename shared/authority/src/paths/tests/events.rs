//! Rules that are set going by an event somebody puts on their bus.

use super::kinds::{F, PROD, ways_of};

const BUS: &str = "arn:aws:events:eu-west-1:111111111111:event-bus/main";

fn states(rule: &str, policy: &str) -> Vec<String> {
    let fixture = format!(
        "{PROD}
        bus 111111111111/main
        rule 111111111111/r {rule} triggered-by {BUS} invokes {F}worker
        lambda 111111111111/worker runs-as reader
          grant events.amazonaws.com allow lambda:InvokeFunction on {F}worker
        role 111111111111/app
          trust service lambda.amazonaws.com
          {policy}
        lambda 111111111111/caller runs-as app"
    );
    let ways = ways_of("caller", &fixture);
    let state = |way: &String| way.rsplit(' ').next().unwrap_or_default().to_owned();
    ways.iter().map(state).collect()
}

#[test]
fn an_event_sets_the_rules_going_that_it_matches() {
    let put = "allow events:PutEvents on *";
    let only = |key: &str, value: &str| {
        format!(r#"allow events:PutEvents on * if {{"StringEquals":{{"events:{key}":"{value}"}}}}"#)
    };
    for (name, rule, policy, want) in [
        ("any event", r#"with event_pattern={}"#, put.to_owned(), vec!["allowed"]),
        (
            "a source",
            r#"with event_pattern={"source":["shop"]}"#,
            put.to_owned(),
            vec!["allowed"],
        ),
        (
            "a source that the caller may use",
            r#"with event_pattern={"source":["shop"]}"#,
            only("source", "shop"),
            vec!["allowed"],
        ),
        (
            "a source that the caller may not use",
            r#"with event_pattern={"source":["shop"]}"#,
            only("source", "other"),
            vec![],
        ),
        (
            "one of two",
            r#"with event_pattern={"source":["shop","other"]}"#,
            only("source", "other"),
            vec!["allowed"],
        ),
        (
            "a source of AWS",
            r#"with event_pattern={"source":["aws.s3"]}"#,
            put.to_owned(),
            vec![],
        ),
        (
            "sources of AWS by their beginning",
            r#"with event_pattern={"source":[{"prefix":"aws."}]}"#,
            put.to_owned(),
            vec![],
        ),
        (
            "sources that begin as AWS's do",
            r#"with event_pattern={"source":[{"prefix":"aws"}]}"#,
            put.to_owned(),
            vec!["allowed"],
        ),
        (
            "any source but one",
            r#"with event_pattern={"source":[{"anything-but":["shop"]}]}"#,
            put.to_owned(),
            vec!["allowed"],
        ),
        (
            "no source",
            r#"with event_pattern={"source":[{"exists":false}]}"#,
            put.to_owned(),
            vec![],
        ),
        (
            "a detail type that the caller may not use",
            r#"with event_pattern={"detail-type":["order"]}"#,
            only("detail-type", "other"),
            vec![],
        ),
        (
            "a detail type that the caller may use",
            r#"with event_pattern={"detail-type":["order"]}"#,
            only("detail-type", "order"),
            vec!["allowed"],
        ),
        (
            "events of another account",
            r#"with event_pattern={"account":["222222222222"]}"#,
            put.to_owned(),
            vec![],
        ),
        (
            "events of its own account",
            r#"with event_pattern={"account":["111111111111"]}"#,
            put.to_owned(),
            vec!["allowed"],
        ),
        (
            "a pattern that nobody read",
            "with has_event_pattern=true",
            put.to_owned(),
            vec!["conditional"],
        ),
        ("by the clock alone", "with schedule=rate(1h)", put.to_owned(), vec![]),
        (
            "a rule that is switched off",
            r#"disabled with event_pattern={}"#,
            put.to_owned(),
            vec![],
        ),
        (
            "making rules is no event",
            r#"with event_pattern={}"#,
            "allow events:PutRule on *".to_owned(),
            vec![],
        ),
    ] {
        assert_eq!(states(rule, &policy), want, "{name}");
    }
}
