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

/// In which way an element names the principal.
#[derive(Debug, Clone, Default)]
pub(super) struct Named {
    /// By itself: user, session, service, `*`.
    pub(super) directly: Option<Formula>,
    /// As a session of the role that is named.
    pub(super) as_role: Option<Formula>,
    /// As belonging to the account that is named.
    pub(super) by_account: Option<Formula>,
}

impl Named {
    /// Under which context it is named at all.
    pub(super) fn at_all(&self) -> Formula {
        Formula::any(
            [&self.directly, &self.as_role, &self.by_account]
                .into_iter()
                .flatten()
                .cloned(),
        )
    }

    fn add(slot: &mut Option<Formula>, formula: Formula) {
        let before = slot.take().unwrap_or(Formula::False);
        *slot = Some(Formula::any([before, formula]));
    }
}

/// How the patterns of a Principal element name the principal.
pub(super) fn named_by(patterns: &[PrincipalPattern], request: &Request<'_>, unreadable: &Doubt<'_>) -> Named {
    let mut named = Named::default();
    for pattern in patterns {
        let formula = matches(pattern, request, unreadable);
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
pub(super) fn exempted_by(patterns: &[PrincipalPattern], request: &Request<'_>, unreadable: &Doubt<'_>) -> Formula {
    let is_root = *request.question.principal.kind() == PrincipalKind::Root;
    Formula::any(patterns.iter().filter_map(|pattern| match pattern {
        PrincipalPattern::Account(_) if !is_root => None,
        other => Some(matches(other, request, unreadable)),
    }))
}

fn matches(pattern: &PrincipalPattern, request: &Request<'_>, unreadable: &Doubt<'_>) -> Formula {
    let principal = request.question.principal;
    let text = principal.text();
    let is_type = |wanted| principal.principal_type() == wanted;
    match pattern {
        PrincipalPattern::Everyone => Formula::True,
        PrincipalPattern::Account(account) => {
            Formula::known(is_type(PrincipalType::Aws) && principal.account() == Some(account))
        }
        PrincipalPattern::User(arn) | PrincipalPattern::FederatedUser(arn) => Formula::known(text == arn),
        PrincipalPattern::Role(arn) => matches_role(arn, request),
        PrincipalPattern::RoleSession(arn) => matches_session(arn, request),
        PrincipalPattern::Service(host) => {
            Formula::known(is_type(PrincipalType::Service) && text.eq_ignore_ascii_case(host))
        }
        PrincipalPattern::Federated(name) => Formula::known(is_type(PrincipalType::Federated) && text == name),
        PrincipalPattern::CanonicalUser(id) => {
            Formula::known(is_type(PrincipalType::CanonicalUser) && text.eq_ignore_ascii_case(id))
        }
        PrincipalPattern::UniqueId(_) => Formula::False,
        PrincipalPattern::Unknown { namespace, text } => {
            if namespace.is_none_or(is_type) && could_mean(text, request) {
                unreadable.formula()
            } else {
                Formula::False
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

fn matches_role(arn: &str, request: &Request<'_>) -> Formula {
    let principal = request.question.principal;
    match principal.kind() {
        PrincipalKind::Role { .. } => Formula::known(principal.text() == arn),
        PrincipalKind::AssumedRole { role, .. } => match request.known_value("aws:principalarn") {
            Some(own) => Formula::known(*own == *arn),
            None => session_of(arn, role, request),
        },
        _ => Formula::False,
    }
}

/// Role names are unique within an account; the path is what a session's ARN does not tell.
fn session_of(arn: &str, role: &str, request: &Request<'_>) -> Formula {
    let principal = request.question.principal;
    let Some(named) = Arn::parse(arn) else {
        return Formula::False;
    };
    if named.name() != role || Some(named.account) != principal.account() || named.partition != principal.partition() {
        return Formula::False;
    }
    if named.resource_id() == role {
        return Formula::True;
    }
    text_test("aws:PrincipalArn", OperatorName::StringEquals, arn)
}

fn matches_session(arn: &str, request: &Request<'_>) -> Formula {
    let principal = request.question.principal;
    let PrincipalKind::Role { name, .. } = principal.kind() else {
        return Formula::known(principal.text() == arn);
    };
    let Some(named) = Arn::parse(arn) else {
        return Formula::False;
    };
    let Some((role, session)) = named.resource_id().split_once('/') else {
        return Formula::False;
    };
    if role != name || Some(named.account) != principal.account() || named.partition != principal.partition() {
        return Formula::False;
    }
    let suffix = format!(":{session}");
    match request.known_value("aws:userid") {
        Some(own) => Formula::known(own.ends_with(&suffix)),
        None => text_test("aws:userid", OperatorName::StringLike, &format!("*{suffix}")),
    }
}

/// Under which context the principal is a service-linked role.
pub(super) fn is_service_linked(request: &Request<'_>) -> Formula {
    let principal = request.question.principal;
    let PrincipalKind::AssumedRole { role, .. } = principal.kind() else {
        return Formula::known(principal.is_service_linked_role());
    };
    match (request.known_value("aws:principalarn"), principal.account()) {
        (Some(arn), _) => Formula::known(names_service_linked_role(&arn)),
        (None, Some(account)) if role.starts_with("AWSServiceRoleFor") => {
            let pattern = format!("arn:{}:iam::{account}:role/aws-service-role/*", principal.partition());
            text_test("aws:PrincipalArn", OperatorName::StringLike, &pattern)
        }
        _ => Formula::False,
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
