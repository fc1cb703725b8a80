//! The English of the report: every enumeration of the model in the words of AWS and of the field.

pub(crate) mod coverage;
pub(crate) mod entity;
pub(crate) mod findings;
pub(crate) mod glossary;
pub(crate) mod labels;
pub(crate) mod layers;
pub(crate) mod limits;
pub(crate) mod paths;
pub(crate) mod relations;
pub(crate) mod table;
pub(crate) mod text;

/// The name that the model serialises a value of an enumeration under, such as `secret_reach`; empty for what is no such value.
pub(crate) fn name_of(value: &impl serde::Serialize) -> String {
    let name = serde_json::to_value(value).unwrap_or_default();
    name.as_str().unwrap_or_default().to_owned()
}
