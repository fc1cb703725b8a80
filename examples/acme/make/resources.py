"""Buckets, keys, secrets and image repositories, as AWS Config recorded them."""

import names
from names import DEV, FRANKFURT, IRELAND, LEGACY, ORGANIZATION, PORTSIDE, PROD, SECURITY, SHARED, account_root, bucket, role
from shapes import allow, config_item, deny, document, json_string, key_values

OPEN = dict.fromkeys(["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"], False)
CLOSED = dict.fromkeys(OPEN, True)
EVERYONE = "*"


def objects(name):
    """Every object of a bucket."""
    return bucket(name) + "/*"


def data_class(name, **more):
    """The tag that says how sensitive the content is, and further tags."""
    return {"DataClassification": name, **more}


def s3_bucket(account, name, tags, *, policy=None, key=None, block=CLOSED, region=IRELAND, captured="2026-03-01T21:14:07.318Z"):
    """AWS::S3::Bucket."""
    owner = names.uuid("canonical user of " + account).replace("-", "") * 2
    encryption = {"sseAlgorithm": "aws:kms" if key else "AES256", "kmsMasterKeyID": key}
    grant = {"grantSet": None, "grantList": [{"grantee": {"id": owner, "displayName": None}, "permission": "FullControl"}],
             "owner": {"displayName": None, "id": owner}, "isRequesterCharged": False}
    supplementary = {
        "AccessControlList": json_string(grant),
        "BucketLoggingConfiguration": {"destinationBucketName": None, "logFilePrefix": None},
        "BucketNotificationConfiguration": {"configurations": {}},
        "BucketPolicy": {"policyText": json_string(policy) if policy else None},
        "BucketTaggingConfiguration": {"tagSets": [{"tags": tags}]},
        "BucketVersioningConfiguration": {"status": "Enabled", "isMfaDeleteEnabled": None},
        "IsRequesterPaysEnabled": False,
        "OwnershipControls": {"rules": [{"objectOwnership": "BucketOwnerEnforced"}]},
        "PublicAccessBlockConfiguration": block,
        "ServerSideEncryptionConfiguration": {"rules": [{"applyServerSideEncryptionByDefault": encryption, "bucketKeyEnabled": bool(key)}]},
    }
    configuration = {"name": name, "owner": {"displayName": None, "id": owner}, "creationDate": "2021-02-09T10:41:55.000Z", "region": region}
    return config_item("AWS::S3::Bucket", account, region, name, name, bucket(name), configuration, supplementary=supplementary, tags=tags,
                       captured=captured, created="2021-02-09T10:41:55.000Z", zone="Regional")


def ledger_policy():
    """Nobody but the writer reads the ledger, administrators included."""
    return document(allow("s3:GetObject", objects("acme-prod-ledger"), sid="WriterOnly", effect="Deny", principal=EVERYONE,
                          condition={"ArnNotEquals": {"aws:PrincipalArn": role(PROD, "ledger-writer-lambda")}}))


def artifacts_policy():
    """The whole organization may read artifacts, and only over TLS."""
    both = [bucket("acme-shared-artifacts"), objects("acme-shared-artifacts")]
    return document(
        allow(["s3:GetObject", "s3:ListBucket"], both, sid="OrganizationReads", principal=EVERYONE,
              condition={"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}),
        deny("s3:*", both, sid="TlsOnly", principal=EVERYONE, condition={"Bool": {"aws:SecureTransport": "false"}}))


def trail_policy():
    """CloudTrail writes the organization's log files."""
    trail = f"arn:aws:cloudtrail:{IRELAND}:{names.MANAGEMENT}:trail/acme-org-trail"
    source = {"StringEquals": {"aws:SourceArn": trail}}
    return document(
        allow("s3:GetBucketAcl", bucket("acme-org-cloudtrail"), sid="AclCheck", principal={"Service": "cloudtrail.amazonaws.com"}, condition=source),
        allow("s3:PutObject", f"{bucket('acme-org-cloudtrail')}/AWSLogs/{ORGANIZATION}/*", sid="Write", principal={"Service": "cloudtrail.amazonaws.com"},
              condition=source))


def readers(name, principal, actions="s3:GetObject"):
    """A bucket policy that lets one principal at every object."""
    return document(allow(actions, objects(name), principal=principal))


def buckets():
    """Every bucket."""
    return [
        s3_bucket(PROD, "acme-prod-orders", data_class("confidential", Team="orders")),
        s3_bucket(PROD, "acme-prod-customer-data", data_class("restricted", Team="crm"), key=names.CUSTOMER_DATA_KEY),
        s3_bucket(PROD, "acme-prod-payments-archive", data_class("restricted", Team="payments"), key=names.PAYMENTS_ARCHIVE_KEY),
        s3_bucket(PROD, "acme-prod-ledger", data_class("restricted", Team="finance"), policy=ledger_policy()),
        s3_bucket(PROD, "acme-prod-telemetry", data_class("internal")),
        s3_bucket(PROD, "acme-prod-reports", data_class("internal"), policy=readers("acme-prod-reports", {"AWS": role(DEV, "nightly-export-lambda")})),
        s3_bucket(PROD, "acme-prod-partner-exchange", data_class("confidential"),
                  policy=readers("acme-prod-partner-exchange", {"AWS": account_root(PORTSIDE)})),
        s3_bucket(PROD, "acme-prod-backup-frankfurt", data_class("confidential"), region=FRANKFURT),
        s3_bucket(SHARED, "acme-shared-artifacts", data_class("internal"), policy=artifacts_policy()),
        s3_bucket(SHARED, "acme-shared-press-kit", {"Owner": "marketing"}, policy=readers("acme-shared-press-kit", EVERYONE), block=OPEN),
        s3_bucket(SHARED, "acme-shared-partner-drop", data_class("confidential"),
                  policy=readers("acme-shared-partner-drop", {"AWS": account_root(PORTSIDE)}, ["s3:GetObject", "s3:PutObject"])),
        s3_bucket(DEV, "acme-dev-home", data_class("internal")),
        s3_bucket(DEV, "acme-dev-feature-cache", data_class("internal")),
        s3_bucket(DEV, "acme-dev-design-drafts", {"Owner": "design"}, policy=readers("acme-dev-design-drafts", EVERYONE)),
        s3_bucket(DEV, "acme-dev-media", data_class("internal"), region=FRANKFURT),
        s3_bucket(SECURITY, "acme-org-cloudtrail", data_class("confidential", Owner="security"), policy=trail_policy()),
        s3_bucket(LEGACY, "acme-legacy-reports", data_class("confidential"), captured="2026-02-19T02:10:34.102Z"),
    ]


def account_blocks():
    """AWS::S3::AccountPublicAccessBlock: on in production and in security, off where things were once public."""
    settings = {PROD: CLOSED, SECURITY: CLOSED, SHARED: OPEN, DEV: OPEN, names.DATA: CLOSED, names.DELIVERY: CLOSED}
    return [
        config_item("AWS::S3::AccountPublicAccessBlock", account, IRELAND, account, None, None, block)
        for account, block in settings.items()
    ]


def kms_key(arn, description, policy, tags):
    """AWS::KMS::Key."""
    _, _, _, region, account, resource = arn.split(":")
    key_id = resource.split("/")[1]
    configuration = {
        "keyId": key_id, "awsaccountId": account, "arn": arn, "creationDate": "2021-02-09T10:20:13.401Z", "enabled": True, "description": description,
        "keyUsage": "ENCRYPT_DECRYPT", "keyState": "Enabled", "origin": "AWS_KMS", "keyManager": "CUSTOMER", "keySpec": "SYMMETRIC_DEFAULT",
        "customerMasterKeySpec": "SYMMETRIC_DEFAULT", "encryptionAlgorithms": ["SYMMETRIC_DEFAULT"], "multiRegion": False,
    }
    supplementary = {"Policy": json_string(policy), "KeyRotationStatus": True, "Tags": [{"tagKey": key, "tagValue": value} for key, value in sorted(tags.items())]}
    return config_item("AWS::KMS::Key", account, region, key_id, key_id, arn, configuration, supplementary=supplementary, tags=tags,
                       created="2021-02-09T10:20:13.401Z")


def kms_alias(name, key_arn):
    """AWS::KMS::Alias, a type of the CloudFormation registry."""
    _, _, _, region, account, resource = key_arn.split(":")
    arn = f"arn:aws:kms:{region}:{account}:alias/{name}"
    configuration = {"AliasName": f"alias/{name}", "TargetKeyId": resource.split("/")[1]}
    return config_item("AWS::KMS::Alias", account, region, f"alias/{name}", f"alias/{name}", arn, configuration)


def aliases():
    """The names people know the keys by."""
    return [
        kms_alias("customer-data", names.CUSTOMER_DATA_KEY),
        kms_alias("payments-archive", names.PAYMENTS_ARCHIVE_KEY),
        kms_alias("shared-secrets", names.SHARED_SECRETS_KEY),
    ]


def recorders():
    """DescribeConfigurationRecorders and their status: everything is recorded everywhere but in the account that was left behind."""
    out = []
    for account in (names.MANAGEMENT, SECURITY, SHARED, DEV, PROD, LEGACY, names.DATA, names.DELIVERY):
        for region in (IRELAND, FRANKFURT):
            group = {"allSupported": True, "includeGlobalResourceTypes": region == IRELAND, "resourceTypes": []}
            runs = account != LEGACY
            status = {"name": "default", "lastStartTime": "2021-02-01T08:00:00.000Z", "recording": runs, "lastStatus": "SUCCESS" if runs else "FAILURE"}
            recorder = {"name": "default", "roleARN": f"arn:aws:iam::{account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
                        "recordingGroup": group}
            out.append({"AccountId": account, "Region": region, "ConfigurationRecorders": [recorder], "ConfigurationRecordersStatus": [status]})
    return out


def keys():
    """Every customer managed key."""
    def delegates(account):
        return allow("kms:*", sid="EnableIamPolicies", principal={"AWS": account_root(account)})

    archive = document(
        allow(["kms:Decrypt", "kms:GenerateDataKey"], sid="TheVaultUsesTheKey", principal={"AWS": role(PROD, "payments-vault-lambda")}),
        allow(["kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy", "kms:EnableKeyRotation"], sid="CustodianKeepsTheKey",
              principal={"AWS": role(PROD, "key-custodian")}))
    pull = document(delegates(SHARED), allow("kms:Decrypt", sid="CheckoutInjectsThePullToken", principal={"AWS": role(PROD, "checkout-execution")}))
    return [
        kms_key(names.CUSTOMER_DATA_KEY, "customer data", document(delegates(PROD)), data_class("restricted")),
        kms_key(names.PAYMENTS_ARCHIVE_KEY, "payments archive, for the vault only", archive, data_class("restricted")),
        kms_key(names.SHARED_SECRETS_KEY, "secrets that other accounts read", pull, {"Owner": "platform"}),
    ]


def secrets_manager_secret(arn, description, tags, key=None):
    """AWS::SecretsManager::Secret, in CloudFormation's casing. Config never holds the value."""
    _, _, _, region, account, _, name = arn.split(":")
    configuration = {"ARN": arn, "Name": name[:-7], "Description": description, "RotationEnabled": False, "Tags": key_values(tags)}
    if key:
        configuration["KmsKeyId"] = key
    return config_item("AWS::SecretsManager::Secret", account, region, arn, name[:-7], arn, configuration, tags=tags, created="2022-08-17T09:12:00.000Z")


def secrets():
    """Every secret."""
    return [
        secrets_manager_secret(names.PAYMENTS_API_KEY, "payment provider", data_class("restricted", Team="payments")),
        secrets_manager_secret(names.ORDERS_DB_PASSWORD, "orders database", data_class("restricted", Team="orders")),
        secrets_manager_secret(names.CUSTOMER_PII_TOKEN, "tokenisation of customer names", data_class("restricted", Team="crm"), names.CUSTOMER_DATA_KEY),
        secrets_manager_secret(names.PARTNER_SFTP_KEY, "partner exchange", data_class("restricted", Team="partners")),
        secrets_manager_secret(names.REGISTRY_PULL_TOKEN, "pull-through cache", {"Owner": "platform"}, names.SHARED_SECRETS_KEY),
    ]


def secret_policies():
    """AWS::SecretsManager::ResourcePolicy. The partner's key has none."""
    insiders = document(deny("secretsmanager:*", sid="OrganizationOnly", principal=EVERYONE,
                             condition={"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}}))
    pull = document(allow("secretsmanager:GetSecretValue", sid="CheckoutInjectsThePullToken", principal={"AWS": role(PROD, "checkout-execution")}))
    policies = dict.fromkeys([names.PAYMENTS_API_KEY, names.ORDERS_DB_PASSWORD, names.CUSTOMER_PII_TOKEN], insiders)
    policies[names.REGISTRY_PULL_TOKEN] = pull
    return [
        config_item("AWS::SecretsManager::ResourcePolicy", arn.split(":")[4], arn.split(":")[3], arn, arn, None,
                    {"Id": arn, "SecretId": arn, "ResourcePolicy": policy, "BlockPublicPolicy": True})
        for arn, policy in policies.items()
    ]


def repository(account, name, policy, region=IRELAND):
    """AWS::ECR::Repository, in CloudFormation's casing."""
    arn = f"arn:aws:ecr:{region}:{account}:repository/{name}"
    configuration = {
        "RepositoryName": name, "Arn": arn, "RepositoryUri": f"{account}.dkr.ecr.{region}.amazonaws.com/{name}", "ImageTagMutability": "IMMUTABLE",
        "ImageScanningConfiguration": {"ScanOnPush": True}, "EncryptionConfiguration": {"EncryptionType": "AES256"}, "Tags": [],
    }
    if policy:
        configuration["RepositoryPolicyText"] = policy
    return config_item("AWS::ECR::Repository", account, region, name, name, arn, configuration)


def repositories():
    """Image repositories: the ECS service and a Lambda function of production run images of the first one."""
    pull = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    production = {"StringLike": {"aws:SourceArn": f"arn:aws:lambda:{IRELAND}:{PROD}:function:*"}}
    checkout = document(
        allow(pull, None, sid="ProductionPulls", principal={"AWS": account_root(PROD)}),
        allow(pull, None, sid="LambdaPullsForProduction", principal={"Service": "lambda.amazonaws.com"}, condition=production))
    return [repository(SHARED, "checkout", checkout), repository(DEV, "thumbnailer", None, FRANKFURT)]


def files():
    """Config rows of this module, by resource type."""
    return {
        "AWS::S3::Bucket": buckets(), "AWS::S3::AccountPublicAccessBlock": account_blocks(),
        "AWS::KMS::Alias": aliases(), "AWS::KMS::Key": keys(),
        "AWS::SecretsManager::Secret": secrets(), "AWS::SecretsManager::ResourcePolicy": secret_policies(), "AWS::ECR::Repository": repositories(),
    }
