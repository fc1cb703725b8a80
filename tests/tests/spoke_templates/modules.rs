//! The stack sets that deploy the role, the Terraform module that is a second way, and the fragments for the trail's bucket.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::stack::{FOLDER, Stack, templates};
use super::{decide, list};
use crate::fake_aws::python;
use crate::support::repository;

const GIVEN: &[(&str, &str)] = &[
    (
        "TemplateUrl",
        "https://example.s3.eu-west-1.amazonaws.com/spoke-role.yaml",
    ),
    ("OrganizationalUnitIds", "r-ab12"),
    ("CollectorRoleArn", "arn:aws:iam::111122223333:role/SecurityV0Collector"),
    ("ExternalId", "sv0-3f1c9a7e5b2d4068"),
    ("OrganizationId", "o-a1b2c3d4e5"),
];

fn stack_set(further: &[(&str, &str)]) -> Stack {
    let stack = Stack::new("stack-set.yaml", &[GIVEN, further].concat());
    assert_eq!(stack.refused(), Vec::<String>::new(), "{further:?}");
    stack
}

fn parameters(template: &str) -> BTreeSet<String> {
    templates()[template]["Parameters"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect()
}

#[test]
fn the_stack_set_reaches_every_account_and_those_that_come() {
    let set = stack_set(&[]).properties("SpokeRoles");
    assert_eq!(set["PermissionModel"], "SERVICE_MANAGED");
    assert_eq!(set["CallAs"], "DELEGATED_ADMIN");
    assert_eq!(
        set["AutoDeployment"],
        json!({"Enabled": true, "RetainStacksOnAccountRemoval": false})
    );
    assert_eq!(set["ManagedExecution"], json!({"Active": true}));
    assert_eq!(
        set["Capabilities"],
        json!(["CAPABILITY_NAMED_IAM"]),
        "the role has a name"
    );
    let group = json!([{"Regions": ["eu-west-1"], "DeploymentTargets": {"OrganizationalUnitIds": ["r-ab12"], "AccountFilterType": "NONE"}}]);
    assert_eq!(set["StackInstancesGroup"], group, "IAM is global: one Region");
    assert_eq!(set["OperationPreferences"]["FailureTolerancePercentage"], "10");
    let passed: BTreeSet<String> = list(&set["Parameters"])
        .iter()
        .map(|parameter| parameter["ParameterKey"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        passed,
        parameters("spoke-role.yaml"),
        "a set's accounts get every parameter"
    );
    let name = set["StackSetName"].as_str().unwrap();
    assert!(
        name.starts_with("securityv0-"),
        "{name}: the guard rail knows stacks by it"
    );
}

#[test]
fn it_is_deployed_as_told() {
    let set = stack_set(&[
        ("DeployedFrom", "MANAGEMENT"),
        ("AutoDeployment", "false"),
        ("OrganizationalUnitIds", "ou-ab12-cd345678, ou-ab12-ef901234"),
        ("ExcludedAccounts", "222233334444,333344445555"),
    ])
    .properties("SpokeRoles");
    assert_eq!(set["CallAs"], "SELF");
    assert_eq!(
        set["AutoDeployment"],
        json!({"Enabled": false}),
        "AWS refuses the other key then"
    );
    assert_eq!(
        set["StackInstancesGroup"][0]["DeploymentTargets"],
        json!({
            "OrganizationalUnitIds": ["ou-ab12-cd345678", "ou-ab12-ef901234"],
            "AccountFilterType": "DIFFERENCE",
            "Accounts": ["222233334444", "333344445555"],
        })
    );
}

#[test]
fn events_are_forwarded_only_where_asked() {
    assert_eq!(stack_set(&[]).resources().len(), 1);
    let bus = "arn:aws:events:eu-west-1:111122223333:event-bus/securityv0";
    let asked = [
        (
            "ForwarderTemplateUrl",
            "https://example.s3.eu-west-1.amazonaws.com/event-forwarder.yaml",
        ),
        ("HubBusArn", bus),
        ("ForwarderRegions", "us-east-1,eu-west-1"),
    ];
    let set = stack_set(&asked).properties("EventForwarders");
    assert_eq!(
        set["StackInstancesGroup"][0]["Regions"],
        json!(["us-east-1", "eu-west-1"])
    );
    let given = |state: &str| json!([{"ParameterKey": "HubBusArn", "ParameterValue": bus}, {"ParameterKey": "RuleState", "ParameterValue": state}]);
    assert_eq!(set["Parameters"], given("ENABLED"));
    let passed: BTreeSet<String> = list(&set["Parameters"])
        .iter()
        .map(|parameter| parameter["ParameterKey"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(passed, parameters("event-forwarder.yaml"));
    let paused = stack_set(&[&asked[..], &[("ForwarderRuleState", "DISABLED")]].concat());
    assert_eq!(paused.properties("EventForwarders")["Parameters"], given("DISABLED"));
    let without_bus = Stack::new("stack-set.yaml", &[GIVEN, &asked[..1]].concat());
    assert_eq!(without_bus.refused().len(), 1);
    for (name, value) in [
        ("OrganizationalUnitIds", "acme"),
        ("ExcludedAccounts", "all"),
        ("DeployedFrom", "SELF"),
        ("ForwarderRuleState", "OFF"),
    ] {
        assert_eq!(Stack::new("stack-set.yaml", GIVEN).with(name, value).refused(), [name]);
    }
}

#[test]
fn the_terraform_module_is_the_template_in_other_words() {
    const SCRIPT: &str = "import glob, json, sys, hcl2\nprint(json.dumps({path.rsplit('/', 1)[1]: hcl2.load(open(path)) for path in glob.glob(sys.argv[1] + '/*.tf')}))";
    let folder = repository().join(FOLDER).join("terraform");
    let output = Command::new(python())
        .args(["-c", SCRIPT])
        .arg(&folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let parsed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(parsed.as_object().unwrap().len(), 4, "{parsed}");
    let main = parsed["main.tf"].to_string();
    // Every name of the documents that the module fills in, and no other.
    let mut names = BTreeSet::new();
    for role in ["spoke", "management"] {
        let text = fs::read_to_string(repository().join("infra/permissions/roles.json")).unwrap();
        let roles: Value = serde_json::from_str(&text).unwrap();
        for policy in list(&roles[role]["policies"]).iter().chain([&roles[role]["boundary"]]) {
            let path = repository().join(format!("infra/permissions/{}.json", policy.as_str().unwrap()));
            let document = fs::read_to_string(path).unwrap();
            names.extend(
                document
                    .split("${")
                    .skip(1)
                    .map(|part| part.split('}').next().unwrap().to_owned()),
            );
        }
    }
    let written = fs::read_to_string(folder.join("main.tf")).unwrap();
    let filled: BTreeSet<String> = written
        .split("\"$${")
        .skip(1)
        .map(|part| part.split('}').next().unwrap().to_owned())
        .collect();
    assert_eq!(filled, names);
    // The trust policy has what the template's has.
    let trust = templates()["spoke-role.yaml"]["Resources"]["Role"]["Properties"]["AssumeRolePolicyDocument"].clone();
    for statement in list(&trust["Statement"]) {
        for text in [&statement["Sid"], &statement["Action"]] {
            assert!(main.contains(text.as_str().unwrap()), "{text}");
        }
        for (operator, keys) in statement["Condition"].as_object().unwrap() {
            assert!(main.contains(operator.as_str()), "{operator}");
            for key in keys.as_object().unwrap().keys() {
                assert!(main.contains(key.as_str()), "{key}");
            }
        }
    }
}

fn fragment(name: &str) -> Value {
    let text = fs::read_to_string(repository().join(FOLDER).join("log-archive-access").join(name)).unwrap();
    let filled = [
        ("${Partition}", "aws"),
        ("${TrailBucket}", "acme-org-cloudtrail"),
        ("${OrganizationId}", "o-a1b2c3d4e5"),
        ("${EvidenceRoleArn}", EVIDENCE),
        (
            "${TrailArn}",
            "arn:aws:cloudtrail:eu-west-1:999999999999:trail/organization",
        ),
    ];
    let text = filled
        .iter()
        .fold(text, |text, (name, value)| text.replace(name, value));
    assert!(!text.contains("${"), "{text}");
    serde_json::from_str(&text).unwrap()
}

const EVIDENCE: &str = "arn:aws:iam::111122223333:role/SecurityV0Evidence";

/// Whether the evidence role, or another, gets through to the trail's bucket or key with the hub's own policy.
fn reads(role: &str, action: &str, resource: &str, context: &Value, own: &Value) -> bool {
    let hub = Stack::of_parameters(&[
        ("ManagementAccount", "999999999999"),
        ("ManagementRolePath", "/"),
        ("ManagementRoleName", "SecurityV0ReadOnly"),
        ("Bucket", "securityv0-hub"),
        ("TrailBucket", "acme-org-cloudtrail"),
        ("TrailKeyArn", "arn:aws:kms:eu-west-1:777788889999:key/0000"),
        ("Workgroup", "securityv0"),
        ("Database", "securityv0"),
        ("Table", "cloudtrail"),
    ]);
    let text = fs::read_to_string(repository().join("infra/permissions/hub-evidence.json")).unwrap();
    let row = json!({
        "id": action, "principal": role, "action": action, "resource": resource, "resource_account": "777788889999", "context": context,
        "identity_policies": [hub.resolve(&serde_json::from_str(&text).unwrap())], "resource_policy": own,
    });
    decide(&row).0 == "allow"
}

#[test]
fn the_trail_is_read_by_the_evidence_role_alone() {
    let ours = json!({"aws:PrincipalOrgID": "o-a1b2c3d4e5"});
    let bucket = fragment("bucket-policy.json");
    let file = "arn:aws:s3:::acme-org-cloudtrail/AWSLogs/o-a1b2c3d4e5/444455556666/CloudTrail/eu-west-1/2026/03/02/file.json.gz";
    assert!(reads(EVIDENCE, "s3:GetObject", file, &ours, &bucket));
    assert!(reads(
        EVIDENCE,
        "s3:ListBucket",
        "arn:aws:s3:::acme-org-cloudtrail",
        &ours,
        &bucket
    ));
    assert!(!reads(EVIDENCE, "s3:PutObject", file, &ours, &bucket));
    assert!(!reads(
        EVIDENCE,
        "s3:GetObject",
        "arn:aws:s3:::other/file",
        &ours,
        &bucket
    ));
    assert!(!reads(
        EVIDENCE,
        "s3:GetObject",
        file,
        &json!({"aws:PrincipalOrgID": "o-zzzzzzzzzz"}),
        &bucket
    ));
    let other = "arn:aws:iam::111122223333:role/SecurityV0Collector";
    assert!(!reads(other, "s3:GetObject", file, &ours, &bucket));

    let key = "arn:aws:kms:eu-west-1:777788889999:key/0000";
    let policy = fragment("key-policy.json");
    let through = |service: &str, trail: &str| json!({"aws:PrincipalOrgID": "o-a1b2c3d4e5", "kms:ViaService": service, "kms:EncryptionContext:aws:cloudtrail:arn": trail});
    let trail = "arn:aws:cloudtrail:eu-west-1:999999999999:trail/organization";
    assert!(reads(
        EVIDENCE,
        "kms:Decrypt",
        key,
        &through("s3.eu-west-1.amazonaws.com", trail),
        &policy
    ));
    for (service, trail) in [
        ("secretsmanager.eu-west-1.amazonaws.com", trail),
        (
            "s3.eu-west-1.amazonaws.com",
            "arn:aws:cloudtrail:eu-west-1:999999999999:trail/other",
        ),
    ] {
        assert!(
            !reads(EVIDENCE, "kms:Decrypt", key, &through(service, trail), &policy),
            "{service} {trail}"
        );
    }
    assert!(!reads(EVIDENCE, "kms:Decrypt", key, &ours, &policy), "not by itself");
    assert!(!reads(
        EVIDENCE,
        "kms:Encrypt",
        key,
        &through("s3.eu-west-1.amazonaws.com", trail),
        &policy
    ));
}
