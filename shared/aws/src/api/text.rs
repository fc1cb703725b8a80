//! Scalars as text: percent encoding and times.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::tz::TimeZone;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use sv0_model::time::{Timestamp, parse_timestamp};

use super::wire::Kind;

/// What RFC 3986 leaves alone.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const UNRESERVED_OR_SLASH: &AsciiSet = &UNRESERVED.remove(b'/');

/// A value of a path, query or form.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// A value that may span several segments of a path.
pub(crate) fn encoded_path(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED_OR_SLASH).to_string()
}

/// A scalar of a request as text; `None` where the value is no scalar, or not one of its kind.
pub(crate) fn scalar(kind: &Kind, value: &Value) -> Option<String> {
    match (kind, value) {
        (Kind::IsoTime, Value::String(text)) => Some(iso_time(parse_timestamp(text)?)),
        (Kind::HttpTime, Value::String(text)) => Some(http_time(parse_timestamp(text)?)),
        (Kind::EpochTime, Value::String(text)) => Some(parse_timestamp(text)?.as_second().to_string()),
        (Kind::HeaderJson, value) => Some(BASE64.encode(value.to_string())),
        (_, Value::String(text)) => Some(text.clone()),
        (_, Value::Bool(is_true)) => Some(is_true.to_string()),
        (_, Value::Number(number)) => Some(number.to_string()),
        _ => None,
    }
}

/// Whole seconds where there is no fraction, else microseconds, as botocore writes them.
fn iso_time(time: Timestamp) -> String {
    let format = if time.subsec_microsecond() == 0 && time.subsec_millisecond() == 0 {
        "%Y-%m-%dT%H:%M:%SZ"
    } else {
        "%Y-%m-%dT%H:%M:%S.%6fZ"
    };
    time.strftime(format).to_string()
}

fn http_time(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// A time of an answer as the AWS CLI prints it, in UTC: `2019-12-18T19:10:08+00:00`, with microseconds where there are any. What is no time stays as it is.
pub(crate) fn printed_time(value: &Value) -> Value {
    let time = match value {
        Value::Number(number) => number.as_f64().and_then(from_epoch),
        Value::String(text) => text.parse::<f64>().map_or_else(|_| time_of_text(text), from_epoch),
        _ => None,
    };
    time.map_or_else(|| value.clone(), |time| Value::from(print(time)))
}

/// Rounded to microseconds as Python does, to the even neighbour.
fn from_epoch(seconds: f64) -> Option<Timestamp> {
    if !seconds.is_finite() {
        return None;
    }
    let whole = seconds.floor();
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a float to integer cast saturates, and what saturates is outside jiff's range"
    )]
    let micros = (whole as i64)
        .checked_mul(1_000_000)?
        .checked_add(((seconds - whole) * 1e6).round_ties_even() as i64)?;
    Timestamp::from_microsecond(micros).ok()
}

fn time_of_text(text: &str) -> Option<Timestamp> {
    parse_timestamp(text)
        .or_else(|| jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp()))
        .or_else(|| {
            text.parse::<jiff::civil::DateTime>()
                .ok()?
                .to_zoned(TimeZone::UTC)
                .ok()
                .map(|zoned| zoned.timestamp())
        })
}

fn print(time: Timestamp) -> String {
    let has_fraction = time.as_microsecond() % 1_000_000 != 0;
    let format = if has_fraction {
        "%Y-%m-%dT%H:%M:%S.%6f+00:00"
    } else {
        "%Y-%m-%dT%H:%M:%S+00:00"
    };
    time.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_printed_as_the_aws_cli_prints_them() {
        for (given, printed) in [
            (json!(1_576_696_208), "2019-12-18T19:10:08+00:00"),
            (json!(1_576_696_208.123), "2019-12-18T19:10:08.123000+00:00"),
            (json!(1.576_696_208e9), "2019-12-18T19:10:08+00:00"),
            (json!("2019-12-18T19:10:08Z"), "2019-12-18T19:10:08+00:00"),
            (json!("2019-12-18T19:10:08.5Z"), "2019-12-18T19:10:08.500000+00:00"),
            (json!("2019-12-18T21:10:08+02:00"), "2019-12-18T19:10:08+00:00"),
            (json!("Wed, 18 Dec 2019 19:10:08 GMT"), "2019-12-18T19:10:08+00:00"),
            (json!("2019-12-18T19:10:08"), "2019-12-18T19:10:08+00:00"),
            (json!(-0.5), "1969-12-31T23:59:59.500000+00:00"),
        ] {
            assert_eq!(printed_time(&given), json!(printed), "{given}");
        }
        for other in [json!("yesterday"), json!(null), json!([]), json!(1e300)] {
            assert_eq!(printed_time(&other), other);
        }
    }

    #[test]
    fn times_are_sent_in_the_form_of_their_place() {
        let time = json!("2019-12-18T19:10:08Z");
        assert_eq!(scalar(&Kind::IsoTime, &time).unwrap(), "2019-12-18T19:10:08Z");
        assert_eq!(scalar(&Kind::HttpTime, &time).unwrap(), "Wed, 18 Dec 2019 19:10:08 GMT");
        assert_eq!(scalar(&Kind::EpochTime, &time).unwrap(), "1576696208");
        assert_eq!(scalar(&Kind::IsoTime, &json!("soon")), None);
    }
}
