//! Which folders of the bucket hold the log files of an account and Region.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::LogFilesOptions;
use crate::api::{ApiError, AwsApi, Failure, Target};
use crate::calls::s3;
use crate::evidence::names::{Account, OrganizationId, Region};
use crate::listing::{parameters, text};
use crate::pages::PageReader;

/// Pages of folders beyond which they are not all looked at.
const MOST_PAGES: usize = 50;

/// The folders below `AWSLogs/`.
///
/// Source: AWS CloudTrail User Guide, "Finding your CloudTrail log files": those of an organization's trail have its id before the account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Layout {
    /// What keys begin with, up to `AWSLogs/`.
    root: String,
    /// Folders of organizations.
    organizations: BTreeSet<String>,
    /// Folders of accounts; `None` where it is not known which there are.
    accounts: Option<BTreeSet<String>>,
}

/// The log files of an account in a Region, by one trail or its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder {
    pub account: String,
    pub region: String,
    /// What its keys begin with, up to the year; `None` where the bucket has no such folder.
    pub prefix: Option<String>,
    /// What the capture's own paths begin with in its place.
    pub path: String,
    /// Whether no other of the same account and Region follows.
    pub is_last: bool,
}

impl Layout {
    /// Looks which folders there are. Where nobody may look, both layouts are taken to be there.
    pub async fn find(
        api: &dyn AwsApi,
        target: &Target,
        options: &LogFilesOptions,
        organization: Option<&OrganizationId>,
    ) -> Result<Self, ApiError> {
        let root = match options.prefix.as_str() {
            "" => "AWSLogs/".to_owned(),
            prefix => format!("{prefix}/AWSLogs/"),
        };
        let any = Self {
            root: root.clone(),
            organizations: organization.iter().map(ToString::to_string).collect(),
            accounts: None,
        };
        let asked = json!({"Bucket": options.bucket.as_str(), "Prefix": root, "Delimiter": "/"});
        let mut pages = PageReader::new(target, &s3::LIST_LOG_FILES, parameters(asked), None);
        let mut names = BTreeSet::new();
        for _ in 0..MOST_PAGES {
            match pages.next(api).await {
                Ok(Some(page)) => {
                    let listed = page.get("CommonPrefixes").and_then(|list| list.as_array());
                    let prefixes = listed.into_iter().flatten().filter_map(|entry| text(entry, "Prefix"));
                    let own = prefixes.filter_map(|prefix| prefix.strip_prefix(&root)?.strip_suffix('/'));
                    names.extend(own.map(str::to_owned));
                }
                Ok(None) => return Ok(any.with(&names, organization)),
                Err(error) if error.failure == Failure::Deadline => return Err(error),
                Err(_) => return Ok(any),
            }
        }
        Ok(any)
    }

    fn with(self, names: &BTreeSet<String>, organization: Option<&OrganizationId>) -> Self {
        let is_own = |name: &&String| match organization {
            Some(organization) => organization.as_str() == name.as_str(),
            None => OrganizationId::new(name).is_ok(),
        };
        Self {
            organizations: names.iter().filter(is_own).cloned().collect(),
            accounts: Some(
                names
                    .iter()
                    .filter(|name| Account::new(name).is_ok())
                    .cloned()
                    .collect(),
            ),
            ..self
        }
    }

    /// Every folder, sorted by account and Region; at least one of each, whether the bucket has it or not.
    pub fn folders(&self, accounts: &[Account], regions: &[Region]) -> Vec<Folder> {
        let mut accounts: Vec<&str> = accounts.iter().map(Account::as_str).collect();
        accounts.sort_unstable();
        accounts.dedup();
        let mut folders = Vec::new();
        for account in accounts {
            let parents = self.parents(account);
            for region in regions.iter().map(Region::as_str) {
                let folder = |parent: Option<&String>| Folder {
                    account: account.to_owned(),
                    region: region.to_owned(),
                    prefix: parent.map(|parent| format!("{}{parent}/CloudTrail/{region}/", self.root)),
                    path: parent.map_or_else(String::new, |parent| {
                        format!("cloudtrail/AWSLogs/{parent}/CloudTrail/{region}/")
                    }),
                    is_last: false,
                };
                folders.extend(parents.iter().map(|parent| folder(Some(parent))));
                if parents.is_empty() {
                    folders.push(folder(None));
                }
                if let Some(last) = folders.last_mut() {
                    last.is_last = true;
                }
            }
        }
        folders
    }

    fn parents(&self, account: &str) -> Vec<String> {
        let has_own = self.accounts.as_ref().is_none_or(|accounts| accounts.contains(account));
        let own = has_own.then(|| account.to_owned());
        let of_organizations = self.organizations.iter().map(|id| format!("{id}/{account}"));
        own.into_iter().chain(of_organizations).collect()
    }
}
