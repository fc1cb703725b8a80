//! Resources that Config does not record, and what services answer of a resource beside its description: its policy, its images.

use serde_json::{Value, json};
use sv0_iam::decode_document;
use sv0_model::arn::{Arn, is_account_id};
use sv0_model::graph::{EdgeKind, EntityKind, urn};

use super::{Answer, Reader};
use crate::additions::Addition;
use crate::config::table::TypeRow;
use crate::config::{account_block, is_empty_policy};
use crate::description::{Description, Identity, Link, Reference};
use crate::facts::{Facts, SeparatePolicy};
use crate::freshness::Fact;
use crate::json::{at, first_at, first_text, is_arn, list_at, text_at, texts_at, time_text};
use crate::target::Target;

/// Types that only their service's own answers describe.
pub(crate) static ROWS: &[TypeRow] = &[];

/// Answers that describe no resource by themselves.
pub(super) static READERS: &[Reader] = &[
    Reader("secretsmanager", "resource-policies", policy),
    Reader("ssm", "resource-policies", policy),
    Reader("dynamodb", "resource-policies", policy),
    Reader("lambda", "function-policies", policy),
    Reader("lambda", "layer-policies", policy),
    Reader("kinesis", "resource-policies", policy),
    Reader("elasticfilesystem", "file-system-policies", policy),
    Reader("es", "domain-policies", policy),
    Reader("ecr", "repository-policies", policy),
    Reader("glue", "resource-policy", policy),
    Reader("bedrock", "resource-policies", policy),
    Reader("bedrock-agentcore-control", "resource-policies", policy),
    Reader("sqs", "queue-policies", policy),
    Reader("ecr", "images", image),
    Reader("ecr", "lifecycle-policies", lifecycle_policy),
    Reader("ecr", "image-scan-findings", scan_findings),
    Reader("lambda", "environment-keys", environment_keys),
    Reader("s3control", "public-access-block", account_public_access_block),
];

/// An account's own Block Public Access, or AWS's word that it was never set.
fn account_public_access_block(answer: &Answer<'_>, facts: &mut Facts) {
    let (Some(account), Some(value)) = (answer.account, account_block(answer.body)) else {
        let help = "record the answer of aws s3control get-public-access-block; see docs/capture.md";
        let message = "the answer is not an account's Block Public Access";
        return facts
            .diagnostics
            .error(answer.origin, "", "answer_without_setting", message, help);
    };
    let fact = Fact {
        freshness: answer.freshness.clone(),
        origin: answer.origin.clone(),
        value,
    };
    facts.account_public_access_blocks.offer(account.to_owned(), fact);
}

/// Where the answers keep the text of the policy: `GetPolicy`, `GetLayerVersionPolicy`, `DescribeFileSystemPolicy`, `GetResourcePolicy` of Secrets
/// Manager, of DynamoDB, of Kinesis and of Glue, `GetRepositoryPolicy`, `DescribeDomainConfig`, `GetQueueAttributes`.
const POLICY: &[&str] = &[
    "policy",
    "resourcePolicy",
    "policyText",
    "policyInJson",
    "domainConfig.accessPolicies.options",
    "accessPolicies.options",
    "accessPolicies",
    "attributes.policy",
];

/// What may stand beside the policy in an answer. Any other field, such as an error's, means that the answer is none.
const BESIDE_POLICY: &[&str] = &[
    "accesspolicies",
    "arn",
    "attributes",
    "createtime",
    "domainconfig",
    "filesystemid",
    "name",
    "nexttoken",
    "policies",
    "policy",
    "policyhash",
    "policyinjson",
    "policytext",
    "registryid",
    "repositoryname",
    "resourcepolicy",
    "responsemetadata",
    "revisionid",
    "updatetime",
];

/// A resource's own policy, or AWS's word that none is set.
fn policy(answer: &Answer<'_>, facts: &mut Facts) {
    let Some(subject) = subject(answer, &facts.partition).filter(|subject| keeps_policy_apart(subject)) else {
        let help = "see docs/capture.md for the form: {\"Arn\", \"Response\"}";
        let message = "a resource policy does not name its resource";
        return facts
            .diagnostics
            .error(answer.origin, "", "policy_without_resource", message, help);
    };
    let text = first_at(answer.body, POLICY)
        .filter(|text| !is_empty_policy(text))
        .cloned()
        .or_else(|| joined(answer.body));
    if text.is_none() && !proves_that_none_is_set(answer) {
        return;
    }
    let fact = Fact {
        freshness: answer.freshness.clone(),
        origin: answer.origin.clone(),
        value: SeparatePolicy {
            account: answer.account.map(str::to_owned),
            text,
        },
    };
    facts.separate_policies.offer(subject, fact);
}

/// Trust policies, bucket policies and key policies have records of their own; nothing read here may take their place.
fn keeps_policy_apart(subject: &str) -> bool {
    Arn::parse(subject).is_some_and(|arn| !matches!(arn.service, "iam" | "sts" | "s3" | "kms"))
}

/// Several policies of one resource (`ssm:GetResourcePolicies`) as one: each statement of each counts. One that cannot be read makes all of it unreadable.
fn joined(body: &Value) -> Option<Value> {
    let policies = list_at(body, "policies");
    let texts = policies.iter().filter_map(|policy| at(policy, "policy"));
    let documents: Option<Vec<Value>> = texts.map(|text| decode_document(text).ok()).collect();
    let Some(documents) = documents else {
        return Some(json!("unreadable"));
    };
    let statements: Vec<Value> = documents
        .iter()
        .flat_map(|document| list_at(document, "statement"))
        .cloned()
        .collect();
    (!policies.is_empty()).then(|| json!({ "Version": "2012-10-17", "Statement": statements }))
}

/// An answer without a policy is AWS's word only where it is an answer, and of this subject.
fn proves_that_none_is_set(answer: &Answer<'_>) -> bool {
    let names_its_subject = answer.subject.is_some() || text_at(answer.body, "name").is_some();
    let is_last_page = text_at(answer.body, "nextToken").is_none();
    let is_answer = answer.body.as_object().is_some_and(|object| {
        object
            .keys()
            .all(|key| BESIDE_POLICY.contains(&key.to_ascii_lowercase().as_str()))
    });
    let holds_text = first_at(answer.body, POLICY).is_some_and(|text| !is_empty_policy(text));
    names_its_subject && is_last_page && is_answer && !holds_text
}

/// The ARN of what an answer is about.
fn subject(answer: &Answer<'_>, partition: &str) -> Option<String> {
    let written = answer
        .subject
        .or_else(|| first_text(answer.body, &["arn", "resourceArn"]).filter(|text| is_arn(text)));
    written.map(str::to_owned).or_else(|| repository(answer, partition))
}

/// The ARN of the repository that an answer of ECR names.
fn repository(answer: &Answer<'_>, partition: &str) -> Option<String> {
    let name = text_at(answer.body, "repositoryName")?;
    let registry = text_at(answer.body, "registryId")
        .filter(|text| is_account_id(text))
        .or(answer.account)?;
    let region = answer.region?;
    let arn = format!("arn:{partition}:ecr:{region}:{registry}:repository/{name}");
    is_arn(&arn).then_some(arn)
}

/// An item of `ecr:DescribeImages`: the image, and that its repository holds it.
fn image(answer: &Answer<'_>, facts: &mut Facts) {
    let repository = repository(answer, &facts.partition);
    let (Some(repository), Some(digest)) = (repository, text_at(answer.body, "imageDigest")) else {
        let help = "record the item again with repositoryName and imageDigest";
        let message = "an image does not name its repository or has no digest";
        return facts
            .diagnostics
            .error(answer.origin, "", "image_without_repository", message, help);
    };
    let native_id = urn::container_image(&repository, digest);
    let mut tags = texts_at(answer.body, "imageTags");
    tags.sort_unstable();
    let name = text_at(answer.body, "repositoryName").unwrap_or_default();
    let name = match tags.first() {
        Some(tag) => format!("{name}:{tag}"),
        None => format!("{name}@{digest}"),
    };
    let identity = Identity {
        native_id: native_id.clone(),
        kind: EntityKind::ContainerImage,
        name: &name,
        account: answer.account,
        region: answer.region,
    };
    let mut description = Description::new(identity, &answer.freshness, answer.origin);
    description.set("repository", Some(repository.as_str()));
    description.set("digest", Some(digest));
    description.set("image_tags", Some(tags));
    description.set("pushed_at", at(answer.body, "imagePushedAt").and_then(time_text));
    description.set(
        "last_pulled_at",
        at(answer.body, "lastRecordedPullTime").and_then(time_text),
    );
    description.set(
        "scan_findings",
        severity_counts(answer.body, "imageScanFindingsSummary"),
    );
    facts.describe(answer.freshness.clone(), description);
    let mut hosts = Addition::new(Target::new(repository, EntityKind::EcrRepository));
    hosts.links.push(Link::new(
        EdgeKind::Hosts,
        Reference::Id {
            native_id,
            kind: EntityKind::ContainerImage,
        },
    ));
    facts
        .additions
        .say(&format!("hosts {digest}"), &answer.freshness, answer.origin, hosts);
}

/// `{"CRITICAL": 2, …}` of a scan. Anything in it that is no number is left out.
fn severity_counts(body: &Value, place: &str) -> Option<Value> {
    let counts = at(body, place)
        .and_then(|scan| at(scan, "findingSeverityCounts"))?
        .as_object()?;
    Some(
        counts
            .iter()
            .filter(|(_, count)| count.is_u64())
            .map(|(severity, count)| (severity.to_ascii_lowercase(), count.clone()))
            .collect(),
    )
}

/// `ecr:GetLifecyclePolicy`: whether one is set.
fn lifecycle_policy(answer: &Answer<'_>, facts: &mut Facts) {
    let Some(subject) = subject(answer, &facts.partition) else {
        return;
    };
    let is_set = text_at(answer.body, "lifecyclePolicyText").is_some();
    let is_answer = is_set || answer.body.as_object().is_some_and(serde_json::Map::is_empty);
    let mut addition = Addition::new(Target::new(subject, EntityKind::EcrRepository));
    addition.set("lifecycle_policy", is_answer.then_some(is_set));
    facts
        .additions
        .say("lifecycle policy", &answer.freshness, answer.origin, addition);
}

/// `ecr:DescribeImageScanFindings`: how many findings of each severity an image has.
fn scan_findings(answer: &Answer<'_>, facts: &mut Facts) {
    let repository = repository(answer, &facts.partition);
    let (Some(repository), Some(digest)) = (repository, text_at(answer.body, "imageId.imageDigest")) else {
        return;
    };
    let image = Target::new(urn::container_image(&repository, digest), EntityKind::ContainerImage);
    let mut addition = Addition::new(image);
    addition.set("scan_findings", severity_counts(answer.body, "imageScanFindings"));
    facts.additions.say("scan", &answer.freshness, answer.origin, addition);
}

/// The names of a function's environment variables, where Config does not tell them.
fn environment_keys(answer: &Answer<'_>, facts: &mut Facts) {
    let Some(arn) = text_at(answer.body, "arn").filter(|arn| is_arn(arn)) else {
        return;
    };
    let (target, qualifier) = crate::resource_arn::target(arn);
    if target.kind != EntityKind::LambdaFunction || qualifier.is_some_and(|qualifier| !qualifier.is_empty()) {
        return;
    }
    let mut keys = texts_at(answer.body, "keys");
    keys.sort_unstable();
    let mut addition = Addition::new(target);
    addition.set("environment_keys", Some(keys));
    facts
        .additions
        .say("environment keys", &answer.freshness, answer.origin, addition);
}
