//! What a row cannot say of workloads: the targets of state machines, rules, schedules and pipes, and what triggers a function.

pub(crate) mod bedrock;
pub(crate) mod build;
mod called;
pub(crate) mod event;
pub(crate) mod state_machine;
pub(crate) mod trigger;

use serde_json::Value;
use sv0_model::graph::EdgeKind;

use crate::description::{Link, Reference};
use crate::json::{is_arn, text_at};

/// An edge `INVOKES` to what an ARN names, and by what part of the workload (`via`).
fn invokes(arn: &str, via: &str) -> Option<Link> {
    is_arn(arn).then(|| Link::new(EdgeKind::Invokes, Reference::Arn(arn.to_owned())).with("via", via))
}

/// The link with the role under which the call is made, where the item names one at the path.
fn under_role(link: Link, item: &Value, path: &str) -> Link {
    match text_at(item, path).filter(|role| is_arn(role)) {
        Some(role) => link.with("role", role),
        None => link,
    }
}
