//! What is suppressed: written down in one list, in the template where a tool reads it, and still needed.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::load::{Template, entries};
use crate::support::repository;

/// The list.
const LIST: &str = "tests/suppressions.toml";

/// The checkers, by how the list calls them. `own` are the rules of [`super::rules`], which have no mark in a template.
pub const TOOLS: [&str; 4] = ["cfn-lint", "checkov", "guard", "own"];

/// What a checker complains of, or what the list lets pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Complaint {
    /// One of [`TOOLS`].
    pub tool: String,
    /// The tool's name of the rule.
    pub rule: String,
    /// The template's path.
    pub template: String,
    /// The logical id, as the source of the template has it; empty for the template itself.
    pub resource: String,
    /// What of it; the tools' own complaints have nothing here.
    pub about: String,
}

/// The list, with the sentence of each entry.
pub fn listed() -> Vec<(Complaint, String)> {
    let text = fs::read_to_string(repository().join(LIST)).unwrap();
    let list: toml::Table = text.parse().unwrap();
    let all = list.get("suppression").and_then(toml::Value::as_array);
    all.into_iter().flatten().flat_map(entry).collect()
}

fn entry(entry: &toml::Value) -> Vec<(Complaint, String)> {
    let text = |key: &str| {
        entry
            .get(key)
            .and_then(toml::Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let texts = |key: &str| -> Vec<String> {
        let all = entry.get(key).and_then(toml::Value::as_array).into_iter().flatten();
        let texts: Vec<_> = all.filter_map(toml::Value::as_str).map(str::to_owned).collect();
        if texts.is_empty() { vec![String::new()] } else { texts }
    };
    let why = text("why");
    assert!(TOOLS.contains(&text("tool").as_str()), "{LIST}: {entry}");
    assert!(is_sentence(&why), "{LIST}: `why` is one sentence: {entry}");
    let mut all = Vec::new();
    for resource in texts("resources") {
        for about in texts("about") {
            let complaint = Complaint {
                tool: text("tool"),
                rule: text("rule"),
                template: text("template"),
                resource: resource.clone(),
                about,
            };
            all.push((complaint, why.clone()));
        }
    }
    all
}

pub fn is_sentence(text: &str) -> bool {
    let begins = text.chars().next().is_some_and(char::is_uppercase);
    begins && text.ends_with('.') && text.len() > 20 && !text.trim_end_matches('.').contains(". ")
}

/// What the list lets pass for one tool.
pub fn listed_for(tool: &str) -> BTreeSet<Complaint> {
    let all = listed().into_iter().map(|(complaint, _)| complaint);
    all.filter(|complaint| complaint.tool == tool).collect()
}

/// What is marked in the templates as suppressed, with the sentence where the form of the mark has a place for one.
pub fn marked(template: &Template) -> Vec<(Complaint, Option<String>)> {
    let resources = entries(&template.source["Resources"]).map(|(name, resource)| (name, &resource["Metadata"]));
    resources
        .chain([("", &template.source["Metadata"])])
        .flat_map(|(resource, metadata)| {
            marks(metadata).into_iter().map(move |(tool, rule, why)| {
                let complaint = Complaint {
                    tool: tool.to_owned(),
                    rule,
                    template: template.path.clone(),
                    resource: resource.to_owned(),
                    about: String::new(),
                };
                (complaint, why)
            })
        })
        .collect()
}

fn marks(metadata: &Value) -> Vec<(&'static str, String, Option<String>)> {
    let items = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let skipped = items(&metadata["checkov"]["skip"]).into_iter();
    let mut all: Vec<_> = skipped
        .map(|skip| ("checkov", text(&skip["id"]), Some(text(&skip["comment"]))))
        .collect();
    let suppressed = items(&metadata["guard"]["SuppressedRules"]).into_iter();
    all.extend(suppressed.map(|rule| ("guard", text(&rule), None)));
    let ignored = items(&metadata["cfn-lint"]["config"]["ignore_checks"]).into_iter();
    all.extend(ignored.map(|rule| ("cfn-lint", text(&rule), None)));
    // The names that other tools know for the same; one way to do it is enough.
    for other in ["cfn_nag", "cdk_nag", "bridgecrew", "cfn_lint"] {
        if metadata.get(other).is_some() {
            all.push(("own", format!("Metadata.{other}"), None));
        }
    }
    all
}

/// The template without any mark, to see what the tools would say.
pub fn unmarked(template: &Value) -> Value {
    let mut template = template.clone();
    strip(template.get_mut("Metadata"));
    let resources = template.get_mut("Resources").and_then(Value::as_object_mut);
    for resource in resources.into_iter().flat_map(|resources| resources.values_mut()) {
        strip(resource.get_mut("Metadata"));
    }
    template
}

fn strip(metadata: Option<&mut Value>) {
    if let Some(metadata) = metadata.and_then(Value::as_object_mut) {
        metadata.retain(|name, _| !["checkov", "guard", "cfn-lint"].contains(&name.as_str()));
    }
}

/// How two sets differ, one line each; nothing when they are the same.
pub fn differences(found: &BTreeSet<Complaint>, listed: &BTreeSet<Complaint>) -> Vec<String> {
    let line = |complaint: &Complaint, what: &str| {
        let Complaint {
            tool,
            rule,
            template,
            resource,
            about,
        } = complaint;
        format!("{what}: {tool} {rule} {template} {resource} {about}")
    };
    let unlisted = found
        .difference(listed)
        .map(|complaint| line(complaint, "to mend, or to suppress and list"));
    let unneeded = listed
        .difference(found)
        .map(|complaint| line(complaint, "listed and no longer needed"));
    unlisted.chain(unneeded).collect()
}
