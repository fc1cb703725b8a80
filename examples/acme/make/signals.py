"""What other AWS services say: IAM Access Analyzer, Security Hub, IAM's own reports, and how AWS Config's aggregator stands."""

import names
from names import DATA, DEV, IRELAND, PORTSIDE, SECURITY, SHARED, bucket, role
from people import CREDENTIAL_REPORT_HEADER

ANALYZERS = f"arn:aws:access-analyzer:{IRELAND}:{SECURITY}:analyzer"
HUB_PRODUCT = f"arn:aws:securityhub:{IRELAND}::product/aws/securityhub"
SEEN = "2026-03-01T05:12:00+00:00"


def analyzers():
    """ListAnalyzers of the delegated administrator."""
    return [{"arn": f"{ANALYZERS}/{name}", "name": name, "type": kind, "status": "ACTIVE", "createdAt": "2022-01-11T09:00:00+00:00",
             "lastResourceAnalyzedAt": SEEN, "tags": {}} for name, kind in [("acme-external", "ORGANIZATION"), ("acme-unused", "ORGANIZATION_UNUSED_ACCESS")]]


def analyzer_finding(kind, resource, resource_type, account, *, status="ACTIVE", details=None):
    """One item of ListFindingsV2 with the details of GetFindingV2."""
    return {"id": names.uuid(f"{kind} {resource}"), "findingType": kind, "resource": resource, "resourceType": resource_type, "resourceOwnerAccount": account,
            "status": status, "createdAt": "2025-11-02T05:00:00+00:00", "updatedAt": SEEN, "analyzedAt": SEEN, "findingDetails": details or []}


def analyzer_findings():
    """Something that is open, two things that are not used, and one that was settled."""
    drop = [{"externalAccessDetails": {"isPublic": False, "principal": {"AWS": PORTSIDE}, "action": ["s3:GetObject", "s3:PutObject"], "condition": {}}}]
    return [
        analyzer_finding("ExternalAccess", bucket("acme-shared-partner-drop"), "AWS::S3::Bucket", SHARED, details=drop),
        analyzer_finding("UnusedIAMRole", role(DATA, "data-migration-2024"), "AWS::IAM::Role", DATA,
                         details=[{"unusedIamRoleDetails": {"lastAccessed": "2025-05-20T16:02:37+00:00"}}]),
        analyzer_finding("UnusedPermission", role(DATA, "shipwright-integration"), "AWS::IAM::Role", DATA,
                         details=[{"unusedPermissionDetails": {"serviceNamespace": "dynamodb"}}]),
        analyzer_finding("ExternalAccess", bucket("acme-dev-design-drafts"), "AWS::S3::Bucket", DEV, status="RESOLVED"),
    ]


def hub_finding(control, title, severity, resource, resource_type, account, *, state="ACTIVE", product="Security Hub"):
    """One finding in the AWS Security Finding Format."""
    return {"SchemaVersion": "2018-10-08", "Id": f"arn:aws:securityhub:{IRELAND}:{account}:security-control/{control}/finding/{names.uuid(control + resource)}",
            "ProductArn": HUB_PRODUCT, "ProductName": product, "GeneratorId": f"security-control/{control}", "AwsAccountId": account, "Region": IRELAND,
            "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"], "CreatedAt": SEEN, "UpdatedAt": SEEN,
            "Severity": {"Label": severity, "Normalized": 70}, "Title": title, "Description": "CANARY-acme-security-hub-description",
            "Resources": [{"Type": resource_type, "Id": resource, "Partition": "aws", "Region": IRELAND}],
            "Compliance": {"Status": "FAILED", "SecurityControlId": control}, "Workflow": {"Status": "NEW"}, "RecordState": state}


def hub_findings():
    """One that sv0 finds as well, one about a key, one archived."""
    return [
        hub_finding("S3.8", "S3 general purpose buckets should block public access", "HIGH", bucket("acme-shared-press-kit"), "AwsS3Bucket", SHARED),
        hub_finding("IAM.8", "Unused IAM user credentials should be removed", "MEDIUM", names.iam(DATA, "user", "legacy-loader"), "AwsIamUser", DATA),
        hub_finding("S3.8", "S3 general purpose buckets should block public access", "HIGH", bucket("acme-dev-design-drafts"), "AwsS3Bucket", DEV, state="ARCHIVED"),
    ]


def aggregator():
    """DescribeConfigurationAggregators."""
    return {"ConfigurationAggregators": [{
        "ConfigurationAggregatorName": "acme", "ConfigurationAggregatorArn": f"arn:aws:config:{IRELAND}:{SECURITY}:config-aggregator/config-aggregator-acme1x",
        "OrganizationAggregationSource": {"RoleArn": role(SECURITY, "AWSConfigAggregator"), "AllAwsRegions": True},
        "CreationTime": "2021-09-14T10:30:00+00:00", "LastUpdatedTime": "2021-09-14T10:30:00+00:00"}]}


def service(name, namespace, last=None):
    """One service of GetServiceLastAccessedDetails."""
    row = {"ServiceName": name, "ServiceNamespace": namespace, "TotalAuthenticatedEntities": 1 if last else 0}
    return {**row, "LastAuthenticated": last, "LastAuthenticatedRegion": IRELAND} if last else row


def last_accessed():
    """accounts/<data>/iam/last-accessed.ndjson."""
    def report(arn, *services):
        return {"Arn": arn, "JobStatus": "COMPLETED", "JobCreationDate": "2026-03-02T05:40:00+00:00", "JobCompletionDate": "2026-03-02T05:40:03+00:00",
                "JobType": "SERVICE_LEVEL", "IsTruncated": False, "ServicesLastAccessed": [{**row, "LastAuthenticatedEntity": arn} if "LastAuthenticated" in row else row for row in services]}

    return [
        report(role(DATA, "shipwright-integration"), service("Amazon DynamoDB", "dynamodb"), service("Amazon S3", "s3", "2026-02-27T22:10:00+00:00")),
        report(role(DATA, "data-migration-2024"), service("Amazon S3", "s3", "2025-05-20T16:02:37+00:00")),
        report(role(DATA, "customer-lookup-lambda"), service("Amazon DynamoDB", "dynamodb", "2026-03-01T21:40:13+00:00")),
    ]


def data_credential_report():
    """The credential report of the data platform: a key nobody used, a person without a second factor."""
    no_key, no_certificates = "false,N/A,N/A,N/A,N/A", "false,N/A,false,N/A"
    unused_key = "true,2023-03-20T12:05:00+00:00,N/A,N/A,N/A"
    rows = [
        ("<root_account>", names.account_root(DATA), "2023-03-06T10:17:25+00:00", "not_supported,2026-03-01T05:31:09+00:00,not_supported,not_supported,false", no_key),
        ("legacy-loader", names.iam(DATA, "user", "legacy-loader"), "2023-03-20T12:00:00+00:00", "false,N/A,N/A,N/A,false", unused_key),
        ("tom.rivera", names.iam(DATA, "user", "tom.rivera"), "2023-03-20T12:10:00+00:00", "true,2026-02-28T10:11:12+00:00,2024-01-09T09:00:00+00:00,N/A,false", no_key),
    ]
    lines = [f"{name},{arn},{created},{password},{first},{no_key},{no_certificates}" for name, arn, created, password, first in rows]
    return "\n".join([CREDENTIAL_REPORT_HEADER, *lines]) + "\n"


def files():
    """Files of this module that are lines, by place."""
    return {"access-analyzer/analyzers.ndjson": analyzers(), "access-analyzer/findings.ndjson": analyzer_findings(),
            "securityhub/findings.ndjson": hub_findings(), f"accounts/{DATA}/iam/last-accessed.ndjson": last_accessed()}
