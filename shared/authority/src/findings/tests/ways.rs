//! Findings about chains, supply chains, agents and deputies, each beside its nearest miss.

use sv0_model::observation::Evidence;

use super::{judge, line};

/// The findings of one kind.
fn of_kind(kind: &str, fixture: &str) -> Vec<String> {
    let found = judge(fixture, &Evidence::default(), &[]);
    let lines = found.iter().filter(|finding| {
        assert!(
            !finding.verify.is_empty() && !finding.origins.is_empty(),
            "{finding:#?}"
        );
        line(finding).starts_with(kind)
    });
    lines.map(line).collect()
}

fn check(kind: &str, cases: &[(&str, String, &[&str])]) {
    for (name, fixture, want) in cases {
        assert_eq!(of_kind(kind, fixture), *want, "{name}");
    }
}

const F: &str = "arn:aws:lambda:eu-west-1:111111111111:function:";

#[test]
fn chains_that_nobody_oversees() {
    let chain = |length: usize| {
        let mut fixture =
            String::from("lambda 111111111111/first runs-as r0\n bucket 111111111111/orders restricted\n");
        for number in 0..length {
            let trust = match number {
                0 => "service lambda.amazonaws.com".to_owned(),
                _ => format!("arn:aws:iam::111111111111:role/r{}", number - 1),
            };
            let allows = if number + 1 == length {
                "s3:GetObject"
            } else {
                "sts:AssumeRole"
            };
            fixture.push_str(&format!(
                "role 111111111111/r{number}\n trust {trust}\n allow {allows} on *\n"
            ));
        }
        fixture
    };
    check(
        "deep_trust_chain",
        &[
            ("five in a row", chain(5), &[]),
            (
                "six in a row",
                chain(6),
                &["deep_trust_chain high: first comes to orders over 6 authorities in a row"],
            ),
            ("what lies past the limit is in no path", chain(8), &[]),
        ],
    );
    let cut = chain(8).replace(
        "role 111111111111/r5\n",
        "role 111111111111/r5\n allow s3:ListBucket on *\n",
    );
    assert_eq!(
        of_kind("deep_trust_chain", &cut),
        ["deep_trust_chain high: first comes to orders over at least 6 authorities in a row"]
    );
}

#[test]
fn whoever_changes_what_runs() {
    let pipeline = |lines: &str, repository: &str| {
        format!(
            "role 111111111111/reader
              trust service lambda.amazonaws.com
              allow s3:GetObject on *
            bucket 111111111111/orders restricted
            lambda 111111111111/api runs-as reader deployed-from 111111111111/images
            project 111111111111/build runs-as ci
            role 111111111111/ci
              trust service codebuild.amazonaws.com
              {lines}
            repository 111111111111/images
              {repository}"
        )
    };
    check(
        "supply_chain_path",
        &[
            (
                "a build that pushes",
                pipeline("allow ecr:PutImage on *", ""),
                &["supply_chain_path high: build can push images to images, and so reach orders"],
            ),
            (
                "a build that replaces code",
                pipeline("allow lambda:UpdateFunctionCode on *", ""),
                &["supply_chain_path high: build can replace the code of api, and so reach orders"],
            ),
            ("a build that pulls", pipeline("allow ecr:BatchGetImage on *", ""), &[]),
            (
                "a build that a control policy stops",
                format!(
                    "{}\n scp no on ou-prod\n deny ecr:PutImage on *",
                    pipeline("allow ecr:PutImage on *", "")
                ),
                &[],
            ),
            (
                "a repository that an outsider may push to",
                pipeline(
                    "allow logs:PutLogEvents on *",
                    "grant 555555555555 allow ecr:PutImage on *",
                ),
                &["supply_chain_path high: account 555555555555 may push images to images, which run here"],
            ),
            (
                "a repository that everyone may push to",
                pipeline("allow logs:PutLogEvents on *", "grant * allow ecr:* on *"),
                &[
                    "supply_chain_path high: images lets whole accounts push: build so reaches orders",
                    "supply_chain_path high: any AWS account may push images to images, which run here",
                ],
            ),
            (
                "two builds, by the repository's word",
                format!(
                    "{}\n project 111111111111/nightly runs-as ci",
                    pipeline(
                        "allow logs:PutLogEvents on *",
                        r#"grant * allow ecr:PutImage on * if {"StringEquals":{"aws:PrincipalOrgID":"o-acme"}}"#
                    )
                ),
                &[
                    "supply_chain_path high: images lets whole accounts push: 2 workloads and identities so reach orders",
                ],
            ),
            (
                "an administrator, whatever it replaces",
                format!(
                    "{}\n lambda 111111111111/other runs-as reader",
                    pipeline("allow lambda:*,iam:*,ecr:* on *", "")
                ),
                &[
                    "supply_chain_path high: build, an administrator, can replace what 2 things run, and so reach orders",
                ],
            ),
            (
                "everyone of the organization",
                pipeline(
                    "allow logs:PutLogEvents on *",
                    r#"grant * allow ecr:PutImage on * if {"StringEquals":{"aws:PrincipalOrgID":"o-acme"}}"#,
                ),
                &["supply_chain_path high: images lets whole accounts push: build so reaches orders"],
            ),
            (
                "everyone may pull",
                pipeline("allow logs:PutLogEvents on *", "grant * allow ecr:BatchGetImage on *"),
                &[],
            ),
            (
                "nothing runs its images",
                pipeline("allow logs:PutLogEvents on *", "grant * allow ecr:PutImage on *")
                    .replace("deployed-from 111111111111/images", ""),
                &[],
            ),
        ],
    );
}

#[test]
fn models_tell_what_they_read() {
    let agent = |lines: &str, more: &str| {
        format!(
            "bucket 111111111111/orders restricted
            agent 111111111111/helpdesk runs-as brain
            role 111111111111/brain
              trust service bedrock.amazonaws.com
              {lines}
            {more}"
        )
    };
    check(
        "llm_egress_path",
        &[
            (
                "by its own role",
                agent("allow s3:GetObject on *", ""),
                &["llm_egress_path high: helpdesk can read orders and tell it through a model"],
            ),
            ("writing tells nothing", agent("allow s3:PutObject on *", ""), &[]),
            (
                "blocked",
                agent("allow s3:GetObject on *", "scp no on ou-prod\n deny s3:* on *"),
                &[],
            ),
            (
                "by a function that it calls",
                agent(
                    "allow bedrock:InvokeModel on *",
                    &format!(
                        "lambda 111111111111/tool runs-as reader
                          grant bedrock.amazonaws.com allow lambda:InvokeFunction on {F}tool
                        role 111111111111/reader
                          trust service lambda.amazonaws.com
                          allow s3:GetObject on *"
                    ),
                )
                .replace("runs-as brain", &format!("runs-as brain invokes {F}tool")),
                &["llm_egress_path high: helpdesk can read orders and tell it through a model"],
            ),
        ],
    );
}

#[test]
fn services_that_act_for_anyone() {
    let function = |service: &str, condition: &str| {
        format!(
            "role 111111111111/reader
              trust service lambda.amazonaws.com
              allow s3:GetObject on *
            bucket 111111111111/orders restricted
            lambda 111111111111/api runs-as reader
              grant {service} allow lambda:InvokeFunction on {F}api{condition}
            service-principal {service} let-in-by {F}api"
        )
    };
    check(
        "confused_deputy",
        &[
            (
                "a function that S3 may call for anyone",
                function("s3.amazonaws.com", ""),
                &["confused_deputy high: s3.amazonaws.com acts on api for any AWS customer"],
            ),
            (
                "for one account",
                function(
                    "s3.amazonaws.com",
                    r#" if {"StringEquals":{"aws:SourceAccount":"111111111111"}}"#,
                ),
                &[],
            ),
            (
                "for one bucket",
                function(
                    "s3.amazonaws.com",
                    r#" if {"ArnLike":{"aws:SourceArn":"arn:aws:s3:::uploads"}}"#,
                ),
                &[],
            ),
            (
                "a service that acts in its own account",
                function("config.amazonaws.com", ""),
                &[],
            ),
            (
                "a topic that S3 may publish to for anyone",
                "topic 111111111111/news
                   grant s3.amazonaws.com allow sns:Publish on *
                 service-principal s3.amazonaws.com let-in-by arn:aws:sns:eu-west-1:111111111111:news"
                    .to_owned(),
                &["confused_deputy medium: s3.amazonaws.com acts on news for any AWS customer"],
            ),
        ],
    );
}

/// Objects of a bucket that services put for whoever asks them to.
#[test]
fn services_that_write_for_anyone() {
    let bucket = |service: &str, objects: &str, condition: &str| {
        format!(
            "bucket 111111111111/logs
               grant {service} allow s3:PutObject on arn:aws:s3:::logs/{objects}{condition}
             service-principal {service} let-in-by arn:aws:s3:::logs"
        )
    };
    let owner = r#" if {"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}}"#;
    let of_account = |operator: &str, key: &str, value: &str| format!(r#" if {{"{operator}":{{"{key}":"{value}"}}}}"#);
    let perimeter = "organization o-acme management 999999999999
         account 111111111111 under r-1/ou-prod
         rcp deputies on ou-prod
           deny s3:* on * if {\"StringNotEqualsIfExists\":{\"aws:SourceOrgID\":\"o-acme\"},\"Bool\":{\"aws:PrincipalIsAWSService\":\"true\"}}\n";
    let by = |service: &str| format!("confused_deputy medium: {service} acts on logs for any AWS customer");
    let s3 = by("s3.amazonaws.com");
    let trail = by("cloudtrail.amazonaws.com");
    let mail = by("ses.amazonaws.com");
    let exports = by("logs.eu-west-1.amazonaws.com");
    check(
        "confused_deputy",
        &[
            (
                "inventories of any bucket",
                bucket("s3.amazonaws.com", "*", ""),
                &[s3.as_str()],
            ),
            (
                "into one folder",
                bucket("s3.amazonaws.com", "inventory/*", owner),
                &[s3.as_str()],
            ),
            (
                "logs of any trail",
                bucket("cloudtrail.amazonaws.com", "AWSLogs/*", owner),
                &[trail.as_str()],
            ),
            (
                "mail for any customer",
                bucket("ses.amazonaws.com", "*", ""),
                &[mail.as_str()],
            ),
            (
                "exports of any log group",
                bucket("logs.eu-west-1.amazonaws.com", "*", owner),
                &[exports.as_str()],
            ),
            (
                "inventories of one account",
                bucket(
                    "s3.amazonaws.com",
                    "*",
                    &of_account("StringEquals", "aws:SourceAccount", "111111111111"),
                ),
                &[],
            ),
            (
                "inventories of one bucket",
                bucket(
                    "s3.amazonaws.com",
                    "*",
                    &of_account("ArnLike", "aws:SourceArn", "arn:aws:s3:::orders"),
                ),
                &[],
            ),
            (
                "logs of the organization",
                bucket(
                    "cloudtrail.amazonaws.com",
                    "*",
                    &of_account("StringEquals", "aws:SourceOrgID", "o-acme"),
                ),
                &[],
            ),
            (
                "logs of one account, by the folder",
                bucket("cloudtrail.amazonaws.com", "AWSLogs/111111111111/*", owner),
                &[],
            ),
            (
                "access logs of S3, of its own account alone",
                bucket("logging.s3.amazonaws.com", "*", ""),
                &[],
            ),
            (
                "a service that puts no objects",
                bucket("sns.amazonaws.com", "*", ""),
                &[],
            ),
            (
                "a resource control policy keeps services of outsiders out",
                format!("{perimeter}{}", bucket("s3.amazonaws.com", "*", "")),
                &[],
            ),
        ],
    );
}

#[test]
fn administrators_are_told_once() {
    let estate = |caller: &str, role: &str| {
        format!(
            "lambda 222222222222/caller runs-as start
            role 222222222222/start
              trust service lambda.amazonaws.com
              {caller}
            role {role}
              trust 222222222222
              allow s3:GetObject on *
            bucket {} restricted
            bucket {} restricted",
            role.replace("deep", "orders"),
            role.replace("deep", "invoices")
        )
    };
    let deep = "111111111111/deep";
    check(
        "trust_amplification",
        &[
            (
                "two resources of another account",
                estate("allow sts:AssumeRole on *", deep),
                &[
                    "trust_amplification high: caller reaches restricted invoices through 2 roles across accounts",
                    "trust_amplification high: caller reaches restricted orders through 2 roles across accounts",
                ],
            ),
            (
                "the same for an administrator",
                estate("allow * on *", deep),
                &[
                    "trust_amplification high: caller, an administrator, reaches 2 restricted resources through roles of other accounts",
                ],
            ),
            ("its own account", estate("allow * on *", "222222222222/deep"), &[]),
        ],
    );
}

#[test]
fn climbs_into_production() {
    let chain = |dev: &str, prod: &str| {
        format!(
            "lambda 222222222222/caller runs-as dev environment {dev}
            role 222222222222/dev environment {dev}
              trust service lambda.amazonaws.com
              allow sts:AssumeRole on *
            role 111111111111/prod environment {prod}
              trust 222222222222
              allow s3:GetObject on *
            bucket 111111111111/orders environment {prod}
            bucket 111111111111/invoices environment {prod}"
        )
    };
    check(
        "trust_amplification",
        &[
            (
                "from development",
                chain("dev", "production"),
                &[
                    "trust_amplification medium: caller climbs from an environment of lesser trust to 2 resources in production",
                ],
            ),
            ("within production", chain("prod", "prod"), &[]),
            ("down to development", chain("prod", "dev"), &[]),
            (
                "an administrator of the account that it reaches",
                chain("dev", "prod")
                    .replace("222222222222", "111111111111")
                    .replace("allow sts:AssumeRole on *", "allow * on *"),
                &[],
            ),
        ],
    );
}
