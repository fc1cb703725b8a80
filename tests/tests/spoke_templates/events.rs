//! Which events are forwarded to the hub: changes that matter, and nothing that only reads or was refused.

use serde_json::{Value, json};
use sv0_collect::permissions::watch::MOST_PATTERN_CHARACTERS;

use super::stack::Stack;
use super::{characters, decide};

const BUS: &str = "arn:aws:events:eu-west-1:111122223333:event-bus/securityv0";

fn forwarder(further: &[(&str, &str)]) -> Stack {
    Stack::new("event-forwarder.yaml", &[&[("HubBusArn", BUS)], further].concat())
}

/// Rules of a stack: name and properties.
pub fn rules(stack: &Stack) -> Vec<Value> {
    let made = stack.resources().into_iter();
    let rules: Vec<Value> = made
        .filter(|(_, kind, _)| *kind == "AWS::Events::Rule")
        .map(|(.., rule)| rule)
        .collect();
    assert!(!rules.is_empty());
    rules
}

/// Whether an event fits a pattern, as EventBridge documents it ("Comparison operators for use in event patterns").
pub fn fits(pattern: &Value, event: &Value) -> bool {
    pattern.as_object().unwrap().iter().all(|(key, wanted)| match wanted {
        Value::Array(patterns) if key == "$or" => patterns.iter().any(|pattern| fits(pattern, event)),
        Value::Array(matchers) => {
            let value = event.get(key);
            matchers.iter().any(|matcher| matches(matcher, value))
        }
        nested => event.get(key).is_some_and(|event| fits(nested, event)),
    })
}

fn matches(matcher: &Value, value: Option<&Value>) -> bool {
    let Value::Object(operator) = matcher else {
        return value == Some(matcher);
    };
    let (operator, argument) = operator.iter().next().unwrap();
    let text = value.and_then(Value::as_str);
    match (operator.as_str(), argument) {
        ("exists", wanted) => wanted == &Value::from(value.is_some()),
        ("prefix", start) => text.is_some_and(|text| text.starts_with(start.as_str().unwrap())),
        ("suffix", end) => text.is_some_and(|text| text.ends_with(end.as_str().unwrap())),
        ("anything-but", Value::Array(texts)) => value.is_some_and(|value| !texts.contains(value)),
        ("anything-but", Value::Object(of)) => {
            let wildcards = of["wildcard"].as_array().unwrap();
            text.is_some_and(|text| {
                !wildcards
                    .iter()
                    .any(|wildcard| is_like(wildcard.as_str().unwrap(), text))
            })
        }
        other => panic!("{other:?} is no matcher that is known here"),
    }
}

/// Only `*` at the end is used.
fn is_like(wildcard: &str, text: &str) -> bool {
    match wildcard.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => text == wildcard,
    }
}

/// An event of CloudTrail as EventBridge delivers it.
pub fn event(service: &str, name: &str) -> Value {
    json!({
        "source": format!("aws.{service}"), "detail-type": "AWS API Call via CloudTrail", "account": "444455556666",
        "detail": {"eventSource": format!("{service}.amazonaws.com"), "eventName": name, "readOnly": false, "userIdentity": {"type": "AssumedRole"}},
    })
}

fn is_forwarded(event: &Value) -> bool {
    rules(&forwarder(&[]))
        .iter()
        .any(|rule| fits(&rule["EventPattern"], event))
}

#[test]
fn changes_that_matter_are_forwarded() {
    for (service, name) in [
        ("iam", "CreateRole"),
        ("iam", "UpdateAssumeRolePolicy"),
        ("iam", "AttachRolePolicy"),
        ("iam", "CreateAccessKey"),
        ("organizations", "AttachPolicy"),
        ("sso", "CreateAccountAssignment"),
        ("rolesanywhere", "CreateTrustAnchor"),
        ("eks", "CreatePodIdentityAssociation"),
        ("lambda", "CreateFunction20150331"),
        ("lambda", "UpdateFunctionConfiguration20150331v2"),
        ("lambda", "AddPermission20150331v2"),
        ("bedrock", "CreateAgent"),
        ("bedrock", "UpdateAgentActionGroup"),
        ("bedrock", "AssociateAgentKnowledgeBase"),
        ("bedrock-agentcore", "CreateGatewayTarget"),
        ("states", "UpdateStateMachine"),
        ("ecs", "RegisterTaskDefinition"),
        ("events", "PutTargets"),
        ("s3", "PutBucketPolicy"),
        ("kms", "PutKeyPolicy"),
        ("secretsmanager", "PutResourcePolicy"),
        ("sqs", "SetQueueAttributes"),
        ("ecr", "SetRepositoryPolicy"),
    ] {
        assert!(is_forwarded(&event(service, name)), "{service} {name}");
    }
}

#[test]
fn what_reads_is_refused_or_is_daily_work_is_not() {
    for (service, name) in [
        ("ec2", "RunInstances"),
        ("lambda", "UpdateFunctionCode20150331v2"),
        ("states", "StartExecution"),
        ("ecs", "RunTask"),
        ("kms", "CreateGrant"),
        ("s3", "CreateBucket"),
        ("secretsmanager", "PutSecretValue"),
    ] {
        assert!(!is_forwarded(&event(service, name)), "{service} {name}");
    }
    let mut read = event("iam", "GetRole");
    read["detail"]["readOnly"] = json!(true);
    assert!(!is_forwarded(&read));
    let mut refused = event("iam", "CreateRole");
    refused["detail"]["errorCode"] = json!("AccessDenied");
    assert!(!is_forwarded(&refused));
    let mut sign_in = event("iam", "CreateRole");
    sign_in["detail-type"] = json!("AWS Console Sign In via CloudTrail");
    assert!(!is_forwarded(&sign_in));
}

#[test]
fn rules_are_small_go_to_the_hub_alone_and_see_no_reads() {
    let stack = forwarder(&[]);
    assert_eq!(stack.refused(), Vec::<String>::new());
    for rule in rules(&stack) {
        assert!(
            characters(&rule["EventPattern"]) <= MOST_PATTERN_CHARACTERS,
            "{}",
            characters(&rule["EventPattern"])
        );
        assert_eq!(
            rule["State"], "ENABLED",
            "rules that see reads cost, and these look for changes"
        );
        let targets = rule["Targets"].as_array().unwrap();
        assert!(targets.len() == 1 && targets[0]["Arn"] == BUS, "{targets:?}");
        let name = rule["Name"].as_str().unwrap();
        assert!(
            name.starts_with("SecurityV0-"),
            "{name}: the guard rail knows it by its name"
        );
    }
    assert!(
        rules(&forwarder(&[("RuleState", "DISABLED")]))
            .iter()
            .all(|rule| rule["State"] == "DISABLED")
    );
    assert_eq!(
        forwarder(&[("HubBusArn", "arn:aws:events:eu-west-1:111122223333:event-bus/default")])
            .refused()
            .len(),
        1
    );
}

#[test]
fn the_forwarders_role_is_eventbridges_and_puts_on_that_bus_alone() {
    let stack = forwarder(&[]);
    let role = stack.properties("ForwarderRole");
    let trust = &role["AssumeRolePolicyDocument"];
    let arn = "arn:aws:iam::444455556666:role/SecurityV0EventForwarder-eu-west-1";
    let taken = |service: &str, account: &str, rule: &str| {
        let row = json!({
            "id": 1, "principal": service, "principal_type": "Service", "action": "sts:AssumeRole", "resource": arn, "resource_policy": trust,
            "context": {"aws:SourceAccount": account, "aws:SourceArn": format!("arn:aws:events:eu-west-1:{account}:rule/{rule}")},
        });
        decide(&row).0 == "allow"
    };
    assert!(taken(
        "events.amazonaws.com",
        "444455556666",
        "SecurityV0-IdentityChanges"
    ));
    assert!(
        !taken("events.amazonaws.com", "555566667777", "SecurityV0-IdentityChanges"),
        "a rule of another account"
    );
    assert!(!taken("events.amazonaws.com", "444455556666", "mine"), "another rule");
    assert!(!taken(
        "lambda.amazonaws.com",
        "444455556666",
        "SecurityV0-IdentityChanges"
    ));
    let policy = &stack.properties("ForwarderPolicy")["PolicyDocument"]["Statement"];
    assert_eq!(
        policy,
        &json!([{"Sid": "HubBus", "Effect": "Allow", "Action": "events:PutEvents", "Resource": BUS}])
    );
}
