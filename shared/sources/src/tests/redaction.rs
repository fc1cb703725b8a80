//! Canary secrets in every place that may hold one: none of them leaves the reader.

use serde_json::{Value, json};

use crate::CaptureContents;
use crate::redact::redact;
use crate::testkit::{CANARY, Capture, EventLog, HUB, MEMBER, codes, event, gzip, lines, log_path};

/// Everything that a reader gives out, as text.
fn everything(contents: &CaptureContents<EventLog>) -> String {
    format!(
        "{:?}{:?}{:?}{:?}",
        contents.records, contents.events, contents.diagnostics, contents.coverage
    )
}

/// A configuration that holds canaries, and what of it must stay.
#[derive(serde::Deserialize)]
struct Case {
    #[serde(rename = "type")]
    resource_type: String,
    configuration: Value,
    kept: Vec<String>,
}

/// The item of a case in every encoding in which Config may print it.
fn encodings(case: &Case) -> [Value; 4] {
    let text = Value::from(case.configuration.to_string());
    let item = |field: &str, value: Value| {
        let mut item = json!({"accountId": MEMBER, "resourceType": case.resource_type, "resourceId": "x"});
        item[field] = value;
        item
    };
    let pascal =
        json!({"AccountId": MEMBER, "ResourceType": case.resource_type, "ResourceId": "x", "Configuration": text});
    [
        item("configuration", case.configuration.clone()),
        item("configuration", text.clone()),
        item("supplementaryConfiguration", json!({"Extra": text})),
        pascal,
    ]
}

#[test]
fn no_canary_of_a_config_item_survives_in_any_encoding() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("redaction_cases.json")).unwrap();
    for case in cases {
        let file = format!("config/{}.ndjson", case.resource_type.replace("::", "-"));
        for item in encodings(&case) {
            let contents = Capture::new().lines(&file, std::slice::from_ref(&item)).read();
            let text = everything(&contents);
            assert!(!text.contains(CANARY), "{item}\n{text}");
            let body = contents.records[0].body.to_string();
            for kept in &case.kept {
                let escaped = kept.replace('"', "\\\"");
                assert!(
                    body.contains(kept) || body.contains(&escaped),
                    "{kept} is gone from {body}"
                );
            }
        }
    }
}

/// An item of what Config does not hold with canaries, and what of it must stay.
#[derive(serde::Deserialize)]
struct SpokeCase {
    file: String,
    item: Value,
    kept: Vec<String>,
}

#[test]
fn no_canary_of_a_spoke_item_survives() {
    let cases: Vec<SpokeCase> = serde_json::from_str(include_str!("spoke_redaction_cases.json")).unwrap();
    for SpokeCase { file, item, kept } in cases {
        let path = format!("accounts/{MEMBER}/eu-west-1/{file}.ndjson");
        for content in [item.to_string(), Value::from(item.to_string()).to_string()] {
            let contents = Capture::new().file(&path, &content).read();
            assert_eq!(codes(&contents), Vec::<String>::new(), "{file} {content}");
            let text = everything(&contents);
            assert!(!text.contains(CANARY), "{file} {content}\n{text}");
            let body = contents.records[0].body.to_string();
            for kept in &kept {
                let escaped = kept.replace('"', "\\\"");
                assert!(
                    body.contains(kept) || body.contains(&escaped),
                    "{kept} is gone from {file} {body}"
                );
            }
        }
    }
}

/// Of every other answer only what is used is kept.
#[test]
fn no_canary_of_a_projected_answer_survives() {
    let header =
        "user,arn,password_enabled,password_next_rotation,access_key_1_active,access_key_1_last_used_service,note";
    let report = format!("{header}\neve,arn:aws:iam::{MEMBER}:user/eve,true,N/A,true,s3,CANARY\n");
    let files = [
        (
            "securityhub/findings.ndjson".to_owned(),
            json!({"Id": "kept", "Title": "t", "Description": "CANARY", "ProductFields": {"a": "CANARY"}, "Remediation": {"Recommendation": {"Text": "CANARY"}},
                   "Resources": [{"Type": "AwsLambdaFunction", "Id": "kept", "Details": {"AwsLambdaFunction": {"Environment": {"Variables": {"A": "CANARY"}}}}}],
                   "Note": {"Text": "CANARY"}, "UserDefinedFields": {"a": "CANARY"}, "Severity": {"Label": "HIGH", "Original": "CANARY"}, "Workflow": "CANARY"})
            .to_string(),
        ),
        (
            "access-analyzer/analyzers.ndjson".to_owned(),
            json!({"arn": "kept", "managedBy": "CANARY"}).to_string(),
        ),
        (
            "access-analyzer/findings.ndjson".to_owned(),
            json!({"id": "kept", "status": "ACTIVE", "new": "CANARY"}).to_string(),
        ),
        (
            "config/aggregator.json".to_owned(),
            json!({"ConfigurationAggregators": [{"ConfigurationAggregatorName": "kept", "CreatedBy": "CANARY"}],
                   "AggregatedSourceStatusList": [{"SourceId": MEMBER, "LastErrorMessage": "CANARY"}], "Other": "CANARY"})
            .to_string(),
        ),
        (
            "athena/assume-role.ndjson".to_owned(),
            json!({"principal": "kept", "session_token": "CANARY", "nested": {"a": "CANARY"}, "list": [{"a": "CANARY"}]}).to_string(),
        ),
        (
            format!("accounts/{MEMBER}/iam/last-accessed.ndjson"),
            json!({"Arn": "kept", "ServicesLastAccessed": [], "Error": {"Message": "CANARY"}, "Other": "CANARY"}).to_string(),
        ),
        (format!("accounts/{MEMBER}/iam/credential-report.csv"), report),
    ];
    for (file, content) in files {
        let contents = Capture::new().file(&file, &content).read();
        assert_eq!((codes(&contents).len(), contents.records.len()), (0, 1), "{file}");
        let text = everything(&contents);
        assert!(!text.contains(CANARY), "{file} {text}");
    }
}

/// JSON in a text is looked into however deeply it nests, and however many texts lie around it.
#[test]
fn no_canary_hides_in_a_deep_text() {
    let secret = json!({"Password": CANARY}).to_string();
    let deep = format!("{}{secret}{}", "[".repeat(500), "]".repeat(500));
    let mut wrapped = secret;
    for _ in 0..9 {
        wrapped = json!([wrapped]).to_string();
        let contents = item_with(&wrapped);
        assert!(!everything(&contents).contains(CANARY), "{wrapped}");
    }
    let twice = "{\"Password\":\"CANARY\",\"Password\":null}";
    for text in [deep.as_str(), twice] {
        assert!(!everything(&item_with(text)).contains(CANARY), "{text}");
    }
    let policy = "{\"Statement\":[],\"Id\":\"a\",\"Id\":\"b\"}";
    assert_eq!(item_with(policy).records[0].body["configuration"]["note"], policy);
}

fn item_with(text: &str) -> CaptureContents<EventLog> {
    let item = json!({"accountId": MEMBER, "resourceType": "AWS::Any::Type", "resourceId": "x", "configuration": {"note": text}});
    Capture::new().lines("config/AWS-Any-Type.ndjson", &[item]).read()
}

#[test]
fn redaction_comes_before_hashing() {
    let read = |secret: &str| {
        let item = json!({"accountId": MEMBER, "resourceType": "AWS::Lambda::Function", "resourceId": "x",
                          "configuration": {"environment": {"variables": {"A": secret}}}});
        Capture::new()
            .lines("config/AWS-Lambda-Function.ndjson", &[item])
            .read()
            .records[0]
            .origin
            .sha256
            .clone()
    };
    assert_eq!(read("one"), read("two"));
}

/// Every other file of items: fields named like secrets, presigned URLs, private keys.
#[test]
fn no_canary_of_other_answers_survives() {
    let url = "https://x.s3.amazonaws.com/y?X-Amz-Signature=CANARY";
    let extra = json!({"Password": "CANARY", "Note": url, "Token": "CANARY", "Nested": {"clientSecret": "CANARY"}});
    let with = |mut base: Value| {
        base.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        base
    };
    let files = [
        ("organizations/organization.json", with(json!({"Id": "o-exampleorgid"}))),
        ("organizations/accounts.json", with(json!({"Id": HUB}))),
        ("organizations/tree.json", with(json!({"Roots": []}))),
        (
            "organizations/policies.json",
            with(json!({"Id": "p-1", "Content": "{}"})),
        ),
        ("organizations/delegated-administrators.json", with(json!({"Id": HUB}))),
        ("organizations/resource-policy.json", with(json!({"Content": "{}"}))),
        (
            "aws-managed-policies.json",
            with(json!({"Arn": "arn:aws:iam::aws:policy/A", "Document": {}})),
        ),
        (
            "cloudtrail/trails.ndjson",
            json!({"Trail": with(json!({"Name": "all"}))}),
        ),
        (
            "accounts/444455556666/iam/authorization-details.json",
            json!({"UserDetailList": [with(json!({"UserName": "eve"}))]}),
        ),
    ];
    for (file, content) in files {
        let contents = Capture::new().file(file, content.to_string()).read();
        assert_eq!(contents.records.len(), 1, "{file}");
        let text = everything(&contents);
        assert!(!text.contains(CANARY), "{file} {text}");
    }
}

#[test]
fn of_an_event_only_the_allow_list_is_kept() {
    let mut planted = event("1");
    let canary_everywhere = json!({
        "errorCode": "AccessDenied", "errorMessage": "CANARY", "userAgent": "kept-agent", "requestID": "CANARY", "tlsDetails": {"x": "CANARY"},
        "additionalEventData": {"x": "CANARY"}, "serviceEventDetails": {"x": "CANARY"}, "vpcEndpointId": "CANARY",
        "requestParameters": {"roleArn": "arn:aws:iam::444455556666:role/app", "secretString": "CANARY", "policy": "{\"Sid\":\"kept-policy\"}",
                              "bucketPolicy": {"x": "CANARY", "Statement": [{"Principal": {"AWS": "kept-principal", "x": "CANARY"}, "x": "CANARY"}]},
                              "password": "CANARY", "userData": "CANARY", "environment": {"variables": {"A": "CANARY"}},
                              "name": {"nested": "CANARY"}, "names": ["/kept", {"x": "CANARY"}], "secretIdList": ["prod/kept-secret-id"], "key": "https://h/k?X-Amz-Signature=CANARY"},
        "responseElements": {"credentials": {"accessKeyId": "ASIAKEPT", "sessionToken": "CANARY", "secretAccessKey": "CANARY"},
                             "assumedRoleUser": {"arn": "arn:aws:sts::444455556666:assumed-role/app/app", "assumedRoleId": "CANARY"},
                             "accessKey": {"secretAccessKey": "CANARY"}},
        "resources": [{"ARN": "arn:aws:s3:::kept", "accountId": MEMBER, "type": "AWS::S3::Bucket", "x": "CANARY"}, "CANARY"],
        "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::444455556666:assumed-role/app/s", "x": "CANARY",
                         "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::444455556666:role/app", "x": "CANARY"},
                                            "attributes": {"mfaAuthenticated": "false", "x": "CANARY"},
                                            "webIdFederationData": {"attributes": {"x": "CANARY"}}}},
    });
    planted
        .as_object_mut()
        .unwrap()
        .extend(canary_everywhere.as_object().unwrap().clone());
    let document = json!({"Records": [planted]}).to_string();
    let files = [
        ("1.json.gz", gzip(&document)),
        ("1.json", document.clone().into_bytes()),
        ("1.ndjson", lines(&[planted]).into_bytes()),
    ];
    for (name, bytes) in files {
        let contents = Capture::new().file(&log_path(name), bytes).read();
        let text = everything(&contents);
        assert!(!text.contains(CANARY), "{name} {text}");
        for kept in [
            "ASIAKEPT",
            "/kept",
            "arn:aws:s3:::kept",
            "prod/kept-secret-id",
            "AccessDenied",
            "https://h/k?[redacted]",
            "mfaAuthenticated",
            "kept-agent",
            "kept-policy",
            "kept-principal",
        ] {
            assert!(text.contains(kept), "{kept} {text}");
        }
    }
}

#[test]
fn of_an_event_in_a_row_the_same_is_kept() {
    let event = json!({"eventSource": "secretsmanager.amazonaws.com", "requestParameters": {"secretId": "prod/kept", "secretString": "CANARY"}});
    for event in [event.clone(), Value::from(event.to_string())] {
        let row = json!({"event": event, "session": "9f86", "count": "2", "newest": ["2026-01-30T10:00:00Z 1"], "other": "CANARY"});
        let contents = Capture::new()
            .file("athena/observed-use.ndjson", row.to_string())
            .read();
        let body = &contents.records[0].body;
        assert_eq!(body["event"]["requestParameters"], json!({"secretId": "prod/kept"}));
        assert_eq!(body["newest"], row["newest"]);
        assert!(!everything(&contents).contains(CANARY), "{body}");
    }
}

/// Whatever is wrong with a file, what stands in it is not repeated in words.
#[test]
fn diagnostics_quote_nothing() {
    let broken = [
        "{\"password\": \"CANARY\"",
        "{\"CANARY\": CANARY}",
        "CANARY",
        "\"CANARY\"",
        "[\"CANARY\"]",
        "{\"CANARY\": 1}",
        "{\"a\": 1e999999}CANARY",
    ];
    let files = [
        "organizations/organization.json",
        "organizations/accounts.ndjson",
        "config/AWS-S3-Bucket.ndjson",
        "config/recorders.ndjson",
        "coverage.ndjson",
        "accounts/444455556666/status.json",
        "accounts/444455556666/iam/authorization-details.json",
        "accounts/444455556666/iam/last-accessed.ndjson",
        "accounts/444455556666/iam/credential-report.csv",
        "accounts/444455556666/eu-west-1/bedrock-agent/agents.ndjson",
        "accounts/444455556666/eu-west-1/lambda/function-policies.json",
        "securityhub/findings.ndjson",
        "access-analyzer/analyzers.ndjson",
        "access-analyzer/findings.json",
        "config/aggregator.json",
        "cloudtrail/AWSLogs/444455556666/CloudTrail/eu-west-1/2026/01/30/a.json",
    ];
    for file in files {
        for text in broken {
            let contents = Capture::new().file(file, text).read();
            assert!(!contents.diagnostics.is_empty(), "{file} {text}");
            let told = everything(&contents);
            assert!(!told.contains(CANARY), "{file} {text} {told}");
        }
    }
}

/// What a policy says is never touched, whatever its condition keys are called.
#[test]
fn policies_pass_untouched() {
    let statement = json!({"Effect": "Allow", "Principal": {"Federated": "*"}, "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com", "aws:RequestTag/password": "x",
                                       "sts:ExternalId": "secret-id"}}});
    let policy = json!({"Version": "2012-10-17", "Statement": [statement]});
    let encoded = "%7B%22Statement%22%3A%5B%7B%22Condition%22%3A%7B%22secret%22%3A%22x%22%7D%7D%5D%7D";
    let answer = json!({"PolicyDocument": policy, "Text": policy.to_string() + " ", "Encoded": encoded, "Lone": statement,
                        "policyText": policy.to_string()});
    let mut redacted = answer.clone();
    redact(&mut redacted, "AWS::S3::Bucket");
    assert_eq!(redacted, answer);
}

/// Of people only ids and names are kept, whatever the identity store knows of them.
#[test]
fn of_workforce_users_only_ids_and_names_are_kept() {
    let user = json!({
        "IdentityStoreId": "d-90677a1b2c", "UserId": "90677a1b2c-0a1b2c3d-1111-4222-8333-444455556666", "UserName": "ann", "DisplayName": "Ann Onym",
        "ExternalIds": [{"Issuer": "https://idp.example/CANARY", "Id": "CANARY"}], "Title": "CANARY", "Locale": "CANARY", "Birthdate": "CANARY",
        "Name": {"FamilyName": "CANARY", "GivenName": "CANARY"}, "NickName": "CANARY", "ProfileUrl": "CANARY",
        "Emails": [{"Value": "CANARY@example.com", "Type": "work", "Primary": true}],
        "Addresses": [{"StreetAddress": "CANARY"}], "PhoneNumbers": [{"Value": "+49 CANARY"}], "Photos": [{"Value": "CANARY"}],
        "SomethingNew": "CANARY",
    });
    let group = json!({"GroupId": "90677a1b2c-99887766-1111-4222-8333-444455556666", "DisplayName": "Engineers",
                       "Description": "ask CANARY", "ExternalIds": [{"Id": "CANARY"}]});
    let contents = Capture::new()
        .json("identity-center/users.json", &json!({"Users": [user]}))
        .json("identity-center/groups.json", &json!({"Groups": [group]}))
        .read();
    let text = everything(&contents);
    assert!(!text.contains(CANARY), "{text}");
    assert!(text.contains("Ann Onym") && text.contains("Engineers"), "{text}");
}
