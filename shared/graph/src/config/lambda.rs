//! What a row cannot say of a Lambda function.

use serde_json::json;

use super::ConfigItem;
use crate::description::Description;
use crate::json::{at, text_at, texts_at};

/// Where the URI of a container image may stand.
pub(super) const IMAGE_URI: &[&str] = &[
    "configuration.code.imageUri",
    "configuration.imageUri",
    "configuration.code.resolvedImageUri",
];

/// The network a function is attached to; a function outside any VPC has no attribute `vpc`.
pub(super) fn refine(item: &ConfigItem<'_>, description: &mut Description) {
    let Some(vpc) = at(&item.body, "configuration.vpcConfig") else {
        return;
    };
    let subnets = texts_at(vpc, "subnetIds");
    if subnets.is_empty() {
        return;
    }
    let network = json!({
        "vpc_id": text_at(vpc, "vpcId"),
        "subnet_ids": subnets,
        "security_group_ids": texts_at(vpc, "securityGroupIds"),
    });
    description.set("vpc", Some(network));
}
