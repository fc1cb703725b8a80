//! The fields of a CloudTrail event that are kept. Everything else is passed over unread, and so never held.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use sv0_model::event::EventPart;

use crate::redact::scrub;

/// What is kept of a value.
#[derive(Debug)]
pub(crate) enum Keep {
    /// A text, number or truth value, or a list of them.
    Scalars,
    /// These fields of an object.
    Fields(&'static [(&'static str, Keep)]),
    /// A text, a list of them, or these fields of an object.
    TextOrFields(&'static [(&'static str, Keep)]),
    /// These fields of each object of a list.
    Each(&'static Keep),
}

use Keep::{Each, Scalars, TextOrFields};

/// The allow list.
pub(crate) static EVENT: Keep = Keep::Fields(&[
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
    ("userAgent", Scalars),
    (
        "additionalEventData",
        Keep::Fields(&[("MFAUsed", Scalars), ("SwitchFrom", Scalars)]),
    ),
    ("userIdentity", USER_IDENTITY),
    ("resources", Each(&RESOURCE)),
    ("requestParameters", Keep::Fields(REQUEST_PARAMETER_FIELDS)),
    ("responseElements", RESPONSE_ELEMENTS),
]);

const USER_IDENTITY: Keep = Keep::Fields(&[
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

const SESSION_CONTEXT: Keep = Keep::Fields(&[
    (
        "sessionIssuer",
        Keep::Fields(&[
            ("type", Scalars),
            ("arn", Scalars),
            ("accountId", Scalars),
            ("userName", Scalars),
        ]),
    ),
    (
        "attributes",
        Keep::Fields(&[("mfaAuthenticated", Scalars), ("creationDate", Scalars)]),
    ),
    ("sourceIdentity", Scalars),
    ("webIdFederationData", Keep::Fields(&[("federatedProvider", Scalars)])),
]);

static RESOURCE: Keep = Keep::Fields(&[("ARN", Scalars), ("accountId", Scalars), ("type", Scalars)]);

/// The names of the request parameters that are kept, whole or in part.
pub(crate) fn kept_request_parameters() -> impl Iterator<Item = &'static str> {
    REQUEST_PARAMETER_FIELDS.iter().map(|(name, _)| *name)
}

const REQUEST_PARAMETER_FIELDS: &[(&str, Keep)] = &[
    ("accountId", Scalars),
    ("acl", Scalars),
    ("agentId", Scalars),
    ("assumeRolePolicyDocument", Scalars),
    ("attributeName", Scalars),
    ("attributes", Keep::Fields(&[("Policy", Scalars)])),
    ("attributeType", Scalars),
    ("authType", Scalars),
    ("bucketName", Scalars),
    ("bucketPolicy", BUCKET_POLICY),
    ("createVolumePermission", SHARED_WITH),
    ("dBClusterSnapshotIdentifier", Scalars),
    ("dBSnapshotIdentifier", Scalars),
    ("durationSeconds", Scalars),
    ("functionName", Scalars),
    ("granteePrincipal", Scalars),
    ("groupName", Scalars),
    ("imageId", Scalars),
    ("inlinePolicy", Scalars),
    ("instanceProfileName", Scalars),
    ("key", Scalars),
    ("keyId", Scalars),
    ("launchPermission", SHARED_WITH),
    ("name", Scalars),
    ("names", Scalars),
    ("permissionsBoundary", Scalars),
    ("permissionSetArn", Scalars),
    ("policy", Scalars),
    ("policyArn", Scalars),
    ("policyArns", Each(&Keep::Fields(&[("arn", Scalars)]))),
    ("policyDocument", Scalars),
    ("policyId", Scalars),
    ("policyName", Scalars),
    ("policyText", Scalars),
    ("principal", Scalars),
    ("principalArn", Scalars),
    ("principalId", Scalars),
    ("queueUrl", Scalars),
    ("registryId", Scalars),
    ("repositoryName", Scalars),
    ("resourcePolicy", Scalars),
    ("roleArn", Scalars),
    ("roleName", Scalars),
    ("roleSessionName", Scalars),
    ("secretId", Scalars),
    ("secretIdList", Scalars),
    ("serialNumber", Scalars),
    ("snapshotId", Scalars),
    ("sourceIdentity", Scalars),
    ("stateMachineArn", Scalars),
    ("tableName", Scalars),
    ("tags", Each(&Keep::Fields(&[("key", Scalars)]))),
    ("targetId", Scalars),
    ("targetPrincipal", Scalars),
    ("topicArn", Scalars),
    ("transitiveTagKeys", Scalars),
    ("userName", Scalars),
    ("valuesToAdd", Scalars),
];

/// Accounts and groups that an image or a snapshot is shared with.
const SHARED_WITH: Keep = Keep::Fields(&[(
    "add",
    Keep::Fields(&[("items", Each(&Keep::Fields(&[("userId", Scalars), ("group", Scalars)])))]),
)]);

/// A bucket's policy stands in the event as an object, not as text.
const BUCKET_POLICY: Keep = Keep::Fields(&[(
    "Statement",
    Each(&Keep::Fields(&[
        ("Effect", Scalars),
        ("Action", Scalars),
        ("Resource", Scalars),
        (
            "Principal",
            TextOrFields(&[("AWS", Scalars), ("Service", Scalars), ("Federated", Scalars)]),
        ),
    ])),
)]);

const RESPONSE_ELEMENTS: Keep = Keep::Fields(&[
    ("credentials", Keep::Fields(&[("accessKeyId", Scalars)])),
    ("assumedRoleUser", Keep::Fields(&[("arn", Scalars)])),
    ("federatedUser", Keep::Fields(&[("arn", Scalars)])),
    ("ConsoleLogin", Scalars),
    ("SwitchRole", Scalars),
    ("sourceIdentity", Scalars),
    ("subject", Scalars),
    ("subjectFromWebIdentityToken", Scalars),
]);

/// Reads a value and keeps what the allow list names; `None` when nothing of it is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Projection(pub &'static Keep);

impl<'de> DeserializeSeed<'de> for Projection {
    type Value = Option<EventPart<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Projection {
    fn keeps_scalars(self) -> bool {
        matches!(self.0, Scalars | TextOrFields(_))
    }

    fn number<'de, E>(self, value: impl Into<Number>) -> Result<Option<EventPart<'de>>, E> {
        Ok(self.keeps_scalars().then(|| EventPart::Number(value.into())))
    }
}

/// What an object's field of that name is, if it is kept.
pub(super) struct FieldName(pub Fields);

/// Names of fields, and what is kept of each.
pub(super) type Fields = &'static [(&'static str, Keep)];

/// A field that is kept, as the allow list has it; or the name is that of the list of a log file's events.
pub(super) enum Named {
    Field(&'static (&'static str, Keep)),
    Records,
    Other,
}

impl<'de> DeserializeSeed<'de> for FieldName {
    type Value = Named;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Named, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for FieldName {
    type Value = Named;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a field's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Named, E> {
        // Names of the same length mostly end otherwise, which is seen without a call.
        let (length, last) = (name.len(), name.as_bytes().last());
        let is_it = |own: &str| own.len() == length && own.as_bytes().last() == last && own == name;
        Ok(match self.0.iter().find(|(own, _)| is_it(own)) {
            Some(field) => Named::Field(field),
            None if name == "Records" => Named::Records,
            None => Named::Other,
        })
    }
}

/// Reads the value of a field of an object. Of a field that comes twice the last counts, as with any reader of JSON.
pub(super) fn keep_field<'de, A: MapAccess<'de>>(
    object: &mut A,
    named: Named,
    kept: &mut Vec<(&'de str, EventPart<'de>)>,
) -> Result<(), A::Error> {
    let Named::Field((name, keep)) = named else {
        object.next_value::<IgnoredAny>()?;
        return Ok(());
    };
    if let Some(part) = object.next_value_seed(Projection(keep))? {
        match kept.iter_mut().find(|(own, _)| own == name) {
            Some((_, before)) => *before = part,
            None => kept.push((name, part)),
        }
    }
    Ok(())
}

impl<'de> Visitor<'de> for Projection {
    type Value = Option<EventPart<'de>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a part of a CloudTrail event")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(self.keeps_scalars().then_some(EventPart::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        self.number(value)
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        self.number(value)
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        let number = Number::from_f64(value).map(EventPart::Number);
        Ok(number.filter(|_| self.keeps_scalars()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        let text = || scrub(value).unwrap_or_else(|| value.to_owned());
        Ok(self.keeps_scalars().then(|| EventPart::Text(Cow::Owned(text()))))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        let text = || scrub(value).map_or(Cow::Borrowed(value), Cow::Owned);
        Ok(self.keeps_scalars().then(|| EventPart::Text(text())))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let keep = match self.0 {
            Scalars | TextOrFields(_) => &Scalars,
            Each(keep) => keep,
            Keep::Fields(_) => {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(None);
            }
        };
        let mut kept = Vec::new();
        while let Some(element) = list.next_element_seed(Projection(keep))? {
            kept.extend(element);
        }
        Ok(Some(EventPart::List(kept)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let (Keep::Fields(fields) | TextOrFields(fields)) = self.0 else {
            while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(None);
        };
        let mut kept = Vec::with_capacity(fields.len().min(LIKELY_FIELDS));
        while let Some(named) = object.next_key_seed(FieldName(fields))? {
            keep_field(&mut object, named, &mut kept)?;
        }
        Ok(Some(EventPart::Fields(kept)))
    }
}

/// As many fields as an object of an event mostly has at most.
pub(super) const LIKELY_FIELDS: usize = 20;

#[cfg(test)]
mod tests {
    use sv0_model::cloudtrail::{REGISTRY_PARAMETER, RESOURCE_PARAMETERS};

    use super::kept_request_parameters;

    #[test]
    fn what_names_a_resource_is_kept() {
        for (service, field) in RESOURCE_PARAMETERS.iter().chain([&REGISTRY_PARAMETER]) {
            assert!(
                kept_request_parameters().any(|kept| kept == *field),
                "{service} {field}"
            );
        }
    }
}
