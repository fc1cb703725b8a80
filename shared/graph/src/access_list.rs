//! Access control lists of buckets, written as resource-based policies.
//!
//! Sources: Amazon S3 User Guide, "Access control list (ACL) overview", "Mapping of ACL permissions and access policy permissions" and
//! "Amazon S3 predefined groups".

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use sv0_model::graph::{Entity, EntityKind, PolicyKind, urn};

use crate::description::Description;

/// The accounts behind canonical user ids, as far as the buckets they own tell.
///
/// An id that the buckets of several accounts name as their owner is no account's.
pub(crate) struct CanonicalUsers(BTreeMap<String, BTreeSet<String>>);

impl CanonicalUsers {
    /// Learns from the owners of buckets.
    pub(crate) fn new<'a>(buckets: impl Iterator<Item = &'a Entity>) -> Self {
        let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for bucket in buckets.filter(|entity| entity.kind == EntityKind::S3Bucket) {
            if let (Some(owner), Some(account)) = (owner_of(bucket), &bucket.account) {
                owners
                    .entry(owner.to_ascii_lowercase())
                    .or_default()
                    .insert(account.clone());
            }
        }
        Self(owners)
    }

    fn account(&self, canonical_user: &str) -> Option<&str> {
        let accounts = self.0.get(&canonical_user.to_ascii_lowercase())?;
        accounts.first().filter(|_| accounts.len() == 1).map(String::as_str)
    }
}

/// Gives a bucket the record of its access control list, with one statement for each grant to anybody but its owner. A bucket whose list was not collected gets none.
pub(crate) fn add(description: &mut Description, users: &CanonicalUsers) {
    let bucket = &description.entity;
    if bucket.kind != EntityKind::S3Bucket {
        return;
    }
    let Some(grants) = bucket.attributes.get("acl_grants").and_then(Value::as_array) else {
        return;
    };
    let statements: Vec<Value> = grants
        .iter()
        .filter_map(|grant| statement(bucket, grant, users))
        .collect();
    if statements.is_empty() {
        return;
    }
    let document = json!({ "Version": "2012-10-17", "Statement": statements });
    let list = urn::access_control_list(&bucket.native_id);
    let name = format!("access control list of {}", bucket.name);
    description.add_policy(list, PolicyKind::ResourceBased, &name, Some(&document));
}

fn owner_of(bucket: &Entity) -> Option<&str> {
    bucket.attributes.get("owner_canonical_id").and_then(Value::as_str)
}

fn statement(bucket: &Entity, grant: &Value, users: &CanonicalUsers) -> Option<Value> {
    let grantee = grant.get("grantee")?.as_str()?;
    if owner_of(bucket).is_some_and(|owner| owner.eq_ignore_ascii_case(grantee)) {
        return None;
    }
    let permission = Permission::parse(grant.get("permission").and_then(Value::as_str).unwrap_or_default());
    let grantee = Grantee::parse(grantee, users);
    let arn = bucket.native_id.as_str();
    let mut statement = Map::new();
    statement.insert(
        "Sid".to_owned(),
        json!(format!("{}{}", grantee.name(), permission.name())),
    );
    statement.insert("Effect".to_owned(), json!("Allow"));
    statement.insert("Principal".to_owned(), grantee.principal());
    statement.insert("Action".to_owned(), json!(permission.actions()));
    statement.insert("Resource".to_owned(), json!([arn, format!("{arn}/*")]));
    if grantee == Grantee::AuthenticatedUsers {
        // Anonymous requests do not carry the key; those of services carry `true`.
        let signed = json!({ "Bool": { "aws:PrincipalIsAWSService": "false" } });
        statement.insert("Condition".to_owned(), signed);
    }
    Some(Value::Object(statement))
}

/// To whom a grant is made.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Grantee {
    AllUsers,
    AuthenticatedUsers,
    LogDelivery,
    Account(String),
    CanonicalUser(String),
}

impl Grantee {
    fn parse(text: &str, users: &CanonicalUsers) -> Self {
        match text.rsplit('/').next().unwrap_or(text) {
            "AllUsers" => Self::AllUsers,
            "AuthenticatedUsers" => Self::AuthenticatedUsers,
            "LogDelivery" => Self::LogDelivery,
            _ => users.account(text).map_or_else(
                || Self::CanonicalUser(text.to_owned()),
                |account| Self::Account(account.to_owned()),
            ),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::AllUsers => "AllUsers",
            Self::AuthenticatedUsers => "AuthenticatedUsers",
            Self::LogDelivery => "LogDelivery",
            Self::Account(_) | Self::CanonicalUser(_) => "CanonicalUser",
        }
    }

    fn principal(&self) -> Value {
        match self {
            Self::AllUsers | Self::AuthenticatedUsers => json!("*"),
            // The service that delivers server access logs.
            Self::LogDelivery => json!({ "Service": "logging.s3.amazonaws.com" }),
            Self::Account(account) => json!({ "AWS": account }),
            Self::CanonicalUser(id) => json!({ "CanonicalUser": id }),
        }
    }
}

/// What a grant on a bucket gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Permission {
    Read,
    Write,
    ReadAcp,
    WriteAcp,
    FullControl,
}

const READ: &[&str] = &[
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
];
/// Deletion is among them: the overview says so of existing objects' owners, and older editions of the table of everyone.
const WRITE: &[&str] = &["s3:DeleteObject", "s3:PutObject"];
const READ_ACP: &[&str] = &["s3:GetBucketAcl"];
const WRITE_ACP: &[&str] = &["s3:PutBucketAcl"];

impl Permission {
    /// `READ_ACP` as the API writes it, `ReadAcp` as Config does. What is neither may be anything.
    fn parse(text: &str) -> Self {
        let folded: String = text.chars().filter(char::is_ascii_alphabetic).collect();
        match folded.to_ascii_lowercase().as_str() {
            "read" => Self::Read,
            "write" => Self::Write,
            "readacp" => Self::ReadAcp,
            "writeacp" => Self::WriteAcp,
            _ => Self::FullControl,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Read => "Read",
            Self::Write => "Write",
            Self::ReadAcp => "ReadAcp",
            Self::WriteAcp => "WriteAcp",
            Self::FullControl => "FullControl",
        }
    }

    fn actions(self) -> Vec<&'static str> {
        match self {
            Self::Read => READ.to_vec(),
            Self::Write => WRITE.to_vec(),
            Self::ReadAcp => READ_ACP.to_vec(),
            Self::WriteAcp => WRITE_ACP.to_vec(),
            Self::FullControl => [READ, WRITE, READ_ACP, WRITE_ACP].concat(),
        }
    }
}
