//! What the centre holds: AWS Config, Security Hub, IAM Access Analyzer.

use serde_json::{Value, json};

use crate::answers::list;
use crate::estate::Estate;
use crate::router::Asked;

/// AWS Config, Security Hub: entries of a page.
const PAGE: u64 = 100;
const AGGREGATOR: &str = "organization";
const TRUST: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22lambda.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D";

/// Types of which each account has more than one in each Region.
const REGIONAL: [(&str, u64); 12] = [
    ("AWS::Lambda::Function", 10),
    ("AWS::KMS::Key", 8),
    ("AWS::SecretsManager::Secret", 5),
    ("AWS::EC2::Instance", 5),
    ("AWS::DynamoDB::Table", 2),
    ("AWS::SQS::Queue", 4),
    ("AWS::SNS::Topic", 4),
    ("AWS::ECS::TaskDefinition", 3),
    ("AWS::StepFunctions::StateMachine", 1),
    ("AWS::ECR::Repository", 3),
    ("AWS::RDS::DBInstance", 1),
    ("AWS::SSM::Parameter", 5),
];

/// Items of a type, of each account.
fn items_of(estate: &Estate, resource_type: &str) -> u64 {
    match resource_type {
        "AWS::IAM::Role" => estate.roles,
        "AWS::IAM::Policy" => 10,
        "AWS::IAM::User" => 5,
        "AWS::S3::Bucket" => 10,
        other => {
            let found = REGIONAL.iter().find(|(name, _)| *name == other);
            found.map_or(0, |(_, count)| count * estate.regions().len() as u64)
        }
    }
}

pub fn answer(estate: &Estate, asked: &Asked<'_>) -> Option<Value> {
    let token = if asked.service == "accessanalyzer" {
        "nextToken"
    } else {
        "NextToken"
    };
    let list = |field, total, entry: &dyn Fn(u64) -> Value| list(asked, field, total, PAGE, token, entry);
    let accounts = estate.accounts;
    match asked.operation {
        "DescribeConfigurationAggregators" => list("ConfigurationAggregators", 1, &|_| {
            json!({
                "ConfigurationAggregatorName": AGGREGATOR, "ConfigurationAggregatorArn": format!("arn:aws:config:eu-west-1:{}:config-aggregator/config-aggregator-1", estate.hub()),
                "OrganizationAggregationSource": {"RoleArn": format!("arn:aws:iam::{}:role/AWSConfigAggregator", estate.hub()), "AllAwsRegions": true},
            })
        }),
        "DescribeConfigurationAggregatorSourcesStatus" => list("AggregatedSourceStatusList", accounts, &|index| {
            json!({"SourceId": estate.account(index), "SourceType": "ACCOUNT", "AwsRegion": "eu-west-1", "LastUpdateStatus": "SUCCEEDED"})
        })
        .map(|mut page| {
            if let Some(list) = page.get_mut("AggregatedSourceStatusList").and_then(Value::as_array_mut) {
                list.push(json!({"SourceId": "Organization", "SourceType": "ORGANIZATION", "AwsRegion": "eu-west-1", "LastUpdateStatus": "SUCCEEDED"}));
            }
            page
        }),
        "DescribeConfigurationRecorders" => Some(json!({"ConfigurationRecorders": [{"name": "default", "roleARN": "arn:aws:iam::100000000000:role/config", "recordingGroup": {"allSupported": true, "includeGlobalResourceTypes": true}}]})),
        "DescribeConfigurationRecorderStatus" => Some(json!({"ConfigurationRecordersStatus": [{"name": "default", "recording": true, "lastStatus": "SUCCESS"}]})),
        "SelectAggregateResourceConfig" => {
            let resource_type = asked.request.text().split("resourceType = '").nth(1)?.split('\'').next()?;
            let of_account = items_of(estate, resource_type);
            list("Results", of_account * accounts, &|index| {
                Value::from(item(estate, resource_type, index / of_account.max(1), index % of_account.max(1)).to_string())
            })
        }
        "ListAggregateDiscoveredResources" => Some(json!({"ResourceIdentifiers": []})),
        "GetFindings" => list("Findings", 10 * accounts, &|index| finding(&estate.account(index / 10), index)),
        "ListAnalyzers" => Some(json!({"analyzers": [{
            "arn": format!("arn:aws:access-analyzer:{}:{}:analyzer/organization", asked.region, estate.hub()), "name": "organization", "type": "ORGANIZATION", "status": "ACTIVE", "createdAt": "2025-01-01T00:00:00Z",
        }]})),
        "ListFindingsV2" => list("findings", accounts / 2 / estate.regions().len().max(1) as u64, &|index| {
            json!({
                "id": format!("finding-{index}"), "findingType": "ExternalAccess", "resource": format!("arn:aws:s3:::bucket-{index}"), "resourceType": "AWS::S3::Bucket",
                "resourceOwnerAccount": estate.account(index), "status": "ACTIVE", "createdAt": "2025-11-02T05:00:00Z", "updatedAt": "2026-03-01T05:12:00Z", "analyzedAt": "2026-03-01T05:12:00Z",
            })
        }),
        "GetFindingV2" => Some(json!({
            "id": "finding", "findingType": "ExternalAccess", "status": "ACTIVE", "resourceType": "AWS::S3::Bucket", "resourceOwnerAccount": estate.hub(),
            "createdAt": "2025-11-02T05:00:00Z", "updatedAt": "2026-03-01T05:12:00Z", "analyzedAt": "2026-03-01T05:12:00Z",
            "findingDetails": [{"externalAccessDetails": {"isPublic": false, "principal": {"AWS": estate.management()}, "action": ["s3:GetObject"], "condition": {}}}],
        })),
        _ => Some(json!({})),
    }
}

/// As AWS Config prints one, of a usual size.
fn item(estate: &Estate, resource_type: &str, account: u64, index: u64) -> Value {
    let account = estate.account(account);
    let is_iam = resource_type.starts_with("AWS::IAM::");
    let regions = estate.regions();
    let region = if is_iam {
        "global"
    } else {
        regions
            .get(index as usize % regions.len().max(1))
            .copied()
            .unwrap_or("eu-west-1")
    };
    let kind = resource_type
        .rsplit("::")
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let name = format!("{kind}-{index}");
    let arn = if is_iam {
        format!("arn:aws:iam::{account}:{kind}/{name}")
    } else {
        format!("arn:aws:{kind}:{region}:{account}:{name}")
    };
    let managed = index % 20;
    json!({
        "accountId": account, "awsRegion": region, "arn": arn, "availabilityZone": "Not Applicable", "resourceId": format!("{name}-{account}"), "resourceName": name, "resourceType": resource_type,
        "resourceCreationTime": "2025-09-30T11:45:02.000Z", "configurationItemCaptureTime": "2026-03-01T21:14:07.318Z", "configurationItemStatus": "OK", "configurationStateId": "20260301211407318", "version": "1.3",
        "configuration": {
            "path": "/", "roleName": name, "roleId": format!("AROA{account}{index:04}"), "arn": arn, "createDate": "2025-09-30T11:45:02.000Z", "assumeRolePolicyDocument": TRUST, "instanceProfileList": [],
            "rolePolicyList": [{"policyName": "inline", "policyDocument": TRUST}],
            "attachedManagedPolicies": [{"policyName": format!("Managed{managed}"), "policyArn": format!("arn:aws:iam::aws:policy/Managed{managed}")}],
            "tags": [{"key": "Owner", "value": "security"}],
        },
        "supplementaryConfiguration": {}, "tags": [{"tag": "Owner=security", "key": "Owner", "value": "security"}], "relationships": [],
    })
}

fn finding(account: &str, index: u64) -> Value {
    json!({
        "SchemaVersion": "2018-10-08", "Id": format!("arn:aws:securityhub:eu-west-1:{account}:security-control/S3.8/finding/{index}"), "ProductArn": "arn:aws:securityhub:eu-west-1::product/aws/securityhub",
        "GeneratorId": "security-control/S3.8", "AwsAccountId": account, "Region": "eu-west-1", "CreatedAt": "2026-03-01T05:12:00Z", "UpdatedAt": "2026-03-01T05:12:00Z",
        "Severity": {"Label": "HIGH", "Normalized": 70}, "Title": "S3 general purpose buckets should block public access", "Description": "described",
        "Resources": [{"Type": "AwsS3Bucket", "Id": format!("arn:aws:s3:::bucket-{index}"), "Partition": "aws", "Region": "eu-west-1"}],
        "Compliance": {"Status": "FAILED", "SecurityControlId": "S3.8"}, "Workflow": {"Status": "NEW"}, "RecordState": "ACTIVE",
    })
}
