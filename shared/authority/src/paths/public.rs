//! Functions that everyone sets going: by a URL that asks nobody who they are, or with the credentials of any AWS account.
//!
//! Source: AWS Lambda Developer Guide, "Control access to Lambda function URLs" and "Viewing resource-based IAM policies in Lambda". Of URLs made since
//! October 2025 AWS asks for `lambda:InvokeFunction` as well; nothing recorded tells which they are, so the first permission alone counts.

use serde_json::Value;
use sv0_iam::{Context, Evaluation, UnknownContext};
use sv0_model::graph::{Entity, EntityKind};
use sv0_model::path::PathState;

use super::hops::{Ground, INVOKES, Leg, Stride};
use super::runs::Runs;
use super::transfer::{Transfer, Way};
use crate::estate::{Place, Request};
use crate::findings::opens_to_everyone;
use crate::step::Step;

/// Somebody of an account that nobody knows.
const STRANGER: &str = "arn:aws:iam::000000000000:root";

/// A call that everyone may make.
struct Call {
    by: &'static str,
    action: &'static str,
    /// How it is made, of a function and the entity whose policy lets everyone in.
    note: fn(&Entity, &Entity) -> &'static str,
    /// What the request says of itself.
    says: &'static [(&'static str, &'static str)],
}

const CALLS: &[Call] = &[
    Call {
        by: "anonymous",
        action: "lambda:InvokeFunctionUrl",
        note: over_url,
        says: &[],
    },
    Call {
        by: STRANGER,
        action: "lambda:InvokeFunction",
        note: |_, _| "with the credentials of any AWS account",
        says: &[("lambda:InvokedViaFunctionUrl", "false")],
    },
];

fn over_url(function: &Entity, entity: &Entity) -> &'static str {
    let qualifier = entity.native_id.strip_prefix(&function.native_id).unwrap_or_default();
    let auth_type = function.attributes.get(&format!("function_url_auth_type{qualifier}"));
    match auth_type.and_then(Value::as_str) {
        Some("NONE") => "over the function's URL, which asks for no signature",
        Some(_) => "over the function's URL, with the credentials of any AWS account",
        None => "over the function's URL, if it has one that asks for no signature",
    }
}

/// The functions that everyone sets going, with the roles that they run as.
pub(crate) fn departures<'e>(ground: Ground<'e, '_>, runs: &Runs<'e>, everyone: &'e Entity) -> Vec<Transfer<'e>> {
    let mut departures = Vec::new();
    for entity in ground.estate.graph().entities.values() {
        let Some(function) = function_open_in(ground, entity) else {
            continue;
        };
        let legs = CALLS
            .iter()
            .filter_map(|call| leg(ground, everyone, call, entity, function));
        let Some(leg) = legs.min_by_key(|leg| leg.hop.state) else {
            continue;
        };
        let running = runs.of(&function.native_id).iter();
        departures.extend(running.map(|(role, legs)| {
            let legs = std::iter::once(leg.clone()).chain(legs.iter().cloned()).collect();
            Transfer::new(role, Way::Invoke, legs)
        }));
    }
    departures
}

/// The function that an entity is, or whose alias it is, where its policy names everyone.
fn function_open_in<'e>(ground: Ground<'e, '_>, entity: &'e Entity) -> Option<&'e Entity> {
    let can_be = matches!(entity.kind, EntityKind::LambdaFunction | EntityKind::GenericResource);
    let function = ground.estate.function_of(entity).filter(|_| can_be)?;
    ground
        .estate
        .names_everyone(entity)
        .then(|| ground.entity(&function.native_id))
        .flatten()
}

fn leg(ground: Ground<'_, '_>, everyone: &Entity, call: &Call, entity: &Entity, function: &Entity) -> Option<Leg> {
    let step = Step::from(ask(ground, call, entity)?);
    let stride = Stride {
        from: &everyone.native_id,
        relation: INVOKES,
        to: &function.native_id,
        actions: vec![call.action.to_owned()],
        on: None,
        note: (call.note)(function, entity).to_owned(),
    };
    let reason = "events name whoever called, not that everyone may";
    (step.state != PathState::Blocked).then(|| ground.configured(stride, &step, reason))
}

fn ask(ground: Ground<'_, '_>, call: &Call, entity: &Entity) -> Option<Evaluation> {
    let subject = ground.estate.named_subject(call.by)?;
    let place = Place::of(ground.entity(&entity.native_id)?);
    let mut context = Context::new();
    for (key, value) in call.says {
        context.insert(key, vec![(*value).to_owned()]);
    }
    let request = Request {
        subject: &subject,
        action: call.action,
        place: &place,
        context: &context,
        unknown_context: UnknownContext::Any,
    };
    let evaluation = ground.estate.judge(&request).ok()?;
    (evaluation.decision.is_possible() && !evaluation.granting.is_empty() && opens_to_everyone(&evaluation))
        .then_some(evaluation)
}
