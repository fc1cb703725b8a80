//! The shapes and the contents of answers.

mod via;
mod workforce;

use serde_json::json;
use sv0_iam::{Context, UnknownContext};

use super::{LayerState, MissingElement, Query, QueryError};
use crate::estate::Estate;
use crate::testkit::graph;

const ORDERS: &str = "arn:aws:s3:::orders/1.json";

const ESTATE: &str = r#"
    organization o-acme management 999999999999
    account 111111111111 under r-1/ou-prod
    account 222222222222 under r-1/ou-dev
    account 999999999999 under r-1
    role 111111111111/reader
      allow s3:GetObject on arn:aws:s3:::orders/*
    role 111111111111/careful
      allow s3:GetObject on arn:aws:s3:::orders/* if {"Bool":{"aws:SecureTransport":"true"}}
    role 111111111111/other
      allow ec2:* on *
    role 222222222222/neighbour
      allow s3:GetObject on *
    user 111111111111/ann
      allow s3:Get* on arn:aws:s3:::orders/reports/*
    bucket 111111111111/orders
      grant 333333333333 allow s3:GetObject on arn:aws:s3:::orders/*
      grant logging.s3.amazonaws.com allow s3:PutObject on arn:aws:s3:::orders/*
"#;

fn with_estate<T>(fixture: &str, ask: impl FnOnce(&Estate<'_>) -> T) -> T {
    let graph = graph(fixture);
    ask(&Estate::new(&graph))
}

fn who_can(fixture: &str, action: &str, resource: &str) -> Vec<String> {
    with_estate(fixture, |estate| {
        let answer = estate
            .who_can(action, resource, &Context::new(), UnknownContext::Any)
            .unwrap();
        let principals = answer.principals.iter();
        principals
            .map(|answer| format!("{} {}", answer.principal, json!(answer.decision).as_str().unwrap()))
            .collect()
    })
}

#[test]
fn who_can_lists_everyone_who_may() {
    assert_eq!(
        who_can(ESTATE, "s3:GetObject", ORDERS),
        [
            "arn:aws:iam::111111111111:role/careful conditional",
            "arn:aws:iam::111111111111:role/reader allow",
            "arn:aws:iam::111111111111:root allow",
            "arn:aws:iam::333333333333:root allow",
        ]
    );
    assert_eq!(
        who_can(ESTATE, "s3:PutObject", ORDERS),
        ["arn:aws:iam::111111111111:root allow", "logging.s3.amazonaws.com allow"]
    );
    let open = format!("{ESTATE}\n grant * allow s3:GetObject on arn:aws:s3:::orders/*");
    let everyone = who_can(&open, "s3:GetObject", ORDERS);
    assert!(
        everyone.contains(&"anonymous allow".to_owned())
            && everyone.contains(&"arn:aws:iam::222222222222:role/neighbour allow".to_owned()),
        "{everyone:?}"
    );
    let trusted = "role 111111111111/app\n trust service lambda.amazonaws.com\n trust federated arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com";
    assert_eq!(
        who_can(trusted, "sts:AssumeRole", "arn:aws:iam::111111111111:role/app"),
        ["lambda.amazonaws.com allow"]
    );
    assert_eq!(
        who_can(
            trusted,
            "sts:AssumeRoleWithWebIdentity",
            "arn:aws:iam::111111111111:role/app"
        ),
        ["arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com allow"]
    );
}

#[test]
fn answers_have_the_promised_shapes() {
    with_estate(ESTATE, |estate| {
        let context = Context::new();
        let query = Query {
            principal: "arn:aws:iam::111111111111:role/reader",
            action: "s3:GetObject",
            resource: ORDERS,
            context: &context,
            unknown_context: UnknownContext::Any,
        };
        let answer = json!(estate.decide(&query).unwrap());
        let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            [
                "action",
                "blocked_by",
                "caveats",
                "condition",
                "decision",
                "principal",
                "resource",
                "statements"
            ]
        );
        let statements = answer["statements"].as_array().unwrap();
        let own = "urn:sv0:inline-policy:arn:aws:iam::111111111111:role/reader:inline";
        assert!(
            statements
                .iter()
                .any(|statement| statement["policy"] == own && statement["index"] == 0),
            "{answer:#}"
        );
        assert!(
            statements
                .iter()
                .all(|statement| statement["sha256"].as_str().map(str::len) == Some(64)),
            "{answer:#}"
        );
        let who = json!(
            estate
                .who_can("s3:GetObject", ORDERS, &context, UnknownContext::Any)
                .unwrap()
        );
        assert_eq!(
            who["principals"][1],
            json!({"principal": "arn:aws:iam::111111111111:role/reader", "decision": "allow", "condition": null})
        );
        let grants = json!(
            estate
                .grants(
                    "arn:aws:iam::111111111111:user/ann",
                    None,
                    &context,
                    UnknownContext::Any
                )
                .unwrap()
        );
        let want = json!([{"action_class": "read_data", "actions": ["s3:GetObject"], "canonical": ["DataRead"], "resources": ["arn:aws:s3:::orders/reports/*"], "decision": "allow", "condition": null}]);
        assert_eq!(
            grants,
            json!({"principal": "arn:aws:iam::111111111111:user/ann", "grants": want})
        );
    });
}

#[test]
fn grants_of_one_action() {
    let cases = [
        (
            "arn:aws:iam::111111111111:role/reader",
            "s3:GetObject",
            json!(["arn:aws:s3:::orders"]),
        ),
        ("arn:aws:iam::111111111111:role/reader", "s3:PutObject", json!(null)),
        (
            "arn:aws:iam::111111111111:user/ann",
            "s3:GetObjectTagging",
            json!(["arn:aws:s3:::orders/reports/*"]),
        ),
        (
            "arn:aws:iam::111111111111:root",
            "s3:ListBucket",
            json!(["arn:aws:s3:::orders"]),
        ),
        (
            "arn:aws:iam::111111111111:role/other",
            "ec2:DescribeInstances",
            json!(["*"]),
        ),
        (
            "arn:aws:iam::111111111111:role/reader",
            "ec2:DescribeInstances",
            json!(null),
        ),
    ];
    with_estate(ESTATE, |estate| {
        for (principal, action, resources) in cases {
            let grants = json!(
                estate
                    .grants(principal, Some(action), &Context::new(), UnknownContext::Any)
                    .unwrap()
            );
            assert_eq!(
                grants["grants"][0]["resources"], resources,
                "{principal} {action}: {grants:#}"
            );
        }
        let bad = estate.grants(
            "arn:aws:iam::111111111111:role/reader",
            Some("nonsense"),
            &Context::new(),
            UnknownContext::Any,
        );
        assert!(matches!(bad, Err(QueryError::Malformed(_))), "{bad:?}");
    });
}

#[test]
fn parts_named_by_policy_variables_are_found() {
    let fixture = "
        user 111111111111/ann
          allow s3:GetObject on arn:aws:s3:::home/${aws:username}/*
        role 111111111111/blue tag team=blue
          allow s3:GetObject on arn:aws:s3:::home/${aws:PrincipalTag/team}/*
        role 111111111111/untagged
          allow s3:GetObject on arn:aws:s3:::home/${aws:PrincipalTag/team}/*
        bucket 111111111111/home
    ";
    let present = json!({"key": "aws:PrincipalTag/team", "operator": "Null", "values": ["false"]});
    let cases = [
        ("user/ann", "arn:aws:s3:::home/ann/*", "allow", json!(null)),
        ("role/blue", "arn:aws:s3:::home/blue/*", "allow", json!(null)),
        (
            "role/untagged",
            "arn:aws:s3:::home/${aws:PrincipalTag/team}/*",
            "conditional",
            present,
        ),
    ];
    with_estate(fixture, |estate| {
        for (principal, scope, decision, condition) in cases {
            let principal = format!("arn:aws:iam::111111111111:{principal}");
            let grants = json!(
                estate
                    .grants(&principal, None, &Context::new(), UnknownContext::Any)
                    .unwrap()
            );
            let want = json!([{"action_class": "read_data", "actions": ["s3:GetObject"], "canonical": ["DataRead"], "resources": [scope], "decision": decision, "condition": condition}]);
            assert_eq!(grants["grants"], want, "{principal}");
        }
    });
}

#[test]
fn a_context_that_is_given_wins() {
    with_estate(ESTATE, |estate| {
        for (value, want) in [("true", "allow"), ("false", "implicit_deny")] {
            let mut context = Context::new();
            context.insert("aws:securetransport", vec![value.to_owned()]);
            let answer = estate.decide(&Query {
                principal: "arn:aws:iam::111111111111:role/careful",
                action: "s3:GetObject",
                resource: ORDERS,
                context: &context,
                unknown_context: UnknownContext::Any,
            });
            assert_eq!(json!(answer.unwrap().decision), want);
        }
    });
}

#[test]
fn explanations_show_layers_texts_and_near_misses() {
    let fixture = format!("{ESTATE}\n scp no-reader on ou-prod\n deny s3:* on arn:aws:s3:::orders/*");
    let explain = |principal: &str, action: &str, resource: &str| {
        with_estate(&fixture, |estate| {
            let context = Context::new();
            let query = Query {
                principal,
                action,
                resource,
                context: &context,
                unknown_context: UnknownContext::Any,
            };
            estate.explain(&query).unwrap()
        })
    };
    let denied = explain("arn:aws:iam::111111111111:role/reader", "s3:GetObject", ORDERS);
    let states: Vec<(String, LayerState)> = denied
        .layers
        .iter()
        .map(|verdict| (json!(verdict.layer).as_str().unwrap().to_owned(), verdict.state))
        .collect();
    assert!(
        states.contains(&("identity".to_owned(), LayerState::Passes))
            && states.contains(&("scp".to_owned(), LayerState::Blocks)),
        "{states:?}"
    );
    assert_eq!(denied.deciding[0].text.as_ref().unwrap()["Effect"], "Deny");
    assert_eq!(denied.granting.len(), 1, "what the SCP stops is shown");
    let other = explain(
        "arn:aws:iam::111111111111:user/ann",
        "s3:GetObject",
        "arn:aws:s3:::orders/private/1",
    );
    assert_eq!(other.answer.statements.len(), 1);
    let missed = explain("arn:aws:iam::222222222222:role/neighbour", "s3:PutObject", ORDERS);
    let misses: Vec<MissingElement> = missed.nearest_misses.iter().map(|miss| miss.missing).collect();
    assert_eq!(
        misses,
        [MissingElement::Action, MissingElement::Principal],
        "of each layer that would have to allow"
    );
    let trust = "role 111111111111/app\n trust 222222222222 if {\"StringEquals\":{\"sts:ExternalId\":\"x\"}}\n role 222222222222/caller\n allow sts:AssumeRole on *";
    with_estate(trust, |estate| {
        let context = Context::new();
        let query = Query {
            principal: "arn:aws:iam::222222222222:role/caller",
            action: "sts:AssumeRole",
            resource: "arn:aws:iam::111111111111:role/app",
            context: &context,
            unknown_context: UnknownContext::Any,
        };
        let assume = estate.explain(&query).unwrap().assume.unwrap();
        assert!(assume.requires_external_id);
        assert_eq!(assume.trusted, ["arn:aws:iam::222222222222:root"]);
    });
}

#[test]
fn unknown_names_and_malformed_questions_are_errors() {
    with_estate(ESTATE, |estate| {
        let context = Context::new();
        let ask = |principal, action, resource| {
            estate.decide(&Query {
                principal,
                action,
                resource,
                context: &context,
                unknown_context: UnknownContext::Any,
            })
        };
        let reader = "arn:aws:iam::111111111111:role/reader";
        let error = ask("arn:aws:iam::111111111111:role/raeder", "s3:GetObject", ORDERS).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("no principal arn:aws:iam::111111111111:role/raeder is known"),
            "{error}"
        );
        let QueryError::NotFound { suggestions, .. } = error else {
            panic!("not found")
        };
        assert_eq!(suggestions.first().map(String::as_str), Some(reader));
        assert!(matches!(
            ask(reader, "s3:GetObject", "arn:aws:s3:::nowhere"),
            Err(QueryError::NotFound { .. })
        ));
        assert!(matches!(
            ask(reader, "GetObject", ORDERS),
            Err(QueryError::Malformed(_))
        ));
    });
}

const STORES: &str = r#"
    database 111111111111/main resource-id db-ABC
    database 111111111111/other resource-id db-XYZ
    agent 111111111111/AGENT1
    bus 111111111111/orders
    domain 111111111111/logs
    role 111111111111/connects
      allow rds-db:connect on arn:aws:rds-db:eu-west-1:111111111111:dbuser:db-ABC/app
    role 111111111111/names-the-database
      allow rds-db:connect on arn:aws:rds:eu-west-1:111111111111:db:main
    role 111111111111/asks
      allow bedrock:InvokeAgent on arn:aws:bedrock:eu-west-1:111111111111:agent-alias/AGENT1/*
    role 111111111111/opens
      allow events:PutPermission on *
    role 111111111111/opens-one
      allow events:PutPermission on arn:aws:events:eu-west-1:111111111111:event-bus/orders
    role 111111111111/searches
      allow es:ESHttpGet on arn:aws:es:eu-west-1:111111111111:domain/logs/audit/*
"#;

#[test]
fn actions_are_asked_on_the_arns_that_aws_asks_them_on() {
    let at = "eu-west-1:111111111111";
    for (principal, action, want) in [
        (
            "connects",
            "rds-db:connect",
            vec![format!("arn:aws:rds-db:{at}:dbuser:db-ABC/app")],
        ),
        ("names-the-database", "rds-db:connect", vec![]),
        (
            "asks",
            "bedrock:InvokeAgent",
            vec![format!("arn:aws:bedrock:{at}:agent-alias/AGENT1/*")],
        ),
        ("opens", "events:PutPermission", vec!["*".to_owned()]),
        ("opens-one", "events:PutPermission", vec![]),
        (
            "searches",
            "es:ESHttpGet",
            vec![format!("arn:aws:es:{at}:domain/logs/audit/*")],
        ),
    ] {
        let principal = format!("arn:aws:iam::111111111111:role/{principal}");
        let grants = |asked: Option<&str>| {
            with_estate(STORES, |estate| {
                let grants = estate.grants(&principal, asked, &Context::new(), UnknownContext::Any);
                let of_action = grants
                    .unwrap()
                    .grants
                    .into_iter()
                    .filter(|grant| grant.actions == [action]);
                of_action.flat_map(|grant| grant.resources).collect::<Vec<String>>()
            })
        };
        assert_eq!(grants(Some(action)), want, "{principal}");
        assert_eq!(grants(None), want, "{principal} in everything it may do");
        for resource in want {
            let who = who_can(STORES, action, &resource);
            assert!(who.contains(&format!("{principal} allow")), "{resource}: {who:?}");
        }
    }
}
