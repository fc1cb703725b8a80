"""AWS Security Hub: findings, seen whole from the administrator's home Region and account by account elsewhere."""

import re
from datetime import timedelta

from ..errors import AwsError
from ..shapes import timestamp
from .registry import answers


def _rows(call):
    rows = call.estate.items("securityhub/findings", "Findings")
    if call.account == call.estate.hub:
        return rows if call.region == call.fake.options["home_region"] else [row for row in rows if row.get("Region") == call.region]
    return [row for row in rows if (row.get("AwsAccountId"), row.get("Region")) == (call.account, call.region)]


@answers("securityhub", "DescribeHub")
def describe_hub(call):
    _must_be_enabled(call)
    return {"HubArn": f"arn:aws:securityhub:{call.region}:{call.account}:hub/default", "SubscribedAt": "2021-09-14T10:30:00.000Z", "AutoEnableControls": True, "ControlFindingGenerator": "SECURITY_CONTROL"}


def _must_be_enabled(call):
    if call.estate.documents("securityhub/findings") is None or call.region not in call.estate.regions:
        raise AwsError("InvalidAccessException", f"Account {call.account} is not subscribed to AWS Security Hub", 401)


@answers("securityhub", "ListFindingAggregators")
def list_finding_aggregators(call):
    _must_be_enabled(call)
    home = call.fake.options["home_region"]
    return {"FindingAggregators": [{"FindingAggregatorArn": f"arn:aws:securityhub:{home}:{call.estate.hub}:finding-aggregator/5f1e0b0c-5e0a-4a0f-9d3c-0a0d9b7c1e11"}] if call.account == call.estate.hub else []}


@answers("securityhub", "GetFindingAggregator")
def get_finding_aggregator(call):
    _must_be_enabled(call)
    return {"FindingAggregatorArn": call.parameters["FindingAggregatorArn"], "FindingAggregationRegion": call.fake.options["home_region"], "RegionLinkingMode": "ALL_REGIONS"}


@answers("securityhub", "GetFindings")
def get_findings(call):
    _must_be_enabled(call)
    filters = call.parameters.get("Filters") or {}
    if len(filters) > 10 or any(len(wanted) > 20 for wanted in filters.values()):
        raise AwsError("InvalidInputException", "up to 10 attributes with up to 20 values each")
    if call.parameters.get("MaxResults", 1) > 100:
        raise AwsError("InvalidInputException", "MaxResults is at most 100")
    rows = [row for row in _rows(call) if all(_holds(row, name, wanted, call) for name, wanted in filters.items())]
    for order in reversed(call.parameters.get("SortCriteria", [])):
        rows = sorted(rows, key=lambda row: str(next(iter(_values(row, order["Field"])), "")), reverse=order.get("SortOrder") == "desc")
    return {"Findings": rows}


_PATHS = {"SeverityLabel": "Severity.Label", "WorkflowStatus": "Workflow.Status", "ComplianceStatus": "Compliance.Status", "ComplianceSecurityControlId": "Compliance.SecurityControlId"}
_PATHS |= {"ResourceType": "Resources.Type", "ResourceId": "Resources.Id", "ResourceRegion": "Resources.Region", "Type": "Types"}


def _values(row, name):
    found = [row]
    for key in _PATHS.get(name, name).split("."):
        found = [value for one in found if isinstance(one, dict) and one.get(key) is not None for value in (one[key] if isinstance(one[key], list) else [one[key]])]
    return found


def _holds(row, name, wanted, call):
    values = [str(value) for value in _values(row, name)]
    if any("DateRange" in one or "Start" in one or "End" in one for one in wanted):
        return any(_in_time(value, one, call) for value in values for one in wanted)
    positive = [one for one in wanted if not one["Comparison"].startswith(("NOT_", "PREFIX_NOT"))]
    negative = [one for one in wanted if one not in positive]
    # Positive comparisons of an attribute are joined by OR, negative ones by AND (API Reference, StringFilter).
    return (not positive or any(_compare(value, one) for value in values for one in positive)) and all(not _compare(value, one) for value in values for one in negative)


def _compare(value, one):
    kind = one["Comparison"].removeprefix("NOT_")
    if kind == "CONTAINS_WORD":
        return re.search(rf"\b{re.escape(one['Value'])}\b", value) is not None
    return {"EQUALS": value == one["Value"], "PREFIX": value.startswith(one["Value"]), "CONTAINS": one["Value"] in value}[kind]


def _in_time(value, one, call):
    moment = timestamp(value)
    if "DateRange" in one:
        return moment >= timestamp(call.estate.captured_at) - timedelta(days=one["DateRange"]["Value"])
    return (not one.get("Start") or moment >= timestamp(one["Start"])) and (not one.get("End") or moment <= timestamp(one["End"]))
