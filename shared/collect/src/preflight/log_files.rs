//! Whether the trail's bucket and its key let their reader in.
//!
//! Both lie in another account as a rule, whose policies nobody here may read. So what a reader does is done, as little of it as tells: one name is listed, and one
//! byte read, which Amazon S3 has to decrypt with the trail's key in the reader's name.

use serde_json::{Map, Value, json};

use super::{Check, CheckStatus, Preflight};
use crate::api::{ApiError, Failure, Target};
use crate::calls::{s3, sts};
use crate::evidence::bucket_region;
use crate::listing::{parameters, text};
use crate::permissions;

const BUCKET: &str = "trail_bucket";
const KEY: &str = "trail_key";

/// What is asked about.
struct Logs<'a> {
    bucket: &'a str,
    /// What keys of the bucket begin with before `AWSLogs`.
    prefix: String,
    /// The trail's ARN.
    trail: &'a str,
    /// The key of AWS KMS, where the trail has one.
    key: Option<&'a str>,
    /// Where the trail is, and as a rule its bucket.
    home: &'a Target,
    /// Whom policies have to let in.
    reader: String,
    /// Who asks.
    caller: String,
}

pub(super) async fn checks(preflight: &Preflight<'_>, trail: &Value, home: &Target) -> Vec<Check> {
    let caller = caller(preflight).await;
    let reader = match preflight.options.evidence_role.as_str() {
        "" => role_of(&caller),
        named => named.to_owned(),
    };
    let logs = Logs {
        bucket: text(trail, "S3BucketName").unwrap_or_default(),
        prefix: text(trail, "S3KeyPrefix").map_or_else(String::new, |prefix| format!("{prefix}/")),
        trail: text(trail, "TrailARN").unwrap_or_default(),
        key: text(trail, "KmsKeyId"),
        home,
        reader,
        caller,
    };
    if !is_of(&logs.caller, &logs.reader) {
        return vec![logs.of_another(preflight), logs.key_unknown(preflight)];
    }
    let (bucket, key) = match file(preflight, &logs).await {
        Err(error) => (logs.refused(preflight, &error), logs.key_unknown(preflight)),
        Ok((_, None)) => (logs.empty(preflight), logs.key_unknown(preflight)),
        Ok((target, Some(file))) => read(preflight, &logs, &target, &file).await,
    };
    vec![bucket, key]
}

async fn caller(preflight: &Preflight<'_>) -> String {
    let hub = preflight.plan.hub();
    let answer = preflight.api.call(&hub, &sts::GET_CALLER_IDENTITY, Map::new()).await;
    let arn = answer.ok().and_then(|answer| text(&answer, "Arn").map(str::to_owned));
    arn.unwrap_or_else(|| {
        format!(
            "arn:{}:iam::{}:root",
            preflight.plan.header.partition,
            preflight.hub_account()
        )
    })
}

/// The role of a session, in the form that a policy takes: `arn:aws:sts::111122223333:assumed-role/NAME/SESSION` is of `arn:aws:iam::111122223333:role/NAME`.
fn role_of(caller: &str) -> String {
    let parts: Vec<&str> = caller.splitn(6, ':').collect();
    let [arn, partition, "sts", _, account, resource] = *parts.as_slice() else {
        return caller.to_owned();
    };
    match resource
        .strip_prefix("assumed-role/")
        .and_then(|rest| rest.split('/').next())
    {
        Some(name) => format!("{arn}:{partition}:iam::{account}:role/{name}"),
        None => caller.to_owned(),
    }
}

/// Whether a caller is that role, or of a session of it. The ARN of a session has the role's name and not its path.
fn is_of(caller: &str, role: &str) -> bool {
    let named = |arn: &str| {
        let account = arn.split(':').nth(4).map(str::to_owned);
        (account, arn.rsplit('/').next().map(str::to_owned))
    };
    caller == role || named(&role_of(caller)) == named(role)
}

/// Where the bucket is asked, and one log file of the hub's own account, which every trail of the organization records.
async fn file(preflight: &Preflight<'_>, logs: &Logs<'_>) -> Result<(Target, Option<String>), ApiError> {
    let target = Target {
        region: location(preflight, logs).await,
        ..logs.home.clone()
    };
    let asked = json!({"Bucket": logs.bucket, "Prefix": logs.folder(preflight), "MaxKeys": 1});
    let answer = preflight
        .api
        .call(&target, &s3::LIST_LOG_FILES, parameters(asked))
        .await?;
    let first = answer.pointer("/Contents/0").and_then(|file| text(file, "Key"));
    Ok((target, first.map(str::to_owned)))
}

/// The bucket's Region; where nobody says, it is looked for where the trail is.
async fn location(preflight: &Preflight<'_>, logs: &Logs<'_>) -> String {
    let partition = &preflight.plan.header.partition;
    let region = bucket_region(preflight.api, partition, logs.bucket, logs.home).await;
    region.unwrap_or_else(|_| logs.home.region.clone())
}

async fn read(preflight: &Preflight<'_>, logs: &Logs<'_>, target: &Target, file: &str) -> (Check, Check) {
    let asked = json!({"Bucket": logs.bucket, "Key": file, "Range": "bytes=0-0"});
    let answer = preflight.api.call(target, &s3::GET_LOG_FILE, parameters(asked)).await;
    let open = Check::ok(
        BUCKET,
        format!(
            "{} lists log files of the bucket {} and reads them",
            logs.caller, logs.bucket
        ),
    );
    match answer {
        Ok(_) => (open, logs.key_open()),
        Err(error) if is_of_key(&error) => (
            Check::ok(
                BUCKET,
                format!(
                    "{} lists log files of the bucket {}; reading them is up to the key",
                    logs.caller, logs.bucket
                ),
            ),
            logs.key_closed(preflight, &error),
        ),
        Err(error) => (logs.refused(preflight, &error), logs.key_unknown(preflight)),
    }
}

/// Whether Amazon S3 speaks of the key: it gives AWS KMS' refusal as its own, with the action in its words, and its other errors as `KMS.DisabledException`.
fn is_of_key(error: &ApiError) -> bool {
    error.code.starts_with("KMS.") || (error.failure == Failure::Denied && error.message.contains("kms:"))
}

impl Logs<'_> {
    /// Log files of the hub, without digests, which lie beside them.
    ///
    /// Source: AWS CloudTrail User Guide, "Finding your CloudTrail log files": those of an organization's trail have its id before the account.
    fn folder(&self, preflight: &Preflight<'_>) -> String {
        let organization = preflight.plan.header.organization_id.as_deref();
        let organization = organization.map_or_else(String::new, |id| format!("{id}/"));
        format!(
            "{}AWSLogs/{organization}{}/CloudTrail/",
            self.prefix,
            preflight.hub_account()
        )
    }

    fn refused(&self, preflight: &Preflight<'_>, error: &ApiError) -> Check {
        let fix = self.bucket_policy(preflight);
        let place = format!("the account of the bucket {}", self.bucket);
        let refused = match error.failure {
            Failure::Denied => format!(
                "{} may not read log files of the bucket {}: {error}",
                self.caller, self.bucket
            ),
            Failure::NotFound => format!(
                "the bucket {} to which the trail writes is not there: {error}",
                self.bucket
            ),
            _ => return Check::unknown(BUCKET, error, fix, &place),
        };
        // Else nobody asks for log files.
        if !preflight.needs_log_files() {
            Check::advised(BUCKET, refused, fix, &place)
        } else {
            Check::missing(BUCKET, refused, fix, &place)
        }
    }

    /// Policies that let one role in say nothing to another.
    fn of_another(&self, preflight: &Preflight<'_>) -> Check {
        Check {
            status: CheckStatus::Unknown,
            ..Check::missing(
                BUCKET,
                format!(
                    "not observable: whether {} reads log files of the bucket {} shows only to that role, and {} asks; ask as that role, or see that the bucket's policy has these statements",
                    self.reader, self.bucket, self.caller
                ),
                self.bucket_policy(preflight),
                &format!("the account of the bucket {}", self.bucket),
            )
        }
    }

    fn empty(&self, preflight: &Preflight<'_>) -> Check {
        Check::advised(
            BUCKET,
            format!(
                "{} lists the bucket {}, which holds no log file below {}: whether log files can be read was not tried",
                self.caller,
                self.bucket,
                self.folder(preflight)
            ),
            format!("aws s3 ls s3://{}/{}", self.bucket, self.folder(preflight)),
            preflight.hub_account(),
        )
    }

    fn key_open(&self) -> Check {
        match self.key {
            Some(key) => Check::ok(
                KEY,
                format!("{} reads log files that are encrypted with {key}", self.caller),
            ),
            None => Check::ok(
                KEY,
                "the trail encrypts with keys of Amazon S3, which need no permission",
            ),
        }
    }

    fn key_unknown(&self, preflight: &Preflight<'_>) -> Check {
        let Some(key) = self.key else {
            return self.key_open();
        };
        Check {
            status: CheckStatus::Unknown,
            ..Check::missing(
                KEY,
                format!(
                    "not observable: whether {} may decrypt with {key} shows only in reading a log file, and none was; its policy belongs to another account",
                    self.reader
                ),
                self.key_policy(preflight, key),
                account_of(key),
            )
        }
    }

    fn key_closed(&self, preflight: &Preflight<'_>, error: &ApiError) -> Check {
        let key = self.key.unwrap_or("KEY");
        let found = format!("{} may not decrypt the trail's log files: {error}", self.caller);
        let fix = self.key_policy(preflight, key);
        if !preflight.needs_log_files() {
            Check::advised(KEY, found, fix, account_of(key))
        } else {
            Check::missing(KEY, found, fix, account_of(key))
        }
    }

    /// The statements of a generated fragment, with its names filled in. Without an organization there is none to belong to.
    fn statements(&self, preflight: &Preflight<'_>, fragment: &str) -> Value {
        let organization = preflight.plan.header.organization_id.as_deref();
        let names = [
            ("Partition", preflight.plan.header.partition.as_str()),
            ("TrailBucket", self.bucket),
            ("OrganizationId", organization.unwrap_or_default()),
            ("EvidenceRoleArn", self.reader.as_str()),
            ("TrailArn", self.trail),
        ];
        let mut statements = permissions::log_archive_statements(fragment, &names);
        if organization.is_none() {
            for statement in statements.as_array_mut().into_iter().flatten() {
                if let Some(condition) = statement.get_mut("Condition").and_then(Value::as_object_mut) {
                    condition.remove("StringEquals");
                }
            }
        }
        statements
    }

    fn bucket_policy(&self, preflight: &Preflight<'_>) -> String {
        let statements = self.statements(preflight, "bucket-policy.json");
        let bucket = self.bucket;
        format!(
            "aws s3api get-bucket-policy --bucket {bucket} --query Policy --output text | jq '.Statement += {statements}' > bucket-policy.json && \
             aws s3api put-bucket-policy --bucket {bucket} --policy file://bucket-policy.json"
        )
    }

    fn key_policy(&self, preflight: &Preflight<'_>, key: &str) -> String {
        let statements = self.statements(preflight, "key-policy.json");
        let region = key
            .split(':')
            .nth(3)
            .filter(|region| !region.is_empty())
            .unwrap_or(preflight.region());
        format!(
            "aws kms get-key-policy --key-id {key} --policy-name default --region {region} --query Policy --output text | jq '.Statement += {statements}' > key-policy.json && \
             aws kms put-key-policy --key-id {key} --policy-name default --region {region} --policy file://key-policy.json"
        )
    }
}

/// The account of a key's ARN; words for where there is none.
fn account_of(key: &str) -> &str {
    let account = key.split(':').nth(4).filter(|account| !account.is_empty());
    account.unwrap_or("the account of the trail's key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_of_its_role_whatever_the_path() {
        let session = "arn:aws:sts::111122223333:assumed-role/Evidence/i-1";
        for (caller, role, is_its) in [
            (session, "arn:aws:iam::111122223333:role/Evidence", true),
            (session, "arn:aws:iam::111122223333:role/hub/Evidence", true),
            (session, "arn:aws:iam::111122223333:role/Preflight", false),
            (session, "arn:aws:iam::444455556666:role/Evidence", false),
            (
                "arn:aws:iam::111122223333:user/me",
                "arn:aws:iam::111122223333:user/me",
                true,
            ),
        ] {
            assert_eq!(is_of(caller, role), is_its, "{caller} {role}");
        }
    }

    #[test]
    fn a_policy_names_the_role_and_not_its_session() {
        for (caller, reader) in [
            (
                "arn:aws:sts::111122223333:assumed-role/Evidence/i-1",
                "arn:aws:iam::111122223333:role/Evidence",
            ),
            (
                "arn:aws-us-gov:sts::111122223333:assumed-role/E/s",
                "arn:aws-us-gov:iam::111122223333:role/E",
            ),
            (
                "arn:aws:iam::111122223333:user/ops/me",
                "arn:aws:iam::111122223333:user/ops/me",
            ),
            (
                "arn:aws:sts::111122223333:federated-user/me",
                "arn:aws:sts::111122223333:federated-user/me",
            ),
            ("", ""),
        ] {
            assert_eq!(role_of(caller), reader);
        }
    }

    #[test]
    fn what_amazon_s3_says_of_the_key_is_told_from_what_it_says_of_the_bucket() {
        let error = |failure, code: &str, message: &str| ApiError {
            failure,
            code: code.to_owned(),
            message: message.to_owned(),
            call: "s3:GetObject".to_owned(),
        };
        let refused = "User: u is not authorized to perform: kms:Decrypt on resource: k because no resource-based policy allows the kms:Decrypt action";
        assert!(is_of_key(&error(Failure::Denied, "AccessDenied", refused)));
        assert!(is_of_key(&error(
            Failure::Invalid,
            "KMS.DisabledException",
            "k is disabled"
        )));
        assert!(!is_of_key(&error(Failure::Denied, "AccessDenied", "Access Denied")));
        assert!(!is_of_key(&error(
            Failure::Denied,
            "AccessDenied",
            "User: u is not authorized to perform: s3:GetObject on resource: f"
        )));
    }
}
