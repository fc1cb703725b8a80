use std::sync::Arc;

use serde_json::{Value, json};
use sv0_model::decision::{ConditionExpression, Decision, Layer, UNCOLLECTED_POLICY_KEY};

use super::*;
use crate::context::{Context, UnknownContext};
use crate::parse::parse_policy;
use crate::principal::Principal;
use crate::question::{NamedPolicy, ResourcePolicyInput, UncollectedPolicy};

fn named(name: &str, statement: &Value) -> NamedPolicy {
    let document = json!({"Version": "2012-10-17", "Statement": statement});
    NamedPolicy {
        name: name.to_owned(),
        policy: Arc::new(parse_policy(&document).policy),
    }
}

fn ask(context: &Context, unknown_context: UnknownContext, policies: &ApplicablePolicies<'_>) -> Evaluation {
    let principal = Principal::parse("arn:aws:iam::111122223333:role/reader", None).unwrap();
    let question = Question {
        principal: &principal,
        action: "s3:GetObject",
        resource: "arn:aws:s3:::data/k",
        resource_account: None,
        context,
        now: None,
        unknown_context,
    };
    evaluate(&question, policies).unwrap()
}

fn uncollected(layer: Layer, name: &str, caveat: Caveat) -> UncollectedPolicy {
    UncollectedPolicy {
        layer,
        name: name.to_owned(),
        caveat,
    }
}

fn says(operator: &str, name: &str) -> ConditionExpression {
    ConditionExpression::Test {
        key: UNCOLLECTED_POLICY_KEY.to_owned(),
        operator: operator.to_owned(),
        values: vec![name.to_owned()],
    }
}

#[test]
fn a_policy_that_was_not_collected_is_conditional_in_every_layer() {
    let identity = [named(
        "grants",
        &json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}),
    )];
    for (layer, caveat, operator) in [
        (Layer::Identity, Caveat::PolicyNotCollected, "Not:Denies"),
        (Layer::Boundary, Caveat::PolicyNotCollected, "Allows"),
        (Layer::Session, Caveat::PolicyNotCollected, "Allows"),
        (Layer::Scp, Caveat::ScpsNotCollected, "Allows"),
        (Layer::Rcp, Caveat::RcpsNotCollected, "Not:Denies"),
        (Layer::Endpoint, Caveat::PolicyNotCollected, "Allows"),
        (Layer::Resource, Caveat::ResourcePolicyNotCollected, "Not:Denies"),
    ] {
        let missing = [uncollected(layer, "unknown", caveat)];
        let policies = ApplicablePolicies {
            identity: &identity,
            uncollected: &missing,
            ..ApplicablePolicies::default()
        };
        let evaluation = ask(&Context::new(), UnknownContext::Absent, &policies);
        assert_eq!(evaluation.decision, Decision::Conditional, "{layer:?}");
        assert_eq!(evaluation.condition, Some(says(operator, "unknown")), "{layer:?}");
        assert_eq!(evaluation.blocked_by, [layer]);
        assert_eq!(evaluation.caveats, [caveat]);
    }
}

#[test]
fn one_of_the_policies_that_were_not_collected_may_grant_unless_another_denies() {
    let missing = [
        uncollected(Layer::Identity, "one", Caveat::PolicyNotCollected),
        uncollected(Layer::Identity, "two", Caveat::PolicyNotCollected),
    ];
    let policies = ApplicablePolicies {
        uncollected: &missing,
        ..ApplicablePolicies::default()
    };
    let evaluation = ask(&Context::new(), UnknownContext::Absent, &policies);
    let one_allows = ConditionExpression::Any {
        any: vec![says("Allows", "one"), says("Allows", "two")],
    };
    let all = vec![one_allows, says("Not:Denies", "one"), says("Not:Denies", "two")];
    assert_eq!(evaluation.condition, Some(ConditionExpression::All { all }));
}

#[test]
fn a_policy_that_was_not_collected_leaves_the_conditions_of_the_others() {
    let identity = [named(
        "grants",
        &json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}),
    )];
    let missing = [uncollected(Layer::Identity, "unknown", Caveat::PolicyNotCollected)];
    let policies = ApplicablePolicies {
        identity: &identity,
        uncollected: &missing,
        ..ApplicablePolicies::default()
    };
    let evaluation = ask(&Context::new(), UnknownContext::Any, &policies);
    let granted = ConditionExpression::Test {
        key: "aws:SourceVpce".to_owned(),
        operator: "StringEquals".to_owned(),
        values: vec!["vpce-1".to_owned()],
    };
    let either = ConditionExpression::Any {
        any: vec![granted, says("Allows", "unknown")],
    };
    let all = vec![either, says("Not:Denies", "unknown")];
    assert_eq!(evaluation.condition, Some(ConditionExpression::All { all }));
}

#[test]
fn an_explicit_deny_stands_whatever_was_not_collected() {
    let identity = [named(
        "denies",
        &json!({"Effect": "Deny", "Action": "s3:*", "Resource": "*"}),
    )];
    let missing = [uncollected(Layer::Scp, "unknown", Caveat::ScpsNotCollected)];
    let policies = ApplicablePolicies {
        identity: &identity,
        uncollected: &missing,
        ..ApplicablePolicies::default()
    };
    let evaluation = ask(&Context::new(), UnknownContext::Absent, &policies);
    assert_eq!(evaluation.decision, Decision::ExplicitDeny);
    assert_eq!(evaluation.blocked_by, [Layer::Identity]);
    assert_eq!(evaluation.caveats, []);
}

#[test]
fn a_resource_policy_that_was_not_collected_is_never_a_deny() {
    let boundary = [named(
        "limits",
        &json!({"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}),
    )];
    let policies = ApplicablePolicies {
        boundaries: &boundary,
        resource: ResourcePolicyInput::NotCollected {
            name: "arn:aws:s3:::data",
        },
        ..ApplicablePolicies::default()
    };
    let evaluation = ask(&Context::new(), UnknownContext::Absent, &policies);
    assert_eq!(evaluation.condition, Some(says("Allows", "arn:aws:s3:::data")));
    assert_eq!(
        evaluation.blocked_by,
        [Layer::Identity, Layer::Resource, Layer::Boundary]
    );
    assert_eq!(evaluation.caveats, [Caveat::ResourcePolicyNotCollected]);
}

#[test]
fn the_granting_statements_are_named_whatever_stops_the_request() {
    let identity = [named(
        "grants",
        &json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
            {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}]),
    )];
    let resource = named(
        "bucket",
        &json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Principal": {"AWS": "111122223333"}}),
    );
    let boundary = [named(
        "denies",
        &json!({"Effect": "Deny", "Action": "*", "Resource": "*"}),
    )];
    let policies = ApplicablePolicies {
        identity: &identity,
        boundaries: &boundary,
        resource: ResourcePolicyInput::Set(&resource),
        ..ApplicablePolicies::default()
    };
    let evaluation = ask(&Context::new(), UnknownContext::Any, &policies);
    assert_eq!(evaluation.decision, Decision::ExplicitDeny);
    let granting: Vec<(&str, usize)> = evaluation
        .granting
        .iter()
        .map(|statement| (statement.policy.as_str(), statement.index))
        .collect();
    assert_eq!(granting, [("bucket", 0), ("grants", 0)]);
    assert!(evaluation.granting.iter().all(|statement| statement.sha256.is_some()));
}

#[test]
fn keys_known_to_be_absent_stay_absent_where_others_may_be_anything() {
    let identity = [named(
        "grants",
        &json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "red"}}},
            {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}]),
    )];
    let policies = ApplicablePolicies {
        identity: &identity,
        ..ApplicablePolicies::default()
    };
    let mut context = Context::new();
    context.mark_absent_prefix("aws:ResourceTag/");
    assert_eq!(
        ask(&context, UnknownContext::Any, &policies).decision,
        Decision::Conditional
    );
    context.mark_absent("AWS:SourceVpc");
    assert_eq!(
        ask(&context, UnknownContext::Any, &policies).decision,
        Decision::ImplicitDeny
    );
    context.insert("aws:resourcetag/Team", vec!["red".to_owned()]);
    assert_eq!(ask(&context, UnknownContext::Any, &policies).decision, Decision::Allow);
}

#[test]
fn formulas_are_made_only_where_something_is_open() {
    let allow = |resource: &str| json!({"Effect": "Allow", "Action": "s3:Get*", "Resource": resource});
    let with = |statement: Value, condition: Value| {
        let mut statement = statement;
        statement["Condition"] = condition;
        statement
    };
    let elsewhere = || allow("arn:aws:s3:::other/*");
    for (statement, unknown_context, is_known) in [
        (allow("*"), UnknownContext::Any, true),
        (elsewhere(), UnknownContext::Any, true),
        (allow("arn:aws:s3:::${aws:PrincipalAccount}"), UnknownContext::Any, true),
        (allow("arn:aws:s3:::${svc:k}/k"), UnknownContext::Absent, true),
        (allow("arn:aws:s3:::${svc:k}/k"), UnknownContext::Any, false),
        (
            with(allow("*"), json!({"StringLike": {"svc:k": "v"}})),
            UnknownContext::Absent,
            true,
        ),
        (
            with(allow("*"), json!({"StringLike": {"svc:k": "v"}})),
            UnknownContext::Any,
            false,
        ),
        (
            with(elsewhere(), json!({"StringLike": {"svc:k": "v"}})),
            UnknownContext::Any,
            true,
        ),
        (
            with(allow("*"), json!({"Null": {"svc:k": "true"}})),
            UnknownContext::Any,
            false,
        ),
        (
            with(allow("*"), json!({"Nonsense": {"svc:k": "v"}})),
            UnknownContext::Absent,
            false,
        ),
        (with(allow("*"), json!(5)), UnknownContext::Absent, false),
    ] {
        let identity = [named("one", &statement)];
        let policies = ApplicablePolicies {
            identity: &identity,
            ..ApplicablePolicies::default()
        };
        let principal = Principal::parse("arn:aws:iam::111122223333:role/reader", None).unwrap();
        let question = Question {
            principal: &principal,
            action: "s3:GetObject",
            resource: "arn:aws:s3:::data/k",
            resource_account: None,
            context: &Context::new(),
            now: None,
            unknown_context,
        };
        let request = Request::new(&question, &policies).unwrap();
        assert_eq!(
            decide_known(&request, &policies).is_some(),
            is_known,
            "{statement} {unknown_context:?}"
        );
    }
}
