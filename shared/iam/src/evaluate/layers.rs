//! The layers of AWS's evaluation logic, each as a formula: under which context does it let the request pass?
//!
//! Source: IAM User Guide, "Policy evaluation logic", and contracts.md §2.

use sv0_model::decision::{Effect, Layer};

use super::principals::is_service_linked;
use super::service_rules::{barred_by, overrules_resource_denies};
use super::statement::{Outcome, Placed, each_outcome};
use super::uncollected::Uncollected;
use crate::gate::Gated;
use crate::principal::PrincipalKind;
use crate::question::{ApplicablePolicies, NamedPolicy, ResourcePolicyInput};
use crate::request::{AccountRelation, Request};
use crate::truth::Truth;

/// What every layer says of one request.
pub(super) struct Layers<'a, T> {
    /// Under which context each layer lets the request pass.
    pub(super) passes: Passes<T>,
    /// The ways in which the request can be granted.
    pub(super) ways: [Option<Way<T>>; MOST_WAYS],
    /// The Denies of all layers.
    pub(super) denies: Vec<Outcome<'a, T>>,
    /// The Allows of all layers, in the order in which layers are read.
    allows: Vec<Outcome<'a, T>>,
    identity: Stretch,
    boundary: Stretch,
    session: Stretch,
    resource: Stretch,
    /// Lists of Allows in which every grant needs one: of service control policies, a list a level, and of endpoint policies.
    always_needed: Stretch,
    /// Whether something was found that this form of truth cannot tell: nothing more is read, and nothing of this is an answer.
    is_given_up: bool,
}

/// Most ways in which a request can be granted: by permissions of its own, to the principal directly, to its role.
pub(super) const MOST_WAYS: usize = 3;

/// How many Allows there is room for before any is found.
const ROOM_FOR_ALLOWS: usize = 8;

/// Where in a list the statements of one layer or level stand.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stretch {
    from: usize,
    to: usize,
}

impl Stretch {
    fn of<O>(self, list: &[O]) -> &[O] {
        list.get(self.from..self.to).unwrap_or_default()
    }
}

/// The layers that policies decide, in order; each is its own place.
const LAYERS: [Layer; 7] = [
    Layer::Identity,
    Layer::Resource,
    Layer::Boundary,
    Layer::Session,
    Layer::Scp,
    Layer::Rcp,
    Layer::Endpoint,
];

/// Under which context each layer lets the request pass, in the order of layers.
#[derive(Debug)]
pub(super) struct Passes<T>([Option<T>; LAYERS.len()]);

impl<T: Truth> Passes<T> {
    /// The layers that say something, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Layer, &T)> {
        let in_order = LAYERS.iter().zip(&self.0);
        in_order.filter_map(|(layer, passes)| Some((*layer, passes.as_ref()?)))
    }

    fn restrict(&mut self, layer: Layer, by: T) {
        if let Some(slot) = self.0.get_mut(layer as usize) {
            *slot = Some(match slot.take() {
                Some(before) => before.and(by),
                None => by,
            });
        }
    }
}

/// One way for a request to be granted: by what the resource's policy says to the principal itself, or by the principal's own permissions.
#[derive(Debug)]
pub(super) struct Way<T> {
    /// Under which context it is open.
    pub(super) open: T,
    /// The lists of Allows it rests on: at least one of each.
    rests_on: [Option<ListOfWay>; MOST_LISTS],
}

/// Most lists of Allows that one way rests on: identity, resource, boundary, session.
const MOST_LISTS: usize = 4;

/// A list of Allows that a way may rest on.
#[derive(Debug, Clone, Copy)]
pub(super) enum ListOfWay {
    Identity,
    Boundary,
    Session,
    Resource,
    /// Those of the resource's policy that name the principal itself, where they do.
    ResourceDirectly,
    /// Those of the resource's policy that name the principal's role, where they do.
    ResourceAsRole,
}

/// A list of Allows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Allows {
    OfWay(ListOfWay),
    /// A list that every grant needs.
    AlwaysNeeded(Stretch),
}

/// An Allow, and under which context it counts.
pub(super) type Counted<'l, 'a, T> = (&'l Outcome<'a, T>, &'l T);

/// What was read of one layer or level.
#[derive(Clone, Copy)]
struct Read {
    allows: Stretch,
    denies: Stretch,
}

/// How the resource's policy grants.
struct ResourceGrants<T> {
    /// To the principal itself, its session or everyone: not limited by boundary and session policy in the same account.
    directly: T,
    /// To the role: limited by them.
    to_role: T,
    /// To the account: delegates to its identity side.
    to_account: T,
}

impl<T: Truth> ResourceGrants<T> {
    fn at_all(&self) -> T {
        T::any([self.directly.clone(), self.to_role.clone(), self.to_account.clone()])
    }
}

/// Reads every policy that applies to the request.
pub(super) fn evaluate_layers<'a, T: Truth>(request: &Request<'_>, policies: &ApplicablePolicies<'a>) -> Layers<'a, T> {
    let mut layers = Layers::new();
    let grants = resource_grants(request, policies, &mut layers);
    if has_identity_side(request) {
        identity_side(request, policies, &grants, &mut layers);
    } else {
        layers.passes.restrict(Layer::Resource, grants.at_all());
        let by_policy = Way {
            open: grants.at_all(),
            rests_on: [Some(ListOfWay::Resource), None, None, None],
        };
        layers.ways = [Some(by_policy), None, None];
    }
    service_control_policies(request, policies, &mut layers);
    resource_control_policies(request, policies, &mut layers);
    endpoint_policies(request, policies, &mut layers);
    if let Some(layer) = barred_by(request) {
        layers.passes.restrict(layer, T::known(false));
    }
    layers
}

impl<'a, T: Truth> Layers<'a, T> {
    fn new() -> Self {
        Self {
            passes: Passes(Default::default()),
            ways: [None, None, None],
            denies: Vec::new(),
            allows: Vec::with_capacity(ROOM_FOR_ALLOWS),
            identity: Stretch::default(),
            boundary: Stretch::default(),
            session: Stretch::default(),
            resource: Stretch::default(),
            always_needed: Stretch::default(),
            is_given_up: false,
        }
    }

    /// Reads the statements of one layer, or of one level of it.
    fn read(
        &mut self,
        policies: impl IntoIterator<Item = &'a NamedPolicy>,
        layer: Layer,
        level: usize,
        request: &Request<'_>,
    ) -> Read {
        let (allows, denies) = (self.allows.len(), self.denies.len());
        for policy in policies {
            for (statement, gated) in policy.policy.statements_about(request.asked) {
                if self.is_given_up {
                    break;
                }
                self.read_statement(
                    Placed {
                        policy,
                        statement,
                        layer,
                        level,
                    },
                    gated,
                    request,
                );
            }
        }
        Read {
            allows: Stretch {
                from: allows,
                to: self.allows.len(),
            },
            denies: Stretch {
                from: denies,
                to: self.denies.len(),
            },
        }
    }

    fn read_statement(&mut self, placed: Placed<'a>, gated: Gated, request: &Request<'_>) {
        each_outcome(placed, gated, request, &mut |outcome| {
            self.is_given_up |= outcome.is_left_open();
            match outcome.effect {
                Effect::Allow => self.allows.push(outcome),
                Effect::Deny => self.denies.push(outcome),
            }
        });
    }

    fn allowed(&self, read: Read) -> T {
        let allows = read.allows.of(&self.allows);
        T::any(allows.iter().map(|outcome| outcome.formula.clone()))
    }

    /// Counts the Denies of a layer.
    fn deny(&mut self, layer: Layer, read: Read) {
        let denies = read.denies.of(&self.denies);
        let not_denied = T::all(denies.iter().map(|outcome| outcome.formula.negate()));
        self.passes.restrict(layer, not_denied);
    }

    /// Lets Denies that were just read bind only where `exempt` does not hold.
    fn exempt_from(&mut self, read: Read, exempt: &T) {
        let binds = exempt.negate();
        if binds.is_true() {
            return;
        }
        for outcome in self.denies.iter_mut().skip(read.denies.from) {
            outcome.formula = outcome.formula.clone().and(binds.clone());
        }
    }

    /// Counts Allows that were just read among those that every grant needs.
    fn need(&mut self, read: Read) {
        if self.always_needed.from == self.always_needed.to {
            self.always_needed = read.allows;
        }
        self.always_needed.to = read.allows.to;
    }

    /// Whether this form of truth cannot tell what the policies say.
    pub(super) fn is_left_open(&self) -> bool {
        let outcomes = || self.allows.iter().chain(&self.denies);
        self.is_given_up
            || outcomes().any(Outcome::is_left_open)
            || self.passes.iter().any(|(_, passes)| passes.is_left_open())
            || self.ways.iter().flatten().any(|way| way.open.is_left_open())
    }

    /// The lists of Allows that a way rests on.
    pub(super) fn lists_of(way: &Way<T>) -> impl Iterator<Item = Allows> {
        way.rests_on.iter().flatten().copied().map(Allows::OfWay)
    }

    /// The lists of Allows in which every way needs one, but for empty ones.
    pub(super) fn lists_always_needed(&self) -> impl Iterator<Item = Allows> {
        let mut from = self.always_needed.from;
        let levels = self.always_needed.of(&self.allows);
        levels
            .chunk_by(|one, other| one.placed.is_beside(&other.placed))
            .map(move |level| {
                let to = from + level.len();
                Allows::AlwaysNeeded(Stretch {
                    from: std::mem::replace(&mut from, to),
                    to,
                })
            })
    }

    /// The Allows of a list, each with the context under which it counts there.
    pub(super) fn counted(&self, allows: Allows) -> impl Iterator<Item = Counted<'_, 'a, T>> {
        use ListOfWay as L;
        let stretch = match allows {
            Allows::OfWay(L::Identity) => self.identity,
            Allows::OfWay(L::Boundary) => self.boundary,
            Allows::OfWay(L::Session) => self.session,
            Allows::OfWay(L::Resource | L::ResourceDirectly | L::ResourceAsRole) => self.resource,
            Allows::AlwaysNeeded(stretch) => stretch,
        };
        stretch.of(&self.allows).iter().filter_map(move |outcome| {
            let formula = match allows {
                Allows::OfWay(L::ResourceDirectly) => outcome.named.directly.as_ref()?,
                Allows::OfWay(L::ResourceAsRole) => outcome.named.as_role.as_ref()?,
                _ => &outcome.formula,
            };
            Some((outcome, formula))
        })
    }

    /// Every Allow that may be needed.
    pub(super) fn allows(&self) -> impl Iterator<Item = Counted<'_, 'a, T>> {
        let of_ways = self.ways.iter().flatten().flat_map(Self::lists_of);
        of_ways
            .chain([Allows::AlwaysNeeded(self.always_needed)])
            .flat_map(|allows| self.counted(allows))
    }

    /// Whether some statement has a reservation of its own.
    pub(super) fn has_caveats(&self) -> bool {
        let mut outcomes = self.allows.iter().chain(&self.denies);
        outcomes.any(|outcome| outcome.caveat.is_some())
    }

    /// The Allows of identity-based and resource-based policies.
    pub(super) fn granting(&self) -> impl Iterator<Item = Counted<'_, 'a, T>> {
        [ListOfWay::Resource, ListOfWay::Identity]
            .into_iter()
            .flat_map(|list| self.counted(Allows::OfWay(list)))
    }
}

/// Users, roles, sessions and account roots: principals that need permission of their own account.
fn has_identity_side(request: &Request<'_>) -> bool {
    let principal = request.question.principal;
    principal.has_identity_policies() || *principal.kind() == PrincipalKind::Root
}

fn resource_grants<'a, T: Truth>(
    request: &Request<'_>,
    policies: &ApplicablePolicies<'a>,
    layers: &mut Layers<'a, T>,
) -> ResourceGrants<T> {
    let set = match policies.resource {
        ResourcePolicyInput::Set(policy) => Some(policy),
        ResourcePolicyInput::NotSet | ResourcePolicyInput::NotCollected { .. } => None,
    };
    let mut uncollected = Uncollected::of(policies, Layer::Resource);
    if let ResourcePolicyInput::NotCollected { name } = policies.resource {
        uncollected = uncollected.and_of_resource(name);
    }
    let mut read = layers.read(set, Layer::Resource, 0, request);
    if overrules_resource_denies(request) {
        layers.denies.truncate(read.denies.from);
        read.denies.to = read.denies.from;
    }
    layers.deny(Layer::Resource, read);
    layers.passes.restrict(Layer::Resource, uncollected.none_denies());
    layers.resource = read.allows;
    let allows = read.allows.of(&layers.allows);
    let granted = |pick: fn(&Outcome<'_, T>) -> Option<T>| T::any(allows.iter().filter_map(pick));
    ResourceGrants {
        directly: uncollected.or_allow(granted(|outcome| outcome.named.directly.clone())),
        to_role: granted(|outcome| outcome.named.as_role.clone()),
        to_account: granted(|outcome| outcome.named.by_account.clone()),
    }
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

fn identity_side<'a, T: Truth>(
    request: &Request<'_>,
    policies: &ApplicablePolicies<'a>,
    grants: &ResourceGrants<T>,
    layers: &mut Layers<'a, T>,
) {
    let is_root = *request.question.principal.kind() == PrincipalKind::Root;
    let identity = layers.read(policies.identity, Layer::Identity, 0, request);
    let boundary = layers.read(policies.boundaries, Layer::Boundary, 0, request);
    let session = layers.read(policies.session, Layer::Session, 0, request);
    let missing = |layer| {
        if is_root {
            Uncollected::none(layer)
        } else {
            Uncollected::of(policies, layer)
        }
    };
    let own = missing(Layer::Identity).or_allow(T::known(is_root).or(layers.allowed(identity)));
    let limit = |read: Read, layer, is_set: bool| {
        let missing = missing(layer);
        let unlimited = is_root || (!is_set && missing.is_empty());
        missing.or_allow(T::known(unlimited).or(layers.allowed(read)))
    };
    let within_boundary = limit(boundary, Layer::Boundary, !policies.boundaries.is_empty());
    // AWS gives a federated user's session without a session policy nothing but what resource-based policies grant it (IAM User Guide, "Permissions
    // for GetFederationToken"). No AWS answer records that policy, so that none given is read as none known: rather a false "can".
    let within_session = limit(session, Layer::Session, policies.session.is_some());
    let limits = within_boundary.clone().and(within_session.clone());
    layers.ways = ways(request, grants, &own, &limits, is_root);
    let passes = &mut layers.passes;
    match request.account_relation() {
        AccountRelation::Same => {
            let directly = || grants.directly.clone();
            passes.restrict(Layer::Identity, T::any([own, directly(), grants.to_role.clone()]));
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
    for (layer, read) in [
        (Layer::Identity, identity),
        (Layer::Boundary, boundary),
        (Layer::Session, session),
    ] {
        layers.deny(layer, read);
        layers.passes.restrict(layer, missing(layer).none_denies());
    }
    layers.identity = identity.allows;
    layers.boundary = boundary.allows;
    layers.session = session.allows;
}

/// The ways in which a principal with permissions of its own can be granted the request.
///
/// Within one account a grant to the principal itself needs nothing else; a grant to its role stands for an Allow of its own; a grant to the account
/// counts only where the resource's policy has to allow. Between accounts both sides have to. A root user's own side rests on no statement.
fn ways<T: Truth>(
    request: &Request<'_>,
    grants: &ResourceGrants<T>,
    own: &T,
    limits: &T,
    is_root: bool,
) -> [Option<Way<T>>; MOST_WAYS] {
    let of_identity = |allows| (!is_root).then_some(allows);
    let within_limits = |open: T, identity: Option<ListOfWay>, resource: Option<ListOfWay>| Way {
        open: open.and(limits.clone()),
        rests_on: [
            identity,
            resource,
            of_identity(ListOfWay::Boundary),
            of_identity(ListOfWay::Session),
        ],
    };
    let own_side = of_identity(ListOfWay::Identity);
    let both_sides = || within_limits(own.clone().and(grants.at_all()), own_side, Some(ListOfWay::Resource));
    if request.account_relation() == AccountRelation::Cross {
        return [Some(both_sides()), None, None];
    }
    let by_itself = if needs_resource_policy(request) {
        both_sides()
    } else {
        within_limits(own.clone(), own_side, None)
    };
    let directly = Way {
        open: grants.directly.clone(),
        rests_on: [None, Some(ListOfWay::ResourceDirectly), None, None],
    };
    let as_role = within_limits(grants.to_role.clone(), None, Some(ListOfWay::ResourceAsRole));
    [Some(by_itself), Some(directly), Some(as_role)]
}

/// "They bind users, roles and root of their account, not service or anonymous principals nor service-linked roles."
fn service_control_policies<'a, T: Truth>(
    request: &Request<'_>,
    policies: &ApplicablePolicies<'a>,
    layers: &mut Layers<'a, T>,
) {
    let exempt: T = is_service_linked(request);
    if !has_identity_side(request) || exempt.is_true() {
        return;
    }
    for (number, level) in policies.scps.iter().enumerate() {
        let read = layers.read(&level.policies, Layer::Scp, number, request);
        layers.exempt_from(read, &exempt);
        let allowed = exempt.clone().or(layers.allowed(read));
        layers.passes.restrict(Layer::Scp, allowed);
        layers.deny(Layer::Scp, read);
        layers.need(read);
    }
    // All that is attached at one level goes by one name: the level has to allow, which it does not where it denies.
    for level_allows in Uncollected::of(policies, Layer::Scp).allow() {
        layers.passes.restrict(Layer::Scp, exempt.clone().or(level_allows));
    }
}

/// `RCPFullAWSAccess` is attached everywhere and cannot be detached, so that resource control policies only ever deny.
fn resource_control_policies<'a, T: Truth>(
    request: &Request<'_>,
    policies: &ApplicablePolicies<'a>,
    layers: &mut Layers<'a, T>,
) {
    let missing = Uncollected::of(policies, Layer::Rcp);
    if policies.rcps.is_empty() && missing.is_empty() {
        return;
    }
    // AWS exempts this one action of a service that supports them.
    if !request.is_under_resource_control_policies() || request.action == "kms:retiregrant" {
        return;
    }
    let exempt: T = is_service_linked(request);
    let all = policies.rcps.iter().flat_map(|level| &level.policies);
    let read = layers.read(all, Layer::Rcp, 0, request);
    layers.allows.truncate(read.allows.from);
    layers.exempt_from(read, &exempt);
    layers.deny(Layer::Rcp, read);
    layers.passes.restrict(Layer::Rcp, exempt.or(missing.none_denies()));
}

fn endpoint_policies<'a, T: Truth>(
    request: &Request<'_>,
    policies: &ApplicablePolicies<'a>,
    layers: &mut Layers<'a, T>,
) {
    let missing = Uncollected::of(policies, Layer::Endpoint);
    if policies.endpoint.is_empty() && missing.is_empty() {
        return;
    }
    let read = layers.read(policies.endpoint, Layer::Endpoint, 0, request);
    let allowed = missing.or_allow(layers.allowed(read));
    layers.passes.restrict(Layer::Endpoint, allowed);
    layers.deny(Layer::Endpoint, read);
    layers.need(read);
    layers.passes.restrict(Layer::Endpoint, missing.none_denies());
}
