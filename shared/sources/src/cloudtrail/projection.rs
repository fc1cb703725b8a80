//! The fields of a CloudTrail event that are kept. Everything else is passed over unread, and so never held.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::redact::scrub;

/// What is kept of a value.
#[derive(Debug)]
pub(crate) enum Keep {
    /// A text, number or truth value, or a list of them.
    Scalars,
    /// These fields of an object.
    Fields(&'static [(&'static str, Keep)]),
    /// These fields of each object of a list.
    Each(&'static Keep),
}

use Keep::{Each, Fields, Scalars};

/// The allow list.
pub(crate) static EVENT: Keep = Fields(&[
    ("eventID", Scalars),
    ("eventName", Scalars),
    ("eventSource", Scalars),
    ("eventTime", Scalars),
    ("eventType", Scalars),
    ("eventCategory", Scalars),
    ("awsRegion", Scalars),
    ("recipientAccountId", Scalars),
    ("sharedEventID", Scalars),
    ("readOnly", Scalars),
    ("managementEvent", Scalars),
    ("errorCode", Scalars),
    ("sourceIPAddress", Scalars),
    ("userIdentity", USER_IDENTITY),
    ("resources", Each(&RESOURCE)),
    ("requestParameters", REQUEST_PARAMETERS),
    ("responseElements", RESPONSE_ELEMENTS),
]);

const USER_IDENTITY: Keep = Fields(&[
    ("type", Scalars),
    ("arn", Scalars),
    ("principalId", Scalars),
    ("accountId", Scalars),
    ("userName", Scalars),
    ("invokedBy", Scalars),
    ("accessKeyId", Scalars),
    ("identityProvider", Scalars),
    ("sessionContext", SESSION_CONTEXT),
]);

const SESSION_CONTEXT: Keep = Fields(&[
    (
        "sessionIssuer",
        Fields(&[
            ("type", Scalars),
            ("arn", Scalars),
            ("accountId", Scalars),
            ("userName", Scalars),
        ]),
    ),
    (
        "attributes",
        Fields(&[("mfaAuthenticated", Scalars), ("creationDate", Scalars)]),
    ),
]);

static RESOURCE: Keep = Fields(&[("ARN", Scalars), ("accountId", Scalars), ("type", Scalars)]);

const REQUEST_PARAMETERS: Keep = Fields(&[
    ("agentId", Scalars),
    ("bucketName", Scalars),
    ("durationSeconds", Scalars),
    ("functionName", Scalars),
    ("groupName", Scalars),
    ("key", Scalars),
    ("keyId", Scalars),
    ("name", Scalars),
    ("names", Scalars),
    ("policyArn", Scalars),
    ("policyName", Scalars),
    ("queueUrl", Scalars),
    ("repositoryName", Scalars),
    ("roleArn", Scalars),
    ("roleName", Scalars),
    ("roleSessionName", Scalars),
    ("secretId", Scalars),
    ("secretIdList", Scalars),
    ("sourceIdentity", Scalars),
    ("stateMachineArn", Scalars),
    ("tableName", Scalars),
    ("topicArn", Scalars),
    ("userName", Scalars),
]);

const RESPONSE_ELEMENTS: Keep = Fields(&[
    ("credentials", Fields(&[("accessKeyId", Scalars)])),
    ("assumedRoleUser", Fields(&[("arn", Scalars)])),
]);

/// Reads a value and keeps what the allow list names; `None` when nothing of it is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Projection(pub &'static Keep);

impl<'de> DeserializeSeed<'de> for Projection {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Projection {
    fn scalar<E>(self, value: impl Into<Value>) -> Result<Option<Value>, E> {
        Ok(matches!(self.0, Scalars).then(|| value.into()))
    }
}

/// Reads the value of the field `key` of an object of which `fields` are kept.
pub(super) fn keep_field<'de, A: MapAccess<'de>>(
    object: &mut A,
    fields: &'static [(&'static str, Keep)],
    key: String,
    kept: &mut Map<String, Value>,
) -> Result<(), A::Error> {
    let Some((_, keep)) = fields.iter().find(|(name, _)| *name == key) else {
        object.next_value::<IgnoredAny>()?;
        return Ok(());
    };
    if let Some(value) = object.next_value_seed(Projection(keep))? {
        kept.insert(key, value);
    }
    Ok(())
}

impl<'de> Visitor<'de> for Projection {
    type Value = Option<Value>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a part of a CloudTrail event")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        self.scalar(value)
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        self.scalar(value)
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        self.scalar(value)
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        self.scalar(value)
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        self.scalar(scrub(value).unwrap_or_else(|| value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let keep = match self.0 {
            Scalars => &Scalars,
            Each(keep) => keep,
            Fields(_) => {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(None);
            }
        };
        let mut kept = Vec::new();
        while let Some(element) = list.next_element_seed(Projection(keep))? {
            kept.extend(element);
        }
        Ok(Some(Value::Array(kept)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let Fields(fields) = self.0 else {
            while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(None);
        };
        let mut kept = Map::new();
        while let Some(key) = object.next_key::<String>()? {
            keep_field(&mut object, fields, key, &mut kept)?;
        }
        Ok(Some(Value::Object(kept)))
    }
}
