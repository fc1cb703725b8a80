//! Where each Config type keeps what the graph wants. A type that needs no more than this is one row.

use sv0_model::graph::{EdgeKind, EntityKind};

use super::{ConfigItem, ecs, kms, lambda, s3, secrets};
use crate::description::{Description, Reference};

/// One Config type.
pub(crate) struct TypeRow {
    /// The type.
    resource_type: &'static str,
    /// What it is in the graph.
    pub(super) kind: EntityKind,
    /// Where its ARN is; the first that is an ARN counts.
    pub(crate) arn: &'static [&'static str],
    /// The ARN it must have if none is written.
    pub(crate) arn_format: &'static str,
    /// What stands for `{id}` in the format.
    pub(crate) id: &'static [&'static str],
    /// Where its name is, before `resourceName` and the ARN.
    pub(crate) name: &'static [&'static str],
    /// Its attributes.
    pub(super) attributes: &'static [AttributeRow],
    /// Its edges to one other entity each.
    pub(super) links: &'static [LinkRow],
    /// Where its resource-based policy is.
    pub(super) policy: PolicyPlace,
    /// What a row cannot say.
    pub(super) refine: fn(&ConfigItem<'_>, &mut Description),
}

/// Name, places and form of an attribute.
pub(super) struct AttributeRow(
    pub(super) &'static str,
    pub(super) &'static [&'static str],
    pub(super) Shape,
);

/// The form in which an attribute's value is kept. Nothing is copied as it comes.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// A text, number or truth value.
    Scalar,
    /// A truth value.
    Truth,
    /// A time.
    Time,
    /// A list of texts and numbers.
    Scalars,
    /// One field of every item of a list.
    Each(&'static str),
    /// The keys of an object, sorted, never its values.
    Keys,
}

/// Kind and place of an edge, and how the text there names its end.
pub(super) struct LinkRow(
    pub(super) EdgeKind,
    pub(super) &'static [&'static str],
    pub(super) fn(String) -> Reference,
);

/// Where a type keeps its resource-based policy, and what proves that there is none.
#[derive(Clone, Copy)]
pub(super) enum PolicyPlace {
    /// Config does not hold it, or the type has none.
    Elsewhere,
    /// There; if it is missing although the item has a `supplementaryConfiguration`, none is set.
    Supplementary(&'static [&'static str]),
    /// There; if it is missing although the item has a `configuration`, none is set.
    Configuration(&'static [&'static str]),
    /// There, and always set: if it is missing, it was not collected.
    Always(&'static [&'static str]),
}

const GENERIC: TypeRow = TypeRow {
    resource_type: "",
    kind: EntityKind::GenericResource,
    arn: &["arn", "configuration.arn", "resourceId"],
    arn_format: "arn:{partition}:{service}:{region}:{account}:{kind}/{id}",
    id: &["resourceId", "resourceName"],
    name: &[],
    attributes: &[],
    links: &[],
    policy: PolicyPlace::Elsewhere,
    refine: |_, _| {},
};

/// The row of a type; a type without a row of its own is a generic resource.
pub(crate) fn row_of(resource_type: &str) -> &'static TypeRow {
    static OTHER: TypeRow = GENERIC;
    ROWS.iter()
        .find(|row| row.resource_type == resource_type)
        .unwrap_or(&OTHER)
}

static ROWS: &[TypeRow] = &[
    TypeRow {
        resource_type: "AWS::Lambda::Function",
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
                "environment_keys",
                &["configuration.environment.variables"],
                Shape::Keys,
            ),
        ],
        links: &[
            LinkRow(EdgeKind::RunsAs, &["configuration.role"], Reference::Role),
            LinkRow(EdgeKind::DeployedFrom, lambda::IMAGE_URI, Reference::Image),
            LinkRow(EdgeKind::EncryptedWith, &["configuration.kmsKeyArn"], Reference::Key),
        ],
        policy: PolicyPlace::Supplementary(&[
            "supplementaryConfiguration.Policy.policyText",
            "supplementaryConfiguration.Policy",
        ]),
        refine: lambda::refine,
    },
    TypeRow {
        resource_type: "AWS::S3::Bucket",
        kind: EntityKind::S3Bucket,
        arn_format: "arn:{partition}:s3:::{id}",
        id: &["configuration.name", "resourceName", "resourceId"],
        name: &["configuration.name"],
        attributes: &[
            AttributeRow(
                "versioning",
                &["supplementaryConfiguration.BucketVersioningConfiguration.status"],
                Shape::Scalar,
            ),
            AttributeRow(
                "object_lock",
                &["supplementaryConfiguration.ObjectLockConfiguration.objectLockEnabled"],
                Shape::Scalar,
            ),
            AttributeRow("created_at", &["configuration.creationDate"], Shape::Time),
        ],
        policy: PolicyPlace::Supplementary(&["supplementaryConfiguration.BucketPolicy.policyText"]),
        refine: s3::refine,
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::S3::AccessPoint",
        arn: &["configuration.Arn", "arn", "resourceId"],
        arn_format: "arn:{partition}:s3:{region}:{account}:accesspoint/{id}",
        id: &["configuration.Name", "resourceName", "resourceId"],
        name: &["configuration.Name"],
        attributes: &[
            AttributeRow("alias", &["configuration.Alias"], Shape::Scalar),
            AttributeRow("network_origin", &["configuration.NetworkOrigin"], Shape::Scalar),
            AttributeRow("vpc_id", &["configuration.VpcConfiguration.VpcId"], Shape::Scalar),
        ],
        policy: PolicyPlace::Configuration(&[
            "configuration.Policy",
            "supplementaryConfiguration.Policy.policyText",
            "supplementaryConfiguration.Policy",
        ]),
        refine: s3::refine_access_point,
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::KMS::Key",
        kind: EntityKind::KmsKey,
        arn_format: "arn:{partition}:kms:{region}:{account}:key/{id}",
        id: &["configuration.keyId", "resourceId", "resourceName"],
        attributes: &[
            AttributeRow("key_manager", &["configuration.keyManager"], Shape::Scalar),
            AttributeRow("key_state", &["configuration.keyState"], Shape::Scalar),
            AttributeRow("key_usage", &["configuration.keyUsage"], Shape::Scalar),
            AttributeRow(
                "key_spec",
                &["configuration.keySpec", "configuration.customerMasterKeySpec"],
                Shape::Scalar,
            ),
            AttributeRow("origin", &["configuration.origin"], Shape::Scalar),
            AttributeRow("multi_region", &["configuration.multiRegion"], Shape::Truth),
            AttributeRow("description", &["configuration.description"], Shape::Scalar),
            AttributeRow(
                "rotation",
                &[
                    "supplementaryConfiguration.KeyRotationStatus",
                    "configuration.enableKeyRotation",
                ],
                Shape::Truth,
            ),
        ],
        policy: PolicyPlace::Always(&[
            "supplementaryConfiguration.Policy.policyText",
            "supplementaryConfiguration.Policy",
            "configuration.keyPolicy",
        ]),
        refine: kms::refine,
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::SecretsManager::Secret",
        kind: EntityKind::Secret,
        arn: &["configuration.ARN", "configuration.Id", "arn", "resourceId"],
        arn_format: "arn:{partition}:secretsmanager:{region}:{account}:secret:{id}",
        id: &["configuration.Name", "resourceName", "resourceId"],
        name: &["configuration.Name"],
        attributes: &[
            AttributeRow("kms_key_id", &["configuration.KmsKeyId"], Shape::Scalar),
            AttributeRow("rotation_enabled", &["configuration.RotationEnabled"], Shape::Truth),
            AttributeRow("rotation_function", &["configuration.RotationLambdaARN"], Shape::Scalar),
            AttributeRow("last_rotated", &["configuration.LastRotatedDate"], Shape::Time),
            AttributeRow("description", &["configuration.Description"], Shape::Scalar),
            AttributeRow("deleted", &["configuration.Deleted"], Shape::Truth),
        ],
        refine: secrets::refine,
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::ECS::TaskDefinition",
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
        resource_type: "AWS::ECR::Repository",
        kind: EntityKind::EcrRepository,
        arn: &["arn", "configuration.Arn", "configuration.repositoryArn", "resourceId"],
        arn_format: "arn:{partition}:ecr:{region}:{account}:repository/{id}",
        id: &["configuration.RepositoryName", "resourceName", "resourceId"],
        name: &["configuration.RepositoryName"],
        attributes: &[
            AttributeRow(
                "image_tag_mutability",
                &["configuration.ImageTagMutability"],
                Shape::Scalar,
            ),
            AttributeRow(
                "scan_on_push",
                &["configuration.ImageScanningConfiguration.ScanOnPush"],
                Shape::Truth,
            ),
            AttributeRow(
                "encryption_type",
                &["configuration.EncryptionConfiguration.EncryptionType"],
                Shape::Scalar,
            ),
        ],
        policy: PolicyPlace::Configuration(&["configuration.RepositoryPolicyText"]),
        refine: kms::refine_repository,
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::EC2::Instance",
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
    TypeRow {
        resource_type: "AWS::IAM::OIDCProvider",
        kind: EntityKind::FederatedProvider,
        arn_format: "arn:{partition}:iam::{account}:oidc-provider/{id}",
        attributes: &[
            AttributeRow("url", &["configuration.Url"], Shape::Scalar),
            AttributeRow("client_ids", &["configuration.ClientIdList"], Shape::Scalars),
        ],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::IAM::SAMLProvider",
        kind: EntityKind::FederatedProvider,
        arn_format: "arn:{partition}:iam::{account}:saml-provider/{id}",
        name: &["configuration.Name"],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::IAM::Role",
        kind: EntityKind::IamRole,
        arn_format: "arn:{partition}:iam::{account}:role{path}{id}",
        id: &["configuration.roleName", "resourceName"],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::IAM::User",
        kind: EntityKind::IamUser,
        arn_format: "arn:{partition}:iam::{account}:user{path}{id}",
        id: &["configuration.userName", "resourceName"],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::IAM::Group",
        kind: EntityKind::IamGroup,
        arn_format: "arn:{partition}:iam::{account}:group{path}{id}",
        id: &["configuration.groupName", "resourceName"],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::IAM::Policy",
        kind: EntityKind::IamPolicy,
        arn_format: "arn:{partition}:iam::{account}:policy{path}{id}",
        id: &["configuration.policyName", "resourceName"],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::IAM::InstanceProfile",
        arn_format: "arn:{partition}:iam::{account}:instance-profile{path}{id}",
        id: &["configuration.instanceProfileName", "resourceName", "resourceId"],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::KMS::Alias",
        arn_format: "arn:{partition}:kms:{region}:{account}:{id}",
        id: &["configuration.AliasName", "resourceName", "resourceId"],
        name: &["configuration.AliasName"],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::SQS::Queue",
        arn_format: "arn:{partition}:sqs:{region}:{account}:{id}",
        id: &["configuration.QueueName", "resourceName"],
        policy: PolicyPlace::Configuration(&["configuration.Policy"]),
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::SNS::Topic",
        arn_format: "arn:{partition}:sns:{region}:{account}:{id}",
        id: &["configuration.TopicName", "resourceName"],
        policy: PolicyPlace::Always(&["configuration.Policy"]),
        ..GENERIC
    },
];

/// The attributes that rows give.
#[cfg(test)]
pub(crate) fn documented_attributes() -> impl Iterator<Item = &'static str> {
    ROWS.iter()
        .flat_map(|row| row.attributes)
        .map(|AttributeRow(name, ..)| *name)
}
