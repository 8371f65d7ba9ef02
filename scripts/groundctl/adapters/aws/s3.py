"""Reads, writes, and lists objects on S3."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, cast

from botocore import exceptions as aws

from groundctl.adapters.aws.object_reads import ask_about, get_range
from groundctl.adapters.aws.responses import error_code, get_object, list_pages, put_object
from groundctl.adapters.aws.session import AwsSession, in_plain_words
from groundctl.domain.aws.s3_address import as_s3
from groundctl.domain.clips.inspection.object_facts import HeadAnswer
from groundctl.domain.clips.stored_object import StoredObject
from groundctl.errors import ExternalError, RefusedByAws

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from types_boto3_s3.client import S3Client

_READ_AHEAD = 1 << 18  # bytes
# Another client is writing or deleting the object at this moment, so it may or may not exist.
_CONFLICTS = {"ConditionalRequestConflict", "OperationAborted"}
_CONFLICT_PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6)  # seconds


class S3Objects:
    """Objects by their s3:// URI."""

    def __init__(self, session: AwsSession, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._session = session
        self._sleep = sleep

    @property
    def _client(self) -> S3Client:
        return self._session.s3()

    def list_objects(self, prefix: str) -> Iterator[StoredObject]:
        """Yield every object under a prefix, in S3's order."""
        bucket, key = _split(prefix)
        with in_plain_words(f"listing {prefix}", self._session.region):
            for page in list_pages(self._client, bucket, key):
                for key, size, modified, storage_class, etag in page.objects:
                    yield StoredObject(f"s3://{bucket}/{key}", size, modified, storage_class, etag)

    def list_keys(self, prefix: str) -> Iterator[str]:
        """Yield the URI of every object under a prefix, in S3's order."""
        return (each.uri for each in self.list_objects(prefix))

    def read(self, uri: str) -> bytes | None:
        """Read an object; None if there is none."""
        with self._reading(uri):
            body = self._get(uri)
            return None if body is None else body.read()

    def read_lines(self, uri: str) -> Iterator[bytes] | None:
        """Read an object line by line, with line endings and constant memory; None if there is none."""
        with self._reading(uri):
            body = self._get(uri)
        return None if body is None else self._lines(uri, body)

    def head(self, uri: str) -> HeadAnswer:
        """Ask for what S3 knows of an object, or why it does not show it."""
        bucket, key = _split(uri)
        with in_plain_words(f"asking about {uri}", self._session.region):
            return ask_about(self._client, bucket, key, region=self._session.region)

    def read_range(self, uri: str, start: int, length: int) -> bytes:
        """Read some bytes of an object from a position on, fewer at its end; nothing if there is none."""
        bucket, key = _split(uri)
        with self._reading(uri):
            return get_range(self._client, bucket, key, start, length)

    def put_if_absent(self, uri: str, content: bytes, media_type: str) -> bool:
        """Write an object unless one exists; return whether it was written."""
        bucket, key = _split(uri)
        pauses = iter(_CONFLICT_PAUSES)
        with in_plain_words(f"writing {uri}", self._session.region):
            while True:
                try:
                    is_sure = put_object(
                        self._client, Bucket=bucket, Key=key, Body=content, ContentType=media_type, IfNoneMatch="*"
                    )
                except aws.ClientError as error:
                    code = error_code(error)
                    if code == "PreconditionFailed":
                        return False
                    pause = next(pauses, None)
                    if code not in _CONFLICTS or pause is None:
                        raise
                    self._sleep(pause)
                else:
                    return is_sure or self._was_written(uri, content)

    def put(self, uri: str, content: bytes, media_type: str) -> None:
        """Write an object, and overwrite an existing one."""
        bucket, key = _split(uri)
        with in_plain_words(f"writing {uri}", self._session.region):
            is_sure = put_object(self._client, Bucket=bucket, Key=key, Body=content, ContentType=media_type)
        if not is_sure and not self._was_written(uri, content):
            raise _not_written(uri)

    def _was_written(self, uri: str, content: bytes) -> bool:
        """Read back an object after a response that does not show whether it was written."""
        found = self.read(uri)
        if found is None:
            raise _not_written(uri)
        return found == content

    def _reading(self, uri: str) -> AbstractContextManager[None]:
        return in_plain_words(f"reading {uri}", self._session.region)

    def _get(self, uri: str) -> StreamingBody | None:
        bucket, key = _split(uri)
        try:
            return get_object(self._client, bucket, key)
        except aws.ClientError as error:
            if error_code(error) in {"NoSuchKey", "404"}:
                return None
            raise

    def _lines(self, uri: str, body: StreamingBody) -> Iterator[bytes]:
        # Not the body's own iter_lines: it also ends lines at a carriage return.
        with self._reading(uri), BufferedReader(cast(RawIOBase, body), _READ_AHEAD) as lines:
            yield from lines


def _not_written(uri: str) -> ExternalError:
    hint = "is there a proxy in between, or is AWS_ENDPOINT_URL something else than AWS? If not, run it again"
    return ExternalError(
        f"what came back while writing {uri} is no answer of AWS, and the object is not there", hint=hint
    )


def _split(uri: str) -> tuple[str, str]:
    address = as_s3(uri)
    bucket, _, key = address.removeprefix("s3://").partition("/")
    if not address.startswith("s3://") or not bucket:
        hint = "an address on S3 is s3://BUCKET/KEY, or an https address of S3's"
        raise RefusedByAws(f"{uri} is no address on S3, so nothing can be read there", hint=hint)
    return bucket, key
