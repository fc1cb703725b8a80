//! A vocabulary of permissions that other systems share, whatever AWS calls an action.
//!
//! The words are those of identity graphs that take in many systems (such as OAA's): what is done, to data or to what is said about it.

use std::collections::BTreeSet;

use serde::Serialize;
use sv0_model::path::ActionClass;

use super::classes::class_of;
use super::{AccessLevel, actions_matching, ignoring_case, lookup_action};

/// So many patterns with wildcards are spelled out for one answer; AWS's own largest policy has less than half as many.
const MOST_PATTERNS: usize = 4_096;

/// So many of these may leave the service open, for each is held against every action of AWS.
const MOST_OPEN_SERVICES: usize = 32;

/// What a permission lets its holder do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum CanonicalPermission {
    /// Reads content, or decrypts it.
    DataRead,
    /// Writes content.
    DataWrite,
    /// Deletes content.
    DataDelete,
    /// Lists or reads what is said about a thing.
    MetadataRead,
    /// Creates a thing or changes what is said about it, tags included.
    MetadataWrite,
    /// Deletes a thing.
    MetadataDelete,
    /// Runs code.
    Execute,
    /// Changes the code that others run.
    CodeWrite,
    /// Changes who may do what.
    PermissionManagement,
    /// AWS's catalogue does not know the action, or it is a pattern.
    Uncategorized,
}

impl CanonicalPermission {
    /// The word for an action such as `s3:GetObject`: by the class that paths end on, else by the access level of the Service Authorization Reference.
    #[must_use]
    pub fn of(action: &str) -> Self {
        let name = action.split_once(':').map_or("", |(_, name)| name);
        let deletes = ["Delete", "Purge", "ESHttpDelete"].iter().any(|verb| {
            name.get(..verb.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(verb))
        });
        if let Some((class, _)) = class_of(action) {
            return match class {
                ActionClass::ReadData | ActionClass::UseKey => Self::DataRead,
                ActionClass::WriteData if deletes => Self::DataDelete,
                ActionClass::WriteData => Self::DataWrite,
                ActionClass::Invoke => Self::Execute,
                ActionClass::ChangeCode => Self::CodeWrite,
                ActionClass::ManagePermissions => Self::PermissionManagement,
            };
        }
        match lookup_action(action).map(|facts| facts.access_level) {
            Some(AccessLevel::List | AccessLevel::Read) => Self::MetadataRead,
            Some(AccessLevel::Write) if deletes => Self::MetadataDelete,
            Some(AccessLevel::Write | AccessLevel::Tagging) => Self::MetadataWrite,
            Some(AccessLevel::PermissionsManagement) => Self::PermissionManagement,
            None => Self::Uncategorized,
        }
    }

    /// Every word but [`CanonicalPermission::Uncategorized`].
    const KNOWN: [Self; 9] = [
        Self::DataRead,
        Self::DataWrite,
        Self::DataDelete,
        Self::MetadataRead,
        Self::MetadataWrite,
        Self::MetadataDelete,
        Self::Execute,
        Self::CodeWrite,
        Self::PermissionManagement,
    ];

    /// The words for several actions, each once.
    pub fn of_actions<'a>(actions: impl IntoIterator<Item = &'a str>) -> BTreeSet<Self> {
        actions.into_iter().map(Self::of).collect()
    }

    /// The words for everything that the patterns of an Action element match. What matches no action that AWS's catalogue knows, and what is left of
    /// an element too long to be spelled out, is [`CanonicalPermission::Uncategorized`].
    #[must_use]
    pub fn of_patterns(patterns: &[&str]) -> BTreeSet<Self> {
        let mut words = BTreeSet::new();
        let (mut left, mut open_left) = (MOST_PATTERNS, MOST_OPEN_SERVICES);
        for pattern in patterns {
            if !pattern.is_empty() && pattern.bytes().all(|byte| byte == b'*') {
                words.extend(Self::KNOWN);
                continue;
            }
            if !is_pattern(pattern) {
                words.insert(Self::of(pattern));
                continue;
            }
            let leaves_service_open = pattern.split(':').next().is_some_and(is_pattern);
            let budget = if leaves_service_open { &mut open_left } else { &mut left };
            let Some(rest) = budget.checked_sub(1) else {
                words.insert(Self::Uncategorized);
                continue;
            };
            *budget = rest;
            let mut matching = actions_matching(pattern).peekable();
            if matching.peek().is_none() {
                words.insert(Self::Uncategorized);
            }
            words.extend(matching.map(|action| Self::of(&action.full_name())));
        }
        words
    }

    /// The words for everything but what the patterns of a NotAction element match. Where these are too many, every word: nothing is said not to be granted.
    #[must_use]
    pub fn of_all_but(patterns: &[&str]) -> BTreeSet<Self> {
        if patterns.len() > MOST_OPEN_SERVICES {
            return Self::KNOWN.into_iter().chain([Self::Uncategorized]).collect();
        }
        let excepted: Vec<_> = patterns.iter().map(|pattern| ignoring_case(pattern)).collect();
        let mut words = BTreeSet::new();
        for action in actions_matching("*").map(super::ActionFacts::full_name) {
            let folded = action.to_ascii_lowercase();
            if !excepted.iter().any(|pattern| pattern.matches(&folded)) {
                words.insert(Self::of(&action));
            }
            if words.is_superset(&Self::KNOWN.into()) {
                break;
            }
        }
        words
    }
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

#[cfg(test)]
mod tests {
    use super::CanonicalPermission::{self, *};

    #[test]
    fn every_action_has_a_word() {
        for (action, want) in [
            ("s3:GetObject", DataRead),
            ("S3:GETOBJECT", DataRead),
            ("kms:Decrypt", DataRead),
            ("s3:PutObject", DataWrite),
            ("s3:DeleteObject", DataDelete),
            ("es:ESHttpDelete", DataDelete),
            ("ec2:DescribeInstances", MetadataRead),
            ("s3:GetBucketTagging", MetadataRead),
            ("ec2:CreateTags", MetadataWrite),
            ("dynamodb:CreateTable", MetadataWrite),
            ("dynamodb:DeleteTable", MetadataDelete),
            ("lambda:InvokeFunction", Execute),
            ("lambda:UpdateFunctionCode", CodeWrite),
            ("iam:AttachRolePolicy", PermissionManagement),
            ("s3:PutBucketPolicy", PermissionManagement),
            ("s3:*", Uncategorized),
            ("*", Uncategorized),
            ("made:Up", Uncategorized),
            ("é", Uncategorized),
        ] {
            assert_eq!(CanonicalPermission::of(action), want, "{action}");
        }
    }

    fn words(words: impl IntoIterator<Item = CanonicalPermission>) -> Vec<CanonicalPermission> {
        words.into_iter().collect()
    }

    #[test]
    fn a_pattern_has_the_words_of_what_it_matches() {
        for (patterns, want) in [
            (&["s3:GetObject"][..], vec![DataRead]),
            (&["kms:Decrypt", "S3:PutObject"], vec![DataRead, DataWrite]),
            (&["lambda:Invoke*"], vec![MetadataWrite, Execute]),
            (
                &["s3:Delete*"],
                vec![DataDelete, MetadataWrite, MetadataDelete, PermissionManagement],
            ),
            (&["sts:TagSession"], vec![MetadataWrite]),
            (&["*"], CanonicalPermission::KNOWN.to_vec()),
            (&["**"], CanonicalPermission::KNOWN.to_vec()),
            (&["madeup:*"], vec![Uncategorized]),
            (&["s3:Nothing*"], vec![Uncategorized]),
            (&[""], vec![Uncategorized]),
            (&[], vec![]),
        ] {
            assert_eq!(words(CanonicalPermission::of_patterns(patterns)), want, "{patterns:?}");
        }
    }

    #[test]
    fn all_but_some_patterns_is_what_they_do_not_match() {
        let all_but = |patterns: &[&str]| words(CanonicalPermission::of_all_but(patterns));
        assert_eq!(all_but(&["iam:*"]), CanonicalPermission::KNOWN);
        assert!(all_but(&["*"]).is_empty());
        let without_invoke = all_but(&["*:Invoke*", "*:Run*", "*:Start*", "*:Send*", "*:Exec*", "*:Retrieve*"]);
        assert!(without_invoke.contains(&DataRead), "{without_invoke:?}");
        let many: Vec<&str> = vec!["s3:GetObject"; 1_000];
        assert!(all_but(&many).contains(&Uncategorized), "too many to be told");
    }

    #[test]
    fn a_long_element_takes_bounded_time_and_says_what_it_left_out() {
        let patterns: Vec<String> = (0..20_000).map(|n| format!("*:*{n}z")).collect();
        let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
        assert_eq!(words(CanonicalPermission::of_patterns(&patterns)), [Uncategorized]);
    }
}
