//! Where a statement comes from: its policy's place in the layers, what that is attached to, and the record it was read from.

use sv0_iam::Statement;
use sv0_model::arn::account_of;
use sv0_model::decision::{Effect, Layer, StatementRef};
use sv0_model::graph::{EdgeKind, Entity, EntityKind, OrganizationNode, PolicyKind, ResourcePolicy};

use super::{Attachment, AttachmentKind, Explained, ShownStatement, Source};
use crate::access::side_of;

impl Explained<'_, '_> {
    pub(super) fn show_all(&self, statements: &[StatementRef]) -> Vec<ShownStatement> {
        statements.iter().map(|statement| self.show(statement)).collect()
    }

    /// A statement with its text and where it comes from.
    pub(super) fn show(&self, reference: &StatementRef) -> ShownStatement {
        let record = self.estate.library().record(&reference.policy);
        let source = record.and_then(|record| {
            let origin = record.origin.as_ref()?;
            Some(Source {
                object: origin.object.clone(),
                sha256: origin.sha256.clone(),
                captured_at: record.captured_at,
            })
        });
        ShownStatement {
            policy_name: record.map_or_else(|| reference.policy.clone(), |record| record.name.clone()),
            layer: self.layer_of(reference),
            attached: self.attachments(&reference.policy),
            source,
            text: self.estate.library().statement(reference).cloned(),
            reference: reference.clone(),
        }
    }

    /// The same of a parsed Allow of the policy under `id`.
    pub(super) fn show_statement(&self, id: &str, statement: &Statement) -> ShownStatement {
        self.show(&StatementRef {
            policy: id.to_owned(),
            index: statement.index(),
            sid: statement.sid().map(str::to_owned),
            effect: statement.effect().unwrap_or(Effect::Allow),
            sha256: Some(statement.sha256().to_owned()),
        })
    }

    /// The layer a statement speaks for: of several, one that stops the request.
    pub(super) fn layer_of(&self, statement: &StatementRef) -> Layer {
        let applies = || {
            let layers = self.policies.iter();
            layers
                .filter(|(_, policies)| policies.contains(&statement.policy))
                .map(|(layer, _)| *layer)
        };
        let is_of_key = self.key().is_some_and(|key| is_own_policy(key, &statement.policy));
        applies()
            .find(|layer| self.evaluation.blocked_by.contains(layer))
            .or_else(|| applies().next())
            .or(is_of_key.then_some(Layer::Kms))
            .unwrap_or_else(|| side_of(self.estate, statement))
    }

    /// The key that encrypts what is asked for, where the action needs it.
    fn key(&self) -> Option<&Entity> {
        let (key, _) = self.estate.gate_of(self.request)?;
        self.estate.entity(key)
    }

    /// How a policy comes to apply to the request.
    fn attachments(&self, policy: &str) -> Vec<Attachment> {
        let mut found = Vec::new();
        if let Some(principal) = self.request.subject.entity {
            found.extend(self.attachments_to(principal, policy));
        }
        for owner in self.request.place.entity.into_iter().chain(self.key()) {
            if is_own_policy(owner, policy) {
                found.push(attachment(own_policy_kind(owner), &owner.native_id, &owner.name));
            }
        }
        found.extend(self.ceilings(policy));
        found.sort();
        found.dedup();
        found
    }

    fn attachments_to(&self, principal: &Entity, policy: &str) -> Vec<Attachment> {
        let estate = self.estate;
        let id = principal.native_id.as_str();
        let holds = |holder: &str| estate.targets(holder, EdgeKind::HasPolicy).any(|held| held == policy);
        let is_inline = estate.library().record(policy).map(|record| record.kind) == Some(PolicyKind::Inline);
        let how = if is_inline {
            AttachmentKind::Inline
        } else {
            AttachmentKind::Attached
        };
        let mut found = Vec::new();
        if holds(id) {
            found.push(attachment(how, id, &principal.name));
        }
        let groups = estate.targets(id, EdgeKind::MemberOf).filter(|group| holds(group));
        found.extend(groups.map(|group| attachment(AttachmentKind::Group, group, self.name(group))));
        let is_boundary = |of: &sv0_iam::NamedPolicy| of.name == policy;
        if self.request.subject.holdings.boundaries.iter().any(is_boundary) {
            found.push(attachment(AttachmentKind::PermissionsBoundary, id, &principal.name));
        }
        found
    }

    fn ceilings(&self, policy: &str) -> Vec<Attachment> {
        let scps = self.nodes_of_principal().into_iter().filter_map(|node| {
            let is_attached = node.service_control_policies.contains(policy);
            is_attached.then(|| attachment(AttachmentKind::ServiceControlPolicy, &node.id, &node.name))
        });
        let rcps = self.nodes_of_resource().into_iter().filter_map(|node| {
            let is_attached = node.resource_control_policies.contains(policy);
            is_attached.then(|| attachment(AttachmentKind::ResourceControlPolicy, &node.id, &node.name))
        });
        scps.chain(rcps).collect()
    }

    /// The root, organizational units and account whose service control policies bind the principal, root first.
    pub(super) fn nodes_of_principal(&self) -> Vec<&OrganizationNode> {
        self.nodes(self.request.subject.account())
    }

    fn nodes_of_resource(&self) -> Vec<&OrganizationNode> {
        let place = self.request.place;
        self.nodes(account_of(&place.arn).or(place.account()))
    }

    fn nodes(&self, account: Option<&str>) -> Vec<&OrganizationNode> {
        let organization = &self.estate.graph().organization;
        account
            .and_then(|account| organization.levels_of(account))
            .unwrap_or_default()
    }

    /// The name a person knows an entity by; its id where there is none.
    pub(super) fn name<'s>(&'s self, native_id: &'s str) -> &'s str {
        let entity = self.estate.entity(native_id);
        entity
            .map(|entity| entity.name.as_str())
            .filter(|name| !name.is_empty())
            .unwrap_or(native_id)
    }
}

fn attachment(how: AttachmentKind, to: &str, name: &str) -> Attachment {
    Attachment {
        how,
        to: to.to_owned(),
        name: name.to_owned(),
    }
}

fn is_own_policy(entity: &Entity, policy: &str) -> bool {
    matches!(&entity.resource_policy, ResourcePolicy::Set { policy: own } if own == policy)
}

fn own_policy_kind(owner: &Entity) -> AttachmentKind {
    match owner.kind {
        EntityKind::KmsKey => AttachmentKind::KeyPolicy,
        kind if kind.is_iam_principal() => AttachmentKind::TrustPolicy,
        _ => AttachmentKind::ResourcePolicy,
    }
}
