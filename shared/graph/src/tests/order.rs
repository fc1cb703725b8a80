use proptest::prelude::*;
use serde_json::json;
use sv0_model::record::RecordKind;

use super::{Capture, DEV, OUTSIDER, PROD, REGION, allows, grants, role_arn};

/// A capture in which most things are said twice, some of them differently at the same time.
pub(super) fn contradictory() -> Capture {
    let trust = |principal: &str| grants(&json!({ "AWS": principal }), "sts:AssumeRole");
    let role = |attached: &str, principal: &str| {
        json!({ "RoleDetailList": [{ "Arn": role_arn("app"), "RoleName": "app", "RoleId": "AROAAPP",
            "AssumeRolePolicyDocument": trust(principal), "AttachedManagedPolicies": [{ "PolicyArn": attached }],
            "RoleLastUsed": { "LastUsedDate": "2026-02-01T00:00:00Z", "Region": REGION },
            "InstanceProfileList": [{ "Arn": format!("arn:aws:iam::{DEV}:instance-profile/p") }] }] })
    };
    let key = format!("arn:aws:kms:{REGION}:{DEV}:key/k1");
    let policy = |targets: serde_json::Value, action: &str| {
        json!({ "Arn": "arn:aws:organizations::222222222222:policy/o-1/service_control_policy/p-1", "Id": "p-1", "Name": "limit",
            "Type": "SERVICE_CONTROL_POLICY", "Content": allows(action).to_string(), "Targets": targets })
    };
    Capture::new()
        .details(role("arn:aws:iam::aws:policy/ReadOnlyAccess", OUTSIDER))
        .details(role("arn:aws:iam::aws:policy/PowerUserAccess", "arn:aws:iam::222222222222:root"))
        .config("AWS::IAM::Role", json!({ "arn": role_arn("app"), "configuration": { "roleName": "app", "rolePolicyList": [],
            "roleLastUsed": { "lastUsedDate": "2026-02-02T00:00:00Z" }, "assumeRolePolicyDocument": trust("*") } }))
        .config("AWS::IAM::InstanceProfile", json!({ "arn": format!("arn:aws:iam::{DEV}:instance-profile/p"), "configuration": { "roles": [] } }))
        .config("AWS::EC2::Instance", json!({ "arn": format!("arn:aws:ec2:{REGION}:{DEV}:instance/i-1"),
            "configuration": { "instanceId": "i-1", "iamInstanceProfile": { "arn": format!("arn:aws:iam::{DEV}:instance-profile/p") } } }))
        .config("AWS::KMS::Key", json!({ "arn": key, "configuration": { "keyId": "k1", "aliases": ["alias/data"] } }))
        .config("AWS::KMS::Alias", json!({ "resourceName": "alias/data", "configuration": { "AliasName": "alias/data", "TargetKeyId": "k1" } }))
        .config("AWS::KMS::Alias", json!({ "resourceName": "alias/data", "configuration": { "AliasName": "alias/data", "TargetKeyId": "k2" } }))
        .config("AWS::SecretsManager::Secret", json!({ "resourceName": "db", "configuration": { "Name": "db", "KmsKeyId": "alias/data" } }))
        .config("AWS::SecretsManager::ResourcePolicy", json!({ "configuration": { "SecretId": "db", "ResourcePolicy": trust(OUTSIDER) } }))
        .organization(RecordKind::Account, json!({ "Id": DEV, "Name": "dev", "State": "ACTIVE" }))
        .organization(RecordKind::Account, json!({ "Id": DEV, "Name": "dev-renamed", "Status": "SUSPENDED" }))
        .organization(RecordKind::OrganizationTree, json!({ "Roots": [{ "Id": "r-1", "Name": "Root" }],
            "OrganizationalUnits": [{ "Id": "ou-1-a", "Name": "a", "ParentId": "r-1" }],
            "Parents": [{ "ChildId": DEV, "ParentId": "ou-1-a" }, { "ChildId": DEV, "ParentId": "r-1" }] }))
        .organization(RecordKind::OrganizationPolicy, policy(json!(["r-1"]), "*"))
        .organization(RecordKind::OrganizationPolicy, policy(json!(["ou-1-a", PROD]), "s3:*"))
        .add(RecordKind::Trail, "cloudtrail/trails.ndjson", None, "2026-03-01T00:00:00Z",
            json!({ "Trail": { "TrailARN": format!("arn:aws:cloudtrail:{REGION}:{DEV}:trail/t") }, "Status": { "IsLogging": true } }))
        .add(RecordKind::Trail, "cloudtrail/trails.ndjson", None, "2026-03-01T00:00:00Z",
            json!({ "Trail": { "TrailARN": format!("arn:aws:cloudtrail:{REGION}:{DEV}:trail/t") }, "Status": { "IsLogging": false } }))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_order_of_the_records_does_not_matter(records in Just(contradictory().records).prop_shuffle()) {
        let want = contradictory().normalise();
        let shuffled = Capture { records, ..Capture::new() }.normalise();
        prop_assert_eq!(shuffled, want);
    }
}
