"""Answers made of what the AWS CLI printed, and the check that the model allows them."""

import base64
from datetime import datetime, timezone

import botocore.validate
from botocore.utils import parse_timestamp

from .errors import FakeProblem


class _Validator(botocore.validate.ParamValidator):
    """botocore's, without the least length of lists: AWS keeps it of what it is sent, not of what it sends."""

    def _validate_list(self, params, shape, errors, name):
        for index, inner in enumerate(params):
            self._validate(inner, shape.member, errors, f"{name}[{index}]")


_validator = _Validator()


def answer(operation, value, notes):
    """`value` in the types that the operation's answer has, checked against its shape. `notes` takes what a capture made by hand lacks of what is required, which is filled in, and names that the model does not know."""
    shape = operation.output_shape
    if shape is None:
        return {}
    made = convert(shape, value, operation.name, notes)
    report = _validator.validate(made, shape)
    if report.has_errors():
        raise FakeProblem(f"the answer of {operation.name} is not what the model allows: {report.generate_report()}")
    return made


def convert(shape, value, path, notes):
    """A value of a JSON document in the type of `shape`."""
    kind = shape.type_name
    if kind == "structure":
        return _structure(shape, value, path, notes)
    if kind == "list":
        if not isinstance(value, list):
            raise FakeProblem(f"{path} is {value!r}, not a list")
        return [convert(shape.member, inner, f"{path}[{index}]", notes) for index, inner in enumerate(value) if inner is not None]
    if kind == "map":
        if not isinstance(value, dict):
            raise FakeProblem(f"{path} is {value!r}, not a map")
        return {key: convert(shape.value, inner, f"{path}.{key}", notes) for key, inner in value.items() if inner is not None}
    if kind == "timestamp":
        return timestamp(value)
    if kind == "blob":
        return base64.b64decode(value) if isinstance(value, str) else value
    if kind in ("integer", "long", "float", "double") and isinstance(value, str):
        return float(value) if kind in ("float", "double") else int(value)
    if kind == "string":
        if not isinstance(value, str):
            raise FakeProblem(f"{path} is {value!r}, not a text")
        # AWS says some things that its models do not: IAM's `Policy` for a boundary's type, `SUCCESS` of AWS Config's recorders.
        if shape.enum and value not in shape.enum:
            notes.add(f"{path} is {value!r}, which is none of {shape.enum}")
    return value


def timestamp(value):
    """A time in whatever form a capture has it."""
    made = value if isinstance(value, datetime) else parse_timestamp(value)
    return made.replace(tzinfo=timezone.utc) if made.tzinfo is None else made.astimezone(timezone.utc)


def _structure(shape, value, path, notes):
    if shape.is_document_type:
        return value
    if not isinstance(value, dict):
        raise FakeProblem(f"{path} is {value!r}, not an object")
    made = {}
    for key, inner in value.items():
        if inner is None:
            continue
        if key not in shape.members:
            raise FakeProblem(f"{path} has {key}, which the model does not know")
        made[key] = convert(shape.members[key], inner, f"{path}.{key}", notes)
    for key in shape.required_members:
        if key not in made:
            made[key] = _something(shape.members[key], f"{path}.{key}", notes, 0)
            notes.add(f"{path}.{key}")
    return made


def _something(shape, path, notes, depth):
    kind = shape.type_name
    if depth > 6:
        raise FakeProblem(f"{path} needs what needs itself")
    if kind == "structure":
        if shape.is_tagged_union:
            first = next(iter(shape.members))
            return {first: _something(shape.members[first], f"{path}.{first}", notes, depth + 1)}
        return {key: _something(shape.members[key], f"{path}.{key}", notes, depth + 1) for key in shape.required_members}
    if kind == "string":
        return shape.enum[0] if shape.enum else "-" * max(1, shape.metadata.get("min", 1))
    if kind == "list":
        return [_something(shape.member, f"{path}[0]", notes, depth + 1) for _ in range(shape.metadata.get("min", 0))]
    return {"map": {}, "timestamp": datetime(2020, 1, 1, tzinfo=timezone.utc), "blob": b"", "boolean": False, "float": 0.0, "double": 0.0}.get(kind, shape.metadata.get("min", 0))


def project(shape, item):
    """The fields of `item` that a structure has: what a list prints of what a Get prints whole."""
    if shape.type_name != "structure" or not isinstance(item, dict):
        return item
    return {key: _project_deep(shape.members[key], value) for key, value in item.items() if key in shape.members and value is not None}


def _project_deep(shape, value):
    if shape.type_name == "structure" and isinstance(value, dict) and not shape.is_document_type:
        return project(shape, value)
    if shape.type_name == "list" and isinstance(value, list):
        return [_project_deep(shape.member, inner) for inner in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: _project_deep(shape.value, inner) for key, inner in value.items()}
    return value
