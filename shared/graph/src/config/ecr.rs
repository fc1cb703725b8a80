//! What a row cannot say of ECR repositories.

use sv0_model::graph::EdgeKind;

use super::ConfigItem;
use crate::description::{Description, Reference};
use crate::json::{at, first_text, text_at};

/// The key it is encrypted under (under KMS without a key of its own, AWS's key for ECR), and whether it has a lifecycle policy.
///
/// Config writes `LifecyclePolicy` where one is set; that it is missing there proves nothing, so then nothing is said.
pub(super) fn refine(item: &ConfigItem<'_>, description: &mut Description) {
    if text_at(&item.body, "configuration.LifecyclePolicy.LifecyclePolicyText").is_some() {
        description.set("lifecycle_policy", Some(true));
    }
    let Some(encryption) = at(&item.body, "configuration.EncryptionConfiguration") else {
        return;
    };
    let uses_kms = text_at(encryption, "encryptionType").is_some_and(|kind| kind.starts_with("KMS"));
    let key = first_text(encryption, &["kmsKey", "kmsKeyId"]);
    if uses_kms || key.is_some() {
        let key = key.unwrap_or("alias/aws/ecr").to_owned();
        description.link(EdgeKind::EncryptedWith, Reference::Key(key));
    }
}
