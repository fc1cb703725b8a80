//! Principals as they would be after an escalation.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::json;
use sv0_iam::{NamedPolicy, parse_policy};
use sv0_model::arn::Arn;
use sv0_model::decision::Layer;
use sv0_model::graph::{EdgeKind, Entity};

use super::calls::Asking;
use crate::estate::{Estate, Holdings, Subject};
use crate::paths::Step;

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

/// The principal if it held every permission: boundary and control policies still bind it.
pub(crate) fn with_every_permission<'s>(subject: &Subject<'s>) -> Subject<'s> {
    let everything =
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let mut holdings: Holdings = subject.holdings.clone().into_owned();
    holdings.identity = vec![NamedPolicy {
        name: "urn:sv0:everything".to_owned(),
        policy: Arc::new(parse_policy(&everything).policy),
    }];
    Subject {
        holdings: Cow::Owned(holdings),
        ..subject.clone()
    }
}

/// The principal without its boundary.
pub(crate) fn without_boundary<'s>(subject: &Subject<'s>) -> Subject<'s> {
    let mut holdings: Holdings = subject.holdings.clone().into_owned();
    holdings.boundaries.clear();
    holdings.uncollected.retain(|policy| policy.layer != Layer::Boundary);
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
