//! What stops a hop, or leaves it open, layer by layer, in sentences.

use std::collections::BTreeSet;

use sv0_model::decision::{Effect, Layer, StatementRef};
use sv0_model::graph::{EdgeKind, EntityKind, Graph, PolicyKind, PolicyRecord, urn};
use sv0_model::path::{PathHop, PathState};

use crate::names::{account_label, account_of_entity, entity_name};
use crate::words::text::shown;

/// Explains hops over one graph.
pub(crate) struct LimitWords<'a> {
    graph: &'a Graph,
    /// (principal, boundary) by native id.
    boundaries: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> LimitWords<'a> {
    /// Reads off the graph who has which boundary.
    pub(crate) fn new(graph: &'a Graph) -> Self {
        let boundaries = graph
            .edges
            .iter()
            .filter(|edge| edge.kind == EdgeKind::SubjectTo)
            .map(|edge| (edge.from.as_str(), edge.to.as_str()))
            .collect();
        Self { graph, boundaries }
    }

    /// One sentence for every layer that stops the hop or whose answer hangs on an unknown.
    pub(crate) fn sentences(&self, hop: &PathHop) -> Vec<String> {
        hop.blocked_by
            .iter()
            .map(|&layer| match hop.state {
                PathState::Conditional => self.open(hop, layer),
                PathState::Allowed | PathState::Blocked => self.stops(hop, layer),
            })
            .collect()
    }

    fn open(&self, hop: &PathHop, layer: Layer) -> String {
        format!("It hangs on {}.", self.whose(hop, layer).words)
    }

    fn stops(&self, hop: &PathHop, layer: Layer) -> String {
        let whose = self.whose(hop, layer);
        let subject = capitalised(&whose.words);
        if layer == Layer::BlockPublicAccess {
            return format!("{subject} stops access that a policy grants to everyone.");
        }
        if self.denies(hop, layer) {
            return format!("{subject} {} it explicitly; no allow outweighs a deny.", whose.denies());
        }
        let rule = match layer {
            Layer::Boundary => " A boundary grants nothing itself; what it leaves out is out of reach.",
            Layer::Scp => " Every level of the organization has to, from the root down to the account.",
            _ => "",
        };
        format!("{subject} {} not allow it.{rule}", whose.does())
    }

    fn whose(&self, hop: &PathHop, layer: Layer) -> Subject {
        let from = self.name(&hop.from);
        let to = self.name(&hop.to);
        match layer {
            Layer::Identity => Subject::many(format!("the identity-based policies of {from}")),
            Layer::Resource => Subject::one(format!("{} of {to}", self.resource_policy_name(&hop.to))),
            Layer::Boundary => Subject::one(format!("the permissions boundary of {from}")),
            Layer::Session => Subject::one(format!("the session policy of {from}")),
            Layer::Scp => Subject::many(format!(
                "the service control policies (SCPs) that bind {}",
                self.account(&hop.from)
            )),
            Layer::Rcp => Subject::many(format!(
                "the resource control policies (RCPs) that bind {}",
                self.account(&hop.to)
            )),
            Layer::Endpoint => Subject::one("the VPC endpoint policy".to_owned()),
            Layer::Kms => Subject::one(format!("the policy of the KMS key that encrypts {to}")),
            Layer::BlockPublicAccess => Subject::one(format!("S3 Block Public Access of {to}")),
        }
    }

    fn name(&self, native_id: &str) -> String {
        shown(entity_name(self.graph, native_id))
    }

    fn account(&self, native_id: &str) -> String {
        match account_of_entity(self.graph, native_id) {
            Some(account) => format!("account {}", account_label(self.graph, account)),
            None => "its account".to_owned(),
        }
    }

    fn resource_policy_name(&self, native_id: &str) -> &'static str {
        match self.graph.entities.get(native_id).map(|entity| entity.kind) {
            Some(EntityKind::IamRole | EntityKind::ServiceLinkedRole) => "the trust policy",
            Some(EntityKind::KmsKey) => "the key policy",
            Some(EntityKind::S3Bucket) => "the bucket policy",
            _ => "the resource policy",
        }
    }

    fn denies(&self, hop: &PathHop, layer: Layer) -> bool {
        hop.statements
            .iter()
            .filter(|statement| statement.effect == Effect::Deny)
            .any(|statement| self.layer_of(hop, statement) == Some(layer))
    }

    /// The layer a statement speaks for on a hop. `None` when its policy is not in the graph.
    fn layer_of(&self, hop: &PathHop, statement: &StatementRef) -> Option<Layer> {
        let boundary = urn::permissions_boundary(&statement.policy);
        if self.is_boundary(&hop.from, &boundary) || self.is_boundary(&hop.from, &statement.policy) {
            return Some(Layer::Boundary);
        }
        let policy = self.graph.policies.get(&statement.policy)?;
        Some(match policy.kind {
            PolicyKind::AwsManaged | PolicyKind::CustomerManaged | PolicyKind::Inline => Layer::Identity,
            PolicyKind::Trust => Layer::Resource,
            PolicyKind::ResourceBased if self.is_other_key(hop, policy) => Layer::Kms,
            PolicyKind::ResourceBased => Layer::Resource,
            PolicyKind::ServiceControl => Layer::Scp,
            PolicyKind::ResourceControl => Layer::Rcp,
        })
    }

    fn is_boundary(&self, principal: &str, boundary: &str) -> bool {
        self.boundaries.contains(&(principal, boundary))
    }

    fn is_other_key(&self, hop: &PathHop, policy: &PolicyRecord) -> bool {
        let Some(owner) = policy.owner.as_deref().filter(|owner| *owner != hop.to) else {
            return false;
        };
        self.graph
            .entities
            .get(owner)
            .is_some_and(|entity| entity.kind == EntityKind::KmsKey)
    }
}

/// The grammatical subject of a sentence on a layer.
struct Subject {
    words: String,
    is_plural: bool,
}

impl Subject {
    fn one(words: String) -> Self {
        Self {
            words,
            is_plural: false,
        }
    }

    fn many(words: String) -> Self {
        Self { words, is_plural: true }
    }

    fn denies(&self) -> &'static str {
        if self.is_plural { "deny" } else { "denies" }
    }

    fn does(&self) -> &'static str {
        if self.is_plural { "do" } else { "does" }
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
