//! The sizes that AWS accepts.
//!
//! Sources: AWS CloudFormation User Guide, "Understand CloudFormation quotas"; IAM User Guide, "IAM and AWS STS quotas".

use serde_json::Value;

use super::Fault;
use crate::templates::load::{Template, entries};
use crate::templates::policies::{Duty, branches, policies, references, texts};

/// A template handed over in the request itself, as StackSets' console and `--template-body` do.
const INLINE_BYTES: usize = 51_200;
/// A template that lies in S3.
const BYTES: usize = 1_000_000;
const PARAMETERS: usize = 200;
const RESOURCES: usize = 500;
const OUTPUTS: usize = 200;
const MANAGED_POLICY: usize = 6_144;
const TRUST_POLICY: usize = 2_048;
/// All inline policies of a role together.
const INLINE_POLICIES: usize = 10_240;
const MANAGED_POLICIES_OF_A_ROLE: usize = 10;

pub fn all(template: &Template) -> Vec<Fault> {
    [sizes(template), documents(template), attached(template)].concat()
}

fn sizes(template: &Template) -> Vec<Fault> {
    let of_spoke = template.path.starts_with("cfn-stacksets/");
    let bytes = if of_spoke { INLINE_BYTES } else { BYTES };
    let count = |section: &str| entries(&template.body[section]).count();
    let measured = [
        ("bytes", template.bytes, bytes),
        ("Parameters", count("Parameters"), PARAMETERS),
        ("Resources", count("Resources"), RESOURCES),
        ("Outputs", count("Outputs"), OUTPUTS),
    ];
    let over = measured.into_iter().filter(|(_, found, most)| found > most);
    over.map(|(what, found, most)| Fault::new("", format!("{what}: {found} of {most}")))
        .collect()
}

fn documents(template: &Template) -> Vec<Fault> {
    let mut found = Vec::new();
    for policy in policies(template) {
        let most = match (policy.duty, policy.resource.kind()) {
            (Duty::Trust, _) => TRUST_POLICY,
            (Duty::Identity | Duty::Boundary, "AWS::IAM::ManagedPolicy") => MANAGED_POLICY,
            (Duty::Identity | Duty::Boundary, _) => INLINE_POLICIES,
            (Duty::OfResource, _) => continue,
        };
        let size = size(template, policy.document);
        if size > most {
            found.push(Fault::new(policy.resource.name, format!("{size} of {most} characters")));
        }
    }
    found
}

fn attached(template: &Template) -> Vec<Fault> {
    let mut found = Vec::new();
    for role in template.of_type("AWS::IAM::Role") {
        let named = texts(role.property("ManagedPolicyArns")).len();
        let attaching = template.of_type("AWS::IAM::ManagedPolicy").filter(|policy| {
            let roles = texts(policy.property("Roles"));
            roles.iter().any(|text| references(text) == [role.name])
        });
        let all = named + attaching.count();
        if all > MANAGED_POLICIES_OF_A_ROLE {
            found.push(Fault::new(role.name, format!("{all} managed policies")));
        }
    }
    found
}

/// How long a document gets at most once everything is filled in. IAM counts no white space.
fn size(template: &Template, value: &Value) -> usize {
    match value {
        Value::String(text) => 2 + filled(template, text),
        Value::Array(items) => {
            let sizes = items.iter().map(|item| size(template, item));
            2 + sizes
                .filter(|size| *size > 0)
                .map(|size| size + 1)
                .sum::<usize>()
                .max(1)
                - 1
        }
        Value::Object(_) if value.get("Fn::If").is_some() => {
            let options = value["Fn::If"].as_array().into_iter().flatten().skip(1);
            options.map(|option| size(template, option)).max().unwrap_or_default()
        }
        Value::Object(_) if is_reference(value) => match branches(value).is_empty() {
            true => 0,
            false => texts(value)
                .iter()
                .map(|text| 2 + filled(template, text))
                .max()
                .unwrap_or_default(),
        },
        Value::Object(members) => {
            let sizes = members.iter().map(|(name, inner)| (name.len(), size(template, inner)));
            let sizes = sizes
                .filter(|(_, size)| *size > 0)
                .map(|(name, size)| name + 3 + size + 1);
            2 + sizes.sum::<usize>().max(1) - 1
        }
        other => other.to_string().len(),
    }
}

fn is_reference(value: &Value) -> bool {
    ["Ref", "Fn::GetAtt", "Fn::Sub"]
        .iter()
        .any(|name| value.get(name).is_some())
}

fn filled(template: &Template, text: &str) -> usize {
    let fixed = text
        .split("${")
        .enumerate()
        .map(|(at, part)| match (at, part.split_once('}')) {
            (0, _) | (_, None) => part.chars().filter(|letter| !letter.is_whitespace()).count(),
            (_, Some((_, rest))) => rest.chars().filter(|letter| !letter.is_whitespace()).count(),
        });
    fixed.sum::<usize>()
        + references(text)
            .iter()
            .map(|name| longest(template, name))
            .sum::<usize>()
}

/// How long the text that a reference stands for gets at most.
fn longest(template: &Template, name: &str) -> usize {
    const PSEUDO: [(&str, usize); 6] = [
        ("AWS::AccountId", 12),
        ("AWS::Partition", "aws-us-gov".len()),
        ("AWS::Region", "ap-southeast-1".len()),
        ("AWS::StackName", 128),
        ("AWS::URLSuffix", "amazonaws.com.cn".len()),
        ("AWS::NoValue", 0),
    ];
    if let Some((_, length)) = PSEUDO.iter().find(|(pseudo, _)| *pseudo == name) {
        return *length;
    }
    let parameter = &template.body["Parameters"][name];
    let number = |key: &str| {
        parameter[key]
            .as_u64()
            .or_else(|| parameter[key].as_str()?.parse().ok())
    };
    let values = parameter["AllowedValues"].as_array().into_iter().flatten();
    let longest_value = values.filter_map(Value::as_str).map(str::len).max();
    // A name or an ARN that AWS makes, where nothing is said.
    const UNKNOWN: usize = 128;
    number("MaxLength")
        .map(|length| usize::try_from(length).unwrap_or(UNKNOWN))
        .or(longest_value)
        .unwrap_or(UNKNOWN)
}
