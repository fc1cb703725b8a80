"""Objects: log files of the capture below the trails' buckets, and what is written while the fake runs, in memory."""

import hashlib
import threading
from datetime import datetime, timezone

from .errors import AwsError


class Buckets:
    """Every bucket that is known: those of the trails, those of the options, and those that somebody wrote to."""

    def __init__(self, estate, names):
        self._lock = threading.Lock()
        self._written = {name: {} for name in names}
        self._files = {}
        for row in estate.items("cloudtrail/trails"):
            prefix = row["Trail"].get("S3KeyPrefix")
            self._read(row["Trail"]["S3BucketName"], f"{prefix}/" if prefix else "", estate.folder / "cloudtrail")

    def _read(self, bucket, prefix, folder):
        files = self._files.setdefault(bucket, {})
        for file in sorted((folder / "AWSLogs").rglob("*")) if (folder / "AWSLogs").is_dir() else []:
            if file.is_file():
                files[prefix + file.relative_to(folder).as_posix()] = file

    def keys(self, bucket):
        """Every key of a bucket, sorted as S3 does: by its bytes."""
        with self._lock:
            if bucket not in self._files and bucket not in self._written:
                raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404)
            return sorted({*self._files.get(bucket, ()), *self._written.get(bucket, ())}, key=str.encode)

    def get(self, bucket, key):
        """The bytes of an object, when it was written, and its content type."""
        self.keys(bucket)
        with self._lock:
            if key in self._written.get(bucket, ()):
                return self._written[bucket][key]
        file = self._files.get(bucket, {}).get(key)
        if file is None:
            raise AwsError("NoSuchKey", "The specified key does not exist.", 404, {"Key": key})
        return file.read_bytes(), datetime.fromtimestamp(int(file.stat().st_mtime), timezone.utc), "application/json"

    def put(self, bucket, key, data, kind="binary/octet-stream"):
        """Writes an object into a bucket that is there."""
        self.keys(bucket)
        with self._lock:
            self._written.setdefault(bucket, {})[key] = (data, datetime.now(timezone.utc).replace(microsecond=0), kind)

    def delete(self, bucket, key):
        """Takes away an object that was written."""
        self.keys(bucket)
        with self._lock:
            self._written.get(bucket, {}).pop(key, None)

    def size(self, bucket, key):
        """How many bytes an object has."""
        file = self._files.get(bucket, {}).get(key)
        return len(self._written[bucket][key][0]) if key in self._written.get(bucket, ()) else file.stat().st_size


def etag(data):
    """An object's ETag."""
    return f'"{hashlib.md5(data).hexdigest()}"'
