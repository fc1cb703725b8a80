//! The shipped snapshot, and how it is read.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use sv0_iam::parse_policy;

use super::*;

/// What a repository and a binary can carry without anybody asking why.
const MOST_BYTES: usize = 600 * 1024;

fn compressed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn shipped_lines() -> Vec<String> {
    BufReader::new(GzDecoder::new(SHIPPED))
        .lines()
        .map(Result::unwrap)
        .collect()
}

fn shipped(name: &str) -> ManagedPolicy {
    let arn = format!("arn:aws:iam::aws:policy/{name}");
    find(&BTreeSet::from([arn.as_str()])).unwrap().policies[&arn].clone()
}

#[test]
fn every_line_of_the_shipped_snapshot_is_a_policy_in_its_place() {
    let lines = shipped_lines();
    let (first, rest) = lines.split_first().unwrap();
    let header: SnapshotHeader = serde_json::from_str(first).unwrap();
    assert_eq!(header, super::header().unwrap());
    assert_eq!(header.format, FORMAT);
    assert_eq!(header.sha256.len(), 64);
    assert!(header.date.as_str() > "2026-01-01", "{}", header.date);
    assert_eq!(header.policies, rest.len());
    assert!(rest.len() > 1500, "{}", rest.len());

    let policies: Vec<ManagedPolicy> = rest.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(policies.is_sorted_by(|a, b| a.arn < b.arn));
    for (policy, line) in policies.iter().zip(rest) {
        assert_eq!(arn_of(line), Some(policy.arn.as_str()));
        assert!(policy.arn.starts_with("arn:aws:iam::aws:policy/"), "{}", policy.arn);
        let parsed = parse_policy(&policy.document);
        assert_eq!(parsed.diagnostics, [], "{}", policy.arn);
        assert!(!parsed.policy.statements().is_empty(), "{}", policy.arn);
    }
    assert!(SHIPPED.len() < MOST_BYTES, "{} bytes", SHIPPED.len());
}

/// Source: AWS Managed Policy Reference, the pages of these policies.
#[test]
fn well_known_policies_say_what_aws_documents() {
    let everything = json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]);
    assert_eq!(shipped("AdministratorAccess").document["Statement"], everything);
    assert_eq!(shipped("AdministratorAccess").version_id, "v1");

    let power_user = shipped("PowerUserAccess").document;
    assert_eq!(
        power_user["Statement"][0],
        json!({"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"})
    );

    let s3_read_only = json!([{
        "Effect": "Allow", "Resource": "*",
        "Action": ["s3:Get*", "s3:List*", "s3:Describe*", "s3-object-lambda:Get*", "s3-object-lambda:List*"]
    }]);
    assert_eq!(shipped("AmazonS3ReadOnlyAccess").document["Statement"], s3_read_only);
    assert_eq!(shipped("AmazonS3ReadOnlyAccess").version_id, "v3");

    let basic = shipped("service-role/AWSLambdaBasicExecutionRole").document;
    let logs = json!(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]);
    assert_eq!(basic["Statement"][0]["Action"], logs);

    let denied = json!([{"Sid": "DenyAll", "Effect": "Deny", "Action": ["*"], "Resource": "*"}]);
    assert_eq!(shipped("AWSDenyAll").document["Statement"], denied);
}

#[test]
fn read_only_access_reads_objects_and_writes_nothing() {
    let policy = parse_policy(&shipped("ReadOnlyAccess").document).policy;
    let lists = |action: &str| {
        let statements = policy.statements().iter();
        statements
            .flat_map(|statement| statement.actions().items())
            .any(|pattern| pattern.matches(action))
    };
    for action in ["s3:GetObject", "ec2:DescribeInstances", "iam:GetRole", "iam:ListUsers"] {
        assert!(lists(action), "{action}");
    }
    for action in [
        "s3:PutObject",
        "iam:AttachRolePolicy",
        "ec2:RunInstances",
        "sts:AssumeRole",
    ] {
        assert!(!lists(action), "{action}");
    }
}

#[test]
fn only_what_is_asked_for_is_found() {
    let found = find(&BTreeSet::from([
        "arn:aws:iam::aws:policy/AdministratorAccess",
        "arn:aws:iam::aws:policy/NoSuchPolicy",
        "arn:aws:iam::aws:policy/aws-service-role/AWSSupportServiceRolePolicy",
        "arn:aws-us-gov:iam::aws:policy/AdministratorAccess",
        "arn:aws-cn:iam::aws:policy/AdministratorAccess",
        "arn:aws:iam::111122223333:policy/AdministratorAccess",
        "",
    ]))
    .unwrap();
    let arns: Vec<&str> = found.policies.keys().map(String::as_str).collect();
    assert_eq!(
        arns,
        [
            "arn:aws:iam::aws:policy/AdministratorAccess",
            "arn:aws:iam::aws:policy/aws-service-role/AWSSupportServiceRolePolicy"
        ]
    );
}

#[test]
fn the_first_and_the_last_policy_are_found() {
    let lines = shipped_lines();
    for line in [&lines[1], &lines[lines.len() - 1]] {
        let arn = arn_of(line).unwrap();
        assert_eq!(find(&BTreeSet::from([arn])).unwrap().policies.len(), 1, "{arn}");
    }
}

#[test]
fn damage_is_an_error_and_never_a_policy() {
    let header = &shipped_lines()[0];
    let other = header.replace(FORMAT, "sv0-managed-policies/2");
    let asked = BTreeSet::from(["arn:aws:iam::aws:policy/AdministratorAccess"]);
    for (name, bytes) in [
        ("nothing", Vec::new()),
        ("no line", compressed("")),
        ("no header", compressed("{}\n")),
        ("another format", compressed(&other)),
        ("no ARN", compressed(&format!("{header}\n{{\"VersionId\":\"v1\"}}\n"))),
        (
            "half a policy",
            compressed(&format!(
                "{header}\n{{\"Arn\":\"arn:aws:iam::aws:policy/AdministratorAccess\","
            )),
        ),
        ("cut short", SHIPPED[..400].to_vec()),
    ] {
        assert!(find_in(&bytes, &asked).is_err(), "{name}");
    }
}
