"""Finds what is wrong with the clips of a job, from what S3 says of them and from what is inside a sample of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from statistics import mean, median
from typing import TypeVar

from groundctl.domain.clips.input_manifest import FrozenInput
from groundctl.domain.clips.inspection.containers import Container
from groundctl.domain.clips.inspection.object_facts import (
    ARCHIVED_CLASSES,
    Absence,
    HeadAnswer,
    ObjectFacts,
    Unavailable,
)
from groundctl.domain.clips.inspection.video_facts import Content, NotAVideo, NotRead, Streams, VideoFacts
from groundctl.domain.clips.stored_object import StoredObject

# For so many clips of a plan, and so many of each job, S3 is asked about each; beyond it, about a sample.
MAX_ASKED = 1_000
# So many clips of each job, and of a plan, are looked into.
MAX_LOOKED_INTO = 20
MAX_LOOKED_INTO_IN_A_PLAN = 200

# The smallest video has an index of some hundred bytes, and a picture.
SMALLEST = 500
# A browser that must fetch so much is slow for every worker.
MAX_BYTES = 2_000_000_000
MAX_PIXELS = 3840 * 2160
_SHORTEST = Decimal("0.1")

_PLAYED = frozenset({"h264", "vp8", "vp9", "av1"})
# The formats of pictures in H.264 that every browser plays: others are for studios.
_PLAYED_H264 = frozenset({"", "yuv420p", "yuvj420p"})
# With these types, which S3 gives where the uploader has named none, browsers look at the content.
_ANY_TYPE = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_VIDEO_TYPES = ("video/", "audio/ogg", "application/ogg", "application/mp4")
_CODINGS = frozenset({"", "identity", "aws-chunked"})

Key = TypeVar("Key")


class Fault(StrEnum):
    """What is wrong with a clip, or doubtful."""

    MISSING = "missing"
    DENIED = "denied"
    OTHER_REGION = "other region"
    CUSTOMER_KEY = "customer key"
    EMPTY = "empty"
    ARCHIVED = "archived"
    RESTORING = "restoring"
    RESTORED = "restored"
    TINY = "tiny"
    HUGE = "huge"
    CONTENT_TYPE = "content type"
    CONTENT_CODING = "content coding"
    NO_VIDEO = "no video"
    CUT_OFF = "cut off"
    SOUND_ONLY = "sound only"
    NO_TRACK = "no track"
    CODEC = "codec"
    HEVC = "hevc"
    PIXELS = "pixels"
    MATROSKA = "matroska"
    OTHER_CONTAINER = "other container"
    NO_DURATION = "no duration"
    NO_LENGTH = "no length"
    TOO_LONG = "too long"
    INDEX_LAST = "index last"
    TOO_MANY_PIXELS = "too many pixels"
    NOT_READ = "not read"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipsSeen:
    """What was seen of clips, by URI: S3's answers about objects, and what is inside those of a sample."""

    heads: Mapping[str, HeadAnswer] = field(default_factory=dict)
    contents: Mapping[str, Content] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """How long the clips are that were looked into, in seconds."""

    number: int
    average: Decimal
    middle: Decimal
    shortest: Decimal
    longest: Decimal


# --- what to look at ------------------------------------------------------------------------------------------------------


def sample_of(uris: Iterable[str], number: int) -> tuple[str, ...]:
    """Choose clips by their hashes, so that every run looks at the same ones, whatever lies beside them."""
    ranked = sorted(uris, key=lambda uri: hashlib.sha256(uri.encode("utf-8", "surrogatepass")).digest())
    return tuple(ranked[:number])


def fair_shares(wanted: Mapping[Key, int], most: int) -> dict[Key, int]:
    """Divide a number among jobs: each gets what it wants, or as much as the others that do not."""
    shares: dict[Key, int] = {}
    left = most
    for number, key in enumerate(sorted(wanted, key=lambda each: wanted[each])):
        shares[key] = min(wanted[key], left // (len(wanted) - number))
        left -= shares[key]
    return shares


# --- what is wrong --------------------------------------------------------------------------------------------------------


# For each kind of fault and its detail, the clips that have it.
ClipFaults = Mapping[tuple[Fault, str], Sequence[str]]


def faults_in(clips: FrozenInput, seen: ClipsSeen, *, most_seconds: int | None) -> ClipFaults:
    """Find the faults of clips: for each kind and its detail, the clips that have it, in order.

    most_seconds is the time that a worker has for a clip.
    """
    found: dict[tuple[Fault, str], list[str]] = {}
    listed = {each.uri: each for each in clips.listed}
    for uri in clips.asked:
        for fault, detail in _faults_of(uri, listed.get(uri), seen, most_seconds):
            found.setdefault((fault, detail), []).append(uri)
    order = {fault: number for number, fault in enumerate(Fault)}
    return dict(sorted(found.items(), key=lambda each: (order[each[0][0]], each[0][1])))


Faults = Iterator[tuple[Fault, str]]


def _faults_of(uri: str, listed: StoredObject | None, seen: ClipsSeen, most_seconds: int | None) -> Faults:
    head, content = seen.heads.get(uri), seen.contents.get(uri)
    match head:
        case Unavailable(why=why, detail=detail):
            yield _ABSENT[why], detail
            return
        case ObjectFacts():
            yield from _faults_of_object(head)
            size = head.size
        case None if listed is not None:
            if listed.storage_class in ARCHIVED_CLASSES:
                yield Fault.ARCHIVED, listed.storage_class
            size = listed.size
        case None:
            return
    if size == 0:
        yield Fault.EMPTY, ""
    elif size < SMALLEST and content is None:
        yield Fault.TINY, ""
    elif size > MAX_BYTES:
        yield Fault.HUGE, ""
    if content is not None and size:
        yield from _faults_of_content(uri, content, most_seconds)


_ABSENT = {
    Absence.MISSING: Fault.MISSING,
    Absence.DENIED: Fault.DENIED,
    Absence.OTHER_REGION: Fault.OTHER_REGION,
    Absence.CUSTOMER_KEY: Fault.CUSTOMER_KEY,
}


def _faults_of_object(head: ObjectFacts) -> Faults:
    if archive := head.archived_as:
        if head.is_restored:
            yield Fault.RESTORED, archive
        else:
            yield (Fault.RESTORING if head.is_being_restored else Fault.ARCHIVED), archive
    kind = head.content_type.partition(";")[0].strip().lower()
    if kind not in _ANY_TYPE and not kind.startswith(_VIDEO_TYPES):
        yield Fault.CONTENT_TYPE, kind
    if head.content_encoding.strip().lower() not in _CODINGS:
        yield Fault.CONTENT_CODING, head.content_encoding


def can_be_read(head: HeadAnswer | None) -> bool:
    """Return whether an object has bytes that can be read now."""
    return isinstance(head, ObjectFacts) and head.size > 0 and (not head.archived_as or head.is_restored)


def _faults_of_content(uri: str, content: Content, most_seconds: int | None) -> Faults:
    match content:
        case NotRead(why=why):
            yield Fault.NOT_READ, why
        case NotAVideo(why=why):
            yield Fault.NO_VIDEO, why
        case VideoFacts():
            yield from _faults_of_video(uri, content, most_seconds)


def _faults_of_video(uri: str, video: VideoFacts, most_seconds: int | None) -> Faults:
    streams = video.streams
    if video.is_cut_off:
        yield Fault.CUT_OFF, ""
    if not streams.codec:
        yield (Fault.SOUND_ONLY if streams.has_sound else Fault.NO_TRACK), ""
        return
    if streams.codec == "hevc":
        yield Fault.HEVC, ""
    elif streams.codec not in _PLAYED:
        yield Fault.CODEC, streams.codec
    elif streams.codec == "h264" and streams.pixel_format not in _PLAYED_H264:
        yield Fault.PIXELS, streams.pixel_format
    if video.container is Container.MATROSKA:
        yield Fault.MATROSKA, ""
    elif (video.container is Container.WEBM) is not uri.lower().endswith(".webm"):
        yield Fault.OTHER_CONTAINER, str(video.container)
    if video.index_is_last:
        yield Fault.INDEX_LAST, ""
    yield from _faults_of_measures(streams, video.container, most_seconds)


def _faults_of_measures(streams: Streams, container: Container, most_seconds: int | None) -> Faults:
    if streams.width * streams.height > MAX_PIXELS:
        yield Fault.TOO_MANY_PIXELS, f"{streams.width} x {streams.height}"
    if streams.seconds is None:
        # A browser finds it out for an mp4 in fragments, and not for a recording in WebM.
        if container is not Container.MP4:
            yield Fault.NO_DURATION, ""
    elif streams.seconds < _SHORTEST:
        yield Fault.NO_LENGTH, ""
    elif most_seconds is not None and streams.seconds > most_seconds:
        yield Fault.TOO_LONG, ""


def durations_of(uris: Iterable[str], seen: ClipsSeen) -> Durations | None:
    """Measure the clips that were looked into; None if no duration is known."""
    contents = (seen.contents.get(uri) for uri in uris)
    seconds = [
        each.streams.seconds
        for each in contents
        if isinstance(each, VideoFacts) and each.streams.codec and each.streams.seconds
    ]
    if not seconds:
        return None
    return Durations(
        number=len(seconds),
        average=mean(seconds).quantize(Decimal("0.1")),
        middle=median(seconds),
        shortest=min(seconds),
        longest=max(seconds),
    )
