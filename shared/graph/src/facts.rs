//! Everything the records say, each thing in its newest description, before anything is linked.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sv0_model::arn::is_account_id;
use sv0_model::graph::ServiceAccess;
use sv0_model::graph::Signal;
use sv0_model::observation::Trail;
use sv0_model::record::{CaptureHeader, Origin, Record, RecordKind};
use sv0_model::time::Timestamp;

use crate::additions::Addition;
use crate::config;
use crate::credentials::{self, CredentialFacts};
use crate::description::{Description, Statement};
use crate::diagnostics::Diagnostics;
use crate::freshness::{Fact, Freshness, Newest};
use crate::iam;
use crate::identity_center::{self, IdentityCenterFacts};
use crate::key_grants::{self, KeyGrants};
use crate::organization::{self, OrganizationFacts};
use crate::service_access;
use crate::signals;
use crate::spoke;
use crate::trail;

/// What a KMS alias stands for.
#[derive(Debug, Clone)]
pub(crate) struct KeyAlias {
    /// Id or ARN of the key.
    pub(crate) target: String,
}

/// A resource-based policy that was recorded apart from its resource.
#[derive(Debug, Clone)]
pub(crate) struct SeparatePolicy {
    /// The account it was recorded in.
    pub(crate) account: Option<String>,
    /// Its text; `None` where AWS answered that none is set.
    pub(crate) text: Option<Value>,
}

/// A last use that one description knows and a newer one may not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LastUse {
    /// When.
    pub(crate) time: Timestamp,
    /// In which Region, where AWS says.
    pub(crate) region: Option<String>,
    /// The record that says so.
    pub(crate) origin: Origin,
}

/// Everything the records say.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// The partition of the capture.
    pub(crate) partition: String,
    /// Descriptions by native id.
    pub(crate) statements: Newest<Statement>,
    /// Descriptions out of the services' own answers, by native id.
    pub(crate) answers: Newest<Description>,
    /// What records say of an entity that another one describes, by the entity and what is said.
    pub(crate) additions: Newest<Addition>,
    /// KMS aliases by ARN.
    pub(crate) key_aliases: Newest<KeyAlias>,
    /// Policies recorded apart, by the ARN or name of their resource.
    pub(crate) separate_policies: Newest<SeparatePolicy>,
    /// Grants of KMS keys, by the key's ARN.
    pub(crate) key_grants: BTreeMap<String, KeyGrants>,
    /// Block Public Access by account.
    pub(crate) account_public_access_blocks: Newest<Value>,
    /// The role inside an instance profile, by the profile's ARN.
    pub(crate) instance_profiles: Newest<Option<String>>,
    /// The instance profile in a launch template or launch configuration, by the names of [`launch`].
    pub(crate) launch_profiles: Newest<Option<String>>,
    /// The newest use that any description knows, by native id.
    pub(crate) last_uses: BTreeMap<String, LastUse>,
    /// The organization.
    pub(crate) organization: OrganizationFacts,
    /// IAM Identity Center.
    pub(crate) identity_center: IdentityCenterFacts,
    /// Credential reports.
    pub(crate) credentials: CredentialFacts,
    /// Services last accessed, by principal and service.
    pub(crate) service_access: Newest<ServiceAccess>,
    /// Trails by ARN.
    pub(crate) trails: Newest<Trail>,
    /// Accounts of which anything was recorded.
    pub(crate) scanned_accounts: BTreeSet<String>,
    /// Findings of other services, by source and id.
    pub(crate) signals: Newest<Signal>,
    /// What could not be used.
    pub(crate) diagnostics: Diagnostics,
}

impl Facts {
    /// Reads all records.
    pub(crate) fn read(header: &CaptureHeader, records: &[Record]) -> Self {
        let mut facts = Self {
            partition: header.partition.clone(),
            ..Self::default()
        };
        facts.scanned(header.hub_account.as_deref());
        for record in records {
            facts.read_record(record);
        }
        facts
    }

    fn read_record(&mut self, record: &Record) {
        match &record.kind {
            RecordKind::CloudTrailEvent | RecordKind::AthenaRow { .. } => return,
            RecordKind::SpokeItem { service, what } => spoke::read(record, service, what, self),
            RecordKind::CredentialReportRow => credentials::read(record, self),
            RecordKind::ServiceLastAccessed => service_access::read(record, self),
            RecordKind::SecurityHubFinding => signals::read_security_hub_finding(record, self),
            RecordKind::AnalyzerFinding => signals::read_analyzer_finding(record, self),
            RecordKind::Analyzer => {}
            RecordKind::ConfigAggregator => {}
            RecordKind::ConfigItem { resource_type } => config::read(record, resource_type, self),
            RecordKind::AuthorizationDetails => iam::read_authorization_details(record, self),
            RecordKind::AwsManagedPolicy => iam::read_aws_managed_policy(record, self),
            RecordKind::KeyGrants => key_grants::read(record, self),
            RecordKind::Trail => trail::read(record, self),
            RecordKind::IdentityCenterInstance
            | RecordKind::PermissionSet
            | RecordKind::AccountAssignment
            | RecordKind::IdentityCenterUser
            | RecordKind::IdentityCenterGroup
            | RecordKind::GroupMembership => identity_center::read(record, self),
            RecordKind::Organization
            | RecordKind::Account
            | RecordKind::OrganizationTree
            | RecordKind::OrganizationPolicy
            | RecordKind::DelegatedAdministrator
            | RecordKind::OrganizationResourcePolicy => organization::read(record, self),
        }
        self.scanned(record.account.as_deref());
    }

    /// Offers a description.
    pub(crate) fn describe(&mut self, freshness: Freshness, description: Description) {
        let Some(origin) = description.entity.origins.first().cloned() else {
            return;
        };
        let native_id = description.entity.native_id.clone();
        let value = Statement::Described(Box::new(description));
        self.statements.offer(
            native_id,
            Fact {
                freshness,
                origin,
                value,
            },
        );
    }

    /// Remembers that something was recorded of an account.
    pub(crate) fn scanned(&mut self, account: Option<&str>) {
        if let Some(account) = account.filter(|account| is_account_id(account))
            && !self.scanned_accounts.contains(account)
        {
            self.scanned_accounts.insert(account.to_owned());
        }
    }

    /// Remembers a last use, if it is later than what is known.
    pub(crate) fn used(&mut self, native_id: &str, last_use: LastUse) {
        match self.last_uses.get(native_id) {
            Some(known) if *known >= last_use => {}
            _ => {
                self.last_uses.insert(native_id.to_owned(), last_use);
            }
        }
    }
}
