//! What AWS says of its own actions: access level, resource types, condition keys.
//!
//! The facts come from AWS's Service Authorization Reference by way of the package named in `data/catalogue.txt`, and are as old as that file.
//! An action that is not in it is *unknown*, never *impossible*. `cargo xtask refresh-catalogue` renews it.

mod canonical;
pub mod classes;
mod fit;
mod parse;
mod template;

#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

pub use canonical::CanonicalPermission;
pub(crate) use fit::resource_type_is_ruled_out;
pub use fit::{Fit, is_ruled_out, resource_type_fits};

use crate::glob::{Glob, WildcardScope};
use crate::hash::{HashIndex, hash};
use template::Form;

const TEXT: &str = include_str!("../data/catalogue.txt");

/// What an action does, in the classes of the Service Authorization Reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Lists resources, without their content.
    List,
    /// Reads content or attributes.
    Read,
    /// Creates, changes or deletes.
    Write,
    /// Changes who may do what.
    PermissionsManagement,
    /// Changes tags only.
    Tagging,
}

/// What AWS says of one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionFacts {
    /// The service prefix, such as `s3`.
    pub service: &'static str,
    /// The name in AWS's own casing, such as `GetObject`.
    pub name: &'static str,
    /// What it does.
    pub access_level: AccessLevel,
    /// The resource types it can be allowed on, sorted by name; empty when it can be allowed on `*` only.
    pub resource_types: Arc<[ActionResourceType]>,
    /// Condition keys of the action itself, sorted; [`ActionResourceType::condition_keys`] and the global keys come on top.
    pub condition_keys: Arc<[&'static str]>,
}

/// A resource type, as one action uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionResourceType {
    /// AWS's name of the type, such as `bucket`.
    pub name: &'static str,
    /// Whether the action always needs a resource of this type.
    pub is_required: bool,
    /// The forms of its ARN, such as `arn:${Partition}:s3:::${BucketName}`.
    pub arn_patterns: Arc<[&'static str]>,
    /// The same, ready for comparison.
    pub(crate) arn_forms: Arc<[Form<'static>]>,
    /// Condition keys of the type, sorted.
    pub condition_keys: Arc<[&'static str]>,
}

impl ActionFacts {
    /// `service:Name`.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}:{}", self.service, self.name)
    }
}

/// The facts of an action such as `s3:GetObject`, whatever its casing.
#[must_use]
pub fn lookup_action(action: &str) -> Option<&'static ActionFacts> {
    let folded = action.to_ascii_lowercase();
    let (prefix, name) = folded.split_once(':')?;
    hashed_service(prefix, hash(prefix))?.action(name, hash(name))
}

/// Every known action that an Action element's text matches (`s3:Get*`, `*`), sorted by service and name.
pub fn actions_matching(pattern: &str) -> impl Iterator<Item = &'static ActionFacts> {
    let is_whole = !pattern.is_empty() && pattern.bytes().all(|byte| byte == b'*');
    // Without a colon only `*` is an action.
    let parts = pattern.split_once(':').or(is_whole.then_some(("*", "*")));
    let (prefix, name) = parts.unwrap_or_default();
    let names = ignoring_case(name);
    services_matching(prefix)
        .flat_map(|service| &service.facts().actions)
        .filter(move |action| names.matches(&action.name.to_ascii_lowercase()))
}

/// Whether resource control policies have any effect on calls to this service, such as `s3`.
#[must_use]
pub fn supports_resource_control_policies(service_prefix: &str) -> bool {
    service(service_prefix).is_some_and(|service| service.supports_resource_control_policies)
}

/// Whether AWS documents this condition key, whatever its casing. `false` proves nothing: an OIDC provider may define claims of its own.
#[must_use]
pub fn is_known_condition_key(key: &str) -> bool {
    let known = condition_keys();
    let lowercase = key.to_ascii_lowercase();
    let is_of_template = |template: &String| Form::new(template).matches(&lowercase, template::Reach::Anywhere);
    known.exact.contains(&lowercase) || is_oidc_claim(&lowercase) || known.templates.iter().any(is_of_template)
}

/// The claims that are keys with every OIDC provider, named by its host: `token.actions.githubusercontent.com:sub`.
///
/// Source: IAM User Guide, "IAM and AWS STS condition context keys", available keys for AWS OIDC federation.
fn is_oidc_claim(lowercase: &str) -> bool {
    const CLAIMS: [&str; 5] = ["amr", "aud", "email", "oaud", "sub"];
    lowercase
        .rsplit_once(':')
        .is_some_and(|(provider, claim)| provider.contains('.') && CLAIMS.contains(&claim))
}

/// Every service prefix in the catalogue, sorted.
pub fn service_prefixes() -> impl Iterator<Item = &'static str> {
    services().iter().map(|service| service.prefix)
}

/// How many actions a text in the catalogue's form names: for tests that hand its reader any text, the one built in being one of them.
#[doc(hidden)]
#[must_use]
pub fn actions_in(text: &'static str) -> usize {
    let services = parse::services(text);
    let named = services
        .iter()
        .map(|service| parse::service_facts(service.prefix, service.text).actions.len());
    parse::provenance(text);
    named.sum()
}

/// The package and version that the facts come from, and the day they were made.
#[must_use]
pub fn provenance() -> Provenance {
    parse::provenance(TEXT)
}

/// Where the catalogue comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provenance {
    /// The npm package.
    pub package: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The day its data was made, such as `2026-09-26`.
    pub updated: &'static str,
}

/// One service's part of the catalogue; its actions are parsed when first asked for.
pub(crate) struct Service {
    prefix: &'static str,
    pub(crate) supports_resource_control_policies: bool,
    text: &'static str,
    facts: OnceLock<ServiceFacts>,
}

struct ServiceFacts {
    /// Sorted by name without regard to case.
    actions: Vec<ActionFacts>,
    /// Their places by their names in lower case.
    actions_by_name: HashIndex,
    /// Every resource type of the service.
    resource_types: Vec<parse::ResourceType>,
}

impl Service {
    fn facts(&'static self) -> &'static ServiceFacts {
        self.facts.get_or_init(|| parse::service_facts(self.prefix, self.text))
    }

    /// What is known of the action of that name, given in lower case with its hash.
    pub(crate) fn action(&'static self, name: &str, name_hash: u64) -> Option<&'static ActionFacts> {
        let facts = self.facts();
        let places = facts.actions_by_name.places(name_hash);
        let mut candidates = places.filter_map(|place| facts.actions.get(place));
        candidates.find(|action| action.name.eq_ignore_ascii_case(name))
    }
}

/// The services, and how they are found.
struct Services {
    /// Sorted by prefix.
    sorted: Vec<Service>,
    by_prefix: HashIndex,
}

fn catalogue() -> &'static Services {
    static SERVICES: OnceLock<Services> = OnceLock::new();
    SERVICES.get_or_init(|| {
        let sorted = parse::services(TEXT);
        Services {
            by_prefix: index_of(sorted.iter().map(|service| service.prefix)),
            sorted,
        }
    })
}

/// Sorted by prefix.
fn services() -> &'static [Service] {
    &catalogue().sorted
}

fn service(prefix: &str) -> Option<&'static Service> {
    let folded = prefix.to_ascii_lowercase();
    hashed_service(&folded, hash(&folded))
}

/// The service of a prefix in lower case, with its hash.
pub(crate) fn hashed_service(prefix: &str, prefix_hash: u64) -> Option<&'static Service> {
    let Services { sorted, by_prefix } = catalogue();
    let mut candidates = by_prefix.places(prefix_hash).filter_map(|place| sorted.get(place));
    candidates.find(|service| service.prefix.eq_ignore_ascii_case(prefix))
}

/// Names by their hashes in lower case.
fn index_of<'n>(names: impl Iterator<Item = &'n str>) -> HashIndex {
    HashIndex::of(names.map(|name| hash(&name.to_ascii_lowercase())).zip(0..))
}

/// The services that a prefix names: one at most when it has no wildcard.
fn services_matching(prefix: &str) -> impl Iterator<Item = &'static Service> {
    let candidates: &[Service] = if prefix.contains(['*', '?']) {
        services()
    } else {
        service(prefix).map(std::slice::from_ref).unwrap_or_default()
    };
    let prefixes = ignoring_case(prefix);
    candidates
        .iter()
        .filter(move |service| prefixes.matches(service.prefix))
}

/// Matches lower-case text only.
fn ignoring_case(pattern: &str) -> Glob {
    Glob::new(&pattern.to_ascii_lowercase(), WildcardScope::Anywhere)
}

/// Condition keys in lower case.
struct ConditionKeys {
    exact: BTreeSet<String>,
    templates: BTreeSet<String>,
}

fn condition_keys() -> &'static ConditionKeys {
    static KEYS: OnceLock<ConditionKeys> = OnceLock::new();
    KEYS.get_or_init(|| {
        let (templates, exact) = parse::condition_keys(TEXT)
            .map(str::to_ascii_lowercase)
            .partition(|key| key.contains("${"));
        ConditionKeys { exact, templates }
    })
}

fn compare_ignoring_case(left: &str, right: &str) -> Ordering {
    let left = left.bytes().map(|byte| byte.to_ascii_lowercase());
    left.cmp(right.bytes().map(|byte| byte.to_ascii_lowercase()))
}
