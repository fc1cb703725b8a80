//! Whether an action can be allowed on a resource at all.

use super::template::{Form, Reach};
use super::{ActionFacts, lookup_action, service};

/// What the catalogue says of an action on an ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fit {
    /// The ARN has the form of one of the action's resource types.
    Fits,
    /// The action has resource types, and the ARN has the form of none of them.
    RuledOut,
    /// The catalogue cannot tell.
    Unknown,
}

/// Longer texts are not ARNs: IAM caps them at 2,048 characters, S3 keys at 1,024 bytes.
const LONGEST_ARN: usize = 4_096;

/// Whether `action` takes resources of the kind that `arn` names. `arn` may hold the wildcards of a Resource element.
///
/// Only certainty counts as [`Fit::RuledOut`]: the reference knows no form for what it calls sub-resources, such as the alias in
/// `function:orders:live`, which a call on the function may well name.
#[must_use]
pub fn resource_type_fits(action: &str, arn: &str) -> Fit {
    lookup_action(action).map_or(Fit::Unknown, |facts| resource_type_fits_action(facts, arn))
}

/// As [`resource_type_fits`], of an action that was looked up.
fn resource_type_fits_action(facts: &ActionFacts, arn: &str) -> Fit {
    if facts.resource_types.is_empty() {
        return if arn == "*" { Fit::Fits } else { Fit::Unknown };
    }
    if !arn.starts_with("arn:") || arn.len() > LONGEST_ARN {
        return Fit::Unknown;
    }
    fit_of_arn(facts, arn)
}

/// Whether that is [`Fit::RuledOut`], as an answer's caveat says it.
#[must_use]
pub fn is_ruled_out(action: &str, arn: &str) -> bool {
    lookup_action(action).is_some_and(|facts| resource_type_is_ruled_out(facts, arn))
}

/// Whether that is [`Fit::RuledOut`], of an action that was looked up.
pub(crate) fn resource_type_is_ruled_out(facts: &ActionFacts, arn: &str) -> bool {
    // Most ARNs have a form that can be read from front to back, and what has any is not ruled out.
    let has_plain_form = || arn_forms(facts).any(|form| form.walk(arn.as_bytes(), Reach::Anywhere) == Some(true));
    !facts.resource_types.is_empty() && !has_plain_form() && resource_type_fits_action(facts, arn) == Fit::RuledOut
}

fn fit_of_arn(facts: &ActionFacts, arn: &str) -> Fit {
    let any_form = |fits: &dyn Fn(&Form<'_>) -> bool| arn_forms(facts).any(fits);
    if any_form(&|form| form.matches(arn, Reach::Segment)) {
        return Fit::Fits;
    }
    if any_form(&|form| form.matches(arn, Reach::Anywhere)) {
        return if has_another_type(facts, arn) {
            Fit::Unknown
        } else {
            Fit::Fits
        };
    }
    let before_wildcard = arn.split(['*', '?']).next().unwrap_or_default();
    let is_open = before_wildcard.len() < arn.len();
    if is_open && any_form(&|form| form.matches_some_extension(before_wildcard, Reach::Anywhere)) {
        return Fit::Unknown;
    }
    Fit::RuledOut
}

fn arn_forms(facts: &ActionFacts) -> impl Iterator<Item = &Form<'static>> {
    facts.resource_types.iter().flat_map(|kind| kind.arn_forms.iter())
}

/// Whether the service has a type, whichever, that this ARN has the exact form of.
fn has_another_type(facts: &ActionFacts, arn: &str) -> bool {
    service(facts.service).is_some_and(|service| {
        let types = service.facts().resource_types.iter();
        let mut forms = types.flat_map(|kind| kind.arn_forms.iter());
        forms.any(|form| form.matches(arn, Reach::Segment))
    })
}
