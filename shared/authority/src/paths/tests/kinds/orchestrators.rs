//! What orchestrators and agents set going.

use sv0_model::path::EgressCategory;

use super::super::paths;
use super::{F, PROD, case, check};

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
