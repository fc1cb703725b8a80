"""IAM Identity Center and its identity store, in their home Region."""

from ..errors import AwsError, not_found
from .registry import answers


def _instances(call):
    # Whoever recorded what Identity Center holds may read it, so the hub may.
    seen = {call.estate.hub, call.estate.management_account, *(row["Id"] for row in call.estate.delegated_administrators if any(service["ServicePrincipal"] == "sso.amazonaws.com" for service in row.get("Services", [])))}
    if call.region != call.fake.options["home_region"] or call.account not in seen:
        return []
    return call.estate.items("identity-center/instances", "Instances")


def _of_instance(*operations):
    """Registers what is asked of an instance."""

    def register(function):
        def guarded(call):
            if call.parameters["InstanceArn"] not in [row["InstanceArn"] for row in _instances(call)]:
                raise AwsError("AccessDeniedException", "You do not have sufficient access to perform this action.", 400)
            return function(call)

        return answers("sso-admin", *operations)(guarded)

    return register


@answers("sso-admin", "ListInstances")
def list_instances(call):
    return {"Instances": _instances(call)}


def _sets(call):
    instance = call.parameters["InstanceArn"].rsplit("/")[-1]
    rows = call.estate.items("identity-center/permission-sets")
    return {row["PermissionSet"]["PermissionSetArn"]: row for row in rows if f"/{instance}/" in row["PermissionSet"]["PermissionSetArn"]}


def _set(call):
    row = _sets(call).get(call.parameters["PermissionSetArn"])
    if row is None:
        raise not_found(call.operation, call.parameters["PermissionSetArn"])
    return row


def _assignments(call):
    return [row for row in call.estate.items("identity-center/assignments", "AccountAssignments") if row["PermissionSetArn"] in _sets(call)]


@_of_instance("ListPermissionSets")
def list_permission_sets(call):
    return {"PermissionSets": sorted(_sets(call))}


@_of_instance("DescribePermissionSet")
def describe_permission_set(call):
    return {"PermissionSet": _set(call)["PermissionSet"]}


@_of_instance("GetInlinePolicyForPermissionSet")
def get_inline_policy(call):
    return {"InlinePolicy": _set(call).get("InlinePolicy", "")}


@_of_instance("ListManagedPoliciesInPermissionSet")
def list_managed_policies(call):
    return {"AttachedManagedPolicies": _set(call).get("AttachedManagedPolicies", [])}


@_of_instance("ListCustomerManagedPolicyReferencesInPermissionSet")
def list_customer_managed_policies(call):
    return {"CustomerManagedPolicyReferences": _set(call).get("CustomerManagedPolicyReferences", [])}


@_of_instance("GetPermissionsBoundaryForPermissionSet")
def get_permissions_boundary(call):
    boundary = _set(call).get("PermissionsBoundary")
    if not boundary:
        raise not_found(call.operation, "the permissions boundary")
    return {"PermissionsBoundary": boundary}


@_of_instance("ListAccountsForProvisionedPermissionSet")
def list_accounts(call):
    _set(call)
    return {"AccountIds": sorted({row["AccountId"] for row in _assignments(call) if row["PermissionSetArn"] == call.parameters["PermissionSetArn"]})}


@_of_instance("ListPermissionSetsProvisionedToAccount")
def list_provisioned(call):
    return {"PermissionSets": sorted({row["PermissionSetArn"] for row in _assignments(call) if row["AccountId"] == call.parameters["AccountId"]})}


@_of_instance("ListAccountAssignments")
def list_assignments(call):
    wanted = (call.parameters["AccountId"], call.parameters["PermissionSetArn"])
    _set(call)
    return {"AccountAssignments": [row for row in _assignments(call) if (row["AccountId"], row["PermissionSetArn"]) == wanted]}


@_of_instance("ListApplications")
def list_applications(_):
    return {"Applications": []}


@_of_instance("ListTagsForResource")
def list_tags(call):
    row = _sets(call).get(call.parameters["ResourceArn"])
    if row is None:
        raise not_found(call.operation, call.parameters["ResourceArn"])
    return {"Tags": row.get("Tags", [])}


def _of_store(operation, path, key):
    def handler(call):
        store = call.parameters["IdentityStoreId"]
        if store not in [row["IdentityStoreId"] for row in _instances(call)]:
            raise not_found(call.operation, store)
        rows = [row for row in call.estate.items(f"identity-center/{path}", key) if row.get("IdentityStoreId") == store]
        if "GroupId" in call.parameters:
            if call.parameters["GroupId"] not in [row["GroupId"] for row in call.estate.items("identity-center/groups", "Groups")]:
                raise not_found(call.operation, call.parameters["GroupId"])
            rows = [row for row in rows if row["GroupId"] == call.parameters["GroupId"]]
        return {key: rows}

    answers("identitystore", operation)(handler)


_of_store("ListUsers", "users", "Users")
_of_store("ListGroups", "groups", "Groups")
_of_store("ListGroupMemberships", "memberships", "GroupMemberships")
