//! What holds data: buckets, tables, secrets, keys, queues.

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::names::{iam, regional};
use crate::shape::Recorded;

/// Where an application's data lies.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The account.
    pub account: &'a str,
    /// The Region.
    pub region: &'a str,
    /// The application.
    pub application: &'a str,
    /// An account that data is shared with.
    pub neighbour: &'a str,
}

/// Rows of AWS Config of an application's data, each with the type whose file it stands in.
pub fn rows(place: Place<'_>, dice: &mut Dice) -> Vec<(&'static str, Value)> {
    let mut rows = Vec::new();
    let key = key(place, dice, &mut rows);
    for kind in ["data", "raw"] {
        rows.push(bucket(place, kind, &key, dice));
    }
    for table in ["index", "items"] {
        rows.push(table_of(place, table));
    }
    rows.push(secret(place, dice));
    rows.push(queue(place));
    rows
}

fn class(dice: &mut Dice) -> &'static str {
    dice.one_of(&["internal", "confidential", "restricted", "public", "internal"])
        .unwrap_or("internal")
}

fn key(place: Place<'_>, dice: &mut Dice, rows: &mut Vec<(&'static str, Value)>) -> String {
    let digits = dice.digits(32);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
    let id = parts
        .map(|part| digits.get(part).unwrap_or_default().to_owned())
        .join("-");
    let arn = regional("kms", place.region, place.account, &format!("key/{id}"));
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Sid": "EnableIamPolicies", "Effect": "Allow",
        "Principal": {"AWS": iam(place.account, "root")}, "Action": "kms:*", "Resource": "*"}]});
    let recorded = Recorded {
        resource_type: "AWS::KMS::Key",
        account: place.account,
        region: place.region,
        id: &id,
        name: &id,
        arn: &arn,
        configuration: json!({"keyId": id, "arn": arn, "enabled": true, "description": place.application, "keyUsage": "ENCRYPT_DECRYPT",
            "keyState": "Enabled", "keyManager": "CUSTOMER", "multiRegion": false}),
        supplementary: json!({"Policy": policy.to_string(), "KeyRotationStatus": true}),
        tags: &[("app", place.application)],
    };
    rows.push(("AWS::KMS::Key", recorded.item()));
    arn
}

/// Every seventh bucket is shared with another account, every second one is encrypted with the application's key.
fn bucket(place: Place<'_>, kind: &str, key: &str, dice: &mut Dice) -> (&'static str, Value) {
    let name = format!("synth-{}-{}-{kind}", place.account, place.application);
    let arn = format!("arn:aws:s3:::{name}");
    let policy = dice.happens(143).then(|| {
        json!({"Version": "2012-10-17", "Statement": [{"Sid": "Share", "Effect": "Allow", "Principal": {"AWS": iam(place.neighbour, "root")},
            "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": [arn.clone(), format!("{arn}/*")]}]})
        .to_string()
    });
    let encryption = if dice.happens(500) {
        json!({"sseAlgorithm": "aws:kms", "kmsMasterKeyID": key})
    } else {
        json!({"sseAlgorithm": "AES256", "kmsMasterKeyID": null})
    };
    let class = class(dice);
    let recorded = Recorded {
        resource_type: "AWS::S3::Bucket",
        account: place.account,
        region: place.region,
        id: &name,
        name: &name,
        arn: &arn,
        configuration: json!({"name": name, "creationDate": "2024-02-09T10:41:55.000Z", "region": place.region}),
        supplementary: json!({
            "BucketPolicy": {"policyText": policy},
            "PublicAccessBlockConfiguration": {"blockPublicAcls": true, "ignorePublicAcls": true, "blockPublicPolicy": true, "restrictPublicBuckets": true},
            "OwnershipControls": {"rules": [{"objectOwnership": "BucketOwnerEnforced"}]},
            "ServerSideEncryptionConfiguration": {"rules": [{"applyServerSideEncryptionByDefault": encryption, "bucketKeyEnabled": true}]},
        }),
        tags: &[("DataClassification", class), ("app", place.application)],
    };
    ("AWS::S3::Bucket", recorded.item())
}

fn table_of(place: Place<'_>, kind: &str) -> (&'static str, Value) {
    let name = format!("{}-{kind}", place.application);
    let arn = regional("dynamodb", place.region, place.account, &format!("table/{name}"));
    let recorded = Recorded {
        resource_type: "AWS::DynamoDB::Table",
        account: place.account,
        region: place.region,
        id: &name,
        name: &name,
        arn: &arn,
        configuration: json!({"tableName": name, "tableArn": arn, "tableStatus": "ACTIVE"}),
        supplementary: json!({}),
        tags: &[("app", place.application)],
    };
    ("AWS::DynamoDB::Table", recorded.item())
}

fn secret(place: Place<'_>, dice: &mut Dice) -> (&'static str, Value) {
    let name = format!("{}/credentials", place.application);
    let arn = regional(
        "secretsmanager",
        place.region,
        place.account,
        &format!("secret:{name}-{}", dice.letters(6)),
    );
    let recorded = Recorded {
        resource_type: "AWS::SecretsManager::Secret",
        account: place.account,
        region: place.region,
        id: &arn,
        name: &name,
        arn: &arn,
        configuration: json!({"ARN": arn, "Name": name, "RotationEnabled": false}),
        supplementary: json!({}),
        tags: &[("app", place.application)],
    };
    ("AWS::SecretsManager::Secret", recorded.item())
}

fn queue(place: Place<'_>) -> (&'static str, Value) {
    let name = format!("{}-requests", place.application);
    let arn = regional("sqs", place.region, place.account, &name);
    let recorded = Recorded {
        resource_type: "AWS::SQS::Queue",
        account: place.account,
        region: place.region,
        id: &arn,
        name: &name,
        arn: &arn,
        configuration: json!({"QueueName": name, "QueueArn": arn, "SqsManagedSseEnabled": true, "Policy": null}),
        supplementary: json!({}),
        tags: &[("app", place.application)],
    };
    ("AWS::SQS::Queue", recorded.item())
}
