//! Whether a role's trust policy lets anybody in without the external id, as far as its text tells.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::listing::text;

const EXTERNAL_ID: &str = "sts:externalid";

/// Whether a statement allows `sts:AssumeRole` to somebody who sends no external id; `None` where the answer to `GetRole` holds no policy that can be read.
///
/// A condition counts only where it fails when the key is absent. Other conditions than those of the external id do not count: they narrow who comes in, not with what.
pub(super) fn lets_in_without_id(answer: &Value) -> Option<bool> {
    let document = text(answer.get("Role")?, "AssumeRolePolicyDocument");
    let document = match document {
        // IAM prints documents URL-encoded.
        Some(text) => serde_json::from_str(&percent_decode_str(text).decode_utf8().ok()?).ok()?,
        None => answer.pointer("/Role/AssumeRolePolicyDocument")?.clone(),
    };
    let statements = list(document.get("Statement")?);
    let is = |statement: &Value, effect: &str| statement.get("Effect").and_then(Value::as_str) == Some(effect);
    let assumes: Vec<&Value> = statements
        .into_iter()
        .filter(|statement| assumes_role(statement))
        .collect();
    let is_shut = assumes.iter().any(|one| is(one, "Deny") && denies_without_id(one));
    let is_open = assumes
        .iter()
        .any(|one| is(one, "Allow") && is_for_principals(one) && !fails_without_id(one));
    Some(is_open && !is_shut)
}

fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().collect(),
        one => vec![one],
    }
}

fn assumes_role(statement: &Value) -> bool {
    let is_meant = |action: &&Value| {
        let action = action.as_str().unwrap_or_default().to_ascii_lowercase();
        // A pattern is taken to mean it: a policy that is called open by mistake is looked at, one that is called closed is not.
        action == "sts:assumerole" || action == "*" || (action.starts_with("sts:") && action.contains(['*', '?']))
    };
    match (statement.get("Action"), statement.get("NotAction")) {
        (Some(actions), _) => list(actions).iter().any(is_meant),
        (None, Some(others)) => !list(others).iter().any(is_meant),
        (None, None) => false,
    }
}

/// Services and identity providers do not come with `sts:AssumeRole` and an external id of a third party.
fn is_for_principals(statement: &Value) -> bool {
    match statement.get("Principal") {
        Some(Value::Object(kinds)) => kinds.contains_key("AWS"),
        Some(principal) => principal.as_str() == Some("*"),
        None => statement.get("NotPrincipal").is_some(),
    }
}

/// Conditions on the external id: the operator in lower case, and its values.
fn conditions(statement: &Value) -> Vec<(String, Vec<&Value>)> {
    let operators = statement.get("Condition").and_then(Value::as_object);
    let each = operators.into_iter().flatten().flat_map(|(operator, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        let own = keys.filter(|(key, _)| key.to_ascii_lowercase() == EXTERNAL_ID);
        own.map(move |(_, values)| (operator.to_ascii_lowercase(), list(values)))
    });
    each.collect()
}

/// Whether an allowing statement does not apply where the key is absent.
///
/// Source: IAM User Guide, "IAM JSON policy elements: Condition operators": operators that negate hold where the key is absent, as do those that end in `IfExists`;
/// "Multivalued context keys": so does `ForAllValues`.
fn fails_without_id(statement: &Value) -> bool {
    conditions(statement)
        .iter()
        .any(|(operator, values)| match operator.as_str() {
            "null" => values.iter().all(|value| is_text(value, "false")),
            "stringequals" | "stringequalsignorecase" | "stringlike" => true,
            other => other
                .strip_prefix("foranyvalue:")
                .is_some_and(|plain| matches!(plain, "stringequals" | "stringequalsignorecase" | "stringlike")),
        })
}

/// Whether a denying statement applies to everybody who sends no external id.
fn denies_without_id(statement: &Value) -> bool {
    let holds = |(operator, values): &(String, Vec<&Value>)| match operator.as_str() {
        "null" => values.iter().all(|value| is_text(value, "true")),
        "stringnotequals" | "stringnotequalsignorecase" | "stringnotlike" => true,
        _ => false,
    };
    let own = conditions(statement);
    let has_others = statement
        .get("Condition")
        .and_then(Value::as_object)
        .is_some_and(|operators| {
            let keys = operators.values().filter_map(Value::as_object);
            keys.flat_map(serde_json::Map::keys)
                .any(|key| key.to_ascii_lowercase() != EXTERNAL_ID)
        });
    let is_for_all = match statement.get("Principal") {
        Some(Value::Object(kinds)) => kinds
            .get("AWS")
            .is_some_and(|one| list(one).iter().any(|one| is_text(one, "*"))),
        Some(principal) => is_text(principal, "*"),
        None => false,
    };
    is_for_all && !has_others && !own.is_empty() && own.iter().all(holds)
}

fn is_text(value: &Value, text: &str) -> bool {
    match value {
        Value::Bool(value) => value.to_string() == text,
        other => other.as_str().is_some_and(|own| own.eq_ignore_ascii_case(text)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn allow(condition: &Value) -> Value {
        json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/collector"}, "Action": ["sts:AssumeRole", "sts:TagSession"], "Condition": condition})
    }

    #[test]
    fn only_a_condition_that_fails_without_the_external_id_closes_a_role() {
        let id = "one-of-a-kind-0001";
        let closed = allow(&json!({"StringEquals": {"sts:ExternalId": id}}));
        let open = json!({"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"});
        let deny = |principal: &Value, condition: &Value| json!({"Effect": "Deny", "Principal": principal, "Action": "sts:*", "Condition": condition});
        let cases = [
            ("asked for", json!([closed]), false),
            ("a single statement", closed.clone(), false),
            (
                "in other letters",
                allow(&json!({"stringequals": {"STS:externalid": id}})),
                false,
            ),
            (
                "any text, but one",
                allow(&json!({"StringLike": {"sts:ExternalId": "*"}})),
                false,
            ),
            (
                "must be there",
                allow(&json!({"Null": {"sts:ExternalId": "false"}})),
                false,
            ),
            (
                "with another condition",
                allow(&json!({"StringEquals": {"sts:ExternalId": id, "aws:PrincipalOrgID": "o-1"}})),
                false,
            ),
            ("no condition", open.clone(), true),
            ("another statement is open", json!([closed, open]), true),
            (
                "only if it is sent",
                allow(&json!({"StringEqualsIfExists": {"sts:ExternalId": id}})),
                true,
            ),
            (
                "negated",
                allow(&json!({"StringNotEquals": {"sts:ExternalId": "wrong"}})),
                true,
            ),
            (
                "must not be there",
                allow(&json!({"Null": {"sts:ExternalId": "true"}})),
                true,
            ),
            (
                "for all values",
                allow(&json!({"ForAllValues:StringEquals": {"sts:ExternalId": id}})),
                true,
            ),
            (
                "another key",
                allow(&json!({"StringEquals": {"aws:PrincipalTag/sts:ExternalId": id}})),
                true,
            ),
            (
                "everybody",
                json!({"Effect": "Allow", "Principal": "*", "Action": "sts:*"}),
                true,
            ),
            (
                "all but",
                json!({"Effect": "Allow", "NotPrincipal": {"AWS": "1"}, "NotAction": "s3:*"}),
                true,
            ),
            (
                "tags alone",
                json!([closed, {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:TagSession"}]),
                false,
            ),
            (
                "a service",
                json!([closed, {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]),
                false,
            ),
            (
                "denied without",
                json!([open, deny(&json!("*"), &json!({"Null": {"sts:ExternalId": true}}))]),
                false,
            ),
            (
                "denied with another",
                json!([
                    open,
                    deny(
                        &json!({"AWS": "*"}),
                        &json!({"StringNotEquals": {"sts:ExternalId": id}})
                    )
                ]),
                false,
            ),
            (
                "denied to some",
                json!([
                    open,
                    deny(
                        &json!({"AWS": "111122223333"}),
                        &json!({"Null": {"sts:ExternalId": "true"}})
                    )
                ]),
                true,
            ),
            (
                "denied to some of them",
                json!([
                    open,
                    deny(
                        &json!("*"),
                        &json!({"Null": {"sts:ExternalId": "true"}, "StringEquals": {"aws:PrincipalAccount": "1"}})
                    )
                ]),
                true,
            ),
        ];
        for (case, statements, want) in cases {
            let document = json!({"Version": "2012-10-17", "Statement": statements});
            let encoded = document.to_string().replace('"', "%22").replace('{', "%7B");
            for document in [document, Value::from(encoded)] {
                let answer = json!({"Role": {"AssumeRolePolicyDocument": document}});
                assert_eq!(lets_in_without_id(&answer), Some(want), "{case}");
            }
        }
        let unreadable = json!({"Role": {"AssumeRolePolicyDocument": "%7Bnot json"}});
        assert_eq!(lets_in_without_id(&unreadable), None);
    }
}
