//! Tests that no context decides, because something was not collected or could not be read.

use sv0_model::decision::UNCOLLECTED_POLICY_KEY;

use super::Clause;
use super::literal::{list, literal};
use crate::atom::{RESOURCE_KEY, UNREADABLE_STATEMENT_KEY};

/// The clause of a pseudo-key; `None` for every other key.
pub(super) fn clause(key: &str, operator: &str, values: &[String]) -> Option<Clause> {
    let (operator, negated) = match operator.strip_prefix("Not:") {
        Some(operator) => (operator, true),
        None => (operator, false),
    };
    match key {
        UNCOLLECTED_POLICY_KEY => Some(uncollected(operator, negated, values)),
        UNREADABLE_STATEMENT_KEY => Some(unreadable(operator, negated, values)),
        RESOURCE_KEY => Some(resource(negated, values)),
        _ => None,
    }
}

fn uncollected(operator: &str, negated: bool, values: &[String]) -> Clause {
    let (subject, is_plural) = match values {
        [one] => policy(one),
        several => (format!("one of the policies {}", list(several)), false),
    };
    let was = if is_plural { "were" } else { "was" };
    let predicate = match (operator, negated, is_plural) {
        ("Denies", false, false) => "denies the request",
        ("Denies", false, true) => "deny the request",
        ("Denies", true, false) => "does not deny the request",
        ("Denies", true, true) => "do not deny the request",
        (_, false, false) => "allows the request",
        (_, false, true) => "allow the request",
        (_, true, false) => "does not allow the request",
        (_, true, true) => "do not allow the request",
    };
    Clause::new(format!("{subject}, which {was} not collected,"), predicate)
}

/// What an id of something that was not collected stands for, and whether that is several things:
/// a policy, a setting that decides like one, the policies of a level of the organization, or whatever policies an ARN may have.
fn policy(id: &str) -> (String, bool) {
    let settings = [
        ("urn:sv0:block-public-access:", "S3 Block Public Access of"),
        ("urn:sv0:object-ownership:", "S3 Object Ownership of"),
    ];
    for (prefix, words) in settings {
        if let Some(of) = id.strip_prefix(prefix) {
            return (format!("{words} {}", literal(of)), false);
        }
    }
    let levels = [
        ("urn:sv0:service-control-policies:", "the service control policies at"),
        ("urn:sv0:resource-control-policies:", "the resource control policies at"),
    ];
    for (prefix, words) in levels {
        if let Some(node) = id.strip_prefix(prefix) {
            return (format!("{words} {}", literal(node)), true);
        }
    }
    let inline = id
        .strip_prefix("urn:sv0:inline-policy:")
        .and_then(|rest| rest.rsplit_once(':'));
    let words = match inline {
        Some((holder, name)) => format!("inline policy {} of {}", literal(name), literal(holder)),
        None if id.contains(":policy/") => format!("policy {}", literal(id)),
        None => format!("a policy of {}", literal(id)),
    };
    (words, false)
}

fn unreadable(operator: &str, negated: bool, values: &[String]) -> Clause {
    let subject = match values {
        [one] => match one.rsplit_once('#') {
            Some((policy, index)) => format!("statement {} of {}", literal(index), literal(policy)),
            None => literal(one),
        },
        several => format!("one of the statements {}", list(several)),
    };
    let verbs = match operator {
        "Allows" => ("is an Allow", "is no Allow"),
        "Denies" => ("is a Deny", "is no Deny"),
        _ => ("applies to the request", "does not apply to the request"),
    };
    let verb = if negated { verbs.1 } else { verbs.0 };
    Clause::new(format!("{subject}, which could not be read in full,"), verb)
}

fn resource(negated: bool, values: &[String]) -> Clause {
    let pattern = match values {
        [one] => format!("the pattern {}", literal(one)),
        several => format!("one of the patterns {}", list(several)),
    };
    let verb = if negated { "does not match" } else { "matches" };
    Clause::new(
        "the resource",
        format!("{verb} {pattern}, whose variables are not known"),
    )
}
