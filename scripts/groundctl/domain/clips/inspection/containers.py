"""How a file of video is laid out: which parts of it must be read to know what is inside, and whether it is whole.

Only the outermost boxes are read here. Tracks and codecs are read by a library (adapters/media).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Container(StrEnum):
    """The format of a file, by its first bytes."""

    MP4 = "mp4"
    WEBM = "webm"
    MATROSKA = "matroska"


# The first request for a clip: most files have all that is asked here in it.
FIRST_BYTES = 1 << 18
# A request for the header of a box that lies further back; a short index comes with it.
MORE_BYTES = 1 << 16
# The index of a clip of several hours. A larger one is not read.
MAX_INDEX = 1 << 23
MAX_REQUESTS = 6
_MAX_BOXES = 64

_FIRST_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp"})
_EBML, _SEGMENT, _DOCUMENT_TYPE = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67", b"\x42\x82"
_DURATION = b"\x44\x89"
_OGG = b"OggS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Bytes of a file from a position on."""

    start: int
    content: bytes

    @property
    def end(self) -> int:
        """Return the position after the last byte."""
        return self.start + len(self.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialFile:
    """A file of which some parts were read."""

    size: int
    parts: tuple[Part, ...] = ()

    @property
    def head(self) -> bytes:
        """Return the bytes at the start."""
        return self.parts[0].content if self.parts else b""

    def at(self, start: int, length: int) -> bytes:
        """Return bytes from a position on, as far as one part has them."""
        for part in self.parts:
            if part.start <= start < part.end:
                return part.content[start - part.start : start - part.start + length]
        return b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What the outermost boxes of a file say; needs is the start and length of the part to read next.

    index_is_last says that a browser must fetch the end before it can play. fault says why nothing can be played.
    """

    container: Container | None = None
    needs: tuple[int, int] | None = None
    index_is_last: bool = False
    is_cut_off: bool = False
    states_duration: bool = True
    fault: str = ""


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int
    size: int

    @property
    def end(self) -> int:
        return self.start + self.size


class _Damaged(Exception):  # noqa: N818 - says what is wrong with a box
    """A box that cannot be one."""


def layout_of(file: PartialFile) -> Layout:
    """Say how a file is laid out, or what to read to know it."""
    if not file.parts:
        return Layout(needs=(0, min(FIRST_BYTES, file.size)))
    head = file.head
    if head[4:8] in _FIRST_BOXES:
        return _layout_of_mp4(file)
    if head.startswith(_EBML):
        return _layout_of_webm(file)
    if head.startswith(_OGG):
        return Layout(fault=_kind_of_ogg(head))
    return Layout(fault=_looks_like(head))


def _layout_of_mp4(file: PartialFile) -> Layout:
    index: _Box | None = None
    media_before, is_cut_off = False, False
    try:
        for box in _boxes(file):
            if isinstance(box, int):
                # The header of this box was not read yet. After the index, it only shows whether the file is whole.
                return Layout(container=Container.MP4, needs=(box, min(MORE_BYTES, file.size - box)))
            is_cut_off = is_cut_off or box.end > file.size
            if box.kind == b"moov" and index is None:
                index = box
                if needs := _unread(file, box):
                    return Layout(container=Container.MP4, needs=needs)
            elif box.kind == b"mdat" and index is None:
                media_before = True
            elif box.kind == b"moof" and index is not None:
                break
    except _Damaged as damage:
        if index is None:
            return Layout(container=Container.MP4, fault=str(damage))
    if index is None:
        fault = "is cut off before its index (moov)" if is_cut_off else "has no index (moov)"
        return Layout(container=Container.MP4, is_cut_off=is_cut_off, fault=fault)
    return Layout(
        container=Container.MP4,
        index_is_last=media_before,
        is_cut_off=is_cut_off,
        states_duration=_states_duration(file.at(index.start, index.size)),
    )


def _states_duration(index: bytes) -> bool:
    # The duration of a file in fragments is in this box, or nowhere.
    return b"mvex" not in index or b"mehd" in index


def _unread(file: PartialFile, box: _Box) -> tuple[int, int] | None:
    length = min(box.size, file.size - box.start)
    if length > MAX_INDEX or len(file.at(box.start, length)) == length:
        return None
    return box.start, length


def _boxes(file: PartialFile) -> Iterator[_Box | int]:
    """Yield the outermost boxes; a position instead, and nothing after it, if its bytes were not read."""
    position = 0
    for _ in range(_MAX_BOXES):
        if file.size - position < 8:
            return
        header = file.at(position, 16)
        if len(header) < min(16, file.size - position):
            yield position
            return
        box = _box(header, position, file.size)
        yield box
        position = box.end


def _box(header: bytes, position: int, size: int) -> _Box:
    length, kind, least = int.from_bytes(header[:4]), header[4:8], 8
    if length == 1:
        length, least = int.from_bytes(header[8:16]), 16
    elif length == 0:
        length = size - position
    if length < least or not all(0x20 <= byte < 0x7F or byte == 0xA9 for byte in kind):
        raise _Damaged("has damaged data where a part of the file should begin")
    return _Box(kind, position, length)


def _layout_of_webm(file: PartialFile) -> Layout:
    head = file.head
    length, width = _number(head, 4)
    body = head[4 + width : 4 + width + max(length, 0)]
    found = body.find(_DOCUMENT_TYPE)
    kind = b""
    if found >= 0:
        size, more = _number(body, found + 2)
        kind = body[found + 2 + more : found + 2 + more + max(size, 0)].rstrip(b"\0")
    container = Container.WEBM if kind == b"webm" else Container.MATROSKA
    start = 4 + width + max(length, 0)
    if head[start : start + 4] != _SEGMENT:
        return Layout(container=container, fault="has damaged data where its tracks should begin")
    size, more = _number(head, start + 4)
    is_cut_off = size >= 0 and start + 4 + more + size > file.size
    return Layout(container=container, is_cut_off=is_cut_off, states_duration=_DURATION in head[:_INFO])


# The duration stands with the title and the name of the program, before the first picture.
_INFO = 4096


def _number(content: bytes, at: int) -> tuple[int, int]:
    """Read a number of EBML and its width in bytes; -1 if the file leaves it open."""
    first = content[at] if at < len(content) else 0
    width = 9 - first.bit_length()
    if width > 8:
        return 0, 1
    number = int.from_bytes(content[at : at + width]) & ((1 << 7 * width) - 1)
    return (-1 if number == (1 << 7 * width) - 1 else number), width


# What people have uploaded under the name of a clip, by first bytes.
_OTHERS = {
    b"\xff\xd8\xff": "a JPEG picture",
    b"\x89PNG": "a PNG picture",
    b"GIF8": "a GIF picture",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "compressed with gzip",
    b"%PDF": "a PDF",
    b"FLV": "Flash video",
    b"\x30\x26\xb2\x75": "Windows Media",
    b"\x00\x00\x01\xba": "an MPEG program stream",
    b"\x00\x00\x01\xb3": "an MPEG video stream",
    b"ID3": "an MP3",
    b"\x47\x40": "an MPEG transport stream",
    b"version https://git-lfs": "a Git LFS pointer and not the file itself",
}


def _kind_of_ogg(head: bytes) -> str:
    """Say why a file of Ogg does not play: only Theora was ever made for it, and browsers have removed that."""
    if b"\x80theora" in head:
        return "is Ogg Theora, which current browsers do not play"
    return "is Ogg without Theora, so it has sound at most"


def _looks_like(head: bytes) -> str:
    if head[:4] == b"RIFF":
        return "is AVI" if head[8:11] == b"AVI" else "is a RIFF file (such as WAV or WebP)"
    for start, words in _OTHERS.items():
        if head.startswith(start):
            return f"is {words}"
    text = head[:512].lstrip(b"\xef\xbb\xbf \r\n\t")
    if text[:1] == b"<":
        return "is a page of HTML or XML"
    if text and all(byte in b"\r\n\t" or 0x20 <= byte < 0x7F or byte >= 0x80 for byte in text) and _is_text(head[:512]):
        return "is a text file"
    return "cannot be read as a video"


def _is_text(start: bytes) -> bool:
    try:
        start.decode()
    except UnicodeDecodeError as error:
        return error.start > len(start) - 4
    return True
