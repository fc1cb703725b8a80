"""Signature Version 4, computed again from what arrived ("Authenticating Requests (AWS Signature Version 4)", by botocore's own signer)."""

import hashlib
import re
from datetime import datetime, timedelta, timezone

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from .errors import AwsError

_FORM = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})")
_SKEW = timedelta(minutes=5)


class Scope:
    """What the Authorization header says of a request, before it is believed."""

    def __init__(self, header):
        matched = _FORM.fullmatch(header or "")
        if matched is None:
            raise AwsError("MissingAuthenticationToken" if not header else "IncompleteSignature", "the Authorization header is missing or not of Signature Version 4", 403)
        self.key, self.day, self.region, self.service, headers, self.signature = matched.groups()
        self.headers = headers.split(";")


def verify(request, secret, now):
    """Refuses a request whose signature or time is wrong."""
    stamp = request.headers.get("x-amz-date", "")
    try:
        moment = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        raise AwsError("IncompleteSignature", f"x-amz-date is {stamp!r}", 403) from None
    if abs(moment - now) > _SKEW:
        s3 = request.scope.service == "s3"
        raise AwsError("RequestTimeTooSkewed" if s3 else "InvalidSignatureException", f"Signature expired: {stamp} is not within 5 minutes of {now:%Y%m%dT%H%M%SZ}", 403)
    for needed in ("host", "x-amz-date"):
        if needed not in request.scope.headers:
            raise AwsError("IncompleteSignature", f"{needed} is not signed", 403)
    if request.headers.get("x-amz-security-token") and "x-amz-security-token" not in request.scope.headers:
        raise AwsError("IncompleteSignature", "x-amz-security-token is not signed", 403)
    claimed = request.headers.get("x-amz-content-sha256")
    if claimed and re.fullmatch("[0-9a-f]{64}", claimed) and claimed != hashlib.sha256(request.body).hexdigest():
        raise AwsError("XAmzContentSHA256Mismatch", "x-amz-content-sha256 is not the hash of the body")
    if _compute(request, secret, stamp) != request.scope.signature:
        raise AwsError("SignatureDoesNotMatch" if request.scope.service in ("s3", "sts", "iam") else "InvalidSignatureException", "The request signature we calculated does not match the signature you provided", 403)


def _compute(request, secret, stamp):
    kind = _S3 if request.scope.service == "s3" else _Signer
    signer = kind(Credentials("key", secret), request.scope.service, request.scope.region)
    signer.signed = request.scope.headers
    made = AWSRequest(request.method, f"http://{request.headers['host']}{request.target}", headers=dict(request.headers.items()), data=request.body)
    made.context["timestamp"] = stamp
    if "x-amz-content-sha256" in request.headers:
        signer.claimed = request.headers["x-amz-content-sha256"]
    return signer.signature(signer.string_to_sign(made, signer.canonical_request(made)), made)


class _Only:
    signed = ()
    claimed = None

    def headers_to_sign(self, request):
        headers = HTTPHeaders()
        for name in self.signed:
            for value in request.headers.get_all(name) or []:
                headers[name] = value
        return headers

    def payload(self, request):
        return self.claimed or hashlib.sha256(request.data or b"").hexdigest()


class _Signer(_Only, SigV4Auth):
    pass


class _S3(_Only, S3SigV4Auth):
    pass
