"""IAM of every account that the example read."""

import json

from fake_aws.estate import document

_TRUST_OF_ANY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'


def seed(estate, emulator, names):
    """Makes users, groups, roles, policies and profiles; `names` takes the ids that they got."""
    for account in estate.account_ids:
        details = estate.authorization_details(account)
        if details is not None:
            _account(emulator.client("iam", account), details, names)


def _account(client, details, names):
    # moto gives every account of an organization the role that CreateAccount makes, which nobody kept in the example.
    for role in client.list_roles()["Roles"]:
        _remove(client, role["RoleName"])
    for policy in details["Policies"]:
        _policy(client, policy, names)
    for group in details["GroupDetailList"]:
        made = client.create_group(GroupName=group["GroupName"], Path=group["Path"])["Group"]
        names.add(group["GroupId"], made["GroupId"])
        _grants(client, "group", group["GroupName"], group, group.get("GroupPolicyList"))
    for user in details["UserDetailList"]:
        made = client.create_user(UserName=user["UserName"], Path=user["Path"], Tags=user.get("Tags", []))["User"]
        names.add(user["UserId"], made["UserId"])
        _grants(client, "user", user["UserName"], user, user.get("UserPolicyList"))
        for group in user.get("GroupList", []):
            client.add_user_to_group(GroupName=group, UserName=user["UserName"])
    for role in details["RoleDetailList"]:
        _role(client, role, names)
    for profile in {one["Arn"]: one for role in details["RoleDetailList"] for one in role.get("InstanceProfileList", [])}.values():
        made = client.create_instance_profile(InstanceProfileName=profile["InstanceProfileName"], Path=profile["Path"])["InstanceProfile"]
        names.add(profile["InstanceProfileId"], made["InstanceProfileId"])
        for role in profile["Roles"]:
            client.add_role_to_instance_profile(InstanceProfileName=profile["InstanceProfileName"], RoleName=role["RoleName"])


def _remove(client, role):
    for policy in client.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        client.detach_role_policy(RoleName=role, PolicyArn=policy["PolicyArn"])
    for policy in client.list_role_policies(RoleName=role)["PolicyNames"]:
        client.delete_role_policy(RoleName=role, PolicyName=policy)
    client.delete_role(RoleName=role)


def _policy(client, policy, names):
    if policy["Arn"].split(":")[4] == "aws":
        return
    versions = sorted(policy["PolicyVersionList"], key=lambda version: int(version["VersionId"][1:]))
    text = lambda version: json.dumps(document(version["Document"]))
    made = client.create_policy(PolicyName=policy["PolicyName"], Path=policy["Path"], PolicyDocument=text(versions[0]))["Policy"]
    names.add(policy["PolicyId"], made["PolicyId"])
    for version in versions[1:]:
        client.create_policy_version(PolicyArn=made["Arn"], PolicyDocument=text(version), SetAsDefault=version["IsDefaultVersion"])


def _role(client, role, names):
    given = {"RoleName": role["RoleName"], "Path": role["Path"], "AssumeRolePolicyDocument": json.dumps(document(role["AssumeRolePolicyDocument"])), "Tags": role.get("Tags", [])}
    if role.get("PermissionsBoundary"):
        given["PermissionsBoundary"] = role["PermissionsBoundary"]["PermissionsBoundaryArn"]
    made = client.create_role(**given)["Role"]
    names.add(role["RoleId"], made["RoleId"])
    _grants(client, "role", role["RoleName"], role, role.get("RolePolicyList"))


def _grants(client, kind, name, row, inline):
    owner = {f"{kind.capitalize()}Name": name}
    for policy in inline or []:
        getattr(client, f"put_{kind}_policy")(**owner, PolicyName=policy["PolicyName"], PolicyDocument=json.dumps(document(policy["PolicyDocument"])))
    for policy in row.get("AttachedManagedPolicies", []):
        getattr(client, f"attach_{kind}_policy")(**owner, PolicyArn=policy["PolicyArn"])
