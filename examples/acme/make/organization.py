"""The organization: accounts, organizational units, what is attached to them, and how the spokes answered."""

import names
from names import DATA, DELIVERY, DEV, LEGACY, MANAGEMENT, ORGANIZATION, PROD, SECURITY, SHARED
from shapes import allow, deny, document, json_string

# Account, name, mail prefix, parent, joined.
ACCOUNTS = [
    (MANAGEMENT, "acme-management", "management", names.ROOT, "2019-04-02T09:12:44.120000+00:00"),
    (SECURITY, "acme-security", "security", names.OU_SECURITY, "2019-06-18T13:40:02.551000+00:00"),
    (SHARED, "acme-shared-services", "shared", names.OU_INFRASTRUCTURE, "2019-06-18T13:51:37.902000+00:00"),
    (DEV, "acme-dev", "dev", names.OU_DEV, "2019-06-19T07:05:11.347000+00:00"),
    (PROD, "acme-prod", "prod", names.OU_PROD, "2019-06-19T07:22:58.009000+00:00"),
    (LEGACY, "acme-legacy", "legacy", names.ROOT, "2018-11-27T15:33:20.486000+00:00"),
    (DATA, "acme-data", "data", names.OU_PROD, "2023-03-06T10:17:25.638000+00:00"),
    (DELIVERY, "acme-delivery", "delivery", names.OU_INFRASTRUCTURE, "2022-11-14T08:41:09.215000+00:00"),
]

UNITS = [
    (names.OU_SECURITY, "Security", names.ROOT),
    (names.OU_INFRASTRUCTURE, "Infrastructure", names.ROOT),
    (names.OU_WORKLOADS, "Workloads", names.ROOT),
    (names.OU_DEV, "Dev", names.OU_WORKLOADS),
    (names.OU_PROD, "Prod", names.OU_WORKLOADS),
]

EVERY_LEVEL = [names.ROOT, *(unit[0] for unit in UNITS), *(account[0] for account in ACCOUNTS)]

PROTECT_AUDIT = document(
    deny(["cloudtrail:DeleteTrail", "cloudtrail:StopLogging", "organizations:LeaveOrganization"], sid="KeepTheTrail"),
    deny(["iam:DeleteRole", "iam:DetachRolePolicy", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"],
         "arn:aws:iam::*:role/SecurityV0SpokeReader", sid="KeepTheSpokeRole",
         condition={"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/stacksets-exec-*"}}),
)

DEV_KEEPS_OUT = document(
    deny("s3:*", ["arn:aws:s3:::acme-prod-*", "arn:aws:s3:::acme-prod-*/*"], sid="NoProductionBuckets"),
)

PROD_GUARD = document(
    deny(["iam:CreateUser", "iam:CreateAccessKey"], sid="NoLongLivedKeys"),
    deny("ec2:TerminateInstances", sid="AutoScalingReplacesInstances"),
)

PROD_PERIMETER = document(
    allow(["s3:*", "secretsmanager:*", "kms:*"], sid="OrganizationOnly", effect="Deny", principal="*", condition={
        "StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    }),
)


def organization_arn(kind, identifier):
    """ARN of something in the organization."""
    return f"arn:aws:organizations::{MANAGEMENT}:{kind}/{ORGANIZATION}/{identifier}"


def mail(prefix):
    """The account's address."""
    return f"aws+{prefix}@acme-parcel.example"


def account(identifier, name, prefix, _parent, joined):
    """One item of ListAccounts."""
    return {
        "Id": identifier, "Arn": organization_arn("account", identifier), "Email": mail(prefix), "Name": name,
        "Status": "ACTIVE", "State": "ACTIVE",
        "JoinedMethod": "INVITED" if identifier in (MANAGEMENT, LEGACY) else "CREATED", "JoinedTimestamp": joined,
    }


def policy(kind, identifier, name, description, content, targets):
    """DescribePolicy's answer with the targets of ListTargetsForPolicy."""
    owner = "aws:policy" if identifier.endswith("FullAWSAccess") else f"{MANAGEMENT}:policy/{ORGANIZATION}"
    return {
        "Id": identifier, "Arn": f"arn:aws:organizations::{owner}/{kind.lower()}/{identifier}", "Name": name, "Description": description,
        "Type": kind, "AwsManaged": owner.startswith("aws"), "Content": json_string(content), "Targets": targets,
    }


def policies():
    """Service and resource control policies."""
    scp, rcp = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
    everything = allow("*", sid=None)
    return [
        policy(scp, "p-FullAWSAccess", "FullAWSAccess", "Allows access to every operation", document(everything), EVERY_LEVEL),
        policy(scp, "p-9t2k4audit", "ProtectAudit", "Nobody stops the trail or touches the scanner's role", PROTECT_AUDIT, [names.ROOT]),
        policy(scp, "p-3h7w1devks", "DevKeepsOut", "Development reads no production bucket", DEV_KEEPS_OUT, [names.OU_DEV]),
        policy(scp, "p-6m5r8pguar", "ProdGuard", "No long-lived keys, no instance terminated by hand", PROD_GUARD, [names.OU_PROD]),
        policy(rcp, "p-RCPFullAWSAccess", "RCPFullAWSAccess", "Allows all access", document(allow("*", principal="*")), EVERY_LEVEL),
        policy(rcp, "p-1c8n5perim", "ProdPerimeter", "Production data answers to the organization only", PROD_PERIMETER, [names.OU_PROD]),
    ]


def tree():
    """Roots, organizational units, and who hangs under what."""
    kinds = [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}, {"Type": "RESOURCE_CONTROL_POLICY", "Status": "ENABLED"}]
    return {
        "Roots": [{"Id": names.ROOT, "Arn": organization_arn("root", names.ROOT), "Name": "Root", "PolicyTypes": kinds}],
        "OrganizationalUnits": [
            {"Id": unit, "Arn": organization_arn("ou", unit), "Name": name, "ParentId": parent} for unit, name, parent in UNITS
        ],
        "Parents": [{"ChildId": unit, "ParentId": parent} for unit, _, parent in UNITS]
        + [{"ChildId": identifier, "ParentId": parent} for identifier, _, _, parent, _ in ACCOUNTS],
    }


def delegated_administrators():
    """The hub administers these services for the organization."""
    services = ["access-analyzer.amazonaws.com", "config-multiaccountsetup.amazonaws.com", "config.amazonaws.com", "securityhub.amazonaws.com"]
    hub = account(*ACCOUNTS[1])
    hub["DelegationEnabledDate"] = "2021-09-14T10:02:31.774000+00:00"
    hub["Services"] = [{"ServicePrincipal": service, "DelegationEnabledDate": "2021-09-14T10:02:31.774000+00:00"} for service in services]
    del hub["State"]
    return {"DelegatedAdministrators": [hub]}


def organization():
    """DescribeOrganization."""
    return {"Organization": {
        "Id": ORGANIZATION, "Arn": f"arn:aws:organizations::{MANAGEMENT}:organization/{ORGANIZATION}", "FeatureSet": "ALL",
        "MasterAccountArn": organization_arn("account", MANAGEMENT), "MasterAccountId": MANAGEMENT, "MasterAccountEmail": mail("management"),
        "AvailablePolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}],
    }}


def spoke_status(identifier, items):
    """How the spoke role of an account answered: a row of the coverage ledger."""
    row = {"account": identifier, "region": "global", "source": "iam:authorization-details", "status": "ok", "reason": "",
           "error_code": None, "operation": None, "captured_at": names.CAPTURED_AT, "items": items}
    refused = {"error_code": "AccessDenied", "operation": "sts:AssumeRole", "items": 0}
    if identifier == LEGACY:
        row.update(refused, status="revoked", reason="the role SecurityV0SpokeReader answered on 2025-10-12 and no longer exists")
    if identifier == MANAGEMENT:
        row.update(refused, status="denied", reason="no spoke role: service-managed StackSets skip the management account")
    return row


def files():
    """Every file of this module, by its place in the capture."""
    return {
        "organizations/organization.json": organization(),
        "organizations/accounts.json": {"Accounts": [account(*row) for row in ACCOUNTS]},
        "organizations/tree.json": tree(),
        "organizations/policies.json": {"Policies": policies()},
        "organizations/delegated-administrators.json": delegated_administrators(),
    }
