//! Whom the policy of a resource or role may let in, told from its JSON: what is not understood may let in anybody.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use sv0_model::arn::{Arn, is_account_id};

/// Who may be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Opened<'d> {
    /// Everyone, or somebody of whom the policy does not say which account they are in.
    ToEveryone,
    /// Somebody in an account.
    ToAccount(&'d str),
}

/// Whom the statements of a document that may allow something name. Services, providers of identities and canonical users are no user, role or session, and not told of.
pub(super) fn opened_to(document: &Value) -> BTreeSet<Opened<'_>> {
    let mut opened = BTreeSet::new();
    match document.get("Statement") {
        Some(Value::Array(statements)) => statements
            .iter()
            .for_each(|statement| add_statement(statement, &mut opened)),
        Some(statement) => add_statement(statement, &mut opened),
        None => {
            opened.insert(Opened::ToEveryone);
        }
    }
    opened
}

fn add_statement<'d>(statement: &'d Value, opened: &mut BTreeSet<Opened<'d>>) {
    if statement.get("Effect").and_then(Value::as_str) == Some("Deny") {
        return;
    }
    match statement.get("Principal") {
        Some(Value::Object(principals)) => add_principals(principals, opened),
        _ => {
            opened.insert(Opened::ToEveryone);
        }
    }
}

fn add_principals<'d>(principals: &'d Map<String, Value>, opened: &mut BTreeSet<Opened<'d>>) {
    for (kind, named) in principals {
        let is_nobody_in_an_account = matches!(kind.as_str(), "Service" | "Federated" | "CanonicalUser");
        if is_nobody_in_an_account && is_text(named) {
            continue;
        }
        match named {
            Value::Array(names) => opened.extend(names.iter().map(named_by)),
            name => {
                opened.insert(named_by(name));
            }
        }
    }
}

fn is_text(named: &Value) -> bool {
    match named {
        Value::String(name) => name != "*",
        Value::Array(names) => names.iter().all(|name| name.is_string() && is_text(name)),
        _ => false,
    }
}

fn named_by(name: &Value) -> Opened<'_> {
    let account = name.as_str().and_then(|name| {
        if is_account_id(name) {
            return Some(name);
        }
        Arn::parse(name)?.account_id()
    });
    account.map_or(Opened::ToEveryone, Opened::ToAccount)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Opened::{ToAccount, ToEveryone};
    use super::*;

    /// `(statements, who may be let in)`
    #[test]
    fn names_accounts_or_everyone() {
        const A: &str = "111111111111";
        const B: &str = "222222222222";
        for (statements, want) in [
            (json!([]), vec![]),
            (
                json!([{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}]),
                vec![],
            ),
            (
                json!([{"Effect": "Allow", "Principal": {"Service": "*"}}]),
                vec![ToEveryone],
            ),
            (json!({"Effect": "Allow", "Principal": "*"}), vec![ToEveryone]),
            (
                json!([{"Effect": "Allow", "Principal": {"AWS": "*"}}]),
                vec![ToEveryone],
            ),
            (json!([{"Effect": "Deny", "Principal": "*"}]), vec![]),
            (
                json!([{"Effect": "deny", "Principal": {"AWS": A}}, {"Principal": {"AWS": B}}]),
                vec![ToAccount(A), ToAccount(B)],
            ),
            (
                json!([{"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::111111111111:root", "arn:aws:sts::222222222222:assumed-role/a/b"]}}]),
                vec![ToAccount(A), ToAccount(B)],
            ),
            (
                json!([{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111111111111:saml-provider/idp"}}]),
                vec![],
            ),
            (
                json!([{"Effect": "Allow", "Principal": {"AWS": "AROAEXAMPLE"}}]),
                vec![ToEveryone],
            ),
            (
                json!([{"Effect": "Allow", "Principal": {"CanonicalUser": ["79a5", "*"]}}]),
                vec![ToEveryone],
            ),
            (
                json!([{"Effect": "Allow", "Principal": {"CanonicalUser": "79a5"}}]),
                vec![],
            ),
            (
                json!([{"Effect": "Allow", "NotPrincipal": {"AWS": A}}]),
                vec![ToEveryone],
            ),
            (json!([{"Effect": "Allow", "principal": {"AWS": A}}]), vec![ToEveryone]),
            (
                json!([{"Effect": "Allow", "Principal": {"AWS": [A, 7]}}]),
                vec![ToEveryone, ToAccount(A)],
            ),
            (json!(["nonsense"]), vec![ToEveryone]),
            (json!(null), vec![ToEveryone]),
        ] {
            let document = json!({ "Statement": statements });
            let found: Vec<Opened<'_>> = opened_to(&document).into_iter().collect();
            assert_eq!(found, want, "{statements}");
        }
        assert_eq!(opened_to(&json!("text")).into_iter().collect::<Vec<_>>(), [ToEveryone]);
    }
}
