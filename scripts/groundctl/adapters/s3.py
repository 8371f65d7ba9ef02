"""The door to objects on S3."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import cached_property
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, cast

from botocore import exceptions as aws

from groundctl.adapters.aws_session import AwsSession, in_plain_words

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from types_boto3_s3.client import S3Client

_READ_AHEAD = 1 << 18  # bytes


class S3Objects:
    """Objects by their s3:// URI."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @cached_property
    def _client(self) -> S3Client:
        return self._session.s3()

    def list_keys(self, prefix: str) -> Iterator[str]:
        """Yield the URI of every object under a prefix, in S3's order."""
        bucket, key = _split(prefix)
        with in_plain_words(f"listing {prefix}", self._session.region):
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key):
                yield from (f"s3://{bucket}/{entry['Key']}" for entry in page.get("Contents", ()))

    def read(self, uri: str) -> bytes | None:
        """Read an object; None if there is none."""
        with self._reading(uri):
            body = self._get(uri)
            return None if body is None else body.read()

    def read_lines(self, uri: str) -> Iterator[bytes] | None:
        """Read an object line by line, each with its end and little of it in memory; None if there is none."""
        with self._reading(uri):
            body = self._get(uri)
        return None if body is None else self._lines(uri, body)

    def put_if_absent(self, uri: str, content: bytes, media_type: str) -> bool:
        """Write an object unless there is one; say whether it was written."""
        bucket, key = _split(uri)
        with in_plain_words(f"writing {uri}", self._session.region):
            try:
                self._client.put_object(Bucket=bucket, Key=key, Body=content, ContentType=media_type, IfNoneMatch="*")
            except aws.ClientError as error:
                # 412: there is one. 409: somebody is writing it now, and the same name means the same content.
                if error.response["Error"].get("Code") in {"PreconditionFailed", "ConditionalRequestConflict"}:
                    return False
                raise
            return True

    def put(self, uri: str, content: bytes, media_type: str) -> None:
        """Write an object, over an older one if need be."""
        bucket, key = _split(uri)
        with in_plain_words(f"writing {uri}", self._session.region):
            self._client.put_object(Bucket=bucket, Key=key, Body=content, ContentType=media_type)

    def _reading(self, uri: str) -> AbstractContextManager[None]:
        return in_plain_words(f"reading {uri}", self._session.region)

    def _get(self, uri: str) -> StreamingBody | None:
        bucket, key = _split(uri)
        try:
            return self._client.get_object(Bucket=bucket, Key=key)["Body"]
        except aws.ClientError as error:
            if error.response["Error"].get("Code") in {"NoSuchKey", "404"}:
                return None
            raise

    def _lines(self, uri: str, body: StreamingBody) -> Iterator[bytes]:
        # The body has an iter_lines of its own: it takes a carriage return for the end of a line.
        with self._reading(uri), BufferedReader(cast(RawIOBase, body), _READ_AHEAD) as lines:
            yield from lines


def _split(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key
