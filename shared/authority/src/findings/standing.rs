//! What a principal can do with its authority, how sensitive what it reaches is, and who can get hold of it: three sides of every severity.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use sv0_iam::{Context, UnknownContext};
use sv0_model::decision::Caveat;
use sv0_model::graph::{EdgeKind, Entity, EntityKind, Sensitivity};
use sv0_model::path::ActionClass;

use super::Facts;
use super::admin::Administrators;
use super::severity::{Exposure, Measure, Reach, Use};
use crate::access::{Access, Basis, Candidates, Survey};

/// What one principal reaches.
#[derive(Debug, Clone)]
pub(crate) struct Standing<'e> {
    pub reach: Reach,
    /// The most sensitive content within reach.
    pub sensitivity: Option<Sensitivity>,
    /// Every access that is possible; empty for an administrator, who reaches everything.
    pub accesses: Vec<Access<'e>>,
    /// Reservations on what is reached.
    pub caveats: Vec<Caveat>,
}

/// The standing of principals, each worked out once.
pub(crate) struct Standings<'f, 'e, 'a> {
    facts: &'f Facts<'e, 'a>,
    administrators: &'f Administrators<'e>,
    candidates: Candidates<'e>,
    most_sensitive: BTreeMap<&'e str, Sensitivity>,
    known: Mutex<BTreeMap<String, Arc<Standing<'e>>>>,
}

impl<'f, 'e, 'a> Standings<'f, 'e, 'a> {
    pub(crate) fn new(facts: &'f Facts<'e, 'a>, administrators: &'f Administrators<'e>) -> Self {
        let mut most_sensitive: BTreeMap<&str, Sensitivity> = BTreeMap::new();
        for entity in facts.estate.graph().entities.values() {
            if let Some(account) = entity.account.as_deref() {
                let most = most_sensitive.entry(account).or_insert(Sensitivity::Unknown);
                *most = (*most).max(entity.sensitivity);
            }
        }
        Self {
            facts,
            administrators,
            candidates: Candidates::of_resources(facts.estate),
            most_sensitive,
            known: Mutex::new(BTreeMap::new()),
        }
    }

    /// The standing of a user or role.
    pub(crate) fn of(&self, principal: &'e Entity) -> Arc<Standing<'e>> {
        let known = |of: &Self| of.known.lock().ok()?.get(&principal.native_id).cloned();
        if let Some(standing) = known(self) {
            return standing;
        }
        let standing = Arc::new(self.work_out(principal));
        if let Ok(mut known) = self.known.lock() {
            known.insert(principal.native_id.clone(), Arc::clone(&standing));
        }
        standing
    }

    fn work_out(&self, principal: &'e Entity) -> Standing<'e> {
        if self.administrators.contains(&principal.native_id) {
            return Standing {
                reach: Reach::Administrator,
                sensitivity: Some(self.most_sensitive_of(principal)),
                accesses: Vec::new(),
                caveats: Vec::new(),
            };
        }
        let Some(subject) = self.facts.estate.subject_of(principal) else {
            return Standing::of(Vec::new(), Vec::new());
        };
        let context = Context::new();
        let survey = Survey {
            estate: self.facts.estate,
            candidates: &self.candidates,
            subject: &subject,
            basis: Basis::Granted,
            context: &context,
            unknown_context: UnknownContext::Any,
        };
        let mut accesses = survey.reach();
        accesses.retain(|access| access.evaluation.decision.is_possible());
        let unread = !subject.holdings.uncollected.is_empty();
        let caveats = if unread {
            vec![Caveat::PolicyNotCollected]
        } else {
            Vec::new()
        };
        Standing::of(accesses, caveats)
    }

    /// The most sensitive thing in a principal's account.
    pub(crate) fn most_sensitive_of(&self, principal: &Entity) -> Sensitivity {
        let account = principal.account.as_deref().unwrap_or_default();
        self.most_sensitive
            .get(account)
            .copied()
            .unwrap_or(Sensitivity::Unknown)
    }

    /// The measure of a finding about a user's or role's own authority.
    pub(crate) fn measure(&self, principal: &'e Entity, exposure: Exposure, observed_use: Use) -> Measure {
        let standing = self.of(principal);
        Measure {
            reach: standing.reach,
            sensitivity: standing.sensitivity,
            exposure,
            observed_use,
        }
    }

    /// Who can get hold of a role by its trust policy, or of a user by its credentials.
    pub(crate) fn exposure(&self, principal: &'e Entity) -> Exposure {
        let estate = self.facts.estate;
        if principal.kind == EntityKind::IamUser {
            return Exposure::External;
        }
        if estate.names_everyone(principal) {
            return Exposure::Everyone;
        }
        if !estate.outsiders_named_by(principal).is_empty() {
            return Exposure::External;
        }
        let others = estate.targets(&principal.native_id, EdgeKind::Trusts);
        let mut accounts = others.filter_map(|other| estate.entity(other)?.account.as_deref());
        // The management account stands above its members, whatever a role says.
        let management = estate.graph().organization.management_account.as_deref();
        if accounts.any(|account| Some(account) != principal.account.as_deref() && Some(account) != management) {
            return Exposure::Organization;
        }
        Exposure::Account
    }

    /// Whether the logs show the principal calling anything.
    pub(crate) fn observed_use(&self, principal: &Entity) -> Use {
        let is_used = self.facts.logs.uses_by(&principal.native_id).any(|used| used.count > 0);
        if is_used { Use::Observed } else { Use::NotObservable }
    }
}

impl<'e> Standing<'e> {
    fn of(accesses: Vec<Access<'e>>, caveats: Vec<Caveat>) -> Self {
        let reaches = accesses.iter().filter_map(|access| access.class).map(reach_of);
        let sensitivity = accesses.iter().map(|access| access.entity.sensitivity).max();
        Self {
            reach: reaches.max().unwrap_or(Reach::Nothing),
            sensitivity,
            accesses,
            caveats,
        }
    }
}

/// How far the actions of a class reach.
pub(crate) fn reach_of(class: ActionClass) -> Reach {
    match class {
        ActionClass::ReadData | ActionClass::UseKey => Reach::Reads,
        ActionClass::WriteData | ActionClass::Invoke => Reach::Writes,
        ActionClass::ChangeCode | ActionClass::ManagePermissions => Reach::Controls,
    }
}
