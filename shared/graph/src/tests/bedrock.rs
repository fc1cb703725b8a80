//! Agents, flows, knowledge bases, guardrails, runtimes and gateways.

use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, EntityKind, Resolution, urn};

use super::workloads::arn;
use super::{Capture, DEV, REGION, edge, ends, entity, role_arn};

const MODEL: &str = "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0";

/// An agent with everything beside it.
pub(super) fn agent() -> Capture {
    let agent = json!({ "agentId": "AG1", "agentName": "helper", "agentArn": arn("bedrock agent/AG1"), "agentStatus": "PREPARED", "instruction": "canary-secret",
        "foundationModel": "anthropic.claude-3-haiku-20240307-v1:0", "agentResourceRoleArn": role_arn("agent"),
        "guardrailConfiguration": { "guardrailIdentifier": "gr1", "guardrailVersion": "1" } });
    let group = |name: &str, executor: Value, state: &str| json!({ "agentId": "AG1", "agentVersion": "DRAFT", "actionGroupId": name, "actionGroupName": name, "actionGroupExecutor": executor, "actionGroupState": state });
    let of_agent = |response: Value| json!({ "Arn": arn("bedrock agent/AG1"), "Response": response });
    Capture::new()
        .spoke("bedrock-agent", "agents", agent)
        .spoke("bedrock-agent", "agent-action-groups", group("orders", json!({ "lambda": arn("lambda function:orders:live") }), "ENABLED"))
        .spoke("bedrock-agent", "agent-action-groups", group("ask", json!({ "customControl": "RETURN_CONTROL" }), "DISABLED"))
        .spoke("bedrock-agent", "agent-versions", json!({ "agentArn": arn("bedrock agent/AG1"), "version": "1", "agentResourceRoleArn": role_arn("older") }))
        .spoke("bedrock-agent", "agent-versions", json!({ "agentArn": arn("bedrock agent/AG1"), "version": "2", "agentResourceRoleArn": role_arn("agent") }))
        .spoke("bedrock-agent", "agent-aliases", of_agent(json!({ "agentAliasSummaries": [{ "agentAliasId": "AL1", "agentAliasName": "live", "routingConfiguration": [{ "agentVersion": "1" }] }] })))
        .spoke("bedrock-agent", "agent-collaborators", of_agent(json!({ "agentCollaboratorSummaries": [{ "collaboratorName": "billing", "agentDescriptor": { "aliasArn": arn("bedrock agent-alias/AG2/AL9") } }] })))
        .spoke("bedrock-agent", "agent-knowledge-bases", of_agent(json!({ "agentKnowledgeBaseSummaries": [{ "knowledgeBaseId": "KB1", "knowledgeBaseState": "ENABLED" }] })))
        .spoke("bedrock-agent", "knowledge-bases", json!({ "knowledgeBaseId": "KB1", "knowledgeBaseArn": arn("bedrock knowledge-base/KB1"), "name": "manuals", "roleArn": role_arn("kb"), "status": "ACTIVE",
            "knowledgeBaseConfiguration": { "type": "VECTOR", "vectorKnowledgeBaseConfiguration": { "embeddingModelArn": MODEL } },
            "storageConfiguration": { "type": "RDS", "rdsConfiguration": { "resourceArn": arn("rds cluster:vectors"), "credentialsSecretArn": arn("secretsmanager secret:v-AbCdEf") } } }))
        .spoke("bedrock-agent", "data-sources", json!({ "knowledgeBaseId": "KB1", "dataSourceId": "DS1", "name": "docs", "dataSourceConfiguration": { "type": "S3", "s3Configuration": { "bucketArn": "arn:aws:s3:::manuals" } } }))
        .spoke("bedrock", "guardrails", json!({ "guardrailId": "gr1", "guardrailArn": arn("bedrock guardrail/gr1"), "name": "limits", "status": "READY", "topicPolicy": { "topics": [{ "name": "a" }, { "name": "b" }] },
            "sensitiveInformationPolicy": { "piiEntities": [{ "type": "EMAIL", "action": "ANONYMIZE" }] } }))
        .spoke("bedrock", "model-invocation-logging", json!({}))
}

#[test]
fn an_agent_comes_with_all_it_calls_reads_and_is_limited_by() {
    let output = agent().normalise();
    let graph = &output.graph;
    let agent = arn("bedrock agent/AG1");
    let found = entity(graph, &agent);
    assert_eq!((found.kind, found.name.as_str()), (EntityKind::BedrockAgent, "helper"));
    assert_eq!(found.attributes["action_groups"], json!(["ask", "orders"]));
    assert_eq!(found.attributes["versions"], json!(["1", "2"]));
    assert_eq!(
        found.attributes["aliases"],
        json!([{ "id": "AL1", "name": "live", "versions": ["1"] }])
    );
    let mut roles = ends(graph, &agent, EdgeKind::RunsAs);
    roles.dedup();
    assert_eq!(
        roles,
        [role_arn("agent"), role_arn("older")],
        "an alias may still route to version 1"
    );
    let invoked = [
        arn("bedrock agent/AG2"),
        arn("lambda function:orders"),
        MODEL.to_owned(),
    ];
    let mut found: Vec<&str> = ends(graph, &agent, EdgeKind::Invokes);
    found.sort_unstable();
    let mut want: Vec<&str> = invoked.iter().map(String::as_str).collect();
    want.sort_unstable();
    assert_eq!(found, want);
    let group = graph
        .edges
        .iter()
        .find(|edge| edge.from == agent && edge.to == arn("lambda function:orders"))
        .unwrap();
    assert_eq!(
        json!(group.attributes),
        json!({ "via": "orders", "qualifier": "live", "version": "DRAFT", "state": "ENABLED" })
    );
    assert_eq!(
        ends(graph, &agent, EdgeKind::ReadsFrom),
        [arn("bedrock knowledge-base/KB1")]
    );
    assert_eq!(ends(graph, &agent, EdgeKind::GuardedBy), [arn("bedrock guardrail/gr1")]);
    assert_eq!(entity(graph, MODEL).resolution, Resolution::Referenced);
    assert!(
        !format!("{output:?}").contains("canary-secret"),
        "instructions are not kept"
    );
}

#[test]
fn a_knowledge_base_reads_its_sources_under_its_role() {
    let graph = agent().graph();
    let base = arn("bedrock knowledge-base/KB1");
    assert_eq!(ends(&graph, &base, EdgeKind::RunsAs), [role_arn("kb")]);
    assert_eq!(ends(&graph, &base, EdgeKind::Invokes), [MODEL]);
    let read = [
        arn("rds cluster:vectors"),
        "arn:aws:s3:::manuals".to_owned(),
        arn("secretsmanager secret:v-AbCdEf"),
    ];
    assert_eq!(ends(&graph, &base, EdgeKind::ReadsFrom), read);
    let bucket = graph
        .edges
        .iter()
        .find(|edge| edge.to == "arn:aws:s3:::manuals")
        .unwrap();
    assert_eq!(bucket.attributes["via"], "docs");
}

#[test]
fn a_guardrail_says_what_it_keeps_out() {
    let graph = agent().graph();
    let guardrail = entity(&graph, &arn("bedrock guardrail/gr1"));
    let want = json!({ "status": "READY", "topics_blocked": 2, "pii_filters": ["EMAIL"] });
    assert_eq!(json!(guardrail.attributes), want);
}

#[test]
fn invocation_logging_is_off_only_where_aws_said_so() {
    let settings = urn::service_settings("bedrock", DEV, REGION);
    let bucket = json!({ "loggingConfig": { "s3Config": { "bucketName": "logs" }, "textDataDeliveryEnabled": true } });
    for (case, body, want) in [
        (
            "nothing is set",
            json!({}),
            json!({ "service": "bedrock", "invocation_logging": false }),
        ),
        (
            "no destination",
            json!({ "loggingConfig": { "textDataDeliveryEnabled": true } }),
            json!({ "service": "bedrock", "invocation_logging": false, "logs_text": true }),
        ),
        (
            "a bucket",
            bucket,
            json!({ "service": "bedrock", "invocation_logging": true, "logs_text": true, "log_bucket": "logs" }),
        ),
        (
            "a log group",
            json!({ "cloudWatchConfig": { "logGroupName": "g" } }),
            json!({ "service": "bedrock", "invocation_logging": true, "log_group": "g" }),
        ),
    ] {
        let graph = Capture::new()
            .spoke("bedrock", "model-invocation-logging", body)
            .graph();
        assert_eq!(json!(entity(&graph, &settings).attributes), want, "{case}");
    }
    let unasked = Capture::new()
        .spoke(
            "bedrock-agent",
            "agents",
            json!({ "agentArn": arn("bedrock agent/AG1") }),
        )
        .graph();
    assert!(!unasked.entities.contains_key(&settings), "nobody asked");
}

#[test]
fn a_flow_calls_what_its_nodes_name_inside_loops_too() {
    let node = |name: &str, configuration: Value| json!({ "name": name, "type": "x", "configuration": configuration });
    let inner =
        json!({ "nodes": [node("inner", json!({ "lambdaFunction": { "lambdaArn": arn("lambda function:inner") } }))] });
    let flow = json!({ "arn": arn("bedrock flow/F1"), "name": "f", "executionRoleArn": role_arn("flow"), "definition": { "nodes": [
        node("ask", json!({ "agent": { "agentAliasArn": arn("bedrock agent-alias/AG1/AL1") } })),
        node("look", json!({ "knowledgeBase": { "knowledgeBaseId": "KB1", "guardrailConfiguration": { "guardrailIdentifier": "gr1" } } })),
        node("prompt", json!({ "prompt": { "sourceConfiguration": { "inline": { "modelId": "eu.anthropic.claude-3-haiku-20240307-v1:0" } } } })),
        node("loop", json!({ "loop": { "definition": inner } })),
        node("bad", json!({ "lambdaFunction": { "lambdaArn": "no arn" } }))
    ] } });
    let graph = Capture::new().spoke("bedrock-agent", "flows", flow).graph();
    let flow = arn("bedrock flow/F1");
    let profile = arn("bedrock inference-profile/eu.anthropic.claude-3-haiku-20240307-v1:0");
    assert_eq!(ends(&graph, &flow, EdgeKind::RunsAs), [role_arn("flow")]);
    assert_eq!(
        ends(&graph, &flow, EdgeKind::Invokes),
        [arn("bedrock agent/AG1"), profile.clone(), arn("lambda function:inner")]
    );
    assert_eq!(
        ends(&graph, &flow, EdgeKind::ReadsFrom),
        [arn("bedrock knowledge-base/KB1")]
    );
    assert_eq!(ends(&graph, &flow, EdgeKind::GuardedBy), [arn("bedrock guardrail/gr1")]);
    assert_eq!(entity(&graph, &profile).kind, EntityKind::FoundationModel);
}

#[test]
fn a_runtime_runs_its_image_and_a_gateway_calls_its_targets() {
    let image = format!("{DEV}.dkr.ecr.{REGION}.amazonaws.com/agent:1");
    let runtime = json!({ "agentRuntimeArn": arn("bedrock-agentcore runtime/r-1"), "agentRuntimeName": "r", "roleArn": role_arn("runtime"), "networkConfiguration": { "networkMode": "PUBLIC" },
        "agentRuntimeArtifact": { "containerConfiguration": { "containerUri": image } }, "environmentVariables": { "KEY": "canary-secret" } });
    let gateway = json!({ "gatewayArn": arn("bedrock-agentcore gateway/g-1"), "gatewayId": "g-1", "name": "g", "roleArn": role_arn("gateway"), "authorizerType": "CUSTOM_JWT",
        "interceptorConfigurations": [{ "interceptor": { "lambda": { "arn": arn("lambda function:intercept") } } }] });
    let target = |name: &str, configuration: Value| json!({ "gatewayArn": arn("bedrock-agentcore gateway/g-1"), "targetId": name, "name": name, "targetConfiguration": { "mcp": configuration } });
    let schema = json!({ "servers": [{ "url": "https://api.example.com/v1" }] }).to_string();
    let output = Capture::new()
        .spoke("bedrock-agentcore-control", "agent-runtimes", runtime)
        .spoke("bedrock-agentcore-control", "gateways", gateway)
        .spoke(
            "bedrock-agentcore-control",
            "gateway-targets",
            target(
                "tools",
                json!({ "lambda": { "lambdaArn": arn("lambda function:tools") } }),
            ),
        )
        .spoke(
            "bedrock-agentcore-control",
            "gateway-targets",
            target("api", json!({ "openApiSchema": { "inlinePayload": schema } })),
        )
        .spoke(
            "bedrock-agentcore-control",
            "gateway-targets",
            target(
                "mcp",
                json!({ "mcpServer": { "endpoint": "https://mcp.example.org/sse" } }),
            ),
        )
        .normalise();
    let graph = &output.graph;
    let (runtime, gateway) = (
        arn("bedrock-agentcore runtime/r-1"),
        arn("bedrock-agentcore gateway/g-1"),
    );
    assert_eq!(entity(graph, &runtime).attributes["network_mode"], "PUBLIC");
    assert_eq!(entity(graph, &runtime).attributes["environment_keys"], json!(["KEY"]));
    assert_eq!(ends(graph, &runtime, EdgeKind::RunsAs), [role_arn("runtime")]);
    assert_eq!(
        edge(graph, &runtime, EdgeKind::DeployedFrom).to,
        arn("ecr repository/agent")
    );
    assert_eq!(ends(graph, &gateway, EdgeKind::RunsAs), [role_arn("gateway")]);
    assert_eq!(
        ends(graph, &gateway, EdgeKind::Invokes),
        [arn("lambda function:intercept"), arn("lambda function:tools")]
    );
    assert_eq!(
        ends(graph, &gateway, EdgeKind::SendsTo),
        ["api.example.com", "mcp.example.org"].map(urn::internet_destination)
    );
    let targets = json!([{ "name": "api", "type": "openApiSchema" }, { "name": "mcp", "type": "mcpServer" }, { "name": "tools", "type": "lambda" }]);
    assert_eq!(entity(graph, &gateway).attributes["targets"], targets);
    assert!(!format!("{output:?}").contains("canary-secret"));
}
