"""Fakes of S3 and of the reader of videos; they pass the same contract tests as the adapters."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from groundctl.domain.aws.s3_address import as_s3
from groundctl.domain.clips.inspection.containers import Container, PartialFile
from groundctl.domain.clips.inspection.object_facts import Absence, HeadAnswer, ObjectFacts, Unavailable
from groundctl.domain.clips.inspection.video_facts import NotAVideo, NotRead, Streams
from groundctl.domain.clips.stored_object import StoredObject
from groundctl.domain.declarations.sources import CLIP_ENDINGS
from groundctl.errors import RefusedByAws

# A second of video, 64 by 64 pixels: plans look into clips.
A_CLIP = Path(__file__).with_name("clip.mp4").read_bytes()
A_GOOD_VIDEO = Streams(codec="h264", pixel_format="yuv420p", width=64, height=64, seconds=Decimal(12))


class FakeObjects:
    """S3 in a dictionary; `listed` are objects that a listing shows otherwise than as they are.

    Unless all_clips_exist is False, a clip that is asked about by name is there: most tests declare clips of no matter.
    """

    def __init__(
        self,
        objects: Mapping[str, bytes] | None = None,
        listed: Iterable[StoredObject] = (),
        *,
        all_clips_exist: bool = True,
    ) -> None:
        self.objects = dict(objects or {})
        self.all_clips_exist = all_clips_exist
        self.listed = {each.uri: each for each in listed}
        self.types: dict[str, str] = {}

    def list_objects(self, prefix: str) -> Iterator[StoredObject]:
        for uri in sorted({*self.objects, *self.listed}):
            if uri.startswith(prefix):
                yield self.listed.get(uri) or _as_listed(uri, self.objects[uri])

    def list_keys(self, prefix: str) -> Iterator[str]:
        return (each.uri for each in self.list_objects(prefix))

    def read(self, uri: str) -> bytes | None:
        return self.objects.get(_address(uri))

    def read_lines(self, uri: str) -> Iterator[bytes] | None:
        content = self.objects.get(_address(uri))
        return None if content is None else iter(io.BytesIO(content))

    def head(self, uri: str) -> HeadAnswer:
        if uri in self.listed:
            return _as_asked(self.listed[uri])
        if uri not in self.objects:
            is_there = self.all_clips_exist and uri.endswith(CLIP_ENDINGS)
            return _as_asked(_as_listed(uri, A_CLIP)) if is_there else Unavailable(why=Absence.MISSING)
        return _as_asked(_as_listed(uri, self.objects[uri]), self.types.get(uri, ""))

    def read_range(self, uri: str, start: int, length: int) -> bytes:
        there = A_CLIP if self.all_clips_exist and uri.endswith(CLIP_ENDINGS) else b""
        return self.objects.get(_address(uri), there)[start : start + length]

    def put(self, uri: str, content: bytes, media_type: str) -> None:
        self.objects[uri] = content
        self.types[uri] = media_type

    def put_if_absent(self, uri: str, content: bytes, media_type: str) -> bool:
        if uri in self.objects:
            return False
        self.put(uri, content, media_type)
        return True


def _as_asked(listed: StoredObject, media_type: str = "") -> ObjectFacts:
    modified = f"{listed.modified[:19]}Z"
    return ObjectFacts(
        uri=listed.uri,
        size=listed.size,
        modified=modified,
        storage_class=listed.storage_class,
        content_type=media_type,
        etag=listed.etag,
        version=listed.version,
    )


class FakeClipReader:
    """A reader that finds the same video in every file that is laid out like one."""

    def __init__(self, streams: Streams | NotAVideo | NotRead = A_GOOD_VIDEO) -> None:
        self.streams = streams
        self.asked: list[PartialFile] = []

    def read_streams(self, files: Sequence[tuple[Container, PartialFile]]) -> Sequence[Streams | NotAVideo | NotRead]:
        self.asked += [file for _, file in files]
        return [self.streams] * len(files)


def _address(uri: str) -> str:
    address = as_s3(uri)
    if not address.startswith("s3://") or address.startswith("s3:///"):
        raise RefusedByAws(f"{uri} is no address on S3", hint="correct it")
    return address


def _as_listed(uri: str, content: bytes) -> StoredObject:
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return StoredObject(uri, len(content), "2026-11-02T09:00:00.000Z", etag=f'"{digest}"')
