//! The help that clap prints, read back.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

/// The flags and subcommands of a command.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Help {
    flags: BTreeSet<String>,
    subcommands: BTreeMap<String, Help>,
}

/// Asks a program with these words and returns what it prints.
type Ask<'a> = &'a dyn Fn(&[&str]) -> Result<String>;

impl Help {
    /// Asks a program and all its subcommands for `--help`.
    pub fn ask(ask: Ask<'_>) -> Result<Self> {
        Self::ask_below(ask, &[])
    }

    fn ask_below(ask: Ask<'_>, words: &[&str]) -> Result<Self> {
        let text = ask(&[words, &["--help"]].concat())?;
        let subcommands = subcommand_names(&text)
            .map(|name| Ok((name.to_owned(), Self::ask_below(ask, &[words, &[name]].concat())?)))
            .collect::<Result<_>>()?;
        let built_in = ["--help", "--version"].map(str::to_owned);
        Ok(Self {
            flags: flag_names(&text).chain(built_in).collect(),
            subcommands,
        })
    }

    /// Follows `words` as far as they name subcommands; the words that are left come second.
    pub fn descend<'h, 'w>(&'h self, words: &'w [&'w str]) -> (&'h Self, &'w [&'w str]) {
        let Some((first, rest)) = words.split_first() else {
            return (self, words);
        };
        self.subcommands
            .get(*first)
            .map_or((self, words), |help| help.descend(rest))
    }

    pub fn has_subcommands(&self) -> bool {
        !self.subcommands.is_empty()
    }

    pub fn has_flag(&self, flag: &str) -> bool {
        self.flags.contains(flag)
    }

    pub fn has_flag_anywhere(&self, flag: &str) -> bool {
        self.has_flag(flag) || self.subcommands.values().any(|help| help.has_flag_anywhere(flag))
    }
}

fn subcommand_names(help: &str) -> impl Iterator<Item = &str> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
}

/// Flags stand at the start of an option's line, or in the usage line.
fn flag_names(help: &str) -> impl Iterator<Item = String> {
    help.lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with('-') || line.starts_with("Usage:"))
        .flat_map(|line| line.split([' ', ',', '=', '[', ']', '<', '>']))
        .filter(|word| word.starts_with("--") && word.len() > 2)
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOP: &str = "A tool\n\nUsage: sv0 [OPTIONS] <COMMAND>\n\nCommands:\n  scan     Run a scan, see --nothing\n\
        \x20          over two lines\n  who-can  Ask\n  help     Print this\n\nOptions:\n  -o, --output <DIR>  Where\n      --json[=<KIND>]  x\n";

    #[test]
    fn reads_subcommands_and_flags() {
        assert_eq!(subcommand_names(TOP).collect::<Vec<_>>(), ["scan", "who-can"]);
        let help = Help::ask(&|words| Ok(if words.len() == 1 { TOP } else { "" }.to_owned())).unwrap();
        assert!(help.has_flag("--output") && help.has_flag("--json") && help.has_flag("--help"));
        assert!(!help.has_flag("--nothing"));
        let (scan, rest) = help.descend(&["scan", "x"]);
        assert!(!scan.has_subcommands());
        assert_eq!(rest, ["x"]);
    }
}
