//! Users of IAM Identity Center, and ways through roles, from a capture as the AWS CLI prints it to the answers.

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::schemas::validator;
use crate::support::{Capture, Store, repository, run, scan};

const HUB: &str = "111111111111";
const PROD: &str = "222222222222";
const DARK: &str = "333333333333";
const STORE_ID: &str = "d-90677a1b2c";
const READER_SET: &str = "arn:aws:sso:::permissionSet/ssoins-7223a1b2c3d4e5f6/ps-0011223344556677";
const ADMIN_SET: &str = "arn:aws:sso:::permissionSet/ssoins-7223a1b2c3d4e5f6/ps-8899aabbccddeeff";
const ENGINEERS: &str = "90677a1b2c-99887766-1111-4222-8333-444455556666";
const READER_ROLE: &str = "AWSReservedSSO_Reader_0123456789abcdef";
const DATA: &str = "arn:aws:s3:::data/1.json";

fn user_id(name: &str) -> String {
    let digit = match name {
        "ann" => "a",
        "bob" => "b",
        _ => "c",
    };
    format!("90677a1b2c-{}-1111-4222-8333-444455556666", digit.repeat(8))
}

fn user(name: &str) -> String {
    format!("arn:aws:identitystore:::user/{}", user_id(name))
}

fn reader_role() -> String {
    format!("arn:aws:iam::{PROD}:role/aws-reserved/sso.amazonaws.com/eu-west-1/{READER_ROLE}")
}

fn document(statements: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn allow(action: &str, resource: &str) -> Value {
    json!([{"Effect": "Allow", "Action": action, "Resource": resource}])
}

/// A role as `get-account-authorization-details` prints it.
fn role(account: &str, path: &str, name: &str, trust: &Value, policy: &Value) -> Value {
    json!({
        "Path": path, "RoleName": name, "RoleId": format!("AROA{:0>17}", name.len()), "Arn": format!("arn:aws:iam::{account}:role{path}{name}"),
        "CreateDate": "2025-01-02T03:04:05+00:00", "AssumeRolePolicyDocument": document(trust), "InstanceProfileList": [],
        "RolePolicyList": [{"PolicyName": "inline", "PolicyDocument": document(policy)}], "AttachedManagedPolicies": [], "Tags": [], "RoleLastUsed": {},
    })
}

/// Ann reads the data through her group, and gets to the keys by assuming the keeper. Bob is an administrator of an account that was not recorded.
/// Cy is assigned nothing.
fn capture() -> Capture {
    let capture = Capture::new(Some("o-acme"));
    let users: Vec<Value> = ["ann", "bob", "cy"]
        .iter()
        .map(|name| {
            json!({"IdentityStoreId": STORE_ID, "UserId": user_id(name), "UserName": name, "DisplayName": format!("{name} of acme"),
                   "Name": {"FamilyName": "CANARY", "GivenName": name}, "Emails": [{"Value": format!("{name}-CANARY@example.com"), "Type": "work", "Primary": true}],
                   "PhoneNumbers": [{"Value": "+49 30 CANARY", "Type": "work"}], "Addresses": [{"StreetAddress": "CANARY 1", "Type": "home"}]})
        })
        .collect();
    capture.write("identity-center/users.json", json!({ "Users": users }).to_string());
    let group = json!({"GroupId": ENGINEERS, "DisplayName": "Engineers", "IdentityStoreId": STORE_ID});
    capture.write("identity-center/groups.json", json!({"Groups": [group]}).to_string());
    let member = json!({"IdentityStoreId": STORE_ID, "MembershipId": "90677a1b2c-77777777-1111-4222-8333-444455556666",
                        "GroupId": ENGINEERS, "MemberId": {"UserId": user_id("ann")}});
    capture.write("identity-center/memberships.ndjson", member.to_string());
    let instance = json!({"InstanceArn": "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6", "IdentityStoreId": STORE_ID, "OwnerAccountId": HUB,
                          "CreatedDate": "2024-01-02T03:04:05.678000+00:00", "Status": "ACTIVE"});
    capture.write(
        "identity-center/instances.json",
        json!({"Instances": [instance]}).to_string(),
    );
    let sets = [(READER_SET, "Reader"), (ADMIN_SET, "Admin")].map(|(arn, name)| {
        json!({
            "PermissionSet": {"Name": name, "PermissionSetArn": arn, "CreatedDate": "2024-01-02T03:04:05.678000+00:00", "SessionDuration": "PT8H"},
            "InlinePolicy": document(&allow("s3:GetObject", "arn:aws:s3:::data/*")).to_string(),
            "AttachedManagedPolicies": [], "CustomerManagedPolicyReferences": [],
        })
        .to_string()
    });
    capture.write("identity-center/permission-sets.ndjson", sets.join("\n"));
    let assignments = json!({"AccountAssignments": [
        {"AccountId": PROD, "PermissionSetArn": READER_SET, "PrincipalType": "GROUP", "PrincipalId": ENGINEERS},
        {"AccountId": DARK, "PermissionSetArn": ADMIN_SET, "PrincipalType": "USER", "PrincipalId": user_id("bob")},
    ]});
    capture.write("identity-center/assignments.json", assignments.to_string());
    organization(&capture);
    let saml = json!([{"Effect": "Allow", "Principal": {"Federated": format!("arn:aws:iam::{PROD}:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE")},
        "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"], "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}}]);
    let trusts_reader = json!([{"Effect": "Allow", "Principal": {"AWS": reader_role()}, "Action": "sts:AssumeRole"}]);
    let details = json!({"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [
        role(PROD, "/aws-reserved/sso.amazonaws.com/eu-west-1/", READER_ROLE, &saml, &allow("s3:GetObject", "arn:aws:s3:::data/*")),
        role(PROD, "/", "keeper", &trusts_reader, &allow("s3:GetObject", "arn:aws:s3:::keys/*")),
    ]});
    capture.write(
        &format!("accounts/{PROD}/iam/authorization-details.json"),
        details.to_string(),
    );
    let buckets = [("data", PROD), ("keys", PROD), ("theirs", DARK)].map(|(name, account)| {
        json!({"accountId": account, "awsRegion": "eu-west-1", "resourceType": "AWS::S3::Bucket", "resourceId": name, "arn": format!("arn:aws:s3:::{name}"),
               "configuration": {"name": name}, "supplementaryConfiguration": {"BucketPolicy": {"policyText": null}}})
    });
    capture.config_items("AWS::S3::Bucket", &buckets);
    capture
}

fn organization(capture: &Capture) {
    let organization = json!({"Organization": {"Id": "o-acme", "MasterAccountId": HUB}});
    capture.write("organizations/organization.json", organization.to_string());
    let accounts = [HUB, PROD, DARK].map(|id| json!({"Id": id, "Name": format!("account {id}"), "State": "ACTIVE"}));
    capture.write(
        "organizations/accounts.json",
        json!({ "Accounts": accounts }).to_string(),
    );
    let parents = [HUB, PROD, DARK].map(|id| json!({"ChildId": id, "ParentId": "r-acme"}));
    let tree = json!({"Roots": [{"Id": "r-acme", "Name": "Root", "PolicyTypes": []}], "OrganizationalUnits": [], "Parents": parents});
    capture.write("organizations/tree.json", tree.to_string());
    capture.write("organizations/policies.json", json!({"Policies": []}).to_string());
}

fn store() -> &'static Store {
    static STORE: OnceLock<Store> = OnceLock::new();
    STORE.get_or_init(|| capture().scan())
}

fn listed(arguments: &[&str]) -> Vec<String> {
    let answer = store().ask(arguments);
    let validator = validator("who-can");
    assert!(validator.is_valid(&answer), "{answer:#}");
    let rows = answer["principals"].as_array().unwrap().iter();
    rows.map(|row| {
        format!(
            "{} {}",
            row["principal"].as_str().unwrap(),
            row["decision"].as_str().unwrap()
        )
    })
    .collect()
}

#[test]
fn the_capture_is_read_without_complaint() {
    assert_eq!(store().summary["diagnostics"], json!([]));
}

#[test]
fn users_are_listed_beside_the_roles_they_act_in() {
    let want = [
        format!("{} allow", reader_role()),
        format!("arn:aws:iam::{PROD}:root allow"),
        format!("{} allow", user("ann")),
    ];
    let listed = listed(&["who-can", "s3:GetObject", DATA]);
    for row in &want {
        assert!(listed.contains(row), "{row} is missing of {listed:#?}");
    }
    assert!(
        !listed.iter().any(|row| row.starts_with(&user("cy"))),
        "who is assigned nothing can nothing: {listed:#?}"
    );
}

#[test]
fn a_user_is_asked_for_by_arn_or_name() {
    for principal in [user("ann").as_str(), "ann"] {
        let answer = store().ask(&["can", principal, "s3:GetObject", DATA]);
        assert_eq!(answer["decision"], "allow", "{answer:#}");
        let explained = store().ask(&["explain", principal, "s3:GetObject", DATA]);
        assert!(validator("explain").is_valid(&explained), "{explained:#}");
        assert_eq!(explained["decision"], "allow");
    }
    let grants = store().ask(&["can", "ann"]);
    assert!(validator("grants").is_valid(&grants), "{grants:#}");
    assert_eq!(grants["grants"][0]["resources"], json!(["arn:aws:s3:::data"]));
    assert_eq!(
        store().ask(&["can", "cy", "s3:GetObject", DATA])["decision"],
        "implicit_deny"
    );
    run(
        &[
            "can",
            "dora",
            "s3:GetObject",
            DATA,
            "--store",
            store().path().to_str().unwrap(),
        ],
        2,
    );
}

#[test]
fn an_account_that_was_not_recorded_leaves_the_question_open() {
    let answer = store().ask(&["can", "bob", "s3:GetObject", "arn:aws:s3:::theirs/x"]);
    assert_eq!(answer["decision"], "conditional", "{answer:#}");
    assert!(
        answer["caveats"]
            .as_array()
            .unwrap()
            .contains(&json!("policy_not_collected")),
        "{answer:#}"
    );
    let row = format!("{} conditional", user("bob"));
    let listed = listed(&["who-can", "s3:GetObject", "arn:aws:s3:::theirs/x"]);
    assert!(listed.contains(&row), "{listed:#?}");
}

#[test]
fn ways_through_roles_are_listed_with_their_chain() {
    let keys = "arn:aws:s3:::keys/k";
    let answer = store().ask(&["who-can", "s3:GetObject", keys, "--via-assume-role"]);
    assert!(validator("who-can").is_valid(&answer), "{answer:#}");
    let rows = answer["principals"].as_array().unwrap();
    let ann = rows.iter().find(|row| row["principal"] == user("ann")).unwrap();
    let keeper = format!("arn:aws:iam::{PROD}:role/keeper");
    let hop = |role: &str| json!({"role": role, "decision": "allow", "condition": null});
    assert_eq!(
        ann,
        &json!({"principal": user("ann"), "decision": "allow", "condition": null, "via": [hop(&reader_role()), hop(&keeper)], "direct": null, "chained": "allow"})
    );
    let provider = rows
        .iter()
        .find(|row| row["principal"].as_str().unwrap().contains(":saml-provider/"))
        .unwrap();
    assert_eq!(
        provider["decision"], "conditional",
        "whoever signs in at the provider, for that audience: {provider:#}"
    );
    let can = store().ask(&["can", "ann", "s3:GetObject", keys, "--via-assume-role"]);
    assert!(validator("can").is_valid(&can), "{can:#}");
    assert_eq!((&can["decision"], &can["via"]), (&ann["decision"], &ann["via"]));
    let grants = store().ask(&["can", "ann", "--via-assume-role"]);
    assert!(validator("grants").is_valid(&grants), "{grants:#}");
    let by_roles = grants["grants"].as_array().unwrap().iter();
    let by_roles: Vec<&Value> = by_roles.filter(|grant| grant["via"] != json!([])).collect();
    assert_eq!(by_roles.len(), 1, "{grants:#}");
    assert_eq!(by_roles[0]["resources"], json!(["arn:aws:s3:::keys"]));
}

fn text(arguments: &[&str]) -> String {
    let mut arguments = arguments.to_vec();
    arguments.extend(["--store", store().path().to_str().unwrap()]);
    String::from_utf8(run(&arguments, 0).stdout).unwrap()
}

#[test]
fn text_shows_names_chains_and_hints() {
    let chain = format!("via {} → arn:aws:iam::{PROD}:role/keeper", reader_role());
    for arguments in [
        ["who-can", "s3:GetObject", "arn:aws:s3:::keys/k", "--via-assume-role"].as_slice(),
        ["can", "ann", "s3:GetObject", "arn:aws:s3:::keys/k", "--via-assume-role"].as_slice(),
    ] {
        let shown = text(arguments);
        assert!(shown.lines().any(|line| line.trim() == chain), "{arguments:?}\n{shown}");
    }
    assert!(text(&["who-can", "s3:GetObject", DATA]).contains("(ann)"));
    let hint = "s3:GetObject acts on objects: ask for arn:aws:s3:::data/*";
    let asked = ["who-can", "s3:GetObject", "arn:aws:s3:::data"];
    assert!(text(&asked).contains(hint));
    assert!(text(&["can", "ann", "s3:GetObject", "arn:aws:s3:::data"]).contains(hint));
    let hint = "s3:ListBucket acts on buckets: ask for arn:aws:s3:::data";
    assert!(text(&["who-can", "s3:ListBucket", DATA]).contains(hint));
    let keys: Vec<String> = store().ask(&asked).as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["action", "principals", "resource"], "JSON has no hint");
}

#[test]
fn nothing_personal_but_names_is_kept() {
    let text = fs_text();
    assert!(!text.contains("CANARY"), "mail, telephone, address or family name");
    assert!(text.contains("ann of acme"));
}

fn fs_text() -> String {
    let objects = store().objects();
    objects
        .iter()
        .map(|(_, bytes)| String::from_utf8_lossy(bytes))
        .collect()
}

#[test]
fn the_ledger_speaks_of_identity_center() {
    let coverage = store().ask(&["coverage"]);
    let rows = coverage["coverage"].as_array().unwrap();
    for file in [
        "instances",
        "permission-sets",
        "assignments",
        "users",
        "groups",
        "memberships",
    ] {
        let source = format!("identity-center:{file}");
        let row = rows.iter().find(|row| row["source"] == source.as_str()).unwrap();
        assert_eq!(row["status"], "ok", "{row}");
    }
}

/// Over the example, the answers from both ends are the same.
#[test]
fn both_ends_of_a_chain_tell_the_same() {
    let store = scan(&repository().join("examples/acme/capture"));
    let paths = store.ask(&["paths", "--kind", "assumed_chain"]);
    let path = paths["paths"]
        .as_array()
        .unwrap()
        .iter()
        .find(|path| {
            let is_of = |field: &str, part: &str| path[field].as_str().unwrap().contains(part);
            path["state"] != "blocked" && is_of("workload", ":function:feature-sync") && is_of("resource", ":secret:")
        })
        .expect("the example has a chain of roles to a secret");
    let (action, secret) = (path["actions"][0].as_str().unwrap(), path["resource"].as_str().unwrap());
    let listed = store.ask(&["who-can", action, secret, "--via-assume-role"]);
    assert!(validator("who-can").is_valid(&listed), "{listed:#}");
    let rows = listed["principals"].as_array().unwrap();
    let start = path["roles"][0].as_str().unwrap();
    let row = rows.iter().find(|row| row["principal"] == start).unwrap();
    assert_ne!(row["via"], json!([]), "{row:#}");
    for row in rows {
        let principal = row["principal"].as_str().unwrap();
        let answer = store.ask(&["can", principal, action, secret, "--via-assume-role"]);
        for field in ["decision", "condition", "via", "direct", "chained"] {
            assert_eq!(answer[field], row[field], "{principal} {field}");
        }
    }
}
