//! Keys and values in a sentence: plain where they cannot be mistaken for its words, else in quotes.

use sv0_model::text::is_deceptive;

/// Values that a sentence writes out before it counts the rest.
const MOST_VALUES: usize = 6;

/// The longest key or value that is written out.
const MOST_CHARACTERS: usize = 200;

/// Words of the sentences themselves.
const RESERVED: [&str; 12] = [
    "absent", "and", "anything", "either", "false", "more", "none", "not", "of", "or", "present", "true",
];

/// A key or value. Whatever could be taken for a part of the sentence stands in quotes.
pub(super) fn literal(text: &str) -> String {
    let is_plain = !text.is_empty() && text.chars().all(is_plain) && !RESERVED.contains(&text);
    match text.char_indices().nth(MOST_CHARACTERS) {
        None if is_plain => text.to_owned(),
        None => quoted(text),
        Some(_) => {
            let start: String = text.chars().take(MOST_CHARACTERS).collect();
            format!("{} (the start of {} bytes)", quoted(&start), text.len())
        }
    }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_graphic() && !matches!(c, '"' | '\'' | '\\' | ',' | ';' | '(' | ')')
}

fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            _ if is_deceptive(c) => out.extend(c.escape_unicode()),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `a, b, c` or `a, b, c, d, e, f and 34 more`.
pub(super) fn list(values: &[String]) -> String {
    let mut text = values
        .iter()
        .take(MOST_VALUES)
        .map(|value| literal(value))
        .collect::<Vec<_>>()
        .join(", ");
    if values.len() > MOST_VALUES {
        text.push_str(&format!(" and {} more", values.len() - MOST_VALUES));
    }
    text
}
