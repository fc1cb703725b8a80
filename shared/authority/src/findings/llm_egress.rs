//! Data that a model can tell whoever talks to it (PATH-07).

use std::collections::BTreeMap;

use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::{EdgeKind, EntityKind};
use sv0_model::path::{ActionClass, AuthorityPath, PathState};

use super::Facts;
use super::draft::{Draft, name_of};
use super::way::{chain, checks, most_telling, rating, resources};
use crate::estate::Estate;

/// One finding for each agent, flow, runtime or gateway.
pub(crate) fn findings(facts: &Facts<'_, '_>) -> Vec<Draft> {
    let mut agents: BTreeMap<&str, Vec<&AuthorityPath>> = BTreeMap::new();
    for path in facts.paths.iter().filter(|path| tells_data(facts.estate, path)) {
        agents.entry(&path.workload).or_default().push(path);
    }
    agents
        .into_values()
        .filter_map(|paths| finding(facts, &paths))
        .collect()
}

pub(super) fn tells_data(estate: &Estate<'_>, path: &AuthorityPath) -> bool {
    let kind = estate.entity(&path.workload).map(|entity| entity.kind);
    let is_agent = matches!(
        kind,
        Some(
            EntityKind::BedrockAgent
                | EntityKind::BedrockFlow
                | EntityKind::AgentCoreRuntime
                | EntityKind::AgentCoreGateway
        )
    );
    is_agent && path.state != PathState::Blocked && path.action_class == ActionClass::ReadData
}

fn finding(facts: &Facts<'_, '_>, paths: &[&AuthorityPath]) -> Option<Draft> {
    let best = most_telling(paths)?;
    let agent = name_of(facts.estate, &best.workload);
    let guardrail = facts.estate.targets(&best.workload, EdgeKind::GuardedBy).next();
    let mut draft = Draft::new(FindingKind::LlmEgressPath, &best.workload);
    draft.subjects.push(best.resource.clone());
    draft.subjects.extend(best.roles.iter().cloned());
    draft.account = facts
        .estate
        .entity(&best.workload)
        .and_then(|entity| entity.account.clone());
    paths.iter().for_each(|path| draft.add_path(path));
    let (severity, reason) = rating(best);
    match guardrail {
        Some(_) if severity == FindingSeverity::High => {
            draft.rate(
                FindingSeverity::Medium,
                format!("{reason}; a guardrail limits what it says"),
            );
        }
        _ => draft.rate(severity, reason),
    }
    draft.title = format!(
        "{agent} can read {} and tell it through a model",
        resources(facts, paths)
    );
    let guarded = guardrail.map_or_else(
        || "No guardrail is known to limit it.".to_owned(),
        |guardrail| {
            format!(
                "Guardrail {} limits what it takes in and gives out.",
                name_of(facts.estate, guardrail)
            )
        },
    );
    draft.description = format!(
        "What the agent reads goes to a large language model and, with its answers, to whoever talks to it: {}. {guarded}",
        chain(facts, best)
    );
    draft.verify = checks(facts, best);
    Some(draft)
}
