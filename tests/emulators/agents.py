"""Agents, knowledge bases and guardrails of Bedrock, and runtimes of AgentCore."""

from .places import lines


def guardrails(estate, emulator, names):
    """Guardrails, each with a version."""
    for account, region, line in lines(estate, "bedrock/guardrails"):
        client = emulator.client("bedrock", account, region)
        made = client.create_guardrail(
            name=line["name"],
            topicPolicyConfig={"topicsConfig": line["topicPolicy"]["topics"]},
            sensitiveInformationPolicyConfig={"piiEntitiesConfig": line["sensitiveInformationPolicy"]["piiEntities"]},
            blockedInputMessaging=line["blockedInputMessaging"],
            blockedOutputsMessaging=line["blockedOutputsMessaging"],
        )
        client.create_guardrail_version(guardrailIdentifier=made["guardrailId"])
        names.add(line["guardrailId"], made["guardrailId"])


def logging(estate, emulator, _):
    """The logging of model invocations."""
    for account, region, line in lines(estate, "bedrock/model-invocation-logging"):
        if "loggingConfig" in line:
            emulator.client("bedrock", account, region).put_model_invocation_logging_configuration(loggingConfig=line["loggingConfig"])


def agents(estate, emulator, names):
    """Knowledge bases with their sources, agents with action groups and knowledge bases."""
    for account, region, line in lines(estate, "bedrock-agent/knowledge-bases"):
        own = line["knowledgeBase"]
        client = emulator.client("bedrock-agent", account, region)
        storage = {"type": "OPENSEARCH_SERVERLESS", "opensearchServerlessConfiguration": _OPENSEARCH}
        made = client.create_knowledge_base(name=own["name"], roleArn=own["roleArn"], knowledgeBaseConfiguration=own["knowledgeBaseConfiguration"], storageConfiguration=own.get("storageConfiguration", storage))
        names.add(own["knowledgeBaseId"], made["knowledgeBase"]["knowledgeBaseId"])
    for account, region, line in lines(estate, "bedrock-agent/data-sources"):
        own = line["dataSource"]
        client = emulator.client("bedrock-agent", account, region)
        made = client.create_data_source(knowledgeBaseId=names.renamed(own["knowledgeBaseId"]), name=own["name"], dataSourceConfiguration=own["dataSourceConfiguration"])
        names.add(own["dataSourceId"], made["dataSource"]["dataSourceId"])
    for account, region, line in lines(estate, "bedrock-agent/agents"):
        _agent(emulator.client("bedrock-agent", account, region), line["agent"], names)
    for account, region, line in lines(estate, "bedrock-agent/agent-action-groups"):
        own = line["agentActionGroup"]
        client = emulator.client("bedrock-agent", account, region)
        made = client.create_agent_action_group(
            agentId=names.renamed(own["agentId"]), agentVersion=own["agentVersion"], actionGroupName=own["actionGroupName"], actionGroupExecutor=own["actionGroupExecutor"], actionGroupState=own["actionGroupState"]
        )
        names.add(own["actionGroupId"], made["agentActionGroup"]["actionGroupId"])
    for account, region, line in lines(estate, "bedrock-agent/agent-knowledge-bases"):
        for own in line["Response"]["agentKnowledgeBaseSummaries"]:
            emulator.client("bedrock-agent", account, region).associate_agent_knowledge_base(
                agentId=names.renamed(line["Arn"].rsplit("/")[-1]), agentVersion="DRAFT", knowledgeBaseId=names.renamed(own["knowledgeBaseId"]), description="-", knowledgeBaseState=own["knowledgeBaseState"]
            )


# The example's knowledge base does not tell where its vectors are; an emulator wants to be told.
_OPENSEARCH = {"collectionArn": "arn:aws:aoss:eu-west-1:000000000000:collection/vectors", "vectorIndexName": "index", "fieldMapping": {"vectorField": "v", "textField": "t", "metadataField": "m"}}


def _agent(client, own, names):
    given = {key: own[key] for key in ("agentName", "agentResourceRoleArn", "foundationModel", "idleSessionTTLInSeconds", "instruction")}
    guardrail = own["guardrailConfiguration"]
    made = client.create_agent(**given, guardrailConfiguration={**guardrail, "guardrailIdentifier": names.renamed(guardrail["guardrailIdentifier"])})["agent"]
    names.add(own["agentId"], made["agentId"])
    client.prepare_agent(agentId=made["agentId"])


def runtimes(estate, emulator, names):
    """Runtimes of AgentCore."""
    for account, region, own in lines(estate, "bedrock-agentcore-control/agent-runtimes"):
        client = emulator.client("bedrock-agentcore-control", account, region)
        made = client.create_agent_runtime(
            agentRuntimeName=own["agentRuntimeName"], roleArn=own["roleArn"], networkConfiguration=own["networkConfiguration"], agentRuntimeArtifact=own["agentRuntimeArtifact"], environmentVariables=own["environmentVariables"]
        )
        names.add(own["agentRuntimeId"], made["agentRuntimeId"])
