//! Reads the catalogue's text: one fact a line, fields separated by tabs, lists by commas.
//!
//! ```text
//! service  s3  rcp
//! key      s3:authType
//! type     bucket  arn:${Partition}:s3:::${BucketName}  aws:ResourceTag/${TagKey},…
//! on       List  bucket!  s3:authType,…
//!          ListBucket
//! ```
//!
//! An `on` line holds what all the actions indented below it have in common. The text is part of the program and checked by tests, so that a line
//! that cannot be read is left out here without a word.

use std::sync::{Arc, OnceLock};

use super::template::Form;
use super::{
    AccessLevel, ActionFacts, ActionResourceType, HashIndex, Provenance, Service, ServiceFacts, compare_ignoring_case,
    index_of,
};

/// A resource type of a service.
pub(super) struct ResourceType {
    pub(super) name: &'static str,
    pub(super) arn_patterns: Arc<[&'static str]>,
    pub(super) arn_forms: Arc<[Form<'static>]>,
    condition_keys: Arc<[&'static str]>,
}

const SERVICE_LINE: &str = "\nservice\t";

/// Cuts the text into services, without looking at what is inside them.
pub(super) fn services(text: &'static str) -> Vec<Service> {
    let mut services: Vec<Service> = text.split(SERVICE_LINE).skip(1).filter_map(service).collect();
    services.sort_by(|left, right| compare_ignoring_case(left.prefix, right.prefix));
    services
}

fn service(part: &'static str) -> Option<Service> {
    let (head, text) = part.split_once('\n')?;
    let (prefix, ceiling) = head.split_once('\t')?;
    Some(Service {
        prefix,
        supports_resource_control_policies: ceiling == "rcp",
        text,
        facts: OnceLock::new(),
    })
}

/// Reads one service.
pub(super) fn service_facts(prefix: &'static str, text: &'static str) -> ServiceFacts {
    let mut facts = ServiceFacts {
        actions: Vec::new(),
        actions_by_name: HashIndex::default(),
        resource_types: Vec::new(),
    };
    let mut shared: Option<ActionFacts> = None;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('\t') {
            facts
                .actions
                .extend(shared.as_ref().map(|traits| ActionFacts { name, ..traits.clone() }));
        } else if let Some(fields) = line.strip_prefix("on\t") {
            shared = action_traits(prefix, fields, &facts.resource_types);
        } else if let Some(fields) = line.strip_prefix("type\t") {
            facts.resource_types.extend(resource_type(fields));
        }
    }
    facts
        .actions
        .sort_by(|left, right| compare_ignoring_case(left.name, right.name));
    facts.actions_by_name = index_of(facts.actions.iter().map(|action| action.name));
    facts
}

fn resource_type(fields: &'static str) -> Option<ResourceType> {
    let mut fields = fields.split('\t');
    let name = fields.next()?;
    let arn_patterns = list(fields.next()?);
    Some(ResourceType {
        name,
        arn_forms: arn_patterns.iter().map(|pattern| Form::new(pattern)).collect(),
        arn_patterns,
        condition_keys: list(fields.next().unwrap_or_default()),
    })
}

/// The facts that the actions below an `on` line share; their name is still empty.
fn action_traits(service: &'static str, fields: &'static str, types: &[ResourceType]) -> Option<ActionFacts> {
    let mut fields = fields.split('\t');
    Some(ActionFacts {
        service,
        name: "",
        access_level: access_level(fields.next()?)?,
        resource_types: items(fields.next().unwrap_or_default())
            .filter_map(|reference| action_resource_type(reference, types))
            .collect(),
        condition_keys: list(fields.next().unwrap_or_default()),
    })
}

fn action_resource_type(reference: &'static str, types: &[ResourceType]) -> Option<ActionResourceType> {
    let name = reference.strip_suffix('!');
    let is_required = name.is_some();
    let kind = types.iter().find(|kind| kind.name == name.unwrap_or(reference))?;
    Some(ActionResourceType {
        name: kind.name,
        is_required,
        arn_patterns: Arc::clone(&kind.arn_patterns),
        arn_forms: Arc::clone(&kind.arn_forms),
        condition_keys: Arc::clone(&kind.condition_keys),
    })
}

fn access_level(text: &str) -> Option<AccessLevel> {
    Some(match text {
        "List" => AccessLevel::List,
        "Read" => AccessLevel::Read,
        "Write" => AccessLevel::Write,
        "PermissionsManagement" => AccessLevel::PermissionsManagement,
        "Tagging" => AccessLevel::Tagging,
        _ => return None,
    })
}

/// Every condition key, those of one service and the global ones.
pub(super) fn condition_keys(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter_map(|line| line.strip_prefix("key\t"))
}

/// The lines above the first service.
pub(super) fn provenance(text: &'static str) -> Provenance {
    let field = |name: &str, position: usize| {
        text.lines()
            .take(8)
            .map(|line| line.split('\t'))
            .find_map(|mut fields| (fields.next() == Some(name)).then(|| fields.nth(position))?)
            .unwrap_or_default()
    };
    Provenance {
        package: field("source", 0),
        version: field("source", 1),
        updated: field("updated", 0),
    }
}

fn list(text: &'static str) -> Arc<[&'static str]> {
    items(text).collect()
}

fn items(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split(',').filter(|item| !item.is_empty())
}
