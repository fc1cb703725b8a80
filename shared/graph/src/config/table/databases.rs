//! What holds data that is queried, and file systems.
//!
//! An answer of the service itself is read like the `configuration` of an item, so the places are Config's; both write some keys in another case.

use sv0_model::graph::{EdgeKind, EntityKind};

use super::{AttributeRow, GENERIC, LinkRow, PolicyPlace, Shape, TypeRow};
use crate::description::Reference;

pub(super) static ROWS: &[TypeRow] = &[
    TypeRow {
        resource_type: "AWS::DynamoDB::Table",
        answers: &[("dynamodb", "tables")],
        kind: EntityKind::DynamoDbTable,
        arn: &["configuration.tableArn", "arn", "resourceId"],
        arn_format: "arn:{partition}:dynamodb:{region}:{account}:table/{id}",
        id: &["configuration.tableName", "resourceName", "resourceId"],
        name: &["configuration.tableName"],
        attributes: &[
            AttributeRow("state", &["configuration.tableStatus"], Shape::Scalar),
            AttributeRow("item_count", &["configuration.itemCount"], Shape::Scalar),
            AttributeRow("size_bytes", &["configuration.tableSizeBytes"], Shape::Scalar),
            AttributeRow("created_at", &["configuration.creationDateTime"], Shape::Time),
            AttributeRow("stream", &["configuration.latestStreamArn"], Shape::Scalar),
            AttributeRow(
                "deletion_protection",
                &["configuration.deletionProtectionEnabled"],
                Shape::Truth,
            ),
            AttributeRow(
                "encryption_type",
                &["configuration.sseDescription.sseType"],
                Shape::Scalar,
            ),
        ],
        links: &[LinkRow(
            EdgeKind::EncryptedWith,
            &["configuration.sseDescription.kmsMasterKeyArn"],
            Reference::Key,
        )],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::RDS::DBInstance",
        answers: &[("rds", "db-instances")],
        arn: &["configuration.dbInstanceArn", "arn", "resourceId"],
        arn_format: "arn:{partition}:rds:{region}:{account}:db:{id}",
        id: &["configuration.dbInstanceIdentifier", "resourceName", "resourceId"],
        name: &["configuration.dbInstanceIdentifier"],
        ..RDS
    },
    TypeRow {
        resource_type: "AWS::RDS::DBCluster",
        answers: &[("rds", "db-clusters")],
        arn: &["configuration.dbClusterArn", "arn", "resourceId"],
        ..RDS_CLUSTER
    },
    TypeRow {
        resource_type: "AWS::DocDB::DBCluster",
        ..RDS_CLUSTER
    },
    TypeRow {
        resource_type: "AWS::Neptune::DBCluster",
        ..RDS_CLUSTER
    },
    TypeRow {
        resource_type: "AWS::Redshift::Cluster",
        answers: &[("redshift", "clusters")],
        kind: EntityKind::RedshiftCluster,
        arn: &["arn", "resourceId"],
        arn_format: "arn:{partition}:redshift:{region}:{account}:cluster:{id}",
        id: &["configuration.clusterIdentifier", "resourceName", "resourceId"],
        name: &["configuration.clusterIdentifier"],
        attributes: &[
            AttributeRow("state", &["configuration.clusterStatus"], Shape::Scalar),
            AttributeRow("database", &["configuration.dbName"], Shape::Scalar),
            AttributeRow("namespace", &["configuration.clusterNamespaceArn"], Shape::Scalar),
            AttributeRow("encrypted", &["configuration.encrypted"], Shape::Truth),
            AttributeRow(
                "publicly_accessible",
                &["configuration.publiclyAccessible"],
                Shape::Truth,
            ),
            AttributeRow("vpc_id", &["configuration.vpcId"], Shape::Scalar),
            AttributeRow("security_groups", SECURITY_GROUPS, Shape::Each("vpcSecurityGroupId")),
            AttributeRow("created_at", &["configuration.clusterCreateTime"], Shape::Time),
        ],
        links: ENCRYPTED_WITH_KMS_KEY_ID,
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::OpenSearch::Domain",
        ..DOMAIN
    },
    TypeRow {
        resource_type: "AWS::OpenSearchService::Domain",
        ..DOMAIN
    },
    TypeRow {
        resource_type: "AWS::Elasticsearch::Domain",
        ..DOMAIN
    },
    TypeRow {
        resource_type: "AWS::Kinesis::Stream",
        kind: EntityKind::KinesisStream,
        arn: &["configuration.arn", "configuration.streamArn", "arn", "resourceId"],
        arn_format: "arn:{partition}:kinesis:{region}:{account}:stream/{id}",
        id: &[
            "configuration.name",
            "configuration.streamName",
            "resourceName",
            "resourceId",
        ],
        name: &["configuration.name", "configuration.streamName"],
        attributes: &[
            AttributeRow(
                "encryption_type",
                &[
                    "configuration.streamEncryption.encryptionType",
                    "configuration.encryptionType",
                ],
                Shape::Scalar,
            ),
            AttributeRow(
                "retention_hours",
                &["configuration.retentionPeriodHours"],
                Shape::Scalar,
            ),
        ],
        links: &[LinkRow(
            EdgeKind::EncryptedWith,
            &["configuration.streamEncryption.keyId", "configuration.keyId"],
            Reference::Key,
        )],
        ..GENERIC
    },
    TypeRow {
        resource_type: "AWS::EFS::FileSystem",
        kind: EntityKind::EfsFileSystem,
        arn: &["configuration.arn", "configuration.fileSystemArn", "arn", "resourceId"],
        arn_format: "arn:{partition}:elasticfilesystem:{region}:{account}:file-system/{id}",
        id: &["configuration.fileSystemId", "resourceId", "resourceName"],
        name: &["configuration.name"],
        attributes: &[AttributeRow("encrypted", &["configuration.encrypted"], Shape::Truth)],
        links: ENCRYPTED_WITH_KMS_KEY_ID,
        policy: PolicyPlace::IfThere(&["configuration.fileSystemPolicy"]),
        ..GENERIC
    },
];

const SECURITY_GROUPS: &[&str] = &["configuration.vpcSecurityGroups"];

const ENCRYPTED_WITH_KMS_KEY_ID: &[LinkRow] = &[LinkRow(
    EdgeKind::EncryptedWith,
    &["configuration.kmsKeyId"],
    Reference::Key,
)];

/// What instances and clusters of RDS, DocumentDB and Neptune have in common: they share RDS's API and its ARNs.
const RDS: TypeRow = TypeRow {
    kind: EntityKind::RdsDatabase,
    attributes: &[
        AttributeRow("engine", &["configuration.engine"], Shape::Scalar),
        AttributeRow("engine_version", &["configuration.engineVersion"], Shape::Scalar),
        AttributeRow(
            "state",
            &["configuration.dbInstanceStatus", "configuration.status"],
            Shape::Scalar,
        ),
        AttributeRow(
            "resource_id",
            &["configuration.dbiResourceId", "configuration.dbClusterResourceId"],
            Shape::Scalar,
        ),
        AttributeRow("cluster", &["configuration.dbClusterIdentifier"], Shape::Scalar),
        AttributeRow(
            "publicly_accessible",
            &["configuration.publiclyAccessible"],
            Shape::Truth,
        ),
        AttributeRow(
            "iam_authentication",
            &["configuration.iamDatabaseAuthenticationEnabled"],
            Shape::Truth,
        ),
        AttributeRow("data_api", &["configuration.httpEndpointEnabled"], Shape::Truth),
        AttributeRow("encrypted", &["configuration.storageEncrypted"], Shape::Truth),
        AttributeRow(
            "deletion_protection",
            &["configuration.deletionProtection"],
            Shape::Truth,
        ),
        AttributeRow("vpc_id", &["configuration.dbSubnetGroup.vpcId"], Shape::Scalar),
        AttributeRow("security_groups", SECURITY_GROUPS, Shape::Each("vpcSecurityGroupId")),
        AttributeRow(
            "created_at",
            &["configuration.instanceCreateTime", "configuration.clusterCreateTime"],
            Shape::Time,
        ),
    ],
    links: ENCRYPTED_WITH_KMS_KEY_ID,
    ..GENERIC
};

const RDS_CLUSTER: TypeRow = TypeRow {
    arn: &["configuration.dbClusterArn", "arn", "resourceId"],
    arn_format: "arn:{partition}:rds:{region}:{account}:cluster:{id}",
    id: &["configuration.dbClusterIdentifier", "resourceName", "resourceId"],
    name: &["configuration.dbClusterIdentifier"],
    ..RDS
};

/// A domain of OpenSearch Service, which was named Elasticsearch Service and kept its ARNs.
const DOMAIN: TypeRow = TypeRow {
    kind: EntityKind::OpenSearchDomain,
    arn: &["configuration.arn", "configuration.domainArn", "arn", "resourceId"],
    arn_format: "arn:{partition}:es:{region}:{account}:domain/{id}",
    id: &["configuration.domainName", "resourceName", "resourceId"],
    name: &["configuration.domainName"],
    attributes: &[
        AttributeRow(
            "engine_version",
            &["configuration.engineVersion", "configuration.elasticsearchVersion"],
            Shape::Scalar,
        ),
        AttributeRow(
            "fine_grained_access_control",
            &["configuration.advancedSecurityOptions.enabled"],
            Shape::Truth,
        ),
        AttributeRow(
            "encrypted",
            &["configuration.encryptionAtRestOptions.enabled"],
            Shape::Truth,
        ),
        AttributeRow("vpc_id", &["configuration.vpcOptions.vpcId"], Shape::Scalar),
        AttributeRow(
            "security_groups",
            &["configuration.vpcOptions.securityGroupIds"],
            Shape::Scalars,
        ),
    ],
    links: &[LinkRow(
        EdgeKind::EncryptedWith,
        &["configuration.encryptionAtRestOptions.kmsKeyId"],
        Reference::Key,
    )],
    policy: PolicyPlace::IfThere(&["configuration.accessPolicies"]),
    ..GENERIC
};
