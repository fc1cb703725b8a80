//! Paths in each state, the chains they take, and what the logs say of them.

use std::convert::Infallible;

use serde_json::json;
use sv0_model::decision::{Caveat, ConditionExpression, Effect, Layer};
use sv0_model::graph::Graph;
use sv0_model::observation::{EventScope, Evidence, Observation, Trail};
use sv0_model::path::{ActionClass, AuthorityPath, PathKind, PathState};

mod events;
mod everyone;
mod kinds;
mod switched_off;

use super::{PathOptions, authority_paths, each_route};
use crate::estate::Estate;
use crate::evidence::EvidenceFold;
use crate::testkit::{event, graph};

const BASE: &str = "
    organization o-acme management 999999999999
    account 111111111111 under r-1/ou-prod
    account 222222222222 under r-1/ou-dev
    account 333333333333 under r-1/ou-shared
    account 999999999999 under r-1
";

fn paths_of(graph: &Graph, evidence: &Evidence, options: &PathOptions) -> Vec<AuthorityPath> {
    authority_paths(&Estate::new(graph), evidence, options).paths
}

fn paths(fixture: &str) -> Vec<AuthorityPath> {
    paths_of(
        &graph(&format!("{BASE}{fixture}")),
        &Evidence::default(),
        &PathOptions::default(),
    )
}

/// One path in a line: roles, class, scope, actions, state, what blocks.
fn line(path: &AuthorityPath) -> String {
    let roles: Vec<&str> = path
        .roles
        .iter()
        .map(|role| role.rsplit('/').next().unwrap_or_default())
        .collect();
    let layers = serde_json::to_string(&path.blocked_by)
        .unwrap()
        .replace(['[', ']', '"'], "");
    let class = serde_json::to_value(path.action_class).unwrap();
    let state = serde_json::to_value(path.state).unwrap();
    let scope = path.scope.rsplit(":::").next().unwrap_or_default();
    let text = format!(
        "{} {} {scope} {} {} {layers}",
        roles.join(">"),
        class.as_str().unwrap(),
        path.actions.join(","),
        state.as_str().unwrap()
    );
    text.trim_end().to_owned()
}

fn lines(fixture: &str) -> Vec<String> {
    paths(fixture).iter().map(line).collect()
}

const LAMBDA_APP: &str = "
    lambda 111111111111/handler runs-as app
    role 111111111111/app
      trust service lambda.amazonaws.com
";

#[test]
fn each_state_of_a_direct_path() {
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "allowed",
            "allow s3:GetObject on *\n bucket 111111111111/b",
            &["app read_data b s3:GetObject allowed"],
        ),
        (
            "nothing granted, no path",
            "allow ec2:* on *\n bucket 111111111111/b",
            &[],
        ),
        (
            "a guess of what is read is no path",
            "allow ec2:* on *\n bucket 111111111111/b\n relation arn:aws:lambda:eu-west-1:111111111111:function:handler READS_FROM arn:aws:s3:::b",
            &[],
        ),
        (
            "conditional",
            r#"allow s3:GetObject on * if {"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}
            bucket 111111111111/b"#,
            &["app read_data b s3:GetObject conditional identity"],
        ),
        (
            "blocked by a deny of its own",
            "allow s3:GetObject on *\n deny s3:* on arn:aws:s3:::b/*\n bucket 111111111111/b",
            &["app read_data b s3:GetObject blocked identity"],
        ),
        (
            "blocked by a boundary",
            "allow s3:GetObject on *\n boundary allow ec2:* on *\n bucket 111111111111/b",
            &["app read_data b s3:GetObject blocked boundary"],
        ),
        (
            "blocked by an SCP of the unit",
            "allow s3:GetObject on *\n bucket 111111111111/b\n scp x on ou-prod\n deny s3:* on *",
            &["app read_data b s3:GetObject blocked scp"],
        ),
        (
            "blocked by an RCP",
            "allow s3:GetObject on *\n bucket 111111111111/b\n rcp x on r-1\n deny s3:* on *",
            &["app read_data b s3:GetObject blocked rcp"],
        ),
        (
            "blocked by the bucket",
            "allow s3:GetObject on *\n bucket 111111111111/b\n grant * deny s3:* on arn:aws:s3:::b/*",
            &["app read_data b s3:GetObject blocked resource"],
        ),
        (
            "blocked by the key",
            "allow s3:GetObject on *\n bucket 111111111111/b key k\n key 111111111111/k\n grant 222222222222 allow kms:* on *",
            &["app read_data b s3:GetObject blocked kms"],
        ),
        (
            "cross-account, one side silent, no path",
            "allow s3:GetObject on *\n bucket 222222222222/b",
            &[],
        ),
        (
            "cross-account, both sides",
            "allow s3:GetObject on *\n bucket 222222222222/b\n grant 111111111111 allow s3:GetObject on arn:aws:s3:::b/*",
            &["app read_data b s3:GetObject allowed"],
        ),
        (
            "cross-account, blocked by Block Public Access",
            "allow s3:GetObject on *\n bucket 222222222222/b blocks-public-access\n grant * allow s3:GetObject on arn:aws:s3:::b/*",
            &["app read_data b s3:GetObject blocked block_public_access"],
        ),
        (
            "granted by the bucket alone",
            "bucket 111111111111/b\n grant arn:aws:iam::111111111111:role/app allow s3:GetObject on arn:aws:s3:::b/*",
            &["app read_data b s3:GetObject allowed"],
        ),
        (
            "two actions of a class in two states",
            "allow s3:PutObject,s3:DeleteObject on *\n deny s3:DeleteObject on *\n bucket 111111111111/b",
            &[
                "app write_data b s3:PutObject allowed",
                "app write_data b s3:DeleteObject blocked identity",
            ],
        ),
    ];
    for (name, fixture, want) in cases {
        assert_eq!(lines(&format!("{LAMBDA_APP}{fixture}")), *want, "{name}");
    }
}

#[test]
fn parts_of_a_bucket_are_paths_of_their_own() {
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "a prefix",
            "allow s3:GetObject on arn:aws:s3:::b/reports/*",
            &["app read_data b/reports/* s3:GetObject allowed"],
        ),
        (
            "a prefix of every bucket",
            "allow s3:GetObject on arn:aws:s3:::*/reports/*",
            &["app read_data b/reports/* s3:GetObject allowed"],
        ),
        (
            "all but a prefix",
            "allow s3:GetObject on arn:aws:s3:::b/*\n deny s3:* on arn:aws:s3:::b/secret/*",
            &[
                "app read_data b s3:GetObject allowed",
                "app read_data b/secret/* s3:GetObject blocked identity",
            ],
        ),
        (
            "a prefix inside what is open anyway",
            "allow s3:GetObject on arn:aws:s3:::b/*,arn:aws:s3:::b/reports/*",
            &["app read_data b s3:GetObject allowed"],
        ),
        (
            "a boundary leaves a prefix",
            "allow s3:GetObject on *\n boundary allow s3:GetObject on arn:aws:s3:::b/reports/*",
            &[
                "app read_data b s3:GetObject blocked boundary",
                "app read_data b/reports/* s3:GetObject allowed",
            ],
        ),
        (
            "objects and their list",
            "allow s3:GetObject,s3:ListBucket on arn:aws:s3:::b,arn:aws:s3:::b/*",
            &["app read_data b s3:GetObject,s3:ListBucket allowed"],
        ),
        (
            "a suffix",
            "allow s3:GetObject on arn:aws:s3:::b/*.csv",
            &["app read_data b/*.csv s3:GetObject allowed"],
        ),
        ("another bucket", "allow s3:GetObject on arn:aws:s3:::c/*", &[]),
    ];
    for (name, fixture, want) in cases {
        assert_eq!(
            lines(&format!("{LAMBDA_APP}{fixture}\n bucket 111111111111/b")),
            *want,
            "{name}"
        );
    }
}

#[test]
fn chains_take_the_best_way() {
    let chain = "
        lambda 222222222222/deploy runs-as dev
        role 222222222222/dev
          trust service lambda.amazonaws.com
          allow sts:AssumeRole on *
        role 333333333333/shared
          trust 222222222222
          allow sts:AssumeRole on arn:aws:iam::111111111111:role/prod
        role 111111111111/prod
          trust arn:aws:iam::333333333333:role/shared
          allow secretsmanager:GetSecretValue on *
        secret 111111111111/db restricted
    ";
    let found = paths(chain);
    assert_eq!(
        found.iter().map(line).collect::<Vec<_>>(),
        [
            "dev>shared>prod read_data arn:aws:secretsmanager:eu-west-1:111111111111:secret:db-AbCdEf secretsmanager:GetSecretValue allowed"
        ]
    );
    let path = &found[0];
    assert_eq!(
        (path.kinds.as_slice(), path.chain_depth, path.cross_account),
        (
            [PathKind::AssumedChain, PathKind::TrustAmplification].as_slice(),
            3,
            true
        )
    );
    assert_eq!(path.kind, PathKind::TrustAmplification, "the most telling");
    let relations: Vec<&str> = path.hops.iter().map(|hop| hop.relation.as_str()).collect();
    assert_eq!(relations, ["RUNS_AS", "ASSUMES", "ASSUMES", "ACCESSES"]);

    let external_id = chain.replace(
        "trust 222222222222\n",
        "trust 222222222222 if {\"StringEquals\":{\"sts:ExternalId\":\"x\"}}\n",
    );
    let path = &paths(&external_id)[0];
    assert_eq!(path.state, PathState::Conditional);
    let want = ConditionExpression::Test {
        key: "sts:ExternalId".into(),
        operator: "StringEquals".into(),
        values: vec!["x".into()],
    };
    assert_eq!(path.condition, Some(want));

    let stopped = format!("{chain}\n scp no-assume on ou-shared\n deny sts:AssumeRole on *");
    let path = &paths(&stopped)[0];
    assert_eq!(
        (path.state, path.blocked_by.as_slice()),
        (PathState::Blocked, [Layer::Scp].as_slice())
    );
    let hop = &path.hops[2];
    assert_eq!(
        hop.statements
            .iter()
            .map(|statement| statement.effect)
            .collect::<Vec<_>>(),
        [Effect::Deny]
    );
    assert_eq!(hop.granted_by.len(), 2, "both sides grant what the SCP stops: {hop:#?}");

    let silent = chain.replace(
        "trust arn:aws:iam::333333333333:role/shared",
        "trust arn:aws:iam::333333333333:role/other",
    );
    assert!(
        paths(&silent).is_empty(),
        "a hop that one side does not grant is no hop"
    );

    let shortcut = format!("{chain}\n role 333333333333/a-detour\n trust 222222222222\n allow sts:AssumeRole on *");
    assert_eq!(paths(&shortcut).len(), 1, "one chain for each role reached");
}

#[test]
fn an_allowed_chain_is_better_than_a_shorter_conditional_one() {
    let found = lines(
        r#"
        lambda 111111111111/handler runs-as app
        role 111111111111/app
          trust service lambda.amazonaws.com
          allow sts:AssumeRole on *
        role 111111111111/middle
          trust arn:aws:iam::111111111111:role/app
          allow sts:AssumeRole on *
        role 111111111111/target
          trust arn:aws:iam::111111111111:role/middle
          trust arn:aws:iam::111111111111:role/app if {"Bool":{"aws:SecureTransport":"true"}}
          allow s3:GetObject on *
        bucket 111111111111/b
        "#,
    );
    assert_eq!(found, ["app>middle>target read_data b s3:GetObject allowed"]);
}

#[test]
fn a_chain_ends_at_the_hop_limit_and_says_so() {
    let mut fixture = String::from(
        "lambda 111111111111/handler runs-as r0\n bucket 111111111111/b\n role 111111111111/r0\n trust service lambda.amazonaws.com\n allow sts:AssumeRole on *",
    );
    for number in 1..=4 {
        fixture.push_str(&format!("\n role 111111111111/r{number}\n trust arn:aws:iam::111111111111:role/r{}\n allow sts:AssumeRole,s3:GetObject on *", number - 1));
    }
    let graph = graph(&fixture);
    let options = PathOptions {
        max_assume_hops: 3,
        ..PathOptions::default()
    };
    let found = paths_of(&graph, &Evidence::default(), &options);
    let depths: Vec<(usize, bool)> = found
        .iter()
        .map(|path| (path.chain_depth, path.caveats.contains(&Caveat::DepthLimit)))
        .collect();
    assert_eq!(depths, [(2, false), (3, false), (4, true)]);
    let output = authority_paths(&Estate::new(&graph), &Evidence::default(), &options);
    let codes: Vec<&str> = output
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code.as_str())
        .collect();
    assert_eq!(
        codes,
        ["chain_cut"],
        "also where the roles past the limit alone reach anything"
    );
    let whole = paths_of(&graph, &Evidence::default(), &PathOptions::default());
    assert!(whole.iter().all(|path| path.caveats.is_empty()), "nothing was cut");
}

#[test]
fn circles_end() {
    let found = lines(
        "
        lambda 111111111111/handler runs-as a
        role 111111111111/a
          trust service lambda.amazonaws.com
          trust arn:aws:iam::111111111111:role/b
        role 111111111111/b
          trust arn:aws:iam::111111111111:role/a
          allow s3:GetObject on *
        bucket 111111111111/b
        ",
    );
    assert_eq!(found, ["a>b read_data b s3:GetObject allowed"]);
}

#[test]
fn ecs_services_run_tasks_and_receive_secrets() {
    let secret = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:db-AbCdEf:password::";
    let found = paths(&format!(
        "
        task 111111111111/web runs-as app pulls-via execution injects {secret}
        service 111111111111/front runs web
        role 111111111111/app
          trust service ecs-tasks.amazonaws.com
          allow s3:GetObject on *
        role 111111111111/execution
          trust service ecs-tasks.amazonaws.com
          allow secretsmanager:GetSecretValue on *
        secret 111111111111/db
        secret 111111111111/other
        bucket 111111111111/b
        "
    ));
    let summary: Vec<(&str, &str)> = found
        .iter()
        .map(|path| (path.hops[0].relation.as_str(), path.resource.as_str()))
        .collect();
    assert_eq!(
        summary,
        [
            ("RUNS_AS", "arn:aws:s3:::b"),
            (
                "PULLS_VIA",
                "arn:aws:secretsmanager:eu-west-1:111111111111:secret:db-AbCdEf"
            )
        ]
    );
    assert!(
        found.iter().all(|path| path.workload.ends_with("service/main/front")),
        "the service stands for its task"
    );
}

#[test]
fn a_role_that_its_service_may_not_assume_blocks_the_path() {
    let found = lines(
        "lambda 111111111111/handler runs-as app\n role 111111111111/app\n trust service ec2.amazonaws.com\n allow s3:GetObject on *\n bucket 111111111111/b",
    );
    assert_eq!(found, ["app read_data b s3:GetObject blocked resource"]);
}

#[test]
fn a_trust_policy_may_name_the_workload() {
    let run = |workload: &str, trust: &str| {
        lines(&format!(
            "{workload} 111111111111/w runs-as app\n role 111111111111/app\n trust service {trust}\n allow s3:GetObject on *\n bucket 111111111111/b"
        ))
    };
    let source = |arn: &str| {
        format!(
            r#" if {{"ArnLike":{{"aws:SourceArn":"{arn}"}},"StringEquals":{{"aws:SourceAccount":"111111111111"}}}}"#
        )
    };
    let function = format!(
        "lambda.amazonaws.com{}",
        source("arn:aws:lambda:*:111111111111:function:w")
    );
    assert_eq!(run("lambda", &function), ["app read_data b s3:GetObject allowed"]);
    let other = format!(
        "lambda.amazonaws.com{}",
        source("arn:aws:lambda:*:111111111111:function:other")
    );
    assert_eq!(run("lambda", &other), ["app read_data b s3:GetObject blocked resource"]);
    let task = format!(
        "ecs-tasks.amazonaws.com{}",
        source("arn:aws:ecs:eu-west-1:111111111111:*")
    );
    assert_eq!(run("task", &task), ["app read_data b s3:GetObject allowed"]);
    let cluster = format!(
        "ecs-tasks.amazonaws.com{}",
        source("arn:aws:ecs:eu-west-1:111111111111:task/blue/*")
    );
    assert_eq!(
        run("task", &cluster),
        ["app read_data b s3:GetObject conditional resource"]
    );
}

#[test]
fn the_logs_stand_beside_every_hop() {
    let fixture = graph(&format!(
        "{BASE}{LAMBDA_APP} allow secretsmanager:GetSecretValue,s3:GetObject on *\n secret 111111111111/db\n secret 111111111111/unused\n bucket 111111111111/b"
    ));
    let mut fold = EvidenceFold::default();
    fold.add(&event(&[
        ("eventID", json!("assume")),
        (
            "userIdentity",
            json!({"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}),
        ),
        (
            "requestParameters",
            json!({"roleArn": "arn:aws:iam::111111111111:role/app"}),
        ),
    ]));
    fold.add(&event(&[
        ("eventID", json!("read")),
        ("eventSource", json!("secretsmanager.amazonaws.com")),
        ("eventName", json!("GetSecretValue")),
        (
            "userIdentity",
            json!({"type": "AssumedRole", "arn": "arn:aws:sts::111111111111:assumed-role/app/handler"}),
        ),
        ("requestParameters", json!({"secretId": "db"})),
    ]));
    let trail = Trail {
        arn: "arn:aws:cloudtrail:eu-west-1:999999999999:trail/org".to_owned(),
        is_organization_trail: true,
        is_multi_region: true,
        home_region: "eu-west-1".to_owned(),
        is_logging: Some(true),
        management_events: Some(EventScope::All),
        excluded_management_event_sources: Vec::new(),
        data_events: Vec::new(),
    };
    let found = paths_of(&fixture, &fold.finish(vec![trail]), &PathOptions::default());
    let seen = |part: &str| {
        &found
            .iter()
            .find(|path| path.resource.contains(part))
            .unwrap()
            .observation
    };
    assert!(matches!(seen("secret:db"), Observation::Observed { count: 1, event_ids, .. } if event_ids == &["read"]));
    assert!(matches!(seen("secret:unused"), Observation::NotObserved { .. }));
    assert!(matches!(seen(":::b"), Observation::NotObservable { reason } if reason.contains("data event")));
    assert!(found.iter().all(
        |path| matches!(&path.hops[0].observation, Observation::Observed { event_ids, .. } if event_ids == &["assume"])
    ));
}

#[test]
fn threads_and_order_do_not_change_a_byte() {
    let mut fixture = String::from(BASE);
    for number in 0..6 {
        fixture.push_str(&format!(
            "lambda 111111111111/f{number} runs-as r{number}\n role 111111111111/r{number}\n trust service lambda.amazonaws.com\n trust 111111111111\n allow s3:*,sts:AssumeRole on *\n bucket 111111111111/b{number}\n"
        ));
    }
    let graph = graph(&fixture);
    let print = |threads| {
        serde_json::to_string(&paths_of(
            &graph,
            &Evidence::default(),
            &PathOptions {
                threads,
                ..PathOptions::default()
            },
        ))
        .unwrap()
    };
    let one = print(1);
    assert_eq!(one, print(2));
    assert_eq!(one, print(4));
    let paths: Vec<AuthorityPath> = serde_json::from_str(&one).unwrap();
    assert_eq!(
        paths.len(),
        6 * 6 * 6 * 3,
        "six workloads, each as six roles, on six buckets, in three classes"
    );
    let mut ids: Vec<&str> = paths.iter().map(|path| path.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), paths.len(), "every path has an id of its own");
    assert!(paths.iter().all(|path| path.action_class != ActionClass::Invoke));
}

#[test]
fn too_many_paths_are_cut_and_counted() {
    let fixture = graph(
        "lambda 111111111111/handler runs-as app\n role 111111111111/app\n trust service lambda.amazonaws.com\n allow s3:GetObject on *\n bucket 111111111111/a\n bucket 111111111111/b restricted",
    );
    let options = PathOptions {
        max_paths_per_workload: 1,
        ..PathOptions::default()
    };
    let output = authority_paths(&Estate::new(&fixture), &Evidence::default(), &options);
    let kept: Vec<&str> = output.paths.iter().map(|path| path.resource.as_str()).collect();
    assert_eq!(kept, ["arn:aws:s3:::b"], "the most sensitive is kept");
    assert_eq!(output.diagnostics.len(), 1);
}

#[test]
fn the_way_to_an_authority_that_reaches_nothing_is_told_and_is_no_path() {
    let roles = |granted: &str| {
        let fixture = format!("{BASE}{LAMBDA_APP} {granted}\n bucket 111111111111/b\n lambda 111111111111/other");
        let graph = graph(&fixture);
        let (estate, options) = (Estate::new(&graph), PathOptions::default());
        let mut told: Vec<(Vec<String>, usize, usize)> = Vec::new();
        let found = each_route(&estate, &Evidence::default(), &options, &|_| {}, |paths| {
            told.push((paths.route.roles.clone(), paths.count(), paths.accesses.len()));
            Ok::<(), Infallible>(())
        });
        assert_eq!(found, Ok(Vec::new()));
        told
    };
    let app = || vec!["arn:aws:iam::111111111111:role/app".to_owned()];
    assert_eq!(roles("allow s3:GetObject on *"), [(app(), 1, 1)]);
    assert_eq!(
        roles("allow ec2:* on *"),
        [(app(), 0, 0)],
        "and what runs as nothing is on no way"
    );
}
