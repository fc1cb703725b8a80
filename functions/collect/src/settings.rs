//! What the deployment sets, read once.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sv0_aws::api::own_session_policies;
use sv0_aws::s3::{LocationError, S3Location};
use sv0_collect::{Caller, CollectOptions};
use thiserror::Error;

const RESULTS: &str = "SV0_RESULTS";
const EXTERNAL_ID: &str = "SV0_EXTERNAL_ID";
const SPOKE_ROLE: &str = "SV0_SPOKE_ROLE";
const MANAGEMENT_ROLE: &str = "SV0_MANAGEMENT_ROLE";
const HOME_REGION: &str = "SV0_HOME_REGION";
const OPTIONS: &str = "SV0_OPTIONS";
const REGION: &str = "AWS_REGION";
const SESSION_POLICIES: &str = "SV0_SESSION_POLICIES";

const DEFAULT_ROLE: &str = "SecurityV0ReadOnly";

/// What the deployment sets.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// `SV0_RESULTS`: where captures, and what workers leave for each other, are written.
    pub results: S3Location,
    /// `SV0_EXTERNAL_ID`: what the trust policies of the roles ask for.
    pub external_id: String,
    /// `SV0_SPOKE_ROLE`: path and name of the role in each spoke.
    pub spoke_role: String,
    /// `SV0_MANAGEMENT_ROLE`: path and name of the role in the management account.
    pub management_role: String,
    /// `SV0_HOME_REGION`, else the function's own: where the aggregator, Security Hub and Identity Center are.
    pub home_region: String,
    /// `SV0_SESSION_POLICIES`: `own` narrows every session to the policies that the product's templates give the role; `none`, or nothing, leaves it what the role is given.
    pub session_policies: BTreeMap<Caller, Vec<String>>,
    /// `SV0_OPTIONS`, a JSON object: options of every plan that the event of the plan leaves out.
    pub options: Map<String, Value>,
}

/// Without the external id: it is no secret, and no one else's affair.
impl std::fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("results", &self.results)
            .field("spoke_role", &self.spoke_role)
            .field("management_role", &self.management_role)
            .field("home_region", &self.home_region)
            .field("session_policies", &self.session_policies)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
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
    /// It is one of two words.
    #[error("{SESSION_POLICIES}: {0:?} is neither `own` nor `none`")]
    SessionPolicies(String),
    /// What the product's roles may do cannot be told.
    #[error("{SESSION_POLICIES}: {0}")]
    Permissions(String),
    /// They must be those of a plan.
    #[error("{OPTIONS}: {0}")]
    Options(String),
}

impl Settings {
    /// Reads the settings; `variable` gives the value of an environment variable.
    ///
    /// # Errors
    /// [`SettingsError`], with the variable's name.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        let needed = |name: &'static str| given(name).ok_or(SettingsError::Missing(name));
        // A path begins with a slash where IAM names it, and without one in an ARN.
        let role = |name: &str| {
            given(name).map_or_else(
                || DEFAULT_ROLE.to_owned(),
                |role| role.trim_start_matches('/').to_owned(),
            )
        };
        Ok(Self {
            results: needed(RESULTS)?.parse()?,
            external_id: needed(EXTERNAL_ID)?,
            spoke_role: role(SPOKE_ROLE),
            management_role: role(MANAGEMENT_ROLE),
            home_region: given(HOME_REGION).map_or_else(|| needed(REGION), Ok)?,
            session_policies: session_policies(given(SESSION_POLICIES))?,
            options: given(OPTIONS).map_or_else(|| Ok(Map::new()), |text| options(&text))?,
        })
    }
}

fn session_policies(word: Option<String>) -> Result<BTreeMap<Caller, Vec<String>>, SettingsError> {
    match word.as_deref() {
        None | Some("none") => Ok(BTreeMap::new()),
        Some("own") => own_session_policies().map_err(|error| SettingsError::Permissions(error.to_string())),
        Some(other) => Err(SettingsError::SessionPolicies(other.to_owned())),
    }
}

fn options(text: &str) -> Result<Map<String, Value>, SettingsError> {
    let fault = |error: serde_json::Error| SettingsError::Options(error.to_string());
    serde_json::from_str::<CollectOptions>(text).map_err(fault)?;
    serde_json::from_str(text).map_err(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let value = |name: &str| variables.iter().find(|(known, _)| *known == name);
        Settings::read(|name| value(name).map(|(_, value)| (*value).to_owned()))
    }

    const LEAST: [(&str, &str); 3] = [
        (RESULTS, "s3://results/sv0"),
        (EXTERNAL_ID, "canary-external-id"),
        (REGION, "eu-west-1"),
    ];

    #[test]
    fn the_place_of_results_and_the_external_id_have_no_default() {
        let settings = read(&LEAST).unwrap();
        assert_eq!(settings.results.to_string(), "s3://results/sv0/");
        assert_eq!(
            (settings.spoke_role.as_str(), settings.home_region.as_str()),
            (DEFAULT_ROLE, "eu-west-1")
        );
        assert!(!format!("{settings:?}").contains("canary"));
        for missing in [RESULTS, EXTERNAL_ID, REGION] {
            let others: Vec<_> = LEAST.into_iter().filter(|(name, _)| *name != missing).collect();
            assert_eq!(read(&others), Err(SettingsError::Missing(missing)));
            let empty: Vec<_> = others.into_iter().chain([(missing, "")]).collect();
            assert_eq!(read(&empty), Err(SettingsError::Missing(missing)));
        }
    }

    #[test]
    fn sessions_are_narrowed_where_the_deployment_says_so() {
        let with = |word| read(&[LEAST.as_slice(), &[(SESSION_POLICIES, word)]].concat());
        assert_eq!(read(&LEAST).unwrap().session_policies, BTreeMap::new());
        assert_eq!(with("none"), read(&LEAST));
        let own = with("own").unwrap().session_policies;
        assert!(
            own[&Caller::Collector]
                .iter()
                .all(|arn| arn.contains(":policy/${Role}-"))
        );
        assert_eq!(with("all"), Err(SettingsError::SessionPolicies("all".to_owned())));
    }

    #[test]
    fn roles_and_the_home_region_may_be_others() {
        let others = [
            (SPOKE_ROLE, "audit/Reader"),
            (MANAGEMENT_ROLE, "Organization"),
            (HOME_REGION, "us-east-1"),
        ];
        let settings = read(&[LEAST.as_slice(), &others].concat()).unwrap();
        assert_eq!(settings.spoke_role, "audit/Reader");
        assert_eq!(settings.management_role, "Organization");
        assert_eq!(settings.home_region, "us-east-1");
    }

    #[test]
    fn a_path_may_begin_as_iam_names_it() {
        for (given, role) in [
            ("/SecurityV0ReadOnly", DEFAULT_ROLE),
            ("/audit/readers/Reader", "audit/readers/Reader"),
        ] {
            let settings = read(&[LEAST.as_slice(), &[(SPOKE_ROLE, given)]].concat()).unwrap();
            assert_eq!(settings.spoke_role, role);
        }
    }

    #[test]
    fn options_must_be_those_of_a_plan() {
        let with = |text: &'static str| read(&[LEAST.as_slice(), &[(OPTIONS, text)]].concat());
        assert!(with("").unwrap().options.is_empty());
        let options = with(r#"{"excluded": ["111122223333"], "evidence": null}"#)
            .unwrap()
            .options;
        assert_eq!(options["excluded"], serde_json::json!(["111122223333"]));
        for text in [r#"{"exclude": []}"#, "[]", "x"] {
            assert!(matches!(with(text), Err(SettingsError::Options(_))), "{text}");
        }
    }
}
