//! What is known of a statement without looking at it, in a few words that lie side by side for a whole policy.
//!
//! Sets are of hashes: what is not in one is certainly none of it, and what is in it has to be looked at.

use sv0_model::decision::Effect;

use crate::action_index::service_of;
use crate::hash::hash;
use crate::policy::{ActionPattern, Element, Readability, Statement};

/// An action, as statements are asked about it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AskedAction {
    /// [`hash`] of its service, in lower case.
    pub(crate) service_hash: u64,
    /// [`hash`] of its name, in lower case.
    pub(crate) name_hash: u64,
    service: u64,
    name: u64,
}

impl AskedAction {
    /// The action whose service and name, in lower case, have these hashes.
    pub(crate) fn of_hashes(service: u64, name: u64) -> Self {
        Self {
            service_hash: service,
            name_hash: name,
            service: bits(service),
            name: bits(name),
        }
    }
}

/// What a gate says of a statement and an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gated {
    /// The statement is about something else.
    Closed,
    /// It has to be looked at.
    Look,
    /// Its Action or NotAction element matches.
    ActionMatches,
    /// It applies to every request, whoever asks for what.
    AppliesToAll(Effect),
}

/// What is known of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gate {
    actions: Actions,
    listed: ActionSet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Actions {
    /// Nothing is known of them.
    Unknown,
    /// All of a set, or fewer.
    AmongListed,
    /// All but those of a set, or more.
    AllButListed,
    /// All.
    All,
    /// All, with every resource, on no condition.
    Everything(Effect),
}

impl Gate {
    /// The gate of a statement.
    pub(crate) fn of(statement: &Statement) -> Self {
        let (actions, listed) = match &statement.actions {
            Element::Only(entries) if entries.items.iter().any(|pattern| pattern.glob.matches_everything()) => {
                (applies_to_all(statement), ActionSet::NONE)
            }
            Element::Only(entries) if !entries.incomplete => (Actions::AmongListed, ActionSet::of(&entries.items)),
            Element::Except(entries) if !entries.incomplete => (Actions::AllButListed, ActionSet::of(&entries.items)),
            Element::Only(_) | Element::Except(_) | Element::Missing | Element::Unreadable => {
                (Actions::Unknown, ActionSet::NONE)
            }
        };
        Self { actions, listed }
    }

    /// The gate of several statements: closed where all of theirs are.
    pub(crate) fn of_all(gates: &[Self]) -> Self {
        let nothing = Self {
            actions: Actions::AmongListed,
            listed: ActionSet::NONE,
        };
        gates.iter().fold(nothing, |all, gate| Self {
            actions: if gate.actions == Actions::AmongListed {
                all.actions
            } else {
                Actions::Unknown
            },
            listed: all.listed.or(gate.listed),
        })
    }

    /// What it says of a statement and this action.
    pub(crate) fn ask(&self, asked: AskedAction) -> Gated {
        match self.actions {
            Actions::Unknown => Gated::Look,
            Actions::All => Gated::ActionMatches,
            Actions::Everything(effect) => Gated::AppliesToAll(effect),
            Actions::AmongListed | Actions::AllButListed if self.listed.may_have(asked) => Gated::Look,
            Actions::AmongListed => Gated::Closed,
            Actions::AllButListed => Gated::ActionMatches,
        }
    }
}

/// What is known of a statement whose actions are all.
fn applies_to_all(statement: &Statement) -> Actions {
    let has_every_resource = match &statement.resources {
        Element::Only(entries) => entries
            .items
            .iter()
            .any(|template| template.fixed().is_some_and(|glob| glob.matches_everything())),
        Element::Except(_) | Element::Missing | Element::Unreadable => false,
    };
    let is_plain = has_every_resource
        && statement.conditions.is_empty()
        && statement.readability == Readability::Complete
        && matches!(statement.principals, Element::Missing);
    match statement.effect {
        Some(effect) if is_plain => Actions::Everything(effect),
        _ => Actions::All,
    }
}

/// A set of actions: those whose service is among these, and their name too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ActionSet {
    services: u64,
    names: u64,
}

impl ActionSet {
    const NONE: Self = Self { services: 0, names: 0 };

    /// Every action that one of these matches is in it.
    fn of(patterns: &[ActionPattern]) -> Self {
        patterns.iter().map(Self::of_pattern).fold(Self::NONE, Self::or)
    }

    fn of_pattern(pattern: &ActionPattern) -> Self {
        let literal = pattern.glob.as_literal().and_then(|text| text.split_once(':'));
        Self {
            services: service_of(&pattern.glob).map_or(u64::MAX, |service| bits(hash(service))),
            names: literal.map_or(u64::MAX, |(_, name)| bits(hash(name))),
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            services: self.services | other.services,
            names: self.names | other.names,
        }
    }

    fn may_have(self, asked: AskedAction) -> bool {
        self.services & asked.service == asked.service && self.names & asked.name == asked.name
    }
}

/// Two of 64, by the bits of a hash that tell texts apart best.
fn bits(hash: u64) -> u64 {
    (1 << (hash >> 58)) | (1 << (hash >> 52 & 63))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::parse::parse_policy;

    fn asked(action: &str) -> AskedAction {
        let folded = action.to_ascii_lowercase();
        let (service, name) = folded.split_once(':').unwrap();
        AskedAction::of_hashes(hash(service), hash(name))
    }

    fn gated(statement: &Value, action: &str) -> Gated {
        let policy = parse_policy(&json!({"Version": "2012-10-17", "Statement": statement})).policy;
        let gate = Gate::of(&policy.statements()[0]);
        assert!(Gate::of_all(&[gate]).ask(asked(action)) != Gated::Closed || gate.ask(asked(action)) == Gated::Closed);
        gate.ask(asked(action))
    }

    #[test]
    fn statements_are_told_apart_by_their_actions() {
        let (look, closed, matches) = (Gated::Look, Gated::Closed, Gated::ActionMatches);
        for (element, actions, action, want) in [
            ("Action", json!("s3:GetObject"), "s3:GetObject", look),
            ("Action", json!("S3:getobject"), "s3:GetObject", look),
            ("Action", json!("s3:GetObject"), "s3:PutObject", closed),
            ("Action", json!("s3:GetObject"), "ec2:GetObject", closed),
            ("Action", json!("s3:Get*"), "s3:PutObject", look),
            ("Action", json!("s3:*"), "ec2:RunInstances", closed),
            ("Action", json!(["ec2:*", "s3:Get*"]), "s3:GetObject", look),
            ("Action", json!("s?:Get*"), "s3:GetObject", look),
            ("Action", json!("s3*:Get*"), "ec2:RunInstances", look),
            ("Action", json!(["ec2:*", 5]), "s3:GetObject", look),
            ("Action", json!(["*", 5]), "s3:GetObject", matches),
            ("Action", json!("*"), "s3:GetObject", matches),
            ("Action", json!([]), "s3:GetObject", closed),
            ("NotAction", json!(["iam:*", "sts:*"]), "s3:GetObject", matches),
            ("NotAction", json!(["iam:*", "s3:*"]), "s3:GetObject", look),
            ("NotAction", json!(["iam:*", 5]), "s3:GetObject", look),
            ("NotAction", json!("*"), "s3:GetObject", look),
        ] {
            let mut statement = json!({"Effect": "Allow", "Resource": "arn:aws:s3:::b/*"});
            statement[element] = actions;
            assert_eq!(gated(&statement, action), want, "{element} {statement} {action}");
        }
    }

    #[test]
    fn only_what_says_nothing_else_applies_to_all() {
        let all = json!({"Effect": "Deny", "Action": "*", "Resource": ["arn:aws:s3:::b", "*"]});
        assert_eq!(gated(&all, "s3:GetObject"), Gated::AppliesToAll(Effect::Deny));
        for (element, value) in [
            ("Resource", json!("arn:aws:s3:::*")),
            ("Resource", json!("arn:*")),
            ("Resource", json!("${aws:username}*")),
            ("Condition", json!({"Bool": {"aws:SecureTransport": "true"}})),
            ("Condition", json!(5)),
            ("Principal", json!("*")),
            ("NotPrincipal", json!({"AWS": "111122223333"})),
            ("Misspelt", json!("*")),
            ("effect", json!("Deny")),
        ] {
            let mut statement = all.clone();
            statement[element] = value;
            let found = gated(&statement, "s3:GetObject");
            assert_eq!(found, Gated::ActionMatches, "{statement}");
        }
        let mut statement = all;
        statement["Effect"] = json!("Perhaps");
        assert_eq!(gated(&statement, "s3:GetObject"), Gated::ActionMatches);
    }

    proptest! {
        /// No statement is passed over that is about the action, and none is said to be about it that is not.
        #[test]
        fn gates_agree_with_patterns(
            patterns in prop::collection::vec("(s3|S3|sts|iam|\\*|s\\*|s\\?)(:(Get|get|Put|List)?[a-b?*]{0,2})?", 1..4),
            action in "(s3|sts|iam|ec2):(Get|Put|List)[a-b]{0,2}",
            element in prop::sample::select(vec!["Action", "NotAction"]),
        ) {
            let mut statement = json!({"Effect": "Allow", "Resource": "arn:aws:s3:::b/*"});
            statement[element] = json!(patterns);
            let document = json!({"Version": "2012-10-17", "Statement": statement});
            let policy = parse_policy(&document).policy;
            let read = &policy.statements()[0];
            let is_listed = read.actions().items().iter().any(|pattern| pattern.matches(&action));
            let matches = is_listed == (element == "Action");
            let is_complete = read.is_fully_readable();
            match gated(&document["Statement"], &action) {
                Gated::Closed => prop_assert!(!matches && is_complete),
                Gated::ActionMatches => prop_assert!(matches),
                Gated::Look => {}
                Gated::AppliesToAll(_) => prop_assert!(false, "it has a resource"),
            }
        }
    }
}
