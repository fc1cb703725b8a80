//! What the ARN of a resource says it is.

use sv0_model::arn::Arn;
use sv0_model::graph::EntityKind;

/// Service, how the resource part of the ARN begins, and the kind.
///
/// Source: Service Authorization Reference, "Resource types defined by" each service.
const KINDS: &[(&str, &str, EntityKind)] = &[
    ("lambda", "function:", EntityKind::LambdaFunction),
    ("lambda", "layer:", EntityKind::LambdaLayer),
    ("secretsmanager", "secret:", EntityKind::Secret),
    ("kms", "key/", EntityKind::KmsKey),
    ("kms", "alias/", EntityKind::KmsKey),
    ("ecr", "repository/", EntityKind::EcrRepository),
    ("ssm", "parameter/", EntityKind::SsmParameter),
    ("dynamodb", "table/", EntityKind::DynamoDbTable),
    ("rds", "db:", EntityKind::RdsDatabase),
    ("rds", "cluster:", EntityKind::RdsDatabase),
    ("sqs", "", EntityKind::SqsQueue),
    ("sns", "", EntityKind::SnsTopic),
    ("events", "event-bus/", EntityKind::EventBus),
    ("events", "rule/", EntityKind::EventBridgeRule),
    ("scheduler", "schedule/", EntityKind::EventBridgeSchedule),
    ("pipes", "pipe/", EntityKind::EventBridgePipe),
    ("kinesis", "stream/", EntityKind::KinesisStream),
    ("elasticfilesystem", "file-system/", EntityKind::EfsFileSystem),
    ("es", "domain/", EntityKind::OpenSearchDomain),
    ("redshift", "cluster:", EntityKind::RedshiftCluster),
    ("redshift-serverless", "namespace/", EntityKind::RedshiftCluster),
    ("bedrock", "knowledge-base/", EntityKind::KnowledgeBase),
    ("bedrock", "guardrail/", EntityKind::Guardrail),
    ("bedrock", "agent/", EntityKind::BedrockAgent),
    ("bedrock", "flow/", EntityKind::BedrockFlow),
    ("bedrock", "foundation-model/", EntityKind::FoundationModel),
    ("bedrock", "inference-profile/", EntityKind::FoundationModel),
    ("bedrock", "application-inference-profile/", EntityKind::FoundationModel),
    ("bedrock-agentcore", "runtime/", EntityKind::AgentCoreRuntime),
    ("bedrock-agentcore", "gateway/", EntityKind::AgentCoreGateway),
    ("eks", "cluster/", EntityKind::EksCluster),
    ("states", "stateMachine:", EntityKind::StateMachine),
    ("codebuild", "project/", EntityKind::CodeBuildProject),
    ("ecs", "task-definition/", EntityKind::EcsTaskDefinition),
    ("ecs", "service/", EntityKind::EcsService),
    ("ec2", "instance/", EntityKind::Ec2Instance),
];

/// What something must be that bears the ARN; a generic resource where nothing tells. Never a principal of IAM.
pub(crate) fn kind_of_resource(text: &str) -> EntityKind {
    let Some(arn) = Arn::parse(text) else {
        return EntityKind::GenericResource;
    };
    if arn.service == "s3" {
        return if arn.resource.contains('/') {
            EntityKind::GenericResource
        } else {
            EntityKind::S3Bucket
        };
    }
    let is_of = |(service, prefix, _): &&(&str, &str, EntityKind)| {
        arn.service == *service
            && arn.resource.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty())
            && (!prefix.is_empty() || !arn.resource.contains([':', '/']))
    };
    KINDS
        .iter()
        .find(is_of)
        .map_or(EntityKind::GenericResource, |(.., kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arn_tells_the_kind() {
        let at = "eu-west-1:111111111111";
        for (arn, want) in [
            ("arn:aws:s3:::orders".to_owned(), EntityKind::S3Bucket),
            ("arn:aws:s3:::orders/key".to_owned(), EntityKind::GenericResource),
            (format!("arn:aws:s3:{at}:accesspoint/p"), EntityKind::GenericResource),
            (format!("arn:aws:sqs:{at}:jobs"), EntityKind::SqsQueue),
            (format!("arn:aws:sns:{at}:news"), EntityKind::SnsTopic),
            (
                format!("arn:aws:sns:{at}:news:6b0e71bd-7e97-4d97-80ce-4a0994e55286"),
                EntityKind::GenericResource,
            ),
            (format!("arn:aws:dynamodb:{at}:table/orders"), EntityKind::DynamoDbTable),
            (
                format!("arn:aws:dynamodb:{at}:global-table/x"),
                EntityKind::GenericResource,
            ),
            (format!("arn:aws:rds:{at}:cluster:main"), EntityKind::RdsDatabase),
            (format!("arn:aws:rds:{at}:snapshot:main"), EntityKind::GenericResource),
            (format!("arn:aws:lambda:{at}:layer:tools:3"), EntityKind::LambdaLayer),
            (format!("arn:aws:lambda:{at}:function:f"), EntityKind::LambdaFunction),
            (format!("arn:aws:lambda:{at}:function:"), EntityKind::GenericResource),
            (
                "arn:aws:bedrock:eu-west-1::foundation-model/m".to_owned(),
                EntityKind::FoundationModel,
            ),
            (format!("arn:aws:states:{at}:stateMachine:s"), EntityKind::StateMachine),
            (
                "arn:aws:iam::111111111111:role/r".to_owned(),
                EntityKind::GenericResource,
            ),
            ("no arn".to_owned(), EntityKind::GenericResource),
        ] {
            assert_eq!(kind_of_resource(&arn), want, "{arn}");
        }
    }
}
