//! Which policies each layer brings to a request, for explanations.

use sv0_iam::{NamedPolicy, PolicyLevel, ResourcePolicyInput, UncollectedPolicy};
use sv0_model::arn::account_of;
use sv0_model::decision::Layer;
use sv0_model::graph::ResourcePolicy;

use super::Estate;
use super::judge::Request;
use super::place::Place;

impl Estate<'_> {
    /// Native ids of the policies of each layer that applies to a request, those that were not collected included; in evaluation order.
    pub(crate) fn policies_by_layer(&self, request: &Request<'_>) -> Vec<(Layer, Vec<String>)> {
        let holdings = &request.subject.holdings;
        let identity = names(&holdings.identity).chain(missing(&holdings.uncollected, Layer::Identity));
        let boundary = names(&holdings.boundaries).chain(missing(&holdings.uncollected, Layer::Boundary));
        let key = self.gate_of(request).map(|(key, _)| key.to_owned());
        let mut layers = vec![
            (Layer::Identity, identity.collect()),
            (Layer::Resource, self.resource_policy_names(request)),
            (Layer::Boundary, boundary.collect()),
            (Layer::Scp, self.scp_names(request)),
            (Layer::Rcp, self.rcp_names(request)),
            (Layer::Kms, key.into_iter().collect()),
        ];
        if self.public_access_applies(request) {
            let bucket = request.place.entity.map(|bucket| bucket.native_id.clone());
            layers.push((Layer::BlockPublicAccess, bucket.into_iter().collect()));
        }
        for (_, policies) in &mut layers {
            policies.sort();
            policies.dedup();
        }
        layers
    }

    fn resource_policy_names(&self, request: &Request<'_>) -> Vec<String> {
        let mut shelf = None;
        let beside = self.names_beside(request.place);
        match self.resource_policy(request.place, request.action, &mut shelf) {
            ResourcePolicyInput::Set(policy) => beside.into_iter().chain([policy.name.clone()]).collect(),
            ResourcePolicyInput::NotCollected { name } => vec![name.to_owned()],
            ResourcePolicyInput::NotSet => beside,
        }
    }

    /// What grants beside the resource's policy, and the policies of what leads to it or that it leads to.
    fn names_beside(&self, place: &Place<'_>) -> Vec<String> {
        let Some(entity) = place.entity else {
            return Vec::new();
        };
        let beside = self.beside.of(entity).map(|grants| grants.name().to_owned());
        let behind = self.bucket_of(entity);
        let neighbours = self.access_points_of(entity).iter().copied().chain(behind);
        let policies = neighbours.filter_map(|neighbour| match &neighbour.resource_policy {
            ResourcePolicy::Set { policy } => Some(policy.clone()),
            _ => None,
        });
        beside.into_iter().chain(policies).collect()
    }

    fn scp_names(&self, request: &Request<'_>) -> Vec<String> {
        if !request.subject.is_bound_by_scps() {
            return Vec::new();
        }
        let ceilings = self.ceilings.of(request.subject.account());
        let uncollected = missing(ceilings.uncollected_scps(), Layer::Scp);
        names_of_levels(&ceilings.scps).chain(uncollected).collect()
    }

    fn rcp_names(&self, request: &Request<'_>) -> Vec<String> {
        let account = account_of(&request.place.arn).or(request.place.account());
        let ceilings = self.ceilings.of(account);
        let uncollected = missing(ceilings.uncollected_rcps(request.action), Layer::Rcp);
        names_of_levels(&ceilings.rcps).chain(uncollected).collect()
    }
}

fn names(policies: &[NamedPolicy]) -> impl Iterator<Item = String> {
    policies.iter().map(|policy| policy.name.clone())
}

fn names_of_levels(levels: &[PolicyLevel]) -> impl Iterator<Item = String> {
    levels.iter().flat_map(|level| names(&level.policies))
}

fn missing(uncollected: &[UncollectedPolicy], layer: Layer) -> impl Iterator<Item = String> {
    let of_layer = uncollected.iter().filter(move |policy| policy.layer == layer);
    of_layer.map(|policy| policy.name.clone())
}
