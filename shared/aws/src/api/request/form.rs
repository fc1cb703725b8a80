//! Bodies as forms: the query protocol, and EC2's variant of it.

use serde_json::{Map, Value};

use super::{Request, RequestFault, members};
use crate::api::text::{encoded, scalar};
use crate::api::wire::{CallFacts, Kind, Member, Protocol, Shape};

/// A form under construction.
struct Form {
    facts: CallFacts,
    pairs: Vec<(String, String)>,
}

pub(super) fn write(
    request: &mut Request,
    facts: CallFacts,
    parameters: &Map<String, Value>,
) -> Result<(), RequestFault> {
    let mut form = Form {
        facts,
        pairs: vec![
            ("Action".to_owned(), facts.operation_name.to_owned()),
            ("Version".to_owned(), facts.service.api_version.clone()),
        ],
    };
    for (name, value, member) in members(facts, parameters) {
        let key = form.key(name, member);
        form.add(&key, &member.kind, value)
            .ok_or_else(|| RequestFault::Value(name.to_owned()))?;
    }
    let pairs = form
        .pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    request.body = pairs.collect::<Vec<_>>().join("&").into_bytes();
    let kind = "application/x-www-form-urlencoded; charset=utf-8".to_owned();
    request.headers.push(("content-type".to_owned(), kind));
    Ok(())
}

impl Form {
    fn is_ec2(&self) -> bool {
        self.facts.service.protocol == Protocol::Ec2
    }

    /// EC2 writes the names of its answers with a capital.
    fn key(&self, name: &str, member: &Member) -> String {
        let name = member.name.as_deref().unwrap_or(name);
        let mut letters = name.chars();
        match letters.next() {
            Some(first) if self.is_ec2() => first.to_ascii_uppercase().to_string() + letters.as_str(),
            _ => name.to_owned(),
        }
    }

    fn add(&mut self, key: &str, kind: &Kind, value: &Value) -> Option<()> {
        let facts = self.facts;
        let Kind::Shape(name) = kind else {
            self.pairs.push((key.to_owned(), scalar(kind, value)?));
            return Some(());
        };
        match facts.service.shape(name)? {
            Shape::List { list, flat, item } => {
                let key = self.list_key(key, *flat, item.as_deref());
                self.add_list(&key, list, value.as_array()?)
            }
            Shape::Map { map, flat, .. } => {
                let key = if *flat { key.to_owned() } else { format!("{key}.entry") };
                for (number, (name, value)) in (1..).zip(value.as_object()?) {
                    self.pairs.push((format!("{key}.{number}.key"), name.clone()));
                    self.add(&format!("{key}.{number}.value"), map, value)?;
                }
                Some(())
            }
            Shape::Structure(structure) => {
                for (name, value) in value.as_object()? {
                    let member = structure.members.get(name)?;
                    let key = format!("{key}.{}", self.key(name, member));
                    self.add(&key, &member.kind, value)?;
                }
                Some(())
            }
        }
    }

    fn list_key(&self, key: &str, is_flat: bool, item: Option<&str>) -> String {
        match (self.is_ec2() || is_flat, item) {
            (true, Some(item)) if !self.is_ec2() => match key.rsplit_once('.') {
                Some((above, _)) => format!("{above}.{item}"),
                None => item.to_owned(),
            },
            (true, _) => key.to_owned(),
            (false, item) => format!("{key}.{}", item.unwrap_or("member")),
        }
    }

    fn add_list(&mut self, key: &str, kind: &Kind, values: &[Value]) -> Option<()> {
        for (number, value) in (1..).zip(values) {
            self.add(&format!("{key}.{number}"), kind, value)?;
        }
        Some(())
    }
}
