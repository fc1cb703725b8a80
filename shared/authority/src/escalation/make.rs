//! The calls of a route, each made on what it needs: what is gained, what exists, what lies beside it, what is made under a name of the caller's choice.

use sv0_model::arn::Arn;
use sv0_model::decision::Caveat;
use sv0_model::graph::EntityKind;
use sv0_model::path::PathState;

use super::calls::{Asking, reserved};
use super::listed;
use super::routes::{Call, On, Route};
use super::search::{Made, Search};
use crate::access::may_be_granted;
use crate::estate::Place;

/// Regions in which something new is tried for one account.
const MOST_REGIONS: usize = 4;

/// Where something new is tried when no Region of the account is known.
const A_REGION: &str = "us-east-1";

impl<'e> Search<'_, 'e> {
    pub(super) fn make(
        &self,
        route: &Route,
        target: &str,
        place: impl Fn(&Call) -> Option<String>,
    ) -> Option<Vec<Made>> {
        let asking = Asking::new(self.ground.estate, self.subject);
        self.make_calls(&asking, route.calls, target, place)
    }

    /// Every call, those on something new in one Region and on one name for each pattern. `place` says what a call is made on that `target` does not.
    pub(super) fn make_calls(
        &self,
        asking: &Asking<'_, 'e>,
        calls: &[Call],
        target: &str,
        place: impl Fn(&Call) -> Option<String>,
    ) -> Option<Vec<Made>> {
        let mut made = Vec::new();
        let mut patterns: Vec<&'static str> = Vec::new();
        for call in calls {
            match call.on {
                On::Gained | On::Thing => made.push(self.ask(asking, call.action, target)?),
                On::Policy => made.push(self.ask(asking, call.action, &place(call)?)?),
                On::Any => made.push(self.ask(asking, call.action, "*")?),
                On::Existing(resource_type, pattern) => {
                    made.push(self.on_existing(asking, call.action, resource_type, pattern)?);
                }
                On::Beside(pattern) => made.push(self.on_neighbour(asking, call.action, pattern, &place(call)?)?),
                On::New(pattern) if patterns.contains(&pattern) => {}
                On::New(pattern) => patterns.push(pattern),
            }
        }
        made.extend(self.on_new(asking, calls, &patterns)?);
        Some(made)
    }

    fn ask(&self, asking: &Asking<'_, 'e>, action: &'static str, resource: &str) -> Option<Made> {
        let place = Place {
            arn: resource.to_owned(),
            entity: self.ground.estate.entity(resource),
        };
        let is_role = place.entity.is_some_and(|entity| entity.kind == EntityKind::IamRole);
        let candidates = if is_role {
            &self.ground.roles
        } else {
            self.ground.things.candidates()
        };
        let is_worth_asking = may_be_granted(candidates, self.identity, self.subject, &place, action);
        is_worth_asking
            .then(|| asking.call(action, resource))
            .flatten()
            .map(|step| (action, resource.to_owned(), step))
    }

    /// On any thing of a type that the account has. Where none is known there may be one.
    fn on_existing(
        &self,
        asking: &Asking<'_, 'e>,
        action: &'static str,
        resource_type: &str,
        pattern: &str,
    ) -> Option<Made> {
        let known = self.ground.things.of_type(self.account(), resource_type);
        if !known.is_empty() {
            let made = known
                .iter()
                .filter_map(|thing| self.ask(asking, action, &thing.native_id));
            return most_open(made, |(_, _, step)| step.state);
        }
        let regions = self.regions(&[action]);
        let made = regions.iter().find_map(|region| {
            let names = listed::names(self.subject, &[action], &self.fill(pattern, region));
            names.iter().find_map(|name| self.ask(asking, action, name))
        });
        let (action, resource, step) = made?;
        let step = reserved(step, &resource, Caveat::UnresolvedResource);
        Some((action, resource, step))
    }

    /// On something that belongs to a thing. Where its name is not known, an answer that not every name gets hangs on the name.
    fn on_neighbour(&self, asking: &Asking<'_, 'e>, action: &'static str, pattern: &str, thing: &str) -> Option<Made> {
        let own = Arn::parse(thing)?;
        let pattern = fill(pattern, own.partition, own.region, own.account);
        if sv0_iam::resource_matches(&pattern, thing) {
            return self.ask(asking, action, thing);
        }
        let names = listed::names(self.subject, &[action], &pattern);
        let (index, (action, resource, step)) = names
            .iter()
            .enumerate()
            .find_map(|(index, name)| Some((index, self.ask(asking, action, name)?)))?;
        if index == 0 {
            return Some((action, resource, step));
        }
        let step = reserved(step, &resource, Caveat::UnresolvedResource);
        Some((action, resource, step))
    }

    /// The calls on new things, all in one Region.
    fn on_new(&self, asking: &Asking<'_, 'e>, calls: &[Call], patterns: &[&'static str]) -> Option<Vec<Made>> {
        if patterns.is_empty() {
            return Some(Vec::new());
        }
        let actions: Vec<&str> = calls.iter().map(|call| call.action).collect();
        let regions = if patterns.iter().any(|pattern| pattern.contains("{region}")) {
            self.regions(&actions)
        } else {
            vec![A_REGION.to_owned()]
        };
        let made = regions.into_iter().filter_map(|region| {
            let made: Option<Vec<Vec<Made>>> = patterns
                .iter()
                .map(|pattern| self.on_one_name(asking, calls, pattern, &region))
                .collect();
            Some(made?.into_iter().flatten().collect::<Vec<Made>>())
        });
        most_open(made, |made| worst(made))
    }

    /// The calls on one new thing, under the name that opens most.
    fn on_one_name(
        &self,
        asking: &Asking<'_, 'e>,
        calls: &[Call],
        pattern: &'static str,
        region: &str,
    ) -> Option<Vec<Made>> {
        let actions: Vec<&'static str> = calls
            .iter()
            .filter(|call| call.on == On::New(pattern))
            .map(|call| call.action)
            .collect();
        let names = listed::names(self.subject, &actions, &self.fill(pattern, region));
        // Nothing new gets a name that is taken.
        let is_free = |name: &&String| !is_principal(name) || self.ground.estate.entity(name).is_none();
        let made = names.iter().filter(is_free).filter_map(|name| {
            let made = actions.iter().map(|action| self.ask(asking, action, name));
            made.collect::<Option<Vec<Made>>>()
        });
        most_open(made, |made| worst(made))
    }

    /// Regions where something new is worth trying.
    fn regions(&self, actions: &[&str]) -> Vec<String> {
        let named = listed::regions(self.subject, actions).map(str::to_owned);
        let known = self.ground.regions_of(self.account()).map(str::to_owned);
        let mut regions: Vec<String> = Vec::new();
        for region in known.take(MOST_REGIONS).chain(named).chain([A_REGION.to_owned()]) {
            if !regions.contains(&region) && regions.len() < 2 * MOST_REGIONS {
                regions.push(region);
            }
        }
        regions
    }

    fn fill(&self, pattern: &str, region: &str) -> String {
        let own = Arn::parse(&self.entity.native_id);
        let (partition, account) = own.map_or(("aws", ""), |own| (own.partition, own.account));
        fill(pattern, partition, region, account)
    }
}

fn fill(pattern: &str, partition: &str, region: &str, account: &str) -> String {
    pattern
        .replace("{partition}", partition)
        .replace("{region}", region)
        .replace("{account}", account)
}

/// Whether an ARN is that of a user or role.
fn is_principal(arn: &str) -> bool {
    Arn::parse(arn).is_some_and(|arn| arn.service == "iam")
}

pub(super) fn worst(made: &[Made]) -> PathState {
    made.iter()
        .map(|(_, _, step)| step.state)
        .max()
        .unwrap_or(PathState::Allowed)
}

/// The first that is open without condition, else the first.
fn most_open<T>(all: impl Iterator<Item = T>, state: impl Fn(&T) -> PathState) -> Option<T> {
    let mut first = None;
    for one in all {
        if state(&one) == PathState::Allowed {
            return Some(one);
        }
        first = first.or(Some(one));
    }
    first
}
