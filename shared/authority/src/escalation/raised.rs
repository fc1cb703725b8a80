//! Principals as they would be after an escalation.

use std::borrow::Cow;
use std::sync::Arc;

use sv0_iam::{NamedPolicy, Principal, UncollectedPolicy};
use sv0_model::arn::Arn;
use sv0_model::decision::{Caveat, Effect, Layer};
use sv0_model::graph::{EdgeKind, Entity, EntityKind};

use super::Escalation;
use super::calls::Asking;
use super::limits::{Limits, everything, text_of};
use crate::estate::{Estate, Holdings, Subject};
use crate::step::Step;

/// What is said to a principal that attaches a policy to a role that nothing singles out: control over permissions, which boundary and control policies may
/// take from whoever may do everything else.
pub(crate) fn controls_permissions(estate: &Estate<'_>, subject: &Subject<'_>) -> Option<Step> {
    let own = Arn::parse(subject.principal.text());
    let partition = own.map_or_else(|| estate.partition(), |own| own.partition);
    let role = format!(
        "arn:{partition}:iam::{}:role/sv0-any",
        subject.account().unwrap_or_default()
    );
    Asking::new(estate, subject).call("iam:AttachRolePolicy", &role)
}

/// What is said to a user or role that writes or attaches itself a policy of its choice; none where it may not.
pub(crate) fn rewrites_itself(estate: &Estate<'_>, subject: &Subject<'_>, limits: &Limits) -> Option<Step> {
    const OF_USERS: [&str; 2] = ["iam:AttachUserPolicy", "iam:PutUserPolicy"];
    const OF_ROLES: [&str; 2] = ["iam:AttachRolePolicy", "iam:PutRolePolicy"];
    let own = subject.entity?;
    let actions = if own.kind == EntityKind::IamUser {
        OF_USERS
    } else {
        OF_ROLES
    };
    let asking = Asking::new(estate, subject).bounded(limits.boundary.as_deref());
    let steps = actions.iter().filter_map(|action| asking.call(action, &own.native_id));
    steps.min_by_key(|step| step.state)
}

/// The new user or role of an escalation, without any permission: what its boundary and control policies leave it is up to its author.
pub(crate) fn made<'s>(estate: &Estate<'_>, escalation: &Escalation<'_>) -> Option<Subject<'s>> {
    let mut resources = escalation.calls.iter().map(|(_, resource)| resource);
    let principal = resources.find_map(|resource| {
        let principal = Principal::parse(resource, None).ok()?;
        principal.has_identity_policies().then_some(principal)
    })?;
    let mut holdings = Holdings::default();
    bind(estate, &mut holdings, &escalation.limits);
    Some(Subject {
        principal,
        entity: None,
        holdings: Cow::Owned(holdings),
    })
}

/// Adds the boundary that a gain is bound by.
fn bind(estate: &Estate<'_>, holdings: &mut Holdings, limits: &Limits) {
    let Some(boundary) = &limits.boundary else {
        return;
    };
    match text_of(estate, boundary) {
        Some(text) => holdings.boundaries.push(text),
        None => holdings.uncollected.push(UncollectedPolicy {
            layer: Layer::Boundary,
            name: boundary.clone(),
            caveat: Caveat::PolicyNotCollected,
        }),
    }
}

/// The principal if it held every permission: boundary and control policies still bind it.
pub(crate) fn with_every_permission<'s>(subject: &Subject<'s>) -> Subject<'s> {
    let mut holdings: Holdings = subject.holdings.clone().into_owned();
    holdings.identity = vec![everything("urn:sv0:everything")];
    Subject {
        holdings: Cow::Owned(holdings),
        ..subject.clone()
    }
}

/// The principal with what it can attach: a policy beside its own, or every permission.
pub(crate) fn with_attached<'s>(subject: &Subject<'s>, escalation: &Escalation<'_>) -> Subject<'s> {
    let Some(policy) = &escalation.attached else {
        return with_every_permission(subject);
    };
    let mut holdings: Holdings = subject.holdings.clone().into_owned();
    holdings.identity.push(NamedPolicy {
        name: escalation.limits.policy.clone().unwrap_or_default(),
        policy: Arc::clone(policy),
    });
    Subject {
        holdings: Cow::Owned(holdings),
        ..subject.clone()
    }
}

/// The principal with nothing that its own policies allow; what they deny stays denied.
pub(crate) fn without_permissions<'s>(subject: &Subject<'s>) -> Subject<'s> {
    let mut holdings: Holdings = subject.holdings.clone().into_owned();
    for policy in &mut holdings.identity {
        let denies = policy
            .policy
            .retaining(|statement| statement.effect() != Some(Effect::Allow));
        policy.policy = Arc::new(denies);
    }
    Subject {
        holdings: Cow::Owned(holdings),
        ..subject.clone()
    }
}

/// The principal without its boundary, or with the one that it gets instead.
pub(crate) fn without_boundary<'s>(estate: &Estate<'_>, subject: &Subject<'s>, limits: &Limits) -> Subject<'s> {
    let mut holdings: Holdings = subject.holdings.clone().into_owned();
    holdings.boundaries.clear();
    holdings.uncollected.retain(|policy| policy.layer != Layer::Boundary);
    bind(estate, &mut holdings, limits);
    Subject {
        holdings: Cow::Owned(holdings),
        ..subject.clone()
    }
}

/// The principal as a member of one more group.
pub(crate) fn in_group<'s>(estate: &Estate<'_>, subject: &Subject<'s>, group: &Entity) -> Subject<'s> {
    let mut holdings: Holdings = subject.holdings.clone().into_owned();
    for policy in estate.targets(&group.native_id, EdgeKind::HasPolicy) {
        holdings.identity.extend(estate.library().named(policy));
    }
    Subject {
        holdings: Cow::Owned(holdings),
        ..subject.clone()
    }
}
