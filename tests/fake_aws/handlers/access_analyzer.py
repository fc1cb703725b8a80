"""IAM Access Analyzer: analyzers of an account and Region with their findings."""

from ..errors import not_found
from .registry import answers

# The kind of analyzer that makes a kind of finding, for findings that do not name theirs.
_KINDS = {"ExternalAccess": ("ORGANIZATION", "ACCOUNT"), "InternalAccess": ("ORGANIZATION_INTERNAL_ACCESS", "ACCOUNT_INTERNAL_ACCESS")}
_UNUSED = ("ORGANIZATION_UNUSED_ACCESS", "ACCOUNT_UNUSED_ACCESS")
_SUMMARY = "analyzedAt createdAt error id resource resourceType resourceOwnerAccount status updatedAt findingType".split()


def _analyzers(call):
    rows = call.estate.items("access-analyzer/analyzers", "analyzers")
    return [row for row in rows if row["arn"].split(":")[3:5] == [call.region, call.account]]


def _analyzer(call):
    for row in _analyzers(call):
        if row["arn"] == call.parameters["analyzerArn"]:
            return row
    raise not_found(call.operation, call.parameters["analyzerArn"])


def _findings(call):
    analyzer = _analyzer(call)
    rows = call.estate.items("access-analyzer/findings", "findings")
    return [row for row in rows if row.get("analyzerArn", analyzer["arn"]) == analyzer["arn"] and ("analyzerArn" in row or analyzer["type"] in _KINDS.get(row["findingType"], _UNUSED))]


@answers("accessanalyzer", "ListAnalyzers")
def list_analyzers(call):
    wanted = call.parameters.get("type")
    return {"analyzers": [row for row in _analyzers(call) if wanted in (None, row["type"])]}


def _holds(row, criteria):
    for name, test in criteria.items():
        value = str(row.get(name))
        if "eq" in test and value not in test["eq"] or "neq" in test and value in test["neq"] or "exists" in test and (name in row) != test["exists"]:
            return False
        if "contains" in test and not any(text in value for text in test["contains"]):
            return False
    return True


@answers("accessanalyzer", "ListFindingsV2")
def list_findings_v2(call):
    return {"findings": [{key: row[key] for key in _SUMMARY if key in row} for row in _findings(call) if _holds(row, call.parameters.get("filter", {}))]}


@answers("accessanalyzer", "GetFindingV2")
def get_finding_v2(call):
    for row in _findings(call):
        if row["id"] == call.parameters["id"]:
            return {key: value for key, value in row.items() if key != "analyzerArn"}
    raise not_found(call.operation, call.parameters["id"])
