//! Grants that say the same in other words, and grants that only look like it.

use serde_json::{Value, json};

use super::entries::ACCOUNT;
use super::questions::{IDENTITY, grant};
use super::row::{Asker, allow, deny, policy};

/// Asks about every way to write the grant.
pub fn ask(asker: &mut Asker<'_>) {
    by_a_pattern(asker);
    by_not_action(asker);
    on_resources(asker);
    under_a_condition(asker);
}

fn by_a_pattern(asker: &mut Asker<'_>) {
    let (service, name) = (asker.subject.service(), asker.subject.name());
    let (head, tail) = (&name[..name.len() - 1], &name[1..]);
    let matching = [
        ("the wildcard of everything", "*".to_owned()),
        ("the service's wildcard", format!("{service}:*")),
        ("a wildcard after the verb", format!("{service}:{}*", &name[..3])),
        ("a wildcard in front", format!("{service}:*{tail}")),
        ("a wildcard that stands for nothing", format!("{service}:{name}*")),
        ("a question mark for the last character", format!("{service}:{head}?")),
        ("stars and question marks", format!("{service}:?{}*?", &name[1..3])),
        ("upper case", format!("{service}:{name}").to_uppercase()),
        ("lower case", format!("{service}:{name}").to_lowercase()),
        (
            "another case with a wildcard",
            format!("{}:{}*", service.to_uppercase(), head.to_uppercase()),
        ),
    ];
    for (what, pattern) in matching {
        asker.allowed(what, &by_action(&json!(pattern)), &[(IDENTITY, 0)]);
    }
    asker.allowed(
        "a list with it",
        &by_action(&json!(["tag:GetResources", format!("{service}:{name}")])),
        &[(IDENTITY, 0)],
    );
    let missing = [
        ("a question mark too many", format!("{service}:{name}?")),
        ("a name that goes on", format!("{service}:{name}s")),
        ("a name that ends early", format!("{service}:{head}")),
        ("a star that does not reach its end", format!("{service}:*{head}")),
        ("a service whose name goes on", format!("{service}s:{name}")),
        ("another service's wildcard", "tag:*".to_owned()),
    ];
    for (what, pattern) in missing {
        asker.lacking(what, &by_action(&json!(pattern)), &["identity"]);
    }
}

fn by_action(actions: &Value) -> Value {
    json!({"identity_policies": [policy(&[json!({"Effect": "Allow", "Action": actions, "Resource": "*"})])]})
}

fn by_not_action(asker: &mut Asker<'_>) {
    let subject = asker.subject;
    let all_but = |actions: Value| json!({"identity_policies": [policy(&[json!({"Effect": "Allow", "NotAction": actions, "Resource": subject.resource})])]});
    asker.allowed("all but another service", &all_but(json!("tag:*")), &[(IDENTITY, 0)]);
    asker.allowed(
        "all but an action whose name goes on",
        &all_but(json!([format!("{}s", subject.action)])),
        &[(IDENTITY, 0)],
    );
    for (what, actions) in [
        ("all but it", json!(subject.action)),
        ("all but it, in other case", json!(subject.action.to_uppercase())),
        (
            "all but its service",
            json!(["tag:*", format!("{}:*", subject.service())]),
        ),
        ("all but everything", json!("*")),
    ] {
        asker.lacking(what, &all_but(actions), &["identity"]);
    }
}

fn on_resources(asker: &mut Asker<'_>) {
    let subject = asker.subject;
    let on = |resource: &str| json!({"identity_policies": [policy(&[allow(&subject.permission, resource)])]});
    asker.allowed("on every resource", &on("*"), &[(IDENTITY, 0)]);
    asker.lacking(
        "on something else altogether",
        &on("arn:aws:iam::111122223333:saml-provider/other"),
        &["identity"],
    );
    if subject.resource == "*" {
        asker.lacking(
            "called without a resource, granted on every ARN of the partition",
            &on("arn:aws:*"),
            &["identity"],
        );
        return;
    }
    let resource = subject.resource.as_str();
    let shorter = &resource[..resource.len() - 1];
    asker.allowed("on all that begins so", &on(&format!("{shorter}*")), &[(IDENTITY, 0)]);
    asker.allowed(
        "on all that differs in the last character",
        &on(&format!("{shorter}?")),
        &[(IDENTITY, 0)],
    );
    asker.lacking("on one whose name goes on", &on(&format!("{resource}s")), &["identity"]);
    asker.lacking("on one whose name ends early", &on(shorter), &["identity"]);
    asker.lacking(
        "on it in other case",
        &on(&resource.replace("target", "Target")),
        &["identity"],
    );
    if resource.contains(ACCOUNT) {
        asker.lacking(
            "on its like in another account",
            &on(&resource.replace(ACCOUNT, "444455556666")),
            &["identity"],
        );
    }
    let all_but = |resource: &str| json!({"identity_policies": [policy(&[json!({"Effect": "Allow", "Action": subject.permission, "NotResource": resource})])]});
    asker.allowed(
        "on all but another",
        &all_but(&format!("{resource}s")),
        &[(IDENTITY, 0)],
    );
    asker.lacking("on all but it", &all_but(resource), &["identity"]);
    let elsewhere =
        json!({"identity_policies": [policy(&[grant(subject), deny(&subject.permission, &format!("{resource}s"))])]});
    asker.allowed("a Deny on another resource", &elsewhere, &[(IDENTITY, 0)]);
    let narrowed = json!({"identity_policies": [policy(&[grant(subject)])], "permission_boundaries": [policy(&[allow(&subject.permission, &format!("{resource}s"))])]});
    asker.lacking("a boundary with it on another resource", &narrowed, &["boundary"]);
}

fn under_a_condition(asker: &mut Asker<'_>) {
    let mut grant = grant(asker.subject);
    grant["Condition"] = json!({"StringEquals": {"aws:PrincipalTag/team": "red"}});
    let fields = json!({"identity_policies": [policy(&[grant])]});
    let with = |team: &str| {
        let mut fields = fields.clone();
        fields["context"] = json!({"aws:principaltag/TEAM": team});
        fields
    };
    asker.conditional(
        "a condition on a key that may have any value",
        &fields,
        json!({"key": "aws:PrincipalTag/team", "operator": "StringEquals", "values": ["red"]}),
    );
    asker.lacking("a condition on a key that is absent", &fields, &["identity"]);
    asker.allowed("a condition that is met", &with("red"), &[(IDENTITY, 0)]);
    asker.lacking("a condition that is not met", &with("blue"), &["identity"]);
}
