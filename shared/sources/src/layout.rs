//! The folders and file names of a capture: which AWS answer a path holds.

use sv0_model::arn::is_account_id;

use crate::spoke::{self, SpokeName};

/// How the items of a file are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `.json`: documents.
    Documents,
    /// `.ndjson`: one item a line.
    Lines,
    /// `.csv`: one item a line, the names of its fields in the first.
    Table,
}

/// Which AWS answer a file holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FileKind {
    Header,
    Organization,
    Accounts,
    OrganizationTree,
    OrganizationPolicies,
    DelegatedAdministrators,
    OrganizationResourcePolicy,
    AwsManagedPolicies,
    ConfigItems {
        resource_type: String,
    },
    ConfigRecorders,
    IdentityCenter(IdentityCenterFile),
    AuthorizationDetails {
        account: String,
    },
    AccountStatus {
        account: String,
    },
    KeyGrants {
        partition: LogPartition,
    },
    /// What Config does not hold, in an account and Region.
    SpokeItems {
        name: &'static SpokeName,
        partition: LogPartition,
    },
    CredentialReport {
        account: String,
    },
    LastAccessed {
        account: String,
    },
    SecurityHubFindings,
    Analyzers,
    AnalyzerFindings,
    ConfigAggregator,
    AthenaRows {
        query: String,
    },
    Trails,
    CloudTrailLog {
        partition: Option<LogPartition>,
    },
    Coverage,
}

/// A file of `identity-center/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum IdentityCenterFile {
    Instances,
    PermissionSets,
    Assignments,
    Users,
    Groups,
    Memberships,
}

impl IdentityCenterFile {
    pub(crate) const ALL: [Self; 6] = [
        Self::Instances,
        Self::PermissionSets,
        Self::Assignments,
        Self::Users,
        Self::Groups,
        Self::Memberships,
    ];

    /// Its name without folder and extension.
    pub(crate) fn stem(self) -> &'static str {
        match self {
            Self::Instances => "instances",
            Self::PermissionSets => "permission-sets",
            Self::Assignments => "assignments",
            Self::Users => "users",
            Self::Groups => "groups",
            Self::Memberships => "memberships",
        }
    }
}

/// The account and Region whose calls, grants or resources a file records.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LogPartition {
    pub account: String,
    pub region: String,
}

/// What a path of the capture is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A file that is read.
    Read(FileKind, Shape),
    /// A file of the capture format that this version makes no use of.
    NotUsed(&'static str),
    /// A file that belongs beside the answers and holds none of its own.
    Passed,
    /// Not a file of the capture format.
    Unknown,
}

/// The path without the suffix of its compression.
pub(crate) fn without_compression(path: &str) -> &str {
    path.strip_suffix(".gz")
        .or_else(|| path.strip_suffix(".zst"))
        .unwrap_or(path)
}

/// Tells what the file at `path` (relative, `/` as separator) is.
pub(crate) fn place_of(path: &str) -> Place {
    let path = without_compression(path);
    let parts: Vec<&str> = path.split('/').collect();
    if is_left_by_a_file_manager(parts.last().copied().unwrap_or("")) {
        return Place::Passed;
    }
    if let Some(place) = place_in_logs(&parts) {
        return place;
    }
    if let Some(kind) = table_at(&parts) {
        return Place::Read(kind, Shape::Table);
    }
    let Some((stem, shape)) = stem_and_shape(path) else {
        return Place::Unknown;
    };
    match kind_of(stem) {
        Some(kind) => Place::Read(kind, shape),
        None => not_used(stem).map_or(Place::Unknown, Place::NotUsed),
    }
}

fn stem_and_shape(path: &str) -> Option<(&str, Shape)> {
    let json = path.strip_suffix(".json").map(|stem| (stem, Shape::Documents));
    json.or_else(|| path.strip_suffix(".ndjson").map(|stem| (stem, Shape::Lines)))
}

/// The only table of the format.
fn table_at(parts: &[&str]) -> Option<FileKind> {
    match *parts {
        ["accounts", account, "iam", "credential-report.csv"] if is_account_id(account) => {
            Some(FileKind::CredentialReport {
                account: account.to_owned(),
            })
        }
        _ => None,
    }
}

fn is_left_by_a_file_manager(name: &str) -> bool {
    matches!(
        name,
        ".DS_Store" | "Thumbs.db" | "desktop.ini" | ".gitkeep" | ".gitignore" | ".gitattributes"
    )
}

fn kind_of(stem: &str) -> Option<FileKind> {
    let parts: Vec<&str> = stem.split('/').collect();
    Some(match *parts.as_slice() {
        ["capture"] => FileKind::Header,
        ["coverage"] => FileKind::Coverage,
        ["aws-managed-policies"] => FileKind::AwsManagedPolicies,
        ["organizations", "organization"] => FileKind::Organization,
        ["organizations", "accounts"] => FileKind::Accounts,
        ["organizations", "tree"] => FileKind::OrganizationTree,
        ["organizations", "policies"] => FileKind::OrganizationPolicies,
        ["organizations", "delegated-administrators"] => FileKind::DelegatedAdministrators,
        ["organizations", "resource-policy"] => FileKind::OrganizationResourcePolicy,
        ["config", "recorders"] => FileKind::ConfigRecorders,
        ["config", "aggregator"] => FileKind::ConfigAggregator,
        ["config", name] => FileKind::ConfigItems {
            resource_type: resource_type(name)?,
        },
        ["identity-center", name] => {
            let file = IdentityCenterFile::ALL.into_iter().find(|file| file.stem() == name);
            FileKind::IdentityCenter(file?)
        }
        ["cloudtrail", "trails"] => FileKind::Trails,
        ["accounts", account, "status"] if is_account_id(account) => FileKind::AccountStatus {
            account: account.to_owned(),
        },
        ["accounts", account, "iam", "authorization-details"] if is_account_id(account) => {
            FileKind::AuthorizationDetails {
                account: account.to_owned(),
            }
        }
        ["accounts", account, region, "kms", "grants"] if is_account_id(account) && is_region(region) => {
            FileKind::KeyGrants {
                partition: LogPartition {
                    account: account.to_owned(),
                    region: region.to_owned(),
                },
            }
        }
        ["accounts", account, "iam", "credential-report"] if is_account_id(account) => FileKind::CredentialReport {
            account: account.to_owned(),
        },
        ["accounts", account, "iam", "last-accessed"] if is_account_id(account) => FileKind::LastAccessed {
            account: account.to_owned(),
        },
        ["accounts", account, region, service, what] if is_account_id(account) && is_region_or_global(region) => {
            FileKind::SpokeItems {
                name: spoke::find(service, what)?,
                partition: LogPartition {
                    account: account.to_owned(),
                    region: region.to_owned(),
                },
            }
        }
        ["securityhub", "findings"] => FileKind::SecurityHubFindings,
        ["access-analyzer", "analyzers"] => FileKind::Analyzers,
        ["access-analyzer", "findings"] => FileKind::AnalyzerFindings,
        ["athena", query] if is_query_name(query) => FileKind::AthenaRows {
            query: query.to_owned(),
        },
        _ => return None,
    })
}

/// Letters, digits, `-` and `_`, at most 128: a name that can stand in a source of the ledger.
fn is_query_name(name: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    (1..=128).contains(&name.len()) && name.bytes().all(is_word)
}

/// `AWS-S3-Bucket` → `AWS::S3::Bucket`.
fn resource_type(name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split('-').collect();
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
    (parts.len() == 3 && parts.iter().all(is_word)).then(|| parts.join("::"))
}

fn not_used(stem: &str) -> Option<&'static str> {
    let parts: Vec<&str> = stem.split('/').collect();
    match *parts.as_slice() {
        ["accounts", account, region, _, _] if is_account_id(account) && is_region_or_global(region) => {
            Some("accounts/*/<region>")
        }
        _ => None,
    }
}

/// `[…/]AWSLogs/[o-…/]<account>/CloudTrail/<Region>/…`: the layout in which CloudTrail itself stores log files.
fn place_in_logs(parts: &[&str]) -> Option<Place> {
    let below = match parts {
        ["cloudtrail", rest @ ..] => {
            let at = rest.iter().position(|part| *part == "AWSLogs")?;
            rest.get(at + 1..)?
        }
        _ => return None,
    };
    let below = match below {
        [organization, rest @ ..] if organization.starts_with("o-") => rest,
        _ => below,
    };
    let folder = below.get(1).copied().unwrap_or("");
    if matches!(folder, "CloudTrail-Digest" | "CloudTrail-Insight") {
        return Some(Place::Passed);
    }
    if folder.starts_with("CloudTrail-") {
        return Some(Place::NotUsed("cloudtrail/AWSLogs/*/CloudTrail-*"));
    }
    let Some((_, shape)) = stem_and_shape(below.last().copied().unwrap_or("")) else {
        return Some(Place::Unknown);
    };
    Some(Place::Read(
        FileKind::CloudTrailLog {
            partition: log_partition(below),
        },
        shape,
    ))
}

fn log_partition(below: &[&str]) -> Option<LogPartition> {
    match *below {
        [account, "CloudTrail", region, _, ..] if is_account_id(account) && is_region(region) => Some(LogPartition {
            account: account.to_owned(),
            region: region.to_owned(),
        }),
        _ => None,
    }
}

fn is_region_or_global(text: &str) -> bool {
    text == "global" || is_region(text)
}

/// Whether the text has the form of a Region's name, such as `eu-west-1`.
fn is_region(text: &str) -> bool {
    text.contains('-')
        && text.len() <= 32
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
