//! Rules that give entities a word: a data domain, an environment.

use sv0_model::graph::{Classified, Entity, EntityKind, Organization, OrganizationNodeKind};

use crate::criteria::Criteria;
use crate::options::{ClassificationRule, GraphOptions};

/// Tag keys that name an environment.
const ENVIRONMENT_TAGS: &[&str] = &["Environment", "env", "stage"];
/// Tag keys that name a data domain.
const DATA_DOMAIN_TAGS: &[&str] = &["DataDomain", "data-domain", "data_domain", "data:domain"];

/// Environments, and the words that mean them in tags and in the names of accounts and organizational units.
const ENVIRONMENTS: &[(&str, &[&str])] = &[
    ("production", &["prod", "production", "prd", "live"]),
    ("staging", &["staging", "stg", "preprod", "preproduction", "uat"]),
    ("development", &["dev", "development", "develop"]),
    ("test", &["test", "testing", "tst", "qa"]),
    ("sandbox", &["sandbox", "sbx"]),
];

impl ClassificationRule {
    fn of_tag(key: &str) -> Self {
        Self {
            tag: Some(key.to_owned()),
            ..Self::default()
        }
    }

    /// The data domains that hold where the user's own rules say nothing: a tag names the domain.
    #[must_use]
    pub fn shipped_data_domains() -> Vec<Self> {
        DATA_DOMAIN_TAGS.iter().map(|key| Self::of_tag(key)).collect()
    }

    /// The environments that hold where the user's own rules say nothing: a tag names the environment. After them the name of the account decides, then those of the units above it.
    #[must_use]
    pub fn shipped_environments() -> Vec<Self> {
        ENVIRONMENT_TAGS.iter().map(|key| Self::of_tag(key)).collect()
    }

    fn criteria(&self) -> Criteria<'_> {
        Criteria {
            tag: self.tag.as_deref(),
            value: self.value.as_deref(),
            name_pattern: self.name_pattern.as_deref(),
            kind: self.kind,
            account: self.account.as_deref(),
            organizational_unit: self.organizational_unit.as_deref(),
        }
    }

    /// The word this rule gives the entity: its own, else that of the tag. `None` where it does not match.
    fn apply(&self, entity: &Entity, organization: &Organization) -> Option<Classified> {
        let matched = self.criteria().matched(entity, organization)?;
        let of_tag = || matched.tag_value.map(|value| value.trim().to_lowercase());
        let value = self.name.clone().or_else(of_tag).filter(|value| !value.is_empty())?;
        Some(Classified {
            value,
            rule: matched.reasons,
        })
    }
}

/// Sets data domain and environment of every entity. The first rule that matches decides.
pub(crate) fn classify<'a>(
    entities: impl Iterator<Item = &'a mut Entity>,
    organization: &Organization,
    options: &GraphOptions,
) {
    let data_domains = ClassificationRule::shipped_data_domains();
    let environments = ClassificationRule::shipped_environments();
    for entity in entities.filter(|entity| can_be_classified(entity.kind)) {
        let mut own = options.data_domain.iter().chain(&data_domains);
        entity.data_domain = own.find_map(|rule| rule.apply(entity, organization));
        let own = options.environment.iter();
        let by_rule = own.clone().find_map(|rule| rule.apply(entity, organization));
        let by_tag = || {
            environments
                .iter()
                .find_map(|rule| by_its_tag(rule, entity, organization))
        };
        entity.environment = by_rule.or_else(by_tag).or_else(|| by_place(entity, organization));
    }
}

/// Policies, permissions and what belongs to no account are in no environment.
fn can_be_classified(kind: EntityKind) -> bool {
    !matches!(
        kind,
        EntityKind::IamPolicy
            | EntityKind::Permission
            | EntityKind::PermissionsBoundary
            | EntityKind::ServiceControlPolicy
            | EntityKind::ResourceControlPolicy
            | EntityKind::AwsService
            | EntityKind::Anonymous
    )
}

fn by_its_tag(rule: &ClassificationRule, entity: &Entity, organization: &Organization) -> Option<Classified> {
    let mut classified = rule.apply(entity, organization)?;
    if let Some((name, _)) = ENVIRONMENTS
        .iter()
        .find(|(_, words)| words.contains(&classified.value.as_str()))
    {
        (*name).clone_into(&mut classified.value);
    }
    Some(classified)
}

/// What the name of the account says, else that of the nearest organizational unit that says something. What names two says nothing.
fn by_place(entity: &Entity, organization: &Organization) -> Option<Classified> {
    let account = entity.account.as_ref()?;
    let mut node = organization.nodes.get(account)?;
    for _ in 0..=organization.nodes.len() {
        let named = environments_in(&node.name);
        match named.as_slice() {
            [] => node = organization.nodes.get(node.parent.as_ref()?)?,
            [environment] => {
                let what = match node.kind {
                    OrganizationNodeKind::Account => "account",
                    OrganizationNodeKind::OrganizationalUnit => "organizational unit",
                    OrganizationNodeKind::Root => "root",
                };
                return Some(Classified {
                    value: (*environment).to_owned(),
                    rule: format!("{what} is named {}", node.name),
                });
            }
            _ => return None,
        }
    }
    None
}

/// The environments that a name names by a word of its own: `acme-prod` does, `products` does not, and `non-prod` is everything but one.
fn environments_in(name: &str) -> Vec<&'static str> {
    let lowercase = name.to_lowercase();
    let words: Vec<&str> = lowercase
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut found = Vec::new();
    for (place, word) in words.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|before| words.get(before)).copied();
        let environment = match before {
            Some("non" | "not" | "no") => continue,
            Some("pre") => environment_of(&format!("pre{word}")),
            _ => environment_of(word),
        };
        found.extend(environment);
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn environment_of(word: &str) -> Option<&'static str> {
    let named = ENVIRONMENTS.iter().find(|(_, words)| words.contains(&word));
    named.map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::environments_in;

    #[test]
    fn a_name_names_an_environment_by_a_word_of_its_own() {
        for (name, want) in [
            ("acme-prod", vec!["production"]),
            ("Production", vec!["production"]),
            ("acme_dev_eu", vec!["development"]),
            ("payments staging", vec!["staging"]),
            ("Sandbox (anna)", vec!["sandbox"]),
            ("qa1", vec![]),
            ("products", vec![]),
            ("devices", vec![]),
            ("latest", vec![]),
            ("non-prod", vec![]),
            ("nonprod", vec![]),
            ("pre-prod", vec!["staging"]),
            ("dev-and-test", vec!["development", "test"]),
            ("", vec![]),
        ] {
            assert_eq!(environments_in(name), want, "{name}");
        }
    }
}
