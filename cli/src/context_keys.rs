//! What the values of context keys look like: a value that no request can carry is a typing error, and so is a key that nothing asks for.
//!
//! Source: IAM User Guide, "AWS global condition context keys".

use std::net::IpAddr;

use sv0_iam::catalogue::is_known_condition_key;
use sv0_model::graph::Graph;
use sv0_model::time::parse_timestamp;

/// What a key's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Truth,
    Number,
    Time,
    Address,
    Arn,
    Account,
}

impl Form {
    fn holds(self, value: &str) -> bool {
        match self {
            Self::Text => true,
            Self::Truth => value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false"),
            Self::Number => value.parse::<f64>().is_ok_and(f64::is_finite),
            Self::Time => parse_timestamp(value).is_some() || value.parse::<i64>().is_ok(),
            Self::Address => value.parse::<IpAddr>().is_ok(),
            Self::Arn => value.starts_with("arn:") && value.split(':').count() >= ARN_PARTS,
            Self::Account => value.len() == ACCOUNT_DIGITS && value.bytes().all(|byte| byte.is_ascii_digit()),
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Truth => "true or false",
            Self::Number => "a number, such as 3600",
            Self::Time => "a time such as 2026-03-02T06:00:00Z, or seconds since 1970",
            Self::Address => "one IP address, such as 203.0.113.7",
            Self::Arn => "an ARN, such as arn:aws:s3:::bucket",
            Self::Account => "an account id of 12 digits",
        }
    }
}

const ARN_PARTS: usize = 6;
const ACCOUNT_DIGITS: usize = 12;

/// The global keys, in lower case.
const GLOBAL: &[(&str, Form)] = &[
    ("aws:assumedroot", Form::Truth),
    ("aws:calledvia", Form::Text),
    ("aws:calledviafirst", Form::Text),
    ("aws:calledvialast", Form::Text),
    ("aws:chatbotsourcearn", Form::Arn),
    ("aws:currenttime", Form::Time),
    ("aws:ec2instancesourceprivateipv4", Form::Address),
    ("aws:ec2instancesourcevpc", Form::Text),
    ("aws:epochtime", Form::Time),
    ("aws:federatedprovider", Form::Text),
    ("aws:ismcpserviceaction", Form::Truth),
    ("aws:multifactorauthage", Form::Number),
    ("aws:multifactorauthpresent", Form::Truth),
    ("aws:principalaccount", Form::Account),
    ("aws:principalarn", Form::Arn),
    ("aws:principalisawsservice", Form::Truth),
    ("aws:principalorgid", Form::Text),
    ("aws:principalorgpaths", Form::Text),
    ("aws:principalservicename", Form::Text),
    ("aws:principalservicenameslist", Form::Text),
    ("aws:principaltype", Form::Text),
    ("aws:referer", Form::Text),
    ("aws:requestedregion", Form::Text),
    ("aws:resourceaccount", Form::Account),
    ("aws:resourceorgid", Form::Text),
    ("aws:resourceorgpaths", Form::Text),
    ("aws:securetransport", Form::Truth),
    ("aws:sourceaccount", Form::Account),
    ("aws:sourcearn", Form::Arn),
    ("aws:sourceidentity", Form::Text),
    ("aws:sourceip", Form::Address),
    ("aws:sourceorgid", Form::Text),
    ("aws:sourceorgpaths", Form::Text),
    ("aws:sourcevpc", Form::Text),
    ("aws:sourcevpcarn", Form::Arn),
    ("aws:sourcevpce", Form::Text),
    ("aws:tagkeys", Form::Text),
    ("aws:tokenissuetime", Form::Time),
    ("aws:useragent", Form::Text),
    ("aws:userid", Form::Text),
    ("aws:username", Form::Text),
    ("aws:viaawsmcpservice", Form::Truth),
    ("aws:viaawsservice", Form::Truth),
    ("aws:vpceaccount", Form::Account),
    ("aws:vpceorgid", Form::Text),
    ("aws:vpceorgpaths", Form::Text),
    ("aws:vpcsourceip", Form::Address),
];

/// Global keys that go on with the key of a tag.
const TAGS: [&str; 3] = ["aws:principaltag/", "aws:requesttag/", "aws:resourcetag/"];

/// What a value of `key` must be, where `value` is not that.
pub fn wrong_form(key: &str, value: &str) -> Option<&'static str> {
    let form = form_of(key)?;
    (!form.holds(value)).then(|| form.expected())
}

fn form_of(key: &str) -> Option<Form> {
    let key = key.to_ascii_lowercase();
    let known = GLOBAL.iter().find(|(name, _)| *name == key);
    known.map(|(_, form)| *form)
}

/// Why a key changes nothing, where AWS documents none of that name and no policy asks for it.
pub fn without_effect(graph: &Graph, key: &str) -> Option<String> {
    let lower = key.to_ascii_lowercase();
    let is_tag = TAGS.iter().any(|prefix| lower.starts_with(prefix));
    if form_of(key).is_some() || is_tag || is_known_condition_key(key) || is_asked_for(graph, &lower) {
        return None;
    }
    Some(if lower.starts_with("aws:") {
        format!("AWS has no global condition key {key}, and no policy of the scan asks for it: it changes nothing")
    } else {
        format!("no policy of the scan asks for {key}: it changes nothing")
    })
}

fn is_asked_for(graph: &Graph, lower: &str) -> bool {
    let documents = graph.policies.values().filter_map(|policy| policy.document.as_ref());
    documents
        .filter_map(|document| serde_json::to_string(document).ok())
        .any(|text| text.to_ascii_lowercase().contains(lower))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_no_request_can_carry_is_told_from_one_that_it_can() {
        let cases = [
            ("aws:SourceIp", "203.0.113.7", true),
            ("aws:sourceip", "2001:db8::7", true),
            ("aws:SourceIp", "banana", false),
            ("aws:SourceIp", "203.0.113.0/24", false),
            ("aws:SecureTransport", "True", true),
            ("aws:SecureTransport", "yes", false),
            ("aws:MultiFactorAuthAge", "3600", true),
            ("aws:MultiFactorAuthAge", "an hour", false),
            ("aws:CurrentTime", "2026-03-02T06:00:00Z", true),
            ("aws:CurrentTime", "1772431200", true),
            ("aws:CurrentTime", "today", false),
            ("aws:SourceArn", "arn:aws:s3:::bucket", true),
            ("aws:SourceArn", "bucket", false),
            ("aws:PrincipalAccount", "111122223333", true),
            ("aws:PrincipalAccount", "acme", false),
            ("aws:PrincipalTag/team", "anything", true),
            ("s3:prefix", "anything", true),
        ];
        for (key, value, is_right) in cases {
            assert_eq!(wrong_form(key, value).is_none(), is_right, "{key}={value}");
        }
    }

    #[test]
    fn global_keys_stand_in_order_and_in_lower_case() {
        for pair in GLOBAL.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{pair:?}");
        }
        assert!(GLOBAL.iter().all(|(name, _)| *name == name.to_ascii_lowercase()));
    }

    #[test]
    fn a_key_that_nothing_asks_for_is_told() {
        let graph = Graph::default();
        assert!(without_effect(&graph, "aws:SourceVpce").is_none());
        assert!(without_effect(&graph, "aws:PrincipalTag/team").is_none());
        assert!(
            without_effect(&graph, "aws:SourceVcpe")
                .unwrap()
                .contains("no global condition key")
        );
        assert!(without_effect(&graph, "s3:prefix").is_none());
        assert!(without_effect(&graph, "token.actions.githubusercontent.com:sub").is_none());
        assert!(without_effect(&graph, "nosuch:key").is_some());
    }
}
