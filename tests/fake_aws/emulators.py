"""Operations that an emulator answers in place of a handler: the request goes on as it came, under the emulator's keys of the account, and the answer comes back as it is, once the model allows it."""

import http.client
import json
from urllib.parse import urlsplit

import botocore.parsers
import botocore.validate
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from . import shapes
from .errors import FakeProblem

# What belongs to the connection or is signed anew.
_OWN = {"authorization", "connection", "content-length", "host", "transfer-encoding", "x-amz-date", "x-amz-security-token"}
_GIVEN = {"connection", "content-length", "date", "server", "transfer-encoding"}


class Emulators:
    """The emulators with what each answers: `{"name": {"endpoint", "keys": {account: {…}}}}`, and rows `{"service", "operations", "by", "of"?}`, where `of` is `management` for what the organization's management account has."""

    def __init__(self, known, rows):
        self.known = known
        self.rows = {(row["service"], operation): row for row in rows for operation in row["operations"]}

    def of(self, call):
        """The row of a call that an emulator answers, else `None`."""
        return self.rows.get(call.key)

    def answer(self, call, row, notes):
        """(status, headers, body) of a call."""
        emulator = self.known[row["by"]]
        key = emulator["keys"][call.estate.management_account if row.get("of") == "management" else call.account]
        status, headers, body = _sent(call, emulator["endpoint"], key)
        # What they do not know they say with a page for people, under whatever type; an object of S3 may be such a page.
        if status >= 500 or call.service != "s3" and body[:15].lower().startswith((b"<!doctype html", b"<html")):
            raise FakeProblem(f"{row['by']} does not answer {call.service}:{call.operation.name}: {status} {body[:300]!r}")
        _check(call, status, headers, body, notes)
        return status, {key: value for key, value in headers.items() if key not in _GIVEN}, body


def _sent(call, endpoint, key):
    headers = {name: value for name, value in call.request.headers.items() if name not in _OWN}
    request = AWSRequest(method=call.request.method, url=endpoint + call.request.target, headers=headers, data=call.request.body)
    credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"])
    SigV4Auth(credentials, call.request.scope.service, call.request.scope.region).add_auth(request)
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=60)
    try:
        connection.request(call.request.method, call.request.target, call.request.body, dict(request.headers.items()))
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def _check(call, status, headers, body, notes):
    """Refuses an answer that a client which goes by the model could not read."""
    parser = botocore.parsers.create_parser(call.operation.service_model.protocol if call.protocol != "ec2" else "ec2")
    shape = call.operation.output_shape if status < 300 else None
    payload = shape.serialization.get("payload") if shape is not None else None
    if payload and shape.members[payload].type_name == "blob":
        # An object is whatever it is.
        return
    try:
        parsed = parser.parse({"status_code": status, "headers": headers, "body": body}, shape)
    except botocore.parsers.ResponseParserError as error:
        raise FakeProblem(f"the answer to {call.operation.name} cannot be read: {error}") from error
    if status >= 300:
        if not parsed.get("Error", {}).get("Code"):
            raise FakeProblem(f"{call.operation.name} is refused without a name: {status} {body[:300]!r}")
        return
    found = set()
    parsed.pop("ResponseMetadata", None)
    if shape is not None:
        # What breaks the model's limits of texts and numbers can still be read.
        made = shapes.convert(shape, parsed, call.operation.name, found)
        report = botocore.validate.ParamValidator().validate(made, shape)
        found |= {report.generate_report()} if report.has_errors() else set()
        if call.protocol in ("json", "rest-json"):
            _unknown(json.loads(body or b"{}"), shape, call.operation.name, found)
    notes |= {f"{call.emulator}: {note}" for note in found}


def _unknown(value, shape, path, found):
    """Adds the fields that the model does not know."""
    if shape.type_name == "structure" and isinstance(value, dict) and not shape.is_document_type:
        payload = shape.serialization.get("payload")
        if payload:
            return _unknown(value, shape.members[payload], path, found)
        names = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for key, inner in value.items():
            if key in names:
                _unknown(inner, names[key], f"{path}.{key}", found)
            else:
                found.add(f"{path} has {key}, which the model does not know")
    elif shape.type_name == "list" and isinstance(value, list):
        for inner in value:
            _unknown(inner, shape.member, f"{path}[]", found)
    return None
