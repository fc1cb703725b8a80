//! AWS's words, made fit for ledgers and logs.

/// What a message may hold at most, in characters.
const MAX_MESSAGE: usize = 300;
/// Runs of letters and digits of this length are no names.
const MIN_SECRET: usize = 32;
const ACCESS_KEY_PREFIXES: [&str; 4] = ["ABIA", "ACCA", "AKIA", "ASIA"];

/// A message on one line, of at most 300 characters, in which keys, tokens and signatures are replaced by `***`.
pub(crate) fn bounded(message: &str) -> String {
    let words: Vec<String> = message.split_whitespace().map(word).collect();
    let text = words.join(" ");
    let clean = text.chars().filter(|letter| !letter.is_control());
    clean.take(MAX_MESSAGE).collect()
}

/// ARNs are kept: they are what a refusal is about.
fn word(text: &str) -> String {
    let is_arn = text.trim_start_matches(['\'', '"', '(', '[']).starts_with("arn:");
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|letter| !is_run(letter)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        let is_secret = is_access_key(run) || (!is_arn && is_random(run));
        clean.push_str(if is_secret { "***" } else { run });
        let between = after.find(is_run).unwrap_or(after.len());
        let (between, next) = after.split_at(between);
        clean.push_str(between);
        rest = next;
    }
    clean
}

fn is_run(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '=' | '_' | '-' | '%')
}

fn is_access_key(run: &str) -> bool {
    run.len() >= 16 && ACCESS_KEY_PREFIXES.iter().any(|prefix| run.contains(prefix))
}

/// Long, and digits among letters: what base64 and hexadecimal digits look like.
fn is_random(run: &str) -> bool {
    run.len() >= MIN_SECRET
        && run.bytes().any(|byte| byte.is_ascii_digit())
        && run.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_left_out_and_names_are_kept() {
        for (given, kept) in [
            (
                "User: arn:aws:sts::111122223333:assumed-role/SecurityV0ReadOnly/SecurityV0-111122223333-1700000000 is not authorized",
                "User: arn:aws:sts::111122223333:assumed-role/SecurityV0ReadOnly/SecurityV0-111122223333-1700000000 is not authorized",
            ),
            ("The key ASIAIOSFODNN7EXAMPLE is not known", "The key *** is not known"),
            ("secret=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "***"),
            (
                "x-amz-security-token:IQoJb3JpZ2luX2VjEOb//////////wEaCXVzLWVhc3QtMSJHMEUC",
                "x-amz-security-token:***",
            ),
            (
                "Signature 5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7 differs",
                "Signature *** differs",
            ),
            ("Rate\n exceeded\u{7}", "Rate exceeded"),
        ] {
            assert_eq!(bounded(given), kept);
        }
        assert_eq!(bounded(&"ä ".repeat(400)).chars().count(), MAX_MESSAGE);
    }
}
