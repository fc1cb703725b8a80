"""AWS Config: the aggregator of the organization, and the recorders of each account."""

import json

from ..config_sql import Query
from ..errors import AwsError
from .registry import answers

def _aggregators(call):
    rows = []
    for document in call.estate.documents("config/aggregator") or []:
        rows += document.get("ConfigurationAggregators", [])
    # An aggregator is seen in its own account and Region alone.
    return [row for row in rows if row["ConfigurationAggregatorArn"].split(":")[3:5] == [call.region, call.account]]


def _aggregator(call):
    for row in _aggregators(call):
        if row["ConfigurationAggregatorName"] == call.parameters["ConfigurationAggregatorName"]:
            return row
    raise AwsError("NoSuchConfigurationAggregatorException", "The configuration aggregator does not exist. Check the configuration aggregator name and try again.")


@answers("config", "DescribeConfigurationAggregators")
def describe_aggregators(call):
    names = call.parameters.get("ConfigurationAggregatorNames")
    rows = _aggregators(call)
    missing = set(names or ()) - {row["ConfigurationAggregatorName"] for row in rows}
    if missing:
        raise AwsError("NoSuchConfigurationAggregatorException", f"The configuration aggregator does not exist: {sorted(missing)}")
    return {"ConfigurationAggregators": [row for row in rows if not names or row["ConfigurationAggregatorName"] in names]}


@answers("config", "DescribeConfigurationAggregatorSourcesStatus")
def sources_status(call):
    _aggregator(call)
    recorded = []
    for document in call.estate.documents("config/aggregator") or []:
        recorded += document.get("AggregatedSourceStatusList", [])
    if not recorded:
        at = call.estate.captured_at
        recorded = [{"SourceId": call.estate.organization["Id"], "SourceType": "ORGANIZATION", "AwsRegion": call.region, "LastUpdateStatus": "SUCCEEDED", "LastUpdateTime": at}]
        recorded += [{"SourceId": row["Id"], "SourceType": "ACCOUNT", "AwsRegion": region, "LastUpdateStatus": "SUCCEEDED", "LastUpdateTime": at} for row in call.estate.accounts for region in call.estate.regions]
    wanted = call.parameters.get("UpdateStatus")
    return {"AggregatedSourceStatusList": [row for row in recorded if not wanted or row["LastUpdateStatus"] in wanted]}


@answers("config", "SelectAggregateResourceConfig")
def select(call):
    _aggregator(call)
    query = Query(call.parameters["Expression"])
    rows = [row for row in call.estate.all_config_items if row["resourceType"] not in call.fake.options["unqueryable_types"]]
    return {"Results": [json.dumps(row) for row in query.run(rows)], "QueryInfo": {"SelectFields": [{"Name": name} for name in query.fields]}}


def _id(row):
    return {"SourceAccountId": row["accountId"], "SourceRegion": row["awsRegion"], "ResourceId": row["resourceId"], "ResourceType": row["resourceType"], "ResourceName": row.get("resourceName")}


def _matches(row, filters):
    pairs = {"AccountId": "accountId", "Region": "awsRegion", "ResourceId": "resourceId", "ResourceName": "resourceName", "ResourceType": "resourceType"}
    return all(row.get(pairs[key]) == value for key, value in (filters or {}).items())


@answers("config", "ListAggregateDiscoveredResources")
def list_discovered(call):
    _aggregator(call)
    rows = [row for row in call.estate.config_items(call.parameters["ResourceType"]) if _matches(row, call.parameters.get("Filters"))]
    return {"ResourceIdentifiers": [_id(row) for row in rows]}


@answers("config", "GetAggregateDiscoveredResourceCounts")
def counts(call):
    _aggregator(call)
    rows = [row for row in call.estate.all_config_items if _matches(row, call.parameters.get("Filters"))]
    key = {"RESOURCE_TYPE": "resourceType", "ACCOUNT_ID": "accountId", "AWS_REGION": "awsRegion"}.get(call.parameters.get("GroupByKey"))
    made = {"TotalDiscoveredResources": len(rows)}
    if key:
        groups = {}
        for row in rows:
            groups[row[key]] = groups.get(row[key], 0) + 1
        made |= {"GroupByKey": call.parameters["GroupByKey"], "GroupedResourceCounts": [{"GroupName": name, "ResourceCount": groups[name]} for name in sorted(groups)]}
    return made


_ITEM = """version accountId configurationItemCaptureTime configurationItemStatus configurationStateId arn resourceType resourceId resourceName awsRegion availabilityZone
resourceCreationTime recordingFrequency configurationItemDeliveryTime""".split()


@answers("config", "BatchGetAggregateResourceConfig")
def batch_get(call):
    _aggregator(call)
    found, unprocessed = [], []
    known = {(row["accountId"], row["awsRegion"], row["resourceType"], row["resourceId"]): row for row in call.estate.all_config_items}
    asked = call.parameters["ResourceIdentifiers"]
    if len(asked) > 100:
        raise AwsError("ValidationException", "no more than 100 identifiers")
    # Some of a full request may be left over, and have to be asked for again: the last of every one with more than two.
    left_over = asked[-1:] if len(asked) > 2 else []
    for row in asked:
        key = (row["SourceAccountId"], row["SourceRegion"], row["ResourceType"], row["ResourceId"])
        if key not in known or row in left_over:
            unprocessed.append(row)
        else:
            found.append(_base_item(known[key]))
    return {"BaseConfigurationItems": found, "UnprocessedResourceIdentifiers": unprocessed}


def _base_item(row):
    """An item without its tags and relationships, which this operation does not give."""
    text = lambda value: value if isinstance(value, str) else json.dumps(value)
    made = {key: row.get(key) for key in _ITEM}
    made["configuration"] = text(row["configuration"]) if row.get("configuration") is not None else None
    made["supplementaryConfiguration"] = {key: text(value) for key, value in (row.get("supplementaryConfiguration") or {}).items()}
    return made


def _recorders(call):
    for row in call.estate.items("config/recorders"):
        if (row["AccountId"], row["Region"]) == (call.account, call.region):
            return row
    return {}


@answers("config", "DescribeConfigurationRecorders")
def describe_recorders(call):
    return {"ConfigurationRecorders": _recorders(call).get("ConfigurationRecorders", [])}


@answers("config", "DescribeConfigurationRecorderStatus")
def describe_recorder_status(call):
    return {"ConfigurationRecordersStatus": _recorders(call).get("ConfigurationRecordersStatus", [])}
