//! What would have to change, and what comes nearest, said of small estates.

use sv0_iam::{Context, UnknownContext};
use sv0_model::decision::{Decision, Layer};

use super::but_for::opened;
use super::{AttachmentKind, Explained, Explanation, LayerState, Source};
use crate::estate::{Estate, Request};
use crate::query::Query;
use crate::testkit::graph;

const ORDERS: &str = "arn:aws:s3:::orders/1.json";

const ESTATE: &str = r#"
    organization o-acme management 999999999999
    account 111111111111 under r-1/ou-prod
    account 222222222222 under r-1/ou-dev
    account 999999999999 under r-1
    scp no-delete on ou-prod
      deny s3:DeleteObject on *
    role 111111111111/reader
      allow s3:Get* on arn:aws:s3:::orders/*
      allow s3:DeleteObject on arn:aws:s3:::orders/*
    role 111111111111/bounded
      allow s3:* on *
      boundary allow s3:List* on *
      boundary allow s3:GetObject on arn:aws:s3:::public/*
    role 111111111111/careful
      allow s3:GetObject on arn:aws:s3:::orders/* if {"StringEquals":{"aws:SourceVpce":"vpce-1"}}
    role 111111111111/writer
      allow s3:PutObject on arn:aws:s3:::orders/*
      allow ec2:* on *
    role 111111111111/stopped
      allow s3:GetObject on arn:aws:s3:::orders/*
      deny s3:GetObject on arn:aws:s3:::orders/*
    role 222222222222/neighbour
      allow s3:GetObject on *
    role 222222222222/nobody
      allow ec2:* on *
    role 111111111111/empty
    user 111111111111/ann
      allow s3:Get* on arn:aws:s3:::orders/reports/*
    bucket 111111111111/orders
      grant 333333333333 allow s3:GetObject on arn:aws:s3:::orders/*
    role 111111111111/app
      trust 222222222222 if {"StringEquals":{"sts:ExternalId":"x"}}
    role 222222222222/caller
      allow sts:AssumeRole on *
"#;

/// A question and what its explanation has to say.
struct Case {
    principal: &'static str,
    action: &'static str,
    resource: &'static str,
    mode: UnknownContext,
    but_for: &'static [&'static str],
    misses: &'static [&'static str],
}

fn explain(fixture: &str, case: &Case, context: &Context) -> Explanation {
    let graph = graph(fixture);
    let estate = Estate::new(&graph);
    let query = Query {
        principal: case.principal,
        action: case.action,
        resource: case.resource,
        context,
        unknown_context: case.mode,
    };
    estate.explain(&query).unwrap()
}

const ANY: UnknownContext = UnknownContext::Any;
const ABSENT: UnknownContext = UnknownContext::Absent;

fn check(fixture: &str, cases: &[Case]) {
    for case in cases {
        let explanation = explain(fixture, case, &Context::new());
        let name = format!("{} {} {}", case.principal, case.action, case.resource);
        assert!(!explanation.answer.decision.is_possible(), "{name}");
        let but_for: Vec<&str> = explanation.but_for.iter().map(|way| way.sentence.as_str()).collect();
        assert_eq!(but_for, case.but_for, "{name}");
        let misses: Vec<String> = explanation
            .nearest_misses
            .iter()
            .map(|miss| {
                format!(
                    "statement {} of {}: {}",
                    miss.statement.reference.index, miss.statement.policy_name, miss.sentence
                )
            })
            .collect();
        assert_eq!(misses, case.misses, "{name}");
    }
}

#[test]
fn a_denial_says_what_would_have_to_change() {
    check(
        ESTATE,
        &[
            Case {
                principal: "arn:aws:iam::111111111111:role/reader",
                action: "s3:DeleteObject",
                resource: ORDERS,
                mode: ANY,
                but_for: &["it would be allowed but for Deny statement 0 of no-delete (SCP at ou-prod)"],
                misses: &[],
            },
            Case {
                principal: "arn:aws:iam::111111111111:role/bounded",
                action: "s3:GetObject",
                resource: ORDERS,
                mode: ANY,
                but_for: &[
                    "it would be allowed but for the permissions boundary bounded-boundary, which does not allow it",
                ],
                misses: &[
                    "statement 1 of bounded-boundary: it allows s3:GetObject on other resources: arn:aws:s3:::public/*",
                    "statement 0 of bounded-boundary: it allows other actions: s3:List*",
                ],
            },
            Case {
                principal: "arn:aws:iam::111111111111:role/careful",
                action: "s3:GetObject",
                resource: ORDERS,
                mode: ABSENT,
                but_for: &[
                    "it would be allowed if the request comes through VPC endpoint vpce-1",
                    "it would be allowed but for the identity policies of careful, which do not allow it",
                ],
                misses: &[
                    "statement 0 of inline: it allows s3:GetObject only if the request comes through VPC endpoint vpce-1",
                ],
            },
            Case {
                principal: "arn:aws:iam::111111111111:role/writer",
                action: "s3:GetObject",
                resource: ORDERS,
                mode: ANY,
                but_for: &["it would be allowed but for the identity policies of writer, which do not allow it"],
                misses: &["statement 0 of inline: it allows other actions: s3:PutObject"],
            },
            Case {
                principal: "arn:aws:iam::111111111111:user/ann",
                action: "s3:GetObject",
                resource: ORDERS,
                mode: ANY,
                but_for: &["it would be allowed but for the identity policies of ann, which do not allow it"],
                misses: &[
                    "statement 0 of inline: it allows s3:GetObject on other resources: arn:aws:s3:::orders/reports/*",
                ],
            },
            Case {
                principal: "arn:aws:iam::111111111111:role/stopped",
                action: "s3:GetObject",
                resource: ORDERS,
                mode: ANY,
                but_for: &["it would be allowed but for Deny statement 1 of inline (inline policy of stopped)"],
                misses: &[],
            },
            Case {
                principal: "arn:aws:iam::111111111111:role/empty",
                action: "s3:GetObject",
                resource: ORDERS,
                mode: ANY,
                but_for: &["it would be allowed but for empty having no identity policy"],
                misses: &[],
            },
            Case {
                principal: "arn:aws:iam::222222222222:role/neighbour",
                action: "s3:GetObject",
                resource: ORDERS,
                mode: ANY,
                but_for: &["it would be allowed but for the bucket policy of orders, which does not allow it"],
                misses: &["statement 0 of orders: it allows s3:GetObject to others: 333333333333"],
            },
            Case {
                principal: "arn:aws:iam::222222222222:role/nobody",
                action: "s3:GetObject",
                resource: ORDERS,
                mode: ANY,
                but_for: &[
                    "it would be allowed but for the identity policies of nobody, which do not allow it, and for the bucket policy of orders, which does not allow it",
                ],
                misses: &["statement 0 of orders: it allows s3:GetObject to others: 333333333333"],
            },
            Case {
                principal: "arn:aws:iam::222222222222:role/caller",
                action: "sts:AssumeRole",
                resource: "arn:aws:iam::111111111111:role/app",
                mode: ABSENT,
                but_for: &[
                    "it would be allowed if the request gives the ExternalId x",
                    "it would be allowed but for the trust policy of app, which does not allow it",
                ],
                misses: &["statement 0 of app: it allows sts:AssumeRole only if the request gives the ExternalId x"],
            },
        ],
    );
}

#[test]
fn levels_keys_and_public_access_are_named() {
    let fixture = "
        organization o-acme management 999999999999
        account 111111111111 under r-1/ou-prod
        account 222222222222 under r-1
        account 999999999999 under r-1
        role 111111111111/reader
          allow s3:GetObject on *
          allow kms:* on *
        role 222222222222/outside
          allow s3:GetObject on *
        bucket 111111111111/orders key k-1
        bucket 111111111111/open blocks-public-access
          grant * allow s3:GetObject on arn:aws:s3:::open/*
        key 111111111111/k-1
          grant 222222222222 allow kms:* on *
    ";
    check(
        fixture,
        &[
            Case {
                principal: "arn:aws:iam::111111111111:role/reader",
                action: "s3:GetObject",
                resource: ORDERS,
                mode: ANY,
                but_for: &[
                    "it would be allowed but for the key k-1 that encrypts it, on which reader needs kms:Decrypt",
                ],
                misses: &[],
            },
            Case {
                principal: "arn:aws:iam::222222222222:role/outside",
                action: "s3:GetObject",
                resource: "arn:aws:s3:::open/1",
                mode: ANY,
                but_for: &["it would be allowed but for S3 Block Public Access of open"],
                misses: &[],
            },
        ],
    );
}

#[test]
fn a_level_whose_service_control_policies_do_not_allow_is_named() {
    let fixture = format!("{ESTATE}\n scp only-ec2 on ou-dev\n allow ec2:* on *");
    let mut graph = graph(&fixture);
    let development = graph.organization.nodes.get_mut("ou-dev").unwrap();
    development.name = "Development".to_owned();
    development
        .service_control_policies
        .retain(|policy| policy.ends_with("only-ec2"));
    let estate = Estate::new(&graph);
    let query = Query {
        principal: "arn:aws:iam::222222222222:role/caller",
        action: "sts:AssumeRole",
        resource: "arn:aws:iam::111111111111:role/app",
        context: &Context::new(),
        unknown_context: ANY,
    };
    let explanation = estate.explain(&query).unwrap();
    let way = &explanation.but_for[0];
    assert_eq!(
        way.sentence,
        "it would be allowed but for the service control policies at Development (ou-dev), which do not allow it, and then only if the request gives the ExternalId x"
    );
    assert_eq!(way.changes[0].levels, ["ou-dev"]);
}

#[test]
fn of_an_access_point_no_single_layer_is_blamed_for_what_the_bucket_behind_it_denies() {
    let point = "arn:aws:s3:eu-west-1:111111111111:accesspoint/team";
    let fixture = format!(
        "bucket 111111111111/orders\n grant * deny s3:* on arn:aws:s3:::orders/*\n accesspoint 111111111111/team of orders\n role 111111111111/app\n allow s3:PutObject on {point}/object/*"
    );
    let graph = graph(&fixture);
    let estate = Estate::new(&graph);
    let query = Query {
        principal: "arn:aws:iam::111111111111:role/app",
        action: "s3:GetObject",
        resource: &format!("{point}/object/1.json"),
        context: &Context::new(),
        unknown_context: ANY,
    };
    let explanation = estate.explain(&query).unwrap();
    assert_eq!(explanation.answer.decision, Decision::ExplicitDeny);
    assert!(explanation.but_for.is_empty(), "{:?}", explanation.but_for);
}

#[test]
fn the_layers_that_would_have_to_give_are_enough_and_none_is_too_many() {
    let questions = [
        ("111111111111:role/reader", "s3:DeleteObject", ORDERS),
        ("111111111111:role/bounded", "s3:GetObject", ORDERS),
        ("111111111111:role/writer", "s3:DeleteObject", ORDERS),
        ("222222222222:role/nobody", "s3:GetObject", ORDERS),
        (
            "222222222222:role/nobody",
            "sts:AssumeRole",
            "arn:aws:iam::111111111111:role/app",
        ),
        (
            "111111111111:role/empty",
            "sts:AssumeRole",
            "arn:aws:iam::111111111111:role/app",
        ),
    ];
    let graph = graph(ESTATE);
    let estate = Estate::new(&graph);
    for (principal, action, resource) in questions {
        let principal = format!("arn:aws:iam::{principal}");
        let subject = estate.subject(&principal).unwrap();
        let place = estate.place(resource).unwrap();
        let request = Request {
            subject: &subject,
            action,
            place: &place,
            context: &Context::new(),
            unknown_context: ANY,
        };
        let evaluation = estate.judge(&request).unwrap();
        let explained = Explained {
            estate: &estate,
            request: &request,
            evaluation: &evaluation,
            policies: estate.policies_by_layer(&request),
        };
        let ways = explained.but_for().unwrap();
        assert!(!ways.is_empty(), "{principal} {action}");
        for way in ways {
            let layers: Vec<Layer> = way.changes.iter().map(|change| change.layer).collect();
            assert!(
                explained.passes(&opened(&layers)).unwrap(),
                "{principal} {action} {layers:?}"
            );
            for left_out in &layers {
                let fewer: Vec<Layer> = layers.iter().copied().filter(|layer| layer != left_out).collect();
                assert!(
                    !explained.passes(&opened(&fewer)).unwrap(),
                    "{principal} {action} {fewer:?}"
                );
            }
        }
    }
}

#[test]
fn a_context_that_was_given_is_named_as_what_is_wrong_with_the_request() {
    let mut context = Context::new();
    context.insert("aws:SourceVpce", vec!["vpce-2".to_owned()]);
    let case = Case {
        principal: "arn:aws:iam::111111111111:role/careful",
        action: "s3:GetObject",
        resource: ORDERS,
        mode: ANY,
        but_for: &[],
        misses: &[],
    };
    let explanation = explain(ESTATE, &case, &context);
    assert_eq!(explanation.answer.decision, Decision::ImplicitDeny);
    assert_eq!(
        explanation.but_for[0].sentence,
        "it would be allowed if the request comes through VPC endpoint vpce-1"
    );
}

#[test]
fn a_condition_is_said_in_words() {
    let case = Case {
        principal: "arn:aws:iam::111111111111:role/careful",
        action: "s3:GetObject",
        resource: ORDERS,
        mode: ANY,
        but_for: &[],
        misses: &[],
    };
    let explanation = explain(ESTATE, &case, &Context::new());
    assert_eq!(explanation.answer.decision, Decision::Conditional);
    assert_eq!(
        explanation.condition_sentence.as_deref(),
        Some("the request comes through VPC endpoint vpce-1")
    );
    assert!(explanation.but_for.is_empty() && explanation.nearest_misses.is_empty());
}

#[test]
fn statements_say_where_they_come_from() {
    let mut graph = graph(
        "user 111111111111/ann in readers
           allow s3:PutObject on *
         group 111111111111/readers
           allow s3:GetObject on *
         bucket 111111111111/orders",
    );
    for (id, record) in &mut graph.policies {
        record.captured_at = "2026-01-02T03:04:05Z".parse().ok();
        record.origin = Some(sv0_model::record::Origin {
            object: "accounts/111111111111/iam/authorization-details.json".to_owned(),
            sha256: id.clone(),
        });
    }
    let estate = Estate::new(&graph);
    let of = |action: &str| {
        let query = Query {
            principal: "arn:aws:iam::111111111111:user/ann",
            action,
            resource: ORDERS,
            context: &Context::new(),
            unknown_context: ANY,
        };
        estate.explain(&query).unwrap().deciding.remove(0)
    };
    let through_group = of("s3:GetObject");
    assert_eq!(through_group.attached[0].how, AttachmentKind::Group);
    assert_eq!(through_group.attached[0].words(), "through group readers");
    let own = of("s3:PutObject");
    assert_eq!(own.attached[0].words(), "inline policy of ann");
    assert_eq!(
        own.source,
        Some(Source {
            object: "accounts/111111111111/iam/authorization-details.json".to_owned(),
            sha256: own.reference.policy.clone(),
            captured_at: "2026-01-02T03:04:05Z".parse().ok(),
        })
    );
}

#[test]
fn a_layer_whose_text_is_missing_does_not_pass_because_another_one_denies() {
    let mut graph = graph(ESTATE);
    let held = graph
        .policies
        .values_mut()
        .find(|policy| policy.owner.as_deref() == Some("arn:aws:iam::111111111111:role/reader"))
        .unwrap();
    held.document = None;
    let estate = Estate::new(&graph);
    let context = Context::new();
    let explanation = estate
        .explain(&Query {
            principal: "arn:aws:iam::111111111111:role/reader",
            action: "s3:DeleteObject",
            resource: ORDERS,
            context: &context,
            unknown_context: UnknownContext::Any,
        })
        .unwrap();
    let said: Vec<(Layer, LayerState, &str)> = explanation
        .layers
        .iter()
        .filter(|verdict| verdict.layer != Layer::Resource)
        .map(|verdict| (verdict.layer, verdict.state, verdict.reason.as_str()))
        .collect();
    assert_eq!(explanation.answer.decision, Decision::ExplicitDeny);
    let not_known = "a policy of this layer was not collected: it may allow or deny";
    let want = [
        (Layer::Identity, LayerState::Conditional, not_known),
        (Layer::Scp, LayerState::Blocks, "a statement denies the request"),
    ];
    for verdict in want {
        assert!(said.contains(&verdict), "{verdict:?} in {said:?}");
    }
}
