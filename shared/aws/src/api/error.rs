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

impl Verdict {
    /// What a caller is told when nothing more is done about it.
    pub(crate) fn failure(self) -> Failure {
        match self {
            Self::Final(failure) => failure,
            Self::Throttled => Failure::Throttled,
            Self::Server => Failure::Server,
            Self::Expired => Failure::Expired,
            Self::Skewed => Failure::Invalid,
        }
    }
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
    "KMSThrottlingException",
    "KmsThrottlingException",
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
    ("KMSAccessDeniedException", Failure::Denied),
    ("KmsAccessDeniedException", Failure::Denied),
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

/// What a refusal is to whoever does not ask again, by AWS's id of the service, the refusal's code and words, its status, and the Region that was asked.
pub(crate) fn refused(service_id: &str, code: &str, message: &str, status: u16, region: &str) -> Failure {
    verdict(service_id, code, message, status, region).failure()
}

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

#[cfg(test)]
mod tests {
    use sv0_collect::ApiCall;
    use sv0_collect::calls::{iam, organizations};

    use super::*;
    use crate::api::wire::facts;

    fn read(call: &'static ApiCall, headers: &[(&str, &str)], body: &str, region: &str) -> Refusal {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let reply = Reply {
            status: 400,
            headers: headers.collect(),
            body: body.as_bytes().to_vec(),
        };
        refusal(facts(call).unwrap(), &reply, region)
    }

    #[test]
    fn codes_are_found_wherever_a_protocol_puts_them() {
        for (headers, body, code) in [
            (
                vec![("x-amzn-errortype", "ValidationException:http://internal.amazon.com/")],
                "{}",
                "ValidationException",
            ),
            (
                vec![("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender")],
                r#"{"__type":"QueueDoesNotExist"}"#,
                "AWS.SimpleQueueService.NonExistentQueue",
            ),
            (
                vec![],
                r#"{"__type":"com.amazonaws.organizations#TooManyRequestsException"}"#,
                "TooManyRequestsException",
            ),
            (vec![], r#"{"code":"AccessDeniedException"}"#, "AccessDeniedException"),
            (vec![], "<html>", "Http400"),
            (vec![], r#"{"__type":"two words"}"#, "Http400"),
            (vec![], "", "Http400"),
        ] {
            assert_eq!(
                read(&organizations::LIST_ACCOUNTS, &headers, body, "us-east-1").code,
                code
            );
        }
        for body in [
            "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>m</Message></Error></ErrorResponse>",
            "<Response><Errors><Error><Code>NoSuchEntity</Code><Message>m</Message></Error></Errors></Response>",
            "<Error><Code>NoSuchEntity</Code><Message>m</Message></Error>",
        ] {
            let found = read(&iam::GET_ACCOUNT_AUTHORIZATION_DETAILS, &[], body, "us-east-1");
            assert_eq!((found.code.as_str(), found.message.as_str()), ("NoSuchEntity", "m"));
            assert_eq!(found.verdict, Verdict::Final(Failure::NotFound));
        }
    }

    #[test]
    fn codes_mean_what_the_ledger_says_of_them() {
        for (service, code, message, status, region, expected) in [
            (
                "EC2",
                "AuthFailure",
                "",
                401,
                "eu-south-1",
                Verdict::Final(Failure::RegionDisabled),
            ),
            (
                "KMS",
                "UnrecognizedClientException",
                "",
                400,
                "ap-east-1",
                Verdict::Final(Failure::RegionDisabled),
            ),
            (
                "KMS",
                "UnrecognizedClientException",
                "",
                400,
                "eu-west-1",
                Verdict::Final(Failure::Denied),
            ),
            (
                "KMS",
                "UnrecognizedClientException",
                "",
                400,
                "us-gov-east-1",
                Verdict::Final(Failure::Denied),
            ),
            (
                "SecurityHub",
                "InvalidAccessException",
                "",
                401,
                "eu-west-1",
                Verdict::Final(Failure::ServiceDisabled),
            ),
            (
                "Lambda",
                "InvalidAccessException",
                "",
                400,
                "eu-west-1",
                Verdict::Final(Failure::Invalid),
            ),
            (
                "EC2",
                "OptInRequired",
                "",
                400,
                "eu-west-1",
                Verdict::Final(Failure::ServiceDisabled),
            ),
            ("EC2", "RequestLimitExceeded", "", 503, "eu-west-1", Verdict::Throttled),
            ("S3", "SlowDown", "", 503, "eu-west-1", Verdict::Throttled),
            ("IAM", "ServiceFailure", "", 500, "eu-west-1", Verdict::Server),
            ("IAM", "SomethingNew", "", 502, "eu-west-1", Verdict::Server),
            ("IAM", "Http429", "", 429, "eu-west-1", Verdict::Throttled),
            ("IAM", "Http403", "", 403, "eu-west-1", Verdict::Final(Failure::Denied)),
            ("IAM", "Http301", "", 301, "eu-west-1", Verdict::Final(Failure::Invalid)),
            ("STS", "ExpiredTokenException", "", 403, "eu-west-1", Verdict::Expired),
            (
                "STS",
                "SignatureDoesNotMatch",
                "Signature expired: 2026",
                403,
                "eu-west-1",
                Verdict::Skewed,
            ),
            (
                "STS",
                "SignatureDoesNotMatch",
                "Check your key",
                403,
                "eu-west-1",
                Verdict::Final(Failure::Denied),
            ),
            (
                "SFN",
                "StateMachineDoesNotExist",
                "",
                400,
                "eu-west-1",
                Verdict::Final(Failure::NotFound),
            ),
        ] {
            assert_eq!(
                verdict(service, code, message, status, region),
                expected,
                "{service} {code} {region}"
            );
        }
    }
}
