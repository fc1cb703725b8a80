//! Which policies of buckets and access points Block Public Access takes for public.
//!
//! Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", "The meaning of public": "Amazon S3 begins by assuming that the policy is public.
//! […] To be considered non-public, a bucket policy must grant access only to fixed values (values that don't contain a wildcard or an AWS IAM policy variable)" of the
//! principals, keys and address ranges that it lists.

use std::net::IpAddr;

use sv0_iam::{ConditionClause, Element, Policy, PrincipalPattern, Statement, Template};
use sv0_model::arn::Arn;
use sv0_model::decision::{Caveat, Effect};

/// Whether a policy is public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Publicness {
    Public,
    NotPublic,
    /// The documentation does not tell, or part of the policy cannot be read.
    Unsure(Caveat),
}

/// Keys that, with fixed values, keep a policy from being public; `aws:SourceIp` and `s3:DataAccessPointArn` have rules of their own.
const KEYS: &[&str] = &[
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOwner",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:userid",
    "s3:DataAccessPointAccount",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

/// Keys that say whose request it is or where it comes from as well, and that the list does not name.
const KEYS_NOT_LISTED: &[&str] = &[
    "aws:PrincipalIsAWSService",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceName",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceVpcArn",
];

/// Whether a policy is public; of an access point's, a statement for a set of access points is.
pub(crate) fn publicness(policy: &Policy, is_of_access_point: bool) -> Publicness {
    let mut whole = Publicness::NotPublic;
    for statement in policy.statements() {
        match of_statement(statement, is_of_access_point) {
            Publicness::Public => return Publicness::Public,
            Publicness::NotPublic => {}
            unsure @ Publicness::Unsure(_) => whole = unsure,
        }
    }
    whole
}

fn of_statement(statement: &Statement, is_of_access_point: bool) -> Publicness {
    if statement.effect() == Some(Effect::Deny) {
        return Publicness::NotPublic;
    }
    let names_everyone = match statement.principals() {
        Element::Only(entries) if entries.items.contains(&PrincipalPattern::Everyone) => true,
        Element::Only(entries) => {
            let is_unclear = entries.incomplete
                || entries
                    .items
                    .iter()
                    .any(|pattern| matches!(pattern, PrincipalPattern::Unknown { .. }));
            return if is_unclear { UNREADABLE } else { Publicness::NotPublic };
        }
        Element::Except(_) => true,
        Element::Missing | Element::Unreadable => return UNREADABLE,
    };
    let narrowing = statement
        .conditions()
        .iter()
        .map(|clause| narrows(clause, is_of_access_point))
        .max()
        .unwrap_or(Narrowing::No);
    match narrowing {
        Narrowing::Yes => Publicness::NotPublic,
        Narrowing::NotDocumented => Publicness::Unsure(Caveat::UndocumentedRule),
        _ if statement.effect().is_none() || !statement.is_fully_readable() => UNREADABLE,
        Narrowing::No if names_everyone => Publicness::Public,
        Narrowing::No => Publicness::NotPublic,
    }
}

const UNREADABLE: Publicness = Publicness::Unsure(Caveat::PolicyPartlyUnreadable);

/// Whether a clause keeps its statement from being public; the strongest clause of a statement decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Narrowing {
    No,
    NotDocumented,
    Yes,
}

fn narrows(clause: &ConditionClause, is_of_access_point: bool) -> Narrowing {
    let requires_values = clause
        .operator()
        .is_some_and(|operator| operator.names_required_values());
    if !requires_values || clause.values().is_empty() {
        return Narrowing::No;
    }
    let is_key = |name: &str| name.eq_ignore_ascii_case(clause.key());
    let every = |test: fn(&Template) -> bool| clause.values().iter().all(test);
    let narrows = if is_key("aws:SourceIp") {
        every(is_narrow_range)
    } else if is_key("s3:DataAccessPointArn") {
        every(is_fixed) || (!is_of_access_point && every(names_account_of_access_points))
    } else if KEYS.iter().any(|name| is_key(name)) {
        every(is_fixed)
    } else {
        let is_near = KEYS_NOT_LISTED.iter().any(|name| is_key(name)) && every(has_fixed_beginning);
        return if is_near {
            Narrowing::NotDocumented
        } else {
            Narrowing::No
        };
    };
    if narrows { Narrowing::Yes } else { Narrowing::No }
}

fn is_fixed(value: &Template) -> bool {
    !value.text().contains(['*', '?']) && value.variables().next().is_none()
}

fn has_fixed_beginning(value: &Template) -> bool {
    !value.text().starts_with(['*', '?']) && value.variables().next().is_none()
}

/// "This value can contain a wildcard for the access point name without rendering the policy public, as long as the account id is fixed."
fn names_account_of_access_points(value: &Template) -> bool {
    value.variables().next().is_none() && Arn::parse(value.text()).is_some_and(|arn| arn.account_id().is_some())
}

/// "Very broad IP ranges" are public: "values broader than /8 for IPv4 and /32 for IPv6 (excluding RFC1918 private ranges)", of which none is broader than /8.
fn is_narrow_range(value: &Template) -> bool {
    let (address, length) = match value.text().split_once('/') {
        Some((address, length)) => (address, length.parse::<u8>().ok()),
        None => (value.text(), Some(u8::MAX)),
    };
    match (address.parse::<IpAddr>(), length) {
        (Ok(IpAddr::V4(_)), Some(length)) => length >= 8,
        (Ok(IpAddr::V6(_)), Some(length)) => length >= 32,
        _ => false,
    }
}
