"""AWS Organizations, as its management account and delegated administrators see it."""

from ..errors import AwsError
from .registry import answers

_NO_ORGANIZATION = "AWSOrganizationsNotInUseException"
_SUMMARY = ("Id", "Arn", "Name", "Description", "Type", "AwsManaged")


def _reads(*operations):
    """Registers what only the management account and delegated administrators may read."""

    def register(function):
        def guarded(call):
            if call.estate.organization is None:
                raise AwsError(_NO_ORGANIZATION, "Your account is not a member of an organization.")
            administrators = {row["Id"] for row in call.estate.delegated_administrators} | {call.estate.management_account}
            if call.account not in administrators:
                raise AwsError("AccessDeniedException", "You don't have permissions to access this resource.", 400)
            return function(call)

        return answers("organizations", *operations)(guarded)

    return register


@answers("organizations", "DescribeOrganization")
def describe_organization(call):
    if call.estate.organization is None:
        raise AwsError(_NO_ORGANIZATION, "Your account is not a member of an organization.")
    return {"Organization": call.estate.organization}


@_reads("ListAccounts")
def list_accounts(call):
    return {"Accounts": call.estate.accounts}


@_reads("DescribeAccount")
def describe_account(call):
    return {"Account": _account(call, call.parameters["AccountId"])}


def _account(call, account):
    for row in call.estate.accounts:
        if row["Id"] == account:
            return row
    raise AwsError("AccountNotFoundException", "You specified an account that doesn't exist.")


def _tree(call):
    return (call.estate.documents("organizations/tree") or [{}])[0]


@_reads("ListRoots")
def list_roots(call):
    return {"Roots": _tree(call).get("Roots", [])}


def _units_of(call, parent):
    known = {row["Id"] for row in _tree(call).get("Roots", [])} | {row["Id"] for row in _tree(call).get("OrganizationalUnits", [])}
    if parent not in known:
        raise AwsError("ParentNotFoundException", "You provided parent that does not exist in this organization.")
    return [row for row in _tree(call)["OrganizationalUnits"] if row["ParentId"] == parent]


def _accounts_of(call, parent):
    _units_of(call, parent)
    return [row["ChildId"] for row in _tree(call)["Parents"] if row["ParentId"] == parent and not row["ChildId"].startswith("ou-")]


@_reads("ListOrganizationalUnitsForParent")
def list_organizational_units(call):
    return {"OrganizationalUnits": [{key: value for key, value in row.items() if key != "ParentId"} for row in _units_of(call, call.parameters["ParentId"])]}


@_reads("ListAccountsForParent")
def list_accounts_for_parent(call):
    return {"Accounts": [_account(call, account) for account in _accounts_of(call, call.parameters["ParentId"])]}


@_reads("ListChildren")
def list_children(call):
    parent = call.parameters["ParentId"]
    if call.parameters["ChildType"] == "ACCOUNT":
        return {"Children": [{"Id": account, "Type": "ACCOUNT"} for account in _accounts_of(call, parent)]}
    return {"Children": [{"Id": row["Id"], "Type": "ORGANIZATIONAL_UNIT"} for row in _units_of(call, parent)]}


@_reads("ListParents")
def list_parents(call):
    child, tree = call.parameters["ChildId"], _tree(call)
    parents = [row["ParentId"] for row in tree["OrganizationalUnits"] if row["Id"] == child] + [row["ParentId"] for row in tree["Parents"] if row["ChildId"] == child]
    if not parents:
        raise AwsError("ChildNotFoundException", "We can't find an organizational unit (OU) or account that matches the criteria you specified.")
    return {"Parents": [{"Id": parents[0], "Type": "ROOT" if parents[0].startswith("r-") else "ORGANIZATIONAL_UNIT"}]}


def _policies(call):
    return call.estate.items("organizations/policies", "Policies")


def _policy(call):
    for row in _policies(call):
        if row["Id"] == call.parameters["PolicyId"]:
            return row
    raise AwsError("PolicyNotFoundException", "We can't find a policy with the PolicyId that you specified.")


def _summary(row):
    return {key: row[key] for key in _SUMMARY if key in row}


@_reads("ListPolicies")
def list_policies(call):
    return {"Policies": [_summary(row) for row in _policies(call) if row["Type"] == call.parameters["Filter"]]}


@_reads("ListPoliciesForTarget")
def list_policies_for_target(call):
    return {"Policies": [_summary(row) for row in _policies(call) if row["Type"] == call.parameters["Filter"] and call.parameters["TargetId"] in row.get("Targets", [])]}


@_reads("DescribePolicy")
def describe_policy(call):
    row = _policy(call)
    return {"Policy": {"PolicySummary": _summary(row), "Content": row["Content"]}}


@_reads("ListTargetsForPolicy")
def list_targets_for_policy(call):
    tree = _tree(call)
    named = {row["Id"]: row for row in [*tree.get("Roots", []), *tree.get("OrganizationalUnits", []), *call.estate.accounts]}
    targets = []
    for target in _policy(call).get("Targets", []):
        kind = "ROOT" if target.startswith("r-") else "ORGANIZATIONAL_UNIT" if target.startswith("ou-") else "ACCOUNT"
        row = named.get(target, {})
        targets.append({"TargetId": target, "Arn": row.get("Arn"), "Name": row.get("Name"), "Type": kind})
    return {"Targets": targets}


@_reads("ListDelegatedAdministrators")
def list_delegated_administrators(call):
    wanted = call.parameters.get("ServicePrincipal")
    rows = call.estate.delegated_administrators
    kept = [row for row in rows if not wanted or any(service["ServicePrincipal"] == wanted for service in row.get("Services", []))]
    return {"DelegatedAdministrators": [{key: value for key, value in row.items() if key != "Services"} for row in kept]}


@_reads("ListDelegatedServicesForAccount")
def list_delegated_services(call):
    for row in call.estate.delegated_administrators:
        if row["Id"] == call.parameters["AccountId"]:
            return {"DelegatedServices": row.get("Services", [])}
    raise AwsError("AccountNotRegisteredException", "The specified account is not a delegated administrator for this AWS service.")


@_reads("ListAWSServiceAccessForOrganization")
def list_service_access(call):
    named = {service["ServicePrincipal"]: service for row in call.estate.delegated_administrators for service in row.get("Services", [])}
    return {"EnabledServicePrincipals": [{"ServicePrincipal": name, "DateEnabled": named[name].get("DelegationEnabledDate")} for name in sorted(named)]}


@_reads("DescribeResourcePolicy")
def describe_resource_policy(call):
    documents = call.estate.documents("organizations/resource-policy")
    if not documents:
        raise AwsError("ResourcePolicyNotFoundException", "We can't find a resource policy request with the parameter that you specified.")
    return {"ResourcePolicy": documents[0].get("ResourcePolicy", documents[0])}
