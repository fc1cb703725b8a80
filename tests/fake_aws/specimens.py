"""A capture with a line in every file of the table, made by the models, for the self-test: what an example does not have is asked for too."""

import json
import pathlib
import shutil

from . import models
from .handlers.spoke import ROWS, SUBJECTS
from .pages import rule_of
from .spoke import Thing

# Names that the rest of a specimen does not tell, by parameter.
_FIXED = {"agentVersion": "DRAFT", "ResourceArn": None}


def write_specimens(example, folder, account, region):
    """Copies the example and adds the specimens. Gives the capture's folder, and the (service, operation, parameters) that ask for each of them."""
    capture = pathlib.Path(folder) / "capture"
    shutil.copytree(example, capture)
    subjects = []

    def add(path, line):
        file = capture / "accounts" / account / region / f"{path}.ndjson"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as out:
            out.write(json.dumps(line) + "\n")

    for service, path, lists, gets, wrapper in ROWS:
        operation = models.operation(service, gets or lists)
        shape = operation.output_shape
        if gets:
            shape = shape.members[wrapper] if wrapper in shape.members else shape
        else:
            shape = _listed(operation)
        item = _item(shape, account, region) if shape.type_name == "structure" else {"name": "specimen-name"}
        add(path, {wrapper: [item] if not gets else item} if wrapper and (gets or wrapper in operation.output_shape.members) else item)
        subjects += [(service, one, _parameters(models.operation(service, one), item)) for one in (lists, gets) if one]
    for service, path, name in SUBJECTS:
        operation = models.operation(service, name)
        arn = f"arn:aws:{service}:{region}:{account}:specimen/specimen-of-{service}"
        add(path, {"Arn": arn, "Response": _response(operation, account, region)})
        subjects.append((service, name, _subject_parameters(operation, arn)))
    for path, line in _by_hand(account, region):
        add(path, line)
    return capture, subjects + _asked_by_hand(account, region)


def _listed(operation):
    rule = rule_of(operation.service_model.service_name, operation)
    lists = [key for key, member in operation.output_shape.members.items() if member.type_name == "list"]
    return operation.output_shape.members[rule[2][0] if rule else lists[0]].member


def _item(shape, account, region, depth=0):
    """The required members of a structure, and whatever names it."""
    made = {}
    for key, member in shape.members.items():
        names_it = depth == 0 and member.type_name == "string" and key.lower().endswith(("id", "arn", "name", "version", "type"))
        if key in shape.required_members or names_it:
            made[key] = _value(member, key, account, region, depth)
    if shape.type_name == "structure" and shape.is_tagged_union and not made:
        key, member = next(iter(shape.members.items()))
        made[key] = _value(member, key, account, region, depth)
    return made


def _value(shape, key, account, region, depth):
    kind = shape.type_name
    if kind == "string":
        if shape.enum:
            return shape.enum[0]
        if key.lower().endswith("arn"):
            return f"arn:aws:specimen:{region}:{account}:specimen/specimen-{key[:-3].lower()}"
        return _FIXED.get(key) or f"specimen-{key.lower().removesuffix('id').removesuffix('name')}-0123456789012345678901234567890123456789"[: max(20, shape.metadata.get("min", 0))]
    if kind == "structure":
        return {} if shape.is_document_type or depth > 5 else _item(shape, account, region, depth + 1)
    if kind == "list":
        return [_value(shape.member, key, account, region, depth + 1) for _ in range(shape.metadata.get("min", 0))]
    return {"timestamp": "2026-01-14T10:00:00+00:00", "boolean": False, "map": {}, "blob": "", "float": 0.5, "double": 0.5}.get(kind, max(1, shape.metadata.get("min", 1)))


def _parameters(operation, item):
    """The required parameters of an operation, of what an item is called."""
    made, thing = {}, Thing(item, None)
    for key in operation.input_shape.required_members if operation.input_shape else ():
        member = operation.input_shape.members[key]
        made[key] = _filled(key, member, thing)
    if operation.name == "DescribeCluster" and "ClusterId" in made:
        made["ClusterId"] = thing.has("Id")
    return made


def _filled(key, member, thing):
    if member.type_name == "integer":
        return max(1, member.metadata.get("min", 1))
    if member.type_name == "structure":
        return {"imageDigest": "sha256:0"}
    ends = [key, key.replace("Identifier", "Id"), key.replace("Identifier", "Arn")]
    for end in ends:
        if isinstance(thing.has(end), str):
            return thing.has(end)
    for name, value in thing.item.items():
        if isinstance(value, str) and any(name.lower().endswith(end[-4:].lower()) or end.lower().endswith(name.lower()) for end in ends):
            return value
    raise ValueError(f"nothing in {sorted(thing.item)} is a {key}")


def _response(operation, account, region):
    shape, made = operation.output_shape, {}
    for key, member in shape.members.items():
        if member.type_name == "string" and "oken" not in key:
            made[key] = '{"Statement": []}' + " " * 100 if "olicy" in key else "specimen"
        elif member.type_name == "list":
            made[key] = [_value(member.member, key, account, region, 0)]
        elif member.type_name == "structure":
            made[key] = _item(member, account, region) or {"AccessPolicies": {"Options": "{}", "Status": {"CreationDate": "2026-01-14T10:00:00+00:00", "UpdateDate": "2026-01-14T10:00:00+00:00", "State": "Active"}}}
    return made


def _subject_parameters(operation, arn):
    made = {}
    for key in operation.input_shape.required_members:
        if key != "agentVersion":
            made[key] = arn if key.lower().endswith("arn") else arn.rsplit("/")[-1]
        else:
            made[key] = "DRAFT"
    if operation.name == "GetResourcePolicy" and not made:
        made = {next(key for key in operation.input_shape.members if key.lower().endswith("arn")): arn}
    return made


_FUNCTION = "arn:aws:lambda:{region}:{account}:function:specimen"
_LAYER = "arn:aws:lambda:{region}:{account}:layer:specimen:3"


def _by_hand(account, region):
    """Lines of the files that the table does not hold."""
    function, layer = _FUNCTION.format(account=account, region=region), _LAYER.format(account=account, region=region)
    policy = '{"Version": "2012-10-17", "Statement": []}'
    yield "lambda/functions", {"Configuration": {"FunctionName": "specimen", "FunctionArn": function, "Role": f"arn:aws:iam::{account}:role/specimen", "Runtime": "python3.13"}}
    yield "lambda/environment-keys", {"Arn": function, "Keys": ["TOKEN"]}
    yield "lambda/function-policies", {"Arn": function, "Response": {"Policy": policy, "RevisionId": "1"}}
    yield "lambda/function-policies", {"Arn": f"{function}:live", "Response": {"Policy": policy, "RevisionId": "1"}}
    yield "lambda/function-url-configs", {"FunctionArn": function, "FunctionUrl": "https://specimen.lambda-url.eu-west-1.on.aws/0123456789", "AuthType": "NONE", "CreationTime": "2026-01-14T10:00:00+00:00", "LastModifiedTime": "2026-01-14T10:00:00+00:00"}
    yield "lambda/layer-policies", {"Arn": layer, "Response": {"Policy": policy, "RevisionId": "1"}}
    yield "secretsmanager/resource-policies", {"ARN": f"arn:aws:secretsmanager:{region}:{account}:secret:specimen-AbCdEf", "Name": "specimen", "ResourcePolicy": policy}
    yield "sns/topics", {"Attributes": {"TopicArn": f"arn:aws:sns:{region}:{account}:specimen", "Owner": account, "Policy": policy}}
    yield "sqs/queues", {"Arn": f"arn:aws:sqs:{region}:{account}:specimen", "Response": {"Attributes": {"QueueArn": f"arn:aws:sqs:{region}:{account}:specimen", "Policy": policy}}}
    yield "ecr/repository-policies", {"Arn": f"arn:aws:ecr:{region}:{account}:repository/team/specimen", "Response": {"registryId": account, "repositoryName": "team/specimen", "policyText": policy}}
    gateway = f"arn:aws:bedrock-agentcore:{region}:{account}:gateway/specimen-gateway"
    dates = {"createdAt": "2026-01-14T10:00:00+00:00", "updatedAt": "2026-01-14T10:00:00+00:00", "status": "READY", "name": "specimen"}
    yield "bedrock-agentcore-control/gateways", {"gatewayArn": gateway, "gatewayId": "specimen-gateway", "protocolType": "MCP", "authorizerType": "AWS_IAM", **dates}
    yield "bedrock-agentcore-control/gateway-targets", {"gatewayArn": gateway, "targetId": "SPECIMEN01", "targetConfiguration": {"mcp": {"lambda": {"lambdaArn": function, "toolSchema": {"inlinePayload": []}}}}, "credentialProviderConfigurations": [{"credentialProviderType": "GATEWAY_IAM_ROLE"}], **dates}
    image = {"registryId": account, "repositoryName": "team/specimen"}
    yield "ecr/repositories", {**image, "repositoryArn": f"arn:aws:ecr:{region}:{account}:repository/team/specimen"}
    yield "ecr/images", {**image, "imageDigest": f"sha256:{'0' * 64}", "imageScanStatus": {"status": "COMPLETE"}}
    yield "ecr/image-scan-findings", {**image, "imageId": {"imageDigest": f"sha256:{'0' * 64}"}, "imageScanStatus": {"status": "COMPLETE"}, "imageScanFindings": {"findingSeverityCounts": {"HIGH": 1}}}
    yield "eks/clusters", {"cluster": {"name": "specimen", "arn": f"arn:aws:eks:{region}:{account}:cluster/specimen"}}
    yield "eks/access-entries", {"accessEntry": {"clusterName": "specimen", "principalArn": f"arn:aws:iam::{account}:role/specimen", "accessEntryArn": f"arn:aws:eks:{region}:{account}:access-entry/specimen/role/{account}/specimen/0"}}
    rule = f"arn:aws:events:{region}:{account}:rule/specimen"
    yield "events/rules", {"Name": "specimen", "Arn": rule, "EventBusName": "default", "State": "ENABLED"}
    yield "events/targets", {"Arn": rule, "Response": {"Targets": [{"Id": "1", "Arn": function}]}}
    yield "kinesis/resource-policies", {"Arn": f"arn:aws:kinesis:{region}:{account}:stream/specimen", "Response": {"Policy": policy}}
    yield "kms/grants", {"Arn": f"arn:aws:kms:{region}:{account}:key/5d0c7c4e-2f6b-4b1e-9a57-6c1e0d8f3a21", "Response": {"Grants": [{"GrantId": "0" * 64, "GranteePrincipal": f"arn:aws:iam::{account}:role/specimen"}]}}


def _asked_by_hand(account, region):
    """What asks for them."""
    function, layer = _FUNCTION.format(account=account, region=region), _LAYER.format(account=account, region=region)
    return [
        ("codebuild", "BatchGetProjects", {"names": ["specimen-", "nobody"]}), ("bedrock", "GetModelInvocationLoggingConfiguration", {}), ("events", "ListEventBuses", {}), ("events", "DescribeEventBus", {}),
        ("events", "ListRules", {}), ("lambda", "ListFunctions", {}), ("lambda", "GetFunctionConfiguration", {"FunctionName": function}), ("lambda", "GetPolicy", {"FunctionName": f"{function}:live"}),
        ("lambda", "GetPolicy", {"FunctionName": "specimen"}), ("lambda", "ListAliases", {"FunctionName": "specimen"}), ("lambda", "ListFunctionUrlConfigs", {"FunctionName": function}), ("lambda", "ListEventSourceMappings", {}),
        ("lambda", "ListLayers", {}), ("lambda", "ListLayerVersions", {"LayerName": layer.rsplit(":", 1)[0]}), ("lambda", "GetLayerVersionPolicy", {"LayerName": layer.rsplit(":", 1)[0], "VersionNumber": 3}),
        ("secretsmanager", "ListSecrets", {}), ("secretsmanager", "GetResourcePolicy", {"SecretId": f"arn:aws:secretsmanager:{region}:{account}:secret:specimen-AbCdEf"}), ("sns", "ListTopics", {}),
        ("sns", "GetTopicAttributes", {"TopicArn": f"arn:aws:sns:{region}:{account}:specimen"}), ("sqs", "ListQueues", {}),
        ("sqs", "GetQueueAttributes", {"QueueUrl": f"https://sqs.{region}.amazonaws.com/{account}/specimen", "AttributeNames": ["Policy"]}), ("ecr", "GetRepositoryPolicy", {"repositoryName": "team/specimen"}),
        ("kinesis", "ListStreams", {}), ("kms", "ListKeys", {}), ("kms", "ListGrants", {"KeyId": f"arn:aws:kms:{region}:{account}:key/5d0c7c4e-2f6b-4b1e-9a57-6c1e0d8f3a21"}), ("s3control", "GetPublicAccessBlock", {"AccountId": account}),
    ]  # fmt: skip
