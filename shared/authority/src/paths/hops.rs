//! The steps of a path, each with what every layer and the logs say of it.

use std::sync::Arc;

use sv0_model::decision::Caveat;
use sv0_model::graph::Entity;
use sv0_model::observation::Observation;
use sv0_model::path::PathHop;

use crate::estate::Estate;
use crate::evidence::{Logs, Sighting};
use crate::step::Step;

pub(crate) const RUNS_AS: &str = "RUNS_AS";
pub(crate) const PULLS_VIA: &str = "PULLS_VIA";
pub(crate) const ASSUMES: &str = "ASSUMES";
pub(crate) const SIGNS_IN_AS: &str = "SIGNS_IN_AS";
pub(crate) const INVOKES: &str = "INVOKES";
pub(crate) const CHANGES_CODE_OF: &str = "CHANGES_CODE_OF";
pub(crate) const PUSHES_IMAGE_TO: &str = "PUSHES_IMAGE_TO";
pub(crate) const IMAGE_RUNS_IN: &str = "IMAGE_RUNS_IN";
pub(crate) const PASSES_ROLE: &str = "PASSES_ROLE";
pub(crate) const ESCALATES_TO: &str = "ESCALATES_TO";
pub(crate) const READS_FROM: &str = "READS_FROM";
pub(crate) const SENDS_TO: &str = "SENDS_TO";
pub(crate) const ACCESSES: &str = "ACCESSES";

/// A finished step, with the reservations of its evaluation.
#[derive(Debug, Clone)]
pub(crate) struct Leg {
    pub hop: Arc<PathHop>,
    pub caveats: Vec<Caveat>,
}

/// A step as it is asked about.
pub(crate) struct Stride<'q> {
    pub from: &'q str,
    pub relation: &'static str,
    pub to: &'q str,
    pub actions: Vec<String>,
    /// What the logs name as the thing acted on, where that is not `to`.
    pub on: Option<&'q str>,
    pub note: String,
}

/// What steps are judged by.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'e, 'a> {
    pub estate: &'e Estate<'e>,
    pub logs: &'a Logs<'a>,
}

impl<'e> Ground<'e, '_> {
    /// The step that a user or role takes by calling AWS.
    pub(crate) fn leg(&self, stride: Stride<'_>, step: &Step) -> Leg {
        let on = stride.on.unwrap_or(stride.to);
        let callers = self.names_of(stride.from);
        let target = self.estate.entity(on);
        let region = target
            .filter(|_| stride.relation != ASSUMES)
            .and_then(|entity| entity.region.as_deref());
        let mut accounts: Vec<&str> = self.account_of(stride.from).into_iter().collect();
        accounts.extend(target.and_then(|entity| entity.account.as_deref()));
        accounts.dedup();
        let observation = self.logs.observation(&Sighting {
            callers: &callers,
            actions: &stride.actions,
            resource: on,
            accounts: &accounts,
            region,
        });
        with_note(step, stride, observation)
    }

    /// A step that rests on configuration: no call of a principal, so no event of its own.
    pub(crate) fn configured(&self, stride: Stride<'_>, step: &Step, reason: &str) -> Leg {
        let observation = Observation::NotObservable {
            reason: reason.to_owned(),
        };
        with_note(step, stride, observation)
    }

    /// The names under which a principal may stand in an event: its ARN, and the unique id that another account's log shows.
    pub(crate) fn names_of<'n>(&self, principal: &'n str) -> Vec<&'n str>
    where
        'e: 'n,
    {
        let entity = self.estate.entity(principal);
        let unique_id = entity.and_then(|entity| entity.attributes.get("unique_id")?.as_str());
        std::iter::once(principal).chain(unique_id).collect()
    }

    pub(crate) fn account_of(&self, native_id: &str) -> Option<&'e str> {
        self.entity(native_id).and_then(|entity| entity.account.as_deref())
    }

    pub(crate) fn entity(&self, native_id: &str) -> Option<&'e Entity> {
        self.estate.entity(native_id)
    }
}

fn with_note(step: &Step, stride: Stride<'_>, observation: Observation) -> Leg {
    let mut hop = step.hop(stride.from, stride.relation, stride.to, stride.actions, observation);
    hop.note = stride.note;
    Leg {
        hop: Arc::new(hop),
        caveats: step.caveats.clone(),
    }
}
