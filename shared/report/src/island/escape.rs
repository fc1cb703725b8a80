//! JSON for a place inside HTML.

use std::io;

use serde::Serialize;
use serde::ser::Error;
use serde_json::ser::{Formatter, Serializer};

/// Compact JSON with `<`, `>`, `&` and the line separators U+2028 and U+2029 written as `\uXXXX`.
///
/// In JSON these characters stand only inside strings, where the escape means the same, so no text can end the script element.
///
/// # Errors
/// When a value cannot be written as JSON.
pub(crate) fn for_script(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut json = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut json, ForScript))?;
    String::from_utf8(json).map_err(serde_json::Error::custom)
}

/// Compact, as the formatter's own methods are, but for what stands in strings.
struct ForScript;

impl Formatter for ForScript {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        for piece in fragment.split_inclusive(is_escaped) {
            let Some(last) = piece.chars().next_back().filter(|last| is_escaped(*last)) else {
                writer.write_all(piece.as_bytes())?;
                continue;
            };
            writer.write_all(piece.strip_suffix(last).unwrap_or_default().as_bytes())?;
            write!(writer, "\\u{:04x}", u32::from(last))?;
        }
        Ok(())
    }
}

fn is_escaped(c: char) -> bool {
    matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_can_end_the_element_and_everything_reads_back() {
        let hostile = "</script><!--<script>&amp;\u{2028}\u{2029}\\u003c\"é\n&";
        let escaped = for_script(&hostile).unwrap();
        assert!(!escaped.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{escaped}");
        let back: String = serde_json::from_str(&escaped).unwrap();
        assert_eq!(back, hostile);
    }

    #[test]
    fn names_are_escaped_too_and_the_rest_is_compact() {
        let value = serde_json::json!({"a<b": [1, null, true, "x>y"]});
        assert_eq!(for_script(&value).unwrap(), r#"{"a\u003cb":[1,null,true,"x\u003ey"]}"#);
    }
}
