//! What may not be written into a template.

use serde_json::Value;

use super::Fault;
use crate::templates::load::{Template, entries};

/// No account id, Region or partition, so that a template works in every one of them.
pub fn literals(template: &Template) -> Vec<Fault> {
    let mut found = Vec::new();
    let sections = entries(&template.source).filter(|(name, _)| *name != "Resources");
    for (name, section) in sections {
        search(section, "", name, &mut found);
    }
    for (name, resource) in entries(&template.source["Resources"]) {
        search(resource, name, "", &mut found);
    }
    found
}

fn search(value: &Value, resource: &str, place: &str, found: &mut Vec<Fault>) {
    match value {
        Value::String(text) => {
            // Patterns and descriptions tell a person what may be written.
            let is_told = ["AllowedPattern", "Description"].contains(&place);
            if let Some(word) = literal(text).filter(|_| !is_told) {
                found.push(Fault::new(resource, word));
            }
        }
        Value::Array(items) => items.iter().for_each(|item| search(item, resource, place, found)),
        Value::Object(_) => {
            for (name, inner) in entries(value) {
                search(&Value::String(name.to_owned()), resource, "", found);
                search(inner, resource, name, found);
            }
        }
        _ => {}
    }
}

/// The account id, Region or ARN with a partition in a text, if there is one.
fn literal(text: &str) -> Option<String> {
    let words = || text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    let account = words().find(|word| word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_digit()));
    let region = words().find(|word| is_region(word));
    let partition = ["arn:aws:", "arn:aws-cn:", "arn:aws-us-gov:"]
        .into_iter()
        .find(|prefix| text.contains(prefix));
    account.or(region).or(partition).map(str::to_owned)
}

/// `eu-west-1`, `us-gov-east-1`.
fn is_region(word: &str) -> bool {
    const AREAS: [&str; 10] = ["af", "ap", "ca", "cn", "eu", "il", "me", "mx", "sa", "us"];
    const SIDES: [&str; 9] = [
        "central",
        "east",
        "north",
        "northeast",
        "northwest",
        "south",
        "southeast",
        "southwest",
        "west",
    ];
    let parts: Vec<&str> = word.split('-').collect();
    let [area, .., side, number] = parts.as_slice() else {
        return false;
    };
    let is_number = number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit());
    AREAS.contains(area) && SIDES.contains(side) && is_number
}

/// A person who deploys reads these.
pub fn parameters(template: &Template) -> Vec<Fault> {
    let mut found = Vec::new();
    for (name, parameter) in entries(&template.source["Parameters"]) {
        let description = parameter["Description"].as_str().unwrap_or_default();
        if description.trim().is_empty() {
            found.push(Fault::new(name, "Description"));
        }
        let is_free = ["AllowedPattern", "AllowedValues", "MinValue"]
            .iter()
            .all(|limit| parameter.get(limit).is_none());
        if is_free
            && ["String", "Number", "CommaDelimitedList"].contains(&parameter["Type"].as_str().unwrap_or_default())
        {
            found.push(Fault::new(name, "AllowedPattern"));
        }
    }
    found
}
