//! What the deployment sets, read once.

use sv0_aws::s3::{FetchLimits, LocationError, S3Location};
use thiserror::Error;

const RESULTS: &str = "SV0_RESULTS";
const MAX_BYTES: &str = "SV0_MAX_CAPTURE_BYTES";
const MAX_FILES: &str = "SV0_MAX_CAPTURE_FILES";

/// Half of the scratch space that the template gives the function by default.
const DEFAULT_MAX_BYTES: u64 = 2 * 1024 * 1024 * 1024;
const DEFAULT_MAX_FILES: u64 = 200_000;

/// What the deployment sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `SV0_RESULTS`: where runs are written.
    pub results: S3Location,
    /// `SV0_MAX_CAPTURE_BYTES` and `SV0_MAX_CAPTURE_FILES`: how much of a capture is fetched.
    pub limits: FetchLimits,
}

/// The deployment left something out, or set it to something else.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// There is no default for it.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// It must be a place in S3.
    #[error("{RESULTS}: {0}")]
    Results(#[from] LocationError),
    /// It must be a number.
    #[error("{name} is {value:?}; it must be a whole number")]
    Number {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
    },
}

impl Settings {
    /// Reads the settings; `variable` gives the value of an environment variable.
    ///
    /// # Errors
    /// [`SettingsError`], with the variable's name.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let number = |name, default| match variable(name) {
            None => Ok(default),
            Some(value) => value.parse().map_err(|_| SettingsError::Number { name, value }),
        };
        Ok(Self {
            results: variable(RESULTS).ok_or(SettingsError::Missing(RESULTS))?.parse()?,
            limits: FetchLimits {
                max_files: number(MAX_FILES, DEFAULT_MAX_FILES)?,
                max_bytes: number(MAX_BYTES, DEFAULT_MAX_BYTES)?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let value = |name: &str| variables.iter().find(|(known, _)| *known == name);
        Settings::read(|name| value(name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn only_the_place_of_results_has_no_default() {
        let settings = read(&[(RESULTS, "s3://results/sv0"), (MAX_FILES, "7")]).unwrap();
        assert_eq!(settings.results.to_string(), "s3://results/sv0/");
        assert_eq!(
            settings.limits,
            FetchLimits {
                max_files: 7,
                max_bytes: DEFAULT_MAX_BYTES
            }
        );
        assert_eq!(read(&[]), Err(SettingsError::Missing(RESULTS)));
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let number = read(&[(RESULTS, "s3://results"), (MAX_BYTES, "2 GB")]).unwrap_err();
        assert_eq!(
            number.to_string(),
            "SV0_MAX_CAPTURE_BYTES is \"2 GB\"; it must be a whole number"
        );
        let place = read(&[(RESULTS, "results")]).unwrap_err();
        assert!(
            place
                .to_string()
                .starts_with("SV0_RESULTS: \"results\" names no place in S3"),
            "{place}"
        );
    }
}
