"""IAM Identity Center and its identity store in moto, of the organization's management account."""

import json


def seed(estate, moto, names):
    """Makes users, groups, permission sets and assignments; `names` takes the ids that they got."""
    management = estate.management_account
    center, store = moto.client("sso-admin", management), moto.client("identitystore", management)
    own = estate.items("identity-center/instances", "Instances")[0]
    made = center.list_instances()["Instances"][0]
    names.add(own["InstanceArn"].rsplit("/")[-1], made["InstanceArn"].rsplit("/")[-1])
    names.add(own["IdentityStoreId"], made["IdentityStoreId"])
    identifier = {"IdentityStoreId": made["IdentityStoreId"]}
    for user in estate.items("identity-center/users", "Users"):
        given, _, family = user["DisplayName"].partition(" ")
        answer = store.create_user(**identifier, UserName=user["UserName"], DisplayName=user["DisplayName"], Name={"GivenName": given, "FamilyName": family})
        names.add(user["UserId"], answer["UserId"])
    for group in estate.items("identity-center/groups", "Groups"):
        names.add(group["GroupId"], store.create_group(**identifier, DisplayName=group["DisplayName"])["GroupId"])
    for row in estate.items("identity-center/memberships", "GroupMemberships"):
        answer = store.create_group_membership(**identifier, GroupId=names.renamed(row["GroupId"]), MemberId={"UserId": names.renamed(row["MemberId"]["UserId"])})
        names.add(row["MembershipId"], answer["MembershipId"])
    for row in estate.items("identity-center/permission-sets"):
        _permission_set(center, made["InstanceArn"], row, names)
    for row in estate.items("identity-center/assignments", "AccountAssignments"):
        center.create_account_assignment(
            InstanceArn=made["InstanceArn"], TargetId=row["AccountId"], TargetType="AWS_ACCOUNT", PermissionSetArn=names.renamed(row["PermissionSetArn"]), PrincipalType=row["PrincipalType"], PrincipalId=names.renamed(row["PrincipalId"])
        )  # fmt: skip


def _permission_set(center, instance, row, names):
    own = row["PermissionSet"]
    made = center.create_permission_set(InstanceArn=instance, Name=own["Name"], SessionDuration=own["SessionDuration"])["PermissionSet"]["PermissionSetArn"]
    # moto calls `instance/…/ps-…` what AWS calls `permissionSet/…/ps-…`.
    names.add(own["PermissionSetArn"].split(":::")[1], made.split(":::")[1])
    of_set = {"InstanceArn": instance, "PermissionSetArn": made}
    if row.get("InlinePolicy"):
        policy = row["InlinePolicy"]
        center.put_inline_policy_to_permission_set(**of_set, InlinePolicy=policy if isinstance(policy, str) else json.dumps(policy))
    for policy in row.get("AttachedManagedPolicies", []):
        center.attach_managed_policy_to_permission_set(**of_set, ManagedPolicyArn=policy["Arn"])
    for policy in row.get("CustomerManagedPolicyReferences", []):
        center.attach_customer_managed_policy_reference_to_permission_set(**of_set, CustomerManagedPolicyReference=policy)
