//! Paths of files: a reader finds at each what it was made for, and hostile names make none.

use crate::layout::{FileKind, IdentityCenterFile, Place, place_of};
use crate::testkit::{HUB, REGION, log_path};
use crate::{CaptureFile, service_files};

/// Every file of the format, of one account and Region.
pub(super) fn every_file() -> Vec<CaptureFile> {
    let mut files = vec![
        CaptureFile::header(),
        CaptureFile::organization(),
        CaptureFile::accounts(),
        CaptureFile::organization_tree(),
        CaptureFile::organization_policies(),
        CaptureFile::delegated_administrators(),
        CaptureFile::organization_resource_policy(),
        CaptureFile::aws_managed_policies(),
        CaptureFile::config_items("AWS::S3::Bucket").unwrap(),
        CaptureFile::config_recorders(),
        CaptureFile::config_recorders_of("111122223333", "eu-west-1").unwrap(),
        CaptureFile::config_aggregator(),
        CaptureFile::security_hub_findings(),
        CaptureFile::analyzers(),
        CaptureFile::analyzer_findings(),
        CaptureFile::trails(),
        CaptureFile::cloudtrail_log(&log_path("1.json.gz")).unwrap(),
        CaptureFile::athena_rows("observed-use").unwrap(),
        CaptureFile::account_status(HUB).unwrap(),
        CaptureFile::authorization_details(HUB).unwrap(),
        CaptureFile::credential_report(HUB).unwrap(),
        CaptureFile::last_accessed(HUB).unwrap(),
        CaptureFile::key_grants(HUB, REGION).unwrap(),
        CaptureFile::coverage(),
    ];
    files.extend(IdentityCenterFile::ALL.map(CaptureFile::identity_center));
    files
        .extend(service_files().map(|(service, what)| CaptureFile::service_items(HUB, REGION, service, what).unwrap()));
    files
}

#[test]
fn every_file_is_found_at_its_path() {
    let files = every_file();
    for file in &files {
        match place_of(file.path()) {
            Place::Read(kind, _) => assert_eq!(&kind, file.kind(), "{file}"),
            place => panic!("{file} is {place:?}"),
        }
        assert_eq!(&CaptureFile::at(file.path()).unwrap(), file);
    }
    let mut paths: Vec<&str> = files.iter().map(CaptureFile::path).collect();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), files.len());
}

/// No kind of file is left out above: this match must be extended with the format.
#[test]
fn every_kind_of_file_has_a_constructor() {
    let mut seen = [false; 25];
    for file in every_file() {
        let at = match file.kind() {
            FileKind::Header => 0,
            FileKind::Organization => 1,
            FileKind::Accounts => 2,
            FileKind::OrganizationTree => 3,
            FileKind::OrganizationPolicies => 4,
            FileKind::DelegatedAdministrators => 5,
            FileKind::OrganizationResourcePolicy => 6,
            FileKind::AwsManagedPolicies => 7,
            FileKind::ConfigItems { .. } => 8,
            FileKind::ConfigRecorders { .. } => 9,
            FileKind::IdentityCenter(_) => 10,
            FileKind::AuthorizationDetails { .. } => 11,
            FileKind::AccountStatus { .. } => 12,
            FileKind::KeyGrants { .. } => 13,
            FileKind::SpokeItems { .. } => 14,
            FileKind::CredentialReport { .. } => 15,
            FileKind::LastAccessed { .. } => 16,
            FileKind::SecurityHubFindings => 17,
            FileKind::Analyzers => 18,
            FileKind::AnalyzerFindings => 19,
            FileKind::ConfigAggregator => 20,
            FileKind::AthenaRows { .. } => 21,
            FileKind::Trails => 22,
            FileKind::CloudTrailLog { .. } => 23,
            FileKind::Coverage => 24,
        };
        seen[at] = true;
    }
    assert_eq!(seen, [true; 25]);
}

#[test]
fn the_path_does_not_depend_on_how_a_file_was_stored() {
    for (stored, path) in [
        ("organizations/accounts.ndjson.gz", "organizations/accounts.json"),
        ("config/AWS-S3-Bucket.json", "config/AWS-S3-Bucket.ndjson.zst"),
        (&log_path("1.ndjson.zst"), &log_path("1.json.gz")),
        (
            "accounts/111122223333/iam/credential-report.json",
            "accounts/111122223333/iam/credential-report.csv",
        ),
        (
            "accounts/111122223333/global/rolesanywhere/profiles.json",
            "accounts/111122223333/global/rolesanywhere/profiles.ndjson.zst",
        ),
    ] {
        assert_eq!(CaptureFile::at(stored).unwrap().path(), path);
    }
}

#[test]
fn hostile_names_make_no_file() {
    for account in [
        "",
        "1",
        "11112222333a",
        "../../../etc",
        "111122223333/..",
        "organization",
        "１１１１２２２２３３３３",
    ] {
        assert!(CaptureFile::account_status(account).is_err(), "{account}");
        assert!(CaptureFile::authorization_details(account).is_err(), "{account}");
        assert!(CaptureFile::key_grants(account, REGION).is_err(), "{account}");
        assert!(CaptureFile::service_items(account, REGION, "lambda", "function-policies").is_err());
    }
    for region in [
        "",
        "..",
        "../eu-west-1",
        "EU-WEST-1",
        "eu-west-1/x",
        "eu\\west-1",
        "eu_west",
    ] {
        assert!(CaptureFile::key_grants(HUB, region).is_err(), "{region}");
        assert!(
            CaptureFile::service_items(HUB, region, "lambda", "function-policies").is_err(),
            "{region}"
        );
    }
    for kind in [
        "",
        "AWS::S3",
        "AWS::S3::Bucket::X",
        "AWS-S3-Bucket",
        "AWS::S3-Bucket",
        "AWS::../..::x",
        "AWS::S3::Bu/cket",
        "a::b::c\0",
    ] {
        assert!(CaptureFile::config_items(kind).is_err(), "{kind}");
    }
    for query in ["", "..", "a/b", "a.b", "a b", &"a".repeat(129)] {
        assert!(CaptureFile::athena_rows(query).is_err(), "{query}");
    }
    for (service, what) in [
        ("lambda", "../../x"),
        ("..", ".."),
        ("lambda", "functions"),
        ("iam", "credential-report"),
    ] {
        assert!(
            CaptureFile::service_items(HUB, REGION, service, what).is_err(),
            "{service}/{what}"
        );
    }
    for path in [
        "cloudtrail/../AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/30/a.json.gz",
        "cloudtrail/AWSLogs/111122223333/CloudTrail/eu-west-1/../a.json.gz",
        "cloudtrail/AWSLogs//a.json.gz",
        "cloudtrail/AWSLogs/a\\b.json.gz",
        "cloudtrail/AWSLogs/C:a.json.gz",
        "cloudtrail/AWSLogs/a\n.json.gz",
        "cloudtrail/AWSLogs/a.txt",
        "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/30/a.json.gz",
        "/cloudtrail/AWSLogs/a.json",
        "cloudtrail/trails.ndjson",
        "../capture.json",
        "",
    ] {
        assert!(CaptureFile::cloudtrail_log(path).is_err(), "{path:?}");
    }
    let long = format!("cloudtrail/AWSLogs/{}.json.gz", "a".repeat(300));
    assert!(CaptureFile::cloudtrail_log(&long).unwrap_err().to_string().len() < 600);
    assert!(CaptureFile::at("accounts/111122223333/eu-west-1/lambda/functions.ndjson").is_err());
}
