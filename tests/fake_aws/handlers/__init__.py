"""What answers each operation."""

from . import access_analyzer, athena, cloudformation, cloudtrail, config, iam, identity_center, kms, organizations, s3, security_hub, spoke, spoke_special, sts  # noqa: F401
from .registry import HANDLERS  # noqa: F401
