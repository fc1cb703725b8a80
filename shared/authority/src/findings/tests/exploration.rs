//! Machines that look around, each beside its nearest misses.

use serde_json::json;
use sv0_model::record::Record;

use super::{judge, line};
use crate::evidence::EvidenceFold;
use crate::testkit::event;

/// Calls of a session of role `app`, as `service:Call`; a `!` before it: denied.
fn calls(role: &str, calls: &[&str]) -> Vec<Record> {
    let numbered = calls.iter().enumerate();
    numbered
        .map(|(number, call)| {
            let (is_denied, call) = call.strip_prefix('!').map_or((false, *call), |call| (true, call));
            let (service, name) = call.split_once(':').unwrap();
            let mut fields = vec![
                ("eventID", json!(format!("e-{number}"))),
                ("eventSource", json!(format!("{service}.amazonaws.com"))),
                ("eventName", json!(name)),
                (
                    "userIdentity",
                    json!({"type": "AssumedRole", "arn": format!("arn:aws:sts::111111111111:assumed-role/{role}/s"), "accountId": "111111111111",
                           "sessionContext": {"sessionIssuer": {"type": "Role", "arn": format!("arn:aws:iam::111111111111:role/{role}"), "accountId": "111111111111"}}}),
                ),
            ];
            if is_denied {
                fields.push(("errorCode", json!("AccessDenied")));
            }
            event(&fields)
        })
        .collect()
}

fn found(rights: &str, words: &str, events: &[Record]) -> Vec<String> {
    let estate = format!(
        "role 111111111111/app\n trust service lambda.amazonaws.com\n {rights}\n lambda 111111111111/handler runs-as app {words}\n queue 111111111111/jobs"
    );
    let mut fold = EvidenceFold::default();
    events.iter().for_each(|event| fold.add(event));
    let all = judge(&estate, &fold.finish(Vec::new()), &[]);
    let lines = all.iter().map(line);
    lines.filter(|line| line.starts_with("scope_drift")).collect()
}

const READS_SECRETS: &str = "allow secretsmanager:GetSecretValue on *";
const LOOKS_AROUND: &[&str] = &["iam:ListRoles", "iam:ListUsers", "iam:GetAccountAuthorizationDetails"];

/// What it is, rights, words of the function, calls, and the finding that comes of them.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
    Option<&'static str>,
);

#[test]
fn a_machine_that_looks_around() {
    let medium = "scope_drift medium: role app lists what it has nothing to do with";
    let low = "scope_drift low: role app lists what it has nothing to do with";
    let cases: &[Case] = &[
        ("who may do what", READS_SECRETS, "", LOOKS_AROUND, Some(medium)),
        (
            "denied",
            READS_SECRETS,
            "",
            &["!iam:ListRoles", "!iam:ListUsers", "!iam:GetRolePolicy"],
            Some(medium),
        ),
        (
            "what is there",
            READS_SECRETS,
            "",
            &["rds:DescribeDBInstances", "eks:ListClusters", "ecs:ListClusters"],
            Some(low),
        ),
        (
            "what is there, denied",
            READS_SECRETS,
            "",
            &["rds:DescribeDBInstances", "eks:ListClusters", "!ecs:ListClusters"],
            Some(medium),
        ),
        (
            "two calls",
            READS_SECRETS,
            "",
            &["iam:ListRoles", "iam:ListUsers"],
            None,
        ),
        (
            "one call many times",
            READS_SECRETS,
            "",
            &["iam:ListRoles", "iam:ListRoles", "iam:ListRoles", "iam:ListRoles"],
            None,
        ),
        (
            "a policy names the service",
            "allow iam:ListRoles,iam:ListUsers on *",
            "",
            LOOKS_AROUND,
            None,
        ),
        (
            "it does something else there",
            READS_SECRETS,
            "",
            &[
                "iam:ListRoles",
                "iam:ListUsers",
                "iam:GetAccountAuthorizationDetails",
                "iam:CreateRole",
            ],
            None,
        ),
        (
            "its trigger is of the service",
            READS_SECRETS,
            "triggered-by arn:aws:sqs:eu-west-1:111111111111:jobs",
            &["sqs:ListQueues", "sqs:ListQueueTags", "sqs:ListDeadLetterSourceQueues"],
            None,
        ),
        (
            "no trigger of the service",
            READS_SECRETS,
            "",
            &["sqs:ListQueues", "sqs:ListQueueTags", "sqs:ListDeadLetterSourceQueues"],
            Some(low),
        ),
        (
            "what agents call by themselves",
            READS_SECRETS,
            "",
            &[
                "ec2:DescribeInstances",
                "ec2:DescribeTags",
                "ec2:DescribeVolumes",
                "ec2:DescribeRegions",
            ],
            None,
        ),
        (
            "it may do everything, and does nothing but list",
            "allow * on *",
            "",
            LOOKS_AROUND,
            None,
        ),
        (
            "it may do everything, and does something",
            "allow * on *",
            "",
            &[
                "iam:ListRoles",
                "iam:ListUsers",
                "iam:GetAccountSummary",
                "secretsmanager:GetSecretValue",
            ],
            Some(medium),
        ),
    ];
    for (name, rights, words, events, want) in cases {
        let want: Vec<String> = want.iter().map(|want| (*want).to_owned()).collect();
        assert_eq!(found(rights, words, &calls("app", events)), want, "{name}");
    }
    let person = "AWSReservedSSO_Admin_0123456789abcdef";
    assert_eq!(
        found(READS_SECRETS, "", &calls(person, LOOKS_AROUND)),
        Vec::<String>::new(),
        "a person"
    );
}

const WIDE: &str = "ReadOnlyAccess=allow_iam:List*,iam:Get*,s3:List*,ec2:Describe*,rds:Describe*,eks:List*,ecs:List*,kms:List*,sqs:List*,sns:List*,glue:Get*,ssm:Get*,logs:Get*_on_*";
const NARROW: &str = "IAMReadOnlyAccess=allow_iam:List*,iam:Get*_on_*";

#[test]
fn a_policy_of_aws_for_everything_is_for_nothing_in_particular() {
    for (policy, want) in [(WIDE, 1), (NARROW, 0)] {
        let estate = format!(
            "role 111111111111/app holds-snapshot {policy}\n trust service lambda.amazonaws.com\n allow sqs:SendMessage on *\n lambda 111111111111/handler runs-as app"
        );
        let mut fold = EvidenceFold::default();
        calls("app", LOOKS_AROUND).iter().for_each(|event| fold.add(event));
        let all = judge(&estate, &fold.finish(Vec::new()), &[]);
        let drift: Vec<_> = all
            .iter()
            .filter(|finding| line(finding).starts_with("scope_drift"))
            .collect();
        assert_eq!(drift.len(), want, "{policy} {drift:#?}");
        for finding in drift {
            let begins = "It called iam:GetAccountAuthorizationDetails, iam:ListRoles, iam:ListUsers: 3 calls went through and 0 failed.";
            assert!(finding.description.starts_with(begins), "{}", finding.description);
            assert_eq!(finding.event_ids.len(), 3);
        }
    }
}
