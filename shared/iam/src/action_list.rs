//! Many actions, looked up in statements at once.

use std::ops::Range;

use crate::policy::{ActionPattern, Element, Entries, Statement};

/// Actions folded and sorted once, to be asked about of many statements.
#[derive(Debug, Clone)]
pub struct ActionList {
    /// In lower case, sorted, each with its place in the list that was given.
    folded: Vec<(String, usize)>,
}

impl ActionList {
    /// The list of these actions, whose places are counted from 0.
    pub fn new<'a>(actions: impl IntoIterator<Item = &'a str>) -> Self {
        let actions = actions.into_iter().enumerate();
        let mut folded: Vec<(String, usize)> = actions
            .map(|(place, action)| (action.to_ascii_lowercase(), place))
            .collect();
        folded.sort();
        Self { folded }
    }

    /// Those that begin with `prefix`.
    fn beginning_with(&self, prefix: &str) -> Range<usize> {
        let from = self.folded.partition_point(|(action, _)| action.as_str() < prefix);
        let alike = self.folded.get(from..).unwrap_or_default();
        from..from + alike.partition_point(|(action, _)| action.starts_with(prefix))
    }

    /// Which of them, in the order of `folded`, the entries list.
    fn listed(&self, entries: &Entries<ActionPattern>) -> Vec<bool> {
        let mut listed = vec![false; self.folded.len()];
        for pattern in &entries.items {
            let range = self.beginning_with(pattern.literal_prefix());
            let alike = self.folded.get(range.clone()).unwrap_or_default();
            for (is_listed, (action, _)) in listed.get_mut(range).unwrap_or_default().iter_mut().zip(alike) {
                *is_listed = *is_listed || pattern.matches_folded(action);
            }
        }
        listed
    }
}

impl Statement {
    /// The places in the list of the actions that [`Statement::may_concern`] says yes to, in no order that means anything.
    #[must_use]
    pub fn may_concern_of(&self, actions: &ActionList) -> Vec<usize> {
        let chosen = |is_chosen: &dyn Fn(&bool) -> bool, listed: Vec<bool>| {
            let with_places = actions.folded.iter().zip(listed);
            with_places
                .filter(|(_, is_listed)| is_chosen(is_listed))
                .map(|((_, place), _)| *place)
                .collect()
        };
        match self.actions() {
            Element::Only(entries) if !entries.incomplete => chosen(&|is_listed| *is_listed, actions.listed(entries)),
            Element::Except(entries) if !entries.incomplete => {
                chosen(&|is_listed| !*is_listed, actions.listed(entries))
            }
            Element::Only(_) | Element::Except(_) | Element::Missing | Element::Unreadable => {
                (0..actions.folded.len()).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{Policy, parse_policy};

    const ACTIONS: [&str; 9] = [
        "s3:GetObject",
        "S3:PutObject",
        "s3:ListBucket",
        "s3-object-lambda:GetObject",
        "iam:PassRole",
        "sts:AssumeRole",
        "sts:assumeRole",
        "kms:Decrypt",
        "lambda:InvokeFunction",
    ];

    fn statement_with(element: &str, patterns: &[String]) -> Policy {
        let document =
            json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", element: patterns, "Resource": "*"}]});
        parse_policy(&document).policy
    }

    proptest! {
        #[test]
        fn says_of_many_what_is_said_of_each(
            patterns in prop::collection::vec("(s3|S3|sts|iam|kms|\\*|s\\*|lambda)(:(Get|get|Put|List|Pass|Assume)?[A-Za-z?*]{0,6})?", 1..4),
            element in prop::sample::select(vec!["Action", "NotAction"]),
        ) {
            let policy = statement_with(element, &patterns);
            let list = ActionList::new(ACTIONS);
            for statement in policy.statements() {
                let mut found = statement.may_concern_of(&list);
                found.sort_unstable();
                let each: Vec<usize> = (0..ACTIONS.len()).filter(|place| statement.may_concern(ACTIONS[*place])).collect();
                prop_assert_eq!(found, each);
            }
        }
    }
}
