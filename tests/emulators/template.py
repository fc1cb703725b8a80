"""The hub's template as an emulator takes it: packages in a bucket, definitions inline. Nothing is taken out of it."""

import json
import pathlib

import yaml

REPOSITORY = pathlib.Path(__file__).parents[2]
TEMPLATE = REPOSITORY / "infra" / "template.yaml"


class _Loader(yaml.SafeLoader):
    """YAML with the short forms of CloudFormation's functions."""


def _function(loader, suffix, node):
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _function)


def load():
    """The template as objects."""
    return yaml.load(TEMPLATE.read_text(), _Loader)


def binaries(template):
    """The programs of its functions."""
    found = {resource["Metadata"]["BuildProperties"]["Binary"] for resource in template["Resources"].values() if resource["Type"] == "AWS::Serverless::Function"}
    return sorted(found)


def rendered(template, bucket):
    """The template as it is deployed: packages are `s3://bucket/<binary>.zip`."""
    made = json.loads(json.dumps(template))
    for resource in made["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            properties["CodeUri"] = f"s3://{bucket}/{resource['Metadata']['BuildProperties']['Binary']}.zip"
        if resource["Type"] == "AWS::Serverless::StateMachine":
            file = TEMPLATE.parent / properties.pop("DefinitionUri")
            properties["Definition"] = json.loads(file.read_text())
    return json.dumps(made)
