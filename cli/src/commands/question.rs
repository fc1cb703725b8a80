//! What the commands that ask an authorization question share.

use std::collections::BTreeMap;
use std::fmt::Write;

use anstream::eprintln;
use sv0_iam::Context;
use sv0_model::decision::{Caveat, ConditionExpression, StatementRef};
use sv0_model::graph::Graph;

use crate::arguments::ContextArguments;
use crate::context_keys::{without_effect, wrong_form};
use crate::error::CommandError;
use crate::text::{caveat, condition, dim, labelled, name_of, plain, safe};

/// The context that `--context` gives; a key given more than once has several values. A key that changes nothing is told on standard error.
///
/// # Errors
/// `bad_input` for a value that no request can carry.
pub fn context(arguments: &ContextArguments, graph: &Graph) -> Result<Context, CommandError> {
    let mut values: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (key, value) in &arguments.context {
        if let Some(expected) = wrong_form(key, value) {
            return Err(CommandError::BadInput {
                message: format!("{} of --context cannot be {}", safe(key), safe(value)),
                help: format!("its value is {expected}"),
            });
        }
        values.entry(key).or_default().push(value.clone());
    }
    let mut context = Context::default();
    for (key, values) in values {
        if let Some(why) = without_effect(graph, key) {
            eprintln!("warning: {}", safe(&why));
        }
        context.insert(key, values);
    }
    Ok(context)
}

/// Whether parts of the graph are enough for a question: whether a key of `--context` changes anything, only all of it tells.
pub fn is_told_by_parts(arguments: &ContextArguments) -> bool {
    arguments.context.is_empty()
}

/// A statement and where it stands, in one line.
pub fn statement(graph: &Graph, statement: &StatementRef) -> String {
    let policy = graph.policies.get(&statement.policy);
    let name = policy.map_or(&statement.policy, |policy| &policy.name);
    let sid = statement
        .sid
        .as_ref()
        .map(|sid| format!(" {}", safe(sid)))
        .unwrap_or_default();
    let as_of = policy
        .and_then(|policy| policy.snapshot.as_ref())
        .map(|snapshot| format!(" as of {}", safe(&snapshot.date)))
        .unwrap_or_default();
    let place = format!("statement {}{sid} of {}{as_of}", statement.index, safe(name));
    format!("{} {place}", name_of(&statement.effect))
}

/// Condition, statements and caveats of an answer, indented, each where there is one.
pub fn reasons(
    graph: &Graph,
    expression: Option<&ConditionExpression>,
    statements: &[StatementRef],
    caveats: &[Caveat],
) -> String {
    let mut out = String::new();
    if let Some(expression) = expression {
        out.push_str(&labelled("  only if", 12, &condition(expression), plain));
    }
    for reference in statements {
        let _ = writeln!(out, "  by        {}", statement(graph, reference));
        let _ = writeln!(out, "            {}", dim(&safe(&reference.policy)));
    }
    for of in caveats {
        out.push_str(&labelled("  caveat", 12, &caveat(*of), plain));
    }
    out
}
