//! Which rules of an event bus somebody sets going who may put events on it.
//!
//! Source: Amazon EventBridge User Guide, "Event patterns"; API Reference, "PutEvents": the caller writes source, detail type, resources and detail of an
//! event as it likes, but no source that begins with `aws.`; the account is the caller's own. So only `source`, `detail-type` and `account` of a pattern keep
//! anybody out, and the first two only as far as a policy tests `events:source` and `events:detail-type`.

use serde_json::Value;
use sv0_model::decision::Caveat;
use sv0_model::graph::Entity;

use super::ends::End;
use super::invoke::Seeker;
use crate::access::{Candidates, Survey};
use crate::escalation::reserved;
use crate::step::Step;

pub(super) const PUT_EVENTS: &str = "events:PutEvents";

/// Begins the sources of AWS's own events, which nobody else puts.
const OF_AWS: &str = "aws.";

/// Stands for a text that no pattern names.
const ANYTHING: &str = "sv0.any";

/// Most sources and detail types of one pattern that are asked about.
const MOST_ASKED: usize = 6;

/// What an event has to be to set a rule going.
#[derive(Debug, PartialEq)]
enum Wanted {
    /// Nobody's event does.
    Nothing,
    /// The pattern was not read.
    NotKnown,
    /// One of these sources and one of these detail types; none where any will do.
    Event {
        sources: Option<Vec<String>>,
        detail_types: Option<Vec<String>>,
    },
}

impl<'e> Seeker<'e, '_> {
    /// The step that sets a rule going by an event on its bus; none where no event of the principal's does.
    pub(super) fn by_event(&self, end: &End<'e>, rule: &Entity) -> Option<Step> {
        if !end.actions.iter().any(|action| action == PUT_EVENTS) {
            return None;
        }
        match wanted(rule, self.ground.account_of(self.from)) {
            Wanted::Nothing => None,
            Wanted::NotKnown => Some(reserved(end.step.clone(), &rule.native_id, Caveat::UnresolvedResource)),
            Wanted::Event { sources, detail_types } => self.put(end, &texts(sources), &texts(detail_types)),
        }
    }

    /// The most open step of putting an event with one of the sources and one of the detail types.
    fn put(&self, end: &End<'e>, sources: &[Option<String>], detail_types: &[Option<String>]) -> Option<Step> {
        let candidates = Candidates::of_one(self.ground.estate, end.entity);
        let mut best: Option<Step> = None;
        for source in sources {
            for detail_type in detail_types {
                let mut context = self.survey.context.clone();
                for (key, value) in [("events:source", source), ("events:detail-type", detail_type)] {
                    if let Some(value) = value {
                        context.insert(key, vec![value.clone()]);
                    }
                }
                let survey = Survey {
                    context: &context,
                    candidates: &candidates,
                    ..self.survey
                };
                let access = survey.access_to(PUT_EVENTS, end.entity, end.entity.native_id.clone());
                let step = access.map(|access| Step::from(access.evaluation));
                best = best.into_iter().chain(step).min_by_key(|step| step.state);
            }
        }
        best
    }
}

fn texts(wanted: Option<Vec<String>>) -> Vec<Option<String>> {
    match wanted {
        Some(texts) => texts.into_iter().map(Some).collect(),
        None => vec![None],
    }
}

fn wanted(rule: &Entity, account: Option<&str>) -> Wanted {
    let says = |name: &str| rule.attributes.get(name);
    let Some(pattern) = says("event_pattern").and_then(Value::as_object) else {
        let is_scheduled = says("schedule").is_some() && says("has_event_pattern").is_none();
        return if is_scheduled {
            Wanted::Nothing
        } else {
            Wanted::NotKnown
        };
    };
    let accounts = pattern.get("account").and_then(Value::as_array);
    let is_other_account = accounts.is_some_and(|accounts| {
        let mut accounts = accounts.iter().map(Value::as_str);
        accounts.all(|named| named.is_some_and(|named| account.is_some_and(|own| own != named)))
    });
    let sources = fitting(pattern.get("source"), source);
    let detail_types = fitting(pattern.get("detail-type"), example);
    let is_empty = |texts: &Option<Vec<String>>| texts.as_ref().is_some_and(Vec::is_empty);
    if is_other_account || is_empty(&sources) || is_empty(&detail_types) {
        return Wanted::Nothing;
    }
    Wanted::Event { sources, detail_types }
}

/// Texts that match; none where the pattern asks for nothing.
fn fitting(matchers: Option<&Value>, fit: impl Fn(&Value) -> Option<String>) -> Option<Vec<String>> {
    let matchers = matchers?.as_array()?;
    Some(matchers.iter().filter_map(fit).take(MOST_ASKED).collect())
}

/// A source that matches and that somebody other than AWS can put.
fn source(matcher: &Value) -> Option<String> {
    let text = example(matcher)?;
    let is_prefix = matcher.get("prefix").is_some();
    // What begins as AWS's own sources do may go on otherwise.
    let text = if is_prefix && text != OF_AWS && OF_AWS.starts_with(&text) {
        format!("{text}{ANYTHING}").replace(OF_AWS, "awsx.")
    } else {
        text
    };
    (!text.starts_with(OF_AWS)).then_some(text)
}

/// A text that matches.
fn example(matcher: &Value) -> Option<String> {
    if let Some(text) = matcher.as_str() {
        return Some(text.to_owned());
    }
    let operand = |name: &str| matcher.get(name);
    let text = |name: &str| {
        let operand = operand(name)?;
        operand.as_str().or_else(|| operand.get("equals-ignore-case")?.as_str())
    };
    if let Some(beginning) = text("prefix") {
        return Some(beginning.to_owned());
    }
    if let Some(end) = text("suffix") {
        return Some(format!("{ANYTHING}{end}"));
    }
    if let Some(pattern) = text("wildcard") {
        return Some(pattern.replace('*', ANYTHING));
    }
    if let Some(text) = text("equals-ignore-case") {
        // In capitals it is no source of AWS.
        return Some(text.to_uppercase());
    }
    let is_there = operand("exists").and_then(Value::as_bool);
    (operand("anything-but").is_some() || is_there == Some(true)).then(|| ANYTHING.to_owned())
}
