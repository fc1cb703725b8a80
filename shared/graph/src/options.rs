//! What a user may set: which content is how sensitive, of which domain, and in which environment.

use serde::{Deserialize, Serialize};

use sv0_model::graph::{EntityKind, Sensitivity};
use sv0_model::owner::OWNER_TAGS;

/// The part of `sv0.toml` that shapes the graph.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GraphOptions {
    /// Rules for the sensitivity of what an entity holds, tried in order and before the shipped ones ([`SensitivityRule::shipped`]); the first that matches decides.
    pub sensitivity: Vec<SensitivityRule>,
    /// Rules for the data domain, in the same order of precedence ([`ClassificationRule::shipped_data_domains`]).
    pub data_domain: Vec<ClassificationRule>,
    /// Rules for the environment, in the same order of precedence ([`ClassificationRule::shipped_environments`]).
    pub environment: Vec<ClassificationRule>,
    /// Where owners are told.
    pub owners: OwnerOptions,
    /// What is guessed.
    pub inference: InferenceOptions,
}

/// `[owners]`: which tags name the owner of a thing.
///
/// ```toml
/// [owners]
/// tags = ["owner", "cost-owner"]
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OwnerOptions {
    /// Tag keys, compared without case; they stand in place of the shipped ones ([`OWNER_TAGS`]).
    pub tags: Vec<String>,
}

impl Default for OwnerOptions {
    fn default() -> Self {
        Self {
            tags: OWNER_TAGS.map(str::to_owned).to_vec(),
        }
    }
}

/// `[inference]`: guesses, each off by default. What is inferred is marked so on its edge, and is no authority: no path and no finding rests on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InferenceOptions {
    /// Whether the names of a function's or task's environment variables tell which bucket, table or secret it reads.
    pub environment_names: bool,
}

/// One rule for the sensitivity of an entity: every criterion that is given must match.
///
/// ```toml
/// [[sensitivity]]
/// tag = "pci"
/// value = "yes"
/// level = "restricted"
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SensitivityRule {
    /// A tag key, compared without case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The tag's value, compared without case; `*` and `?` are wildcards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// A pattern for the entity's name, compared without case; `*` and `?` are wildcards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_pattern: Option<String>,
    /// The entity's kind, such as `resource/s3_bucket`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<EntityKind>,
    /// A pattern for the id or the name of the account it is in, compared without case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// A pattern for the id or the name of an organizational unit above that account, compared without case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organizational_unit: Option<String>,
    /// The level. Without it the tag's value names the level: `public`, `internal`, `confidential` or `restricted`; any other value does not match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Sensitivity>,
}

/// One rule for the data domain or the environment of an entity: every criterion that is given must match.
///
/// ```toml
/// [[environment]]
/// account = "acme-shop-*"
/// name = "production"
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClassificationRule {
    /// A tag key, compared without case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The tag's value, compared without case; `*` and `?` are wildcards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// A pattern for the entity's name, compared without case; `*` and `?` are wildcards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_pattern: Option<String>,
    /// The entity's kind, such as `resource/s3_bucket`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<EntityKind>,
    /// A pattern for the id or the name of the account it is in, compared without case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// A pattern for the id or the name of an organizational unit above that account, compared without case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organizational_unit: Option<String>,
    /// The domain or environment. Without it the tag's value is, in lower case; a rule with neither does not match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}
