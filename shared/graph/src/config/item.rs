//! One Config item, with what every type has in common.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};
use sv0_model::arn::{Arn, is_account_id};
use sv0_model::record::{Origin, Record};

use super::table::TypeRow;
use crate::freshness::{Freshness, Source};
use crate::json::{at, decoded, first_arn, first_text, is_arn, list_at, tags, text_at};

/// The one part that stays as it is: a policy's text has a decoder of its own, which loses nothing of it.
const POLICY: &str = "Policy";

/// One Config item.
pub(crate) struct ConfigItem<'a> {
    /// Its type, such as `AWS::S3::Bucket`.
    pub(crate) resource_type: &'a str,
    /// Its record.
    pub(crate) origin: &'a Origin,
    /// Its rank.
    pub(crate) freshness: Freshness,
    /// The account it is in.
    pub(crate) account: Option<&'a str>,
    /// The Region it is in; `None` for global types.
    pub(crate) region: Option<&'a str>,
    /// The whole item, with `configuration` and what stands in `supplementaryConfiguration` decoded.
    pub(crate) body: Cow<'a, Value>,
    /// Whether it is Config's, not an answer of the resource's own service.
    is_of_config: bool,
    partition: String,
}

impl<'a> ConfigItem<'a> {
    /// Reads what every item has.
    pub(crate) fn new(record: &'a Record, resource_type: &'a str, partition: &str) -> Self {
        let body = &record.body;
        let arn = text_at(body, "arn").and_then(Arn::parse);
        let account = text_at(body, "accountId")
            .or_else(|| text_at(body, "awsAccountId"))
            .filter(|text| is_account_id(text))
            .or_else(|| arn.and_then(|arn| arn.account_id()))
            .or(record.account.as_deref());
        let region = text_at(body, "awsRegion")
            .or(record.region.as_deref())
            .or_else(|| arn.map(|arn| arn.region))
            .filter(|region| !matches!(*region, "" | "global") && !resource_type.starts_with("AWS::IAM::"));
        Self {
            resource_type,
            origin: &record.origin,
            freshness: Freshness::of(record, Source::Config),
            account,
            region,
            body: with_embedded_json(body),
            is_of_config: true,
            partition: arn.map_or(partition, |arn| arn.partition).to_owned(),
        }
    }

    /// Reads an item of an answer of a service as the `configuration` of a Config item, so that one row serves both.
    pub(crate) fn of_answer(record: &'a Record, row: &'static TypeRow, partition: &str) -> Self {
        let (arn, answer) = subject_and_answer(&record.body);
        let written = arn.and_then(Arn::parse);
        let mut item = json!({ "configuration": answer });
        if let (Some(arn), Some(item)) = (arn, item.as_object_mut()) {
            item.insert("arn".to_owned(), Value::from(arn));
        }
        let place = first_arn(&item, row.arn).and_then(Arn::parse).or(written);
        let account = record.account.as_deref().filter(|text| is_account_id(text));
        let region = record
            .region
            .as_deref()
            .filter(|region| !matches!(*region, "" | "global"));
        let partition = place.map_or(partition, |arn| arn.partition).to_owned();
        Self {
            resource_type: row.resource_type,
            origin: &record.origin,
            freshness: Freshness::of(record, Source::Api),
            account,
            region,
            body: Cow::Owned(with_embedded_json(&item).into_owned()),
            is_of_config: false,
            partition,
        }
    }

    /// Whether what the item does not hold of a resource-based policy is not there: Config keeps policies in its items, most services answer them apart.
    pub(crate) fn is_of_config(&self) -> bool {
        self.is_of_config
    }

    /// Whether AWS answered with a `supplementaryConfiguration`, so that what is not in it is not set.
    pub(crate) fn has_supplementary_configuration(&self) -> bool {
        at(&self.body, "supplementaryConfiguration").is_some_and(Value::is_object)
    }

    /// Whether AWS answered with a `configuration` that says anything.
    pub(crate) fn has_configuration(&self) -> bool {
        at(&self.body, "configuration")
            .and_then(Value::as_object)
            .is_some_and(|object| !object.is_empty())
    }

    /// The ARN the item has, or the one it must have.
    pub(crate) fn native_id(&self, row: &TypeRow) -> Option<String> {
        let given = first_arn(&self.body, row.arn).map(str::to_owned);
        given.or_else(|| self.synthesised_arn(row).filter(|arn| is_arn(arn)))
    }

    /// The name a person knows it by.
    pub(crate) fn name(&self, row: &TypeRow, native_id: &str) -> String {
        first_text(&self.body, row.name)
            .or_else(|| first_text(&self.body, &["resourceName"]))
            .or_else(|| Arn::parse(native_id).map(|arn| arn.name()))
            .unwrap_or_default()
            .to_owned()
    }

    /// Tags, from wherever the type keeps them.
    pub(crate) fn tags(&self) -> BTreeMap<String, String> {
        let places = ["tags", "supplementaryConfiguration.Tags", "configuration.tags"];
        let found = places
            .iter()
            .filter_map(|path| at(&self.body, path))
            .map(tags)
            .find(|tags| !tags.is_empty());
        found.unwrap_or_else(|| self.bucket_tags())
    }

    fn bucket_tags(&self) -> BTreeMap<String, String> {
        list_at(
            &self.body,
            "supplementaryConfiguration.BucketTaggingConfiguration.tagSets",
        )
        .iter()
        .filter_map(|set| at(set, "tags"))
        .flat_map(tags)
        .collect()
    }

    fn synthesised_arn(&self, row: &TypeRow) -> Option<String> {
        let id = first_text(&self.body, row.id)?;
        let (service, kind) = self.service_and_kind();
        let path = text_at(&self.body, "configuration.path").unwrap_or("/");
        let arn = row
            .arn_format
            .replace("{partition}", &self.partition)
            .replace("{region}", self.region.unwrap_or_default())
            .replace("{account}", self.account.unwrap_or_default())
            .replace("{service}", &service)
            .replace("{kind}", &kind)
            .replace("{path}", path)
            // The names of parameters begin with the slash that their ARNs have anyway.
            .replace("{id}", id.trim_start_matches('/'));
        Some(arn)
    }

    /// `AWS::RDS::DBInstance` → (`rds`, `dbinstance`).
    fn service_and_kind(&self) -> (String, String) {
        let mut parts = self.resource_type.split("::").skip(1);
        let service = parts.next().unwrap_or("unknown").to_ascii_lowercase();
        let kind = parts.next().unwrap_or("resource").to_ascii_lowercase();
        (service, kind)
    }
}

/// The ARN and the answer of `{"Arn","Response"}`; any other body is the answer itself.
pub(crate) fn subject_and_answer(body: &Value) -> (Option<&str>, &Value) {
    match body.get("Response") {
        Some(answer) => (text_at(body, "Arn").filter(|text| is_arn(text)), answer),
        None => (None, body),
    }
}

/// The item with every part decoded that is still JSON in a string; borrowed where there is none.
fn with_embedded_json(body: &Value) -> Cow<'_, Value> {
    let parts = ["configuration", "supplementaryConfiguration"];
    let is_embedded = |value: &Value| matches!(decoded(value), Cow::Owned(_));
    let holds_embedded = |part: &&str| {
        at(body, part).is_some_and(|value| {
            is_embedded(value)
                || value
                    .as_object()
                    .is_some_and(|object| object.iter().any(|(key, inner)| key != POLICY && is_embedded(inner)))
        })
    };
    if !parts.iter().any(holds_embedded) {
        return Cow::Borrowed(body);
    }
    let mut body = body.clone();
    for part in parts {
        if let Some(value) = body.get_mut(part) {
            *value = decoded(value).into_owned();
            decode_values(value);
        }
    }
    Cow::Owned(body)
}

fn decode_values(value: &mut Value) {
    if let Some(object) = value.as_object_mut() {
        for (_, inner) in object.iter_mut().filter(|(key, _)| *key != POLICY) {
            *inner = decoded(inner).into_owned();
        }
    }
}
