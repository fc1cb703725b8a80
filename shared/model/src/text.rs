//! Text out of AWS accounts, made safe to look at.

/// Whether a character shows nothing, moves the cursor or turns the direction of reading, so that a name holding it does not look like what it is.
#[must_use]
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// `text` with its deceptive characters written out as `\u{202e}`.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_deceptive(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_deceives_is_written_out() {
        for (text, want) in [
            ("a\u{1b}[31mb\u{202e}c\n", "a\\u{1b}[31mb\\u{202e}c\\u{a}"),
            ("soft\u{ad}hyphen\u{61c}", "soft\\u{ad}hyphen\\u{61c}"),
            ("Zürich-ßerver-日本", "Zürich-ßerver-日本"),
        ] {
            assert_eq!(printable(text), want);
        }
    }
}
