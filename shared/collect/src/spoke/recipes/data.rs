//! What holds data.

use super::{about, describe, gather, recipe};
use crate::calls::{dynamodb, efs, es, kinesis, kms, rds, redshift, secretsmanager, ssm};
use crate::spoke::recipe::Argument::{At, Text};
use crate::spoke::recipe::Ask::{Always, WhenConfigLacks};
use crate::spoke::recipe::{Each, Level, Recipe};

const TABLE_ARN: &str = "arn:{partition}:dynamodb:{region}:{account}:table/{0}";

const fn parameters(each: Each) -> Level {
    Level::of(&ssm::DESCRIBE_PARAMETERS, "Parameters", each)
}

/// The rows, sorted.
#[rustfmt::skip]
pub(super) static RECIPES: &[Recipe] = &[
    recipe("dynamodb", "resource-policies", Always("AWS Config does not hold policies of tables"), &[&[
        Level::of(&dynamodb::LIST_TABLES, "TableNames", about(TABLE_ARN, &dynamodb::GET_RESOURCE_POLICY, &[("ResourceArn", Text(TABLE_ARN))], &["PolicyNotFoundException"])),
    ]]),
    recipe("dynamodb", "tables", WhenConfigLacks("AWS::DynamoDB::Table"), &[&[
        Level::of(&dynamodb::LIST_TABLES, "TableNames", describe(&dynamodb::DESCRIBE_TABLE, &[("TableName", At("0"))])),
    ]]),
    recipe("elasticfilesystem", "file-system-policies", Always("where AWS Config shows no policy of a file system, that proves nothing"), &[&[
        Level::of(&efs::DESCRIBE_FILE_SYSTEMS, "FileSystems",
            about("{0.FileSystemArn}", &efs::DESCRIBE_FILE_SYSTEM_POLICY, &[("FileSystemId", At("0.FileSystemId"))], &["PolicyNotFound"])),
    ]]),
    recipe("es", "domain-policies", Always("where AWS Config shows no policy of a domain, that proves nothing"), &[&[
        Level::of(&es::LIST_DOMAIN_NAMES, "DomainNames",
            about("arn:{partition}:es:{region}:{account}:domain/{0.DomainName}", &es::DESCRIBE_ELASTICSEARCH_DOMAIN_CONFIG, &[("DomainName", At("0.DomainName"))], &[])),
    ]]),
    recipe("kinesis", "resource-policies", Always("AWS Config does not hold policies of streams"), &[&[
        Level::of(&kinesis::LIST_STREAMS, "StreamSummaries",
            about("{0.StreamARN}", &kinesis::GET_RESOURCE_POLICY, &[("ResourceARN", At("0.StreamARN"))], &["ResourceNotFoundException"])),
    ]]),
    // Grants on AWS managed keys count as well, and telling those keys apart costs as many calls as asking for their grants.
    recipe("kms", "grants", Always("AWS Config does not hold grants"), &[&[
        Level::of(&kms::LIST_KEYS, "Keys", gather("{0.KeyArn}", "Grants", &[Level::of(&kms::LIST_GRANTS, "Grants", Each::Item).asked(&[("KeyId", At("0.KeyId"))])])),
    ]]),
    recipe("rds", "db-clusters", WhenConfigLacks("AWS::RDS::DBCluster"), &[&[Level::of(&rds::DESCRIBE_DB_CLUSTERS, "DBClusters", Each::Item)]]),
    recipe("rds", "db-instances", WhenConfigLacks("AWS::RDS::DBInstance"), &[&[Level::of(&rds::DESCRIBE_DB_INSTANCES, "DBInstances", Each::Item)]]),
    recipe("redshift", "clusters", WhenConfigLacks("AWS::Redshift::Cluster"), &[&[Level::of(&redshift::DESCRIBE_CLUSTERS, "Clusters", Each::Item)]]),
    recipe("secretsmanager", "resource-policies", Always("AWS Config records policies of secrets of late, and not in every Region"), &[&[
        Level::of(&secretsmanager::LIST_SECRETS, "SecretList", describe(&secretsmanager::GET_RESOURCE_POLICY, &[("SecretId", At("0.ARN"))])),
    ]]),
    recipe("ssm", "parameters", WhenConfigLacks("AWS::SSM::Parameter"), &[&[parameters(Each::Item)]]),
    recipe("ssm", "resource-policies", Always("AWS Config does not hold policies of parameters"), &[&[
        parameters(gather("{0.ARN}", "Policies", &[Level::of(&ssm::GET_RESOURCE_POLICIES, "Policies", Each::Item).asked(&[("ResourceArn", At("0.ARN"))])])),
    ]]),
];
