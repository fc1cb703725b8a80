//! The folders and file names of a capture: which AWS answer a path holds.

mod stem;

use sv0_model::arn::is_account_id;

use crate::spoke::SpokeName;
pub(crate) use stem::stem_of;
use stem::{is_region, is_region_or_global, kind_of};

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
    /// Recorders of AWS Config: of whatever place each line names, or of one account and Region.
    ConfigRecorders {
        partition: Option<LogPartition>,
    },
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
pub enum IdentityCenterFile {
    /// `sso:ListInstances`.
    Instances,
    /// `sso:DescribePermissionSet`, with the answers that list a set's policies.
    PermissionSets,
    /// `sso:ListAccountAssignments`.
    Assignments,
    /// `identitystore:ListUsers`.
    Users,
    /// `identitystore:ListGroups`.
    Groups,
    /// `identitystore:ListGroupMemberships`.
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
