//! Condition operators: their names, their negations, and what they say of a missing key.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Condition operators".

use crate::glob::WildcardScope;

/// An operator without its set prefix and `IfExists`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names are AWS's own")]
pub enum OperatorName {
    StringEquals,
    StringNotEquals,
    StringEqualsIgnoreCase,
    StringNotEqualsIgnoreCase,
    StringLike,
    StringNotLike,
    NumericEquals,
    NumericNotEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateNotEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    /// Not AWS's: what an answer calls the negation of `BinaryEquals`.
    BinaryNotEquals,
    IpAddress,
    NotIpAddress,
    ArnEquals,
    ArnNotEquals,
    ArnLike,
    ArnNotLike,
    Null,
}

/// How an operator treats a key with several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quantifier {
    /// No prefix: made for keys with one value.
    Single,
    /// `ForAnyValue:`: some value of the request passes; false without the key.
    ForAnyValue,
    /// `ForAllValues:`: every value of the request passes; true without the key.
    ForAllValues,
}

/// What a value is compared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Comparison {
    Text(WildcardScope),
    TextIgnoringCase,
    Number(Relation),
    Date(Relation),
    Bool,
    Binary,
    Address,
    Presence,
}

/// How two ordered values relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Relation {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A whole operator, as a key of the Condition element names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConditionOperator {
    /// The set prefix.
    pub quantifier: Quantifier,
    /// The operator itself.
    pub name: OperatorName,
    /// Whether `IfExists` is appended: true without the key.
    pub if_exists: bool,
}

impl ConditionOperator {
    /// Reads an operator, without regard to case. `None` when it is not one of AWS's (`Null` takes no `IfExists`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::parse_answer(text).filter(|operator| operator.name != OperatorName::BinaryNotEquals)
    }

    /// Reads an operator as answers write them: AWS's own and `BinaryNotEquals`.
    pub(crate) fn parse_answer(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let (quantifier, rest) = if let Some(rest) = lower.strip_prefix("forallvalues:") {
            (Quantifier::ForAllValues, rest)
        } else if let Some(rest) = lower.strip_prefix("foranyvalue:") {
            (Quantifier::ForAnyValue, rest)
        } else {
            (Quantifier::Single, lower.as_str())
        };
        let (base, if_exists) = match rest.strip_suffix("ifexists") {
            Some(base) => (base, true),
            None => (rest, false),
        };
        let (name, _) = NAMES.iter().find(|(_, text)| text.eq_ignore_ascii_case(base))?;
        (*name != OperatorName::Null || !if_exists).then_some(Self {
            quantifier,
            name: *name,
            if_exists,
        })
    }

    /// An operator without prefix and suffix.
    pub(crate) const fn plain(name: OperatorName) -> Self {
        Self {
            quantifier: Quantifier::Single,
            name,
            if_exists: false,
        }
    }

    /// The operator as AWS writes it.
    #[must_use]
    pub fn text(self) -> String {
        let prefix = match self.quantifier {
            Quantifier::Single => "",
            Quantifier::ForAnyValue => "ForAnyValue:",
            Quantifier::ForAllValues => "ForAllValues:",
        };
        let suffix = if self.if_exists { "IfExists" } else { "" };
        format!("{prefix}{}{suffix}", self.name.text())
    }

    /// Whether it fails without the key and passes only for values that the policy names, so that it narrows who can meet it.
    #[must_use]
    pub fn names_required_values(self) -> bool {
        !self.if_exists
            && self.quantifier != Quantifier::ForAllValues
            && !self.name.is_negated()
            && self.name != OperatorName::Null
    }

    /// What the operator says when the key is not in the request.
    #[must_use]
    pub fn holds_without_key(self) -> bool {
        match self.quantifier {
            Quantifier::ForAllValues => true,
            Quantifier::ForAnyValue => self.if_exists,
            Quantifier::Single => self.if_exists || self.name.is_negated(),
        }
    }
}

const NAMES: [(OperatorName, &str); 28] = {
    use OperatorName as O;
    [
        (O::StringEquals, "StringEquals"),
        (O::StringNotEquals, "StringNotEquals"),
        (O::StringEqualsIgnoreCase, "StringEqualsIgnoreCase"),
        (O::StringNotEqualsIgnoreCase, "StringNotEqualsIgnoreCase"),
        (O::StringLike, "StringLike"),
        (O::StringNotLike, "StringNotLike"),
        (O::NumericEquals, "NumericEquals"),
        (O::NumericNotEquals, "NumericNotEquals"),
        (O::NumericLessThan, "NumericLessThan"),
        (O::NumericLessThanEquals, "NumericLessThanEquals"),
        (O::NumericGreaterThan, "NumericGreaterThan"),
        (O::NumericGreaterThanEquals, "NumericGreaterThanEquals"),
        (O::DateEquals, "DateEquals"),
        (O::DateNotEquals, "DateNotEquals"),
        (O::DateLessThan, "DateLessThan"),
        (O::DateLessThanEquals, "DateLessThanEquals"),
        (O::DateGreaterThan, "DateGreaterThan"),
        (O::DateGreaterThanEquals, "DateGreaterThanEquals"),
        (O::Bool, "Bool"),
        (O::BinaryEquals, "BinaryEquals"),
        (O::BinaryNotEquals, "BinaryNotEquals"),
        (O::IpAddress, "IpAddress"),
        (O::NotIpAddress, "NotIpAddress"),
        (O::ArnEquals, "ArnEquals"),
        (O::ArnNotEquals, "ArnNotEquals"),
        (O::ArnLike, "ArnLike"),
        (O::ArnNotLike, "ArnNotLike"),
        (O::Null, "Null"),
    ]
};

impl OperatorName {
    /// The name as AWS writes it.
    #[must_use]
    pub fn text(self) -> &'static str {
        NAMES
            .iter()
            .find(|(name, _)| *name == self)
            .map_or("", |(_, text)| text)
    }

    /// Whether it is one of the `Not…` operators, which match when the key is missing.
    #[must_use]
    pub fn is_negated(self) -> bool {
        use OperatorName as O;
        matches!(
            self,
            O::StringNotEquals
                | O::StringNotEqualsIgnoreCase
                | O::StringNotLike
                | O::NumericNotEquals
                | O::DateNotEquals
                | O::BinaryNotEquals
                | O::NotIpAddress
                | O::ArnNotEquals
                | O::ArnNotLike
        )
    }

    /// The operator that says the opposite of every present value.
    pub(crate) fn complement(self) -> Self {
        use OperatorName as O;
        match self {
            O::StringEquals => O::StringNotEquals,
            O::StringNotEquals => O::StringEquals,
            O::StringEqualsIgnoreCase => O::StringNotEqualsIgnoreCase,
            O::StringNotEqualsIgnoreCase => O::StringEqualsIgnoreCase,
            O::StringLike => O::StringNotLike,
            O::StringNotLike => O::StringLike,
            O::NumericEquals => O::NumericNotEquals,
            O::NumericNotEquals => O::NumericEquals,
            O::NumericLessThan => O::NumericGreaterThanEquals,
            O::NumericLessThanEquals => O::NumericGreaterThan,
            O::NumericGreaterThan => O::NumericLessThanEquals,
            O::NumericGreaterThanEquals => O::NumericLessThan,
            O::DateEquals => O::DateNotEquals,
            O::DateNotEquals => O::DateEquals,
            O::DateLessThan => O::DateGreaterThanEquals,
            O::DateLessThanEquals => O::DateGreaterThan,
            O::DateGreaterThan => O::DateLessThanEquals,
            O::DateGreaterThanEquals => O::DateLessThan,
            O::BinaryEquals => O::BinaryNotEquals,
            O::BinaryNotEquals => O::BinaryEquals,
            O::IpAddress => O::NotIpAddress,
            O::NotIpAddress => O::IpAddress,
            O::ArnEquals => O::ArnNotEquals,
            O::ArnNotEquals => O::ArnEquals,
            O::ArnLike => O::ArnNotLike,
            O::ArnNotLike => O::ArnLike,
            O::Bool | O::Null => self,
        }
    }

    pub(crate) fn comparison(self) -> Comparison {
        use OperatorName as O;
        match self {
            O::StringEquals | O::StringNotEquals => Comparison::Text(WildcardScope::Literal),
            O::StringLike | O::StringNotLike => Comparison::Text(WildcardScope::Anywhere),
            O::ArnEquals | O::ArnNotEquals | O::ArnLike | O::ArnNotLike => {
                Comparison::Text(WildcardScope::ArnComponents)
            }
            O::StringEqualsIgnoreCase | O::StringNotEqualsIgnoreCase => Comparison::TextIgnoringCase,
            O::NumericEquals | O::NumericNotEquals => Comparison::Number(Relation::Equal),
            O::NumericLessThan => Comparison::Number(Relation::Less),
            O::NumericLessThanEquals => Comparison::Number(Relation::LessOrEqual),
            O::NumericGreaterThan => Comparison::Number(Relation::Greater),
            O::NumericGreaterThanEquals => Comparison::Number(Relation::GreaterOrEqual),
            O::DateEquals | O::DateNotEquals => Comparison::Date(Relation::Equal),
            O::DateLessThan => Comparison::Date(Relation::Less),
            O::DateLessThanEquals => Comparison::Date(Relation::LessOrEqual),
            O::DateGreaterThan => Comparison::Date(Relation::Greater),
            O::DateGreaterThanEquals => Comparison::Date(Relation::GreaterOrEqual),
            O::Bool => Comparison::Bool,
            O::BinaryEquals | O::BinaryNotEquals => Comparison::Binary,
            O::IpAddress | O::NotIpAddress => Comparison::Address,
            O::Null => Comparison::Presence,
        }
    }

    /// How far wildcards reach in its values.
    pub(crate) fn wildcard_scope(self) -> WildcardScope {
        match self.comparison() {
            Comparison::Text(scope) => scope,
            _ => WildcardScope::Literal,
        }
    }

    /// Whether its values may hold policy variables: the documentation of the string, Boolean and ARN operators says so, that of the others denies it.
    pub(crate) fn takes_variables(self) -> bool {
        matches!(
            self.comparison(),
            Comparison::Text(_) | Comparison::TextIgnoringCase | Comparison::Bool
        )
    }
}

#[cfg(test)]
mod tests;
