//! The long tail: services that act under a role of the customer's, where Config says which.

use sv0_model::graph::{EdgeKind, EntityKind};

use super::{AttributeRow, GENERIC, LinkRow, Shape, TypeRow};
use crate::description::{Description, Link, Reference};
use crate::json::at;
use crate::launch;

use super::super::ConfigItem;

pub(super) static ROWS: &[TypeRow] = &[
    TypeRow {
        resource_type: "AWS::AutoScaling::AutoScalingGroup",
        answers: &[("autoscaling", "auto-scaling-groups")],
        service_principal: "ec2.amazonaws.com",
        kind: EntityKind::AutoScalingGroup,
        arn: &["configuration.autoScalingGroupARN", "arn", "resourceId"],
        arn_format: "arn:{partition}:autoscaling:{region}:{account}:autoScalingGroup::autoScalingGroupName/{id}",
        id: &["configuration.autoScalingGroupName", "resourceName", "resourceId"],
        name: &["configuration.autoScalingGroupName"],
        attributes: &[
            AttributeRow("desired_capacity", &["configuration.desiredCapacity"], Shape::Scalar),
            AttributeRow(
                "launch_configuration",
                &["configuration.launchConfigurationName"],
                Shape::Scalar,
            ),
            AttributeRow(
                "launch_template",
                &[
                    "configuration.launchTemplate.launchTemplateId",
                    "configuration.mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.launchTemplateId",
                    "configuration.launchTemplate.launchTemplateName",
                    "configuration.mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.launchTemplateName",
                ],
                Shape::Scalar,
            ),
        ],
        refine: refine_group,
        ..GENERIC
    },
    TypeRow {
        answers: &[("apprunner", "services")],
        arn: &["configuration.serviceArn", "arn", "resourceId"],
        name: &["configuration.serviceName"],
        attributes: &[
            AttributeRow("status", &["configuration.status"], Shape::Scalar),
            AttributeRow(
                "publicly_accessible",
                &["configuration.networkConfiguration.ingressConfiguration.isPubliclyAccessible"],
                Shape::Truth,
            ),
        ],
        ..workload(
            "AWS::AppRunner::Service",
            "tasks.apprunner.amazonaws.com",
            &[
                LinkRow(
                    EdgeKind::RunsAs,
                    &["configuration.instanceConfiguration.instanceRoleArn"],
                    Reference::Role,
                ),
                LinkRow(
                    EdgeKind::PullsVia,
                    &["configuration.sourceConfiguration.authenticationConfiguration.accessRoleArn"],
                    Reference::Role,
                ),
                LinkRow(
                    EdgeKind::DeployedFrom,
                    &["configuration.sourceConfiguration.imageRepository.imageIdentifier"],
                    Reference::Image,
                ),
                LinkRow(
                    EdgeKind::EncryptedWith,
                    &["configuration.encryptionConfiguration.kmsKey"],
                    Reference::Key,
                ),
            ],
        )
    },
    TypeRow {
        answers: &[("glue", "jobs")],
        arn_format: "arn:{partition}:glue:{region}:{account}:job/{id}",
        id: &["configuration.name", "resourceName", "resourceId"],
        name: &["configuration.name"],
        attributes: &[AttributeRow(
            "script_location",
            &["configuration.command.scriptLocation"],
            Shape::Scalar,
        )],
        ..workload(
            "AWS::Glue::Job",
            "glue.amazonaws.com",
            &[LinkRow(EdgeKind::RunsAs, &["configuration.role"], Reference::Role)],
        )
    },
    TypeRow {
        answers: &[("sagemaker", "notebook-instances")],
        arn: &[
            "configuration.notebookInstanceArn",
            "arn",
            "configuration.id",
            "resourceId",
        ],
        name: &["configuration.notebookInstanceName"],
        attributes: &[
            AttributeRow("status", &["configuration.notebookInstanceStatus"], Shape::Scalar),
            AttributeRow(
                "direct_internet_access",
                &["configuration.directInternetAccess"],
                Shape::Scalar,
            ),
            AttributeRow("root_access", &["configuration.rootAccess"], Shape::Scalar),
        ],
        ..workload(
            "AWS::SageMaker::NotebookInstance",
            "sagemaker.amazonaws.com",
            &[
                LinkRow(EdgeKind::RunsAs, &["configuration.roleArn"], Reference::Role),
                LinkRow(EdgeKind::EncryptedWith, &["configuration.kmsKeyId"], Reference::Key),
            ],
        )
    },
    TypeRow {
        answers: &[("sagemaker", "models")],
        arn: &["configuration.modelArn", "arn", "configuration.id", "resourceId"],
        name: &["configuration.modelName"],
        ..workload(
            "AWS::SageMaker::Model",
            "sagemaker.amazonaws.com",
            &[
                LinkRow(EdgeKind::RunsAs, &["configuration.executionRoleArn"], Reference::Role),
                LinkRow(
                    EdgeKind::DeployedFrom,
                    &["configuration.primaryContainer.image"],
                    Reference::Image,
                ),
                LinkRow(
                    EdgeKind::DeployedFrom,
                    &["configuration.containers.image"],
                    Reference::Image,
                ),
            ],
        )
    },
    TypeRow {
        answers: &[("sagemaker", "domains")],
        arn: &["configuration.domainArn", "arn", "resourceId"],
        name: &["configuration.domainName"],
        ..workload(
            "AWS::SageMaker::Domain",
            "sagemaker.amazonaws.com",
            &[
                LinkRow(
                    EdgeKind::RunsAs,
                    &["configuration.defaultUserSettings.executionRole"],
                    Reference::Role,
                ),
                LinkRow(
                    EdgeKind::RunsAs,
                    &["configuration.defaultSpaceSettings.executionRole"],
                    Reference::Role,
                ),
            ],
        )
    },
    workload("AWS::SageMaker::FeatureGroup", "sagemaker.amazonaws.com", ROLE_ARN),
    workload(
        "AWS::SageMaker::Image",
        "sagemaker.amazonaws.com",
        &[LinkRow(
            EdgeKind::RunsAs,
            &["configuration.imageRoleArn"],
            Reference::Role,
        )],
    ),
    TypeRow {
        name: &["configuration.stackName"],
        arn: &["configuration.stackId", "arn", "resourceId"],
        attributes: &[AttributeRow("status", &["configuration.stackStatus"], Shape::Scalar)],
        ..workload("AWS::CloudFormation::Stack", "cloudformation.amazonaws.com", ROLE_ARN)
    },
    workload(
        "AWS::Batch::ComputeEnvironment",
        "batch.amazonaws.com",
        &[
            LinkRow(EdgeKind::RunsAs, &["configuration.serviceRole"], Reference::Role),
            LinkRow(
                EdgeKind::RunsAs,
                &["configuration.computeResources.instanceRole"],
                Reference::InstanceProfile,
            ),
            LinkRow(
                EdgeKind::RunsAs,
                &["configuration.computeResources.spotIamFleetRole"],
                Reference::Role,
            ),
        ],
    ),
    workload(
        "AWS::CodeDeploy::DeploymentGroup",
        "codedeploy.amazonaws.com",
        &[LinkRow(
            EdgeKind::RunsAs,
            &["configuration.serviceRoleArn"],
            Reference::Role,
        )],
    ),
    workload(
        "AWS::EKS::FargateProfile",
        "eks-fargate-pods.amazonaws.com",
        &[LinkRow(
            EdgeKind::PullsVia,
            &["configuration.podExecutionRoleArn"],
            Reference::Role,
        )],
    ),
    workload(
        "AWS::DataSync::LocationS3",
        "datasync.amazonaws.com",
        &[
            LinkRow(
                EdgeKind::RunsAs,
                &["configuration.s3Config.bucketAccessRoleArn"],
                Reference::Role,
            ),
            LinkRow(EdgeKind::ReadsFrom, &["configuration.s3BucketArn"], Reference::Arn),
        ],
    ),
    workload(
        "AWS::Transfer::Agreement",
        "transfer.amazonaws.com",
        &[LinkRow(
            EdgeKind::RunsAs,
            &["configuration.accessRole"],
            Reference::Role,
        )],
    ),
    workload(
        "AWS::Transfer::Connector",
        "transfer.amazonaws.com",
        &[
            LinkRow(EdgeKind::RunsAs, &["configuration.accessRole"], Reference::Role),
            LinkRow(EdgeKind::RunsAs, &["configuration.loggingRole"], Reference::Role),
            LinkRow(EdgeKind::SendsTo, &["configuration.url"], Reference::Host),
        ],
    ),
    workload(
        "AWS::KinesisFirehose::DeliveryStream",
        "firehose.amazonaws.com",
        &[
            LinkRow(
                EdgeKind::RunsAs,
                &["configuration.extendedS3DestinationConfiguration.roleARN"],
                Reference::Role,
            ),
            LinkRow(
                EdgeKind::RunsAs,
                &["configuration.s3DestinationConfiguration.roleARN"],
                Reference::Role,
            ),
            LinkRow(
                EdgeKind::RunsAs,
                &["configuration.redshiftDestinationConfiguration.roleARN"],
                Reference::Role,
            ),
            LinkRow(
                EdgeKind::RunsAs,
                &["configuration.httpEndpointDestinationConfiguration.roleARN"],
                Reference::Role,
            ),
            LinkRow(
                EdgeKind::RunsAs,
                &["configuration.splunkDestinationConfiguration.s3Configuration.roleARN"],
                Reference::Role,
            ),
            LinkRow(
                EdgeKind::RunsAs,
                &["configuration.elasticsearchDestinationConfiguration.roleARN"],
                Reference::Role,
            ),
            LinkRow(
                EdgeKind::RunsAs,
                &["configuration.amazonopensearchserviceDestinationConfiguration.roleARN"],
                Reference::Role,
            ),
            LinkRow(
                EdgeKind::RunsAs,
                &["configuration.amazonOpenSearchServerlessDestinationConfiguration.roleARN"],
                Reference::Role,
            ),
            LinkRow(
                EdgeKind::RunsAs,
                &["configuration.kinesisStreamSourceConfiguration.roleARN"],
                Reference::Role,
            ),
            LinkRow(
                EdgeKind::SendsTo,
                &["configuration.httpEndpointDestinationConfiguration.endpointConfiguration.url"],
                Reference::Host,
            ),
            LinkRow(
                EdgeKind::TriggeredBy,
                &["configuration.kinesisStreamSourceConfiguration.kinesisStreamARN"],
                Reference::Arn,
            ),
        ],
    ),
    workload(
        "AWS::KinesisAnalyticsV2::Application",
        "kinesisanalytics.amazonaws.com",
        &[LinkRow(
            EdgeKind::RunsAs,
            &["configuration.serviceExecutionRole"],
            Reference::Role,
        )],
    ),
    workload(
        "AWS::Backup::BackupSelection",
        "backup.amazonaws.com",
        &[LinkRow(
            EdgeKind::RunsAs,
            &["configuration.backupSelection.iamRoleArn"],
            Reference::Role,
        )],
    ),
    workload(
        "AWS::Amplify::App",
        "amplify.amazonaws.com",
        &[LinkRow(
            EdgeKind::RunsAs,
            &["configuration.iamServiceRole"],
            Reference::Role,
        )],
    ),
    workload(
        "AWS::AppStream::Fleet",
        "appstream.amazonaws.com",
        &[LinkRow(
            EdgeKind::RunsAs,
            &["configuration.iamRoleArn"],
            Reference::Role,
        )],
    ),
    workload(
        "AWS::CloudWatch::MetricStream",
        "streams.metrics.cloudwatch.amazonaws.com",
        ROLE_ARN,
    ),
    workload("AWS::Config::ConfigurationRecorder", "config.amazonaws.com", ROLE_ARN),
    workload(
        "AWS::Budgets::BudgetsAction",
        "budgets.amazonaws.com",
        &[LinkRow(
            EdgeKind::RunsAs,
            &["configuration.executionRoleArn"],
            Reference::Role,
        )],
    ),
    workload(
        "AWS::EC2::SpotFleet",
        "spotfleet.amazonaws.com",
        &[
            LinkRow(
                EdgeKind::RunsAs,
                &["configuration.spotFleetRequestConfigData.iamFleetRole"],
                Reference::Role,
            ),
            LinkRow(
                EdgeKind::RunsAs,
                &[
                    "configuration.spotFleetRequestConfigData.launchSpecifications.iamInstanceProfile.arn",
                    "configuration.spotFleetRequestConfigData.launchSpecifications.iamInstanceProfile.name",
                ],
                Reference::InstanceProfile,
            ),
        ],
    ),
    workload(
        "AWS::ImageBuilder::InfrastructureConfiguration",
        "ec2.amazonaws.com",
        &[LinkRow(
            EdgeKind::RunsAs,
            &["configuration.instanceProfileName"],
            Reference::InstanceProfile,
        )],
    ),
    workload(
        "AWS::IoT::RoleAlias",
        "credentials.iot.amazonaws.com",
        &[LinkRow(EdgeKind::RunsAs, &["configuration.roleArn"], Reference::Role)],
    ),
    workload(
        "AWS::IoT::ProvisioningTemplate",
        "iot.amazonaws.com",
        &[LinkRow(
            EdgeKind::RunsAs,
            &["configuration.provisioningRoleArn"],
            Reference::Role,
        )],
    ),
    workload("AWS::IoT::MitigationAction", "iot.amazonaws.com", ROLE_ARN),
    workload("AWS::IoTEvents::AlarmModel", "iotevents.amazonaws.com", ROLE_ARN),
    workload("AWS::IoTEvents::DetectorModel", "iotevents.amazonaws.com", ROLE_ARN),
    workload("AWS::Kendra::Index", "kendra.amazonaws.com", ROLE_ARN),
    workload("AWS::Lex::Bot", "lexv2.amazonaws.com", ROLE_ARN),
    workload("AWS::Personalize::DatasetGroup", "personalize.amazonaws.com", ROLE_ARN),
    workload("AWS::Pinpoint::EventStream", "pinpoint.amazonaws.com", ROLE_ARN),
    workload(
        "AWS::Redshift::ScheduledAction",
        "scheduler.redshift.amazonaws.com",
        &[LinkRow(EdgeKind::RunsAs, &["configuration.iamRole"], Reference::Role)],
    ),
    workload(
        "AWS::Glue::MLTransform",
        "glue.amazonaws.com",
        &[LinkRow(EdgeKind::RunsAs, &["configuration.role"], Reference::Role)],
    ),
    workload("AWS::Logs::Destination", "logs.amazonaws.com", ROLE_ARN),
    workload(
        "AWS::CloudTrail::Trail",
        "cloudtrail.amazonaws.com",
        &[LinkRow(
            EdgeKind::RunsAs,
            &["configuration.cloudWatchLogsRoleArn"],
            Reference::Role,
        )],
    ),
    workload(
        "AWS::AppSync::GraphQLApi",
        "appsync.amazonaws.com",
        &[LinkRow(
            EdgeKind::RunsAs,
            &["configuration.logConfig.cloudWatchLogsRoleArn"],
            Reference::Role,
        )],
    ),
    workload(
        "AWS::AppFlow::Flow",
        "appflow.amazonaws.com",
        &[LinkRow(
            EdgeKind::RunsAs,
            &["configuration.metadataCatalogConfig.glueDataCatalog.roleArn"],
            Reference::Role,
        )],
    ),
];

const ROLE_ARN: &[LinkRow] = &[LinkRow(EdgeKind::RunsAs, &["configuration.roleArn"], Reference::Role)];

/// A type that is told apart by its name alone.
const fn workload(resource_type: &'static str, service_principal: &'static str, links: &'static [LinkRow]) -> TypeRow {
    TypeRow {
        resource_type,
        service_principal,
        kind: EntityKind::GenericWorkload,
        links,
        ..GENERIC
    }
}

/// Instances of a group start with the instance profile of its launch template or configuration.
fn refine_group(item: &ConfigItem<'_>, description: &mut Description) {
    let Some(group) = at(&item.body, "configuration") else {
        return;
    };
    for name in launch::names_of_group(group, item.account, item.region) {
        description
            .links
            .push(Link::new(EdgeKind::RunsAs, Reference::Launch(name)));
    }
}
