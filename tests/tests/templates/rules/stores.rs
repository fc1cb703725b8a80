//! What keeps data: retained, encrypted, private, over TLS only.

use serde_json::Value;

use super::Fault;
use crate::templates::load::{Resource, Template};
use crate::templates::policies::{branches, may_be_absent, references, statements, texts};

const BUCKET: &str = "AWS::S3::Bucket";
const TABLE: &str = "AWS::DynamoDB::Table";
const QUEUE: &str = "AWS::SQS::Queue";
const TOPIC: &str = "AWS::SNS::Topic";
const LOG_GROUP: &str = "AWS::Logs::LogGroup";
const KEY: &str = "AWS::KMS::Key";

/// What results, evidence and the audit trail lie in.
const KEPT: [&str; 4] = [BUCKET, TABLE, LOG_GROUP, KEY];

fn lacking<'t>(
    template: &'t Template,
    kind: &'t str,
    about: &'static str,
    has: impl Fn(Resource<'t>) -> bool,
) -> Vec<Fault> {
    let all = template.of_type(kind);
    all.filter(|resource| !has(*resource))
        .map(|resource| Fault::new(resource.name, about))
        .collect()
}

/// Whether a value is never anything but a reference to a key of the template, or one that the customer names.
fn is_a_key(template: &Template, value: &Value) -> bool {
    let texts = texts(value);
    let named = |text: &String| {
        references(text).first().is_some_and(|name| {
            let is_key = template.resource(name).is_some_and(|resource| resource.kind() == KEY);
            is_key || template.body["Parameters"].get(name).is_some()
        })
    };
    !may_be_absent(value) && texts.iter().all(named)
}

pub fn retained(template: &Template) -> Vec<Fault> {
    let mut found = Vec::new();
    for resource in template.resources().filter(|resource| KEPT.contains(&resource.kind())) {
        let deletion = resource.all["DeletionPolicy"].as_str().unwrap_or_default();
        if !["Retain", "RetainExceptOnCreate"].contains(&deletion) {
            found.push(Fault::new(resource.name, "DeletionPolicy"));
        }
        if resource.all["UpdateReplacePolicy"] != "Retain" {
            found.push(Fault::new(resource.name, "UpdateReplacePolicy"));
        }
    }
    found
}

pub fn encrypted(template: &Template) -> Vec<Fault> {
    let is_key = |value: &Value| is_a_key(template, value);
    let mut found = lacking(template, BUCKET, "BucketEncryption", |bucket| {
        let rules = branches(&bucket.property("BucketEncryption")["ServerSideEncryptionConfiguration"]);
        let is_ours = |rule: &&Value| {
            let default = &rule["ServerSideEncryptionByDefault"];
            default["SSEAlgorithm"] == "aws:kms" && is_key(&default["KMSMasterKeyID"])
        };
        !rules.is_empty() && rules.iter().all(is_ours)
    });
    found.extend(lacking(template, TABLE, "SSESpecification", |table| {
        let specification = table.property("SSESpecification");
        specification["SSEEnabled"] == true
            && specification["SSEType"] == "KMS"
            && is_key(&specification["KMSMasterKeyId"])
    }));
    found.extend(lacking(template, QUEUE, "KmsMasterKeyId", |queue| {
        is_key(queue.property("KmsMasterKeyId"))
    }));
    found.extend(lacking(template, TOPIC, "KmsMasterKeyId", |topic| {
        is_key(topic.property("KmsMasterKeyId"))
    }));
    found.extend(lacking(template, LOG_GROUP, "KmsKeyId", |group| {
        is_key(group.property("KmsKeyId"))
    }));
    found.extend(lacking(template, "AWS::Lambda::Function", "KmsKeyArn", |function| {
        function.property("Environment").is_null() || is_key(function.property("KmsKeyArn"))
    }));
    found.extend(lacking(
        template,
        "AWS::Athena::WorkGroup",
        "EncryptionConfiguration",
        |group| {
            let configuration = group.property("WorkGroupConfiguration");
            let encryption = &configuration["ResultConfiguration"]["EncryptionConfiguration"];
            let is_ours = encryption["EncryptionOption"] == "SSE_KMS" && is_key(&encryption["KmsKey"]);
            is_ours && configuration["EnforceWorkGroupConfiguration"] == true
        },
    ));
    found
}

pub fn tables(template: &Template) -> Vec<Fault> {
    let mut found = lacking(template, TABLE, "PointInTimeRecoverySpecification", |table| {
        table.property("PointInTimeRecoverySpecification")["PointInTimeRecoveryEnabled"] == true
    });
    // A parameter may switch it off for a test; what it is without one counts.
    found.extend(lacking(template, TABLE, "DeletionProtectionEnabled", |table| {
        let protected = table.property("DeletionProtectionEnabled");
        let parameter = &template.body["Parameters"][protected["Ref"].as_str().unwrap_or_default()];
        *protected == true || parameter["Default"] == "true" || parameter["Default"] == true
    }));
    found.extend(lacking(template, TABLE, "BillingMode", |table| {
        table.property("BillingMode") == "PAY_PER_REQUEST"
    }));
    found
}

pub fn buckets(template: &Template) -> Vec<Fault> {
    const BLOCKS: [&str; 4] = [
        "BlockPublicAcls",
        "BlockPublicPolicy",
        "IgnorePublicAcls",
        "RestrictPublicBuckets",
    ];
    let mut found = lacking(template, BUCKET, "PublicAccessBlockConfiguration", |bucket| {
        BLOCKS
            .iter()
            .all(|block| bucket.property("PublicAccessBlockConfiguration")[block] == true)
    });
    found.extend(lacking(template, BUCKET, "VersioningConfiguration", |bucket| {
        bucket.property("VersioningConfiguration")["Status"] == "Enabled"
    }));
    found.extend(lacking(template, BUCKET, "OwnershipControls", |bucket| {
        bucket.property("OwnershipControls")["Rules"][0]["ObjectOwnership"] == "BucketOwnerEnforced"
    }));
    found.extend(lacking(template, BUCKET, "LoggingConfiguration", |bucket| {
        !may_be_absent(bucket.property("LoggingConfiguration")) || receives_logs(template, bucket)
    }));
    found
}

/// Whether another bucket logs to it; a bucket that logs to itself grows for ever.
fn receives_logs(template: &Template, bucket: Resource<'_>) -> bool {
    template.of_type(BUCKET).any(|other| {
        let target = &other.property("LoggingConfiguration")["DestinationBucketName"];
        other.name != bucket.name && texts(target).iter().any(|text| references(text) == [bucket.name])
    })
}

pub fn keys(template: &Template) -> Vec<Fault> {
    lacking(template, KEY, "EnableKeyRotation", |key| {
        key.property("EnableKeyRotation") == true
    })
}

pub fn log_retention(template: &Template) -> Vec<Fault> {
    lacking(template, LOG_GROUP, "RetentionInDays", |group| {
        !may_be_absent(group.property("RetentionInDays"))
    })
}

/// Every bucket, queue and topic has a policy that refuses plain HTTP to everybody.
pub fn tls(template: &Template) -> Vec<Fault> {
    const POLICIES: [(&str, &str, &str, &str); 3] = [
        (BUCKET, "AWS::S3::BucketPolicy", "Bucket", "s3:*"),
        (QUEUE, "AWS::SQS::QueuePolicy", "Queues", "sqs:*"),
        // SNS takes no wildcard in topic policies; publishing is what carries data.
        (TOPIC, "AWS::SNS::TopicPolicy", "Topics", "sns:Publish"),
    ];
    let all = statements(template);
    let mut found = Vec::new();
    for (kind, policy, place, action) in POLICIES {
        found.extend(lacking(template, kind, "aws:SecureTransport", |resource| {
            all.iter().any(|statement| {
                let is_of_resource = statement.resource.kind() == policy
                    && texts(statement.resource.property(place))
                        .iter()
                        .any(|text| references(text) == [resource.name]);
                let refuses = statement.all["Effect"] == "Deny" && is_everybody(&statement.all["Principal"]);
                let mut actions = statement.actions().into_iter();
                is_of_resource
                    && refuses
                    && actions.any(|found| found.eq_ignore_ascii_case(action))
                    && covers(&statement.resources(), resource)
                    && is_plain_http(&statement.all["Condition"])
            })
        }));
    }
    found
}

fn is_everybody(principal: &Value) -> bool {
    *principal == "*" || principal["AWS"] == "*"
}

/// With another key in the condition it would refuse less.
fn is_plain_http(condition: &Value) -> bool {
    let is_alone = |value: &Value| value.as_object().is_some_and(|object| object.len() == 1);
    let said = &condition["Bool"]["aws:SecureTransport"];
    is_alone(condition) && is_alone(&condition["Bool"]) && (*said == "false" || *said == false)
}

/// The resource itself, and of a bucket its objects too.
fn covers(places: &[String], resource: Resource<'_>) -> bool {
    let is_whole = |place: &String| references(place) == [resource.name] && !place.ends_with("/*");
    let is_within = |place: &String| references(place) == [resource.name] && place.ends_with("/*");
    places.iter().any(is_whole) && (resource.kind() != BUCKET || places.iter().any(is_within))
}
