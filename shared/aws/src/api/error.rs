//! Refusals: AWS's code and words out of every protocol, and what they mean for the caller.

use serde_json::Value;
use sv0_collect::Failure;

use super::answer::{Element, Reply, document};
use super::wire::CallFacts;
use super::words::bounded;

/// What a service said in place of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// AWS's name of the error, or `Http404` where it gave none.
    pub code: String,
    /// Bounded, and without what looks like a secret.
    pub message: String,
    pub verdict: Verdict,
}

/// What is done about a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing.
    Final(Failure),
    /// Every caller of the API waits.
    Throttled,
    /// The call is made again.
    Server,
    /// The credentials are renewed, once.
    Expired,
    /// The clock is corrected, once.
    Skewed,
}

/// Reads a refusal. `region` is the one the request was signed for.
pub(crate) fn refusal(facts: CallFacts, reply: &Reply, region: &str) -> Refusal {
    let found = if facts.service.protocol.is_json() {
        json_refusal(reply)
    } else {
        xml_refusal(reply)
    };
    let (code, message) = found;
    let code = code
        .filter(|code| is_code(code))
        .unwrap_or_else(|| format!("Http{}", reply.status));
    let verdict = verdict(&facts.service.service_id, &code, &message, reply.status, region);
    Refusal {
        code,
        message: bounded(&message),
        verdict,
    }
}

fn json_refusal(reply: &Reply) -> (Option<String>, String) {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let text = |names: &[&str]| {
        let found = names.iter().find_map(|name| body.get(name)?.as_str());
        found.map(str::to_owned)
    };
    // Services that once spoke the query protocol still go by its codes: `AWS.SimpleQueueService.NonExistentQueue;Sender`.
    let query_code = reply
        .header("x-amzn-query-error")
        .and_then(|text| text.split(';').next());
    let header = reply.header("x-amzn-errortype");
    let code = query_code
        .or(header)
        .map(str::to_owned)
        .or_else(|| text(&["__type", "code", "Code"]));
    let code = code.map(|code| {
        // `com.amazonaws.sts#ExpiredToken`, `ValidationException:http://internal.amazon.com/coral/`
        let code = code.rsplit('#').next().unwrap_or_default();
        code.split(':').next().unwrap_or_default().to_owned()
    });
    let message = text(&["message", "Message", "errorMessage"]).unwrap_or_default();
    (code, message)
}

/// `ErrorResponse/Error`, EC2's `Response/Errors/Error`, and the bare `Error` of S3.
fn xml_refusal(reply: &Reply) -> (Option<String>, String) {
    let Ok(root) = document(&reply.body) else {
        return (None, String::new());
    };
    let inner = root.child("Error").or_else(|| root.child("Errors")?.child("Error"));
    let error = inner.unwrap_or(&root);
    let text = |name: &str| error.child(name).map(|child: &Element| child.text.trim().to_owned());
    (text("Code"), text("Message").unwrap_or_default())
}

fn is_code(code: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    (1..=128).contains(&code.len()) && code.chars().all(is_letter)
}

const THROTTLED: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

const SERVER: &[&str] = &[
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServerException",
    "InternalServiceError",
    "InternalServiceException",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceException",
    "ServiceFailure",
    "ServiceUnavailable",
    "ServiceUnavailableException",
];

const EXPIRED: &[&str] = &["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"];

const SKEWED: &[&str] = &["RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"];

/// A wrong signature or, by its message, a wrong clock.
const SIGNATURES: &[&str] = &["InvalidSignatureException", "SignatureDoesNotMatch"];

/// The credentials are not known, which in a Region that is not enabled is true of all.
const UNKNOWN_CREDENTIALS: &[&str] = &["AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException"];

const FINAL: &[(&str, Failure)] = &[
    ("AccessDenied", Failure::Denied),
    ("AccessDeniedException", Failure::Denied),
    ("AuthorizationError", Failure::Denied),
    ("AuthorizationErrorException", Failure::Denied),
    ("AWSOrganizationsNotInUseException", Failure::ServiceDisabled),
    ("NotAuthorized", Failure::Denied),
    ("OptInRequired", Failure::ServiceDisabled),
    ("OrganizationAccessDeniedException", Failure::Denied),
    ("RegionDisabled", Failure::RegionDisabled),
    ("RegionDisabledException", Failure::RegionDisabled),
    ("ReportNotPresent", Failure::NotFound),
    ("SubscriptionRequiredException", Failure::ServiceDisabled),
    ("UnauthorizedException", Failure::Denied),
    ("UnauthorizedOperation", Failure::Denied),
    ("UnknownOperationException", Failure::ServiceDisabled),
];

/// Codes that mean something else in one service: by its id.
const OF_SERVICE: &[(&str, &str, Failure)] = &[("SecurityHub", "InvalidAccessException", Failure::ServiceDisabled)];

fn verdict(service_id: &str, code: &str, message: &str, status: u16, region: &str) -> Verdict {
    let speaks_of_time = ["expired", "not yet current", "skew"]
        .iter()
        .any(|word| message.contains(word));
    if let Some((.., failure)) = OF_SERVICE.iter().find(|(id, own, _)| (*id, *own) == (service_id, code)) {
        Verdict::Final(*failure)
    } else if THROTTLED.contains(&code) {
        Verdict::Throttled
    } else if EXPIRED.contains(&code) {
        Verdict::Expired
    } else if SKEWED.contains(&code) || (SIGNATURES.contains(&code) && speaks_of_time) {
        Verdict::Skewed
    } else if SERVER.contains(&code) {
        Verdict::Server
    } else if UNKNOWN_CREDENTIALS.contains(&code) {
        Verdict::Final(if is_enabled_by_default(region) {
            Failure::Denied
        } else {
            Failure::RegionDisabled
        })
    } else if SIGNATURES.contains(&code) {
        Verdict::Final(Failure::Denied)
    } else if let Some((_, failure)) = FINAL.iter().find(|(own, _)| *own == code) {
        Verdict::Final(*failure)
    } else if is_not_found(code) {
        Verdict::Final(Failure::NotFound)
    } else {
        by_status(code, status)
    }
}

fn is_not_found(code: &str) -> bool {
    let ends = [
        "NotFound",
        "NotFoundException",
        "NotFoundFault",
        "DoesNotExist",
        "DoesNotExistException",
    ];
    code.starts_with("NoSuch") || code.contains("NonExistent") || ends.iter().any(|end| code.ends_with(end))
}

fn by_status(code: &str, status: u16) -> Verdict {
    let is_unnamed = code.starts_with("Http");
    match status {
        429 => Verdict::Throttled,
        408 | 500.. => Verdict::Server,
        401 | 403 if is_unnamed => Verdict::Final(Failure::Denied),
        404 if is_unnamed => Verdict::Final(Failure::NotFound),
        _ => Verdict::Final(Failure::Invalid),
    }
}

/// Regions that every account has, from AWS, "Enable or disable AWS Regions in your account": those introduced before 20 March 2019. In the other
/// partitions every Region is enabled.
const DEFAULT_REGIONS: &[&str] = &[
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

fn is_enabled_by_default(region: &str) -> bool {
    region.starts_with("cn-") || region.starts_with("us-gov-") || DEFAULT_REGIONS.contains(&region)
}
