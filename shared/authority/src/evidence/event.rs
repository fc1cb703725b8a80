//! Reads one CloudTrail event as the uses of authority it records.

use sv0_model::arn::Arn;
use sv0_model::event::{EventPart, LoggedEvent};
use sv0_model::hash::sha256_first_half;
use sv0_model::time::{Timestamp, parse_timestamp};

use super::resource::{self, EventPlace};
use super::told::{Identity, Told};

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
    pub told: Told<'e>,
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
        let told = Told::of(&event.body);
        let time = told.time.and_then(parse_timestamp)?;
        Self::told(event, told, time, told.id?)
    }

    /// The event as if it had happened then.
    pub(crate) fn at(event: &'e LoggedEvent<'e>, time: Timestamp, id: &'e str) -> Option<Self> {
        Self::told(event, Told::of(&event.body), time, id)
    }

    fn told(event: &'e LoggedEvent<'e>, told: Told<'e>, time: Timestamp, id: &'e str) -> Option<Self> {
        let callers = || told.identity.and_then(|identity| identity.account);
        Some(Self {
            body: &event.body,
            told,
            account: told.account.or(event.account).or_else(callers)?,
            region: told.region.or(event.region)?,
            time,
            id,
            sessions: None,
        })
    }

    pub(crate) fn text(&self, pointer: &str) -> Option<&'e str> {
        usable(text_at(self.body, pointer))
    }

    /// The service's host name.
    pub(crate) fn source(&self) -> Option<&'e str> {
        self.told.source
    }

    /// What was called.
    pub(crate) fn name(&self) -> Option<&'e str> {
        self.told.name
    }

    /// The kind of the caller: `AssumedRole` and the like.
    pub(crate) fn caller_kind(&self) -> Option<&'e str> {
        usable(self.identity()?.kind)
    }

    /// The service that called in the caller's name.
    pub(crate) fn invoked_by(&self) -> Option<&'e str> {
        usable(self.identity()?.invoked_by)
    }

    /// The address that the call came from.
    pub(crate) fn address(&self) -> Option<&'e str> {
        usable(self.told.address)
    }

    /// The program that called.
    pub(crate) fn agent(&self) -> Option<&'e str> {
        usable(self.told.agent)
    }

    /// `requestParameters`.
    pub(crate) fn parameters(&self) -> Option<&'e EventPart<'e>> {
        self.told.parameters
    }

    /// The session in which the call was made.
    pub(crate) fn session(&self) -> Option<u128> {
        match self.sessions {
            Some(sessions) => sessions.own,
            None => session(usable(self.identity()?.access_key)?),
        }
    }

    /// The session that the call issued.
    pub(crate) fn issued_session(&self) -> Option<u128> {
        match self.sessions {
            Some(sessions) => sessions.issued,
            None => session(self.text("/responseElements/credentials/accessKeyId")?),
        }
    }

    fn identity(&self) -> Option<Identity<'e>> {
        self.told.identity
    }

    pub(crate) fn caller(&self) -> Option<Caller> {
        caller(&self.identity()?).filter(|caller| caller.text().len() <= LONGEST_TEXT)
    }

    pub(crate) fn action(&self) -> Option<String> {
        resource::action(self.source()?, self.name()?).filter(|action| action.len() <= LONGEST_TEXT)
    }

    pub(crate) fn succeeded(&self) -> bool {
        self.told.error.is_none()
    }

    /// CloudTrail gives the copies of one event in several accounts the same `sharedEventID`.
    pub(crate) fn shared_id(&self) -> Option<&'e str> {
        usable(self.told.shared_id)
    }

    pub(crate) fn partition(&self) -> &'e str {
        self.identity()
            .map_or("aws", |identity| partition_name(&identity, self.region))
    }

    /// ARNs of the resources that the event acted on; `*` where it names none.
    pub(crate) fn resources(&self, action: &str) -> Vec<String> {
        let place = EventPlace {
            partition: self.partition(),
            account: self.account,
            region: self.region,
        };
        let mut resources = resource::resources(action, &self.told, &place);
        resources.retain(|resource| resource.len() <= LONGEST_TEXT);
        if resources.is_empty() {
            resources.push("*".to_owned());
        }
        resources
    }
}

fn usable(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty() && text.len() <= LONGEST_TEXT)
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
    /// In order, each once.
    pub resources: Vec<String>,
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
fn caller(identity: &Identity<'_>) -> Option<Caller> {
    let named = |text: &str| Some(Caller::Named(text.to_owned()));
    match identity.kind? {
        "AWSService" => named(identity.invoked_by?),
        "AssumedRole" | "FederatedUser" => match identity.issuer {
            Some(issuer) => named(issuer),
            None => role_of_session(identity.arn?).map(Caller::Named),
        },
        "WebIdentityUser" | "SAMLUser" => named(identity.provider.or(identity.arn)?),
        _ => match identity.arn {
            Some(arn) => named(arn),
            None => partly_named(identity),
        },
    }
}

fn partly_named(identity: &Identity<'_>) -> Option<Caller> {
    let unique_id = identity
        .principal_id
        .and_then(|id| id.split(':').next())
        .filter(|id| !id.is_empty());
    let text = match (unique_id, identity.account) {
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
fn partition_name<'v>(identity: &Identity<'v>, region: &str) -> &'v str {
    let from_arn = identity.arn.and_then(Arn::parse).map(|arn| arn.partition);
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
