"""AWS STS, and AWS Account Management's Regions."""

from ..estate import DEFAULT_REGIONS, OPT_IN_REGIONS
from .registry import answers


@answers("sts", "GetCallerIdentity")
def get_caller_identity(call):
    role = call.estate.roles(call.account).get(call.session.role.rsplit("/")[-1], {})
    return {"UserId": f"{role.get('RoleId', 'AROAFAKEFAKEFAKEFAKE')}:{call.session.name}", "Account": call.account, "Arn": call.session.arn(call.estate.partition)}


@answers("sts", "AssumeRole")
def assume_role(call):
    return call.fake.sessions.assume(call.session, call.parameters)


@answers("account", "ListRegions")
def list_regions(call):
    regions = [{"RegionName": name, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for name in DEFAULT_REGIONS]
    regions += [{"RegionName": name, "RegionOptStatus": "ENABLED" if name in call.estate.regions else "DISABLED"} for name in OPT_IN_REGIONS]
    wanted = call.parameters.get("RegionOptStatusContains")
    return {"Regions": sorted((row for row in regions if not wanted or row["RegionOptStatus"] in wanted), key=lambda row: row["RegionName"])}
