//! The name of every file of a capture.

use std::fmt;

use crate::layout::{FileKind, IdentityCenterFile, LogPartition, Place, place_of, stem_of, without_compression};
use crate::ledger::source_of;
use crate::spoke;

/// The longest part of a log file's path: file systems hold 255 bytes, and a file being written has a longer name.
const MAX_PART_BYTES: usize = 240;
/// The longest path of a log file: that of a key in Amazon S3.
const MAX_PATH_BYTES: usize = 1024;

/// A file of the capture format, with the path under which a writer stores it.
///
/// Ids, Regions, types and names become parts of paths, so each constructor that takes one refuses what does not have its form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaptureFile {
    path: String,
    kind: FileKind,
}

/// A text that cannot be part of the path of a capture's file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the capture format has no file {path:?}; {form}")]
pub struct InvalidFile {
    /// The path that came of it, cut short.
    path: String,
    /// What it must look like.
    form: &'static str,
}

impl CaptureFile {
    /// `capture.json`: what the capture is of. It is written first.
    #[must_use]
    pub fn header() -> Self {
        Self::fixed(FileKind::Header)
    }

    /// `organizations/organization.json`: `organizations:DescribeOrganization`.
    #[must_use]
    pub fn organization() -> Self {
        Self::fixed(FileKind::Organization)
    }

    /// `organizations/accounts.json`: `organizations:ListAccounts`.
    #[must_use]
    pub fn accounts() -> Self {
        Self::fixed(FileKind::Accounts)
    }

    /// `organizations/tree.json`: roots, organizational units, and which parent each child has.
    #[must_use]
    pub fn organization_tree() -> Self {
        Self::fixed(FileKind::OrganizationTree)
    }

    /// `organizations/policies.json`: service and resource control policies with their targets.
    #[must_use]
    pub fn organization_policies() -> Self {
        Self::fixed(FileKind::OrganizationPolicies)
    }

    /// `organizations/delegated-administrators.json`: `organizations:ListDelegatedAdministrators`, with the services of each.
    #[must_use]
    pub fn delegated_administrators() -> Self {
        Self::fixed(FileKind::DelegatedAdministrators)
    }

    /// `organizations/resource-policy.json`: `organizations:DescribeResourcePolicy`.
    #[must_use]
    pub fn organization_resource_policy() -> Self {
        Self::fixed(FileKind::OrganizationResourcePolicy)
    }

    /// `aws-managed-policies.ndjson`: `{"Arn", "VersionId", "Document"}`.
    #[must_use]
    pub fn aws_managed_policies() -> Self {
        Self::fixed(FileKind::AwsManagedPolicies)
    }

    /// `config/<AWS-Service-Type>.ndjson`: rows of `config:SelectAggregateResourceConfig`.
    ///
    /// # Errors
    /// When `resource_type` does not look like `AWS::S3::Bucket`.
    pub fn config_items(resource_type: &str) -> Result<Self, InvalidFile> {
        Self::checked(FileKind::ConfigItems {
            resource_type: resource_type.to_owned(),
        })
    }

    /// `config/recorders.ndjson`: recorders and their status, by account and Region.
    #[must_use]
    pub fn config_recorders() -> Self {
        Self::fixed(FileKind::ConfigRecorders { partition: None })
    }

    /// `accounts/<account-id>/<region>/config/recorders.ndjson`: the same of one account and Region, where each is asked by itself.
    ///
    /// # Errors
    /// When `account` is not 12 digits, or `region` does not look like `eu-west-1`.
    pub fn config_recorders_of(account: &str, region: &str) -> Result<Self, InvalidFile> {
        Self::checked(FileKind::ConfigRecorders {
            partition: Some(partition(account, region)),
        })
    }

    /// `config/aggregator.json`: aggregators and the status of their sources.
    #[must_use]
    pub fn config_aggregator() -> Self {
        Self::fixed(FileKind::ConfigAggregator)
    }

    /// `securityhub/findings.ndjson`: `securityhub:GetFindings`.
    #[must_use]
    pub fn security_hub_findings() -> Self {
        Self::fixed(FileKind::SecurityHubFindings)
    }

    /// `access-analyzer/analyzers.ndjson`: `access-analyzer:ListAnalyzers`.
    #[must_use]
    pub fn analyzers() -> Self {
        Self::fixed(FileKind::Analyzers)
    }

    /// `access-analyzer/findings.ndjson`: `access-analyzer:ListFindingsV2` and `GetFindingV2`.
    #[must_use]
    pub fn analyzer_findings() -> Self {
        Self::fixed(FileKind::AnalyzerFindings)
    }

    /// `identity-center/<file>.ndjson`.
    #[must_use]
    pub fn identity_center(file: IdentityCenterFile) -> Self {
        Self::fixed(FileKind::IdentityCenter(file))
    }

    /// `cloudtrail/trails.ndjson`: `{"Trail", "Status", "EventSelectors"}`.
    #[must_use]
    pub fn trails() -> Self {
        Self::fixed(FileKind::Trails)
    }

    /// `cloudtrail/…/AWSLogs/…/*.json.gz`: a log file, under the path that CloudTrail gave it, below `cloudtrail/`.
    ///
    /// # Errors
    /// When `path` is not that of a log file, or holds parts or characters that a path must not.
    pub fn cloudtrail_log(path: &str) -> Result<Self, InvalidFile> {
        match place_of(path) {
            Place::Read(kind @ FileKind::CloudTrailLog { .. }, _) if is_safe(path) => Ok(Self {
                path: log_path(path),
                kind,
            }),
            _ => Err(InvalidFile::new(
                path,
                "a log file lies below cloudtrail/ where CloudTrail stores it: AWSLogs/<account-id>/CloudTrail/<region>/<year>/<month>/<day>/<name>.json.gz",
            )),
        }
    }

    /// `athena/<query>.ndjson`: rows of a finished query.
    ///
    /// # Errors
    /// When `query` is anything but 1 to 128 letters, digits, `-` and `_`.
    pub fn athena_rows(query: &str) -> Result<Self, InvalidFile> {
        Self::checked(FileKind::AthenaRows {
            query: query.to_owned(),
        })
    }

    /// `accounts/<account-id>/status.json`: how an account answered, a row of the ledger.
    ///
    /// # Errors
    /// When `account` is not 12 digits.
    pub fn account_status(account: &str) -> Result<Self, InvalidFile> {
        Self::checked(FileKind::AccountStatus {
            account: account.to_owned(),
        })
    }

    /// `accounts/<account-id>/iam/authorization-details.json`: `iam:GetAccountAuthorizationDetails`, page by page.
    ///
    /// # Errors
    /// When `account` is not 12 digits.
    pub fn authorization_details(account: &str) -> Result<Self, InvalidFile> {
        Self::checked(FileKind::AuthorizationDetails {
            account: account.to_owned(),
        })
    }

    /// `accounts/<account-id>/iam/credential-report.csv`: `iam:GetCredentialReport`.
    ///
    /// # Errors
    /// When `account` is not 12 digits.
    pub fn credential_report(account: &str) -> Result<Self, InvalidFile> {
        Self::checked(FileKind::CredentialReport {
            account: account.to_owned(),
        })
    }

    /// `accounts/<account-id>/iam/last-accessed.ndjson`: `iam:GetServiceLastAccessedDetails` of each principal.
    ///
    /// # Errors
    /// When `account` is not 12 digits.
    pub fn last_accessed(account: &str) -> Result<Self, InvalidFile> {
        Self::checked(FileKind::LastAccessed {
            account: account.to_owned(),
        })
    }

    /// `accounts/<account-id>/<region>/kms/grants.ndjson`: `kms:ListGrants` of each key.
    ///
    /// # Errors
    /// When `account` is not 12 digits, or `region` does not look like `eu-west-1`.
    pub fn key_grants(account: &str, region: &str) -> Result<Self, InvalidFile> {
        Self::checked(FileKind::KeyGrants {
            partition: partition(account, region),
        })
    }

    /// `accounts/<account-id>/<region>/<service>/<what>.ndjson`: what AWS Config does not hold. [`service_files`] lists the names.
    ///
    /// # Errors
    /// When `account` is not 12 digits, `region` neither looks like `eu-west-1` nor is `global`, or the format does not know the name.
    pub fn service_items(account: &str, region: &str, service: &str, what: &str) -> Result<Self, InvalidFile> {
        match spoke::find(service, what) {
            Some(name) => Self::checked(FileKind::SpokeItems {
                name,
                partition: partition(account, region),
            }),
            None => Err(InvalidFile::new(
                &format!("{service}/{what}"),
                "docs/capture.md lists the names of accounts/<account-id>/<region>/<service>/<what>.ndjson",
            )),
        }
    }

    /// `coverage.ndjson`: the ledger. It is written last.
    #[must_use]
    pub fn coverage() -> Self {
        Self::fixed(FileKind::Coverage)
    }

    /// The file of which a reader takes what lies at `path`, be it compressed or not, `.json` or `.ndjson`; the path may so differ from [`Self::path`].
    ///
    /// # Errors
    /// When a reader would take nothing from there.
    pub fn at(path: &str) -> Result<Self, InvalidFile> {
        match place_of(path) {
            Place::Read(FileKind::CloudTrailLog { .. }, _) => Self::cloudtrail_log(path),
            Place::Read(kind, _) => Self::checked(kind),
            _ => Err(InvalidFile::new(path, FORMS)),
        }
    }

    /// Its path relative to the capture's folder, `/` as separator.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The source under which the ledger speaks of it; `None` for files that are no source.
    #[must_use]
    pub fn ledger_source(&self) -> Option<String> {
        source_of(&self.kind)
    }

    pub(crate) fn kind(&self) -> &FileKind {
        &self.kind
    }

    fn fixed(kind: FileKind) -> Self {
        Self {
            path: path_of(&kind),
            kind,
        }
    }

    /// The file of `kind`, if a reader finds that very kind at its path.
    fn checked(kind: FileKind) -> Result<Self, InvalidFile> {
        let path = path_of(&kind);
        match place_of(&path) {
            Place::Read(found, _) if found == kind => Ok(Self { path, kind }),
            _ => Err(InvalidFile::new(&path, FORMS)),
        }
    }
}

impl fmt::Display for CaptureFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.path)
    }
}

impl InvalidFile {
    fn new(path: &str, form: &'static str) -> Self {
        Self {
            path: path.chars().take(200).collect(),
            form,
        }
    }
}

const FORMS: &str = "an account is 12 digits, a Region looks like eu-west-1, a resource type like AWS::S3::Bucket, a query's name is of letters, digits, - and _";

/// The service and the name of every file of [`CaptureFile::service_items`], sorted.
pub fn service_files() -> impl Iterator<Item = (&'static str, &'static str)> {
    spoke::NAMES.iter().map(|name| (name.service, name.what))
}

fn partition(account: &str, region: &str) -> LogPartition {
    LogPartition {
        account: account.to_owned(),
        region: region.to_owned(),
    }
}

/// Small answers lie as they are, for a person to read; rows, and what grows with an account, compressed.
fn path_of(kind: &FileKind) -> String {
    let stem = stem_of(kind).unwrap_or_default();
    let suffix = match kind {
        FileKind::Header
        | FileKind::Organization
        | FileKind::Accounts
        | FileKind::OrganizationTree
        | FileKind::OrganizationPolicies
        | FileKind::DelegatedAdministrators
        | FileKind::OrganizationResourcePolicy
        | FileKind::ConfigAggregator
        | FileKind::AccountStatus { .. } => ".json",
        FileKind::AuthorizationDetails { .. } => ".json.zst",
        FileKind::CredentialReport { .. } => ".csv",
        _ => ".ndjson.zst",
    };
    stem + suffix
}

fn log_path(path: &str) -> String {
    let path = without_compression(path);
    let stem = path.strip_suffix(".json").or_else(|| path.strip_suffix(".ndjson"));
    format!("{}.json.gz", stem.unwrap_or(path))
}

/// Whether every part of a path is a plain name on every system.
fn is_safe(path: &str) -> bool {
    let is_plain = |part: &str| {
        !matches!(part, "" | "." | "..")
            && part.len() <= MAX_PART_BYTES
            && !part.contains(|c: char| c.is_control() || matches!(c, '\\' | ':'))
    };
    path.len() <= MAX_PATH_BYTES && path.split('/').all(is_plain)
}
