//! What a scan needs and does not find, each in words with the command that mends it.
//!
//! A check asks AWS and judges the answer; it never changes anything. What could not be asked is *unknown*, with AWS's words, and never passes for fine.

mod central;
mod commands;
mod evidence;
mod log_files;
mod organization;
mod spokes;
mod stack_set;
mod trust;

use serde::{Deserialize, Serialize};

use crate::api::{ApiError, AwsApi};
use crate::plan::Plan;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// It is as it should be.
    Ok,
    /// A scan works without it, and sees less.
    Advised,
    /// It could not be found out.
    Unknown,
    /// A scan cannot do its work without it.
    Missing,
}

/// One thing that a scan needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What is checked, such as `config_aggregator`.
    pub id: String,
    /// How it came out.
    pub status: CheckStatus,
    /// What was found, in words.
    pub found: String,
    /// The command that mends it, as it is to be typed; empty where nothing is to be mended.
    #[serde(default)]
    pub fix: String,
    /// In which account the command is to be typed: a 12-digit id, or words.
    #[serde(default)]
    pub fix_in: String,
}

impl Check {
    pub(crate) fn ok(id: &str, found: impl Into<String>) -> Self {
        Self {
            id: id.to_owned(),
            status: CheckStatus::Ok,
            found: found.into(),
            fix: String::new(),
            fix_in: String::new(),
        }
    }

    pub(crate) fn missing(id: &str, found: impl Into<String>, fix: impl Into<String>, fix_in: &str) -> Self {
        Self {
            status: CheckStatus::Missing,
            fix: fix.into(),
            fix_in: fix_in.to_owned(),
            ..Self::ok(id, found)
        }
    }

    pub(crate) fn advised(id: &str, found: impl Into<String>, fix: impl Into<String>, fix_in: &str) -> Self {
        Self {
            status: CheckStatus::Advised,
            ..Self::missing(id, found, fix, fix_in)
        }
    }

    /// A call of the check was not answered.
    pub(crate) fn unknown(id: &str, error: &ApiError, fix: impl Into<String>, fix_in: &str) -> Self {
        Self {
            status: CheckStatus::Unknown,
            ..Self::missing(id, format!("it could not be found out: {error}"), fix, fix_in)
        }
    }
}

/// What preflight is told beside the plan.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreflightOptions {
    /// The Athena workgroup of evidence queries; empty where there is none.
    pub workgroup: String,
    /// The ARN of the role that reads log files, for the statements that let it in; empty: the caller's.
    #[serde(default)]
    pub evidence_role: String,
    /// The StackSet of the spoke role; empty where the role is deployed by other means.
    #[serde(default)]
    pub stack_set: String,
    /// The path and name of the spoke role: `SecurityV0ReadOnly`.
    pub spoke_role: String,
    /// The path and name of the role in the management account; empty: that of the spokes.
    #[serde(default)]
    pub management_role: String,
    /// What the roles' trust policies ask for.
    #[serde(default)]
    pub external_id: Option<String>,
    /// Whether each spoke role is tried without its external id, which leaves a refused `AssumeRole` in each account's trail.
    pub probe: ExternalIdProbe,
}

/// Without the external id: it is no secret, and no one else's affair.
impl std::fmt::Debug for PreflightOptions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PreflightOptions")
            .field("workgroup", &self.workgroup)
            .field("evidence_role", &self.evidence_role)
            .field("stack_set", &self.stack_set)
            .field("spoke_role", &self.spoke_role)
            .field("management_role", &self.management_role)
            .field("probe", &self.probe)
            .finish_non_exhaustive()
    }
}

/// Whether roles are tried without their external id.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExternalIdProbe {
    /// The trust policy is read.
    #[default]
    TrustPolicy,
    /// The role is tried.
    Try,
}

/// Everything that a check has at hand.
pub(crate) struct Preflight<'a> {
    pub api: &'a dyn AwsApi,
    pub plan: &'a Plan,
    pub options: &'a PreflightOptions,
}

impl Preflight<'_> {
    /// The hub's account; empty where it is not known.
    pub fn hub_account(&self) -> &str {
        self.plan.header.hub_account.as_deref().unwrap_or_default()
    }

    /// The management account, in words where it is not known.
    pub fn management_account(&self) -> &str {
        self.plan
            .management_account
            .as_deref()
            .unwrap_or("the management account")
    }

    /// Whether the scan asks for log files, or reads them.
    pub fn needs_log_files(&self) -> bool {
        !self.options.workgroup.is_empty() || self.plan.options.log_files.is_some()
    }

    /// The rest of a command that names the home Region.
    pub fn region(&self) -> &str {
        &self.plan.home_region
    }
}

/// Runs every check, in the order in which things are set up.
pub async fn preflight(api: &dyn AwsApi, plan: &Plan, options: &PreflightOptions) -> Vec<Check> {
    let preflight = Preflight { api, plan, options };
    let mut checks = organization::checks(&preflight).await;
    checks.extend(central::checks(&preflight).await);
    checks.extend(evidence::checks(&preflight).await);
    checks.extend(stack_set::checks(&preflight).await);
    checks.extend(spokes::checks(&preflight).await);
    checks
}
