//! What a live scan is about to do: which accounts and Regions, and with what settings.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sv0_model::record::CaptureHeader;

use crate::api::{Session, Target};
use crate::base::PlannedBase;
use crate::call::Caller;
use crate::evidence::{EvidenceOptions, LogFilesOptions};

/// What a person decides about a live scan. Every field has a default that works where nothing is out of the ordinary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CollectOptions {
    /// The Region in which the hub asks what is asked once: Config, Security Hub, Identity Center. Empty: the Region of the caller's settings.
    pub home_region: String,
    /// Regions to read; empty: those that are enabled in the hub's account.
    pub regions: Vec<String>,
    /// Accounts to read; empty: every active one.
    pub accounts: BTreeSet<String>,
    /// An earlier capture, as the host calls it, of which everything that was asked of the accounts beside `accounts` is taken over: the scan is then of the whole organization,
    /// though only these accounts are asked.
    pub base: Option<String>,
    /// Accounts and organizational units that are left alone; their rows of the ledger say `excluded`.
    pub excluded: BTreeSet<String>,
    /// The organization aggregator of AWS Config; empty: the only one there is.
    pub aggregator: String,
    /// Whether spokes are asked at all. Without them the scan is *central only*.
    pub spokes: Spokes,
    /// How the organization is read.
    pub organization: OrganizationAccess,
    /// Whether the names of environment variables of Lambda functions are read, which means that values pass through the process and are dropped by the parser.
    pub environment_keys: bool,
    /// How closely services last accessed are asked for; nothing where they are not.
    pub last_accessed: LastAccessed,
    /// Where the log files of the organization's trail are asked; they are not where there is none.
    pub evidence: Option<EvidenceOptions>,
    /// Where log files are read as they are, in the place of asking; they are not where there is none.
    pub log_files: Option<LogFilesOptions>,
    /// Steps at a time within a task. Most of them wait for their budgets, each API's of its own in each Region, so that with few of them budgets would lie idle.
    pub concurrency: usize,
    /// Accounts at a time on one machine.
    pub account_concurrency: usize,
}

/// Whether, and as which principals' record, services last accessed are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastAccessed {
    /// Not asked for.
    Off,
    /// The services that each user and role used.
    Services,
    /// The actions as well, where AWS tracks them.
    Actions,
}

/// Whether spoke accounts are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spokes {
    /// Each through its role.
    Roles,
    /// None: what the central sources hold has to do.
    CentralOnly,
}

/// By whose permissions the organization is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganizationAccess {
    /// The hub's own, as a delegated administrator; where that is refused, those of the role in the management account.
    DelegatedAdministratorElseRole,
    /// Those of the role in the management account.
    ManagementRole,
}

impl Default for CollectOptions {
    fn default() -> Self {
        Self {
            home_region: String::new(),
            regions: Vec::new(),
            accounts: BTreeSet::new(),
            base: None,
            excluded: BTreeSet::new(),
            aggregator: String::new(),
            spokes: Spokes::Roles,
            organization: OrganizationAccess::DelegatedAdministratorElseRole,
            environment_keys: false,
            last_accessed: LastAccessed::Services,
            evidence: None,
            log_files: None,
            concurrency: 128,
            account_concurrency: 64,
        }
    }
}

/// An account of the organization, as far as collecting from it goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlannedAccount {
    /// 12 digits.
    pub id: String,
    /// Its name, for progress and messages.
    pub name: String,
    /// What is to be done with it.
    pub treatment: Treatment,
}

/// What is to be done with an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// Read with the hub's own credentials: it is the hub.
    Hub,
    /// Read through its spoke role.
    SpokeRole,
    /// The management account, which service-managed StackSets never reach: read through the management role.
    ManagementRole,
    /// Not asked: what the base of the scan recorded of it is taken over.
    TakenOver,
    /// Left alone, with the reason in words.
    Excluded(String),
    /// Suspended or being closed: its sessions and roles no longer work.
    NotActive(String),
}

/// What a live scan will do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// `capture.json`: hub, organization, Regions, and when the scan began.
    pub header: CaptureHeader,
    /// The Region in which the hub asks what is asked once.
    pub home_region: String,
    /// Every account of the organization, sorted.
    pub accounts: Vec<PlannedAccount>,
    /// The management account, where there is an organization.
    pub management_account: Option<String>,
    /// The aggregator of AWS Config, by name; `None` where it is not known.
    #[serde(default)]
    pub aggregator: Option<String>,
    /// Regions of which the aggregator of AWS Config is up to date, by account. What Config records there is not asked of the spoke again.
    #[serde(default)]
    pub aggregated: BTreeMap<String, BTreeSet<String>>,
    /// The base, where the scan has one.
    #[serde(default)]
    pub base: Option<PlannedBase>,
    /// What was decided about the scan.
    pub options: CollectOptions,
}

impl Plan {
    /// Whether the aggregator of AWS Config is up to date with an account in a Region.
    #[must_use]
    pub fn is_aggregated(&self, account: &str, region: &str) -> bool {
        let regions = self.aggregated.get(account);
        regions.is_some_and(|regions| regions.contains(region))
    }

    /// The hub's own endpoint in its home Region.
    #[must_use]
    pub fn hub(&self) -> Target {
        self.hub_in(&self.home_region)
    }

    /// The hub's own endpoint in a Region.
    #[must_use]
    pub fn hub_in(&self, region: &str) -> Target {
        Target {
            session: Session::Hub,
            region: region.to_owned(),
        }
    }

    /// The management account's endpoint, on behalf of a component.
    #[must_use]
    pub fn management(&self, caller: Caller) -> Target {
        Target {
            session: Session::Management { caller },
            region: self.home_region.clone(),
        }
    }

    /// The accounts that are read, with whatever credentials.
    pub fn read_accounts(&self) -> impl Iterator<Item = &PlannedAccount> {
        let is_read = |account: &&PlannedAccount| self.account(account, &self.home_region).is_some();
        self.accounts.iter().filter(is_read)
    }

    /// The endpoint of an account in a Region, with the credentials that its treatment gives; `None` where it is not read.
    #[must_use]
    pub fn account(&self, account: &PlannedAccount, region: &str) -> Option<Target> {
        let session = match &account.treatment {
            Treatment::Hub => Session::Hub,
            Treatment::SpokeRole => Session::Spoke {
                account: account.id.clone(),
                caller: Caller::Collector,
            },
            Treatment::ManagementRole => Session::Management {
                caller: Caller::Collector,
            },
            Treatment::TakenOver | Treatment::Excluded(_) | Treatment::NotActive(_) => return None,
        };
        Some(Target {
            session,
            region: region.to_owned(),
        })
    }
}
