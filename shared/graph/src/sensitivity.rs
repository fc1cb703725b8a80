//! How sensitive what an entity holds is, by the user's rules and the shipped ones.

use sv0_iam::{Glob, WildcardScope};
use sv0_model::graph::{Entity, EntityKind, Sensitivity};

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
    /// The rules that hold where the user's own say nothing: a classification tag names the level; secrets are restricted, KMS keys internal.
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
    fn apply(&self, entity: &Entity) -> Option<(Sensitivity, String)> {
        let mut reasons = Vec::new();
        let mut level = self.level;
        if let Some(kind) = self.kind {
            if entity.kind != kind {
                return None;
            }
            reasons.push(format!("kind {}", kind_name(kind)));
        }
        if let Some(pattern) = &self.name_pattern {
            if !matches(pattern, &entity.name) {
                return None;
            }
            reasons.push(format!("name matches {pattern}"));
        }
        if let Some(key) = &self.tag {
            let (key, value) = entity
                .tags
                .iter()
                .find(|(candidate, _)| candidate.eq_ignore_ascii_case(key))?;
            if self.value.as_ref().is_some_and(|pattern| !matches(pattern, value)) {
                return None;
            }
            level = level.or_else(|| level_named(value));
            reasons.push(format!("tag {key}={value}"));
        }
        let level = level.filter(|_| !reasons.is_empty())?;
        Some((level, reasons.join(", ")))
    }
}

/// Sets level and reason of every entity. The first rule that matches decides.
pub(crate) fn classify<'a>(entities: impl Iterator<Item = &'a mut Entity>, options: &GraphOptions) {
    let shipped = SensitivityRule::shipped();
    for entity in entities {
        let first = options
            .sensitivity
            .iter()
            .chain(&shipped)
            .find_map(|rule| rule.apply(entity));
        if let Some((level, rule)) = first {
            entity.sensitivity = level;
            entity.sensitivity_rule = rule;
        }
    }
}

fn kind_name(kind: EntityKind) -> String {
    serde_json::to_value(kind)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
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

/// Whether a pattern with `*` and `?` matches the whole text, without regard to the case of ASCII letters.
fn matches(pattern: &str, text: &str) -> bool {
    Glob::new(&pattern.to_ascii_lowercase(), WildcardScope::Anywhere).matches(&text.to_ascii_lowercase())
}
