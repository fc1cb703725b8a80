//! State machines, rules, schedules, pipes, triggers, builds, groups: what they run as, call, and run because of.

use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, EntityKind, Resolution, ResourcePolicy, urn};

use super::{Capture, DEV, REGION, edge, ends, entity, role_arn, told};

pub(super) fn arn(rest: &str) -> String {
    let (service, resource) = rest.split_once(' ').unwrap();
    format!("arn:aws:{service}:{REGION}:{DEV}:{resource}")
}

fn definition() -> Value {
    let task = |resource: &str, parameters: Value| json!({ "Type": "Task", "Resource": resource, "Parameters": parameters, "End": true });
    json!({
        "StartAt": "Direct",
        "States": {
            "Direct": { "Type": "Task", "Resource": arn("lambda function:direct:live"), "Next": "Both" },
            "Both": { "Type": "Parallel", "Branches": [
                { "StartAt": "Queue", "States": { "Queue": task("arn:aws:states:::sqs:sendMessage", json!({ "QueueUrl": format!("https://sqs.{REGION}.amazonaws.com/{DEV}/jobs") })) } },
                { "StartAt": "Each", "States": { "Each": { "Type": "Map",
                    "ItemReader": { "Resource": "arn:aws:states:::s3:getObject", "Parameters": { "Bucket": "orders" } },
                    "ItemProcessor": { "StartAt": "Put", "States": { "Put": task("arn:aws:states:::dynamodb:putItem", json!({ "TableName": "orders" })) } } } } }
            ] },
            "ByName": task("arn:aws:states:::lambda:invoke.waitForTaskToken", json!({ "FunctionName": "named:7" })),
            "JsonData": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": { "FunctionName": arn("lambda function:data") } },
            "Chosen": task("arn:aws:states:::lambda:invoke", json!({ "FunctionName.$": "$.function" })),
            "Computed": { "Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Arguments": { "TopicArn": "{% $topic %}" } },
            "Sdk": task("arn:aws:states:::aws-sdk:secretsmanager:getSecretValue", json!({ "SecretId": arn("secretsmanager secret:db-AbCdEf") })),
            "Run": task("arn:aws:states:::ecs:runTask.sync", json!({ "TaskDefinition": "web", "Cluster": "main" })),
            "Nested": task("arn:aws:states:::states:startExecution.sync:2", json!({ "StateMachineArn": arn("states stateMachine:inner") })),
            "Elsewhere": { "Type": "Task", "Resource": arn("lambda function:far"), "Credentials": { "RoleArn": "arn:aws:iam::222222222222:role/far" } },
            "Pass": { "Type": "Pass", "Parameters": { "FunctionName": "not-called" } },
            "Redacted": task("arn:aws:states:::glue:startJobRun", json!({ "JobName": "[redacted]" }))
        }
    })
}

fn state_machine(definition: &Value) -> Value {
    json!({
        "stateMachineArn": arn("states stateMachine:orders"), "name": "orders", "type": "STANDARD", "status": "ACTIVE",
        "roleArn": role_arn("orders"), "definition": definition.to_string(),
        "loggingConfiguration": { "level": "ALL", "includeExecutionData": true, "destinations": [{ "cloudWatchLogsLogGroup": { "logGroupArn": arn("logs log-group:x:*") } }] }
    })
}

/// One of each kind that other tests do not make.
pub(super) fn every_kind() -> Capture {
    let target = json!({ "Id": "f", "Arn": arn("lambda function:f:live"), "RoleArn": role_arn("r") });
    Capture::new()
        .spoke("stepfunctions", "state-machines", state_machine(&definition()))
        .spoke("events", "rules", json!({ "Arn": arn("events rule/r"), "EventPattern": "{}", "EventBusName": "default" }))
        .spoke("events", "targets", json!({ "Arn": arn("events rule/r"), "Response": { "Targets": [target] } }))
        .spoke("events", "api-destinations", json!({ "ApiDestinationArn": arn("events api-destination/d/1"), "InvocationEndpoint": "https://hooks.example.com" }))
        .spoke("scheduler", "schedules", json!({ "Arn": arn("scheduler schedule/default/s"), "Target": target }))
        .spoke("pipes", "pipes", json!({ "Arn": arn("pipes pipe/p"), "Source": arn("sqs jobs"), "Target": arn("lambda function:f") }))
        .spoke("lambda", "event-source-mappings", json!({ "FunctionArn": arn("lambda function:f:live"), "EventSourceArn": arn("sqs jobs"), "State": "Enabled" }))
        .spoke("lambda", "function-url-configs", json!({ "FunctionArn": arn("lambda function:f"), "FunctionUrl": "https://x", "AuthType": "NONE" }))
        .spoke("codebuild", "projects", json!({ "arn": arn("codebuild project/p"), "environment": { "image": "nginx@sha256:ab" }, "source": { "location": "https://github.com/acme/app" } }))
        .spoke("autoscaling", "auto-scaling-groups", json!({ "AutoScalingGroupARN": arn("autoscaling autoScalingGroup:1:autoScalingGroupName/g") }))
        .spoke("batch", "job-definitions", json!({ "jobDefinitionArn": arn("batch job-definition/j:1"), "revision": 1 }))
        .config("AWS::Lambda::Function", json!({ "arn": arn("lambda function:f"), "configuration": { "layers": [{ "arn": arn("lambda layer:l:1") }] } }))
}

const MACHINE_CALLS: &[(&str, &str)] = &[
    ("Direct", "lambda function:direct"),
    ("Queue", "sqs jobs"),
    ("Put", "dynamodb table/orders"),
    ("ByName", "lambda function:named"),
    ("JsonData", "lambda function:data"),
    ("Sdk", "secretsmanager secret:db-AbCdEf"),
    ("Run", "ecs task-definition/web"),
    ("Nested", "states stateMachine:inner"),
    ("Elsewhere", "lambda function:far"),
];

#[test]
fn a_state_machine_calls_what_its_definition_names_however_deep() {
    let from_service = Capture::new().spoke("stepfunctions", "state-machines", state_machine(&definition()));
    let configuration = json!({ "Arn": arn("states stateMachine:orders"), "StateMachineName": "orders", "StateMachineType": "STANDARD", "RoleArn": role_arn("orders"),
        "DefinitionString": definition().to_string(), "LoggingConfiguration": { "Level": "ALL" } });
    let from_config = Capture::new().config(
        "AWS::StepFunctions::StateMachine",
        json!({ "configuration": configuration }),
    );
    for (case, capture) in [("the service's answer", from_service), ("Config", from_config)] {
        let graph = capture.graph();
        let machine = arn("states stateMachine:orders");
        let found = entity(&graph, &machine);
        assert_eq!(found.kind, EntityKind::StateMachine, "{case}");
        assert_eq!(found.attributes["logging_level"], "ALL", "{case}");
        assert_eq!(found.attributes["service_principal"], "states.amazonaws.com");
        assert_eq!(
            found.attributes["targets_chosen_at_run_time"],
            json!(["glue:startJobRun", "lambda:invoke", "sns:publish"])
        );
        assert_eq!(ends(&graph, &machine, EdgeKind::RunsAs), [role_arn("orders")], "{case}");
        let mut calls: Vec<(String, String)> = graph
            .edges
            .iter()
            .filter(|edge| edge.from == machine && edge.kind == EdgeKind::Invokes)
            .map(|edge| (edge.attributes["via"].as_str().unwrap().to_owned(), edge.to.clone()))
            .collect();
        calls.sort();
        let mut want: Vec<(String, String)> = MACHINE_CALLS
            .iter()
            .map(|(via, to)| ((*via).to_owned(), arn(to)))
            .collect();
        want.sort();
        assert_eq!(calls, want, "{case}");
        assert_eq!(
            ends(&graph, &machine, EdgeKind::ReadsFrom),
            ["arn:aws:s3:::orders"],
            "{case}"
        );
        let far = graph
            .edges
            .iter()
            .find(|edge| edge.to == arn("lambda function:far"))
            .unwrap();
        assert_eq!(far.attributes["role"], "arn:aws:iam::222222222222:role/far");
        assert_eq!(entity(&graph, &arn("sqs jobs")).kind, EntityKind::SqsQueue);
        assert!(
            !graph
                .entities
                .keys()
                .any(|id| id.contains("not-called") || id.contains("redacted")),
            "{case}"
        );
    }
}

#[test]
fn a_definition_that_was_not_recorded_is_not_taken_for_one_that_calls_nothing() {
    for body in [
        json!({ "stateMachineArn": arn("states stateMachine:m") }),
        json!({ "stateMachineArn": arn("states stateMachine:m"), "definition": "[redacted]" }),
    ] {
        let graph = Capture::new().spoke("stepfunctions", "state-machines", body).graph();
        let machine = entity(&graph, &arn("states stateMachine:m"));
        assert_eq!(machine.attributes["definition_collected"], false);
        assert!(!machine.attributes.contains_key("calls"));
    }
}

#[test]
fn a_rule_invokes_its_targets_and_what_it_runs_is_triggered_by_it() {
    let rule = arn("events rule/nightly");
    let item = json!({ "Name": "nightly", "Arn": rule, "State": "ENABLED", "ScheduleExpression": "rate(1 day)", "EventBusName": "default" });
    let targets = json!({ "Targets": [
        { "Id": "f", "Arn": arn("lambda function:f:live") },
        { "Id": "m", "Arn": arn("states stateMachine:m"), "RoleArn": role_arn("start") },
        { "Id": "t", "Arn": arn("ecs cluster/main"), "RoleArn": role_arn("run"), "EcsParameters": { "TaskDefinitionArn": arn("ecs task-definition/web:7") } },
        { "Id": "q", "Arn": arn("sqs jobs") },
        { "Id": "bad", "Arn": "not an arn" }
    ] });
    let graph = Capture::new()
        .spoke("events", "rules", item)
        .spoke("events", "targets", json!({ "Arn": rule, "Response": targets }))
        .graph();
    let found = entity(&graph, &rule);
    assert_eq!(found.kind, EntityKind::EventBridgeRule);
    assert_eq!(
        (&found.attributes["state"], &found.attributes["schedule"]),
        (&json!("ENABLED"), &json!("rate(1 day)"))
    );
    assert!(!found.attributes.contains_key("has_event_pattern"));
    let invoked = [
        arn("ecs task-definition/web:7"),
        arn("lambda function:f"),
        arn("sqs jobs"),
        arn("states stateMachine:m"),
    ];
    assert_eq!(ends(&graph, &rule, EdgeKind::Invokes), invoked);
    assert_eq!(
        ends(&graph, &rule, EdgeKind::RunsAs),
        [role_arn("run"), role_arn("start")]
    );
    let start = graph
        .edges
        .iter()
        .find(|edge| edge.kind == EdgeKind::Invokes && edge.to == arn("states stateMachine:m"))
        .unwrap();
    assert_eq!(
        json!(start.attributes),
        json!({ "via": "m", "role": role_arn("start") })
    );
    for triggered in [
        "lambda function:f",
        "states stateMachine:m",
        "ecs task-definition/web:7",
    ] {
        assert_eq!(
            ends(&graph, &arn(triggered), EdgeKind::TriggeredBy),
            [rule.as_str()],
            "{triggered}"
        );
    }
    assert!(
        ends(&graph, &arn("sqs jobs"), EdgeKind::TriggeredBy).is_empty(),
        "a queue runs nothing"
    );
    assert_eq!(
        ends(&graph, &rule, EdgeKind::TriggeredBy),
        [arn("events event-bus/default")]
    );
}

#[test]
fn targets_of_a_rule_that_nothing_describes_are_not_lost() {
    let rule = arn("events rule/ghost");
    let targets = json!({ "Arn": rule, "Response": { "Targets": [{ "Id": "f", "Arn": arn("lambda function:f") }] } });
    let graph = Capture::new().spoke("events", "targets", targets).graph();
    assert_eq!(entity(&graph, &rule).resolution, Resolution::Referenced);
    assert_eq!(ends(&graph, &rule, EdgeKind::Invokes), [arn("lambda function:f")]);
}

#[test]
fn an_api_destination_sends_to_its_host_and_keeps_no_user_of_its_url() {
    let destination = json!({ "ApiDestinationArn": arn("events api-destination/d/1"), "Name": "d", "ConnectionArn": arn("events connection/c/1"),
        "InvocationEndpoint": "https://user:canary-secret@Hooks.Example.com:8443/x?token=canary-secret", "HttpMethod": "POST" });
    let connection = json!({ "ConnectionArn": arn("events connection/c/1"), "Name": "c", "SecretArn": arn("secretsmanager secret:events!connection/c") });
    let output = Capture::new()
        .spoke("events", "api-destinations", destination)
        .spoke("events", "connections", connection)
        .normalise();
    let graph = &output.graph;
    let place = urn::internet_destination("hooks.example.com");
    assert_eq!(
        ends(graph, &arn("events api-destination/d/1"), EdgeKind::SendsTo),
        [place.as_str()]
    );
    assert_eq!(
        ends(graph, &arn("events api-destination/d/1"), EdgeKind::ReadsFrom),
        [arn("events connection/c/1")]
    );
    assert_eq!(
        ends(graph, &arn("events connection/c/1"), EdgeKind::ReadsFrom),
        [arn("secretsmanager secret:events!connection/c")]
    );
    let found = entity(graph, &place);
    assert_eq!(
        (found.resolution, &found.attributes["host"]),
        (Resolution::External, &json!("hooks.example.com"))
    );
    assert!(!format!("{output:?}").contains("canary-secret"));
}

#[test]
fn a_schedule_and_a_pipe_call_under_their_role() {
    let schedule = json!({ "Arn": arn("scheduler schedule/default/s"), "Name": "s", "State": "ENABLED", "ScheduleExpression": "rate(1 hour)",
        "Target": { "Arn": arn("lambda function:f"), "RoleArn": role_arn("schedule") } });
    let universal = json!({ "Arn": arn("scheduler schedule/default/u"), "Name": "u",
        "Target": { "Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", "RoleArn": role_arn("schedule"), "Input": "{\"QueueUrl\":\"jobs\"}" } });
    let pipe = json!({ "Arn": arn("pipes pipe/p"), "Name": "p", "CurrentState": "RUNNING", "RoleArn": role_arn("pipe"), "Source": arn("dynamodb table/orders/stream/2026-01-01T00:00:00.000"),
        "Enrichment": arn("lambda function:enrich"), "Target": arn("states stateMachine:m") });
    let graph = Capture::new()
        .spoke("scheduler", "schedules", schedule)
        .spoke("scheduler", "schedules", universal)
        .spoke("pipes", "pipes", pipe)
        .graph();
    let (schedule, universal, pipe) = (
        arn("scheduler schedule/default/s"),
        arn("scheduler schedule/default/u"),
        arn("pipes pipe/p"),
    );
    assert_eq!(
        edge(&graph, &schedule, EdgeKind::Invokes).attributes["role"],
        json!(role_arn("schedule"))
    );
    assert_eq!(ends(&graph, &schedule, EdgeKind::RunsAs), [role_arn("schedule")]);
    assert_eq!(ends(&graph, &universal, EdgeKind::Invokes), [arn("sqs jobs")]);
    assert_eq!(
        entity(&graph, &universal).attributes["calls"],
        json!(["sqs:sendMessage"])
    );
    assert_eq!(ends(&graph, &pipe, EdgeKind::RunsAs), [role_arn("pipe")]);
    assert_eq!(
        ends(&graph, &pipe, EdgeKind::Invokes),
        [arn("lambda function:enrich"), arn("states stateMachine:m")]
    );
    let source = edge(&graph, &pipe, EdgeKind::TriggeredBy);
    assert_eq!(
        (source.to.as_str(), &source.attributes["qualifier"]),
        (
            arn("dynamodb table/orders").as_str(),
            &json!("stream/2026-01-01T00:00:00.000")
        )
    );
}

#[test]
fn a_function_knows_all_that_triggers_it() {
    let function = arn("lambda function:f");
    let mapping = json!({ "UUID": "u1", "FunctionArn": arn("lambda function:f:live"), "EventSourceArn": arn("sqs jobs"), "State": "Enabled",
        "DestinationConfig": { "OnFailure": { "Destination": arn("sqs failures") } } });
    let subscription = |protocol: &str, endpoint: &str| json!({ "TopicArn": arn("sns t"), "Protocol": protocol, "Endpoint": endpoint, "SubscriptionArn": "x" });
    let notification = json!({ "configurations": { "n": { "events": ["s3:ObjectCreated:*"], "type": "LambdaConfiguration", "functionARN": function }, "q": { "queueARN": arn("sqs jobs") } } });
    let bucket = json!({ "arn": "arn:aws:s3:::orders", "supplementaryConfiguration": { "BucketNotificationConfiguration": notification } });
    let url = |function: &str, auth: &str| json!({ "FunctionArn": function, "FunctionUrl": "https://x.lambda-url.eu-west-1.on.aws/", "AuthType": auth });
    let layer = arn("lambda layer:util:3");
    let item = json!({ "arn": function, "configuration": { "layers": [{ "arn": layer }] }, "supplementaryConfiguration": { "Concurrency": { "reservedConcurrentExecutions": 5 } } });
    let graph = Capture::new()
        .config("AWS::Lambda::Function", item)
        .config("AWS::S3::Bucket", bucket)
        .spoke("lambda", "event-source-mappings", mapping)
        .spoke("lambda", "function-url-configs", url(&function, "AWS_IAM"))
        .spoke(
            "lambda",
            "function-url-configs",
            url(&arn("lambda function:f:live"), "NONE"),
        )
        .spoke("sns", "subscriptions", subscription("lambda", &function))
        .spoke(
            "sns",
            "subscriptions",
            subscription("https", "https://hooks.example.com/x"),
        )
        .spoke("sns", "subscriptions", subscription("email", "a@example.com"))
        .graph();
    let triggers = [arn("sns t"), arn("sqs jobs"), "arn:aws:s3:::orders".to_owned()];
    let mut found = ends(&graph, &function, EdgeKind::TriggeredBy);
    found.sort_unstable();
    let mut want: Vec<&str> = triggers.iter().map(String::as_str).collect();
    want.sort_unstable();
    assert_eq!(found, want);
    assert_eq!(ends(&graph, &function, EdgeKind::Invokes), [arn("sqs failures")]);
    assert_eq!(ends(&graph, &function, EdgeKind::UsesLayer), [layer.as_str()]);
    assert_eq!(
        ends(&graph, &arn("sns t"), EdgeKind::SendsTo),
        [urn::internet_destination("hooks.example.com")]
    );
    let function = entity(&graph, &function);
    assert_eq!(function.attributes["function_url_auth_type"], "AWS_IAM");
    assert_eq!(
        function.attributes["function_url_auth_type:live"], "NONE",
        "an alias has a URL of its own"
    );
    assert_eq!(function.attributes["reserved_concurrency"], 5);
    assert_eq!(entity(&graph, &layer).kind, EntityKind::LambdaLayer);
    assert!(
        !graph
            .entities
            .keys()
            .any(|id| id.contains("example.com") && !id.contains("hooks"))
    );
}

#[test]
fn an_image_stands_between_its_repository_and_what_runs_it() {
    let registry = format!("{DEV}.dkr.ecr.{REGION}.amazonaws.com");
    let sha256 = "ab".repeat(32);
    let function = json!({ "arn": arn("lambda function:f"), "configuration": { "packageType": "Image", "codeSha256": sha256, "code": { "imageUri": format!("{registry}/app:live") } } });
    let zip =
        json!({ "arn": arn("lambda function:zip"), "configuration": { "packageType": "Zip", "codeSha256": sha256 } });
    let task = json!({ "arn": arn("ecs task-definition/web:1"), "configuration": { "ContainerDefinitions": [{ "Name": "c", "Image": format!("{registry}/app") }] } });
    let graph = Capture::new()
        .config("AWS::Lambda::Function", function)
        .config("AWS::Lambda::Function", zip)
        .config("AWS::ECS::TaskDefinition", task)
        .graph();
    let repository = arn("ecr repository/app");
    let by_digest = urn::container_image(&repository, &format!("sha256:{sha256}"));
    let by_tag = urn::container_image(&repository, "latest");
    assert_eq!(
        ends(&graph, &repository, EdgeKind::Hosts),
        [by_tag.as_str(), by_digest.as_str()]
    );
    assert_eq!(
        ends(&graph, &by_digest, EdgeKind::ExecutedBy),
        [arn("lambda function:f")]
    );
    assert_eq!(
        ends(&graph, &by_tag, EdgeKind::ExecutedBy),
        [arn("ecs task-definition/web:1")]
    );
    let image = entity(&graph, &by_digest);
    assert_eq!(
        (image.kind, image.account.as_deref(), image.region.as_deref()),
        (EntityKind::ContainerImage, Some(DEV), Some(REGION))
    );
    assert_eq!(image.source_system, format!("aws_ecr:{DEV}"));
}

#[test]
fn a_group_runs_as_the_role_in_its_launch_template_or_configuration() {
    let profile = |name: &str| format!("arn:aws:iam::{DEV}:instance-profile/{name}");
    let roles =
        ["old", "new"].map(|name| json!({ "Arn": role_arn(name), "InstanceProfileList": [{ "Arn": profile(name) }] }));
    let version = |number: u64, name: &str, is_default: bool| {
        json!({ "LaunchTemplateId": "lt-1", "LaunchTemplateName": "web", "VersionNumber": number, "DefaultVersion": is_default,
        "LaunchTemplateData": { "IamInstanceProfile": { "Arn": profile(name) } } })
    };
    let group = |launch: Value| {
        let mut group = json!({ "AutoScalingGroupName": "g", "AutoScalingGroupARN": arn("autoscaling autoScalingGroup:1:autoScalingGroupName/g") });
        group
            .as_object_mut()
            .unwrap()
            .extend(launch.as_object().unwrap().clone());
        group
    };
    let configuration = json!({ "resourceName": "lc", "configuration": { "launchConfigurationName": "lc", "iamInstanceProfile": "old" } });
    let template = |version: &str| json!({ "LaunchTemplate": { "LaunchTemplateId": "lt-1", "Version": version } });
    for (case, launch, want) in [
        ("a version", template("1"), Some("old")),
        ("the default", template("$Default"), Some("old")),
        ("the latest", template("$Latest"), Some("new")),
        (
            "by name, without a version",
            json!({ "LaunchTemplate": { "LaunchTemplateName": "web" } }),
            Some("old"),
        ),
        (
            "mixed instances",
            json!({ "MixedInstancesPolicy": { "LaunchTemplate": { "LaunchTemplateSpecification": { "LaunchTemplateId": "lt-1", "Version": "2" } } } }),
            Some("new"),
        ),
        (
            "a configuration",
            json!({ "LaunchConfigurationName": "lc" }),
            Some("old"),
        ),
        (
            "another template",
            json!({ "LaunchTemplate": { "LaunchTemplateId": "lt-2", "Version": "1" } }),
            None,
        ),
    ] {
        let graph = Capture::new()
            .details(json!({ "RoleDetailList": roles }))
            .config("AWS::AutoScaling::LaunchConfiguration", configuration.clone())
            .spoke("ec2", "launch-templates", version(2, "new", false))
            .spoke("ec2", "launch-templates", version(1, "old", true))
            .spoke("autoscaling", "auto-scaling-groups", group(launch))
            .graph();
        let found = ends(
            &graph,
            &arn("autoscaling autoScalingGroup:1:autoScalingGroupName/g"),
            EdgeKind::RunsAs,
        );
        let want: Vec<String> = want.into_iter().map(role_arn).collect();
        assert_eq!(found, want, "{case}");
    }
}

#[test]
fn builds_say_where_their_source_and_image_come_from() {
    let project = json!({ "arn": arn("codebuild project/p"), "name": "p", "serviceRole": role_arn("build"), "webhook": { "url": "x" },
        "source": { "type": "GITHUB", "location": "https://token:canary-secret@github.com/acme/app.git" },
        "environment": { "image": "aws/codebuild/standard:7.0", "privilegedMode": true, "environmentVariables": [{ "name": "KEY", "value": "canary-secret" }] } });
    let output = Capture::new().spoke("codebuild", "projects", project).normalise();
    let project = arn("codebuild project/p");
    let want = json!({ "image": "aws/codebuild/standard:7.0", "source_type": "GITHUB", "source_host": "github.com", "source_repository": "acme/app", "privileged_mode": true,
        "has_webhook": true, "environment_keys": ["KEY"], "service_principal": "codebuild.amazonaws.com" });
    assert_eq!(told(entity(&output.graph, &project)), want);
    assert_eq!(ends(&output.graph, &project, EdgeKind::RunsAs), [role_arn("build")]);
    assert!(
        ends(&output.graph, &project, EdgeKind::DeployedFrom).is_empty(),
        "the image is AWS's own"
    );
    assert!(!format!("{output:?}").contains("canary-secret"));
}

#[test]
fn the_long_tail_runs_as_its_roles() {
    let profile = format!("arn:aws:iam::{DEV}:instance-profile/emr");
    let pipeline = json!({ "name": "p", "roleArn": role_arn("pipeline"), "stages": [{ "actions": [{ "roleArn": role_arn("deploy"), "configuration": { "ProjectName": "b" } }] }] });
    let graph = Capture::new()
        .details(json!({ "RoleDetailList": [{ "Arn": role_arn("emr-ec2"), "InstanceProfileList": [{ "Arn": profile }] }] }))
        .spoke("emr", "clusters", json!({ "ClusterArn": arn("elasticmapreduce cluster/j-1"), "Name": "c", "ServiceRole": "emr", "Ec2InstanceAttributes": { "IamInstanceProfile": "emr" } }))
        .spoke("codepipeline", "pipelines", pipeline)
        .spoke("batch", "job-definitions", json!({ "jobDefinitionArn": arn("batch job-definition/j:1"), "containerProperties": { "jobRoleArn": role_arn("job"), "executionRoleArn": role_arn("pull"), "image": "nginx:1" } }))
        .config("AWS::Glue::Job", json!({ "resourceName": "g", "configuration": { "Name": "g", "Role": "glue" } }))
        .config("AWS::CloudFormation::Stack", json!({ "arn": arn("cloudformation stack/s/1"), "configuration": { "stackName": "s", "roleARN": role_arn("cfn") } }))
        .config("AWS::SageMaker::NotebookInstance", json!({ "arn": arn("sagemaker notebook-instance/n"), "configuration": { "RoleArn": role_arn("notebook"), "DirectInternetAccess": "Enabled" } }))
        .config("AWS::AppRunner::Service", json!({ "arn": arn("apprunner service/a/1"), "configuration": { "InstanceConfiguration": { "InstanceRoleArn": role_arn("app") } } }))
        .graph();
    for (workload, resource_type, principal, roles) in [
        (
            "elasticmapreduce cluster/j-1",
            "AWS::EMR::Cluster",
            "elasticmapreduce.amazonaws.com",
            vec!["emr", "emr-ec2"],
        ),
        (
            "codepipeline p",
            "AWS::CodePipeline::Pipeline",
            "codepipeline.amazonaws.com",
            vec!["deploy", "pipeline"],
        ),
        (
            "batch job-definition/j:1",
            "AWS::Batch::JobDefinition",
            "ecs-tasks.amazonaws.com",
            vec!["job"],
        ),
        ("glue job/g", "AWS::Glue::Job", "glue.amazonaws.com", vec!["glue"]),
        (
            "cloudformation stack/s/1",
            "AWS::CloudFormation::Stack",
            "cloudformation.amazonaws.com",
            vec!["cfn"],
        ),
        (
            "sagemaker notebook-instance/n",
            "AWS::SageMaker::NotebookInstance",
            "sagemaker.amazonaws.com",
            vec!["notebook"],
        ),
        (
            "apprunner service/a/1",
            "AWS::AppRunner::Service",
            "tasks.apprunner.amazonaws.com",
            vec!["app"],
        ),
    ] {
        let found = entity(&graph, &arn(workload));
        assert_eq!(found.kind, EntityKind::GenericWorkload, "{workload}");
        assert_eq!(found.attributes["resource_type"], resource_type);
        assert_eq!(found.attributes["service_principal"], principal);
        let roles: Vec<String> = roles.into_iter().map(role_arn).collect();
        assert_eq!(ends(&graph, &arn(workload), EdgeKind::RunsAs), roles, "{workload}");
    }
    assert_eq!(
        ends(&graph, &arn("codepipeline p"), EdgeKind::Invokes),
        [arn("codebuild project/b")]
    );
}

#[test]
fn config_and_the_services_own_answer_complete_each_other() {
    let item = json!({ "arn": arn("states stateMachine:orders"), "tags": { "team": "orders" }, "configuration": { "RoleArn": role_arn("old") } });
    let answer = state_machine(&json!({ "States": {} }));
    let newer_answer = Capture::new()
        .config_at("2026-02-01T00:00:00Z", "AWS::StepFunctions::StateMachine", item.clone())
        .spoke("stepfunctions", "state-machines", answer.clone());
    let newer_item = Capture::new()
        .config_at("2026-03-02T00:00:00Z", "AWS::StepFunctions::StateMachine", item.clone())
        .spoke("stepfunctions", "state-machines", answer.clone());
    for (case, capture, role) in [
        ("the answer is newer", newer_answer, "orders"),
        ("the item is newer", newer_item, "old"),
    ] {
        let graph = capture.graph();
        let machine = arn("states stateMachine:orders");
        assert_eq!(ends(&graph, &machine, EdgeKind::RunsAs), [role_arn(role)], "{case}");
        assert_eq!(entity(&graph, &machine).tags["team"], "orders", "{case}");
    }
    let deleted = |at: &str| {
        let item = json!({ "arn": arn("states stateMachine:orders"), "configurationItemStatus": "ResourceDeleted" });
        Capture::new()
            .config_at(at, "AWS::StepFunctions::StateMachine", item)
            .spoke("stepfunctions", "state-machines", answer.clone())
            .graph()
    };
    let machine = arn("states stateMachine:orders");
    assert!(
        !deleted("2026-03-02T00:00:00Z").entities.contains_key(&machine),
        "it was deleted later"
    );
    assert!(
        deleted("2026-02-01T00:00:00Z").entities.contains_key(&machine),
        "it was made again"
    );
}

#[test]
fn an_api_destination_can_have_no_policy() {
    let arn = "arn:aws:events:eu-west-1:111111111111:api-destination/carrier/1";
    let graph = Capture::new()
        .spoke(
            "events",
            "api-destinations",
            json!({"ApiDestinationArn": arn, "Name": "carrier", "ApiDestinationState": "ACTIVE", "InvocationEndpoint": "https://carrier.example/x"}),
        )
        .graph();
    assert_eq!(graph.entities[arn].resource_policy, ResourcePolicy::NotSupported);
}

#[test]
fn a_definition_that_is_none_is_told() {
    let nested = (0..40).fold(
        json!({ "Type": "Succeed" }),
        |inner, _| json!({ "Type": "Parallel", "Branches": [{ "StartAt": "s", "States": { "s": inner } }] }),
    );
    let deep = json!({ "StartAt": "s", "States": { "s": nested } }).to_string();
    for (definition, is_told) in [
        (definition().to_string(), false),
        (deep, true),
        ("{".to_owned(), true),
        ("[]".to_owned(), true),
        ("5".to_owned(), true),
        (r#"{"States":[]}"#.to_owned(), true),
    ] {
        let mut machine = state_machine(&json!({}));
        machine["definition"] = json!(definition);
        let output = Capture::new()
            .spoke("stepfunctions", "state-machines", machine)
            .normalise();
        let found = output
            .diagnostics
            .iter()
            .any(|diagnostic| diagnostic.code == "unreadable_definition");
        assert_eq!(found, is_told, "{}", definition.chars().take(40).collect::<String>());
    }
}

#[test]
fn a_rule_keeps_who_can_send_what_it_matches_and_no_more() {
    let of = |pattern: &str| {
        let rule = json!({ "Arn": arn("events rule/r"), "EventPattern": pattern });
        let graph = Capture::new().spoke("events", "rules", rule).graph();
        let found = entity(&graph, &arn("events rule/r"))
            .attributes
            .get("event_pattern")
            .cloned();
        (
            found,
            ends(&graph, &arn("events rule/r"), EdgeKind::TriggeredBy).join(","),
        )
    };
    let bus = arn("events event-bus/default");
    let shop = json!({ "source": ["shop"], "detail-type": [{ "prefix": "Order" }] });
    let written = r#"{"source":["shop"],"detail-type":[{"prefix":"Order"}],"detail":{"card":["4111"]}}"#;
    assert_eq!(of(written), (Some(shop), bus.clone()));
    assert_eq!(of(r#"{"detail":{"card":["4111"]}}"#), (Some(json!({})), bus.clone()));
    assert_eq!(
        of(r#"{"$or":[{"source":["shop"]},{"account":["1"]}]}"#),
        (None, bus.clone())
    );
    assert_eq!(of("no pattern"), (None, bus));
}
