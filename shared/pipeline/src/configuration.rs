//! `sv0.toml`: what a user may set. Its JSON Schema is `docs/schemas/sv0.toml.schema.json`.

mod rules;

use serde::{Deserialize, Serialize};
use sv0_authority::FindingOptions;
use sv0_graph::{ClassificationRule, GraphOptions, InferenceOptions, OwnerOptions, SensitivityRule};
use sv0_model::hash::sha256_of_json;
use thiserror::Error;

/// The configuration of a scan. Every key is optional.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Configuration {
    /// `[[sensitivity]]`: rules that say how sensitive a resource is, tried in order and before the shipped ones.
    pub sensitivity: Vec<SensitivityRule>,
    /// `[[data_domain]]`: rules that say which data domain a resource is of.
    pub data_domain: Vec<ClassificationRule>,
    /// `[[environment]]`: rules that say which environment something is in.
    pub environment: Vec<ClassificationRule>,
    /// Which tags name owners.
    pub owners: OwnerOptions,
    /// What is guessed.
    pub inference: InferenceOptions,
    /// How far chains are followed.
    pub paths: PathConfiguration,
    /// When something is old, idle or unrotated.
    pub findings: FindingConfiguration,
    /// What belongs to the scanner.
    pub scanner: ScannerConfiguration,
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

/// `[findings]`: days after which something is a finding, each 1 to 365.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FindingConfiguration {
    /// Days without use after which authority is dormant. AWS tracks the last 400 days.
    pub dormant_days: u32,
    /// Days after which an access key is stale, by its age or by its last use.
    pub stale_access_key_days: u32,
    /// Days after which a secret whose rotation is on counts as not rotated.
    pub unrotated_secret_days: u32,
}

impl Default for FindingConfiguration {
    fn default() -> Self {
        let shipped = FindingOptions::default();
        Self {
            dormant_days: shipped.dormant_days,
            stale_access_key_days: shipped.stale_access_key_days,
            unrotated_secret_days: shipped.unrotated_secret_days,
        }
    }
}

impl FindingConfiguration {
    /// The first number of days that is outside its range.
    fn out_of_range(&self) -> Option<(&'static str, u32)> {
        let days = [
            ("dormant_days", self.dormant_days),
            ("stale_access_key_days", self.stale_access_key_days),
            ("unrotated_secret_days", self.unrotated_secret_days),
        ];
        days.into_iter()
            .find(|(_, days)| !(FEWEST_DAYS..=MOST_DAYS).contains(days))
    }
}

/// `[scanner]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScannerConfiguration {
    /// Names of the scanner's own roles and resources, without case; `*` and `?` are wildcards.
    pub role_names: Vec<String>,
}

impl Default for ScannerConfiguration {
    fn default() -> Self {
        Self {
            role_names: FindingOptions::default().scanner_role_names,
        }
    }
}

/// Fewest days that may be set.
const FEWEST_DAYS: u32 = 1;

/// Most days that may be set: less than AWS's tracking period of 400 days, so that "not used" can be known at all.
const MOST_DAYS: u32 = 365;

/// The cap on chained AssumeRole hops.
const MAX_ASSUME_HOPS: u8 = 5;

/// `sv0.toml` cannot be used.
#[derive(Debug, Error)]
pub enum ConfigurationError {
    /// It is not TOML, or a value has not the type that it must have. The message names line and column.
    #[error(transparent)]
    Syntax(toml::de::Error),
    /// A key, or the word for a value, is not one the schema knows.
    #[error("line {line}: `{word}` is not known; {help}")]
    UnknownWord {
        /// The line, from 1.
        line: usize,
        /// The key or word.
        word: String,
        /// What was meant, or may stand there.
        help: String,
    },
    /// A rule that can never say anything.
    #[error("rule {number} of [[{section}]] {fault}")]
    Rule {
        /// The section.
        section: &'static str,
        /// Which of its rules, from 1.
        number: usize,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// A number is outside its range.
    #[error("paths.max_assume_hops is {0}; it must be 0 to {MAX_ASSUME_HOPS}")]
    TooManyHops(u8),
    /// A number of days is outside its range.
    #[error("findings.{0} is {1}; it must be {FEWEST_DAYS} to {MOST_DAYS}")]
    Days(&'static str, u32),
}

impl Configuration {
    /// Reads the text of an `sv0.toml`.
    ///
    /// # Errors
    /// [`ConfigurationError`], with the place.
    pub fn from_toml(text: &str) -> Result<Self, ConfigurationError> {
        let configuration: Self = toml::from_str(text).map_err(|error| rules::explained(text, error))?;
        rules::check(&configuration)?;
        if configuration.paths.max_assume_hops > MAX_ASSUME_HOPS {
            return Err(ConfigurationError::TooManyHops(configuration.paths.max_assume_hops));
        }
        if let Some((name, days)) = configuration.findings.out_of_range() {
            return Err(ConfigurationError::Days(name, days));
        }
        Ok(configuration)
    }

    /// The part that shapes the graph.
    #[must_use]
    pub fn graph_options(&self) -> GraphOptions {
        GraphOptions {
            sensitivity: self.sensitivity.clone(),
            data_domain: self.data_domain.clone(),
            environment: self.environment.clone(),
            owners: self.owners.clone(),
            inference: self.inference,
        }
    }

    /// The part that shapes findings.
    #[must_use]
    pub fn finding_options(&self) -> FindingOptions {
        FindingOptions {
            dormant_days: self.findings.dormant_days,
            stale_access_key_days: self.findings.stale_access_key_days,
            unrotated_secret_days: self.findings.unrotated_secret_days,
            scanner_role_names: self.scanner.role_names.clone(),
            ..FindingOptions::default()
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
    fn tags_of_owners_stand_in_place_of_the_shipped_ones() {
        let configuration = Configuration::from_toml("[owners]\ntags = [\"cost-owner\"]\n").unwrap();
        assert_eq!(configuration.graph_options().owners.tags, ["cost-owner"]);
        let shipped = Configuration::from_toml("").unwrap().graph_options().owners.tags;
        assert!(shipped.iter().any(|tag| tag == "owner") && shipped.iter().any(|tag| tag == "team"));
        assert!(Configuration::from_toml("[owners]\ntag = [\"owner\"]\n").is_err());
    }

    #[test]
    fn days_stay_within_what_aws_can_tell() {
        let set = |text: &str| Configuration::from_toml(&format!("[findings]\n{text}\n"));
        let configuration = set("dormant_days = 30\nstale_access_key_days = 365").unwrap();
        let options = configuration.finding_options();
        assert_eq!(
            (
                options.dormant_days,
                options.stale_access_key_days,
                options.unrotated_secret_days
            ),
            (30, 365, 90)
        );
        for text in [
            "dormant_days = 0",
            "stale_access_key_days = 366",
            "unrotated_secret_days = 400",
        ] {
            let error = set(text).unwrap_err().to_string();
            assert!(error.contains("1 to 365"), "{error}");
        }
        assert!(set("dormant_days = -1").is_err());
        let scanner = Configuration::from_toml("[scanner]\nrole_names = [\"acme-scan-*\"]\n").unwrap();
        assert_eq!(scanner.finding_options().scanner_role_names, ["acme-scan-*"]);
        assert_eq!(Configuration::default().finding_options(), FindingOptions::default());
    }

    /// `(text, what the error says)`
    #[test]
    fn a_rule_that_can_say_nothing_is_refused() {
        let cases = [
            (
                "[[sensitivity]]\nlevel = \"restricted\"",
                "rule 1 of [[sensitivity]] has no criterion",
            ),
            (
                "[[sensitivity]]\nname_pattern = \"x\"",
                "rule 1 of [[sensitivity]] has no level",
            ),
            (
                "[[sensitivity]]\nvalue = \"x\"\nlevel = \"public\"",
                "a value without a tag",
            ),
            (
                "[[environment]]\naccount = \"1\"\nname = \"a\"\n[[environment]]\nname = \"b\"",
                "rule 2 of [[environment]] has no criterion",
            ),
            (
                "[[data_domain]]\nkind = \"resource/s3_bucket\"",
                "rule 1 of [[data_domain]] has no name",
            ),
            (
                "[[data_domain]]\nkind = \"resource/s3bucket\"",
                "line 2: `resource/s3bucket` is not known; did you mean `resource/s3_bucket`?",
            ),
            (
                "[[sensitivity]]\ntag = \"a\"\nlevl = \"public\"",
                "line 3: `levl` is not known; did you mean `level`?",
            ),
            (
                "[[sensitivity]]\ntag = \"a\"\nlevel = \"secret\"",
                "it may be confidential, internal, public, restricted or unknown",
            ),
        ];
        for (text, wanted) in cases {
            let error = Configuration::from_toml(text).unwrap_err().to_string();
            assert!(error.contains(wanted), "{text}: {error}");
        }
        for text in [
            "[[sensitivity]]\ntag = \"classification\"",
            "[[data_domain]]\ntag = \"team\"",
            "[[environment]]\naccount = \"1*\"\nname = \"production\"",
        ] {
            assert!(Configuration::from_toml(text).is_ok(), "{text}");
        }
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
