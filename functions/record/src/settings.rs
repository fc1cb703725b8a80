//! What the deployment sets, read once.

use sv0_aws::s3::{LocationError, S3Location};
use thiserror::Error;

const RESULTS: &str = "SV0_RESULTS";
const TABLE: &str = "SV0_TABLE";
const EVENT_BUS: &str = "SV0_EVENT_BUS";
/// Set by Lambda. Source: AWS Lambda Developer Guide, "Using Lambda environment variables", "Defined runtime environment variables".
const FUNCTION: &str = "AWS_LAMBDA_FUNCTION_NAME";

/// What the deployment sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `SV0_RESULTS`: where runs lie.
    pub results: S3Location,
    /// `SV0_TABLE`: the table's name.
    pub table: String,
    /// `SV0_EVENT_BUS`: name or ARN of the hub's bus; nothing is told where it is not set.
    pub event_bus: Option<String>,
    /// `AWS_LAMBDA_FUNCTION_NAME`: the function's own name, by which its metrics are told from those of another deployment.
    pub function: Option<String>,
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
}

impl Settings {
    /// Reads the settings; `variable` gives the value of an environment variable.
    ///
    /// # Errors
    /// [`SettingsError`], with the variable's name.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        let needed = |name: &'static str| given(name).ok_or(SettingsError::Missing(name));
        Ok(Self {
            results: needed(RESULTS)?.parse()?,
            table: needed(TABLE)?,
            event_bus: given(EVENT_BUS),
            function: given(FUNCTION),
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
    fn only_the_bus_may_be_left_out() {
        let settings = read(&[(RESULTS, "s3://results"), (TABLE, "sv0"), (EVENT_BUS, "")]).unwrap();
        assert_eq!((settings.table.as_str(), settings.event_bus), ("sv0", None));
        assert_eq!(read(&[(RESULTS, "s3://results")]), Err(SettingsError::Missing(TABLE)));
        assert_eq!(read(&[(TABLE, "sv0")]), Err(SettingsError::Missing(RESULTS)));
        let place = read(&[(RESULTS, "results"), (TABLE, "sv0")]).unwrap_err();
        assert!(place.to_string().starts_with("SV0_RESULTS: "), "{place}");
    }
}
