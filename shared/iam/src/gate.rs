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
pub(crate) struct Gated {
    pub(crate) actions: ActionsGated,
    /// Whether its Resource element matches everything.
    pub(crate) every_resource: bool,
    /// The effect that it has on every such action, whoever asks and on what.
    pub(crate) always: Option<Effect>,
}

/// What a gate says of the actions of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ActionsGated {
    /// The statement is about others.
    Closed,
    /// They have to be looked at.
    Look,
    /// The action is one of them.
    Match,
}

/// What is known of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gate {
    listed: ActionSet,
    actions: Actions,
    every_resource: bool,
    always: Option<Effect>,
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
}

impl Gate {
    /// The gate of a statement.
    pub(crate) fn of(statement: &Statement) -> Self {
        let (actions, listed) = match &statement.actions {
            Element::Only(entries) if entries.items.iter().any(|pattern| pattern.glob.matches_everything()) => {
                (Actions::All, ActionSet::NONE)
            }
            Element::Only(entries) if !entries.incomplete => (Actions::AmongListed, ActionSet::of(&entries.items)),
            Element::Except(entries) if !entries.incomplete => (Actions::AllButListed, ActionSet::of(&entries.items)),
            Element::Only(_) | Element::Except(_) | Element::Missing | Element::Unreadable => {
                (Actions::Unknown, ActionSet::NONE)
            }
        };
        let every_resource = has_every_resource(statement);
        let is_plain = every_resource
            && statement.conditions.is_empty()
            && statement.readability == Readability::Complete
            && matches!(statement.principals, Element::Missing);
        Self {
            listed,
            actions,
            every_resource,
            always: statement.effect.filter(|_| is_plain),
        }
    }

    /// The gate of several statements: closed where all of theirs are.
    pub(crate) fn of_all(gates: &[Self]) -> Self {
        if let [only] = gates {
            return *only;
        }
        let are_listed = gates.iter().all(|gate| gate.actions == Actions::AmongListed);
        Self {
            listed: gates
                .iter()
                .map(|gate| gate.listed)
                .fold(ActionSet::NONE, ActionSet::or),
            actions: if are_listed {
                Actions::AmongListed
            } else {
                Actions::Unknown
            },
            every_resource: false,
            always: None,
        }
    }

    /// What it says of a statement and this action.
    pub(crate) fn ask(&self, asked: AskedAction) -> Gated {
        Gated {
            actions: self.ask_actions(asked),
            every_resource: self.every_resource,
            always: self.always,
        }
    }

    fn ask_actions(&self, asked: AskedAction) -> ActionsGated {
        match self.actions {
            Actions::Unknown => ActionsGated::Look,
            Actions::All => ActionsGated::Match,
            Actions::AmongListed | Actions::AllButListed if self.listed.may_have(asked) => ActionsGated::Look,
            Actions::AmongListed => ActionsGated::Closed,
            Actions::AllButListed => ActionsGated::Match,
        }
    }
}

impl Gated {
    /// Whether the statement is certainly about something else.
    pub(crate) fn is_closed(self) -> bool {
        self.actions == ActionsGated::Closed
    }

    /// The effect that the statement has, whoever asks and on what.
    pub(crate) fn applies_to_all(self) -> Option<Effect> {
        self.always.filter(|_| self.actions == ActionsGated::Match)
    }
}

/// Whether the Resource element matches everything, a call without a resource included.
fn has_every_resource(statement: &Statement) -> bool {
    match &statement.resources {
        Element::Only(entries) => entries
            .items
            .iter()
            .any(|template| template.fixed().is_some_and(|glob| glob.matches_everything())),
        Element::Except(_) | Element::Missing | Element::Unreadable => false,
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
        let of_two = Gate::of_all(&[gate, gate]).ask(asked(action));
        assert!(
            !of_two.is_closed() || gate.ask(asked(action)).is_closed(),
            "{statement}"
        );
        gate.ask(asked(action))
    }

    #[test]
    fn statements_are_told_apart_by_their_actions() {
        use ActionsGated::{Closed, Look, Match};
        for (element, actions, action, want) in [
            ("Action", json!("s3:GetObject"), "s3:GetObject", Look),
            ("Action", json!("S3:getobject"), "s3:GetObject", Look),
            ("Action", json!("s3:GetObject"), "s3:PutObject", Closed),
            ("Action", json!("s3:GetObject"), "ec2:GetObject", Closed),
            ("Action", json!("s3:Get*"), "s3:PutObject", Look),
            ("Action", json!("s3:*"), "ec2:RunInstances", Closed),
            ("Action", json!(["ec2:*", "s3:Get*"]), "s3:GetObject", Look),
            ("Action", json!("s?:Get*"), "s3:GetObject", Look),
            ("Action", json!("s3*:Get*"), "ec2:RunInstances", Look),
            ("Action", json!(["ec2:*", 5]), "s3:GetObject", Look),
            ("Action", json!(["*", 5]), "s3:GetObject", Match),
            ("Action", json!("*"), "s3:GetObject", Match),
            ("Action", json!([]), "s3:GetObject", Closed),
            ("NotAction", json!(["iam:*", "sts:*"]), "s3:GetObject", Match),
            ("NotAction", json!(["iam:*", "s3:*"]), "s3:GetObject", Look),
            ("NotAction", json!(["iam:*", 5]), "s3:GetObject", Look),
            ("NotAction", json!("*"), "s3:GetObject", Look),
        ] {
            let mut statement = json!({"Effect": "Allow", "Resource": "arn:aws:s3:::b/*"});
            statement[element] = actions;
            assert_eq!(
                gated(&statement, action).actions,
                want,
                "{element} {statement} {action}"
            );
        }
    }

    #[test]
    fn only_what_says_nothing_else_applies_to_all() {
        let all = json!({"Effect": "Deny", "Action": "*", "Resource": ["arn:aws:s3:::b", "*"]});
        assert_eq!(gated(&all, "s3:GetObject").applies_to_all(), Some(Effect::Deny));
        for (element, value, every_resource) in [
            ("Resource", json!("arn:aws:s3:::*"), false),
            ("Resource", json!("arn:*"), false),
            ("Resource", json!("${aws:username}*"), false),
            ("Condition", json!({"Bool": {"aws:SecureTransport": "true"}}), true),
            ("Condition", json!(5), true),
            ("Principal", json!("*"), true),
            ("NotPrincipal", json!({"AWS": "111122223333"}), true),
            ("Misspelt", json!("*"), true),
            ("effect", json!("Deny"), true),
            ("Effect", json!("Perhaps"), true),
            ("Action", json!("s3:*"), true),
        ] {
            let mut statement = all.clone();
            statement[element] = value;
            let found = gated(&statement, "s3:GetObject");
            assert_eq!(found.applies_to_all(), None, "{statement}");
            assert_eq!(found.every_resource, every_resource, "{statement}");
        }
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
            match gated(&document["Statement"], &action).actions {
                ActionsGated::Closed => prop_assert!(!matches && read.is_fully_readable()),
                ActionsGated::Match => prop_assert!(matches),
                ActionsGated::Look => {}
            }
        }
    }
}
