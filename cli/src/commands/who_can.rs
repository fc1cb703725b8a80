//! `sv0 who-can`.

use std::fmt::Write;

use sv0_authority::{Estate, resource_hint};
use sv0_model::graph::{Entity, EntityKind, Graph};

use super::question::context;
use super::route::route_line;
use super::{Outcome, print, print_json};
use crate::arguments::WhoCanArguments;
use crate::error::CommandError;
use crate::store;
use crate::text::{caveat, condition, counted, decision, dim, labelled, plain, safe};

pub fn run(arguments: &WhoCanArguments) -> Result<Outcome, CommandError> {
    let graph = store::graph(&arguments.query)?;
    let estate = Estate::new(&graph);
    let context = context(&arguments.context, &graph)?;
    let (action, resource) = (&arguments.action, &arguments.resource);
    let unknown_context = arguments.context.unknown_context.into();
    let answer = if arguments.via_assume_role {
        estate.who_can_via_roles(action, resource, &context, unknown_context)?
    } else {
        estate.who_can(action, resource, &context, unknown_context)?
    };
    if arguments.query.json {
        print_json(&answer)?;
        return Ok(Outcome::Done);
    }
    let mut out = String::new();
    for row in &answer.principals {
        let _ = writeln!(
            out,
            "{}  {}{}",
            decision(row.decision),
            safe(&row.principal),
            named(&graph, &row.principal)
        );
        out.push_str(&route_line(row.route.as_ref()));
        if let Some(expression) = &row.condition {
            let _ = writeln!(out, "  only if   {}", condition(expression));
        }
        for of in &row.caveats {
            out.push_str(&labelled("  caveat", 12, &caveat(*of), plain));
        }
    }
    let _ = writeln!(out, "{}", dim(&counted(answer.principals.len(), "principal")));
    if let Some(hint) = resource_hint(action, resource) {
        let _ = writeln!(out, "{}", safe(&hint));
    }
    print(&out)?;
    Ok(Outcome::Done)
}

/// The user name of a user of Identity Center, whose ARN tells nobody who it is.
fn named(graph: &Graph, principal: &str) -> String {
    let entity = graph.entities.get(principal);
    let is_workforce = |entity: &&Entity| {
        matches!(
            entity.kind,
            EntityKind::IdentityCenterUser | EntityKind::IdentityCenterGroup
        )
    };
    entity
        .filter(is_workforce)
        .map(|entity| format!("  {}", dim(&format!("({})", safe(&entity.name)))))
        .unwrap_or_default()
}
