"""botocore's service models, and which operation an HTTP request asks for."""

import functools
import re
import threading
from urllib.parse import parse_qsl, unquote

import botocore.exceptions
import botocore.loaders
from moto.core.model import ServiceModel

from .errors import AwsError, FakeProblem

# Every service that is served. Operations of another one are as unknown as a wrong name is.
SERVICES = """accessanalyzer account apprunner athena autoscaling batch bedrock bedrock-agent bedrock-agentcore-control cloudformation cloudtrail codebuild codepipeline
cognito-identity config dynamodb ec2 ecr ecs efs eks emr es events glue iam identitystore kinesis kms lambda opensearch organizations pipes ram rds redshift rolesanywhere s3 s3control
sagemaker scheduler secretsmanager securityhub sns sqs ssm sso-admin stepfunctions sts""".split()
# The names that some of them sign with. Models are large: they are read when their service is asked.
SIGNING_NAMES = {
    "accessanalyzer": "access-analyzer",
    "bedrock-agent": "bedrock",
    "bedrock-agentcore-control": "bedrock-agentcore",
    "efs": "elasticfilesystem",
    "emr": "elasticmapreduce",
    "opensearch": "es",
    "s3control": "s3",
    "sso-admin": "sso",
    "stepfunctions": "states",
}

_loader = botocore.loaders.Loader()
_lock = threading.RLock()


@functools.lru_cache(maxsize=None)
def service(name):
    """The model of a service by botocore's name."""
    with _lock:
        return ServiceModel(_loader.load_service_model(name, "service-2"), name)


@functools.lru_cache(maxsize=None)
def paginator(name, operation):
    """How botocore pages an operation; `None` where it does not say."""
    try:
        return _loader.load_service_model(name, "paginators-1")["pagination"].get(operation)
    except botocore.exceptions.UnknownServiceError:
        return None
    except botocore.exceptions.DataNotFoundError:
        return None


@functools.lru_cache(maxsize=None)
def operation(name, operation_name):
    """The model of an operation."""
    with _lock:
        return service(name).operation_model(operation_name)


@functools.lru_cache(maxsize=None)
def by_signing_name(signing_name):
    """The services that sign with a name: several share `bedrock`, `s3` and `es`."""
    return [name for name in SERVICES if SIGNING_NAMES.get(name, name) == signing_name]


@functools.lru_cache(maxsize=None)
def _routes(name):
    """(method, pattern of the path, literal query parameters, operation) of every operation, the most specific first."""
    routes = []
    for operation_name in service(name).operation_names:
        http = service(name).operation_model(operation_name).http
        uri, _, query = http["requestUri"].partition("?")
        pattern = re.sub(r"\\\{([\w]+)(\\\+)?\\\}", _group, re.escape(uri.rstrip("/") or "/"))
        literal = tuple(sorted(parse_qsl(query, keep_blank_values=True)))
        routes.append((http["method"], re.compile(pattern + "/?"), literal, operation_name, len(re.sub(r"\{.*?\}", "", uri))))
    return sorted(routes, key=lambda route: (-len(route[2]), -route[4], route[3]))


def _group(match):
    return f"(?P<{match[1]}>.+)" if match[2] else f"(?P<{match[1]}>[^/]+)"


def find(request):
    """(service, operation, protocol, labels of the path) that an HTTP request asks for."""
    candidates = by_signing_name(request.scope.service)
    if not candidates:
        raise FakeProblem(f"no service signs as {request.scope.service!r}")
    target = request.headers.get("x-amz-target")
    if target:
        prefix, _, name = target.rpartition(".")
        for candidate in candidates:
            model = service(candidate)
            if model.metadata.get("targetPrefix") == prefix and name in model.operation_names:
                _check_content_type(request, model)
                return candidate, name, "json", {}
        raise FakeProblem(f"no operation {target!r} of {candidates}")
    if request.form.get("Action"):
        for candidate in candidates:
            model = service(candidate)
            if model.api_version == request.form.get("Version") and request.form["Action"] in model.operation_names:
                return candidate, request.form["Action"], "ec2" if model.protocol == "ec2" else "query", {}
        raise FakeProblem(f"no action {request.form.get('Action')!r} of version {request.form.get('Version')!r} in {candidates}")
    # A path of S3 Control would do as a bucket's as well.
    control = request.path.startswith("/v20180820/")
    for candidate in [name for name in candidates if name not in ("s3", "s3control") or (name == "s3control") == control]:
        for method, pattern, literal, name, _ in _routes(candidate):
            matched = pattern.fullmatch(request.path) if method == request.method else None
            if matched and all(pair in request.query for pair in literal) and _has_required(candidate, name, request):
                labels = {key: unquote(value) for key, value in matched.groupdict().items()}
                return candidate, name, service(candidate).protocol, labels
    raise FakeProblem(f"no operation of {candidates} is {request.method} {request.path}")


def _has_required(candidate, name, request):
    """CopyObject, UploadPart and PutObject differ in what they need beside the path, and in nothing else."""
    if candidate != "s3":
        return True
    shape = operation(candidate, name).input_shape
    given = {"header": request.headers, "querystring": dict(request.query)}
    located = [shape.members[key].serialization for key in (shape.required_members if shape is not None else ())]
    return all(one["name"].lower() in {key.lower() for key in given[one["location"]]} for one in located if one.get("location") in given)


def _check_content_type(request, model):
    wanted = f"application/x-amz-json-{model.metadata.get('jsonVersion', '1.0')}"
    given = request.headers.get("content-type", "")
    if given.split(";")[0] != wanted:
        raise AwsError("UnknownOperationException", f"the content type is {given!r}, not {wanted}", 404)
