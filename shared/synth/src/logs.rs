//! CloudTrail log files of an account.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::names::{ORGANIZATION, REGIONS, iam};

/// What roles do: in how many of a thousand calls, the service, the call, whether it reads.
const CALLS: [(usize, &str, &str, bool); 8] = [
    (150, "s3.amazonaws.com", "ListBuckets", true),
    (150, "secretsmanager.amazonaws.com", "GetSecretValue", true),
    (300, "kms.amazonaws.com", "Decrypt", true),
    (120, "dynamodb.amazonaws.com", "DescribeTable", true),
    (20, "lambda.amazonaws.com", "UpdateFunctionCode20150331v2", false),
    (155, "ssm.amazonaws.com", "GetParameter", true),
    (100, "sqs.amazonaws.com", "GetQueueAttributes", true),
    (5, "iam.amazonaws.com", "AttachRolePolicy", false),
];

/// Sessions that a role has in an hour.
const SESSIONS: usize = 4;

/// Most events of one file.
const EVENTS_A_FILE: usize = 2_000;

/// Log files of an account on one day, by key: `events` events of its roles.
///
/// # Errors
/// [`io::Error`] of the compression, which writes to memory.
pub fn files(account: &str, roles: &[String], events: usize, dice: &mut Dice) -> io::Result<Vec<(String, Vec<u8>)>> {
    if roles.is_empty() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    let mut left = events;
    while left > 0 {
        let count = left.min(EVENTS_A_FILE);
        left -= count;
        let hour = files.len() % 24;
        let key = format!(
            "cloudtrail/AWSLogs/{ORGANIZATION}/{account}/CloudTrail/eu-west-1/2026/03/01/{account}_CloudTrail_eu-west-1_20260301T{hour:02}55Z_{}.json.gz",
            dice.letters(16)
        );
        let records: Vec<Value> = (0..count).map(|_| event(account, roles, hour, dice)).collect();
        let mut file = GzEncoder::new(Vec::new(), Compression::fast());
        file.write_all(json!({"Records": records}).to_string().as_bytes())?;
        files.push((key, file.finish()?));
    }
    Ok(files)
}

/// Few roles do most of what is done.
fn event(account: &str, roles: &[String], hour: usize, dice: &mut Dice) -> Value {
    let most = roles.len().div_ceil(1 << dice.below(6));
    let role = roles.get(dice.below(most)).map_or("orders-api-0", String::as_str);
    let (source, name, reads) = call(dice);
    let (role_id, session) = (stable(&[account, role]), dice.below(SESSIONS));
    let key = stable(&[account, role, &hour.to_string(), &session.to_string()]);
    let region = REGIONS.first().copied().unwrap_or_default();
    let id = dice.digits(32);
    let mut event = json!({
        "eventVersion": "1.11", "eventTime": format!("2026-03-01T{hour:02}:{:02}:{:02}Z", dice.below(60), dice.below(60)),
        "eventSource": source, "eventName": name, "awsRegion": region, "sourceIPAddress": format!("10.0.{session}.{}", role.len()),
        "userAgent": "aws-sdk-rust/1.3.8 os/linux lang/rust/1.95.0 md/http#hyper", "requestID": dice.digits(32), "eventID": id,
        "userIdentity": {"type": "AssumedRole", "principalId": format!("AROA{role_id}:session-{session}"),
            "arn": format!("arn:aws:sts::{account}:assumed-role/{role}/session-{session}"), "accountId": account, "accessKeyId": format!("ASIA{key}"),
            "sessionContext": {"sessionIssuer": {"type": "Role", "principalId": format!("AROA{role_id}"), "arn": iam(account, &format!("role/{role}")),
                "accountId": account, "userName": role}, "attributes": {"creationDate": "2026-03-01T00:00:00Z", "mfaAuthenticated": "false"}}},
        "requestParameters": {"secretId": "orders/credentials", "roleName": role, "encryptionContext": {"aws:s3:arn": "arn:aws:s3:::synthetic"}},
        "responseElements": null, "readOnly": reads, "managementEvent": true, "eventType": "AwsApiCall", "recipientAccountId": account, "eventCategory": "Management",
        "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": source},
    });
    if let (true, Value::Object(fields)) = (dice.happens(30), &mut event) {
        fields.insert("errorCode".to_owned(), json!("AccessDenied"));
    }
    event
}

fn call(dice: &mut Dice) -> (&'static str, &'static str, bool) {
    let mut drawn = dice.below(1000);
    for (often, source, name, reads) in CALLS {
        if drawn < often {
            return (source, name, reads);
        }
        drawn -= often;
    }
    ("sts.amazonaws.com", "GetCallerIdentity", true)
}

/// Sixteen letters that are always the same for the same texts.
fn stable(texts: &[&str]) -> String {
    let bytes = texts.iter().flat_map(|text| text.bytes());
    let seed = bytes.fold(0_u64, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)));
    Dice::new(seed, 0).letters(16)
}
