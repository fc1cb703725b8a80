//! What a row cannot say of Bedrock's agents, knowledge bases and flows, and of AgentCore's gateways.
//!
//! Sources: Amazon Bedrock API Reference, `GetAgent`, `GetAgentActionGroup`, `ListAgentCollaborators`, `GetFlow`; Bedrock AgentCore Control API Reference, `GetGatewayTarget`.

use serde_json::{Value, json};
use sv0_model::graph::{EdgeKind, EntityKind, urn};

use super::invokes;
use crate::additions::Addition;
use crate::config::ConfigItem;
use crate::description::{Description, Identity, Link, Reference};
use crate::facts::Facts;
use crate::freshness::Fact;
use crate::json::{at, decoded, first_at, is_arn, list_at, text_at, texts_along};
use crate::spoke::Answer;
use crate::target::Target;

const KNOWLEDGE_BASE: &str = "arn:{partition}:bedrock:{region}:{account}:knowledge-base/{id}";
/// The guardrail that an id without an ARN names.
pub(crate) const GUARDRAIL: &str = "arn:{partition}:bedrock:{region}:{account}:guardrail/{id}";
/// The bucket that a bare name means.
const BUCKET: &str = "arn:{partition}:s3:::{id}";

/// The functions that change how an agent thinks.
pub(crate) fn refine_agent(item: &ConfigItem<'_>, description: &mut Description) {
    let places = [
        (
            "configuration.promptOverrideConfiguration.overrideLambda",
            "prompt override",
        ),
        ("configuration.customOrchestration.executor.lambda", "orchestration"),
    ];
    for (path, via) in places {
        description
            .links
            .extend(text_at(&item.body, path).and_then(|arn| invokes(arn, via)));
    }
}

/// `GetAgentVersion`: what a version that aliases may still route to runs as and calls.
pub(crate) fn read_agent_version(answer: &Answer<'_>, facts: &mut Facts) {
    let (Some(mut addition), Some(version)) = (agent(answer), text_at(answer.body, "version")) else {
        return;
    };
    addition.set("versions", Some(json!([version])));
    let links = [
        (
            "agentResourceRoleArn",
            EdgeKind::RunsAs,
            Reference::Role as fn(String) -> Reference,
        ),
        ("foundationModel", EdgeKind::Invokes, Reference::Model),
        (
            "guardrailConfiguration.guardrailIdentifier",
            EdgeKind::GuardedBy,
            |id| Reference::InFormat(GUARDRAIL, id),
        ),
    ];
    for (path, kind, reference) in links {
        let link = text_at(answer.body, path).map(|text| Link::new(kind, reference(text.to_owned())));
        addition.links.extend(link.map(|link| link.with("version", version)));
    }
    say(facts, answer, &format!("version {version}"), addition);
}

/// `ListAgentAliases`: which versions callers get.
pub(crate) fn read_agent_aliases(answer: &Answer<'_>, facts: &mut Facts) {
    let Some(mut addition) = agent(answer) else {
        return;
    };
    let aliases: Vec<Value> = list_at(answer.body, "agentAliasSummaries")
        .iter()
        .map(|alias| {
            json!({
                "id": text_at(alias, "agentAliasId"),
                "name": text_at(alias, "agentAliasName"),
                "versions": texts_along(alias, "routingConfiguration.agentVersion"),
            })
        })
        .collect();
    addition.set("aliases", Some(aliases));
    say(facts, answer, "aliases", addition);
}

/// `GetAgentActionGroup`: the function behind it.
pub(crate) fn read_action_group(answer: &Answer<'_>, facts: &mut Facts) {
    let (Some(mut addition), Some(name)) = (agent(answer), text_at(answer.body, "actionGroupName")) else {
        return;
    };
    addition.set("action_groups", Some(json!([name])));
    let function = text_at(answer.body, "actionGroupExecutor.lambda").and_then(|arn| invokes(arn, name));
    let version = text_at(answer.body, "agentVersion").unwrap_or("DRAFT");
    let state = text_at(answer.body, "actionGroupState").unwrap_or("ENABLED");
    let link = function.map(|link| link.with("version", version).with("state", state));
    addition.links.extend(link);
    let id = text_at(answer.body, "actionGroupId").unwrap_or(name);
    say(facts, answer, &format!("action group {id} {version}"), addition);
}

/// `ListAgentCollaborators`: the agents it hands work to.
pub(crate) fn read_collaborators(answer: &Answer<'_>, facts: &mut Facts) {
    let Some(mut addition) = agent(answer) else {
        return;
    };
    for summary in list_at(answer.body, "agentCollaboratorSummaries") {
        let name = text_at(summary, "collaboratorName").unwrap_or("collaborator");
        let link = text_at(summary, "agentDescriptor.aliasArn").and_then(|arn| invokes(arn, name));
        addition.links.extend(link);
    }
    say(facts, answer, "collaborators", addition);
}

/// `ListAgentKnowledgeBases`.
pub(crate) fn read_knowledge_bases(answer: &Answer<'_>, facts: &mut Facts) {
    let Some(mut addition) = agent(answer) else {
        return;
    };
    for summary in list_at(answer.body, "agentKnowledgeBaseSummaries") {
        if let Some(id) = text_at(summary, "knowledgeBaseId") {
            let link = Link::new(EdgeKind::ReadsFrom, Reference::InFormat(KNOWLEDGE_BASE, id.to_owned()));
            let state = text_at(summary, "knowledgeBaseState").unwrap_or("ENABLED");
            addition.links.push(link.with("state", state));
        }
    }
    say(facts, answer, "knowledge bases", addition);
}

/// `GetDataSource`: what a knowledge base reads.
pub(crate) fn read_data_source(answer: &Answer<'_>, facts: &mut Facts) {
    let Some(mut addition) = subject(answer, "knowledgeBaseId", KNOWLEDGE_BASE, EntityKind::KnowledgeBase) else {
        return;
    };
    let name = text_at(answer.body, "name").unwrap_or("data source");
    let configuration = "dataSourceConfiguration";
    let buckets = texts_along(answer.body, &format!("{configuration}.s3Configuration.bucketArn"));
    let secrets = ["confluence", "salesforce", "sharePoint"];
    let secrets = secrets.iter().filter_map(|kind| {
        text_at(
            answer.body,
            &format!("{configuration}.{kind}Configuration.sourceConfiguration.credentialsSecretArn"),
        )
    });
    for arn in buckets.into_iter().chain(secrets).filter(|arn| is_arn(arn)) {
        let link = Link::new(EdgeKind::ReadsFrom, Reference::Arn(arn.to_owned()));
        addition.links.push(link.with("via", name));
    }
    let transformation = "vectorIngestionConfiguration.customTransformationConfiguration.transformations.transformationFunction.transformationLambdaConfiguration.lambdaArn";
    let functions = texts_along(answer.body, transformation);
    addition
        .links
        .extend(functions.into_iter().filter_map(|arn| invokes(arn, name)));
    let id = text_at(answer.body, "dataSourceId").unwrap_or(name);
    say(facts, answer, &format!("data source {id}"), addition);
}

/// The nodes of a flow.
pub(crate) fn refine_flow(item: &ConfigItem<'_>, description: &mut Description) {
    if let Some(definition) = at(&item.body, "configuration.definition") {
        add_nodes(definition, description);
    }
}

/// Where a node of a flow names what it uses, and how.
struct Place(&'static str, EdgeKind, fn(String) -> Reference);

const NODE: &[Place] = &[
    Place("lambdaFunction.lambdaArn", EdgeKind::Invokes, Reference::Arn),
    Place("agent.agentAliasArn", EdgeKind::Invokes, Reference::Arn),
    Place("lex.botAliasArn", EdgeKind::Invokes, Reference::Arn),
    Place(
        "prompt.sourceConfiguration.inline.modelId",
        EdgeKind::Invokes,
        Reference::Model,
    ),
    Place(
        "prompt.sourceConfiguration.resource.promptArn",
        EdgeKind::ReadsFrom,
        Reference::Arn,
    ),
    Place(
        "prompt.guardrailConfiguration.guardrailIdentifier",
        EdgeKind::GuardedBy,
        |id| Reference::InFormat(GUARDRAIL, id),
    ),
    Place("knowledgeBase.knowledgeBaseId", EdgeKind::ReadsFrom, |id| {
        Reference::InFormat(KNOWLEDGE_BASE, id)
    }),
    Place("knowledgeBase.modelId", EdgeKind::Invokes, Reference::Model),
    Place(
        "knowledgeBase.guardrailConfiguration.guardrailIdentifier",
        EdgeKind::GuardedBy,
        |id| Reference::InFormat(GUARDRAIL, id),
    ),
    Place(
        "retrieval.serviceConfiguration.s3.bucketName",
        EdgeKind::ReadsFrom,
        |id| Reference::InFormat(BUCKET, id),
    ),
    Place("storage.serviceConfiguration.s3.bucketName", EdgeKind::Invokes, |id| {
        Reference::InFormat(BUCKET, id)
    }),
];

/// The nodes of a definition and of its loops. The depth of JSON is bounded where it is parsed.
fn add_nodes(definition: &Value, description: &mut Description) {
    for node in list_at(definition, "nodes") {
        let via = text_at(node, "name").unwrap_or("node");
        let Some(configuration) = at(node, "configuration") else {
            continue;
        };
        for Place(path, kind, reference) in NODE {
            let Some(text) = text_at(configuration, path) else {
                continue;
            };
            let link = Link::new(*kind, reference(text.to_owned()));
            description.links.push(link.with("via", via));
        }
        if let Some(inner) = at(configuration, "loop.definition") {
            add_nodes(inner, description);
        }
    }
}

/// `GetModelInvocationLoggingConfiguration`: an empty answer means that calls of models are not logged.
pub(crate) fn read_invocation_logging(answer: &Answer<'_>, facts: &mut Facts) {
    let (Some(account), Some(region)) = (answer.account, answer.region) else {
        return;
    };
    let configuration = first_at(answer.body, &["loggingConfig"]).unwrap_or(answer.body);
    let has = |destination: &str| {
        at(configuration, destination).is_some_and(|found| found.as_object().is_some_and(|found| !found.is_empty()))
    };
    let identity = Identity {
        native_id: urn::service_settings("bedrock", account, region),
        kind: EntityKind::ServiceSettings,
        name: "Amazon Bedrock",
        account: Some(account),
        region: Some(region),
    };
    let mut description = Description::new(identity, &answer.freshness, answer.origin);
    description.set("service", Some("bedrock"));
    description.set("invocation_logging", Some(has("s3Config") || has("cloudWatchConfig")));
    description.set(
        "logs_text",
        at(configuration, "textDataDeliveryEnabled").and_then(Value::as_bool),
    );
    if let Some(bucket) = text_at(configuration, "s3Config.bucketName") {
        description.set("log_bucket", Some(bucket));
    }
    description.set("log_group", text_at(configuration, "cloudWatchConfig.logGroupName"));
    let native_id = description.entity.native_id.clone();
    let fact = Fact {
        freshness: answer.freshness.clone(),
        origin: answer.origin.clone(),
        value: description,
    };
    facts.answers.offer(native_id, fact);
}

/// Functions that see a gateway's requests.
pub(crate) fn refine_gateway(item: &ConfigItem<'_>, description: &mut Description) {
    let functions = texts_along(
        &item.body,
        "configuration.interceptorConfigurations.interceptor.lambda.arn",
    );
    description
        .links
        .extend(functions.into_iter().filter_map(|arn| invokes(arn, "interceptor")));
}

/// `GetGatewayTarget`: what a gateway calls for an agent.
pub(crate) fn read_gateway_target(answer: &Answer<'_>, facts: &mut Facts) {
    const FORMAT: &str = "arn:{partition}:bedrock-agentcore:{region}:{account}:gateway/{id}";
    let gateway = text_at(answer.body, "gatewayArn").filter(|arn| is_arn(arn));
    let addition = match gateway {
        Some(arn) => Some(Addition::new(Target::new(arn, EntityKind::AgentCoreGateway))),
        None => subject(answer, "gatewayIdentifier", FORMAT, EntityKind::AgentCoreGateway),
    };
    let Some(mut addition) = addition else {
        return;
    };
    let name = text_at(answer.body, "name").unwrap_or("target");
    let configuration = at(answer.body, "targetConfiguration").unwrap_or(&Value::Null);
    let arns = ["mcp.lambda.lambdaArn", "http.agentcoreRuntime.arn"];
    let arns = arns.iter().filter_map(|path| text_at(configuration, path));
    addition.links.extend(arns.filter_map(|arn| invokes(arn, name)));
    let schema = at(configuration, "mcp.openApiSchema.inlinePayload").map(decoded);
    let servers = schema.as_deref().map(|schema| texts_along(schema, "servers.url"));
    let endpoint = text_at(configuration, "mcp.mcpServer.endpoint");
    for url in servers.into_iter().flatten().chain(endpoint) {
        let link = Link::new(EdgeKind::SendsTo, Reference::Host(url.to_owned()));
        addition.links.push(link.with("via", name));
    }
    if let Some(api) = text_at(configuration, "mcp.apiGateway.restApiId") {
        let format = "arn:{partition}:apigateway:{region}::/restapis/{id}";
        let link = Link::new(EdgeKind::Invokes, Reference::InFormat(format, api.to_owned()));
        addition.links.push(link.with("via", name));
    }
    let kind = at(configuration, "mcp")
        .or_else(|| at(configuration, "http"))
        .and_then(Value::as_object);
    let kind = kind.and_then(|kind| kind.keys().next().cloned());
    addition.set("targets", Some(json!([{ "name": name, "type": kind }])));
    let id = text_at(answer.body, "targetId").unwrap_or(name);
    say(facts, answer, &format!("target {id}"), addition);
}

/// The agent that an answer is about: the ARN beside it, the one inside, or the one its id makes.
fn agent(answer: &Answer<'_>) -> Option<Addition> {
    const FORMAT: &str = "arn:{partition}:bedrock:{region}:{account}:agent/{id}";
    let written = answer
        .subject
        .or_else(|| text_at(answer.body, "agentArn").filter(|arn| is_arn(arn)));
    match written {
        Some(arn) => Some(Addition::new(Target::new(arn, EntityKind::BedrockAgent))),
        None => subject(answer, "agentId", FORMAT, EntityKind::BedrockAgent),
    }
}

/// The thing whose id stands at a path, in the account and Region of the answer.
fn subject(answer: &Answer<'_>, path: &str, format: &str, kind: EntityKind) -> Option<Addition> {
    let id = text_at(answer.body, path)?;
    let arn = answer.arn(format, id).filter(|arn| is_arn(arn))?;
    Some(Addition::new(Target::new(arn, kind)))
}

fn say(facts: &mut Facts, answer: &Answer<'_>, what: &str, addition: Addition) {
    facts.additions.say(what, &answer.freshness, answer.origin, addition);
}
