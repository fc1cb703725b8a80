//! One test on one condition key whose value is not known.

use std::cmp::Ordering;
use std::sync::Arc;

use sv0_model::decision::{Caveat, UNCOLLECTED_POLICY_KEY};

use crate::context::fold_key;
use crate::formula::Formula;
use crate::operator::{ConditionOperator, OperatorName, Quantifier};
use crate::predicate::Predicate;

/// The pseudo-key under which an answer names statements that could not be read: `Matches`, `Allows` or `Denies`, with policy and index as value.
pub(crate) const UNREADABLE_STATEMENT_KEY: &str = "sv0:UnreadableStatement";

/// The pseudo-key under which an answer names a Resource pattern with variables it could not resolve.
pub(crate) const RESOURCE_KEY: &str = "sv0:Resource";

const ALLOWS: &str = "Allows";
const DENIES: &str = "Denies";

/// What a policy that was not collected may say of a request. It does not say both: what denies does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UncollectedSays {
    Allows,
    Denies,
}

/// A test on a key. Tests are compared by what answers print of them.
#[derive(Debug, Clone)]
pub(crate) struct Atom {
    key: String,
    folded: String,
    operator: AtomOperator,
    values: Vec<String>,
    predicate: Option<Arc<Predicate>>,
    caveat: Option<Caveat>,
}

/// The operator of a test.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum AtomOperator {
    /// One of AWS's, whose meaning the solver knows.
    Known(ConditionOperator),
    /// Anything else: true or false in a way that only its own negation contradicts. The negation of `X` is written `Not:X`.
    Opaque { name: String, negated: bool },
}

impl Atom {
    /// A test with compiled values.
    pub(crate) fn test(
        key: &str,
        operator: ConditionOperator,
        values: Vec<String>,
        predicate: Arc<Predicate>,
    ) -> Formula {
        Self::build(key, AtomOperator::Known(operator), values, Some(predicate), None)
    }

    /// A test whose values hold variables of unknown value.
    pub(crate) fn entangled(key: &str, operator: ConditionOperator, values: Vec<String>) -> Formula {
        Self::build(key, AtomOperator::Known(operator), values, None, None)
    }

    /// A test that the engine cannot look into.
    pub(crate) fn opaque(key: &str, operator: &str, values: Vec<String>, caveat: Caveat) -> Formula {
        let operator = AtomOperator::Opaque {
            name: operator.to_owned(),
            negated: false,
        };
        Self::build(key, operator, values, None, Some(caveat))
    }

    /// That a key is absent (`Null true`) or present (`Null false`).
    pub(crate) fn presence(key: &str, presence: Presence) -> Formula {
        let value = match presence {
            Presence::Absent => "true",
            Presence::Present => "false",
        };
        let operator = AtomOperator::Known(ConditionOperator::plain(OperatorName::Null));
        Self::build(key, operator, vec![value.to_owned()], None, None)
    }

    /// That a policy which was not collected says something of the request.
    pub(crate) fn uncollected(name: &str, says: UncollectedSays, caveat: Caveat) -> Formula {
        let operator = match says {
            UncollectedSays::Allows => ALLOWS,
            UncollectedSays::Denies => DENIES,
        };
        Self::opaque(UNCOLLECTED_POLICY_KEY, operator, vec![name.to_owned()], caveat)
    }

    /// Whether two tests that the solver cannot look into exclude each other.
    pub(crate) fn excludes(&self, other: &Self) -> bool {
        if self.folded != other.folded || self.values != other.values {
            return false;
        }
        let (
            AtomOperator::Opaque { name, negated },
            AtomOperator::Opaque {
                name: others,
                negated: other_negated,
            },
        ) = (&self.operator, &other.operator)
        else {
            return self.negate() == Formula::Test(Arc::new(other.clone()));
        };
        let says_both = self.key == UNCOLLECTED_POLICY_KEY && !negated && !other_negated;
        (name == others && negated != other_negated) || (says_both && name != others)
    }

    fn build(
        key: &str,
        operator: AtomOperator,
        mut values: Vec<String>,
        predicate: Option<Arc<Predicate>>,
        caveat: Option<Caveat>,
    ) -> Formula {
        values.sort();
        values.dedup();
        Formula::Test(Arc::new(Self {
            key: key.to_owned(),
            folded: fold_key(key),
            operator,
            values,
            predicate,
            caveat,
        }))
    }

    /// The key as the policy writes it.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// The key as keys are compared.
    pub(crate) fn folded_key(&self) -> &str {
        &self.folded
    }

    pub(crate) fn operator(&self) -> &AtomOperator {
        &self.operator
    }

    pub(crate) fn operator_text(&self) -> String {
        match &self.operator {
            AtomOperator::Known(operator) => operator.text(),
            AtomOperator::Opaque { name, negated: false } => name.clone(),
            AtomOperator::Opaque { name, negated: true } => format!("Not:{name}"),
        }
    }

    pub(crate) fn values(&self) -> &[String] {
        &self.values
    }

    pub(crate) fn predicate(&self) -> Option<&Predicate> {
        self.predicate.as_deref()
    }

    pub(crate) fn caveat(&self) -> Option<Caveat> {
        self.caveat
    }

    /// What a `Null` test demands, if this is one.
    pub(crate) fn demanded_presence(&self) -> Option<Presence> {
        match &self.operator {
            AtomOperator::Known(operator) if operator.name == OperatorName::Null => {
                Some(if self.values.iter().any(|value| value == "true") {
                    Presence::Absent
                } else {
                    Presence::Present
                })
            }
            _ => None,
        }
    }

    /// Whether its values hold variables of unknown value.
    pub(crate) fn is_entangled(&self) -> bool {
        matches!(self.operator, AtomOperator::Known(_))
            && self.predicate.is_none()
            && self.demanded_presence().is_none()
    }

    /// The exact negation, missing keys included.
    pub(crate) fn negate(&self) -> Formula {
        match &self.operator {
            AtomOperator::Opaque { name, negated } => {
                let operator = AtomOperator::Opaque {
                    name: name.clone(),
                    negated: !negated,
                };
                Self::build(&self.key, operator, self.values.clone(), None, self.caveat)
            }
            AtomOperator::Known(operator) => match self.demanded_presence() {
                Some(Presence::Absent) => Self::presence(&self.key, Presence::Present),
                Some(Presence::Present) => Self::presence(&self.key, Presence::Absent),
                None => self.negate_comparison(*operator),
            },
        }
    }

    fn negate_comparison(&self, operator: ConditionOperator) -> Formula {
        let mut opposite = ConditionOperator {
            quantifier: match operator.quantifier {
                Quantifier::Single => Quantifier::Single,
                Quantifier::ForAnyValue => Quantifier::ForAllValues,
                Quantifier::ForAllValues => Quantifier::ForAnyValue,
            },
            name: operator.name.complement(),
            if_exists: false,
        };
        let holds_without_key = !operator.holds_without_key();
        opposite.if_exists = holds_without_key && !opposite.holds_without_key();
        let comparison = self.with_opposite(opposite);
        if !holds_without_key && opposite.holds_without_key() {
            Formula::all([Self::presence(&self.key, Presence::Present), comparison])
        } else {
            comparison
        }
    }

    fn with_opposite(&self, operator: ConditionOperator) -> Formula {
        let opposite = self
            .predicate
            .as_ref()
            .and_then(|predicate| predicate.opposite(&self.values));
        let (values, predicate) = match opposite {
            Some((values, predicate)) => (values, Some(Arc::new(predicate))),
            None => (self.values.clone(), self.predicate.clone()),
        };
        Self::build(&self.key, AtomOperator::Known(operator), values, predicate, self.caveat)
    }

    fn identity(&self) -> (&str, &AtomOperator, &[String], &str) {
        (&self.folded, &self.operator, &self.values, &self.key)
    }
}

/// Whether a key is in the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Presence {
    Absent,
    Present,
}

impl PartialEq for Atom {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for Atom {}

impl PartialOrd for Atom {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Atom {
    fn cmp(&self, other: &Self) -> Ordering {
        self.identity().cmp(&other.identity())
    }
}

#[cfg(test)]
mod tests;
