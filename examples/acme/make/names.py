"""Who and where: the accounts, organizational units and outsiders of Acme Parcel, and how their ARNs are written."""

import hashlib

ORGANIZATION = "o-acme1example"
CAPTURED_AT = "2026-03-02T06:00:00Z"
IRELAND = "eu-west-1"
FRANKFURT = "eu-central-1"

MANAGEMENT = "318277459012"
SECURITY = "604915728338"
SHARED = "729183640557"
DEV = "845302917764"
PROD = "912746058213"
LEGACY = "156038294471"
DATA = "271650948133"
DELIVERY = "508416729354"

# Outside the organization.
BRIGHTMETRICS = "437190286655"
BACKUPFOX = "281936470518"
PORTSIDE = "560218837946"
SHIPWRIGHT = "694820157731"

ROOT = "r-ac1e"
OU_SECURITY = "ou-ac1e-sec7k2m9"
OU_INFRASTRUCTURE = "ou-ac1e-inf3p8q1"
OU_WORKLOADS = "ou-ac1e-wrk5t6v2"
OU_DEV = "ou-ac1e-dev9x4z7"
OU_PROD = "ou-ac1e-prd1b3c8"

TELEMETRY_ENDPOINT = "vpce-0a4f61c2d98e7b350"
SPOKE_EXTERNAL_ID = "sv0-3f1c9a7e5b2d4068"


def iam(account, kind, name, path="/"):
    """ARN of something in IAM."""
    return f"arn:aws:iam::{account}:{kind}{path}{name}"


def role(account, name, path="/"):
    """ARN of a role."""
    return iam(account, "role", name, path)


def account_root(account):
    """ARN that stands for a whole account in a policy."""
    return f"arn:aws:iam::{account}:root"


def bucket(name):
    """ARN of a bucket."""
    return f"arn:aws:s3:::{name}"


def function(account, name, region=IRELAND):
    """ARN of a Lambda function."""
    return f"arn:aws:lambda:{region}:{account}:function:{name}"


def table(name):
    """ARN of a DynamoDB table of the data platform."""
    return f"arn:aws:dynamodb:{IRELAND}:{DATA}:table/{name}"


def queue(name):
    """ARN of a queue of the data platform."""
    return f"arn:aws:sqs:{IRELAND}:{DATA}:{name}"


def state_machine(name):
    """ARN of a state machine of the data platform."""
    return f"arn:aws:states:{IRELAND}:{DATA}:stateMachine:{name}"


def repository(account, name, region=IRELAND):
    """ARN of an image repository."""
    return f"arn:aws:ecr:{region}:{account}:repository/{name}"


def secret(account, name_with_suffix, region=IRELAND):
    """ARN of a secret; the name ends in Secrets Manager's six random characters."""
    return f"arn:aws:secretsmanager:{region}:{account}:secret:{name_with_suffix}"


def key(account, key_id, region=IRELAND):
    """ARN of a KMS key."""
    return f"arn:aws:kms:{region}:{account}:key/{key_id}"


def unique_id(prefix, arn):
    """An IAM unique id such as AROA…, always the same for the same ARN."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    digest = hashlib.sha256(arn.encode()).digest()
    return prefix + "".join(letters[byte % 32] for byte in digest[:17])


def uuid(text):
    """A UUID, always the same for the same text."""
    digits = hashlib.sha256(text.encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"


PAYMENTS_API_KEY = secret(PROD, "prod/payments/api-key-Qx7LmP")
ORDERS_DB_PASSWORD = secret(PROD, "prod/orders/db-password-r4TnWc")
CUSTOMER_PII_TOKEN = secret(PROD, "prod/customer/pii-token-Zk2VbY")
PARTNER_SFTP_KEY = secret(PROD, "prod/partner/sftp-key-m8HdQs")
REGISTRY_PULL_TOKEN = secret(SHARED, "shared/registry/pull-token-u5JxEa")

CUSTOMER_DATA_KEY = key(PROD, "5d0c7c4e-2f6b-4b1e-9a57-6c1e0d8f3a21")
PAYMENTS_ARCHIVE_KEY = key(PROD, "b81f9e36-7a40-4d2c-8f15-3e9c52d7604b")
SHARED_SECRETS_KEY = key(SHARED, "e27a6d90-1c58-4f3b-b6d4-90f7a1c8325e")
