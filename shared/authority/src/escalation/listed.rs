//! Names for things that do not exist yet: those under which the principal's own policies would let it make them.

use std::collections::BTreeSet;

use sv0_iam::patterns_overlap;
use sv0_model::arn::Arn;

use crate::access::allowed_resources;
use crate::estate::Subject;

/// Stands for a name that no policy singles out.
const ANY_NAME: &str = "sv0-any";

/// Most names that are tried for one thing.
const MOST_NAMES: usize = 12;

/// ARNs that a pattern with `*` for the name stands for: first that of any name, then those that the principal's policies single out for the actions.
pub(super) fn names(subject: &Subject<'_>, actions: &[&str], pattern: &str) -> Vec<String> {
    let any = pattern.replace('*', ANY_NAME);
    let singled_out: BTreeSet<String> = listed(subject, actions)
        .filter_map(|listed| patterns_overlap(listed, pattern))
        .filter(|name| !name.contains('*') && *name != any)
        .collect();
    std::iter::once(any)
        .chain(singled_out.into_iter().take(MOST_NAMES))
        .collect()
}

/// Regions that the principal's policies name for the actions.
pub(super) fn regions<'s>(subject: &'s Subject<'_>, actions: &'s [&str]) -> impl Iterator<Item = &'s str> {
    listed(subject, actions)
        .filter_map(|pattern| Some(Arn::parse(pattern)?.region))
        .filter(|region| !region.is_empty() && !region.contains(['*', '?']))
}

/// The resource patterns of the Allow statements for any of the actions.
fn listed<'s>(subject: &'s Subject<'_>, actions: &'s [&str]) -> impl Iterator<Item = &'s str> {
    allowed_resources(subject, actions)
        .filter(|pattern| pattern.fixed().is_some())
        .map(|pattern| pattern.text())
}
