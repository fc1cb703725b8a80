//! What a row cannot say of KMS keys, their aliases, and of clusters whose secrets they encrypt.

use sv0_model::graph::EdgeKind;

use super::{ConfigItem, table};
use crate::description::{Description, Reference};
use crate::facts::{Facts, KeyAlias};
use crate::freshness::Fact;
use crate::json::{list_at, text_at};

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

/// The keys under which a cluster of EKS encrypts the secrets of Kubernetes.
pub(super) fn refine_cluster(item: &ConfigItem<'_>, description: &mut Description) {
    for encryption in list_at(&item.body, "configuration.encryptionConfig") {
        if let Some(key) = text_at(encryption, "provider.keyArn") {
            description.link(EdgeKind::EncryptedWith, Reference::Key(key.to_owned()));
        }
    }
}
