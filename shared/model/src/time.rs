//! Points in time as AWS writes them.

pub use jiff::Timestamp;

/// Reads a time in any form the AWS CLI and the services print: RFC 3339 with `Z` or an offset, a blank in place of `T`,
/// or seconds since 1970 (whole or with a fraction). `None` when it is none of these.
#[must_use]
pub fn parse_timestamp(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    if text.len() > 11 && text.is_char_boundary(10) && text.as_bytes().get(10) == Some(&b' ') {
        return text.replacen(' ', "T", 1).parse().ok();
    }
    let seconds: f64 = text.parse().ok()?;
    from_epoch_seconds(seconds)
}

/// The time that many seconds after 1970-01-01T00:00:00Z, to the millisecond. `None` outside jiff's range (years -9999 to 9999).
#[must_use]
pub fn from_epoch_seconds(seconds: f64) -> Option<Timestamp> {
    if !seconds.is_finite() {
        return None;
    }
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a float to integer cast saturates, and what saturates is outside jiff's range"
    )]
    let millis = (seconds * 1000.0).round() as i64;
    Timestamp::from_millisecond(millis).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form_aws_prints() {
        let want: Timestamp = "2019-12-18T19:10:08Z".parse().unwrap();
        for text in [
            "2019-12-18T19:10:08Z",
            "2019-12-18T19:10:08.000Z",
            "2019-12-18T19:10:08+00:00",
            "2019-12-18 19:10:08+00:00",
            "1576696208",
            "1576696208.0",
        ] {
            assert_eq!(parse_timestamp(text), Some(want), "{text}");
        }
        for text in ["", "yesterday", "NaN", "1e300"] {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
    }
}
