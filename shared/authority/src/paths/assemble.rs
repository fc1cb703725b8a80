//! Puts the steps of a path together.

use std::collections::{BTreeMap, BTreeSet};

use sv0_iam::{Context, UnknownContext};
use sv0_model::decision::{Caveat, Layer};
use sv0_model::graph::Entity;
use sv0_model::hash::stable_id;
use sv0_model::observation::Observation;
use sv0_model::path::{ActionClass, Authority, AuthorityPath, PathHop, PathKind, PathState};

use super::assume::{ASSUME_ROLE, AssumeHops};
use super::chains::Chain;
use super::ends::End;
use super::step::{Step, extend};
use super::workloads::Workload;
use crate::estate::{Estate, Place, Request, conjunction, uncollected_policy};
use crate::evidence::{Logs, Sighting};

const RUNS_AS: &str = "RUNS_AS";
const PULLS_VIA: &str = "PULLS_VIA";
const ASSUMES: &str = "ASSUMES";
const ACCESSES: &str = "ACCESSES";

/// Everything that paths are made of.
pub(crate) struct Assembly<'e, 'a> {
    pub estate: &'e Estate<'e>,
    pub logs: &'a Logs<'a>,
    pub hops: &'a AssumeHops<'e>,
    pub chains: &'a BTreeMap<&'e str, Vec<Chain<'e>>>,
    pub ends: &'a BTreeMap<&'e str, Vec<End<'e>>>,
}

/// The steps up to the role on which ends are reached.
struct Approach<'a> {
    roles: Vec<&'a str>,
    hops: Vec<PathHop>,
    caveats: BTreeSet<Caveat>,
}

impl<'e> Assembly<'e, '_> {
    pub(crate) fn paths_of(&self, workload: &Workload<'e>) -> Vec<AuthorityPath> {
        let mut paths = Vec::new();
        let chains = workload.role.and_then(|role| self.chains.get(role));
        for chain in chains.into_iter().flatten() {
            let ends = self.ends_of(chain.terminal());
            if !ends.is_empty() {
                let approach = self.approach(workload, chain);
                paths.extend(ends.iter().map(|end| self.path(workload, &approach, end)));
            }
        }
        if let Some(injection) = &workload.injection {
            let approach = self.first_hop(workload, injection.role, PULLS_VIA);
            let injected = self.ends_of(injection.role).iter().filter(|end| {
                let is_injected = injection.resources.contains(end.entity.native_id.as_str());
                is_injected && end.class == ActionClass::ReadData
            });
            paths.extend(injected.map(|end| self.path(workload, &approach, end)));
        }
        paths
    }

    fn ends_of(&self, role: &str) -> &[End<'e>] {
        self.ends.get(role).map_or(&[], Vec::as_slice)
    }

    fn approach<'c>(&self, workload: &Workload<'e>, chain: &'c Chain<'e>) -> Approach<'c> {
        let own = chain.roles.first().copied().unwrap_or_default();
        let mut approach = self.first_hop(workload, own, RUNS_AS);
        for (from, to) in chain.roles.iter().zip(chain.roles.iter().skip(1)) {
            let Some(hop) = self.hops.between(from, to) else {
                continue;
            };
            let observation = self.assume_seen(from, hop.to);
            approach.hops.push(
                hop.step
                    .hop(from, ASSUMES, to, vec![ASSUME_ROLE.to_owned()], observation),
            );
            approach.caveats.extend(&hop.step.caveats);
            approach.roles.push(to);
        }
        if chain.is_cut {
            approach.caveats.insert(Caveat::DepthLimit);
        }
        approach
    }

    /// The hop from a workload to a role that its service assumes for it.
    fn first_hop<'c>(&self, workload: &Workload<'e>, role: &'c str, relation: &str) -> Approach<'c> {
        let step = self.service_assumes(workload, role);
        let service = workload.service();
        let account = self.account_of(role);
        let observation = self.logs.observation(&Sighting {
            callers: &[service],
            actions: &[ASSUME_ROLE.to_owned()],
            resource: role,
            accounts: account.as_slice(),
            region: None,
        });
        Approach {
            roles: vec![role],
            hops: vec![step.hop(&workload.entity.native_id, relation, role, Vec::new(), observation)],
            caveats: step.caveats.iter().copied().collect(),
        }
    }

    /// Whether the role's trust policy lets the workload's service assume it.
    fn service_assumes(&self, workload: &Workload<'e>, role: &str) -> Step {
        let contexts = workload.service_contexts();
        let mut steps = contexts
            .iter()
            .map(|context| self.service_assumes_in(workload, role, context));
        let first = steps.next().unwrap_or_else(|| unknown_step(role));
        if first.state != PathState::Conditional {
            return first;
        }
        steps.find(|step| step.state == PathState::Allowed).unwrap_or(first)
    }

    fn service_assumes_in(&self, workload: &Workload<'e>, role: &str, context: &Context) -> Step {
        let evaluation = self.estate.named_subject(workload.service()).and_then(|subject| {
            let place = self.estate.entity(role).map(Place::of)?;
            let request = Request {
                subject: &subject,
                action: ASSUME_ROLE,
                place: &place,
                context,
                unknown_context: UnknownContext::Any,
            };
            self.estate.judge(&request).ok()
        });
        evaluation.map_or_else(|| unknown_step(role), Step::from)
    }

    fn assume_seen(&self, from: &str, to: &Entity) -> Observation {
        let accounts: Vec<&str> = self.account_of(from).into_iter().chain(to.account.as_deref()).collect();
        self.logs.observation(&Sighting {
            callers: &self.names_of(from),
            actions: &[ASSUME_ROLE.to_owned()],
            resource: &to.native_id,
            accounts: &accounts,
            region: None,
        })
    }

    /// The names under which a role may stand in an event: its ARN, and the unique id that another account's log shows.
    fn names_of<'n>(&'n self, role: &'n str) -> Vec<&'n str> {
        let entity = self.estate.entity(role);
        let unique_id = entity.and_then(|entity| entity.attributes.get("unique_id")?.as_str());
        std::iter::once(role).chain(unique_id).collect()
    }

    fn account_of(&self, native_id: &str) -> Option<&'e str> {
        self.estate
            .entity(native_id)
            .and_then(|entity| entity.account.as_deref())
    }

    fn path(&self, workload: &Workload<'e>, approach: &Approach<'_>, end: &End<'e>) -> AuthorityPath {
        let role = approach.roles.last().copied().unwrap_or_default();
        let observation = self.access_seen(role, end);
        let mut hops = approach.hops.clone();
        hops.push(end.step.hop(
            role,
            ACCESSES,
            &end.entity.native_id,
            end.actions.clone(),
            observation.clone(),
        ));
        let state = hops.iter().map(|hop| hop.state).max().unwrap_or(PathState::Blocked);
        let mut caveats = approach.caveats.clone();
        caveats.extend(&end.step.caveats);
        let kind = if approach.roles.len() > 1 {
            PathKind::AssumedChain
        } else {
            PathKind::Direct
        };
        AuthorityPath {
            id: path_id(workload, approach, end),
            kind,
            kinds: vec![kind],
            workload: workload.entity.native_id.clone(),
            roles: approach.roles.iter().map(|role| (*role).to_owned()).collect(),
            resource: end.entity.native_id.clone(),
            scope: end.scope.clone(),
            action_class: end.class,
            actions: end.actions.clone(),
            state,
            blocked_by: layers(&hops, state),
            condition: match state {
                PathState::Conditional => conjunction(hops.iter().filter_map(|hop| hop.condition.clone())),
                PathState::Allowed | PathState::Blocked => None,
            },
            chain_depth: approach.roles.len(),
            cross_account: self.crosses_accounts(workload, approach, end),
            hops,
            sensitivity: end.entity.sensitivity,
            sensitivity_rule: end.entity.sensitivity_rule.clone(),
            data_domain: end.entity.data_domain.clone(),
            environment: end.entity.environment.clone(),
            egress_category: None,
            authority: Authority::Effective,
            caveats: caveats.into_iter().collect(),
            observation,
        }
    }

    fn access_seen(&self, role: &str, end: &End<'e>) -> Observation {
        let mut accounts: Vec<&str> = self
            .account_of(role)
            .into_iter()
            .chain(end.entity.account.as_deref())
            .collect();
        accounts.dedup();
        self.logs.observation(&Sighting {
            callers: &self.names_of(role),
            actions: &end.actions,
            resource: &end.entity.native_id,
            accounts: &accounts,
            region: end.entity.region.as_deref(),
        })
    }

    fn crosses_accounts(&self, workload: &Workload<'e>, approach: &Approach<'_>, end: &End<'e>) -> bool {
        let of_roles = approach.roles.iter().filter_map(|role| self.account_of(role));
        let of_ends = [workload.entity.account.as_deref(), end.entity.account.as_deref()];
        let accounts: BTreeSet<&str> = of_roles.chain(of_ends.into_iter().flatten()).collect();
        accounts.len() > 1
    }
}

/// A step of which nothing can be evaluated because its role is in no answer.
fn unknown_step(role: &str) -> Step {
    Step {
        state: PathState::Conditional,
        blocked_by: vec![Layer::Resource],
        condition: Some(uncollected_policy(role)),
        statements: Vec::new(),
        granted_by: Vec::new(),
        caveats: vec![Caveat::ResourcePolicyNotCollected],
    }
}

/// The layers of the hops that give a path its state.
fn layers(hops: &[PathHop], state: PathState) -> Vec<Layer> {
    let mut layers = Vec::new();
    if state != PathState::Allowed {
        for hop in hops.iter().filter(|hop| hop.state == state) {
            extend(&mut layers, hop.blocked_by.iter().copied());
        }
    }
    layers
}

/// Hash of workload, roles, resource, class and scope. What reaches the same part in a second state, or on the way of ECS's injection, says so.
fn path_id(workload: &Workload<'_>, approach: &Approach<'_>, end: &End<'_>) -> String {
    let class = name_of(&end.class);
    let state = name_of(&end.step.state);
    let mut parts = vec!["path", workload.entity.native_id.as_str()];
    parts.extend(&approach.roles);
    parts.extend([end.entity.native_id.as_str(), &class, &end.scope]);
    if approach.hops.first().is_some_and(|hop| hop.relation == PULLS_VIA) {
        parts.push(PULLS_VIA);
    }
    if !end.is_best {
        parts.push(&state);
    }
    stable_id(&parts)
}

/// The name of a variant as it is serialised.
fn name_of<T: serde::Serialize>(variant: &T) -> String {
    serde_json::to_value(variant)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}
