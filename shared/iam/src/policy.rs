//! A policy document as the engine reads it: statements whose elements are compiled once.

use std::sync::Arc;

use sv0_model::decision::Effect;

use crate::action_index::ActionIndex;
use crate::asked::LookedUp;
use crate::gate::{AskedAction, Gate, Gated};
use crate::glob::Glob;
use crate::operator::ConditionOperator;
use crate::predicate::Predicate;
use crate::principal::PrincipalType;
use crate::variables::Template;

/// The versions of the policy language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyVersion {
    /// `2008-10-17`, also where no version is written: policy variables are literal text.
    V2008,
    /// `2012-10-17`.
    V2012,
}

/// A parsed policy document. What could not be read of it is kept as unreadable, never dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    version: PolicyVersion,
    statements: Vec<Statement>,
    /// Of all statements, and of each.
    gate: Gate,
    gates: Vec<Gate>,
    pub(crate) classified: LookedUp,
}

impl Policy {
    pub(crate) fn new(version: PolicyVersion, statements: Vec<Statement>) -> Self {
        let gates: Vec<Gate> = statements.iter().map(Gate::of).collect();
        Self {
            version,
            statements,
            gate: Gate::of_all(&gates),
            gates,
            classified: LookedUp::default(),
        }
    }

    /// The statements that may be about an action, each with what is known of it.
    pub(crate) fn statements_about(&self, asked: AskedAction) -> impl Iterator<Item = (&Statement, Gated)> {
        let gates = match self.gates.len() {
            // The gate of one statement is that of the policy, which lies nearer.
            1 => std::slice::from_ref(&self.gate),
            _ if self.gate.ask(asked).is_closed() => &[],
            _ => self.gates.as_slice(),
        };
        let asked_of = gates.iter().map(move |gate| gate.ask(asked));
        (self.statements.iter().zip(asked_of)).filter(|(_, gated)| !gated.is_closed())
    }

    /// The version of the policy language it is written in.
    #[must_use]
    pub fn version(&self) -> PolicyVersion {
        self.version
    }

    /// Its statements in order; a lone Statement object is the only one.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// This policy with the statements of another behind its own. An index of the other's counts on from the number of statements that this one has.
    #[must_use]
    pub fn followed_by(&self, other: &Self) -> Self {
        let own = self.statements.len();
        let behind = other.statements.iter().cloned().map(|mut statement| {
            statement.index = statement.index.saturating_add(own);
            statement
        });
        Self::new(self.version, self.statements.iter().cloned().chain(behind).collect())
    }

    /// This policy without the statements that `keep` refuses; the others keep their index.
    #[must_use]
    pub fn retaining(&self, keep: impl Fn(&Statement) -> bool) -> Self {
        let kept = self.statements.iter().filter(|statement| keep(statement));
        Self::new(self.version, kept.cloned().collect())
    }
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub(crate) index: usize,
    pub(crate) sid: Option<String>,
    pub(crate) effect: Option<Effect>,
    pub(crate) sha256: String,
    pub(crate) principals: Element<PrincipalPattern>,
    pub(crate) actions: Element<ActionPattern>,
    pub(crate) action_index: ActionIndex,
    pub(crate) resources: Element<Template>,
    pub(crate) conditions: Vec<ConditionClause>,
    pub(crate) readability: Readability,
}

/// How much of a statement could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readability {
    /// All of it.
    Complete,
    /// All of its own elements; but there are others, or its document is of a kind, whose meaning for it is not known.
    Doubtful,
    /// A part of it that decides could not be read.
    Broken,
}

impl Statement {
    /// Its place in the document, counted from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// Its Sid, where it has one.
    #[must_use]
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// Whether it allows or denies; `None` where that could not be read.
    #[must_use]
    pub fn effect(&self) -> Option<Effect> {
        self.effect
    }

    /// SHA-256 of the statement's canonical JSON.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The Principal or NotPrincipal element.
    #[must_use]
    pub fn principals(&self) -> &Element<PrincipalPattern> {
        &self.principals
    }

    /// The Action or NotAction element.
    #[must_use]
    pub fn actions(&self) -> &Element<ActionPattern> {
        &self.actions
    }

    /// The Resource or NotResource element.
    #[must_use]
    pub fn resources(&self) -> &Element<Template> {
        &self.resources
    }

    /// The Condition element: one clause for each operator and key; all must hold.
    #[must_use]
    pub fn conditions(&self) -> &[ConditionClause] {
        &self.conditions
    }

    /// Whether everything in it was understood.
    #[must_use]
    pub fn is_fully_readable(&self) -> bool {
        self.readability == Readability::Complete
    }

    /// Whether it may be about `action`, by its Action or NotAction element as far as that could be read.
    #[must_use]
    pub fn may_concern(&self, action: &str) -> bool {
        let action = action.to_ascii_lowercase();
        let lists =
            |entries: &Entries<ActionPattern>| entries.items.iter().any(|pattern| pattern.matches_folded(&action));
        match &self.actions {
            Element::Only(entries) => entries.incomplete || lists(entries),
            Element::Except(entries) => entries.incomplete || !lists(entries),
            Element::Missing | Element::Unreadable => true,
        }
    }

    /// Whether some clause tests `key` (names ignore case), whatever the operator.
    #[must_use]
    pub fn tests_key(&self, key: &str) -> bool {
        self.conditions
            .iter()
            .any(|clause| clause.key.eq_ignore_ascii_case(key))
    }

    /// Whether the statement applies only where `key` is in the request with a value that the policy names:
    /// some clause on it uses an operator that fails when the key is missing.
    #[must_use]
    pub fn requires_key(&self, key: &str) -> bool {
        self.conditions.iter().any(|clause| {
            clause.key.eq_ignore_ascii_case(key)
                && clause.operator.is_some_and(|operator| operator.names_required_values())
        })
    }
}

/// An element with its `Not…` form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Element<T> {
    /// Neither form is there.
    Missing,
    /// `Principal`, `Action`, `Resource`: one of these.
    Only(Entries<T>),
    /// `NotPrincipal`, `NotAction`, `NotResource`: anything but these.
    Except(Entries<T>),
    /// It is there but cannot be read.
    Unreadable,
}

/// What an element lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entries<T> {
    /// The entries that could be read, as written.
    pub items: Vec<T>,
    /// Whether other entries could not be read.
    pub incomplete: bool,
}

impl<T> Element<T> {
    /// The entries, whichever form the element has.
    #[must_use]
    pub fn items(&self) -> &[T] {
        match self {
            Self::Only(entries) | Self::Except(entries) => &entries.items,
            Self::Missing | Self::Unreadable => &[],
        }
    }
}

/// An entry of an Action element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionPattern {
    pub(crate) text: String,
    pub(crate) glob: Glob,
}

impl ActionPattern {
    /// The pattern as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it matches `action`, without regard to case.
    #[must_use]
    pub fn matches(&self, action: &str) -> bool {
        self.matches_folded(&action.to_ascii_lowercase())
    }

    /// What every action that it matches begins with, in lower case.
    pub(crate) fn literal_prefix(&self) -> &str {
        self.glob.literal_prefix()
    }

    pub(crate) fn matches_folded(&self, lower_case_action: &str) -> bool {
        self.glob.matches(lower_case_action)
    }
}

/// An entry of a Principal element.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalPattern {
    /// `*`: everyone, anonymous callers included.
    Everyone,
    /// An account, by its id or its root ARN.
    Account(String),
    /// The ARN of an IAM user.
    User(String),
    /// The ARN of an IAM role.
    Role(String),
    /// The ARN of one session of a role.
    RoleSession(String),
    /// The ARN of a federated user's session.
    FederatedUser(String),
    /// An AWS service.
    Service(String),
    /// An OIDC or SAML provider's ARN, or a web identity provider's host.
    Federated(String),
    /// A canonical user id.
    CanonicalUser(String),
    /// The unique id of a user or role that was deleted; it matches nobody.
    UniqueId(String),
    /// Something AWS does not accept here; it might stand for anyone it could match.
    Unknown {
        /// The namespace it stands in, where that is one of AWS's.
        namespace: Option<PrincipalType>,
        /// The text as written.
        text: String,
    },
}

impl PrincipalPattern {
    /// The entry's text, for an account its id whatever the policy writes.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Everyone => "*",
            Self::Account(text)
            | Self::User(text)
            | Self::Role(text)
            | Self::RoleSession(text)
            | Self::FederatedUser(text)
            | Self::Service(text)
            | Self::Federated(text)
            | Self::CanonicalUser(text)
            | Self::UniqueId(text)
            | Self::Unknown { text, .. } => text,
        }
    }
}

/// One operator on one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionClause {
    pub(crate) operator_text: String,
    pub(crate) operator: Option<ConditionOperator>,
    pub(crate) key: String,
    /// The key as it is compared.
    pub(crate) folded: String,
    /// Its hash.
    pub(crate) folded_hash: u64,
    pub(crate) values: Vec<Template>,
    /// The values ready for comparison, where none of them has variables.
    pub(crate) predicate: Option<Arc<Predicate>>,
    pub(crate) readable: bool,
}

impl ConditionClause {
    /// The operator as written, such as `ForAnyValue:StringLike`.
    #[must_use]
    pub fn operator_text(&self) -> &str {
        &self.operator_text
    }

    /// The operator; `None` where the engine does not know it.
    #[must_use]
    pub fn operator(&self) -> Option<ConditionOperator> {
        self.operator
    }

    /// The condition key as written.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The values as written.
    #[must_use]
    pub fn values(&self) -> &[Template] {
        &self.values
    }
}
