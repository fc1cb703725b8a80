//! The layers of AWS's evaluation logic, each as a formula: under which context does it let the request pass?
//!
//! Source: IAM User Guide, "Policy evaluation logic", and contracts.md §2.

use sv0_model::decision::{Caveat, Effect, Layer};

use super::principals::is_service_linked;
use super::service_rules::{barred_by, overrules_resource_denies};
use super::statement::{Outcome, Placed, each_outcome};
use crate::action_index::ServiceSet;
use crate::atom::{Atom, UncollectedSays};
use crate::formula::Formula;
use crate::principal::PrincipalKind;
use crate::question::{ApplicablePolicies, NamedPolicy, PolicyLevel, ResourcePolicyInput};
use crate::request::{AccountRelation, Request};

/// What every layer says of one request.
#[derive(Default)]
pub(super) struct Layers<'a> {
    /// Under which context each layer lets the request pass.
    pub(super) passes: Passes,
    /// The ways in which the request can be granted.
    pub(super) ways: Vec<Way>,
    /// Lists of Allows in which every grant needs one: of service control policies, a list a level, and of endpoint policies.
    pub(super) always_needed: Vec<Vec<Outcome<'a>>>,
    /// The Denies of all layers.
    pub(super) denies: Vec<Outcome<'a>>,
    identity: Vec<Outcome<'a>>,
    boundary: Vec<Outcome<'a>>,
    session: Vec<Outcome<'a>>,
    resource: Vec<Outcome<'a>>,
}

/// Under which context each layer lets the request pass, in the order of layers.
#[derive(Debug)]
pub(super) struct Passes(Vec<(Layer, Formula)>);

impl Default for Passes {
    fn default() -> Self {
        Self(Vec::with_capacity(8))
    }
}

impl Passes {
    /// The layers that say something, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Layer, &Formula)> {
        self.0.iter().map(|(layer, formula)| (*layer, formula))
    }

    fn restrict(&mut self, layer: Layer, by: Formula) {
        match self.0.binary_search_by_key(&layer, |(own, _)| *own) {
            Ok(at) => {
                if let Some((_, before)) = self.0.get_mut(at) {
                    *before = std::mem::replace(before, Formula::True).and(by);
                }
            }
            Err(at) => self.0.insert(at, (layer, by)),
        }
    }
}

/// One way for a request to be granted: by what the resource's policy says to the principal itself, or by the principal's own permissions.
#[derive(Debug)]
pub(super) struct Way {
    /// Under which context it is open.
    pub(super) open: Formula,
    /// The lists of Allows it rests on: at least one of each.
    rests_on: [Option<Allows>; MOST_LISTS],
}

/// Most lists of Allows that one way rests on: identity, resource, boundary, session.
const MOST_LISTS: usize = 4;

/// A list of Allows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Allows {
    Identity,
    Boundary,
    Session,
    Resource,
    /// Those of the resource's policy that name the principal itself, where they do.
    ResourceDirectly,
    /// Those of the resource's policy that name the principal's role, where they do.
    ResourceAsRole,
    /// A list that every grant needs, by its place.
    AlwaysNeeded(usize),
}

/// An Allow, and under which context it counts.
pub(super) type Counted<'l, 'a> = (&'l Outcome<'a>, &'l Formula);

/// What the statements of one layer say.
#[derive(Default)]
struct Statements<'a> {
    allows: Vec<Outcome<'a>>,
    denies: Vec<Outcome<'a>>,
}

impl<'a> Statements<'a> {
    fn read(policies: impl IntoIterator<Item = &'a NamedPolicy>, layer: Layer, request: &Request<'_>) -> Self {
        let mut statements = Self::default();
        let services = ServiceSet::of_hash(request.service_hash);
        for policy in policies {
            for statement in policy.policy.statements_that_may_concern(services) {
                let placed = Placed {
                    policy,
                    statement,
                    layer,
                };
                each_outcome(placed, request, &mut |outcome| match outcome.effect {
                    Effect::Allow => statements.allows.push(outcome),
                    Effect::Deny => statements.denies.push(outcome),
                });
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
}

/// Reads every policy that applies to the request.
pub(super) fn evaluate_layers<'a>(request: &Request<'_>, policies: &ApplicablePolicies<'a>) -> Layers<'a> {
    let mut layers = Layers::default();
    let grants = resource_grants(request, policies, &mut layers);
    if has_identity_side(request) {
        identity_side(request, policies, &grants, &mut layers);
    } else {
        layers.passes.restrict(Layer::Resource, grants.at_all());
        layers.ways.push(Way {
            open: grants.at_all(),
            rests_on: [Some(Allows::Resource), None, None, None],
        });
    }
    service_control_policies(request, policies, &mut layers);
    resource_control_policies(request, policies, &mut layers);
    endpoint_policies(request, policies, &mut layers);
    if let Some(layer) = barred_by(request) {
        layers.passes.restrict(layer, Formula::False);
    }
    layers
}

impl<'a> Layers<'a> {
    /// The lists of Allows that a way rests on.
    pub(super) fn lists_of(way: &Way) -> impl Iterator<Item = Allows> {
        way.rests_on.iter().flatten().copied()
    }

    /// The lists of Allows in which every way needs one.
    pub(super) fn lists_always_needed(&self) -> impl Iterator<Item = Allows> {
        (0..self.always_needed.len()).map(Allows::AlwaysNeeded)
    }

    /// The Allows of a list, each with the context under which it counts there.
    pub(super) fn counted(&self, allows: Allows) -> impl Iterator<Item = Counted<'_, 'a>> {
        let list = match allows {
            Allows::Identity => self.identity.as_slice(),
            Allows::Boundary => self.boundary.as_slice(),
            Allows::Session => self.session.as_slice(),
            Allows::Resource | Allows::ResourceDirectly | Allows::ResourceAsRole => self.resource.as_slice(),
            Allows::AlwaysNeeded(at) => self.always_needed.get(at).map_or(&[][..], Vec::as_slice),
        };
        list.iter().filter_map(move |outcome| {
            let formula = match allows {
                Allows::ResourceDirectly => outcome.named.directly.as_ref()?,
                Allows::ResourceAsRole => outcome.named.as_role.as_ref()?,
                _ => &outcome.formula,
            };
            Some((outcome, formula))
        })
    }

    /// Every Allow that may be needed.
    pub(super) fn allows(&self) -> impl Iterator<Item = Counted<'_, 'a>> {
        let of_ways = self.ways.iter().flat_map(Self::lists_of);
        of_ways
            .chain(self.lists_always_needed())
            .flat_map(|allows| self.counted(allows))
    }

    /// The Allows of identity-based and resource-based policies.
    pub(super) fn granting(&self) -> impl Iterator<Item = Counted<'_, 'a>> {
        self.counted(Allows::Resource).chain(self.counted(Allows::Identity))
    }

    fn deny(&mut self, layer: Layer, not_denied: Formula, denies: Vec<Outcome<'a>>) {
        self.passes.restrict(layer, not_denied);
        if denies.is_empty() {
            return;
        }
        if self.denies.is_empty() {
            self.denies = denies;
        } else {
            self.denies.extend(denies);
        }
    }
}

/// Users, roles, sessions and account roots: principals that need permission of their own account.
fn has_identity_side(request: &Request<'_>) -> bool {
    let principal = request.question.principal;
    principal.has_identity_policies() || *principal.kind() == PrincipalKind::Root
}

fn resource_grants<'a>(
    request: &Request<'_>,
    policies: &ApplicablePolicies<'a>,
    layers: &mut Layers<'a>,
) -> ResourceGrants {
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
    let granted = |pick: fn(&Outcome<'_>) -> Option<Formula>| Formula::any(statements.allows.iter().filter_map(pick));
    let grants = ResourceGrants {
        directly: uncollected.or_allow(granted(|outcome| outcome.named.directly.clone())),
        to_role: granted(|outcome| outcome.named.as_role.clone()),
        to_account: granted(|outcome| outcome.named.by_account.clone()),
    };
    layers.deny(Layer::Resource, statements.not_denied(), statements.denies);
    layers.resource = statements.allows;
    layers.passes.restrict(Layer::Resource, uncollected.none_denies());
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

fn identity_side<'a>(
    request: &Request<'_>,
    policies: &ApplicablePolicies<'a>,
    grants: &ResourceGrants,
    layers: &mut Layers<'a>,
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
    let own = missing(Layer::Identity).or_allow(Formula::known(is_root).or(identity.allowed()));
    let limit = |statements: &Statements<'_>, layer, is_set: bool| {
        let missing = missing(layer);
        let unlimited = is_root || (!is_set && missing.allow.is_empty());
        missing.or_allow(Formula::known(unlimited).or(statements.allowed()))
    };
    let within_boundary = limit(&boundary, Layer::Boundary, !policies.boundaries.is_empty());
    // AWS gives a federated user's session without a session policy nothing but what resource-based policies grant it (IAM User Guide, "Permissions
    // for GetFederationToken"). No AWS answer records that policy, so that none given is read as none known: rather a false "can".
    let within_session = limit(&session, Layer::Session, policies.session.is_some());
    let limits = within_boundary.clone().and(within_session.clone());
    layers.ways.extend(ways(request, grants, &own, &limits, is_root));
    let passes = &mut layers.passes;
    match request.account_relation() {
        AccountRelation::Same => {
            let directly = || grants.directly.clone();
            passes.restrict(Layer::Identity, Formula::any([own, directly(), grants.to_role.clone()]));
            passes.restrict(Layer::Boundary, within_boundary.or(directly()));
            passes.restrict(Layer::Session, within_session.or(directly()));
            if needs_resource_policy(request) {
                passes.restrict(Layer::Resource, grants.at_all());
            }
        }
        AccountRelation::Cross => {
            passes.restrict(Layer::Identity, own);
            passes.restrict(Layer::Boundary, within_boundary);
            passes.restrict(Layer::Session, within_session);
            passes.restrict(Layer::Resource, grants.at_all());
        }
    }
    for (layer, statements, allows) in [
        (Layer::Identity, identity, Allows::Identity),
        (Layer::Boundary, boundary, Allows::Boundary),
        (Layer::Session, session, Allows::Session),
    ] {
        layers.deny(layer, statements.not_denied(), statements.denies);
        layers.passes.restrict(layer, missing(layer).none_denies());
        match allows {
            Allows::Boundary => layers.boundary = statements.allows,
            Allows::Session => layers.session = statements.allows,
            _ => layers.identity = statements.allows,
        }
    }
}

/// The ways in which a principal with permissions of its own can be granted the request.
///
/// Within one account a grant to the principal itself needs nothing else; a grant to its role stands for an Allow of its own; a grant to the account
/// counts only where the resource's policy has to allow. Between accounts both sides have to. A root user's own side rests on no statement.
fn ways(
    request: &Request<'_>,
    grants: &ResourceGrants,
    own: &Formula,
    limits: &Formula,
    is_root: bool,
) -> impl Iterator<Item = Way> {
    let of_identity = |allows| (!is_root).then_some(allows);
    let within_limits = |open: Formula, identity: Option<Allows>, resource: Option<Allows>| Way {
        open: open.and(limits.clone()),
        rests_on: [
            identity,
            resource,
            of_identity(Allows::Boundary),
            of_identity(Allows::Session),
        ],
    };
    let own_side = of_identity(Allows::Identity);
    let both_sides = || within_limits(own.clone().and(grants.at_all()), own_side, Some(Allows::Resource));
    let found = if request.account_relation() == AccountRelation::Cross {
        [Some(both_sides()), None, None]
    } else {
        let by_itself = if needs_resource_policy(request) {
            both_sides()
        } else {
            within_limits(own.clone(), own_side, None)
        };
        let directly = Way {
            open: grants.directly.clone(),
            rests_on: [None, Some(Allows::ResourceDirectly), None, None],
        };
        let as_role = within_limits(grants.to_role.clone(), None, Some(Allows::ResourceAsRole));
        [Some(by_itself), Some(directly), Some(as_role)]
    };
    found.into_iter().flatten()
}

/// "They bind users, roles and root of their account, not service or anonymous principals nor service-linked roles."
fn service_control_policies<'a>(request: &Request<'_>, policies: &ApplicablePolicies<'a>, layers: &mut Layers<'a>) {
    let exempt = is_service_linked(request);
    if !has_identity_side(request) || exempt == Formula::True {
        return;
    }
    for level in policies.scps {
        let mut statements = Statements::read(&level.policies, Layer::Scp, request);
        exempt_from(&mut statements, &exempt);
        layers
            .passes
            .restrict(Layer::Scp, exempt.clone().or(statements.allowed()));
        layers.deny(Layer::Scp, statements.not_denied(), statements.denies);
        layers.always_needed.push(statements.allows);
    }
    // All that is attached at one level goes by one name: the level has to allow, which it does not where it denies.
    for level_allows in Uncollected::of(policies, Layer::Scp).allow {
        layers.passes.restrict(Layer::Scp, exempt.clone().or(level_allows));
    }
}

/// `RCPFullAWSAccess` is attached everywhere and cannot be detached, so that resource control policies only ever deny.
fn resource_control_policies<'a>(request: &Request<'_>, policies: &ApplicablePolicies<'a>, layers: &mut Layers<'a>) {
    // AWS exempts this one action of a service that supports them.
    if !request.is_under_resource_control_policies() || request.action == "kms:retiregrant" {
        return;
    }
    let exempt = is_service_linked(request);
    let all = policies.rcps.iter().flat_map(|level: &PolicyLevel| &level.policies);
    let mut statements = Statements::read(all, Layer::Rcp, request);
    statements.allows.clear();
    exempt_from(&mut statements, &exempt);
    layers.deny(Layer::Rcp, statements.not_denied(), statements.denies);
    let missing = Uncollected::of(policies, Layer::Rcp).none_denies();
    layers.passes.restrict(Layer::Rcp, exempt.or(missing));
}

fn exempt_from(statements: &mut Statements<'_>, exempt: &Formula) {
    let binds = exempt.negate();
    for outcome in &mut statements.denies {
        outcome.formula = std::mem::replace(&mut outcome.formula, Formula::True).and(binds.clone());
    }
}

fn endpoint_policies<'a>(request: &Request<'_>, policies: &ApplicablePolicies<'a>, layers: &mut Layers<'a>) {
    let missing = Uncollected::of(policies, Layer::Endpoint);
    if policies.endpoint.is_empty() && missing.allow.is_empty() {
        return;
    }
    let statements = Statements::read(policies.endpoint, Layer::Endpoint, request);
    layers
        .passes
        .restrict(Layer::Endpoint, missing.or_allow(statements.allowed()));
    layers.deny(Layer::Endpoint, statements.not_denied(), statements.denies);
    layers.always_needed.push(statements.allows);
    layers.passes.restrict(Layer::Endpoint, missing.none_denies());
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
