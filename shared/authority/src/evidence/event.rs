//! Reads one CloudTrail event as the uses of authority it records.

use std::collections::BTreeSet;

use sv0_model::arn::Arn;
use sv0_model::event::{EventPart, LoggedEvent};
use sv0_model::hash::sha256_first_half;
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
    /// Whether a row of a query told it, and not a log.
    pub is_row: bool,
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

/// The parts of an event that everything else is read from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event<'e> {
    pub body: &'e EventPart<'e>,
    /// The account whose log holds it.
    pub account: &'e str,
    /// The Region whose log holds it.
    pub region: &'e str,
    pub time: Timestamp,
    /// CloudTrail's id.
    pub id: &'e str,
    /// The sessions of a row, which tells them already as hashes.
    pub sessions: Option<Sessions>,
}

/// In which session a call was made, and which session it issued: the first half of the SHA-256 of the access key id.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sessions {
    pub own: Option<u128>,
    pub issued: Option<u128>,
}

impl<'e> Event<'e> {
    /// `None` for an event without account, Region, time or id.
    pub(crate) fn of(event: &'e LoggedEvent<'e>) -> Option<Self> {
        let time = event.body.text_at("/eventTime").and_then(parse_timestamp)?;
        Self::at(event, time, event.body.text_at("/eventID")?)
    }

    /// The event as if it had happened then.
    pub(crate) fn at(event: &'e LoggedEvent<'e>, time: Timestamp, id: &'e str) -> Option<Self> {
        let body = &event.body;
        let account = text_at(body, "/recipientAccountId")
            .or(event.account)
            .or_else(|| text_at(body, "/userIdentity/accountId"))?;
        let region = text_at(body, "/awsRegion").or(event.region)?;
        Some(Self {
            body,
            account,
            region,
            time,
            id,
            sessions: None,
        })
    }

    pub(crate) fn text(&self, pointer: &str) -> Option<&'e str> {
        text_at(self.body, pointer).filter(|text| !text.is_empty() && text.len() <= LONGEST_TEXT)
    }

    /// The session in which the call was made.
    pub(crate) fn session(&self) -> Option<u128> {
        match self.sessions {
            Some(sessions) => sessions.own,
            None => session(self.text("/userIdentity/accessKeyId")?),
        }
    }

    /// The session that the call issued.
    pub(crate) fn issued_session(&self) -> Option<u128> {
        match self.sessions {
            Some(sessions) => sessions.issued,
            None => session(self.text("/responseElements/credentials/accessKeyId")?),
        }
    }

    pub(crate) fn identity(&self) -> Option<&'e EventPart<'e>> {
        self.body.get("userIdentity")
    }

    pub(crate) fn caller(&self) -> Option<Caller> {
        caller(self.identity()?).filter(|caller| caller.text().len() <= LONGEST_TEXT)
    }

    pub(crate) fn action(&self) -> Option<String> {
        resource::action(text_at(self.body, "/eventSource")?, text_at(self.body, "/eventName")?)
            .filter(|action| action.len() <= LONGEST_TEXT)
    }

    pub(crate) fn succeeded(&self) -> bool {
        text_at(self.body, "/errorCode").is_none()
    }

    /// CloudTrail gives the copies of one event in several accounts the same `sharedEventID`.
    pub(crate) fn shared_id(&self) -> Option<&'e str> {
        self.text("/sharedEventID")
    }

    pub(crate) fn partition(&self) -> &'e str {
        self.identity()
            .map_or("aws", |identity| partition_name(identity, self.region))
    }

    /// ARNs of the resources that the event acted on; `*` where it names none.
    pub(crate) fn resources(&self, action: &str) -> BTreeSet<String> {
        let place = EventPlace {
            partition: self.partition(),
            account: self.account,
            region: self.region,
        };
        let mut resources = resource::resources(action, self.body, &place);
        resources.retain(|resource| resource.len() <= LONGEST_TEXT);
        if resources.is_empty() {
            resources.insert("*".to_owned());
        }
        resources
    }
}

/// The session whose temporary credentials an access key id belongs to ("IAM identifiers": `ASIA`).
fn session(access_key_id: &str) -> Option<u128> {
    let is_temporary = access_key_id.starts_with("ASIA");
    is_temporary.then(|| sha256_first_half(access_key_id.as_bytes()))
}

/// The first half of a SHA-256 in hexadecimal.
pub(crate) fn session_of_hash(sha256: &str) -> Option<u128> {
    u128::from_str_radix(sha256.get(..32)?, 16).ok()
}

/// The uses that an event records: one for each resource it names.
#[derive(Debug)]
pub(crate) struct Calls {
    pub principal: Caller,
    pub action: String,
    pub resources: BTreeSet<String>,
}

impl Calls {
    /// `None` of an event that lacks a caller or a name.
    pub(crate) fn of(event: &Event<'_>) -> Option<Self> {
        let (principal, action) = (event.caller()?, event.action()?);
        let resources = event.resources(&action);
        Some(Self {
            principal,
            action,
            resources,
        })
    }

    /// The uses one by one, to be kept.
    pub(crate) fn each(&self, event: &Event<'_>, is_row: bool) -> impl Iterator<Item = Call> {
        self.resources.iter().map(move |resource| Call {
            principal: self.principal.clone(),
            action: self.action.clone(),
            resource: resource.clone(),
            account: event.account.to_owned(),
            region: event.region.to_owned(),
            time: event.time,
            succeeded: event.succeeded(),
            event_id: event.id.to_owned(),
            is_row,
        })
    }
}

/// Who called. A role's session is counted under its role, so that one role is one principal whatever its sessions are called.
fn caller(identity: &EventPart<'_>) -> Option<Caller> {
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

fn partly_named(identity: &EventPart<'_>) -> Option<Caller> {
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
fn partition_name<'v>(identity: &'v EventPart<'_>, region: &str) -> &'v str {
    let from_arn = text_at(identity, "/arn").and_then(Arn::parse).map(|arn| arn.partition);
    from_arn.unwrap_or_else(|| match region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        region if region.starts_with("eusc-") => "aws-eusc",
        _ => "aws",
    })
}

/// The text at a path of field names such as `/userIdentity/arn`.
pub(crate) fn text_at<'v>(part: &'v EventPart<'_>, path: &str) -> Option<&'v str> {
    part.text_at(path)
}
