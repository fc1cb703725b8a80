//! Joins uses to the hops of paths.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::arn::{Arn, account_of};
use sv0_model::observation::{Evidence, Observation, ObservedChain, ObservedUse};
use sv0_model::time::Timestamp;

use super::event::role_of_session;
use super::reach::{CallSite, blind_spot};

/// How many event ids an observation keeps.
const KEPT_EVENT_IDS: usize = 3;

/// The Region of a row that is about all of them.
const GLOBAL: &str = "global";

/// The evidence of a run, indexed for questions about hops.
pub(crate) struct Logs<'e> {
    evidence: &'e Evidence,
    uses: BTreeMap<(String, &'e str), Vec<&'e ObservedUse>>,
    windows: BTreeMap<(&'e str, &'e str), (Timestamp, Timestamp)>,
    /// Executions by their last role.
    chains: BTreeMap<String, Vec<&'e ObservedChain>>,
}

/// Executions that took the same roles one after the other.
pub(crate) struct Executions<'e> {
    /// The name of the first role.
    start: String,
    chains: Vec<&'e ObservedChain>,
}

impl Executions<'_> {
    /// In words, that one of them did one of the actions on the resource in the end; `None` where none is seen to.
    pub(crate) fn doing(&self, actions: &[String], resource: &str) -> Option<String> {
        let did_this =
            |chain: &&&ObservedChain| actions.contains(&chain.action) && same_resource(&chain.resource, resource);
        let seen = self.chains.iter().filter(did_this);
        let (count, last_seen) = seen.fold((0_u64, None), |(count, last), chain| {
            (count.saturating_add(chain.count), last.max(Some(chain.last_seen)))
        });
        let last_seen = last_seen?;
        let start = &self.start;
        let executions = match count {
            1 => "1 execution".to_owned(),
            _ => format!("{count} executions"),
        };
        Some(format!(
            "observed as a chain from {start} on: {executions} took the roles one after the other and did this, the last one {last_seen}"
        ))
    }
}

/// A hop, as a question to the logs.
#[derive(Debug, Clone)]
pub(crate) struct Sighting<'q> {
    /// Names under which the caller may stand in an event: its ARN, its unique id, a service's host name.
    pub callers: &'q [&'q str],
    /// Any of these actions counts.
    pub actions: &'q [String],
    /// Native id of the resource.
    pub resource: &'q str,
    /// Accounts whose trails record the call: the caller's and the resource's. One of them is enough.
    pub accounts: &'q [&'q str],
    /// The Region in which the call is recorded; `None` when it can be any.
    pub region: Option<&'q str>,
}

impl<'e> Logs<'e> {
    pub(crate) fn new(evidence: &'e Evidence) -> Self {
        let mut uses: BTreeMap<_, Vec<&ObservedUse>> = BTreeMap::new();
        for observed in &evidence.uses {
            let key = (caller_key(&observed.principal), observed.action.as_str());
            uses.entry(key).or_default().push(observed);
        }
        let windows = evidence
            .log_windows
            .iter()
            .map(|window| {
                (
                    (window.account.as_str(), window.region.as_str()),
                    (window.first, window.last),
                )
            })
            .collect();
        let mut chains: BTreeMap<String, Vec<&ObservedChain>> = BTreeMap::new();
        for chain in &evidence.chains {
            if let Some(last) = chain.roles.last() {
                chains.entry(caller_key(last)).or_default().push(chain);
            }
        }
        Self {
            evidence,
            uses,
            windows,
            chains,
        }
    }

    /// All of it.
    pub(crate) fn evidence(&self) -> &'e Evidence {
        self.evidence
    }

    /// Executions that took the roles one after the other; `None` where the logs show none.
    pub(crate) fn executions(&self, roles: &[&str]) -> Option<Executions<'e>> {
        let last = roles.last().filter(|_| roles.len() > 1)?;
        let chains = self.chains.get(&caller_key(last))?;
        let wanted: Vec<String> = roles.iter().map(|role| caller_key(role)).collect();
        let took_them = |chain: &&&ObservedChain| {
            chain.roles.len() >= wanted.len() && {
                let skipped = chain.roles.len() - wanted.len();
                let taken = chain.roles.iter().skip(skipped).map(|role| caller_key(role));
                taken.eq(wanted.iter().cloned())
            }
        };
        let start = roles.first().and_then(|role| Arn::parse(role));
        let start = start.map_or("its start", |role| role.name()).to_owned();
        let chains = chains.iter().filter(took_them).copied().collect();
        Some(Executions { start, chains })
    }

    /// What the logs say: done, not done in the window they cover, or not to be told from them.
    pub(crate) fn observation(&self, sighting: &Sighting<'_>) -> Observation {
        let uses = self.uses_of(sighting);
        observed(&uses)
            .or_else(|| self.unnamed(sighting))
            .unwrap_or_else(|| self.absence(sighting))
    }

    /// Successful uses, the newest first.
    fn uses_of(&self, sighting: &Sighting<'_>) -> Vec<&'e ObservedUse> {
        let callers: BTreeSet<String> = sighting.callers.iter().map(|caller| caller_key(caller)).collect();
        let mut uses: Vec<&ObservedUse> = callers
            .iter()
            .flat_map(|caller| {
                sighting
                    .actions
                    .iter()
                    .map(move |action| (caller.clone(), action.as_str()))
            })
            .filter_map(|key| self.uses.get(&key))
            .flatten()
            .copied()
            .filter(|observed| observed.count > 0 && same_resource(&observed.resource, sighting.resource))
            .collect();
        uses.sort_by(|a, b| b.last_seen.cmp(&a.last_seen).then_with(|| a.cmp(b)));
        uses.dedup();
        uses
    }

    /// That the caller did one of the actions and the event names no resource, as those of Bedrock's models do: this one may be it.
    fn unnamed(&self, sighting: &Sighting<'_>) -> Option<Observation> {
        let anything = Sighting {
            resource: "*",
            ..sighting.clone()
        };
        let uses = self.uses_of(&anything);
        let action = &uses.first()?.action;
        Some(Observation::NotObservable {
            reason: format!("the logs show {action} by this caller, and not on which resource"),
        })
    }

    /// Ids of events in which anybody of an account did an action on a resource, the newest three.
    pub(crate) fn events_by_account(&self, account: &str, action: &str, resource: &str) -> Vec<String> {
        let mut uses: Vec<&ObservedUse> = self.evidence.uses.iter().collect();
        uses.retain(|observed| {
            let is_of_account = account_of(&observed.principal) == Some(account);
            observed.count > 0
                && observed.action == action
                && is_of_account
                && same_resource(&observed.resource, resource)
        });
        uses.sort_by_key(|observed| std::cmp::Reverse(observed.last_seen));
        uses.iter()
            .flat_map(|observed| &observed.event_ids)
            .take(KEPT_EVENT_IDS)
            .cloned()
            .collect()
    }

    /// Every use that the logs hold of a caller, under any of its names; failed calls are uses of no success.
    pub(crate) fn uses_by<'s>(&'s self, caller: &str) -> impl Iterator<Item = &'e ObservedUse> + use<'s, 'e> {
        let key = caller_key(caller);
        let from = (key.clone(), "");
        let of_caller = self
            .uses
            .range(from..)
            .take_while(move |((caller, _), _)| *caller == key);
        of_caller.flat_map(|(_, uses)| uses.iter().copied())
    }

    /// When each role was last assumed, by whomever, or somebody tried; the roles under [`caller_key`].
    pub(crate) fn last_assumptions(&self) -> BTreeMap<String, Timestamp> {
        let assumptions = self.evidence.uses.iter();
        let mut last: BTreeMap<String, Timestamp> = BTreeMap::new();
        for used in assumptions.filter(|used| used.action.starts_with("sts:AssumeRole")) {
            let time = last.entry(caller_key(&used.resource)).or_insert(used.last_seen);
            *time = (*time).max(used.last_seen);
        }
        last
    }

    fn absence(&self, sighting: &Sighting<'_>) -> Observation {
        let verdicts: Vec<Result<(Timestamp, Timestamp), String>> = sighting
            .accounts
            .iter()
            .map(|account| self.window_of(sighting, account))
            .collect();
        if let Some((window_start, window_end)) = verdicts.iter().flatten().min().copied() {
            return Observation::NotObserved {
                window_start,
                window_end,
            };
        }
        let reason = verdicts.into_iter().find_map(Result::err);
        Observation::NotObservable {
            reason: reason.unwrap_or_else(|| "it is not known in which account the call would be recorded".to_owned()),
        }
    }

    /// The span over which the logs of an account would show every one of the actions, or why they would not.
    fn window_of(&self, sighting: &Sighting<'_>, account: &str) -> Result<(Timestamp, Timestamp), String> {
        for action in sighting.actions {
            let site = CallSite {
                action,
                resource: sighting.resource,
                account,
                region: sighting.region,
            };
            if let Some(reason) = blind_spot(&self.evidence.trails, &site) {
                return Err(reason);
            }
        }
        let is_asked = |region: &str| sighting.region.is_none_or(|asked| region == asked || region == GLOBAL);
        let mut incomplete = self.evidence.incomplete_logs.iter();
        if let Some((_, region)) = incomplete.find(|(of, region)| of == account && is_asked(region)) {
            return Err(format!("not every log file of account {account} in {region} was read"));
        }
        let windows = self
            .windows
            .iter()
            .filter(|((of, region), _)| *of == account && sighting.region.is_none_or(|asked| *region == asked));
        windows
            .map(|(_, window)| *window)
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
            .ok_or_else(|| {
                let region = sighting
                    .region
                    .map_or_else(String::new, |region| format!(" in {region}"));
                format!("no log of account {account}{region} was read")
            })
    }
}

fn observed(uses: &[&ObservedUse]) -> Option<Observation> {
    let first_seen = uses.iter().map(|observed| observed.first_seen).min()?;
    let last_seen = uses.iter().map(|observed| observed.last_seen).max()?;
    let mut event_ids = Vec::new();
    for id in uses.iter().flat_map(|observed| &observed.event_ids) {
        if event_ids.len() < KEPT_EVENT_IDS && !event_ids.contains(id) {
            event_ids.push(id.clone());
        }
    }
    Some(Observation::Observed {
        count: uses.iter().map(|observed| observed.count).fold(0, u64::saturating_add),
        first_seen,
        last_seen,
        event_ids,
    })
}

/// A role's ARN without its path: a session's ARN does not tell the path, and a role's name is unique in its account.
pub(crate) fn caller_key(caller: &str) -> String {
    let role = role_of_session(caller).unwrap_or_else(|| caller.to_owned());
    match Arn::parse(&role).filter(|arn| arn.service == "iam" && arn.resource_type() == "role") {
        Some(arn) => format!("arn:{}:iam::{}:role/{}", arn.partition, arn.account, arn.name()),
        None => role,
    }
}

/// Whether the resource of an event is the entity. A caller may name a secret without the six characters that AWS adds, and a role without its path.
fn same_resource(named: &str, entity: &str) -> bool {
    named == entity || caller_key(named) == caller_key(entity) || secret_without_suffix(entity) == Some(named)
}

/// The ARN of a secret without `-` and the six characters at its end.
pub(crate) fn secret_without_suffix(arn: &str) -> Option<&str> {
    let secret = Arn::parse(arn).filter(|arn| arn.service == "secretsmanager")?;
    let (rest, suffix) = secret.resource.rsplit_once('-')?;
    let is_suffix = suffix.len() == 6 && suffix.bytes().all(|b| b.is_ascii_alphanumeric()) && !rest.is_empty();
    if !is_suffix {
        return None;
    }
    arn.rsplit_once('-').map(|(rest, _)| rest)
}
