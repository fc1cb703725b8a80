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
    if text.contains("PRIVATE KEY-----") {
        return Some(REDACTED.to_owned());
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

fn is_presigned(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    PRESIGNED
        .iter()
        .any(|(first, second)| lower.contains(first) && lower.contains(second))
}
