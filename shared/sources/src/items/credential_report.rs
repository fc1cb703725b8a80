//! The IAM credential report: one row a user, and one for the account's root user.

use serde_json::{Map, Value};

use crate::redact::scrub;

/// The columns that are kept, under the names of the report's header. AWS adds columns at the end from time to time; what is not known here is dropped.
///
/// Source: IAM User Guide, "Generate credential reports for your AWS account", "Understanding the report format".
pub(crate) const COLUMNS: [&str; 22] = [
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
];

/// Bytes of a field; the longest is an ARN.
const MAX_FIELD_BYTES: usize = 2048;

/// The row with the columns that are kept, their values as text; `None` when it names no user.
///
/// The columns *speak of* passwords and access keys and hold none, so that the net of names does not apply to them.
pub(super) fn row(mut row: Map<String, Value>) -> Option<Map<String, Value>> {
    row.retain(|column, value| COLUMNS.contains(&column.as_str()) && is_short_text(value));
    for value in row.values_mut() {
        if let Some(scrubbed) = value.as_str().and_then(scrub) {
            *value = Value::from(scrubbed);
        }
    }
    let is_named = ["user", "arn"].iter().all(|column| {
        row.get(*column)
            .and_then(Value::as_str)
            .is_some_and(|text| !text.is_empty())
    });
    is_named.then_some(row)
}

fn is_short_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.len() <= MAX_FIELD_BYTES)
}

/// The table in an answer of `GetCredentialReport`, whose `Content` is Base64; `None` where it is none.
///
/// Source: IAM API Reference, "GetCredentialReport", `Content` and `ReportFormat`.
pub(crate) fn content_of(answer: &Value) -> Option<String> {
    let is_csv = answer
        .get("ReportFormat")
        .and_then(Value::as_str)
        .is_none_or(|format| format == "text/csv");
    let content = answer.get("Content")?.as_str().filter(|_| is_csv)?;
    String::from_utf8(decode_base64(content)?).ok()
}

/// RFC 4648 Base64 with padding, line breaks allowed.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0_u32);
    let digits = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    for digit in digits.take_while(|byte| *byte != b'=') {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0x00FF_FFFF;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xFF).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vectors of RFC 4648, section 10.
    #[test]
    fn base64_is_decoded() {
        for (encoded, plain) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9vYmE=", "fooba"),
            ("Zm9v\nYmFy", "foobar"),
        ] {
            assert_eq!(decode_base64(encoded).unwrap(), plain.as_bytes());
        }
        assert_eq!(decode_base64("Zm9v!"), None);
    }
}
