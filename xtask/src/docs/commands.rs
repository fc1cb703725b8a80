//! Every `sv0 …` and `cargo xtask …` that the documentation shows has subcommands and flags that exist.

mod help;
mod usage;

use std::process::Command;

use anyhow::{Context, Result};

use self::help::Help;
use self::usage::Usage;
use super::{Fault, Page, markdown};
use crate::shell;

/// A program with its help.
pub struct Tool {
    /// The words it is called by, such as `cargo xtask`.
    name: &'static str,
    help: Help,
}

/// The programs of this repository, asked for their help.
pub fn tools() -> Result<Vec<Tool>> {
    let mut build = shell::cargo();
    build.args(["build", "--quiet", "--package", "sv0"]);
    shell::step("build sv0", &mut build)?;
    let sv0 = Help::ask(&|words| {
        let mut command = shell::cargo();
        command.args(["run", "--quiet", "--package", "sv0", "--"]).args(words);
        shell::output(&mut command)
    })?;
    let own_program = std::env::current_exe().context("cannot find the running program")?;
    let xtask = Help::ask(&|words| shell::output(Command::new(&own_program).args(words)))?;
    Ok(vec![
        Tool { name: "sv0", help: sv0 },
        Tool {
            name: "cargo xtask",
            help: xtask,
        },
    ])
}

/// The subcommands and flags in `pages` that no tool has.
pub fn faults(pages: &[Page], tools: &[Tool]) -> Vec<Fault> {
    pages.iter().flat_map(|page| page_faults(page, tools)).collect()
}

fn page_faults(page: &Page, tools: &[Tool]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (line, code) in code(&page.text) {
        let messages = tools
            .iter()
            .flat_map(|tool| usage::find(&code, tool.name).filter_map(|usage| tool.problem(&usage)));
        let lone = lone_flag(&code).filter(|flag| !tools.iter().any(|tool| tool.help.has_flag_anywhere(flag)));
        let lone = lone.map(|flag| format!("no command has {flag}"));
        faults.extend(messages.chain(lone).map(|message| Fault {
            file: page.path.clone(),
            line,
            message,
        }));
    }
    faults
}

impl Tool {
    fn problem(&self, usage: &Usage<'_>) -> Option<String> {
        let (help, rest) = self.help.descend(&usage.words);
        if help.has_subcommands() && rest.first().is_some_and(|word| is_name(word)) {
            return Some(format!("{} has no subcommand {}", self.name, rest.join(" ")));
        }
        let unknown = |flag: &&&str| !help.has_flag(flag) && !self.help.has_flag(flag);
        let flag = usage.flags.iter().find(unknown)?;
        Some(format!("{} {} has no flag {flag}", self.name, usage.words.join(" ")))
    }
}

/// Whether a word of a command line reads as the name of a subcommand: not a placeholder, a path or a value.
fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

/// A code span that is nothing but a flag, such as `--json`.
fn lone_flag(code: &str) -> Option<&str> {
    let first = code.split([' ', '=']).next()?;
    (first.starts_with("--") && first.len() > 2).then_some(first)
}

/// Every piece of code on a page with its line: code spans, and lines of fenced blocks with their continuations.
fn code(page: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for line in markdown::lines(page) {
        if !line.is_code {
            found.extend(open.take());
            found.extend(markdown::code_spans(line.text).map(|span| (line.number, span.to_owned())));
            continue;
        }
        let (number, mut text) = open.take().unwrap_or((line.number, "$ ".to_owned()));
        match line.text.strip_suffix('\\') {
            Some(unfinished) => {
                text.push_str(unfinished);
                open = Some((number, text));
            }
            None => {
                text.push_str(line.text);
                found.push((number, text));
            }
        }
    }
    found.extend(open);
    found
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn tools() -> Vec<Tool> {
        let help = Help::ask(&|words| {
            Ok(match words {
                ["--help"] => "Usage\n\nCommands:\n  scan  Scan\n  can   Ask\n\nOptions:\n      --json  Print JSON\n",
                ["scan", "--help"] => "Options:\n  -o, --output <DIR>  Where\n",
                _ => "Arguments:\n  <PRINCIPAL>\n",
            }
            .to_owned())
        });
        vec![Tool {
            name: "sv0",
            help: help.unwrap(),
        }]
    }

    fn messages(text: &str) -> Vec<(usize, String)> {
        let page = Page {
            path: PathBuf::from("a.md"),
            text: text.to_owned(),
        };
        faults(&[page], &tools())
            .into_iter()
            .map(|fault| (fault.line, fault.message))
            .collect()
    }

    #[test]
    fn accepts_what_exists() {
        let text = "`sv0 scan --output x --json` `sv0 can PRINCIPAL` `sv0` `sv0 --help` `--json` `sv0 can app`\n\
            ```sh\ncargo run -p sv0 -- scan \\\n  --output x | jq --raw-output .\n# sv0 is a tool\n```\nsv0 nonsense is prose\n";
        assert_eq!(messages(text), []);
    }

    #[test]
    fn names_what_does_not_exist() {
        let text =
            "`sv0 skan`\n`sv0 can --output x`\n`--jsn`\n```sh\n$ ./target/release/sv0 scan x \\\n  --outputt y\n```\n";
        let want = [
            (1, "sv0 has no subcommand skan"),
            (2, "sv0 can has no flag --output"),
            (3, "no command has --jsn"),
            (5, "sv0 scan x has no flag --outputt"),
        ];
        assert_eq!(messages(text), want.map(|(line, message)| (line, message.to_owned())));
    }
}
