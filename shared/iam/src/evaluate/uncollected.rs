//! What the policies of one layer that were not collected may say.

use sv0_model::decision::{Caveat, Layer};

use crate::atom::{Atom, UncollectedSays};
use crate::question::{ApplicablePolicies, UncollectedPolicy};
use crate::truth::Truth;

/// See the module.
#[derive(Clone, Copy)]
pub(super) struct Uncollected<'p> {
    /// Policies of all layers.
    policies: &'p [UncollectedPolicy],
    layer: Layer,
    /// A policy of a resource, by the resource's name.
    resource: Option<&'p str>,
}

impl<'p> Uncollected<'p> {
    pub(super) fn of(policies: &ApplicablePolicies<'p>, layer: Layer) -> Self {
        Self {
            policies: policies.uncollected,
            layer,
            resource: None,
        }
    }

    pub(super) fn none(layer: Layer) -> Self {
        Self {
            policies: &[],
            layer,
            resource: None,
        }
    }

    /// These and the policy of a resource of that name.
    pub(super) fn and_of_resource(self, name: &'p str) -> Self {
        Self {
            resource: Some(name),
            ..self
        }
    }

    fn names(self) -> impl Iterator<Item = (&'p str, Caveat)> {
        let of_layer = self.policies.iter().filter(move |policy| policy.layer == self.layer);
        let of_resource = self.resource.map(|name| (name, Caveat::ResourcePolicyNotCollected));
        of_layer
            .map(|policy| (policy.name.as_str(), policy.caveat))
            .chain(of_resource)
    }

    /// Whether every policy of the layer was collected.
    pub(super) fn is_empty(self) -> bool {
        self.names().next().is_none()
    }

    /// For each, that it allows.
    pub(super) fn allow<T: Truth>(self) -> impl Iterator<Item = T> {
        self.names()
            .map(|(name, caveat)| T::open(|| Atom::uncollected(name, UncollectedSays::Allows, caveat)))
    }

    /// `allowed`, or one of these allows.
    pub(super) fn or_allow<T: Truth>(self, allowed: T) -> T {
        T::any(std::iter::once(allowed).chain(self.allow()))
    }

    /// None of these denies.
    pub(super) fn none_denies<T: Truth>(self) -> T {
        let denies = |(name, caveat)| T::open(|| Atom::uncollected(name, UncollectedSays::Denies, caveat));
        T::all(self.names().map(|policy| denies(policy).negate()))
    }
}
