//! What runs code or calls AWS under a role.

use sv0_model::graph::{EdgeKind, EntityKind};

use super::super::{ecs, lambda};
use super::{AttributeRow, GENERIC, LinkRow, PolicyPlace, Shape, TypeRow};
use crate::description::Reference;

pub(super) static ROWS: &[TypeRow] = &[
    TypeRow {
        resource_type: "AWS::Lambda::Function",
        service_principal: "lambda.amazonaws.com",
        kind: EntityKind::LambdaFunction,
        arn: &["arn", "configuration.functionArn", "resourceId"],
        arn_format: "arn:{partition}:lambda:{region}:{account}:function:{id}",
        id: &["configuration.functionName", "resourceName", "resourceId"],
        name: &["configuration.functionName"],
        attributes: &[
            AttributeRow("runtime", &["configuration.runtime"], Shape::Scalar),
            AttributeRow("package_type", &["configuration.packageType"], Shape::Scalar),
            AttributeRow("image_uri", lambda::IMAGE_URI, Shape::Scalar),
            AttributeRow("code_sha256", &["configuration.codeSha256"], Shape::Scalar),
            AttributeRow("handler", &["configuration.handler"], Shape::Scalar),
            AttributeRow("timeout", &["configuration.timeout"], Shape::Scalar),
            AttributeRow("memory_size", &["configuration.memorySize"], Shape::Scalar),
            AttributeRow("description", &["configuration.description"], Shape::Scalar),
            AttributeRow("last_modified", &["configuration.lastModified"], Shape::Time),
            AttributeRow(
                "state",
                &["configuration.state.value", "configuration.state"],
                Shape::Scalar,
            ),
            AttributeRow("architectures", &["configuration.architectures"], Shape::Scalars),
            AttributeRow("layers", &["configuration.layers"], Shape::Each("arn")),
            AttributeRow(
                "reserved_concurrency",
                &[
                    "supplementaryConfiguration.Concurrency.reservedConcurrentExecutions",
                    "configuration.reservedConcurrentExecutions",
                ],
                Shape::Scalar,
            ),
            AttributeRow(
                "provisioned_concurrency",
                &["supplementaryConfiguration.ProvisionedConcurrencyConfigs"],
                Shape::Each("requestedProvisionedConcurrentExecutions"),
            ),
            AttributeRow(
                "environment_keys",
                &["configuration.environment.variables"],
                Shape::Keys,
            ),
        ],
        links: &[
            LinkRow(EdgeKind::RunsAs, &["configuration.role"], Reference::Role),
            LinkRow(EdgeKind::DeployedFrom, lambda::IMAGE_URI, Reference::Image),
            LinkRow(EdgeKind::EncryptedWith, &["configuration.kmsKeyArn"], Reference::Key),
            LinkRow(
                EdgeKind::UsesLayer,
                &["configuration.layers.arn", "configuration.layers"],
                Reference::Arn,
            ),
        ],
        policy: PolicyPlace::Supplementary(&[
            "supplementaryConfiguration.Policy.policyText",
            "supplementaryConfiguration.Policy",
        ]),
        refine: lambda::refine,
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::ECS::TaskDefinition",
        service_principal: "ecs-tasks.amazonaws.com",
        kind: EntityKind::EcsTaskDefinition,
        arn: &["configuration.TaskDefinitionArn", "arn", "resourceId"],
        arn_format: "arn:{partition}:ecs:{region}:{account}:task-definition/{id}",
        attributes: &[
            AttributeRow("family", &["configuration.Family"], Shape::Scalar),
            AttributeRow("network_mode", &["configuration.NetworkMode"], Shape::Scalar),
            AttributeRow(
                "requires_compatibilities",
                &["configuration.RequiresCompatibilities"],
                Shape::Scalars,
            ),
        ],
        links: &[
            LinkRow(EdgeKind::RunsAs, &["configuration.TaskRoleArn"], Reference::Role),
            LinkRow(EdgeKind::PullsVia, &["configuration.ExecutionRoleArn"], Reference::Role),
        ],
        refine: ecs::refine_task_definition,
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::ECS::Service",
        kind: EntityKind::EcsService,
        arn: &["configuration.ServiceArn", "arn", "resourceId"],
        arn_format: "arn:{partition}:ecs:{region}:{account}:service/{id}",
        name: &["configuration.ServiceName", "configuration.Name"],
        attributes: &[
            AttributeRow("cluster", &["configuration.Cluster"], Shape::Scalar),
            AttributeRow("desired_count", &["configuration.DesiredCount"], Shape::Scalar),
            AttributeRow("launch_type", &["configuration.LaunchType"], Shape::Scalar),
        ],
        links: &[LinkRow(
            EdgeKind::Runs,
            &["configuration.TaskDefinition"],
            Reference::TaskDefinition,
        )],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::ECS::Cluster",
        arn: &["configuration.Arn", "arn", "resourceId"],
        arn_format: "arn:{partition}:ecs:{region}:{account}:cluster/{id}",
        name: &["configuration.ClusterName"],
        attributes: &[
            AttributeRow(
                "execute_command_logging",
                &["configuration.Configuration.ExecuteCommandConfiguration.Logging"],
                Shape::Scalar,
            ),
            AttributeRow(
                "execute_command_log_group",
                &["configuration.Configuration.ExecuteCommandConfiguration.LogConfiguration.CloudWatchLogGroupName"],
                Shape::Scalar,
            ),
            AttributeRow(
                "execute_command_log_bucket",
                &["configuration.Configuration.ExecuteCommandConfiguration.LogConfiguration.S3BucketName"],
                Shape::Scalar,
            ),
            AttributeRow(
                "capacity_providers",
                &["configuration.CapacityProviders"],
                Shape::Scalars,
            ),
        ],
        refine: ecs::refine_cluster,
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::EC2::Instance",
        service_principal: "ec2.amazonaws.com",
        kind: EntityKind::Ec2Instance,
        arn_format: "arn:{partition}:ec2:{region}:{account}:instance/{id}",
        id: &["configuration.instanceId", "resourceId"],
        attributes: &[
            AttributeRow("instance_type", &["configuration.instanceType"], Shape::Scalar),
            AttributeRow(
                "state",
                &[
                    "configuration.state.name",
                    "configuration.state.value",
                    "configuration.state",
                ],
                Shape::Scalar,
            ),
            AttributeRow("image_id", &["configuration.imageId"], Shape::Scalar),
            AttributeRow("launched_at", &["configuration.launchTime"], Shape::Time),
            AttributeRow(
                "metadata_tokens",
                &["configuration.metadataOptions.httpTokens"],
                Shape::Scalar,
            ),
            AttributeRow(
                "instance_profile",
                &[
                    "configuration.iamInstanceProfile.arn",
                    "configuration.iamInstanceProfile",
                ],
                Shape::Scalar,
            ),
        ],
        links: &[LinkRow(
            EdgeKind::RunsAs,
            &[
                "configuration.iamInstanceProfile.arn",
                "configuration.iamInstanceProfile",
            ],
            Reference::InstanceProfile,
        )],
        ..GENERIC
    },
];
