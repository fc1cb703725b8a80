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
    /// A text, a list of them, or these fields of an object.
    TextOrFields(&'static [(&'static str, Keep)]),
    /// These fields of each object of a list.
    Each(&'static Keep),
}

use Keep::{Each, Fields, Scalars, TextOrFields};

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
    ("userAgent", Scalars),
    (
        "additionalEventData",
        Fields(&[("MFAUsed", Scalars), ("SwitchFrom", Scalars)]),
    ),
    ("userIdentity", USER_IDENTITY),
    ("resources", Each(&RESOURCE)),
    ("requestParameters", Fields(REQUEST_PARAMETER_FIELDS)),
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
    ("sourceIdentity", Scalars),
    ("webIdFederationData", Fields(&[("federatedProvider", Scalars)])),
]);

static RESOURCE: Keep = Fields(&[("ARN", Scalars), ("accountId", Scalars), ("type", Scalars)]);

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
    ("attributes", Fields(&[("Policy", Scalars)])),
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
    ("policyArns", Each(&Fields(&[("arn", Scalars)]))),
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
    ("tags", Each(&Fields(&[("key", Scalars)]))),
    ("targetId", Scalars),
    ("targetPrincipal", Scalars),
    ("topicArn", Scalars),
    ("transitiveTagKeys", Scalars),
    ("userName", Scalars),
    ("valuesToAdd", Scalars),
];

/// Accounts and groups that an image or a snapshot is shared with.
const SHARED_WITH: Keep = Fields(&[(
    "add",
    Fields(&[("items", Each(&Fields(&[("userId", Scalars), ("group", Scalars)])))]),
)]);

/// A bucket's policy stands in the event as an object, not as text.
const BUCKET_POLICY: Keep = Fields(&[(
    "Statement",
    Each(&Fields(&[
        ("Effect", Scalars),
        ("Action", Scalars),
        ("Resource", Scalars),
        (
            "Principal",
            TextOrFields(&[("AWS", Scalars), ("Service", Scalars), ("Federated", Scalars)]),
        ),
    ])),
)]);

const RESPONSE_ELEMENTS: Keep = Fields(&[
    ("credentials", Fields(&[("accessKeyId", Scalars)])),
    ("assumedRoleUser", Fields(&[("arn", Scalars)])),
    ("federatedUser", Fields(&[("arn", Scalars)])),
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
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Projection {
    fn scalar<E>(self, value: impl Into<Value>) -> Result<Option<Value>, E> {
        Ok(matches!(self.0, Scalars | TextOrFields(_)).then(|| value.into()))
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
            Scalars | TextOrFields(_) => &Scalars,
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
        let (Fields(fields) | TextOrFields(fields)) = self.0 else {
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
