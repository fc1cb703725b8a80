//! Services that act for whoever asks them to, because nothing names the caller.
//!
//! Sources: IAM User Guide, "The confused deputy problem"; AWS Lambda Developer Guide, "Viewing resource-based IAM policies in Lambda" (a permission for a
//! service without `SourceArn` or `SourceAccount` lets that service call the function for any customer).

use sv0_iam::{Context, UnknownContext};
use sv0_model::graph::{Entity, EntityKind};

use super::calls::invocation_of;
use super::hops::{Ground, INVOKES, Leg, Stride};
use super::runs::Runs;
use super::step::Step;
use super::transfer::{Transfer, Way};
use crate::estate::{Estate, Place, Request, principal_text};
use sv0_model::path::PathState;

/// Services that call a function of another account because one of their customers set that up.
///
/// Sources: Amazon S3 User Guide, "Granting permissions to publish event notification messages to a destination"; Amazon SNS Developer Guide,
/// "Fanout to Lambda functions" (a topic of another account); Amazon EventBridge User Guide, "Cross-account targets"; Amazon API Gateway Developer Guide,
/// "Configure cross-account API with Lambda authorizer"; Elastic Load Balancing, "Use Lambda functions as targets" (the function is in the same account:
/// left out); Amazon CloudWatch Logs User Guide, "Subscription filters with AWS Lambda".
const ACTS_ACROSS_ACCOUNTS: &[&str] = &[
    "apigateway.amazonaws.com",
    "events.amazonaws.com",
    "logs.amazonaws.com",
    "s3.amazonaws.com",
    "sns.amazonaws.com",
];

/// Accounts that stand for an outsider's: the first that the estate does not know is taken.
const OUTSIDERS: [&str; 3] = ["000000000001", "000000000002", "000000000003"];

/// Whether a service calls what is in another account because one of its customers set that up.
pub(crate) fn acts_across_accounts(service: &str) -> bool {
    ACTS_ACROSS_ACCOUNTS.contains(&service)
}

/// The functions that a service calls for anyone, with the roles that they run as.
pub(crate) fn departures<'e>(ground: Ground<'e, '_>, runs: &Runs<'e>, service: &'e Entity) -> Vec<Transfer<'e>> {
    let name = principal_text(&service.native_id);
    if !acts_across_accounts(name) {
        return Vec::new();
    }
    let mut departures = Vec::new();
    for function in runs.granted_to(&service.native_id) {
        if let Some(leg) = leg(ground, service, name, function) {
            let running = runs.of(&function.native_id).iter();
            departures.extend(running.map(|(role, legs)| {
                let legs = std::iter::once(leg.clone()).chain(legs.iter().cloned()).collect();
                Transfer::new(role, Way::Invoke, legs)
            }));
        }
    }
    departures
}

fn leg(ground: Ground<'_, '_>, service: &Entity, name: &str, function: &Entity) -> Option<Leg> {
    let call = invocation_of(function).filter(|_| function.kind == EntityKind::LambdaFunction)?;
    let step = acts_for_outsiders(ground.estate, name, call.action, function)?;
    let stride = Stride {
        from: &service.native_id,
        relation: INVOKES,
        to: &function.native_id,
        actions: vec![call.action.to_owned()],
        on: None,
        note: "for any customer: no condition names the account or resource it must act for".to_owned(),
    };
    Some(ground.leg(stride, &step))
}

/// What lets a service act on a resource for somebody outside the organization; none where that is not certain.
pub(crate) fn acts_for_outsiders(estate: &Estate<'_>, service: &str, action: &str, on: &Entity) -> Option<Step> {
    let known = estate.known_accounts();
    let outsider = OUTSIDERS.into_iter().find(|account| !known.contains(account))?;
    let subject = estate.named_subject(service)?;
    let entity = estate.entity(&on.native_id)?;
    let place = Place::of(entity);
    let mut context = Context::new();
    let label = service.split('.').next().unwrap_or_default();
    let region = on.region.as_deref().unwrap_or_default();
    let source = match label {
        "s3" => format!("arn:{}:s3:::sv0-outsider", estate.partition()),
        _ => format!("arn:{}:{label}:{region}:{outsider}:sv0-outsider", estate.partition()),
    };
    context.insert("aws:SourceArn", vec![source]);
    context.insert("aws:SourceAccount", vec![outsider.to_owned()]);
    context.insert("aws:SourceOrgID", vec!["o-0000000000".to_owned()]);
    context.insert("aws:SourceOrgPaths", vec!["o-0000000000/r-0000/".to_owned()]);
    let request = Request {
        subject: &subject,
        action,
        place: &place,
        context: &context,
        unknown_context: UnknownContext::Any,
    };
    let step = Step::from(estate.judge(&request).ok()?);
    (step.state == PathState::Allowed && !step.statements.is_empty()).then_some(step)
}
