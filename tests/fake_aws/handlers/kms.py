"""AWS KMS: keys and their grants."""

from ..errors import AwsError
from .registry import answers


def _grants(call):
    rows = call.estate.spoke_items(call.account, call.region, "kms/grants")
    return {row["Arn"]: row["Response"] for row in rows or []}


def _keys(call):
    of_config = [row["arn"] for row in call.estate.config_of("AWS::KMS::Key", call.account, call.region)]
    return sorted({*of_config, *_grants(call)})


@answers("kms", "ListKeys")
def list_keys(call):
    return {"Keys": [{"KeyId": arn.rsplit("/")[-1], "KeyArn": arn} for arn in _keys(call)], "Truncated": False}


@answers("kms", "ListGrants")
def list_grants(call):
    for arn in _keys(call):
        if call.parameters["KeyId"] in (arn, arn.rsplit("/")[-1]):
            # A key without a line has no grants here: the live organization has an answer for every key.
            return {"Grants": _grants(call).get(arn, {}).get("Grants", []), "Truncated": False}
    raise AwsError("NotFoundException", f"Key '{call.parameters['KeyId']}' does not exist")
