//! What the rows may say.

use std::collections::BTreeSet;

use sv0_iam::action_matches;
use sv0_iam::catalogue::{AccessLevel, Fit, actions_matching, resource_type_fits};

use super::facts;
use crate::call::{ApiCall, Caller, Scope};
use crate::permissions::categories::{self, VERSION};
use crate::permissions::never::{self, Never};
use crate::permissions::{actions_of, example, passing, rows};

/// Actions of the hub that are no reads, each bound to what is the hub's own.
const WRITES: [&str; 6] = [
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
    "s3:AbortMultipartUpload",
    "s3:PutObject",
    "sts:AssumeRole",
    "sts:TagSession",
];
/// Decrypting counts as writing in AWS's classes.
const DECRYPT: &str = "kms:Decrypt";

#[test]
fn every_action_is_one_that_aws_documents_and_none_has_a_wildcard() {
    for (row, action) in granted() {
        let name = facts(action).full_name();
        assert_eq!(name, action, "{}: AWS writes it {name}", row.name());
        assert!(!action.contains(['*', '?']), "{action}");
    }
}

#[test]
fn every_row_says_who_and_why_in_words() {
    for row in rows() {
        assert!(!row.callers.is_empty(), "{} is made by nobody", row.name());
        assert!(row.why.len() > 12, "{} says not why", row.name());
        assert!(!row.why.contains(['|', '\n']), "{}: {}", row.name(), row.why);
        let callers: BTreeSet<Caller> = row.callers.iter().copied().collect();
        assert_eq!(callers.len(), row.callers.len(), "{} names a caller twice", row.name());
    }
}

#[test]
fn a_resource_is_as_narrow_as_aws_lets_it_be_or_the_row_says_why() {
    let mut faults = BTreeSet::new();
    for (row, action) in granted() {
        let types: Vec<&str> = facts(action).resource_types.iter().map(|one| one.name).collect();
        let fault = match row.scope {
            Scope::All if types.is_empty() => continue,
            Scope::All => format!("may be granted on {types:?}: .on(…), or .everywhere(why)"),
            Scope::Everywhere(_) if types.is_empty() => "knows no narrower resource: no .everywhere(…)".to_owned(),
            Scope::Everywhere(why) if why.len() > 12 => continue,
            Scope::Everywhere(_) => "says not why it is granted on everything".to_owned(),
            Scope::Arn(arn) if types.is_empty() => format!("is granted on everything or not at all, not on {arn}"),
            Scope::Arn(arn) => match resource_type_fits(action, &example(arn)) {
                // A pattern that ends early may be of several types, and the catalogue does not decide it.
                Fit::Fits | Fit::Unknown => continue,
                Fit::RuledOut => format!("is not granted by {arn}, which is none of {types:?}"),
            },
        };
        faults.insert(format!("{action} ({}) {fault}", row.name()));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn whoever_reads_an_account_only_reads() {
    for caller in Caller::ALL {
        for action in actions_of(caller) {
            let reads = matches!(facts(action).access_level, AccessLevel::List | AccessLevel::Read);
            let is_hub_write = ![Caller::Spoke, Caller::Management].contains(&caller)
                && (WRITES.contains(&action) || action == DECRYPT);
            assert!(reads || is_hub_write, "{} is granted {action}", caller.name());
        }
    }
}

#[test]
fn no_row_grants_what_is_never_granted() {
    let mut faults = BTreeSet::new();
    for (row, action) in granted() {
        for never in never_lists().filter(|never| never.actions.iter().any(|pattern| action_matches(pattern, action))) {
            let excused = |caller: &Caller| {
                let is_meant =
                    |exception: &&never::Exception| exception.caller == *caller && exception.action == action;
                never::EXCEPTIONS
                    .iter()
                    .filter(is_meant)
                    .any(|exception| matches!(row.scope, Scope::Arn(arn) if arn.starts_with(exception.on)))
            };
            faults.extend(
                row.callers
                    .iter()
                    .filter(|caller| !excused(caller))
                    .map(|caller| format!("{} would {} by {action} ({})", caller.name(), never.would, row.name())),
            );
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_lists_of_what_is_never_granted_name_what_there_is() {
    let unknown = never_lists()
        .flat_map(|never| never.actions)
        .filter(|pattern| actions_matching(pattern).next().is_none());
    assert_eq!(unknown.collect::<Vec<_>>(), Vec::<&&str>::new());
    for exception in never::EXCEPTIONS {
        assert_eq!(facts(exception.action).full_name(), exception.action);
        let home = [Caller::Spoke, Caller::Management];
        assert!(!home.contains(&exception.caller), "{exception:?}");
        let is_listed = never_lists().any(|never| {
            never
                .actions
                .iter()
                .any(|pattern| action_matches(pattern, exception.action))
        });
        assert!(is_listed, "{exception:?} excepts nothing");
    }
}

/// Each item of the customer's list of explicit non-permissions, by an action that would break it.
#[test]
fn the_promises_to_customers_are_in_the_lists() {
    let promised = [
        "s3:GetObject",
        "s3:GetObjectVersion",
        "secretsmanager:GetSecretValue",
        "secretsmanager:BatchGetSecretValue",
        "ssm:GetParameter",
        "ssm:GetParameters",
        "ssm:GetParameterHistory",
        "ssm:GetParametersByPath",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:PartiQLSelect",
        "lambda:InvokeFunction",
        "lambda:InvokeFunctionUrl",
        "states:StartExecution",
        "events:PutEvents",
        "iam:CreateRole",
        "iam:DeleteRole",
        "iam:PutRolePolicy",
        "iam:UpdateAssumeRolePolicy",
        "iam:AttachRolePolicy",
        "iam:DetachRolePolicy",
        "iam:AddUserToGroup",
        "iam:RemoveUserFromGroup",
        "iam:TagRole",
        "iam:UntagRole",
        "iam:SetDefaultPolicyVersion",
        "iam:UploadServerCertificate",
        "iam:PassRole",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:PutBucketPolicy",
        "kms:Decrypt",
        "kms:Encrypt",
        "sts:AssumeRole",
        "rds-data:ExecuteStatement",
        "states:DescribeExecution",
        "states:GetExecutionHistory",
        "ecs:DescribeTasks",
        "ec2:DescribeInstanceAttribute",
        "lambda:GetFunction",
        "bedrock:GetPrompt",
        "bedrock:GetInvocationStep",
        "ecr:BatchGetImage",
        "cloudtrail:LookupEvents",
    ];
    for action in promised {
        facts(action);
        let is_listed = never_lists().any(|never| never.actions.iter().any(|pattern| action_matches(pattern, action)));
        assert!(is_listed, "{action} is in no list");
        assert!(
            !actions_of(Caller::Spoke).contains(&action),
            "{action} is granted in spokes"
        );
        assert!(
            !actions_of(Caller::Management).contains(&action),
            "{action} is granted in the management account"
        );
    }
}

#[test]
fn what_is_extracted_is_declared_with_the_version_it_came_with() {
    let newest = categories::ALL.iter().map(|category| category.since).max();
    assert_eq!(newest, Some(VERSION), "raise the version with a new category");
    let mut seen = BTreeSet::new();
    for category in categories::ALL {
        assert!(category.since >= 1, "{category:?}");
        assert!(category.services.is_sorted(), "{:?}", category.services);
        for service in category.services {
            assert!(
                seen.insert((category.caller, service)),
                "{service} of {} is declared twice",
                category.caller.name()
            );
            assert!(
                actions_matching(&format!("{service}:*")).next().is_some(),
                "{service} is no service"
            );
        }
    }
}

#[test]
fn what_passes_through_is_a_read_and_sorted() {
    assert!(passing::ALL.is_sorted_by_key(|passing| passing.action));
    for passing in passing::ALL {
        let level = facts(passing.action).access_level;
        assert!(matches!(level, AccessLevel::List | AccessLevel::Read), "{passing:?}");
    }
}

fn granted() -> impl Iterator<Item = (&'static ApiCall, &'static str)> {
    rows().flat_map(|row| row.permissions.iter().map(move |action| (row, *action)))
}

fn never_lists() -> impl Iterator<Item = &'static Never> {
    never::KINDS.iter().chain(never::DATA_EXPOSING_READS)
}
