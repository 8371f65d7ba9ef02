"""Reads the streams of video files with FFmpeg's demuxers, as a program of its own: see clip_reader.py.

Standard input holds, for each file, a line of JSON with its format, size and parts, and then the bytes of these parts.
Standard output gets a line of JSON for each. Nothing of groundctl is imported here, and no file is opened.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from typing import Any, BinaryIO

MEMORY = 1 << 31  # bytes of address space; FFmpeg itself takes a quarter of it
PROCESSOR_SECONDS = 20
# Demuxers that read no other file and no address; FFmpeg would otherwise follow a playlist named .mp4.
FORMATS = {"mp4": "mp4", "webm": "matroska", "matroska": "matroska"}


class Parts(io.RawIOBase):
    """A file of which some parts are there; it ends where the next part is missing."""

    def __init__(self, size: int, parts: list[tuple[int, bytes]]) -> None:
        super().__init__()
        self._size = size
        self._parts = parts
        self._position = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it has positions."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def read(self, length: int = -1) -> bytes:
        """Read on, as far as the part goes."""
        for start, content in self._parts:
            if start <= self._position < start + len(content):
                at = self._position - start
                found = content[at : at + length] if length >= 0 else content[at:]
                self._position += len(found)
                return found
        return b""


def limit_this_process() -> None:
    """Let a hostile file exhaust neither memory nor time."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, PROCESSOR_SECONDS)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def streams_of(file: io.RawIOBase, name: str) -> dict[str, Any]:
    """Read the streams of a file."""
    import av

    options = {"protocol_whitelist": "none", "probesize": "1000000", "analyzeduration": "1000000", "max_streams": "64"}
    with av.open(file, mode="r", format=FORMATS[name], options=options, metadata_errors="replace") as container:
        # The picture on the cover of an album is a stream of one picture.
        cover = av.stream.Disposition.attached_pic
        moving = [stream for stream in container.streams.video if not stream.disposition & cover]
        found: dict[str, Any] = {"has_sound": bool(container.streams.audio)}
        if not moving:
            return found
        stream = moving[0]
        context = stream.codec_context
        seconds = None
        if stream.duration is not None and stream.time_base is not None:
            seconds = float(stream.duration * stream.time_base)
        elif container.duration is not None:
            seconds = container.duration / av.time_base
        return found | {
            "codec": context.codec.canonical_name if context else "unknown",
            "pixel_format": (context.pix_fmt or "") if context else "",
            "width": context.width if context else 0,
            "height": context.height if context else 0,
            "seconds": seconds,
        }


def serve(given: BinaryIO, answers: BinaryIO) -> None:
    """Answer for each file in turn."""
    while line := given.readline():
        asked = json.loads(line)
        parts = [(start, given.read(length)) for start, length in asked["parts"]]
        try:
            answer = streams_of(Parts(asked["size"], parts), asked["format"])
        except Exception as error:  # noqa: BLE001 - whatever a file makes FFmpeg or its bindings raise
            answer = {"error": f"{type(error).__name__}: {error}"[:200]}
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    limit_this_process()
    serve(sys.stdin.buffer, sys.stdout.buffer)
