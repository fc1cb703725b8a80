//! Each finding beside its nearest miss.

mod documentation;
mod exploration;
mod federation;
mod hygiene;
mod logs;
mod orchestrators;
mod rises;
mod third_parties;

use std::convert::Infallible;

use serde_json::json;
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_model::finding::Finding;
use sv0_model::observation::Evidence;
use sv0_model::route::RoutePaths;

mod ways;

use super::{FindingOptions, findings};
use crate::estate::Estate;
use crate::evidence::EvidenceFold;
use crate::paths::{PathOptions, each_route};
use crate::testkit::{event, graph};

const BASE: &str = "
    organization o-acme management 999999999999
    account 111111111111 under r-1/ou-prod
    account 222222222222 under r-1/ou-dev
    account 999999999999 under r-1
";

fn judge(fixture: &str, evidence: &Evidence, coverage: &[CoverageRow]) -> Vec<Finding> {
    judge_with(fixture, evidence, coverage, &FindingOptions::default())
}

fn judge_with(fixture: &str, evidence: &Evidence, coverage: &[CoverageRow], options: &FindingOptions) -> Vec<Finding> {
    let graph = graph(&format!("{BASE}{fixture}"));
    let estate = Estate::new(&graph);
    findings(&graph, &estate, &routes(&estate, evidence), evidence, coverage, options)
}

fn routes(estate: &Estate<'_>, evidence: &Evidence) -> Vec<RoutePaths> {
    let mut routes = Vec::new();
    let each = |found| {
        routes.push(found);
        Ok::<(), Infallible>(())
    };
    let Ok(_) = each_route(estate, evidence, &PathOptions::default(), &|_| {}, each);
    routes
}

/// One finding in a line: kind, severity, title.
fn line(finding: &Finding) -> String {
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    format!(
        "{} {}: {}",
        word(json!(finding.kind)),
        word(json!(finding.severity)),
        finding.title
    )
}

fn check(cases: &[(&str, &str, &[&str])]) {
    for (name, fixture, want) in cases {
        let found = judge(fixture, &Evidence::default(), &[]);
        let lines: Vec<String> = found.iter().map(line).collect();
        assert_eq!(lines, *want, "{name}: {found:#?}");
        for finding in &found {
            assert!(
                !finding.severity_reason.is_empty() && !finding.description.is_empty(),
                "{name}: {finding:#?}"
            );
            assert!(
                finding
                    .verify
                    .iter()
                    .any(|command| command.starts_with("sv0 ") || command.starts_with("aws ")),
                "{name}: {finding:#?}"
            );
            assert!(!finding.origins.is_empty(), "{name}: {finding:#?}");
        }
    }
}

#[test]
fn administrators() {
    check(&[
        (
            "everything",
            "role 111111111111/app\n allow * on *",
            &["admin_equivalent high: role app is an administrator"],
        ),
        (
            "code runs with it",
            "role 111111111111/app\n trust service lambda.amazonaws.com\n allow * on *\n lambda 111111111111/f runs-as app",
            &["admin_equivalent critical: role app is an administrator"],
        ),
        (
            "everything, by AWS's policy",
            "user 111111111111/ann holds arn:aws:iam::aws:policy/AdministratorAccess",
            &["admin_equivalent high: user ann is an administrator"],
        ),
        (
            "everything of one service",
            "role 111111111111/app\n allow s3:* on *",
            &[],
        ),
        (
            "everything under a condition",
            r#"role 111111111111/app
            allow * on * if {"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#,
            &["admin_equivalent medium: role app is an administrator"],
        ),
        (
            "everything, inside a boundary",
            "role 111111111111/app\n allow * on *\n boundary allow s3:* on *",
            &[],
        ),
        (
            "everything, under an SCP",
            "role 111111111111/app\n allow * on *\n scp no-iam on ou-prod\n deny iam:* on *",
            &[],
        ),
        (
            "can attach policies to itself",
            "role 111111111111/app\n allow iam:AttachRolePolicy on arn:aws:iam::111111111111:role/app",
            &["admin_equivalent high: role app can make itself an administrator"],
        ),
        (
            "can attach policies to another role",
            "role 111111111111/app\n allow iam:AttachRolePolicy on arn:aws:iam::111111111111:role/other\n role 111111111111/other",
            &[],
        ),
        (
            "can attach them to another role and assume it",
            "role 111111111111/app\n allow iam:AttachRolePolicy,sts:AssumeRole on arn:aws:iam::111111111111:role/other\n role 111111111111/other\n trust 111111111111",
            &["admin_equivalent high: role app can make itself an administrator"],
        ),
        (
            "can attach one policy that is not AdministratorAccess",
            r#"role 111111111111/app
            allow iam:AttachRolePolicy on * if {"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::aws:policy/ReadOnlyAccess"}}"#,
            &[],
        ),
        (
            "can attach them to itself inside a boundary",
            "role 111111111111/app\n allow iam:AttachRolePolicy on *\n boundary allow s3:*,iam:Get* on *",
            &[],
        ),
        (
            "can write itself a policy",
            "user 111111111111/ann\n allow iam:PutUserPolicy on *",
            &["admin_equivalent high: user ann can make itself an administrator"],
        ),
        (
            "can write itself a policy, if it were a role",
            "role 111111111111/app\n allow iam:PutUserPolicy on *",
            &[],
        ),
        (
            "can assume an administrator",
            "role 111111111111/app\n allow sts:AssumeRole on *\n role 111111111111/admin\n trust 111111111111\n allow * on *",
            &[
                "admin_equivalent high: role admin is an administrator",
                "admin_equivalent high: role app can become administrator admin",
            ],
        ),
        (
            "is not trusted by the administrator",
            "role 111111111111/app\n allow sts:AssumeRole on *\n role 111111111111/admin\n trust service ec2.amazonaws.com\n allow * on *",
            &["admin_equivalent high: role admin is an administrator"],
        ),
        (
            "in two steps",
            "role 111111111111/a\n role 111111111111/b\n trust arn:aws:iam::111111111111:role/a\n role 111111111111/c\n trust arn:aws:iam::111111111111:role/b\n allow * on *",
            &[
                "admin_equivalent high: role a can become administrator b",
                "admin_equivalent high: role b can become administrator c",
                "admin_equivalent high: role c is an administrator",
            ],
        ),
        (
            "can replace an administrator's code",
            "role 111111111111/app\n allow lambda:UpdateFunctionCode on *\n role 111111111111/admin\n trust service lambda.amazonaws.com\n allow * on *\n lambda 111111111111/f runs-as admin",
            &[
                "admin_equivalent critical: role admin is an administrator",
                "admin_equivalent high: role app can become administrator admin",
            ],
        ),
        (
            "can pass an administrator to a service",
            "role 111111111111/app\n allow iam:PassRole,lambda:CreateFunction,lambda:InvokeFunction on *\n role 111111111111/admin\n trust service lambda.amazonaws.com\n allow * on *",
            &[
                "admin_equivalent high: role admin is an administrator",
                "admin_equivalent high: role app can become administrator admin",
            ],
        ),
        (
            "can pass it, but only to another service",
            "role 111111111111/app\n allow iam:PassRole,lambda:CreateFunction,lambda:InvokeFunction on *\n role 111111111111/admin\n trust service ec2.amazonaws.com\n allow * on *",
            &["admin_equivalent high: role admin is an administrator"],
        ),
    ]);
}

const CHAIN: &str = "
    lambda 222222222222/deploy runs-as dev
    role 222222222222/dev
      trust service lambda.amazonaws.com
      allow sts:AssumeRole on *
    role 111111111111/prod
      trust arn:aws:iam::222222222222:role/dev
      allow s3:GetObject on *
";

#[test]
fn amplified_trust() {
    let with = |bucket: &str| format!("{CHAIN}{bucket}");
    let restricted = with("bucket 111111111111/orders restricted");
    check(&[
        (
            "restricted",
            &restricted,
            &["trust_amplification high: deploy reaches restricted orders through 2 roles across accounts"],
        ),
        ("internal", &with("bucket 111111111111/orders internal"), &[]),
        (
            "blocked",
            &with("bucket 111111111111/orders restricted\n scp x on ou-dev\n deny sts:AssumeRole on *"),
            &["trust_amplification low: deploy reaches restricted orders through 2 roles across accounts"],
        ),
        ("one account", &restricted.replace("222222222222", "111111111111"), &[]),
    ]);
    let mut fold = EvidenceFold::default();
    fold.add(&event(&[
        ("eventID", json!("walked")),
        ("recipientAccountId", json!("222222222222")),
        (
            "userIdentity",
            json!({"type": "AssumedRole", "arn": "arn:aws:sts::222222222222:assumed-role/dev/deploy"}),
        ),
        (
            "requestParameters",
            json!({"roleArn": "arn:aws:iam::111111111111:role/prod"}),
        ),
    ]));
    let found = judge(&restricted, &fold.finish(Vec::new()), &[]);
    assert_eq!(
        found.iter().map(line).collect::<Vec<_>>(),
        ["trust_amplification critical: deploy reaches restricted orders through 2 roles across accounts"]
    );
    assert_eq!(found[0].event_ids, ["walked"]);
}

#[test]
fn external_ids() {
    const ASKS: &str = r#" if {"StringEquals":{"sts:ExternalId":"x"}}"#;
    let outsider = "arn:aws:iam::333333333333:role/vendor";
    let with = |trust: &str| format!("role 111111111111/partner\n trust {trust}\n allow s3:List* on *");
    check(&[
        (
            "a whole account",
            &with("333333333333"),
            &[
                "missing_external_id high: role partner trusts a third party without an ExternalId",
                "external_access medium: partner is open to a principal outside the organization",
                "trusts_whole_account low: role partner trusts the whole of account 333333333333",
            ],
        ),
        (
            "one role",
            &with(outsider),
            &[
                "missing_external_id medium: role partner trusts a third party without an ExternalId",
                "external_access medium: partner is open to a principal outside the organization",
            ],
        ),
        (
            "asks for it",
            &with(&format!("333333333333{ASKS}")),
            &[
                "external_access low: partner is open to a principal outside the organization",
                "trusts_whole_account low: role partner trusts the whole of account 333333333333",
            ],
        ),
        (
            "asks for it only if it is there",
            &with(r#"333333333333 if {"StringEqualsIfExists":{"sts:ExternalId":"x"}}"#),
            &[
                "missing_external_id high: role partner trusts a third party without an ExternalId",
                "external_access medium: partner is open to a principal outside the organization",
                "trusts_whole_account low: role partner trusts the whole of account 333333333333",
            ],
        ),
        (
            "inside the organization",
            &with("222222222222"),
            &["trusts_whole_account informational: role partner trusts the whole of account 222222222222"],
        ),
        (
            "only from the organization",
            &with(r#"333333333333 if {"StringEquals":{"aws:PrincipalOrgID":"o-acme"}}"#),
            &[],
        ),
        (
            "everyone in AWS",
            &with("*"),
            &["public_access critical: every AWS account can assume role partner"],
        ),
        (
            "everyone of the organization",
            &with(r#"* if {"StringEquals":{"aws:PrincipalOrgID":"o-acme"}}"#),
            &[],
        ),
    ]);
}

#[test]
fn function_urls() {
    let function = |words: &str, grants: &[&str]| {
        let grants: String = grants.iter().map(|grant| format!("\n grant * {grant}")).collect();
        format!(
            "bucket 111111111111/b restricted
            role 111111111111/app
            trust service lambda.amazonaws.com
            allow s3:GetObject on arn:aws:s3:::b/*
            role 111111111111/idle
            trust service lambda.amazonaws.com
            lambda 111111111111/f {words}{grants}"
        )
    };
    let open = "with function_url_auth_type=\"NONE\" runs-as app";
    let idle = "with function_url_auth_type=\"NONE\" runs-as idle";
    let signed = "with function_url_auth_type=\"AWS_IAM\" runs-as app";
    let url = r#"allow lambda:InvokeFunctionUrl on arn:aws:lambda:eu-west-1:111111111111:function:f if {"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}"#;
    let any_url = "allow lambda:InvokeFunctionUrl on arn:aws:lambda:eu-west-1:111111111111:function:f";
    let invoke = r#"allow lambda:InvokeFunction on arn:aws:lambda:eu-west-1:111111111111:function:f if {"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}"#;
    let own = r#"allow lambda:InvokeFunctionUrl on arn:aws:lambda:eu-west-1:111111111111:function:f if {"StringEquals":{"lambda:FunctionUrlAuthType":"NONE","aws:PrincipalOrgID":"o-acme"}}"#;
    let near = r#"allow lambda:InvokeFunctionUrl on arn:aws:lambda:eu-west-1:111111111111:function:f if {"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"},"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}"#;
    let critical: &[&str] = &["public_access critical: f is open to everyone"];
    let cases: &[(&str, String, &[&str])] = &[
        ("as it was until October 2025", function(open, &[url]), critical),
        ("as it is since", function(open, &[url, invoke]), critical),
        ("whatever the URL asks for", function(open, &[any_url]), critical),
        (
            "a function that reaches nothing",
            function(idle, &[url]),
            &["public_access high: f is open to everyone"],
        ),
        (
            "what the URL asks for was not collected",
            function("runs-as app", &[url]),
            &["public_access medium: f is open to everyone"],
        ),
        (
            "from named networks",
            function(open, &[near]),
            &["public_access low: f is open to everyone"],
        ),
        ("a URL that asks for a signature", function(signed, &[url, invoke]), &[]),
        ("any signature", function(signed, &[any_url]), critical),
        (
            "an alias's URL is not the function's",
            function(
                "with function_url_auth_type:live=\"NONE\" with function_url_auth_type=\"AWS_IAM\" runs-as app",
                &[url],
            ),
            &[],
        ),
        (
            "the URL of an alias",
            function("with function_url_auth_type:live=\"NONE\" runs-as app", &[])
                + &format!(
                    "\n alias 111111111111/f:live\n grant * {}",
                    url.replace("function:f", "function:f:live")
                ),
            &["public_access critical: f:live is open to everyone"],
        ),
        (
            "the URL of an alias that asks for a signature",
            function(
                "with function_url_auth_type=\"NONE\" with function_url_auth_type:live=\"AWS_IAM\" runs-as app",
                &[],
            ) + &format!(
                "\n alias 111111111111/f:live\n grant * {}",
                url.replace("function:f", "function:f:live")
            ),
            &[],
        ),
        ("for the organization", function(open, &[own]), &[]),
        ("a policy that lets nobody in", function(open, &[]), &[]),
        (
            "only through a URL that nobody may call",
            function(open, &[invoke]),
            &[],
        ),
    ];
    for (name, fixture, want) in cases {
        let found = judge(fixture, &Evidence::default(), &[]);
        let lines: Vec<String> = found
            .iter()
            .map(line)
            .filter(|line| line.starts_with("public_access"))
            .collect();
        assert_eq!(lines, *want, "{name}");
    }
}

#[test]
fn public_and_external_resources() {
    let bucket = |words: &str, grant: &str| format!("bucket 111111111111/site {words}\n grant {grant}");
    let read = "allow s3:GetObject on arn:aws:s3:::site/*";
    check(&[
        (
            "everyone reads",
            &bucket("", &format!("* {read}")),
            &["public_access high: site is open to everyone"],
        ),
        (
            "everyone reads what is restricted",
            &bucket("restricted", &format!("* {read}")),
            &["public_access critical: site is open to everyone"],
        ),
        (
            "everyone writes",
            &bucket("", "* allow s3:PutObject on arn:aws:s3:::site/*"),
            &["public_access critical: site is open to everyone"],
        ),
        ("blocked", &bucket("blocks-public-access", &format!("* {read}")), &[]),
        (
            "from named networks",
            &bucket(
                "",
                &format!(r#"* {read} if {{"IpAddress":{{"aws:SourceIp":"192.0.2.0/24"}}}}"#),
            ),
            &["public_access low: site is open to everyone"],
        ),
        (
            "for the own organization",
            &bucket(
                "",
                &format!(r#"* {read} if {{"StringEquals":{{"aws:PrincipalOrgID":"o-acme"}}}}"#),
            ),
            &[],
        ),
        (
            "for one caller",
            &bucket(
                "",
                &format!(
                    r#"* {read} if {{"ArnEquals":{{"aws:SourceArn":"arn:aws:cloudfront::111111111111:distribution/E"}}}}"#
                ),
            ),
            &[],
        ),
        (
            "a service",
            &bucket("", &format!("cloudfront.amazonaws.com {read}")),
            &[],
        ),
        (
            "an account outside",
            &bucket("", &format!("333333333333 {read}")),
            &["external_access medium: site is open to a principal outside the organization"],
        ),
        (
            "an account outside writes",
            &bucket("", "333333333333 allow s3:PutObject on arn:aws:s3:::site/*"),
            &["external_access high: site is open to a principal outside the organization"],
        ),
        (
            "an account outside, named by a condition",
            &bucket(
                "",
                &format!(r#"* {read} if {{"StringEquals":{{"aws:PrincipalAccount":"333333333333"}}}}"#),
            ),
            &["external_access medium: site is open to a principal outside the organization"],
        ),
        (
            "everyone reads, an account outside writes",
            &bucket(
                "",
                &format!("* {read}\n grant 333333333333 allow s3:PutObject on arn:aws:s3:::site/*"),
            ),
            &[
                "public_access high: site is open to everyone",
                "external_access high: site is open to a principal outside the organization",
            ],
        ),
        (
            "everyone reads, and writes from named networks",
            &bucket(
                "",
                &format!(
                    r#"* {read}
                    grant * allow s3:PutObject on arn:aws:s3:::site/* if {{"IpAddress":{{"aws:SourceIp":"192.0.2.0/24"}}}}"#
                ),
            ),
            &["public_access high: site is open to everyone"],
        ),
        ("an account inside", &bucket("", &format!("222222222222 {read}")), &[]),
        (
            "an account outside, stopped by an RCP",
            &format!(
                "{}\n rcp own on r-1\n deny s3:* on * if {{\"StringNotEqualsIfExists\":{{\"aws:PrincipalOrgID\":\"o-acme\"}}}}",
                bucket("", &format!("333333333333 {read}"))
            ),
            &[],
        ),
    ]);
}

#[test]
fn secrets() {
    let with = |allows: &str| {
        format!(
            "lambda 111111111111/f runs-as app\n role 111111111111/app\n trust service lambda.amazonaws.com\n {allows}\n secret 111111111111/db restricted"
        )
    };
    check(&[
        (
            "reads",
            &with("allow secretsmanager:GetSecretValue on *"),
            &["secret_reach medium: f can read secret db"],
        ),
        ("lists", &with("allow secretsmanager:DescribeSecret on *"), &[]),
        (
            "under a condition",
            &with(r#"allow secretsmanager:GetSecretValue on * if {"StringEquals":{"aws:SourceVpce":"vpce-1"}}"#),
            &["secret_reach low: f can read secret db"],
        ),
        (
            "blocked",
            &with("allow secretsmanager:GetSecretValue on *\n boundary allow s3:* on *"),
            &[],
        ),
        (
            "over a further role",
            "lambda 111111111111/f runs-as app\n role 111111111111/app\n trust service lambda.amazonaws.com\n role 111111111111/reader\n trust arn:aws:iam::111111111111:role/app\n allow secretsmanager:GetSecretValue on *\n secret 111111111111/db",
            &["secret_reach high: f can read secret db"],
        ),
    ]);
}

fn row(account: &str, source: &str, status: CoverageStatus) -> CoverageRow {
    CoverageRow {
        account: account.to_owned(),
        region: "global".to_owned(),
        source: source.to_owned(),
        status,
        reason: "the role does not exist".to_owned(),
        error_code: None,
        operation: None,
        captured_at: None,
        items: 0,
    }
}

#[test]
fn what_was_not_seen() {
    use CoverageStatus::{Denied, Excluded, Missing, NotObservable, NotRecorded, Ok, Revoked};
    let details = "iam:authorization-details";
    let cases: &[(&[CoverageRow], &[&str])] = &[
        (
            &[row("111111111111", details, Revoked)],
            &["spoke_role_missing high: the IAM of account 111111111111 cannot be read"],
        ),
        (
            &[row("111111111111", details, Denied)],
            &["spoke_role_missing medium: the IAM of account 111111111111 cannot be read"],
        ),
        (
            &[row("999999999999", details, Denied)],
            &["coverage_gap medium: the IAM of management account 999999999999 was not read"],
        ),
        (
            &[row("111111111111", details, Ok), row("222222222222", details, Excluded)],
            &[],
        ),
        (
            &[
                row("111111111111", details, Missing),
                row("222222222222", details, Missing),
            ],
            &["coverage_gap medium: iam:authorization-details: missing in 2 accounts"],
        ),
        (
            &[row("111111111111", "config:AWS::S3::Bucket", NotRecorded)],
            &["coverage_gap low: config:AWS::S3::Bucket: not recorded in 1 account"],
        ),
        (
            &[
                row("111111111111", "config:AWS::S3::Bucket", NotRecorded),
                row("222222222222", "config:AWS::KMS::Key", NotRecorded),
                row("111111111111", "config:AWS::KMS::Key", NotObservable),
            ],
            &[
                "coverage_gap low: 2 types of AWS Config: not recorded in 2 accounts",
                "coverage_gap informational: config:AWS::KMS::Key: not observable in 1 account",
            ],
        ),
        (
            &[row("organization", "organizations:policies", Missing)],
            &["coverage_gap medium: organizations:policies: missing"],
        ),
    ];
    for (coverage, want) in cases {
        let found = judge("", &Evidence::default(), coverage);
        assert_eq!(found.iter().map(line).collect::<Vec<_>>(), *want);
    }
    let unread = judge(
        "role 111111111111/app holds arn:aws:iam::aws:policy/Unread",
        &Evidence::default(),
        &[],
    );
    assert_eq!(
        unread.iter().map(line).collect::<Vec<_>>(),
        ["coverage_gap medium: the text of 1 attached policy was not collected"]
    );
}

#[test]
fn a_finding_keeps_its_id_and_hostile_names_stay_words() {
    let first = judge("role 111111111111/app\n allow * on *", &Evidence::default(), &[]);
    let again = judge(
        "role 111111111111/app\n allow * on *\n allow s3:* on *\n bucket 111111111111/b",
        &Evidence::default(),
        &[],
    );
    assert_eq!(first[0].id, again[0].id);
    let mut graph = graph("role 111111111111/app\n allow * on *");
    let role = graph.entities.get_mut("arn:aws:iam::111111111111:role/app").unwrap();
    role.name = format!("<b>\u{1b}[31m\n{}", "x".repeat(500));
    let estate = Estate::new(&graph);
    let found = findings(
        &graph,
        &estate,
        &[],
        &Evidence::default(),
        &[],
        &FindingOptions::default(),
    );
    assert!(
        found[0].title.len() < 200 && !found[0].title.chars().any(char::is_control),
        "{}",
        found[0].title
    );
    assert!(
        found[0].title.contains("<b>"),
        "escaping belongs to whoever prints HTML"
    );
}

#[test]
fn findings_of_aws_stand_beside_ours_or_alone() {
    use sv0_model::graph::{Signal, SignalSource};
    use sv0_model::record::Origin;
    let fixture = format!(
        "{BASE}
         bucket 111111111111/shared
           grant 333333333333 allow s3:GetObject on arn:aws:s3:::shared/*
         bucket 111111111111/closed
         role 111111111111/idle"
    );
    let signal = |id: &str, finding_type: &str, resource: &str, is_active: bool| Signal {
        id: id.to_owned(),
        source: SignalSource::AccessAnalyzer,
        finding_type: finding_type.to_owned(),
        title: String::new(),
        is_active,
        severity: String::new(),
        account: Some("111111111111".to_owned()),
        region: None,
        resources: vec![resource.to_owned()],
        principals: Vec::new(),
        actions: vec!["dynamodb:*".to_owned()],
        is_public: None,
        updated_at: None,
        origin: Origin {
            object: "access-analyzer/findings.ndjson".to_owned(),
            sha256: id.to_owned(),
        },
    };
    let role = "arn:aws:iam::111111111111:role/idle";
    let mut graph = graph(&fixture);
    graph.signals = vec![
        signal("a-shared", "ExternalAccess", "arn:aws:s3:::shared", true),
        signal("a-closed", "ExternalAccess", "arn:aws:s3:::closed", true),
        signal("a-gone", "ExternalAccess", "arn:aws:s3:::gone", true),
        signal("a-old", "UnusedIAMRole", role, false),
        signal("a-idle", "UnusedPermission", role, true),
        signal("a-idle-2", "UnusedPermission", role, true),
        signal("a-other", "EC2.19", role, true),
    ];
    let estate = Estate::new(&graph);
    let found = findings(
        &graph,
        &estate,
        &[],
        &Evidence::default(),
        &[],
        &FindingOptions::default(),
    );
    let lines: Vec<String> = found.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "external_access medium: shared is open to a principal outside the organization",
            "scope_drift medium: IAM Access Analyzer calls closed open to outsiders, which the recorded policies do not confirm",
            "scope_drift medium: IAM Access Analyzer calls arn:aws:s3:::gone open to outsiders, which the recorded policies do not confirm",
            "scope_drift low: idle has access that IAM Access Analyzer says nobody uses",
        ]
    );
    assert!(
        found[0]
            .description
            .contains("IAM Access Analyzer reports it too: a-shared.")
    );
    assert!(
        found[2].description.contains("not in this capture"),
        "{}",
        found[2].description
    );
    assert!(
        found[3].description.contains("a-idle, a-idle-2"),
        "{}",
        found[3].description
    );
    assert!(
        found
            .iter()
            .all(|finding| !finding.origins.is_empty() && !finding.verify.is_empty())
    );
}

#[test]
fn raised_authority() {
    const ORDERS: &str = "bucket 111111111111/orders restricted";
    const READER: &str =
        "role 111111111111/reader\n trust service lambda.amazonaws.com\n allow s3:GetObject on arn:aws:s3:::orders/*";
    const PASSES: &str = "role 111111111111/app\n allow iam:PassRole,lambda:CreateFunction,lambda:InvokeFunction on *";
    check(&[
        (
            "passes a role that reads what it cannot",
            &format!("{PASSES}\n {READER}\n {ORDERS}"),
            &["privilege_escalation high: role app can gain the authority of reader"],
        ),
        (
            "and code runs as it",
            &format!("{PASSES}\n lambda 111111111111/f runs-as app\n {READER}\n {ORDERS}"),
            &["privilege_escalation critical: role app can gain the authority of reader"],
        ),
        (
            "and an outsider can assume it",
            &format!(
                "{PASSES}\n trust arn:aws:iam::333333333333:role/vendor if {{\"StringEquals\":{{\"sts:ExternalId\":\"x\"}}}}\n {READER}\n {ORDERS}"
            ),
            &[
                "privilege_escalation critical: role app can gain the authority of reader",
                "external_access low: app is open to a principal outside the organization",
            ],
        ),
        (
            "and the data is nothing special",
            &format!("{PASSES}\n {READER}\n bucket 111111111111/orders"),
            &["privilege_escalation medium: role app can gain the authority of reader"],
        ),
        (
            "with a second factor",
            &format!("{PASSES}\n {READER}\n {ORDERS}").replace(
                "InvokeFunction on *",
                r#"InvokeFunction on * if {"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#,
            ),
            &["privilege_escalation medium: role app can gain the authority of reader"],
        ),
        (
            "passes a role that reads what it reads itself",
            &format!("{PASSES}\n allow s3:GetObject on *\n {READER}\n {ORDERS}"),
            &[],
        ),
        (
            "passes a role that reads what a role that it may assume reads",
            &format!(
                "{PASSES}\n {READER}\n {ORDERS}\n role 111111111111/twin\n trust arn:aws:iam::111111111111:role/app\n allow s3:GetObject on *"
            ),
            &[],
        ),
        (
            "passes a role that reads nothing",
            &format!("{PASSES}\n role 111111111111/idle\n trust service lambda.amazonaws.com\n {ORDERS}"),
            &[],
        ),
        (
            "only assumes a role, as it was given",
            &format!("role 111111111111/app\n allow sts:AssumeRole on *\n {READER}\n trust 111111111111\n {ORDERS}"),
            &[],
        ),
        (
            "passes a role that assumes the reader",
            &format!(
                "{PASSES}\n role 111111111111/step\n trust service lambda.amazonaws.com\n role 111111111111/reader\n trust arn:aws:iam::111111111111:role/step\n allow s3:GetObject on *\n {ORDERS}"
            ),
            &["privilege_escalation high: role app can gain the authority of step"],
        ),
        (
            "passes a role that can rewrite its own policy: an administrator in two steps, told once",
            &format!(
                "{PASSES}\n role 111111111111/step\n trust service lambda.amazonaws.com\n allow iam:PutRolePolicy on arn:aws:iam::111111111111:role/step"
            ),
            &[
                "admin_equivalent high: role app can become administrator step",
                "admin_equivalent high: role step can make itself an administrator",
            ],
        ),
        (
            "writes itself policies where an SCP keeps administrators from being any",
            "role 111111111111/app\n allow iam:PutRolePolicy on *\n scp no-attach on ou-prod\n deny iam:AttachRolePolicy on *",
            &["privilege_escalation high: role app can raise its own authority"],
        ),
        (
            "writes itself policies inside a boundary that leaves it nothing else",
            "role 111111111111/app\n allow iam:PutRolePolicy on *\n boundary allow iam:PutUserPolicy on *",
            &[],
        ),
        (
            "joins a group that reads more",
            &format!(
                "user 111111111111/ann\n allow iam:AddUserToGroup on *\n group 111111111111/readers\n allow s3:GetObject on *\n {ORDERS}"
            ),
            &["privilege_escalation high: user ann can gain the authority of readers"],
        ),
        (
            "joins a group that reads nothing more",
            &format!("user 111111111111/ann\n allow iam:AddUserToGroup on *\n group 111111111111/readers\n {ORDERS}"),
            &[],
        ),
        (
            "takes off a boundary that kept it from the data",
            &format!(
                "user 111111111111/ann\n allow iam:DeleteUserPermissionsBoundary,s3:* on *\n boundary allow iam:* on *\n {ORDERS}"
            ),
            &["privilege_escalation high: user ann can raise its own authority"],
        ),
    ]);
}

#[test]
fn composed_steps_are_told_in_words() {
    let found = judge(
        "role 111111111111/app\n allow iam:PassRole,lambda:CreateFunction,lambda:InvokeFunction on *
         role 111111111111/step\n trust service lambda.amazonaws.com\n allow iam:PutRolePolicy on arn:aws:iam::111111111111:role/step",
        &Evidence::default(),
        &[],
    );
    assert_eq!(
        found.first().map(|finding| finding.description.as_str()),
        Some(
            "The role can create and invoke a Lambda function that runs as step (iam:PassRole, lambda:CreateFunction, lambda:InvokeFunction). \
             step can write itself an inline policy (iam:PutRolePolicy)."
        )
    );
}
