//! What a recipe is: how one file of an account and Region comes about. Recipes are data; [`super::walk`] follows them.
//!
//! Paths name what was answered so far: `0` is the item of the outermost list, `1` that of the list inside it, `answer` the answer that is being written, and
//! `0.agentId` a field. Texts hold paths in braces, beside `{partition}`, `{region}` and `{account}`.

use crate::call::ApiCall;

/// How a file comes about.
#[derive(Debug)]
pub(super) struct Recipe {
    /// The service, as the AWS CLI and the file's path call it.
    pub service: &'static str,
    /// The file's stem.
    pub what: &'static str,
    pub ask: Ask,
    /// Lists inside lists, from the outermost to the innermost. Several chains fill one file, one after the other.
    pub chains: &'static [&'static [Level]],
}

impl Recipe {
    /// The names of its calls, each once, in their order.
    pub fn calls(&self) -> Vec<String> {
        let mut names = Vec::new();
        for call in self.chains.iter().flat_map(|chain| calls_of(chain)) {
            let name = call.name();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

fn calls_of(levels: &'static [Level]) -> Vec<&'static ApiCall> {
    let mut calls = Vec::new();
    for level in levels {
        calls.push(level.call);
        match &level.each {
            Each::Nothing | Each::Item => {}
            Each::Ask(detail) => calls.push(detail.call),
            Each::Gather(gather) => calls.extend(calls_of(gather.levels)),
        }
    }
    calls
}

impl Ask {
    /// For the documentation.
    pub fn in_words(self) -> String {
        match self {
            Self::Always(why) => format!("always: {why}"),
            Self::WhenConfigLacks(resource_type) => format!("where AWS Config does not record `{resource_type}`"),
            Self::EnvironmentKeys(why) => format!("with `environment_keys`: {why}"),
        }
    }
}

/// Whether it is asked for, and why.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ask {
    /// In every account and Region.
    Always(&'static str),
    /// Where AWS Config does not record the type, or its aggregator does not hold the account and Region. What Config records has all that the graph reads.
    WhenConfigLacks(&'static str),
    /// Only where the scan's options say so.
    EnvironmentKeys(&'static str),
}

/// One list, and what is done with its items.
#[derive(Debug)]
pub(super) struct Level {
    pub call: &'static ApiCall,
    pub asked: &'static [(&'static str, Argument)],
    /// The field of the answer that holds the items. Empty: the answer itself is the only one.
    pub items: &'static str,
    /// The fields of an item that are kept at all. Empty: all. What else an answer carries is dropped as it is read.
    pub keep: &'static [&'static str],
    /// Items are taken together in lists of at most so many; 0: one by one.
    pub chunk: usize,
    /// Of items only those count that pass all of these.
    pub only: &'static [Only],
    pub each: Each,
}

impl Level {
    pub const fn of(call: &'static ApiCall, items: &'static str, each: Each) -> Self {
        Self {
            call,
            asked: &[],
            items,
            keep: &[],
            chunk: 0,
            only: &[],
            each,
        }
    }

    pub const fn asked(self, asked: &'static [(&'static str, Argument)]) -> Self {
        Self { asked, ..self }
    }

    pub const fn keep(self, keep: &'static [&'static str]) -> Self {
        Self { keep, ..self }
    }

    pub const fn chunk(self, chunk: usize) -> Self {
        Self { chunk, ..self }
    }

    pub const fn only(self, only: &'static [Only]) -> Self {
        Self { only, ..self }
    }
}

/// A field that decides whether an item counts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Only {
    Has(&'static str),
    Lacks(&'static str),
    IsNot(&'static str, &'static str),
}

/// What a parameter of a call is.
#[derive(Debug)]
pub(super) enum Argument {
    /// What stands at a path, as it is.
    At(&'static str),
    Text(&'static str),
    Number(u32),
    List(&'static [Argument]),
    Object(&'static [(&'static str, Argument)]),
    /// So many days before the scan.
    DaysBefore(u32),
}

/// What is done with an item, before the list inside it is read.
#[derive(Debug)]
pub(super) enum Each {
    /// Nothing: it only leads to the list inside it.
    Nothing,
    /// It is written as it is.
    Item,
    /// One more call is made about it.
    Ask(Detail),
    /// Lists about it are read whole and written as one answer.
    Gather(Gather),
}

/// A call about one item.
#[derive(Debug)]
pub(super) struct Detail {
    pub call: &'static ApiCall,
    pub asked: &'static [(&'static str, Argument)],
    pub write: Write,
    /// AWS's names of errors that mean that there is none, which is an answer: written as an empty one. Elsewhere what is not found is gone, and left out.
    pub none: &'static [&'static str],
}

/// How an answer is written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Write {
    /// As it is: it names its subject.
    Answer,
    /// `{"Arn", "Response"}`, with this ARN.
    About(&'static str),
    /// `{"Arn", "Keys"}`: the ARN at a path, and the names of the fields at another, never their values.
    Keys { arn: &'static str, of: &'static str },
}

/// `{"Arn", "Response": {field: […]}}`: everything that the innermost of `levels` lists about an item, each but once.
#[derive(Debug)]
pub(super) struct Gather {
    pub arn: &'static str,
    pub field: &'static str,
    pub levels: &'static [Level],
}
