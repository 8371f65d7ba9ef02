"""Recorded plans on S3: one object for each plan of a pull request, written once, and the input manifests that they fix."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from datetime import datetime

from groundctl.adapters.aws.responses import expect, list_pages
from groundctl.adapters.aws.s3 import S3Objects
from groundctl.adapters.aws.session import AwsSession, in_plain_words
from groundctl.domain.approval.recorded_plan import PlanName, StoredPlan, clips_key, head_folder, key_of, name_of
from groundctl.errors import ExternalError

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
        uri = self._uri(clips_key(self._repository_id, digest))
        packed = self._objects.read(uri)
        if packed is None:
            return None
        try:
            manifest = gzip.decompress(packed)
        except (OSError, EOFError, zlib.error) as error:
            raise ExternalError(f"{uri} is malformed: {error}", hint=_FIND_OUT) from error
        if hashlib.sha256(manifest).hexdigest() != digest:
            raise ExternalError(f"{uri} has content that does not match its key", hint=_FIND_OUT)
        return manifest

    def write_clips(self, digest: str, manifest: bytes) -> None:
        """Keep an input manifest by its SHA-256, once."""
        # Without a time in it, the same manifest is the same object.
        packed = gzip.compress(manifest, mtime=0)
        self._objects.put_if_absent(self._uri(clips_key(self._repository_id, digest)), packed, _CLIPS)

    def _list(self, prefix: str) -> Iterator[StoredPlan]:
        for page in list_pages(self._session.s3(), self._bucket, prefix):
            for entry in page.get("Contents", ()):
                expect(entry, "Key", "LastModified")
                name, written_at = name_of(entry["Key"]), entry["LastModified"]
                if name is not None and isinstance(written_at, datetime):
                    yield StoredPlan(name=name, written_at=written_at)

    def _uri(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"
