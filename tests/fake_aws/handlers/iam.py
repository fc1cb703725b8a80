"""AWS IAM of an account: authorization details, credential report, service last accessed, managed policies."""

import base64
import json
import uuid
from datetime import timedelta
from urllib.parse import quote

from ..errors import AwsError
from ..estate import document
from .registry import answers

_DOCUMENTS = {"AssumeRolePolicyDocument", "PolicyDocument", "Document"}


def encoded(value):
    """The value with every policy document as IAM sends it: JSON, encoded as in URLs (RFC 3986)."""
    if isinstance(value, dict):
        return {key: quote(json.dumps(document(inner)), safe="") if key in _DOCUMENTS else encoded(inner) for key, inner in value.items()}
    return [encoded(inner) for inner in value] if isinstance(value, list) else value


def _details(call):
    details = call.estate.authorization_details(call.account)
    if details is None:
        # The account was not read when it was recorded; it has nobody but who is not seen.
        return {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}
    return details


_FILTERS = {"User": "UserDetailList", "Group": "GroupDetailList", "Role": "RoleDetailList"}


@answers("iam", "GetAccountAuthorizationDetails")
def get_account_authorization_details(call):
    details, wanted = _details(call), call.parameters.get("Filter")
    made = {_FILTERS[kind]: details[_FILTERS[kind]] if not wanted or kind in wanted else [] for kind in _FILTERS}
    aws, local = [], []
    for row in details["Policies"]:
        (aws if row["Arn"].split(":")[4] == "aws" else local).append(row)
    made["Policies"] = (local if not wanted or "LocalManagedPolicy" in wanted else []) + (aws if not wanted or "AWSManagedPolicy" in wanted else [])
    return encoded(made)


@answers("iam", "GetRole")
def get_role(call):
    name = call.parameters["RoleName"]
    role = call.fake.sessions.role_named(call.account, name)
    if role is None:
        raise AwsError("NoSuchEntity", f"The role with name {name} cannot be found.", 404)
    path = role["Arn"].split(":role")[1].removesuffix(name)
    return encoded({"Role": {"Path": path, "RoleName": name, "RoleId": role["RoleId"], "Arn": role["Arn"], "CreateDate": call.estate.captured_at, "AssumeRolePolicyDocument": role["Trust"]}})


@answers("iam", "ListRoles")
def list_roles(call):
    keep = "Path RoleName RoleId Arn CreateDate AssumeRolePolicyDocument".split()
    return encoded({"Roles": [{key: row[key] for key in keep} for row in _details(call)["RoleDetailList"]]})


@answers("iam", "ListUsers")
def list_users(call):
    return {"Users": [{key: row[key] for key in "Path UserName UserId Arn CreateDate".split()} for row in _details(call)["UserDetailList"]]}


@answers("iam", "ListAccountAliases")
def list_account_aliases(_):
    return {"AccountAliases": []}


@answers("iam", "GenerateCredentialReport")
def generate_credential_report(call):
    """The first request starts, later ones find it done; one is kept for 4 hours."""
    key = ("credential report", call.account)
    with call.fake.lock:
        made_at = call.fake.state.get(key)
        if made_at is not None and call.fake.now() - made_at < timedelta(hours=4):
            return {"State": "COMPLETE"}
        call.fake.state[key] = call.fake.now()
    return {"State": "STARTED", "Description": "No report exists. Starting a new report generation task"}


@answers("iam", "GetCredentialReport")
def get_credential_report(call):
    with call.fake.lock:
        made_at = call.fake.state.get(("credential report", call.account))
    if made_at is None:
        raise AwsError("ReportNotPresent", "No report is present. Please generate one.", 410)
    if call.fake.now() - made_at >= timedelta(hours=4):
        raise AwsError("ReportExpired", "The report has expired. Please generate one.", 410)
    text = call.estate.credential_report(call.account)
    if text is None:
        text = _empty_report(call)
    return {"Content": text.encode(), "ReportFormat": "text/csv", "GeneratedTime": made_at}


_COLUMNS = """user arn user_creation_time password_enabled password_last_used password_last_changed password_next_rotation mfa_active access_key_1_active access_key_1_last_rotated
access_key_1_last_used_date access_key_1_last_used_region access_key_1_last_used_service access_key_2_active access_key_2_last_rotated access_key_2_last_used_date
access_key_2_last_used_region access_key_2_last_used_service cert_1_active cert_1_last_rotated cert_2_active cert_2_last_rotated""".split()


def _empty_report(call):
    """The report of an account of which none was recorded: the root user alone, which every account has."""
    root = {"user": "<root_account>", "arn": f"arn:aws:iam::{call.account}:root", "user_creation_time": "2020-01-01T00:00:00+00:00", "password_enabled": "not_supported", "password_last_changed": "not_supported"}
    root |= {"password_last_used": "no_information", "password_next_rotation": "not_supported", "mfa_active": "true"} | {name: "false" for name in _COLUMNS if name.endswith("_active") and name != "mfa_active"}
    return ",".join(_COLUMNS) + "\n" + ",".join(root.get(name, "N/A") for name in _COLUMNS)


def _last_accessed(call, arn):
    for row in call.estate.items(f"accounts/{call.account}/iam/last-accessed"):
        if row["Arn"] == arn:
            return {key: value for key, value in row.items() if key != "Arn"}
    return {"JobStatus": "COMPLETED", "JobType": "SERVICE_LEVEL", "JobCreationDate": call.estate.captured_at, "JobCompletionDate": call.estate.captured_at, "ServicesLastAccessed": [], "IsTruncated": False}


@answers("iam", "GenerateServiceLastAccessedDetails")
def generate_last_accessed(call):
    arn, details = call.parameters["Arn"], _details(call)
    known = {row["Arn"] for rows in details.values() for row in rows}
    if arn not in known:
        raise AwsError("NoSuchEntity", f"{arn} cannot be found.", 404)
    job = str(uuid.uuid4())
    with call.fake.lock:
        call.fake.state[("last accessed", job)] = {"arn": arn, "key": call.session.key, "asked": 0}
    return {"JobId": job}


@answers("iam", "GetServiceLastAccessedDetails")
def get_last_accessed(call):
    with call.fake.lock:
        job = call.fake.state.get(("last accessed", call.parameters["JobId"]))
        # A job is known to the session alone that asked for it.
        if job is None or job["key"] != call.session.key:
            raise AwsError("NoSuchEntity", f"Job {call.parameters['JobId']} is not found", 404)
        if not call.parameters.get("Marker"):
            job["asked"] += 1
        if job["asked"] == 1:
            return {"JobStatus": "IN_PROGRESS", "JobType": "SERVICE_LEVEL", "JobCreationDate": call.estate.captured_at, "ServicesLastAccessed": [], "JobCompletionDate": call.estate.captured_at}
    return _paged_services(call, _last_accessed(call, job["arn"]))


def _paged_services(call, answer):
    """This operation is no pageable one of botocore: its Marker is the number of services that were given."""
    services, marker = answer.get("ServicesLastAccessed", []), call.parameters.get("Marker", "0")
    if not marker.isdigit():
        raise AwsError("InvalidInput", "the marker is not valid")
    start, size = int(marker), min(call.fake.options["page_size"], call.parameters.get("MaxItems", 100))
    more = start + size < len(services)
    return {**answer, "ServicesLastAccessed": services[start : start + size], "IsTruncated": more} | ({"Marker": str(start + size)} if more else {})


def _managed(call):
    """Every managed policy that the account's details or the snapshot know: ARN -> row of the details' form."""
    known = {row["Arn"]: row for row in _details(call)["Policies"]}
    for arn, (version, text) in call.estate.managed_policies.items():
        known.setdefault(arn, {"PolicyName": arn.rsplit("/")[-1], "PolicyId": "ANPAFAKEFAKEFAKEFAKE", "Arn": arn, "Path": "/" + "".join(part + "/" for part in arn.split(":policy/")[1].split("/")[:-1]), "DefaultVersionId": version, "IsAttachable": True, "PolicyVersionList": [{"VersionId": version, "IsDefaultVersion": True, "Document": text, "CreateDate": "2015-02-06T18:39:46+00:00"}]})
    return known


def _attached(call):
    details = _details(call)
    return {policy["PolicyArn"] for key in ("UserDetailList", "GroupDetailList", "RoleDetailList") for row in details[key] for policy in row.get("AttachedManagedPolicies", [])}


def _plain(row):
    return {key: value for key, value in row.items() if key != "PolicyVersionList"}


@answers("iam", "ListPolicies")
def list_policies(call):
    scope, rows, attached = call.parameters.get("Scope", "All"), _managed(call), _attached(call)
    kept = [row for arn, row in sorted(rows.items()) if scope == "All" or (arn.split(":")[4] == "aws") == (scope == "AWS")]
    return {"Policies": [_plain(row) for row in kept if not call.parameters.get("OnlyAttached") or row["Arn"] in attached]}


def _policy(call):
    row = _managed(call).get(call.parameters["PolicyArn"])
    if row is None:
        raise AwsError("NoSuchEntity", f"Policy {call.parameters['PolicyArn']} does not exist or is not attachable.", 404)
    return row


@answers("iam", "GetPolicy")
def get_policy(call):
    return {"Policy": _plain(_policy(call))}


@answers("iam", "GetPolicyVersion")
def get_policy_version(call):
    for version in _policy(call).get("PolicyVersionList", []):
        if version["VersionId"] == call.parameters["VersionId"]:
            return encoded({"PolicyVersion": version})
    raise AwsError("NoSuchEntity", f"Policy version {call.parameters['VersionId']} does not exist", 404)
