use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, PolicyKind, ResourcePolicy, urn};

use super::{Capture, DEV, REGION, edge, ends, entity, grants, policy, url_encoded};

fn arn(rest: &str) -> String {
    let (service, resource) = rest.split_once(' ').unwrap();
    format!("arn:aws:{service}:{REGION}:{DEV}:{resource}")
}

fn state(resource_type: &str, native_id: &str, item: Value) -> &'static str {
    let mut item = item;
    item["arn"] = json!(native_id);
    let graph = Capture::new().config(resource_type, item).graph();
    match entity(&graph, native_id).resource_policy {
        ResourcePolicy::NotSupported => "not supported",
        ResourcePolicy::NotSet => "not set",
        ResourcePolicy::Set { .. } => "set",
        ResourcePolicy::NotCollected => "not collected",
    }
}

#[test]
fn none_is_set_only_where_the_answer_proves_it() {
    let text = grants(&json!("*"), "s3:GetObject").to_string();
    let bucket = "arn:aws:s3:::b";
    let function = arn("lambda function:f");
    let key = arn("kms key/k");
    let secret = arn("secretsmanager secret:s-AbCdEf");
    let repository = arn("ecr repository/r");
    let topic = arn("sns t");
    for (case, resource_type, native_id, item, want) in [
        (
            "bucket with a policy",
            "AWS::S3::Bucket",
            bucket,
            json!({ "supplementaryConfiguration": { "BucketPolicy": { "policyText": text } } }),
            "set",
        ),
        (
            "bucket, null text",
            "AWS::S3::Bucket",
            bucket,
            json!({ "supplementaryConfiguration": { "BucketPolicy": { "policyText": null } } }),
            "not set",
        ),
        (
            "bucket, policy absent",
            "AWS::S3::Bucket",
            bucket,
            json!({ "supplementaryConfiguration": { "AccessControlList": "{}" } }),
            "not set",
        ),
        (
            "bucket, nothing asked",
            "AWS::S3::Bucket",
            bucket,
            json!({ "configuration": { "name": "b" } }),
            "not collected",
        ),
        (
            "function with a policy",
            "AWS::Lambda::Function",
            &function,
            json!({ "supplementaryConfiguration": { "Policy": text } }),
            "set",
        ),
        (
            "function, wrapped text",
            "AWS::Lambda::Function",
            &function,
            json!({ "supplementaryConfiguration": { "Policy": { "policyText": text } } }),
            "set",
        ),
        (
            "function without one",
            "AWS::Lambda::Function",
            &function,
            json!({ "supplementaryConfiguration": { "Tags": {} } }),
            "not set",
        ),
        (
            "function, nothing asked",
            "AWS::Lambda::Function",
            &function,
            json!({ "configuration": {} }),
            "not collected",
        ),
        (
            "key with its policy",
            "AWS::KMS::Key",
            &key,
            json!({ "supplementaryConfiguration": { "Policy": text } }),
            "set",
        ),
        (
            "a key always has one",
            "AWS::KMS::Key",
            &key,
            json!({ "supplementaryConfiguration": { "Tags": [] } }),
            "not collected",
        ),
        (
            "Config holds no secret's policy",
            "AWS::SecretsManager::Secret",
            &secret,
            json!({ "configuration": { "Name": "s" } }),
            "not collected",
        ),
        (
            "repository with one",
            "AWS::ECR::Repository",
            &repository,
            json!({ "configuration": { "RepositoryPolicyText": grants(&json!("*"), "ecr:*") } }),
            "set",
        ),
        (
            "repository without one",
            "AWS::ECR::Repository",
            &repository,
            json!({ "configuration": { "RepositoryName": "r" } }),
            "not set",
        ),
        (
            "repository, nothing asked",
            "AWS::ECR::Repository",
            &repository,
            json!({}),
            "not collected",
        ),
        (
            "a topic always has one",
            "AWS::SNS::Topic",
            &topic,
            json!({ "configuration": { "TopicName": "t" } }),
            "not collected",
        ),
        (
            "instances have none",
            "AWS::EC2::Instance",
            &arn("ec2 instance/i-1"),
            json!({}),
            "not supported",
        ),
        (
            "task definitions have none",
            "AWS::ECS::TaskDefinition",
            &arn("ecs task-definition/t:1"),
            json!({}),
            "not supported",
        ),
        (
            "of other types nobody knows",
            "AWS::DynamoDB::Table",
            &arn("dynamodb table/t"),
            json!({ "configuration": {} }),
            "not collected",
        ),
    ] {
        assert_eq!(state(resource_type, native_id, item), want, "{case}");
    }
}

#[test]
fn a_resource_policy_grants_to_whom_it_names() {
    let document = json!({ "Statement": [
        { "Sid": "No", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*" },
        { "Sid": "Read", "Effect": "Allow", "Principal": { "AWS": format!("arn:aws:iam::{DEV}:role/reader") }, "Action": ["s3:GetObject"], "Resource": "*",
          "Condition": { "Bool": { "aws:SecureTransport": "true" } } }
    ] });
    let item = json!({ "arn": "arn:aws:s3:::b", "supplementaryConfiguration": { "BucketPolicy": { "policyText": url_encoded(&document) } } });
    let graph = Capture::new().config("AWS::S3::Bucket", item).graph();
    let record = policy(&graph, &urn::resource_policy("arn:aws:s3:::b"));
    assert_eq!(
        (record.kind, record.owner.as_deref(), record.document.as_ref()),
        (PolicyKind::ResourceBased, Some("arn:aws:s3:::b"), Some(&document))
    );
    let granted = edge(&graph, "arn:aws:s3:::b", EdgeKind::Grants);
    assert_eq!(granted.to, format!("arn:aws:iam::{DEV}:role/reader"));
    let want = json!({ "actions": ["s3:GetObject"], "statement_index": 1, "sid": "Read", "principal": format!("arn:aws:iam::{DEV}:role/reader"),
        "conditions": { "Bool": { "aws:SecureTransport": "true" } } });
    assert_eq!(json!(granted.attributes), want);
}

#[test]
fn a_secrets_policy_is_an_item_of_its_own() {
    let secret = arn("secretsmanager secret:db-AbCdEf");
    let item = json!({ "arn": secret, "resourceName": "db", "configuration": { "Name": "db" } });
    let text = grants(&json!("*"), "secretsmanager:GetSecretValue");
    for named in [secret.as_str(), "db"] {
        let separate = json!({ "configuration": { "SecretId": named, "ResourcePolicy": text.to_string() } });
        let graph = Capture::new()
            .config("AWS::SecretsManager::Secret", item.clone())
            .config("AWS::SecretsManager::ResourcePolicy", separate)
            .graph();
        let policy_id = urn::resource_policy(&secret);
        assert_eq!(
            entity(&graph, &secret).resource_policy,
            ResourcePolicy::Set {
                policy: policy_id.clone()
            },
            "{named}"
        );
        assert_eq!(policy(&graph, &policy_id).document, Some(text.clone()));
        assert_eq!(ends(&graph, &secret, EdgeKind::Grants), [urn::ANONYMOUS]);
        assert_eq!(entity(&graph, &secret).origins.len(), 2);
    }
}
