//! Text for a terminal: names made safe, states made visible.

use std::fmt::Write;
use std::sync::OnceLock;

use anstyle::{AnsiColor, Style};
use sv0_iam::sentence;
use sv0_model::decision::{Caveat, ConditionExpression, Decision, Layer};
use sv0_model::finding::FindingSeverity;
use sv0_model::graph::Graph;
use sv0_model::observation::Observation;
use sv0_model::path::PathState;
use sv0_model::text::printable;

/// Names come from AWS accounts and may hold anything: control characters, escape sequences and direction marks are written out.
pub fn safe(text: &str) -> String {
    printable(text)
}

/// The serde name of a plain enum value, such as `explicit_deny`.
pub fn name_of<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// A number of things, in the singular where it is one.
pub fn counted(number: impl TryInto<u64>, what: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
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

/// A condition as a sentence, to follow "only if".
pub fn condition(expression: &ConditionExpression) -> String {
    sentence(expression)
}

/// A caveat by its name, with what it means.
pub fn caveat(caveat: Caveat) -> String {
    format!("{}: {}", name_of(&caveat), caveat.meaning())
}

/// The width of text where no terminal and no `COLUMNS` says another: it is the same for every file and pipe, so that output can be compared.
const WIDTH: usize = 110;
/// The least and the greatest width that text is set in.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=160;

/// The width that text is broken at: what `COLUMNS` says, else the terminal's, else [`WIDTH`].
fn width() -> usize {
    static SET: OnceLock<usize> = OnceLock::new();
    *SET.get_or_init(|| {
        let told = std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.trim().parse().ok());
        let terminal = || Some(usize::from(terminal_size::terminal_size_of(std::io::stdout())?.0.0));
        let columns: Option<usize> = told.filter(|columns| *columns > 0).or_else(terminal);
        columns.map_or(WIDTH, |columns| columns.clamp(*WIDTHS.start(), *WIDTHS.end()))
    })
}

/// How many columns a word takes; the sequences that put a style on take none.
fn columns(word: &str) -> usize {
    let mut columns = 0;
    let mut in_style = false;
    for c in word.chars() {
        match c {
            '\u{1b}' => in_style = true,
            'm' if in_style => in_style = false,
            _ if in_style => {}
            _ => columns += 1,
        }
    }
    columns
}

/// `text` in lines that begin `indent` columns in and end before the width; a word that is longer, such as an ARN, is never broken.
pub fn wrapped(indent: usize, text: &str) -> Vec<String> {
    wrapped_at(width(), indent, text)
}

fn wrapped_at(limit: usize, indent: usize, text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut width = 0;
    for word in text.split(' ') {
        let length = columns(word);
        if width > 0 && indent + width + 1 + length > limit {
            lines.push(std::mem::take(&mut line));
            width = 0;
        }
        if width > 0 {
            line.push(' ');
            width += 1;
        }
        line.push_str(word);
        width += length;
    }
    lines.push(line);
    lines
}

/// A label, padded to `indent` columns, and a text beside it, in a style that is put on line by line.
pub fn labelled(label: &str, indent: usize, text: &str, style: fn(&str) -> String) -> String {
    let mut out = String::new();
    for (number, line) in wrapped(indent, text).iter().enumerate() {
        let label = if number == 0 { label } else { "" };
        // Writing to a String cannot fail.
        let padding = indent.saturating_sub(columns(label));
        let _ = writeln!(out, "{label}{:padding$}{}", "", style(line));
    }
    out
}

/// `text` as it is.
pub fn plain(text: &str) -> String {
    text.to_owned()
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
    }

    #[test]
    fn prose_is_broken_between_words_only() {
        let text = "word ".repeat(40);
        for width in [40, WIDTH] {
            let lines = wrapped_at(width, 10, text.trim());
            assert!(
                lines.len() > 1 && lines.iter().all(|line| line.len() <= width - 10),
                "{lines:?}"
            );
            assert_eq!(lines.join(" "), text.trim());
        }
        let arn = format!("arn:aws:s3:::{}", "x".repeat(300));
        assert_eq!(wrapped_at(WIDTH, 10, &format!("on {arn}")), ["on", &arn]);
        let styled = format!("{} {}", bold("aaaa"), bold("bbbb"));
        assert_eq!(wrapped_at(9, 0, &styled), [styled], "a style takes no room");
        assert_eq!(labelled("  a", 6, "b", plain), "  a   b\n");
    }
}
