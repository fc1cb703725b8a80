//! Small helpers for text that people read.

use sv0_model::text::is_deceptive;
use sv0_model::time::Timestamp;

/// `1 account`, `2 accounts`: the plural is the singular and an `s`.
pub(crate) fn count(number: usize, singular: &str) -> String {
    match number {
        1 => format!("1 {singular}"),
        _ => format!("{} {singular}s", thousands(number)),
    }
}

/// `12,345`.
pub(crate) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn join(items: &[String], conjunction: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [init @ .., last] => format!("{} {conjunction} {last}", init.join(", ")),
    }
}

/// `20 November 2025, 14:03 UTC`.
pub(crate) fn date(time: Timestamp) -> String {
    let text = time.to_string();
    let parts: Vec<&str> = text.split(['-', 'T', ':']).collect();
    match parts.as_slice() {
        [year, month, day, hour, minute, ..] => format!(
            "{} {} {year}, {hour}:{minute} UTC",
            day.trim_start_matches('0'),
            month_name(month)
        ),
        _ => text,
    }
}

fn month_name(number: &str) -> &str {
    match number {
        "01" => "January",
        "02" => "February",
        "03" => "March",
        "04" => "April",
        "05" => "May",
        "06" => "June",
        "07" => "July",
        "08" => "August",
        "09" => "September",
        "10" => "October",
        "11" => "November",
        "12" => "December",
        other => other,
    }
}

/// A name with control, invisible and direction-changing characters written as `\u{202e}`, and an ellipsis after `NAME_CHARS`.
///
/// Only for display: whoever needs the exact text finds it in the element's `title` or in the data.
pub(crate) fn shown(name: &str) -> String {
    visible(name, NAME_CHARS)
}

/// The same for sentences, which may be longer.
pub(crate) fn prose(sentence: &str) -> String {
    visible(sentence, PROSE_CHARS)
}

/// The same without an end, for the `title` that keeps what is cut on screen.
pub(crate) fn whole(name: &str) -> String {
    visible(name, usize::MAX)
}

/// The encoding of JavaScript's `encodeURIComponent`, which the page's script decodes.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn visible(text: &str, limit: usize) -> String {
    let mut out: String = text
        .chars()
        .take(limit)
        .flat_map(|c| {
            let escaped = is_deceptive(c).then(|| c.escape_unicode());
            let plain = escaped.is_none().then_some(c);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect();
    if text.chars().nth(limit).is_some() {
        out.push('…');
    }
    out
}

/// More than any AWS name holds, so that only hostile ones are cut.
const NAME_CHARS: usize = 300;

/// More than any sentence holds that does not carry a hostile name.
const PROSE_CHARS: usize = 2_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_lists_read_as_english() {
        assert_eq!(count(1, "account"), "1 account");
        assert_eq!(count(12_345, "account"), "12,345 accounts");
        assert_eq!(thousands(1_000_000), "1,000,000");
        let three = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(join(&three, "or"), "a, b or c");
        assert_eq!(join(&three[..1], "or"), "a");
    }

    #[test]
    fn dates_are_written_out() {
        let time: Timestamp = "2025-11-05T14:03:09.123Z".parse().unwrap();
        assert_eq!(date(time), "5 November 2025, 14:03 UTC");
    }

    #[test]
    fn deceptive_characters_are_shown_as_what_they_are() {
        assert_eq!(shown("inv\u{202e}gpj.exe"), "inv\\u{202e}gpj.exe");
        assert_eq!(shown("a\nb\u{0}"), "a\\u{a}b\\u{0}");
        assert_eq!(shown("größe-日本"), "größe-日本");
        assert_eq!(shown(&"x".repeat(5_000)).chars().count(), NAME_CHARS + 1);
    }

    #[test]
    fn ids_survive_a_link() {
        assert_eq!(
            percent_encoded("arn:aws:iam::1:role/a b\"<"),
            "arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa%20b%22%3C"
        );
    }
}
