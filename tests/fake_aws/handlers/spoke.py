"""The table of what an account answers of itself: (service, list, get) of each file of docs/capture.md."""

from ..errors import none_attached
from ..spoke import Kind, asked_for, list_of, one_of
from .registry import answers


# What was registered, for the specimens of the self-test: (service, path, list, get, wrapper), and (service, path, operation).
ROWS, SUBJECTS = [], []


def blob(row):
    """The `configuration` of a row."""
    return row.get("configuration") or {}


def called(kind, name, arn=None):
    """Makes an item of an ARN whose resource is `kind` and a name, with the name as field `name` and the ARN as field `arn`."""

    def make(given):
        head, _, tail = given.split(":", 5)[5].partition("/" if "/" in given else ":")
        if head != kind or "/stream/" in tail:
            return None
        return {name: tail, arn: given} if arn else {name: tail}

    return make


def row(service, path, lists=None, gets=None, wrapper=None, name=None, aliases=None, ignored=(), config=None, named_by=None, more=None):
    """Registers a list and a get of what a file holds. `name` is the field that a list of texts prints, `wrapper` the field of the get's answer that holds the item."""
    ROWS.append((service, path, lists, gets, wrapper))
    kind = Kind(path, wrapper, {one: blob for one in config} if isinstance(config, (list, tuple)) else config, named_by, more)
    if lists:
        answers(service, lists)(lambda call: list_of(call, asked_for(call, kind.things(call), ignored), name, aliases))
    if gets:
        answers(service, gets)(lambda call: one_of(call, asked_for(call, kind.things(call), ignored), wrapper))


def of_subject(service, path, operation, ignored=(), config=None, empty=False):
    """Registers the answer that stands beside the ARN it was asked for. An empty one says that there is none: as the service says it, or by an empty answer (`empty`)."""
    SUBJECTS.append((service, path, operation))
    kind = Kind(path, None, config)

    def handler(call):
        found = asked_for(call, kind.things(call), ignored)
        if found and (found[0].item or empty):
            return found[0].item
        if empty:
            return {}
        raise none_attached(call.operation, "what was asked about")

    answers(service, operation)(handler)


def drafts(call):
    """The working draft of every agent: a version that the list names like those that were made of it."""
    held = [line.get("agentVersion", line) for line in call.estate.spoke_items(call.account, call.region, "bedrock-agent/agent-versions") or []]
    known = {item.get("agentId") for item in held if item.get("version") == "DRAFT"}
    agents = [line.get("agent", line) for line in call.estate.spoke_items(call.account, call.region, "bedrock-agent/agents") or []]
    fields = ["agentId", "agentName", "agentStatus", "agentResourceRoleArn", "agentArn", "createdAt", "updatedAt", "idleSessionTTLInSeconds"]
    return [{"version": "DRAFT", **{field: agent[field] for field in fields if field in agent}} for agent in agents if agent.get("agentId") not in known]


row("apprunner", "apprunner/services", "ListServices", "DescribeService", "Service", config=["AWS::AppRunner::Service"])
row("autoscaling", "autoscaling/auto-scaling-groups", "DescribeAutoScalingGroups", wrapper="AutoScalingGroups", config=["AWS::AutoScaling::AutoScalingGroup"])
row("batch", "batch/job-definitions", "DescribeJobDefinitions", wrapper="jobDefinitions", ignored=["status"], config=["AWS::Batch::JobDefinition"])

row("bedrock", "bedrock/guardrails", "ListGuardrails", "GetGuardrail", aliases={"id": "guardrailId", "arn": "guardrailArn"})
row("bedrock", "bedrock/inference-profiles", "ListInferenceProfiles", "GetInferenceProfile", wrapper=None, ignored=["typeEquals"])
of_subject("bedrock", "bedrock/resource-policies", "GetResourcePolicy")

row("bedrock-agent", "bedrock-agent/agents", "ListAgents", "GetAgent", "agent", aliases={"latestAgentVersion": "agentVersion"}, ignored=["agentVersion"])
row("bedrock-agent", "bedrock-agent/agent-versions", "ListAgentVersions", "GetAgentVersion", "agentVersion", aliases={"agentVersion": "version"}, more=drafts)
row("bedrock-agent", "bedrock-agent/agent-action-groups", "ListAgentActionGroups", "GetAgentActionGroup", "agentActionGroup")
row("bedrock-agent", "bedrock-agent/knowledge-bases", "ListKnowledgeBases", "GetKnowledgeBase", "knowledgeBase")
row("bedrock-agent", "bedrock-agent/data-sources", "ListDataSources", "GetDataSource", "dataSource")
row("bedrock-agent", "bedrock-agent/flows", "ListFlows", "GetFlow")
of_subject("bedrock-agent", "bedrock-agent/agent-aliases", "ListAgentAliases", empty=True)
of_subject("bedrock-agent", "bedrock-agent/agent-collaborators", "ListAgentCollaborators", ["agentVersion"], empty=True)
of_subject("bedrock-agent", "bedrock-agent/agent-knowledge-bases", "ListAgentKnowledgeBases", ["agentVersion"], empty=True)

row("bedrock-agentcore-control", "bedrock-agentcore-control/agent-runtimes", "ListAgentRuntimes", "GetAgentRuntime", ignored=["agentRuntimeVersion"])
row("bedrock-agentcore-control", "bedrock-agentcore-control/gateways", "ListGateways", "GetGateway")
row("bedrock-agentcore-control", "bedrock-agentcore-control/gateway-targets", "ListGatewayTargets", "GetGatewayTarget")
of_subject("bedrock-agentcore-control", "bedrock-agentcore-control/resource-policies", "GetResourcePolicy")

row("codebuild", "codebuild/projects", "ListProjects", wrapper="projects", name="name", ignored=["sortBy", "sortOrder"], config=["AWS::CodeBuild::Project"])
row("codepipeline", "codepipeline/pipelines", "ListPipelines", "GetPipeline", "pipeline", config={"AWS::CodePipeline::Pipeline": lambda one: blob(one).get("pipeline", blob(one))})
row("cognito-identity", "cognito-identity/identity-pools", "ListIdentityPools", "DescribeIdentityPool")
row("cognito-identity", "cognito-identity/identity-pool-roles", None, "GetIdentityPoolRoles")

row("dynamodb", "dynamodb/tables", "ListTables", "DescribeTable", "Table", name="TableName", config=["AWS::DynamoDB::Table"], named_by={"dynamodb/resource-policies": called("table", "TableName", "TableArn")})
of_subject("dynamodb", "dynamodb/resource-policies", "GetResourcePolicy")
row("ec2", "ec2/launch-templates", "DescribeLaunchTemplateVersions", wrapper="LaunchTemplateVersions")

row("ecr", "ecr/repositories", "DescribeRepositories", wrapper="repositories", config={"AWS::ECR::Repository": lambda one: {**blob(one), "repositoryArn": one["arn"], "registryId": one["accountId"]}}, ignored=["registryId"], named_by=dict.fromkeys(["ecr/repository-policies", "ecr/lifecycle-policies"], called("repository", "repositoryName", "repositoryArn")))
row("ecr", "ecr/images", "DescribeImages", wrapper="imageDetails", ignored=["registryId"])
row("ecr", "ecr/image-scan-findings", None, "DescribeImageScanFindings", ignored=["imageId", "registryId"])
of_subject("ecr", "ecr/lifecycle-policies", "GetLifecyclePolicy", ["registryId"])

row("eks", "eks/clusters", "ListClusters", "DescribeCluster", "cluster", name="name", config=["AWS::EKS::Cluster"])
row("eks", "eks/access-entries", "ListAccessEntries", "DescribeAccessEntry", "accessEntry", name="principalArn")
row("eks", "eks/pod-identity-associations", "ListPodIdentityAssociations", "DescribePodIdentityAssociation", "association")
row("efs", "elasticfilesystem/file-systems", "DescribeFileSystems", wrapper="FileSystems", config={"AWS::EFS::FileSystem": lambda one: {**blob(one), "FileSystemArn": one["arn"]}}, named_by={"elasticfilesystem/file-system-policies": called("file-system", "FileSystemId", "FileSystemArn")})
of_subject("efs", "elasticfilesystem/file-system-policies", "DescribeFileSystemPolicy")
row("emr", "emr/clusters", "ListClusters", "DescribeCluster", "Cluster")
row("es", "es/domains", "ListDomainNames", wrapper="DomainNames", config=["AWS::OpenSearch::Domain", "AWS::Elasticsearch::Domain"], named_by={"es/domain-policies": called("domain", "DomainName")})
of_subject("es", "es/domain-policies", "DescribeElasticsearchDomainConfig")

row("events", "events/api-destinations", "ListApiDestinations", "DescribeApiDestination")
row("events", "events/connections", "ListConnections", "DescribeConnection")
of_subject("events", "events/targets", "ListTargetsByRule", ["EventBusName"], empty=True)
row("glue", "glue/jobs", "ListJobs", "GetJob", "Job", name="Name")
row("glue", "glue/jobs", "GetJobs", wrapper="Job")
row("glue", "glue/resource-policy", "GetResourcePolicies", wrapper="GetResourcePoliciesResponseList")
of_subject("kinesis", "kinesis/resource-policies", "GetResourcePolicy")

row("pipes", "pipes/pipes", "ListPipes", "DescribePipe")
row("rds", "rds/db-clusters", "DescribeDBClusters", wrapper="DBClusters", config=["AWS::RDS::DBCluster"])
row("rds", "rds/db-instances", "DescribeDBInstances", wrapper="DBInstances", config=["AWS::RDS::DBInstance"])
row("redshift", "redshift/clusters", "DescribeClusters", wrapper="Clusters", config=["AWS::Redshift::Cluster"])
row("rolesanywhere", "rolesanywhere/profiles", "ListProfiles", "GetProfile", "profile")
row("rolesanywhere", "rolesanywhere/trust-anchors", "ListTrustAnchors", "GetTrustAnchor", "trustAnchor")

for what, many, single in [
    ("domains", "Domains", "Domain"), ("endpoint-configs", "EndpointConfigs", "EndpointConfig"), ("endpoints", "Endpoints", "Endpoint"), ("models", "Models", "Model"),
    ("notebook-instances", "NotebookInstances", "NotebookInstance"), ("pipelines", "Pipelines", "Pipeline"), ("processing-jobs", "ProcessingJobs", "ProcessingJob"),
    ("training-jobs", "TrainingJobs", "TrainingJob"), ("transform-jobs", "TransformJobs", "TransformJob"), ("user-profiles", "UserProfiles", "UserProfile"),
]:  # fmt: skip
    row("sagemaker", f"sagemaker/{what}", f"List{many}", f"Describe{single}", ignored=["SortBy", "SortOrder"], aliases={"CreationTime": "CreatedAt"})

row("scheduler", "scheduler/schedules", "ListSchedules", "GetSchedule")
row("ssm", "ssm/parameters", "DescribeParameters", wrapper="Parameters")
of_subject("ssm", "ssm/resource-policies", "GetResourcePolicies", empty=True)
row("sns", "sns/subscriptions", "ListSubscriptions", wrapper="Subscriptions")
row("stepfunctions", "stepfunctions/state-machines", "ListStateMachines", "DescribeStateMachine", aliases={"creationDate": "creationDate"}, config=["AWS::StepFunctions::StateMachine"])
