//! Services that act for whoever asks them to, because nothing names the caller.
//!
//! Sources: IAM User Guide, "The confused deputy problem"; AWS Lambda Developer Guide, "Viewing resource-based IAM policies in Lambda" (a permission for a
//! service without `SourceArn` or `SourceAccount` lets that service call the function for any customer).

use sv0_iam::{Context, UnknownContext};
use sv0_model::graph::{Entity, EntityKind};

use super::calls::invocation_of;
use super::hops::{Ground, INVOKES, Leg, Stride};
use super::runs::Runs;
use super::transfer::{Transfer, Way};
use crate::access::{ActionTarget, Basis, Candidates, Survey};
use crate::estate::{Estate, Place, Request, principal_text};
use crate::step::Step;
use sv0_model::path::PathState;

/// A service that does in another account what one of its customers set up.
struct Deputy {
    host: &'static str,
    /// `aws:SourceArn` of its calls, with `{partition}`, `{region}` and `{account}` in it.
    source: &'static str,
    deeds: &'static [Deed],
}

/// What a service does for its customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    /// It calls functions, and writes to topics, queues and the like.
    Calls,
    /// It puts objects where the customer says.
    Puts,
    /// It puts objects into `AWSLogs/`, below the customer's account id.
    PutsBelowAccount,
}

const fn deputy(host: &'static str, source: &'static str, deeds: &'static [Deed]) -> Deputy {
    Deputy { host, source, deeds }
}

/// Sources for calls: Amazon S3 User Guide, "Granting permissions to publish event notification messages to a destination"; Amazon SNS Developer Guide,
/// "Fanout to Lambda functions" (a topic of another account); Amazon EventBridge User Guide, "Cross-account targets"; Amazon API Gateway Developer Guide,
/// "Configure cross-account API with Lambda authorizer"; Amazon CloudWatch Logs User Guide, "Subscription filters with AWS Lambda". Elastic Load Balancing calls
/// functions of the same account alone.
///
/// For objects, each with a policy that names `aws:SourceArn` or `aws:SourceAccount`: Amazon S3 User Guide, "Configuring Amazon S3 Inventory" (a destination of
/// another account); AWS CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail"; AWS Config Developer Guide, "Permissions for the Amazon S3 Bucket for the
/// AWS Config Delivery Channel"; Amazon CloudWatch Logs User Guide, "Logs sent to Amazon S3" and "Export log data to Amazon S3"; Amazon SES Developer Guide,
/// "Giving permissions to Amazon SES for email receiving"; Amazon GuardDuty User Guide, "Exporting generated findings to Amazon S3"; Amazon Macie User Guide,
/// "Storing and retaining sensitive data discovery results"; Elastic Load Balancing, "Enable access logs". Server access logs of S3 stay within an account: left out.
const DEPUTIES: &[Deputy] = &[
    deputy(
        "apigateway.amazonaws.com",
        "arn:{partition}:execute-api:{region}:{account}:sv0outside/*/GET/",
        &[Deed::Calls],
    ),
    deputy(
        "cloudtrail.amazonaws.com",
        "arn:{partition}:cloudtrail:{region}:{account}:trail/sv0-outsider",
        &[Deed::PutsBelowAccount],
    ),
    deputy(
        "config.amazonaws.com",
        "arn:{partition}:config:{region}:{account}:sv0-outsider",
        &[Deed::PutsBelowAccount],
    ),
    deputy(
        "delivery.logs.amazonaws.com",
        "arn:{partition}:logs:{region}:{account}:sv0-outsider",
        &[Deed::PutsBelowAccount],
    ),
    deputy(
        "events.amazonaws.com",
        "arn:{partition}:events:{region}:{account}:rule/sv0-outsider",
        &[Deed::Calls],
    ),
    deputy(
        "guardduty.amazonaws.com",
        "arn:{partition}:guardduty:{region}:{account}:detector/sv0-outsider",
        &[Deed::PutsBelowAccount],
    ),
    deputy(
        "logdelivery.elasticloadbalancing.amazonaws.com",
        "arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/sv0-outsider",
        &[Deed::PutsBelowAccount],
    ),
    deputy(
        "logs.amazonaws.com",
        "arn:{partition}:logs:{region}:{account}:log-group:sv0-outsider:*",
        &[Deed::Calls, Deed::Puts],
    ),
    deputy(
        "macie.amazonaws.com",
        "arn:{partition}:macie2:{region}:{account}:classification-job/sv0-outsider",
        &[Deed::PutsBelowAccount],
    ),
    deputy(
        "s3.amazonaws.com",
        "arn:{partition}:s3:::sv0-outsider",
        &[Deed::Calls, Deed::Puts],
    ),
    deputy(
        "ses.amazonaws.com",
        "arn:{partition}:ses:{region}:{account}:receipt-rule-set/sv0-outsider:receipt-rule/sv0-outsider",
        &[Deed::Puts],
    ),
    deputy(
        "sns.amazonaws.com",
        "arn:{partition}:sns:{region}:{account}:sv0-outsider",
        &[Deed::Calls],
    ),
];

/// CloudWatch Logs goes by the name of its Region, too: `logs.eu-west-1.amazonaws.com`.
fn deputy_of(host: &str) -> Option<&'static Deputy> {
    let is_regional = host.starts_with("logs.") && host.ends_with(".amazonaws.com");
    let host = if is_regional { "logs.amazonaws.com" } else { host };
    DEPUTIES.iter().find(|deputy| deputy.host == host)
}

/// Accounts that stand for an outsider's: the first that the estate does not know is taken.
const OUTSIDERS: [&str; 3] = ["000000000001", "000000000002", "000000000003"];

/// The functions that a service calls for anyone, with the roles that they run as.
pub(crate) fn departures<'e>(ground: Ground<'e, '_>, runs: &Runs<'e>, service: &'e Entity) -> Vec<Transfer<'e>> {
    let name = principal_text(&service.native_id);
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
    let step = acts_for_outsiders(ground.estate, name, call.action, ActionTarget::Whole, function)?;
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

/// What lets a service act on a resource, or on what lies in it, for somebody outside the organization; none where that is not certain.
pub(crate) fn acts_for_outsiders(
    estate: &Estate<'_>,
    service: &str,
    action: &str,
    target: ActionTarget,
    on: &Entity,
) -> Option<Step> {
    let deputy = deputy_of(service)?;
    let deed = deputy.deeds.iter().find(|deed| is_within(target) == deed.puts())?;
    let known = estate.known_accounts();
    let outsider = OUTSIDERS.into_iter().find(|account| !known.contains(account))?;
    let subject = estate.named_subject(service)?;
    let entity = estate.entity(&on.native_id)?;
    let context = context_of(estate, deputy, outsider, entity);
    if !deed.puts() {
        let place = Place::of(entity);
        let request = Request {
            subject: &subject,
            action,
            place: &place,
            context: &context,
            unknown_context: UnknownContext::Any,
        };
        return certain(Step::from(estate.judge(&request).ok()?));
    }
    let candidates = Candidates::of_one(estate, entity);
    let survey = Survey {
        estate,
        candidates: &candidates,
        subject: &subject,
        basis: Basis::Granted,
        context: &context,
        unknown_context: UnknownContext::Any,
    };
    let parts = survey.reach_of(action, None, target).into_iter();
    let mut theirs = parts.filter(|access| *deed == Deed::Puts || takes_folder_of(&access.scope, outsider));
    theirs.find_map(|access| certain(Step::from(access.evaluation)))
}

fn is_within(target: ActionTarget) -> bool {
    target == ActionTarget::Inside
}

impl Deed {
    fn puts(self) -> bool {
        self != Self::Calls
    }
}

/// What a service says of a call that it makes for an outsider. It encrypts what it sends, and gives the objects to the bucket's owner.
fn context_of(estate: &Estate<'_>, deputy: &Deputy, outsider: &str, on: &Entity) -> Context {
    let region = on.region.as_deref().unwrap_or_default();
    let source = deputy.source.replace("{partition}", estate.partition());
    let source = source.replace("{region}", region).replace("{account}", outsider);
    let mut context = Context::new();
    context.insert("aws:SourceArn", vec![source]);
    context.insert("aws:SourceAccount", vec![outsider.to_owned()]);
    context.insert("aws:SourceOrgID", vec!["o-0000000000".to_owned()]);
    context.insert("aws:SourceOrgPaths", vec!["o-0000000000/r-0000/".to_owned()]);
    context.insert("aws:SecureTransport", vec!["true".to_owned()]);
    context.insert("s3:x-amz-acl", vec!["bucket-owner-full-control".to_owned()]);
    context
}

fn certain(step: Step) -> Option<Step> {
    (step.state == PathState::Allowed && !step.statements.is_empty()).then_some(step)
}

/// Whether a part of a bucket holds a folder `AWSLogs/<account>/`, under some prefix. A pattern that names another account or an organization there does not.
fn takes_folder_of(scope: &str, account: &str) -> bool {
    let Some((_, below)) = scope.split_once("AWSLogs/") else {
        return true;
    };
    let folder = below.split('/').next().unwrap_or_default();
    match folder.split_once(['*', '?', '$']) {
        Some((beginning, _)) => account.starts_with(beginning),
        None => folder == account || folder.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::takes_folder_of;

    #[test]
    fn services_put_logs_below_their_customers_account() {
        for (scope, want) in [
            ("arn:aws:s3:::b", true),
            ("arn:aws:s3:::b/trail/*", true),
            ("arn:aws:s3:::b/AWSLogs/*", true),
            ("arn:aws:s3:::b/trail/AWSLogs/*/CloudTrail/*", true),
            ("arn:aws:s3:::b/AWSLogs/000000000001/*", true),
            ("arn:aws:s3:::b/AWSLogs/111111111111/*", false),
            ("arn:aws:s3:::b/AWSLogs/1111*", false),
            ("arn:aws:s3:::b/AWSLogs/o-acme/*", false),
        ] {
            assert_eq!(takes_folder_of(scope, "000000000001"), want, "{scope}");
        }
    }
}
