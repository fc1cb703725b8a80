//! What a row cannot say of Secrets Manager secrets and of parameters, and the policies of secrets, which Config keeps as items of their own.

use sv0_model::graph::EdgeKind;

use super::{ConfigItem, describe};
use crate::description::{Description, Reference};
use crate::facts::{Facts, SeparatePolicy};
use crate::freshness::Fact;
use crate::json::{at, first_text, text_at};

/// A secret without a key of its own is encrypted under AWS's key for Secrets Manager.
pub(super) fn refine(item: &ConfigItem<'_>, description: &mut Description) {
    if !item.has_configuration() {
        return;
    }
    let key = text_at(&item.body, "configuration.KmsKeyId").unwrap_or("alias/aws/secretsmanager");
    description.link(EdgeKind::EncryptedWith, Reference::Key(key.to_owned()));
}

/// A SecureString without a key of its own is encrypted under AWS's key for Systems Manager; other parameters are not encrypted under any.
///
/// Source: AWS Systems Manager API Reference, `ParameterMetadata`.
pub(super) fn refine_parameter(item: &ConfigItem<'_>, description: &mut Description) {
    if text_at(&item.body, "configuration.type") == Some("SecureString") {
        let key = text_at(&item.body, "configuration.keyId").unwrap_or("alias/aws/ssm");
        description.link(EdgeKind::EncryptedWith, Reference::Key(key.to_owned()));
    }
}

/// `AWS::SecretsManager::ResourcePolicy`: the policy of the secret it names.
pub(super) fn read_resource_policy(item: &ConfigItem<'_>, facts: &mut Facts) {
    let secret = first_text(
        &item.body,
        &["configuration.SecretId", "configuration.Id", "resourceId", "arn"],
    );
    let Some(secret) = secret else {
        let help = "record the item again with configuration.SecretId";
        facts.diagnostics.error(
            item.origin,
            "",
            "config_item_without_id",
            "a secret's resource policy does not name its secret",
            help,
        );
        return;
    };
    let policy = at(&item.body, "configuration.ResourcePolicy").filter(|text| !describe::is_empty_policy(text));
    let fact = Fact {
        freshness: item.freshness.clone(),
        origin: item.origin.clone(),
        value: SeparatePolicy {
            account: item.account.map(str::to_owned),
            text: policy.cloned(),
        },
    };
    facts.separate_policies.offer(secret.to_owned(), fact);
}
