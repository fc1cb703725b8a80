//! IAM items of Config. The recorder of every Region may hold a copy of them; they are told apart by ARN and time alone.

use sv0_model::arn::Arn;

use super::{ConfigItem, table};
use crate::facts::Facts;
use crate::freshness::Fact;
use crate::iam::{Detail, DetailKind, MissingLists, describe};
use crate::json::{at, list_at, text_at};

/// Reads a user, role, group or managed policy.
pub(super) fn read(item: &ConfigItem<'_>, facts: &mut Facts) {
    let kind = match item.resource_type {
        "AWS::IAM::User" => DetailKind::User,
        "AWS::IAM::Role" => DetailKind::Role,
        "AWS::IAM::Group" => DetailKind::Group,
        _ => DetailKind::Policy,
    };
    let arn = item.native_id(table::row_of(item.resource_type));
    let (Some(arn), Some(body)) = (arn, at(&item.body, "configuration")) else {
        let help = "select arn and the whole configuration column";
        facts.diagnostics.error(
            item.origin,
            "",
            "config_item_without_id",
            "an IAM item has no ARN or no configuration",
            help,
        );
        return;
    };
    let detail = Detail {
        body,
        tags: item.tags(),
        arn,
        freshness: item.freshness.clone(),
        origin: item.origin.clone(),
        missing_lists: MissingLists::NotCollected,
    };
    describe(kind, &detail, facts);
}

/// `AWS::IAM::InstanceProfile`: the role inside.
pub(super) fn read_instance_profile(item: &ConfigItem<'_>, facts: &mut Facts) {
    let Some(arn) = item.native_id(table::row_of(item.resource_type)) else {
        return;
    };
    let role = list_at(&item.body, "configuration.roles").iter().find_map(|role| {
        let given = text_at(role, "arn")
            .or_else(|| role.as_str())
            .or_else(|| text_at(role, "roleName"));
        given.map(str::to_owned)
    });
    let role = role.map(|role| role_arn(&role, &arn));
    let fact = Fact {
        freshness: item.freshness.clone(),
        origin: item.origin.clone(),
        value: role,
    };
    facts.instance_profiles.offer(arn, fact);
}

/// A role that is named without its ARN is in the profile's account; its path is not known.
fn role_arn(role: &str, profile: &str) -> String {
    match (Arn::parse(role), Arn::parse(profile)) {
        (None, Some(profile)) => format!("arn:{}:iam::{}:role/{role}", profile.partition, profile.account),
        _ => role.to_owned(),
    }
}
