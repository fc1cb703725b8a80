"""Lambda functions, ECS tasks and services, EC2 instances, as AWS Config recorded them, with the secrets such records carry by accident."""

import base64

import names
from names import DEV, FRANKFURT, IRELAND, LEGACY, PROD, SECURITY, SHARED, function, role
from shapes import allow, config_item, document, json_string, key_values, related

IMAGE = f"{SHARED}.dkr.ecr.{IRELAND}.amazonaws.com/checkout"
PRESIGNED = ("https://awslambda-eu-west-1-tasks.s3.eu-west-1.amazonaws.com/snapshots/order-summary-6a1c"
             "?versionId=q7Hn&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=600&X-Amz-Security-Token=CANARY-acme-{place}&X-Amz-Signature=4be1")
USER_DATA = "#!/bin/bash\nexport SUPPORT_TOKEN=CANARY-acme-ec2-user-data\n/opt/support-tool/start\n"


def lambda_function(account, name, *, region=IRELAND, runtime="python3.13", policy=None, more=None, execution_role=None, captured="2026-03-01T21:14:07.318Z", tags=None):
    """AWS::Lambda::Function."""
    arn = function(account, name, region)
    execution_role = execution_role or role(account, f"{name}-lambda")
    configuration = {
        "functionName": name, "functionArn": arn, "runtime": runtime, "role": execution_role, "handler": "app.handler" if runtime else None,
        "codeSize": 184201, "description": "", "timeout": 30, "memorySize": 256, "lastModified": "2026-01-20T10:11:12.000+0000",
        "codeSha256": base64.b64encode(arn.encode()).decode()[:43] + "=", "version": "$LATEST", "vpcConfig": {"subnetIds": [], "securityGroupIds": []},
        "tracingConfig": {"mode": "PassThrough"}, "revisionId": names.uuid("revision of " + arn), "layers": [], "state": "Active",
        "lastUpdateStatus": "Successful", "fileSystemConfigs": [], "packageType": "Zip" if runtime else "Image", "architectures": ["arm64"],
        "ephemeralStorage": {"size": 512}, "loggingConfig": {"logFormat": "JSON", "logGroup": f"/aws/lambda/{name}"},
        **(more or {}),
    }
    supplementary = {"Policy": json_string(policy) if policy else None, "Tags": tags or {}}
    relationships = [related("Is associated with ", "AWS::IAM::Role", names.unique_id("AROA", execution_role), execution_role.rsplit("/", 1)[1])]
    return config_item("AWS::Lambda::Function", account, region, name, name, arn, configuration, supplementary=supplementary, tags=tags,
                       relationships=relationships, captured=captured)


def functions():
    """Every Lambda function."""
    in_vpc = {"vpcConfig": {"subnetIds": ["subnet-0b61d2f7a94c8e350"], "securityGroupIds": ["sg-09c7e41d5ab2f6830"], "vpcId": "vpc-07f3a90be52d41c68"}}
    accidents = {"environment": {"variables": {"ORDERS_BUCKET": "acme-prod-orders", "LEGACY_TOKEN": "CANARY-acme-lambda-environment-config"}},
                 "code": {"repositoryType": "S3", "location": PRESIGNED.format(place="presigned-location-config")}}
    image = {"code": {"repositoryType": "ECR", "imageUri": f"{IMAGE}:refund-2.14.0", "resolvedImageUri": f"{IMAGE}@sha256:{'8c41' * 16}"}}
    schedule = document(allow("lambda:InvokeFunction", function(PROD, "quarterly-audit-export"), sid="Schedule", principal={"Service": "events.amazonaws.com"},
                              condition={"ArnLike": {"AWS:SourceArn": f"arn:aws:events:{IRELAND}:{PROD}:rule/quarterly"}}))
    plain = ["archive-indexer", "customer-360", "ledger-reader", "ledger-writer", "payments-reconciler", "payments-vault", "release-bot"]
    return [
        lambda_function(PROD, "order-summary", more=accidents, tags={"Team": "orders"}),
        lambda_function(PROD, "refund-worker", runtime=None, more=image),
        lambda_function(PROD, "telemetry-reader", more=in_vpc),
        lambda_function(PROD, "quarterly-audit-export", policy=schedule),
        *(lambda_function(PROD, name) for name in plain),
        *(lambda_function(DEV, name) for name in ["feature-sync", "nightly-export", "preview-sync"]),
        lambda_function(DEV, "thumbnailer", region=FRANKFURT, runtime=None, more={"code": {
            "repositoryType": "ECR", "imageUri": f"{DEV}.dkr.ecr.{FRANKFURT}.amazonaws.com/thumbnailer:41"}}),
        lambda_function(SHARED, "artifact-indexer"),
        lambda_function(SECURITY, "sv0-collector", runtime="provided.al2023", execution_role=role(SECURITY, "SecurityV0HubCollector")),
        lambda_function(LEGACY, "report-runner", runtime="python3.9", captured="2026-02-19T02:10:33.862Z"),
    ]


def task_definition():
    """AWS::ECS::TaskDefinition, in CloudFormation's casing."""
    arn = f"arn:aws:ecs:{IRELAND}:{PROD}:task-definition/checkout:7"
    container = {
        "Name": "checkout", "Image": f"{IMAGE}:2.14.0", "Cpu": 512, "Memory": 1024, "Essential": True,
        "Command": ["serve", "--port=8080", "--admin-token=CANARY-acme-ecs-command"],
        "Environment": [{"Name": "STAGE", "Value": "prod"}, {"Name": "LEGACY_DB_URL", "Value": "postgres://checkout:CANARY-acme-ecs-environment@db.internal/orders"}],
        "Secrets": [{"Name": "DB_PASSWORD", "ValueFrom": names.ORDERS_DB_PASSWORD}, {"Name": "PULL_TOKEN", "ValueFrom": names.REGISTRY_PULL_TOKEN}],
        "HealthCheck": {"Command": ["CMD-SHELL", "curl -H 'x-probe: CANARY-acme-ecs-health-check' localhost:8080"], "Interval": 30},
        "PortMappings": [{"ContainerPort": 8080, "HostPort": 8080, "Protocol": "tcp"}],
        "LogConfiguration": {"LogDriver": "awslogs", "Options": {"awslogs-group": "/ecs/checkout", "awslogs-region": IRELAND, "awslogs-stream-prefix": "checkout"}},
        "MountPoints": [], "VolumesFrom": [],
    }
    configuration = {
        "TaskDefinitionArn": arn, "Family": "checkout", "TaskRoleArn": role(PROD, "checkout-task"), "ExecutionRoleArn": role(PROD, "checkout-execution"),
        "NetworkMode": "awsvpc", "RequiresCompatibilities": ["FARGATE"], "Cpu": "512", "Memory": "1024", "ContainerDefinitions": [container],
        "Volumes": [], "PlacementConstraints": [], "Tags": key_values({"Team": "checkout"}),
    }
    return config_item("AWS::ECS::TaskDefinition", PROD, IRELAND, arn, "checkout", arn, configuration, tags={"Team": "checkout"})


def service():
    """AWS::ECS::Service, in CloudFormation's casing."""
    arn = f"arn:aws:ecs:{IRELAND}:{PROD}:service/prod/checkout"
    configuration = {
        "ServiceArn": arn, "ServiceName": "checkout", "Name": "checkout", "Cluster": f"arn:aws:ecs:{IRELAND}:{PROD}:cluster/prod",
        "TaskDefinition": f"arn:aws:ecs:{IRELAND}:{PROD}:task-definition/checkout:7", "DesiredCount": 3, "LaunchType": "FARGATE", "PlatformVersion": "LATEST",
        "EnableExecuteCommand": False, "SchedulingStrategy": "REPLICA", "PropagateTags": "SERVICE",
        "NetworkConfiguration": {"AwsvpcConfiguration": {"AssignPublicIp": "DISABLED", "Subnets": ["subnet-0b61d2f7a94c8e350"],
                                                         "SecurityGroups": ["sg-05d8b3a7e1f64c290"]}},
    }
    return config_item("AWS::ECS::Service", PROD, IRELAND, arn, "checkout", arn, configuration)


def instance():
    """AWS::EC2::Instance with its instance profile, and user data that somebody added to the record by hand."""
    identifier = "i-0c4e9d1f2a7b83615"
    arn = f"arn:aws:ec2:{IRELAND}:{PROD}:instance/{identifier}"
    profile = names.iam(PROD, "instance-profile", "support-tool-instance")
    tags = {"Name": "support-tool", "Owner": "support"}
    configuration = {
        "instanceId": identifier, "imageId": "ami-0d71ea30463e0ff8d", "instanceType": "t4g.small", "architecture": "arm64", "launchTime": "2026-01-12T07:45:03.000Z",
        "state": {"code": 16, "name": "running"}, "privateIpAddress": "10.20.4.17", "privateDnsName": "ip-10-20-4-17.eu-west-1.compute.internal",
        "publicIpAddress": None, "subnetId": "subnet-0b61d2f7a94c8e350", "vpcId": "vpc-07f3a90be52d41c68", "keyName": None,
        "iamInstanceProfile": {"arn": profile, "id": names.unique_id("AIPA", profile)},
        "metadataOptions": {"state": "applied", "httpTokens": "required", "httpPutResponseHopLimit": 1, "httpEndpoint": "enabled"},
        "placement": {"availabilityZone": "eu-west-1b", "tenancy": "default"}, "securityGroups": [{"groupName": "support-tool", "groupId": "sg-0f2a6c8e4d1b97530"}],
        "tags": [{"key": key, "value": value} for key, value in sorted(tags.items())],
        "userData": base64.b64encode(USER_DATA.encode()).decode(),
    }
    return config_item("AWS::EC2::Instance", PROD, IRELAND, identifier, None, arn, configuration, tags=tags, zone="eu-west-1b")


def instance_profile():
    """AWS::IAM::InstanceProfile, in CloudFormation's casing."""
    arn = names.iam(PROD, "instance-profile", "support-tool-instance")
    configuration = {"InstanceProfileName": "support-tool-instance", "Path": "/", "Arn": arn, "Roles": ["support-tool-instance"]}
    return config_item("AWS::IAM::InstanceProfile", PROD, "global", "support-tool-instance", "support-tool-instance", arn, configuration)


def files():
    """Config rows of this module, by resource type."""
    return {
        "AWS::Lambda::Function": functions(), "AWS::ECS::TaskDefinition": [task_definition()], "AWS::ECS::Service": [service()],
        "AWS::EC2::Instance": [instance()], "AWS::IAM::InstanceProfile": [instance_profile()],
    }


def get_function(name, package, code, variables):
    """GetFunction as the CLI prints it: here the values of environment variables and a presigned address do come along."""
    arn = function(PROD, name)
    return {"Arn": arn, "Response": {
        "Configuration": {"FunctionName": name, "FunctionArn": arn, "Role": role(PROD, f"{name}-lambda"), "PackageType": package, "Version": "$LATEST",
                          "Environment": {"Variables": variables}},
        "Code": code, "Tags": {}}}


def production_functions():
    """accounts/<production>/eu-west-1/lambda/functions.ndjson."""
    return [
        get_function("order-summary", "Zip", {"RepositoryType": "S3", "Location": PRESIGNED.format(place="presigned-location-get-function")},
                     {"LEGACY_TOKEN": "CANARY-acme-lambda-environment-get-function"}),
        get_function("refund-worker", "Image", {"RepositoryType": "ECR", "ImageUri": f"{IMAGE}:refund-2.14.0", "ResolvedImageUri": f"{IMAGE}@sha256:{'8c41' * 16}"}, {}),
    ]
