//! Who took which role, how, from where and how often.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sv0_model::arn::{account_of, is_account_id};
use sv0_model::event::EventPart;
use sv0_model::hash::sha256_hex;
use sv0_model::observation::{AssumptionKind, DayCount, ObservedAssumption, SessionPolicy};
use sv0_model::time::Timestamp;

use super::event::{Caller, Event, text_at};
use super::origin::{agent, network, session_shape};
use super::seen::{Join, Least, Sample, Seen, Sight, Values, add_text, add_value, digest, identity, shown, texts};
use super::uses::Tally;

/// Longest session policy that is kept as text: IAM takes no longer one ("IAM and AWS STS quotas").
const LONGEST_POLICY: usize = 2_048;

/// Most keys of session tags; STS takes no more than 50.
const MOST_TAGS: usize = 64;

/// Days that are listed.
const LISTED_DAYS: usize = 92;

/// Copies of calls across accounts of which one each is counted.
const MOST_COPIES: usize = 1 << 20;

/// The calls that issue a session (STS API Reference), and the console's.
const CALLS: &[(&str, AssumptionKind)] = &[
    ("AssumeRole", AssumptionKind::AssumeRole),
    ("AssumeRoleWithSAML", AssumptionKind::Saml),
    ("AssumeRoleWithWebIdentity", AssumptionKind::WebIdentity),
    ("AssumeRoot", AssumptionKind::AssumeRoot),
    ("GetFederationToken", AssumptionKind::FederationToken),
    ("SwitchRole", AssumptionKind::ConsoleSwitch),
];

/// How an event issues a session; `None` for every other event.
pub(super) fn kind_of(event: &Event<'_>) -> Option<AssumptionKind> {
    let source = event.source()?;
    let name = event.name()?;
    let (_, kind) = CALLS.iter().find(|(call, _)| *call == name)?;
    let wanted = if *kind == AssumptionKind::ConsoleSwitch {
        "signin.amazonaws.com"
    } else {
        "sts.amazonaws.com"
    };
    (source == wanted).then_some(*kind)
}

/// What was taken: a role, a root user, a federated user.
pub(super) fn target_of(event: &Event<'_>, kind: AssumptionKind) -> Option<String> {
    let partition = event.partition();
    match kind {
        AssumptionKind::FederationToken => match event.text("/responseElements/federatedUser/arn") {
            Some(arn) => Some(arn.to_owned()),
            None => {
                let name = event.text("/requestParameters/name")?;
                Some(format!("arn:{partition}:sts::{}:federated-user/{name}", event.account))
            }
        },
        AssumptionKind::AssumeRoot => {
            let target = event.text("/requestParameters/targetPrincipal")?;
            let account = account_of(target).or_else(|| is_account_id(target).then_some(target))?;
            Some(format!("arn:{partition}:iam::{account}:root"))
        }
        AssumptionKind::ConsoleSwitch => match event.caller()? {
            Caller::Named(arn) => Some(arn),
            Caller::Partly(_) => None,
        },
        _ => event.text("/requestParameters/roleArn").map(str::to_owned),
    }
}

/// Who took it. For a switch in the console the event names the role itself as its caller.
pub(super) fn taker_of(event: &Event<'_>, kind: AssumptionKind) -> Option<Caller> {
    if kind != AssumptionKind::ConsoleSwitch {
        return event.caller();
    }
    let from = event.text("/additionalEventData/SwitchFrom")?;
    let role = super::event::role_of_session(from);
    Some(Caller::Named(role.unwrap_or_else(|| from.to_owned())))
}

/// One call, as far as it is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Assumption {
    from: Caller,
    account: String,
    region: String,
    to: String,
    how: AssumptionKind,
    via: Option<String>,
    time: Timestamp,
    event_id: String,
    is_row: bool,
    succeeded: bool,
    session_name: Option<String>,
    source_identity: Option<String>,
    tags: BTreeSet<String>,
    transitive_tags: BTreeSet<String>,
    subject: Option<String>,
    policies: BTreeSet<(String, Option<String>)>,
    mfa: Option<bool>,
    network: Option<String>,
    agent: Option<&'static str>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Assumptions {
    counted: BTreeMap<Key, Statistics>,
    /// Calls across accounts, by `sharedEventID`: the copy that names its caller in full stands for both.
    shared: Least<u128, Copies, MOST_COPIES>,
}

type Key = (String, String, AssumptionKind, Option<String>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Copies {
    best: Box<Assumption>,
    accounts: BTreeSet<String>,
}

impl Join for Copies {
    fn join(&mut self, other: Self) {
        self.accounts.extend(other.accounts);
        if other.best < self.best {
            self.best = other.best;
        }
    }
}

impl Assumptions {
    pub(super) fn add(&mut self, event: &Event<'_>, sight: &Sight<'_>) {
        let Some(kind) = kind_of(event) else { return };
        let Some(assumption) = read(event, kind, sight) else {
            return;
        };
        let stands_for_several = sight.row.is_some_and(|count| count > 1);
        match event.shared_id() {
            Some(id) if !stands_for_several && !is_alone(event, &assumption) => {
                let copies = Copies {
                    accounts: BTreeSet::from([assumption.account.clone()]),
                    best: Box::new(assumption),
                };
                self.shared.add(digest(&[id]), copies);
            }
            _ => self.count(&assumption, sight, std::iter::once(&assumption.account)),
        }
    }

    fn count<'a>(&mut self, call: &Assumption, sight: &Sight<'_>, accounts: impl Iterator<Item = &'a String>) {
        let from = call.from.text().to_owned();
        let key = (from, call.to.clone(), call.how, call.via.clone());
        let statistics = self.counted.entry(key).or_default();
        statistics.add(call, sight);
        accounts.for_each(|account| add_text(&mut statistics.accounts, account));
    }

    pub(super) fn finish(mut self) -> Vec<ObservedAssumption> {
        let shared = std::mem::take(&mut self.shared);
        for (_, copies) in shared.iter() {
            let best = &copies.best;
            let sight = Sight {
                identity: identity(&best.event_id, best.time),
                row: best.is_row.then_some(1),
                span: (best.time, best.time),
                newest: &[(best.time, &best.event_id)],
            };
            self.count(best, &sight, copies.accounts.iter());
        }
        self.counted
            .into_iter()
            .filter_map(|(key, statistics)| statistics.finish(key))
            .collect()
    }
}

impl Join for Assumptions {
    fn join(&mut self, other: Self) {
        self.shared.join(other.shared);
        for (key, statistics) in other.counted {
            self.counted.entry(key).or_default().join(statistics);
        }
    }
}

/// Whether no other account has a copy: a service's call is recorded with the role, and so is one inside an account.
fn is_alone(event: &Event<'_>, assumption: &Assumption) -> bool {
    let Caller::Named(from) = &assumption.from else {
        return false;
    };
    let is_recorded_with_role = account_of(&assumption.to) == Some(event.account);
    is_recorded_with_role && account_of(from).is_none_or(|account| account == event.account)
}

fn read(event: &Event<'_>, kind: AssumptionKind, sight: &Sight<'_>) -> Option<Assumption> {
    let owned = |pointer| event.text(pointer).map(str::to_owned);
    let parameters = event.parameters().unwrap_or(&EventPart::Bool(false));
    let is_session = kind != AssumptionKind::ConsoleSwitch;
    Some(Assumption {
        from: taker_of(event, kind)?,
        to: target_of(event, kind)?,
        how: kind,
        via: event
            .invoked_by()
            .filter(|_| event.caller_kind() != Some("AWSService"))
            .map(str::to_owned),
        account: event.account.to_owned(),
        region: event.region.to_owned(),
        time: event.time,
        event_id: event.id.to_owned(),
        is_row: sight.row.is_some(),
        succeeded: event.succeeded(),
        session_name: owned("/requestParameters/roleSessionName")
            .or_else(|| {
                event
                    .text("/responseElements/assumedRoleUser/arn")
                    .and_then(session_name)
            })
            .or_else(|| {
                event
                    .text("/userIdentity/arn")
                    .filter(|_| !is_session)
                    .and_then(session_name)
            }),
        source_identity: owned("/requestParameters/sourceIdentity")
            .or_else(|| owned("/responseElements/sourceIdentity"))
            .or_else(|| owned("/userIdentity/sessionContext/sourceIdentity")),
        tags: tag_keys(parameters),
        transitive_tags: strings(parameters.get("transitiveTagKeys")),
        subject: owned("/responseElements/subjectFromWebIdentityToken")
            .or_else(|| owned("/responseElements/subject"))
            .or_else(|| owned("/userIdentity/userName").filter(|_| is_federated(kind))),
        policies: policies(parameters),
        mfa: mfa(event, parameters),
        network: event.address().and_then(network).map(Cow::into_owned),
        agent: event.agent().map(agent),
    })
}

fn is_federated(kind: AssumptionKind) -> bool {
    matches!(kind, AssumptionKind::Saml | AssumptionKind::WebIdentity)
}

/// The last part of the ARN of a role's session.
pub(super) fn session_name(session: &str) -> Option<String> {
    let (role, name) = session.rsplit_once('/')?;
    (role.contains(":assumed-role/") && !name.is_empty()).then(|| name.to_owned())
}

/// A call with a second factor names it (`serialNumber`), or is made in a session that had one.
fn mfa(event: &Event<'_>, parameters: &EventPart<'_>) -> Option<bool> {
    if parameters
        .get("serialNumber")
        .is_some_and(|serial| serial.as_str().is_some())
    {
        return Some(true);
    }
    match event.text("/userIdentity/sessionContext/attributes/mfaAuthenticated")? {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn tag_keys(parameters: &EventPart<'_>) -> BTreeSet<String> {
    let tags = parameters.get("tags").map_or(&[] as &[_], EventPart::elements);
    tags.iter()
        .filter_map(|tag| text_at(tag, "/key").or_else(|| text_at(tag, "/Key")))
        .filter(|key| key.len() <= 128)
        .take(MOST_TAGS)
        .map(str::to_owned)
        .collect()
}

fn strings(list: Option<&EventPart<'_>>) -> BTreeSet<String> {
    let items = list.map_or(&[] as &[_], EventPart::elements);
    items
        .iter()
        .filter_map(EventPart::as_str)
        .filter(|text| text.len() <= 128)
        .take(MOST_TAGS)
        .map(str::to_owned)
        .collect()
}

fn policies(parameters: &EventPart<'_>) -> BTreeSet<(String, Option<String>)> {
    let arns = parameters.get("policyArns").map_or(&[] as &[_], EventPart::elements);
    let managed = arns
        .iter()
        .filter_map(|policy| text_at(policy, "/arn"))
        .filter(|arn| arn.len() <= LONGEST_POLICY)
        .map(|arn| (arn.to_owned(), None));
    let passed = text_at(parameters, "/policy").map(|text| {
        let is_kept =
            text.len() <= LONGEST_POLICY && serde_json::from_str::<Value>(text).is_ok_and(|json| json.is_object());
        (sha256_hex(text.as_bytes()), is_kept.then(|| text.to_owned()))
    });
    managed.take(10).chain(passed).collect()
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Statistics {
    tally: Tally,
    accounts: Sample<16>,
    source_identities: Sample<16>,
    session_names: Sample<8>,
    shapes: Values,
    tags: Sample<MOST_TAGS>,
    transitive_tags: Sample<MOST_TAGS>,
    subjects: Sample<16>,
    policies: Least<(String, Option<String>), (), 8>,
    mfa: Values,
    networks: Values,
    agents: Values,
    days: BTreeMap<i64, Seen<{ usize::MAX }>>,
}

impl Statistics {
    fn add(&mut self, call: &Assumption, sight: &Sight<'_>) {
        self.tally.add(sight, call.succeeded);
        if !call.succeeded {
            return;
        }
        // The events of a day are only counted; which they are is told by the whole.
        let counted = Sight { newest: &[], ..*sight };
        self.days.entry(day_of(call.time)).or_default().add(&counted);
        if let Some(name) = &call.session_name {
            add_text(&mut self.session_names, name);
            add_value(&mut self.shapes, &session_shape(name), sight);
        }
        if let Some(text) = &call.source_identity {
            add_text(&mut self.source_identities, text);
        }
        if let Some(text) = &call.subject {
            add_text(&mut self.subjects, text);
        }
        call.tags.iter().for_each(|key| add_text(&mut self.tags, key));
        let transitive = call.transitive_tags.iter();
        transitive.for_each(|key| add_text(&mut self.transitive_tags, key));
        call.policies
            .iter()
            .for_each(|policy| self.policies.add(policy.clone(), ()));
        if let Some(mfa) = call.mfa {
            add_value(&mut self.mfa, if mfa { "true" } else { "false" }, sight);
        }
        if let Some(network) = &call.network {
            add_value(&mut self.networks, network, sight);
        }
        if let Some(agent) = call.agent {
            add_value(&mut self.agents, agent, sight);
        }
    }

    fn finish(self, (from, to, how, via): Key) -> Option<ObservedAssumption> {
        let seen = self.tally.shown();
        let (first_seen, last_seen) = seen.span()?;
        let policy = |(id, document): &(String, Option<String>)| SessionPolicy {
            id: id.clone(),
            document: document.clone(),
        };
        Some(ObservedAssumption {
            from,
            to,
            how,
            via,
            accounts: texts(&self.accounts),
            count: self.tally.succeeded.count(),
            errors: self.tally.failed.count(),
            first_seen,
            last_seen,
            event_ids: seen.event_ids(),
            source_identities: texts(&self.source_identities),
            session_names: texts(&self.session_names),
            session_name_shapes: shown(&self.shapes),
            tag_keys: texts(&self.tags),
            transitive_tag_keys: texts(&self.transitive_tags),
            subjects: texts(&self.subjects),
            session_policies: self.policies.iter().map(|(held, ())| policy(held)).collect(),
            mfa: shown(&self.mfa),
            networks: shown(&self.networks),
            agents: shown(&self.agents),
            days: days(&self.days),
        })
    }
}

impl Join for Statistics {
    fn join(&mut self, other: Self) {
        self.tally.join(other.tally);
        self.accounts.join(other.accounts);
        self.source_identities.join(other.source_identities);
        self.session_names.join(other.session_names);
        self.shapes.join(other.shapes);
        self.tags.join(other.tags);
        self.transitive_tags.join(other.transitive_tags);
        self.subjects.join(other.subjects);
        self.policies.join(other.policies);
        self.mfa.join(other.mfa);
        self.networks.join(other.networks);
        self.agents.join(other.agents);
        for (day, seen) in other.days {
            self.days.entry(day).or_default().join(seen);
        }
    }
}

const SECONDS_OF_DAY: i64 = 86_400;

fn day_of(time: Timestamp) -> i64 {
    time.as_second().div_euclid(SECONDS_OF_DAY)
}

fn days(days: &BTreeMap<i64, Seen<{ usize::MAX }>>) -> Vec<DayCount> {
    let mut listed: Vec<DayCount> = days
        .iter()
        .rev()
        .take(LISTED_DAYS)
        .filter_map(|(day, seen)| {
            let time = Timestamp::from_second(day.checked_mul(SECONDS_OF_DAY)?).ok()?;
            let day = time.to_string().chars().take(10).collect();
            Some(DayCount {
                day,
                count: seen.count(),
            })
        })
        .collect();
    listed.reverse();
    listed
}

#[cfg(test)]
mod tests {
    use sv0_model::cloudtrail::SESSION_ISSUES;

    use super::CALLS;

    #[test]
    fn queries_select_every_call_that_issues_a_session() {
        let read: Vec<&str> = CALLS.iter().map(|(name, _)| *name).collect();
        let selected: Vec<&str> = SESSION_ISSUES.iter().map(|(_, name)| *name).collect();
        assert_eq!(read, selected);
    }
}
