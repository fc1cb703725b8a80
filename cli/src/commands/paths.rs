//! `sv0 paths`.

use std::fmt::Write;

use serde_json::json;
use sv0_authority::suggestions;
use sv0_model::graph::{Entity, Graph};
use sv0_model::path::{AuthorityPath, PathHop, PathKind, PathState};

use super::{Outcome, print, print_json};
use crate::arguments::{PathsArguments, StateArgument};
use crate::error::CommandError;
use crate::store;
use crate::text::{condition, dim, entity, labelled, layers, name_of, observation, plain, safe, state};

pub fn run(arguments: &PathsArguments) -> Result<Outcome, CommandError> {
    let store = store::folder(&arguments.query.store)?;
    let snapshot = store::snapshot(&store, &arguments.query)?;
    let graph = snapshot.graph()?;
    let mut paths = snapshot.paths()?;
    let all = paths.len();
    paths.retain(|path| is_asked_for(&graph, path, arguments));
    let blocked = paths.iter().filter(|path| path.state == PathState::Blocked).count();
    paths.retain(|path| is_in_state(path.state, arguments));
    if arguments.query.json {
        print_json(&json!({"schema": "sv0-paths/1", "paths": paths}))?;
        return Ok(Outcome::Done);
    }
    let mut out = String::new();
    for path in &paths {
        out.push_str(&chain_text(&graph, path));
    }
    if paths.is_empty() {
        out.push_str(&why_none(&graph, arguments));
    }
    if paths.is_empty() && blocked > 0 {
        let _ = writeln!(out, "blocked paths that match: {blocked}; --include-blocked lists them");
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
        && arguments.kind.is_none_or(|kind| path.kinds.contains(&kind))
}

/// One end of the paths that were asked for.
struct End<'a> {
    wanted: Option<&'a str>,
    /// Whether an entity may stand at this end.
    may_be: &'a dyn Fn(&Entity) -> bool,
    what: &'static str,
}

/// Why no path is listed: a name that nothing has must not look like an identity that reaches nothing.
fn why_none(graph: &Graph, arguments: &PathsArguments) -> String {
    let mut out = String::new();
    let is_source = |of: &Entity| of.kind.is_workload() || name_of(&of.kind).starts_with("identity/");
    let is_end = |of: &Entity| of.kind.is_workload() || name_of(&of.kind).starts_with("resource/");
    let ends = [
        End {
            wanted: arguments.from.as_deref(),
            may_be: &is_source,
            what: "starts from it or leads through it",
        },
        End {
            wanted: arguments.to.as_deref(),
            may_be: &is_end,
            what: "leads to it",
        },
    ];
    for End { wanted, may_be, what } in ends {
        let Some(text) = wanted else { continue };
        let mut entities = graph.entities.values();
        let is_known = graph.entities.contains_key(text) || entities.any(|of| of.name.contains(text));
        let shown = safe(text);
        let line = if is_known {
            format!("{shown} is known to the scan; nothing that is listed {what}")
        } else {
            match suggestions(graph, text, may_be).as_slice() {
                [] => format!("nothing in the scan is called {shown}"),
                near => format!(
                    "nothing in the scan is called {shown}; near it: {}",
                    safe(&near.join(", "))
                ),
            }
        };
        out.push_str(&labelled("", 0, &line, plain));
    }
    out
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

/// What a step is where it is more than taking on a role or reaching the resource.
const STEPS: &[(&str, &str)] = &[
    ("INVOKES", "invokes "),
    ("CHANGES_CODE_OF", "replaces the code of "),
    ("PUSHES_IMAGE_TO", "pushes images to "),
    ("IMAGE_RUNS_IN", "which run in "),
    ("PASSES_ROLE", "passes role "),
    ("ESCALATES_TO", "takes over "),
    ("SIGNS_IN_AS", "signs in as "),
    ("READS_FROM", "reads from "),
    ("SENDS_TO", "sends to "),
];

fn step(graph: &Graph, hop: &PathHop) -> String {
    let words = STEPS.iter().find(|(relation, _)| *relation == hop.relation);
    format!("{}{}", words.map_or("", |(_, words)| words), entity(graph, &hop.to))
}

/// The kinds that the chain itself does not show.
fn telling_kinds(path: &AuthorityPath) -> String {
    let telling = path
        .kinds
        .iter()
        .filter(|kind| !matches!(kind, PathKind::Direct | PathKind::AssumedChain));
    telling.map(name_of).collect::<Vec<String>>().join(", ")
}

/// A path as a few lines: the chain, what can be done, and what limits and proves it.
pub fn chain_text(graph: &Graph, path: &AuthorityPath) -> String {
    let steps = path.hops.iter().map(|hop| step(graph, hop));
    let chain: Vec<String> = std::iter::once(entity(graph, &path.workload)).chain(steps).collect();
    let mut out = String::new();
    let _ = writeln!(out, "{}  {}", state(path.state), chain.join(" → "));
    let kinds = telling_kinds(path);
    if !kinds.is_empty() {
        out.push_str(&labelled("", 13, &kinds, plain));
    }
    let mut notes: Vec<&str> = path.hops.iter().map(|hop| hop.note.as_str()).collect();
    notes.retain(|note| !note.is_empty());
    notes.dedup();
    for note in notes {
        out.push_str(&labelled("", 13, &safe(note), dim));
    }
    let actions = format!("{}: {}", name_of(&path.action_class), path.actions.join(", "));
    out.push_str(&labelled("", 13, &safe(&actions), plain));
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
        out.push_str(&labelled("", 13, &format!("only if {}", condition(expression)), plain));
    }
    out.push_str(&labelled("", 13, &observation(&path.observation), dim));
    out
}
