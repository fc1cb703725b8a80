//! Writes the catalogue as text: one fact a line, fields separated by tabs, lists by commas, sorted.
//!
//! Actions that share all their facts follow one `on` line, each on an indented line of its own, so that a diff shows what AWS changed.

use std::fmt::Write as _;

use anyhow::{Result, ensure};

use super::facts::{ActionTraits, Facts, Service};
use super::package::Package;

/// The whole file.
pub fn write(package: &Package, facts: &Facts) -> Result<String> {
    let mut out = String::new();
    line(&mut out, &["format", "sv0-catalogue/1"])?;
    line(
        &mut out,
        &["source", package.name, &package.version, &package.integrity],
    )?;
    line(&mut out, &["updated", &package.updated])?;
    line(&mut out, &["license", "MIT, see LICENSE-iam-data"])?;
    let (services, actions) = (facts.services.len(), facts.action_count());
    line(&mut out, &["counts", &services.to_string(), &actions.to_string()])?;
    for key in &facts.global_keys {
        line(&mut out, &["key", key])?;
    }
    for (prefix, service) in &facts.services {
        write_service(&mut out, prefix, service)?;
    }
    Ok(out)
}

fn write_service(out: &mut String, prefix: &str, service: &Service) -> Result<()> {
    let ceiling = if service.supports_resource_control_policies {
        "rcp"
    } else {
        "-"
    };
    line(out, &["service", prefix, ceiling])?;
    for key in &service.condition_keys {
        line(out, &["key", key])?;
    }
    for (name, kind) in &service.resource_types {
        line(
            out,
            &["type", name, &list(&kind.arn_patterns)?, &list(&kind.condition_keys)?],
        )?;
    }
    for (traits, names) in &service.actions {
        let types = list(type_references(traits))?;
        line(
            out,
            &["on", traits.access_level, &types, &list(&traits.condition_keys)?],
        )?;
        for name in names {
            line(out, &["", name])?;
        }
    }
    Ok(())
}

/// Names of resource types; a required one ends in `!`.
fn type_references(traits: &ActionTraits) -> Vec<String> {
    traits
        .resource_types
        .iter()
        .map(|(name, required)| format!("{name}{}", if *required { "!" } else { "" }))
        .collect()
}

fn list<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> Result<String> {
    let mut text = String::new();
    for item in items {
        let item = item.as_ref();
        ensure!(!item.contains(','), "{item:?} holds the separator of lists");
        let comma = if text.is_empty() { "" } else { "," };
        write!(text, "{comma}{item}")?;
    }
    Ok(text)
}

fn line(out: &mut String, fields: &[&str]) -> Result<()> {
    for field in fields {
        ensure!(
            !field.contains(['\t', '\n', '\r']),
            "{field:?} holds the separator of fields"
        );
    }
    writeln!(out, "{}", fields.join("\t").trim_end_matches('\t'))?;
    Ok(())
}
