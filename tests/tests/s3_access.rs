//! What opens and closes buckets and keys beside policies, from Config items and recorded answers to answers and findings.

use serde_json::{Value, json};

use crate::support::{Capture, Store};

const OWNER: &str = "111111111111";
const OTHER: &str = "222222222222";
const OWNER_ID: &str = "1111111111111111111111111111111111111111111111111111111111111111";
const OTHER_ID: &str = "2222222222222222222222222222222222222222222222222222222222222222";
const OUTSIDER_ID: &str = "9999999999999999999999999999999999999999999999999999999999999999";
const POINT: &str = "arn:aws:s3:eu-west-1:111111111111:accesspoint/team";
const KEY: &str = "arn:aws:kms:eu-west-1:111111111111:key/0a1b2c3d";

fn bucket(account: &str, name: &str, owner: &str, supplementary: Value) -> Value {
    json!({
        "accountId": account, "awsRegion": "eu-west-1", "arn": format!("arn:aws:s3:::{name}"), "resourceId": name, "resourceName": name,
        "configuration": {"name": name, "owner": {"id": owner, "displayName": null}}, "supplementaryConfiguration": supplementary,
    })
}

fn list(grants: &[(&str, &str)]) -> Value {
    let grants: Vec<Value> = grants
        .iter()
        .map(|(grantee, permission)| match grantee.len() {
            64 => json!({"grantee": {"id": grantee, "displayName": null}, "permission": permission}),
            _ => json!({"grantee": grantee, "permission": permission}),
        })
        .collect();
    // Config delivers the list as a text.
    json!(json!({"grantSet": null, "grantList": grants, "owner": {"id": OWNER_ID}}).to_string())
}

fn policy(statements: Value) -> Value {
    json!({"policyText": json!({"Version": "2012-10-17", "Statement": statements}).to_string()})
}

fn public_read(name: &str) -> Value {
    policy(
        json!([{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{name}/*")}]),
    )
}

fn ownership(rule: &str) -> Value {
    json!({"rules": [{"objectOwnership": rule}]})
}

fn off() -> Value {
    json!({"blockPublicAcls": false, "blockPublicPolicy": false, "ignorePublicAcls": false, "restrictPublicBuckets": false})
}

fn account_block(account: &str, block: Value) -> Value {
    json!({"accountId": account, "awsRegion": "eu-west-1", "resourceId": account, "configuration": block})
}

fn role(account: &str, name: &str, statements: &Value) -> Value {
    json!({
        "RoleName": name, "Path": "/", "RoleId": format!("AROA{}", name.to_uppercase()), "Arn": format!("arn:aws:iam::{account}:role/{name}"),
        "CreateDate": "2025-01-01T00:00:00Z", "AttachedManagedPolicies": [], "Tags": [], "InstanceProfileList": [],
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}],
    })
}

fn roles(capture: &Capture, account: &str, roles: &[Value]) {
    let details = json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": roles, "Policies": []});
    capture.write(
        &format!("accounts/{account}/iam/authorization-details.json"),
        details.to_string(),
    );
}

fn finding<'a>(findings: &'a Value, kind: &str, subject: &str) -> Vec<&'a Value> {
    let all = findings["findings"].as_array().unwrap();
    all.iter()
        .filter(|finding| finding["kind"] == kind && finding["subjects"][0] == subject)
        .collect()
}

fn decision(store: &Store, principal: &str, action: &str, resource: &str) -> Value {
    store.ask(&["can", principal, action, resource])
}

#[test]
fn block_public_access_of_an_account_that_was_not_recorded_is_not_off() {
    let capture = Capture::new(None);
    let supplementary = |name: &str| {
        json!({"BucketPolicy": public_read(name), "PublicAccessBlockConfiguration": off(), "OwnershipControls": ownership("BucketOwnerEnforced"),
               "AccessControlList": list(&[(OWNER_ID, "FullControl")])})
    };
    capture.config_items(
        "AWS::S3::Bucket",
        &[
            bucket(OWNER, "recorded", OWNER_ID, supplementary("recorded")),
            bucket(OTHER, "unrecorded", OTHER_ID, supplementary("unrecorded")),
        ],
    );
    capture.config_items("AWS::S3::AccountPublicAccessBlock", &[account_block(OWNER, off())]);
    let store = capture.scan();
    let known = decision(&store, "anonymous", "s3:GetObject", "arn:aws:s3:::recorded/x");
    assert_eq!(
        (&known["decision"], &known["caveats"]),
        (&json!("allow"), &json!([])),
        "{known}"
    );
    let unknown = decision(&store, "anonymous", "s3:GetObject", "arn:aws:s3:::unrecorded/x");
    assert_eq!(unknown["decision"], "conditional", "{unknown}");
    assert_eq!(unknown["blocked_by"], json!(["block_public_access"]));
    assert_eq!(unknown["caveats"], json!(["block_public_access_not_collected"]));
    assert_eq!(
        unknown["condition"]["values"],
        json!(["urn:sv0:block-public-access:222222222222"])
    );

    let findings = store.ask(&["findings"]);
    let [public] = finding(&findings, "public_access", "arn:aws:s3:::recorded")[..] else {
        panic!("{findings}")
    };
    let [doubtful] = finding(&findings, "public_access", "arn:aws:s3:::unrecorded")[..] else {
        panic!("{findings}")
    };
    assert_eq!(public["severity"], "high");
    assert_eq!(doubtful["severity"], "medium");
    assert!(
        !public["description"].as_str().unwrap().contains("not collected"),
        "{public}"
    );
    assert!(
        doubtful["description"].as_str().unwrap().contains("not collected"),
        "{doubtful}"
    );
    assert_eq!(doubtful["caveats"], json!(["block_public_access_not_collected"]));
}

#[test]
fn a_list_grants_where_object_ownership_leaves_it_in_force() {
    let capture = Capture::new(None);
    let listed = |rule: &str, block: Value| {
        json!({"AccessControlList": list(&[(OWNER_ID, "FullControl"), ("AllUsers", "Read"), (OTHER_ID, "Write"), (OUTSIDER_ID, "FullControl")]),
               "OwnershipControls": ownership(rule), "PublicAccessBlockConfiguration": block, "BucketPolicy": {"policyText": null}})
    };
    let ignoring = json!({"blockPublicAcls": true, "blockPublicPolicy": true, "ignorePublicAcls": true, "restrictPublicBuckets": true});
    capture.config_items(
        "AWS::S3::Bucket",
        &[
            bucket(OWNER, "listed", OWNER_ID, listed("ObjectWriter", off())),
            bucket(OWNER, "ignored", OWNER_ID, listed("ObjectWriter", ignoring)),
            bucket(OWNER, "enforced", OWNER_ID, listed("BucketOwnerEnforced", off())),
            bucket(
                OTHER,
                "theirs",
                OTHER_ID,
                json!({"AccessControlList": {"grantList": [], "owner": {"id": OTHER_ID}}}),
            ),
        ],
    );
    capture.config_items(
        "AWS::S3::AccountPublicAccessBlock",
        &[account_block(OWNER, off()), account_block(OTHER, off())],
    );
    let writer = json!([{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}]);
    roles(&capture, OTHER, &[role(OTHER, "writer", &writer)]);
    let store = capture.scan();
    let writer = "arn:aws:iam::222222222222:role/writer";
    for (bucket, lists, writes, outsider) in [
        ("listed", "allow", "allow", "allow"),
        ("ignored", "implicit_deny", "allow", "allow"),
        ("enforced", "implicit_deny", "implicit_deny", "implicit_deny"),
    ] {
        let arn = format!("arn:aws:s3:::{bucket}");
        let object = format!("{arn}/x");
        assert_eq!(
            decision(&store, "anonymous", "s3:ListBucket", &arn)["decision"],
            lists,
            "{bucket}"
        );
        assert_eq!(
            decision(&store, writer, "s3:PutObject", &object)["decision"],
            writes,
            "{bucket}"
        );
        assert_eq!(
            decision(&store, OUTSIDER_ID, "s3:PutBucketAcl", &arn)["decision"],
            outsider,
            "{bucket}"
        );
        let reads = decision(&store, "anonymous", "s3:GetObject", &object);
        assert_eq!(reads["decision"], "implicit_deny", "{reads}");
    }
    let reads = decision(&store, writer, "s3:GetObject", "arn:aws:s3:::listed/x");
    assert_eq!(
        reads["caveats"],
        json!([]),
        "what the role's own side lacks an object's list does not give it: {reads}"
    );
    let reads = decision(&store, "anonymous", "s3:GetObject", "arn:aws:s3:::listed/x");
    assert_eq!(reads["caveats"], json!(["object_acls_not_collected"]), "{reads}");

    let who = store.ask(&["who-can", "s3:PutObject", "arn:aws:s3:::listed/x"]);
    let principals: Vec<&str> = who["principals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|principal| principal["principal"].as_str().unwrap())
        .collect();
    for principal in [OUTSIDER_ID, writer] {
        assert!(principals.contains(&principal), "{principals:?}");
    }
    let explanation = store.ask(&["explain", "anonymous", "s3:ListBucket", "arn:aws:s3:::listed"]);
    assert_eq!(
        explanation["deciding"][0]["policy"],
        "urn:sv0:access-control-list:arn:aws:s3:::listed"
    );
    assert_eq!(explanation["deciding"][0]["sid"], "AllUsersRead");

    let findings = store.ask(&["findings"]);
    let [public] = finding(&findings, "public_access", "arn:aws:s3:::listed")[..] else {
        panic!("{findings}")
    };
    assert_eq!(public["severity"], "high");
    assert!(finding(&findings, "public_access", "arn:aws:s3:::ignored").is_empty());
    assert!(finding(&findings, "public_access", "arn:aws:s3:::enforced").is_empty());
    for (bucket, outsiders) in [("listed", 1), ("ignored", 1), ("enforced", 0)] {
        let external = finding(&findings, "external_access", &format!("arn:aws:s3:::{bucket}"));
        assert_eq!(external.len(), outsiders, "{bucket} {external:?}");
        assert!(
            external
                .iter()
                .all(|finding| finding["subjects"].as_array().unwrap().contains(&json!(OUTSIDER_ID)))
        );
    }
}

#[test]
fn a_path_leads_through_an_access_point() {
    let capture = Capture::new(None);
    let delegates = policy(json!([{
        "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": ["arn:aws:s3:::orders", "arn:aws:s3:::orders/*"],
        "Condition": {"StringEquals": {"s3:DataAccessPointAccount": OWNER}},
    }]));
    capture.config_items(
        "AWS::S3::Bucket",
        &[bucket(
            OWNER,
            "orders",
            OWNER_ID,
            json!({"BucketPolicy": delegates, "OwnershipControls": ownership("BucketOwnerEnforced"), "AccessControlList": list(&[])}),
        )],
    );
    capture.config_items("AWS::S3::AccountPublicAccessBlock", &[account_block(OWNER, off())]);
    capture.config_items(
        "AWS::S3::AccessPoint",
        &[json!({
            "accountId": OWNER, "awsRegion": "eu-west-1", "resourceId": "team", "resourceName": "team",
            "configuration": {
                "Name": "team", "Arn": POINT, "Bucket": "orders", "BucketAccountId": OWNER, "NetworkOrigin": "Internet", "Alias": "team-abc-s3alias",
                "PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true},
                "Policy": {"Version": "2012-10-17", "Statement": [{
                    "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:role/reader"}, "Action": "s3:GetObject", "Resource": format!("{POINT}/object/reports/*"),
                }]},
            },
        })],
    );
    let reads = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("{POINT}/object/*")}]);
    roles(&capture, OTHER, &[role(OTHER, "reader", &reads)]);
    capture.config_items(
        "AWS::Lambda::Function",
        &[json!({
            "accountId": OTHER, "awsRegion": "eu-west-1", "arn": "arn:aws:lambda:eu-west-1:222222222222:function:report", "resourceId": "report", "resourceName": "report",
            "configuration": {"functionName": "report", "role": "arn:aws:iam::222222222222:role/reader"}, "supplementaryConfiguration": {},
        })],
    );
    let store = capture.scan();
    let reader = "arn:aws:iam::222222222222:role/reader";
    let through = decision(&store, reader, "s3:GetObject", &format!("{POINT}/object/reports/1"));
    assert_eq!(through["decision"], "allow", "{through}");
    let elsewhere = decision(&store, reader, "s3:GetObject", &format!("{POINT}/object/drafts/1"));
    assert_eq!(elsewhere["decision"], "implicit_deny", "{elsewhere}");
    let object = decision(&store, reader, "s3:GetObject", "arn:aws:s3:::orders/reports/1");
    assert_eq!(object["decision"], "conditional", "{object}");
    assert_eq!(
        object["condition"],
        json!({"key": "s3:DataAccessPointArn", "operator": "StringEquals", "values": [POINT]})
    );
    assert_eq!(
        decision(&store, "anonymous", "s3:GetObject", "arn:aws:s3:::orders/reports/1")["decision"],
        "implicit_deny"
    );
    let who = store.ask(&["who-can", "s3:GetObject", "arn:aws:s3:::orders/reports/1"]);
    assert!(
        who["principals"]
            .as_array()
            .unwrap()
            .iter()
            .any(|principal| principal["principal"] == reader),
        "{who}"
    );
    let paths = store.ask(&["paths", "--to", "arn:aws:s3:::orders"]);
    let scopes: Vec<&Value> = paths["paths"]
        .as_array()
        .unwrap()
        .iter()
        .map(|path| &path["scope"])
        .collect();
    assert_eq!(scopes, [&json!("arn:aws:s3:::orders/reports/*")], "{paths}");
}

#[test]
fn grants_open_a_key_and_what_is_encrypted_under_it() {
    let capture = Capture::new(None);
    let root = json!([{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "kms:*", "Resource": "*"}]);
    let key = |id: &str| {
        json!({"accountId": OWNER, "awsRegion": "eu-west-1", "arn": format!("arn:aws:kms:eu-west-1:{OWNER}:key/{id}"), "resourceId": id,
               "configuration": {"keyId": id, "keyManager": "CUSTOMER"},
               "supplementaryConfiguration": {"Policy": json!({"Version": "2012-10-17", "Statement": root}).to_string(), "KeyRotationStatus": true}})
    };
    capture.config_items("AWS::KMS::Key", &[key("0a1b2c3d"), key("ffffffff")]);
    let encrypted = |name: &str, id: &str| {
        bucket(
            OWNER,
            name,
            OWNER_ID,
            json!({"BucketPolicy": {"policyText": null}, "OwnershipControls": ownership("BucketOwnerEnforced"), "AccessControlList": list(&[]),
                   "ServerSideEncryptionConfiguration": {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyID": format!("arn:aws:kms:eu-west-1:{OWNER}:key/{id}")}}]}}),
        )
    };
    capture.config_items(
        "AWS::S3::Bucket",
        &[encrypted("orders", "0a1b2c3d"), encrypted("drafts", "ffffffff")],
    );
    capture.config_items("AWS::S3::AccountPublicAccessBlock", &[account_block(OWNER, off())]);
    let reads = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]);
    roles(
        &capture,
        OWNER,
        &[role(OWNER, "reader", &reads), role(OWNER, "narrow", &json!([]))],
    );
    let grant = |id: &str, to: &str, constraints: Value| {
        json!({"KeyId": KEY, "GrantId": id, "GranteePrincipal": format!("arn:aws:iam::{OWNER}:role/{to}"), "IssuingAccount": format!("arn:aws:iam::{OWNER}:root"),
               "Operations": ["Decrypt", "DescribeKey"], "Constraints": constraints})
    };
    let grants = [
        grant("aaaa", "reader", Value::Null),
        grant("bbbb", "narrow", json!({"EncryptionContextEquals": {"team": "blue"}})),
    ];
    capture.write(
        "accounts/111111111111/eu-west-1/kms/grants.ndjson",
        json!({"Arn": KEY, "Response": {"Grants": grants, "Truncated": false}}).to_string(),
    );
    let store = capture.scan();
    let (reader, narrow) = (
        "arn:aws:iam::111111111111:role/reader",
        "arn:aws:iam::111111111111:role/narrow",
    );
    let read = decision(&store, reader, "s3:GetObject", "arn:aws:s3:::orders/1");
    assert_eq!(read["decision"], "allow", "{read}");
    let stopped = decision(&store, reader, "s3:GetObject", "arn:aws:s3:::drafts/1");
    assert_eq!(
        (&stopped["decision"], &stopped["blocked_by"]),
        (&json!("implicit_deny"), &json!(["kms"])),
        "{stopped}"
    );
    assert_eq!(stopped["caveats"], json!(["key_grants_not_collected"]));
    let narrowed = decision(&store, narrow, "kms:Decrypt", KEY);
    assert_eq!(narrowed["decision"], "conditional", "{narrowed}");
    assert_eq!(decision(&store, narrow, "kms:DescribeKey", KEY)["decision"], "allow");
    assert_eq!(
        store.ask(&[
            "can",
            narrow,
            "kms:Decrypt",
            KEY,
            "--context",
            "kms:EncryptionContext:team=blue",
            "--unknown-context",
            "absent"
        ])["decision"],
        "allow"
    );
    assert_eq!(
        store.ask(&[
            "can",
            narrow,
            "kms:Decrypt",
            KEY,
            "--context",
            "kms:EncryptionContext:team=red"
        ])["decision"],
        "implicit_deny"
    );
    let explanation = store.ask(&["explain", reader, "kms:Decrypt", KEY]);
    assert_eq!(
        explanation["deciding"][0]["policy"],
        format!("urn:sv0:key-grants:{KEY}")
    );
    assert_eq!(explanation["deciding"][0]["sid"], "aaaa");
}
