//! S3 access points: a second way to a bucket, with a policy of its own.
//!
//! Source: Amazon S3 User Guide, "Configuring IAM policies for using access points": "For an application or user to be able to access objects through an access point,
//! both the access point and the underlying bucket must permit the request." Restrictions of an access point "apply only to requests made through that access point".
//! The caller's own policies are matched against the access point's ARN. The documentation does not say that they have to allow the bucket's as well; here they need not,
//! while a Deny on the bucket's ARN counts.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use sv0_iam::{EvaluateError, Evaluation, NamedPolicy, UnknownContext, parse_policy};
use sv0_model::arn::{account_of, is_account_id};
use sv0_model::decision::{ConditionExpression, Decision, Layer};
use sv0_model::graph::{Entity, EntityKind, Graph};

use super::Estate;
use super::compose::{both, either, provided};
use super::judge::{Request, denies};
use super::place::Place;
use super::subject::Subject;

const POINT_ARN: &str = "s3:DataAccessPointArn";
const POINT_ACCOUNT: &str = "s3:DataAccessPointAccount";
const NETWORK_ORIGIN: &str = "s3:AccessPointNetworkOrigin";
const SOURCE_VPC: &str = "aws:SourceVpc";

/// What the caller's side of a request through an access point is called where the bucket is asked: it has been asked already.
const CALLER_WAS_ASKED: &str = "urn:sv0:caller-was-asked-at-the-access-point";

/// Actions on a bucket as a whole that access points take ("Access point compatibility with AWS services", S3 operations); of those on objects all are taken.
const BUCKET_ACTIONS: &[&str] = &[
    "s3:GetBucketLocation",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
];

/// Access points by the ARN of their bucket.
pub(crate) struct AccessPoints<'g>(BTreeMap<&'g str, Vec<&'g Entity>>);

impl<'g> AccessPoints<'g> {
    pub(crate) fn new(graph: &'g Graph) -> Self {
        let mut by_bucket: BTreeMap<&str, Vec<&Entity>> = BTreeMap::new();
        for point in graph.entities.values().filter(|entity| is_access_point(entity)) {
            if let Some(bucket) = bucket_arn(point) {
                by_bucket.entry(bucket).or_default().push(point);
            }
        }
        Self(by_bucket)
    }
}

/// Whether an entity is an S3 access point.
pub(crate) fn is_access_point(entity: &Entity) -> bool {
    entity.attributes.get("resource_type").and_then(Value::as_str) == Some("AWS::S3::AccessPoint")
}

fn bucket_arn(point: &Entity) -> Option<&str> {
    point.attributes.get("bucket").and_then(Value::as_str)
}

impl<'g> Estate<'g> {
    /// The access points of a bucket, sorted by ARN.
    pub(crate) fn access_points_of(&self, bucket: &Entity) -> &[&'g Entity] {
        self.access_points
            .0
            .get(bucket.native_id.as_str())
            .map_or(&[], Vec::as_slice)
    }

    /// The bucket that an access point leads to.
    pub(crate) fn bucket_of(&self, point: &Entity) -> Option<&'g Entity> {
        if !is_access_point(point) {
            return None;
        }
        self.entity(bucket_arn(point)?)
    }

    /// The decision on a request for a bucket or an object: directly, or through one of the bucket's access points.
    pub(crate) fn by_any_way(&self, request: &Request<'_>) -> Result<Evaluation, EvaluateError> {
        let directly = self.judge_direct(request)?;
        let Some(bucket) = request
            .place
            .entity
            .filter(|entity| entity.kind == EntityKind::S3Bucket)
        else {
            return Ok(directly);
        };
        let points = self.access_points_of(bucket);
        if directly.decision == Decision::Allow || points.is_empty() || !is_taken(request, bucket) {
            return Ok(directly);
        }
        let mut best = self.without_known_points(request, directly, points)?;
        for point in points {
            if let Some(through) = self.through_point(request, bucket, point)? {
                best = either(best, through);
            }
        }
        Ok(best)
    }

    /// Replaces an answer that hangs on coming through some access point of accounts whose access points are known: which of them it is, is asked for each.
    fn without_known_points(
        &self,
        request: &Request<'_>,
        directly: Evaluation,
        points: &[&Entity],
    ) -> Result<Evaluation, EvaluateError> {
        let known: BTreeSet<&str> = points.iter().filter_map(|point| point.account.as_deref()).collect();
        let hangs_on_known = directly
            .condition
            .as_ref()
            .is_some_and(|condition| needs_point_of(condition, &known));
        if !hangs_on_known {
            return Ok(directly);
        }
        let mut context = request.context.clone();
        for key in [POINT_ARN, POINT_ACCOUNT, NETWORK_ORIGIN] {
            context.mark_absent(key);
        }
        self.judge_direct(&Request {
            context: &context,
            ..*request
        })
    }

    /// The decision on coming through one access point; none where the request is known not to.
    fn through_point(
        &self,
        request: &Request<'_>,
        bucket: &Entity,
        point: &'g Entity,
    ) -> Result<Option<Evaluation>, EvaluateError> {
        let is_given = match (request.context.get(POINT_ARN), request.unknown_context) {
            (Some([given]), _) if *given == point.native_id => true,
            (Some(_), _) | (None, UnknownContext::Absent) => return Ok(None),
            (None, UnknownContext::Any) if request.context.is_absent(POINT_ARN) => return Ok(None),
            (None, UnknownContext::Any) => false,
        };
        let place = Place::inside(point, at_point(&request.place.arn, bucket, point));
        let evaluation = self.judge_at_point(&Request {
            place: &place,
            ..*request
        })?;
        Ok(Some(if is_given {
            evaluation
        } else {
            provided(evaluation, comes_through(point), Layer::Resource)
        }))
    }

    /// The decision on a request that names an access point: the access point's and the bucket's.
    pub(crate) fn judge_at_point(&self, request: &Request<'_>) -> Result<Evaluation, EvaluateError> {
        let Some(point) = request.place.entity.filter(|entity| is_access_point(entity)) else {
            return self.judge_direct(request);
        };
        let mut context = request.context.clone();
        for (key, value) in keys_of(point) {
            if context.get(key).is_none() {
                context.insert(key, vec![value.to_owned()]);
            }
        }
        let at_point = self.judge_direct(&Request {
            context: &context,
            ..*request
        })?;
        let at_point = within_vpc(request, point, at_point);
        let Some(bucket) = self.bucket_of(point) else {
            return Ok(at_point);
        };
        let place = Place::inside(bucket, at_bucket(&request.place.arn, bucket, point));
        let caller = already_asked(request.subject);
        let mut at_bucket = self.judge_direct(&Request {
            subject: &caller,
            place: &place,
            context: &context,
            ..*request
        })?;
        for references in [&mut at_bucket.statements, &mut at_bucket.granting] {
            references.retain(|reference| reference.policy != CALLER_WAS_ASKED);
        }
        Ok(both(at_point, at_bucket))
    }
}

/// The keys that every request through an access point carries.
fn keys_of(point: &Entity) -> Vec<(&'static str, &str)> {
    let mut keys = vec![(POINT_ARN, point.native_id.as_str())];
    keys.extend(point.account.as_deref().map(|account| (POINT_ACCOUNT, account)));
    let origin = point.attributes.get("network_origin").and_then(Value::as_str);
    keys.extend(origin.map(|origin| (NETWORK_ORIGIN, origin)));
    keys
}

/// "If an access point is restricted to a VPC, all requests from outside of that VPC are rejected."
fn within_vpc(request: &Request<'_>, point: &Entity, evaluation: Evaluation) -> Evaluation {
    let text = |name: &str| point.attributes.get(name).and_then(Value::as_str);
    if text("network_origin") != Some("VPC") {
        return evaluation;
    }
    let vpc = text("vpc_id").unwrap_or("vpc-*");
    match request.context.get(SOURCE_VPC) {
        Some([given]) if text("vpc_id").is_none_or(|vpc| vpc == given) => evaluation,
        None if request.unknown_context == UnknownContext::Any && !request.context.is_absent(SOURCE_VPC) => {
            let operator = if text("vpc_id").is_some() {
                "StringEquals"
            } else {
                "StringLike"
            };
            provided(evaluation, test(SOURCE_VPC, operator, vpc), Layer::Resource)
        }
        _ => refused(evaluation),
    }
}

fn refused(mut evaluation: Evaluation) -> Evaluation {
    if !denies(evaluation.decision) {
        evaluation.decision = Decision::ImplicitDeny;
        evaluation.condition = None;
        evaluation.statements = Vec::new();
        evaluation.blocked_by = vec![Layer::Resource];
    }
    evaluation
}

/// The caller with permission for everything on its own side, less what its policies deny.
fn already_asked<'s>(subject: &Subject<'s>) -> Subject<'s> {
    let mut caller = subject.clone();
    let everything =
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let mut holdings = caller.holdings.into_owned();
    holdings.identity.push(NamedPolicy {
        name: CALLER_WAS_ASKED.to_owned(),
        policy: Arc::new(parse_policy(&everything).policy),
    });
    caller.holdings = Cow::Owned(holdings);
    caller
}

fn is_taken(request: &Request<'_>, bucket: &Entity) -> bool {
    let is_whole = request.place.arn == bucket.native_id;
    !is_whole
        || BUCKET_ACTIONS
            .iter()
            .any(|action| action.eq_ignore_ascii_case(request.action))
}

/// `arn:aws:s3:::bucket/key` as requests through an access point name it: `<access point>/object/key`.
fn at_point(arn: &str, bucket: &Entity, point: &Entity) -> String {
    match inside(arn, &bucket.native_id, "/") {
        Some(key) => format!("{}/object/{key}", point.native_id),
        None => point.native_id.clone(),
    }
}

fn at_bucket(arn: &str, bucket: &Entity, point: &Entity) -> String {
    match inside(arn, &point.native_id, "/object/") {
        Some(key) => format!("{}/{key}", bucket.native_id),
        None => bucket.native_id.clone(),
    }
}

fn inside<'a>(arn: &'a str, whole: &str, separator: &str) -> Option<&'a str> {
    arn.strip_prefix(whole)?.strip_prefix(separator)
}

/// A pattern of an access point's objects as one of its bucket's objects.
pub(crate) fn as_bucket_pattern(pattern: &str, bucket: &Entity, points: &[&Entity]) -> Option<String> {
    points.iter().find_map(|point| {
        let key = inside(pattern, &point.native_id, "/object/")?;
        Some(format!("{}/{key}", bucket.native_id))
    })
}

fn comes_through(point: &Entity) -> ConditionExpression {
    test(POINT_ARN, "StringEquals", &point.native_id)
}

fn test(key: &str, operator: &str, value: &str) -> ConditionExpression {
    ConditionExpression::Test {
        key: key.to_owned(),
        operator: operator.to_owned(),
        values: vec![value.to_owned()],
    }
}

/// Whether the condition cannot hold unless the request comes through an access point of one of the accounts.
fn needs_point_of(condition: &ConditionExpression, accounts: &BTreeSet<&str>) -> bool {
    match condition {
        ConditionExpression::All { all } => all.iter().any(|child| needs_point_of(child, accounts)),
        ConditionExpression::Any { any } => !any.is_empty() && any.iter().all(|child| needs_point_of(child, accounts)),
        ConditionExpression::Test { key, operator, values } => {
            let is_key = |name: &str| key.eq_ignore_ascii_case(name);
            let account = |value: &String| {
                let account = if is_account_id(value) {
                    Some(value.as_str())
                } else {
                    account_of(value)
                };
                account.is_some_and(|account| accounts.contains(account))
            };
            let is_positive = matches!(
                operator.as_str(),
                "StringEquals" | "StringLike" | "ArnEquals" | "ArnLike"
            );
            (is_key(POINT_ARN) || is_key(POINT_ACCOUNT)) && is_positive && values.iter().all(account)
        }
    }
}
