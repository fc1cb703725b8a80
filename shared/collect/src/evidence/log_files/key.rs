//! Keys of log files. Whoever may write into the bucket chose them.

/// Bytes of a log file's name: CloudTrail's have about 80.
const LONGEST_NAME: usize = 200;

/// What a key below a folder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum KeyKind<'k> {
    /// A log file of this day, `2026/01/31`, with the rest of its path.
    LogFile(&'k str),
    /// It is called like a log file, and is not where CloudTrail puts one, or holds what no path may hold.
    Foreign,
    /// Something else: a marker of a folder, a digest, a file of somebody's own.
    Other,
}

impl<'k> KeyKind<'k> {
    /// `below` is the key without its folder's prefix.
    pub fn of(below: &'k str) -> Self {
        if !below.ends_with(".json.gz") {
            return Self::Other;
        }
        let parts: Vec<&str> = below.split('/').collect();
        let is_log_file = match *parts.as_slice() {
            [year, month, day, name] => is_number(year, 4) && is_number(month, 2) && is_number(day, 2) && is_name(name),
            _ => false,
        };
        if is_log_file {
            Self::LogFile(below)
        } else {
            Self::Foreign
        }
    }
}

fn is_number(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `111122223333_CloudTrail_eu-west-1_20260131T0005Z_a1b2C3d4E5f6g7H8.json.gz`.
fn is_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_log_file_is_not_read() {
        let long = format!("2026/01/31/{}.json.gz", "a".repeat(200));
        let very_long = format!("2026/01/31/{}.json.gz", "a".repeat(100_000));
        for (below, is_log_file) in [
            (
                "2026/01/31/111122223333_CloudTrail_eu-west-1_20260131T0005Z_a1.json.gz",
                true,
            ),
            ("2026/01/31/a.json.gz", true),
            ("2026/01/31/../../../../x.json.gz", false),
            ("2026/01/../31/a.json.gz", false),
            ("../2026/01/31/a.json.gz", false),
            ("/etc/cron.d/a.json.gz", false),
            ("2026/01/31//a.json.gz", false),
            ("2026/01/31/.json.gz", false),
            ("2026/01/31/..json.gz", false),
            ("2026/01/31/a\\b.json.gz", false),
            ("2026/01/31/a\u{1}.json.gz", false),
            ("2026/01/31/a\nb.json.gz", false),
            ("2026/01/31/C:a.json.gz", false),
            ("2026/01/31/ä.json.gz", false),
            ("2026/1/31/a.json.gz", false),
            ("2026/01/31/x/a.json.gz", false),
            (long.as_str(), false),
            (very_long.as_str(), false),
        ] {
            let expected = if is_log_file {
                KeyKind::LogFile(below)
            } else {
                KeyKind::Foreign
            };
            assert_eq!(KeyKind::of(below), expected, "{below:?}");
        }
        for below in [
            "",
            "2026/",
            "2026/01/31/",
            "2026/01/31/a.csv",
            "2026/01/31/a.json",
            "notes.txt",
        ] {
            assert_eq!(KeyKind::of(below), KeyKind::Other, "{below:?}");
        }
    }
}
