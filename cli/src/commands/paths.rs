//! `sv0 paths`.

use std::fmt::Write;

use serde_json::json;
use sv0_model::graph::Graph;
use sv0_model::path::{AuthorityPath, PathState};

use super::{Outcome, print, print_json};
use crate::arguments::{PathsArguments, StateArgument};
use crate::error::CommandError;
use crate::store;
use crate::text::{condition, dim, entity, layers, name_of, observation, safe, state};

pub fn run(arguments: &PathsArguments) -> Result<Outcome, CommandError> {
    let store = store::folder(&arguments.query.store)?;
    let snapshot = store::snapshot(&store, &arguments.query)?;
    let graph = snapshot.graph()?;
    let mut paths = snapshot.paths()?;
    let all = paths.len();
    paths.retain(|path| is_asked_for(&graph, path, arguments));
    if arguments.query.json {
        print_json(&json!({"schema": "sv0-paths/1", "paths": paths}))?;
        return Ok(Outcome::Done);
    }
    let mut out = String::new();
    for path in &paths {
        out.push_str(&chain_text(&graph, path));
    }
    let _ = writeln!(out, "{}", dim(&format!("{} of {all} paths", paths.len())));
    print(&out)?;
    Ok(Outcome::Done)
}

fn is_asked_for(graph: &Graph, path: &AuthorityPath, arguments: &PathsArguments) -> bool {
    let named = |wanted: &Option<String>, ids: &[&String]| {
        wanted
            .as_ref()
            .is_none_or(|text| ids.iter().any(|id| id == &text || name_contains(graph, id, text)))
    };
    let mut sources: Vec<&String> = vec![&path.workload];
    sources.extend(&path.roles);
    named(&arguments.from, &sources)
        && named(&arguments.to, &[&path.resource, &path.scope])
        && arguments.kind.is_none_or(|kind| path.kind == kind)
        && is_in_state(path.state, arguments)
}

fn name_contains(graph: &Graph, id: &str, text: &str) -> bool {
    graph.entities.get(id).is_some_and(|entity| entity.name.contains(text))
}

fn is_in_state(state: PathState, arguments: &PathsArguments) -> bool {
    match arguments.state {
        Some(StateArgument::Allowed) => state == PathState::Allowed,
        Some(StateArgument::Conditional) => state == PathState::Conditional,
        Some(StateArgument::Blocked) => state == PathState::Blocked,
        // JSON is for programs, which filter for themselves; a person is spared what cannot happen.
        None => arguments.include_blocked || arguments.query.json || state != PathState::Blocked,
    }
}

/// A path as a few lines: the chain, what can be done, and what limits and proves it.
pub fn chain_text(graph: &Graph, path: &AuthorityPath) -> String {
    let mut chain = vec![entity(graph, &path.workload)];
    chain.extend(path.roles.iter().map(|role| entity(graph, role)));
    chain.push(entity(graph, &path.resource));
    let mut out = String::new();
    let _ = writeln!(out, "{}  {}", state(path.state), chain.join(" → "));
    let _ = writeln!(
        out,
        "             {}: {}",
        name_of(&path.action_class),
        path.actions.join(", ")
    );
    if path.scope != path.resource {
        let _ = writeln!(out, "             on {}", safe(&path.scope));
    }
    if !path.blocked_by.is_empty() {
        let word = if path.state == PathState::Blocked {
            "blocked by"
        } else {
            "hangs on"
        };
        let _ = writeln!(out, "             {word} {}", layers(&path.blocked_by));
    }
    if let Some(expression) = &path.condition {
        let _ = writeln!(out, "             only if {}", condition(expression));
    }
    let _ = writeln!(out, "             {}", dim(&observation(&path.observation)));
    out
}
