//! Statements out of the graph's policies, in full.

use serde_json::Value;
use sv0_model::decision::StatementRef;
use sv0_model::graph::Graph;
use sv0_model::hash::canonical_json;

/// The longest policy AWS accepts is 32 KiB (a key policy); what is longer did not come from AWS and would only swell the page.
const MAX_STATEMENT_BYTES: usize = 64 * 1024;

/// A statement's text, or why there is none.
pub(crate) struct StatementText {
    /// How many statements the policy has; 0 when that is not known.
    pub(crate) of: usize,
    /// The statement as JSON text.
    pub(crate) json: Option<String>,
    /// Why there is no text.
    pub(crate) note: Option<String>,
}

impl StatementText {
    pub(super) fn without(of: usize, note: &str) -> Self {
        Self {
            of,
            json: None,
            note: Some(note.to_owned()),
        }
    }
}

/// Finds the statement that `reference` names.
pub(crate) fn text_of(graph: &Graph, reference: &StatementRef) -> StatementText {
    let Some(document) = graph
        .policies
        .get(&reference.policy)
        .and_then(|policy| policy.document.as_ref())
    else {
        return StatementText::without(0, "The text of this policy was not collected.");
    };
    let all = statements(document);
    let Some(statement) = all.get(reference.index) else {
        return StatementText::without(
            all.len(),
            "The policy that was collected has no statement of this number.",
        );
    };
    let json = canonical_json(statement);
    if json.len() > MAX_STATEMENT_BYTES {
        return StatementText::without(
            all.len(),
            "This statement is longer than any AWS accepts; its text is left out here.",
        );
    }
    StatementText {
        of: all.len(),
        json: Some(json),
        note: None,
    }
}

/// The statements of a policy's document; a lone one is number zero.
pub(crate) fn statements(document: &Value) -> &[Value] {
    match document.get("Statement") {
        Some(Value::Array(all)) => all,
        Some(lone) => std::slice::from_ref(lone),
        None => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_lone_statement_is_number_zero() {
        let lone = json!({"Statement": {"Effect": "Allow"}});
        assert_eq!(statements(&lone), [json!({"Effect": "Allow"})]);
        let list = json!({"Statement": [{"Sid": "a"}, {"Sid": "b"}]});
        assert_eq!(statements(&list).len(), 2);
        assert!(statements(&json!([])).is_empty());
    }
}
