"""Prints CloudFormation templates as JSON: `{PATH: {"source": …, "transformed": …}}`.

Both are in long forms (`{"Ref": …}`); in the second the SAM transform is carried out as the service would. The same templates give the
same bytes, and nothing is asked of AWS.

Usage: render.py TEMPLATE…
"""

import copy
import json
import logging
import os
import sys
from pathlib import Path

# Only so that the partition is known; nothing in a template may depend on it.
os.environ["AWS_DEFAULT_REGION"] = "us-east-1"

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

SAM = "AWS::Serverless-2016-10-31"
# Where a deployment would have uploaded what the template names by a path.
UPLOADED = {
    "AWS::Serverless::Function": ("CodeUri", "s3://uploaded/code"),
    "AWS::Serverless::LayerVersion": ("ContentUri", "s3://uploaded/content"),
    "AWS::Serverless::StateMachine": ("DefinitionUri", {"Bucket": "uploaded", "Key": "definition"}),
}


def main() -> None:
    logging.disable(logging.WARNING)
    rendered = {path: render(Path(path)) for path in sys.argv[1:]}
    json.dump(rendered, sys.stdout, sort_keys=True, default=str)
    print()


def render(path: Path) -> dict:
    source = yaml_parse(path.read_text(encoding="utf-8"))
    return {"source": source, "transformed": transform(source, path.parent) if is_sam(source) else source}


def is_sam(template: dict) -> bool:
    transforms = template.get("Transform", [])
    return SAM in (transforms if isinstance(transforms, list) else [transforms])


def transform(source: dict, folder: Path) -> dict:
    template = copy.deepcopy(source)
    for resource in template.get("Resources", {}).values():
        place, uploaded = UPLOADED.get(resource.get("Type"), (None, None))
        if place is not None and isinstance(resource.setdefault("Properties", {}).get(place), str):
            resource["Properties"][place] = uploaded
    # The first argument names AWS's managed policies, of which the product uses none.
    transformed = Translator({}, Parser()).translate(template, parameter_values={})
    for name, resource in source.get("Resources", {}).items():
        definition = resource.get("Properties", {}).get("DefinitionUri")
        if isinstance(definition, str):
            with_definition(transformed["Resources"][name]["Properties"], folder / definition)
    return transformed


def with_definition(properties: dict, path: Path) -> None:
    """Puts a state machine itself in the place of where it was uploaded, so that checkers of templates see it."""
    del properties["DefinitionS3Location"]
    text = path.read_text(encoding="utf-8")
    for name, value in properties.get("DefinitionSubstitutions", {}).items():
        if value == {"Ref": "AWS::Partition"}:
            # They take ARNs of this partition only.
            text = text.replace("${" + name + "}", "aws")
    properties["Definition"] = json.loads(text)


if __name__ == "__main__":
    main()
