"""Users, groups, roles and customer managed policies of every account."""

import names
from names import (BACKUPFOX, BRIGHTMETRICS, DEV, FRANKFURT, IRELAND, LEGACY, MANAGEMENT, ORGANIZATION, PROD, SECURITY, SHARED,
                   account_root, bucket, function, role)
from shapes import Group, ManagedPolicy, Role, User, allow, deny, document, trust

AWS = "arn:aws:iam::aws:policy/"
ADMINISTRATOR = AWS + "AdministratorAccess"
S3_READ_ONLY = AWS + "AmazonS3ReadOnlyAccess"
LAMBDA_BASIC = AWS + "service-role/AWSLambdaBasicExecutionRole"
LAMBDA_VPC = AWS + "service-role/AWSLambdaVPCAccessExecutionRole"
ECS_EXECUTION = AWS + "service-role/AmazonECSTaskExecutionRolePolicy"
SSM_CORE = AWS + "AmazonSSMManagedInstanceCore"
AUTO_SCALING = AWS + "aws-service-role/AutoScalingServiceRolePolicy"
# Attached, but their text was never collected.
SECURITY_AUDIT = AWS + "SecurityAudit"
CLOUDWATCH_READ = AWS + "CloudWatchReadOnlyAccess"
REPORT_RUNNER_ACCESS = names.iam(LEGACY, "policy", "ReportRunnerAccess")

LAMBDA, ECS_TASKS = trust({"Service": "lambda.amazonaws.com"}), trust({"Service": "ecs-tasks.amazonaws.com"})


def objects(bucket_name):
    """Every object of a bucket."""
    return bucket(bucket_name) + "/*"


def single(name, *statements):
    """One inline policy."""
    return {name: document(*statements)}


def of_lambda(account, name, *statements, managed=(LAMBDA_BASIC,), **rest):
    """The execution role of a Lambda function, with one inline policy named like the role's job."""
    return Role(account, f"{name}-lambda", LAMBDA, inline=single(name, *statements) if statements else None, managed=managed, **rest)


def okta(account, action="sts:AssumeRoleWithSAML"):
    """Trust in the company's SAML provider."""
    return trust({"Federated": f"arn:aws:iam::{account}:saml-provider/acme-okta"}, action,
                 {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}})


def github(repository):
    """Trust in one branch of one GitHub repository."""
    return trust({"Federated": f"arn:aws:iam::{PROD}:oidc-provider/token.actions.githubusercontent.com"}, "sts:AssumeRoleWithWebIdentity", {
        "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                         "token.actions.githubusercontent.com:sub": f"repo:acme-parcel/{repository}:ref:refs/heads/main"}})


def spoke_reader(account):
    """The scanner's own role in an account."""
    return Role(account, "SecurityV0SpokeReader", trust(
        {"AWS": role(SECURITY, "SecurityV0HubCollector")},
        condition={"StringEquals": {"sts:ExternalId": names.SPOKE_EXTERNAL_ID, "aws:PrincipalOrgID": ORGANIZATION}}),
        managed=[names.iam(account, "policy", "SecurityV0SpokeRead")], tags={"Owner": "security"}, last_used=("2026-03-01T06:00:09Z", IRELAND),
        created="2025-09-30T12:00:31Z")


def spoke_read(account):
    """What the scanner's role may read."""
    return ManagedPolicy(account, "SecurityV0SpokeRead", document(
        allow(["iam:GenerateCredentialReport", "iam:GetAccountAuthorizationDetails", "iam:GetCredentialReport", "lambda:ListFunctions"])),
        created="2025-09-30T12:00:25Z")


def organization_access(account):
    """The role that Organizations creates in every account it makes."""
    return Role(account, "OrganizationAccountAccessRole", trust({"AWS": account_root(MANAGEMENT)}), managed=[ADMINISTRATOR], last_used=None,
                created="2019-06-19T07:23:40Z")


def management():
    """People of the management account. It has no spoke role, so Config alone tells of them."""
    return [User(MANAGEMENT, "break-glass", managed=[ADMINISTRATOR], tags={"Owner": "cto"}, created="2020-01-15T11:00:00Z",
                 config_captured="2026-02-27T03:40:51.006Z")]


def security():
    """The hub."""
    return [
        Role(SECURITY, "SecurityV0HubCollector", LAMBDA, managed=[LAMBDA_BASIC], tags={"Owner": "security"},
             inline=single("assume-spokes", allow("sts:AssumeRole", "arn:aws:iam::*:role/SecurityV0SpokeReader")),
             last_used=("2026-03-01T06:00:09Z", IRELAND), created="2025-09-30T11:45:02Z"),
        Role(SECURITY, "security-admin", okta(SECURITY), managed=[ADMINISTRATOR], last_used=("2026-02-26T14:08:33Z", IRELAND)),
        Role(SECURITY, "auditor", okta(SECURITY), managed=[SECURITY_AUDIT]),
        spoke_reader(SECURITY), spoke_read(SECURITY),
    ]


def shared():
    """Shared services: the middle of the dev → shared → prod chain."""
    return [
        Role(SHARED, "artifact-broker", trust({"AWS": role(DEV, "feature-sync-lambda")}), last_used=("2026-03-01T20:24:41Z", IRELAND),
             inline=single("hand-on", allow("sts:AssumeRole", role(PROD, "data-export-reader")))),
        Role(SHARED, "artifact-reader", trust({"AWS": role(DEV, "preview-sync-lambda")}),
             inline=single("read-artifacts", allow("s3:GetObject", objects("acme-shared-artifacts")))),
        of_lambda(SHARED, "artifact-indexer", managed=(LAMBDA_BASIC, S3_READ_ONLY)),
        spoke_reader(SHARED), spoke_read(SHARED),
    ]


def dev():
    """Development."""
    home = allow(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::acme-dev-home/${aws:username}/*", sid="OwnFolderOnly")
    everything_but = {"Effect": "Allow", "NotAction": ["account:*", "iam:*", "organizations:*"], "Resource": "*"}
    return [
        of_lambda(DEV, "feature-sync", allow("sts:AssumeRole", role(SHARED, "artifact-broker")), last_used=("2026-03-01T20:24:40Z", IRELAND)),
        of_lambda(DEV, "preview-sync", allow("sts:AssumeRole", [role(SHARED, "artifact-reader"), role(PROD, "data-export-reader")])),
        of_lambda(DEV, "nightly-export", allow("s3:GetObject", objects("acme-prod-reports"))),
        of_lambda(DEV, "thumbnailer", allow("s3:PutObject", objects("acme-dev-media"))),
        Role(DEV, "dev-engineer", okta(DEV), inline={"everything-but-identity": document(everything_but)}, last_used=("2026-02-28T17:20:05Z", IRELAND)),
        organization_access(DEV), spoke_reader(DEV), spoke_read(DEV),
        Group(DEV, "legacy-admins", managed=[ADMINISTRATOR], created="2019-07-01T10:10:10Z"),
        Group(DEV, "developers", inline={"home-folder": document(home)}),
        User(DEV, "jenkins", groups=["legacy-admins"], tags={"Owner": "platform"}, created="2019-07-01T10:12:54Z"),
        User(DEV, "anna.keller", groups=["developers"]), User(DEV, "ben.osei", groups=["developers"]),
    ]


def prod_chain_and_admins():
    """Production roles that people, pipelines and other roles take."""
    return [
        Role(PROD, "data-export-reader", trust({"AWS": role(SHARED, "artifact-broker")}, condition={"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}),
             last_used=("2026-03-01T20:24:43Z", IRELAND), inline=single(
                 "read-exports", allow("s3:GetObject", objects("acme-prod-customer-data")), allow("kms:Decrypt", names.CUSTOMER_DATA_KEY),
                 allow("secretsmanager:GetSecretValue", names.CUSTOMER_PII_TOKEN))),
        Role(PROD, "prod-admin", trust({"AWS": account_root(PROD)}), managed=[ADMINISTRATOR], last_used=("2026-02-25T09:31:16Z", IRELAND)),
        of_lambda(PROD, "release-bot", allow("sts:AssumeRole", role(PROD, "prod-admin")),
                  allow("lambda:UpdateFunctionCode", function(PROD, "order-summary")), last_used=("2026-02-25T09:31:14Z", IRELAND)),
        # The key policy of the payments archive names this role; IAM gives it nothing.
        Role(PROD, "key-custodian", okta(PROD)),
        Role(PROD, "ci-deploy", github("checkout"), last_used=("2026-03-01T19:48:02Z", IRELAND), inline=single(
            "deploy", allow(["ecs:RegisterTaskDefinition", "ecs:UpdateService"]),
            allow("iam:PassRole", [role(PROD, "checkout-task"), role(PROD, "checkout-execution")]),
            allow("iam:AttachRolePolicy", role(PROD, "ci-deploy")))),
        Role(PROD, "ci-runtime-wiring", github("runtime"), inline=single("attach-logging-only", allow(
            "iam:AttachRolePolicy", names.role(PROD, "*"), condition={"ArnEquals": {"iam:PolicyARN": LAMBDA_BASIC}}))),
        organization_access(PROD), spoke_reader(PROD), spoke_read(PROD),
    ]


def prod_vendors_and_service():
    """Roles for outsiders, and one that AWS made."""
    return [
        Role(PROD, "brightmetrics-monitoring", trust({"AWS": account_root(BRIGHTMETRICS)}),
             managed=[names.iam(PROD, "policy", "MonitoringRead"), CLOUDWATCH_READ], tags={"Vendor": "Brightmetrics"}),
        Role(PROD, "backupfox-backup", trust({"AWS": role(BACKUPFOX, "backupfox-collector")},
                                             condition={"StringEquals": {"sts:ExternalId": "acme-7f3c91d2b845"}}),
             inline=single("read-volumes", allow(["ec2:CreateSnapshot", "ec2:DescribeVolumes"])), tags={"Vendor": "Backupfox"}),
        ManagedPolicy(PROD, "MonitoringRead", document(allow(["ecs:Describe*", "ecs:List*", "lambda:ListFunctions"]))),
        Role(PROD, "AWSServiceRoleForAutoScaling", trust({"Service": "autoscaling.amazonaws.com"}), path="/aws-service-role/autoscaling.amazonaws.com/",
             managed=[AUTO_SCALING], last_used=("2026-03-01T11:02:48Z", IRELAND)),
    ]


def prod_readers():
    """Execution roles of Lambda functions in production: what goes through."""
    same_team = {"StringEquals": {"aws:ResourceTag/Team": "${aws:PrincipalTag/Team}"}}
    return [
        of_lambda(PROD, "order-summary", allow("s3:GetObject", objects("acme-prod-orders")), allow("s3:ListBucket", bucket("acme-prod-orders")),
                  last_used=("2026-03-01T20:02:11Z", IRELAND)),
        # Config still shows the AdministratorAccess that was taken away in February: IAM's own, newer answer must win.
        of_lambda(PROD, "customer-360", allow("kms:Decrypt", names.CUSTOMER_DATA_KEY), managed=(LAMBDA_BASIC, S3_READ_ONLY),
                  config_managed=(LAMBDA_BASIC, S3_READ_ONLY, ADMINISTRATOR), config_captured="2026-02-11T05:27:40.913Z"),
        # The key policy of the archive names this role, so that it needs no KMS permission of its own.
        of_lambda(PROD, "payments-vault", allow(["s3:GetObject", "s3:PutObject"], objects("acme-prod-payments-archive"))),
        of_lambda(PROD, "payments-reconciler", allow("secretsmanager:GetSecretValue", condition=same_team), tags={"Team": "payments"}),
        of_lambda(PROD, "ledger-writer", allow(["s3:GetObject", "s3:PutObject"], objects("acme-prod-ledger"))),
        of_lambda(PROD, "quarterly-audit-export", managed=(LAMBDA_BASIC, names.iam(PROD, "policy", "QuarterlyAudit")), last_used=("2026-01-02T03:00:11Z", IRELAND)),
        # Version 1 was far too wide; only the default version counts.
        ManagedPolicy(PROD, "QuarterlyAudit", document(allow("*")), document(allow("s3:GetObject", objects("acme-prod-reports")))),
    ]


def prod_stopped():
    """Execution roles of Lambda functions in production: what is stopped, each by one thing."""
    boundary = ManagedPolicy(PROD, "acme-workload-boundary", document(allow(
        ["lambda:InvokeFunction", "logs:*", "s3:GetObject", "s3:ListBucket", "s3:PutObject", "sqs:*"])), attachments=0, boundaries=1)
    return [
        of_lambda(PROD, "refund-worker", allow("s3:GetObject", objects("acme-prod-orders")),
                  allow("secretsmanager:GetSecretValue", names.PAYMENTS_API_KEY), boundary=boundary.arn, last_used=("2026-03-01T14:10:30Z", IRELAND)),
        boundary,
        of_lambda(PROD, "archive-indexer", allow("s3:GetObject", objects("acme-prod-payments-archive")),
                  allow("kms:Decrypt", names.PAYMENTS_ARCHIVE_KEY), last_used=("2026-03-01T14:12:05Z", IRELAND)),
        of_lambda(PROD, "ledger-reader", allow("s3:GetObject", objects("acme-prod-ledger"))),
        of_lambda(PROD, "telemetry-reader", allow("s3:GetObject", objects("acme-prod-telemetry"),
                                                  condition={"StringEquals": {"aws:SourceVpce": names.TELEMETRY_ENDPOINT}}), managed=(LAMBDA_VPC,)),
    ]


def prod_containers_and_instances():
    """Roles of the ECS service and of the EC2 instance in production."""
    orders = [bucket("acme-prod-orders"), objects("acme-prod-orders")]
    return [
        Role(PROD, "checkout-task", ECS_TASKS, last_used=("2026-03-01T20:11:26Z", IRELAND), tags={"Team": "checkout"}, inline=single(
            "checkout", allow("secretsmanager:GetSecretValue", names.PAYMENTS_API_KEY[:-6] + "??????"),
            allow("lambda:InvokeFunction", function(PROD, "order-summary")))),
        Role(PROD, "checkout-execution", ECS_TASKS, managed=[ECS_EXECUTION], last_used=("2026-02-24T08:15:51Z", IRELAND), inline=single(
            "inject-secrets", allow("secretsmanager:GetSecretValue", [names.ORDERS_DB_PASSWORD, names.REGISTRY_PULL_TOKEN]),
            allow("kms:Decrypt", names.SHARED_SECRETS_KEY))),
        Role(PROD, "support-tool-instance", trust({"Service": "ec2.amazonaws.com"}), managed=[SSM_CORE, S3_READ_ONLY], instance_profile=True,
             inline=single("no-orders", deny("s3:*", orders, sid="SupportSeesNoOrders")), last_used=("2026-03-01T23:10:02Z", IRELAND)),
    ]


def legacy():
    """The account whose spoke role is gone: Config alone tells of it."""
    return [Role(LEGACY, "report-runner-lambda", LAMBDA, managed=[LAMBDA_BASIC, REPORT_RUNNER_ACCESS], config_captured="2026-02-19T02:10:33.470Z",
                 inline=single("read-reports", allow("s3:GetObject", objects("acme-legacy-reports"))), created="2018-12-03T16:20:19Z")]


def everyone():
    """All of them, by account."""
    return {
        MANAGEMENT: management(), SECURITY: security(), SHARED: shared(), DEV: dev(),
        PROD: prod_chain_and_admins() + prod_vendors_and_service() + prod_readers() + prod_stopped() + prod_containers_and_instances(),
        LEGACY: legacy(),
    }


CREDENTIAL_REPORT_HEADER = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,"
    "access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,"
    "access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,"
    "cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated")


def dev_credential_report():
    """The credential report of development: jenkins holds a key of 2021 that still works."""
    no_key, no_certificates = "false,N/A,N/A,N/A,N/A", "false,N/A,false,N/A"
    jenkins_key = f"true,2021-03-15T08:00:00+00:00,2026-03-01T16:44:00+00:00,{FRANKFURT},lambda"
    rows = [
        ("<root_account>", account_root(DEV), "2019-06-19T07:05:11+00:00", "not_supported,2019-06-20T08:00:00+00:00,not_supported,not_supported,true", no_key),
        ("anna.keller", names.iam(DEV, "user", "anna.keller"), "2023-05-11T08:30:12+00:00", "true,2026-02-27T08:04:10+00:00,2025-11-03T09:00:00+00:00,N/A,true", no_key),
        ("ben.osei", names.iam(DEV, "user", "ben.osei"), "2023-05-11T08:30:12+00:00", "true,2026-02-26T07:51:42+00:00,2025-12-01T09:00:00+00:00,N/A,true", no_key),
        ("jenkins", names.iam(DEV, "user", "jenkins"), "2019-07-01T10:12:54+00:00", "false,N/A,N/A,N/A,false", jenkins_key),
    ]
    lines = [f"{name},{arn},{created},{password},{first_key},{no_key},{no_certificates}" for name, arn, created, password, first_key in rows]
    return "\n".join([CREDENTIAL_REPORT_HEADER, *lines]) + "\n"
