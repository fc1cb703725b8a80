//! The service control policy: who may change the role, its policies, stacks and rules.

use std::fs;

use serde_json::{Value, json};

use super::{characters, decide, everything};
use crate::support::repository;

const ACCOUNT: &str = "444455556666";

fn guard_rail() -> Value {
    let text = fs::read_to_string(repository().join("cfn-stacksets/protect-scp.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Whether an administrator of the account is stopped, and by nothing but the guard rail.
fn is_stopped(principal: &str, action: &str, resource: &str) -> bool {
    let row = json!({
        "id": action, "principal": principal, "action": action, "resource": resource, "resource_account": ACCOUNT,
        "identity_policies": [everything()],
        "scps": [{"org_id": "o-a1b2c3d4e5", "policies": [everything(), guard_rail()]}],
    });
    match decide(&row) {
        (decision, blocked_by) if decision == "explicit_deny" && blocked_by == ["scp"] => true,
        (decision, _) if decision == "allow" => false,
        other => panic!("{principal} {action} {resource}: {other:?}"),
    }
}

const ADMINISTRATORS: [&str; 4] = [
    "arn:aws:iam::444455556666:role/Admin",
    "arn:aws:iam::444455556666:user/admin",
    "arn:aws:iam::444455556666:root",
    // Its name only looks like that of the exceptions.
    "arn:aws:iam::444455556666:role/my-stacksets-exec-1",
];
const EXCEPTIONS: [&str; 2] = [
    "arn:aws:iam::444455556666:role/stacksets-exec-0123456789abcdef0123456789abcdef",
    "arn:aws:iam::444455556666:role/SecurityV0BreakGlass",
];

const TAMPERING: &[(&str, &str)] = &[
    ("iam:DeleteRole", "arn:aws:iam::444455556666:role/SecurityV0ReadOnly"),
    (
        "iam:UpdateAssumeRolePolicy",
        "arn:aws:iam::444455556666:role/SecurityV0ReadOnly",
    ),
    (
        "iam:AttachRolePolicy",
        "arn:aws:iam::444455556666:role/SecurityV0ReadOnly",
    ),
    (
        "iam:DetachRolePolicy",
        "arn:aws:iam::444455556666:role/SecurityV0ReadOnly-eu",
    ),
    (
        "iam:PutRolePolicy",
        "arn:aws:iam::444455556666:role/audit/SecurityV0ReadOnly",
    ),
    (
        "iam:PutRolePermissionsBoundary",
        "arn:aws:iam::444455556666:role/SecurityV0ReadOnly",
    ),
    ("iam:TagRole", "arn:aws:iam::444455556666:role/SecurityV0ReadOnly"),
    ("iam:CreateRole", "arn:aws:iam::444455556666:role/SecurityV0ReadOnly"),
    (
        "iam:CreatePolicyVersion",
        "arn:aws:iam::444455556666:policy/SecurityV0ReadOnly-deny",
    ),
    (
        "iam:SetDefaultPolicyVersion",
        "arn:aws:iam::444455556666:policy/audit/SecurityV0ReadOnly-deny",
    ),
    (
        "iam:DeletePolicy",
        "arn:aws:iam::444455556666:policy/SecurityV0ReadOnly-boundary",
    ),
    (
        "iam:DeleteRole",
        "arn:aws:iam::444455556666:role/SecurityV0EventForwarder-us-east-1",
    ),
    // Who could make one of the exceptions could do all else.
    ("iam:CreateRole", "arn:aws:iam::444455556666:role/stacksets-exec-mine"),
    (
        "iam:UpdateAssumeRolePolicy",
        "arn:aws:iam::444455556666:role/SecurityV0BreakGlass",
    ),
    ("iam:CreateRole", "arn:aws:iam::444455556666:role/SecurityV0BreakGlass"),
    (
        "cloudformation:DeleteStack",
        "arn:aws:cloudformation:eu-west-1:444455556666:stack/StackSet-securityv0-readonly-0a1b/0000",
    ),
    (
        "cloudformation:UpdateStack",
        "arn:aws:cloudformation:eu-west-1:444455556666:stack/StackSet-securityv0-event-forwarder-0a1b/0000",
    ),
    (
        "cloudformation:ExecuteChangeSet",
        "arn:aws:cloudformation:eu-west-1:444455556666:stack/StackSet-securityv0-readonly-0a1b/0000",
    ),
    (
        "events:DisableRule",
        "arn:aws:events:eu-west-1:444455556666:rule/SecurityV0-IdentityChanges",
    ),
    (
        "events:PutTargets",
        "arn:aws:events:eu-west-1:444455556666:rule/SecurityV0-WorkloadChanges",
    ),
];

#[test]
fn nobody_tampers_but_stack_sets_and_break_glass() {
    for (action, resource) in TAMPERING {
        for principal in ADMINISTRATORS {
            assert!(
                is_stopped(principal, action, resource),
                "{principal} {action} {resource}"
            );
        }
        for principal in EXCEPTIONS {
            assert!(
                !is_stopped(principal, action, resource),
                "{principal} {action} {resource}"
            );
        }
    }
}

#[test]
fn what_is_not_ours_and_what_only_looks_stays_as_it_was() {
    for (action, resource) in [
        ("iam:DeleteRole", "arn:aws:iam::444455556666:role/Application"),
        ("iam:CreateRole", "arn:aws:iam::444455556666:role/MySecurityV0ReadOnly"),
        (
            "iam:CreatePolicyVersion",
            "arn:aws:iam::444455556666:policy/Application",
        ),
        ("iam:GetRole", "arn:aws:iam::444455556666:role/SecurityV0ReadOnly"),
        (
            "iam:ListAttachedRolePolicies",
            "arn:aws:iam::444455556666:role/SecurityV0ReadOnly",
        ),
        (
            "iam:SimulatePrincipalPolicy",
            "arn:aws:iam::444455556666:role/SecurityV0ReadOnly",
        ),
        (
            "cloudformation:DescribeStacks",
            "arn:aws:cloudformation:eu-west-1:444455556666:stack/StackSet-securityv0-readonly-0a1b/0000",
        ),
        (
            "cloudformation:DeleteStack",
            "arn:aws:cloudformation:eu-west-1:444455556666:stack/StackSet-Baseline-0a1b/0000",
        ),
        ("events:PutRule", "arn:aws:events:eu-west-1:444455556666:rule/mine"),
        // The alert is deployed by whoever wants it.
        (
            "events:PutRule",
            "arn:aws:events:eu-west-1:444455556666:rule/SecurityV0Alert-OtherServices",
        ),
    ] {
        assert!(!is_stopped(ADMINISTRATORS[0], action, resource), "{action} {resource}");
    }
}

#[test]
fn it_fits_only_denies_and_names_no_account_or_partition() {
    let guard_rail = guard_rail();
    assert!(characters(&guard_rail) <= 5_120, "{}", characters(&guard_rail));
    let written = fs::metadata(repository().join("cfn-stacksets/protect-scp.json"))
        .unwrap()
        .len();
    assert!(
        written <= 5_120,
        "{written} bytes with white space, as the console counts them"
    );
    let exceptions: Vec<&Value> = guard_rail["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .map(|statement| {
            assert_eq!(statement["Effect"], "Deny");
            &statement["Condition"]
        })
        .collect();
    assert!(
        exceptions.windows(2).all(|pair| pair[0] == pair[1]),
        "the same exceptions everywhere"
    );
    let text = guard_rail.to_string();
    assert!(!text.contains("arn:aws") && !text.contains("111122223333"));
}
