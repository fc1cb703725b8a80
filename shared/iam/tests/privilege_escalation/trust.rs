//! `sts:AssumeRole`: "IAM role trust policies and KMS key policies are exceptions to this logic, because they must explicitly allow access
//! for principals" (IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access").

use serde_json::{Value, json};

use super::entries::{ACCOUNT, Subject};
use super::row::{Asker, Question, allow, policy, trusting_account};

/// The questions about the target role's trust policy; none for any other action.
pub fn questions(subject: &Subject) -> Vec<Question> {
    if subject.action != "sts:AssumeRole" {
        return Vec::new();
    }
    let mut asker = Asker::new(subject);
    let granted = vec![policy(&[allow(&subject.permission, &subject.resource)])];
    let with = |identity: &[Value], trust: Value| json!({"identity_policies": identity, "resource_policy": trust});
    asker.lacking(
        "granted, but no trust policy is known",
        &with(&granted, Value::Null),
        &["resource"],
    );
    asker.lacking(
        "neither grant nor trust",
        &with(&[], Value::Null),
        &["identity", "resource"],
    );
    for (what, principal) in [
        (
            "granted, but another role is trusted",
            json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:role/other")}),
        ),
        (
            "granted, but another account is trusted",
            json!({"AWS": "arn:aws:iam::444455556666:root"}),
        ),
        (
            "granted, but a service is trusted",
            json!({"Service": "ec2.amazonaws.com"}),
        ),
    ] {
        asker.lacking(what, &with(&granted, policy(&[trusting(principal)])), &["resource"]);
    }
    let of_other_action = json!({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRoleWithSAML"});
    asker.lacking(
        "granted, but trusted for another action",
        &with(&granted, policy(&[of_other_action])),
        &["resource"],
    );
    let denying = json!({"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"});
    asker.denied(
        "granted and trusted, but the trust policy denies",
        &with(&granted, policy(&[trusting_account(), denying])),
        "resource",
        ("/resource_policy", 1),
    );
    let by_name = policy(&[trusting(
        json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:role/attacker")}),
    )]);
    asker.allowed(
        "the role itself is trusted, and needs no grant in its own account",
        &with(&[], by_name.clone()),
        &[],
    );
    let mut bounded = with(&[], by_name);
    bounded["permission_boundaries"] = json!([policy(&[allow("tag:GetResources", "*")])]);
    asker.lacking("trusted by name, but its boundary lacks it", &bounded, &["boundary"]);
    asker.questions
}

fn trusting(principal: Value) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
}
