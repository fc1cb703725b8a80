//! Text for a terminal: names made safe, states made visible.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use sv0_model::decision::{ConditionExpression, Decision, Layer};
use sv0_model::finding::FindingSeverity;
use sv0_model::graph::Graph;
use sv0_model::observation::Observation;
use sv0_model::path::PathState;

/// Names come from AWS accounts and may hold anything: control characters, escape sequences and direction marks are written out.
pub fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_invisible_mark(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

fn is_invisible_mark(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The serde name of a plain enum value, such as `explicit_deny`.
pub fn name_of<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// `text` in a style.
pub fn styled(style: Style, text: &str) -> String {
    format!("{}{text}{}", style.render(), style.render_reset())
}

/// `text`, bold.
pub fn bold(text: &str) -> String {
    styled(Style::new().bold(), text)
}

/// `text`, dimmed.
pub fn dim(text: &str) -> String {
    styled(Style::new().dimmed(), text)
}

fn coloured(color: AnsiColor, text: &str) -> String {
    styled(Style::new().bold().fg_color(Some(color.into())), text)
}

/// A path's state as a padded word.
pub fn state(state: PathState) -> String {
    match state {
        PathState::Allowed => coloured(AnsiColor::Red, "allowed    "),
        PathState::Conditional => coloured(AnsiColor::Yellow, "conditional"),
        PathState::Blocked => coloured(AnsiColor::Green, "blocked    "),
    }
}

/// A decision as a word.
pub fn decision(decision: Decision) -> String {
    let color = match decision {
        Decision::Allow => AnsiColor::Red,
        Decision::Conditional => AnsiColor::Yellow,
        Decision::ImplicitDeny | Decision::ExplicitDeny => AnsiColor::Green,
    };
    coloured(color, &name_of(&decision))
}

/// A severity as a padded word.
pub fn severity(severity: FindingSeverity) -> String {
    let color = match severity {
        FindingSeverity::Critical | FindingSeverity::High => AnsiColor::Red,
        FindingSeverity::Medium => AnsiColor::Yellow,
        FindingSeverity::Low | FindingSeverity::Informational => AnsiColor::Blue,
    };
    coloured(color, &format!("{:<13}", name_of(&severity)))
}

/// Layers by name, in their order.
pub fn layers(layers: &[Layer]) -> String {
    layers.iter().map(name_of).collect::<Vec<_>>().join(", ")
}

/// What the logs say, in a few words.
pub fn observation(observation: &Observation) -> String {
    match observation {
        Observation::Observed { count, last_seen, .. } => format!("observed {count}×, last {last_seen}"),
        Observation::NotObserved {
            window_start,
            window_end,
        } => {
            format!("not observed between {window_start} and {window_end}")
        }
        Observation::NotObservable { reason } => format!("not observable: {}", safe(reason)),
    }
}

/// A condition as a sentence: `aws:SourceVpce StringEquals vpce-1 and (…)`.
pub fn condition(expression: &ConditionExpression) -> String {
    match expression {
        ConditionExpression::All { all } => joined(all, " and "),
        ConditionExpression::Any { any } => joined(any, " or "),
        ConditionExpression::Test { key, operator, values } => {
            format!("{} {operator} {}", safe(key), safe(&values.join(" | ")))
        }
    }
}

fn joined(children: &[ConditionExpression], word: &str) -> String {
    let parts: Vec<String> = children
        .iter()
        .map(|child| match child {
            ConditionExpression::Test { .. } => condition(child),
            _ => format!("({})", condition(child)),
        })
        .collect();
    parts.join(word)
}

/// `name (account name)` of an entity; its id where the graph does not know it.
pub fn entity(graph: &Graph, native_id: &str) -> String {
    let Some(entity) = graph.entities.get(native_id) else {
        return safe(native_id);
    };
    let mut text = safe(&entity.name);
    if let Some(account) = &entity.account {
        let name = graph.organization.nodes.get(account).map_or(account, |node| &node.name);
        // Writing to a String cannot fail.
        let _ = write!(text, " {}", dim(&format!("({})", safe(name))));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_direction_marks_never_reach_the_terminal() {
        assert_eq!(safe("a\u{1b}[31mb\u{202e}c\n"), "a\\u{1b}[31mb\\u{202e}c\\u{a}");
        assert_eq!(safe("Zürich-ßerver"), "Zürich-ßerver");
    }

    #[test]
    fn a_condition_reads_as_a_sentence() {
        let test = |key: &str| ConditionExpression::Test {
            key: key.into(),
            operator: "StringEquals".into(),
            values: vec!["1".into(), "2".into()],
        };
        let expression = ConditionExpression::All {
            all: vec![
                test("a"),
                ConditionExpression::Any {
                    any: vec![test("b"), test("c")],
                },
            ],
        };
        assert_eq!(
            condition(&expression),
            "a StringEquals 1 | 2 and (b StringEquals 1 | 2 or c StringEquals 1 | 2)"
        );
    }
}
