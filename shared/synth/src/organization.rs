//! The organization around the accounts: units, control policies, trail, aggregator.

use serde_json::{Value, json};

use crate::Organization;
use crate::names::{ORGANIZATION, REGIONS, account_id, iam};
use crate::shape::CAPTURED_AT;

const ROOT: &str = "r-syn1";

/// Units: id, name, parent.
const UNITS: [(&str, &str, &str); 6] = [
    ("ou-syn1-security0", "Security", ROOT),
    ("ou-syn1-infra0000", "Infrastructure", ROOT),
    ("ou-syn1-workloads", "Workloads", ROOT),
    ("ou-syn1-prod00000", "Prod", "ou-syn1-workloads"),
    ("ou-syn1-dev000000", "Dev", "ou-syn1-workloads"),
    ("ou-syn1-sandbox00", "Sandbox", ROOT),
];

/// The unit of the account with that number, and the name of the account.
fn unit_of(number: usize) -> (&'static str, String) {
    match number {
        0 => (ROOT, "management".to_owned()),
        1 => ("ou-syn1-security0", "security".to_owned()),
        2 => ("ou-syn1-infra0000", "shared".to_owned()),
        _ if number.is_multiple_of(20) => ("ou-syn1-sandbox00", format!("sandbox-{number}")),
        _ if number.is_multiple_of(2) => ("ou-syn1-dev000000", format!("dev-{number}")),
        _ => ("ou-syn1-prod00000", format!("prod-{number}")),
    }
}

/// The documents of the organization, by key.
#[must_use]
pub fn documents(organization: &Organization) -> Vec<(&'static str, Value)> {
    let management = account_id(0);
    let hub = account_id(organization.hub());
    vec![
        (
            "capture.json",
            json!({"format": "sv0-capture/1", "partition": "aws", "hub_account": hub, "organization_id": ORGANIZATION, "captured_at": CAPTURED_AT, "regions": REGIONS}),
        ),
        (
            "organizations/organization.json",
            json!({"Organization": {"Id": ORGANIZATION, "Arn": format!("arn:aws:organizations::{management}:organization/{ORGANIZATION}"), "FeatureSet": "ALL",
                "MasterAccountId": management, "MasterAccountArn": account_arn(&management), "MasterAccountEmail": "aws@synthetic.example"}}),
        ),
        (
            "organizations/accounts.json",
            json!({"Accounts": accounts(organization)}),
        ),
        ("organizations/tree.json", tree(organization)),
        (
            "organizations/policies.json",
            json!({"Policies": control_policies(organization, &management)}),
        ),
        (
            "organizations/delegated-administrators.json",
            json!({"DelegatedAdministrators": [{"Id": hub, "Arn": account_arn(&hub), "Name": "security", "State": "ACTIVE",
                "Services": [{"ServicePrincipal": "config.amazonaws.com"}, {"ServicePrincipal": "access-analyzer.amazonaws.com"}]}]}),
        ),
        (
            "config/aggregator.json",
            json!({"ConfigurationAggregators": [{"ConfigurationAggregatorName": "organization", "OrganizationAggregationSource": {"RoleArn": iam(&hub, "role/aggregator"), "AllAwsRegions": true}}]}),
        ),
        ("cloudtrail/trails.json", trail(&management)),
    ]
}

fn account_arn(account: &str) -> String {
    format!(
        "arn:aws:organizations::{}:account/{ORGANIZATION}/{account}",
        account_id(0)
    )
}

fn accounts(organization: &Organization) -> Vec<Value> {
    let account = |number| {
        let id = account_id(number);
        let (_, name) = unit_of(number);
        json!({"Id": id, "Arn": account_arn(&id), "Name": name, "State": "ACTIVE", "Status": "ACTIVE", "JoinedMethod": "CREATED"})
    };
    (0..organization.accounts).map(account).collect()
}

fn tree(organization: &Organization) -> Value {
    let arn = |what: &str| format!("arn:aws:organizations::{}:{what}", account_id(0));
    let types = json!([{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}, {"Type": "RESOURCE_CONTROL_POLICY", "Status": "ENABLED"}]);
    let units: Vec<Value> = UNITS
        .iter()
        .map(|(id, name, parent)| json!({"Id": id, "Arn": arn(&format!("ou/{ORGANIZATION}/{id}")), "Name": name, "ParentId": parent}))
        .collect();
    let parents: Vec<Value> = (0..organization.accounts)
        .map(|number| json!({"ChildId": account_id(number), "ParentId": unit_of(number).0}))
        .collect();
    json!({"Roots": [{"Id": ROOT, "Arn": arn(&format!("root/{ORGANIZATION}/{ROOT}")), "Name": "Root", "PolicyTypes": types}],
        "OrganizationalUnits": units, "Parents": parents})
}

fn control_policies(organization: &Organization, management: &str) -> Vec<Value> {
    // AWS attaches it to every root, unit and account; where it is taken away, nothing is allowed.
    let units = [ROOT]
        .into_iter()
        .chain(UNITS.iter().map(|(id, _, _)| *id))
        .map(str::to_owned);
    let everywhere: Vec<String> = units.chain((0..organization.accounts).map(account_id)).collect();
    let policy = |id: &str, name: &str, aws_managed: bool, statements: Value, targets: Value| {
        let owner = if aws_managed { "aws" } else { management };
        json!({"Id": id, "Arn": format!("arn:aws:organizations::{owner}:policy/{ORGANIZATION}/service_control_policy/{id}"), "Name": name,
            "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": aws_managed, "Content": json!({"Version": "2012-10-17", "Statement": statements}).to_string(), "Targets": targets})
    };
    vec![
        policy(
            "p-FullAWSAccess",
            "FullAWSAccess",
            true,
            json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]),
            json!(everywhere),
        ),
        policy(
            "p-synregion1",
            "OnlyOurRegions",
            false,
            json!([{"Effect": "Deny", "NotAction": ["iam:*", "organizations:*", "sts:*", "route53:*", "support:*"], "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:RequestedRegion": REGIONS}, "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/AWSControlTowerExecution"}}}]),
            json!([ROOT]),
        ),
        policy(
            "p-synaudit01",
            "KeepTheTrail",
            false,
            json!([{"Effect": "Deny", "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "config:DeleteConfigurationRecorder"], "Resource": "*"}]),
            json!(["ou-syn1-workloads", "ou-syn1-sandbox00"]),
        ),
        policy(
            "p-synsandb01",
            "SandboxLimits",
            false,
            json!([{"Effect": "Deny", "Action": ["iam:CreateUser", "iam:CreateAccessKey", "ec2:AcceptVpcPeeringConnection"], "Resource": "*"}]),
            json!(["ou-syn1-sandbox00"]),
        ),
    ]
}

fn trail(management: &str) -> Value {
    let arn = format!("arn:aws:cloudtrail:eu-west-1:{management}:trail/organization");
    json!([{
        "Trail": {"Name": "organization", "S3BucketName": "synthetic-trail", "IncludeGlobalServiceEvents": true, "IsMultiRegionTrail": true, "HomeRegion": "eu-west-1",
            "TrailARN": arn, "LogFileValidationEnabled": true, "HasCustomEventSelectors": true, "IsOrganizationTrail": true},
        "Status": {"IsLogging": true, "LatestDeliveryTime": "2026-03-02T05:56:40+00:00", "StartLoggingTime": "2024-05-11T08:00:00+00:00"},
        "EventSelectors": {"TrailARN": arn, "EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": [], "ExcludeManagementEventSources": []}]},
    }])
}

/// What AWS Config records in an account, a line a Region.
#[must_use]
pub fn recorders(account: &str) -> Vec<Value> {
    let recorder = |region: &&str| {
        json!({"AccountId": account, "Region": region,
            "ConfigurationRecorders": [{"name": "default", "recordingGroup": {"allSupported": true, "includeGlobalResourceTypes": *region == "eu-west-1", "resourceTypes": []}}],
            "ConfigurationRecordersStatus": [{"name": "default", "recording": true, "lastStatus": "SUCCESS"}]})
    };
    REGIONS.iter().map(recorder).collect()
}
