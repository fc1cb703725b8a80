//! Commands of containers: arguments hold secrets, programs do not.

use serde_json::Value;

use super::{REDACTED, redact_all};

/// Longest name of a program that is kept.
const LONGEST: usize = 128;

/// What a container is commonly started with. Where an image has an entry point of its own, the first word of a command is its argument, which may be anything.
///
/// Source: Amazon ECS API Reference, "ContainerDefinition", `command` and `entryPoint`.
const INTERPRETERS: [&str; 24] = [
    "bash",
    "bundle",
    "celery",
    "deno",
    "dotnet",
    "gunicorn",
    "java",
    "nginx",
    "node",
    "npm",
    "npx",
    "php",
    "pnpm",
    "poetry",
    "python",
    "python3",
    "rails",
    "ruby",
    "sh",
    "supervisord",
    "tini",
    "uvicorn",
    "yarn",
    "zsh",
];

/// Takes every word out, but the first where `stays` says so. The number of words stays.
pub(super) fn redact(value: &mut Value, stays: fn(&str) -> bool) {
    let Value::Array(words) = value else {
        return redact_all(value);
    };
    for (place, word) in words.iter_mut().enumerate() {
        if place > 0 || !word.as_str().is_some_and(stays) {
            replace(word);
        }
    }
}

/// A word that stands for one, whatever it was made of.
fn replace(word: &mut Value) {
    *word = Value::from(REDACTED);
}

/// Whether a word can be the name or the path of a program: no option, no assignment, no address, no sentence.
pub(super) fn is_program(word: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./+".contains(&byte);
    !word.is_empty() && word.len() <= LONGEST && !word.starts_with('-') && word.bytes().all(is_plain)
}

/// Whether it can be nothing else.
pub(super) fn is_known(word: &str) -> bool {
    is_program(word) && (word.starts_with('/') || INTERPRETERS.contains(&word))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_program_stays() {
        for (words, as_entry_point, as_command) in [
            (
                json!(["sh", "-c", "export T=CANARY"]),
                json!(["sh", REDACTED, REDACTED]),
                json!(["sh", REDACTED, REDACTED]),
            ),
            (
                json!(["/app/run", "CANARY"]),
                json!(["/app/run", REDACTED]),
                json!(["/app/run", REDACTED]),
            ),
            (json!(["orders-worker"]), json!(["orders-worker"]), json!([REDACTED])),
            (json!(["--token=CANARY"]), json!([REDACTED]), json!([REDACTED])),
            (json!(["-pCANARY"]), json!([REDACTED]), json!([REDACTED])),
            (json!(["run CANARY"]), json!([REDACTED]), json!([REDACTED])),
            (json!(["postgres://u:CANARY@h/d"]), json!([REDACTED]), json!([REDACTED])),
            (
                json!([["CANARY"], {"a": "CANARY"}, 7]),
                json!([REDACTED, REDACTED, REDACTED]),
                json!([REDACTED, REDACTED, REDACTED]),
            ),
            (json!("sh -c CANARY"), json!(REDACTED), json!(REDACTED)),
            (json!({"0": "CANARY"}), json!({"0": REDACTED}), json!({"0": REDACTED})),
            (json!([]), json!([]), json!([])),
        ] {
            let done = |stays: fn(&str) -> bool| {
                let mut value = words.clone();
                redact(&mut value, stays);
                value
            };
            assert_eq!(done(is_program), as_entry_point, "entry point {words}");
            assert_eq!(done(is_known), as_command, "command {words}");
        }
    }
}
