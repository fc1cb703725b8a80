//! Finds calls of a program in a piece of code.

/// One call: `sv0 scan CAPTURE --json`.
#[derive(Debug, PartialEq, Eq)]
pub struct Usage<'a> {
    /// Its words up to the first flag.
    pub words: Vec<&'a str>,
    /// Its long flags, without their values.
    pub flags: Vec<&'a str>,
}

/// The calls in `code` of the program that is called by `name`, such as `sv0` or `cargo xtask`.
pub fn find<'a>(code: &'a str, name: &'static str) -> impl Iterator<Item = Usage<'a>> {
    let code = code.split(" #").next().unwrap_or_default();
    code.split([';', '\n'])
        .flat_map(|part| part.split("&&"))
        .flat_map(|part| part.split(" | "))
        .filter_map(move |command| call(command, name))
}

fn call<'a>(command: &'a str, name: &str) -> Option<Usage<'a>> {
    let words: Vec<&str> = command
        .split_whitespace()
        .filter(|word| *word != "$")
        // `[--json]` is a flag that may be left out.
        .map(|word| word.trim_matches(['[', ']']))
        .collect();
    let arguments = arguments(&words, name)?;
    let is_flag = |word: &&&str| word.starts_with('-');
    Some(Usage {
        words: arguments.iter().take_while(|word| !is_flag(word)).copied().collect(),
        flags: arguments
            .iter()
            .filter(|word| word.starts_with("--") && word.len() > 2)
            .filter_map(|word| word.split('=').next())
            .collect(),
    })
}

/// What follows the program's name, whether it is called by itself, by its path, or through `cargo run … --`.
fn arguments<'s, 'a>(words: &'s [&'a str], name: &str) -> Option<&'s [&'a str]> {
    let after = |count: usize| words.get(count..);
    let (program, _) = words.split_first()?;
    if *program == "cargo" && words.get(1) == Some(&"run") && words.contains(&name) {
        let separator = words.iter().position(|word| *word == "--")?;
        return after(separator + 1);
    }
    let is_program = *program == name || program.rsplit('/').next() == Some(name);
    if is_program {
        return after(1);
    }
    let own: Vec<&str> = name.split(' ').collect();
    (own.len() > 1 && words.starts_with(&own)).then(|| after(own.len()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_calls_in_every_form() {
        for (code, words, flags) in [
            ("sv0 scan CAPTURE [--json]", vec!["scan", "CAPTURE"], vec!["--json"]),
            (
                "$ ./target/release/sv0 can A --context=a=b",
                vec!["can", "A"],
                vec!["--context"],
            ),
            (
                "cargo run --release -p sv0 -- demo --output x",
                vec!["demo"],
                vec!["--output"],
            ),
            (
                "cd x && sv0 scan --json | jq --raw-output .",
                vec!["scan"],
                vec!["--json"],
            ),
            ("sv0 evaluate --requests FILE|-", vec!["evaluate"], vec!["--requests"]),
            ("sv0 demo   # then --open it", vec!["demo"], vec![]),
        ] {
            assert_eq!(
                find(code, "sv0").collect::<Vec<_>>(),
                [Usage { words, flags }],
                "{code}"
            );
        }
        let got: Vec<_> = find("cargo xtask test --all", "cargo xtask").collect();
        assert_eq!(
            got,
            [Usage {
                words: vec!["test"],
                flags: vec!["--all"]
            }]
        );
    }

    #[test]
    fn leaves_other_programs_alone() {
        for code in [
            "cargo test -p sv0-iam",
            "aws s3 ls sv0 --recursive",
            "sv0-out/report",
            "cargo build --package sv0",
        ] {
            assert_eq!(find(code, "sv0").count(), 0, "{code}");
        }
    }
}
