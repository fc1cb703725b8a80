//! Rows of what holds data. Never items, objects, messages, parameters' values or secrets.

use crate::call::Caller::Spoke;
use crate::call::{ApiCall, Pages};

#[rustfmt::skip]
/// Amazon DynamoDB: tables and their policies, never items.
pub mod dynamodb {
    use super::*;

    /// A table.
    pub static DESCRIBE_TABLE: ApiCall = ApiCall::new("dynamodb", "DescribeTable", &["dynamodb:DescribeTable"])
        .on("arn:${Partition}:dynamodb:*:${Account}:table/*").by(&[Spoke]).because("Which key encrypts a table, and whether it has a stream");
    /// The policy of a table.
    pub static GET_RESOURCE_POLICY: ApiCall = ApiCall::new("dynamodb", "GetResourcePolicy", &["dynamodb:GetResourcePolicy"])
        .on("arn:${Partition}:dynamodb:*:${Account}:table/*").by(&[Spoke]).because("Who may read and write a table; AWS Config does not hold it");
    /// Tables.
    pub static LIST_TABLES: ApiCall = ApiCall::new("dynamodb", "ListTables", &["dynamodb:ListTables"])
        .by(&[Spoke]).paged(Pages { request_token: "ExclusiveStartTableName", answer_token: "LastEvaluatedTableName", more: None, limit: Some(("Limit", 100)) }).because("Which tables there are");
}

#[rustfmt::skip]
/// Amazon EFS.
pub mod efs {
    use super::*;

    /// The policy of a file system.
    pub static DESCRIBE_FILE_SYSTEM_POLICY: ApiCall = ApiCall::new("efs", "DescribeFileSystemPolicy", &["elasticfilesystem:DescribeFileSystemPolicy"])
        .on("arn:${Partition}:elasticfilesystem:*:${Account}:file-system/*").by(&[Spoke]).because("Who may mount a file system");
    /// File systems.
    pub static DESCRIBE_FILE_SYSTEMS: ApiCall = ApiCall::new("efs", "DescribeFileSystems", &["elasticfilesystem:DescribeFileSystems"])
        .on("arn:${Partition}:elasticfilesystem:*:${Account}:file-system/*").by(&[Spoke]).paged(Pages { request_token: "Marker", answer_token: "NextMarker", more: None, limit: Some(("MaxItems", 100)) }).because("Which file systems there are");
}

#[rustfmt::skip]
/// Amazon OpenSearch Service.
pub mod es {
    use super::*;

    /// The settings of a domain with its access policy.
    pub static DESCRIBE_ELASTICSEARCH_DOMAIN_CONFIG: ApiCall = ApiCall::new("es", "DescribeElasticsearchDomainConfig", &["es:DescribeElasticsearchDomainConfig"])
        .on("arn:${Partition}:es:*:${Account}:domain/*").by(&[Spoke]).because("Who may query a domain");
    /// Domains.
    pub static LIST_DOMAIN_NAMES: ApiCall = ApiCall::new("es", "ListDomainNames", &["es:ListDomainNames"])
        .by(&[Spoke]).because("Which domains there are");
}

#[rustfmt::skip]
/// Amazon Kinesis Data Streams: policies, never records.
pub mod kinesis {
    use super::*;

    /// The policy of a stream.
    pub static GET_RESOURCE_POLICY: ApiCall = ApiCall::new("kinesis", "GetResourcePolicy", &["kinesis:GetResourcePolicy"])
        .on("arn:${Partition}:kinesis:*:${Account}:*").by(&[Spoke]).because("Who may read and write a stream; AWS Config does not hold it");
    /// Streams.
    pub static LIST_STREAMS: ApiCall = ApiCall::new("kinesis", "ListStreams", &["kinesis:ListStreams"])
        .by(&[Spoke]).paged(Pages { request_token: "NextToken", answer_token: "NextToken", more: Some("HasMoreStreams"), limit: Some(("Limit", 1000)) }).because("Which streams there are");
}

#[rustfmt::skip]
/// AWS KMS: keys and grants.
pub mod kms {
    use super::*;

    /// Grants of a key.
    pub static LIST_GRANTS: ApiCall = ApiCall::new("kms", "ListGrants", &["kms:ListGrants"])
        .on("arn:${Partition}:kms:*:${Account}:key/*").by(&[Spoke]).paged(Pages { request_token: "Marker", answer_token: "NextMarker", more: Some("Truncated"), limit: Some(("Limit", 100)) }).because("Who may use a key by a grant, which no policy shows");
    /// Keys.
    pub static LIST_KEYS: ApiCall = ApiCall::new("kms", "ListKeys", &["kms:ListKeys"])
        .by(&[Spoke]).paged(Pages { request_token: "Marker", answer_token: "NextMarker", more: Some("Truncated"), limit: Some(("Limit", 1000)) }).because("Which keys there are");
}

#[rustfmt::skip]
/// Amazon RDS.
pub mod rds {
    use super::*;

    /// Clusters.
    pub static DESCRIBE_DB_CLUSTERS: ApiCall = ApiCall::new("rds", "DescribeDBClusters", &["rds:DescribeDBClusters"])
        .on("arn:${Partition}:rds:*:${Account}:cluster:*").by(&[Spoke]).paged(Pages::by("Marker").limited("MaxRecords", 100)).because("Which databases take IAM authentication or the Data API, and which key encrypts them");
    /// Instances.
    pub static DESCRIBE_DB_INSTANCES: ApiCall = ApiCall::new("rds", "DescribeDBInstances", &["rds:DescribeDBInstances"])
        .on("arn:${Partition}:rds:*:${Account}:db:*").by(&[Spoke]).paged(Pages::by("Marker").limited("MaxRecords", 100)).because("Which databases take IAM authentication, and whether they are reachable from outside");
}

#[rustfmt::skip]
/// Amazon Redshift.
pub mod redshift {
    use super::*;

    /// Clusters.
    pub static DESCRIBE_CLUSTERS: ApiCall = ApiCall::new("redshift", "DescribeClusters", &["redshift:DescribeClusters"])
        .on("arn:${Partition}:redshift:*:${Account}:cluster:*").by(&[Spoke]).paged(Pages::by("Marker").limited("MaxRecords", 100)).because("Which roles a cluster may assume, and which key encrypts it");
}

#[rustfmt::skip]
/// Amazon S3 Control: settings of an account.
pub mod s3control {
    use super::*;

    /// Block Public Access of an account, for all of its buckets in all Regions.
    pub static GET_PUBLIC_ACCESS_BLOCK: ApiCall = ApiCall::new("s3control", "GetPublicAccessBlock", &["s3:GetAccountPublicAccessBlock"])
        .by(&[Spoke]).because("Whether the account keeps the public out of all its buckets; AWS Config knows it only where it was ever set");
}

#[rustfmt::skip]
/// AWS Secrets Manager: policies of secrets, never their values.
pub mod secretsmanager {
    use super::*;

    /// The policy of a secret.
    pub static GET_RESOURCE_POLICY: ApiCall = ApiCall::new("secretsmanager", "GetResourcePolicy", &["secretsmanager:GetResourcePolicy"])
        .on("arn:${Partition}:secretsmanager:*:${Account}:secret:*").by(&[Spoke]).because("Who may read a secret; AWS Config records it of late and not everywhere");
    /// Secrets, without values.
    pub static LIST_SECRETS: ApiCall = ApiCall::new("secretsmanager", "ListSecrets", &["secretsmanager:ListSecrets"])
        .by(&[Spoke]).paged(Pages::by("NextToken").limited("MaxResults", 100)).because("Which secrets there are to ask about");
}

#[rustfmt::skip]
/// Parameter Store: names and policies of parameters, never their values.
pub mod ssm {
    use super::*;

    /// Parameters, without values.
    pub static DESCRIBE_PARAMETERS: ApiCall = ApiCall::new("ssm", "DescribeParameters", &["ssm:DescribeParameters"])
        .by(&[Spoke]).paged(Pages::by("NextToken").limited("MaxResults", 50)).because("Which parameters there are");
    /// Policies of a parameter.
    pub static GET_RESOURCE_POLICIES: ApiCall = ApiCall::new("ssm", "GetResourcePolicies", &["ssm:GetResourcePolicies"])
        .on("arn:${Partition}:ssm:*:${Account}:*").by(&[Spoke]).paged(Pages::by("NextToken").limited("MaxResults", 50)).because("Which other accounts may read a parameter");
}
