//! What is asked for: a resource, the entity it belongs to, and its account.

use std::collections::BTreeMap;

use sv0_iam::{NamedPolicy, Policy, ResourcePolicyInput};
use sv0_model::arn::Arn;
use sv0_model::graph::{Entity, EntityKind, Graph, ResourcePolicy};

use super::Estate;
use crate::evidence::secret_without_suffix;
use crate::names;
use crate::query::{Asked, QueryError};
use crate::related;

/// A resource of a question.
#[derive(Debug, Clone)]
pub(crate) struct Place<'e> {
    /// The ARN that policies are matched against, or `*`.
    pub arn: String,
    /// The resource of the graph that it is or lies in: an object's bucket, an alias's function.
    pub entity: Option<&'e Entity>,
}

impl<'e> Place<'e> {
    /// A resource of the graph as a whole.
    pub(crate) fn of(entity: &'e Entity) -> Self {
        Self {
            arn: entity.native_id.clone(),
            entity: Some(entity),
        }
    }

    /// Something inside a resource of the graph.
    pub(crate) fn inside(entity: &'e Entity, arn: String) -> Self {
        Self {
            arn,
            entity: Some(entity),
        }
    }

    pub(crate) fn account(&self) -> Option<&str> {
        self.entity.and_then(|entity| entity.account.as_deref())
    }

    /// Whether it is a version or alias of a function. Each has a policy of its own, and is a resource of its own where that was collected: the function's
    /// does not count for it.
    ///
    /// Source: AWS Lambda Developer Guide, "Using Lambda aliases in event sources and permissions policies".
    pub(crate) fn is_qualified_function(&self) -> bool {
        let function = self.entity.filter(|entity| entity.kind == EntityKind::LambdaFunction);
        let qualifier = function.and_then(|function| self.arn.strip_prefix(&function.native_id)?.strip_prefix(':'));
        qualifier.is_some_and(|qualifier| qualifier != "$LATEST")
    }
}

/// Resources by what else they are called.
pub(crate) struct Places<'g> {
    /// Secrets by their ARN without the six characters that AWS adds to their names.
    secrets: BTreeMap<&'g str, &'g Entity>,
    /// Databases by what the ARNs of their users begin with, agents by that of their aliases.
    related: BTreeMap<String, &'g Entity>,
}

impl<'g> Places<'g> {
    pub(crate) fn new(graph: &'g Graph) -> Self {
        let secrets = graph
            .entities
            .values()
            .filter(|entity| entity.kind == EntityKind::Secret);
        Self {
            secrets: secrets
                .filter_map(|secret| Some((secret_without_suffix(&secret.native_id)?, secret)))
                .collect(),
            related: graph
                .entities
                .values()
                .flat_map(|entity| related::bases(entity).map(move |base| (base, entity)))
                .collect(),
        }
    }
}

impl<'g> Estate<'g> {
    /// The resource under an ARN that a person gives.
    pub(crate) fn place(&self, text: &str) -> Result<Place<'g>, QueryError> {
        self.known_place(text).ok_or_else(|| QueryError::NotFound {
            what: Asked::Resource,
            text: text.to_owned(),
            suggestions: names::suggestions(self.graph, text, |entity| {
                entity.kind.is_workload() || names::is_resource(entity)
            }),
        })
    }

    pub(crate) fn known_place(&self, text: &str) -> Option<Place<'g>> {
        if text == "*" {
            return Some(Place {
                arn: text.to_owned(),
                entity: None,
            });
        }
        if let Some(entity) = self.entity(text) {
            return Some(Place::of(entity));
        }
        if let Some(secret) = self.places.secrets.get(text) {
            return Some(Place::of(secret));
        }
        let related = || self.places.related.get(text.rsplit_once('/')?.0).copied();
        let container = || self.entity(&container_of(text)?);
        let entity = related().or_else(container)?;
        Some(Place::inside(entity, text.to_owned()))
    }

    /// What is known of the resource's own policy, as far as it counts for the action.
    pub(crate) fn resource_policy<'e>(
        &self,
        place: &'e Place<'e>,
        action: &str,
        shelf: &'e mut Option<NamedPolicy>,
    ) -> ResourcePolicyInput<'e> {
        self.resource_policy_in(None, place, action, shelf)
    }

    /// The same with one reading of what grants beside the policy; in `None` all that may count is read.
    pub(crate) fn resource_policy_in<'e>(
        &self,
        reading: Option<usize>,
        place: &'e Place<'e>,
        action: &str,
        shelf: &'e mut Option<NamedPolicy>,
    ) -> ResourcePolicyInput<'e> {
        let Some(entity) = place.entity.filter(|entity| governs(entity, action)) else {
            return ResourcePolicyInput::NotSet;
        };
        if place.is_qualified_function() {
            return ResourcePolicyInput::NotCollected { name: &place.arn };
        }
        if entity.resource_policy != ResourcePolicy::NotCollected
            && let Some(text) = self.with_grants_beside(entity, reading)
        {
            *shelf = Some(text.clone());
            return shelf
                .as_ref()
                .map_or(ResourcePolicyInput::NotSet, ResourcePolicyInput::Set);
        }
        match &entity.resource_policy {
            ResourcePolicy::NotSupported | ResourcePolicy::NotSet => ResourcePolicyInput::NotSet,
            ResourcePolicy::NotCollected => ResourcePolicyInput::NotCollected {
                name: &entity.native_id,
            },
            ResourcePolicy::Set { policy } => {
                *shelf = self.library.named(policy);
                match shelf {
                    Some(named) => ResourcePolicyInput::Set(named),
                    None => ResourcePolicyInput::NotCollected {
                        name: &entity.native_id,
                    },
                }
            }
        }
    }
}

impl<'g> Estate<'g> {
    /// The function that an entity is, or whose version or alias it is.
    pub(crate) fn function_of(&self, entity: &Entity) -> Option<&'g Entity> {
        let id = match entity.kind {
            EntityKind::LambdaFunction => entity.native_id.clone(),
            EntityKind::GenericResource => container_of(&entity.native_id)?,
            _ => return None,
        };
        self.entity(&id)
            .filter(|function| function.kind == EntityKind::LambdaFunction)
    }
}

impl Estate<'_> {
    /// The policy of a resource with what grants beside it, in one reading or as far as it may count.
    fn with_grants_beside(&self, entity: &Entity, reading: Option<usize>) -> Option<&NamedPolicy> {
        let grants = self.beside.of(entity)?;
        match reading {
            Some(reading) => grants.readings().get(reading)?.text(),
            None => grants.widest(),
        }
    }

    /// Whether it is known what an entity's own resource-based policy says, if it has one.
    pub(crate) fn is_policy_collected(&self, entity: &Entity) -> bool {
        match &entity.resource_policy {
            ResourcePolicy::NotSet | ResourcePolicy::NotSupported => true,
            ResourcePolicy::Set { policy } => self.library.policy(policy).is_some(),
            ResourcePolicy::NotCollected => false,
        }
    }

    /// Whether something grants beside the entity's policy.
    pub(crate) fn has_grants_beside(&self, entity: &Entity) -> bool {
        self.beside.of(entity).is_some()
    }

    /// The text of an entity's own resource-based policy, with what may grant beside it.
    pub(crate) fn own_policy(&self, entity: &Entity) -> Option<&Policy> {
        if let Some(text) = self.with_grants_beside(entity, None) {
            return Some(&text.policy);
        }
        match &entity.resource_policy {
            ResourcePolicy::Set { policy } => self.library.policy(policy).map(|policy| &**policy),
            _ => None,
        }
    }
}

/// Actions on what carries no policy of its own, though other things of its kind do.
///
/// Source: Amazon EventBridge User Guide, "Using resource-based policies for Amazon EventBridge" (event buses alone have one).
const WITHOUT_RESOURCE_POLICY: &[&str] = &["events:InvokeApiDestination"];

/// Whether the resource's own policy counts for the action: a trust policy for STS alone, any other for the resource's own service.
fn governs(entity: &Entity, action: &str) -> bool {
    if WITHOUT_RESOURCE_POLICY
        .iter()
        .any(|other| other.eq_ignore_ascii_case(action))
    {
        return false;
    }
    let service = action.split(':').next().unwrap_or_default();
    if entity.kind.is_iam_principal() {
        return service.eq_ignore_ascii_case("sts");
    }
    Arn::parse(&entity.native_id).is_some_and(|arn| service.eq_ignore_ascii_case(arn.service))
}

/// The ARN of what an ARN lies in: the bucket or access point of an object, the function of a version or alias, the domain of an index.
fn container_of(text: &str) -> Option<String> {
    let arn = Arn::parse(text)?;
    let container = match arn.service {
        "s3" => match arn.resource.strip_prefix("accesspoint/") {
            Some(point) => format!("accesspoint/{}", point.split_once('/')?.0),
            None => arn.resource.split_once('/').map(|(bucket, _)| bucket.to_owned())?,
        },
        "lambda" => {
            let function = arn.resource.strip_prefix("function:")?.split(':').next()?;
            format!("function:{function}")
        }
        "es" => {
            let domain = arn.resource.strip_prefix("domain/")?.split('/').next()?;
            format!("domain/{domain}")
        }
        "dynamodb" => {
            let table = arn.resource.strip_prefix("table/")?.split('/').next()?;
            format!("table/{table}")
        }
        _ => return None,
    };
    Some(format!(
        "arn:{}:{}:{}:{}:{container}",
        arn.partition, arn.service, arn.region, arn.account
    ))
}
