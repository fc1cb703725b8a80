use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, ResourcePolicy, urn};
use sv0_model::record::RecordKind;

use super::{Capture, DEV, OUTSIDER, PROD, codes, ends, entity, organizations, policy};

const BUCKET: &str = "arn:aws:s3:::b";
const KEY: &str = "arn:aws:kms:eu-west-1:111111111111:key/k";
const POINT: &str = "arn:aws:s3:eu-west-1:111111111111:accesspoint/team";

fn canonical(digit: &str) -> String {
    digit.repeat(64)
}

fn bucket(name: &str, account: &str, owner: &str, grants: &[Value]) -> Value {
    json!({
        "accountId": account, "arn": format!("arn:aws:s3:::{name}"), "resourceId": name, "configuration": {"name": name, "owner": {"id": owner}},
        "supplementaryConfiguration": {"AccessControlList": json!({"grantList": grants, "owner": {"id": owner}}).to_string()},
    })
}

#[test]
fn a_buckets_list_is_kept_as_a_policy() {
    let (owner, known, stranger) = (canonical("1"), canonical("2"), canonical("9"));
    let grants = [
        json!({"grantee": {"id": owner}, "permission": "FullControl"}),
        json!({"grantee": "AllUsers", "permission": "Read"}),
        json!({"grantee": {"uri": "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"}, "permission": "READ_ACP"}),
        json!({"grantee": "LogDelivery", "permission": "Write"}),
        json!({"grantee": {"id": known.to_uppercase()}, "permission": "WriteAcp"}),
        json!({"grantee": {"id": stranger}, "permission": "FULL_CONTROL"}),
    ];
    let graph = Capture::new()
        .config("AWS::S3::Bucket", bucket("b", DEV, &owner, &grants))
        .config("AWS::S3::Bucket", bucket("other", PROD, &known, &[]))
        .graph();
    let list = policy(&graph, &urn::access_control_list(BUCKET));
    let statements = list.document.as_ref().unwrap()["Statement"].as_array().unwrap();
    let read: Vec<(&str, &Value, &Value, bool)> = statements
        .iter()
        .map(|statement| {
            let sid = statement["Sid"].as_str().unwrap();
            (
                sid,
                &statement["Principal"],
                &statement["Action"],
                statement.get("Condition").is_some(),
            )
        })
        .collect();
    let full = json!([
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
        "s3:ListBucketVersions",
        "s3:DeleteObject",
        "s3:PutObject",
        "s3:GetBucketAcl",
        "s3:PutBucketAcl"
    ]);
    assert_eq!(
        read,
        [
            (
                "AllUsersRead",
                &json!("*"),
                &json!([
                    "s3:ListBucket",
                    "s3:ListBucketMultipartUploads",
                    "s3:ListBucketVersions"
                ]),
                false
            ),
            (
                "AuthenticatedUsersReadAcp",
                &json!("*"),
                &json!(["s3:GetBucketAcl"]),
                true
            ),
            (
                "LogDeliveryWrite",
                &json!({"Service": "logging.s3.amazonaws.com"}),
                &json!(["s3:DeleteObject", "s3:PutObject"]),
                false
            ),
            (
                "CanonicalUserWriteAcp",
                &json!({"AWS": PROD}),
                &json!(["s3:PutBucketAcl"]),
                false
            ),
            (
                "CanonicalUserFullControl",
                &json!({"CanonicalUser": stranger}),
                &full,
                false
            ),
        ]
    );
    let named = ends(&graph, BUCKET, EdgeKind::Grants);
    assert!(
        named.contains(&urn::external_principal(&stranger).as_str()),
        "{named:?}"
    );
    assert!(
        !graph
            .policies
            .contains_key(&urn::access_control_list("arn:aws:s3:::other")),
        "the owner's own grant says nothing"
    );
}

#[test]
fn an_id_that_owns_buckets_of_two_accounts_is_no_accounts() {
    let shared = canonical("5");
    let grants = [json!({"grantee": {"id": shared}, "permission": "Read"})];
    let graph = Capture::new()
        .config("AWS::S3::Bucket", bucket("b", DEV, &canonical("1"), &grants))
        .config("AWS::S3::Bucket", bucket("x", PROD, &shared, &[]))
        .config("AWS::S3::Bucket", bucket("y", OUTSIDER, &shared, &[]))
        .graph();
    let list = policy(&graph, &urn::access_control_list(BUCKET));
    assert_eq!(
        list.document.as_ref().unwrap()["Statement"][0]["Principal"],
        json!({"CanonicalUser": shared})
    );
}

#[test]
fn an_access_point_leads_to_its_bucket() {
    let item = |policy: Value| {
        let mut configuration = json!({
            "Name": "team", "Arn": POINT, "Bucket": "b", "BucketAccountId": DEV, "NetworkOrigin": "VPC", "VpcConfiguration": {"VpcId": "vpc-1"},
            "PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": false},
        });
        if !policy.is_null() {
            configuration["Policy"] = policy;
        }
        json!({"resourceId": "team", "configuration": configuration})
    };
    let text = super::grants(&json!("*"), "s3:GetObject");
    for (policy, is_set) in [(json!(text.to_string()), true), (text, true), (Value::Null, false)] {
        let graph = Capture::new()
            .config(
                "AWS::S3::AccountPublicAccessBlock",
                json!({"resourceId": DEV, "configuration": {"restrictPublicBuckets": true}}),
            )
            .config("AWS::S3::AccessPoint", item(policy))
            .graph();
        let point = entity(&graph, POINT);
        assert_eq!(point.attributes["bucket"], BUCKET);
        assert_eq!(point.attributes["network_origin"], "VPC");
        assert_eq!(point.attributes["vpc_id"], "vpc-1");
        assert_eq!(
            point.attributes["block_public_access"]["restrict_public_buckets"],
            false
        );
        assert_eq!(
            point.attributes["account_block_public_access"]["restrict_public_buckets"],
            true
        );
        assert_eq!(matches!(point.resource_policy, ResourcePolicy::Set { .. }), is_set);
        assert_eq!(point.resource_policy == ResourcePolicy::NotSet, !is_set);
    }
}

fn with_grants(answers: &[Value]) -> Capture {
    let key = json!({"arn": KEY, "configuration": {"keyId": "k"}});
    let capture = Capture::new().config("AWS::KMS::Key", key);
    answers.iter().fold(capture, |capture, answer| {
        let body = json!({"Arn": KEY, "Response": answer});
        let object = format!("accounts/{DEV}/eu-west-1/kms/grants.ndjson");
        capture.add(RecordKind::KeyGrants, &object, Some(DEV), "2026-03-01T00:00:00Z", body)
    })
}

fn statements(capture: &Capture) -> Vec<Value> {
    let graph = capture.graph();
    let grants = policy(&graph, &urn::key_grants(KEY));
    grants.document.as_ref().unwrap()["Statement"]
        .as_array()
        .unwrap()
        .clone()
}

#[test]
fn grants_of_a_key_are_kept_as_a_policy() {
    let role = super::role_arn("app");
    let cases = [
        (
            "an operation without a constraint",
            json!({"GrantId": "a", "GranteePrincipal": role, "Operations": ["Decrypt"]}),
            json!([{"Sid": "a", "Effect": "Allow", "Principal": {"AWS": role}, "Action": ["kms:Decrypt"], "Resource": KEY}]),
        ),
        (
            "a subset of the encryption context narrows what carries one",
            json!({"GrantId": "a", "GranteePrincipal": role, "Operations": ["Decrypt", "DescribeKey"], "Constraints": {"EncryptionContextSubset": {"team": "blue"}}}),
            json!([
                {"Sid": "a", "Effect": "Allow", "Principal": {"AWS": role}, "Action": ["kms:Decrypt"], "Resource": KEY, "Condition": {"StringEquals": {"kms:EncryptionContext:team": "blue"}}},
                {"Sid": "a", "Effect": "Allow", "Principal": {"AWS": role}, "Action": ["kms:DescribeKey"], "Resource": KEY},
            ]),
        ),
        (
            "an equal one admits no further pairs",
            json!({"GrantId": "a", "GranteePrincipal": role, "Operations": ["Decrypt"], "Constraints": {"EncryptionContextEquals": {"a": "1", "b": "${x}*"}}}),
            json!([{"Sid": "a", "Effect": "Allow", "Principal": {"AWS": role}, "Action": ["kms:Decrypt"], "Resource": KEY, "Condition": {
                "StringEquals": {"kms:EncryptionContext:a": "1"}, "StringLike": {"kms:EncryptionContext:b": "?{x}?"}, "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["a", "b"]}}}]),
        ),
        (
            "services and retiring principals",
            json!({"GrantId": "a", "GranteePrincipal": "dynamodb.eu-west-1.amazonaws.com", "RetiringPrincipal": role, "Operations": ["Encrypt"], "Constraints": {"SourceArn": "arn:aws:dynamodb:*"}}),
            json!([
                {"Sid": "a", "Effect": "Allow", "Principal": {"Service": "dynamodb.eu-west-1.amazonaws.com"}, "Action": ["kms:Encrypt"], "Resource": KEY, "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:dynamodb:*"}}},
                {"Sid": "a", "Effect": "Allow", "Principal": {"AWS": role}, "Action": ["kms:RetireGrant"], "Resource": KEY},
            ]),
        ),
    ];
    for (case, grant, want) in cases {
        let found = statements(&with_grants(&[json!({"Grants": [grant]})]));
        assert_eq!(json!(found), want, "{case}");
    }
}

#[test]
fn what_is_known_of_a_keys_grants() {
    let grant = |id: &str| json!({"GrantId": id, "GranteePrincipal": super::role_arn(id), "Operations": ["Decrypt"]});
    let attributes = |capture: &Capture| {
        let graph = capture.graph();
        let key = entity(&graph, KEY);
        (
            key.attributes.get("grants").cloned(),
            key.attributes.get("grants_complete").cloned(),
        )
    };
    assert_eq!(attributes(&with_grants(&[])), (None, None));
    let none = with_grants(&[json!({"Grants": []})]);
    assert_eq!(attributes(&none), (Some(json!(0)), Some(json!(true))));
    assert!(
        none.normalise().diagnostics.is_empty(),
        "{:?}",
        none.normalise().diagnostics
    );
    let first = json!({"Grants": [grant("a")], "Truncated": true, "NextMarker": "x"});
    let last = json!({"Grants": [grant("b")], "Truncated": false});
    assert_eq!(
        attributes(&with_grants(std::slice::from_ref(&first))),
        (Some(json!(1)), Some(json!(false)))
    );
    let pages = [with_grants(&[first.clone(), last.clone()]), with_grants(&[last, first])];
    for pages in &pages {
        assert_eq!(attributes(pages), (Some(json!(2)), Some(json!(true))));
    }
    assert_eq!(pages[0].graph(), pages[1].graph());
    let nobodys = Capture::new().add(
        RecordKind::KeyGrants,
        "grants.ndjson",
        Some(DEV),
        "2026-03-01T00:00:00Z",
        json!({"Arn": KEY, "Response": {"Grants": []}}),
    );
    assert_eq!(codes(&nobodys.normalise()), ["key_of_grants_not_collected"]);
}

#[test]
fn the_organization_sets_block_public_access_of_its_accounts() {
    let block = |assigns: &str, more: Value| {
        let mut block = json!({"@@assign": assigns});
        block.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"s3_attributes": {"public_access_block_configuration": block}}).to_string()
    };
    let s3_policy = |id: &str, content: &str, targets: Value| json!({"Id": id, "Arn": id, "Type": "S3_POLICY", "Content": content, "Targets": targets});
    let root = |status: &str| json!({"Roots": [{"Id": "r-1", "Name": "Root", "PolicyTypes": [{"Type": "S3_POLICY", "Status": status}]}]});
    let account =
        |is_on: bool| json!({"accountId": PROD, "resourceId": PROD, "configuration": {"restrictPublicBuckets": is_on}});
    let (on, off) = (block("all", json!({})), block("none", json!({})));
    let last_word = block("all", json!({"@@operators_allowed_for_child_policies": ["@@none"]}));
    for (case, status, policies, own, want) in [
        (
            "set at the root",
            "ENABLED",
            vec![s3_policy("p-1", &on, json!(["r-1"]))],
            None,
            Some(true),
        ),
        (
            "set over the account's own word",
            "ENABLED",
            vec![s3_policy("p-1", &on, json!(["ou-1-prod"]))],
            Some(false),
            Some(true),
        ),
        (
            "the policy type is switched off",
            "PENDING_DISABLE",
            vec![s3_policy("p-1", &on, json!(["r-1"]))],
            None,
            None,
        ),
        (
            "another unit",
            "ENABLED",
            vec![s3_policy("p-1", &on, json!([DEV]))],
            None,
            None,
        ),
        (
            "a lower policy says otherwise",
            "ENABLED",
            vec![
                s3_policy("p-1", &on, json!(["r-1"])),
                s3_policy("p-2", &off, json!([PROD])),
            ],
            None,
            Some(false),
        ),
        (
            "and may not",
            "ENABLED",
            vec![
                s3_policy("p-1", &last_word, json!(["r-1"])),
                s3_policy("p-2", &off, json!([PROD])),
            ],
            None,
            Some(true),
        ),
        (
            "off does not undo what the account says",
            "ENABLED",
            vec![s3_policy("p-1", &off, json!(["r-1"]))],
            Some(true),
            Some(true),
        ),
        (
            "two policies that differ",
            "ENABLED",
            vec![
                s3_policy("p-1", &on, json!([PROD])),
                s3_policy("p-2", &off, json!([PROD])),
            ],
            None,
            None,
        ),
        (
            "a policy of something else",
            "ENABLED",
            vec![s3_policy("p-1", "{}", json!(["r-1"]))],
            None,
            None,
        ),
    ] {
        let mut capture = organizations::acme()
            .add(
                RecordKind::OrganizationTree,
                "organizations/tree.json",
                None,
                "2026-03-01T12:00:00Z",
                root(status),
            )
            .config("AWS::S3::Bucket", bucket("b", PROD, &canonical("1"), &[]));
        for policy in policies {
            capture = capture.organization(RecordKind::OrganizationPolicy, policy);
        }
        if let Some(is_on) = own {
            capture = capture.config("AWS::S3::AccountPublicAccessBlock", account(is_on));
        }
        let output = capture.normalise();
        let attribute = entity(&output.graph, BUCKET)
            .attributes
            .get("account_block_public_access");
        let restricts = attribute.map(|block| block["restrict_public_buckets"] == true);
        assert_eq!(restricts, want, "{case}");
        assert!(output.diagnostics.is_empty(), "{case} {:?}", output.diagnostics);
    }
}

/// What the account itself answers counts as what AWS Config recorded of it, and that nothing was ever set is an answer.
#[test]
fn an_account_tells_its_block_public_access() {
    let all = |is_on: bool| json!({"block_public_acls": is_on, "ignore_public_acls": is_on, "block_public_policy": is_on, "restrict_public_buckets": is_on});
    let closed = json!({"BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true});
    let told = |answer: Value, config: Option<(&str, Value)>| {
        let mut capture = Capture::new().config("AWS::S3::Bucket", bucket("b", DEV, &canonical("1"), &[]));
        if let Some((time, item)) = config {
            let mut item = json!({"resourceId": DEV, "configuration": item});
            item["configurationItemCaptureTime"] = json!(time);
            capture = capture.config("AWS::S3::AccountPublicAccessBlock", item);
        }
        let output = capture.spoke("s3control", "public-access-block", answer).normalise();
        let block = entity(&output.graph, BUCKET)
            .attributes
            .get("account_block_public_access")
            .cloned();
        (block, output.diagnostics.len())
    };
    let older = Some(("2026-02-01T00:00:00Z", closed.clone()));
    for (case, answer, config, want) in [
        ("it is on", closed.clone(), None, (Some(all(true)), 0)),
        ("it was never set", json!({}), None, (Some(all(false)), 0)),
        (
            "it was taken off since AWS Config recorded it",
            json!({}),
            older.clone(),
            (Some(all(false)), 0),
        ),
        (
            "an error is no answer",
            json!({"Error": {"Code": "AccessDenied"}}),
            None,
            (None, 1),
        ),
        (
            "an error does not take the place of what AWS Config recorded",
            json!({"Error": {}}),
            older,
            (Some(all(true)), 1),
        ),
        ("a text is no answer", json!("off"), None, (None, 1)),
        (
            "a setting has one of two values",
            json!({"RestrictPublicBuckets": "perhaps"}),
            None,
            (None, 1),
        ),
    ] {
        assert_eq!(told(answer, config), want, "{case}");
    }
}
