//! `sv0 explain`.

use std::fmt::Write;

use sv0_authority::{
    AssumeInformation, Attachment, ButFor, Explanation, LayerState, NearestMiss, Query, ShownStatement,
};
use sv0_pipeline::Question;

use super::question::{context, is_told_by_parts, statement};
use super::{Outcome, print, print_json};
use crate::arguments::ExplainArguments;
use crate::error::CommandError;
use crate::store;
use crate::text::{bold, caveat, decision, dim, labelled, name_of, plain, safe};

pub fn run(arguments: &ExplainArguments) -> Result<Outcome, CommandError> {
    let question = Question {
        principal: &arguments.principal,
        resource: Some(&arguments.resource),
    };
    let question = Some(&question).filter(|_| is_told_by_parts(&arguments.context));
    let (graph, explanation) = store::answered(&arguments.query, question, |estate| {
        let query = Query {
            principal: &arguments.principal,
            action: &arguments.action,
            resource: &arguments.resource,
            context: &context(&arguments.context, estate.graph())?,
            unknown_context: arguments.context.unknown_context.into(),
        };
        Ok(estate.explain(&query)?)
    })?;
    if arguments.query.json {
        print_json(&explanation)?;
        return Ok(Outcome::Done);
    }
    let mut out = answer_text(&explanation);
    let name = |shown: &ShownStatement| statement(&graph, &shown.reference);
    changes_text(&mut out, &explanation.but_for);
    misses_text(&mut out, &explanation.nearest_misses, &name);
    statements_text(&mut out, "Decided by", &explanation.deciding, &name);
    statements_text(&mut out, "Would have allowed it", &explanation.granting, &name);
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
    let _ = writeln!(out, "  for       {}", safe(&answer.principal));
    if let Some(condition) = &explanation.condition_sentence {
        out.push_str(&labelled("  only if", 12, &safe(condition), plain));
    }
    for of in &answer.caveats {
        out.push_str(&labelled("  caveat", 12, &caveat(*of), plain));
    }
    for text in &explanation.snapshots {
        let version = text.version_id.as_deref().unwrap_or_default();
        let line = format!("{} {version}, from the snapshot of {}", text.policy, text.date);
        let _ = writeln!(out, "  text of {}", dim(&safe(&line)));
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

fn changes_text(out: &mut String, changes: &[ButFor]) {
    if changes.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", bold("What would have to change"));
    for change in changes {
        out.push_str(&labelled("  •", 4, &safe(&change.sentence), plain));
    }
}

fn misses_text(out: &mut String, misses: &[NearestMiss], name: &dyn Fn(&ShownStatement) -> String) {
    if misses.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", bold("Comes nearest"));
    for miss in misses {
        let _ = writeln!(out, "  {}", name(&miss.statement));
        origin_text(out, &miss.statement);
        out.push_str(&labelled("", 4, &safe(&miss.sentence), plain));
    }
}

fn statements_text(out: &mut String, title: &str, shown: &[ShownStatement], name: &dyn Fn(&ShownStatement) -> String) {
    if shown.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", bold(title));
    for statement in shown {
        let _ = writeln!(out, "  {}", name(statement));
        origin_text(out, statement);
        let text = statement
            .text
            .as_ref()
            .and_then(|text| serde_json::to_string_pretty(text).ok());
        for line in text.iter().flat_map(|text| text.lines()) {
            let _ = writeln!(out, "    {}", safe(line));
        }
    }
}

/// Where a statement comes from: how its policy applies, its id and hash, and the record it was read from.
fn origin_text(out: &mut String, statement: &ShownStatement) {
    let mut ways: Vec<String> = statement.attached.iter().map(Attachment::words).collect();
    // The name of a trust or resource policy says it already.
    ways.retain(|words| *words != statement.policy_name);
    if statement.attached.is_empty() {
        ways.push(format!("{} layer", name_of(&statement.layer)));
    }
    if !ways.is_empty() {
        out.push_str(&labelled("", 4, &safe(&ways.join("; ")), dim));
    }
    let _ = writeln!(out, "    {}", dim(&safe(&statement.reference.policy)));
    if let Some(sha256) = &statement.reference.sha256 {
        let _ = writeln!(out, "    {}", dim(&format!("SHA-256 {sha256}")));
    }
    if let Some(source) = &statement.source {
        let when = source
            .captured_at
            .map_or_else(String::new, |time| format!(", recorded {time}"));
        let _ = writeln!(out, "    {}", dim(&safe(&format!("read from {}{when}", source.object))));
    }
}

fn assume_text(out: &mut String, assume: &AssumeInformation) {
    let _ = writeln!(out, "\n{}", bold("To assume the role"));
    if !assume.trust_policy_collected {
        let _ = writeln!(out, "  its trust policy was not collected");
        return;
    }
    let trusted = format!("it trusts {}", assume.trusted.join(", "));
    out.push_str(&labelled("", 2, &safe(&trusted), plain));
    let external_id = if assume.requires_external_id {
        "is required"
    } else {
        "is not required"
    };
    let _ = writeln!(out, "  sts:ExternalId {external_id}");
}
