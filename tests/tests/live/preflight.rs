//! What a scan needs and does not find: a complete organization has everything, and each thing taken away is told of by its check, with the command that mends it.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::commands;
use super::recording::{EXAMPLE, EXTERNAL_ID, ROLE, live, trust, words};
use crate::answers::assert_valid;
use crate::fake_aws::FakeAws;
use crate::support::repository;

const HUB: &str = "604915728338";
const MANAGEMENT: &str = "318277459012";
const SPOKE: &str = "271650948133";
/// Where the trail's key is.
const KEY_ACCOUNT: &str = "188275390464";
/// Regions that an account has to enable.
const OPT_IN: [&str; 12] = [
    "af-south-1",
    "ap-east-1",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
];

/// An organization in which nothing is missing: the example, completed.
struct Organization {
    folder: TempDir,
    options: Value,
    arguments: Vec<&'static str>,
    /// What AWS refuses.
    faults: Vec<Value>,
}

impl Organization {
    fn complete() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let example = repository().join(EXAMPLE);
        for part in [
            "capture.json",
            "organizations",
            "config",
            "securityhub",
            "access-analyzer",
            "identity-center",
            "cloudtrail/trails.ndjson",
            "cloudtrail/AWSLogs/o-acme1example/604915728338",
        ] {
            for entry in walkdir::WalkDir::new(example.join(part))
                .into_iter()
                .map(Result::unwrap)
            {
                let to = folder.path().join(entry.path().strip_prefix(&example).unwrap());
                if entry.file_type().is_file() {
                    fs::create_dir_all(to.parent().unwrap()).unwrap();
                    fs::copy(entry.path(), to).unwrap();
                }
            }
        }
        let organization = Self {
            folder,
            options: json!({ "page_size": 50, "roles": [{"path": ROLE, "trust": trust()}] }),
            arguments: vec!["--workgroup", "securityv0", "--probe-external-id"],
            faults: Vec::new(),
        };
        organization.edit("capture.json", |header| {
            header["regions"] = json!([["eu-west-1", "eu-central-1"].as_slice(), OPT_IN.as_slice()].concat())
        });
        organization.edit("cloudtrail/trails.ndjson", |line| {
            line["Trail"]["KmsKeyId"] = json!(format!(
                "arn:aws:kms:eu-west-1:{KEY_ACCOUNT}:key/00000000-0000-4000-8000-000000000001"
            ));
        });
        organization.edit("organizations/delegated-administrators.json", |administrators| {
            let services = administrators["DelegatedAdministrators"][0]["Services"]
                .as_array_mut()
                .unwrap();
            for principal in [
                "sso.amazonaws.com",
                "cloudtrail.amazonaws.com",
                "member.org.stacksets.cloudformation.amazonaws.com",
            ] {
                services.push(
                    json!({"ServicePrincipal": principal, "DelegationEnabledDate": "2021-09-14T10:02:31.774000+00:00"}),
                );
            }
        });
        organization
    }

    /// Changes the document of a file, or each of its lines.
    fn edit(&self, file: &str, change: impl Fn(&mut Value)) {
        let path = self.folder.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        let documents = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
        let changed = documents.map(|document| {
            let mut document = document.unwrap();
            change(&mut document);
            document.to_string()
        });
        let changed: Vec<String> = changed.collect();
        fs::write(path, changed.join("\n")).unwrap();
    }

    /// AWS refuses an operation, in these words where there are some.
    fn refuse(&mut self, service: &str, operation: &str, message: &str) {
        self.faults.push(json!({"service": service, "operation": operation, "kind": "access_denied", "times": null, "message": message}));
    }

    /// Trust policies of the spoke role have this in place of what they have.
    fn trusts(&mut self, pointer: &str, value: Value) {
        *self
            .options
            .pointer_mut("/roles/0/trust/Statement/0")
            .unwrap()
            .pointer_mut(pointer)
            .unwrap() = value;
    }

    fn remove(&self, file: &str) {
        fs::remove_file(self.folder.path().join(file)).unwrap();
    }

    fn remove_folder(&self, folder: &str) {
        fs::remove_dir_all(self.folder.path().join(folder)).unwrap();
    }

    fn without_delegation(&self, principal: &str) {
        self.edit("organizations/delegated-administrators.json", |administrators| {
            let services = administrators["DelegatedAdministrators"][0]["Services"]
                .as_array_mut()
                .unwrap();
            services.retain(|service| service["ServicePrincipal"] != principal);
        });
    }

    /// What preflight finds, and its exit code.
    fn checks(&self) -> (Vec<Value>, i32) {
        let fake = FakeAws::start(self.folder.path(), &self.options);
        fake.fault(&json!(self.faults));
        let mut arguments = vec!["preflight", "--json", "--regions", "eu-west-1"];
        arguments.extend(&self.arguments);
        let output = live(&fake, &arguments).output().unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", words(&output)));
        assert_valid("preflight", &answer);
        assert_eq!(fake.problems(), Vec::<Value>::new());
        (
            answer["checks"].as_array().unwrap().clone(),
            output.status.code().unwrap(),
        )
    }
}

/// What is taken away, and what is told of it: check, status, a part of the command, the account it is typed in.
type Case = (
    &'static str,
    fn(&mut Organization),
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("the aggregator", |it| it.edit("config/aggregator.json", |file| file["ConfigurationAggregators"] = json!([])),
        "config_aggregator", "missing", "aws configservice put-configuration-aggregator --region eu-west-1", HUB),
    ("an aggregator of every Region", |it| it.edit("config/aggregator.json", |file| file["ConfigurationAggregators"][0]["OrganizationAggregationSource"] = json!({"RoleArn": "arn:aws:iam::604915728338:role/x", "AwsRegions": ["eu-west-1"]})),
        "config_aggregator", "advised", "AllAwsRegions=true", HUB),
    ("a source that is up to date", |it| it.edit("config/aggregator.json", |file| file["AggregatedSourceStatusList"] = json!([
            {"SourceId": SPOKE, "SourceType": "ACCOUNT", "AwsRegion": "eu-west-1", "LastUpdateStatus": "FAILED", "LastErrorCode": "x", "LastErrorMessage": "y"}])),
        "config_aggregator_sources", "advised", "aws configservice describe-configuration-aggregator-sources-status --configuration-aggregator-name acme", HUB),
    ("the hub's recorder", |it| it.remove("config/recorders.ndjson"),
        "config_recorder", "advised", "aws configservice start-configuration-recorder", HUB),
    ("delegation of Config", |it| it.without_delegation("config.amazonaws.com"),
        "delegated_administrator:config.amazonaws.com", "missing", "register-delegated-administrator --account-id 604915728338 --service-principal config.amazonaws.com", MANAGEMENT),
    ("delegation of Access Analyzer", |it| it.without_delegation("access-analyzer.amazonaws.com"),
        "delegated_administrator:access-analyzer.amazonaws.com", "advised", "--service-principal access-analyzer.amazonaws.com", MANAGEMENT),
    ("delegation of StackSets", |it| it.without_delegation("member.org.stacksets.cloudformation.amazonaws.com"),
        "delegated_administrator:member.org.stacksets.cloudformation.amazonaws.com", "advised", "member.org.stacksets.cloudformation.amazonaws.com", MANAGEMENT),
    ("Security Hub", |it| it.remove("securityhub/findings.ndjson"),
        "security_hub", "advised", "aws securityhub enable-organization-admin-account --admin-account-id 604915728338", MANAGEMENT),
    ("the analyzer of external access", |it| it.edit("access-analyzer/analyzers.ndjson", |one| if one["type"] == "ORGANIZATION" { one["status"] = json!("DISABLED") }),
        "analyzer_external_access", "advised", "--type ORGANIZATION --region eu-west-1", HUB),
    ("the analyzer of unused access", |it| it.edit("access-analyzer/analyzers.ndjson", |one| if one["type"] == "ORGANIZATION_UNUSED_ACCESS" { one["status"] = json!("DISABLED") }),
        "analyzer_unused_access", "advised", "--type ORGANIZATION_UNUSED_ACCESS --region eu-west-1", HUB),
    ("Identity Center", |it| it.remove("identity-center/instances.ndjson"),
        "identity_center", "advised", "aws sso-admin list-instances", MANAGEMENT),
    ("the trail", |it| it.remove("cloudtrail/trails.ndjson"),
        "organization_trail", "missing", "aws cloudtrail create-trail", MANAGEMENT),
    ("the trail's Regions", |it| it.edit("cloudtrail/trails.ndjson", |line| line["Trail"]["IsMultiRegionTrail"] = json!(false)),
        "trail_regions", "missing", "--is-multi-region-trail", MANAGEMENT),
    ("a trail that records", |it| it.edit("cloudtrail/trails.ndjson", |line| line["Status"]["IsLogging"] = json!(false)),
        "trail_logging", "missing", "aws cloudtrail start-logging --name arn:aws:cloudtrail", MANAGEMENT),
    ("data events", |it| it.edit("cloudtrail/trails.ndjson", |line| line["EventSelectors"] = json!({"TrailARN": line["Trail"]["TrailARN"], "EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": []}]})),
        "trail_events", "advised", "aws cloudtrail", MANAGEMENT),
    ("the workgroup", |it| it.arguments = vec!["--probe-external-id"],
        "athena_workgroup", "advised", "--workgroup", HUB),
    ("the bound of the workgroup", |it| it.options["athena_workgroup"] = json!({"name": "securityv0", "state": "ENABLED", "output": "s3://securityv0-hub/athena/", "bytes_scanned_cutoff": null}),
        "athena_workgroup", "missing", "BytesScannedCutoffPerQuery=", HUB),
    ("the role of a spoke", |it| it.options["roles"][0]["absent_in"] = json!([SPOKE]),
        "spoke_role", "missing", "aws cloudformation list-stack-instances --stack-set-name securityv0-readonly", HUB),
    ("the role's trust in the hub", |it| it.trusts("/Principal/AWS", json!("arn:aws:iam::604915728338:role/Other")),
        "spoke_role", "missing", "aws cloudformation list-stack-instances --stack-set-name securityv0-readonly", HUB),
    ("the right external id", |it| it.trusts("/Condition/StringEquals/sts:ExternalId", json!("another-external-id")),
        "spoke_role", "missing", "aws cloudformation list-stack-instances --stack-set-name securityv0-readonly", HUB),
    ("tags of sessions", |it| it.trusts("/Action", json!("sts:AssumeRole")),
        "session_tags", "missing", "aws cloudformation update-stack-set --stack-set-name securityv0-readonly --call-as DELEGATED_ADMIN --template-body file://cfn-stacksets/spoke-role.yaml --capabilities CAPABILITY_NAMED_IAM --parameters ParameterKey=CollectorRoleArn,UsePreviousValue=true", HUB),
    ("tags of sessions, without a StackSet", |it| {
            it.arguments.extend(["--stack-set", ""]);
            it.trusts("/Action", json!("sts:AssumeRole"));
        },
        "session_tags", "missing", "read -rs SV0_EXTERNAL_ID && aws cloudformation deploy --stack-name SecurityV0-Spoke --template-file cfn-stacksets/spoke-role.yaml --capabilities CAPABILITY_NAMED_IAM --region eu-west-1 --parameter-overrides CollectorRoleArn=COLLECTOR_ROLE_ARN PreflightRoleArn=PREFLIGHT_ROLE_ARN ExternalId=\"$SV0_EXTERNAL_ID\" OrganizationId=o-acme1example", "each of these accounts"),
    ("the external id, where tags are asked for", |it| it.trusts("/Condition", json!({"Null": {"aws:RequestTag/sv0-component": "false"}})),
        "external_id", "missing", "aws cloudformation update-stack-set --stack-set-name securityv0-readonly", HUB),
    ("the external id, by the trust policy", |it| {
            it.arguments = vec!["--workgroup", "securityv0"];
            it.trusts("/Condition", json!({"StringEqualsIfExists": {"sts:ExternalId": EXTERNAL_ID}}));
        },
        "external_id", "missing", "aws cloudformation update-stack-set --stack-set-name securityv0-readonly", HUB),
    ("the trail's bucket, listed", |it| it.refuse("s3", "ListObjectsV2", ""),
        "trail_bucket", "missing", "aws s3api get-bucket-policy --bucket acme-org-cloudtrail --query Policy --output text | jq '.Statement += [{\"Action\":[\"s3:GetBucketLocation\",\"s3:ListBucket\"],\"Condition\":{\"StringEquals\":{\"aws:PrincipalOrgID\":\"o-acme1example\"}},\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::604915728338:role/SecurityV0HubCollector\"}", "the account of the bucket acme-org-cloudtrail"),
    ("the trail's bucket, for who reads it without Athena", |it| {
            it.arguments = vec!["--cloudtrail-logs", "s3://acme-org-cloudtrail", "--probe-external-id"];
            it.refuse("s3", "ListObjectsV2", "");
        },
        "trail_bucket", "missing", "aws s3api get-bucket-policy --bucket acme-org-cloudtrail", "the account of the bucket acme-org-cloudtrail"),
    ("the trail's bucket, read", |it| it.refuse("s3", "GetObject", ""),
        "trail_bucket", "missing", "{\"Action\":[\"s3:GetObject\"],\"Condition\":{\"StringEquals\":{\"aws:PrincipalOrgID\":\"o-acme1example\"}},\"Effect\":\"Allow\"", "the account of the bucket acme-org-cloudtrail"),
    ("what the trail delivers", |it| it.remove_folder("cloudtrail/AWSLogs"),
        "trail_bucket", "advised", "aws s3 ls s3://acme-org-cloudtrail/AWSLogs/o-acme1example/604915728338/CloudTrail/", HUB),
    ("the trail's key", |it| it.refuse("s3", "GetObject", "User: arn:aws:sts::604915728338:assumed-role/SecurityV0HubCollector/hub is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:188275390464:key/1 because no resource-based policy allows the kms:Decrypt action"),
        "trail_key", "missing", "[{\"Action\":[\"kms:Decrypt\"],\"Condition\":{\"StringEquals\":{\"aws:PrincipalOrgID\":\"o-acme1example\"},\"StringLike\":{\"kms:EncryptionContext:aws:cloudtrail:arn\":\"arn:aws:cloudtrail:eu-west-1:318277459012:trail/acme-org-trail\",\"kms:ViaService\":\"s3.*.amazonaws.com*\"}}", KEY_ACCOUNT),
    ("the StackSet", |it| it.options["stack_set"] = Value::Null,
        "stack_set", "advised", "read -rs SV0_EXTERNAL_ID && aws cloudformation deploy --stack-name sv0-spokes --template-file cfn-stacksets/stack-set.yaml --region eu-west-1 --parameter-overrides DeployedFrom=DELEGATED_ADMIN TemplateUrl=https://TEMPLATES.s3.eu-west-1.amazonaws.com/VERSION/spoke-role.yaml OrganizationalUnitIds=", HUB),
    ("the StackSet, of another name", |it| it.arguments.extend(["--stack-set", "another"]),
        "stack_set", "advised", "aws cloudformation create-stack-set --stack-set-name another", HUB),
    ("leave to ask for the StackSet", |it| it.refuse("cloudformation", "DescribeStackSet", ""),
        "stack_set", "unknown", "--service-principal member.org.stacksets.cloudformation.amazonaws.com", MANAGEMENT),
    ("deployment to new accounts", |it| it.options["stack_set"]["auto_deployment"] = json!(false),
        "stack_set", "advised", "aws cloudformation update-stack-set --stack-set-name securityv0-readonly --call-as DELEGATED_ADMIN --use-previous-template --auto-deployment Enabled=true,RetainStacksOnAccountRemoval=false --capabilities CAPABILITY_NAMED_IAM --parameters ParameterKey=CollectorRoleArn,UsePreviousValue=true", HUB),
    ("the stack in an account", |it| it.options["stack_set"]["absent_in"] = json!([SPOKE]),
        "stack_set_accounts", "advised", "Accounts=271650948133,AccountFilterType=INTERSECTION", HUB),
    ("the list of stacks", |it| it.refuse("cloudformation", "ListStackInstances", ""),
        "stack_set_accounts", "unknown", "aws cloudformation list-stack-instances", HUB),
    ("a stack that is up to date", |it| it.options["stack_set"]["instances"] = json!({SPOKE: {"Status": "OUTDATED", "StatusReason": "User: x is not authorized to perform: iam:CreateRole"}}),
        "stack_set_outdated", "advised", "aws cloudformation update-stack-set", HUB),
    ("a stack that works", |it| it.options["stack_set"]["instances"] = json!({SPOKE: {"Status": "INOPERABLE"}}),
        "stack_set_inoperable", "advised", "--retain-stacks", HUB),
    ("the last deployment", |it| it.options["stack_set"]["operations"] = json!([
            {"OperationId": "11111111-2222-4333-8444-555555555555", "Action": "UPDATE", "Status": "RUNNING", "CreationTimestamp": "2026-03-03T00:00:00Z"},
            {"OperationId": "21111111-2222-4333-8444-555555555555", "Action": "CREATE", "Status": "FAILED", "CreationTimestamp": "2026-03-02T00:00:00Z", "EndTimestamp": "2026-03-02T00:10:00Z", "StatusReason": "the failure tolerance was exceeded", "StatusDetails": {"FailedStackInstancesCount": 2}},
            {"OperationId": "31111111-2222-4333-8444-555555555555", "Action": "CREATE", "Status": "SUCCEEDED", "CreationTimestamp": "2026-03-01T00:00:00Z", "EndTimestamp": "2026-03-01T00:10:00Z"}]),
        "stack_set_operation", "advised", "aws cloudformation list-stack-set-operation-results --stack-set-name securityv0-readonly --call-as DELEGATED_ADMIN --operation-id 21111111-2222-4333-8444-555555555555", HUB),
    ("the role in the management account", |it| it.options["roles"][0]["absent_in"] = json!([MANAGEMENT]),
        "management_role", "advised", "aws cloudformation deploy --stack-name SecurityV0-Management --template-file cfn-stacksets/management-role.yaml --capabilities CAPABILITY_NAMED_IAM --region eu-west-1 --parameter-overrides HubRoleArns=MANAGEMENT_READER_ROLE_ARNS ExternalId=\"$SV0_EXTERNAL_ID\" OrganizationId=o-acme1example", MANAGEMENT),
    ("an account of its own for the hub", |it| it.edit("organizations/organization.json", |file| file["Organization"]["MasterAccountId"] = json!(HUB)),
        "hub_account", "advised", "choose a security account as the hub", HUB),
    ("the external id", |it| it.options["roles"][0]["trust"]["Statement"][0]["Condition"] = json!({}),
        "external_id", "missing", "aws cloudformation update-stack-set --stack-set-name securityv0-readonly", HUB),
    ("a Region", |it| it.edit("capture.json", |header| header["regions"] = json!(["eu-west-1"])),
        "opt_in_regions", "advised", "aws account enable-region", HUB),
];

#[test]
fn a_complete_organization_lacks_nothing() {
    let (checks, code) = Organization::complete().checks();
    let lacking: Vec<&Value> = checks.iter().filter(|check| check["status"] != "ok").collect();
    assert!(lacking.is_empty(), "{lacking:#?}");
    assert!(checks.len() >= 20, "{}", checks.len());
    assert_eq!(code, 0);
}

#[test]
fn whatever_is_taken_away_is_told_of_with_the_command_that_mends_it() {
    let wrong: Vec<String> = CASES.iter().filter_map(fault).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} cases\n{}",
        wrong.len(),
        CASES.len(),
        wrong.join("\n")
    );
}

fn fault((taken, take, id, status, fix, fix_in): &Case) -> Option<String> {
    let mut organization = Organization::complete();
    take(&mut organization);
    let (checks, code) = organization.checks();
    let is_told = |check: &&Value| {
        check["id"] == *id
            && check["status"] == *status
            && check["fix"].as_str().unwrap().contains(fix)
            && check["fix_in"] == *fix_in
    };
    let others = checks
        .iter()
        .filter(|check| check["id"] != *id && check["status"] == "missing");
    let others: Vec<&Value> = others.collect();
    let wants = if *status == "missing" { 3 } else { 0 };
    let is_right = checks.iter().any(|check| is_told(&check)) && others.is_empty() && code == wants;
    let fixes = checks.iter().map(|check| check["fix"].as_str().unwrap());
    let faults: Vec<String> = fixes.flat_map(|fix| commands::faults(fix).0).collect();
    let is_quiet = !json!(checks).to_string().contains(EXTERNAL_ID);
    let told = checks.iter().filter(|check| check["status"] != "ok");
    (!is_right || !faults.is_empty() || !is_quiet).then(|| {
        format!(
            "without {taken}: exit code {code}, {faults:?}, {:#?}",
            told.collect::<Vec<_>>()
        )
    })
}
