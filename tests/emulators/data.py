"""Keys, secrets, tables, streams, repositories and parameters."""

import json

from .places import lines, recorded


def keys(estate, emulator, names):
    """KMS keys, which get ids of their own."""
    for account, region, row, configuration in recorded(estate, "AWS::KMS::Key"):
        made = emulator.client("kms", account, region).create_key(Description=configuration["description"])
        names.add(row["resourceId"], made["KeyMetadata"]["KeyId"])


def secrets(estate, emulator, names):
    """Secrets with their policies; the six characters behind a secret's name are the emulator's."""
    policies = {row["resourceId"]: configuration["ResourcePolicy"] for _, _, row, configuration in recorded(estate, "AWS::SecretsManager::ResourcePolicy")}
    for account, region, row, configuration in recorded(estate, "AWS::SecretsManager::Secret"):
        client = emulator.client("secretsmanager", account, region)
        made = client.create_secret(Name=configuration["Name"], Description=configuration["Description"], SecretString="-", Tags=configuration["Tags"])
        names.add(row["resourceId"].rsplit(":")[-1], made["ARN"].rsplit(":")[-1])
        if row["resourceId"] in policies:
            client.put_resource_policy(SecretId=made["ARN"], ResourcePolicy=names.renamed(json.dumps(policies[row["resourceId"]])))


def tables(estate, emulator, _):
    """DynamoDB tables with their policies."""
    for account, region, _, configuration in recorded(estate, "AWS::DynamoDB::Table"):
        key = configuration["keySchema"][0]["attributeName"]
        emulator.client("dynamodb", account, region).create_table(
            TableName=configuration["tableName"], KeySchema=[{"AttributeName": key, "KeyType": "HASH"}], AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST"
        )
    for account, region, line in lines(estate, "dynamodb/resource-policies"):
        if "Policy" in line["Response"]:
            emulator.client("dynamodb", account, region).put_resource_policy(ResourceArn=line["Arn"], Policy=line["Response"]["Policy"])


def streams(estate, emulator, _):
    """Kinesis streams."""
    for account, region, _, configuration in recorded(estate, "AWS::Kinesis::Stream"):
        emulator.client("kinesis", account, region).create_stream(StreamName=configuration["Name"], ShardCount=configuration["ShardCount"])


def repositories(estate, emulator, _):
    """ECR repositories; their policies are of AWS Config."""
    for account, region, _, configuration in recorded(estate, "AWS::ECR::Repository"):
        emulator.client("ecr", account, region).create_repository(repositoryName=configuration["RepositoryName"], imageTagMutability=configuration["ImageTagMutability"])


def file_systems(estate, emulator, names):
    """EFS file systems, which get ids of their own."""
    for account, region, row, configuration in recorded(estate, "AWS::EFS::FileSystem"):
        made = emulator.client("efs", account, region).create_file_system(CreationToken=row["resourceId"], Encrypted=configuration["Encrypted"], PerformanceMode=configuration["PerformanceMode"])
        names.add(row["resourceId"], made["FileSystemId"])


def domains(estate, emulator, _):
    """OpenSearch domains with their policies."""
    for account, region, _, configuration in recorded(estate, "AWS::OpenSearch::Domain"):
        emulator.client("opensearch", account, region).create_domain(DomainName=configuration["DomainName"], EngineVersion=configuration["EngineVersion"], AccessPolicies=json.dumps(configuration["AccessPolicies"]))


def parameters(estate, emulator, _):
    """Parameters of Systems Manager."""
    for account, region, line in lines(estate, "ssm/parameters"):
        client = emulator.client("ssm", account, region)
        for _ in range(line["Version"]):
            client.put_parameter(Name=line["Name"], Type=line["Type"], Value="-", Tier=line["Tier"], DataType=line["DataType"], Overwrite=True)
