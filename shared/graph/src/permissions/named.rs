//! Which resources a permission names in particular: service, type and at least the beginning of the name stand there in letters.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Resource"; Service Authorization Reference, "Resource types defined by" each service.

use std::borrow::Cow;
use std::collections::BTreeMap;

use sv0_iam::{Glob, WildcardScope};
use sv0_model::arn::Arn;
use sv0_model::graph::{Entity, Resolution};

/// So many resources are told of one permission; AWS's own policies that name things in particular name far fewer.
const MOST_RESOURCES: usize = 100;

/// So many resources are held against the patterns of one permission.
const MOST_COMPARISONS: usize = 10_000;

/// Services whose ARNs hold a name and no type.
const WITHOUT_TYPE: [&str; 3] = ["s3", "sns", "sqs"];

/// What lies in a resource is named by the resource's ARN and more: service, how the resource part begins, and what ends the resource's name.
const CONTAINERS: &[(&str, &str, char)] = &[
    ("s3", "accesspoint/", '/'),
    ("s3", "", '/'),
    ("dynamodb", "table/", '/'),
    ("es", "domain/", '/'),
    ("kinesis", "stream/", '/'),
    ("lambda", "function:", ':'),
    ("logs", "log-group:", ':'),
];

/// The collected things that have an ARN, by service.
pub(super) struct Resources<'a> {
    /// By service: the resource part of the ARN with the ARN, sorted.
    by_service: BTreeMap<&'a str, Vec<(&'a str, &'a str)>>,
}

/// What some patterns name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Named<'a> {
    /// ARNs, each with the first pattern, as it is written, that names it.
    pub(super) resources: BTreeMap<&'a str, String>,
    /// Whether there may be more.
    pub(super) is_cut: bool,
}

impl<'a> Resources<'a> {
    /// Sorts the collected entities.
    pub(super) fn of(entities: &'a BTreeMap<String, Entity>) -> Self {
        let mut by_service: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
        let collected = entities
            .values()
            .filter(|entity| entity.resolution == Resolution::Collected);
        for arn_text in collected.map(|entity| entity.native_id.as_str()) {
            if let Some(arn) = Arn::parse(arn_text) {
                by_service
                    .entry(arn.service)
                    .or_default()
                    .push((arn.resource, arn_text));
            }
        }
        by_service.values_mut().for_each(|resources| resources.sort_unstable());
        Self { by_service }
    }

    /// What the patterns name in particular.
    pub(super) fn named_by(&self, patterns: &[String]) -> Named<'a> {
        let mut named = Named::default();
        let mut left = MOST_COMPARISONS;
        for pattern in patterns {
            let open = without_variables(pattern);
            let forms = [Some(open.as_ref()), container_of(&open)];
            for form in forms.into_iter().flatten() {
                self.add_matching(form, pattern, &mut left, &mut named);
            }
        }
        named
    }

    fn add_matching(&self, form: &str, pattern: &str, left: &mut usize, named: &mut Named<'a>) {
        let Some((service, beginning)) = particular(form) else {
            return;
        };
        let resources = self.by_service.get(service).map(Vec::as_slice).unwrap_or_default();
        let start = resources.partition_point(|(resource, _)| *resource < beginning);
        let candidates = resources.iter().skip(start);
        let glob = Glob::new(form, WildcardScope::ResourceSegments);
        for (_, arn) in candidates.take_while(|(resource, _)| resource.starts_with(beginning)) {
            let Some(rest) = left.checked_sub(1) else {
                named.is_cut = true;
                return;
            };
            *left = rest;
            if !glob.matches(arn) || named.resources.contains_key(arn) {
                continue;
            }
            if named.resources.len() >= MOST_RESOURCES {
                named.is_cut = true;
                return;
            }
            named.resources.insert(arn, pattern.to_owned());
        }
    }
}

/// Whether a Resource pattern leaves nothing out: `*`, or an ARN of which only the partition is given.
pub(super) fn names_everything(pattern: &str) -> bool {
    let is_open = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte == b'*');
    match pattern.strip_prefix("arn:") {
        Some(rest) => {
            let after_partition = rest.split_once(':').map_or("", |(_, rest)| rest);
            is_open(rest) || (!after_partition.is_empty() && after_partition.split(':').all(is_open))
        }
        None => is_open(pattern),
    }
}

/// The service, and how the resource part begins, of a pattern that names something in particular.
fn particular(pattern: &str) -> Option<(&str, &str)> {
    let arn = Arn::parse(pattern).filter(|arn| !is_wild(arn.service))?;
    let beginning = arn.resource.split(['*', '?']).next()?;
    let has_type = !WITHOUT_TYPE.contains(&arn.service) || beginning.starts_with("accesspoint/");
    let name = if has_type {
        beginning.split_once(['/', ':'])?.1
    } else {
        beginning
    };
    (!name.is_empty()).then_some((arn.service, beginning))
}

fn is_wild(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// The pattern for what holds the things that a pattern names: the bucket of objects.
fn container_of(pattern: &str) -> Option<&str> {
    let arn = Arn::parse(pattern)?;
    let (prefix, end) = CONTAINERS.iter().find_map(|(service, prefix, end)| {
        (arn.service == *service && arn.resource.starts_with(prefix)).then_some((*prefix, *end))
    })?;
    let name_length = arn.resource.get(prefix.len()..)?.find(end)?;
    let inside = arn.resource.len().checked_sub(prefix.len())?.checked_sub(name_length)?;
    pattern.get(..pattern.len().checked_sub(inside)?)
}

/// The pattern with `*` in place of every policy variable: whatever its value, it may name what this matches.
fn without_variables(pattern: &str) -> Cow<'_, str> {
    if !pattern.contains("${") {
        return Cow::Borrowed(pattern);
    }
    let mut open = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once("${") {
        open.push_str(before);
        open.push('*');
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    open.push_str(rest);
    Cow::Owned(open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_literal_service_type_and_beginning_of_the_name_is_particular() {
        for (pattern, want) in [
            ("arn:aws:s3:::data", Some(("s3", "data"))),
            ("arn:aws:s3:::data*", Some(("s3", "data"))),
            ("arn:*:s3:::data", Some(("s3", "data"))),
            ("arn:aws:sqs:*:*:jobs-*", Some(("sqs", "jobs-"))),
            ("arn:aws:lambda:*:*:function:or?ers", Some(("lambda", "function:or"))),
            ("arn:aws:s3:*:*:accesspoint/p*", Some(("s3", "accesspoint/p"))),
            ("arn:aws:s3:*:*:accesspoint/*", None),
            ("arn:aws:s3:::*", None),
            ("arn:aws:s3:::*-logs", None),
            ("arn:aws:s*:::data", None),
            ("arn:aws:lambda:*:*:function:*", None),
            ("arn:aws:lambda:*:*:func*", None),
            ("arn:aws:dynamodb:*:*:table/*", None),
            ("arn:aws:s3", None),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(particular(pattern), want, "{pattern}");
        }
    }

    #[test]
    fn what_lies_inside_names_what_holds_it() {
        for (pattern, want) in [
            ("arn:aws:s3:::data/*", Some("arn:aws:s3:::data")),
            ("arn:aws:s3:::data/in/x", Some("arn:aws:s3:::data")),
            ("arn:aws:s3:::data", None),
            (
                "arn:aws:s3:e:1:accesspoint/p/object/*",
                Some("arn:aws:s3:e:1:accesspoint/p"),
            ),
            ("arn:aws:s3:e:1:accesspoint/p", None),
            (
                "arn:aws:dynamodb:e:1:table/t/index/*",
                Some("arn:aws:dynamodb:e:1:table/t"),
            ),
            (
                "arn:aws:lambda:e:1:function:f:live",
                Some("arn:aws:lambda:e:1:function:f"),
            ),
            ("arn:aws:iam::1:role/app/reader", None),
            ("arn:aws:sqs:e:1:jobs/x", None),
            ("no arn", None),
        ] {
            assert_eq!(container_of(pattern), want, "{pattern}");
        }
    }

    #[test]
    fn everything_is_a_star_or_an_arn_of_stars() {
        for (pattern, want) in [
            ("*", true),
            ("**", true),
            ("arn:*", true),
            ("arn:aws:*", true),
            ("arn:*:*:*:*:*", true),
            ("arn:aws:s3:::*", false),
            ("arn:aws", false),
            ("arn:", false),
            ("a*", false),
            ("", false),
        ] {
            assert_eq!(names_everything(pattern), want, "{pattern}");
        }
    }

    #[test]
    fn a_variable_may_be_anything() {
        for (pattern, want) in [
            ("arn:aws:s3:::home/${aws:username}/*", "arn:aws:s3:::home/*/*"),
            ("arn:aws:s3:::${aws:username}", "arn:aws:s3:::*"),
            ("arn:aws:s3:::a${", "arn:aws:s3:::a*"),
            ("plain", "plain"),
        ] {
            assert_eq!(without_variables(pattern), want, "{pattern}");
        }
    }
}
