//! AWS Config items.

mod describe;
mod ecr;
mod ecs;
mod iam;
mod item;
mod kms;
mod lambda;
mod s3;
mod secrets;
pub(crate) mod table;

pub(crate) use describe::{describe, is_empty_policy, set_resource_policy, set_separate_policy};
pub(crate) use item::{ConfigItem, subject_and_answer};
pub(crate) use s3::account_block;
pub(crate) use s3::{every_switch, is_access_point};
#[cfg(test)]
pub(crate) use table::{documented_attributes, types_and_answers};

use sv0_model::record::Record;

use crate::description::Statement;
use crate::facts::Facts;
use crate::freshness::Fact;
use crate::json::text_at;
use crate::launch;

/// Reads one Config item into the facts.
pub(crate) fn read(record: &Record, resource_type: &str, facts: &mut Facts) {
    match text_at(&record.body, "configurationItemStatus") {
        Some("ResourceNotRecorded") => return,
        Some(status) if status.starts_with("ResourceDeleted") => return read_deleted(record, resource_type, facts),
        _ => {}
    }
    let item = ConfigItem::new(record, resource_type, &facts.partition);
    facts.scanned(item.account);
    match resource_type {
        "AWS::IAM::User" | "AWS::IAM::Role" | "AWS::IAM::Group" | "AWS::IAM::Policy" => iam::read(&item, facts),
        "AWS::IAM::InstanceProfile" => iam::read_instance_profile(&item, facts),
        "AWS::AutoScaling::LaunchConfiguration" => {
            launch::read_configuration(&item, facts);
            read_by_table(&item, facts);
        }
        "AWS::EC2::LaunchTemplate" => {
            launch::read_template(&item, facts);
            read_by_table(&item, facts);
        }
        "AWS::S3::AccountPublicAccessBlock" => s3::read_account_public_access_block(&item, facts),
        "AWS::SecretsManager::ResourcePolicy" => secrets::read_resource_policy(&item, facts),
        _ => read_by_table(&item, facts),
    }
}

fn read_by_table(item: &ConfigItem<'_>, facts: &mut Facts) {
    if item.resource_type == "AWS::KMS::Alias" {
        kms::read_alias(item, facts);
    }
    if let Some(description) = describe(item, table::row_of(item.resource_type), &mut facts.diagnostics) {
        facts.describe(item.freshness.clone(), description);
    }
}

/// A deleted thing hides whatever older items say of it.
fn read_deleted(record: &Record, resource_type: &str, facts: &mut Facts) {
    let item = ConfigItem::new(record, resource_type, &facts.partition);
    let Some(native_id) = item.native_id(table::row_of(resource_type)) else {
        return;
    };
    let fact = Fact {
        freshness: item.freshness.clone(),
        origin: record.origin.clone(),
        value: Statement::Deleted,
    };
    facts.statements.offer(native_id, fact);
}
