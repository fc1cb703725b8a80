"""Amazon S3, as much of it as results and log files need."""

import base64

from ..buckets import etag
from ..errors import AwsError
from .registry import answers


def _check_owner(call):
    owner = call.parameters.get("ExpectedBucketOwner")
    if owner is not None and owner != call.estate.hub:
        raise AwsError("AccessDenied", "Access Denied", 403)


def _object(call):
    _check_owner(call)
    data, modified, kind = call.fake.buckets.get(call.parameters["Bucket"], call.parameters["Key"])
    return data, {"LastModified": modified, "ETag": etag(data), "ContentType": kind, "ContentLength": len(data)}


@answers("s3", "GetObject")
def get_object(call):
    data, described = _object(call)
    given = call.parameters.get("Range")
    if given:
        low, _, high = given.removeprefix("bytes=").partition("-")
        last = min(int(high), len(data) - 1) if high else len(data) - 1
        described |= {"ContentRange": f"bytes {low}-{last}/{len(data)}", "ContentLength": last - int(low) + 1}
        data = data[int(low) : last + 1]
    return {**described, "Body": data}


@answers("s3", "HeadObject")
def head_object(call):
    return _object(call)[1]


@answers("s3", "HeadBucket")
def head_bucket(call):
    _check_owner(call)
    call.fake.buckets.keys(call.parameters["Bucket"])
    return {"BucketRegion": call.fake.options["home_region"]}


@answers("s3", "GetBucketLocation")
def get_bucket_location(call):
    call.fake.buckets.keys(call.parameters["Bucket"])
    return {"LocationConstraint": call.fake.options["home_region"]}


@answers("s3", "PutObject")
def put_object(call):
    _check_owner(call)
    body = _plain(call)
    bucket, key = call.parameters["Bucket"], call.parameters["Key"]
    exists = key in call.fake.buckets.keys(bucket)
    if call.parameters.get("IfNoneMatch") == "*" and exists:
        raise AwsError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412)
    if call.parameters.get("IfMatch") and (not exists or etag(call.fake.buckets.get(bucket, key)[0]) != call.parameters["IfMatch"]):
        raise AwsError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412)
    call.fake.buckets.put(bucket, key, body, call.parameters.get("ContentType", "binary/octet-stream"))
    return {"ETag": etag(body)}


def _plain(call):
    """The body without the chunks of `aws-chunked`."""
    body = call.request.body
    if "aws-chunked" not in call.request.headers.get("content-encoding", ""):
        return body
    made, position = [], 0
    while True:
        end = body.index(b"\r\n", position)
        size = int(body[position:end].split(b";")[0], 16)
        if size == 0:
            return b"".join(made)
        made.append(body[end + 2 : end + 2 + size])
        position = end + 4 + size


@answers("s3", "DeleteObject")
def delete_object(call):
    call.fake.buckets.delete(call.parameters["Bucket"], call.parameters["Key"])
    return {}


@answers("s3", "ListObjectsV2")
def list_objects(call):
    _check_owner(call)
    bucket, prefix, delimiter = call.parameters["Bucket"], call.parameters.get("Prefix", ""), call.parameters.get("Delimiter")
    after = _position(call)
    size = min(call.parameters.get("MaxKeys", 1000), call.fake.options["page_size"])
    contents, prefixes, last = [], [], None
    for key in call.fake.buckets.keys(bucket):
        if not key.startswith(prefix) or key <= after or after and delimiter and after.endswith(delimiter) and key.startswith(after):
            continue
        common = _common(key, prefix, delimiter)
        if common in prefixes:
            continue
        if len(contents) + len(prefixes) == size:
            answer = _listing(call, contents, prefixes) | {"IsTruncated": True}
            return answer | {"NextContinuationToken": base64.urlsafe_b64encode(last.encode()).decode()}
        if common:
            prefixes.append(common)
        else:
            data, modified, _ = call.fake.buckets.get(bucket, key)
            contents.append({"Key": key, "LastModified": modified, "ETag": etag(data), "Size": len(data), "StorageClass": "STANDARD"})
        last = common or key
    return _listing(call, contents, prefixes) | {"IsTruncated": False}


def _position(call):
    token = call.parameters.get("ContinuationToken")
    if token is None:
        return call.parameters.get("StartAfter", "")
    try:
        return base64.urlsafe_b64decode(token).decode()
    except ValueError:
        raise AwsError("InvalidArgument", "The continuation token provided is incorrect") from None


def _common(key, prefix, delimiter):
    if not delimiter or delimiter not in key[len(prefix) :]:
        return None
    return prefix + key[len(prefix) :].split(delimiter)[0] + delimiter


def _listing(call, contents, prefixes):
    made = {"Name": call.parameters["Bucket"], "Prefix": call.parameters.get("Prefix", ""), "KeyCount": len(contents) + len(prefixes), "MaxKeys": call.parameters.get("MaxKeys", 1000), "Contents": contents}
    return made | ({"CommonPrefixes": [{"Prefix": prefix} for prefix in prefixes]} if prefixes else {}) | ({"Delimiter": call.parameters["Delimiter"]} if "Delimiter" in call.parameters else {})
