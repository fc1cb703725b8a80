//! What a resource's ARN says it is.
//!
//! Source: Service Authorization Reference, "Resource types defined by …" of each service.

use sv0_model::arn::Arn;
use sv0_model::graph::EntityKind;

use crate::target::Target;

/// One form of ARN: service, how its resource starts, what it is, and after how many more separators the thing itself ends.
struct Form(&'static str, &'static str, EntityKind, Ends);

/// Where the ARN of a thing ends; what follows is a part, version or alias of it.
#[derive(Clone, Copy)]
enum Ends {
    /// It does not.
    Never,
    /// Before the next of these characters after the start.
    Before(char),
}

use Ends::{Before, Never};

const FORMS: &[Form] = &[
    Form("lambda", "function:", EntityKind::LambdaFunction, Before(':')),
    Form("lambda", "layer:", EntityKind::LambdaLayer, Never),
    Form("states", "stateMachine:", EntityKind::StateMachine, Before(':')),
    Form("sqs", "", EntityKind::SqsQueue, Never),
    Form("sns", "", EntityKind::SnsTopic, Before(':')),
    Form("dynamodb", "table/", EntityKind::DynamoDbTable, Before('/')),
    Form("kinesis", "stream/", EntityKind::KinesisStream, Before('/')),
    Form("s3", "accesspoint/", EntityKind::GenericResource, Before('/')),
    Form("s3", "", EntityKind::S3Bucket, Before('/')),
    Form("events", "rule/", EntityKind::EventBridgeRule, Never),
    Form("events", "event-bus/", EntityKind::EventBus, Never),
    Form("scheduler", "schedule/", EntityKind::EventBridgeSchedule, Never),
    Form("pipes", "pipe/", EntityKind::EventBridgePipe, Never),
    Form("ecs", "task-definition/", EntityKind::EcsTaskDefinition, Never),
    Form("ecs", "service/", EntityKind::EcsService, Never),
    Form("ec2", "instance/", EntityKind::Ec2Instance, Never),
    Form("autoscaling", "autoScalingGroup:", EntityKind::AutoScalingGroup, Never),
    Form("bedrock", "agent/", EntityKind::BedrockAgent, Never),
    Form("bedrock", "flow/", EntityKind::BedrockFlow, Before('/')),
    Form("bedrock", "knowledge-base/", EntityKind::KnowledgeBase, Never),
    Form("bedrock", "guardrail/", EntityKind::Guardrail, Never),
    Form("bedrock", "foundation-model/", EntityKind::FoundationModel, Never),
    Form("bedrock", "inference-profile/", EntityKind::FoundationModel, Never),
    Form(
        "bedrock",
        "application-inference-profile/",
        EntityKind::FoundationModel,
        Never,
    ),
    Form("bedrock", "provisioned-model/", EntityKind::FoundationModel, Never),
    Form("bedrock", "custom-model/", EntityKind::FoundationModel, Never),
    Form("bedrock", "imported-model/", EntityKind::FoundationModel, Never),
    Form(
        "bedrock-agentcore",
        "runtime/",
        EntityKind::AgentCoreRuntime,
        Before('/'),
    ),
    Form(
        "bedrock-agentcore",
        "gateway/",
        EntityKind::AgentCoreGateway,
        Before('/'),
    ),
    Form("codebuild", "project/", EntityKind::CodeBuildProject, Never),
    Form("codepipeline", "", EntityKind::GenericWorkload, Before('/')),
    Form("glue", "job/", EntityKind::GenericWorkload, Never),
    Form("batch", "job-definition/", EntityKind::GenericWorkload, Never),
    Form("sagemaker", "pipeline/", EntityKind::GenericWorkload, Never),
    Form("sagemaker", "notebook-instance/", EntityKind::GenericWorkload, Never),
    Form("sagemaker", "model/", EntityKind::GenericWorkload, Never),
    Form("firehose", "deliverystream/", EntityKind::GenericWorkload, Never),
    Form("apprunner", "service/", EntityKind::GenericWorkload, Never),
    Form("elasticmapreduce", "cluster/", EntityKind::GenericWorkload, Never),
    Form("cloudformation", "stack/", EntityKind::GenericWorkload, Never),
    Form("secretsmanager", "secret:", EntityKind::Secret, Never),
    Form("ssm", "parameter/", EntityKind::SsmParameter, Never),
    Form("kms", "key/", EntityKind::KmsKey, Never),
    Form("kms", "alias/", EntityKind::KmsKey, Never),
    Form("ecr", "repository/", EntityKind::EcrRepository, Never),
    Form("rds", "db:", EntityKind::RdsDatabase, Never),
    Form("rds", "cluster:", EntityKind::RdsDatabase, Never),
    Form("redshift", "cluster:", EntityKind::RedshiftCluster, Never),
    Form("redshift-serverless", "namespace/", EntityKind::RedshiftCluster, Never),
    Form("es", "domain/", EntityKind::OpenSearchDomain, Before('/')),
    Form("elasticfilesystem", "file-system/", EntityKind::EfsFileSystem, Never),
    Form("eks", "cluster/", EntityKind::EksCluster, Never),
    Form(
        "cognito-identity",
        "identitypool/",
        EntityKind::CognitoIdentityPool,
        Never,
    ),
    Form("rolesanywhere", "profile/", EntityKind::RolesAnywhereProfile, Never),
    Form("rolesanywhere", "trust-anchor/", EntityKind::FederatedProvider, Never),
];

/// The entity an ARN means, and the version, alias or part of it that the ARN names. `text` must be an ARN.
pub(crate) fn target(text: &str) -> (Target, Option<String>) {
    let Some(arn) = Arn::parse(text) else {
        return (Target::arn(text), None);
    };
    if matches!(arn.service, "iam" | "sts") {
        return (Target::arn(text), None);
    }
    if let Some(agent) = agent_of_alias(&arn) {
        return agent;
    }
    let form = FORMS
        .iter()
        .find(|Form(service, start, ..)| *service == arn.service && arn.resource.starts_with(start));
    let Some(Form(_, start, kind, ends)) = form else {
        return (Target::new(text, EntityKind::GenericResource), None);
    };
    let id = arn.resource.get(start.len()..).unwrap_or_default();
    let (id, qualifier) = match ends {
        Before(separator) => id
            .split_once(*separator)
            .map_or((id, None), |(id, rest)| (id, Some(rest))),
        Never => (id, None),
    };
    let Arn {
        partition,
        service,
        region,
        account,
        ..
    } = arn;
    let native_id = format!("arn:{partition}:{service}:{region}:{account}:{start}{id}");
    let target = Target::new(native_id, *kind);
    (target, qualifier.map(str::to_owned))
}

/// What the thing is that bears exactly this ARN: a generic resource where nothing tells, and for a part, version or alias. Never a principal of IAM.
pub(crate) fn kind_of_resource(text: &str) -> EntityKind {
    let (target, qualifier) = target(text);
    let is_whole = qualifier.is_none() && target.native_id == text && !text.ends_with([':', '/']);
    let is_of_iam = Arn::parse(text).is_none_or(|arn| matches!(arn.service, "iam" | "sts"));
    if is_whole && !is_of_iam {
        target.kind
    } else {
        EntityKind::GenericResource
    }
}

/// `agent-alias/<agent>/<alias>` stands for the agent.
fn agent_of_alias(arn: &Arn<'_>) -> Option<(Target, Option<String>)> {
    let rest = arn
        .resource
        .strip_prefix("agent-alias/")
        .filter(|_| arn.service == "bedrock")?;
    let (agent, alias) = rest.split_once('/')?;
    let native_id = format!(
        "arn:{}:bedrock:{}:{}:agent/{agent}",
        arn.partition, arn.region, arn.account
    );
    Some((Target::new(native_id, EntityKind::BedrockAgent), Some(alias.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_or_part_stands_for_the_thing() {
        for (written, rest, kind, qualifier) in [
            (
                "lambda:eu-west-1:1:function:f",
                "lambda:eu-west-1:1:function:f",
                EntityKind::LambdaFunction,
                None,
            ),
            (
                "lambda:eu-west-1:1:function:f:live",
                "lambda:eu-west-1:1:function:f",
                EntityKind::LambdaFunction,
                Some("live"),
            ),
            (
                "states:eu-west-1:1:stateMachine:m:3",
                "states:eu-west-1:1:stateMachine:m",
                EntityKind::StateMachine,
                Some("3"),
            ),
            (
                "dynamodb:eu-west-1:1:table/t/stream/2026",
                "dynamodb:eu-west-1:1:table/t",
                EntityKind::DynamoDbTable,
                Some("stream/2026"),
            ),
            ("s3:::b/key/x", "s3:::b", EntityKind::S3Bucket, Some("key/x")),
            (
                "bedrock:eu-west-1:1:agent-alias/A/L",
                "bedrock:eu-west-1:1:agent/A",
                EntityKind::BedrockAgent,
                Some("L"),
            ),
            (
                "lambda:eu-west-1:1:layer:util:3",
                "lambda:eu-west-1:1:layer:util:3",
                EntityKind::LambdaLayer,
                None,
            ),
            (
                "lambda:eu-west-1:1:code-signing-config:csc-1",
                "lambda:eu-west-1:1:code-signing-config:csc-1",
                EntityKind::GenericResource,
                None,
            ),
            (
                "iam::111122223333:role/r",
                "iam::111122223333:role/r",
                EntityKind::IamRole,
                None,
            ),
        ] {
            let (found, part) = target(&format!("arn:aws:{written}"));
            assert_eq!(
                (found.native_id, found.kind),
                (format!("arn:aws:{rest}"), kind),
                "{written}"
            );
            assert_eq!(part.as_deref(), qualifier, "{written}");
        }
    }

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
