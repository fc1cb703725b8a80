//! Sessions: which call issued a session's credentials, what was done with them, and from where. Together they are executions.
//!
//! Access key ids join the events and go no further: the fold keeps half of the SHA-256 of each, and writes none of it out.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::observation::{DividedSession, ObservedChain, SeenValue};
use sv0_model::time::Timestamp;

use super::assumption::{kind_of, taker_of, target_of};
use super::event::{Caller, Calls, Event};
use super::origin::{is_public, network};
use super::seen::{Join, Least, Seen, Sight, Span, digest, widen};

/// Most sessions whose issue is kept: about 60 MB.
const MOST_ISSUES: usize = 262_144;
/// Most pairs of a session and what it did: about 50 MB.
const MOST_DOINGS: usize = 262_144;
/// Most pairs of a session and a network: about 40 MB.
const MOST_PLACES: usize = 131_072;
/// Most roles of an execution.
const LONGEST_CHAIN: usize = 8;
/// Most divided sessions that are told of one role.
const MOST_DIVIDED: usize = 3;
/// Most networks that are told of one session.
const MOST_NETWORKS: usize = 8;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sessions {
    issues: Least<u128, Issue, MOST_ISSUES>,
    doings: Least<(u128, u128), Doing, MOST_DOINGS>,
    /// Actions and resources of the doings.
    names: Least<u128, Name, MOST_DOINGS>,
    places: Least<(u128, String), Place, MOST_PLACES>,
}

/// The call that issued a session. Of two copies the one that names the caller in full is the less.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Issue {
    from: Caller,
    /// The session in which the call was made.
    parent: Option<u128>,
    to: String,
}

impl Join for Issue {
    fn join(&mut self, other: Self) {
        if other < *self {
            *self = other;
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    action: String,
    resource: String,
}

impl Join for Name {
    fn join(&mut self, _: Self) {}
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Doing {
    span: Span,
    newest: (Timestamp, Box<str>),
}

impl Join for Doing {
    fn join(&mut self, other: Self) {
        widen(&mut self.span, other.span);
        if other.newest > self.newest {
            self.newest = other.newest;
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    principal: Caller,
    seen: Seen<16>,
}

impl Join for Place {
    fn join(&mut self, other: Self) {
        self.seen.join(other.seen);
        if other.principal < self.principal {
            self.principal = other.principal;
        }
    }
}

/// What sessions add up to.
pub(super) struct Executions {
    pub chains: Vec<ObservedChain>,
    pub divided: Vec<DividedSession>,
}

impl Sessions {
    /// Adds the call that issues a session; every other event adds nothing.
    pub(super) fn add_issue(&mut self, event: &Event<'_>) {
        let Some(kind) = kind_of(event) else { return };
        let key = event.issued_session();
        let (Some(key), Some(from), Some(to)) = (key, taker_of(event, kind), target_of(event, kind)) else {
            return;
        };
        let parent = event.session();
        self.issues.add(key, Issue { from, parent, to });
    }

    /// Adds what was done in a session.
    pub(super) fn add_calls(&mut self, event: &Event<'_>, calls: &Calls, sight: &Sight<'_>) {
        let Some(session) = event.session() else {
            return;
        };
        let Some((time, id)) = sight.newest.iter().max() else {
            return;
        };
        let done = if event.succeeded() {
            Some(&calls.resources)
        } else {
            None
        };
        for resource in done.into_iter().flatten() {
            let name = digest(&[&calls.action, resource]);
            self.add_doing((session, name), sight.span, (*time, id));
            if self.names.get(&name).is_none() && self.names.has_place_for(&name) {
                let name_of = Name {
                    action: calls.action.clone(),
                    resource: resource.clone(),
                };
                self.names.add(name, name_of);
            }
        }
        self.add_place(event, session, &calls.principal, sight);
    }

    fn add_doing(&mut self, key: (u128, u128), span: Span, newest: (Timestamp, &str)) {
        if let Some(doing) = self.doings.get_mut(&key) {
            widen(&mut doing.span, span);
            if (newest.0, newest.1) > (doing.newest.0, &*doing.newest.1) {
                doing.newest = (newest.0, newest.1.into());
            }
        } else if self.doings.has_place_for(&key) {
            let newest = (newest.0, newest.1.into());
            self.doings.add(key, Doing { span, newest });
        }
    }

    fn add_place(&mut self, event: &Event<'_>, session: u128, principal: &Caller, sight: &Sight<'_>) {
        // A service that calls on in the session's name does so from its own place.
        if event.invoked_by().is_some() {
            return;
        }
        let network = event.address().and_then(network);
        if let Some(network) = network.filter(|network| is_public(network)) {
            let key = (session, network.into_owned());
            if let Some(place) = self.places.get_mut(&key) {
                place.seen.add(sight);
                if *principal < place.principal {
                    place.principal.clone_from(principal);
                }
            } else if self.places.has_place_for(&key) {
                let mut place = Place {
                    principal: principal.clone(),
                    seen: Seen::default(),
                };
                place.seen.add(sight);
                self.places.add(key, place);
            }
        }
    }

    pub(super) fn cut(&self) -> Vec<String> {
        let tables = [
            (
                self.issues.is_cut(),
                format!("the issue of more than {MOST_ISSUES} sessions: executions are a sample"),
            ),
            (
                self.doings.is_cut() || self.names.is_cut(),
                format!("more than {MOST_DOINGS} pairs of a session and what it did: executions are a sample"),
            ),
            (
                self.places.is_cut(),
                format!(
                    "more than {MOST_PLACES} pairs of a session and a network: sessions in two places are a sample"
                ),
            ),
        ];
        tables
            .into_iter()
            .filter_map(|(is_cut, words)| is_cut.then_some(words))
            .collect()
    }

    pub(super) fn finish(&self) -> Executions {
        let mut chains: BTreeMap<ChainKey<'_>, Run> = BTreeMap::new();
        for ((session, name), doing) in self.doings.iter() {
            let (Some((origin, roles)), Some(name)) = (self.roles_to(*session), self.names.get(name)) else {
                continue;
            };
            let key = (origin, roles, name.action.as_str(), name.resource.as_str());
            chains.entry(key).or_default().add(*session, doing);
        }
        Executions {
            chains: chains.into_iter().filter_map(|(key, run)| run.finish(key)).collect(),
            divided: self.divided(),
        }
    }

    /// Who began, and the roles from the first to that of the session. `None` where the logs tell no more than the session's own role, or that a service took it.
    fn roles_to(&self, session: u128) -> Option<(Option<&str>, Vec<&str>)> {
        let mut issue = self.issues.get(&session)?;
        let mut roles = vec![issue.to.as_str()];
        let mut visited = BTreeSet::from([session]);
        let origin = loop {
            let Caller::Named(from) = &issue.from else { break None };
            let is_role = from.contains(":role/");
            if !is_role {
                break Some(from.as_str());
            }
            roles.push(from);
            if roles.len() >= LONGEST_CHAIN {
                break None;
            }
            let parent = issue.parent.filter(|parent| visited.insert(*parent));
            match parent.and_then(|parent| self.issues.get(&parent)) {
                Some(above) => issue = above,
                None => break None,
            }
        };
        roles.reverse();
        let is_plain = roles.len() == 1 && origin.is_none_or(|origin| !origin.starts_with("arn:"));
        (!is_plain).then_some((origin, roles))
    }

    fn divided(&self) -> Vec<DividedSession> {
        let mut sessions: BTreeMap<u128, Vec<(&str, &Place)>> = BTreeMap::new();
        for ((session, network), place) in self.places.iter() {
            sessions.entry(*session).or_default().push((network, place));
        }
        let mut divided: BTreeMap<&str, Vec<DividedSession>> = BTreeMap::new();
        for places in sessions.values() {
            let Some((_, place)) = places.first() else { continue };
            let told = divided.entry(place.principal.text()).or_default();
            let networks = at_once(places);
            if !networks.is_empty() && told.len() < MOST_DIVIDED {
                told.push(DividedSession {
                    principal: place.principal.text().to_owned(),
                    networks,
                });
            }
        }
        let mut divided: Vec<DividedSession> = divided.into_values().flatten().collect();
        divided.sort();
        divided
    }
}

/// The networks of a session that were in use at the same time as another one of the same family: one machine with IPv4 and IPv6 is in one place.
fn at_once(places: &[(&str, &Place)]) -> Vec<SeenValue> {
    let is_at_once = |(network, place): &(&str, &Place)| {
        places.iter().any(|(other, beside)| {
            let is_same_family = network.contains(':') == other.contains(':');
            let overlap = place.seen.span().zip(beside.seen.span());
            network != other && is_same_family && overlap.is_some_and(|(a, b)| a.0 < b.1 && b.0 < a.1)
        })
    };
    places
        .iter()
        .filter(|place| is_at_once(place))
        .filter_map(|(network, place)| place.seen.value(network))
        .take(MOST_NETWORKS)
        .collect()
}

impl Join for Sessions {
    fn join(&mut self, other: Self) {
        self.issues.join(other.issues);
        self.doings.join(other.doings);
        self.names.join(other.names);
        self.places.join(other.places);
    }
}

type ChainKey<'s> = (Option<&'s str>, Vec<&'s str>, &'s str, &'s str);

/// The executions of one chain.
#[derive(Debug, Default)]
struct Run {
    sessions: BTreeSet<u128>,
    span: Option<Span>,
    newest: BTreeSet<(Timestamp, Box<str>)>,
}

impl Run {
    fn add(&mut self, session: u128, doing: &Doing) {
        self.sessions.insert(session);
        widen(self.span.get_or_insert(doing.span), doing.span);
        self.newest.insert(doing.newest.clone());
        while self.newest.len() > 3 {
            self.newest.pop_first();
        }
    }

    fn finish(self, (origin, roles, action, resource): ChainKey<'_>) -> Option<ObservedChain> {
        let (first_seen, last_seen) = self.span?;
        Some(ObservedChain {
            origin: origin.map(str::to_owned),
            roles: roles.into_iter().map(str::to_owned).collect(),
            action: action.to_owned(),
            resource: resource.to_owned(),
            count: u64::try_from(self.sessions.len()).unwrap_or(u64::MAX),
            first_seen,
            last_seen,
            event_ids: self.newest.into_iter().rev().map(|(_, id)| id.into()).collect(),
        })
    }
}
