//! How sensitive what an entity holds is, by the user's rules and the shipped ones.

use serde_json::Value;
use sv0_model::graph::{Entity, EntityKind, Organization, Sensitivity};

use crate::criteria::Criteria;
use crate::options::{GraphOptions, SensitivityRule};

/// Tag keys that name a classification in common landing zones.
const CLASSIFICATION_TAGS: &[&str] = &[
    "DataClassification",
    "data-classification",
    "data_classification",
    "data:classification",
    "classification",
    "sensitivity",
    "confidentiality",
];

impl SensitivityRule {
    /// The rules that hold where the user's own say nothing: a classification tag names the level; secrets are restricted, KMS keys internal. After them parameters of Systems Manager are restricted too.
    #[must_use]
    pub fn shipped() -> Vec<Self> {
        let by_tag = CLASSIFICATION_TAGS.iter().map(|tag| Self {
            tag: Some((*tag).to_owned()),
            ..Self::default()
        });
        let by_kind = [
            (EntityKind::Secret, Sensitivity::Restricted),
            (EntityKind::KmsKey, Sensitivity::Internal),
        ];
        let by_kind = by_kind.into_iter().map(|(kind, level)| Self {
            kind: Some(kind),
            level: Some(level),
            ..Self::default()
        });
        by_tag.chain(by_kind).collect()
    }

    /// The level this rule gives the entity, and in words why. `None` where it does not match.
    fn apply(&self, entity: &Entity, organization: &Organization) -> Option<(Sensitivity, String)> {
        let criteria = Criteria {
            tag: self.tag.as_deref(),
            value: self.value.as_deref(),
            name_pattern: self.name_pattern.as_deref(),
            kind: self.kind,
            account: self.account.as_deref(),
            organizational_unit: self.organizational_unit.as_deref(),
        };
        let matched = criteria.matched(entity, organization)?;
        let level = self.level.or_else(|| level_named(matched.tag_value?))?;
        Some((level, matched.reasons))
    }
}

/// A parameter that is encrypted holds a secret; so may any other, whatever type its author chose. Those that AWS publishes for everyone have no account.
fn of_parameter(entity: &Entity) -> Option<(Sensitivity, String)> {
    if entity.kind != EntityKind::SsmParameter || entity.account.is_none() {
        return None;
    }
    let rule = match entity.attributes.get("parameter_type").and_then(Value::as_str) {
        Some("SecureString") => "parameter of type SecureString",
        Some(_) => "parameter, which may hold a secret whatever its type",
        None => "parameter whose type was not collected",
    };
    Some((Sensitivity::Restricted, rule.to_owned()))
}

/// Sets level and reason of every entity. The first rule that matches decides.
pub(crate) fn classify<'a>(
    entities: impl Iterator<Item = &'a mut Entity>,
    organization: &Organization,
    options: &GraphOptions,
) {
    let shipped = SensitivityRule::shipped();
    for entity in entities {
        let first = options
            .sensitivity
            .iter()
            .chain(&shipped)
            .find_map(|rule| rule.apply(entity, organization))
            .or_else(|| of_parameter(entity));
        if let Some((level, rule)) = first {
            entity.sensitivity = level;
            entity.sensitivity_rule = rule;
        }
    }
}

fn level_named(text: &str) -> Option<Sensitivity> {
    match text.trim().to_ascii_lowercase().as_str() {
        "public" => Some(Sensitivity::Public),
        "internal" => Some(Sensitivity::Internal),
        "confidential" => Some(Sensitivity::Confidential),
        "restricted" => Some(Sensitivity::Restricted),
        _ => None,
    }
}
