//! Escaping of JSON for a place inside HTML.

/// Writes `<`, `>`, `&` and the line separators U+2028 and U+2029 as `\uXXXX`.
///
/// In JSON these characters stand only inside strings, where the escape means the same, so no text can end the script element.
pub(crate) fn for_script(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_can_end_the_element_and_everything_reads_back() {
        let hostile = "</script><!--<script>&amp;\u{2028}\u{2029}\\u003c\"";
        let json = serde_json::to_string(hostile).unwrap();
        let escaped = for_script(&json);
        assert!(!escaped.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{escaped}");
        let back: String = serde_json::from_str(&escaped).unwrap();
        assert_eq!(back, hostile);
    }
}
