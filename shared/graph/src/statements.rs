//! Edges out of trust policies and resource-based policies: whom a statement names.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sv0_iam::{ActionPattern, Element, ParsedPolicy, PrincipalPattern, Statement, parse_policy};
use sv0_model::decision::Effect;
use sv0_model::graph::{EdgeKind, EntityKind, PolicyKind, PolicyRecord};
use sv0_model::hash::canonical_json;

use crate::diagnostics::Diagnostics;
use crate::edges::{Edges, NewEdge};
use crate::index::Index;
use crate::json::field;
use crate::resource_arn::kind_of_resource;
use crate::target::Target;

/// Reads one policy: its problems become diagnostics; if it is somebody's trust or resource-based policy, its Allow statements become edges.
pub(crate) fn read(policy: &PolicyRecord, index: &Index, edges: &mut Edges, diagnostics: &mut Diagnostics) {
    let Some(document) = &policy.document else {
        return;
    };
    let ParsedPolicy {
        policy: parsed,
        diagnostics: problems,
    } = parse_policy(document);
    if let Some(origin) = &policy.origin {
        for problem in &problems {
            diagnostics.policy(origin, &policy.native_id, problem);
        }
    }
    let kind = match policy.kind {
        PolicyKind::Trust => EdgeKind::Trusts,
        PolicyKind::ResourceBased => EdgeKind::Grants,
        _ => return,
    };
    let detail = detail_of(policy, document, diagnostics);
    let allows = parsed
        .statements()
        .iter()
        .filter(|statement| statement.effect() == Some(Effect::Allow));
    for statement in allows {
        let attributes = match detail {
            Detail::Full => attributes(statement, condition_element(document, statement.index())),
            Detail::PlaceAlone => place(statement),
        };
        for principal in principals(statement.principals(), index) {
            for image_access in image_accesses(policy, statement) {
                add_edge(policy, image_access, &attributes, principal.clone(), edges);
            }
            add_edge(policy, kind, &attributes, principal, edges);
        }
    }
}

fn add_edge(
    policy: &PolicyRecord,
    kind: EdgeKind,
    of_statement: &BTreeMap<String, Value>,
    (target, of_principal): (Target, BTreeMap<String, Value>),
    edges: &mut Edges,
) {
    let Some(owner) = &policy.owner else {
        return;
    };
    let mut attributes = of_statement.clone();
    attributes.extend(of_principal);
    edges.add(NewEdge {
        from: owner,
        kind,
        target,
        attributes,
        origin: policy.origin.as_ref(),
        captured_at: policy.captured_at,
    });
}

/// What a statement of a repository's policy lets its principals do with images.
fn image_accesses(policy: &PolicyRecord, statement: &Statement) -> impl Iterator<Item = EdgeKind> {
    let is_repository = policy
        .owner
        .as_deref()
        .is_some_and(|owner| kind_of_resource(owner) == EntityKind::EcrRepository);
    let accesses = [
        ("ecr:BatchGetImage", EdgeKind::PullAccess),
        ("ecr:PutImage", EdgeKind::PushAccess),
    ];
    accesses
        .into_iter()
        .filter(move |(action, _)| is_repository && statement.may_concern(action))
        .map(|(_, access)| access)
}

/// How much of a statement its edges repeat.
#[derive(Clone, Copy)]
enum Detail {
    /// Its place, actions and conditions.
    Full,
    /// Its place, so that a made-up document cannot multiply itself by the principals it names.
    PlaceAlone,
}

/// AWS's largest resource-based policies have 32 KiB; this leaves room for any form they may be written in.
pub(crate) const MAX_DOCUMENT_LENGTH: usize = 128 * 1024;

fn detail_of(policy: &PolicyRecord, document: &Value, diagnostics: &mut Diagnostics) -> Detail {
    if canonical_json(document).len() <= MAX_DOCUMENT_LENGTH {
        return Detail::Full;
    }
    if let Some(origin) = &policy.origin {
        let message = "the policy is larger than AWS allows, so its edges do not repeat its actions and conditions";
        diagnostics.warning(origin, &policy.native_id, "oversized_policy", message, "");
    }
    Detail::PlaceAlone
}

/// Whom the statement names, and how it writes it. An Allow with `NotPrincipal` names everyone but those it lists.
pub(crate) fn principals(element: &Element<PrincipalPattern>, index: &Index) -> Vec<(Target, BTreeMap<String, Value>)> {
    match element {
        Element::Only(entries) => entries
            .items
            .iter()
            .map(|principal| {
                let written = BTreeMap::from([("principal".to_owned(), json!(principal.text()))]);
                (index.principal(principal), written)
            })
            .collect(),
        Element::Except(entries) => {
            let excepted: Vec<&str> = entries.items.iter().map(PrincipalPattern::text).collect();
            let written = BTreeMap::from([("not_principal".to_owned(), json!(excepted))]);
            vec![(index.principal(&PrincipalPattern::Everyone), written)]
        }
        Element::Missing | Element::Unreadable => Vec::new(),
    }
}

fn attributes(statement: &Statement, conditions: Option<&Value>) -> BTreeMap<String, Value> {
    let mut attributes = place(statement);
    let actions: Vec<&str> = statement.actions().items().iter().map(ActionPattern::text).collect();
    let name = match statement.actions() {
        Element::Except(_) => "not_actions",
        _ => "actions",
    };
    attributes.insert(name.to_owned(), json!(actions));
    if let Some(sid) = statement.sid() {
        attributes.insert("sid".to_owned(), json!(sid));
    }
    if let Some(conditions) = conditions {
        attributes.insert("conditions".to_owned(), conditions.clone());
    }
    attributes
}

fn place(statement: &Statement) -> BTreeMap<String, Value> {
    BTreeMap::from([("statement_index".to_owned(), json!(statement.index()))])
}

/// The Condition element of a statement, as it is written.
pub(crate) fn condition_element(document: &Value, index: usize) -> Option<&Value> {
    let statement = match document.get("Statement")? {
        Value::Array(statements) => statements.get(index)?,
        lone => lone,
    };
    field(statement, "Condition")
}
