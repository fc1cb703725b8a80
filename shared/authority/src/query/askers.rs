//! Everyone whose access to a resource is worth asking for.

use std::collections::BTreeSet;

use sv0_model::arn::{Arn, account_of};

use super::actor::EVERYONE;
use crate::access::{Opening, named_sessions, openings};
use crate::estate::{Estate, Place, Subject};

/// Somebody who may be listed, under the name that the list shows.
#[derive(Debug, Clone)]
pub(super) struct Asker<'e> {
    pub name: String,
    pub subject: Subject<'e>,
}

/// Actions of STS that are called without AWS credentials. Every other call to STS is signed by a user or a session.
///
/// Sources: AWS STS API Reference, "AssumeRoleWithSAML" and "AssumeRoleWithWebIdentity" ("does not require the use of AWS security credentials");
/// IAM User Guide, "Compare AWS STS credentials" (who can call `AssumeRole`: an IAM user or an IAM role with existing temporary security credentials).
const UNSIGNED_STS_ACTIONS: [&str; 2] = ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];

/// Whether AWS answers the action for nobody who has no credentials.
fn needs_credentials(action: &str) -> bool {
    let is_sts = action
        .get(..4)
        .is_some_and(|service| service.eq_ignore_ascii_case("sts:"));
    is_sts
        && !UNSIGNED_STS_ACTIONS
            .iter()
            .any(|unsigned| unsigned.eq_ignore_ascii_case(action))
}

impl Estate<'_> {
    /// Users and roles of the estate and the roots of its accounts.
    pub(super) fn resident_askers(&self) -> Vec<Asker<'_>> {
        let all = self.residents().all().iter();
        all.map(|resident| Asker::of(self.subject_of_resident(resident)))
            .collect()
    }

    /// Whoever the resource's policy names beside those who are known.
    pub(super) fn visitors(&self, action: &str, place: &Place<'_>) -> Vec<Asker<'_>> {
        let mut names = self.named_by(place);
        names.extend(self.named_further(place));
        names.retain(|name| !self.residents().has(name));
        let mut visitors = Vec::new();
        if needs_credentials(action) && names.remove("anonymous") {
            visitors.extend(self.everyone_with_credentials().map(|subject| Asker {
                name: EVERYONE.to_owned(),
                subject,
            }));
        }
        visitors.extend(names.iter().filter_map(|name| self.named_subject(name)).map(Asker::of));
        visitors
    }

    /// The principals that a resource's own policy names.
    pub(crate) fn named_by(&self, place: &Place<'_>) -> BTreeSet<String> {
        let policies = place
            .entity
            .into_iter()
            .flat_map(|entity| self.opening_policies(entity));
        let openings: BTreeSet<Opening<'_>> = policies.flat_map(openings).collect();
        openings
            .into_iter()
            .map(|opening| match opening {
                Opening::Everyone => "anonymous".to_owned(),
                Opening::Account(account) => self.root_of(account),
                Opening::Principal(name) => name.to_owned(),
            })
            .collect()
    }

    /// Whom the policy names without their being users or roles: sessions of roles that the estate does not know, federated users,
    /// and accounts that a statement for everyone is narrowed to.
    fn named_further(&self, place: &Place<'_>) -> BTreeSet<String> {
        let mut further = BTreeSet::new();
        for policy in place
            .entity
            .into_iter()
            .flat_map(|entity| self.opening_policies(entity))
        {
            let sessions = named_sessions(policy)
                .into_iter()
                .filter(|session| !self.knows_role_of(session));
            further.extend(sessions.map(str::to_owned));
            let accounts = Self::accounts_narrowed_to(policy).into_iter();
            further.extend(accounts.map(|account| self.root_of(account)));
        }
        further
    }

    /// Sessions of a known role are listed as the role.
    fn knows_role_of(&self, session: &str) -> bool {
        let is_role = Arn::parse(session).is_some_and(|arn| arn.resource_type() == "assumed-role");
        is_role
            && self
                .named_subject(session)
                .is_some_and(|subject| subject.entity.is_some())
    }

    /// The principal that stands for whom a policy names: for an account its root. Everyone is nobody in particular.
    pub(crate) fn principal_of(&self, opening: &Opening<'_>) -> Option<String> {
        match opening {
            Opening::Everyone => None,
            Opening::Account(account) => Some(self.root_of(account)),
            Opening::Principal(name) => Some((*name).to_owned()),
        }
    }

    /// Whoever has an AWS account that nobody here knows.
    pub(super) fn everyone_with_credentials(&self) -> Option<Subject<'_>> {
        let known = self.known_accounts();
        let mut ids = (0..=known.len()).map(|number| format!("{number:012}"));
        let account = ids.find(|account| !known.contains(account.as_str()))?;
        self.named_subject(&self.root_of(&account))
    }

    /// Whether a root user stands for an account of which nothing was read, and so for whoever may be in it.
    pub(super) fn stands_for_its_account(&self, subject: &Subject<'_>) -> bool {
        let account = account_of(subject.principal.text()).unwrap_or_default();
        subject.is_root() && !self.is_scanned(account)
    }
}

impl<'e> Asker<'e> {
    pub(super) fn of(subject: Subject<'e>) -> Self {
        Self {
            name: subject.principal.text().to_owned(),
            subject,
        }
    }
}
