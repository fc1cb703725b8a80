//! The shapes in which AWS answers.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// When everything was captured.
pub const CAPTURED_AT: &str = "2026-03-02T06:00:00Z";
const RECORDED_AT: &str = "2026-03-01T21:14:07.318Z";
/// When everything was made.
pub const CREATED_AT: &str = "2024-05-11T08:30:12+00:00";

/// What RFC 3986 leaves as it is: so IAM encodes documents.
const DOCUMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A document as the IAM API sends it.
#[must_use]
pub fn encoded(document: &Value) -> String {
    utf8_percent_encode(&document.to_string(), DOCUMENT).to_string()
}

/// Tags as most APIs print them.
#[must_use]
pub fn tags(all: &[(&str, &str)]) -> Value {
    all.iter()
        .map(|(key, value)| json!({"Key": key, "Value": value}))
        .collect()
}

/// What a resource is, as AWS Config records it.
pub struct Recorded<'a> {
    /// Such as `AWS::S3::Bucket`.
    pub resource_type: &'a str,
    /// The account.
    pub account: &'a str,
    /// The Region.
    pub region: &'a str,
    /// The resource's id.
    pub id: &'a str,
    /// The resource's name.
    pub name: &'a str,
    /// The resource's ARN.
    pub arn: &'a str,
    /// `configuration`.
    pub configuration: Value,
    /// `supplementaryConfiguration`.
    pub supplementary: Value,
    /// Tags.
    pub tags: &'a [(&'a str, &'a str)],
}

impl Recorded<'_> {
    /// A row of `SelectAggregateResourceConfig`.
    #[must_use]
    pub fn item(self) -> Value {
        let tags: Vec<Value> = self
            .tags
            .iter()
            .map(|(key, value)| json!({"tag": format!("{key}={value}"), "key": key, "value": value}))
            .collect();
        json!({
            "accountId": self.account,
            "awsRegion": self.region,
            "arn": self.arn,
            "resourceId": self.id,
            "resourceName": self.name,
            "resourceType": self.resource_type,
            "configurationItemCaptureTime": RECORDED_AT,
            "configurationItemStatus": "OK",
            "configuration": self.configuration,
            "supplementaryConfiguration": self.supplementary,
            "tags": tags,
            "relationships": [],
        })
    }
}
