//! `sv0.toml`: what a user may set. Its JSON Schema is `docs/schemas/sv0.toml.schema.json`.

use serde::{Deserialize, Serialize};
use sv0_graph::{GraphOptions, SensitivityRule};
use sv0_model::hash::sha256_of_json;
use thiserror::Error;

/// The configuration of a scan. Every key is optional.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Configuration {
    /// `[[sensitivity]]`: rules that say how sensitive a resource is, tried in order and before the shipped ones.
    pub sensitivity: Vec<SensitivityRule>,
    /// How far chains are followed.
    pub paths: PathConfiguration,
}

/// `[paths]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PathConfiguration {
    /// How many roles may be assumed one after the other, 0 to 5.
    pub max_assume_hops: u8,
}

impl Default for PathConfiguration {
    fn default() -> Self {
        Self {
            max_assume_hops: MAX_ASSUME_HOPS,
        }
    }
}

/// The cap on chained AssumeRole hops.
const MAX_ASSUME_HOPS: u8 = 5;

/// `sv0.toml` cannot be used.
#[derive(Debug, Error)]
pub enum ConfigurationError {
    /// It is not TOML, or a key or value is not one the schema knows. The message names line and column.
    #[error("{0}")]
    Syntax(#[from] toml::de::Error),
    /// A number is outside its range.
    #[error("paths.max_assume_hops is {0}; it must be 0 to {MAX_ASSUME_HOPS}")]
    TooManyHops(u8),
}

impl Configuration {
    /// Reads the text of an `sv0.toml`.
    ///
    /// # Errors
    /// [`ConfigurationError`], with the place.
    pub fn from_toml(text: &str) -> Result<Self, ConfigurationError> {
        let configuration: Self = toml::from_str(text)?;
        if configuration.paths.max_assume_hops > MAX_ASSUME_HOPS {
            return Err(ConfigurationError::TooManyHops(configuration.paths.max_assume_hops));
        }
        Ok(configuration)
    }

    /// The part that shapes the graph.
    #[must_use]
    pub fn graph_options(&self) -> GraphOptions {
        GraphOptions {
            sensitivity: self.sensitivity.clone(),
        }
    }

    /// SHA-256 of the configuration's canonical JSON: the same settings have the same hash, however the file was written.
    #[must_use]
    pub fn sha256(&self) -> String {
        serde_json::to_value(self)
            .as_ref()
            .map(sha256_of_json)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rules_and_refuses_what_it_does_not_know() {
        let text =
            "[[sensitivity]]\ntag = \"pci\"\nvalue = \"yes\"\nlevel = \"restricted\"\n[paths]\nmax_assume_hops = 3\n";
        let configuration = Configuration::from_toml(text).unwrap();
        assert_eq!(configuration.sensitivity.len(), 1);
        assert_eq!(configuration.paths.max_assume_hops, 3);
        let error = Configuration::from_toml("[paths]\nmax_hops = 3\n")
            .unwrap_err()
            .to_string();
        assert!(error.contains("line 2") && error.contains("max_hops"), "{error}");
        assert!(Configuration::from_toml("[paths]\nmax_assume_hops = 6\n").is_err());
    }

    #[test]
    fn the_hash_is_of_the_settings_not_of_the_text() {
        let plain = Configuration::from_toml("").unwrap();
        let spelled_out = Configuration::from_toml("# the default\n[paths]\nmax_assume_hops = 5\n").unwrap();
        let other = Configuration::from_toml("[paths]\nmax_assume_hops = 4\n").unwrap();
        assert_eq!(plain.sha256(), spelled_out.sha256());
        assert_ne!(plain.sha256(), other.sha256());
    }
}
