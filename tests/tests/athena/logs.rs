//! Log files of made-up events: every kind of caller, resource, session and oddity, the same for a seed.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

pub const ACCOUNTS: [&str; 3] = ["111111111111", "222222222222", "333333333333"];
const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];
const ODD: [&str; 8] = [
    "plain",
    "it's",
    "\"quoted\"",
    "back\\slash\\",
    "line\nbreak\ttab",
    "ünïcödé 日本 🙂",
    "{\"json\": [1, \"two\"]}",
    "",
];

/// The generator of Numerical Recipes, which is enough to mix cases.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())].clone()
    }

    fn chance(&mut self, of: usize) -> bool {
        self.roll(of) == 0
    }
}

/// Writes the log files below `cloudtrail/` of a capture.
pub fn write(capture: &Path, seed: u32) {
    let mut dice = Dice(u64::from(seed) * 7_919 + 17);
    let mut files: std::collections::BTreeMap<String, Vec<Value>> = std::collections::BTreeMap::new();
    for number in 0..400 {
        let (account, region) = (dice.pick(&ACCOUNTS), dice.pick(&REGIONS));
        let day = dice.roll(20) + 1;
        let mut event = event(&mut dice, number, account, region, day);
        let mut place = |account: &str, event: Value| {
            let folder = format!("cloudtrail/AWSLogs/o-acme1example/{account}/CloudTrail/{region}/2026/02/{day:02}");
            files.entry(folder).or_default().push(event);
        };
        if dice.chance(6) {
            // Two accounts have a copy; the owner's often does not name the caller.
            event["sharedEventID"] = json!(format!("shared-{number}"));
            let other = dice.pick(&ACCOUNTS);
            let mut copy = event.clone();
            copy["eventID"] = json!(format!("copy-{number:04}"));
            copy["recipientAccountId"] = json!(other);
            if dice.chance(2) {
                copy["userIdentity"] =
                    json!({"type": "AWSAccount", "principalId": "AROAEXAMPLE:session", "accountId": account});
            }
            place(other, copy);
        }
        if dice.chance(8) {
            event["recipientAccountId"] = Value::Null;
        }
        place(account, event.clone());
        if dice.chance(9) {
            // Delivered twice.
            place(account, event);
        }
    }
    for (place, (folder, events)) in files.into_iter().enumerate() {
        let folder = capture.join(folder);
        fs::create_dir_all(&folder).unwrap();
        let file = fs::File::create(folder.join(format!("log_{place}.json.gz"))).unwrap();
        let mut encoder = GzEncoder::new(file, Compression::fast());
        encoder
            .write_all(json!({"Records": events}).to_string().as_bytes())
            .unwrap();
        encoder.finish().unwrap();
    }
}

fn event(dice: &mut Dice, number: usize, account: &str, region: &str, day: usize) -> Value {
    let (source, name, parameters, response) = call(dice, account);
    let time = format!("2026-02-{day:02}T{:02}:{:02}:00Z", dice.roll(24), dice.roll(4) * 15);
    let mut event = json!({
        "eventVersion": "1.11", "eventID": format!("event-{number:04}"), "eventTime": time, "eventSource": source, "eventName": name,
        "awsRegion": region, "recipientAccountId": account, "requestID": format!("request-{number}"), "eventType": "AwsApiCall", "readOnly": dice.chance(2),
        "userIdentity": identity(dice, account), "requestParameters": parameters, "responseElements": response,
        "sourceIPAddress": dice.pick(&["198.51.100.7", "198.51.100.8", "203.0.113.9", "10.0.0.1", "lambda.amazonaws.com", "2001:db8::1", "AWS Internal"]),
        "userAgent": dice.pick(&["aws-cli/2.15.0", "Boto3/1.34", "Mozilla/5.0", "odd \"agent\" it's", "console.amazonaws.com"]),
        "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": format!("cipher-{number}")},
    });
    if dice.chance(7) {
        event["errorCode"] = json!(dice.pick(&["AccessDenied", "ThrottlingException"]));
        event["errorMessage"] = json!(dice.pick(&ODD));
    }
    if name == "SwitchRole" || name == "ConsoleLogin" {
        event["additionalEventData"] = json!({"MFAUsed": dice.pick(&["Yes", "No"]), "SwitchFrom": format!("arn:aws:sts::{account}:assumed-role/admin/{}", dice.pick(&["ann", "bob@example.com"])), "LoginTo": "https://console"});
    }
    if dice.chance(3) {
        event["resources"] = json!([
            {"ARN": format!("arn:aws:kms:{region}:{account}:key/{}", dice.roll(3)), "accountId": account, "type": "AWS::KMS::Key"},
            {"ARN": format!("arn:aws:secretsmanager:{region}:{account}:secret:listed-{}", dice.roll(2)), "accountId": account},
            {"accountId": account, "type": "AWS::IAM::Role"},
        ]);
    }
    event
}

fn session_key(dice: &mut Dice) -> String {
    format!("ASIASESSION{}", dice.roll(12))
}

fn identity(dice: &mut Dice, account: &str) -> Value {
    let role = dice.pick(&["app", "chain", "admin"]);
    let session = dice.pick(&["i-0123456789abcdef0", "ann@example.com", "job-17"]);
    match dice.roll(9) {
        0..4 => {
            let mut identity = json!({"type": "AssumedRole", "principalId": format!("AROA{role}:{session}"), "accountId": account, "accessKeyId": session_key(dice),
                "arn": format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"),
                "sessionContext": {"attributes": {"mfaAuthenticated": dice.pick(&["true", "false"]), "creationDate": "2026-02-01T00:00:00Z"},
                    "sessionIssuer": {"type": "Role", "arn": format!("arn:aws:iam::{account}:role/path/{role}"), "accountId": account, "userName": role}}});
            if dice.chance(3) {
                identity["sessionContext"]["sourceIdentity"] = json!(dice.pick(&ODD));
            }
            if dice.chance(4) {
                identity["invokedBy"] = json!("cloudformation.amazonaws.com");
            }
            identity
        }
        4 => {
            json!({"type": "IAMUser", "arn": format!("arn:aws:iam::{account}:user/ann"), "accountId": account, "accessKeyId": "AKIALONGTERM", "userName": "ann"})
        }
        5 => json!({"type": "AWSService", "invokedBy": dice.pick(&["lambda.amazonaws.com", "ec2.amazonaws.com"])}),
        6 => {
            json!({"type": "Root", "arn": format!("arn:aws:iam::{account}:root"), "accountId": account, "principalId": account})
        }
        7 => {
            json!({"type": "WebIdentityUser", "principalId": "token:sub", "userName": "repo:acme/app:ref:refs/heads/main", "identityProvider": "token.actions.githubusercontent.com"})
        }
        _ => json!({"type": "AWSAccount", "accountId": "444444444444", "principalId": "AIDAEXTERNAL"}),
    }
}

fn call(dice: &mut Dice, account: &str) -> (&'static str, &'static str, Value, Value) {
    let odd = dice.pick(&ODD);
    let role = format!(
        "arn:aws:iam::{}:role/path/{}",
        dice.pick(&ACCOUNTS),
        dice.pick(&["app", "chain", "admin"])
    );
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": {"AWS": "*"}}]}).to_string();
    match dice.roll(24) {
        0..4 => (
            "sts.amazonaws.com",
            "AssumeRole",
            json!({"roleArn": role, "roleSessionName": odd, "durationSeconds": 3600, "externalId": "secret", "tags": [{"key": "team", "value": odd}], "transitiveTagKeys": ["team"],
                "policyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}], "sourceIdentity": "ann"}),
            json!({"credentials": {"accessKeyId": session_key(dice), "expiration": "Feb 1, 2026", "sessionToken": "token"}, "assumedRoleUser": {"arn": format!("arn:aws:sts::{account}:assumed-role/app/{}", "name")}, "sourceIdentity": "ann"}),
        ),
        4 => (
            "sts.amazonaws.com",
            "AssumeRoleWithWebIdentity",
            json!({"roleArn": role, "roleSessionName": "GitHubActions", "policy": policy}),
            json!({"credentials": {"accessKeyId": session_key(dice)}, "subjectFromWebIdentityToken": "repo:acme/app:ref:refs/heads/main", "provider": "arn:aws:iam::111111111111:oidc-provider/x"}),
        ),
        5 => (
            "sts.amazonaws.com",
            "AssumeRoleWithSAML",
            json!({"roleArn": role, "sAMLAssertionID": "_1"}),
            json!({"subject": "ann@example.com", "credentials": {"accessKeyId": session_key(dice)}}),
        ),
        6 => (
            "sts.amazonaws.com",
            "GetFederationToken",
            json!({"name": "bob", "policy": "{not json"}),
            json!({"federatedUser": {"arn": format!("arn:aws:sts::{account}:federated-user/bob")}, "credentials": {"accessKeyId": session_key(dice)}}),
        ),
        7 => (
            "sts.amazonaws.com",
            "AssumeRoot",
            json!({"targetPrincipal": account, "taskPolicyArn": {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}}),
            json!({"credentials": {"accessKeyId": session_key(dice)}}),
        ),
        8 => (
            "signin.amazonaws.com",
            "SwitchRole",
            Value::Null,
            json!({"SwitchRole": dice.pick(&["Success", "Failure"])}),
        ),
        9 => (
            "signin.amazonaws.com",
            "ConsoleLogin",
            Value::Null,
            json!({"ConsoleLogin": dice.pick(&["Success", "Failure"])}),
        ),
        10 => (
            "secretsmanager.amazonaws.com",
            "GetSecretValue",
            json!({"secretId": odd, "versionStage": "AWSCURRENT"}),
            Value::Null,
        ),
        11 => (
            "secretsmanager.amazonaws.com",
            "BatchGetSecretValue",
            json!({"secretIdList": ["one", odd, 7, null]}),
            Value::Null,
        ),
        12 => (
            "lambda.amazonaws.com",
            "Invoke20150331",
            json!({"functionName": dice.pick(&["app", "111111111111:function:app", "arn:aws:lambda:eu-west-1:222222222222:function:app:live"])}),
            Value::Null,
        ),
        13 => (
            "s3.amazonaws.com",
            dice.pick(&["GetObject", "ListObjectsV2", "PutObject"]),
            json!({"bucketName": "data", "key": format!("key-{}", dice.roll(1_000_000)), "Host": "data.s3"}),
            Value::Null,
        ),
        14 => (
            "ssm.amazonaws.com",
            "GetParameters",
            json!({"names": ["/app/a", "b"], "withDecryption": true}),
            Value::Null,
        ),
        15 => ("ssm.amazonaws.com", "GetParameter", json!({"name": odd}), Value::Null),
        16 => (
            "dynamodb.amazonaws.com",
            "GetItem",
            json!({"tableName": "orders", "key": {"id": odd}}),
            Value::Null,
        ),
        17 => (
            "ecr.amazonaws.com",
            "BatchGetImage",
            json!({"repositoryName": "app", "registryId": dice.pick(&ACCOUNTS)}),
            Value::Null,
        ),
        18 => (
            "sns.amazonaws.com",
            dice.pick(&["Publish", "SetTopicAttributes"]),
            json!({"topicArn": "arn:aws:sns:eu-west-1:111111111111:t", "attributeName": "Policy", "attributeValue": policy}),
            Value::Null,
        ),
        19 => (
            "lambda.amazonaws.com",
            "AddPermission20150331v2",
            json!({"functionName": "app", "principal": "*", "action": "lambda:InvokeFunction"}),
            Value::Null,
        ),
        20 => (
            "iam.amazonaws.com",
            dice.pick(&[
                "AttachRolePolicy",
                "CreateAccessKey",
                "PutRolePolicy",
                "UpdateAssumeRolePolicy",
            ]),
            json!({"roleName": "app", "userName": "ann", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess", "policyDocument": policy}),
            Value::Null,
        ),
        21 => (
            "ec2.amazonaws.com",
            dice.pick(&["ModifySnapshotAttribute", "ModifyImageAttribute", "DescribeInstances"]),
            json!({"snapshotId": "snap-1", "createVolumePermission": {"add": {"items": [{"group": "all"}, {"userId": "444444444444"}]}}, "attributeType": "CREATE_VOLUME_PERMISSION"}),
            Value::Null,
        ),
        22 => (
            "cloudtrail.amazonaws.com",
            "StopLogging",
            json!({"name": "trail"}),
            Value::Null,
        ),
        _ => (
            "kms.amazonaws.com",
            dice.pick(&["Decrypt", "CreateGrant"]),
            json!({"keyId": "arn:aws:kms:eu-west-1:111111111111:key/1", "granteePrincipal": "arn:aws:iam::444444444444:root", "encryptionContext": {"aws:s3:arn": odd}}),
            Value::Null,
        ),
    }
}
