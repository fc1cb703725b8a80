"""What of an account the table cannot say."""

import json
import re

from ..errors import AwsError, not_found
from ..spoke import Kind, Thing, asked_for, list_of, loosely, one_of
from .registry import answers
from .spoke import blob, called

_PROJECTS = Kind("codebuild/projects", "projects", {"AWS::CodeBuild::Project": blob})


@answers("codebuild", "BatchGetProjects")
def batch_get_projects(call):
    shape = call.operation.output_shape.members["projects"].member
    found = {thing.has("name"): loosely(shape, thing.item) if thing.loose else thing.item for thing in _PROJECTS.things(call)}
    names = call.parameters["names"]
    return {"projects": [found[name] for name in names if name in found], "projectsNotFound": [name for name in names if name not in found]}


@answers("bedrock", "GetModelInvocationLoggingConfiguration")
def model_invocation_logging(call):
    lines = call.estate.spoke_items(call.account, call.region, "bedrock/model-invocation-logging")
    return lines[0] if lines else {}


_RULES = Kind("events/rules", "Rules", {"AWS::Events::Rule": blob})
_BUSES = Kind("events/event-buses", None, {"AWS::Events::EventBus": blob})


def _default_bus(call):
    return Thing({"Name": "default", "Arn": f"arn:{call.estate.partition}:events:{call.region}:{call.account}:event-bus/default"}, None)


def _buses(call):
    buses = _BUSES.things(call)
    # Every account and Region has this one, recorded or not.
    return buses if any(bus.has("Name") == "default" for bus in buses) else [_default_bus(call), *buses]


@answers("events", "ListEventBuses")
def list_event_buses(call):
    return list_of(call, asked_for(call, _buses(call)))


@answers("events", "DescribeEventBus")
def describe_event_bus(call):
    call.parameters.setdefault("Name", "default")
    return one_of(call, asked_for(call, _buses(call)), None)


@answers("events", "ListRules")
def list_rules(call):
    bus = call.parameters.get("EventBusName", "default").rsplit("/")[-1]
    if bus not in [one.has("Name") for one in _buses(call)]:
        raise not_found(call.operation, bus)
    return list_of(call, [rule for rule in _RULES.things(call) if (rule.has("EventBusName") or "default") == bus])


def _named_function(arn):
    name = arn.split(":function:")[-1]
    return {"FunctionName": name, "FunctionArn": arn} if ":" not in name else None


_FUNCTIONS = Kind("lambda/functions", "Configuration", {"AWS::Lambda::Function": blob}, {"lambda/function-policies": _named_function, "lambda/environment-keys": _named_function})
_URLS = Kind("lambda/function-url-configs", "FunctionUrlConfigs")
_MAPPINGS = Kind("lambda/event-source-mappings", "EventSourceMappings", {"AWS::Lambda::EventSourceMapping": blob})
_POLICIES = Kind("lambda/function-policies")
_LAYER_POLICIES = Kind("lambda/layer-policies")


def _function(call):
    """The name and qualifier of a request: a name, a partial or a whole ARN, with the qualifier in it or beside it."""
    given = re.sub(r"^(arn:[\w-]+:lambda:[\w-]+:)?(\d{12}:)?(function:)?", "", call.parameters["FunctionName"])
    name, _, qualifier = given.partition(":")
    return name, call.parameters.get("Qualifier", qualifier)


def _known_function(call):
    name, qualifier = _function(call)
    for thing in _FUNCTIONS.things(call):
        if thing.has("FunctionName") == name:
            return thing, name, qualifier
    raise not_found(call.operation, f"Function not found: {name}")


@answers("lambda", "ListFunctions")
def list_functions(call):
    return list_of(call, _FUNCTIONS.things(call))


@answers("lambda", "GetFunctionConfiguration")
def get_function_configuration(call):
    thing, _, _ = _known_function(call)
    answer = one_of(call, [thing], None)
    for line in call.estate.spoke_items(call.account, call.region, "lambda/environment-keys") or []:
        if line["Arn"] == thing.has("FunctionArn"):
            # The values were never recorded; a collector that kept one would show it by this.
            answer = {**answer, "Environment": {"Variables": {key: "CANARY-environment-value" for key in line["Keys"]}}}
    return answer


def _policy_of_config(call, name):
    for row in call.estate.config_of("AWS::Lambda::Function", call.account, call.region):
        policy = (row.get("supplementaryConfiguration") or {}).get("Policy")
        if policy and row["resourceName"] == name:
            text = policy if isinstance(policy, str) else json.dumps(policy)
            inner = json.loads(text)
            # Config records the document, or the answer that holds it as text.
            return inner["policyText"] if isinstance(inner, dict) and "policyText" in inner else text
    return None


@answers("lambda", "GetPolicy")
def get_function_policy(call):
    name, qualifier = _function(call)
    subject = f"arn:{call.estate.partition}:lambda:{call.region}:{call.account}:function:{name}" + (f":{qualifier}" if qualifier else "")
    for thing in _POLICIES.things(call):
        if thing.arn == subject and thing.item:
            return thing.item
    text = None if qualifier else _policy_of_config(call, name)
    if text is None:
        raise not_found(call.operation, "The resource you requested")
    return {"Policy": text, "RevisionId": "5f1e0b0c-5e0a-4a0f-9d3c-0a0d9b7c1e11"}


@answers("lambda", "ListAliases")
def list_aliases(call):
    _, name, _ = _known_function(call)
    prefix = f":function:{name}:"
    arns = sorted({thing.arn for thing in _POLICIES.things(call) if prefix in thing.arn} | {url.has("FunctionArn") for url in _URLS.things(call) if prefix in url.has("FunctionArn")})
    return {"Aliases": [{"AliasArn": arn, "Name": arn.rsplit(":")[-1], "FunctionVersion": "1"} for arn in arns]}


@answers("lambda", "ListFunctionUrlConfigs")
def list_function_url_configs(call):
    _, name, _ = _known_function(call)
    return list_of(call, [url for url in _URLS.things(call) if url.has("FunctionArn").split(":function:")[1].split(":")[0] == name])


@answers("lambda", "ListEventSourceMappings")
def list_event_source_mappings(call):
    return list_of(call, asked_for(call, _MAPPINGS.things(call)))


def _layers(call):
    """Layer ARN -> its versions, of the policies that were recorded."""
    made = {}
    for thing in _LAYER_POLICIES.things(call):
        arn, _, version = thing.arn.rpartition(":")
        made.setdefault(arn, []).append(int(version))
    return made


@answers("lambda", "ListLayers")
def list_layers(call):
    return {"Layers": [{"LayerName": arn.rsplit(":")[-1], "LayerArn": arn, "LatestMatchingVersion": {"LayerVersionArn": f"{arn}:{max(versions)}", "Version": max(versions)}} for arn, versions in sorted(_layers(call).items())]}


@answers("lambda", "ListLayerVersions")
def list_layer_versions(call):
    for arn, versions in _layers(call).items():
        if call.parameters["LayerName"] in (arn, arn.rsplit(":")[-1]):
            return {"LayerVersions": [{"LayerVersionArn": f"{arn}:{version}", "Version": version} for version in sorted(versions, reverse=True)]}
    return {"LayerVersions": []}


@answers("lambda", "GetLayerVersionPolicy")
def get_layer_version_policy(call):
    for thing in _LAYER_POLICIES.things(call):
        arn, _, version = thing.arn.rpartition(":")
        if call.parameters["LayerName"] in (arn, arn.rsplit(":")[-1]) and str(call.parameters["VersionNumber"]) == version and thing.item:
            return thing.item
    raise not_found(call.operation, "No policy is associated with the given resource.")


_STREAMS = Kind("kinesis/streams", None, {"AWS::Kinesis::Stream": blob}, {"kinesis/resource-policies": called("stream", "Name", "Arn")})


@answers("kinesis", "ListStreams")
def list_streams(call):
    named = sorted((stream.has("Name"), stream.arn or stream.has("Arn")) for stream in _STREAMS.things(call))
    return {"StreamNames": [name for name, _ in named], "StreamSummaries": [{"StreamName": name, "StreamARN": arn, "StreamStatus": "ACTIVE"} for name, arn in named], "HasMoreStreams": False}


_SECRETS = Kind("secretsmanager/secrets", None, {"AWS::SecretsManager::Secret": blob}, {"secretsmanager/resource-policies": lambda arn: {"ARN": arn, "Name": arn.split(":secret:")[1][:-7]}})
_SECRET_POLICIES = Kind("secretsmanager/resource-policies")


@answers("secretsmanager", "ListSecrets")
def list_secrets(call):
    return list_of(call, _SECRETS.things(call))


@answers("secretsmanager", "GetResourcePolicy")
def get_secret_policy(call):
    wanted = call.parameters["SecretId"]
    for thing in _SECRET_POLICIES.things(call):
        if wanted in (thing.arn, thing.has("ARN"), thing.has("Name")):
            return thing.item
    for secret in _SECRETS.things(call):
        if wanted in (secret.has("ARN"), secret.has("Name")):
            return {"ARN": secret.has("ARN"), "Name": secret.has("Name")} | _secret_policy_of_config(call, secret.has("ARN"))
    raise not_found(call.operation, "Secrets Manager can't find the specified secret.")


def _secret_policy_of_config(call, arn):
    for row in call.estate.config_of("AWS::SecretsManager::ResourcePolicy", call.account, call.region):
        policy = blob(row).get("ResourcePolicy")
        if policy and arn in (row.get("resourceId"), blob(row).get("SecretId")):
            return {"ResourcePolicy": policy if isinstance(policy, str) else json.dumps(policy)}
    return {}


def _attributes(item):
    """What a resource's attributes are on the wire: texts all."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in item.items() if value is not None}


_TOPICS = Kind("sns/topics", "Attributes", {"AWS::SNS::Topic": blob})


@answers("sns", "ListTopics")
def list_topics(call):
    return list_of(call, _TOPICS.things(call))


@answers("sns", "GetTopicAttributes")
def get_topic_attributes(call):
    for thing in _TOPICS.things(call):
        if thing.has("TopicArn") == call.parameters["TopicArn"]:
            return {"Attributes": _attributes(thing.item)}
    raise AwsError("NotFound", "Topic does not exist", 404)


_QUEUES = Kind("sqs/queues", "Attributes", {"AWS::SQS::Queue": blob})
_QUEUE_POLICIES = Kind("sqs/queue-policies", "Attributes")


def _queues(call):
    """Name -> attributes of every queue that is known."""
    made = {}
    for thing in [*_QUEUE_POLICIES.things(call), *_QUEUES.things(call)]:
        arn = thing.arn or thing.has("QueueArn")
        made.setdefault(arn.rsplit(":")[-1], {}).update({"QueueArn": arn} | {key: value for key, value in _attributes(thing.item).items() if key != "QueueUrl"})
    return made


@answers("sqs", "ListQueues")
def list_queues(call):
    prefix = call.parameters.get("QueueNamePrefix", "")
    return {"QueueUrls": [f"https://sqs.{call.region}.amazonaws.com/{call.account}/{name}" for name in sorted(_queues(call)) if name.startswith(prefix)]}


@answers("sqs", "GetQueueAttributes")
def get_queue_attributes(call):
    attributes = _queues(call).get(call.parameters["QueueUrl"].rsplit("/")[-1])
    if attributes is None:
        raise AwsError("QueueDoesNotExist" if call.protocol == "json" else "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
    names = call.parameters.get("AttributeNames", [])
    return {"Attributes": {key: value for key, value in attributes.items() if key in names or "All" in names}}


_REPOSITORY_POLICIES = Kind("ecr/repository-policies")


@answers("ecr", "GetRepositoryPolicy")
def get_repository_policy(call):
    name = call.parameters["repositoryName"]
    for thing in _REPOSITORY_POLICIES.things(call):
        if thing.arn.split(":repository/")[-1] == name and thing.item:
            return thing.item
    for row in call.estate.config_of("AWS::ECR::Repository", call.account, call.region):
        policy = blob(row).get("RepositoryPolicyText")
        if row["resourceName"] == name and policy:
            return {"registryId": call.account, "repositoryName": name, "policyText": policy if isinstance(policy, str) else json.dumps(policy)}
    raise AwsError("RepositoryPolicyNotFoundException", f"Repository policy does not exist for the repository with name '{name}'")


@answers("s3control", "GetPublicAccessBlock")
def get_public_access_block(call):
    if call.parameters["AccountId"] != call.account:
        raise AwsError("AccessDenied", "Access Denied", 403)
    for line in call.estate.spoke_items(call.account, call.region, "s3control/public-access-block") or []:
        if line:
            return {"PublicAccessBlockConfiguration": line.get("PublicAccessBlockConfiguration", line)}
    for row in call.estate.config_items("AWS::S3::AccountPublicAccessBlock"):
        if row["accountId"] == call.account == call.parameters["AccountId"]:
            return {"PublicAccessBlockConfiguration": {key[:1].upper() + key[1:]: value for key, value in blob(row).items() if isinstance(value, bool)}}
    raise AwsError("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found", 404)
