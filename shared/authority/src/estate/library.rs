//! Every policy document, parsed once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use sv0_iam::{NamedPolicy, Policy, PolicyDiagnostic, Statement, Template, parse_policy};
use sv0_model::decision::StatementRef;
use sv0_model::diagnostic::{Diagnostic, Severity};
use sv0_model::graph::{Graph, PolicyRecord};

use super::elsewhere;

/// Parsed policies by native id.
pub(crate) struct Library<'g> {
    shelves: BTreeMap<&'g str, Volume<'g>>,
}

struct Volume<'g> {
    record: &'g PolicyRecord,
    text: Option<Text>,
}

struct Text {
    policy: Arc<Policy>,
    diagnostics: Vec<PolicyDiagnostic>,
}

impl<'g> Library<'g> {
    /// Parses each distinct document once: most policies of an organization are copies.
    pub(crate) fn new(graph: &'g Graph) -> Self {
        let mut parsed: BTreeMap<&str, Arc<Policy>> = BTreeMap::new();
        let mut shelves = BTreeMap::new();
        for (id, record) in &graph.policies {
            let text = record
                .document
                .as_ref()
                .map(|document| read(record, document, &mut parsed));
            shelves.insert(id.as_str(), Volume { record, text });
        }
        Self { shelves }
    }

    /// The policy under its native id, if its text was collected.
    pub(crate) fn named(&self, native_id: &str) -> Option<NamedPolicy> {
        let policy = Arc::clone(self.policy(native_id)?);
        Some(NamedPolicy {
            name: native_id.to_owned(),
            policy,
        })
    }

    pub(crate) fn policy(&self, native_id: &str) -> Option<&Arc<Policy>> {
        self.shelves.get(native_id)?.text.as_ref().map(|text| &text.policy)
    }

    pub(crate) fn record(&self, native_id: &str) -> Option<&'g PolicyRecord> {
        self.shelves.get(native_id).map(|volume| volume.record)
    }

    /// Whether the policy's text comes from the dated snapshot and not from the account.
    pub(crate) fn is_from_snapshot(&self, native_id: &str) -> bool {
        self.record(native_id).is_some_and(|record| record.snapshot.is_some())
    }

    /// The JSON of a statement.
    pub(crate) fn statement(&self, of: &StatementRef) -> Option<&'g Value> {
        let statements = self.record(&of.policy)?.document.as_ref()?.get("Statement")?;
        match statements {
            Value::Array(items) => items.get(of.index),
            lone => (of.index == 0).then_some(lone),
        }
    }

    /// Ids of organizations other than the graph's that policies name in conditions on the caller's organization.
    pub(crate) fn foreign_organizations(&self, graph: &Graph) -> BTreeSet<String> {
        let texts = self.shelves.values().filter_map(|volume| volume.text.as_ref());
        let policies = texts.map(|text| &*text.policy);
        let mut found = elsewhere::foreign_organizations(policies, graph.organization.id.as_deref());
        found.extend(graph.elsewhere.foreign_organizations.iter().cloned());
        found
    }

    /// Keys of tags that conditions and variables ask of resources, in lower case: `aws:ResourceTag/…` and the same of single services.
    pub(crate) fn asked_resource_tags(&self) -> BTreeSet<String> {
        let texts = self.shelves.values().filter_map(|volume| volume.text.as_ref());
        let statements = texts.flat_map(|text| text.policy.statements());
        statements.flat_map(resource_tags_asked_by).collect()
    }

    /// What could not be read as written: of copies of a document, the first.
    pub(crate) fn diagnostics(&self) -> Vec<Diagnostic> {
        let volumes = self
            .shelves
            .values()
            .filter_map(|volume| Some((volume.record, volume.text.as_ref()?)));
        volumes
            .flat_map(|(record, text)| text.diagnostics.iter().map(|found| diagnostic(record, found)))
            .collect()
    }
}

/// The same of one statement.
pub(super) fn resource_tags_asked_by(statement: &Statement) -> impl Iterator<Item = String> {
    let of_clauses = statement.conditions().iter().flat_map(|clause| {
        let variables = clause.values().iter().flat_map(Template::variables);
        variables.chain([clause.key()])
    });
    let of_resources = statement.resources().items().iter().flat_map(Template::variables);
    of_clauses.chain(of_resources).filter_map(resource_tag)
}

/// The tag's key of a condition key that asks for a tag of the resource.
fn resource_tag(key: &str) -> Option<String> {
    let folded = key.to_ascii_lowercase();
    folded.split_once("resourcetag/").map(|(_, tag)| tag.to_owned())
}

fn diagnostic(record: &PolicyRecord, found: &PolicyDiagnostic) -> Diagnostic {
    Diagnostic {
        file: record
            .origin
            .as_ref()
            .map_or_else(String::new, |origin| origin.object.clone()),
        line: None,
        at: format!("{}#{}", record.native_id, found.at),
        severity: Severity::Warning,
        code: found.code.to_owned(),
        message: found.message.clone(),
        help: "what cannot be read makes answers conditional: correct the policy, or record it again".to_owned(),
    }
}

fn read<'g>(record: &'g PolicyRecord, document: &Value, parsed: &mut BTreeMap<&'g str, Arc<Policy>>) -> Text {
    if let Some(policy) = record.sha256.as_deref().and_then(|hash| parsed.get(hash)) {
        return Text {
            policy: Arc::clone(policy),
            diagnostics: Vec::new(),
        };
    }
    let read = parse_policy(document);
    let policy = Arc::new(read.policy);
    if let Some(hash) = record.sha256.as_deref() {
        parsed.insert(hash, Arc::clone(&policy));
    }
    Text {
        policy,
        diagnostics: read.diagnostics,
    }
}
