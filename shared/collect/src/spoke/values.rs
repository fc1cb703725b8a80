//! Paths, texts and arguments of recipes, filled from what was answered so far.

use std::time::Duration;

use serde_json::{Map, Value};
use sv0_model::time::Timestamp;

use super::recipe::{Argument, Level, Only};

/// What paths of a recipe are looked up in.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub partition: String,
    pub region: String,
    pub account: String,
    /// When the scan began.
    pub now: Timestamp,
    /// The item of each level, outermost first.
    pub items: Vec<Value>,
    /// The answer that is being written.
    pub answer: Value,
}

impl Scope {
    /// What stands at a path.
    pub fn at(&self, path: &str) -> Option<&Value> {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let root = match first {
            "answer" => &self.answer,
            level => self.items.get(level.parse::<usize>().ok()?)?,
        };
        at(root, rest)
    }

    /// A text with its paths filled; `None` where one of them leads nowhere.
    pub fn text(&self, template: &str) -> Option<String> {
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (path, after) = after.split_once('}')?;
            filled.push_str(before);
            match path {
                "partition" => filled.push_str(&self.partition),
                "region" => filled.push_str(&self.region),
                "account" => filled.push_str(&self.account),
                path => match self.at(path)? {
                    Value::String(text) if !text.is_empty() => filled.push_str(text),
                    Value::Number(number) => filled.push_str(&number.to_string()),
                    _ => return None,
                },
            }
            rest = after;
        }
        filled.push_str(rest);
        Some(filled)
    }

    /// Parameters of a call; `None` where an item lacks what one of them is made of.
    pub fn arguments(&self, asked: &[(&'static str, Argument)]) -> Option<Map<String, Value>> {
        let filled = asked
            .iter()
            .map(|(name, argument)| Some(((*name).to_owned(), self.argument(argument)?)));
        filled.collect()
    }

    fn argument(&self, argument: &Argument) -> Option<Value> {
        Some(match argument {
            Argument::At(path) => self.at(path)?.clone(),
            Argument::Text(template) => Value::from(self.text(template)?),
            Argument::Number(number) => Value::from(*number),
            Argument::List(arguments) => {
                let filled: Option<Vec<Value>> = arguments.iter().map(|argument| self.argument(argument)).collect();
                Value::from(filled?)
            }
            Argument::Object(fields) => Value::Object(self.arguments(fields)?),
            Argument::DaysBefore(days) => {
                let ago = Duration::from_secs(u64::from(*days) * 24 * 60 * 60);
                Value::from(self.now.checked_sub(ago).ok()?.to_string())
            }
        })
    }
}

fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    let parts = path.split('.').filter(|part| !part.is_empty());
    let found = parts.into_iter().try_fold(value, |value, part| value.get(part))?;
    (!found.is_null()).then_some(found)
}

/// The items of a page, with no more of each than is kept.
pub(super) fn items_of(level: &Level, mut page: Value) -> Vec<Value> {
    let found = match level.items {
        "" => return vec![page],
        field => page.get_mut(field).map(Value::take),
    };
    let Some(Value::Array(items)) = found else {
        return Vec::new();
    };
    let passes = |item: &Value| {
        level.only.iter().all(|only| match only {
            Only::Has(path) => at(item, path).is_some(),
            Only::Lacks(path) => at(item, path).is_none(),
            Only::IsNot(path, text) => at(item, path).and_then(Value::as_str) != Some(text),
        })
    };
    let mut items: Vec<Value> = items.into_iter().filter(passes).collect();
    if !level.keep.is_empty() {
        for fields in items.iter_mut().filter_map(Value::as_object_mut) {
            fields.retain(|field, _| level.keep.contains(&field.as_str()));
        }
    }
    if level.chunk > 0 {
        items = items
            .chunks(level.chunk)
            .map(|chunk| Value::from(chunk.to_vec()))
            .collect();
    }
    items
}
