//! What a rule of the user's may ask of an entity.

use sv0_iam::{Glob, WildcardScope};
use sv0_model::graph::{Entity, EntityKind, Organization, OrganizationNode, OrganizationNodeKind};

/// The criteria of one rule: every one that is given must match.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Criteria<'r> {
    /// A tag's key, without case.
    pub(crate) tag: Option<&'r str>,
    /// A pattern for the tag's value.
    pub(crate) value: Option<&'r str>,
    /// A pattern for the entity's name.
    pub(crate) name_pattern: Option<&'r str>,
    /// The entity's kind.
    pub(crate) kind: Option<EntityKind>,
    /// A pattern for the account's id or name.
    pub(crate) account: Option<&'r str>,
    /// A pattern for the id or name of an organizational unit above the account.
    pub(crate) organizational_unit: Option<&'r str>,
}

/// How an entity met the criteria.
pub(crate) struct Matched<'e> {
    /// In words, which criteria.
    pub(crate) reasons: String,
    /// The value of the tag, where a tag was asked for.
    pub(crate) tag_value: Option<&'e str>,
}

impl Criteria<'_> {
    /// Whether the entity meets all of them, and how. Without any criterion nothing does.
    pub(crate) fn matched<'e>(&self, entity: &'e Entity, organization: &Organization) -> Option<Matched<'e>> {
        let mut reasons = Vec::new();
        if let Some(kind) = self.kind {
            if entity.kind != kind {
                return None;
            }
            reasons.push(format!("kind {}", kind_name(kind)));
        }
        if let Some(pattern) = self.name_pattern {
            if !matches(pattern, &entity.name) {
                return None;
            }
            reasons.push(format!("name matches {pattern}"));
        }
        if let Some(pattern) = self.account {
            let id = entity.account.as_deref()?;
            let name = organization.nodes.get(id).map(|node| node.name.as_str());
            if !matches(pattern, id) && !name.is_some_and(|name| matches(pattern, name)) {
                return None;
            }
            reasons.push(format!("account matches {pattern}"));
        }
        if let Some(pattern) = self.organizational_unit {
            let account = entity.account.as_deref()?;
            if !units_above(account, organization)
                .any(|unit| matches(pattern, &unit.id) || matches(pattern, &unit.name))
            {
                return None;
            }
            reasons.push(format!("organizational unit matches {pattern}"));
        }
        let mut tag_value = None;
        if let Some(key) = self.tag {
            let (key, value) = entity
                .tags
                .iter()
                .find(|(candidate, _)| candidate.eq_ignore_ascii_case(key))?;
            if self.value.is_some_and(|pattern| !matches(pattern, value)) {
                return None;
            }
            reasons.push(format!("tag {key}={value}"));
            tag_value = Some(value.as_str());
        }
        (!reasons.is_empty()).then(|| Matched {
            reasons: reasons.join(", "),
            tag_value,
        })
    }
}

/// The organizational units above an account, the nearest first. It ends also where the parents run in a circle.
fn units_above<'o>(account: &str, organization: &'o Organization) -> impl Iterator<Item = &'o OrganizationNode> {
    let parent = |node: &&OrganizationNode| organization.nodes.get(node.parent.as_ref()?);
    std::iter::successors(organization.nodes.get(account), parent)
        .take(organization.nodes.len())
        .filter(|node| node.kind == OrganizationNodeKind::OrganizationalUnit)
}

fn kind_name(kind: EntityKind) -> String {
    serde_json::to_value(kind)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// Whether a pattern with `*` and `?` matches the whole text, without regard to the case of ASCII letters.
fn matches(pattern: &str, text: &str) -> bool {
    Glob::new(&pattern.to_ascii_lowercase(), WildcardScope::Anywhere).matches(&text.to_ascii_lowercase())
}
