//! Canary secrets in every place that may hold one: none of them leaves the reader.

use serde_json::{Value, json};

use crate::CaptureContents;
use crate::redact::redact;
use crate::testkit::{Capture, EventLog, HUB, MEMBER, event, gzip, lines, log_path};

const CANARY: &str = "CANARY";

/// Everything that a reader gives out, as text.
fn everything(contents: &CaptureContents<EventLog>) -> String {
    format!(
        "{:?}{:?}{:?}{:?}",
        contents.records, contents.events, contents.diagnostics, contents.coverage
    )
}

/// `(resource type, configuration that holds canaries, what of it must stay)`
fn configurations() -> Vec<(&'static str, Value, &'static [&'static str])> {
    let presigned = "https://awslambda-eu-west-1.s3.amazonaws.com/snapshots/x?versionId=1&X-Amz-Security-Token=CANARY&X-Amz-Signature=CANARY";
    let old_presigned = "https://bucket.s3.amazonaws.com/x?AWSAccessKeyId=AKIACANARY&Expires=1&Signature=CANARY";
    let key = "-----BEGIN RSA PRIVATE KEY-----\nCANARY\n-----END RSA PRIVATE KEY-----";
    vec![
        (
            "AWS::ECS::TaskDefinition",
            json!({"TaskRoleArn": "arn:aws:iam::444455556666:role/task", "ContainerDefinitions": [{
                "Name": "web", "Image": "repo/web:1", "Command": ["sh", "-c", "CANARY"], "EntryPoint": ["CANARY"],
                "Environment": [{"Name": "DB_URL", "Value": "CANARY"}, {"Name": "DEBUG", "Value": "CANARY"}],
                "Secrets": [{"Name": "DB_PASSWORD", "ValueFrom": "arn:aws:secretsmanager:eu-west-1:444455556666:secret:db"},
                            {"Name": "API_TOKEN", "ValueFrom": "/prod/api-token"}],
                "HealthCheck": {"Command": ["CMD-SHELL", "curl -u CANARY"], "Interval": 5},
                "DockerLabels": {"com.example.note": "CANARY"},
                "FirelensConfiguration": {"Type": "fluentbit", "Options": {"key": "CANARY"}},
                "LogConfiguration": {"LogDriver": "splunk", "Options": {"splunk-url": "CANARY"},
                                     "SecretOptions": [{"Name": "splunk-key", "ValueFrom": "CANARY"}]}}]}),
            &[
                "role/task",
                "repo/web:1",
                "DB_URL",
                "DEBUG",
                "DB_PASSWORD",
                "secret:db",
                "/prod/api-token",
                "splunk-key",
            ],
        ),
        (
            "AWS::ECS::TaskDefinition",
            json!({"containerDefinitions": [{"environment": [{"name": "A", "value": "CANARY"}], "command": ["CANARY"]}]}),
            &["\"A\""],
        ),
        (
            "AWS::ECS::TaskDefinition",
            json!({"ContainerDefinitions": "[{\"Environment\":[{\"Name\":\"KEPT\",\"Value\":\"CANARY\"}]}]"}),
            &["KEPT"],
        ),
        (
            "AWS::Lambda::Function",
            json!({"role": "arn:aws:iam::444455556666:role/app", "environment": {"variables": {"BUCKET": "CANARY", "N": 1}},
                   "code": {"location": presigned}, "imageConfigResponse": {"imageConfig": {"command": ["CANARY"], "entryPoint": ["CANARY"]}}}),
            &["role/app", "BUCKET"],
        ),
        (
            "AWS::Lambda::Function",
            json!({"Environment": {"Variables": {"BUCKET": "CANARY"}}, "Code": {"Location": presigned}, "Description": presigned}),
            &[
                "BUCKET",
                "https://awslambda-eu-west-1.s3.amazonaws.com/snapshots/x?[redacted]",
            ],
        ),
        (
            "AWS::EC2::Instance",
            json!({"userData": "Q0FOQVJZ CANARY", "instanceId": "i-1", "metadataOptions": {"httpTokens": "required"}}),
            &["i-1", "required"],
        ),
        (
            "AWS::EC2::LaunchTemplate",
            json!({"LaunchTemplateData": {"UserData": "CANARY", "ImageId": "ami-1"}}),
            &["ami-1"],
        ),
        (
            "AWS::SecretsManager::Secret",
            json!({"Name": "db", "SecretString": "CANARY", "SecretBinary": "CANARY",
                   "GenerateSecretString": {"SecretStringTemplate": "{\"user\":\"CANARY\"}", "GenerateStringKey": "password"},
                   "KmsKeyId": "alias/db", "RotationEnabled": true}),
            &["\"db\"", "alias/db"],
        ),
        (
            "AWS::RDS::DBInstance",
            json!({"masterUserPassword": "CANARY", "pendingModifiedValues": {"masterUserPassword": "CANARY"},
                   "masterUserSecret": {"secretArn": "arn:aws:secretsmanager:eu-west-1:444455556666:secret:rds"}}),
            &["secret:rds"],
        ),
        (
            "AWS::Any::Type",
            json!({"ClientSecret": "CANARY", "apiKey": "CANARY", "PrivateKey": key, "Certificate": key, "authToken": ["CANARY"],
                   "ConnectionString": "Server=CANARY", "AccessKey": "CANARY", "accessKeyId": "AKIAKEPT", "Secret": {"Value": "CANARY"},
                   "url": old_presigned, "pin_password": 123_456, "SecretArn": "arn:aws:secretsmanager:eu-west-1:1:secret:kept",
                   "SecretName": "kept-name", "PasswordLastUsed": "2026-01-01T00:00:00Z",
                   "Parameters": [{"Name": "DB_PASSWORD", "Value": "CANARY"}], "tags": {"password": "CANARY", "secret-tier": "kept-tag"}}),
            &["AKIAKEPT", "secret:kept", "kept-name", "2026-01-01", "kept-tag"],
        ),
        (
            "AWS::CodeBuild::Project",
            json!({"environment": {"type": "LINUX_CONTAINER", "privilegedMode": false, "image": "std:5",
                                "environmentVariables": [{"name": "KEPT", "type": "PLAINTEXT", "value": "CANARY"}]},
                "source": {"type": "GITHUB", "buildspec": "CANARY"}}),
            &["LINUX_CONTAINER", "std:5", "KEPT", "PLAINTEXT"],
        ),
        (
            "AWS::SageMaker::Model",
            json!({"PrimaryContainer": {"Environment": {"KEPT": "CANARY"}}}),
            &["KEPT"],
        ),
        (
            "AWS::AppRunner::Service",
            json!({"RuntimeEnvironmentVariables": [{"Name": "KEPT", "Value": "CANARY"}]}),
            &["KEPT"],
        ),
        (
            "AWS::CloudFormation::Stack",
            json!({"parameters": [{"parameterKey": "KEPT", "parameterValue": "CANARY"}]}),
            &["KEPT"],
        ),
        (
            "AWS::CloudFront::Distribution",
            json!({"customHeaders": {"items": [{"headerName": "KEPT", "headerValue": "CANARY"}]}}),
            &["KEPT"],
        ),
        (
            "AWS::EC2::VPNConnection",
            json!({"customerGatewayConfiguration": "<pre_shared_key>CANARY</pre_shared_key>"}),
            &[],
        ),
        (
            "AWS::StepFunctions::StateMachine",
            json!({"RoleArn": "arn:aws:iam::444455556666:role/sfn",
                   "DefinitionString": "{\"StartAt\":\"Call\",\"Comment\":\"CANARY\",\"States\":{\"Call\":{\"Type\":\"Task\",\"Resource\":\"arn:aws:states:::lambda:invoke\",\"Parameters\":{\"FunctionName\":\"kept-function\",\"Payload\":{\"auth\":\"CANARY\",\"id.$\":\"$.id\",\"f.$\":\"States.Format('CANARY', $.id)\"}},\"End\":true}}}"}),
            &["kept-function", "arn:aws:states:::lambda:invoke", "$.id", "role/sfn"],
        ),
    ]
}

#[test]
fn no_canary_of_a_config_item_survives_in_any_encoding() {
    for (resource_type, configuration, kept) in configurations() {
        let item = |configuration: Value| json!({"accountId": MEMBER, "awsRegion": "eu-west-1", "resourceType": resource_type, "resourceId": "x", "configuration": configuration});
        let supplementary = json!({"accountId": MEMBER, "awsRegion": "eu-west-1", "resourceType": resource_type, "resourceId": "y",
                                   "supplementaryConfiguration": {"Extra": configuration.to_string()}});
        let pascal = json!({"AccountId": MEMBER, "AwsRegion": "eu-west-1", "ResourceType": resource_type, "ResourceId": "z",
                            "Configuration": configuration.to_string()});
        let items = [
            item(configuration.clone()),
            item(Value::from(configuration.to_string())),
            supplementary,
            pascal,
        ];
        for item in items {
            let file = format!("config/{}.ndjson", resource_type.replace("::", "-"));
            let contents = Capture::new().lines(&file, std::slice::from_ref(&item)).read();
            let text = everything(&contents);
            assert!(!text.contains(CANARY), "{item}\n{text}");
            let body = contents.records[0].body.to_string();
            for kept in kept {
                assert!(body.contains(kept), "{kept} is gone from {body}");
            }
        }
    }
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
        "errorCode": "AccessDenied", "errorMessage": "CANARY", "userAgent": "CANARY", "requestID": "CANARY", "tlsDetails": {"x": "CANARY"},
        "additionalEventData": {"x": "CANARY"}, "serviceEventDetails": {"x": "CANARY"}, "vpcEndpointId": "CANARY",
        "requestParameters": {"roleArn": "arn:aws:iam::444455556666:role/app", "secretString": "CANARY", "policy": "CANARY",
                              "password": "CANARY", "userData": "CANARY", "environment": {"variables": {"A": "CANARY"}},
                              "name": {"nested": "CANARY"}, "names": ["/kept", {"x": "CANARY"}], "key": "https://h/k?X-Amz-Signature=CANARY"},
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
            "AccessDenied",
            "https://h/k?[redacted]",
            "mfaAuthenticated",
        ] {
            assert!(text.contains(kept), "{kept} {text}");
        }
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
