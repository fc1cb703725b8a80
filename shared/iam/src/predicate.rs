//! The values of one condition clause, compiled for comparison.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ipnet::IpNet;
use sv0_model::time::{Timestamp, parse_timestamp};

use crate::decimal::Decimal;
use crate::glob::Glob;
use crate::language::LetterCase;
use crate::operator::{Comparison, OperatorName, Relation};

/// What a present value is tested for. A negated operator's predicate is that of its positive twin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Predicate {
    Text { globs: Vec<Glob>, case: LetterCase },
    Number { relation: Relation, bounds: Vec<Decimal> },
    Date { relation: Relation, bounds: Vec<i64> },
    Bool(Vec<bool>),
    Binary(Vec<String>),
    Address(Vec<IpNet>),
}

impl Predicate {
    /// Compiles the values; `None` when one of them is not what the operator compares, or for `Null`, which compares none.
    pub(crate) fn compile(name: OperatorName, values: &[Glob]) -> Option<Self> {
        let texts = || values.iter().map(|glob| glob.as_literal());
        Some(match name.comparison() {
            Comparison::Text(_) => Self::Text {
                globs: values.to_vec(),
                case: LetterCase::Sensitive,
            },
            Comparison::TextIgnoringCase => Self::Text {
                globs: texts()
                    .map(|text| Some(Glob::literal(&LetterCase::Ignored.fold_text(text?))))
                    .collect::<Option<_>>()?,
                case: LetterCase::Ignored,
            },
            Comparison::Number(relation) => Self::Number {
                relation,
                bounds: texts().map(|text| Decimal::parse(text?)).collect::<Option<_>>()?,
            },
            Comparison::Date(relation) => Self::Date {
                relation,
                bounds: texts().map(|text| parse_date(text?)).collect::<Option<_>>()?,
            },
            Comparison::Bool => Self::Bool(texts().map(|text| parse_bool(text?)).collect::<Option<_>>()?),
            Comparison::Binary => Self::Binary(texts().map(|text| text.map(str::to_owned)).collect::<Option<_>>()?),
            Comparison::Address => Self::Address(texts().map(|text| parse_network(text?)).collect::<Option<_>>()?),
            Comparison::Presence => return None,
        })
    }

    /// Whether one of the policy's values fits `value`.
    pub(crate) fn holds(&self, value: &str) -> bool {
        match self {
            Self::Text {
                globs,
                case: LetterCase::Sensitive,
            } => globs.iter().any(|glob| glob.matches(value)),
            Self::Text { globs, case } => {
                let folded = case.fold_text(value);
                globs.iter().any(|glob| glob.matches(&folded))
            }
            Self::Number { relation, bounds } => {
                Decimal::parse(value).is_some_and(|number| bounds.iter().any(|bound| relation.holds(&number, bound)))
            }
            Self::Date { relation, bounds } => {
                parse_date(value).is_some_and(|date| bounds.iter().any(|bound| relation.holds(&date, bound)))
            }
            Self::Bool(wanted) => parse_bool(value).is_some_and(|truth| wanted.contains(&truth)),
            Self::Binary(wanted) => wanted.iter().any(|text| same_bytes(text, value)),
            Self::Address(networks) => {
                parse_network(value).is_some_and(|own| networks.iter().any(|network| network.contains(&own)))
            }
        }
    }
}

impl Predicate {
    /// Values and predicate of the opposite test, where its values differ: an ordered relation turns around at its outermost bound,
    /// `Bool` takes the other truth value. `None` where the negated operator takes the same values.
    pub(crate) fn opposite(&self, values: &[String]) -> Option<(Vec<String>, Self)> {
        match self {
            Self::Number { relation, .. } => {
                let (text, bound) = outermost(
                    *relation,
                    values.iter().filter_map(|text| Some((text, Decimal::parse(text)?))),
                )?;
                let relation = relation.turned_around()?;
                Some((
                    vec![text.clone()],
                    Self::Number {
                        relation,
                        bounds: vec![bound],
                    },
                ))
            }
            Self::Date { relation, .. } => {
                let (text, bound) = outermost(
                    *relation,
                    values.iter().filter_map(|text| Some((text, parse_date(text)?))),
                )?;
                let relation = relation.turned_around()?;
                Some((
                    vec![text.clone()],
                    Self::Date {
                        relation,
                        bounds: vec![bound],
                    },
                ))
            }
            Self::Bool(wanted) => {
                let others: Vec<bool> = [false, true]
                    .into_iter()
                    .filter(|truth| !wanted.contains(truth))
                    .collect();
                Some((others.iter().map(bool::to_string).collect(), Self::Bool(others)))
            }
            Self::Text { .. } | Self::Binary(_) | Self::Address(_) => None,
        }
    }
}

/// The bound that decides when several are alternatives: the largest of upper bounds, the smallest of lower ones.
fn outermost<T: PartialOrd, S>(relation: Relation, bounds: impl Iterator<Item = (S, T)>) -> Option<(S, T)> {
    let is_upper = matches!(relation, Relation::Less | Relation::LessOrEqual);
    bounds.reduce(|best, next| {
        let is_further = if is_upper { next.1 > best.1 } else { next.1 < best.1 };
        if is_further { next } else { best }
    })
}

impl Relation {
    fn turned_around(self) -> Option<Self> {
        match self {
            Self::Equal => None,
            Self::Less => Some(Self::GreaterOrEqual),
            Self::LessOrEqual => Some(Self::Greater),
            Self::Greater => Some(Self::LessOrEqual),
            Self::GreaterOrEqual => Some(Self::Less),
        }
    }

    fn holds<T: PartialOrd>(self, value: &T, bound: &T) -> bool {
        match self {
            Self::Equal => value == bound,
            Self::Less => value < bound,
            Self::LessOrEqual => value <= bound,
            Self::Greater => value > bound,
            Self::GreaterOrEqual => value >= bound,
        }
    }
}

/// Milliseconds since 1970. Takes ISO 8601 with or without time of day, in UTC where it names no zone, and seconds since 1970.
fn parse_date(text: &str) -> Option<i64> {
    let text = text.trim();
    let in_utc = || match text.len() {
        7 => format!("{text}-01T00:00:00Z").parse().ok(),
        10 => format!("{text}T00:00:00Z").parse().ok(),
        _ => format!("{text}Z").parse().ok(),
    };
    let is_year = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    let time: Option<Timestamp> = if is_year {
        format!("{text}-01-01T00:00:00Z").parse().ok()
    } else {
        parse_timestamp(text).or_else(in_utc)
    };
    time.map(Timestamp::as_millisecond)
}

pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

fn parse_network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse::<IpNet>()
        .map(|network| network.trunc())
        .ok()
        .or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// Binary values are written in base64; a request may also be given as its raw text.
fn same_bytes(policy_value: &str, value: &str) -> bool {
    policy_value == value
        || STANDARD
            .decode(policy_value)
            .is_ok_and(|bytes| bytes == value.as_bytes() || STANDARD.decode(value).is_ok_and(|own| own == bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::glob::WildcardScope;

    fn holds(name: OperatorName, policy_value: &str, value: &str) -> bool {
        let globs = [Glob::new(policy_value, name.wildcard_scope())];
        Predicate::compile(name, &globs).unwrap().holds(value)
    }

    #[test]
    fn compares_each_kind_of_value() {
        use OperatorName as O;
        for (name, policy_value, value, want) in [
            (O::StringEquals, "a*", "a*", true),
            (O::StringEquals, "a*", "ab", false),
            (O::StringEquals, "a", "A", false),
            (O::StringEqualsIgnoreCase, "StraSSe", "STRASSE", true),
            (O::StringLike, "a*:?", "a/b:c", true),
            (O::NumericEquals, "10", "10.0", true),
            (O::NumericLessThan, "10", "9.5", true),
            (O::NumericLessThan, "10", "ten", false),
            (O::NumericGreaterThanEquals, "-1", "-1", true),
            (O::DateLessThan, "2026-01-01T00:00:00Z", "1735689600", true),
            (O::DateGreaterThan, "2026-01-01", "2026-01-01T00:00:01Z", true),
            (O::DateEquals, "2026-01-01T03:04:05", "2026-01-01T03:04:05Z", true),
            (O::DateEquals, "2026-01", "2026-01-01", true),
            (O::DateEquals, "2026", "2026-01-01", true),
            (O::DateEquals, "1735689600", "2025-01-01T00:00:00Z", true),
            (O::DateEquals, "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z", true),
            (O::Bool, "true", "TRUE", true),
            (O::Bool, "true", "yes", false),
            (O::BinaryEquals, "QmluYXJ5", "QmluYXJ5", true),
            (O::BinaryEquals, "QmluYXJ5", "Binary", true),
            (O::IpAddress, "10.1.2.3/8", "10.200.0.1", true),
            (O::IpAddress, "10.0.0.0/8", "11.0.0.1", false),
            (O::IpAddress, "2001:DB8::/32", "2001:db8:1::1", true),
            (O::IpAddress, "10.0.0.0/8", "2001:db8::1", false),
            (O::IpAddress, "203.0.113.7", "203.0.113.7", true),
            (
                O::ArnLike,
                "arn:aws:iam::*:role/*",
                "arn:aws:iam::111122223333:role/a/b",
                true,
            ),
            (
                O::ArnEquals,
                "arn:aws:iam::*:role/x",
                "arn:aws:iam::111122223333:role/x",
                true,
            ),
            (O::ArnLike, "*", "arn:aws:s3:::x", true),
            (O::ArnLike, "arn:*", "arn:aws:s3:::x", false),
        ] {
            assert_eq!(
                holds(name, policy_value, value),
                want,
                "{name:?} {policy_value} on {value}"
            );
        }
    }

    #[test]
    fn values_of_the_wrong_kind_are_not_compiled() {
        for (name, text) in [
            (OperatorName::NumericEquals, "ten"),
            (OperatorName::NumericEquals, "NaN"),
            (OperatorName::DateEquals, "tomorrow"),
            (OperatorName::Bool, "1"),
            (OperatorName::IpAddress, "10.0.0.0/99"),
        ] {
            assert_eq!(
                Predicate::compile(name, &[Glob::new(text, WildcardScope::Literal)]),
                None,
                "{name:?} {text}"
            );
        }
    }
}
