"""The data platform (acme-data) as its own services answer: what AWS Config does not hold."""

import json

import names
from data_platform import (AGENT, CUSTOMERS, DESTINATION, EKS_ISSUER, IDENTITY_POOL, IMAGE, KNOWLEDGE, MODEL, REQUESTS, SETTLEMENT, TRUST_ANCHOR)
from names import DATA, FRANKFURT, IRELAND, PROD, bucket, function, role
from shapes import allow, document, json_string

MADE = "2026-01-14T10:00:00+00:00"
GUARDRAIL = f"arn:aws:bedrock:{IRELAND}:{DATA}:guardrail/gr7parcel01"
RULES = f"arn:aws:events:{IRELAND}:{DATA}:rule"
RUNTIME = f"arn:aws:bedrock-agentcore:{IRELAND}:{DATA}:runtime/claims-Zk3Qm7TbXe"
CLUSTER = f"arn:aws:eks:{IRELAND}:{DATA}:cluster/parcels"


def wrapped(arn, response):
    """An answer that does not name its subject."""
    return {"Arn": arn, "Response": response}


def state_machines():
    """DescribeStateMachine."""
    definition = {"StartAt": "Export", "States": {
        "Export": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Tell", "Parameters": {
            "FunctionName": function(DATA, "settlement-export"), "Payload": {"token": "CANARY-acme-state-machine-literal"}}},
        "Tell": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": True, "Parameters": {
            "TopicArn": f"arn:aws:sns:{IRELAND}:{DATA}:settlement-done", "Message": "CANARY-acme-state-machine-message"}}}}
    return [{"stateMachineArn": SETTLEMENT, "name": "nightly-settlement", "status": "ACTIVE", "definition": json.dumps(definition), "type": "STANDARD",
             "roleArn": role(DATA, "nightly-settlement-states"), "creationDate": MADE, "loggingConfiguration": {"level": "ERROR", "includeExecutionData": False},
             "tracingConfiguration": {"enabled": False}}]


def rules():
    """ListRules. One of them is switched off."""
    def rule(name, **more):
        return {"Name": name, "Arn": f"{RULES}/{name}", "State": "ENABLED", "EventBusName": "default", **more}

    return [
        rule("nightly-settlement", ScheduleExpression="cron(0 1 * * ? *)"),
        rule("parcel-delivered", EventPattern=json.dumps({"source": ["acme.parcels"], "detail-type": ["delivered"]})),
        rule("old-settlement", ScheduleExpression="rate(1 day)", State="DISABLED"),
    ]


def targets():
    """ListTargetsByRule."""
    carrier = {"Id": "carrier", "Arn": DESTINATION, "RoleArn": role(DATA, "events-call-carrier"), "Input": json.dumps({"key": "CANARY-acme-rule-input"})}
    return [
        wrapped(f"{RULES}/nightly-settlement", {"Targets": [{"Id": "machine", "Arn": SETTLEMENT, "RoleArn": role(DATA, "events-start-settlement")}]}),
        wrapped(f"{RULES}/parcel-delivered", {"Targets": [carrier]}),
        wrapped(f"{RULES}/old-settlement", {"Targets": [{"Id": "function", "Arn": function(DATA, "settlement-export")}]}),
    ]


def destinations():
    """DescribeApiDestination and DescribeConnection."""
    connection = f"arn:aws:events:{IRELAND}:{DATA}:connection/carrier/{names.uuid('carrier connection')}"
    destination = {"ApiDestinationArn": DESTINATION, "Name": "carrier-webhook", "ApiDestinationState": "ACTIVE", "ConnectionArn": connection, "HttpMethod": "POST",
                   "InvocationEndpoint": "https://hooks.carrier.example/acme/CANARY-acme-webhook-path?token=CANARY-acme-webhook-query"}
    described = {"ConnectionArn": connection, "Name": "carrier", "ConnectionState": "AUTHORIZED", "AuthorizationType": "API_KEY",
                 "SecretArn": names.secret(DATA, "events!connection/carrier/8d1f-Yq4RtB"),
                 "AuthParameters": {"ApiKeyAuthParameters": {"ApiKeyName": "x-key"}, "InvocationHttpParameters": {"HeaderParameters": [
                     {"Key": "x-tenant", "Value": "CANARY-acme-connection-header", "IsValueSecret": False}]}}}
    return [destination], [described]


def schedules_and_pipes():
    """GetSchedule and DescribePipe."""
    schedule = {"Arn": f"arn:aws:scheduler:{IRELAND}:{DATA}:schedule/default/weekly-press", "Name": "weekly-press", "GroupName": "default", "State": "ENABLED",
                "ScheduleExpression": "cron(0 6 ? * MON *)", "FlexibleTimeWindow": {"Mode": "OFF"},
                "Target": {"Arn": function(DATA, "press-feed"), "RoleArn": role(DATA, "scheduler-press"), "Input": "{\"token\":\"CANARY-acme-schedule-input\"}"}}
    pipe = {"Arn": f"arn:aws:pipes:{IRELAND}:{DATA}:pipe/settlement-requests", "Name": "settlement-requests", "CurrentState": "RUNNING", "DesiredState": "RUNNING",
            "Source": REQUESTS, "Target": SETTLEMENT, "RoleArn": role(DATA, "pipe-settlement"),
            "TargetParameters": {"InputTemplate": "{\"token\":\"CANARY-acme-pipe-template\"}", "StepFunctionStateMachineParameters": {"InvocationType": "FIRE_AND_FORGET"}}}
    return [schedule], [pipe]


def agents():
    """GetAgent and what belongs to an agent."""
    agent = {"agent": {"agentId": "PRCLASST01", "agentArn": AGENT, "agentName": "parcel-assistant", "agentStatus": "PREPARED", "agentVersion": "DRAFT",
                       "agentResourceRoleArn": role(DATA, "parcel-assistant-agent"), "foundationModel": MODEL, "idleSessionTTLInSeconds": 600,
                       "instruction": "Answer politely. CANARY-acme-agent-instruction", "createdAt": MADE, "updatedAt": MADE,
                       "guardrailConfiguration": {"guardrailIdentifier": GUARDRAIL, "guardrailVersion": "1"}}}
    group = {"agentActionGroup": {"agentId": "PRCLASST01", "agentVersion": "DRAFT", "actionGroupId": "AGTRACK001", "actionGroupName": "track-parcels",
                                  "actionGroupState": "ENABLED", "actionGroupExecutor": {"lambda": function(DATA, "assistant-actions")},
                                  "createdAt": MADE, "updatedAt": MADE}}
    linked = wrapped(AGENT, {"agentKnowledgeBaseSummaries": [{"knowledgeBaseId": "PRCLKNOW01", "knowledgeBaseState": "ENABLED", "updatedAt": MADE}]})
    base = {"knowledgeBase": {"knowledgeBaseId": "PRCLKNOW01", "knowledgeBaseArn": KNOWLEDGE, "name": "parcel-knowledge", "status": "ACTIVE",
                              "roleArn": role(DATA, "parcel-knowledge"), "createdAt": MADE, "updatedAt": MADE,
                              "knowledgeBaseConfiguration": {"type": "VECTOR", "vectorKnowledgeBaseConfiguration": {
                                  "embeddingModelArn": f"arn:aws:bedrock:{IRELAND}::foundation-model/amazon.titan-embed-text-v2:0"}}}}
    source = {"dataSource": {"dataSourceId": "DSPARCEL01", "knowledgeBaseId": "PRCLKNOW01", "name": "documents", "status": "AVAILABLE",
                             "dataSourceConfiguration": {"type": "S3", "s3Configuration": {"bucketArn": bucket("acme-data-knowledge")}}, "createdAt": MADE, "updatedAt": MADE}}
    return {"agents": [agent], "agent-action-groups": [group], "agent-knowledge-bases": [linked], "knowledge-bases": [base], "data-sources": [source]}


def bedrock():
    """GetGuardrail, and the logging of model invocations: off here, on in production."""
    guardrail = {"guardrailArn": GUARDRAIL, "guardrailId": "gr7parcel01", "name": "parcel-guardrail", "version": "1", "status": "READY", "createdAt": MADE, "updatedAt": MADE,
                 "topicPolicy": {"topics": [{"name": "legal-advice", "type": "DENY", "definition": "Anything about courts."}]},
                 "sensitiveInformationPolicy": {"piiEntities": [{"type": "EMAIL", "action": "ANONYMIZE"}]},
                 "blockedInputMessaging": "CANARY-acme-guardrail-message", "blockedOutputsMessaging": "No."}
    return {"guardrails": [guardrail], "model-invocation-logging": [{}]}


def agentcore():
    """GetAgentRuntime."""
    return [{"agentRuntimeArn": RUNTIME, "agentRuntimeId": "claims-Zk3Qm7TbXe", "agentRuntimeName": "claims", "agentRuntimeVersion": "4", "status": "READY",
             "roleArn": role(DATA, "claims-runtime"), "createdAt": MADE, "lastUpdatedAt": MADE, "networkConfiguration": {"networkMode": "PUBLIC"},
             "agentRuntimeArtifact": {"containerConfiguration": {"containerUri": f"{IMAGE}:claims-4"}},
             "environmentVariables": {"CLAIMS_TOKEN": "CANARY-acme-runtime-environment"}}]


def kubernetes():
    """DescribeCluster and DescribePodIdentityAssociation."""
    cluster = {"cluster": {"name": "parcels", "arn": CLUSTER, "version": "1.33", "status": "ACTIVE", "roleArn": role(DATA, "eks-cluster"),
                           "identity": {"oidc": {"issuer": f"https://{EKS_ISSUER}"}}, "accessConfig": {"authenticationMode": "API"}}}
    association = {"association": {"clusterName": "parcels", "namespace": "routing", "serviceAccount": "planner", "roleArn": role(DATA, "eks-route-planner"),
                                   "associationArn": f"arn:aws:eks:{IRELAND}:{DATA}:podidentityassociation/parcels/a-7cq2x9kd4mwz1v", "associationId": "a-7cq2x9kd4mwz1v"}}
    return {"clusters": [cluster], "pod-identity-associations": [association]}


def devices():
    """Cognito and Roles Anywhere."""
    pool = {"IdentityPoolId": IDENTITY_POOL, "IdentityPoolName": "parcel_app", "AllowUnauthenticatedIdentities": True,
            "SupportedLoginProviders": {"accounts.google.com": "CANARY-acme-login-provider"}}
    roles = {"IdentityPoolId": IDENTITY_POOL, "Roles": {"unauthenticated": role(DATA, "app-guest")}}
    anchor = {"trustAnchorArn": TRUST_ANCHOR, "trustAnchorId": TRUST_ANCHOR.rsplit("/", 1)[1], "name": "depots", "enabled": True,
              "source": {"sourceType": "AWS_ACM_PCA", "sourceData": {"acmPcaArn": f"arn:aws:acm-pca:{IRELAND}:{DATA}:certificate-authority/{names.uuid('depot ca')}"}}}
    profile = {"profileArn": f"arn:aws:rolesanywhere:{IRELAND}:{DATA}:profile/{names.uuid('depot profile')}", "profileId": names.uuid("depot profile"),
               "name": "depot-scanners", "enabled": True, "roleArns": [role(DATA, "depot-scanner")], "durationSeconds": 3600}
    return {"identity-pools": [pool], "identity-pool-roles": [roles]}, {"trust-anchors": [anchor], "profiles": [profile]}


def functions():
    """Function URLs and event source mappings."""
    url = {"FunctionArn": function(DATA, "parcel-tracker"), "FunctionUrl": f"https://k3x7parceltrack.lambda-url.{IRELAND}.on.aws/", "AuthType": "NONE", "CreationTime": MADE,
           "LastModifiedTime": MADE, "InvokeMode": "BUFFERED"}
    mapping = {"UUID": names.uuid("settlement mapping"), "EventSourceArn": f"arn:aws:kinesis:{IRELAND}:{DATA}:stream/scans", "FunctionArn": function(DATA, "parcel-printer"),
               "State": "Enabled", "BatchSize": 10}
    return {"function-url-configs": [url], "event-source-mappings": [mapping]}


def parameters():
    """DescribeParameters: never a value."""
    def parameter(name, kind, **more):
        return {"Name": name, "ARN": f"arn:aws:ssm:{IRELAND}:{DATA}:parameter{name}", "Type": kind, "Version": 3, "Tier": "Standard", "DataType": "text",
                "LastModifiedDate": MADE, **more}

    return [parameter("/acme/data/model-key", "SecureString", KeyId="alias/aws/ssm"), parameter("/acme/data/stage", "String")]


def table_policies():
    """GetResourcePolicy of a table: the analysts' account may read parcels."""
    parcels = names.table("parcels")
    return [wrapped(parcels, {"Policy": json_string(document(allow("dynamodb:GetItem", parcels, principal={"AWS": role(PROD, "checkout-task")}))), "RevisionId": "1709"}),
            wrapped(CUSTOMERS, {})]


def files():
    """Files below accounts/, by account, Region and place."""
    (destination, connection), (schedule, pipe) = destinations(), schedules_and_pipes()
    pools, anywhere = devices()
    here = {
        "stepfunctions": {"state-machines": state_machines()},
        "events": {"rules": rules(), "targets": targets(), "api-destinations": destination, "connections": connection},
        "scheduler": {"schedules": schedule}, "pipes": {"pipes": pipe},
        "bedrock-agent": agents(), "bedrock": bedrock(), "bedrock-agentcore-control": {"agent-runtimes": agentcore()},
        "eks": kubernetes(), "cognito-identity": pools, "rolesanywhere": anywhere, "lambda": functions(),
        "ssm": {"parameters": parameters()}, "dynamodb": {"resource-policies": table_policies()},
    }
    logging = {"loggingConfig": {"textDataDeliveryEnabled": True, "s3Config": {"bucketName": "acme-prod-telemetry", "keyPrefix": "bedrock"}}}
    out = {f"accounts/{DATA}/{IRELAND}/{service}/{what}.ndjson": rows for service, answers in here.items() for what, rows in answers.items()}
    out[f"accounts/{PROD}/{IRELAND}/bedrock/model-invocation-logging.ndjson"] = [logging]
    out[f"accounts/{DATA}/{FRANKFURT}/bedrock/model-invocation-logging.ndjson"] = [{}]
    return out
