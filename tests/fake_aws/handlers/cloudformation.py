"""AWS CloudFormation: the StackSet of the spoke role, as the options describe it."""

from ..errors import AwsError
from .registry import answers


def _set(call):
    """The set, as who it belongs to asks for it: one that an organization manages is seen by the management account, and by delegated administrators who say that they are."""
    described, name = call.fake.options["stack_set"], call.parameters["StackSetName"]
    caller = call.parameters.get("CallAs", "SELF")
    if (call.account == call.estate.management_account) != (caller == "SELF"):
        raise AwsError("ValidationError", "You must be the management account or delegated admin account of an organization before operating a SERVICE_MANAGED stack set")
    described = described and {"name": "securityv0-readonly", **described}
    if not described or name != described["name"]:
        raise AwsError("StackSetNotFoundException", f"StackSet {name} not found", 404)
    return described


def _id(call, described):
    return f"{described['name']}:8f1c7a52-0000-4000-8000-000000000001"


@answers("cloudformation", "DescribeStackSet")
def describe_stack_set(call):
    described = _set(call)
    owner = call.estate.management_account or call.account
    made = {"StackSetName": described["name"], "StackSetId": _id(call, described), "Status": "ACTIVE", "PermissionModel": "SERVICE_MANAGED"}
    made["StackSetARN"] = f"arn:{call.estate.partition}:cloudformation:{call.region}:{owner}:stackset/{_id(call, described)}"
    return {"StackSet": made | {"AutoDeployment": {"Enabled": described.get("auto_deployment", True), "RetainStacksOnAccountRemoval": False}, "Capabilities": ["CAPABILITY_NAMED_IAM"]}}


@answers("cloudformation", "ListStackInstances")
def list_stack_instances(call):
    described = _set(call)
    rows = []
    for account in call.estate.accounts:
        # An organization's set never reaches the management account.
        if account["Id"] in (call.estate.management_account, *described.get("absent_in", ())) or call.estate.state(account["Id"]) != "ACTIVE":
            continue
        row = {"StackSetId": _id(call, described), "Account": account["Id"], "Region": call.region, "Status": "CURRENT", "StackInstanceStatus": {"DetailedStatus": "SUCCEEDED"}}
        rows.append(row | described.get("instances", {}).get(account["Id"], {}))
    return {"Summaries": rows}


@answers("cloudformation", "ListStackSetOperations")
def list_stack_set_operations(call):
    return {"Summaries": _set(call).get("operations", [])}
