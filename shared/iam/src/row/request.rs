//! One request line, read.

use std::sync::Arc;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::RowOptions;
use super::error::{RowError, RowErrorCode};
use super::fields::{bad_type, check_names, context, list, object, optional_text, passed_over, required_text};
use super::quick::{Documents, Level, QuickRow};
use crate::context::Context;
use crate::document::{DocumentError, decode_document};
use crate::parse::{PolicyDiagnostic, parse_unhashed_policy};
use crate::policy::{Element, Policy, Statement};
use crate::principal::{Principal, PrincipalType};
use crate::question::{ApplicablePolicies, NamedPolicy, PolicyLevel, Question, ResourcePolicyInput};

/// A request line with all its parts checked.
pub(super) struct RowRequest {
    principal: Principal,
    action: String,
    resource: String,
    resource_account: Option<String>,
    context: Context,
    policies: RowPolicies,
    diagnostics: Vec<PolicyDiagnostic>,
}

/// The policies of a row, named by JSON pointers into it.
pub(super) struct RowPolicies {
    identity: Vec<NamedPolicy>,
    boundaries: Vec<NamedPolicy>,
    session: Option<NamedPolicy>,
    scps: Vec<PolicyLevel>,
    rcps: Vec<PolicyLevel>,
    resource: Option<NamedPolicy>,
    endpoint: Vec<NamedPolicy>,
}

/// The row's id, null where it has none.
pub(super) fn id(id: Option<&Value>) -> Result<Value, RowError> {
    match id {
        None => Ok(Value::Null),
        Some(id @ (Value::Null | Value::String(_) | Value::Number(_) | Value::Bool(_))) => Ok(id.clone()),
        Some(other) => Err(bad_type("an id is a string or a number", other, "/id")),
    }
}

impl RowRequest {
    pub(super) fn read(row: &Value) -> Result<Self, RowError> {
        let fields = object(row)?;
        Self::of(fields, |diagnostics| RowPolicies::read(fields, diagnostics))
    }

    /// Reads a line whose policies are looked up in `documents`. `None` where something about it is unusual.
    pub(super) fn read_quickly(row: &QuickRow<'_>, documents: &mut Documents) -> Option<Self> {
        check_names(&row.fields).ok()?;
        let unusual = || RowError::new(RowErrorCode::BadDocument, "", "");
        Self::of(&row.fields, |diagnostics| {
            RowPolicies::look_up(row, documents, diagnostics).ok_or_else(unusual)
        })
        .ok()
    }

    fn of(
        fields: &Map<String, Value>,
        policies: impl FnOnce(Found<'_>) -> Result<RowPolicies, RowError>,
    ) -> Result<Self, RowError> {
        let mut diagnostics = passed_over(fields);
        Ok(Self {
            principal: principal(fields)?,
            action: required_text(fields, "action")?.to_owned(),
            resource: required_text(fields, "resource")?.to_owned(),
            resource_account: optional_text(fields, "resource_account")?.map(str::to_owned),
            context: context(fields)?,
            policies: policies(&mut diagnostics)?,
            diagnostics,
        })
    }

    pub(super) fn question(&self, options: &RowOptions) -> Question<'_> {
        Question {
            principal: &self.principal,
            action: &self.action,
            resource: &self.resource,
            resource_account: self.resource_account.as_deref(),
            context: &self.context,
            now: options.now,
            unknown_context: options.unknown_context,
        }
    }

    pub(super) fn policies(&self) -> &RowPolicies {
        &self.policies
    }

    /// What was wrong with its policies.
    pub(super) fn into_diagnostics(self) -> Vec<PolicyDiagnostic> {
        self.diagnostics
    }
}

impl RowPolicies {
    fn read(fields: &Map<String, Value>, diagnostics: Found<'_>) -> Result<Self, RowError> {
        Ok(Self {
            identity: documents(fields, "identity_policies", "/identity_policies", diagnostics)?,
            boundaries: documents(fields, "permission_boundaries", "/permission_boundaries", diagnostics)?,
            session: document(fields, "session_policy", diagnostics)?,
            scps: levels(fields, "scps", diagnostics)?,
            rcps: levels(fields, "rcps", diagnostics)?,
            resource: document(fields, "resource_policy", diagnostics)?,
            endpoint: documents(fields, "endpoint_policies", "/endpoint_policies", diagnostics)?,
        })
    }

    fn look_up(row: &QuickRow<'_>, documents: &mut Documents, diagnostics: Found<'_>) -> Option<Self> {
        let mut finder = Finder { documents, diagnostics };
        Some(Self {
            identity: finder.several(row.identity.value.as_deref(), "/identity_policies")?,
            boundaries: finder.several(row.boundaries.value.as_deref(), "/permission_boundaries")?,
            session: finder.one(row.session.value, "/session_policy")?,
            scps: finder.levels(row.scps.value.as_deref(), "/scps")?,
            rcps: finder.levels(row.rcps.value.as_deref(), "/rcps")?,
            resource: finder.one(row.resource.value, "/resource_policy")?,
            endpoint: finder.several(row.endpoint.value.as_deref(), "/endpoint_policies")?,
        })
    }

    pub(super) fn applicable(&self) -> ApplicablePolicies<'_> {
        ApplicablePolicies {
            identity: &self.identity,
            boundaries: &self.boundaries,
            session: self.session.as_ref(),
            scps: &self.scps,
            rcps: &self.rcps,
            resource: self
                .resource
                .as_ref()
                .map_or(ResourcePolicyInput::NotSet, ResourcePolicyInput::Set),
            endpoint: &self.endpoint,
            uncollected: &[],
        }
    }
}

fn principal(fields: &Map<String, Value>) -> Result<Principal, RowError> {
    let text = required_text(fields, "principal")?;
    let principal_type = match optional_text(fields, "principal_type")? {
        None => None,
        Some(name) => Some(PrincipalType::parse(name).ok_or_else(|| {
            let message = "principal_type is AWS, Service, Federated, CanonicalUser or Anonymous";
            RowError::new(RowErrorCode::BadPrincipal, message, "/principal_type")
        })?),
    };
    Principal::parse(text, principal_type)
        .map_err(|error| RowError::new(RowErrorCode::BadPrincipal, error.to_string(), "/principal"))
}

/// Where what is wrong with policies is collected.
type Found<'a> = &'a mut Vec<PolicyDiagnostic>;

fn levels(fields: &Map<String, Value>, name: &str, diagnostics: Found<'_>) -> Result<Vec<PolicyLevel>, RowError> {
    list(fields, name, &format!("/{name}"))?
        .iter()
        .enumerate()
        .map(|(index, level)| read_level(level, &format!("/{name}/{index}"), diagnostics))
        .collect()
}

fn read_level(level: &Value, at: &str, diagnostics: Found<'_>) -> Result<PolicyLevel, RowError> {
    let Value::Object(level) = level else {
        return Err(bad_type("a level is an object with its policies", level, at));
    };
    if !matches!(level.get("org_id"), None | Some(Value::Null | Value::String(_))) {
        return Err(RowError::new(
            RowErrorCode::BadType,
            "org_id is a string",
            format!("{at}/org_id"),
        ));
    }
    let at = format!("{at}/policies");
    if matches!(level.get("policies"), None | Some(Value::Null)) {
        let message = "a level lists its policies: none attached is an empty list, which allows nothing";
        return Err(RowError::new(RowErrorCode::MissingField, message, at));
    }
    Ok(PolicyLevel {
        policies: documents(level, "policies", &at, diagnostics)?,
    })
}

fn documents(
    fields: &Map<String, Value>,
    name: &str,
    at: &str,
    diagnostics: Found<'_>,
) -> Result<Vec<NamedPolicy>, RowError> {
    list(fields, name, at)?
        .iter()
        .enumerate()
        .map(|(index, value)| read_document(value, format!("{at}/{index}"), diagnostics))
        .collect()
}

fn document(fields: &Map<String, Value>, name: &str, diagnostics: Found<'_>) -> Result<Option<NamedPolicy>, RowError> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => read_document(value, format!("/{name}"), diagnostics).map(Some),
    }
}

/// What a document's elements are wrong about where it stands, which only the row tells.
fn misplaced(policy: &Policy, at: &str) -> Vec<PolicyDiagnostic> {
    let is_on_resource = at.starts_with("/resource_policy");
    if at.starts_with("/rcps") || at.starts_with("/endpoint_policies") {
        return Vec::new();
    }
    let found = |statement: &Statement, code, message: &str| PolicyDiagnostic {
        code,
        message: message.to_owned(),
        at: format!("{at}/Statement/{}", statement.index()),
    };
    let faults = |statement: &Statement| {
        let names_principal = *statement.principals() != Element::Missing;
        let names_resource = *statement.resources() != Element::Missing;
        [
            (is_on_resource && !names_principal).then(|| {
                found(
                    statement,
                    "missing_principal",
                    "a statement of a resource's policy names a Principal",
                )
            }),
            (!is_on_resource && names_principal).then(|| {
                found(
                    statement,
                    "misplaced_principal",
                    "a policy of an identity or an organization names no Principal",
                )
            }),
            (!is_on_resource && !names_resource).then(|| {
                found(
                    statement,
                    "missing_resource",
                    "a statement has a Resource or NotResource element",
                )
            }),
        ]
    };
    policy.statements().iter().flat_map(faults).flatten().collect()
}

/// What a document says, wherever it stands.
#[derive(Debug)]
pub(super) struct ReadDocument {
    policy: Arc<Policy>,
    diagnostics: Vec<PolicyDiagnostic>,
    /// Whether some statement names a principal, lacks one, lacks a resource.
    names_principal: bool,
    lacks_principal: bool,
    lacks_resource: bool,
}

impl ReadDocument {
    pub(super) fn of(value: &Value) -> Result<Self, DocumentError> {
        let parsed = match value {
            Value::Object(_) => parse_unhashed_policy(value),
            encoded => parse_unhashed_policy(&decode_document(encoded)?),
        };
        let some = |test: fn(&Statement) -> bool| parsed.policy.statements().iter().any(test);
        Ok(Self {
            names_principal: some(|statement| *statement.principals() != Element::Missing),
            lacks_principal: some(|statement| *statement.principals() == Element::Missing),
            lacks_resource: some(|statement| *statement.resources() == Element::Missing),
            policy: Arc::new(parsed.policy),
            diagnostics: parsed.diagnostics,
        })
    }

    /// The policy as it stands at one place of a row.
    fn placed(&self, at: String, diagnostics: Found<'_>) -> NamedPolicy {
        diagnostics.extend(self.diagnostics.iter().map(|found| PolicyDiagnostic {
            at: format!("{at}{}", found.at),
            ..found.clone()
        }));
        if self.names_principal || self.lacks_resource || (self.lacks_principal && at.starts_with("/resource_policy")) {
            diagnostics.extend(misplaced(&self.policy, &at));
        }
        NamedPolicy {
            policy: Arc::clone(&self.policy),
            name: at,
        }
    }
}

fn read_document(value: &Value, at: String, diagnostics: Found<'_>) -> Result<NamedPolicy, RowError> {
    let read = ReadDocument::of(value)
        .map_err(|error| RowError::new(RowErrorCode::BadDocument, error.to_string(), at.as_str()))?;
    Ok(read.placed(at, diagnostics))
}

/// Looks documents up by their text, in the order in which they are read otherwise.
struct Finder<'a> {
    documents: &'a mut Documents,
    diagnostics: Found<'a>,
}

impl Finder<'_> {
    fn find(&mut self, text: &RawValue, at: String) -> Option<NamedPolicy> {
        Some(self.documents.get(text.get())?.placed(at, self.diagnostics))
    }

    fn one(&mut self, text: Option<&RawValue>, at: &str) -> Option<Option<NamedPolicy>> {
        match text {
            None => Some(None),
            Some(text) => self.find(text, at.to_owned()).map(Some),
        }
    }

    fn several(&mut self, texts: Option<&[&RawValue]>, at: &str) -> Option<Vec<NamedPolicy>> {
        let texts = texts.unwrap_or_default().iter().enumerate();
        texts
            .map(|(index, text)| self.find(text, format!("{at}/{index}")))
            .collect()
    }

    fn levels(&mut self, levels: Option<&[Level<'_>]>, at: &str) -> Option<Vec<PolicyLevel>> {
        let levels = levels.unwrap_or_default().iter().enumerate();
        let placed = levels.map(|(index, level)| {
            let policies = self.several(Some(&level.policies), &format!("{at}/{index}/policies"))?;
            Some(PolicyLevel { policies })
        });
        placed.collect()
    }
}
