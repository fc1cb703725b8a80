"""The shapes in which AWS answers: Config items, GetAccountAuthorizationDetails, policy documents."""

import json
from urllib.parse import quote

import names


def document(*statements):
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(actions, resources="*", sid=None, principal=None, condition=None, effect="Allow"):
    """One statement, its elements in the order people write them."""
    statement = {"Sid": sid, "Effect": effect, "Principal": principal, "Action": actions, "Resource": resources, "Condition": condition}
    return {element: value for element, value in statement.items() if value is not None}


def deny(actions, resources="*", **elements):
    """A Deny statement."""
    return allow(actions, resources, effect="Deny", **elements)


def trust(principal, action="sts:AssumeRole", condition=None):
    """A role's trust policy with one statement."""
    return document(allow(action, None, principal=principal, condition=condition))


def url_encoded(policy):
    """A document as the IAM API and Config send it."""
    return quote(json.dumps(policy, separators=(",", ":")), safe="-_.~")


def json_string(policy):
    """A document as Config's supplementaryConfiguration holds it."""
    return json.dumps(policy, separators=(",", ":"))


def key_values(tags):
    """Tags as most APIs print them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def config_item(resource_type, account, region, resource_id, name, arn, configuration, *,
                supplementary=None, tags=None, relationships=(), captured="2026-03-01T21:14:07.318Z", created=None, zone="Not Applicable"):
    """One row of SelectAggregateResourceConfig."""
    return {
        "accountId": account,
        "awsRegion": region,
        "arn": arn,
        "availabilityZone": zone,
        "resourceId": resource_id,
        "resourceName": name,
        "resourceType": resource_type,
        "resourceCreationTime": created,
        "configurationItemCaptureTime": captured,
        "configurationItemStatus": "OK",
        "configurationStateId": "".join(digit for digit in captured if digit.isdigit()),
        "version": "1.3",
        "configuration": configuration,
        "supplementaryConfiguration": supplementary or {},
        "tags": [{"tag": f"{key}={value}", "key": key, "value": value} for key, value in sorted((tags or {}).items())],
        "relationships": list(relationships),
    }


def related(relationship, resource_type, resource_id, resource_name=None):
    """One entry of a Config item's relationships."""
    entry = {"relationshipName": relationship, "resourceType": resource_type, "resourceId": resource_id}
    if resource_name:
        entry["resourceName"] = resource_name
    return entry


def attached(arns, lower):
    """Attached managed policies, with Config's casing or IAM's."""
    keys = ("policyName", "policyArn") if lower else ("PolicyName", "PolicyArn")
    return [dict(zip(keys, (arn.rsplit("/", 1)[1], arn))) for arn in arns]


def boundary_of(arn, lower):
    """A permissions boundary, with Config's casing or IAM's."""
    if lower:
        return {"permissionsBoundaryType": "Policy", "permissionsBoundaryArn": arn} if arn else None
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}


def config_time(moment):
    """Config writes milliseconds."""
    return moment.replace("Z", ".000Z")


def cli_time(moment):
    """The AWS CLI writes an offset."""
    return moment.replace("Z", "+00:00")


class Principal:
    """An IAM user, role or group, declared once and printed in both of AWS's shapes."""

    prefix = ""
    kind = ""

    def __init__(self, account, name, *, path="/", inline=None, managed=(), tags=None, created="2023-05-11T08:30:12Z",
                 config_captured="2026-03-01T21:14:07.318Z", config_managed=None):
        self.account, self.name, self.path = account, name, path
        self.inline, self.managed, self.tags = inline or {}, list(managed), tags or {}
        self.created, self.config_captured = created, config_captured
        # What the older Config item still lists, where it differs from what IAM answers now.
        self.config_managed = self.managed if config_managed is None else list(config_managed)
        self.arn = names.iam(account, self.kind, name, path)
        self.unique_id = names.unique_id(self.prefix, self.arn)

    def inline_policies(self, lower, encode):
        """Inline policies in the order AWS lists them."""
        keys = ("policyName", "policyDocument") if lower else ("PolicyName", "PolicyDocument")
        return [dict(zip(keys, (name, encode(policy)))) for name, policy in self.inline.items()]

    def config(self, configuration, resource_type):
        """The Config item around a configuration."""
        local = [arn for arn in self.config_managed if not arn.startswith("arn:aws:iam::aws:")]
        relationships = [
            related("Is attached to CustomerManagedPolicy", "AWS::IAM::Policy", names.unique_id("ANPA", arn), arn.rsplit("/", 1)[1])
            for arn in local
        ]
        return config_item(resource_type, self.account, "global", self.unique_id, self.name, self.arn, configuration,
                           tags=self.tags, relationships=relationships, captured=self.config_captured, created=config_time(self.created))


# When most roles were last used: within the last weeks.
RECENTLY = ("2026-02-24T11:30:18Z", names.IRELAND)


class Role(Principal):
    """An IAM role; `last_used=None` means that AWS knows of no use."""

    prefix, kind = "AROA", "role"

    def __init__(self, account, name, trust_policy, *, boundary=None, last_used=RECENTLY, instance_profile=False, **rest):
        super().__init__(account, name, **rest)
        self.trust_policy, self.boundary, self.last_used, self.instance_profile = trust_policy, boundary, last_used, instance_profile

    def profiles(self, lower, encode):
        """The instance profile of the same name, as the role lists it."""
        if not self.instance_profile:
            return []
        arn = names.iam(self.account, "instance-profile", self.name)
        upper = {
            "Path": "/", "InstanceProfileName": self.name, "InstanceProfileId": names.unique_id("AIPA", arn), "Arn": arn,
            "CreateDate": (config_time if lower else cli_time)(self.created),
            "Roles": [{"Path": self.path, "RoleName": self.name, "RoleId": self.unique_id, "Arn": self.arn,
                       "CreateDate": (config_time if lower else cli_time)(self.created), "AssumeRolePolicyDocument": encode(self.trust_policy)}],
        }
        return [lower_first(upper) if lower else upper]

    def as_config_item(self):
        """The role as AWS Config recorded it."""
        return self.config({
            "path": self.path, "roleName": self.name, "roleId": self.unique_id, "arn": self.arn, "createDate": config_time(self.created),
            "assumeRolePolicyDocument": url_encoded(self.trust_policy),
            "instanceProfileList": self.profiles(True, url_encoded),
            "rolePolicyList": self.inline_policies(True, url_encoded),
            "attachedManagedPolicies": attached(self.config_managed, True),
            "permissionsBoundary": boundary_of(self.boundary, True),
            "tags": lower_first(key_values(self.tags)), "roleLastUsed": None,
        }, "AWS::IAM::Role")

    def as_authorization_detail(self, encode):
        """The role as GetAccountAuthorizationDetails answers."""
        detail = {
            "Path": self.path, "RoleName": self.name, "RoleId": self.unique_id, "Arn": self.arn, "CreateDate": cli_time(self.created),
            "AssumeRolePolicyDocument": encode(self.trust_policy),
            "InstanceProfileList": self.profiles(False, encode),
            "RolePolicyList": self.inline_policies(False, encode),
            "AttachedManagedPolicies": attached(self.managed, False),
            "Tags": key_values(self.tags),
            "RoleLastUsed": {"LastUsedDate": cli_time(self.last_used[0]), "Region": self.last_used[1]} if self.last_used else {},
        }
        if self.boundary:
            detail["PermissionsBoundary"] = boundary_of(self.boundary, False)
        return detail


class User(Principal):
    """An IAM user."""

    prefix, kind = "AIDA", "user"

    def __init__(self, account, name, *, groups=(), **rest):
        super().__init__(account, name, **rest)
        self.groups = list(groups)

    def as_config_item(self):
        """The user as AWS Config recorded it."""
        return self.config({
            "path": self.path, "userName": self.name, "userId": self.unique_id, "arn": self.arn, "createDate": config_time(self.created),
            "userPolicyList": self.inline_policies(True, url_encoded), "groupList": self.groups,
            "attachedManagedPolicies": attached(self.config_managed, True), "permissionsBoundary": None,
            "tags": lower_first(key_values(self.tags)),
        }, "AWS::IAM::User")

    def as_authorization_detail(self, encode):
        """The user as GetAccountAuthorizationDetails answers."""
        return {
            "Path": self.path, "UserName": self.name, "UserId": self.unique_id, "Arn": self.arn, "CreateDate": cli_time(self.created),
            "UserPolicyList": self.inline_policies(False, encode), "GroupList": self.groups,
            "AttachedManagedPolicies": attached(self.managed, False), "Tags": key_values(self.tags),
        }


class Group(Principal):
    """An IAM group."""

    prefix, kind = "AGPA", "group"

    def as_config_item(self):
        """The group as AWS Config recorded it."""
        return self.config({
            "path": self.path, "groupName": self.name, "groupId": self.unique_id, "arn": self.arn, "createDate": config_time(self.created),
            "groupPolicyList": self.inline_policies(True, url_encoded), "attachedManagedPolicies": attached(self.config_managed, True),
        }, "AWS::IAM::Group")

    def as_authorization_detail(self, encode):
        """The group as GetAccountAuthorizationDetails answers."""
        return {
            "Path": self.path, "GroupName": self.name, "GroupId": self.unique_id, "Arn": self.arn, "CreateDate": cli_time(self.created),
            "GroupPolicyList": self.inline_policies(False, encode), "AttachedManagedPolicies": attached(self.managed, False),
        }


class ManagedPolicy:
    """A customer managed policy; the last of its versions is the default one."""

    def __init__(self, account, name, *versions, attachments=1, boundaries=0, created="2023-05-11T08:28:40Z"):
        self.account, self.name, self.versions = account, name, versions
        self.attachments, self.boundaries, self.created = attachments, boundaries, created
        self.arn = names.iam(account, "policy", name)
        self.unique_id = names.unique_id("ANPA", self.arn)

    def as_authorization_detail(self, encode, time=cli_time):
        """The policy as GetAccountAuthorizationDetails answers, newest version first."""
        numbered = list(enumerate(self.versions, start=1))
        return {
            "PolicyName": self.name, "PolicyId": self.unique_id, "Arn": self.arn, "Path": "/",
            "DefaultVersionId": f"v{len(self.versions)}", "AttachmentCount": self.attachments,
            "PermissionsBoundaryUsageCount": self.boundaries, "IsAttachable": True,
            "CreateDate": time(self.created), "UpdateDate": time(self.created),
            "PolicyVersionList": [
                {"Document": encode(version), "VersionId": f"v{number}", "IsDefaultVersion": number == len(self.versions), "CreateDate": time(self.created)}
                for number, version in reversed(numbered)
            ],
        }

    def as_config_item(self):
        """The policy as AWS Config recorded it."""
        configuration = lower_first(self.as_authorization_detail(url_encoded, config_time))
        configuration["description"] = None
        return config_item("AWS::IAM::Policy", self.account, "global", self.unique_id, self.name, self.arn, configuration, created=config_time(self.created))


def lower_first(value):
    """The same value with Config's camelCase keys. Only for values whose keys are field names."""
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: lower_first(item) for key, item in value.items()}
    if isinstance(value, list):
        return [lower_first(item) for item in value]
    return value
