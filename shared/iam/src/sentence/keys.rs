//! What condition keys are called, and the tests that have words of their own.
//!
//! Source: IAM User Guide, "AWS global condition context keys"; for service keys the Service Authorization Reference.

use super::literal::literal;
use crate::operator::OperatorName;

/// Subject and predicate of a test that reads without its key.
pub(super) struct Plain {
    pub(super) subject: &'static str,
    /// Before one value and before several; of `Bool`, when it is true and when it is false.
    pub(super) words: (&'static str, &'static str),
}

/// The words for asking a key for a value, where they need no name of the key.
pub(super) fn phrase(key: &str, operator: OperatorName) -> Option<Plain> {
    let key = key.to_ascii_lowercase();
    let phrases = match operator {
        OperatorName::StringEquals => EQUALS,
        OperatorName::IpAddress => ADDRESS,
        OperatorName::Bool => TRUTH,
        _ => return None,
    };
    let (_, subject, one, several) = phrases.iter().find(|(of, ..)| *of == key)?;
    Some(Plain {
        subject,
        words: (one, several),
    })
}

type Phrase = (&'static str, &'static str, &'static str, &'static str);

const EQUALS: &[Phrase] = &[
    (
        "aws:sourcevpce",
        "the request",
        "comes through VPC endpoint",
        "comes through one of the VPC endpoints",
    ),
    (
        "aws:sourcevpc",
        "the request",
        "comes from VPC",
        "comes from one of the VPCs",
    ),
    (
        "aws:requestedregion",
        "the request",
        "goes to Region",
        "goes to one of the Regions",
    ),
    (
        "sts:externalid",
        "the request",
        "gives the ExternalId",
        "gives one of the ExternalIds",
    ),
    ("kms:viaservice", "the key", "is used through", "is used through one of"),
    (
        "aws:principalorgid",
        "the caller",
        "belongs to organization",
        "belongs to one of the organizations",
    ),
    (
        "aws:principalaccount",
        "the caller",
        "belongs to account",
        "belongs to one of the accounts",
    ),
    (
        "aws:resourceorgid",
        "the resource",
        "belongs to organization",
        "belongs to one of the organizations",
    ),
    (
        "aws:resourceaccount",
        "the resource",
        "belongs to account",
        "belongs to one of the accounts",
    ),
];

const ADDRESS: &[Phrase] = &[
    (
        "aws:sourceip",
        "the request",
        "comes from IP address",
        "comes from one of the IP addresses",
    ),
    (
        "aws:vpcsourceip",
        "the request",
        "comes from the address in its VPC",
        "comes from one of the addresses in its VPC",
    ),
];

const TRUTH: &[Phrase] = &[
    (
        "aws:multifactorauthpresent",
        "the request",
        "was authenticated with MFA",
        "was authenticated without MFA",
    ),
    (
        "aws:securetransport",
        "the request",
        "is sent over TLS",
        "is sent without TLS",
    ),
    (
        "aws:viaawsservice",
        "the request",
        "is made by an AWS service on behalf of the caller",
        "is not made by an AWS service on behalf of the caller",
    ),
    (
        "aws:principalisawsservice",
        "the caller",
        "is an AWS service",
        "is no AWS service",
    ),
    (
        "kms:grantisforawsresource",
        "the grant",
        "is asked for by an AWS service",
        "is not asked for by an AWS service",
    ),
];

/// A key with what it means, where that is worth saying: `the caller's ARN (aws:PrincipalArn)`.
pub(super) fn subject(key: &str) -> String {
    let lower = key.to_ascii_lowercase();
    let meaning = MEANINGS
        .iter()
        .find(|(of, _)| *of == lower)
        .map(|(_, meaning)| (*meaning).to_owned());
    let meaning = meaning.or_else(|| tag(key, &lower)).or_else(|| token(&lower));
    match meaning {
        Some(meaning) => format!("{meaning} ({})", literal(key)),
        None => literal(key),
    }
}

const MEANINGS: &[(&str, &str)] = &[
    ("aws:calledvia", "the chain of services that make the request"),
    (
        "aws:calledviafirst",
        "the first service in the chain that makes the request",
    ),
    (
        "aws:calledvialast",
        "the last service in the chain that makes the request",
    ),
    ("aws:currenttime", "the time of the request"),
    ("aws:epochtime", "the time of the request in seconds"),
    ("aws:multifactorauthage", "the age of the MFA in seconds"),
    ("aws:multifactorauthpresent", "the use of MFA"),
    ("aws:principalaccount", "the caller's account"),
    ("aws:principalarn", "the caller's ARN"),
    ("aws:principalorgid", "the caller's organization"),
    ("aws:principalorgpaths", "the caller's place in its organization"),
    ("aws:principaltype", "the caller's type"),
    ("aws:requestedregion", "the Region of the request"),
    ("aws:resourceaccount", "the resource's account"),
    ("aws:resourceorgid", "the resource's organization"),
    ("aws:resourceorgpaths", "the resource's place in its organization"),
    ("aws:securetransport", "the use of TLS"),
    ("aws:sourceaccount", "the account that the service acts for"),
    ("aws:sourcearn", "the resource that the service acts for"),
    ("aws:sourceip", "the IP address of the request"),
    ("aws:sourceorgid", "the organization that the service acts for"),
    (
        "aws:sourceorgpaths",
        "the place in the organization that the service acts for",
    ),
    ("aws:sourcevpc", "the VPC of the request"),
    ("aws:sourcevpce", "the VPC endpoint of the request"),
    ("aws:userid", "the caller's unique id"),
    ("aws:username", "the caller's user name"),
    ("aws:vpcsourceip", "the address of the request in its VPC"),
    ("kms:viaservice", "the service that uses the key"),
    ("s3:prefix", "the prefix that is listed"),
    ("sts:externalid", "the ExternalId"),
    ("sts:rolesessionname", "the name of the session"),
];

fn tag(key: &str, lower: &str) -> Option<String> {
    let (_, tag) = key.split_once('/')?;
    let whose = if lower.starts_with("aws:principaltag/") {
        "the caller's"
    } else if lower.starts_with("aws:requesttag/") {
        "the request's"
    } else if lower.contains(":resourcetag/") {
        "the resource's"
    } else {
        return None;
    };
    Some(format!("{whose} tag {}", literal(tag)))
}

/// The claims by which OIDC providers name a workload, such as `token.actions.githubusercontent.com:sub`.
fn token(lower: &str) -> Option<String> {
    let (host, claim) = lower.rsplit_once(':')?;
    let meaning = match claim {
        "sub" => "the subject of the token",
        "aud" => "the audience of the token",
        _ => return None,
    };
    host.contains('.').then(|| meaning.to_owned())
}
