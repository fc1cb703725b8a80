"""Requests and answers as bytes: parsed and serialised by the shapes of the models."""

import json
import uuid
from datetime import datetime
from xml.sax.saxutils import escape

import botocore.validate
from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
from moto.core.serialize import get_serializer_class
from werkzeug.datastructures import Headers, MultiDict

from .errors import AwsError

# GetBucketLocation answers its one value in the root.
_ROOTS = {"ListObjectsV2": "ListBucketResult", "GetBucketLocation": "LocationConstraint"}

_validator = botocore.validate.ParamValidator()


def parse(request, operation, protocol, labels):
    """The parameters of a request, refused where they are not what the operation takes: a name that the model lacks is an error, though AWS passes over some of them."""
    _refuse_unknown_names(request, operation, protocol)
    values = MultiDict(request.form.items() if protocol in ("query", "ec2") else request.query)
    described = {"method": request.method, "headers": Headers(list(request.headers.items())), "body": request.body, "url_params": labels, "url_path": request.path, "values": values}
    try:
        parameters = PROTOCOL_PARSERS[protocol](operation).parse(described)
    except (RequestParserError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise AwsError("SerializationException", f"the request cannot be read: {error!r}") from error
    if operation.input_shape is not None:
        report = _validator.validate(parameters, operation.input_shape)
        if report.has_errors():
            raise AwsError("ValidationException", report.generate_report())
    return parameters


def _refuse_unknown_names(request, operation, protocol):
    shape = operation.input_shape
    if protocol in ("json", "rest-json"):
        if request.body and not _has_stream(shape):
            try:
                body = json.loads(request.body)
            except ValueError as error:
                raise AwsError("SerializationException", str(error)) from error
            payload = shape.serialization.get("payload") if shape is not None else None
            _unknown_in_json(body, shape.members[payload] if payload else shape, operation.name)
    if protocol in ("query", "ec2"):
        known = _query_names(shape, protocol)
        for key in request.form:
            if key not in ("Action", "Version") and key.split(".")[0] not in known:
                raise AwsError("MalformedInput", f"{operation.name} takes no {key}")
    if protocol in ("rest-json", "rest-xml") and shape is not None:
        known = {member.serialization.get("name", name) for name, member in shape.members.items() if member.serialization.get("location") == "querystring"}
        literal = {pair.split("=")[0] for pair in operation.http["requestUri"].partition("?")[2].split("&")}
        wild = any(member.type_name == "map" and member.serialization.get("location") == "querystring" for member in shape.members.values())
        for key, _ in request.query:
            if not wild and key not in known and key not in literal and key != "x-id":
                raise AwsError("ValidationException", f"{operation.name} takes no query parameter {key}")


def _has_stream(shape):
    payload = shape.serialization.get("payload") if shape is not None else None
    return bool(payload) and shape.members[payload].type_name in ("blob", "string")


def _unknown_in_json(value, shape, path):
    if shape is None:
        if value not in ({}, None):
            raise AwsError("SerializationException", f"{path} takes nothing")
        return
    if shape.type_name == "structure":
        if getattr(shape, "is_document_type", False):
            return
        if not isinstance(value, dict):
            raise AwsError("SerializationException", f"{path} is no object")
        names = {member.serialization.get("name", name): member for name, member in shape.members.items() if member.serialization.get("location") is None}
        for key, inner in value.items():
            if key not in names:
                raise AwsError("SerializationException", f"{path} has no {key}")
            if inner is not None:
                _unknown_in_json(inner, names[key], f"{path}.{key}")
    elif shape.type_name == "list" and isinstance(value, list):
        for inner in value:
            _unknown_in_json(inner, shape.member, path)
    elif shape.type_name == "map" and isinstance(value, dict):
        for inner in value.values():
            _unknown_in_json(inner, shape.value, path)


def _query_names(shape, protocol):
    names = set()
    for name, member in (shape.members.items() if shape is not None else ()):
        if protocol == "ec2":
            given = member.serialization.get("queryName") or member.serialization.get("name", name)
            names.add(given[0].upper() + given[1:])
        else:
            names.add(member.serialization.get("name", name))
            if member.type_name == "list" and member.serialization.get("flattened"):
                names.add(member.member.serialization.get("name", name))
    return names


def _pick(context):
    return context.obj.get(context.key) if isinstance(context.obj, dict) else getattr(context.obj, context.key, None)


def serialise(name, operation, protocol, answer):
    """(status, headers, body) of an answer whose form was checked."""
    stream = _stream(operation, answer)
    response = get_serializer_class(name, protocol)(operation, value_picker=_pick).serialize({**answer, stream: None} if stream else answer)
    headers = {str(key): value if isinstance(value, str) else str(value) for key, value in response["headers"].items()}
    body = answer[stream] if stream else response["body"]
    headers["x-amzn-RequestId"] = str(uuid.uuid4())
    if name == "s3":
        headers["x-amz-request-id"] = "FAKE"
        body = _rooted(operation, body)
    return response["status_code"], headers, body.encode() if isinstance(body, str) else body


def _rooted(operation, body):
    """Of some of S3's answers botocore's models do not tell the root, and the SDKs want it."""
    root = _ROOTS.get(operation.name)
    if root is None:
        return body
    text = body if isinstance(body, str) else body.decode()
    named = text.replace(f"<{operation.name}Response>", f'<{root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">')
    return named.replace(f"</{operation.name}Response>", f"</{root}>")


def _stream(operation, answer):
    shape = operation.output_shape
    payload = shape.serialization.get("payload") if shape is not None else None
    return payload if payload and shape.members[payload].type_name == "blob" and isinstance(answer.get(payload), bytes) else None


def error(name, operation, protocol, problem):
    """(status, headers, body) of an error."""
    status, fault, fields = problem.status, "Sender", problem.fields
    for shape in operation.error_shapes if operation is not None else ():
        described = shape.metadata.get("error", {})
        if problem.code in (shape.name, described.get("code")):
            status = status or described.get("httpStatusCode")
            fault = "Receiver" if shape.metadata.get("fault") else "Sender"
    status = status or (403 if problem.code.startswith(("AccessDenied", "ExpiredToken", "InvalidClientTokenId", "UnrecognizedClient", "Signature", "InvalidSignature", "RequestTimeTooSkewed")) else 400)
    request_id = str(uuid.uuid4())
    headers = {"x-amzn-RequestId": request_id, "x-amz-request-id": request_id}
    code, message = escape(problem.code), escape(problem.message)
    extra = "".join(f"<{key}>{escape(str(value))}</{key}>" for key, value in fields.items())
    if protocol in ("query", "rest-xml") and name != "s3":
        body = f"<ErrorResponse><Error><Type>{fault}</Type><Code>{code}</Code><Message>{message}</Message>{extra}</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    elif protocol == "ec2":
        body = f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID>{request_id}</RequestID></Response>"
    elif protocol == "rest-xml":
        body = f"<Error><Code>{code}</Code><Message>{message}</Message>{extra}<RequestId>{request_id}</RequestId><HostId>fake</HostId></Error>"
    else:
        return status, headers | _json_error_headers(name, operation, protocol, problem, fault), json.dumps(_json_error(operation, protocol, problem)).encode()
    return status, headers | {"Content-Type": "text/xml"}, b"" if getattr(operation, "http", {}).get("method") == "HEAD" else body.encode()


def _json_error(operation, protocol, problem):
    body = {"message": problem.message} | {key: value.isoformat() if isinstance(value, datetime) else value for key, value in problem.fields.items()}
    if protocol == "json":
        prefix = operation.service_model.metadata.get("targetPrefix") if operation is not None else None
        version = operation.service_model.metadata.get("jsonVersion") if operation is not None else None
        # Services of JSON 1.0 write the namespace before the name, and clients have to take it off.
        body["__type"] = f"{prefix}#{problem.code}" if version == "1.0" and prefix else problem.code
    return body


def _json_error_headers(name, operation, protocol, problem, fault):
    headers = {"Content-Type": "application/json" if protocol == "rest-json" else "application/x-amz-json-1.1"}
    if protocol == "rest-json":
        # Some services append an address to the name, which clients have to take off too.
        headers["x-amzn-ErrorType"] = f"{problem.code}:http://internal.amazon.com/coral/com.amazonaws.{name}/"
    if operation is not None and "awsQueryCompatible" in operation.service_model.metadata:
        headers["x-amzn-query-error"] = f"{problem.code};{fault}"
    return headers
