"""AWS CloudTrail: trails, their status and what they record."""

from ..errors import AwsError
from .registry import answers


def _trails(call):
    """The trails that an account sees: its own, and those of the organization."""
    rows = call.estate.items("cloudtrail/trails")
    return [row for row in rows if row["Trail"]["TrailARN"].split(":")[4] == call.account or row["Trail"].get("IsOrganizationTrail")]


def _in_region(call, trail):
    return trail["HomeRegion"] == call.region or (trail.get("IsMultiRegionTrail") and call.parameters.get("includeShadowTrails", True))


@answers("cloudtrail", "DescribeTrails")
def describe_trails(call):
    names = call.parameters.get("trailNameList")
    rows = [row["Trail"] for row in _trails(call)]
    return {"trailList": [row for row in rows if (row["Name"] in names or row["TrailARN"] in names if names else _in_region(call, row))]}


@answers("cloudtrail", "ListTrails")
def list_trails(call):
    return {"Trails": [{key: row["Trail"][key] for key in ("TrailARN", "Name", "HomeRegion")} for row in _trails(call)]}


def _trail(call, name):
    for row in _trails(call):
        # A name is one of the trails of this Region; from elsewhere a trail is asked for by its ARN.
        if name == row["Trail"]["TrailARN"] or name == row["Trail"]["Name"] and _in_region(call, row["Trail"]):
            return row
    raise AwsError("TrailNotFoundException", f"Unknown trail: {name} for the user: {call.account}")


@answers("cloudtrail", "GetTrailStatus")
def get_trail_status(call):
    return _trail(call, call.parameters["Name"])["Status"]


@answers("cloudtrail", "GetEventSelectors")
def get_event_selectors(call):
    return _trail(call, call.parameters["TrailName"])["EventSelectors"]


@answers("cloudtrail", "GetTrail")
def get_trail(call):
    return {"Trail": _trail(call, call.parameters["Name"])["Trail"]}
