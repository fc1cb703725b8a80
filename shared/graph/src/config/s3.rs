//! What a row cannot say of S3 buckets, and the Block Public Access of accounts.

use serde_json::{Value, json};
use sv0_model::arn::Arn;
use sv0_model::graph::{EdgeKind, Entity};

use super::ConfigItem;
use crate::description::{Description, Reference};
use crate::facts::Facts;
use crate::freshness::Fact;
use crate::json::{as_list, at, bool_at, field, first_text, list_at, text_at};
use crate::workload::trigger;

const ENCRYPTION_RULES: &str = "supplementaryConfiguration.ServerSideEncryptionConfiguration.rules";
const OBJECT_OWNERSHIP: &[&str] = &[
    "supplementaryConfiguration.OwnershipControls",
    "supplementaryConfiguration.BucketOwnershipControls",
];

const OWNER: &[&str] = &[
    "supplementaryConfiguration.AccessControlList.owner.id",
    "configuration.owner.id",
];

/// Config's type of access points.
const ACCESS_POINT: &str = "AWS::S3::AccessPoint";

/// Block Public Access, encryption, access control list and object ownership.
pub(super) fn refine(item: &ConfigItem<'_>, description: &mut Description) {
    trigger::add_notifications(item, description);
    if !item.has_supplementary_configuration() {
        return;
    }
    let block = at(&item.body, "supplementaryConfiguration.PublicAccessBlockConfiguration");
    description.set(
        "block_public_access",
        Some(block.map_or(Value::Null, block_public_access)),
    );
    description.set("acl_grants", acl_grants(&item.body));
    description.set("owner_canonical_id", first_text(&item.body, OWNER));
    description.set("object_ownership", object_ownership(&item.body));
    description.set("access_logs", access_logs(&item.body));
    description.set(
        "mfa_delete",
        bool_at(
            &item.body,
            "supplementaryConfiguration.BucketVersioningConfiguration.isMfaDeleteEnabled",
        ),
    );
    add_encryption(item, description);
}

/// Where server access logs go; null where Config says that they go nowhere.
fn access_logs(body: &Value) -> Option<Value> {
    let logging =
        at(body, "supplementaryConfiguration.BucketLoggingConfiguration").filter(|logging| logging.is_object())?;
    let Some(bucket) = text_at(logging, "destinationBucketName") else {
        return Some(Value::Null);
    };
    Some(json!({ "bucket": bucket, "prefix": text_at(logging, "logFilePrefix") }))
}

/// Whether an entity is an S3 access point.
pub(crate) fn is_access_point(entity: &Entity) -> bool {
    entity.attributes.get("resource_type").and_then(Value::as_str) == Some(ACCESS_POINT)
}

/// The bucket of an access point, its Block Public Access and where it takes requests from.
pub(super) fn refine_access_point(item: &ConfigItem<'_>, description: &mut Description) {
    if let Some(bucket) = text_at(&item.body, "configuration.Bucket") {
        let partition = Arn::parse(&description.entity.native_id).map_or("aws", |arn| arn.partition);
        let bucket = format!("arn:{partition}:s3:::{bucket}");
        description.set("bucket", Some(bucket));
    }
    let block = at(&item.body, "configuration.PublicAccessBlockConfiguration");
    description.set("block_public_access", block.map(block_public_access));
}

/// All four switches on or off.
pub(crate) fn every_switch(is_on: bool) -> Value {
    json!({"block_public_acls": is_on, "ignore_public_acls": is_on, "block_public_policy": is_on, "restrict_public_buckets": is_on})
}

/// The four switches by their names in the S3 API.
/// The answer of `GetPublicAccessBlock` for an account; `None` where it is something else, such as an error that was recorded in its place. An answer without any setting says
/// that none was ever made.
pub(crate) fn account_block(answer: &Value) -> Option<Value> {
    const SETTINGS: [&str; 4] = [
        "blockpublicacls",
        "ignorepublicacls",
        "blockpublicpolicy",
        "restrictpublicbuckets",
    ];
    let fields = answer.as_object()?;
    let is_setting =
        |(name, value): (&String, &Value)| value.is_boolean() && SETTINGS.contains(&name.to_ascii_lowercase().as_str());
    fields.iter().all(is_setting).then(|| block_public_access(answer))
}

fn block_public_access(block: &Value) -> Value {
    json!({
        "block_public_acls": bool_at(block, "blockPublicAcls").unwrap_or(false),
        "ignore_public_acls": bool_at(block, "ignorePublicAcls").unwrap_or(false),
        "block_public_policy": bool_at(block, "blockPublicPolicy").unwrap_or(false),
        "restrict_public_buckets": bool_at(block, "restrictPublicBuckets").unwrap_or(false),
    })
}

/// `AWS::S3::AccountPublicAccessBlock`: holds for every bucket of the account.
pub(super) fn read_account_public_access_block(item: &ConfigItem<'_>, facts: &mut Facts) {
    let account = item.account.or_else(|| text_at(&item.body, "resourceId"));
    let (Some(account), Some(configuration)) = (account, at(&item.body, "configuration")) else {
        let help = "record the item again with accountId and configuration";
        facts.diagnostics.error(
            item.origin,
            "",
            "config_item_without_id",
            "an account's Block Public Access does not name its account",
            help,
        );
        return;
    };
    let fact = Fact {
        freshness: item.freshness.clone(),
        origin: item.origin.clone(),
        value: block_public_access(configuration),
    };
    facts.account_public_access_blocks.offer(account.to_owned(), fact);
}

/// Default encryption. Under KMS without a key of its own a bucket uses AWS's key for S3.
fn add_encryption(item: &ConfigItem<'_>, description: &mut Description) {
    let rules = list_at(&item.body, ENCRYPTION_RULES);
    let Some(rule) = rules.first() else {
        return;
    };
    let by_default = field(rule, "applyServerSideEncryptionByDefault").unwrap_or(rule);
    let algorithm = text_at(by_default, "sseAlgorithm");
    let key = text_at(by_default, "kmsMasterKeyID");
    let encryption = json!({
        "algorithm": algorithm,
        "key": key,
        "bucket_key_enabled": bool_at(rule, "bucketKeyEnabled"),
    });
    description.set("encryption", Some(encryption));
    if algorithm.is_some_and(|algorithm| algorithm.starts_with("aws:kms")) {
        let key = key.unwrap_or("alias/aws/s3").to_owned();
        description.link(EdgeKind::EncryptedWith, Reference::Key(key));
    }
}

fn acl_grants(body: &Value) -> Option<Vec<Value>> {
    let list = at(body, "supplementaryConfiguration.AccessControlList")?;
    let grants = field(list, "grantList").or_else(|| field(list, "grantSet"))?;
    Some(as_list(grants).iter().filter_map(acl_grant).collect())
}

/// A grantee is a canonical user id, or one of the groups `AllUsers`, `AuthenticatedUsers` and `LogDelivery` by name or URI.
fn acl_grant(grant: &Value) -> Option<Value> {
    let grantee = field(grant, "grantee")?;
    let name = grantee
        .as_str()
        .or_else(|| first_text(grantee, &["id", "uri", "identifier"]))?;
    Some(json!({ "grantee": name, "permission": text_at(grant, "permission") }))
}

fn object_ownership(body: &Value) -> Option<String> {
    let direct = first_text(body, &["supplementaryConfiguration.ObjectOwnership"]);
    let by_rule = || {
        OBJECT_OWNERSHIP
            .iter()
            .flat_map(|path| at(body, path).map_or(&[][..], |controls| list_at(controls, "rules")))
            .find_map(|rule| text_at(rule, "objectOwnership"))
    };
    direct.or_else(by_rule).map(str::to_owned)
}
