"""Recorded plans on S3: one object for each plan of a pull request, written once, and the input manifests that they fix."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from datetime import datetime

from groundctl.adapters.aws.listed_objects import ListedObject
from groundctl.adapters.aws.responses import list_pages, malformed_as_parser_error
from groundctl.adapters.aws.s3 import S3Objects
from groundctl.adapters.aws.session import AwsSession, in_plain_words, parse_timestamp
from groundctl.domain.approval.recorded_plan import (
    PlanName,
    StoredPlan,
    clips_key,
    head_folder,
    key_of,
    name_of,
    seen_key,
)
from groundctl.errors import ExternalError

# Bytes of a manifest or of what S3 said of its clips: 100,000 lines of 2,600 bytes. More is neither recorded nor read.
MAX_UNPACKED = 256 * 1024**2
_GZIP = zlib.MAX_WBITS | 16
_PLAN, _CLIPS = "application/json", "application/gzip"
_FIND_OUT = "find out who wrote it: only the role that records plans may write there"


class S3RecordedPlans:
    """The recorded plans of one repository in one bucket."""

    def __init__(self, session: AwsSession, bucket: str, repository_id: int) -> None:
        self._session = session
        self._objects = S3Objects(session)
        self._bucket = bucket
        self._repository_id = repository_id

    def list(self, pull_request: int, head: str) -> tuple[StoredPlan, ...]:
        """List the recorded plans of a pull request's head commit, with the time that S3 gave each."""
        prefix = head_folder(self._repository_id, pull_request, head)
        with in_plain_words(f"listing s3://{self._bucket}/{prefix}", self._session.region):
            return tuple(self._list(prefix))

    def read(self, stored: StoredPlan) -> bytes:
        """Read a recorded plan."""
        uri = self._uri(key_of(self._repository_id, stored.name))
        content = self._objects.read(uri)
        if content is None:
            raise ExternalError(f"{uri} was listed, and cannot be found", hint="run it again")
        return content

    def write(self, name: PlanName, content: bytes) -> None:
        """Record a plan; an error if one of that name exists with other content."""
        uri = self._uri(key_of(self._repository_id, name))
        if not self._objects.put_if_absent(uri, content, _PLAN) and self._objects.read(uri) != content:
            raise ExternalError(f"{uri} exists with other content", hint=_FIND_OUT)

    def read_clips(self, digest: str) -> bytes | None:
        """Read an input manifest that a recorded plan names by its SHA-256; None if there is none."""
        return self._read_packed(clips_key(self._repository_id, digest), digest)

    def write_clips(self, digest: str, manifest: bytes) -> None:
        """Keep an input manifest by its SHA-256, once."""
        self._write_packed(clips_key(self._repository_id, digest), manifest)

    def read_seen(self, digest: str) -> bytes | None:
        """Read what S3 said of clips, which a recorded plan names by its SHA-256; None if there is none."""
        return self._read_packed(seen_key(self._repository_id, digest), digest)

    def write_seen(self, digest: str, content: bytes) -> None:
        """Keep what S3 said of clips by its SHA-256, once."""
        self._write_packed(seen_key(self._repository_id, digest), content)

    def _read_packed(self, key: str, digest: str) -> bytes | None:
        uri = self._uri(key)
        packed = self._objects.read(uri)
        if packed is None:
            return None
        content = _unpacked(packed, uri)
        if hashlib.sha256(content).hexdigest() != digest:
            raise ExternalError(f"{uri} has content that does not match its key", hint=_FIND_OUT)
        return content

    def _write_packed(self, key: str, content: bytes) -> None:
        uri = self._uri(key)
        if len(content) > MAX_UNPACKED:
            message = f"{uri} would hold {len(content):,} bytes; at most {MAX_UNPACKED:,} are recorded"
            raise ExternalError(message, hint="remove long values from the lines of the manifest, or split the job")
        # Without a time in it, the same content is the same object.
        self._objects.put_if_absent(uri, gzip.compress(content, mtime=0), _CLIPS)

    def _list(self, prefix: str) -> Iterator[StoredPlan]:
        for page in list_pages(self._session.s3(), self._bucket, prefix):
            for each in page.objects:
                name = name_of(each.key)
                if name is not None:
                    yield StoredPlan(name=name, written_at=_time_of(each))

    def _uri(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"


def _unpacked(packed: bytes, uri: str) -> bytes:
    """Decompress one gzip stream, no further than what is ever recorded: few bytes can expand to any number."""
    stream = zlib.decompressobj(wbits=_GZIP)
    try:
        content = stream.decompress(packed, MAX_UNPACKED + 1)
    except zlib.error as error:
        raise ExternalError(f"{uri} is malformed: {error}", hint=_FIND_OUT) from error
    if len(content) > MAX_UNPACKED:
        raise ExternalError(f"{uri} is malformed: it expands to over {MAX_UNPACKED:,} bytes", hint=_FIND_OUT)
    if not stream.eof or stream.unused_data:
        raise ExternalError(f"{uri} is malformed: it is not exactly one gzip stream", hint=_FIND_OUT)
    return content


def _time_of(listed: ListedObject) -> datetime:
    with malformed_as_parser_error():
        return parse_timestamp(listed.modified)
