//! What the statements in play say of each classified action, looked up once for a principal.

use sv0_iam::catalogue::classes::classified;
use sv0_iam::{ClassifiedSet, Element, Glob, Policy, Statement, Template};
use sv0_model::decision::Effect;

use crate::estate::{Estate, Subject};

/// The statements in play for a principal and the resources of its own account that have no policy of their own.
pub(crate) struct Sight<'s> {
    /// The actions that some statement of its own may allow.
    pub listed: ClassifiedSet,
    of: Vec<OfAction<'s>>,
}

/// The statements about one action.
#[derive(Default)]
pub(crate) struct OfAction<'s> {
    /// What the principal's own Allow statements list.
    pub allows: Vec<&'s Element<Template>>,
    /// The patterns of all statements by which resources are told apart.
    patterns: Vec<&'s Glob>,
    /// Whether there are others, which a look at the resource's name alone does not tell apart.
    is_open: bool,
}

impl<'s> Sight<'s> {
    pub(crate) fn new(estate: &'s Estate<'_>, subject: &'s Subject<'_>) -> Self {
        let mut sight = Self {
            listed: ClassifiedSet::default(),
            of: Vec::new(),
        };
        sight.of.resize_with(classified().actions.len(), OfAction::default);
        for policy in &subject.holdings.identity {
            sight.look_at(estate, &policy.policy, |statement| {
                statement.effect() != Some(Effect::Deny)
            });
        }
        let ceilings = estate.ceilings_of(subject.account());
        let levels = ceilings
            .scps
            .iter()
            .chain(&ceilings.rcps)
            .flat_map(|level| &level.policies);
        for policy in subject.holdings.boundaries.iter().chain(levels) {
            sight.look_at(estate, &policy.policy, |_| false);
        }
        sight
    }

    fn look_at(&mut self, estate: &Estate<'_>, policy: &'s Policy, allows: impl Fn(&Statement) -> bool) {
        for (statement, concerned) in policy.classified_actions().filter(|(_, set)| !set.is_empty()) {
            let patterns = Patterns::of(estate, statement);
            let may_allow = allows(statement);
            if may_allow {
                self.listed.extend(concerned);
            }
            if !may_allow && patterns.is_empty() {
                continue;
            }
            for place in concerned.places() {
                if let Some(of_action) = self.of.get_mut(place) {
                    of_action.patterns.extend(&patterns.fixed);
                    of_action.is_open |= patterns.is_open;
                    of_action.allows.extend(may_allow.then(|| statement.resources()));
                }
            }
        }
    }

    /// What is said of the action at a place of the list of classified ones.
    pub(crate) fn of(&self, place: usize) -> Option<&OfAction<'s>> {
        self.of.get(place)
    }
}

/// What a statement tells resources apart by.
struct Patterns<'s> {
    fixed: Vec<&'s Glob>,
    is_open: bool,
}

impl<'s> Patterns<'s> {
    fn of(estate: &Estate<'_>, statement: &'s Statement) -> Self {
        let mut patterns = Self {
            fixed: Vec::new(),
            is_open: estate.asks_for_other_tags(statement),
        };
        for template in statement.resources().items() {
            match template.fixed() {
                Some(glob) if glob.matches_everything() => {}
                // An escape is read in one way where a name is matched and in another where parts are looked for.
                Some(glob) if !template.text().contains("${") => patterns.fixed.push(glob),
                _ => patterns.is_open = true,
            }
        }
        patterns
    }

    fn is_empty(&self) -> bool {
        self.fixed.is_empty() && !self.is_open
    }
}

/// Which of the patterns match a name, one bit each.
pub(crate) type Matched = u64;

impl OfAction<'_> {
    /// Which patterns match a name; none where that does not tell everything.
    pub(crate) fn matched(&self, arn: &str) -> Option<Matched> {
        if self.is_open || self.patterns.len() > Matched::BITS as usize {
            return None;
        }
        if arn == "*" {
            // Called without a resource: of these patterns none applies.
            return Some(0);
        }
        let bits = self.patterns.iter().map(|glob| Matched::from(glob.matches(arn)));
        Some(bits.fold(0, |matched, bit| matched << 1 | bit))
    }

    /// Whether some pattern may single out a part of what lies in a resource.
    pub(crate) fn may_single_out(&self, whole: &str, separator: &str) -> bool {
        self.is_open || self.patterns.iter().any(|glob| may_single_out(glob, whole, separator))
    }
}

/// Whether a pattern may single out a part of what lies in a resource: what it says no to, the pattern takes in altogether or not at all.
pub(crate) fn may_single_out(glob: &Glob, whole: &str, separator: &str) -> bool {
    let beginning = glob.literal_prefix();
    let reaches_inside = beginning
        .strip_prefix(whole)
        .is_some_and(|rest| rest.starts_with(separator));
    if reaches_inside {
        return true;
    }
    let ends_before = whole.starts_with(beginning)
        || beginning
            .strip_prefix(whole)
            .is_some_and(|rest| separator.starts_with(rest));
    glob.as_literal().is_none() && ends_before && !glob.matches(&format!("{whole}{separator}*"))
}

#[cfg(test)]
mod tests {
    use sv0_iam::{WildcardScope, patterns_overlap};

    use super::*;

    #[test]
    fn what_is_passed_over_singles_nothing_out() {
        let wholes = [
            "arn:aws:s3:::data",
            "arn:aws:s3:::data-2",
            "arn:aws:lambda:eu-west-1:111122223333:function:f",
        ];
        let patterns = [
            "*",
            "arn:*",
            "arn:aws:s3:::*",
            "arn:aws:s3:::data",
            "arn:aws:s3:::data*",
            "arn:aws:s3:::data/*",
            "arn:aws:s3:::data/",
            "arn:aws:s3:::data/a",
            "arn:aws:s3:::data/a*",
            "arn:aws:s3:::d?ta/*",
            "arn:aws:s3:::*/a",
            "arn:aws:s3:::*/*",
            "arn:aws:s3:::data-2/*",
            "arn:aws:lambda:*:*:function:f:live",
            "arn:aws:lambda:eu-west-1:111122223333:function:f:*",
            "arn:aws:lambda:eu-west-1:111122223333:function:f",
            "arn:aws:lambda:eu-west-1:111122223333:function:*",
            "arn:aws:lambda:eu-west-1:111122223333:function:*:live",
            "arn:aws:lambda:eu-west-1:*",
            "arn:aws:lambda",
        ];
        for whole in wholes {
            let separator = if whole.contains(":::") { "/" } else { ":" };
            let inside = format!("{whole}{separator}*");
            for pattern in patterns {
                let glob = Glob::new(pattern, WildcardScope::ResourceSegments);
                let is_part =
                    !sv0_iam::resource_matches(pattern, &inside) && patterns_overlap(pattern, &inside).is_some();
                assert!(
                    !is_part || may_single_out(&glob, whole, separator),
                    "{pattern} of {whole}"
                );
            }
        }
    }
}
