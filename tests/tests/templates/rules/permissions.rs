//! What roles may do, by the access levels of the Service Authorization Reference.

use sv0_iam::catalogue::{AccessLevel, lookup_action};

use super::Fault;
use crate::templates::load::{Resource, Template};
use crate::templates::policies::{Duty, Statement, branches, policies, references, statements};

/// Reads that give content away, or what content is often hidden in, whatever their access level.
const CONTENT: [&str; 46] = [
    "athena:GetQueryResults",
    "athena:GetQueryResultsStream",
    "bedrock:InvokeModel",
    "cloudtrail:LookupEvents",
    "codecommit:GetFile",
    "codecommit:GitPull",
    "cognito-idp:ListUsers",
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:GetRecords",
    "dynamodb:PartiQLSelect",
    "dynamodb:Query",
    "dynamodb:Scan",
    "ec2:DescribeInstanceAttribute",
    "ec2:GetConsoleOutput",
    "ec2:GetConsoleScreenshot",
    "ec2:GetPasswordData",
    "ecr:BatchGetImage",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
    "kinesis:GetRecords",
    "kms:Decrypt",
    "lambda:GetFunction",
    "lambda:GetLayerVersion",
    "lambda:InvokeFunction",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:GetLogRecord",
    "logs:GetQueryResults",
    "logs:StartQuery",
    "rds-data:ExecuteStatement",
    "redshift:GetClusterCredentials",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:GetSecretValue",
    "sqs:ReceiveMessage",
    "ssm:GetCommandInvocation",
    "ssm:GetParameter",
    "ssm:GetParameterHistory",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "states:DescribeExecution",
    "states:GetExecutionHistory",
    "states:ListExecutions",
    "support:DescribeCases",
];

/// What a deployment of the product makes for itself, and may change.
const OWN: [&str; 15] = [
    "AWS::Athena::WorkGroup",
    "AWS::DynamoDB::Table",
    "AWS::Events::EventBus",
    "AWS::Glue::Database",
    "AWS::Glue::Table",
    "AWS::KMS::Key",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Function",
    "AWS::Lambda::Version",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::Scheduler::ScheduleGroup",
    "AWS::StepFunctions::StateMachine",
];

/// What gives permissions to a role. A denial may name every action.
fn given(template: &Template) -> Vec<Statement<'_>> {
    let all = statements(template).into_iter();
    all.filter(|statement| statement.allows() && statement.duty == Duty::Identity)
        .collect()
}

fn is_wild(action: &str) -> bool {
    action.contains(['*', '?'])
}

pub fn no_wildcard_action(template: &Template) -> Vec<Fault> {
    let mut found = Vec::new();
    for statement in statements(template).iter().filter(|statement| statement.allows()) {
        let wild = statement.actions().into_iter().filter(|action| is_wild(action));
        found.extend(wild.map(|action| Fault::new(statement.resource.name, action)));
        for exclusion in ["NotAction", "NotResource", "NotPrincipal"] {
            if statement.all.get(exclusion).is_some() {
                found.push(Fault::new(statement.resource.name, exclusion));
            }
        }
    }
    found
}

/// A misspelt action gives nothing, and nobody is told.
pub fn actions_are_known(template: &Template) -> Vec<Fault> {
    let mut found = Vec::new();
    for statement in statements(template) {
        let plain = statement.actions().into_iter().filter(|action| !is_wild(action));
        let unknown = plain.filter(|action| lookup_action(action).is_none());
        found.extend(unknown.map(|action| Fault::new(statement.resource.name, action)));
    }
    found
}

pub fn every_resource(template: &Template) -> Vec<Fault> {
    let mut found = Vec::new();
    for statement in given(template) {
        let has_level = |action: &String| lookup_action(action).is_none_or(|facts| !facts.resource_types.is_empty());
        if statement.resources().iter().any(|place| is_everything(place)) {
            let faulty = statement.actions().into_iter().filter(has_level);
            found.extend(faulty.map(|action| Fault::new(statement.resource.name, action)));
        }
    }
    found
}

/// `*`, and ARNs that leave the service or everything behind it open.
fn is_everything(place: &str) -> bool {
    let service = place.strip_prefix("arn:").and_then(|rest| {
        let of_partition = rest.strip_prefix("${AWS::Partition}:");
        let rest = of_partition.or_else(|| rest.split_once(':').map(|(_, rest)| rest))?;
        rest.split(':').next()
    });
    place == "*" || place == "?" || service.is_some_and(|service| service.contains('*'))
}

pub fn writes(template: &Template) -> Vec<Fault> {
    let is_write = |action: &str| {
        let level = lookup_action(action).map(|facts| facts.access_level);
        !matches!(level, Some(AccessLevel::List | AccessLevel::Read))
    };
    elsewhere(template, is_write)
}

pub fn content(template: &Template) -> Vec<Fault> {
    elsewhere(template, |action| {
        CONTENT.iter().any(|listed| listed.eq_ignore_ascii_case(action))
    })
}

/// Such actions on anything but what the template itself makes.
fn elsewhere(template: &Template, is_meant: impl Fn(&str) -> bool) -> Vec<Fault> {
    let mut found = Vec::new();
    for statement in given(template) {
        let places = statement.resources();
        if !places.is_empty() && places.iter().all(|place| is_own(template, place)) {
            continue;
        }
        let faulty = statement.actions().into_iter().filter(|action| is_meant(action));
        found.extend(faulty.map(|action| Fault::new(statement.resource.name, action)));
    }
    found
}

/// Whether an ARN names something that this template makes: by a reference, or by the stack's name where a reference would run in a circle.
fn is_own(template: &Template, place: &str) -> bool {
    let is_own_resource = |name: &str| {
        let resource = template.resource(name);
        resource.is_some_and(|resource| OWN.contains(&resource.kind()))
    };
    // The colons of `${AWS::…}` separate nothing.
    let place = place.replace("AWS::", "AWS__");
    let name = match place.strip_prefix("arn:${AWS__Partition}:") {
        // service, Region, account, name
        Some(rest) => rest.splitn(4, ':').nth(3).unwrap_or_default(),
        None => &place,
    };
    // What comes before the first wildcard must pin it down.
    let fixed = name.split(['*', '?']).next().unwrap_or_default();
    references(fixed)
        .iter()
        .any(|reference| is_own_resource(reference) || *reference == "AWS__StackName")
}

/// Policies as text, or made by a transform, would go unchecked.
pub fn readable(template: &Template) -> Vec<Fault> {
    let mut found = Vec::new();
    for policy in policies(template) {
        let unreadable = |text: &Statement<'_>| {
            let mut texts = text.actions();
            texts.extend(text.resources());
            texts.contains(&"?".to_owned())
        };
        if statements(template)
            .iter()
            .any(|statement| statement.resource.name == policy.resource.name && unreadable(statement))
        {
            found.push(Fault::new(policy.resource.name, "statement"));
        }
        // That resource's statement is a property by itself.
        let is_document = policy.resource.kind() != "AWS::Events::EventBusPolicy";
        if is_document && policy.document["Version"] != "2012-10-17" {
            found.push(Fault::new(policy.resource.name, "Version"));
        }
    }
    found.extend(template.resources().flat_map(|resource| documents_as_text(resource)));
    found
}

fn documents_as_text(resource: Resource<'_>) -> Option<Fault> {
    let names = [
        "PolicyDocument",
        "AssumeRolePolicyDocument",
        "KeyPolicy",
        "ResourcePolicy",
    ];
    let is_text = |name: &&str| {
        branches(resource.property(name)).iter().any(|document| {
            document.is_string() || document.get("Fn::Sub").is_some() || document.get("Fn::Transform").is_some()
        })
    };
    names
        .iter()
        .find(|name| is_text(name))
        .map(|name| Fault::new(resource.name, *name))
}
