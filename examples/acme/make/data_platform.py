"""The data platform (acme-data): a lake, an assistant, nightly settlements, and who works with them."""

import names
from names import DATA, IRELAND, LEGACY, SHIPWRIGHT, account_root, bucket, function, role
from people import LAMBDA, of_lambda, organization_access, single, spoke_read, spoke_reader
from resources import data_class, objects, s3_bucket
from shapes import ManagedPolicy, Role, User, allow, config_item, document, trust
from workloads import lambda_function

IMAGE = f"{names.DELIVERY}.dkr.ecr.{IRELAND}.amazonaws.com/assistant"
CUSTOMERS, PARCELS = names.table("customers"), names.table("parcels")
SETTLEMENT = names.state_machine("nightly-settlement")
REQUESTS = names.queue("settlement-requests")
EKS_ISSUER = f"oidc.eks.{IRELAND}.amazonaws.com/id/6C1A0F47D92B4E83A5D01C7794FE2B36"
TRUST_ANCHOR = f"arn:aws:rolesanywhere:{IRELAND}:{DATA}:trust-anchor/{names.uuid('depot trust anchor')}"
IDENTITY_POOL = f"{IRELAND}:{names.uuid('parcel app')}"
AGENT = f"arn:aws:bedrock:{IRELAND}:{DATA}:agent/PRCLASST01"
KNOWLEDGE = f"arn:aws:bedrock:{IRELAND}:{DATA}:knowledge-base/PRCLKNOW01"
MODEL = f"arn:aws:bedrock:{IRELAND}::foundation-model/anthropic.claude-3-5-sonnet-20240620-v1:0"
DESTINATION = f"arn:aws:events:{IRELAND}:{DATA}:api-destination/carrier-webhook/{names.uuid('carrier webhook')}"
# A role deleted in 2024: policies that named it show its unique id since.
DELETED_ROLE = names.unique_id("AROA", role(DATA, "old-feed-lambda"))
MARIA, LENA = "maria.lopez@acme-parcel.example", "lena.fischer@acme-parcel.example"


def service(host, condition=None):
    """Trust in one AWS service."""
    return trust({"Service": f"{host}.amazonaws.com"}, condition=condition)


def tracking():
    """Lambda to Lambda: anybody may ask the tracker, and the tracker asks the function that knows the customers."""
    return [
        of_lambda(DATA, "parcel-tracker", allow("dynamodb:GetItem", PARCELS), allow("lambda:InvokeFunction", function(DATA, "customer-lookup")),
                  last_used=("2026-03-01T21:40:12Z", IRELAND)),
        of_lambda(DATA, "customer-lookup", allow(["dynamodb:GetItem", "dynamodb:Query"], CUSTOMERS), last_used=("2026-03-01T21:40:13Z", IRELAND)),
        # A near miss: it may invoke a function that reaches nothing.
        of_lambda(DATA, "parcel-printer", allow("lambda:InvokeFunction", function(DATA, "label-renderer"))),
        of_lambda(DATA, "label-renderer"),
        of_lambda(DATA, "parcel-events", allow("dynamodb:GetItem", CUSTOMERS)),
    ]


def settlement():
    """Orchestration: a rule starts a state machine, which invokes a function, which reads the settlements."""
    pass_nothing = allow("states:StartExecution", SETTLEMENT)
    return [
        of_lambda(DATA, "settlement-export", allow(["s3:GetObject", "s3:PutObject"], objects("acme-data-settlements")),
                  last_used=("2026-03-01T01:00:05Z", IRELAND)),
        # Its first version took the day's parcels from the lake; no state does any more.
        Role(DATA, "nightly-settlement-states", service("states"), inline=single(
            "invoke", allow("lambda:InvokeFunction", function(DATA, "settlement-export")), allow("s3:GetObject", objects("acme-data-lake")))),
        Role(DATA, "events-start-settlement", service("events"), inline=single("start", pass_nothing)),
        Role(DATA, "pipe-settlement", service("pipes"), inline=single("pipe", allow(
            ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"], REQUESTS), pass_nothing)),
        Role(DATA, "scheduler-press", service("scheduler"), inline=single("invoke", allow("lambda:InvokeFunction", function(DATA, "press-feed")))),
        Role(DATA, "events-call-carrier", service("events"), inline=single("call", allow("events:InvokeApiDestination", DESTINATION))),
        # IAM gives it nothing but logs: the policy of the bucket lets it in.
        of_lambda(DATA, "press-feed"),
    ]


def assistant():
    """The assistant: a Bedrock agent, its action group, its knowledge base, and a runtime that handles claims."""
    source = {"StringEquals": {"aws:SourceAccount": DATA}}
    return [
        of_lambda(DATA, "assistant-actions", allow(["dynamodb:GetItem", "dynamodb:Query"], [CUSTOMERS, PARCELS])),
        Role(DATA, "parcel-assistant-agent", service("bedrock", source), inline=single(
            "assistant", allow("bedrock:InvokeModel", MODEL), allow("bedrock:Retrieve", KNOWLEDGE))),
        Role(DATA, "parcel-knowledge", service("bedrock", source), inline=single(
            "read-documents", allow(["s3:GetObject", "s3:ListBucket"], [bucket("acme-data-knowledge"), objects("acme-data-knowledge")]))),
        Role(DATA, "claims-runtime", service("bedrock-agentcore", source), inline=single(
            "claims", allow("s3:GetObject", objects("acme-data-lake")), allow("bedrock:InvokeModel", MODEL))),
    ]


def analysts():
    """Notebooks, the Glue job, and the people who come through IAM Identity Center."""
    run_glue = allow(["glue:CreateJob", "glue:StartJobRun"])
    sso = trust({"Federated": f"arn:aws:iam::{DATA}:saml-provider/AWSSSO_3f7c1e9ad5b82046_DO_NOT_DELETE"}, ["sts:AssumeRoleWithSAML", "sts:TagSession"],
                {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}})
    return [
        Role(DATA, "glue-lake", service("glue"), inline=single("lake", allow(
            ["s3:GetObject", "s3:ListBucket"], [bucket("acme-data-lake"), objects("acme-data-lake")]))),
        # It may hand glue-lake to a job of its own making, and so read what it may not read itself.
        Role(DATA, "notebook-operator", service("ec2"), instance_profile=True, inline=single(
            "jobs", run_glue, allow("iam:PassRole", role(DATA, "glue-lake")))),
        # A near miss: it may pass a role that no service it may start takes.
        Role(DATA, "notebook-viewer", service("ec2"), instance_profile=True, inline=single(
            "jobs", run_glue, allow("iam:PassRole", role(DATA, "label-renderer-lambda")))),
        Role(DATA, "AWSReservedSSO_DataAnalyst_5b0d9e2f7a1c4836", sso, path=f"/aws-reserved/sso.amazonaws.com/{IRELAND}/",
             inline=single("AwsSSOInlinePolicy", allow(["s3:GetObject", "s3:ListBucket"], [bucket("acme-data-lake"), objects("acme-data-lake")])),
             last_used=("2026-03-01T09:15:41Z", IRELAND)),
    ]


def kubernetes_and_devices():
    """Pods, phones and scanners that get roles without a key."""
    irsa = trust({"Federated": f"arn:aws:iam::{DATA}:oidc-provider/{EKS_ISSUER}"}, "sts:AssumeRoleWithWebIdentity", {
        "StringEquals": {f"{EKS_ISSUER}:sub": "system:serviceaccount:labels:printer", f"{EKS_ISSUER}:aud": "sts.amazonaws.com"}})
    guests = trust({"Federated": "cognito-identity.amazonaws.com"}, "sts:AssumeRoleWithWebIdentity", {
        "StringEquals": {"cognito-identity.amazonaws.com:aud": IDENTITY_POOL},
        "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "unauthenticated"}})
    depots = trust({"Service": "rolesanywhere.amazonaws.com"}, ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"],
                   {"ArnEquals": {"aws:SourceArn": TRUST_ANCHOR}})
    return [
        Role(DATA, "eks-label-printer", irsa, inline=single("parcels", allow("dynamodb:GetItem", PARCELS))),
        Role(DATA, "eks-route-planner", trust({"Service": "pods.eks.amazonaws.com"}, ["sts:AssumeRole", "sts:TagSession"]),
             inline=single("parcels", allow("dynamodb:Query", PARCELS))),
        Role(DATA, "app-guest", guests, inline=single("track", allow("dynamodb:GetItem", PARCELS))),
        Role(DATA, "depot-scanner", depots, inline=single("scan", allow("sqs:SendMessage", REQUESTS))),
    ]


def forgotten_and_foreign():
    """What nobody uses any more, and what belongs to others."""
    return [
        Role(DATA, "data-migration-2024", service("ec2"), inline=single("everything-in-the-lake", allow("s3:*", [bucket("acme-data-lake"), objects("acme-data-lake")])),
             last_used=("2025-05-20T16:02:37Z", IRELAND), created="2024-02-05T09:00:00Z"),
        # The vendor must give an ExternalId, and may then do far more than watch ships.
        Role(DATA, "shipwright-integration", trust({"AWS": role(SHIPWRIGHT, "shipwright-ingest")}, condition={
            "StringEquals": {"sts:ExternalId": "acme-2b90e7d4c163"}}), inline=single("integration", allow(["dynamodb:*", "s3:*"])), tags={"Vendor": "Shipwright"}),
        Role(DATA, "lake-sync", trust({"AWS": role(DATA, "etl-runner")}), inline=single("sync", allow(
            ["s3:GetObject", "s3:PutObject"], objects("acme-data-lake"))), last_used=("2026-03-01T23:05:00Z", IRELAND)),
        Role(DATA, "etl-runner", service("ecs-tasks"), inline=single("sync", allow("sts:AssumeRole", role(DATA, "lake-sync"))),
             last_used=("2026-03-01T23:04:58Z", IRELAND)),
        User(DATA, "legacy-loader", inline=single("load", allow("s3:PutObject", objects("acme-data-lake"))), created="2023-03-20T12:00:00Z"),
        User(DATA, "tom.rivera", inline=single("look", allow("s3:ListBucket", bucket("acme-data-lake"))), created="2023-03-20T12:10:00Z"),
        ManagedPolicy(DATA, "LakeReadOnly", document(allow("s3:GetObject", objects("acme-data-lake"))), attachments=0),
        organization_access(DATA), spoke_reader(DATA), spoke_read(DATA),
    ]


def people():
    """Users, roles and policies of the account."""
    return [*tracking(), *settlement(), *assistant(), *analysts(), *kubernetes_and_devices(), *forgotten_and_foreign()]


def functions():
    """Lambda functions of the account."""
    image = {"code": {"repositoryType": "ECR", "imageUri": f"{IMAGE}:1.9.0", "resolvedImageUri": f"{IMAGE}@sha256:{'3fd0' * 16}"}}
    by_agent = document(allow("lambda:InvokeFunction", function(DATA, "assistant-actions"), sid="Agent", principal={"Service": "bedrock.amazonaws.com"},
                              condition={"ArnLike": {"AWS:SourceArn": AGENT}}))
    public = document(allow("lambda:InvokeFunctionUrl", function(DATA, "parcel-tracker"), sid="Public", principal="*",
                            condition={"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}))
    # Whoever has a topic may have SNS call the function: nothing names the topic or its account.
    anybody = document(allow("lambda:InvokeFunction", function(DATA, "parcel-events"), sid="Topics", principal={"Service": "sns.amazonaws.com"}))
    return [
        lambda_function(DATA, "parcel-tracker", policy=public, tags={"Owner": LENA}),
        lambda_function(DATA, "customer-lookup", tags={"Owner": LENA}),
        lambda_function(DATA, "parcel-events", policy=anybody),
        lambda_function(DATA, "assistant-actions", runtime=None, more=image, policy=by_agent),
        *(lambda_function(DATA, name) for name in ["label-renderer", "parcel-printer", "press-feed", "settlement-export"]),
    ]


def bucket_policies():
    """Policies of the account's buckets."""
    exports, inventory = bucket("acme-data-exports"), objects("acme-data-inventory")
    return {
        "acme-data-exports": document(
            allow("s3:GetObject", objects("acme-data-exports"), sid="PressFeedReads", principal={"AWS": role(DATA, "press-feed-lambda")}),
            allow("s3:GetObject", objects("acme-data-exports"), sid="OldFeedRead", principal={"AWS": DELETED_ROLE}),
            allow("s3:ListBucket", exports, sid="Accounts", principal={"AWS": account_root(LEGACY)})),
        # Whoever makes S3 write an inventory report writes here: nothing names the caller.
        "acme-data-inventory": document(allow("s3:PutObject", inventory, sid="InventoryReports", principal={"Service": "s3.amazonaws.com"})),
        "acme-data-settlements": document(allow("s3:PutObject", objects("acme-data-settlements"), sid="Inventory", principal={"Service": "s3.amazonaws.com"},
                                                condition={"StringEquals": {"aws:SourceAccount": DATA}})),
    }


def buckets():
    """Buckets of the account."""
    policies = bucket_policies()
    rows = {
        "acme-data-exports": data_class("internal", DataDomain="press"),
        "acme-data-inventory": data_class("internal"),
        "acme-data-knowledge": data_class("confidential", DataDomain="support", Owner=LENA),
        "acme-data-lake": data_class("restricted", DataDomain="customers", Owner=MARIA),
        "acme-data-settlements": data_class("restricted", DataDomain="payments", Owner=LENA),
    }
    return [s3_bucket(DATA, name, tags, policy=policies.get(name)) for name, tags in rows.items()]


def item(kind, name, arn, configuration, tags=None, resource_id=None):
    """A Config item of the account."""
    return config_item(kind, DATA, IRELAND, resource_id or name, name, arn, configuration, tags=tags)


def table(name, tags):
    """AWS::DynamoDB::Table."""
    arn = names.table(name)
    return item("AWS::DynamoDB::Table", name, arn, {
        "tableName": name, "tableArn": arn, "tableId": names.uuid(arn), "tableStatus": "ACTIVE", "itemCount": 48213, "tableSizeBytes": 9120334,
        "creationDateTime": 1678098000000, "keySchema": [{"attributeName": "id", "keyType": "HASH"}]}, tags)


def warehouse():
    """AWS::RDS::DBCluster and AWS::Redshift::Cluster."""
    arn = f"arn:aws:rds:{IRELAND}:{DATA}:cluster:warehouse"
    aurora = {"dbclusterIdentifier": "warehouse", "dbclusterArn": arn, "dbClusterResourceId": "cluster-7QXK3M2VYD5RLH8JNB", "engine": "aurora-postgresql",
              "engineVersion": "16.4", "iamdatabaseAuthenticationEnabled": True, "httpEndpointEnabled": True, "storageEncrypted": True, "multiAZ": True,
              "masterUsername": "warehouse", "port": 5432, "deletionProtection": True}
    redshift = {"clusterIdentifier": "parcels-history", "clusterStatus": "available", "dBName": "history", "encrypted": True, "publiclyAccessible": False,
                "masterUsername": "history", "nodeType": "ra3.large", "numberOfNodes": 2, "vpcId": "vpc-04be17c9d25a8f360",
                "clusterNamespaceArn": f"arn:aws:redshift:{IRELAND}:{DATA}:namespace:{names.uuid('parcels-history')}"}
    return {
        "AWS::RDS::DBCluster": [item("AWS::RDS::DBCluster", "warehouse", arn, aurora, data_class("confidential"), "cluster-7QXK3M2VYD5RLH8JNB")],
        "AWS::Redshift::Cluster": [item("AWS::Redshift::Cluster", "parcels-history", f"arn:aws:redshift:{IRELAND}:{DATA}:cluster:parcels-history", redshift)],
    }


def messaging():
    """Queues, topics, streams, a file system and a search domain."""
    topic, stream = f"arn:aws:sns:{IRELAND}:{DATA}:settlement-done", f"arn:aws:kinesis:{IRELAND}:{DATA}:stream/scans"
    disk = f"arn:aws:elasticfilesystem:{IRELAND}:{DATA}:file-system/fs-0b7d31c95ea482f60"
    domain = f"arn:aws:es:{IRELAND}:{DATA}:domain/parcel-search"
    own = document(allow("SNS:Publish", topic, principal={"AWS": account_root(DATA)}))
    search = document(allow("es:ESHttpGet", domain + "/*", principal={"AWS": role(DATA, "parcel-tracker-lambda")}))
    return {
        "AWS::SQS::Queue": [item("AWS::SQS::Queue", "settlement-requests", REQUESTS, {
            "QueueName": "settlement-requests", "QueueArn": REQUESTS, "SqsManagedSseEnabled": True, "Policy": None})],
        "AWS::SNS::Topic": [item("AWS::SNS::Topic", "settlement-done", topic, {"TopicArn": topic, "Owner": DATA, "Policy": own})],
        "AWS::Kinesis::Stream": [item("AWS::Kinesis::Stream", "scans", stream, {"Arn": stream, "Name": "scans", "ShardCount": 2, "RetentionPeriodHours": 24})],
        "AWS::EFS::FileSystem": [item("AWS::EFS::FileSystem", "fs-0b7d31c95ea482f60", disk, {
            "FileSystemId": "fs-0b7d31c95ea482f60", "Arn": disk, "Encrypted": True, "PerformanceMode": "generalPurpose"})],
        "AWS::OpenSearch::Domain": [item("AWS::OpenSearch::Domain", "parcel-search", domain, {
            "DomainName": "parcel-search", "Arn": domain, "DomainArn": domain, "EngineVersion": "OpenSearch_2.17", "AccessPolicies": search})],
    }


def notebooks():
    """An Auto Scaling group of notebooks and its launch template's instance profile."""
    arn = (f"arn:aws:autoscaling:{IRELAND}:{DATA}:autoScalingGroup:{names.uuid('notebooks')}:autoScalingGroupName/notebooks")
    instances = []
    for number, name in enumerate(["notebook-operator", "notebook-viewer"]):
        identifier = f"i-0e2b94c7d15f8a36{number}"
        profile = names.iam(DATA, "instance-profile", name)
        instances.append(config_item("AWS::EC2::Instance", DATA, IRELAND, identifier, None, f"arn:aws:ec2:{IRELAND}:{DATA}:instance/{identifier}", {
            "instanceId": identifier, "imageId": "ami-0d71ea30463e0ff8d", "instanceType": "m7g.large", "state": {"code": 16, "name": "running"},
            "launchTime": "2026-02-20T07:00:12.000Z", "iamInstanceProfile": {"arn": profile, "id": names.unique_id("AIPA", profile)},
            "metadataOptions": {"state": "applied", "httpTokens": "optional" if number else "required", "httpEndpoint": "enabled"}}, tags={"Name": name}))
    profiles = [config_item("AWS::IAM::InstanceProfile", DATA, "global", name, name, names.iam(DATA, "instance-profile", name), {
        "InstanceProfileName": name, "Path": "/", "Arn": names.iam(DATA, "instance-profile", name), "Roles": [name]})
        for name in ["notebook-operator", "notebook-viewer"]]
    group = item("AWS::AutoScaling::AutoScalingGroup", "notebooks", arn, {
        "autoScalingGroupName": "notebooks", "autoScalingGroupARN": arn, "minSize": 0, "maxSize": 4, "desiredCapacity": 1,
        "launchTemplate": {"launchTemplateId": "lt-07c3e5a1b9d264f80", "launchTemplateName": "notebooks", "version": "3"}}, resource_id=arn)
    return {"AWS::EC2::Instance": instances, "AWS::IAM::InstanceProfile": profiles, "AWS::AutoScaling::AutoScalingGroup": [group]}


def files():
    """Config rows of this module, by resource type."""
    return {
        "AWS::Lambda::Function": functions(), "AWS::S3::Bucket": buckets(),
        "AWS::DynamoDB::Table": [table("customers", data_class("restricted", DataDomain="customers", Owner=LENA)), table("parcels", data_class("internal"))],
        **warehouse(), **messaging(), **notebooks(),
    }
