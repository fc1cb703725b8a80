//! Answers in XML: read into a tree that is bounded in depth and size, then given the names and kinds of the API's model.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use serde_json::{Map, Value};

use super::{AnswerFault, Reply, scalar_of_text};
use crate::api::wire::{CallFacts, Kind, Member, Place, Protocol, Service, Shape, Structure};

/// Deeper than any answer of AWS, shallow enough for recursion.
const MAX_DEPTH: usize = 64;
const MAX_ELEMENTS: usize = 1_000_000;

/// An element with what is below it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    /// Without its prefix.
    name: String,
    attributes: Vec<(String, String)>,
    pub text: String,
    children: Vec<Element>,
}

impl Element {
    /// The first child of a name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }
}

pub(super) fn read(facts: CallFacts, reply: &Reply) -> Result<Value, AnswerFault> {
    let Some(output) = facts.output() else {
        return Ok(Value::Object(Map::new()));
    };
    let service = facts.service;
    if let Some((name, member)) = output
        .payload
        .as_ref()
        .and_then(|name| Some((name, output.members.get(name)?)))
    {
        let value = match &member.kind {
            kind @ (Kind::String | Kind::Blob) => reply.text(kind),
            kind => printed(service, kind, &document(&reply.body)?),
        };
        return Ok(Value::Object(Map::from_iter([(name.clone(), value)])));
    }
    let is_rest = service.protocol == Protocol::RestXml;
    if is_rest && reply.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(Map::new()));
    }
    let root = document(&reply.body)?;
    // Only the name of its root tells an answer without a wrapper from what is none.
    if service.protocol == Protocol::Ec2 && root.name != format!("{}Response", facts.operation_name) {
        return Err(AnswerFault(format!(
            "the answer is no {}Response",
            facts.operation_name
        )));
    }
    let result = match &facts.operation.wrapper {
        Some(wrapper) => root
            .child(wrapper)
            .ok_or_else(|| AnswerFault(format!("the answer has no {wrapper}")))?,
        None => &root,
    };
    let members = structure(service, output, result);
    let is_bare = members.is_empty() && result.children.is_empty() && !result.text.is_empty();
    Ok(Value::Object(if is_bare { bare(output, result) } else { members }))
}

/// An answer that is but one value: `GetBucketLocation` answers `<LocationConstraint>eu-west-1</LocationConstraint>`.
fn bare(output: &Structure, root: &Element) -> Map<String, Value> {
    let member = output.members.get_key_value(&root.name);
    let value = member.map(|(name, member)| (name.clone(), scalar_of_text(&member.kind, &root.text)));
    value.into_iter().collect()
}

/// A value as the AWS CLI prints it. The depth of the tree bounds the recursion.
fn printed(service: &Service, kind: &Kind, element: &Element) -> Value {
    let Kind::Shape(name) = kind else {
        return scalar_of_text(kind, &element.text);
    };
    match service.shape(name) {
        Some(Shape::Structure(facts)) => Value::Object(structure(service, facts, element)),
        Some(Shape::List { list, .. }) => Value::Array(
            element
                .children
                .iter()
                .map(|child| printed(service, list, child))
                .collect(),
        ),
        Some(Shape::Map { map, key, value, .. }) => {
            let names = (key.as_deref().unwrap_or("key"), value.as_deref().unwrap_or("value"));
            Value::Object(
                element
                    .children
                    .iter()
                    .filter_map(|entry| map_entry(service, map, names, entry))
                    .collect(),
            )
        }
        None => Value::Null,
    }
}

fn map_entry(service: &Service, kind: &Kind, names: (&str, &str), entry: &Element) -> Option<(String, Value)> {
    let key = entry.child(names.0)?.text.clone();
    Some((key, printed(service, kind, entry.child(names.1)?)))
}

fn structure(service: &Service, facts: &Structure, element: &Element) -> Map<String, Value> {
    let body = facts.members.iter().filter(|(_, member)| member.place == Place::Body);
    body.filter_map(|(name, member)| {
        let wire_name = member.name.as_deref().unwrap_or(name);
        Some((name.clone(), member_value(service, member, wire_name, element)?))
    })
    .collect()
}

fn member_value(service: &Service, member: &Member, wire_name: &str, element: &Element) -> Option<Value> {
    if member.is_attribute {
        let found = element.attributes.iter().find(|(name, _)| name == wire_name)?;
        return Some(scalar_of_text(&member.kind, &found.1));
    }
    match flat_shape(service, &member.kind) {
        Some(flat) => flat_value(service, flat, wire_name, element),
        None => Some(printed(service, &member.kind, element.child(wire_name)?)),
    }
}

fn flat_shape<'a>(service: &'a Service, kind: &Kind) -> Option<&'a Shape> {
    let Kind::Shape(name) = kind else {
        return None;
    };
    service
        .shape(name)
        .filter(|shape| matches!(shape, Shape::List { flat: true, .. } | Shape::Map { flat: true, .. }))
}

/// Values that stand beside each other under one name; `None` where there are none.
fn flat_value(service: &Service, shape: &Shape, wire_name: &str, element: &Element) -> Option<Value> {
    let mut found = element
        .children
        .iter()
        .filter(|child| child.name == wire_name)
        .peekable();
    found.peek()?;
    match shape {
        Shape::List { list, .. } => Some(Value::Array(found.map(|child| printed(service, list, child)).collect())),
        Shape::Map { map, key, value, .. } => {
            let names = (key.as_deref().unwrap_or("key"), value.as_deref().unwrap_or("value"));
            Some(Value::Object(
                found
                    .filter_map(|entry| map_entry(service, map, names, entry))
                    .collect(),
            ))
        }
        Shape::Structure(_) => None,
    }
}

/// Reads a document into its root element.
pub(crate) fn document(body: &[u8]) -> Result<Element, AnswerFault> {
    let text = std::str::from_utf8(body).map_err(|_| AnswerFault("the answer is no UTF-8".to_owned()))?;
    let mut reader = Reader::from_str(text);
    let mut tree = Tree::default();
    loop {
        let event = reader.read_event().map_err(|_| malformed(reader.error_position()))?;
        match event {
            Event::Start(start) => tree.open(element(&start)?)?,
            Event::Empty(start) => {
                tree.open(element(&start)?)?;
                tree.close()?;
            }
            Event::End(_) => tree.close()?,
            Event::Text(text) => tree.add_text(&text.xml10_content())?,
            Event::CData(text) => tree.add_text(&text.xml10_content())?,
            Event::GeneralRef(reference) => tree.add_text(&resolved(&reference)?)?,
            Event::Eof => return tree.finish(),
            // Entities of one's own are how small documents become large.
            Event::DocType(_) => return Err(AnswerFault("the answer has a document type".to_owned())),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

fn malformed(position: u64) -> AnswerFault {
    AnswerFault(format!("the answer is no XML at byte {position}"))
}

fn element(start: &BytesStart<'_>) -> Result<Element, AnswerFault> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| AnswerFault("the answer has a malformed attribute".to_owned()))?;
        let value = quick_xml::escape::unescape(&attribute.value).unwrap_or(Cow::Borrowed(""));
        attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(Element {
        name: start.local_name().as_ref().to_owned(),
        attributes,
        ..Element::default()
    })
}

fn resolved(reference: &BytesRef<'_>) -> Result<Cow<'static, str>, AnswerFault> {
    let fault = || AnswerFault("the answer names an entity that XML does not have".to_owned());
    if let Some(letter) = reference.resolve_char_ref().map_err(|_| fault())? {
        return Ok(Cow::Owned(letter.to_string()));
    }
    resolve_xml_entity(&reference.xml10_content())
        .map(Cow::Borrowed)
        .ok_or_else(fault)
}

/// A tree under construction: the elements that are open, outermost first.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Tree {
    fn open(&mut self, element: Element) -> Result<(), AnswerFault> {
        self.elements += 1;
        if self.open.len() >= MAX_DEPTH || self.elements > MAX_ELEMENTS {
            return Err(AnswerFault(
                "the answer is nested too deeply, or has too many elements".to_owned(),
            ));
        }
        self.open.push(element);
        Ok(())
    }

    fn close(&mut self) -> Result<(), AnswerFault> {
        let fault = || AnswerFault("the answer closes what it did not open".to_owned());
        let element = self.open.pop().ok_or_else(fault)?;
        match self.open.last_mut() {
            Some(above) => above.children.push(element),
            None if self.root.is_none() => self.root = Some(element),
            None => return Err(AnswerFault("the answer has two roots".to_owned())),
        }
        Ok(())
    }

    /// Text after a child means nothing in any answer; beside the root, it means that this is none.
    fn add_text(&mut self, text: &str) -> Result<(), AnswerFault> {
        match self.open.last_mut() {
            Some(element) if element.children.is_empty() => element.text.push_str(text),
            None if !text
                .trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}')
                .is_empty() =>
            {
                return Err(AnswerFault("the answer has text beside its root".to_owned()));
            }
            Some(_) | None => {}
        }
        Ok(())
    }

    fn finish(self) -> Result<Element, AnswerFault> {
        match self.root {
            Some(root) if self.open.is_empty() => Ok(root),
            _ => Err(AnswerFault("the answer breaks off".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_with_its_references() {
        let root =
            document(b"<?xml version=\"1.0\"?><a xmlns=\"x\"><b>1 &amp; &#50;<![CDATA[ <3]]></b><c/></a>").unwrap();
        assert_eq!(root.child("b").unwrap().text, "1 & 2 <3");
        assert_eq!(root.child("c").unwrap().text, "");
    }

    #[test]
    fn what_is_hostile_is_refused() {
        let deep = "<a>".repeat(MAX_DEPTH + 1);
        for body in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "text <a/>",
            "<a/> text",
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
            "<a>&b;</a>",
            "<a b=c/>",
            &deep,
        ] {
            document(body.as_bytes()).unwrap_err();
        }
        document(b"\xff").unwrap_err();
    }
}
