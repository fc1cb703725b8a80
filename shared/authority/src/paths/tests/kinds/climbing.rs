//! Services that act for anyone, and authority that is climbed to.

use sv0_model::path::PathKind;

use super::super::paths;
use super::{F, PROD, case, check, two_functions, ways_of};

#[test]
fn services_act_for_anyone() {
    let open = |condition: &str| {
        format!(
            "{PROD}
            lambda 111111111111/callee runs-as reader
              grant s3.amazonaws.com allow lambda:InvokeFunction on {F}callee{condition}
            service-principal s3.amazonaws.com let-in-by {F}callee"
        )
    };
    let deputy = &["com: INVOKES RUNS_AS ACCESSES [confused_deputy] allowed"];
    let deputy: Vec<String> = deputy
        .iter()
        .map(|way| (*way).replace("com:", "s3.amazonaws.com:"))
        .collect();
    let of = |condition: &str| ways_of("s3.amazonaws.com", &open(condition));
    assert_eq!(of(""), deputy);
    assert_eq!(
        of(r#" if {"StringEquals":{"aws:SourceAccount":"111111111111"}}"#),
        [""; 0]
    );
    assert_eq!(
        of(r#" if {"ArnLike":{"aws:SourceArn":"arn:aws:s3:::uploads"}}"#),
        [""; 0]
    );
    assert_eq!(of(r#" if {"StringEquals":{"aws:SourceOrgID":"o-acme"}}"#), [""; 0]);
    let quiet = open("").replace("s3.amazonaws.com", "codebuild.amazonaws.com");
    assert_eq!(
        ways_of("codebuild.amazonaws.com", &quiet),
        [""; 0],
        "a service that does not act across accounts"
    );
}

#[test]
fn chains_climb_into_production() {
    let chain = |dev: &str, prod: &str| {
        format!(
            "lambda 222222222222/caller runs-as dev
            role 222222222222/dev {dev}
              trust service lambda.amazonaws.com
              allow sts:AssumeRole on *
            role 111111111111/prod {prod}
              trust 222222222222
              allow s3:GetObject on *
            bucket 111111111111/orders"
        )
    };
    check(&[
        case(
            "development to production",
            "caller",
            chain("environment development", "environment Production"),
            &["caller: RUNS_AS ASSUMES ACCESSES [assumed_chain trust_amplification] allowed"],
        ),
        case(
            "production to development",
            "caller",
            chain("environment production", "environment development"),
            &["caller: RUNS_AS ASSUMES ACCESSES [assumed_chain] allowed"],
        ),
        case(
            "nothing says which they are",
            "caller",
            chain("", "environment production"),
            &["caller: RUNS_AS ASSUMES ACCESSES [assumed_chain] allowed"],
        ),
        case(
            "across accounts into what is restricted",
            "caller",
            chain("", "").replace("111111111111/orders", "111111111111/orders restricted"),
            &["caller: RUNS_AS ASSUMES ACCESSES [assumed_chain trust_amplification] allowed"],
        ),
    ]);
}

#[test]
fn roles_are_passed_and_policies_rewritten() {
    let developer = |lines: &str| {
        format!(
            "{PROD}
            lambda 111111111111/caller runs-as app
            role 111111111111/app
              trust service lambda.amazonaws.com
              {lines}"
        )
    };
    let passes = "allow iam:PassRole,lambda:CreateFunction,lambda:InvokeFunction on *";
    check(&[
        case(
            "a new function under the role",
            "caller",
            developer(passes),
            &["caller: RUNS_AS PASSES_ROLE ACCESSES [privilege_escalation] allowed"],
        ),
        case(
            "the role may not be passed",
            "caller",
            developer("allow lambda:CreateFunction,lambda:InvokeFunction on *"),
            &[],
        ),
        case(
            "the role trusts another service",
            "caller",
            developer(passes).replace(
                "role 111111111111/reader\n      trust service lambda.amazonaws.com",
                "role 111111111111/reader\n      trust service glue.amazonaws.com",
            ),
            &[],
        ),
        case(
            "its trust policy is rewritten",
            "caller",
            developer("allow iam:UpdateAssumeRolePolicy,sts:AssumeRole on *"),
            &["caller: RUNS_AS ESCALATES_TO ACCESSES [privilege_escalation] allowed"],
        ),
        case(
            "stopped by a control policy",
            "caller",
            format!("{}\n scp no on ou-prod\n deny iam:PassRole on *", developer(passes)),
            &[],
        ),
    ]);
}

#[test]
fn an_administrator_gets_no_paths_that_add_nothing() {
    let mut fixture = String::from(
        "lambda 111111111111/root runs-as admin
        role 111111111111/admin
          trust service lambda.amazonaws.com
          allow * on *
        bucket 111111111111/orders\n",
    );
    for number in 0..12 {
        fixture.push_str(&format!(
            "lambda 111111111111/f{number} runs-as r{number}
            role 111111111111/r{number}
              trust service lambda.amazonaws.com
              allow s3:* on *\n"
        ));
    }
    let of_admin: Vec<_> = paths(&fixture)
        .into_iter()
        .filter(|path| path.workload.ends_with(":root"))
        .collect();
    assert!(of_admin.iter().all(|path| path.kind == PathKind::Direct));
    assert!(of_admin.len() < 60, "{}", of_admin.len());
}

#[test]
fn ids_of_detours_tell_the_ways_apart() {
    let found = paths(&two_functions(
        "allow lambda:InvokeFunction,lambda:UpdateFunctionCode on *",
    ));
    let mut ids: Vec<&str> = found.iter().map(|path| path.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), found.len());
    let kinds: Vec<PathKind> = found
        .iter()
        .filter(|path| path.workload.ends_with(":caller") && path.resource.ends_with(":orders"))
        .map(|path| path.kind)
        .collect();
    assert_eq!(kinds, [PathKind::SupplyChain, PathKind::LambdaToLambda]);
}
