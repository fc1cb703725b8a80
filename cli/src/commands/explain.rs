//! `sv0 explain`.

use std::fmt::Write;

use sv0_authority::{AssumeInformation, Estate, Explanation, LayerState, NearestMiss, Query, ShownStatement};

use super::question::{context, statement};
use super::{Outcome, print, print_json};
use crate::arguments::ExplainArguments;
use crate::error::CommandError;
use crate::store;
use crate::text::{bold, condition, decision, dim, name_of, safe};

pub fn run(arguments: &ExplainArguments) -> Result<Outcome, CommandError> {
    let graph = store::graph(&arguments.query)?;
    let estate = Estate::new(&graph);
    let context = context(&arguments.context);
    let explanation = estate.explain(&Query {
        principal: &arguments.principal,
        action: &arguments.action,
        resource: &arguments.resource,
        context: &context,
        unknown_context: arguments.context.unknown_context.into(),
    })?;
    if arguments.query.json {
        print_json(&explanation)?;
        return Ok(Outcome::Done);
    }
    let mut out = answer_text(&explanation);
    let name = |shown: &ShownStatement| statement(&graph, &shown.reference);
    statements_text(&mut out, "Decided by", &explanation.deciding, &name);
    statements_text(&mut out, "Would have allowed it", &explanation.granting, &name);
    misses_text(&mut out, &explanation.nearest_misses, &name);
    if let Some(assume) = &explanation.assume {
        assume_text(&mut out, assume);
    }
    print(&out)?;
    Ok(Outcome::Done)
}

fn answer_text(explanation: &Explanation) -> String {
    let answer = &explanation.answer;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{}  {} on {}",
        decision(answer.decision),
        safe(&answer.action),
        safe(&answer.resource)
    );
    let _ = writeln!(out, "for {}", safe(&answer.principal));
    if let Some(expression) = &answer.condition {
        let _ = writeln!(out, "only if {}", condition(expression));
    }
    for caveat in &answer.caveats {
        let _ = writeln!(out, "caveat {}", name_of(caveat));
    }
    let _ = writeln!(out, "\n{}", bold("Layer by layer"));
    for verdict in &explanation.layers {
        let state = match verdict.state {
            LayerState::NotApplicable => "–",
            LayerState::Passes => "passes",
            LayerState::Conditional => "depends",
            LayerState::Blocks => "stops it",
        };
        let _ = writeln!(
            out,
            "  {:<20} {state:<9} {}",
            name_of(&verdict.layer),
            dim(&safe(&verdict.reason))
        );
    }
    out
}

fn statements_text(out: &mut String, title: &str, shown: &[ShownStatement], name: &dyn Fn(&ShownStatement) -> String) {
    if shown.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", bold(title));
    for statement in shown {
        let _ = writeln!(
            out,
            "  {} {}",
            name(statement),
            dim(&format!("({})", name_of(&statement.layer)))
        );
        let text = statement
            .text
            .as_ref()
            .and_then(|text| serde_json::to_string_pretty(text).ok());
        for line in text.iter().flat_map(|text| text.lines()) {
            let _ = writeln!(out, "    {}", safe(line));
        }
    }
}

fn misses_text(out: &mut String, misses: &[NearestMiss], name: &dyn Fn(&ShownStatement) -> String) {
    if misses.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", bold("Comes nearest"));
    for miss in misses {
        let what = format!("but for its {}", name_of(&miss.missing));
        let _ = writeln!(out, "  {} {}", name(&miss.statement), dim(&what));
    }
}

fn assume_text(out: &mut String, assume: &AssumeInformation) {
    let _ = writeln!(out, "\n{}", bold("To assume the role"));
    if !assume.trust_policy_collected {
        let _ = writeln!(out, "  its trust policy was not collected");
        return;
    }
    let _ = writeln!(out, "  it trusts {}", safe(&assume.trusted.join(", ")));
    let external_id = if assume.requires_external_id {
        "is required"
    } else {
        "is not required"
    };
    let _ = writeln!(out, "  sts:ExternalId {external_id}");
}
