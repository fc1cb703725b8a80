//! Reads one CloudTrail event as the uses of authority it records.

use serde_json::Value;
use sv0_model::arn::Arn;
use sv0_model::record::Record;
use sv0_model::time::{Timestamp, parse_timestamp};

use super::resource::{self, EventPlace};

/// Longest text taken over from an event as a principal, an action or a resource. IAM's longest ARN is shorter.
const LONGEST_TEXT: usize = 2_048;

/// One use of one action on one resource by one principal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Call {
    pub principal: Caller,
    pub action: String,
    pub resource: String,
    pub account: String,
    pub region: String,
    pub time: Timestamp,
    pub succeeded: bool,
    pub event_id: String,
    /// CloudTrail gives the copies of one event in several accounts the same `sharedEventID`.
    pub shared_event_id: Option<String>,
}

/// Who called, and whether the copy of the event names the caller in full. The copy in the account of the resource often does not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Caller {
    /// An ARN, or a service's host name.
    Named(String),
    /// Only a unique id such as `AROA…`, or an account.
    Partly(String),
}

impl Caller {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Named(text) | Self::Partly(text) => text,
        }
    }
}

/// The account and Region whose log holds the event.
pub(crate) fn partition_of(event: &Record) -> Option<(String, String)> {
    let body = &event.body;
    let account = text_at(body, "/recipientAccountId")
        .or(event.account.as_deref())
        .or_else(|| text_at(body, "/userIdentity/accountId"))?;
    let region = text_at(body, "/awsRegion").or(event.region.as_deref())?;
    Some((account.to_owned(), region.to_owned()))
}

/// When the event happened.
pub(crate) fn time_of(event: &Record) -> Option<Timestamp> {
    text_at(&event.body, "/eventTime").and_then(parse_timestamp)
}

/// The uses that an event records: one for each resource it names. Empty when it lacks a caller, a time or a name.
pub(crate) fn calls_of(event: &Record) -> Vec<Call> {
    read_calls(event).unwrap_or_default()
}

fn read_calls(event: &Record) -> Option<Vec<Call>> {
    let body = &event.body;
    let (account, region) = partition_of(event)?;
    let time = time_of(event)?;
    let identity = body.get("userIdentity")?;
    let principal = caller(identity).filter(|caller| caller.text().len() <= LONGEST_TEXT)?;
    let source = text_at(body, "/eventSource")?;
    let name = text_at(body, "/eventName")?;
    let action = resource::action(source, name).filter(|action| action.len() <= LONGEST_TEXT)?;
    let place = EventPlace {
        partition: partition_name(identity, &region),
        account: &account,
        region: &region,
    };
    let mut resources = resource::resources(&action, body, &place);
    resources.retain(|resource| resource.len() <= LONGEST_TEXT);
    if resources.is_empty() {
        resources.insert("*".to_owned());
    }
    let event_id = text_at(body, "/eventID").map_or_else(|| event.origin.sha256.clone(), str::to_owned);
    let call = Call {
        principal,
        action,
        resource: String::new(),
        account: account.clone(),
        region: region.clone(),
        time,
        succeeded: text_at(body, "/errorCode").is_none(),
        event_id,
        shared_event_id: text_at(body, "/sharedEventID").map(str::to_owned),
    };
    Some(
        resources
            .into_iter()
            .map(|resource| Call {
                resource,
                ..call.clone()
            })
            .collect(),
    )
}

/// Who called. A role's session is counted under its role, so that one role is one principal whatever its sessions are called.
fn caller(identity: &Value) -> Option<Caller> {
    let named = |text: &str| Some(Caller::Named(text.to_owned()));
    let arn = text_at(identity, "/arn");
    match text_at(identity, "/type")? {
        "AWSService" => named(text_at(identity, "/invokedBy")?),
        "AssumedRole" | "FederatedUser" => text_at(identity, "/sessionContext/sessionIssuer/arn")
            .map(str::to_owned)
            .or_else(|| role_of_session(arn?))
            .map(Caller::Named),
        "WebIdentityUser" | "SAMLUser" => named(text_at(identity, "/identityProvider").or(arn)?),
        _ => match arn {
            Some(arn) => named(arn),
            None => partly_named(identity),
        },
    }
}

fn partly_named(identity: &Value) -> Option<Caller> {
    let unique_id = text_at(identity, "/principalId")
        .and_then(|id| id.split(':').next())
        .filter(|id| !id.is_empty());
    let text = match (unique_id, text_at(identity, "/accountId")) {
        (_, Some("anonymous")) => "anonymous",
        (Some(id), _) => id,
        (None, Some(account)) => account,
        (None, None) => return None,
    };
    Some(Caller::Partly(text.to_owned()))
}

/// The role of an assumed-role session. The session's ARN does not tell the role's path.
pub(crate) fn role_of_session(session: &str) -> Option<String> {
    let arn = Arn::parse(session).filter(|arn| arn.service == "sts" && arn.resource_type() == "assumed-role")?;
    let role = arn.resource_id().split('/').next()?;
    Some(format!("arn:{}:iam::{}:role/{role}", arn.partition, arn.account))
}

/// The partition, from the caller's own ARN or from the Region's name.
fn partition_name<'v>(identity: &'v Value, region: &str) -> &'v str {
    let from_arn = text_at(identity, "/arn").and_then(Arn::parse).map(|arn| arn.partition);
    from_arn.unwrap_or_else(|| match region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        region if region.starts_with("eusc-") => "aws-eusc",
        _ => "aws",
    })
}

pub(crate) fn text_at<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer).and_then(Value::as_str)
}
