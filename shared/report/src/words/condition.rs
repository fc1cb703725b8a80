//! Residual conditions as sentences: `the caller's IP address (aws:SourceIp) is in 10.0.0.0/8`.

use sv0_model::decision::{ConditionExpression, UNCOLLECTED_POLICY_KEY};

use super::text::join;

/// Values a sentence writes out before it says how many more there are. The exact expression stands beside the sentence.
const VALUES_SHOWN: usize = 6;

/// `expression` as a clause that can follow "only if".
pub(crate) fn clause(expression: &ConditionExpression) -> String {
    match expression {
        ConditionExpression::All { all } => children(all, "and"),
        ConditionExpression::Any { any } => children(any, "or"),
        ConditionExpression::Test { key, values, .. } if key == UNCOLLECTED_POLICY_KEY => {
            format!("a policy that was not collected allows it: {}", join(values, "and"))
        }
        ConditionExpression::Test { key, operator, values } => test(key, operator, values),
    }
}

fn children(children: &[ConditionExpression], conjunction: &str) -> String {
    let clauses: Vec<String> = children.iter().map(grouped).collect();
    match clauses.as_slice() {
        [] if conjunction == "and" => "anything holds".to_owned(),
        [] => "nothing holds".to_owned(),
        _ => clauses.join(&format!(", {conjunction} ")),
    }
}

/// Parentheses wherever a child has more than one child of its own, so that "and" and "or" cannot be misread.
fn grouped(child: &ConditionExpression) -> String {
    match child {
        ConditionExpression::All { all: inner } | ConditionExpression::Any { any: inner } if inner.len() > 1 => {
            format!("({})", clause(child))
        }
        _ => clause(child),
    }
}

fn test(key: &str, operator: &str, values: &[String]) -> String {
    let (operator, or_absent) = match operator.strip_suffix("IfExists") {
        Some(operator) => (operator, ", or that key is absent"),
        None => (operator, ""),
    };
    if let Some(statement) = yes_or_no(key, operator, values) {
        return format!("{statement} ({key}){or_absent}");
    }
    let (subject, operator) = quantified(&subject(key), operator);
    match operator {
        "Null" if values == ["true"] => format!("{subject} is absent"),
        "Null" if values == ["false"] => format!("{subject} is present"),
        _ => format!("{subject} {}{or_absent}", predicate(operator, values)),
    }
}

/// Keys that are true or false read better as statements of their own.
fn yes_or_no(key: &str, operator: &str, values: &[String]) -> Option<&'static str> {
    let is_true = match (operator, values) {
        ("Bool", [value]) => value.parse::<bool>().ok()?,
        _ => return None,
    };
    let (when_true, when_false) = match key.to_ascii_lowercase().as_str() {
        "aws:securetransport" => ("the call uses TLS", "the call does not use TLS"),
        "aws:multifactorauthpresent" => (
            "the caller signed in with multi-factor authentication",
            "the caller signed in without multi-factor authentication",
        ),
        "aws:viaawsservice" => (
            "an AWS service calls on the caller's behalf",
            "no AWS service calls on the caller's behalf",
        ),
        "aws:principalisawsservice" => ("the caller is an AWS service", "the caller is not an AWS service"),
        "kms:grantisforawsresource" => ("an AWS service asks for the grant", "no AWS service asks for the grant"),
        _ => return None,
    };
    Some(if is_true { when_true } else { when_false })
}

fn quantified<'a>(subject: &str, operator: &'a str) -> (String, &'a str) {
    if let Some(operator) = operator.strip_prefix("ForAnyValue:") {
        (format!("at least one value of {subject}"), operator)
    } else if let Some(operator) = operator.strip_prefix("ForAllValues:") {
        (format!("every value of {subject}"), operator)
    } else {
        (subject.to_owned(), operator)
    }
}

fn predicate(operator: &str, values: &[String]) -> String {
    let verb = match operator {
        "StringEquals" | "NumericEquals" | "DateEquals" | "Bool" | "BinaryEquals" => "is",
        "StringEqualsIgnoreCase" => "is, in any case,",
        "StringNotEquals" | "NumericNotEquals" | "DateNotEquals" => "is not",
        "StringNotEqualsIgnoreCase" => "is not, in any case,",
        "StringLike" | "ArnLike" | "ArnEquals" => "matches",
        "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => "does not match",
        "IpAddress" => "is in",
        "NotIpAddress" => "is not in",
        "NumericLessThan" => "is less than",
        "NumericLessThanEquals" => "is at most",
        "NumericGreaterThan" => "is greater than",
        "NumericGreaterThanEquals" => "is at least",
        "DateLessThan" => "is before",
        "DateLessThanEquals" => "is not after",
        "DateGreaterThan" => "is after",
        "DateGreaterThanEquals" => "is not before",
        other => return format!("satisfies {other} with {}", alternatives(values)),
    };
    format!("{verb} {}", alternatives(values))
}

fn alternatives(values: &[String]) -> String {
    if values.is_empty() {
        return "nothing (no value satisfies it)".to_owned();
    }
    let mut shown: Vec<String> = values.iter().take(VALUES_SHOWN).cloned().collect();
    if values.len() > VALUES_SHOWN {
        shown.push(format!("one of {} more values", values.len() - VALUES_SHOWN));
    }
    join(&shown, "or")
}

/// A condition key with what it means, where that is worth saying.
fn subject(key: &str) -> String {
    let lower = key.to_ascii_lowercase();
    let meaning = match lower.as_str() {
        "aws:sourceip" => "the caller's IP address",
        "aws:sourcevpc" => "the VPC the call comes through",
        "aws:sourcevpce" => "the VPC endpoint the call comes through",
        "aws:vpcsourceip" => "the caller's address in its VPC",
        "aws:principalorgid" => "the caller's organization",
        "aws:principalorgpaths" => "the caller's place in the organization",
        "aws:principalaccount" => "the caller's account",
        "aws:principalarn" => "the caller",
        "aws:principaltype" => "the caller's type",
        "aws:resourceorgid" => "the resource's organization",
        "aws:resourceaccount" => "the resource's account",
        "aws:sourcearn" => "the resource on whose behalf a service calls",
        "aws:sourceaccount" => "the account on whose behalf a service calls",
        "aws:sourceorgid" => "the organization on whose behalf a service calls",
        "aws:multifactorauthpresent" => "use of multi-factor authentication",
        "aws:multifactorauthage" => "the age of the multi-factor authentication in seconds",
        "aws:securetransport" => "use of TLS",
        "aws:requestedregion" => "the Region called",
        "aws:currenttime" | "aws:epochtime" => "the time of the call",
        "aws:viaawsservice" => "a call that an AWS service makes on the caller's behalf",
        "aws:calledvia" | "aws:calledviafirst" | "aws:calledvialast" => "the service that makes the call",
        "sts:externalid" => "the ExternalId",
        "sts:rolesessionname" => "the name of the session",
        "kms:viaservice" => "the service that uses the key",
        _ => return tag_subject(key, &lower).unwrap_or_else(|| key.to_owned()),
    };
    format!("{meaning} ({key})")
}

fn tag_subject(key: &str, lower: &str) -> Option<String> {
    let (_, tag) = key.split_once('/')?;
    let whose = if lower.starts_with("aws:principaltag/") {
        "the caller's"
    } else if lower.starts_with("aws:requesttag/") {
        "the request's"
    } else if lower.starts_with("aws:resourcetag/") || lower.contains(":resourcetag/") {
        "the resource's"
    } else {
        return None;
    };
    Some(format!("{whose} tag “{tag}” ({key})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(key: &str, operator: &str, values: &[&str]) -> ConditionExpression {
        ConditionExpression::Test {
            key: key.to_owned(),
            operator: operator.to_owned(),
            values: values.iter().map(|&value| value.to_owned()).collect(),
        }
    }

    #[test]
    fn single_tests_read_as_sentences() {
        let cases = [
            (
                is("aws:SourceIp", "IpAddress", &["10.0.0.0/8", "192.0.2.0/24"]),
                "the caller's IP address (aws:SourceIp) is in 10.0.0.0/8 or 192.0.2.0/24",
            ),
            (
                is("aws:PrincipalTag/team", "StringEquals", &["pay"]),
                "the caller's tag “team” (aws:PrincipalTag/team) is pay",
            ),
            (
                is("aws:SourceVpce", "StringNotEqualsIfExists", &["vpce-1"]),
                "the VPC endpoint the call comes through (aws:SourceVpce) is not vpce-1, or that key is absent",
            ),
            (
                is("sts:ExternalId", "Null", &["true"]),
                "the ExternalId (sts:ExternalId) is absent",
            ),
            (
                is("s3:prefix", "ForAnyValue:StringLike", &["a/*"]),
                "at least one value of s3:prefix matches a/*",
            ),
            (
                is("aws:SecureTransport", "Bool", &["true"]),
                "the call uses TLS (aws:SecureTransport)",
            ),
            (
                is("aws:SecureTransport", "BoolIfExists", &["true"]),
                "the call uses TLS (aws:SecureTransport), or that key is absent",
            ),
            (is("x:y", "Weird", &["1"]), "x:y satisfies Weird with 1"),
        ];
        for (expression, want) in cases {
            assert_eq!(clause(&expression), want);
        }
    }

    #[test]
    fn and_and_or_never_mix_without_parentheses() {
        let any = ConditionExpression::Any {
            any: vec![is("a", "Bool", &["true"]), is("b", "Bool", &["true"])],
        };
        let all = ConditionExpression::All {
            all: vec![any, is("c", "Bool", &["true"])],
        };
        assert_eq!(clause(&all), "(a is true, or b is true), and c is true");
    }

    #[test]
    fn long_lists_say_how_many_more() {
        let values: Vec<String> = (0..40).map(|n| format!("v{n}")).collect();
        let expression = ConditionExpression::Test {
            key: "k".into(),
            operator: "StringEquals".into(),
            values,
        };
        assert_eq!(
            clause(&expression),
            "k is v0, v1, v2, v3, v4, v5 or one of 34 more values"
        );
    }

    #[test]
    fn an_uncollected_policy_is_named_as_such() {
        let expression = is(
            UNCOLLECTED_POLICY_KEY,
            "Allows",
            &["arn:aws:kms:eu-west-1:111122223333:key/1"],
        );
        assert_eq!(
            clause(&expression),
            "a policy that was not collected allows it: arn:aws:kms:eu-west-1:111122223333:key/1"
        );
    }
}
