"""IAM Identity Center: the people, their groups, and what they may use where."""

import names
from names import DATA, MANAGEMENT, bucket
from resources import objects
from shapes import allow, document, json_string

INSTANCE, STORE = "arn:aws:sso:::instance/ssoins-68043f1c9a7e5b2d", "d-9367a1c4e2"
ANALYST = "arn:aws:sso:::permissionSet/ssoins-68043f1c9a7e5b2d/ps-5b0d9e2f7a1c4836"
USERS = {"lena.fischer@acme-parcel.example": "Lena Fischer", "priya.nair@acme-parcel.example": "Priya Nair", "tom.rivera@acme-parcel.example": "Tom Rivera"}


def user_id(name):
    """An id of the identity store."""
    return names.uuid("user " + name)


def group_id(name):
    """An id of the identity store."""
    return names.uuid("group " + name)


def files():
    """Files below identity-center/. The platform group is assigned to nothing."""
    read = document(allow(["s3:GetObject", "s3:ListBucket"], [bucket("acme-data-lake"), objects("acme-data-lake")]))
    permission_set = {"PermissionSet": {"Name": "DataAnalyst", "PermissionSetArn": ANALYST, "CreatedDate": "2024-06-03T08:00:00+00:00", "SessionDuration": "PT8H"},
                      "InlinePolicy": json_string(read), "AttachedManagedPolicies": [], "CustomerManagedPolicyReferences": []}
    members = {"analysts": ["lena.fischer@acme-parcel.example", "priya.nair@acme-parcel.example"], "platform": ["tom.rivera@acme-parcel.example"]}
    return {
        "identity-center/instances.ndjson": [{"InstanceArn": INSTANCE, "IdentityStoreId": STORE, "OwnerAccountId": MANAGEMENT, "Name": "acme", "Status": "ACTIVE",
                                              "CreatedDate": "2022-05-02T08:00:00+00:00"}],
        "identity-center/permission-sets.ndjson": [permission_set],
        "identity-center/assignments.ndjson": [{"AccountId": DATA, "PermissionSetArn": ANALYST, "PrincipalType": "GROUP", "PrincipalId": group_id("analysts")}],
        "identity-center/users.ndjson": [{"UserId": user_id(name), "UserName": name, "DisplayName": shown, "IdentityStoreId": STORE} for name, shown in USERS.items()],
        "identity-center/groups.ndjson": [{"GroupId": group_id(name), "DisplayName": name, "IdentityStoreId": STORE} for name in members],
        "identity-center/memberships.ndjson": [
            {"IdentityStoreId": STORE, "MembershipId": names.uuid(group + name), "GroupId": group_id(group), "MemberId": {"UserId": user_id(name)}}
            for group, people in members.items() for name in people],
    }
