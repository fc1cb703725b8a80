//! The layers of AWS's evaluation logic, each as a formula: under which context does it let the request pass?
//!
//! Source: IAM User Guide, "Policy evaluation logic", and contracts.md §2.

use std::collections::BTreeMap;

use sv0_model::decision::{Caveat, Effect, Layer};

use super::principals::{Named, is_service_linked};
use super::service_rules::{barred_by, overrules_resource_denies};
use super::statement::{Outcome, Placed, outcomes};
use crate::atom::{Atom, UncollectedSays};
use crate::catalogue::supports_resource_control_policies;
use crate::formula::Formula;
use crate::principal::PrincipalKind;
use crate::question::{ApplicablePolicies, NamedPolicy, PolicyLevel, ResourcePolicyInput};
use crate::request::{AccountRelation, Request};

/// What every layer says of one request.
#[derive(Debug, Default)]
pub(super) struct Layers {
    /// Under which context each layer lets the request pass.
    pub(super) passes: BTreeMap<Layer, Formula>,
    /// The ways in which the request can be granted, and those Allows that every way needs.
    pub(super) ways: Vec<Way>,
    /// Lists of Allows in which every grant needs one: of service control policies, a list a level, and of endpoint policies.
    pub(super) always_needed: Vec<Vec<Outcome>>,
    /// The Denies of all layers.
    pub(super) denies: Vec<Outcome>,
    /// The Allows of identity-based and resource-based policies.
    pub(super) granting: Vec<Outcome>,
}

/// One way for a request to be granted: by what the resource's policy says to the principal itself, or by the principal's own permissions.
#[derive(Debug)]
pub(super) struct Way {
    /// Under which context it is open.
    pub(super) open: Formula,
    /// The Allows it rests on: at least one of each list.
    pub(super) allows: Vec<Vec<Outcome>>,
}

/// What the statements of one layer say.
#[derive(Debug, Default)]
struct Statements {
    allows: Vec<Outcome>,
    denies: Vec<Outcome>,
}

impl Statements {
    fn read<'p>(policies: impl IntoIterator<Item = &'p NamedPolicy>, layer: Layer, request: &Request<'_>) -> Self {
        let mut statements = Self::default();
        for policy in policies {
            for statement in policy.policy.statements() {
                let placed = Placed {
                    policy,
                    statement,
                    layer,
                };
                for outcome in outcomes(placed, request) {
                    match outcome.reference.effect {
                        Effect::Allow => statements.allows.push(outcome),
                        Effect::Deny => statements.denies.push(outcome),
                    }
                }
            }
        }
        statements
    }

    fn allowed(&self) -> Formula {
        Formula::any(self.allows.iter().map(|outcome| outcome.formula.clone()))
    }

    fn not_denied(&self) -> Formula {
        Formula::all(self.denies.iter().map(|outcome| outcome.formula.negate()))
    }
}

/// How the resource's policy grants.
struct ResourceGrants {
    allows: Vec<Outcome>,
    /// To the principal itself, its session or everyone: not limited by boundary and session policy in the same account.
    directly: Formula,
    /// To the role: limited by them.
    to_role: Formula,
    /// To the account: delegates to its identity side.
    to_account: Formula,
}

impl ResourceGrants {
    fn at_all(&self) -> Formula {
        Formula::any([self.directly.clone(), self.to_role.clone(), self.to_account.clone()])
    }

    /// The Allows that reach the principal as `picked`, each where it does.
    fn allows_as(&self, pick: fn(&Named) -> Option<&Formula>) -> Vec<Outcome> {
        let as_picked = |outcome: &Outcome| {
            Some(Outcome {
                formula: pick(&outcome.named)?.clone(),
                ..outcome.clone()
            })
        };
        self.allows.iter().filter_map(as_picked).collect()
    }
}

/// Reads every policy that applies to the request.
pub(super) fn evaluate_layers(request: &Request<'_>, policies: &ApplicablePolicies<'_>) -> Layers {
    let mut layers = Layers::default();
    let grants = resource_grants(request, policies, &mut layers);
    if has_identity_side(request) {
        identity_side(request, policies, &grants, &mut layers);
    } else {
        layers.restrict(Layer::Resource, grants.at_all());
        layers.ways.push(Way {
            open: grants.at_all(),
            allows: vec![grants.allows],
        });
    }
    service_control_policies(request, policies, &mut layers);
    resource_control_policies(request, policies, &mut layers);
    endpoint_policies(request, policies, &mut layers);
    if let Some(layer) = barred_by(request) {
        layers.restrict(layer, Formula::False);
    }
    layers
}

impl Layers {
    /// Every Allow that may be needed.
    pub(super) fn allows(&self) -> impl Iterator<Item = &Outcome> {
        let of_ways = self.ways.iter().flat_map(|way| &way.allows);
        of_ways.chain(&self.always_needed).flatten()
    }

    fn restrict(&mut self, layer: Layer, by: Formula) {
        let before = self.passes.remove(&layer).unwrap_or(Formula::True);
        self.passes.insert(layer, Formula::all([before, by]));
    }

    fn deny(&mut self, layer: Layer, statements: &Statements) {
        self.restrict(layer, statements.not_denied());
        self.denies.extend(statements.denies.iter().cloned());
    }
}

/// Users, roles, sessions and account roots: principals that need permission of their own account.
fn has_identity_side(request: &Request<'_>) -> bool {
    let principal = request.question.principal;
    principal.has_identity_policies() || *principal.kind() == PrincipalKind::Root
}

fn resource_grants(request: &Request<'_>, policies: &ApplicablePolicies<'_>, layers: &mut Layers) -> ResourceGrants {
    let set = match policies.resource {
        ResourcePolicyInput::Set(policy) => Some(policy),
        ResourcePolicyInput::NotSet | ResourcePolicyInput::NotCollected { .. } => None,
    };
    let mut uncollected = Uncollected::of(policies, Layer::Resource);
    if let ResourcePolicyInput::NotCollected { name } = policies.resource {
        uncollected.add(name, Caveat::ResourcePolicyNotCollected);
    }
    let mut statements = Statements::read(set, Layer::Resource, request);
    if overrules_resource_denies(request) {
        statements.denies.clear();
    }
    let granted = |pick: fn(&Outcome) -> Option<Formula>| Formula::any(statements.allows.iter().filter_map(pick));
    let grants = ResourceGrants {
        directly: uncollected.or_allow(granted(|outcome| outcome.named.directly.clone())),
        to_role: granted(|outcome| outcome.named.as_role.clone()),
        to_account: granted(|outcome| outcome.named.by_account.clone()),
        allows: statements.allows.clone(),
    };
    layers.granting.extend(statements.allows.iter().cloned());
    layers.deny(Layer::Resource, &statements);
    layers.restrict(Layer::Resource, uncollected.none_denies());
    grants
}

/// Whether the resource's policy has to allow even within one account: "IAM role trust policies and KMS key policies are exceptions".
fn needs_resource_policy(request: &Request<'_>) -> bool {
    match request.service() {
        "sts" => {
            request.asks_for_session()
                || (matches!(request.action.as_str(), "sts:tagsession" | "sts:setsourceidentity")
                    && request.concerns("iam", "role"))
        }
        "kms" => request.concerns("kms", "key"),
        _ => false,
    }
}

fn identity_side(
    request: &Request<'_>,
    policies: &ApplicablePolicies<'_>,
    grants: &ResourceGrants,
    layers: &mut Layers,
) {
    let is_root = *request.question.principal.kind() == PrincipalKind::Root;
    let identity = Statements::read(policies.identity, Layer::Identity, request);
    let boundary = Statements::read(policies.boundaries, Layer::Boundary, request);
    let session = Statements::read(policies.session, Layer::Session, request);
    let missing = |layer| {
        if is_root {
            Uncollected::none()
        } else {
            Uncollected::of(policies, layer)
        }
    };
    let own = missing(Layer::Identity).or_allow(Formula::any([Formula::known(is_root), identity.allowed()]));
    let limit = |statements: &Statements, layer, is_set: bool| {
        let missing = missing(layer);
        let unlimited = is_root || (!is_set && missing.allow.is_empty());
        missing.or_allow(Formula::any([Formula::known(unlimited), statements.allowed()]))
    };
    let within_boundary = limit(&boundary, Layer::Boundary, !policies.boundaries.is_empty());
    // AWS gives a federated user's session without a session policy nothing but what resource-based policies grant it (IAM User Guide, "Permissions
    // for GetFederationToken"). No AWS answer records that policy, so that none given is read as none known: rather a false "can".
    let within_session = limit(&session, Layer::Session, policies.session.is_some());
    let limits = Formula::all([within_boundary.clone(), within_session.clone()]);
    let limiting = if is_root {
        Vec::new()
    } else {
        vec![boundary.allows.clone(), session.allows.clone()]
    };
    let own_allows = if is_root { Vec::new() } else { identity.allows.clone() };
    layers
        .ways
        .extend(ways(request, grants, &own, &own_allows, &limits, &limiting));
    match request.account_relation() {
        AccountRelation::Same => {
            let directly = || grants.directly.clone();
            layers.restrict(Layer::Identity, Formula::any([own, directly(), grants.to_role.clone()]));
            layers.restrict(Layer::Boundary, Formula::any([within_boundary, directly()]));
            layers.restrict(Layer::Session, Formula::any([within_session, directly()]));
            if needs_resource_policy(request) {
                layers.restrict(Layer::Resource, grants.at_all());
            }
        }
        AccountRelation::Cross => {
            layers.restrict(Layer::Identity, own);
            layers.restrict(Layer::Boundary, within_boundary);
            layers.restrict(Layer::Session, within_session);
            layers.restrict(Layer::Resource, grants.at_all());
        }
    }
    layers.granting.extend(identity.allows.iter().cloned());
    for (layer, statements) in [
        (Layer::Identity, identity),
        (Layer::Boundary, boundary),
        (Layer::Session, session),
    ] {
        layers.deny(layer, &statements);
        layers.restrict(layer, missing(layer).none_denies());
    }
}

/// The ways in which a principal with permissions of its own can be granted the request.
///
/// Within one account a grant to the principal itself needs nothing else; a grant to its role stands for an Allow of its own; a grant to the account
/// counts only where the resource's policy has to allow. Between accounts both sides have to.
fn ways(
    request: &Request<'_>,
    grants: &ResourceGrants,
    own: &Formula,
    own_allows: &[Outcome],
    limits: &Formula,
    limiting: &[Vec<Outcome>],
) -> Vec<Way> {
    let within_limits = |open: Formula, allows: Vec<Vec<Outcome>>| Way {
        open: Formula::all([open, limits.clone()]),
        allows: allows.into_iter().chain(limiting.to_vec()).collect(),
    };
    let both_sides = |open: Formula| within_limits(open, vec![own_allows.to_vec(), grants.allows.clone()]);
    if request.account_relation() == AccountRelation::Cross {
        return vec![both_sides(Formula::all([own.clone(), grants.at_all()]))];
    }
    let by_itself = if needs_resource_policy(request) {
        both_sides(Formula::all([own.clone(), grants.at_all()]))
    } else {
        within_limits(own.clone(), vec![own_allows.to_vec()])
    };
    let directly = Way {
        open: grants.directly.clone(),
        allows: vec![grants.allows_as(|named| named.directly.as_ref())],
    };
    let as_role = within_limits(
        grants.to_role.clone(),
        vec![grants.allows_as(|named| named.as_role.as_ref())],
    );
    vec![by_itself, directly, as_role]
}

/// "They bind users, roles and root of their account, not service or anonymous principals nor service-linked roles."
fn service_control_policies(request: &Request<'_>, policies: &ApplicablePolicies<'_>, layers: &mut Layers) {
    let exempt = is_service_linked(request);
    if !has_identity_side(request) || exempt == Formula::True {
        return;
    }
    for level in policies.scps {
        let mut statements = Statements::read(&level.policies, Layer::Scp, request);
        exempt_from(&mut statements, &exempt);
        layers.restrict(Layer::Scp, Formula::any([exempt.clone(), statements.allowed()]));
        layers.deny(Layer::Scp, &statements);
        layers.always_needed.push(statements.allows);
    }
    // All that is attached at one level goes by one name: the level has to allow, which it does not where it denies.
    for level_allows in Uncollected::of(policies, Layer::Scp).allow {
        layers.restrict(Layer::Scp, Formula::any([exempt.clone(), level_allows]));
    }
}

/// `RCPFullAWSAccess` is attached everywhere and cannot be detached, so that resource control policies only ever deny.
fn resource_control_policies(request: &Request<'_>, policies: &ApplicablePolicies<'_>, layers: &mut Layers) {
    // AWS exempts this one action of a service that supports them.
    if !supports_resource_control_policies(request.service()) || request.action == "kms:retiregrant" {
        return;
    }
    let exempt = is_service_linked(request);
    let all = policies.rcps.iter().flat_map(|level: &PolicyLevel| &level.policies);
    let mut statements = Statements::read(all, Layer::Rcp, request);
    statements.allows.clear();
    exempt_from(&mut statements, &exempt);
    layers.deny(Layer::Rcp, &statements);
    let missing = Uncollected::of(policies, Layer::Rcp).none_denies();
    layers.restrict(Layer::Rcp, Formula::any([exempt, missing]));
}

fn exempt_from(statements: &mut Statements, exempt: &Formula) {
    let binds = exempt.negate();
    for outcome in &mut statements.denies {
        outcome.formula = Formula::all([outcome.formula.clone(), binds.clone()]);
    }
}

fn endpoint_policies(request: &Request<'_>, policies: &ApplicablePolicies<'_>, layers: &mut Layers) {
    let missing = Uncollected::of(policies, Layer::Endpoint);
    if policies.endpoint.is_empty() && missing.allow.is_empty() {
        return;
    }
    let statements = Statements::read(policies.endpoint, Layer::Endpoint, request);
    layers.restrict(Layer::Endpoint, missing.or_allow(statements.allowed()));
    layers.deny(Layer::Endpoint, &statements);
    layers.always_needed.push(statements.allows);
    layers.restrict(Layer::Endpoint, missing.none_denies());
}

/// What the policies of one layer that were not collected may say.
struct Uncollected {
    /// For each, that it allows.
    allow: Vec<Formula>,
    /// For each, that it does not deny.
    not_deny: Vec<Formula>,
}

impl Uncollected {
    fn of(policies: &ApplicablePolicies<'_>, layer: Layer) -> Self {
        let mut uncollected = Self::none();
        for policy in policies.uncollected.iter().filter(|policy| policy.layer == layer) {
            uncollected.add(&policy.name, policy.caveat);
        }
        uncollected
    }

    fn none() -> Self {
        Self {
            allow: Vec::new(),
            not_deny: Vec::new(),
        }
    }

    fn add(&mut self, name: &str, caveat: Caveat) {
        self.allow
            .push(Atom::uncollected(name, UncollectedSays::Allows, caveat));
        self.not_deny
            .push(Atom::uncollected(name, UncollectedSays::Denies, caveat).negate());
    }

    /// `allowed`, or one of these allows.
    fn or_allow(&self, allowed: Formula) -> Formula {
        Formula::any(std::iter::once(allowed).chain(self.allow.iter().cloned()))
    }

    /// None of these denies.
    fn none_denies(&self) -> Formula {
        Formula::all(self.not_deny.iter().cloned())
    }
}
