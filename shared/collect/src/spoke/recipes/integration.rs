//! What starts other things: builds, events, messages, workflows.

use super::{describe, gather, recipe};
use crate::calls::{
    codebuild, codepipeline, cognito_identity as cognito, events, pipes, rolesanywhere, scheduler, sns, sqs,
    stepfunctions,
};
use crate::spoke::recipe::Argument::{At, List, Text};
use crate::spoke::recipe::Ask::{Always, WhenConfigLacks};
use crate::spoke::recipe::{Argument, Ask, Detail, Each, Level, Recipe, Write};

const NOT_IN_CONFIG: Ask = Always("AWS Config does not record it");
/// The most that one call describes.
const PROJECTS: usize = 100;

const fn buses(each: Each) -> Level {
    Level::of(&events::LIST_EVENT_BUSES, "EventBuses", each)
}

const fn rules(each: Each) -> Level {
    Level::of(&events::LIST_RULES, "Rules", each).asked(&[("EventBusName", At("0.Name"))])
}

const fn pools(each: Each) -> Level {
    Level::of(&cognito::LIST_IDENTITY_POOLS, "IdentityPools", each)
}

const POOL: &[(&str, Argument)] = &[("IdentityPoolId", At("0.IdentityPoolId"))];

/// An answer of SQS names its queue among its attributes.
const fn queues(asked: &'static [(&'static str, Argument)]) -> Level {
    Level::of(
        &sqs::LIST_QUEUES,
        "QueueUrls",
        Each::Ask(Detail {
            call: &sqs::GET_QUEUE_ATTRIBUTES,
            asked,
            write: Write::About("{answer.Attributes.QueueArn}"),
            none: &[],
        }),
    )
}

/// The rows, sorted.
#[rustfmt::skip]
pub(super) static RECIPES: &[Recipe] = &[
    recipe("codebuild", "projects", WhenConfigLacks("AWS::CodeBuild::Project"), &[&[
        Level::of(&codebuild::LIST_PROJECTS, "projects", describe(&codebuild::BATCH_GET_PROJECTS, &[("names", At("0"))])).chunk(PROJECTS),
    ]]),
    recipe("codepipeline", "pipelines", WhenConfigLacks("AWS::CodePipeline::Pipeline"), &[&[
        Level::of(&codepipeline::LIST_PIPELINES, "pipelines", describe(&codepipeline::GET_PIPELINE, &[("name", At("0.name"))])),
    ]]),
    recipe("cognito-identity", "identity-pool-roles", NOT_IN_CONFIG, &[&[pools(describe(&cognito::GET_IDENTITY_POOL_ROLES, POOL))]]),
    recipe("cognito-identity", "identity-pools", WhenConfigLacks("AWS::Cognito::IdentityPool"), &[&[pools(describe(&cognito::DESCRIBE_IDENTITY_POOL, POOL))]]),
    recipe("events", "api-destinations", WhenConfigLacks("AWS::Events::ApiDestination"), &[&[
        Level::of(&events::LIST_API_DESTINATIONS, "ApiDestinations", Each::Item),
    ]]),
    recipe("events", "connections", WhenConfigLacks("AWS::Events::Connection"), &[&[
        Level::of(&events::LIST_CONNECTIONS, "Connections", describe(&events::DESCRIBE_CONNECTION, &[("Name", At("0.Name"))])),
    ]]),
    recipe("events", "event-buses", Always("where AWS Config shows no policy of a bus, that proves nothing"), &[&[buses(Each::Item)]]),
    recipe("events", "rules", WhenConfigLacks("AWS::Events::Rule"), &[&[buses(Each::Nothing), rules(Each::Item)]]),
    recipe("events", "targets", WhenConfigLacks("AWS::Events::Rule"), &[&[
        buses(Each::Nothing),
        rules(gather("{1.Arn}", "Targets", &[
            Level::of(&events::LIST_TARGETS_BY_RULE, "Targets", Each::Item).asked(&[("Rule", At("1.Name")), ("EventBusName", At("0.Name"))]),
        ])),
    ]]),
    recipe("pipes", "pipes", NOT_IN_CONFIG, &[&[Level::of(&pipes::LIST_PIPES, "Pipes", describe(&pipes::DESCRIBE_PIPE, &[("Name", At("0.Name"))]))]]),
    recipe("rolesanywhere", "profiles", NOT_IN_CONFIG, &[&[Level::of(&rolesanywhere::LIST_PROFILES, "profiles", Each::Item)]]),
    recipe("rolesanywhere", "trust-anchors", NOT_IN_CONFIG, &[&[Level::of(&rolesanywhere::LIST_TRUST_ANCHORS, "trustAnchors", Each::Item)]]),
    recipe("scheduler", "schedules", NOT_IN_CONFIG, &[&[
        Level::of(&scheduler::LIST_SCHEDULES, "Schedules", describe(&scheduler::GET_SCHEDULE, &[("GroupName", At("0.GroupName")), ("Name", At("0.Name"))])),
    ]]),
    recipe("sns", "subscriptions", Always("AWS Config shows no subscription of another account's topic"), &[&[
        Level::of(&sns::LIST_SUBSCRIPTIONS, "Subscriptions", Each::Item),
    ]]),
    recipe("sns", "topics", WhenConfigLacks("AWS::SNS::Topic"), &[&[
        Level::of(&sns::LIST_TOPICS, "Topics", describe(&sns::GET_TOPIC_ATTRIBUTES, &[("TopicArn", At("0.TopicArn"))])),
    ]]),
    recipe("sqs", "queue-policies", WhenConfigLacks("AWS::SQS::Queue"), &[&[
        queues(&[("QueueUrl", At("0")), ("AttributeNames", List(&[Text("Policy"), Text("QueueArn")]))]),
    ]]),
    recipe("sqs", "queues", WhenConfigLacks("AWS::SQS::Queue"), &[&[
        queues(&[("QueueUrl", At("0")), ("AttributeNames", List(&[Text("All")]))]),
    ]]),
    recipe("stepfunctions", "state-machines", Always("AWS Config's schema of a state machine has no definition"), &[&[
        Level::of(&stepfunctions::LIST_STATE_MACHINES, "stateMachines",
            describe(&stepfunctions::DESCRIBE_STATE_MACHINE, &[("stateMachineArn", At("0.stateMachineArn"))])),
    ]]),
];
