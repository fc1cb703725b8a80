"""What answers each operation."""

from . import access_analyzer, cloudtrail, config, iam, identity_center, kms, organizations, security_hub, sts  # noqa: F401
from .registry import HANDLERS  # noqa: F401
