//! What the routes of every principal are looked up in.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::decision::Decision;
use sv0_model::graph::{Entity, EntityKind};

use crate::access::{Candidates, Opening};
use crate::estate::{Estate, Place, Subject};
use crate::findings::routes::ASSUME_ROLE;
use crate::paths::{all_workloads, assumable_roles};

/// Roles, users, groups, Regions and workloads of an estate, indexed once.
pub(super) struct Ground<'e> {
    pub(super) estate: &'e Estate<'e>,
    roles: Candidates<'e>,
    accounts: BTreeMap<&'e str, Account<'e>>,
    workloads: BTreeMap<&'e str, Vec<&'e Entity>>,
}

#[derive(Default)]
struct Account<'e> {
    users: Vec<&'e Entity>,
    groups: Vec<&'e Entity>,
    regions: BTreeSet<&'e str>,
}

impl<'e> Ground<'e> {
    pub(super) fn new(estate: &'e Estate<'e>) -> Self {
        let mut accounts: BTreeMap<&str, Account<'e>> = BTreeMap::new();
        for entity in estate.graph().entities.values() {
            let Some(account) = entity.account.as_deref() else {
                continue;
            };
            let account = accounts.entry(account).or_default();
            account.regions.extend(entity.region.as_deref());
            match entity.kind {
                EntityKind::IamUser => account.users.push(entity),
                EntityKind::IamGroup => account.groups.push(entity),
                _ => {}
            }
        }
        let mut workloads: BTreeMap<&str, Vec<&'e Entity>> = BTreeMap::new();
        for workload in all_workloads(estate) {
            if let Some(role) = workload.role {
                workloads.entry(role).or_default().push(workload.entity);
            }
        }
        Self {
            estate,
            roles: assumable_roles(estate),
            accounts,
            workloads,
        }
    }

    /// The workloads that run as a role.
    pub(super) fn running_as(&self, role: &str) -> &[&'e Entity] {
        self.workloads.get(role).map_or(&[], Vec::as_slice)
    }

    pub(super) fn groups_of(&self, account: Option<&str>) -> &[&'e Entity] {
        self.account(account).map_or(&[], |account| account.groups.as_slice())
    }

    pub(super) fn regions_of(&self, account: Option<&str>) -> impl Iterator<Item = &'e str> {
        self.account(account)
            .into_iter()
            .flat_map(|account| account.regions.iter().copied())
    }

    fn account(&self, account: Option<&str>) -> Option<&Account<'e>> {
        self.accounts.get(account?)
    }

    /// Roles of the principal's account, and roles whose trust policies name it, its account or everyone.
    pub(super) fn roles_within_reach(&self, subject: &Subject<'_>) -> Vec<&'e Entity> {
        self.roles.of(subject, &[ASSUME_ROLE])
    }

    /// Those administrators whose authority the principal might gain.
    pub(super) fn administrators_within_reach(
        &self,
        subject: &Subject<'_>,
        administrators: &BTreeMap<&'e str, Decision>,
    ) -> Vec<&'e Entity> {
        let users = self
            .account(subject.account())
            .map_or(&[][..], |account| account.users.as_slice());
        let mut within = self.roles_within_reach(subject);
        within.extend(users);
        within.retain(|entity| administrators.contains_key(entity.native_id.as_str()));
        within
    }

    /// Whether a role's trust policy names the principal itself, or everyone.
    pub(super) fn trusts_directly(&self, role: &'e Entity, subject: &Subject<'_>) -> bool {
        let openings = self.roles.openings_towards(&Place::of(role), subject);
        openings.iter().any(|opening| !matches!(opening, Opening::Account(_)))
    }
}
