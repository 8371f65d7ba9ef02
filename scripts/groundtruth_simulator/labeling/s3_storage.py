"""The service's access to moto's S3: it reads with the job's role and writes with SSE-KMS."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import ServiceException
from moto.s3.models import s3_backends
from werkzeug.exceptions import HTTPException

from groundtruth_simulator.settings import Settings
from groundtruth_simulator.validation.references import key_fault

ARCHIVED = {"GLACIER", "DEEP_ARCHIVE"}
PAYER = "_request_payer"  # in a moto bucket's __dict__
S3_ERRORS = (ServiceException, HTTPException, KeyError)


class AccessError(Exception):
    """S3 refused to read or write an object; the text names it."""


@dataclass(frozen=True, slots=True)
class Storage:
    """Reads and writes S3 objects of one account for one Region."""

    account: str
    region: str
    partition: str

    def read(self, uri: str) -> bytes:
        """Return an object's content; raise AccessError if it is missing or in another Region."""
        bucket_name, key = split_uri(uri)
        self.bucket(bucket_name)
        s3_object = self._backend.get_object(bucket_name, key)
        if s3_object is None:
            raise AccessError(f"The object {uri} does not exist.")
        if _is_archived(s3_object):
            raise AccessError(f"The object {uri} is archived in the storage class {s3_object.storage_class}.")
        return bytes(s3_object.value)

    def write(self, uri: str, content: bytes, kms_key: str | None) -> None:
        """Write an object with SSE-KMS, under the AWS-managed key if none is given."""
        bucket_name, key = split_uri(uri)
        bucket = self.bucket(bucket_name)
        if _refuses_kms(bucket.policy):
            raise AccessError(f"Access denied: the policy of bucket {bucket_name} refuses objects with SSE-KMS.")
        managed = f"arn:{self.partition}:kms:{self.region}:{self.account}:alias/aws/s3"
        self._backend.put_object(bucket_name, key, content, encryption="aws:kms", kms_key_id=kms_key or managed)

    def check_key(self, kms_key: str | None) -> None:
        """Raise AccessError if a key cannot encrypt objects now."""
        if fault := key_fault(self.account, self.region, kms_key) if kms_key else None:
            raise AccessError(fault)

    def bucket(self, name: str) -> Any:
        """Return a bucket of this Region; raise AccessError for any other."""
        try:
            bucket = self._backend.get_bucket(name)
        except S3_ERRORS as error:
            raise AccessError(f"The bucket {name} does not exist or can not be accessed.") from error
        if bucket.region_name != self.region:
            raise AccessError(f"The bucket {name} is in {bucket.region_name}, and the labeling job in {self.region}.")
        return bucket

    def can_show(self, uri: str, settings: Settings) -> bool:
        """Return whether a worker's browser can load a clip and has something to play."""
        bucket_name, key = split_uri(uri)
        try:
            bucket = self.bucket(bucket_name)
        except AccessError:
            return False
        if payer_of(bucket) == "Requester" or (settings.check_cors and not _lets_browsers_read(bucket)):
            return False
        clip = self._backend.get_object(bucket_name, key)
        if clip is None or clip.size == 0 or _is_archived(clip):
            return False
        return not (settings.check_references and self._key_fault(clip))

    def _key_fault(self, s3_object: Any) -> str | None:
        key = s3_object.kms_key_id
        return key_fault(self.account, self.region, key) if s3_object.encryption == "aws:kms" and key else None

    @property
    def _backend(self) -> Any:
        return s3_backends[self.account][self.partition]


def _is_archived(clip: Any) -> bool:
    """Return whether S3 would answer InvalidObjectState: an archived object without a restored copy."""
    return clip.storage_class in ARCHIVED and (clip._expiry is None or clip.status == "IN_PROGRESS")


def _lets_browsers_read(bucket: Any) -> bool:
    """Return whether pages of any origin may load objects; a worker page's own origin is not compared (simplified)."""
    return any("GET" in _as_list(rule.allowed_methods) for rule in bucket.cors)


def payer_of(bucket: Any) -> str:
    """Return who pays for requests to a bucket."""
    payer: str = bucket.__dict__.get(PAYER, "BucketOwner")
    return payer


def split_uri(uri: str) -> tuple[str, str]:
    """Split an S3 URI, or an HTTPS URI as the service's patterns allow, into bucket and key."""
    _, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    return bucket, key


def _refuses_kms(policy: bytes | None) -> bool:
    """Return whether a bucket policy requires AES256, which the service never uses."""
    statements = json.loads(policy).get("Statement", []) if policy else []
    return any(_requires_aes256(statement) for statement in _as_list(statements))


def _requires_aes256(statement: dict[str, Any]) -> bool:
    conditions = statement.get("Condition", {})
    required = {
        value
        for operator in ("StringNotEquals", "StringNotEqualsIfExists")
        for key, values in conditions.get(operator, {}).items()
        if key.lower() == "s3:x-amz-server-side-encryption"
        for value in _as_list(values)
    }
    return statement.get("Effect") == "Deny" and required == {"AES256"}


def _as_list(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]
