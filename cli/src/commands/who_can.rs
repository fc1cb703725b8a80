//! `sv0 who-can`.

use std::fmt::Write;

use sv0_authority::Estate;

use super::question::context;
use super::{Outcome, print, print_json};
use crate::arguments::WhoCanArguments;
use crate::error::CommandError;
use crate::store;
use crate::text::{condition, decision, dim, safe};

pub fn run(arguments: &WhoCanArguments) -> Result<Outcome, CommandError> {
    let graph = store::graph(&arguments.query)?;
    let estate = Estate::new(&graph);
    let context = context(&arguments.context);
    let answer = estate.who_can(
        &arguments.action,
        &arguments.resource,
        &context,
        arguments.context.unknown_context.into(),
    )?;
    if arguments.query.json {
        print_json(&answer)?;
        return Ok(Outcome::Done);
    }
    let mut out = String::new();
    for row in &answer.principals {
        let _ = writeln!(out, "{}  {}", decision(row.decision), safe(&row.principal));
        if let Some(expression) = &row.condition {
            let _ = writeln!(out, "  only if   {}", condition(expression));
        }
    }
    let _ = writeln!(out, "{}", dim(&format!("{} principals", answer.principals.len())));
    print(&out)?;
    Ok(Outcome::Done)
}
