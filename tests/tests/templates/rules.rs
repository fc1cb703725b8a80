//! The product's own rules over templates: what the public checkers miss.

mod compute;
mod grants;
mod permissions;
mod quotas;
mod stores;
mod text;

use super::load::Template;

/// A breach of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The resource's logical id; empty for the template itself.
    pub resource: String,
    /// What in the resource: an action, a property, a text.
    pub about: String,
}

impl Fault {
    /// A breach by a resource, of what.
    pub fn new(resource: impl Into<String>, about: impl Into<String>) -> Self {
        Self {
            resource: resource.into(),
            about: about.into(),
        }
    }
}

/// A rule: what it is called, and what in a template breaks it.
pub type Rule = (&'static str, fn(&Template) -> Vec<Fault>);

/// Every rule.
pub const ALL: &[Rule] = &[
    ("no-wildcard-action", permissions::no_wildcard_action),
    ("actions-are-known", permissions::actions_are_known),
    (
        "every-resource-only-where-there-is-no-level",
        permissions::every_resource,
    ),
    ("writes-own-resources-only", permissions::writes),
    ("reads-no-content-of-others", permissions::content),
    ("policies-can-be-read", permissions::readable),
    ("trust-is-narrow", grants::trust),
    ("no-grant-to-everybody", grants::everybody),
    ("services-act-for-this-account-only", grants::services),
    ("functions-are-traced", compute::functions_are_traced),
    ("functions-have-a-log-group-of-their-own", compute::log_groups),
    ("functions-report-what-failed", compute::failures),
    ("functions-have-a-limit-by-parameter", compute::concurrency),
    ("functions-have-a-role-of-their-own", compute::roles),
    ("state-machines-log-and-trace", compute::state_machines),
    ("alarms-tell-somebody", compute::alarms),
    ("deliveries-have-a-dead-letter-queue", compute::dead_letters),
    ("stores-outlive-the-stack", stores::retained),
    ("stores-are-encrypted-with-a-key-of-their-own", stores::encrypted),
    ("tables-can-be-restored", stores::tables),
    ("buckets-are-private-and-versioned", stores::buckets),
    ("keys-rotate", stores::keys),
    ("logs-end", stores::log_retention),
    ("tls-only", stores::tls),
    ("no-account-region-or-partition", text::literals),
    ("parameters-are-described", text::parameters),
    ("within-quotas", quotas::all),
];
