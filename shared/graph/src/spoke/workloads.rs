//! Workloads that Config does not record, and what services answer of a workload beside its description.

use sv0_model::graph::{EdgeKind, EntityKind};

use super::Reader;
use crate::config::table::{AttributeRow, GENERIC, LinkRow, Shape, TypeRow};
use crate::description::Reference;
use crate::launch;
use crate::workload::{event, trigger};

/// Types that only their service's own answers describe.
pub(crate) static ROWS: &[TypeRow] = &[
    TypeRow {
        resource_type: "AWS::Scheduler::Schedule",
        answers: &[("scheduler", "schedules")],
        service_principal: "scheduler.amazonaws.com",
        kind: EntityKind::EventBridgeSchedule,
        arn_format: "arn:{partition}:scheduler:{region}:{account}:schedule/{id}",
        id: &["configuration.name", "resourceId"],
        name: &["configuration.name"],
        attributes: &[
            AttributeRow("state", &["configuration.state"], Shape::Scalar),
            AttributeRow("schedule", &["configuration.scheduleExpression"], Shape::Scalar),
            AttributeRow("group", &["configuration.groupName"], Shape::Scalar),
        ],
        links: &[LinkRow(
            EdgeKind::EncryptedWith,
            &["configuration.kmsKeyArn"],
            Reference::Key,
        )],
        refine: event::refine_schedule,
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::Pipes::Pipe",
        answers: &[("pipes", "pipes")],
        service_principal: "pipes.amazonaws.com",
        kind: EntityKind::EventBridgePipe,
        arn_format: "arn:{partition}:pipes:{region}:{account}:pipe/{id}",
        id: &["configuration.name", "resourceId"],
        name: &["configuration.name"],
        attributes: &[AttributeRow(
            "state",
            &["configuration.currentState", "configuration.desiredState"],
            Shape::Scalar,
        )],
        links: &[
            LinkRow(EdgeKind::RunsAs, &["configuration.roleArn"], Reference::Role),
            LinkRow(EdgeKind::TriggeredBy, &["configuration.source"], Reference::Arn),
        ],
        refine: event::refine_pipe,
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::EMR::Cluster",
        answers: &[("emr", "clusters")],
        service_principal: "elasticmapreduce.amazonaws.com",
        kind: EntityKind::GenericWorkload,
        arn: &["configuration.clusterArn", "arn", "resourceId"],
        arn_format: "arn:{partition}:elasticmapreduce:{region}:{account}:cluster/{id}",
        id: &["configuration.id", "resourceId"],
        name: &["configuration.name"],
        attributes: &[AttributeRow("state", &["configuration.status.state"], Shape::Scalar)],
        links: &[
            LinkRow(EdgeKind::RunsAs, &["configuration.serviceRole"], Reference::Role),
            LinkRow(EdgeKind::RunsAs, &["configuration.autoScalingRole"], Reference::Role),
            LinkRow(
                EdgeKind::RunsAs,
                &["configuration.ec2InstanceAttributes.iamInstanceProfile"],
                Reference::InstanceProfile,
            ),
        ],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::Batch::JobDefinition",
        answers: &[("batch", "job-definitions")],
        service_principal: "ecs-tasks.amazonaws.com",
        kind: EntityKind::GenericWorkload,
        arn: &["configuration.jobDefinitionArn", "arn", "resourceId"],
        arn_format: "arn:{partition}:batch:{region}:{account}:job-definition/{id}",
        id: &["configuration.jobDefinitionName", "resourceId"],
        name: &["configuration.jobDefinitionName"],
        attributes: &[
            AttributeRow("status", &["configuration.status"], Shape::Scalar),
            AttributeRow("revision", &["configuration.revision"], Shape::Scalar),
        ],
        links: &[
            LinkRow(
                EdgeKind::RunsAs,
                &[
                    "configuration.containerProperties.jobRoleArn",
                    "configuration.ecsProperties.taskProperties.taskRoleArn",
                    "configuration.nodeProperties.nodeRangeProperties.container.jobRoleArn",
                ],
                Reference::Role,
            ),
            LinkRow(
                EdgeKind::PullsVia,
                &[
                    "configuration.containerProperties.executionRoleArn",
                    "configuration.ecsProperties.taskProperties.executionRoleArn",
                    "configuration.nodeProperties.nodeRangeProperties.container.executionRoleArn",
                ],
                Reference::Role,
            ),
            LinkRow(
                EdgeKind::DeployedFrom,
                &[
                    "configuration.containerProperties.image",
                    "configuration.ecsProperties.taskProperties.containers.image",
                    "configuration.nodeProperties.nodeRangeProperties.container.image",
                    "configuration.eksProperties.podProperties.containers.image",
                ],
                Reference::Image,
            ),
        ],
        ..GENERIC
    },
    sage_maker_job("AWS::SageMaker::TrainingJob", &[("sagemaker", "training-jobs")]),
    sage_maker_job("AWS::SageMaker::ProcessingJob", &[("sagemaker", "processing-jobs")]),
    sage_maker_job("AWS::SageMaker::Pipeline", &[("sagemaker", "pipelines")]),
];

/// A job or pipeline of SageMaker.
const fn sage_maker_job(resource_type: &'static str, answers: &'static [(&'static str, &'static str)]) -> TypeRow {
    TypeRow {
        resource_type,
        answers,
        service_principal: "sagemaker.amazonaws.com",
        kind: EntityKind::GenericWorkload,
        arn: &[
            "configuration.trainingJobArn",
            "configuration.processingJobArn",
            "configuration.pipelineArn",
            "arn",
            "resourceId",
        ],
        links: &[
            LinkRow(EdgeKind::RunsAs, &["configuration.roleArn"], Reference::Role),
            LinkRow(
                EdgeKind::DeployedFrom,
                &[
                    "configuration.algorithmSpecification.trainingImage",
                    "configuration.appSpecification.imageUri",
                ],
                Reference::Image,
            ),
        ],
        ..GENERIC
    }
}

/// Answers that describe no workload by themselves.
pub(super) static READERS: &[Reader] = &[
    Reader("events", "targets", event::read_targets),
    Reader("lambda", "event-source-mappings", trigger::read_event_source_mapping),
    Reader("lambda", "function-url-configs", trigger::read_function_url),
    Reader("sns", "subscriptions", trigger::read_subscription),
    Reader("ec2", "launch-templates", launch::read_version),
];
