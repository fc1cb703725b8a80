//! Each kind of path: what must match, and what comes near and must not.

use sv0_model::path::{EgressCategory, PathKind};

use super::{line, paths};

pub(super) const PROD: &str = "
    role 111111111111/reader
      trust service lambda.amazonaws.com
      allow s3:GetObject on arn:aws:s3:::orders/*
    bucket 111111111111/orders
";

pub(super) const F: &str = "arn:aws:lambda:eu-west-1:111111111111:function:";

/// What leads to the bucket: each path's start and hops' relations, its kinds and its state.
pub(super) fn ways(fixture: &str) -> Vec<String> {
    let mut found: Vec<String> = paths(fixture)
        .iter()
        .filter(|path| path.resource.ends_with(":orders"))
        .map(|path| {
            let relations: Vec<&str> = path.hops.iter().map(|hop| hop.relation.as_str()).collect();
            let start = path.workload.rsplit([':', '/']).next().unwrap_or_default();
            let words = serde_json::to_value((&path.kinds, path.state)).unwrap();
            let kinds: Vec<&str> = words[0]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|kind| kind.as_str())
                .collect();
            format!(
                "{start}: {} [{}] {}",
                relations.join(" "),
                kinds.join(" "),
                words[1].as_str().unwrap()
            )
        })
        .collect();
    found.sort();
    found
}

/// The paths of all starts but those that hold the data's own role.
pub(super) fn ways_of(start: &str, fixture: &str) -> Vec<String> {
    let mut ways = ways(fixture);
    ways.retain(|way| way.starts_with(&format!("{start}: ")));
    ways
}

struct Case {
    name: &'static str,
    start: &'static str,
    fixture: String,
    want: Vec<&'static str>,
}

fn check(cases: &[Case]) {
    for Case {
        name,
        start,
        fixture,
        want,
    } in cases
    {
        assert_eq!(&ways_of(start, fixture), want, "{name}");
    }
}

fn case(name: &'static str, start: &'static str, fixture: impl Into<String>, want: &[&'static str]) -> Case {
    Case {
        name,
        start,
        fixture: fixture.into(),
        want: want.to_vec(),
    }
}

/// A function `caller` whose role has `lines`, beside a function `callee` that reads the orders.
fn two_functions(lines: &str) -> String {
    format!(
        "{PROD}
        lambda 111111111111/callee runs-as reader
        lambda 111111111111/caller runs-as app
        role 111111111111/app
          trust service lambda.amazonaws.com
          {lines}"
    )
}

#[test]
fn one_function_invokes_another() {
    let allowed = &["caller: RUNS_AS INVOKES RUNS_AS ACCESSES [lambda_to_lambda] allowed"];
    check(&[
        case("by its own policy", "caller", two_functions(&format!("allow lambda:InvokeFunction on {F}callee")), allowed),
        case("an alias of it", "caller", two_functions(&format!("allow lambda:InvokeFunction on {F}callee:live")), allowed),
        case(
            "by the policy of the function alone",
            "caller",
            two_functions("allow s3:ListAllMyBuckets on *").replace(
                "callee runs-as reader",
                &format!("callee runs-as reader\n grant arn:aws:iam::111111111111:role/app allow lambda:InvokeFunction on {F}callee"),
            ),
            allowed,
        ),
        case(
            "only under a condition",
            "caller",
            two_functions(r#"allow lambda:InvokeFunction on * if {"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#),
            &["caller: RUNS_AS INVOKES RUNS_AS ACCESSES [lambda_to_lambda] conditional"],
        ),
        case(
            "stopped by a control policy",
            "caller",
            format!("{}\n scp no on ou-prod\n deny lambda:InvokeFunction on *", two_functions("allow lambda:InvokeFunction on *")),
            &["caller: RUNS_AS INVOKES RUNS_AS ACCESSES [lambda_to_lambda] blocked"],
        ),
        case("another function", "caller", two_functions(&format!("allow lambda:InvokeFunction on {F}other")), &[]),
        case("listing is no invoking", "caller", two_functions("allow lambda:ListFunctions,lambda:GetFunction on *"), &[]),
        case(
            "a function of another account that does not let it",
            "caller",
            two_functions("allow lambda:InvokeFunction on *").replace("lambda 111111111111/caller", "lambda 222222222222/caller").replace("role 111111111111/app", "role 222222222222/app"),
            &[],
        ),
        case(
            "what it reads by itself needs no other",
            "caller",
            two_functions("allow lambda:InvokeFunction,s3:GetObject on *"),
            &["caller: RUNS_AS ACCESSES [direct] allowed"],
        ),
        case(
            "an instance is no function",
            "box",
            two_functions("trust service ec2.amazonaws.com\n allow lambda:InvokeFunction on *\n instance 111111111111/box runs-as app"),
            &["box: RUNS_AS INVOKES RUNS_AS ACCESSES [instance_profile assumed_chain] allowed"],
        ),
    ]);
}

#[test]
fn code_and_images_are_replaced() {
    let pipeline = |lines: &str, deployed: &str| {
        format!(
            "{PROD}
            project 111111111111/build runs-as ci
            role 111111111111/ci
              trust service codebuild.amazonaws.com
              {lines}
            repository 111111111111/images
            lambda 111111111111/callee runs-as reader {deployed}"
        )
    };
    let pushed = &["build: RUNS_AS PUSHES_IMAGE_TO IMAGE_RUNS_IN RUNS_AS ACCESSES [supply_chain] allowed"];
    let changed = &["build: RUNS_AS CHANGES_CODE_OF RUNS_AS ACCESSES [supply_chain] allowed"];
    check(&[
        case(
            "new code",
            "build",
            pipeline("allow lambda:UpdateFunctionCode on *", ""),
            changed,
        ),
        case(
            "an image pushed",
            "build",
            pipeline("allow ecr:PutImage on *", "deployed-from 111111111111/images"),
            pushed,
        ),
        case(
            "both are told",
            "build",
            pipeline(
                "allow ecr:PutImage,lambda:UpdateFunctionCode on *",
                "deployed-from 111111111111/images",
            ),
            &[changed[0], pushed[0]],
        ),
        case(
            "the image is named by digest",
            "build",
            pipeline("allow ecr:PutImage on *", "deployed-from 111111111111/images@sha256:1"),
            &[],
        ),
        case(
            "another repository",
            "build",
            pipeline("allow ecr:PutImage on *", "deployed-from 111111111111/others"),
            &[],
        ),
        case(
            "pulling is no pushing",
            "build",
            pipeline("allow ecr:BatchGetImage on *", "deployed-from 111111111111/images"),
            &[],
        ),
        case(
            "the settings of a function are not its code",
            "build",
            pipeline("allow lambda:UpdateAlias,lambda:PublishVersion on *", ""),
            &[],
        ),
        case(
            "stopped by the repository",
            "build",
            pipeline("allow ecr:PutImage on *", "deployed-from 111111111111/images").replace(
                "111111111111/images\n",
                "111111111111/images\n grant * deny ecr:PutImage on *\n",
            ),
            &["build: RUNS_AS PUSHES_IMAGE_TO IMAGE_RUNS_IN RUNS_AS ACCESSES [supply_chain] blocked"],
        ),
        case(
            "by a repository's policy, from another account",
            "build",
            pipeline("allow ecr:PutImage on *", "deployed-from 111111111111/images")
                .replace("project 111111111111/build", "project 222222222222/build")
                .replace("role 111111111111/ci", "role 222222222222/ci")
                .replace(
                    "111111111111/images\n",
                    "111111111111/images\n grant 222222222222 allow ecr:PutImage on *\n",
                ),
            pushed,
        ),
        case(
            "the definition of a state machine",
            "build",
            format!(
                "{}\n state-machine 111111111111/flow runs-as reader",
                pipeline("allow states:UpdateStateMachine on *", "")
                    .replace("lambda.amazonaws.com", "states.amazonaws.com")
            ),
            changed,
        ),
    ]);
}

#[test]
fn a_pushed_image_reaches_a_task_that_runs_it() {
    let fixture = format!(
        "{}
        project 111111111111/build runs-as ci
        role 111111111111/ci
          trust service codebuild.amazonaws.com
          allow ecr:PutImage on *
        repository 111111111111/images
        task 111111111111/web runs-as reader deployed-from 111111111111/images",
        PROD.replace("lambda.amazonaws.com", "ecs-tasks.amazonaws.com")
    );
    assert_eq!(
        ways_of("build", &fixture),
        ["build: RUNS_AS PUSHES_IMAGE_TO IMAGE_RUNS_IN RUNS_AS ACCESSES [supply_chain] allowed"]
    );
}

#[test]
fn running_a_task_needs_its_role_to_be_passed() {
    let runner = |lines: &str| {
        format!(
            "{}
            lambda 111111111111/runner runs-as app
            role 111111111111/app
              trust service lambda.amazonaws.com
              {lines}
            task 111111111111/job runs-as reader",
            PROD.replace("lambda.amazonaws.com", "ecs-tasks.amazonaws.com")
        )
    };
    let both = "runner: RUNS_AS INVOKES RUNS_AS ACCESSES [assumed_chain]";
    let with = |lines: &str| ways_of("runner", &runner(lines));
    assert!(with("allow ecs:RunTask,iam:PassRole on *")[0].starts_with(both));
    assert_eq!(with("allow ecs:RunTask on *"), [""; 0], "the role is not passed");
    assert_eq!(
        with(
            r#"allow ecs:RunTask on *
            allow iam:PassRole on * if {"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}"#
        ),
        [""; 0],
        "it is passed to another service"
    );
    let blocked =
        with("allow ecs:RunTask,iam:PassRole on *\n deny iam:PassRole on arn:aws:iam::111111111111:role/reader");
    assert!(blocked[0].ends_with("blocked"), "{blocked:?}");
}

#[test]
fn orchestrators_set_others_going() {
    let machine = |lines: &str, words: &str| {
        format!(
            "{PROD}
            lambda 111111111111/callee runs-as reader
            state-machine 111111111111/flow runs-as conductor {words}
            role 111111111111/conductor
              trust service states.amazonaws.com
              {lines}"
        )
    };
    let ruled = |rule: &str, grant: &str| {
        format!(
            "{PROD}
            lambda 111111111111/callee runs-as reader
              {grant}
            rule 111111111111/nightly {rule}"
        )
    };
    let target = format!("invokes {F}callee");
    let lets_in =
        |condition: &str| format!("grant events.amazonaws.com allow lambda:InvokeFunction on {F}callee{condition}");
    let aliased = format!("invokes-alias live {F}callee");
    let of_alias = |alias: &str| format!("grant events.amazonaws.com allow lambda:InvokeFunction on {F}callee:{alias}");
    let may_be_invoked = &["nightly: INVOKES RUNS_AS ACCESSES [orchestrated] conditional"];
    let invoked = &["nightly: INVOKES RUNS_AS ACCESSES [orchestrated] allowed"];
    check(&[
        case(
            "a task of a state machine",
            "flow",
            machine("allow lambda:InvokeFunction on *", &target),
            &["flow: RUNS_AS INVOKES RUNS_AS ACCESSES [orchestrated] allowed"],
        ),
        case(
            "a task that its role may not invoke",
            "flow",
            machine("allow logs:PutLogEvents on *", &target),
            &[],
        ),
        case(
            "what it reads by its own role",
            "flow",
            machine("allow s3:GetObject on *", &target),
            &["flow: RUNS_AS ACCESSES [direct] allowed"],
        ),
        case(
            "a rule that the function lets in",
            "nightly",
            ruled(&target, &lets_in("")),
            invoked,
        ),
        case(
            "a rule that the function names",
            "nightly",
            ruled(
                &target,
                &lets_in(r#" if {"ArnLike":{"aws:SourceArn":"arn:aws:events:eu-west-1:111111111111:rule/nightly"}}"#),
            ),
            invoked,
        ),
        case(
            "another rule is named",
            "nightly",
            ruled(
                &target,
                &lets_in(r#" if {"ArnLike":{"aws:SourceArn":"arn:aws:events:eu-west-1:111111111111:rule/weekly"}}"#),
            ),
            &[],
        ),
        case(
            "a rule that the function does not let in",
            "nightly",
            ruled(&target, ""),
            &[],
        ),
        case(
            "a rule that an alias lets in",
            "nightly",
            ruled(
                &aliased,
                &format!("alias 111111111111/callee:live\n {}", of_alias("live")),
            ),
            invoked,
        ),
        case(
            "an alias that lets nobody in",
            "nightly",
            ruled(&aliased, "alias 111111111111/callee:live"),
            &[],
        ),
        case(
            "another alias lets it in",
            "nightly",
            ruled(
                &aliased,
                &format!(
                    "alias 111111111111/callee:live\n alias 111111111111/callee:test\n {}",
                    of_alias("test")
                ),
            ),
            &[],
        ),
        case(
            "the function lets it in, and its alias does not",
            "nightly",
            ruled(&aliased, &format!("{}\n alias 111111111111/callee:live", lets_in(""))),
            &[],
        ),
        case(
            "the function lets it in, and its alias's policy was not collected",
            "nightly",
            ruled(&aliased, &lets_in("")),
            may_be_invoked,
        ),
        case(
            "an alias whose policy was not collected",
            "nightly",
            ruled(&aliased, ""),
            may_be_invoked,
        ),
        case(
            "an alias that lets nobody in, and the function itself",
            "nightly",
            ruled(
                &format!("{aliased} {target}"),
                &format!("{}\n alias 111111111111/callee:live", lets_in("")),
            ),
            invoked,
        ),
        case(
            "a rule that is switched off",
            "nightly",
            ruled(&format!("{target} disabled"), &lets_in("")),
            &[],
        ),
        case(
            "a schedule under a role",
            "nightly",
            format!(
                "{PROD}
                lambda 111111111111/callee runs-as reader
                schedule 111111111111/nightly invokes-under clock {F}callee
                role 111111111111/clock
                  trust service scheduler.amazonaws.com
                  allow lambda:InvokeFunction on {F}callee"
            ),
            &["nightly: RUNS_AS INVOKES RUNS_AS ACCESSES [orchestrated] allowed"],
        ),
        case(
            "whoever starts the state machine",
            "caller",
            format!(
                "{}
                lambda 111111111111/caller runs-as app
                role 111111111111/app
                  trust service lambda.amazonaws.com
                  allow states:StartExecution on arn:aws:states:eu-west-1:111111111111:stateMachine:flow",
                machine("allow s3:GetObject on *", "")
            ),
            &["caller: RUNS_AS INVOKES RUNS_AS ACCESSES [orchestrated] allowed"],
        ),
        case(
            "whoever writes to the queue that a function reads",
            "caller",
            format!(
                "{PROD}
                lambda 111111111111/callee runs-as reader triggered-by arn:aws:sqs:eu-west-1:111111111111:jobs
                queue 111111111111/jobs
                lambda 111111111111/caller runs-as app
                role 111111111111/app
                  trust service lambda.amazonaws.com
                  allow sqs:SendMessage on *"
            ),
            &["caller: RUNS_AS INVOKES RUNS_AS ACCESSES [lambda_to_lambda] allowed"],
        ),
        case(
            "whoever writes to a queue whose mapping is switched off",
            "caller",
            format!(
                "{PROD}
                lambda 111111111111/callee runs-as reader switched-off-trigger arn:aws:sqs:eu-west-1:111111111111:jobs
                queue 111111111111/jobs
                lambda 111111111111/caller runs-as app
                role 111111111111/app
                  trust service lambda.amazonaws.com
                  allow sqs:SendMessage on *"
            ),
            &[],
        ),
        case(
            "whoever reads the queue sets nothing going",
            "caller",
            format!(
                "{PROD}
                lambda 111111111111/callee runs-as reader triggered-by arn:aws:sqs:eu-west-1:111111111111:jobs
                queue 111111111111/jobs
                lambda 111111111111/caller runs-as app
                role 111111111111/app
                  trust service lambda.amazonaws.com
                  allow sqs:ReceiveMessage on *"
            ),
            &[],
        ),
    ]);
}

#[test]
fn agents_act_through_their_tools() {
    let agent = |grant: &str| {
        format!(
            "{PROD}
            lambda 111111111111/tool runs-as reader
              {grant}
            agent 111111111111/helpdesk runs-as brain invokes {F}tool
            role 111111111111/brain
              trust service bedrock.amazonaws.com
              allow bedrock:InvokeModel on *
            lambda 111111111111/chat runs-as front
            role 111111111111/front
              trust service lambda.amazonaws.com
              allow bedrock:InvokeAgent on *"
        )
    };
    let lets_in = format!("grant bedrock.amazonaws.com allow lambda:InvokeFunction on {F}tool");
    let of_agent = r#" if {"ArnLike":{"aws:SourceArn":"arn:aws:bedrock:eu-west-1:111111111111:agent/helpdesk"}}"#;
    let of_other = r#" if {"ArnLike":{"aws:SourceArn":"arn:aws:bedrock:eu-west-1:111111111111:agent/other"}}"#;
    let acts = &["helpdesk: INVOKES RUNS_AS ACCESSES [agent] allowed"];
    check(&[
        case("an action group", "helpdesk", agent(&lets_in), acts),
        case(
            "of an agent that the function names",
            "helpdesk",
            agent(&format!("{lets_in}{of_agent}")),
            acts,
        ),
        case(
            "of another agent",
            "helpdesk",
            agent(&format!("{lets_in}{of_other}")),
            &[],
        ),
        case("that does not let Bedrock in", "helpdesk", agent(""), &[]),
        case(
            "whoever talks to the agent",
            "chat",
            agent(&lets_in),
            &["chat: RUNS_AS INVOKES INVOKES RUNS_AS ACCESSES [agent] allowed"],
        ),
    ]);
    let found = paths(&agent(&lets_in));
    let egress = |start: &str| {
        found
            .iter()
            .find(|path| path.workload.ends_with(start) && path.resource.ends_with(":orders"))
            .and_then(|path| path.egress_category)
    };
    assert_eq!(egress("helpdesk"), Some(EgressCategory::Llm));
    assert_eq!(egress("chat"), Some(EgressCategory::Llm));
    assert_eq!(egress("tool"), None, "the function by itself is no agent");
}

#[test]
fn people_and_machines_sign_in_from_outside() {
    const GITHUB: &str = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com";
    let repository = |trust: &str| {
        format!(
            "{}
            identity {GITHUB} repo:acme/app:ref:refs/heads/main may-assume arn:aws:iam::111111111111:role/reader",
            PROD.replace("trust service lambda.amazonaws.com", trust)
        )
    };
    let github = |condition: &str| format!("trust federated {GITHUB}{condition}");
    let main = "main: SIGNS_IN_AS ACCESSES [direct] allowed";
    let found = |fixture: &str| ways(fixture);
    assert_eq!(found(&repository(&github(""))), [main]);
    assert_eq!(
        found(&repository("trust service lambda.amazonaws.com")),
        [""; 0],
        "the role does not trust the provider"
    );
    let claim = |operator: &str, subject: &str| {
        let host = "token.actions.githubusercontent.com";
        format!(
            r#" if {{"{operator}":{{"{host}:sub":"{subject}"}},"StringEquals":{{"{host}:aud":"sts.amazonaws.com"}}}}"#
        )
    };
    let own = claim("StringLike", "repo:acme/app:*");
    let of_pattern = |condition: &str, subject: &str| {
        let trusting = repository(&github(condition)).replace("repo:acme/app:ref:refs/heads/main", subject);
        found(&format!(
            "{trusting}\n trusts-provider reader {GITHUB} {}",
            condition.trim_start_matches(" if ")
        ))
    };
    assert_eq!(
        of_pattern(&own, "repo:acme/app:*"),
        ["*: SIGNS_IN_AS ACCESSES [direct] allowed"]
    );
    assert_eq!(
        of_pattern(&own, "repo:acme/other:*"),
        [""; 0],
        "the statement is about another repository"
    );
    assert_eq!(
        of_pattern(&claim("StringEquals", "repo:acme/app:*"), "repo:acme/app:*"),
        [""; 0],
        "no token has a subject with a star"
    );
    assert_eq!(
        found(&repository(&github("")).replace("111111111111:oidc-provider", "222222222222:oidc-provider")),
        [""; 0],
        "STS looks for the provider in the role's account"
    );
    let saml = "arn:aws:iam::111111111111:saml-provider/okta";
    assert_eq!(
        found(&format!(
            "{}\n identity {saml} staff may-assume-saml arn:aws:iam::111111111111:role/reader",
            PROD.replace("trust service lambda.amazonaws.com", &format!("trust saml {saml}"))
        )),
        ["staff: SIGNS_IN_AS ACCESSES [direct federated_human] allowed"]
    );
    let profile = |trust: &str| {
        format!(
            "{}\n profile 111111111111/vault may-assume-service arn:aws:iam::111111111111:role/reader",
            PROD.replace("trust service lambda.amazonaws.com", trust)
        )
    };
    assert_eq!(
        found(&profile("trust tagging rolesanywhere.amazonaws.com")),
        ["vault: SIGNS_IN_AS ACCESSES [direct] allowed"]
    );
    assert_eq!(found(&profile("trust service lambda.amazonaws.com")), [""; 0]);
}

#[test]
fn guests_of_a_pool_and_holders_of_certificates_start_paths() {
    let pool = |condition: &str| {
        format!(
            "{}\n pool 111111111111/app may-assume-as unauthenticated arn:aws:iam::111111111111:role/reader",
            PROD.replace(
                "trust service lambda.amazonaws.com",
                &format!("trust federated cognito-identity.amazonaws.com if {condition}")
            )
        )
    };
    let of_pool = |pool: &str, amr: &str| {
        format!(
            r#"{{"StringEquals":{{"cognito-identity.amazonaws.com:aud":"{pool}"}},"ForAnyValue:StringLike":{{"cognito-identity.amazonaws.com:amr":"{amr}"}}}}"#
        )
    };
    let guest = "app: SIGNS_IN_AS ACCESSES [direct] allowed";
    for (pool_id, amr, want) in [
        ("eu-west-1:app", "unauthenticated", vec![guest]),
        ("eu-west-1:app", "authenticated", vec![]),
        ("eu-west-1:other", "unauthenticated", vec![]),
    ] {
        assert_eq!(ways(&pool(&of_pool(pool_id, amr))), want, "{pool_id} {amr}");
    }
    let profile = |key: &str| {
        format!(
            "{}\n profile 111111111111/vault may-assume-service arn:aws:iam::111111111111:role/reader",
            PROD.replace(
                "trust service lambda.amazonaws.com",
                &format!(r#"trust tagging rolesanywhere.amazonaws.com if {{"StringEquals":{{"{key}":"scanner"}}}}"#)
            )
        )
    };
    let by_certificate = ["vault: SIGNS_IN_AS ACCESSES [direct] conditional"];
    for key in ["aws:PrincipalTag/x509Subject/CN", "aws:RequestTag/x509Subject/CN"] {
        assert_eq!(ways(&profile(key)), by_certificate, "{key}");
    }
}

#[test]
fn the_workforce_and_users_with_keys_start_paths() {
    let role = "role 111111111111/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Analyst_0123456789abcdef
          allow s3:GetObject on *
        bucket 111111111111/orders
        sso-set Analyst
        sso-user ann in team
        sso-user bob
        sso-group team";
    let analyst = ": SIGNS_IN_AS ACCESSES [direct federated_human] allowed";
    assert_eq!(
        ways(&format!(
            "{role}\n assign group team Analyst 111111111111\n assign user bob Analyst 111111111111"
        )),
        [format!("id-bob{analyst}"), format!("id-team{analyst}")],
        "what a user has by a group is the group's"
    );
    assert_eq!(
        ways(&format!("{role}\n assign group team Analyst 222222222222")),
        [""; 0],
        "in another account"
    );

    let user =
        |words: &str| format!("user 111111111111/ann {words}\n allow s3:GetObject on *\n bucket 111111111111/orders");
    assert_eq!(ways(&user("machine")), ["ann: ACCESSES [direct] allowed"]);
    assert_eq!(ways(&user("human")), [""; 0], "a person without keys");
    let depth = paths(
        "user 111111111111/ann machine\n allow sts:AssumeRole on *\n role 111111111111/reader\n trust 111111111111\n allow s3:GetObject on *\n bucket 111111111111/orders",
    );
    assert_eq!(
        depth.iter().map(line).collect::<Vec<_>>(),
        ["reader read_data orders s3:GetObject allowed"]
    );
    assert_eq!((depth[0].chain_depth, depth[0].kind), (2, PathKind::AssumedChain));
}

#[test]
fn resource_policies_grant_by_themselves() {
    let app = |lines: &str, grant: &str| {
        format!(
            "lambda 111111111111/caller runs-as app
            role 111111111111/app
              trust service lambda.amazonaws.com
              {lines}
            bucket 111111111111/orders
              {grant}"
        )
    };
    let grant = "grant arn:aws:iam::111111111111:role/app allow s3:GetObject on arn:aws:s3:::orders/*";
    check(&[
        case(
            "the bucket alone",
            "caller",
            app("allow sqs:ListQueues on *", grant),
            &["caller: RUNS_AS ACCESSES [direct resource_policy_only] allowed"],
        ),
        case(
            "both sides",
            "caller",
            app("allow s3:GetObject on *", grant),
            &["caller: RUNS_AS ACCESSES [direct] allowed"],
        ),
        case(
            "the account is let in, the role's policy decides",
            "caller",
            app(
                "allow s3:GetObject on *",
                "grant 111111111111 allow s3:GetObject on arn:aws:s3:::orders/*",
            ),
            &["caller: RUNS_AS ACCESSES [direct] allowed"],
        ),
    ]);
}

#[test]
fn data_leaves_to_the_internet() {
    let sender = |words: &str| {
        format!(
            "destination hooks.example.com
            lambda 111111111111/caller runs-as reader {words}
            {PROD}"
        )
    };
    assert_eq!(
        ways(&sender("sends-to hooks.example.com")),
        ["caller: RUNS_AS ACCESSES [direct internet_egress] allowed"]
    );
    assert_eq!(ways(&sender("")), ["caller: RUNS_AS ACCESSES [direct] allowed"]);
    let found = paths(&sender("sends-to hooks.example.com"));
    let sent = found
        .iter()
        .find(|path| path.resource.contains("internet-destination"))
        .unwrap();
    assert_eq!(
        (sent.kind, sent.egress_category),
        (PathKind::InternetEgress, Some(EgressCategory::Internet))
    );
}

/// What leads to a place outside AWS or to the bucket of documents: each path's start, relations, kinds and state.
fn ways_out(fixture: &str) -> Vec<String> {
    let mut found: Vec<String> = paths(fixture)
        .iter()
        .filter(|path| path.resource.contains("internet-destination") || path.resource.ends_with(":documents"))
        .map(|path| {
            let relations: Vec<&str> = path.hops.iter().map(|hop| hop.relation.as_str()).collect();
            let start = path.workload.rsplit([':', '/']).next().unwrap_or_default();
            let words = serde_json::to_value((&path.kinds, path.state, path.egress_category)).unwrap();
            format!("{start}: {} {words}", relations.join(" "))
        })
        .collect();
    found.sort();
    found
}

const DESTINATION: &str = "arn:aws:events:eu-west-1:111111111111:api-destination/carrier/1";

/// A rule that calls an API destination under a role with `lines`.
fn carrier(lines: &str, rule: &str) -> String {
    format!(
        "destination hooks.example.com
        thing resource/generic {DESTINATION} 111111111111 with resource_type=AWS::Events::ApiDestination sends-to hooks.example.com
        rule 111111111111/delivered runs-as carrier invokes-under carrier {DESTINATION} {rule}
        role 111111111111/carrier
          {lines}"
    )
}

#[test]
fn api_destinations_topics_and_http_tasks_lead_outside() {
    let call = format!("allow events:InvokeApiDestination on {DESTINATION}");
    let trusted = format!("trust service events.amazonaws.com\n {call}");
    let out = "delivered: RUNS_AS INVOKES SENDS_TO [[\"internet_egress\"],\"allowed\",\"internet\"]";
    let topic = |subscribed: &str, lines: &str| {
        format!(
            "destination hooks.example.com
            lambda 111111111111/caller runs-as app
            topic 111111111111/news {subscribed}
            role 111111111111/app
              trust service lambda.amazonaws.com
              {lines}"
        )
    };
    let machine = |lines: &str| {
        format!(
            "destination hooks.example.com
            state-machine 111111111111/flow runs-as steps sends-to hooks.example.com
            lambda 111111111111/caller runs-as app
            role 111111111111/app
              trust service lambda.amazonaws.com
              allow states:StartExecution on *
            role 111111111111/steps
              trust service states.amazonaws.com
              {lines}"
        )
    };
    for (name, fixture, want) in [
        ("a rule's target", carrier(&trusted, ""), vec![out]),
        (
            "nobody asked the destination for a policy: it has none",
            carrier(&trusted, "").replace("sends-to hooks", "policy-not-collected sends-to hooks"),
            vec![out],
        ),
        ("switched off", carrier(&trusted, "disabled"), vec![]),
        (
            "another destination",
            carrier(&trusted.replace("carrier/1", "other/*"), ""),
            vec![],
        ),
        (
            "reading is no calling",
            carrier(
                "trust service events.amazonaws.com\n allow events:DescribeApiDestination on *",
                "",
            ),
            vec![],
        ),
        (
            "the role trusts another service",
            carrier(
                &format!("trust service lambda.amazonaws.com\n {call}\n lambda 111111111111/caller runs-as carrier"),
                "",
            ),
            vec![],
        ),
        (
            "a control policy forbids it",
            format!(
                "organization o-acme management 999999999999\n account 111111111111 under r-1/ou-prod\n scp no on ou-prod\n deny events:* on *\n{}",
                carrier(&trusted, "")
            ),
            vec!["delivered: RUNS_AS INVOKES SENDS_TO [[\"internet_egress\"],\"blocked\",\"internet\"]"],
        ),
        (
            "whoever sets the rule going",
            format!(
                "{}\n bus 111111111111/main\n lambda 111111111111/caller runs-as app\n role 111111111111/app\n trust service lambda.amazonaws.com\n allow events:PutEvents on *",
                carrier(
                    &trusted,
                    r#"with event_pattern={"source":["acme"]} triggered-by arn:aws:events:eu-west-1:111111111111:event-bus/main"#
                )
            ),
            vec![
                "caller: RUNS_AS INVOKES RUNS_AS INVOKES SENDS_TO [[\"internet_egress\",\"orchestrated\"],\"allowed\",\"internet\"]",
                out,
            ],
        ),
        (
            "a topic with a subscription outside",
            topic("sends-to hooks.example.com", "allow sns:Publish on *"),
            vec!["caller: RUNS_AS ACCESSES SENDS_TO [[\"internet_egress\"],\"allowed\",\"internet\"]"],
        ),
        ("a topic without one", topic("", "allow sns:Publish on *"), vec![]),
        (
            "subscribing is no publishing",
            topic("sends-to hooks.example.com", "allow sns:Subscribe on *"),
            vec![],
        ),
        (
            "an HTTP task, and whoever starts it",
            machine("allow states:InvokeHTTPEndpoint on *"),
            vec![
                "caller: RUNS_AS INVOKES RUNS_AS SENDS_TO [[\"internet_egress\",\"orchestrated\"],\"allowed\",\"internet\"]",
                "flow: RUNS_AS SENDS_TO [[\"direct\",\"internet_egress\"],\"allowed\",\"internet\"]",
            ],
        ),
        (
            "a role that may not call",
            machine("allow events:RetrieveConnectionCredentials on *"),
            vec![],
        ),
    ] {
        assert_eq!(ways_out(&fixture), want, "{name}");
    }
}

#[test]
fn agents_read_what_their_knowledge_bases_read() {
    let base = "arn:aws:bedrock:eu-west-1:111111111111:knowledge-base/kb";
    let fixture = |agent: &str, agents_role: &str, bases_role: &str| {
        format!(
            "bucket 111111111111/documents
            secret 111111111111/key
            knowledge-base 111111111111/kb runs-as reader
            relation {base} READS_FROM arn:aws:s3:::documents
            relation {base} READS_FROM arn:aws:secretsmanager:eu-west-1:111111111111:secret:key-AbCdEf
            agent 111111111111/helper runs-as helper
            {agent}
            role 111111111111/helper
              trust service bedrock.amazonaws.com
              {agents_role}
            role 111111111111/reader
              {bases_role}"
        )
    };
    let linked = format!("relation arn:aws:bedrock:eu-west-1:111111111111:agent/helper READS_FROM {base}");
    let (asks, reads) = (
        "allow bedrock:Retrieve on *",
        "trust service bedrock.amazonaws.com\n allow s3:GetObject,secretsmanager:GetSecretValue on *",
    );
    let way = |state: &str| {
        vec![format!(
            "helper: RUNS_AS READS_FROM RUNS_AS ACCESSES [[\"agent\"],\"{state}\",\"llm\"]"
        )]
    };
    for (name, fixture, want) in [
        ("all of it", fixture(&linked, asks, reads), way("allowed")),
        ("a base of another agent", fixture("", asks, reads), vec![]),
        (
            "the agent may not ask",
            fixture(&linked, "allow bedrock:GetKnowledgeBase on *", reads),
            vec![],
        ),
        (
            "the base's role reads another bucket",
            fixture(
                &linked,
                asks,
                "trust service bedrock.amazonaws.com\n allow s3:GetObject on arn:aws:s3:::other/*",
            ),
            vec![],
        ),
        (
            "the base's role lets another service in",
            fixture(
                &linked,
                asks,
                "trust service lambda.amazonaws.com\n allow s3:GetObject on *",
            ),
            way("blocked"),
        ),
    ] {
        assert_eq!(ways_out(&fixture), want, "{name}");
        assert!(
            paths(&fixture).iter().all(|path| !path.resource.contains(":secret:")),
            "{name}: what opens a source is shown to nobody"
        );
    }
}

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
