//! Who may take roles and use resources.

use serde_json::Value;

use super::Fault;
use crate::templates::load::{Template, entries};
use crate::templates::policies::{Duty, Statement, branches, may_be_absent, statements, texts};

/// Keys that tie a call to this account or organization, or to one resource of it.
const OURS: [&str; 9] = [
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "kms:CallerAccount",
    "kms:EncryptionContext:aws:logs:arn",
    "kms:EncryptionContext:aws:sqs:arn",
];

/// Services that take roles on behalf of any account's resources, unless the trust policy says whose. Lambda takes only roles that a function has, and those are passed by `iam:PassRole`.
const WITHOUT_SOURCE: [&str; 1] = ["lambda.amazonaws.com"];

fn allowing(template: &Template) -> impl Iterator<Item = Statement<'_>> {
    statements(template).into_iter().filter(Statement::allows)
}

/// Nobody but services and named roles takes a role, and those are of this account, or of this organization and say the external id.
pub fn trust(template: &Template) -> Vec<Fault> {
    let mut found = Vec::new();
    for statement in allowing(template).filter(|statement| statement.duty == Duty::Trust) {
        let name = statement.resource.name;
        for principal in principals(&statement) {
            if principal == "*" || principal == "?" || principal.ends_with(":root") || principal == "${AWS::AccountId}"
            {
                found.push(Fault::new(name, principal));
            }
        }
        let takes = statement.actions().iter().any(|action| action == "sts:AssumeRole");
        let is_named = !of_kind(&statement, "AWS").is_empty();
        if takes && is_named && !has_key(&statement, &["sts:ExternalId", "aws:PrincipalAccount"]) {
            found.push(Fault::new(name, "sts:ExternalId"));
        }
        if is_named && !has_key(&statement, &["aws:PrincipalOrgID", "aws:PrincipalAccount"]) {
            found.push(Fault::new(name, "aws:PrincipalOrgID"));
        }
    }
    found
}

pub fn everybody(template: &Template) -> Vec<Fault> {
    let of_resources = allowing(template).filter(|statement| statement.duty == Duty::OfResource);
    of_resources
        .filter(|statement| principals(statement).iter().any(|principal| principal == "*"))
        .filter(|statement| !has_key(statement, &OURS))
        .map(|statement| Fault::new(statement.resource.name, sid(&statement)))
        .collect()
}

/// Else a service may be talked into using it by somebody of another account.
pub fn services(template: &Template) -> Vec<Fault> {
    let mut found: Vec<Fault> = allowing(template)
        .filter(|statement| {
            let services = of_kind(statement, "Service");
            let exempt =
                statement.duty == Duty::Trust && services.iter().all(|name| WITHOUT_SOURCE.contains(&name.as_str()));
            !services.is_empty() && !exempt && !has_key(statement, &OURS)
        })
        .map(|statement| Fault::new(statement.resource.name, sid(&statement)))
        .collect();
    let permissions = template.of_type("AWS::Lambda::Permission");
    let open = permissions.filter(|permission| {
        may_be_absent(permission.property("SourceArn")) && may_be_absent(permission.property("SourceAccount"))
    });
    found.extend(open.map(|permission| Fault::new(permission.name, "SourceArn")));
    found
}

fn sid(statement: &Statement<'_>) -> String {
    statement.all["Sid"].as_str().unwrap_or("without Sid").to_owned()
}

fn principals(statement: &Statement<'_>) -> Vec<String> {
    let principal = &statement.all["Principal"];
    if principal.is_string() {
        return texts(principal);
    }
    entries(principal).flat_map(|(_, value)| texts(value)).collect()
}

fn of_kind(statement: &Statement<'_>, kind: &str) -> Vec<String> {
    texts(&statement.all["Principal"][kind])
}

/// Whether the statement holds only with one of these keys. `…IfExists` also holds without.
fn has_key(statement: &Statement<'_>, keys: &[&str]) -> bool {
    let condition = &statement.all["Condition"];
    !may_be_absent(condition) && branches(condition).iter().all(|condition| names(condition, keys))
}

fn names(condition: &Value, keys: &[&str]) -> bool {
    entries(condition)
        .filter(|(operator, _)| ["StringEquals", "StringLike", "ArnEquals", "ArnLike"].contains(operator))
        .flat_map(|(_, tests)| entries(tests))
        .any(|(key, values)| {
            let is_known = keys.iter().any(|known| known.eq_ignore_ascii_case(key));
            is_known && !may_be_absent(values) && texts(values).iter().all(|value| value != "*")
        })
}
