//! What a user may set: which content is how sensitive.

use serde::{Deserialize, Serialize};

use sv0_model::graph::{EntityKind, Sensitivity};

/// The part of `sv0.toml` that shapes the graph.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GraphOptions {
    /// Rules for the sensitivity of what an entity holds, tried in order and before the shipped ones ([`SensitivityRule::shipped`]); the first that matches decides.
    pub sensitivity: Vec<SensitivityRule>,
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
    /// The level. Without it the tag's value names the level: `public`, `internal`, `confidential` or `restricted`; any other value does not match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Sensitivity>,
}
