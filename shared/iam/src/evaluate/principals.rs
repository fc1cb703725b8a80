//! Which principals a Principal or NotPrincipal element names, and what kind of grant an Allow to them is.
//!
//! Source: IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal";
//! "How AWS enforcement code logic evaluates requests to allow or deny access", resource-based policies.

use std::sync::Arc;

use sv0_model::arn::Arn;

use super::statement::Doubt;
use crate::atom::Atom;
use crate::formula::Formula;
use crate::glob::{Glob, WildcardScope};
use crate::language::LetterCase;
use crate::operator::{ConditionOperator, OperatorName};
use crate::policy::PrincipalPattern;
use crate::predicate::Predicate;
use crate::principal::{PrincipalKind, PrincipalType};
use crate::request::{Request, names_service_linked_role};
use crate::truth::Truth;

/// In which way an element names the principal.
#[derive(Debug, Clone)]
pub(super) struct Named<T> {
    /// By itself: user, session, service, `*`.
    pub(super) directly: Option<T>,
    /// As a session of the role that is named.
    pub(super) as_role: Option<T>,
    /// As belonging to the account that is named.
    pub(super) by_account: Option<T>,
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self {
            directly: None,
            as_role: None,
            by_account: None,
        }
    }
}

impl<T: Truth> Named<T> {
    fn in_any_way(&self) -> impl Iterator<Item = &T> {
        [&self.directly, &self.as_role, &self.by_account].into_iter().flatten()
    }

    /// Under which context it is named at all.
    pub(super) fn at_all(&self) -> T {
        T::any(self.in_any_way().cloned())
    }

    pub(super) fn is_left_open(&self) -> bool {
        self.in_any_way().any(T::is_left_open)
    }

    fn add(slot: &mut Option<T>, formula: T) {
        *slot = Some(match slot.take() {
            Some(before) => T::any([before, formula]),
            None => formula,
        });
    }
}

/// How the patterns of a Principal element name the principal.
pub(super) fn named_by<T: Truth>(
    patterns: &[PrincipalPattern],
    request: &Request<'_>,
    unreadable: &Doubt<'_>,
) -> Named<T> {
    let mut named = Named::default();
    for pattern in patterns {
        let formula: T = matches(pattern, request, unreadable);
        if formula.is_false() {
            continue;
        }
        let is_root = *request.question.principal.kind() == PrincipalKind::Root;
        let slot = match pattern {
            PrincipalPattern::Account(_) if !is_root => &mut named.by_account,
            PrincipalPattern::Role(_) => &mut named.as_role,
            _ => &mut named.directly,
        };
        Named::add(slot, formula);
    }
    named
}

/// Under which context a NotPrincipal element lists the principal itself. An account in it stands for its root user alone.
pub(super) fn exempted_by<T: Truth>(patterns: &[PrincipalPattern], request: &Request<'_>, unreadable: &Doubt<'_>) -> T {
    let is_root = *request.question.principal.kind() == PrincipalKind::Root;
    T::any(patterns.iter().filter_map(|pattern| match pattern {
        PrincipalPattern::Account(_) if !is_root => None,
        other => Some(matches(other, request, unreadable)),
    }))
}

fn matches<T: Truth>(pattern: &PrincipalPattern, request: &Request<'_>, unreadable: &Doubt<'_>) -> T {
    let principal = request.question.principal;
    let text = principal.text();
    let is_type = |wanted| principal.principal_type() == wanted;
    match pattern {
        PrincipalPattern::Everyone => T::known(true),
        PrincipalPattern::Account(account) => {
            T::known(is_type(PrincipalType::Aws) && principal.account() == Some(account))
        }
        PrincipalPattern::User(arn) | PrincipalPattern::FederatedUser(arn) => T::known(text == arn),
        PrincipalPattern::Role(arn) => matches_role(arn, request),
        PrincipalPattern::RoleSession(arn) => matches_session(arn, request),
        PrincipalPattern::Service(host) => T::known(is_type(PrincipalType::Service) && text.eq_ignore_ascii_case(host)),
        PrincipalPattern::Federated(name) => T::known(is_type(PrincipalType::Federated) && text == name),
        PrincipalPattern::CanonicalUser(id) => {
            T::known(is_type(PrincipalType::CanonicalUser) && text.eq_ignore_ascii_case(id))
        }
        PrincipalPattern::UniqueId(_) => T::known(false),
        PrincipalPattern::Unknown { namespace, text } => {
            if namespace.is_none_or(is_type) && could_mean(text, request) {
                unreadable.truth()
            } else {
                T::known(false)
            }
        }
    }
}

/// Whether something that AWS does not accept as a principal would match this one if it were read with wildcards.
fn could_mean(written: &str, request: &Request<'_>) -> bool {
    let glob = Glob::new(written, WildcardScope::Anywhere);
    glob.matches(request.question.principal.text())
        || request
            .known_value("aws:principalarn")
            .is_some_and(|arn| glob.matches(&arn))
}

fn matches_role<T: Truth>(arn: &str, request: &Request<'_>) -> T {
    let principal = request.question.principal;
    match principal.kind() {
        PrincipalKind::Role { .. } => T::known(principal.text() == arn),
        PrincipalKind::AssumedRole { role, .. } => match request.known_value("aws:principalarn") {
            Some(own) => T::known(*own == *arn),
            None => session_of(arn, role, request),
        },
        _ => T::known(false),
    }
}

/// Role names are unique within an account; the path is what a session's ARN does not tell.
fn session_of<T: Truth>(arn: &str, role: &str, request: &Request<'_>) -> T {
    let principal = request.question.principal;
    let Some(named) = Arn::parse(arn) else {
        return T::known(false);
    };
    if named.name() != role || Some(named.account) != principal.account() || named.partition != principal.partition() {
        return T::known(false);
    }
    if named.resource_id() == role {
        return T::known(true);
    }
    T::open(|| text_test("aws:PrincipalArn", OperatorName::StringEquals, arn))
}

fn matches_session<T: Truth>(arn: &str, request: &Request<'_>) -> T {
    let principal = request.question.principal;
    let PrincipalKind::Role { name, .. } = principal.kind() else {
        return T::known(principal.text() == arn);
    };
    let Some(named) = Arn::parse(arn) else {
        return T::known(false);
    };
    let Some((role, session)) = named.resource_id().split_once('/') else {
        return T::known(false);
    };
    if role != name || Some(named.account) != principal.account() || named.partition != principal.partition() {
        return T::known(false);
    }
    let suffix = format!(":{session}");
    match request.known_value("aws:userid") {
        Some(own) => T::known(own.ends_with(&suffix)),
        None => T::open(|| text_test("aws:userid", OperatorName::StringLike, &format!("*{suffix}"))),
    }
}

/// Under which context the principal is a service-linked role.
pub(super) fn is_service_linked<T: Truth>(request: &Request<'_>) -> T {
    let principal = request.question.principal;
    let PrincipalKind::AssumedRole { role, .. } = principal.kind() else {
        return T::known(principal.is_service_linked_role());
    };
    match (request.known_value("aws:principalarn"), principal.account()) {
        (Some(arn), _) => T::known(names_service_linked_role(&arn)),
        (None, Some(account)) if role.starts_with("AWSServiceRoleFor") => {
            let pattern = format!("arn:{}:iam::{account}:role/aws-service-role/*", principal.partition());
            T::open(|| text_test("aws:PrincipalArn", OperatorName::StringLike, &pattern))
        }
        _ => T::known(false),
    }
}

fn text_test(key: &str, name: OperatorName, value: &str) -> Formula {
    let predicate = Predicate::Text {
        globs: vec![Glob::new(value, name.wildcard_scope())],
        case: LetterCase::Sensitive,
    };
    Atom::test(
        key,
        ConditionOperator::plain(name),
        vec![value.to_owned()],
        Arc::new(predicate),
    )
}
