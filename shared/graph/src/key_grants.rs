//! Grants of KMS keys, written as resource-based policies.
//!
//! Sources: AWS KMS Developer Guide, "Grants in AWS KMS" and "Using grant constraints"; AWS KMS API Reference, `ListGrants`, `GrantListEntry` and `GrantConstraints`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sv0_model::graph::{PolicyKind, urn};
use sv0_model::record::{Origin, Record};
use sv0_model::time::Timestamp;

use crate::description::Description;
use crate::facts::Facts;
use crate::json::{at, bool_at, list_at, text_at, texts_at};

/// The grants of one key, in the newest answer.
#[derive(Debug, Clone)]
pub(crate) struct KeyGrants {
    captured_at: Option<Timestamp>,
    /// The record that speaks of them; of several pages the first.
    pub(crate) origin: Origin,
    /// By grant id and text.
    grants: BTreeMap<String, Value>,
    /// Whether the answer ended with these.
    is_complete: bool,
}

/// Operations whose requests carry no encryption context, so that a constraint on it does not narrow them.
///
/// `CreateGrant` is among them: there the constraint binds the grant that is made, not the request.
const WITHOUT_CONTEXT: &[&str] = &[
    "CreateGrant",
    "DeriveSharedSecret",
    "DescribeKey",
    "GenerateMac",
    "GetPublicKey",
    "RetireGrant",
    "Sign",
    "Verify",
    "VerifyMac",
];

/// Reads `{"Arn": the key's, "Response": what ListGrants prints}`.
pub(crate) fn read(record: &Record, facts: &mut Facts) {
    let Some(key) = text_at(&record.body, "Arn") else {
        let help = "see docs/capture.md for the form of accounts/<account-id>/<region>/kms/grants.ndjson";
        let message = "an answer of ListGrants does not name its key";
        return facts
            .diagnostics
            .error(&record.origin, "", "grants_without_key", message, help);
    };
    let response = at(&record.body, "Response");
    let grants = response.map_or(&[][..], |response| list_at(response, "Grants"));
    let read = KeyGrants {
        captured_at: record.captured_at,
        origin: record.origin.clone(),
        grants: grants.iter().map(|grant| (id_of(grant), grant.clone())).collect(),
        is_complete: response.is_some_and(is_last_page),
    };
    match facts.key_grants.remove(key) {
        Some(known) => facts.key_grants.insert(key.to_owned(), known.with(read)),
        None => facts.key_grants.insert(key.to_owned(), read),
    };
}

fn id_of(grant: &Value) -> String {
    // Two answers may differ about one grant; then both count, whatever the order in which they are read.
    format!("{} {grant}", text_at(grant, "GrantId").unwrap_or_default())
}

fn is_last_page(response: &Value) -> bool {
    let goes_on = bool_at(response, "Truncated") == Some(true) || text_at(response, "NextMarker").is_some();
    !goes_on && at(response, "Grants").is_some_and(Value::is_array)
}

impl KeyGrants {
    /// The newer of two answers; of one time both, as pages of one answer.
    fn with(self, other: Self) -> Self {
        match self.captured_at.cmp(&other.captured_at) {
            std::cmp::Ordering::Less => other,
            std::cmp::Ordering::Greater => self,
            std::cmp::Ordering::Equal => {
                let mut merged = self;
                merged.grants.extend(other.grants);
                merged.is_complete |= other.is_complete;
                merged.origin = merged.origin.min(other.origin);
                merged
            }
        }
    }

    /// Gives a key the record of its grants, one statement for each grantee and each retiring principal.
    pub(crate) fn add_to(&self, description: &mut Description) {
        let key = description.entity.native_id.clone();
        description.set("grants", Some(self.grants.len()));
        description.set("grants_complete", Some(self.is_complete));
        let statements: Vec<Value> = self.grants.values().flat_map(|grant| statements(&key, grant)).collect();
        if statements.is_empty() {
            return;
        }
        let document = json!({ "Version": "2012-10-17", "Statement": statements });
        let name = format!("grants of {}", description.entity.name);
        description.add_policy(urn::key_grants(&key), PolicyKind::ResourceBased, &name, Some(&document));
        if let Some(policy) = description.policies.last_mut() {
            policy.origin = Some(self.origin.clone());
            policy.captured_at = self.captured_at;
        }
    }
}

fn statements(key: &str, grant: &Value) -> Vec<Value> {
    let sid = text_at(grant, "GrantId").unwrap_or_default();
    let operations = texts_at(grant, "Operations");
    let conditions = constraints(grant);
    let (plain, narrowed): (Vec<&str>, Vec<&str>) = operations
        .into_iter()
        .partition(|operation| WITHOUT_CONTEXT.contains(operation));
    let mut statements = Vec::new();
    let grantees = principals(grant, &["GranteePrincipal", "GranteeServicePrincipal"]);
    for grantee in &grantees {
        let condition = (!conditions.is_empty()).then(|| Value::Object(conditions.clone()));
        statements.extend(statement(key, sid, grantee, &narrowed, condition));
        statements.extend(statement(key, sid, grantee, &plain, source_condition(&conditions)));
    }
    for retiring in principals(grant, &["RetiringPrincipal", "RetiringServicePrincipal"]) {
        statements.extend(statement(key, sid, &retiring, &["RetireGrant"], None));
    }
    statements
}

fn statement(key: &str, sid: &str, principal: &Value, operations: &[&str], condition: Option<Value>) -> Option<Value> {
    if operations.is_empty() {
        return None;
    }
    let actions: Vec<String> = operations.iter().map(|operation| format!("kms:{operation}")).collect();
    let mut statement = json!({
        "Sid": sid, "Effect": "Allow", "Principal": principal, "Action": actions, "Resource": key,
    });
    if let (Some(statement), Some(condition)) = (statement.as_object_mut(), condition) {
        statement.insert("Condition".to_owned(), condition);
    }
    Some(statement)
}

/// A grant names a principal by ARN, a service by its host name; what is neither, such as `AWS Internal`, is nobody who could be asked for.
fn principals(grant: &Value, fields: &[&str]) -> Vec<Value> {
    let texts = fields.iter().filter_map(|name| text_at(grant, name));
    let mut principals: Vec<Value> = texts
        .filter_map(|text| {
            let is_service = text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn");
            let is_principal = text.starts_with("arn:") || sv0_model::arn::is_account_id(text);
            match (is_service, is_principal) {
                (true, _) => Some(json!({ "Service": text })),
                (_, true) => Some(json!({ "AWS": text })),
                _ => None,
            }
        })
        .collect();
    principals.dedup();
    principals
}

/// The Condition element that says what the grant's constraints say.
fn constraints(grant: &Value) -> Map<String, Value> {
    let Some(constraints) = at(grant, "Constraints") else {
        return Map::new();
    };
    let mut conditions = Conditions::default();
    for (name, is_exact) in [("EncryptionContextSubset", false), ("EncryptionContextEquals", true)] {
        let pairs = at(constraints, name).and_then(Value::as_object);
        for (key, value) in pairs.into_iter().flatten() {
            let key = format!("kms:EncryptionContext:{key}");
            conditions.require(&key, value.as_str().unwrap_or_default());
        }
        if let Some(pairs) = pairs.filter(|_| is_exact) {
            let keys: Vec<&String> = pairs.keys().collect();
            conditions.add("ForAllValues:StringEquals", "kms:EncryptionContextKeys", json!(keys));
        }
    }
    if let Some(source) = text_at(constraints, "SourceArn") {
        conditions.add("ArnLike", "aws:SourceArn", json!(source));
    }
    conditions.0
}

#[derive(Default)]
struct Conditions(Map<String, Value>);

impl Conditions {
    fn add(&mut self, operator: &str, key: &str, values: Value) {
        let of_operator = self.0.entry(operator.to_owned()).or_insert_with(|| json!({}));
        if let Some(tests) = of_operator.as_object_mut() {
            tests.insert(key.to_owned(), values);
        }
    }

    /// The value itself. One that the reader took out may be any; in one that would read as a policy variable, the dollar sign may be any character.
    fn require(&mut self, key: &str, value: &str) {
        if value == "[redacted]" {
            self.add("Null", key, json!("false"));
        } else if value.contains("${") {
            self.add("StringLike", key, json!(value.replace(['$', '*'], "?")));
        } else {
            self.add("StringEquals", key, json!(value));
        }
    }
}

/// Of the constraints that on the request's source, which narrows every operation.
fn source_condition(conditions: &Map<String, Value>) -> Option<Value> {
    let source = conditions.get("ArnLike")?;
    Some(json!({ "ArnLike": source }))
}
