//! The Condition element, operator by operator, and the tests of a residual condition, which are written in the same language.
//!
//! Sources: IAM User Guide, "Condition operators"; "Conditions with multiple context keys or values"; "Set operators for multivalued context keys".

use std::cmp::Ordering;

use super::document::{Outside, outside};
use super::keys::Keys;
use super::text::{self, Piece};
use super::trace::Trace;
use super::values::{Decimal, is_in_network, read_base64, read_time};

/// Every operator without its affixes, and whether it is a negated one.
pub const OPERATORS: [(&str, bool); 28] = [
    ("StringEquals", false),
    ("StringNotEquals", true),
    ("StringEqualsIgnoreCase", false),
    ("StringNotEqualsIgnoreCase", true),
    ("StringLike", false),
    ("StringNotLike", true),
    ("NumericEquals", false),
    ("NumericNotEquals", true),
    ("NumericLessThan", false),
    ("NumericLessThanEquals", false),
    ("NumericGreaterThan", false),
    ("NumericGreaterThanEquals", false),
    ("DateEquals", false),
    ("DateNotEquals", true),
    ("DateLessThan", false),
    ("DateLessThanEquals", false),
    ("DateGreaterThan", false),
    ("DateGreaterThanEquals", false),
    ("Bool", false),
    ("BinaryEquals", false),
    ("IpAddress", false),
    ("NotIpAddress", true),
    ("ArnEquals", false),
    ("ArnLike", false),
    ("ArnNotEquals", true),
    ("ArnNotLike", true),
    ("Null", false),
    // Not of AWS: residual conditions use it for the negation of `BinaryEquals`.
    ("BinaryNotEquals", true),
];

/// The quantifiers as policies write them; the first is none.
pub const QUANTIFIERS: [&str; 3] = ["", "ForAllValues:", "ForAnyValue:"];

/// One operator on one key.
#[derive(Debug, Clone)]
pub struct Clause {
    quantifier: &'static str,
    name: &'static str,
    is_negated: bool,
    if_exists: bool,
    key: String,
    values: Vec<String>,
}

impl Clause {
    pub fn read(operator: &str, key: &str, values: Vec<String>) -> Result<Self, Outside> {
        let quantifier = QUANTIFIERS[1..]
            .iter()
            .find(|own| operator.starts_with(**own))
            .unwrap_or(&"");
        let rest = &operator[quantifier.len()..];
        let (rest, if_exists) = match rest.strip_suffix("IfExists") {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        // Operators are read whatever their case.
        let Some((name, is_negated)) = OPERATORS.iter().find(|(name, _)| name.eq_ignore_ascii_case(rest)) else {
            return outside(format!("the operator {operator}"));
        };
        let clause = Self {
            quantifier,
            name,
            is_negated: *is_negated,
            if_exists,
            key: key.to_lowercase(),
            values,
        };
        if clause.values.iter().all(|value| clause.can_compare(value)) {
            Ok(clause)
        } else {
            outside(format!("a value that {operator} does not compare"))
        }
    }

    fn can_compare(&self, value: &str) -> bool {
        match self.kind() {
            "Numeric" => Decimal::read(value).is_some(),
            "Date" => read_time(value).is_some(),
            "Bool" => matches!(value, "true" | "false") || value.contains("${"),
            "Null" => matches!(value, "true" | "false"),
            "Binary" => read_base64(value).is_some(),
            "Ip" => is_in_network(value, "0.0.0.0").is_some(),
            _ => true,
        }
    }

    fn kind(&self) -> &'static str {
        ["String", "Numeric", "Date", "Bool", "Binary", "Arn", "Null"]
            .into_iter()
            .find(|kind| self.name.starts_with(kind))
            .unwrap_or("Ip")
    }

    /// Whether the request fulfils the clause.
    pub fn holds(&self, keys: &Keys, has_variables: bool, trace: &mut Trace) -> bool {
        let result = self.evaluate(keys, has_variables, trace);
        trace.operator(self.quantifier, self.name, self.if_exists, result);
        result
    }

    fn evaluate(&self, keys: &Keys, has_variables: bool, trace: &mut Trace) -> bool {
        let Some(present) = keys.get(&self.key) else {
            return self.holds_without_key();
        };
        // "… if the context key value resolves to a null dataset, such as an empty string": for a set qualifier and for Null such a value is none.
        let is_null = !present.is_empty() && present.iter().all(String::is_empty);
        let present = match self.quantifier {
            "ForAllValues:" | "ForAnyValue:" if is_null => &[],
            _ => present,
        };
        // "Use a Null condition operator to check if a condition key is absent at the time of authorization. In the policy statement, use either true (the
        // key doesn't exist, it is null) or false (the key exists and its value is not null)."
        if self.name == "Null" {
            return self.is_null(is_null, present.len());
        }
        if self.kind() == "Numeric" && present.iter().any(|value| value.len() == "9007199254740993".len()) {
            trace.hit("decimals beyond a float");
        }
        if present.len() != 1 {
            trace.hit(if present.is_empty() {
                "key that is present and empty"
            } else {
                "key with several values"
            });
        }
        // "If there are multiple values for a single condition operator or context key, the multiple values are evaluated using a logical OR."
        // A variable without a value: "StringEquals or StringLike do not match … StringNotEquals or StringNotLike do match against a null value" ("IAM policy elements: Variables and tags").
        let wanted: Vec<Vec<Piece>> = self
            .values
            .iter()
            .filter_map(|value| self.wanted(value, keys, has_variables, trace))
            .collect();
        let equals_one = |value: &String| wanted.iter().any(|wanted| self.compare(wanted, value));
        match (self.quantifier, self.is_negated) {
            // "ForAllValues – … The condition returns true if every context key value in the request matches at least one value in the policy condition. It
            // also returns true if there are no context keys in the request, or if the context key value resolves to a null dataset".
            ("ForAllValues:", false) => present.iter().all(equals_one),
            ("ForAllValues:", true) => present.iter().all(|value| !equals_one(value)),
            // "ForAnyValue – … The condition returns true if any one of the context key values in the request matches any one of the values in the policy. For
            // no matching context key or if the key does not exist, … the condition returns false."
            ("ForAnyValue:", false) => present.iter().any(equals_one),
            ("ForAnyValue:", true) => present.iter().any(|value| !equals_one(value)),
            (_, false) => present.iter().any(equals_one),
            // "If there are multiple values for a negated matching condition operator … evaluated using a logical NOR."
            (_, true) => !present.iter().any(equals_one),
        }
    }

    /// `Null`, which set qualifiers may precede as any operator.
    fn is_null(&self, is_null: bool, count: usize) -> bool {
        let wanted = if is_null { "true" } else { "false" };
        let holds = self.values.iter().any(|value| value == wanted);
        match self.quantifier {
            "ForAllValues:" => count == 0 || holds,
            "ForAnyValue:" => count > 0 && holds,
            _ => holds,
        }
    }

    /// "If the key that you specify in a policy condition is not present in the request context, the values do not match and the condition is false. If the
    /// policy condition requires that the key is not matched, such as StringNotLike or ArnNotLike, and the right key is not present, the condition is true.
    /// This logic applies to all condition operators except ...IfExists and Null check."
    fn holds_without_key(&self) -> bool {
        if self.name == "Null" {
            return self.is_null(true, 0);
        }
        // "If the policy key is not present, evaluate the condition element as true." (…IfExists)
        self.if_exists || self.quantifier == "ForAllValues:" || (self.is_negated && self.quantifier != "ForAnyValue:")
    }

    /// Policy variables are for the string, ARN and Boolean operators ("Condition operators", the table at each kind).
    fn wanted(&self, value: &str, keys: &Keys, has_variables: bool, trace: &mut Trace) -> Option<Vec<Piece>> {
        let has_variables = has_variables && matches!(self.kind(), "String" | "Arn" | "Bool");
        text::substitute(value, has_variables, &|key| keys.single(key), trace)
    }

    /// The comparison without its negation.
    fn compare(&self, wanted: &[Piece], value: &str) -> bool {
        if self.kind() == "Arn" {
            // "ArnEquals and ArnLike behave identically."
            return text::is_arn_like(wanted, value);
        }
        if self.name.ends_with("Like") {
            return text::is_like(wanted, value);
        }
        let wanted = text::verbatim(wanted);
        let numbers = || Some(Decimal::read(value)?.compare(&Decimal::read(&wanted)?));
        let times = || Some(read_time(value)?.cmp(&read_time(&wanted)?));
        match self.kind() {
            "Numeric" => self.orders(numbers()),
            "Date" => self.orders(times()),
            "Binary" => read_base64(value) == read_base64(&wanted),
            "Ip" => is_in_network(&wanted, value) == Some(true),
            "String" if self.name.ends_with("IgnoreCase") => wanted.to_lowercase() == value.to_lowercase(),
            _ => wanted == value,
        }
    }

    fn orders(&self, ordering: Option<Ordering>) -> bool {
        let Some(ordering) = ordering else {
            return false;
        };
        match self.name.trim_start_matches("Numeric").trim_start_matches("Date") {
            "LessThan" => ordering.is_lt(),
            "LessThanEquals" => ordering.is_le(),
            "GreaterThan" => ordering.is_gt(),
            "GreaterThanEquals" => ordering.is_ge(),
            _ => ordering.is_eq(),
        }
    }
}
