//! Takes secret-bearing values out of recorded answers, before anything is hashed or kept.
//!
//! Three nets, one behind the other: a closed table of places ([`places`]), names that announce a secret ([`names`]), and texts that are
//! one by their form ([`text`]). Policy documents pass untouched: what a policy says is what this product is about.

mod names;
mod places;
mod program;
mod state_machine;
mod text;

use serde_json::{Map, Value};
use sv0_model::arn::Arn;

use names::{Sensitivity, normalised, sensitivity_of};
use places::{Treatment, treatment_of};
pub(crate) use text::scrub;

use crate::values::parse_text;

/// What stands in place of a secret.
pub(crate) const REDACTED: &str = "[redacted]";

/// JSON written inside JSON strings is looked into this deep; what is written deeper goes as a whole.
const MAX_EMBEDDING: usize = 6;

/// Redacts an answer. `resource_type` is the type of a Config item, empty for every other answer.
pub(crate) fn redact(value: &mut Value, resource_type: &str) {
    Walk {
        resource_type,
        path: Vec::new(),
        embedding: 0,
    }
    .value(value, Inside::Anything);
}

/// What an enclosing field says of the fields within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Anything,
    /// A field named like a secret: its `value` is one.
    Secret,
    /// Tags decide about access, so only those that name a password or key outright are taken out.
    Tags,
}

struct Walk<'a> {
    resource_type: &'a str,
    /// Normalised names of the fields above, array indexes left out.
    path: Vec<String>,
    embedding: usize,
}

impl Walk<'_> {
    fn value(&mut self, value: &mut Value, inside: Inside) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.value(value, inside)),
            Value::Object(fields) => self.fields(fields, inside),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn fields(&mut self, fields: &mut Map<String, Value>, inside: Inside) {
        redact_named_pair(fields, inside);
        let is_policy = fields.contains_key("Statement");
        for (key, value) in fields.iter_mut() {
            if is_policy && key == "Statement" {
                continue;
            }
            let name = normalised(key);
            let sensitivity = sensitivity_of(key, &name);
            self.path.push(name);
            self.field(value, sensitivity, inside);
            self.path.pop();
        }
    }

    fn field(&mut self, value: &mut Value, sensitivity: Sensitivity, inside: Inside) {
        if let Some(treatment) = treatment_of(self.resource_type, &self.path)
            && apply(treatment, value)
        {
            return;
        }
        let name = self.path.last().map_or("", String::as_str);
        let is_secret = match inside {
            Inside::Tags => sensitivity == Sensitivity::Outright,
            Inside::Secret => sensitivity != Sensitivity::None || names::holds_a_value(name),
            Inside::Anything => sensitivity != Sensitivity::None,
        };
        let inside = if names::is_tags(name) {
            Inside::Tags
        } else if is_secret {
            Inside::Secret
        } else {
            inside
        };
        if is_secret {
            redact_scalars(value);
        }
        self.value(value, inside);
    }

    /// JSON inside a string is redacted like any other; text that needs none stays as it is, to the byte.
    fn text(&mut self, text: &mut String) {
        if let Some((embedded, is_cut)) = embedded_json(text) {
            if self.embedding == MAX_EMBEDDING {
                return REDACTED.clone_into(text);
            }
            let mut redacted = embedded.clone();
            self.embedding += 1;
            self.value(&mut redacted, Inside::Anything);
            self.embedding -= 1;
            if is_cut || redacted != embedded {
                *text = redacted.to_string();
            }
            return;
        }
        if let Some(scrubbed) = scrub(text) {
            *text = scrubbed;
        }
    }
}

/// The object or array that a text holds, and whether the text says more: what nests too deeply, and the first of two equal fields, was not looked
/// into. Of a policy two equal elements stay, since what they mean is for its reader to say.
fn embedded_json(text: &str) -> Option<(Value, bool)> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let (value, left_out) = parse_text(text).ok()?;
    let is_policy = value.get("Statement").is_some();
    let is_cut = left_out.too_deep > 0 || left_out.has_repeated_fields && !is_policy;
    Some((value, is_cut))
}

/// `{"Name": "DB_PASSWORD", "Value": "…"}`: the name stands in a value.
fn redact_named_pair(fields: &mut Map<String, Value>, inside: Inside) {
    let named = fields.iter().filter(|(key, _)| names::holds_a_name(&normalised(key)));
    let texts = named.filter_map(|(_, name)| name.as_str());
    let sensitivity = texts
        .map(|name| sensitivity_of(name, &normalised(name)))
        .max()
        .unwrap_or(Sensitivity::None);
    let threshold = if inside == Inside::Tags {
        Sensitivity::Outright
    } else {
        Sensitivity::Likely
    };
    if sensitivity >= threshold {
        let values = fields
            .iter_mut()
            .filter(|(key, _)| names::holds_a_value(&normalised(key)));
        values.for_each(|(_, value)| redact_scalars(value));
    }
}

/// Applies a row of the table. `false` when the row is about another form of the field.
fn apply(treatment: Treatment, value: &mut Value) -> bool {
    match (treatment, &mut *value) {
        (Treatment::Values, _) => redact_all(value),
        (Treatment::Scalars, Value::Object(_)) => return false,
        (Treatment::Scalars, Value::Array(values)) if values.iter().any(Value::is_object) => return false,
        (Treatment::Scalars, _) => redact_all(value),
        (Treatment::NamedValues, _) => redact_named_values(value),
        (Treatment::Environment, Value::Array(_)) => redact_named_values(value),
        (Treatment::Environment, Value::Object(fields)) if fields.values().all(is_scalar) => redact_all(value),
        (Treatment::Environment, _) => return false,
        (Treatment::StateMachine, _) => state_machine::redact(value),
        (Treatment::AllButArns, _) => redact_all_but_arns(value),
        (Treatment::Address, _) => redact_addresses(value),
        (Treatment::Program, _) => program::redact(value, program::is_program),
        (Treatment::KnownProgram, _) => program::redact(value, program::is_known),
        (Treatment::Whole, Value::Null) => {}
        (Treatment::Whole, _) => *value = Value::from(REDACTED),
        (Treatment::LookInto, _) => return false,
    }
    true
}

fn is_scalar(value: &Value) -> bool {
    !value.is_object() && !value.is_array()
}

/// Every text and number below `value`.
fn redact_all(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(redact_all),
        Value::Object(fields) => fields.values_mut().for_each(redact_all),
        Value::Null => {}
        _ => *value = Value::from(REDACTED),
    }
}

/// Every text and number below `value` that is no ARN, in JSON inside a text too.
fn redact_all_but_arns(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(redact_all_but_arns),
        Value::Object(fields) => fields.values_mut().for_each(redact_all_but_arns),
        Value::Null | Value::Bool(_) => {}
        Value::String(text) if is_arn(text) => {}
        Value::String(text) => {
            *text = match parse_text(text) {
                Ok((mut embedded @ (Value::Object(_) | Value::Array(_)), _)) => {
                    redact_scalars_but_arns(&mut embedded);
                    embedded.to_string()
                }
                _ => REDACTED.to_owned(),
            };
        }
        Value::Number(_) => *value = Value::from(REDACTED),
    }
}

/// The same without looking into texts once more.
fn redact_scalars_but_arns(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(redact_scalars_but_arns),
        Value::Object(fields) => fields.values_mut().for_each(redact_scalars_but_arns),
        Value::String(text) if is_arn(text) => {}
        value => redact_all(value),
    }
}

/// Every text below `value` keeps what it tells of where a message goes, see [`text::destination`].
fn redact_addresses(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(redact_addresses),
        Value::String(text) if is_arn(text) => {}
        Value::String(text) => *text = text::destination(text),
        _ => redact_all(value),
    }
}

/// A text or number, or an array of them; ARNs stay, because they name a secret and are none.
fn redact_scalars(value: &mut Value) {
    match value {
        Value::Array(values) if !values.iter().any(Value::is_object) => values.iter_mut().for_each(redact_scalars),
        Value::String(text) if is_arn(text) => {}
        Value::String(_) | Value::Number(_) => *value = Value::from(REDACTED),
        _ => {}
    }
}

/// A list of named values keeps its names and its references to secrets; a map keeps its keys.
///
/// A reference is an ARN in `ValueFrom`, or the value of a variable that CodeBuild takes from a parameter or secret.
/// Source: AWS CodeBuild API Reference, "EnvironmentVariable", `type` and `value`.
fn redact_named_values(value: &mut Value) {
    let Value::Array(entries) = value else {
        return redact_all(value);
    };
    for entry in entries {
        let Value::Object(fields) = entry else {
            redact_all(entry);
            continue;
        };
        let names_its_value = fields.iter().any(|(key, value)| {
            normalised(key) == "type" && matches!(value.as_str(), Some("PARAMETER_STORE" | "SECRETS_MANAGER"))
        });
        for (key, value) in fields {
            let name = normalised(key);
            let is_reference = name == "valuefrom" && value.as_str().is_some_and(is_arn)
                || name == "value" && names_its_value && value.is_string();
            if !is_reference && !names::holds_a_name(&name) && name != "type" {
                redact_all(value);
            }
        }
    }
}

pub(crate) fn is_arn(text: &str) -> bool {
    text.len() <= 2048 && !text.contains(char::is_whitespace) && Arn::parse(text).is_some()
}
