"""`python -m fake_aws.selftest CAPTURE`: asks the fake with boto3's clients what it can answer, every handler at least once, and says what is wrong.

Answers are checked twice: by the fake against the models before they are sent, and by botocore's parser and the expectations here.
"""

import gzip
import json
import pathlib
import socket
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import contextmanager, suppress

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

from . import models
from .fake import Fake
from .handlers import HANDLERS
from .server import Server
from .specimens import write_specimens

HUB, SPOKE, REGION = "604915728338", "271650948133", "eu-west-1"
EXTERNAL_ID = "sv0-3f1c9a7e5b2d4068"
ROLE = "SecurityV0SpokeReader"


class Client:
    """Asks a fake."""

    def __init__(self, fake):
        self.fake = fake
        self.server = Server(fake)
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        hub = fake.sessions.hub
        self.hub = {"aws_access_key_id": hub.key, "aws_secret_access_key": hub.secret, "aws_session_token": hub.token}
        self._clients, self._keys = {}, {}

    def forget(self):
        """Takes new sessions from now on."""
        self._clients, self._keys = {}, {}

    def of(self, service, account=HUB, region=REGION, **settings):
        """A client of a service with the keys of an account."""
        key = (service, account, region, json.dumps(settings))
        if key not in self._clients:
            if account not in self._keys:
                self._keys[account] = self.hub if account == HUB else self.spoke(account)
            keys = self._keys[account]
            config = Config(retries={"total_max_attempts": 1}, inject_host_prefix=False, s3={"addressing_style": "path"}, **settings)
            self._clients[key] = boto3.client(service, region_name=region, endpoint_url=self.endpoint, config=config, **keys)
        return self._clients[key]

    def assume(self, account=SPOKE, **changed):
        """AssumeRole's answer."""
        asked = {"RoleArn": f"arn:aws:iam::{account}:role/{ROLE}", "RoleSessionName": "selftest", "ExternalId": EXTERNAL_ID, **changed}
        return self.of("sts").assume_role(**{key: value for key, value in asked.items() if value is not None})

    def spoke(self, account):
        """Keys of a spoke role."""
        made = self.assume(account)["Credentials"]
        return {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"], "aws_session_token": made["SessionToken"]}

    def call(self, service, operation, account=HUB, region=REGION, **parameters):
        """The answer of an operation by its name in the model."""
        client = self.of(service, account, region)
        return getattr(client, client_method(client, operation))(**parameters)

    def pages(self, service, operation, account=HUB, region=REGION, **parameters):
        """All pages of an operation, by the tokens that the fake says it has."""
        from .pages import rule_of

        rule = rule_of(service, models.operation(service, operation))
        made = [self.call(service, operation, account, region, **parameters)]
        while rule and made[-1].get(rule[1]) and (rule[4] is None or made[-1].get(rule[4])):
            made.append(self.call(service, operation, account, region, **{**parameters, rule[0]: made[-1][rule[1]]}))
            if len(made) > 5000:
                raise AssertionError(f"{operation} does not end")
        return made

    def all(self, service, operation, key, account=HUB, region=REGION, **parameters):
        """One list of all pages."""
        return [item for page in self.pages(service, operation, account, region, **parameters) for item in page.get(key, [])]

    def control(self, path, body=None):
        """What the control endpoint says."""
        request = urllib.request.Request(f"{self.endpoint}/_fake/{path}", data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


def client_method(client, operation):
    """The method of an operation."""
    return {value: key for key, value in client.meta.method_to_api_mapping.items()}[operation]


@contextmanager
def refused(*codes):
    """What must be refused with one of these names."""
    try:
        yield
    except ClientError as error:
        assert error.response["Error"]["Code"] in codes, f"{error.response['Error']['Code']} is none of {codes}: {error}"
        return
    raise AssertionError(f"nothing was refused, though {codes} was expected")


def test_sessions(client):
    arn = client.call("sts", "GetCallerIdentity")["Arn"]
    assert arn == f"arn:aws:sts::{HUB}:assumed-role/SecurityV0HubCollector/hub", arn
    made = client.assume(Tags=None)
    assert made["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{SPOKE}:assumed-role/{ROLE}/selftest"
    assert client.call("sts", "GetCallerIdentity", SPOKE)["Account"] == SPOKE
    for changed in [{"ExternalId": "another-one"}, {"ExternalId": None}, {"RoleArn": f"arn:aws:iam::{SPOKE}:role/nobody"}, {"RoleArn": f"arn:aws:iam::{SPOKE}:role/reporting"}, {"RoleArn": f"arn:aws:iam::999999999999:role/{ROLE}"}]:
        with refused("AccessDenied"):
            client.assume(**changed)
    # The trust policy of the role does not allow sts:TagSession.
    with refused("AccessDenied"):
        client.assume(Tags=[{"Key": "run", "Value": "1"}])
    for changed in [{"DurationSeconds": 7200}, {"RoleSessionName": "not allowed"}]:
        with refused("ValidationError"):
            client.assume(**changed)
    client.control("clock", {"advance": 3700})
    with refused("ExpiredToken"):
        client.call("sts", "GetCallerIdentity", SPOKE)
    with refused("ExpiredTokenException"):
        client.call("kms", "ListKeys", SPOKE)
    client.control("clock", {"skew": 3600})
    with refused("InvalidSignatureException"):
        client.call("organizations", "ListRoots")
    client.control("reset", {})
    client.forget()


def test_signatures(client):
    for name in models.SERVICES:
        assert models.service(name).signing_name == models.SIGNING_NAMES.get(name, name), name
    bad = boto3.client("organizations", region_name=REGION, endpoint_url=client.endpoint, **{**client.hub, "aws_secret_access_key": "wrong"})
    with refused("InvalidSignatureException"):
        bad.list_roots()
    unknown = boto3.client("sts", region_name=REGION, endpoint_url=client.endpoint, **{**client.hub, "aws_access_key_id": "ASIANOBODYNOBODY"})
    with refused("InvalidClientTokenId"):
        unknown.get_caller_identity()
    with refused("UnrecognizedClientException"):
        client.call("config", "DescribeConfigurationRecorders", region="af-south-1")


def test_organization(client):
    accounts = client.all("organizations", "ListAccounts", "Accounts")
    assert len(accounts) == 8 and len({row["Id"] for row in accounts}) == 8
    pages = client.pages("organizations", "ListAccounts")
    assert [len(page["Accounts"]) for page in pages] == [2, 0, 2, 2, 2], [len(page["Accounts"]) for page in pages]
    client.call("organizations", "DescribeOrganization")
    client.call("organizations", "DescribeAccount", AccountId=SPOKE)
    root = client.all("organizations", "ListRoots", "Roots")[0]["Id"]
    seen, open_ = [], [root]
    while open_:
        parent = open_.pop()
        open_ += [row["Id"] for row in client.all("organizations", "ListOrganizationalUnitsForParent", "OrganizationalUnits", ParentId=parent)]
        seen += [row["Id"] for row in client.all("organizations", "ListAccountsForParent", "Accounts", ParentId=parent)]
        children = client.all("organizations", "ListChildren", "Children", ParentId=parent, ChildType="ACCOUNT")
        assert {row["Id"] for row in children} <= set(seen)
    assert sorted(seen) == sorted(row["Id"] for row in accounts)
    assert client.call("organizations", "ListParents", ChildId=SPOKE)["Parents"][0]["Type"] in ("ROOT", "ORGANIZATIONAL_UNIT")
    targets = 0
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        for policy in client.all("organizations", "ListPolicies", "Policies", Filter=kind):
            json.loads(client.call("organizations", "DescribePolicy", PolicyId=policy["Id"])["Policy"]["Content"])
            targets += len(client.all("organizations", "ListTargetsForPolicy", "Targets", PolicyId=policy["Id"]))
    assert targets > 10, targets
    client.all("organizations", "ListPoliciesForTarget", "Policies", TargetId=SPOKE, Filter="SERVICE_CONTROL_POLICY")
    for administrator in client.all("organizations", "ListDelegatedAdministrators", "DelegatedAdministrators"):
        assert client.all("organizations", "ListDelegatedServicesForAccount", "DelegatedServices", AccountId=administrator["Id"])
    assert client.all("organizations", "ListAWSServiceAccessForOrganization", "EnabledServicePrincipals")
    with refused("ResourcePolicyNotFoundException"):
        client.call("organizations", "DescribeResourcePolicy")
    with refused("AccessDeniedException"):
        client.call("organizations", "ListAccounts", SPOKE)
    assert client.all("account", "ListRegions", "Regions")


def test_config(client):
    name = client.all("config", "DescribeConfigurationAggregators", "ConfigurationAggregators")[0]["ConfigurationAggregatorName"]

    def select(expression):
        return [json.loads(row) for row in client.all("config", "SelectAggregateResourceConfig", "Results", ConfigurationAggregatorName=name, Expression=expression)]

    users = select("SELECT *, configuration, configurationItemStatus, relationships, supplementaryConfiguration, tags WHERE resourceType = 'AWS::IAM::User'")
    assert len(users) == 6 and all("userName" in row["configuration"] for row in users)
    assert "configuration" not in select("SELECT * WHERE resourceType = 'AWS::IAM::User'")[0]
    roles = select("SELECT resourceId WHERE resourceType = 'AWS::IAM::Role'")
    assert select("SELECT COUNT(*) WHERE resourceType = 'AWS::IAM::Role'") == [{"COUNT(*)": len(roles)}]
    by_account = select("SELECT accountId, COUNT(*) WHERE resourceType = 'AWS::IAM::Role' GROUP BY accountId ORDER BY COUNT(*) DESC")
    assert sum(row["COUNT(*)"] for row in by_account) == len(roles)
    task = select("SELECT arn, configuration.ContainerDefinitions.Name, configuration.ContainerDefinitions.Environment.Name WHERE resourceType = 'AWS::ECS::TaskDefinition'")[0]
    container = task["configuration"]["ContainerDefinitions"][0]
    assert set(container) <= {"Name", "Environment"} and all(set(one) == {"Name"} for one in container.get("Environment", [])), container
    assert select("SELECT arn WHERE resourceType LIKE 'AWS::IAM::U%' AND accountId IN ('318277459012') AND NOT (resourceName = 'nobody')")
    assert not select("SELECT arn WHERE resourceType = 'AWS::IAM::InstanceProfile'")
    for expression in [
        "SELECT arn FROM resources", "SELECT DISTINCT arn", "SELECT arn AS a", "SELECT arn WHERE tags = NULL", "SELECT arn WHERE resourceName LIKE '%x'", "SELECT arn WHERE resourceName LIKE 'ab%'",
        "SELECT COUNT(*) GROUP BY accountId, awsRegion, resourceType, version", "SELECT arn HAVING 1", "SELECT nothing", "SELECT arn WHERE", "SELECT arn WHERE arn = 'x' UNION SELECT arn", "SELECT arn WHERE arn != 'x'",
    ]:  # fmt: skip
        with refused("InvalidExpressionException"):
            select(expression)
    with refused("ValidationException", "InvalidExpressionException"):
        select("SELECT arn WHERE arn = '" + "x" * 4100 + "'")
    listed = client.all("config", "ListAggregateDiscoveredResources", "ResourceIdentifiers", ConfigurationAggregatorName=name, ResourceType="AWS::IAM::InstanceProfile")
    got = client.call("config", "BatchGetAggregateResourceConfig", ConfigurationAggregatorName=name, ResourceIdentifiers=listed)
    assert len(got["BaseConfigurationItems"]) == 2 and len(got["UnprocessedResourceIdentifiers"]) == 1, got
    assert client.call("config", "GetAggregateDiscoveredResourceCounts", ConfigurationAggregatorName=name, GroupByKey="RESOURCE_TYPE")["TotalDiscoveredResources"] > 100
    assert client.all("config", "DescribeConfigurationAggregatorSourcesStatus", "AggregatedSourceStatusList", ConfigurationAggregatorName=name)
    assert client.call("config", "DescribeConfigurationRecorders", SPOKE)["ConfigurationRecorders"]
    assert client.call("config", "DescribeConfigurationRecorderStatus", SPOKE)["ConfigurationRecordersStatus"]
    assert client.all("config", "DescribeConfigurationAggregators", "ConfigurationAggregators", region="eu-central-1") == []


def test_findings(client):
    assert client.call("securityhub", "DescribeHub")["HubArn"]
    arn = client.all("securityhub", "ListFindingAggregators", "FindingAggregators")[0]["FindingAggregatorArn"]
    assert client.call("securityhub", "GetFindingAggregator", FindingAggregatorArn=arn)["FindingAggregationRegion"] == REGION
    rows = client.all("securityhub", "GetFindings", "Findings")
    assert len(rows) == 3
    high = client.all("securityhub", "GetFindings", "Findings", Filters={"SeverityLabel": [{"Value": "HIGH", "Comparison": "EQUALS"}], "RecordState": [{"Value": "ACTIVE", "Comparison": "EQUALS"}]})
    assert high and all(row["Severity"]["Label"] == "HIGH" for row in high) and len(high) < len(rows)
    assert client.all("securityhub", "GetFindings", "Findings", Filters={"UpdatedAt": [{"DateRange": {"Value": 1, "Unit": "DAYS"}}]}) == []
    with refused("InvalidInputException"):
        client.call("securityhub", "GetFindings", Filters={"Id": [{"Value": str(number), "Comparison": "EQUALS"} for number in range(21)]})
    found = 0
    for analyzer in client.all("accessanalyzer", "ListAnalyzers", "analyzers"):
        for row in client.all("accessanalyzer", "ListFindingsV2", "findings", analyzerArn=analyzer["arn"]):
            assert client.call("accessanalyzer", "GetFindingV2", analyzerArn=analyzer["arn"], id=row["id"])["id"] == row["id"]
            found += 1
    assert found == 4, found


def test_identity_center(client):
    instance = client.all("sso-admin", "ListInstances", "Instances")[0]
    asked = {"InstanceArn": instance["InstanceArn"]}
    assert client.all("sso-admin", "ListApplications", "Applications", **asked) == []
    for arn in client.all("sso-admin", "ListPermissionSets", "PermissionSets", **asked):
        one = {**asked, "PermissionSetArn": arn}
        assert client.call("sso-admin", "DescribePermissionSet", **one)["PermissionSet"]["Name"]
        json.loads(client.call("sso-admin", "GetInlinePolicyForPermissionSet", **one)["InlinePolicy"])
        assert client.all("sso-admin", "ListTagsForResource", "Tags", ResourceArn=arn, **asked) == []
        client.all("sso-admin", "ListManagedPoliciesInPermissionSet", "AttachedManagedPolicies", **one)
        client.all("sso-admin", "ListCustomerManagedPolicyReferencesInPermissionSet", "CustomerManagedPolicyReferences", **one)
        with refused("ResourceNotFoundException"):
            client.call("sso-admin", "GetPermissionsBoundaryForPermissionSet", **one)
        for account in client.all("sso-admin", "ListAccountsForProvisionedPermissionSet", "AccountIds", **one):
            assert client.all("sso-admin", "ListAccountAssignments", "AccountAssignments", AccountId=account, **one)
            assert arn in client.all("sso-admin", "ListPermissionSetsProvisionedToAccount", "PermissionSets", AccountId=account, **asked)
    store = {"IdentityStoreId": instance["IdentityStoreId"]}
    assert len(client.all("identitystore", "ListUsers", "Users", **store)) == 3
    groups = client.all("identitystore", "ListGroups", "Groups", **store)
    assert sum(len(client.all("identitystore", "ListGroupMemberships", "GroupMemberships", GroupId=group["GroupId"], **store)) for group in groups) == 3


def test_cloudtrail(client):
    trails = client.call("cloudtrail", "DescribeTrails")["trailList"]
    assert client.all("cloudtrail", "ListTrails", "Trails")
    for trail in trails:
        assert client.call("cloudtrail", "GetTrailStatus", Name=trail["TrailARN"])["IsLogging"]
        assert client.call("cloudtrail", "GetEventSelectors", TrailName=trail["TrailARN"])["TrailARN"] == trail["TrailARN"]
        assert client.call("cloudtrail", "GetTrail", Name=trail["Name"])["Trail"]["S3BucketName"]
    with refused("TrailNotFoundException"):
        client.call("cloudtrail", "GetTrailStatus", Name="nothing")


def test_iam(client):
    roles = client.all("iam", "GetAccountAuthorizationDetails", "RoleDetailList", SPOKE)
    assert len(roles) == 30 and isinstance(roles[0]["AssumeRolePolicyDocument"], dict)
    page = client.call("iam", "GetAccountAuthorizationDetails", SPOKE)
    assert page["IsTruncated"] and page["Marker"]
    only = client.pages("iam", "GetAccountAuthorizationDetails", SPOKE, Filter=["User"])
    assert not any(page["RoleDetailList"] for page in only)
    assert client.all("iam", "ListRoles", "Roles", SPOKE) and client.all("iam", "ListUsers", "Users", SPOKE)
    client.all("iam", "ListAccountAliases", "AccountAliases", SPOKE)
    with refused("ReportNotPresent", "CredentialReportNotPresentException"):
        client.call("iam", "GetCredentialReport", SPOKE)
    assert [client.call("iam", "GenerateCredentialReport", SPOKE)["State"] for _ in range(2)] == ["STARTED", "COMPLETE"]
    assert client.call("iam", "GetCredentialReport", SPOKE)["Content"].startswith(b"user,arn,")
    role = f"arn:aws:iam::{SPOKE}:role/shipwright-integration"
    job = client.call("iam", "GenerateServiceLastAccessedDetails", SPOKE, Arn=role)["JobId"]
    states = [client.call("iam", "GetServiceLastAccessedDetails", SPOKE, JobId=job)["JobStatus"] for _ in range(2)]
    assert states == ["IN_PROGRESS", "COMPLETED"], states
    other = client.spoke(SPOKE)
    with refused("NoSuchEntity", "NoSuchEntityException"):
        boto3.client("iam", region_name=REGION, endpoint_url=client.endpoint, **other).get_service_last_accessed_details(JobId=job)
    for policy in client.all("iam", "ListPolicies", "Policies", SPOKE, Scope="AWS"):
        version = client.call("iam", "GetPolicy", SPOKE, PolicyArn=policy["Arn"])["Policy"]["DefaultVersionId"]
        assert client.call("iam", "GetPolicyVersion", SPOKE, PolicyArn=policy["Arn"], VersionId=version)["PolicyVersion"]["Document"]["Statement"]


def test_roles(client):
    role = client.call("iam", "GetRole", SPOKE, RoleName=ROLE)["Role"]
    assert role["Arn"] == f"arn:aws:iam::{SPOKE}:role/{ROLE}" and role["AssumeRolePolicyDocument"]["Statement"], role
    with refused("NoSuchEntity"):
        client.call("iam", "GetRole", SPOKE, RoleName="nobody")


def test_stack_sets(client):
    asked = {"StackSetName": "securityv0-readonly", "CallAs": "DELEGATED_ADMIN"}
    assert client.call("cloudformation", "DescribeStackSet", **asked)["StackSet"]["AutoDeployment"]["Enabled"]
    accounts = {row["Account"] for row in client.all("cloudformation", "ListStackInstances", "Summaries", **asked)}
    assert SPOKE in accounts and HUB in accounts and client.fake.estate.management_account not in accounts, accounts
    assert client.call("cloudformation", "ListStackSetOperations", **asked)["Summaries"] == []
    with refused("StackSetNotFoundException"):
        client.call("cloudformation", "DescribeStackSet", **{**asked, "StackSetName": "another"})
    with refused("ValidationError"):
        client.call("cloudformation", "DescribeStackSet", StackSetName="securityv0-readonly")


def test_kms(client):
    # The account of the capture that has keys.
    keys = client.all("kms", "ListKeys", "Keys", "912746058213")
    assert keys
    for key in keys:
        client.all("kms", "ListGrants", "Grants", "912746058213", KeyId=key["KeyArn"])
    with refused("NotFoundException"):
        client.call("kms", "ListGrants", SPOKE, KeyId="11111111-2222-3333-4444-555555555555")


DDL = """CREATE EXTERNAL TABLE IF NOT EXISTS logs.events (
  useridentity STRUCT<type: STRING, arn: STRING, sessioncontext: STRUCT<sessionissuer: STRUCT<arn: STRING>>>, eventtime STRING, eventsource STRING, eventname STRING, errorcode STRING,
  requestparameters STRING, resources ARRAY<STRUCT<arn: STRING, accountid: STRING, type: STRING>>, eventid STRING)
PARTITIONED BY (account STRING, region STRING, day STRING)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat' OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://acme-org-cloudtrail/AWSLogs/o-acme1example/'
TBLPROPERTIES ('projection.enabled' = 'true', 'projection.account.type' = 'injected', 'projection.region.type' = 'enum', 'projection.region.values' = 'eu-west-1,eu-central-1',
  'projection.day.type' = 'date', 'projection.day.format' = 'yyyy/MM/dd', 'storage.location.template' = 's3://acme-org-cloudtrail/AWSLogs/o-acme1example/${account}/CloudTrail/${region}/${day}')"""


def query(client, sql, token=None, **more):
    """An execution that has ended."""
    asked = {"QueryString": sql, "WorkGroup": "securityv0", **more} | ({"ClientRequestToken": token} if token else {})
    identifier = client.call("athena", "StartQueryExecution", **asked)["QueryExecutionId"]
    states = []
    while not states or states[-1] in ("QUEUED", "RUNNING"):
        execution = client.call("athena", "GetQueryExecution", QueryExecutionId=identifier)["QueryExecution"]
        states.append(execution["Status"]["State"])
        time.sleep(0.05)
    assert len(states) == 1 or states[:2] == ["QUEUED", "RUNNING"], states
    return execution


def rows_of(client, execution):
    """The rows of an execution, the names of its columns first."""
    rows, token = [], {}
    while token is not None:
        page = client.call("athena", "GetQueryResults", QueryExecutionId=execution["QueryExecutionId"], **token)
        rows += [[cell.get("VarCharValue") for cell in row["Data"]] for row in page["ResultSet"]["Rows"]]
        token = {"NextToken": page["NextToken"]} if "NextToken" in page else None
    return rows


def test_athena(client, capture):
    assert client.call("athena", "GetWorkGroup", WorkGroup="securityv0")["WorkGroup"]["State"] == "ENABLED"
    with refused("InvalidRequestException"):
        client.call("athena", "GetWorkGroup", WorkGroup="another")
    assert query(client, "CREATE DATABASE IF NOT EXISTS logs")["Status"]["State"] == "SUCCEEDED"
    assert query(client, DDL)["Status"]["State"] == "SUCCEEDED"
    known = sum(len(json.loads(gzip.decompress(file.read_bytes()))["Records"]) for file in pathlib.Path(capture).glob(f"cloudtrail/AWSLogs/*/{SPOKE}/**/*.json.gz"))
    assert client.call("glue", "GetDatabase", Name="logs")["Database"]["Name"] == "logs"
    table = client.call("glue", "GetTable", DatabaseName="logs", Name="events")["Table"]
    assert [one["Name"] for one in table["PartitionKeys"]] == ["account", "region", "day"] and table["Parameters"]["projection.account.type"] == "injected"
    with refused("EntityNotFoundException"):
        client.call("glue", "GetTable", DatabaseName="logs", Name="absent")
    counted = query(client, f"SELECT count(*) AS n FROM logs.events WHERE account = '{SPOKE}'")
    assert rows_of(client, counted) == [["n"], [str(known)]], (rows_of(client, counted), known)
    assert counted["Statistics"]["DataScannedInBytes"] > 0
    bound = query(client, "SELECT eventname, count(*) AS n, max_by(eventid, eventtime) AS newest FROM logs.events WHERE account = ? AND day >= ? GROUP BY eventname ORDER BY eventname", ExecutionParameters=[f"'{SPOKE}'", "'2026/01/01'"])
    rows = rows_of(client, bound)
    assert sum(int(row[1]) for row in rows[1:]) == known, rows
    unload = f"UNLOAD (SELECT eventid, json_extract_scalar(requestparameters, '$.roleArn') AS role, date_diff('day', from_iso8601_timestamp(eventtime), from_iso8601_timestamp('2026-03-02T00:00:00Z')) AS days, slice(transform(resources, r -> r.arn), 1, 2) AS arns FROM logs.events WHERE account = '{SPOKE}') TO 's3://securityv0-hub/athena/out/' WITH (format = 'JSON', compression = 'gzip')"
    token = "x" * 40
    done = query(client, unload, token)
    assert done["Status"]["State"] == "SUCCEEDED", done
    assert query(client, unload, token)["QueryExecutionId"] == done["QueryExecutionId"]
    with refused("InvalidRequestException"):
        query(client, unload + " ", token)
    assert "HIVE_PATH_ALREADY_EXISTS" in query(client, unload, "y" * 40)["Status"]["StateChangeReason"]
    manifest = done["Statistics"]["DataManifestLocation"].removeprefix("s3://securityv0-hub/")
    files = client.call("s3", "GetObject", Bucket="securityv0-hub", Key=manifest)["Body"].read().decode().split()
    listed = [item["Key"] for item in s3_listing(client, Prefix="athena/out/")]
    assert [f"s3://securityv0-hub/{key}" for key in listed] == files and len(files) == 2, files
    lines = [json.loads(line) for key in listed for line in gzip.decompress(client.call("s3", "GetObject", Bucket="securityv0-hub", Key=key)["Body"].read()).decode().splitlines()]
    assert len(lines) == known and all(line["eventid"] for line in lines) and any("role" in line for line in lines) and any("role" not in line for line in lines)
    for wrong in ["SELECT nothing FROM logs.events WHERE account = 'x'", "SELECT count(*) FROM logs.events", "SELECT eventid::varchar FROM logs.events WHERE account = 'x'", "SELECT 1 FROM logs.absent", "SELECT eventid FROM logs.events WHERE account = ?"]:
        assert query(client, wrong)["Status"]["State"] == "FAILED", wrong
    started = client.call("athena", "StartQueryExecution", QueryString="SELECT 1", WorkGroup="securityv0")["QueryExecutionId"]
    client.call("athena", "StopQueryExecution", QueryExecutionId=started)
    assert client.call("athena", "GetQueryExecution", QueryExecutionId=started)["QueryExecution"]["Status"]["State"] == "CANCELLED"
    assert query(client, "DROP TABLE logs.events")["Status"]["State"] == "SUCCEEDED"


def s3_listing(client, **asked):
    """Every object of the hub's bucket."""
    made, token = [], {}
    while token is not None:
        page = client.call("s3", "ListObjectsV2", Bucket="securityv0-hub", **asked, **token)
        made += page.get("Contents", [])
        token = {"ContinuationToken": page["NextContinuationToken"]} if page["IsTruncated"] else None
    return made


def test_s3(client):
    for name in ("a/1", "a/2", "b", "c", "d"):
        client.call("s3", "PutObject", Bucket="securityv0-hub", Key=f"t/{name}", Body=name.encode())
    with refused("PreconditionFailed"):
        client.call("s3", "PutObject", Bucket="securityv0-hub", Key="t/b", Body=b"", IfNoneMatch="*")
    assert [item["Key"] for item in s3_listing(client, Prefix="t/")] == ["t/a/1", "t/a/2", "t/b", "t/c", "t/d"]
    assert [item["Key"] for item in s3_listing(client, Prefix="t/", Delimiter="/")] == ["t/b", "t/c", "t/d"]
    assert client.call("s3", "GetObject", Bucket="securityv0-hub", Key="t/b", Range="bytes=0-0")["Body"].read() == b"b"
    assert client.call("s3", "HeadObject", Bucket="securityv0-hub", Key="t/b")["ContentLength"] == 1
    client.call("s3", "HeadBucket", Bucket="securityv0-hub")
    client.call("s3", "GetBucketLocation", Bucket="securityv0-hub")
    client.call("s3", "DeleteObject", Bucket="securityv0-hub", Key="t/b")
    with refused("NoSuchKey"):
        client.call("s3", "GetObject", Bucket="securityv0-hub", Key="t/b")
    with refused("NoSuchBucket"):
        client.call("s3", "ListObjectsV2", Bucket="nowhere-at-all")


def test_faults(client):
    """Every kind of fault, on a service of each protocol."""
    targets = [("organizations", "ListAccounts", {}, "Accounts"), ("iam", "ListRoles", {}, "Roles"), ("lambda", "ListFunctions", {}, "Functions"), ("sns", "ListTopics", {}, "Topics")]
    for service, operation, parameters, key in targets:
        account = HUB if service == "organizations" else "912746058213"
        whole = client.all(service, operation, key, account, **parameters)

        def order(kind, **more):
            client.control("forget-faults", {})
            client.control("faults", {"service": service, "operation": operation, "kind": kind, **more})

        for kind, codes in {
            "throttle": ("TooManyRequestsException", "Throttling", "ThrottlingException", "Throttled", "ThrottledException"), "server_error": ("ServiceException", "ServiceFailure", "ServiceFailureException", "InternalError", "InternalErrorException", "InternalFailure"),
            "access_denied": ("AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException"), "expired_token": ("ExpiredToken", "ExpiredTokenException"),
            "region_disabled": ("UnrecognizedClientException", "InvalidClientTokenId"), "clock_skew": ("InvalidSignatureException", "SignatureDoesNotMatch"),
        }.items():  # fmt: skip
            order(kind)
            with refused(*codes):
                client.call(service, operation, account, **parameters)
            client.call(service, operation, account, **parameters)
        order("empty_page", after=1)
        assert client.all(service, operation, key, account, **parameters) == whole
        order("duplicated_page")
        twice = client.all(service, operation, key, account, **parameters)
        assert len(twice) > len(whole) or not whole, (service, len(twice), len(whole))
        for kind in ("truncated_body", "reset", "timeout", "malformed_body"):
            order(kind, seconds=8)
            started = time.monotonic()
            try:
                impatient = client.of(service, account, read_timeout=2 if kind == "timeout" else 60)
                answer = getattr(impatient, client_method(impatient, operation))(**parameters)
            except ClientError:
                raise
            except Exception:
                answer = {}
            # botocore passes over a JSON body that it cannot read.
            assert key not in answer, f"{kind} of {operation} was not noticed"
            assert kind != "timeout" or time.monotonic() - started < 8
        order("oversized_item", bytes=100_000)
        assert not whole or len(json.dumps(client.call(service, operation, account, **parameters), default=str)) > 100_000
        order("oversized_body", bytes=100_000)
        answer = client.call(service, operation, account, **parameters)
        assert int(answer["ResponseMetadata"]["HTTPHeaders"]["content-length"]) > 100_000
        order("throttle", account="111111111111")
        client.call(service, operation, account, **parameters)
    client.control("forget-faults", {})


def test_spoke(client, subjects):
    """Each row of the table: what is listed, and of everything listed what is asked of it."""
    wrong = []
    for service, operation, parameters in subjects:
        try:
            answers = client.pages(service, operation, SPOKE, **parameters)
        except (ClientError, ParamValidationError) as error:
            wrong.append(f"{service}:{operation} {parameters}: {error}")
            continue
        values = [value for answer in answers for key, value in answer.items() if key != "ResponseMetadata"]
        if not any(values) and operation != "GetModelInvocationLoggingConfiguration":
            wrong.append(f"{service}:{operation} {parameters}: nothing in the answer")
    assert not wrong, "\n".join(wrong)


def test_every_account(client):
    """What every account of the example answers without being asked about something: each of its files is allowed by the models."""
    client.control("options", {"page_size": 100, "empty_pages": False})
    for account in [row["Id"] for row in client.fake.estate.accounts if client.fake.estate.roles(row["Id"]).get(ROLE)]:
        for service, operation in sorted(HANDLERS):
            shape = models.operation(service, operation).input_shape
            if shape is None or not shape.required_members:
                with suppress(ClientError):
                    client.call(service, operation, account)
    client.control("options", {"page_size": 2, "empty_pages": True})
    assert not client.control("problems"), client.control("problems")


def test_refusals(client):
    """What AWS answers with an error, and what the fake is not able to."""
    with refused("FakeAwsProblem"):
        client.call("sns", "ListPhoneNumbersOptedOut")
    problems = client.control("problems")
    assert len(problems) == 1 and "ListPhoneNumbersOptedOut" in problems[0]["message"], problems
    client.fake.problems.clear()
    with refused("ResourceNotFoundException", "PolicyNotFoundException"):
        client.call("lambda", "GetPolicy", SPOKE, FunctionName="nobody")
    with refused("InvalidInputException"):
        client.call("organizations", "ListAccounts", NextToken="made-up")


def resolve_account_hosts():
    """S3 Control's host names begin with the account, which no resolver of this machine knows."""
    known = socket.getaddrinfo
    socket.getaddrinfo = lambda host, *more, **named: known("127.0.0.1" if str(host).endswith(".127.0.0.1") else host, *more, **named)


def main():
    resolve_account_hosts()
    with tempfile.TemporaryDirectory() as folder:
        capture, subjects = write_specimens(sys.argv[1], folder, SPOKE, REGION)
        fake = Fake(capture)
        client = Client(fake)
        tests = [test_sessions, test_signatures, test_organization, test_config, test_findings, test_identity_center, test_cloudtrail, test_iam, test_roles, test_stack_sets, test_kms, test_s3, test_every_account, test_refusals, test_faults]
        for test in tests:
            test(client)
        test_athena(client, capture)
        test_spoke(client, subjects)
        client.call("sts", "GetCallerIdentity")
        called = {(row["service"], row["operation"]) for row in client.control("calls") if row["outcome"] == "ok"}
        answered = {(row["service"], row["operation"]) for row in client.control("calls") if row["outcome"] not in (None, "FakeProblem")}
        missing = sorted(set(HANDLERS) - answered)
        assert not missing, f"handlers that nothing asked: {missing}"
        never = sorted(set(HANDLERS) - called - {("organizations", "DescribeResourcePolicy"), ("sso-admin", "GetPermissionsBoundaryForPermissionSet")})
        assert not never, f"handlers that never answered: {never}"
        assert not client.control("problems"), client.control("problems")
        print(json.dumps({"handlers": len(HANDLERS), "calls": len(client.control("calls")), "notes": client.control("notes")}))


if __name__ == "__main__":
    main()
