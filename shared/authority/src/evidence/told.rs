//! What is looked at of every event, taken out of it at once.

use sv0_model::event::EventPart;

/// Texts of an event that are looked at more than once, and the parts that further ones stand in.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Told<'e> {
    pub time: Option<&'e str>,
    pub id: Option<&'e str>,
    pub source: Option<&'e str>,
    pub name: Option<&'e str>,
    pub account: Option<&'e str>,
    pub region: Option<&'e str>,
    pub error: Option<&'e str>,
    pub shared_id: Option<&'e str>,
    pub address: Option<&'e str>,
    pub agent: Option<&'e str>,
    pub parameters: Option<&'e EventPart<'e>>,
    pub resources: Option<&'e EventPart<'e>>,
    pub identity: Option<Identity<'e>>,
}

/// `userIdentity`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Identity<'e> {
    pub kind: Option<&'e str>,
    pub arn: Option<&'e str>,
    pub principal_id: Option<&'e str>,
    pub account: Option<&'e str>,
    pub invoked_by: Option<&'e str>,
    pub access_key: Option<&'e str>,
    pub provider: Option<&'e str>,
    /// The role of a session.
    pub issuer: Option<&'e str>,
}

impl<'e> Told<'e> {
    pub(crate) fn of(event: &'e EventPart<'e>) -> Self {
        let mut told = Self::default();
        for (name, part) in fields(event) {
            let text = || part.as_str();
            match *name {
                "eventTime" => told.time = text(),
                "eventID" => told.id = text(),
                "eventSource" => told.source = text(),
                "eventName" => told.name = text(),
                "recipientAccountId" => told.account = text(),
                "awsRegion" => told.region = text(),
                "errorCode" => told.error = text(),
                "sharedEventID" => told.shared_id = text(),
                "sourceIPAddress" => told.address = text(),
                "userAgent" => told.agent = text(),
                "requestParameters" => told.parameters = Some(part),
                "resources" => told.resources = Some(part),
                "userIdentity" => told.identity = Some(Identity::of(part)),
                _ => {}
            }
        }
        told
    }
}

impl<'e> Identity<'e> {
    fn of(identity: &'e EventPart<'e>) -> Self {
        let mut told = Self::default();
        for (name, part) in fields(identity) {
            let text = || part.as_str();
            match *name {
                "type" => told.kind = text(),
                "arn" => told.arn = text(),
                "principalId" => told.principal_id = text(),
                "accountId" => told.account = text(),
                "invokedBy" => told.invoked_by = text(),
                "accessKeyId" => told.access_key = text(),
                "identityProvider" => told.provider = text(),
                "sessionContext" => told.issuer = part.text_at("/sessionIssuer/arn"),
                _ => {}
            }
        }
        told
    }
}

fn fields<'e>(part: &'e EventPart<'e>) -> &'e [(&'e str, EventPart<'e>)] {
    match part {
        EventPart::Fields(fields) => fields,
        _ => &[],
    }
}
