//! The statements that principals and resources hold, as they are written: what stands behind a path, and what stands behind none.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::decision::{Effect, StatementRef};
use sv0_model::graph::{EdgeKind, Graph, PolicyRecord};

/// A statement that somebody or something holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant<'a> {
    /// Native id of the principal, role or resource.
    pub(crate) holder: &'a str,
    /// The statement.
    pub(crate) statement: StatementRef,
}

/// The statements of `holders`, in their order, then by policy and place.
pub(crate) fn of<'a>(graph: &'a Graph, holders: &[&'a str]) -> Vec<Grant<'a>> {
    let mut held: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for policy in graph.policies.values() {
        if let Some(owner) = policy.owner.as_deref() {
            held.entry(owner).or_default().insert(&policy.native_id);
        }
    }
    for edge in graph.edges.iter().filter(|edge| edge.kind == EdgeKind::HasPolicy) {
        held.entry(&edge.from).or_default().insert(&edge.to);
    }
    let mut grants = Vec::new();
    for &holder in holders {
        let policies = held.get(holder).into_iter().flatten();
        for policy in policies.filter_map(|id| graph.policies.get(*id)) {
            grants.extend(statements(policy).map(|statement| Grant { holder, statement }));
        }
    }
    grants
}

fn statements(policy: &PolicyRecord) -> impl Iterator<Item = StatementRef> {
    let all = policy.document.as_ref().map_or(&[][..], crate::island::statements);
    all.iter().enumerate().filter_map(|(index, statement)| {
        let text = |name: &str| statement.get(name).and_then(serde_json::Value::as_str);
        let effect = match text("Effect")? {
            "Allow" => Effect::Allow,
            "Deny" => Effect::Deny,
            _ => return None,
        };
        Some(StatementRef {
            policy: policy.native_id.clone(),
            index,
            sid: text("Sid").map(str::to_owned),
            effect,
            sha256: None,
        })
    })
}
