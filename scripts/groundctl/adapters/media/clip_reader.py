"""Reads the streams of clips in a child process, so that no file can crash, hang, or fill the memory of this one.

The child gets no credentials: its environment is empty but for what starting a program needs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from groundctl.child_processes import Manners, run_child
from groundctl.domain.clips.inspection.containers import Container, PartialFile
from groundctl.domain.clips.inspection.video_facts import NotAVideo, NotRead, Streams

_CHILD = Path(__file__).with_name("read_streams.py")
SECONDS_FOR_ONE = 10
FILES_AT_A_TIME = 10
# After so many files at which the child ended, the rest is not tried.
MAX_FAILURES = 3
# What an operating system needs to start Python.
_KEPT_SETTINGS = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")

StreamsFound = Streams | NotAVideo | NotRead


class ClipReader:
    """Reads streams with PyAV, which has FFmpeg in it."""

    def __init__(self, settings: Mapping[str, str], *, seconds: float = SECONDS_FOR_ONE) -> None:
        self._settings = {name: settings[name] for name in _KEPT_SETTINGS if name in settings}
        self._seconds = seconds

    def read_streams(self, files: Sequence[tuple[Container, PartialFile]]) -> list[StreamsFound]:
        """Read the streams of each file from the parts that are given."""
        found: list[StreamsFound] = []
        failures = 0
        while len(found) < len(files):
            if failures == MAX_FAILURES:
                found += [NotRead(why="not tried after other files ended the reader")] * (len(files) - len(found))
                break
            batch = files[len(found) : len(found) + FILES_AT_A_TIME]
            answers = self._ask(batch)
            found += map(_streams, answers)
            if len(answers) < len(batch):
                failures += 1
                # The machine may be slow, or out of memory: that says nothing certain of the file.
                found.append(NotRead(why="the reader ended at it"))
        return found

    def _ask(self, files: Sequence[tuple[Container, PartialFile]]) -> list[Mapping[str, Any]]:
        """Ask a new child about files; fewer answers than files if it ended early."""
        given = b"".join(_as_question(container, file) for container, file in files)
        ended = run_child(
            [sys.executable, "-I", _CHILD],
            given=given,
            seconds=self._seconds,
            manners=Manners(seconds=1),
            env=self._settings,
            reads_errors=False,
        )
        # A line without an end is one that the child did not write to its end.
        return [json.loads(line) for line in ended.out.decode().split("\n")[:-1]]


def _as_question(container: Container, file: PartialFile) -> bytes:
    parts = [(part.start, len(part.content)) for part in file.parts]
    asked = json.dumps({"format": str(container), "size": file.size, "parts": parts})
    return asked.encode() + b"\n" + b"".join(part.content for part in file.parts)


def _streams(answer: Mapping[str, Any]) -> StreamsFound:
    if error := answer.get("error"):
        if str(error).startswith(("ImportError", "ModuleNotFoundError")):
            return NotRead(why="PyAV cannot be used on this machine")
        if str(error).startswith("MemoryError"):
            return NotRead(why="it takes too much memory")
        return NotAVideo(why="cannot be read as a video")
    seconds = answer.get("seconds")
    if seconds is not None and seconds < 0:
        seconds = None  # a file may state anything, and people's time is computed from it
    return Streams(
        codec=answer.get("codec", ""),
        pixel_format=answer.get("pixel_format", ""),
        width=answer.get("width", 0),
        height=answer.get("height", 0),
        seconds=None if seconds is None else Decimal(str(round(seconds, 3))),
        has_sound=answer["has_sound"],
    )
