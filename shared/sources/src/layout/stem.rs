//! Which answer a file's stem names, and back: its path without `.json`, `.ndjson` or `.csv`.

use sv0_model::arn::is_account_id;

use super::{FileKind, IdentityCenterFile, LogPartition};
use crate::spoke;

/// Files of which a capture has one.
static FIXED: &[(&str, FileKind)] = &[
    ("capture", FileKind::Header),
    ("coverage", FileKind::Coverage),
    ("aws-managed-policies", FileKind::AwsManagedPolicies),
    ("organizations/organization", FileKind::Organization),
    ("organizations/accounts", FileKind::Accounts),
    ("organizations/tree", FileKind::OrganizationTree),
    ("organizations/policies", FileKind::OrganizationPolicies),
    (
        "organizations/delegated-administrators",
        FileKind::DelegatedAdministrators,
    ),
    ("organizations/resource-policy", FileKind::OrganizationResourcePolicy),
    ("config/recorders", FileKind::ConfigRecorders { partition: None }),
    ("config/aggregator", FileKind::ConfigAggregator),
    ("cloudtrail/trails", FileKind::Trails),
    ("securityhub/findings", FileKind::SecurityHubFindings),
    ("access-analyzer/analyzers", FileKind::Analyzers),
    ("access-analyzer/findings", FileKind::AnalyzerFindings),
];

/// What the file with this stem holds; `None` where it is none of the format.
pub(super) fn kind_of(stem: &str) -> Option<FileKind> {
    if let Some((_, kind)) = FIXED.iter().find(|(fixed, _)| *fixed == stem) {
        return Some(kind.clone());
    }
    let (folder, rest) = stem.split_once('/')?;
    match folder {
        "config" => Some(FileKind::ConfigItems {
            resource_type: resource_type(rest)?,
        }),
        "identity-center" => {
            let file = IdentityCenterFile::ALL.into_iter().find(|file| file.stem() == rest);
            Some(FileKind::IdentityCenter(file?))
        }
        "athena" if is_query_name(rest) => Some(FileKind::AthenaRows { query: rest.to_owned() }),
        "accounts" => {
            let (account, rest) = rest.split_once('/')?;
            is_account_id(account).then_some(())?;
            kind_in_account(account, rest)
        }
        _ => None,
    }
}

fn kind_in_account(account: &str, rest: &str) -> Option<FileKind> {
    let owned = account.to_owned();
    match rest {
        "status" => return Some(FileKind::AccountStatus { account: owned }),
        "iam/authorization-details" => return Some(FileKind::AuthorizationDetails { account: owned }),
        "iam/credential-report" => return Some(FileKind::CredentialReport { account: owned }),
        "iam/last-accessed" => return Some(FileKind::LastAccessed { account: owned }),
        _ => {}
    }
    let mut parts = rest.split('/');
    let (region, service, what) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !is_region_or_global(region) {
        return None;
    }
    let partition = LogPartition {
        account: owned,
        region: region.to_owned(),
    };
    if (service, what) == KEY_GRANTS {
        return is_region(region).then_some(FileKind::KeyGrants { partition });
    }
    if (service, what) == RECORDERS {
        let partition = Some(partition);
        return is_region(region).then_some(FileKind::ConfigRecorders { partition });
    }
    Some(FileKind::SpokeItems {
        name: spoke::find(service, what)?,
        partition,
    })
}

const KEY_GRANTS: (&str, &str) = ("kms", "grants");
const RECORDERS: (&str, &str) = ("config", "recorders");

/// The stem of the file that holds this; `None` for log files, which CloudTrail names.
pub(crate) fn stem_of(kind: &FileKind) -> Option<String> {
    if let Some((stem, _)) = FIXED.iter().find(|(_, fixed)| fixed == kind) {
        return Some((*stem).to_owned());
    }
    Some(match kind {
        FileKind::ConfigItems { resource_type } => format!("config/{}", resource_type.replace("::", "-")),
        FileKind::IdentityCenter(file) => format!("identity-center/{}", file.stem()),
        FileKind::AthenaRows { query } => format!("athena/{query}"),
        FileKind::AccountStatus { account } => format!("accounts/{account}/status"),
        FileKind::AuthorizationDetails { account } => format!("accounts/{account}/iam/authorization-details"),
        FileKind::CredentialReport { account } => format!("accounts/{account}/iam/credential-report"),
        FileKind::LastAccessed { account } => format!("accounts/{account}/iam/last-accessed"),
        FileKind::ConfigRecorders {
            partition: Some(partition),
        } => in_region(partition, RECORDERS),
        FileKind::KeyGrants { partition } => in_region(partition, KEY_GRANTS),
        FileKind::SpokeItems { name, partition } => in_region(partition, (name.service, name.what)),
        _ => return None,
    })
}

fn in_region(partition: &LogPartition, (service, what): (&str, &str)) -> String {
    format!("accounts/{}/{}/{service}/{what}", partition.account, partition.region)
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

pub(super) fn is_region_or_global(text: &str) -> bool {
    text == "global" || is_region(text)
}

/// Whether the text has the form of a Region's name, such as `eu-west-1`.
pub(super) fn is_region(text: &str) -> bool {
    text.contains('-')
        && text.len() <= 32
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
