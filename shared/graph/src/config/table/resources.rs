//! What is reached.

use sv0_model::graph::{EdgeKind, EntityKind};

use super::super::{ecr, kms, s3, secrets};
use super::{AttributeRow, GENERIC, LinkRow, PolicyPlace, Shape, TypeRow};
use crate::description::Reference;

pub(super) static ROWS: &[TypeRow] = &[
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
        resource_type: "AWS::ECR::Repository",
        answers: &[("ecr", "repositories")],
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
            AttributeRow("uri", &["configuration.RepositoryUri"], Shape::Scalar),
            AttributeRow("created_at", &["configuration.createdAt"], Shape::Time),
            AttributeRow(
                "encryption_type",
                &["configuration.EncryptionConfiguration.EncryptionType"],
                Shape::Scalar,
            ),
        ],
        policy: PolicyPlace::Configuration(&["configuration.RepositoryPolicyText"]),
        refine: ecr::refine,
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
        resource_type: "AWS::SSM::Parameter",
        answers: &[("ssm", "parameters")],
        kind: EntityKind::SsmParameter,
        arn: &["configuration.arn", "arn", "resourceId"],
        arn_format: "arn:{partition}:ssm:{region}:{account}:parameter/{id}",
        id: &["configuration.name", "resourceName", "resourceId"],
        name: &["configuration.name"],
        attributes: &[
            AttributeRow("parameter_type", &["configuration.type"], Shape::Scalar),
            AttributeRow("tier", &["configuration.tier"], Shape::Scalar),
            AttributeRow("kms_key_id", &["configuration.keyId"], Shape::Scalar),
            AttributeRow("description", &["configuration.description"], Shape::Scalar),
            AttributeRow("last_modified", &["configuration.lastModifiedDate"], Shape::Time),
        ],
        refine: secrets::refine_parameter,
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::EKS::Cluster",
        answers: &[("eks", "clusters")],
        service_principal: "eks.amazonaws.com",
        kind: EntityKind::EksCluster,
        arn: &["configuration.arn", "arn", "resourceId"],
        arn_format: "arn:{partition}:eks:{region}:{account}:cluster/{id}",
        id: &["configuration.name", "resourceName", "resourceId"],
        name: &["configuration.name"],
        attributes: &[
            AttributeRow("version", &["configuration.version"], Shape::Scalar),
            AttributeRow(
                "oidc_issuer",
                &[
                    "configuration.identity.oidc.issuer",
                    "configuration.openIdConnectIssuerUrl",
                ],
                Shape::Scalar,
            ),
            AttributeRow(
                "authentication_mode",
                &["configuration.accessConfig.authenticationMode"],
                Shape::Scalar,
            ),
            AttributeRow(
                "publicly_accessible",
                &["configuration.resourcesVpcConfig.endpointPublicAccess"],
                Shape::Truth,
            ),
            AttributeRow(
                "public_access_cidrs",
                &["configuration.resourcesVpcConfig.publicAccessCidrs"],
                Shape::Scalars,
            ),
            AttributeRow("vpc_id", &["configuration.resourcesVpcConfig.vpcId"], Shape::Scalar),
            AttributeRow(
                "security_groups",
                &["configuration.resourcesVpcConfig.securityGroupIds"],
                Shape::Scalars,
            ),
            AttributeRow("role", &["configuration.roleArn"], Shape::Scalar),
        ],
        links: &[LinkRow(EdgeKind::RunsAs, &["configuration.roleArn"], Reference::Role)],
        refine: kms::refine_cluster,
        ..GENERIC
    },
];
