//! Credentials, secrets, settings, owners and authority that lies idle.

use serde_json::json;
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::observation::Evidence;

use super::{FindingOptions, check, judge, judge_with, line, row};
use crate::evidence::EvidenceFold;
use crate::testkit::event;

const ANN: &str = "arn:aws:iam::111111111111:user/ann";
const APP: &str = "arn:aws:iam::111111111111:role/app";

#[test]
fn stale_access_keys() {
    let with =
        |rights: &str, key: &str| format!("user 111111111111/ann\n {rights}\n access-key {ANN} access-key-1 {key}");
    let fresh_use = r#"with last_used={"date":"2025-06-20T00:00:00Z"}"#;
    let old_use = r#"with last_used={"date":"2025-01-20T00:00:00Z"}"#;
    let active = "with active=true";
    let old = "with last_rotated=2024-01-01T00:00:00Z";
    check(&[
        (
            "old, of a user without rights, in use",
            &with("", &format!("{active} {old} {fresh_use}")),
            &["stale_access_key low: access key 1 of user ann is 546 days old"],
        ),
        (
            "old, of a reader of restricted content",
            &with(
                "allow s3:GetObject on *\n bucket 111111111111/b restricted",
                &format!("{active} {old} {fresh_use}"),
            ),
            &["stale_access_key high: access key 1 of user ann is 546 days old"],
        ),
        (
            "idle",
            &with("", &format!("{active} {old} {old_use}")),
            &["stale_access_key low: access key 1 of user ann was not used for more than 90 days"],
        ),
        (
            "never used",
            &with("", &format!("{active} {old} with last_used=null")),
            &["stale_access_key low: access key 1 of user ann was not used for more than 90 days"],
        ),
        (
            "young",
            &with(
                "",
                &format!("{active} with last_rotated=2025-05-01T00:00:00Z with last_used=null"),
            ),
            &[],
        ),
        (
            "inactive",
            &with("", &format!("with active=false {old} {old_use}")),
            &[],
        ),
        ("of unknown age", &with("", &format!("{active} {old_use}")), &[]),
        (
            "a root user's",
            &format!("access-key urn:sv0:account:111111111111 access-key-1 {active} {old} {fresh_use}"),
            &["stale_access_key critical: access key 1 of the root user of account 111111111111 is 546 days old"],
        ),
        (
            "a password",
            &format!("user 111111111111/ann\n password {ANN} password {active} {old} {old_use}"),
            &[],
        ),
    ]);
}

#[test]
fn the_key_of_an_administrator() {
    let fixture = format!(
        "user 111111111111/ann\n allow * on *\n access-key {ANN} access-key-1 with active=true with last_rotated=2024-01-01T00:00:00Z\n bucket 111111111111/b restricted"
    );
    let found = judge(&fixture, &Evidence::default(), &[]);
    let key = found
        .iter()
        .find(|finding| line(finding).starts_with("stale_access_key"))
        .unwrap();
    assert_eq!(
        key.severity_reason,
        "reach: administrator; sensitivity: restricted; exposure: external; use: not observable → critical"
    );
}

#[test]
fn sign_in_without_a_second_factor() {
    let user = |words: &str| format!("user 111111111111/ann {words}");
    let root = |json: &str| format!("account 111111111111 with root_user={json}");
    check(&[
        (
            "a password alone",
            &user("with password_enabled=true with mfa_active=false"),
            &["no_mfa low: user ann signs in without a second factor"],
        ),
        (
            "a device",
            &user("with password_enabled=true with mfa_active=true"),
            &[],
        ),
        (
            "keys alone",
            &user("with password_enabled=false with mfa_active=false"),
            &[],
        ),
        ("nobody asked", &user(""), &[]),
        (
            "a device that nobody asked about",
            &user("with password_enabled=true"),
            &[],
        ),
        (
            "the root user",
            &root(r#"{"mfa_active":false}"#),
            &["no_mfa critical: the root user of account 111111111111 has no second factor"],
        ),
        ("a root user with a device", &root(r#"{"mfa_active":true}"#), &[]),
        (
            "a root user without credentials",
            &root(r#"{"mfa_active":false,"password_enabled":false}"#),
            &[],
        ),
    ]);
}

#[test]
fn unrotated_secrets() {
    let with = |words: &str| format!("secret 111111111111/db restricted {words}");
    let read = |words: &str| {
        format!(
            "{}\n lambda 222222222222/f runs-as app\n role 222222222222/app\n trust service lambda.amazonaws.com\n allow secretsmanager:GetSecretValue on *",
            with(words)
        )
    };
    check(&[
        (
            "never",
            &with("with rotation_enabled=false"),
            &["unrotated_secret low: secret db is not rotated"],
        ),
        (
            "not for long",
            &with("with rotation_enabled=true with last_rotated=2025-01-01T00:00:00Z"),
            &["unrotated_secret low: secret db was not rotated for more than 90 days"],
        ),
        (
            "lately",
            &with("with rotation_enabled=true with last_rotated=2025-06-01T00:00:00Z"),
            &[],
        ),
        ("not yet", &with("with rotation_enabled=true"), &[]),
        ("nobody asked", &with("with last_rotated=2020-01-01T00:00:00Z"), &[]),
        (
            "on its way out",
            &with("with rotation_enabled=false with deleted=2025-06-01T00:00:00Z"),
            &[],
        ),
        (
            "known by name alone",
            "secret 111111111111/db restricted referenced with rotation_enabled=false",
            &[],
        ),
        (
            "with a reader that nothing lets in",
            &read("with rotation_enabled=false"),
            &["unrotated_secret low: secret db is not rotated"],
        ),
        (
            "with a reader",
            &read("with rotation_enabled=false").replace("222222222222", "111111111111"),
            &[
                "secret_reach medium: f can read secret db",
                "unrotated_secret medium: secret db is not rotated",
            ],
        ),
    ]);
}

#[test]
fn dormant_authority() {
    let role = |words: &str| {
        format!("role 111111111111/app with create_date=2024-01-01T00:00:00Z {words}\n allow s3:GetObject on *")
    };
    let old = r#"with last_used={"date":"2025-01-20T00:00:00Z"}"#;
    let fresh = r#"with last_used={"date":"2025-06-20T00:00:00Z"}"#;
    let dormant: &[&str] = &["dormant_authority informational: role app was not used for more than 90 days"];
    let user = |words: &str, credential: &str| {
        format!(
            "user 111111111111/ann with create_date=2024-01-01T00:00:00Z {words}\n allow s3:GetObject on *\n {credential}"
        )
    };
    let key = |words: &str| format!("access-key {ANN} access-key-1 with active=true {words}");
    check(&[
        ("long ago", &role(old), dormant),
        ("never, as AWS says", &role("with last_used=null"), dormant),
        ("lately", &role(fresh), &[]),
        ("nobody asked", &role(""), &[]),
        (
            "made lately",
            "role 111111111111/app with create_date=2025-06-01T00:00:00Z with last_used=null\n allow s3:* on *",
            &[],
        ),
        (
            "of unknown age",
            "role 111111111111/app with last_used=null\n allow s3:* on *",
            &[],
        ),
        (
            "without authority",
            "role 111111111111/app with create_date=2024-01-01T00:00:00Z with last_used=null",
            &[],
        ),
        (
            "with denials alone",
            "role 111111111111/app with create_date=2024-01-01T00:00:00Z with last_used=null\n deny s3:* on *",
            &[],
        ),
        (
            "a service's own",
            "service-linked-role 111111111111/x.amazonaws.com/AWSServiceRoleForX with create_date=2024-01-01T00:00:00Z with last_used=null\n allow s3:* on *",
            &[],
        ),
        (
            "of a service used lately",
            &format!("{}\n service-used {APP} s3 2025-06-20T00:00:00Z", role(old)),
            &[],
        ),
        (
            "by services alone",
            &format!("{}\n service-used {APP} s3 never", role("")),
            dormant,
        ),
        (
            "by an old report on services",
            &format!(
                "{}\n service-used {APP} s3 never reported 2025-05-01T00:00:00Z",
                role("")
            ),
            &[],
        ),
        (
            "an administrator of restricted content",
            "role 111111111111/app with create_date=2024-01-01T00:00:00Z with last_used=null\n allow * on *\n bucket 111111111111/b restricted",
            &[
                "admin_equivalent high: role app is an administrator",
                "dormant_authority high: role app was not used for more than 90 days",
            ],
        ),
        (
            "a user with an idle key",
            &user("with password_enabled=false", &key("with last_used=null")),
            &["dormant_authority low: user ann was not used for more than 90 days"],
        ),
        (
            "a user with a busy key",
            &user("with password_enabled=false", &key(fresh)),
            &[],
        ),
        (
            "a user with a new key",
            &user(
                "with password_enabled=false",
                &key("with last_used=null with active=true with last_rotated=2025-06-10T00:00:00Z"),
            ),
            &[],
        ),
        (
            "a user with a new key that is switched off",
            &user(
                "with password_enabled=false",
                &key("with last_used=null with active=false with last_rotated=2025-06-10T00:00:00Z"),
            ),
            &["dormant_authority low: user ann was not used for more than 90 days"],
        ),
        (
            "a user of whom the report does not tell everything",
            &user(
                "with password_enabled=false with credentials_unknown=true",
                &key("with last_used=null"),
            ),
            &[],
        ),
        (
            "a user whose key says nothing",
            &user("with password_enabled=false", &key("")),
            &[],
        ),
        ("a user without a report", &user("", &key("with last_used=null")), &[]),
    ]);
}

#[test]
fn what_the_logs_show_is_not_dormant() {
    let fixture =
        "role 111111111111/app with create_date=2024-01-01T00:00:00Z with last_used=null\n allow s3:GetObject on *";
    let mut fold = EvidenceFold::default();
    fold.add(&event(&[
        (
            "userIdentity",
            json!({"type": "AssumedRole", "arn": "arn:aws:sts::111111111111:assumed-role/app/x"}),
        ),
        ("eventSource", json!("s3.amazonaws.com")),
        ("eventName", json!("ListBuckets")),
        ("errorCode", json!("AccessDenied")),
    ]));
    assert_eq!(judge(fixture, &fold.finish(Vec::new()), &[]), [], "an attempt is a use");
    let mut fold = EvidenceFold::default();
    fold.add(&event(&[
        (
            "userIdentity",
            json!({"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}),
        ),
        ("requestParameters", json!({ "roleArn": APP })),
    ]));
    let assumed = judge(fixture, &fold.finish(Vec::new()), &[]);
    assert_eq!(assumed, [], "a service that assumes the role uses it");
    assert_eq!(judge(fixture, &Evidence::default(), &[]).len(), 1);
}

#[test]
fn an_answer_from_long_ago_tells_nothing_of_today() {
    let mut graph = crate::testkit::graph(
        "role 111111111111/app with create_date=2024-01-01T00:00:00Z with last_used=null\n allow s3:GetObject on *",
    );
    graph.entities.get_mut(APP).unwrap().captured_at = "2025-03-01T00:00:00Z".parse().ok();
    let estate = crate::Estate::new(&graph);
    let options = crate::FindingOptions::default();
    assert_eq!(
        crate::findings(&graph, &estate, &[], &Evidence::default(), &[], &options),
        []
    );
}

#[test]
fn unused_services() {
    let with = |allows: &str, used: &str| {
        format!("role 111111111111/app with create_date=2024-01-01T00:00:00Z\n allow {allows} on *\n{used}")
    };
    let rows = |rows: &[(&str, &str)]| -> String {
        rows.iter()
            .map(|(service, used)| format!("service-used {APP} {service} {used}\n"))
            .collect()
    };
    let fresh = "2025-06-20T00:00:00Z";
    let old = "2025-01-20T00:00:00Z";
    check(&[
        (
            "one of two",
            &with("s3:GetObject,sqs:*", &rows(&[("s3", fresh), ("sqs", "never")])),
            &["unused_service low: role app does not use 1 of 2 services that it may use"],
        ),
        (
            "not for long",
            &with("s3:GetObject,polly:*", &rows(&[("s3", fresh), ("polly", old)])),
            &["unused_service informational: role app does not use 1 of 2 services that it may use"],
        ),
        (
            "all in use",
            &with("s3:GetObject,sqs:*", &rows(&[("s3", fresh), ("sqs", fresh)])),
            &[],
        ),
        (
            "a service that it may no longer use",
            &with("s3:GetObject", &rows(&[("s3", fresh), ("sqs", "never")])),
            &[],
        ),
        (
            "none in use: that is dormant",
            &with("s3:GetObject,sqs:*", &rows(&[("s3", old), ("sqs", "never")])),
            &["dormant_authority informational: role app was not used for more than 90 days"],
        ),
        (
            "made lately",
            &with("s3:GetObject,sqs:*", &rows(&[("s3", fresh), ("sqs", "never")])).replace("2024-01-01", "2025-06-01"),
            &[],
        ),
        (
            "reported long ago",
            &with(
                "s3:GetObject,sqs:*",
                &rows(&[
                    ("s3", "2025-04-30T00:00:00Z"),
                    ("sqs", "never reported 2025-05-01T00:00:00Z"),
                ]),
            ),
            &[],
        ),
    ]);
}

#[test]
fn invocation_logging() {
    let settings = |words: &str| {
        format!(
            "thing tenant/service_settings urn:sv0:service-settings:bedrock:111111111111:eu-west-1 111111111111 {words}"
        )
    };
    let agent = "thing workload/bedrock_agent arn:aws:bedrock:eu-west-1:111111111111:agent/A 111111111111";
    check(&[
        (
            "off where an agent runs",
            &format!("{}\n{agent}", settings("with invocation_logging=false")),
            &["invocation_logging_off medium: Bedrock does not log model invocations in 111111111111, eu-west-1"],
        ),
        (
            "off where nothing asks",
            &settings("with invocation_logging=false"),
            &[
                "invocation_logging_off informational: Bedrock does not log model invocations in 111111111111, eu-west-1",
            ],
        ),
        (
            "off where an agent of another account runs",
            &format!(
                "{}\n{}",
                settings("with invocation_logging=false"),
                agent.replace("111111111111", "222222222222")
            ),
            &[
                "invocation_logging_off informational: Bedrock does not log model invocations in 111111111111, eu-west-1",
            ],
        ),
        (
            "on",
            &format!("{}\n{agent}", settings("with invocation_logging=true")),
            &[],
        ),
        ("nobody asked", agent, &[]),
        (
            "another service's settings",
            &settings("with invocation_logging=false").replace(":bedrock:", ":sagemaker:"),
            &[],
        ),
    ]);
}

#[test]
fn principals_that_are_gone() {
    let details = "iam:authorization-details";
    let complete = [row("111111111111", details, CoverageStatus::Ok)];
    let partial = [row("111111111111", details, CoverageStatus::Partial)];
    let trust = "role 111111111111/app\n relation arn:aws:iam::111111111111:role/app TRUSTS";
    let by_name = format!("{trust} arn:aws:iam::111111111111:role/gone\n role 111111111111/gone referenced");
    let cases: &[(&str, String, &[CoverageRow], &[&str])] = &[
        (
            "a unique id",
            format!("{trust} urn:sv0:principal:AROACKCEVSQ6C2EXAMPLE"),
            &[],
            &["orphaned_principal low: the trust policy of app names a principal that no longer exists"],
        ),
        (
            "a role that is not there",
            by_name.clone(),
            &complete,
            &["orphaned_principal medium: the trust policy of app names a principal that no longer exists"],
        ),
        ("in an account that was read in part", by_name.clone(), &partial, &[]),
        ("in an account of which nothing says so", by_name.clone(), &[], &[]),
        (
            "a role that is there",
            by_name.replace(" referenced", ""),
            &complete,
            &[],
        ),
        (
            "a role that is there under a path",
            format!("{by_name}\n role 111111111111/team/gone"),
            &complete,
            &[],
        ),
        (
            "a canonical user",
            format!("{trust} urn:sv0:principal:{}", "a".repeat(64)),
            &complete,
            &[],
        ),
        (
            "a role outside",
            format!(
                "{trust} arn:aws:iam::333333333333:role/vendor\n thing identity/external_principal arn:aws:iam::333333333333:role/vendor 333333333333 external"
            ),
            &complete,
            &[],
        ),
    ];
    for (name, fixture, coverage, want) in cases {
        let found = judge(fixture, &Evidence::default(), coverage);
        let lines: Vec<String> = found
            .iter()
            .map(line)
            .filter(|line| !line.starts_with("coverage_gap"))
            .collect();
        assert_eq!(lines, *want, "{name}");
    }
}

#[test]
fn owners_that_are_gone() {
    let all = [
        row("organization", "identity-center:users", CoverageStatus::Ok),
        row("organization", "identity-center:groups", CoverageStatus::Ok),
        row("111111111111", "iam:authorization-details", CoverageStatus::Ok),
    ];
    let users_in_part = [
        row("organization", "identity-center:users", CoverageStatus::Partial),
        row("organization", "identity-center:groups", CoverageStatus::Ok),
    ];
    let with = |owner: &str| {
        format!(
            "sso-user ann@acme.example\n sso-group payments@acme.example\n user 111111111111/ann\n bucket 111111111111/b tag owner={owner}"
        )
    };
    let cases: &[(&str, String, &[CoverageRow], usize)] = &[
        ("somebody who left", with("bob@acme.example"), &all, 1),
        ("somebody who is there", with("Ann@acme.example"), &all, 0),
        ("a group", with("payments@acme.example"), &all, 0),
        ("a team by name", with("payments"), &all, 0),
        ("an address elsewhere", with("bob@vendor.example"), &all, 0),
        (
            "users that were read in part",
            with("bob@acme.example"),
            &users_in_part,
            0,
        ),
        ("users of which nothing says so", with("bob@acme.example"), &[], 0),
        (
            "a user of IAM who left",
            with("arn:aws:iam::111111111111:user/bob"),
            &all,
            1,
        ),
        ("a user of IAM", with(ANN), &all, 0),
        (
            "a user of an account that was not read",
            with("arn:aws:iam::222222222222:user/bob"),
            &all,
            0,
        ),
    ];
    for (name, fixture, coverage, want) in cases {
        let found = judge(fixture, &Evidence::default(), coverage);
        let count = found
            .iter()
            .filter(|finding| line(finding).starts_with("orphaned_owner low"))
            .count();
        assert_eq!(count, *want, "{name}: {:?}", found.iter().map(line).collect::<Vec<_>>());
    }
}

#[test]
fn the_scanners_own_roles() {
    let with = |allows: &str| {
        format!(
            "role 111111111111/SecurityV0Spoke\n trust 222222222222\n {allows}\n bucket 111111111111/securityv0-runs\n bucket 111111111111/orders restricted"
        )
    };
    let whole = "trusts_whole_account";
    let cases: &[(&str, String, &[&str])] = &[
        (
            "metadata",
            with("allow s3:GetBucketPolicy on *"),
            &["scanner_self informational: scanner role SecurityV0Spoke reads no content"],
        ),
        (
            "its own runs",
            with("allow s3:PutObject on arn:aws:s3:::securityv0-runs/*"),
            &["scanner_self informational: scanner role SecurityV0Spoke reads no content"],
        ),
        (
            "restricted content",
            with("allow s3:GetObject on *"),
            &["scanner_self medium: scanner role SecurityV0Spoke may read content"],
        ),
        (
            "more than reading",
            with("allow s3:PutObject on *"),
            &["scanner_self high: scanner role SecurityV0Spoke may do more than read"],
        ),
        (
            "another role",
            with("allow s3:GetObject on *").replace("SecurityV0Spoke", "Auditor"),
            &[],
        ),
    ];
    for (name, fixture, want) in cases {
        let found = judge(fixture, &Evidence::default(), &[]);
        let lines: Vec<String> = found.iter().map(line).filter(|line| !line.starts_with(whole)).collect();
        assert_eq!(lines, *want, "{name}");
    }
}

/// The hub's roles have names of CloudFormation's making. A tag tells them where the hub is, and nowhere else: anybody may set it, or choose a name, in an account of theirs.
#[test]
fn the_hubs_own_roles_whatever_their_names() {
    const FOUND: &str = "scanner_self informational: scanner role sv0-hub-RecordRole-1A2B reads no content";
    const HUB: &str = "222222222222";
    let with = |account: &str, tag: &str, bucket: &str| {
        format!(
            "role {account}/sv0-hub-RecordRole-1A2B {tag}\n trust {HUB}\n allow s3:PutObject on *\n bucket {bucket}"
        )
    };
    let own = "222222222222/sv0-hub-resultsbucket-9z tag Product=SecurityV0";
    let cases: &[(&str, String, Option<&str>, &[&str])] = &[
        ("its own bucket", with(HUB, "tag Product=SecurityV0", own), Some(HUB), &[FOUND]),
        (
            "another's bucket",
            with(HUB, "tag Product=SecurityV0", "222222222222/orders restricted"),
            Some(HUB),
            &["scanner_self high: scanner role sv0-hub-RecordRole-1A2B may do more than read"],
        ),
        ("no tag", with(HUB, "", own), Some(HUB), &[]),
        ("another product", with(HUB, "tag Product=SecurityV1", own), Some(HUB), &[]),
        (
            "another account, which set the tag itself",
            with("111111111111", "tag Product=SecurityV0", own),
            Some(HUB),
            &[],
        ),
        ("nobody says where the hub is", with(HUB, "tag Product=SecurityV0", own), None, &[]),
        (
            "a name that another account chose",
            "role 111111111111/SecurityV0Spoke\n trust 222222222222\n allow s3:PutObject on *\n bucket 222222222222/securityv0-orders restricted\n grant 111111111111 allow s3:PutObject on arn:aws:s3:::securityv0-orders/*".to_owned(),
            Some(HUB),
            &["scanner_self high: scanner role SecurityV0Spoke may do more than read"],
        ),
    ];
    for (name, fixture, hub, want) in cases {
        let options = FindingOptions {
            hub_account: hub.map(str::to_owned),
            ..FindingOptions::default()
        };
        let found = judge_with(fixture, &Evidence::default(), &[], &options);
        let lines: Vec<String> = found
            .iter()
            .map(line)
            .filter(|line| line.starts_with("scanner_self"))
            .collect();
        assert_eq!(lines, *want, "{name}");
    }
}
