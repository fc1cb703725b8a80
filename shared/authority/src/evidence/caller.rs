//! From where and with what principals call.

use sv0_model::observation::ObservedCaller;

use super::event::{Caller, Event};
use super::origin::{agent, network};
use super::seen::{Join, Least, Sight, Values, add_value, shown};

/// Most principals whose networks and agents are kept.
const MOST_CALLERS: usize = 65_536;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Callers {
    callers: Least<String, Profile, MOST_CALLERS>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Profile {
    networks: Values,
    agents: Values,
}

impl Profile {
    fn add(&mut self, event: &Event<'_>, sight: &Sight<'_>) {
        if let Some(network) = event.address().and_then(network) {
            add_value(&mut self.networks, &network, sight);
        }
        if let Some(text) = event.agent() {
            add_value(&mut self.agents, agent(text), sight);
        }
    }
}

impl Join for Profile {
    fn join(&mut self, other: Self) {
        self.networks.join(other.networks);
        self.agents.join(other.agents);
    }
}

impl Callers {
    /// Adds a call that the principal made itself: what a service calls in its name says nothing of the place.
    pub(super) fn add(&mut self, event: &Event<'_>, principal: &Caller, sight: &Sight<'_>) {
        let Caller::Named(name) = principal else { return };
        if !name.starts_with("arn:") || event.invoked_by().is_some() {
            return;
        }
        if let Some(profile) = self.callers.get_mut(name.as_str()) {
            return profile.add(event, sight);
        }
        let mut profile = Profile::default();
        profile.add(event, sight);
        if profile != Profile::default() {
            self.callers.add(name.clone(), profile);
        }
    }

    pub(super) fn cut(&self) -> Option<String> {
        let words = format!("networks and agents of more than {MOST_CALLERS} principals");
        self.callers.is_cut().then_some(words)
    }

    pub(super) fn finish(self) -> Vec<ObservedCaller> {
        let callers = self.callers.iter().map(|(principal, profile)| ObservedCaller {
            principal: principal.clone(),
            networks: shown(&profile.networks),
            agents: shown(&profile.agents),
        });
        callers.collect()
    }
}

impl Join for Callers {
    fn join(&mut self, other: Self) {
        self.callers.join(other.callers);
    }
}
