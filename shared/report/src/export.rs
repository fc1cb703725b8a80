//! What other systems read: authority as CSV, the graph as GraphML, and the two templates of the Open Authorization API.
//!
//! Everything is written row by row into a writer of the caller's, so that a large organization needs no second copy of itself; the templates of the Open
//! Authorization API are one JSON document each, made whole and then written. The same input gives the same bytes.

mod csv;
mod graphml;
mod identities;
mod oaa;
mod oaa_idp;

use std::io;

use serde_json::Value;
use sv0_model::graph::{Entity, Graph};
use sv0_model::path::AuthorityPath;

/// What an export is made of.
#[derive(Debug, Clone, Copy)]
pub struct ExportInput<'a> {
    /// Entities and edges.
    pub graph: &'a Graph,
    /// Authority paths, in the order in which they are written.
    pub paths: &'a [AuthorityPath],
}

/// The form of an export. `docs/export.md` describes each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// The Open Authorization API's template for custom applications: identities, roles, resources and who may do what.
    Oaa,
    /// The same API's template for custom identity providers: users and groups with the roles that they may assume.
    OaaIdentityProvider,
    /// Paths, one a row.
    Csv,
    /// Entities and edges.
    GraphMl,
}

/// Writes an export.
///
/// # Errors
/// When the writer fails.
pub fn export(input: &ExportInput<'_>, format: ExportFormat, out: &mut dyn io::Write) -> io::Result<()> {
    match format {
        ExportFormat::Oaa => document(&oaa::document(input), out),
        ExportFormat::OaaIdentityProvider => document(&oaa_idp::document(input), out),
        ExportFormat::Csv => csv::write(input, out),
        ExportFormat::GraphMl => graphml::write(input, out),
    }
}

fn document(document: &Value, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// The name of a value of the model, as JSON writes it.
fn word<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// The keys by which other systems know an entity, as (kind, value).
fn join_keys(entity: &Entity) -> Vec<(&str, &str)> {
    let keys = entity.attributes.get("join_keys").and_then(Value::as_array);
    keys.into_iter()
        .flatten()
        .filter_map(|key| Some((key.get("kind")?.as_str()?, key.get("value")?.as_str()?)))
        .collect()
}

fn entity<'a>(graph: &'a Graph, id: &str) -> Option<&'a Entity> {
    graph.entities.get(id)
}

/// What the organization is called: its id, else that of the one account.
fn organization(graph: &Graph) -> String {
    let of_account = || graph.entities.values().find_map(|entity| entity.account.clone());
    let id = graph.organization.id.clone().or_else(of_account);
    format!("AWS {}", id.unwrap_or_default()).trim_end().to_owned()
}
