"""Lambda functions with their policies, addresses and sources."""

import io
import json
import zipfile

from .places import lines, recorded


def functions(estate, emulator, names):
    """What AWS Config recorded of functions, and what the example's account answered of them."""
    for account, region, row, configuration in recorded(estate, "AWS::Lambda::Function"):
        client = emulator.client("lambda", account, region)
        _function(client, configuration)
        policy = (row.get("supplementaryConfiguration") or {}).get("Policy")
        for statement in json.loads(policy)["Statement"] if policy else []:
            _permission(client, configuration["functionName"], statement)
    for account, region, line in lines(estate, "lambda/function-url-configs"):
        made = emulator.client("lambda", account, region).create_function_url_config(FunctionName=line["FunctionArn"], AuthType=line["AuthType"], InvokeMode=line["InvokeMode"])
        names.add(line["FunctionUrl"].split("/")[2].split(".")[0], made["FunctionUrl"].split("/")[2].split(".")[0])
    for account, region, line in lines(estate, "lambda/event-source-mappings"):
        made = emulator.client("lambda", account, region).create_event_source_mapping(EventSourceArn=line["EventSourceArn"], FunctionName=line["FunctionArn"], BatchSize=line["BatchSize"], StartingPosition="LATEST")
        names.add(line["UUID"], made["UUID"])


def _function(client, configuration):
    given = {"FunctionName": configuration["functionName"], "Role": configuration["role"], "Timeout": configuration["timeout"], "MemorySize": configuration["memorySize"], "Architectures": configuration["architectures"]}
    if configuration["packageType"] == "Image":
        client.create_function(**given, PackageType="Image", Code={"ImageUri": configuration["code"]["imageUri"]})
    else:
        client.create_function(**given, Runtime=configuration["runtime"], Handler=configuration["handler"], Code={"ZipFile": _CODE})


def _code():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), "def handler(event, context):\n    return event\n")
    return packed.getvalue()


_CODE = _code()
# What AddPermission takes beside principal and action, by the key of the condition that it makes.
_CONDITIONS = {"aws:sourcearn": "SourceArn", "aws:sourceaccount": "SourceAccount", "lambda:functionurlauthtype": "FunctionUrlAuthType", "aws:principalorgid": "PrincipalOrgID"}


def _permission(client, function, statement):
    principal = statement["Principal"]
    given = {"FunctionName": function, "StatementId": statement["Sid"], "Action": statement["Action"], "Principal": principal if isinstance(principal, str) else next(iter(principal.values()))}
    for pairs in statement.get("Condition", {}).values():
        for key, value in pairs.items():
            given[_CONDITIONS[key.lower()]] = value
    client.add_permission(**given)
