//! Texts that are secrets by their form.

use super::REDACTED;

/// Query parameters of a presigned URL. The first of each group must be there; so must the second, where there is one.
const PRESIGNED: [(&str, &str); 4] = [
    ("x-amz-signature=", ""),
    ("x-amz-security-token=", ""),
    ("x-amz-credential=", ""),
    ("awsaccesskeyid=", "signature="),
];

/// The text without its secret, or `None` where it holds none.
///
/// Of a presigned URL the part before the query stays; any other text goes as a whole.
pub(crate) fn scrub(text: &str) -> Option<String> {
    if !may_hold_a_secret(text.as_bytes()) {
        return None;
    }
    if text.contains("PRIVATE KEY-----") {
        return Some(REDACTED.to_owned());
    }
    if let Some(url) = without_user(text) {
        return Some(scrub(&url).unwrap_or(url));
    }
    if !text.contains('=') || !is_presigned(text) {
        return None;
    }
    let is_url = text.starts_with("https://") || text.starts_with("http://");
    Some(match text.split_once('?') {
        Some((address, _)) if is_url && !address.contains(char::is_whitespace) => format!("{address}?{REDACTED}"),
        _ => REDACTED.to_owned(),
    })
}

/// Whether the text has a character without which it is no secret by its form: of a presigned URL the equals sign, of a URL with a user the `@`, of
/// `PRIVATE KEY` the `V`. Most texts have none, and all texts of all logs are asked: eight bytes are looked at at once.
fn may_hold_a_secret(text: &[u8]) -> bool {
    let (words, rest) = text.as_chunks();
    let marks = words
        .iter()
        .fold(0, |marks, word| marks | marked(u64::from_le_bytes(*word)));
    let is_marked = |byte: &u8| matches!(byte, b'=' | b'@' | b'V');
    // The last eight bytes stand for the rest where there are eight.
    match text.last_chunk() {
        Some(last) => (marks | marked(u64::from_le_bytes(*last))) & (EACH * 0x80) != 0,
        None => rest.iter().any(is_marked),
    }
}

const EACH: u64 = u64::from_ne_bytes([1; 8]);

/// The highest bit of a byte that is such a character, and maybe of a byte after it.
///
/// Source: Mycroft's test for a zero byte (Warren, "Hacker's Delight", 6-1).
fn marked(word: u64) -> u64 {
    let is_zero = |word: u64| word.wrapping_sub(EACH) & !word;
    let is = |byte: u8| is_zero(word ^ (EACH * u64::from(byte)));
    is(b'=') | is(b'@') | is(b'V')
}

/// A URL without the user and password in it, or `None` where it has none.
fn without_user(text: &str) -> Option<String> {
    let (scheme, rest) = url(text)?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user, _) = authority.rsplit_once('@')?;
    let rest = rest.get(user.len()..)?;
    (user != REDACTED).then(|| format!("{scheme}://{REDACTED}{rest}"))
}

/// Scheme and rest of a text that is a URL.
fn url(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let is_scheme = !scheme.is_empty()
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    is_scheme.then_some((scheme, rest))
}

/// What a text tells of where a message goes: scheme and host of a URL, the domain of a mail address. Paths and queries of webhooks are their secret.
pub(super) fn destination(text: &str) -> String {
    if let Some((scheme, rest)) = url(text) {
        let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or("");
        let host = authority.rsplit('@').next().unwrap_or("");
        if is_host(host) {
            let has_more = host.len() < rest.trim_end_matches('/').len();
            let more = if has_more {
                format!("/{REDACTED}")
            } else {
                String::new()
            };
            return format!("{scheme}://{host}{more}");
        }
    }
    match text.rsplit_once('@') {
        Some((user, domain)) if !user.contains("://") && is_host(domain) => format!("{REDACTED}@{domain}"),
        _ => REDACTED.to_owned(),
    }
}

fn is_host(text: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':' | b'*' | b'[' | b']');
    (1..=260).contains(&text.len()) && text.bytes().all(is_part)
}

fn is_presigned(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    PRESIGNED
        .iter()
        .any(|(first, second)| lower.contains(first) && lower.contains(second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_destination_its_host_is_kept() {
        for (text, kept) in [
            (
                "https://hooks.slack.com/services/T0/B0/secret",
                "https://hooks.slack.com/[redacted]",
            ),
            (
                "https://api.example.com?key=secret",
                "https://api.example.com/[redacted]",
            ),
            (
                "https://user:secret@api.example.com:8443/",
                "https://api.example.com:8443/[redacted]",
            ),
            ("https://api.example.com", "https://api.example.com"),
            ("https://api.example.com/", "https://api.example.com"),
            ("https://secret word/x", REDACTED),
            ("https://", REDACTED),
            ("oncall@example.com", "[redacted]@example.com"),
            ("https://user@host@secret word", REDACTED),
            ("+4915112345678", REDACTED),
            ("", REDACTED),
        ] {
            assert_eq!(destination(text), kept, "{text}");
        }
    }

    #[test]
    fn a_url_loses_its_user_and_nothing_else() {
        for (text, kept) in [
            (
                "https://user:secret@github.com/acme/web.git",
                Some("https://[redacted]@github.com/acme/web.git"),
            ),
            (
                "postgres://app:secret@db:5432/app?x=1",
                Some("postgres://[redacted]@db:5432/app?x=1"),
            ),
            (
                "https://secret@a/b?X-Amz-Signature=secret",
                Some("https://[redacted]@a/b?[redacted]"),
            ),
            ("https://[redacted]@github.com/acme/web.git", None),
            ("https://github.com/acme/web.git", None),
            ("https://medium.com/@acme/post", None),
            ("https://a.example/?to=b@c", None),
            ("arn:aws:iam::444455556666:role/a@b", None),
            ("repo@sha256:0a1b", None),
        ] {
            assert_eq!(scrub(text).as_deref(), kept, "{text}");
        }
    }
}
