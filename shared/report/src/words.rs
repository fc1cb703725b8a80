//! The English of the report: every enumeration of the model in the words of AWS and of the field.

pub(crate) mod entity;
pub(crate) mod glossary;
pub(crate) mod labels;
pub(crate) mod limits;
pub(crate) mod text;
