"""One day of CloudTrail: 1 March 2026, as the organization trail delivered it."""

import gzip
import io
import json
from datetime import datetime, timedelta

import names
from names import DEV, FRANKFURT, IRELAND, MANAGEMENT, ORGANIZATION, PROD, SECURITY, SHARED, bucket, function, role

SDK = "aws-sdk-go-v2/1.36.3 os/linux lang/go#1.24 md/GOOS#linux exec-env/AWS_Lambda_provided.al2023"
ORG_TRAIL = f"arn:aws:cloudtrail:{IRELAND}:{MANAGEMENT}:trail/acme-org-trail"
PROD_TRAIL = f"arn:aws:cloudtrail:{IRELAND}:{PROD}:trail/acme-prod-data"


class Log:
    """Events by the account and Region that received them."""

    def __init__(self):
        self.events = {}
        self.count = 0

    def put(self, account, time, source, name, identity, request, *, region=IRELAND, response=None, read_only=True, category="Management",
            resources=None, shared=None, error=None, ip="10.20.4.31", agent=SDK, extra=None):
        """One event, its fields in CloudTrail's order."""
        self.count += 1
        text = f"{self.count} {account} {time} {name}"
        event = {"eventVersion": "1.11", "userIdentity": identity, "eventTime": f"2026-03-01T{time}Z", "eventSource": f"{source}.amazonaws.com",
                 "eventName": name, "awsRegion": region, "sourceIPAddress": ip, "userAgent": agent}
        if error:
            event["errorCode"], event["errorMessage"] = error
        event.update(requestParameters=request, responseElements=response)
        if extra:
            event["additionalEventData"] = extra
        event.update(requestID=names.uuid("request " + text), eventID=names.uuid("event " + text), readOnly=read_only)
        if resources:
            event["resources"] = resources
        event.update(eventType="AwsApiCall", managementEvent=category == "Management", recipientAccountId=account)
        if shared:
            event["sharedEventID"] = names.uuid("shared " + shared)
        event["eventCategory"] = category
        event["tlsDetails"] = {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256",
                               "clientProvidedHostHeader": f"{source}.{region}.amazonaws.com"}
        self.events.setdefault((account, region, time[:2]), []).append(event)


def key_id(prefix, text):
    """An access key id that no scanner takes for a real one."""
    return prefix + names.unique_id("", text)[:9] + "EXAMPLE"


def session(role_arn, name, time):
    """userIdentity of a role session."""
    account, role_name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[1]
    unique = names.unique_id("AROA", role_arn)
    return {
        "type": "AssumedRole", "principalId": f"{unique}:{name}", "arn": f"arn:aws:sts::{account}:assumed-role/{role_name}/{name}", "accountId": account,
        "accessKeyId": key_id("ASIA", role_arn + name + time),
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "principalId": unique, "arn": role_arn, "accountId": account, "userName": role_name},
            "attributes": {"creationDate": f"2026-03-01T{time}Z", "mfaAuthenticated": "false"}},
    }


def aws_service(host):
    """userIdentity of an AWS service."""
    return {"type": "AWSService", "invokedBy": host}


def typed(kind, arn):
    """An entry of an event's resources."""
    return {"accountId": arn.split(":")[4], "type": kind, "ARN": arn}


def credentials(role_arn, session_name, time, seconds):
    """The credentials in AssumeRole's answer. CloudTrail really logs the session token."""
    account, name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[1]
    end = datetime.fromisoformat(f"2026-03-01T{time}") + timedelta(seconds=seconds)
    clock = f"{end.hour % 12 or 12}:{end.minute:02}:{end.second:02} {'AM' if end.hour < 12 else 'PM'}"
    return {
        "credentials": {"accessKeyId": key_id("ASIA", role_arn + session_name + time), "sessionToken": "CANARY-acme-cloudtrail-session-token",
                        "expiration": f"Mar {end.day}, 2026, {clock}"},
        "assumedRoleUser": {"assumedRoleId": f"{names.unique_id('AROA', role_arn)}:{session_name}", "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session_name}"},
    }


def assumed_by_service(log, time, host, role_arn, session_name, region=IRELAND):
    """A service takes a role to run somebody's code."""
    answer = credentials(role_arn, session_name, time, 12 * 3600)
    del answer["assumedRoleUser"]
    log.put(role_arn.split(":")[4], time, "sts", "AssumeRole", aws_service(host), {"roleArn": role_arn, "roleSessionName": session_name}, region=region,
            response=answer, resources=[typed("AWS::IAM::Role", role_arn)], shared=f"{time} {role_arn}", ip=host, agent=host)


def assumed_across(log, time, caller, role_arn, session_name, **request):
    """A session of one account takes a role of another: one event in each account, tied by sharedEventID."""
    owner = role_arn.split(":")[4]
    outsider = {"type": "AWSAccount", "principalId": caller["principalId"], "accountId": caller["accountId"]}
    for recipient, identity in [(caller["accountId"], caller), (owner, outsider)]:
        log.put(recipient, time, "sts", "AssumeRole", identity, {"roleArn": role_arn, "roleSessionName": session_name, "durationSeconds": 900, **request},
                response=credentials(role_arn, session_name, time, 900), resources=[typed("AWS::IAM::Role", role_arn)], shared=f"{time} {role_arn}")


def got_secret(log, time, identity, secret_id, **more):
    """GetSecretValue, by ARN or by name: both are legal."""
    log.put(PROD, time, "secretsmanager", "GetSecretValue", identity, {"secretId": secret_id}, **more)


def decrypted(log, time, identity, key, context, **more):
    """A service decrypts on behalf of a session."""
    log.put(PROD, time, "kms", "Decrypt", {**identity, "invokedBy": "AWS Internal"}, {"encryptionContext": context, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"},
            resources=[typed("AWS::KMS::Key", key)], ip="AWS Internal", agent="AWS Internal", **more)


def got_order(log, time, identity, object_key):
    """A data event: an object of acme-prod-orders was read."""
    name = "acme-prod-orders"
    log.put(PROD, time, "s3", "GetObject", identity, {"bucketName": name, "Host": f"{name}.s3.{IRELAND}.amazonaws.com", "key": object_key}, category="Data",
            resources=[{"type": "AWS::S3::Object", "ARN": f"{bucket(name)}/{object_key}"}, {"accountId": PROD, "type": "AWS::S3::Bucket", "ARN": bucket(name)}],
            extra={"SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256", "bytesTransferredIn": 0, "AuthenticationMethod": "AuthHeader",
                   "bytesTransferredOut": 18231})


def invoked(log, time, identity, function_arn):
    """A data event: a function was invoked."""
    log.put(PROD, time, "lambda", "Invoke", identity, {"functionName": function_arn, "invocationType": "RequestResponse"}, category="Data", read_only=False,
            resources=[typed("AWS::Lambda::Function", function_arn)], extra={"functionVersion": f"{function_arn}:$LATEST"})


def order_summaries(log):
    """order-summary runs three times and reads four orders."""
    summary = role(PROD, "order-summary-lambda")
    for time, keys in [("08:02:11", ["2026/03/01/0007.json", "2026/03/01/0008.json"]), ("14:02:11", ["2026/03/01/0412.json"]), ("20:02:11", ["2026/03/01/0930.json"])]:
        assumed_by_service(log, time, "lambda.amazonaws.com", summary, "order-summary")
        for second, object_key in enumerate(keys, start=14):
            got_order(log, f"{time[:6]}{second}", session(summary, "order-summary", time), object_key)


def checkout(log):
    """The ECS task reads its secret twice, once by name, and invokes order-summary twice."""
    task, task_id = role(PROD, "checkout-task"), "7d5e1c0b9a3f4826b1d07e54c9f28a63"
    assumed_by_service(log, "08:05:00", "ecs-tasks.amazonaws.com", task, task_id)
    identity = session(task, task_id, "08:05:00")
    got_secret(log, "08:05:09", identity, names.PAYMENTS_API_KEY)
    invoked(log, "08:06:40", identity, function(PROD, "order-summary"))
    got_secret(log, "20:11:26", identity, "prod/payments/api-key")
    invoked(log, "20:12:02", identity, function(PROD, "order-summary"))


def chain(log, start, with_secret):
    """feature-sync walks dev → shared → prod."""
    hour_minute = start[:6]
    first, second, third = role(DEV, "feature-sync-lambda"), role(SHARED, "artifact-broker"), role(PROD, "data-export-reader")
    assumed_by_service(log, f"{hour_minute}40", "lambda.amazonaws.com", first, "feature-sync")
    assumed_across(log, f"{hour_minute}41", session(first, "feature-sync", f"{hour_minute}40"), second, "sync")
    assumed_across(log, f"{hour_minute}43", session(second, "sync", f"{hour_minute}41"), third, "export")
    identity = session(third, "export", f"{hour_minute}43")
    if with_secret:
        got_secret(log, f"{hour_minute}44", identity, "prod/customer/pii-token")
        decrypted(log, f"{hour_minute}44", identity, names.CUSTOMER_DATA_KEY, {"SecretARN": names.CUSTOMER_PII_TOKEN})
    decrypted(log, f"{hour_minute}46", identity, names.CUSTOMER_DATA_KEY, {"aws:s3:arn": bucket("acme-prod-customer-data")})


def refusals(log):
    """What was tried and refused: the boundary and the key policy at work."""
    worker, indexer = role(PROD, "refund-worker-lambda"), role(PROD, "archive-indexer-lambda")
    assumed_by_service(log, "14:10:30", "lambda.amazonaws.com", worker, "refund-worker")
    got_secret(log, "14:10:33", session(worker, "refund-worker", "14:10:30"), names.PAYMENTS_API_KEY, error=("AccessDenied", (
        f"User: arn:aws:sts::{PROD}:assumed-role/refund-worker-lambda/refund-worker is not authorized to perform: secretsmanager:GetSecretValue on resource: "
        f"{names.PAYMENTS_API_KEY} because no permissions boundary allows the secretsmanager:GetSecretValue action")))
    assumed_by_service(log, "14:12:05", "lambda.amazonaws.com", indexer, "archive-indexer")
    decrypted(log, "14:12:08", session(indexer, "archive-indexer", "14:12:05"), names.PAYMENTS_ARCHIVE_KEY, {"aws:s3:arn": bucket("acme-prod-payments-archive")},
              error=("AccessDenied", (
                  f"User: arn:aws:sts::{PROD}:assumed-role/archive-indexer-lambda/archive-indexer is not authorized to perform: kms:Decrypt on resource: "
                  f"{names.PAYMENTS_ARCHIVE_KEY} because no resource-based policy allows the kms:Decrypt action")))


def pipelines(log):
    """GitHub takes ci-deploy, a database is made with its password in the request, and jenkins uses its key of 2021."""
    deploy = role(PROD, "ci-deploy")
    provider = f"arn:aws:iam::{PROD}:oidc-provider/token.actions.githubusercontent.com"
    subject = "repo:acme-parcel/checkout:ref:refs/heads/main"
    github = {"type": "WebIdentityUser", "principalId": f"{provider}:sts.amazonaws.com:{subject}", "userName": subject, "identityProvider": provider}
    log.put(PROD, "19:48:02", "sts", "AssumeRoleWithWebIdentity", github, {"roleArn": deploy, "roleSessionName": "GitHubActions", "durationSeconds": 3600},
            response={"subjectFromWebIdentityToken": subject, **credentials(deploy, "GitHubActions", "19:48:02", 3600), "provider": provider, "audience": "sts.amazonaws.com"},
            resources=[typed("AWS::IAM::Role", deploy)], ip="203.0.113.40", agent="configure-aws-credentials-for-github-actions")
    log.put(PROD, "19:50:27", "rds", "CreateDBCluster", session(deploy, "GitHubActions", "19:48:02"), {
        "dBClusterIdentifier": "orders-next", "engine": "aurora-postgresql", "masterUsername": "orders", "masterUserPassword": "CANARY-acme-cloudtrail-master-password"},
            read_only=False, ip="203.0.113.40", error=("AccessDenied", f"User: arn:aws:sts::{PROD}:assumed-role/ci-deploy/GitHubActions is not authorized to "
                                                      "perform: rds:CreateDBCluster because no identity-based policy allows the rds:CreateDBCluster action"))
    arn = names.iam(DEV, "user", "jenkins")
    user = {"type": "IAMUser", "principalId": names.unique_id("AIDA", arn), "arn": arn, "accountId": DEV, "accessKeyId": key_id("AKIA", arn), "userName": "jenkins"}
    log.put(DEV, "16:44:12", "lambda", "UpdateFunctionConfiguration20150331v2", user, {
        "functionName": "thumbnailer", "environment": {"variables": {"CDN_TOKEN": "CANARY-acme-cloudtrail-environment"}}}, region=FRANKFURT, read_only=False,
            response={"functionName": "thumbnailer", "functionArn": function(DEV, "thumbnailer", FRANKFURT)}, ip="198.51.100.77", agent="aws-cli/2.22.12")


def scanner(log):
    """The scanner's own calls of the day before."""
    collector, spoke = role(SECURITY, "SecurityV0HubCollector"), role(PROD, "SecurityV0SpokeReader")
    assumed_by_service(log, "06:00:02", "lambda.amazonaws.com", collector, "sv0-collector")
    assumed_across(log, "06:00:09", session(collector, "sv0-collector", "06:00:02"), spoke, "sv0-scan", externalId=names.SPOKE_EXTERNAL_ID)
    log.put(PROD, "06:00:21", "lambda", "ListFunctions20150331", session(spoke, "sv0-scan", "06:00:09"), {"maxItems": 50}, region=FRANKFURT)


def day():
    """Every event of the day."""
    log = Log()
    for story in (scanner, order_summaries, checkout, refusals, pipelines):
        story(log)
    chain(log, "14:20:00", with_secret=True)
    chain(log, "20:24:00", with_secret=False)
    # It builds on the shapes of this module.
    from logs_platform import STORIES
    for story in STORIES:
        story(log)
    return log.events


def gzipped(content):
    """The same bytes for the same content: no time and no name in the header."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as stream:
        stream.write(content)
    return buffer.getvalue()


def files():
    """Log files in CloudTrail's layout: one an account, Region and hour."""
    out = {}
    for (account, region, hour), events in day().items():
        events.sort(key=lambda event: (event["eventTime"], event["eventID"]))
        name = f"{account}_CloudTrail_{region}_20260301T{hour}55Z_{names.unique_id('', account + region + hour)[:16]}.json.gz"
        place = f"cloudtrail/AWSLogs/{ORGANIZATION}/{account}/CloudTrail/{region}/2026/03/01/{name}"
        out[place] = gzipped(json.dumps({"Records": events}, separators=(",", ":")).encode())
    return out


def trails():
    """The organization trail, and one of production's own that would see more but stands still."""
    data = [{"Type": "AWS::S3::Object", "Values": [bucket("acme-prod-orders") + "/"]}, {"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}]
    selected = [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
                {"Field": "resources.ARN", "StartsWith": [bucket("acme-prod-customer-data") + "/"]}]
    return [
        {"Trail": trail("acme-org-trail", ORG_TRAIL, organization=True),
         "Status": {"IsLogging": True, "LatestDeliveryTime": "2026-03-02T05:56:40.223000+00:00", "StartLoggingTime": "2021-09-14T10:22:05.480000+00:00"},
         "EventSelectors": {"TrailARN": ORG_TRAIL, "EventSelectors": [
             {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": data, "ExcludeManagementEventSources": []}]}},
        {"Trail": trail("acme-prod-data", PROD_TRAIL, organization=False),
         "Status": {"IsLogging": False, "StartLoggingTime": "2024-04-02T09:00:00.120000+00:00", "StopLoggingTime": "2025-12-18T16:31:44.907000+00:00"},
         "EventSelectors": {"TrailARN": PROD_TRAIL, "AdvancedEventSelectors": [{"Name": "customer data", "FieldSelectors": selected}]}},
    ]


def trail(name, arn, organization):
    """One item of DescribeTrails."""
    return {"Name": name, "S3BucketName": "acme-org-cloudtrail", "IncludeGlobalServiceEvents": True, "IsMultiRegionTrail": organization, "HomeRegion": IRELAND,
            "TrailARN": arn, "LogFileValidationEnabled": True, "HasCustomEventSelectors": True, "HasInsightSelectors": False,
            "IsOrganizationTrail": organization}
