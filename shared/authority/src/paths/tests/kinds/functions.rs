//! Functions, code and images.

use super::{F, PROD, case, check, two_functions, ways_of};

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
