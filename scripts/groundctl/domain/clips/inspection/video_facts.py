"""What is inside a clip, as its first bytes and its index say."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from groundctl.domain.clips.inspection.containers import Container


@dataclass(frozen=True, slots=True, kw_only=True)
class Streams:
    """The streams of a file: the first one with moving pictures, and whether there is sound. codec is empty without pictures.

    pixel_format and codec have FFmpeg's names. seconds is None if the file does not say how long it is.
    """

    codec: str = ""
    pixel_format: str = ""
    width: int = 0
    height: int = 0
    seconds: Decimal | None = None
    has_sound: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFacts:
    """A clip that could be read."""

    container: Container
    streams: Streams
    index_is_last: bool = False
    is_cut_off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAVideo:
    """A file that is no video, or a damaged one; why completes the sentence "this clip ..."."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRead:
    """A clip that could not be looked into; it may be a good one."""

    why: str


Content = VideoFacts | NotAVideo | NotRead
