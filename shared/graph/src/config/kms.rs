//! What a row cannot say of KMS keys, their aliases, and of repositories they encrypt.

use sv0_model::graph::EdgeKind;

use super::{ConfigItem, table};
use crate::description::{Description, Reference};
use crate::facts::{Facts, KeyAlias};
use crate::freshness::Fact;
use crate::json::{field, list_at, text_at};

/// The aliases that stand in the key's own item.
pub(super) fn refine(item: &ConfigItem<'_>, description: &mut Description) {
    let places = ["configuration.aliases", "supplementaryConfiguration.Aliases"];
    let mut aliases: Vec<&str> = places
        .iter()
        .flat_map(|path| list_at(&item.body, path))
        .filter_map(|alias| alias.as_str().or_else(|| text_at(alias, "aliasName")))
        .collect();
    aliases.sort_unstable();
    aliases.dedup();
    description.set("aliases", Some(aliases).filter(|aliases| !aliases.is_empty()));
}

/// An alias and the key it stands for.
pub(super) fn read_alias(item: &ConfigItem<'_>, facts: &mut Facts) {
    let alias = item.native_id(table::row_of(item.resource_type));
    let target = text_at(&item.body, "configuration.TargetKeyId");
    if let (Some(alias_arn), Some(target)) = (alias, target) {
        let value = KeyAlias {
            target: target.to_owned(),
        };
        let fact = Fact {
            freshness: item.freshness.clone(),
            origin: item.origin.clone(),
            value,
        };
        facts.key_aliases.offer(alias_arn, fact);
    }
}

/// A repository under KMS without a key of its own is encrypted under AWS's key for ECR.
pub(super) fn refine_repository(item: &ConfigItem<'_>, description: &mut Description) {
    let Some(encryption) = crate::json::at(&item.body, "configuration.EncryptionConfiguration") else {
        return;
    };
    let uses_kms = text_at(encryption, "encryptionType").is_some_and(|kind| kind.starts_with("KMS"));
    let key = text_at(encryption, "kmsKey").or_else(|| field(encryption, "kmsKeyId")?.as_str());
    if uses_kms || key.is_some() {
        let key = key.unwrap_or("alias/aws/ecr").to_owned();
        description.link(EdgeKind::EncryptedWith, Reference::Key(key));
    }
}
