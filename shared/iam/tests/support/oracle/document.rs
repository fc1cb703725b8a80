//! A policy document, read from its JSON. The oracle reads only what AWS would accept; everything else is outside of it.

use serde_json::Value;

use super::conditions::Clause;
use super::text::{Piece, plain};

/// Something that the oracle has no answer for, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside(pub String);

pub fn outside<T>(what: impl Into<String>) -> Result<T, Outside> {
    Err(Outside(what.into()))
}

/// Where a policy stands, which decides which elements it must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attached {
    /// To an identity, an organization's tree or a session: no Principal, but a Resource.
    ToIdentity,
    /// To a resource or an endpoint: a Principal; without a Resource it speaks of its own.
    ToResource,
}

/// A document under the name that answers give it.
#[derive(Debug, Clone)]
pub struct Document {
    pub name: String,
    /// "2012-10-17. This is the current version of the policy language …; 2008-10-17. This was an earlier version …"
    /// Source: IAM User Guide, "IAM JSON policy elements: Version".
    pub has_variables: bool,
    pub statements: Vec<Statement>,
}

#[derive(Debug, Clone)]
pub struct Statement {
    pub sid: Option<String>,
    pub is_deny: bool,
    pub principal: Option<PrincipalElement>,
    pub action: Element,
    /// The action's texts in small letters.
    pub action_patterns: Vec<Vec<Piece>>,
    pub resource: Option<Element>,
    pub conditions: Vec<Clause>,
}

/// An element or its `Not…` form.
#[derive(Debug, Clone)]
pub struct Element {
    pub is_not: bool,
    pub texts: Vec<String>,
}

/// Principal or NotPrincipal: pairs of namespace and name. `*` alone counts as `{"AWS": "*"}`; AWS: the two are equivalent.
#[derive(Debug, Clone)]
pub struct PrincipalElement {
    pub is_not: bool,
    pub names: Vec<(String, String)>,
}

impl Document {
    pub fn read(name: String, document: &Value, attached: Attached) -> Result<Self, Outside> {
        let statements = match document.get("Statement") {
            Some(Value::Array(statements)) => statements.iter().collect(),
            Some(statement @ Value::Object(_)) => vec![statement],
            _ => return outside("a document without statements"),
        };
        match document.get("Version").map(Value::as_str) {
            None | Some(Some("2012-10-17" | "2008-10-17")) => {}
            Some(version) => return outside(format!("the version {version:?}")),
        }
        let unknown = |object: &serde_json::Map<String, Value>| {
            object
                .keys()
                .any(|key| !["Version", "Id", "Statement"].contains(&key.as_str()))
        };
        if document.as_object().is_some_and(unknown) {
            return outside("an element of a document that AWS does not know");
        }
        Ok(Self {
            name,
            has_variables: document.get("Version").and_then(Value::as_str) == Some("2012-10-17"),
            statements: statements
                .into_iter()
                .map(|statement| Statement::read(statement, attached))
                .collect::<Result<_, _>>()?,
        })
    }
}

impl Statement {
    fn read(statement: &Value, attached: Attached) -> Result<Self, Outside> {
        const ELEMENTS: [&str; 9] = [
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition",
        ];
        let Some(object) = statement.as_object() else {
            return outside("a statement that is no object");
        };
        if let Some(unknown) = object.keys().find(|key| !ELEMENTS.contains(&key.as_str())) {
            return outside(format!("an element {unknown}"));
        }
        let principal = principal_element(statement)?;
        let resource = element(statement, "Resource")?;
        match attached {
            Attached::ToIdentity if principal.is_some() => return outside("a Principal where none belongs"),
            Attached::ToIdentity if resource.is_none() => return outside("no Resource"),
            Attached::ToResource if principal.is_none() => return outside("no Principal"),
            _ => {}
        }
        let action = element(statement, "Action")?.ok_or_else(|| Outside("no Action".to_owned()))?;
        Ok(Self {
            action_patterns: action.texts.iter().map(|text| plain(&text.to_lowercase())).collect(),
            action,
            sid: statement["Sid"].as_str().map(str::to_owned),
            is_deny: match statement["Effect"].as_str() {
                Some("Deny") => true,
                Some("Allow") => false,
                _ => return outside("another effect"),
            },
            principal,
            resource,
            conditions: conditions(&statement["Condition"])?,
        })
    }
}

fn element(statement: &Value, name: &str) -> Result<Option<Element>, Outside> {
    let not = format!("Not{name}");
    let (is_not, value) = match (statement.get(name), statement.get(&not)) {
        (Some(value), None) => (false, value),
        (None, Some(value)) => (true, value),
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => return outside(format!("{name} and {not}")),
    };
    Ok(Some(Element {
        is_not,
        texts: words(value)?,
    }))
}

fn principal_element(statement: &Value) -> Result<Option<PrincipalElement>, Outside> {
    let (is_not, value) = match (statement.get("Principal"), statement.get("NotPrincipal")) {
        (Some(value), None) => (false, value),
        (None, Some(value)) => (true, value),
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => return outside("Principal and NotPrincipal"),
    };
    let mut names = Vec::new();
    match value {
        Value::String(all) if all == "*" => names.push(("AWS".to_owned(), all.clone())),
        Value::Object(namespaces) => {
            for (namespace, entries) in namespaces {
                names.extend(words(entries)?.into_iter().map(|name| (namespace.clone(), name)));
            }
        }
        _ => return outside("a Principal of another form"),
    }
    match names.iter().find(|(_, name)| name != "*" && name.contains(['*', '?'])) {
        Some((_, name)) => outside(format!("the principal {name}")),
        None => Ok(Some(PrincipalElement { is_not, names })),
    }
}

fn conditions(condition: &Value) -> Result<Vec<Clause>, Outside> {
    let mut clauses = Vec::new();
    match condition {
        Value::Null => {}
        Value::Object(operators) => {
            for (operator, keys) in operators {
                let Some(keys) = keys.as_object() else {
                    return outside("an operator without keys");
                };
                for (key, values) in keys {
                    clauses.push(Clause::read(operator, key, texts(values)?)?);
                }
            }
        }
        _ => return outside("a Condition of another form"),
    }
    Ok(clauses)
}

/// The texts of an element: strings, where condition values may be numbers and booleans as well.
fn words(value: &Value) -> Result<Vec<String>, Outside> {
    let is_text = |value: &Value| value.is_string();
    match value
        .as_array()
        .map_or(is_text(value), |items| items.iter().all(is_text))
    {
        true => texts(value),
        false => outside("an entry that is no text"),
    }
}

fn texts(value: &Value) -> Result<Vec<String>, Outside> {
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Bool(_) | Value::Number(_) => Ok(vec![value.to_string()]),
        Value::Array(items) if items.iter().all(|item| !item.is_array()) => items
            .iter()
            .map(texts)
            .collect::<Result<Vec<_>, _>>()
            .map(|items| items.concat()),
        _ => outside("an entry of another type"),
    }
}
