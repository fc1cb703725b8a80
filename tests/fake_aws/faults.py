"""Faults on order: what AWS and the network do wrong, for chosen calls."""

import threading
from urllib.parse import unquote

from .errors import AwsError, named
from .sessions import expired_name

# Faults of an answer that is made are those of its bytes; the others take its place.
KINDS = """throttle server_error timeout reset access_denied expired_token region_disabled empty_page duplicated_page truncated_body malformed_body oversized_body oversized_item
clock_skew""".split()


class Faults:
    """The faults that wait for their calls."""

    def __init__(self):
        self._lock = threading.Lock()
        self._rows = []

    def add(self, row):
        """Adds one: {service, operation, account?, region?, holds?, kind, after?, times?, …}; `times` of `null` is for ever."""
        if row.get("kind") not in KINDS:
            raise ValueError(f"no fault is called {row.get('kind')!r}: {', '.join(KINDS)}")
        with self._lock:
            self._rows.append({"after": 0, "times": 1, **row, "met": 0})

    def clear(self):
        """Takes every one away."""
        with self._lock:
            self._rows = []

    def rows(self):
        """Every one, with how often a call met it."""
        with self._lock:
            return [dict(row) for row in self._rows]

    def of(self, call, target=""):
        """The fault that a call meets, else `None`; `target` is its path and query as they were sent."""
        with self._lock:
            for row in self._rows:
                if row.get("holds", "") not in unquote(target):
                    continue
                if any(row.get(key) not in (None, "*", call[key]) for key in ("service", "operation", "account", "region")):
                    continue
                row["met"] += 1
                if row["met"] > row["after"] and (row["times"] is None or row["met"] <= row["after"] + row["times"]):
                    return row
            return None


def refuse(row, name, operation):
    """Raises the error answer of a fault that is one."""
    kind = row["kind"]
    if kind == "throttle":
        raise throttled(name, operation)
    if kind == "server_error":
        raise AwsError(named(operation, "InternalServer", "InternalFailure", "ServiceFailure", "Internal", "ServiceException") or "InternalFailure", "We encountered an internal error. Please try again.", row.get("status", 500))
    if kind == "access_denied":
        code = named(operation, "AccessDenied") or ("AccessDeniedException" if operation.service_model.protocol in ("json", "rest-json") else "UnauthorizedOperation" if name == "ec2" else "AccessDenied")
        raise AwsError(code, row.get("message") or f"the caller is not authorized to perform: {name}:{operation.name}", None if named(operation, "AccessDenied") else 403 if name != "sqs" else 400)
    if kind == "expired_token":
        raise AwsError(expired_name(name), "The security token included in the request is expired", 403 if operation.service_model.protocol != "json" else 400)
    if kind == "region_disabled":
        if name == "sts":
            raise AwsError("RegionDisabledException", "STS is not activated in this region for account", 403)
        raise unrecognised(name)
    if kind == "clock_skew":
        code = "RequestTimeTooSkewed" if name == "s3" else "InvalidSignatureException" if operation.service_model.protocol in ("json", "rest-json") else "SignatureDoesNotMatch"
        raise AwsError(code, "Signature expired: the request is not within 5 minutes of the time of the service", 403)


def unrecognised(service):
    """How a Region that is not enabled answers."""
    code = "InvalidClientTokenId" if service in ("sts", "iam", "sns", "sqs") else "AuthFailure" if service == "ec2" else "UnrecognizedClientException"
    return AwsError(code, "The security token included in the request is invalid.", 403)


def throttled(name, operation):
    """How a service says that it is asked too often."""
    # Of a service that has no other word for it, a limit is the rate; of IAM it is how many credential reports may be made.
    code = named(operation, "Throttl", "TooManyRequests", *(["LimitExceeded"] if name == "kinesis" else []))
    if code:
        return AwsError(code, "Rate exceeded", 429 if code.startswith("TooMany") and operation.service_model.protocol == "rest-json" else None)
    if name == "s3":
        return AwsError("SlowDown", "Please reduce your request rate.", 503)
    if name == "ec2":
        return AwsError("RequestLimitExceeded", "Request limit exceeded.", 503)
    return AwsError("ThrottlingException" if operation.service_model.protocol in ("json", "rest-json") else "Throttling", "Rate exceeded", 429 if operation.service_model.protocol == "rest-json" else 400)

