//! The policies in a template, statement by statement, wherever in a resource they stand.

use serde_json::{Map, Value, json};

use super::load::{Resource, Template, entries};

/// What a policy does where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// Says who may take a role.
    Trust,
    /// Gives permissions to the role that it is attached to.
    Identity,
    /// Limits a role, and gives nothing.
    Boundary,
    /// Says who may use the resource that it belongs to.
    OfResource,
}

/// A policy of a resource.
pub struct Policy<'t> {
    /// The resource in which it stands.
    pub resource: Resource<'t>,
    /// What it does.
    pub duty: Duty,
    /// The document.
    pub document: &'t Value,
}

/// A statement, of the branches of `Fn::If` each.
pub struct Statement<'t> {
    /// The resource in which it stands.
    pub resource: Resource<'t>,
    /// What its policy does.
    pub duty: Duty,
    /// The statement.
    pub all: &'t Value,
}

impl Statement<'_> {
    /// Whether it allows.
    pub fn allows(&self) -> bool {
        self.all["Effect"] == "Allow"
    }

    /// Its actions; what is no text reads as `?`, which is a wildcard.
    pub fn actions(&self) -> Vec<String> {
        texts(&self.all["Action"])
    }

    /// Its resources, with `${…}` for what the template fills in.
    pub fn resources(&self) -> Vec<String> {
        texts(&self.all["Resource"])
    }
}

/// Every policy of a template.
pub fn policies(template: &Template) -> Vec<Policy<'_>> {
    let mut found = Vec::new();
    for resource in template.resources() {
        let mut documents = Vec::new();
        collect(&resource.all["Properties"], false, &mut documents);
        found.extend(documents.into_iter().map(|(is_trust, document)| Policy {
            resource,
            duty: duty(template, resource, is_trust),
            document,
        }));
    }
    found
}

/// Every statement of every policy of a template.
pub fn statements(template: &Template) -> Vec<Statement<'_>> {
    policies(template)
        .into_iter()
        .flat_map(|policy| {
            let all = branches(&policy.document["Statement"]).into_iter();
            let all = all.filter(|statement| statement.get("Effect").is_some());
            all.map(move |all| Statement {
                resource: policy.resource,
                duty: policy.duty,
                all,
            })
        })
        .collect()
}

fn duty(template: &Template, resource: Resource<'_>, is_trust: bool) -> Duty {
    if is_trust {
        Duty::Trust
    } else if !resource.kind().starts_with("AWS::IAM::") {
        Duty::OfResource
    } else if is_boundary_only(template, resource) {
        Duty::Boundary
    } else {
        Duty::Identity
    }
}

/// Whether a managed policy is the boundary of a role and attached to none.
fn is_boundary_only(template: &Template, policy: Resource<'_>) -> bool {
    if policy.kind() != "AWS::IAM::ManagedPolicy" {
        return false;
    }
    let named = |place: &str| {
        let roles = template.of_type("AWS::IAM::Role");
        roles
            .flat_map(|role| texts(role.property(place)))
            .any(|text| text.contains(&format!("${{{}}}", policy.name)))
    };
    let attached = ["Roles", "Users", "Groups"]
        .iter()
        .any(|list| !policy.property(list).is_null());
    named("PermissionsBoundary") && !named("ManagedPolicyArns") && !attached
}

fn collect<'t>(value: &'t Value, is_trust: bool, found: &mut Vec<(bool, &'t Value)>) {
    if branches(&value["Statement"])
        .iter()
        .any(|statement| statement.get("Effect").is_some())
    {
        found.push((is_trust, value));
        return;
    }
    for (name, inner) in entries(value) {
        collect(inner, is_trust || name == "AssumeRolePolicyDocument", found);
    }
    for inner in value.as_array().into_iter().flatten() {
        collect(inner, is_trust, found);
    }
}

/// A value, or the items of a list, or what the conditions of the template choose from.
pub fn branches(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().flat_map(branches).collect(),
        Value::Object(_) if value.get("Fn::If").is_some() => {
            let options = value["Fn::If"].as_array().into_iter().flatten().skip(1);
            options.flat_map(branches).collect()
        }
        Value::Object(_) if *value == json!({"Ref": "AWS::NoValue"}) => Vec::new(),
        _ => vec![value],
    }
}

/// Whether a condition of the template may leave a value out.
pub fn may_be_absent(value: &Value) -> bool {
    match value.get("Fn::If").and_then(Value::as_array) {
        Some(options) => options.iter().skip(1).any(may_be_absent),
        None => value.is_null() || *value == json!({"Ref": "AWS::NoValue"}),
    }
}

/// The texts that a value can have, with `${…}` for references.
pub fn texts(value: &Value) -> Vec<String> {
    branches(value).into_iter().map(text).collect()
}

fn text(value: &Value) -> String {
    if let Some(text) = value.as_str() {
        return text.to_owned();
    }
    if let Some(name) = value["Ref"].as_str() {
        return format!("${{{name}}}");
    }
    match &value["Fn::GetAtt"] {
        Value::String(path) => return format!("${{{path}}}"),
        Value::Array(parts) => {
            let parts: Vec<_> = parts.iter().filter_map(Value::as_str).collect();
            return format!("${{{}}}", parts.join("."));
        }
        _ => {}
    }
    match &value["Fn::Sub"] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => substituted(parts),
        _ => "?".to_owned(),
    }
}

/// `Fn::Sub` with names of its own.
fn substituted(parts: &[Value]) -> String {
    let nothing = Map::new();
    let names = parts.get(1).and_then(Value::as_object).unwrap_or(&nothing);
    let mut all = parts.first().and_then(Value::as_str).unwrap_or("?").to_owned();
    for (name, value) in names {
        all = all.replace(&format!("${{{name}}}"), &text(value));
    }
    all
}

/// The names that a text refers to: `${Name}` and `${Name.Attribute}`.
pub fn references(text: &str) -> Vec<&str> {
    let parts = text.split("${").skip(1);
    parts
        .filter_map(|part| part.split_once('}'))
        .map(|(name, _)| name.split_once('.').map_or(name, |(name, _)| name))
        .filter(|name| !name.starts_with('!'))
        .collect()
}
