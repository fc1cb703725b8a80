"""What botocore sends and reads, for the client to be compared with.

`cases URL`: for each call on standard input ([{"service", "operation"}]) requests with made-up parameters, and answers with made-up content, both as botocore
packs and reads them. `signatures`: the `Authorization` that botocore gives to each request on standard input.
"""

import base64
import datetime
import json
import sys
from unittest import mock
from xml.sax.saxutils import escape, quoteattr

import botocore.auth
import botocore.handlers
from botocore.awsrequest import AWSRequest, HeadersDict, create_request_object, prepare_request_dict
from botocore.credentials import Credentials
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

TIME = "2019-12-18T19:10:08Z"
TEXT = "a b/ü+c&d=<e>%\"~."
HEADER_TEXT = "abc-1"
MAX_DEPTH = 5


def protocol(model):
    """The protocol that the client speaks."""
    offered = [model.metadata["protocol"], *model.metadata.get("protocols", ())]
    return next(name for name in offered if name in ("json", "rest-json", "query", "ec2", "rest-xml"))


# Requests.


def sample(shape, depth=0):
    """A value for a member of a request."""
    kind = shape.type_name
    if kind == "structure":
        return {} if depth > MAX_DEPTH or shape.is_document_type else {
            name: sample(member, depth + 1) for name, member in shape.members.items() if not too_deep(member, depth)
        }
    if kind == "list":
        of = HEADER_TEXT if shape.serialization.get("location") == "header" else None
        return [of or sample(shape.member, depth + 1) for _ in range(2)]
    if kind == "map":
        if shape.serialization.get("location") == "headers":
            return {"k1": HEADER_TEXT}
        return {key: sample(shape.value, depth + 1) for key in ("k 1", "k2")}
    return scalar_sample(shape)


def scalar_sample(shape):
    kind = shape.type_name
    if kind == "boolean":
        return True
    if kind in ("integer", "long"):
        return 42
    if kind in ("float", "double"):
        return 1.5
    if kind == "timestamp":
        return TIME
    if kind == "blob":
        return base64.b64encode(b"blob").decode()
    return HEADER_TEXT if shape.serialization.get("location") == "header" else TEXT


def too_deep(shape, depth):
    return depth >= MAX_DEPTH and shape.type_name in ("structure", "list", "map")


def for_botocore(shape, value):
    """Blobs as bytes: botocore encodes them itself."""
    if shape.type_name == "structure" and not shape.is_document_type:
        return {name: for_botocore(shape.members[name], part) for name, part in value.items()}
    if shape.type_name == "list":
        return [for_botocore(shape.member, part) for part in value]
    if shape.type_name == "map":
        return {key: for_botocore(shape.value, part) for key, part in value.items()}
    return base64.b64decode(value) if shape.type_name == "blob" else value


def request(model, op, parameters, url):
    serializer = create_serializer(protocol(model), include_validation=False)
    given = for_botocore(op.input_shape, parameters) if op.input_shape else {}
    packed = serializer.serialize_to_request(given, op)
    packed.pop("host_prefix", None)
    prepare_request_dict(packed, endpoint_url=url)
    prepared = create_request_object(packed).prepare()
    headers = {name.lower(): text(value) for name, value in prepared.headers.items()}
    return {
        "method": prepared.method,
        "target": prepared.url[len(url) :] or "/",
        "headers": {name: value for name, value in headers.items() if name != "content-length"},
        "body": text(prepared.body or b""),
    }


def text(value):
    return value.decode() if isinstance(value, (bytes, bytearray)) else str(value)


# Answers.


def answer_value(shape, fill, depth=0):
    """A value for a member of an answer: with `fill` "full" everything, with "empty" the least that is there."""
    kind = shape.type_name
    if kind == "structure":
        if shape.is_document_type:
            return {"any": [None, {"b": None}]}
        if getattr(shape, "is_tagged_union", False):
            # Of these there is exactly one.
            names = sorted(shape.members, key=lambda name: shape.members[name].type_name == "structure")
            one = names[-1] if fill == "full" and depth < MAX_DEPTH else names[0]
            return {one: answer_value(shape.members[one], fill, depth + 1)}
        members = {} if depth > MAX_DEPTH else shape.members
        return {name: answer_value(member, fill, depth + 1) for name, member in members.items() if not too_deep(member, depth)}
    if kind == "list":
        return [] if fill == "empty" else [answer_value(shape.member, fill, depth + 1) for _ in range(2)]
    if kind == "map":
        return {} if fill == "empty" else {key: answer_value(shape.value, fill, depth + 1) for key in ("k 1", "k2")}
    return answer_scalar(shape, fill)


def answer_scalar(shape, fill):
    kind = shape.type_name
    if shape.name == "policyDocumentType":
        return "%7B%22Version%22%3A%20%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D" if fill == "full" else "no%20JSON"
    if kind == "boolean":
        return fill == "full"
    if kind in ("integer", "long"):
        return 42 if fill == "full" else 0
    if kind in ("float", "double"):
        return 1.5 if fill == "full" else 0.0
    if kind == "blob":
        return base64.b64encode(b"blob \xff").decode()
    if kind == "timestamp":
        return timestamp(shape, fill)
    if shape.serialization.get("location") in ("header", "headers"):
        return HEADER_TEXT
    return TEXT if fill == "full" else ""


def timestamp(shape, fill):
    style = shape.serialization.get("timestampFormat")
    if style == "rfc822" or shape.serialization.get("location") == "header":
        return "Wed, 18 Dec 2019 19:10:08 GMT"
    if style == "iso8601":
        return "2019-12-18T19:10:08.120Z" if fill == "full" else TIME
    return 1576696208.123 if fill == "full" else 1576696208


def json_body(shape, value):
    if value is None:
        return None
    if shape.type_name == "structure" and not shape.is_document_type:
        return {shape.members[name].serialization.get("name", name): json_body(shape.members[name], part) for name, part in value.items()}
    if shape.type_name == "list":
        return [json_body(shape.member, part) for part in value]
    if shape.type_name == "map":
        return {key: json_body(shape.value, part) for key, part in value.items()}
    return value


def xml_scalar(shape, value):
    if shape.type_name == "boolean":
        return str(value).lower()
    if shape.type_name == "timestamp" and not isinstance(value, str):
        return datetime.datetime.fromtimestamp(value, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return escape(str(value))


def xml(shape, name, value):
    """The elements of a value, `name` being the element of a single one."""
    if shape.type_name == "structure":
        attributes = "".join(
            f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {member.serialization["name"]}={quoteattr(str(value[own]))}'
            for own, member in shape.members.items()
            if own in value and member.serialization.get("xmlAttribute")
        )
        return f"<{name}{attributes}>{xml_members(shape, value)}</{name}>"
    if shape.type_name == "list":
        return xml_list(shape, name, value)
    if shape.type_name == "map":
        key, of = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
        entries = [f"{xml(shape.key, key, k)}{xml(shape.value, of, v)}" for k, v in value.items()]
        if shape.serialization.get("flattened"):
            return "".join(f"<{name}>{entry}</{name}>" for entry in entries)
        return f"<{name}>{''.join(f'<entry>{entry}</entry>' for entry in entries)}</{name}>"
    return f"<{name}>{xml_scalar(shape, value)}</{name}>"


def xml_list(shape, name, value):
    item = shape.member.serialization.get("name")
    if shape.serialization.get("flattened"):
        return "".join(xml(shape.member, item or name, part) for part in value)
    return f"<{name}>{''.join(xml(shape.member, item or 'member', part) for part in value)}</{name}>"


def xml_members(shape, value):
    return "\n".join(
        xml(shape.members[own], shape.members[own].serialization.get("name", own), part)
        for own, part in value.items()
        if "location" not in shape.members[own].serialization and not shape.members[own].serialization.get("xmlAttribute")
    )


def reply(model, op, value):
    """The value on the wire."""
    shape = op.output_shape
    headers = {}
    if shape is None:
        return {"status": 200, "headers": headers, "body": ""}
    body = {}
    for name, part in value.items():
        location = shape.members[name].serialization.get("location")
        wire_name = shape.members[name].serialization.get("name", name)
        if location == "header" and wire_name.lower() == "content-length":
            continue
        if location == "header":
            headers[wire_name.lower()] = xml_scalar(shape.members[name], part)
        elif location == "headers":
            headers.update({f"{wire_name}{key}".lower().replace(" ", ""): str(of) for key, of in part.items()})
        elif location is None:
            body[name] = part
    payload = shape.serialization.get("payload")
    if protocol(model) in ("json", "rest-json"):
        whole = json_body(shape, body)
        return {"status": 200, "headers": headers, "body": json_text(shape, payload, whole)}
    return {"status": 200, "headers": headers, "body": xml_text(op, shape, payload, body)}


def json_text(shape, payload, whole):
    if not payload:
        return json.dumps(whole)
    return TEXT if shape.members[payload].type_name in ("string", "blob") else json.dumps(whole[payload])


def xml_text(op, shape, payload, body):
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    if payload:
        member = shape.members[payload]
        return TEXT if member.type_name in ("string", "blob") else head + xml(member, payload, body[payload])
    inner = xml_members(shape, body)
    wrapper = shape.serialization.get("resultWrapper")
    if wrapper:
        inner = f"<{wrapper}>{inner}</{wrapper}><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>"
    return f'{head}<{op.name}Response xmlns="https://example.com/">{inner}</{op.name}Response>'


def printed(model, op, given):
    """What the AWS CLI prints of a reply: times in ISO 8601, blobs in base64, policies of IAM as objects."""
    parser = create_parser(protocol(model))
    if op.output_shape is None:
        return {}
    parsed = parser.parse({"status_code": given["status"], "headers": HeadersDict(given["headers"]), "body": given["body"].encode()}, op.output_shape)
    if model.service_name == "iam":
        botocore.handlers.json_decode_policies(parsed, op)
    parsed.pop("ResponseMetadata", None)
    payload = op.output_shape.serialization.get("payload")
    if payload and op.output_shape.members[payload].type_name == "blob":
        parsed[payload] = given["body"].encode()
    return plain(parsed)


def plain(value):
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def with_nulls(value):
    """The same with a null in place of each member of the answer, as some services send what is not there."""
    return {name: None for name in value}


def answers(model, op):
    shape = op.output_shape
    if shape is None:
        return
    for fill in ("full", "empty"):
        given = reply(model, op, answer_value(shape, fill))
        yield {"reply": given, "printed": printed(model, op, given)}
    if protocol(model) == "json":
        given = {"status": 200, "headers": {}, "body": json.dumps(with_nulls(answer_value(shape, "full")))}
        yield {"reply": given, "printed": printed(model, op, given)}


def cases(rows, url):
    loader = Loader()
    for row in rows:
        model = ServiceModel(loader.load_service_model(row["service"], "service-2"), row["service"])
        op = model.operation_model(row["operation"])
        if op.has_streaming_input or op.has_streaming_output:
            # Objects of S3: they go through the client of the SDK.
            yield {**row, "requests": [], "answers": []}
            continue
        members = op.input_shape.members if op.input_shape else {}
        required = op.input_shape.required_members if op.input_shape else []
        if protocol(model) == "rest-xml":
            # Nothing is written through it.
            members = {name: member for name, member in members.items() if "location" in member.serialization}
        everything = {name: sample(member) for name, member in members.items()}
        tokens = [name for name, member in members.items() if member.metadata.get("idempotencyToken")]
        least = {name: everything[name] for name in [*required, *tokens]}
        yield {
            **row,
            "requests": [{"parameters": given, **request(model, op, given, url)} for given in (everything, least)],
            "answers": list(answers(model, op)),
        }


# Signatures.


def signature(given):
    time = datetime.datetime.fromisoformat(given["time"])
    signer = botocore.auth.S3SigV4Auth if given["service"] == "s3" else botocore.auth.SigV4Auth
    credentials = Credentials(given["access_key"], given["secret_key"], given["token"])
    # `x-amz-security-token` and `x-amz-date` are set by the signer itself.
    headers = {name: value for name, value in given["headers"].items() if not name.startswith("x-amz-content")}
    unsigned = AWSRequest(given["method"], given["url"], data=given["body"].encode(), headers=headers)
    with mock.patch.object(botocore.auth, "get_current_datetime", lambda *_: time.replace(tzinfo=None)):
        signer(credentials, given["service"], given["region"]).add_auth(unsigned)
    return unsigned.headers["Authorization"]


def main():
    given = json.load(sys.stdin)
    if sys.argv[1] == "cases":
        json.dump(list(cases(given, sys.argv[2])), sys.stdout)
    else:
        json.dump([signature(one) for one in given], sys.stdout)


main()
