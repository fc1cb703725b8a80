//! Which rows of the catalogue's classes are those of which entity.
//!
//! Source: Service Authorization Reference, "Actions, resources, and condition keys for" each service; a test holds every row against the catalogue.

#[cfg(test)]
mod tests;

use serde_json::Value;
use sv0_iam::catalogue::classes::tables;
pub(crate) use sv0_iam::catalogue::classes::{ActionTarget, ClassRow, class_of};
use sv0_model::arn::Arn;
use sv0_model::graph::{Entity, EntityKind};

use crate::estate::is_aws_managed;

/// The classes of a resource; none for what paths do not end on.
pub(crate) fn rows_of(entity: &Entity) -> &'static [ClassRow] {
    match entity.kind {
        EntityKind::S3Bucket => tables::BUCKET,
        EntityKind::Secret => tables::SECRET,
        // Nobody's permissions change what AWS's own keys let through.
        EntityKind::KmsKey if is_aws_managed(&entity.native_id, Some(entity)) => &[],
        EntityKind::KmsKey => tables::KEY,
        EntityKind::LambdaFunction => tables::FUNCTION,
        EntityKind::LambdaLayer => tables::LAYER,
        EntityKind::EcrRepository => tables::REPOSITORY,
        EntityKind::DynamoDbTable => tables::TABLE,
        EntityKind::SqsQueue => tables::QUEUE,
        EntityKind::SnsTopic => tables::TOPIC,
        EntityKind::SsmParameter => tables::PARAMETER,
        EntityKind::RdsDatabase if resource_of(entity).starts_with("cluster:") => tables::DATABASE_CLUSTER,
        EntityKind::RdsDatabase => tables::DATABASE,
        EntityKind::RedshiftCluster if resource_of(entity).starts_with("cluster:") => tables::WAREHOUSE,
        EntityKind::OpenSearchDomain => tables::DOMAIN,
        EntityKind::EfsFileSystem => tables::FILE_SYSTEM,
        EntityKind::KinesisStream => tables::STREAM,
        EntityKind::EventBus => tables::EVENT_BUS,
        EntityKind::StateMachine => tables::STATE_MACHINE,
        EntityKind::BedrockAgent => tables::AGENT,
        EntityKind::BedrockFlow => tables::FLOW,
        EntityKind::KnowledgeBase => tables::KNOWLEDGE_BASE,
        EntityKind::FoundationModel => tables::MODEL,
        EntityKind::Guardrail => tables::GUARDRAIL,
        EntityKind::AgentCoreRuntime => tables::AGENT_RUNTIME,
        EntityKind::AgentCoreGateway => tables::AGENT_GATEWAY,
        EntityKind::EcsTaskDefinition => tables::TASK_DEFINITION,
        EntityKind::EcsService => tables::ECS_SERVICE,
        EntityKind::CodeBuildProject => tables::BUILD_PROJECT,
        EntityKind::EksCluster => tables::CLUSTER,
        EntityKind::GenericWorkload if is_of_type(entity, "AWS::Glue::Job") => tables::GLUE_JOB,
        EntityKind::GenericResource => rows_of_generic(entity),
        _ => &[],
    }
}

/// Snapshots of databases that a person made: those that RDS makes by itself cannot be shared.
///
/// Source: Amazon RDS User Guide, "Sharing a DB snapshot for Amazon RDS".
fn rows_of_generic(entity: &Entity) -> &'static [ClassRow] {
    let is_automatic = resource_of(entity)
        .split_once(':')
        .is_some_and(|(_, name)| name.starts_with("rds:"));
    if is_automatic {
        &[]
    } else if is_of_type(entity, "AWS::RDS::DBSnapshot") {
        tables::SNAPSHOT
    } else if is_of_type(entity, "AWS::RDS::DBClusterSnapshot") {
        tables::CLUSTER_SNAPSHOT
    } else {
        &[]
    }
}

fn resource_of(entity: &Entity) -> &str {
    Arn::parse(&entity.native_id).map_or("", |arn| arn.resource)
}

fn is_of_type(entity: &Entity, resource_type: &str) -> bool {
    entity.attributes.get("resource_type").and_then(Value::as_str) == Some(resource_type)
}
