//! What calls other workloads: state machines, rules and what they send to, builds and pipelines.

use sv0_model::graph::{EdgeKind, EntityKind};

use super::{AttributeRow, GENERIC, LinkRow, PolicyPlace, Shape, TypeRow};
use crate::description::Reference;
use crate::workload::{build, event, state_machine};

pub(super) static ROWS: &[TypeRow] = &[
    TypeRow {
        resource_type: "AWS::StepFunctions::StateMachine",
        answers: &[("stepfunctions", "state-machines")],
        service_principal: "states.amazonaws.com",
        kind: EntityKind::StateMachine,
        arn: &[
            "configuration.stateMachineArn",
            "configuration.arn",
            "arn",
            "resourceId",
        ],
        arn_format: "arn:{partition}:states:{region}:{account}:stateMachine:{id}",
        id: &["configuration.stateMachineName", "configuration.name", "resourceName"],
        name: &["configuration.stateMachineName", "configuration.name"],
        attributes: &[
            AttributeRow(
                "state_machine_type",
                &["configuration.stateMachineType", "configuration.type"],
                Shape::Scalar,
            ),
            AttributeRow("status", &["configuration.status"], Shape::Scalar),
            AttributeRow(
                "logging_level",
                &["configuration.loggingConfiguration.level"],
                Shape::Scalar,
            ),
            AttributeRow(
                "logs_execution_data",
                &["configuration.loggingConfiguration.includeExecutionData"],
                Shape::Truth,
            ),
            AttributeRow("tracing", &["configuration.tracingConfiguration.enabled"], Shape::Truth),
        ],
        links: &[
            LinkRow(EdgeKind::RunsAs, &["configuration.roleArn"], Reference::Role),
            LinkRow(
                EdgeKind::EncryptedWith,
                &["configuration.encryptionConfiguration.kmsKeyId"],
                Reference::Key,
            ),
        ],
        refine: state_machine::refine,
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::Events::Rule",
        answers: &[("events", "rules")],
        service_principal: "events.amazonaws.com",
        kind: EntityKind::EventBridgeRule,
        arn: &["configuration.arn", "arn", "resourceId"],
        arn_format: "arn:{partition}:events:{region}:{account}:rule/{id}",
        id: &["configuration.name", "resourceName", "resourceId"],
        name: &["configuration.name"],
        attributes: &[
            AttributeRow("state", &["configuration.state"], Shape::Scalar),
            AttributeRow("schedule", &["configuration.scheduleExpression"], Shape::Scalar),
            AttributeRow("event_bus", &["configuration.eventBusName"], Shape::Scalar),
            AttributeRow("has_event_pattern", &["configuration.eventPattern"], Shape::Presence),
            AttributeRow("managed_by", &["configuration.managedBy"], Shape::Scalar),
        ],
        links: &[
            LinkRow(EdgeKind::RunsAs, &["configuration.roleArn"], Reference::Role),
            LinkRow(EdgeKind::TriggeredBy, &["configuration.eventBusName"], |bus| {
                Reference::InFormat("arn:{partition}:events:{region}:{account}:event-bus/{id}", bus)
            }),
        ],
        refine: event::refine_rule,
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::Events::ApiDestination",
        answers: &[("events", "api-destinations")],
        arn: &[
            "configuration.apiDestinationArn",
            "configuration.arn",
            "arn",
            "resourceId",
        ],
        arn_format: "arn:{partition}:events:{region}:{account}:api-destination/{id}",
        name: &["configuration.name"],
        attributes: &[
            AttributeRow("state", &["configuration.apiDestinationState"], Shape::Scalar),
            AttributeRow("http_method", &["configuration.httpMethod"], Shape::Scalar),
        ],
        links: &[
            LinkRow(
                EdgeKind::SendsTo,
                &["configuration.invocationEndpoint"],
                Reference::Host,
            ),
            LinkRow(EdgeKind::ReadsFrom, &["configuration.connectionArn"], Reference::Arn),
        ],
        // EventBridge User Guide, "Using resource-based policies": event buses have one, API destinations have none.
        policy: PolicyPlace::NotSupported,
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::Events::Connection",
        answers: &[("events", "connections")],
        arn: &["configuration.connectionArn", "configuration.arn", "arn", "resourceId"],
        arn_format: "arn:{partition}:events:{region}:{account}:connection/{id}",
        name: &["configuration.name"],
        attributes: &[
            AttributeRow("state", &["configuration.connectionState"], Shape::Scalar),
            AttributeRow(
                "authorization_type",
                &["configuration.authorizationType"],
                Shape::Scalar,
            ),
        ],
        links: &[
            LinkRow(EdgeKind::ReadsFrom, &["configuration.secretArn"], Reference::Arn),
            LinkRow(
                EdgeKind::SendsTo,
                &["configuration.authParameters.oAuthParameters.authorizationEndpoint"],
                Reference::Host,
            ),
        ],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::CodeBuild::Project",
        answers: &[("codebuild", "projects")],
        service_principal: "codebuild.amazonaws.com",
        kind: EntityKind::CodeBuildProject,
        arn: &["configuration.arn", "arn", "resourceId"],
        arn_format: "arn:{partition}:codebuild:{region}:{account}:project/{id}",
        id: &["configuration.name", "resourceName"],
        name: &["configuration.name"],
        attributes: &[
            AttributeRow("image", &["configuration.environment.image"], Shape::Scalar),
            AttributeRow("source_type", &["configuration.source.type"], Shape::Scalar),
            AttributeRow(
                "privileged_mode",
                &["configuration.environment.privilegedMode"],
                Shape::Truth,
            ),
            AttributeRow("has_webhook", &["configuration.webhook"], Shape::Presence),
            AttributeRow("visibility", &["configuration.projectVisibility"], Shape::Scalar),
        ],
        links: &[
            LinkRow(EdgeKind::RunsAs, &["configuration.serviceRole"], Reference::Role),
            LinkRow(
                EdgeKind::RunsAs,
                &["configuration.buildBatchConfig.serviceRole"],
                Reference::Role,
            ),
            LinkRow(EdgeKind::RunsAs, &["configuration.resourceAccessRole"], Reference::Role),
            LinkRow(
                EdgeKind::EncryptedWith,
                &["configuration.encryptionKey"],
                Reference::Key,
            ),
        ],
        refine: build::refine_codebuild,
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::CodePipeline::Pipeline",
        answers: &[("codepipeline", "pipelines")],
        service_principal: "codepipeline.amazonaws.com",
        kind: EntityKind::GenericWorkload,
        arn: &["configuration.metadata.pipelineArn", "arn", "resourceId"],
        arn_format: "arn:{partition}:codepipeline:{region}:{account}:{id}",
        id: &["configuration.pipeline.name", "configuration.name", "resourceName"],
        name: &["configuration.pipeline.name", "configuration.name"],
        links: &[
            LinkRow(
                EdgeKind::RunsAs,
                &["configuration.pipeline.roleArn", "configuration.roleArn"],
                Reference::Role,
            ),
            LinkRow(
                EdgeKind::RunsAs,
                &[
                    "configuration.pipeline.stages.actions.roleArn",
                    "configuration.stages.actions.roleArn",
                ],
                Reference::Role,
            ),
            LinkRow(
                EdgeKind::Invokes,
                &[
                    "configuration.pipeline.stages.actions.configuration.projectName",
                    "configuration.stages.actions.configuration.projectName",
                ],
                |project| Reference::InFormat("arn:{partition}:codebuild:{region}:{account}:project/{id}", project),
            ),
            LinkRow(
                EdgeKind::Invokes,
                &[
                    "configuration.pipeline.stages.actions.configuration.functionName",
                    "configuration.stages.actions.configuration.functionName",
                ],
                |function| Reference::InFormat("arn:{partition}:lambda:{region}:{account}:function:{id}", function),
            ),
        ],
        ..GENERIC
    },
];
