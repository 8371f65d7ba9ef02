"""One line of an output manifest: as AWS writes it, quickly, and as it was observed in the wild, patiently."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

import msgspec

# How a label stands in a line: as a class number, or as a text that is one or is none.
RawLabel = int | str | None


class Why(StrEnum):
    """Why a line of the output manifest has no label."""

    NOT_YET = "not-yet"
    NO_LABEL = "no-label"
    TOO_FEW = "too-few-answers"
    NOBODY = "no-answer"
    STOPPED = "stopped"
    JOB_FAILED = "job-failed"
    NOT_A_CLASS = "not-a-class"
    UNREADABLE = "unreadable-line"


class Metadata(msgspec.Struct, frozen=True, gc=False):
    """What stands beside a label and is counted."""

    name: str | None = msgspec.field(name="class-name", default=None)
    confidence: float | None = None
    job: str | None = msgspec.field(name="job-name", default=None)


class Line(msgspec.Struct, gc=False):
    """What a line says of one job's label; the quick decoder leaves source, made and told alone."""

    label: RawLabel = None
    metadata: Metadata = Metadata()
    source: str = ""
    made: str | None = None
    told: str | None = None

    @property
    def has_label(self) -> bool:
        """Say whether there is a label; metadata without one is none."""
        return self.label is not None and self.label != ""


def decoder(attribute: str) -> Callable[[bytes], Line]:
    """Make the decoder that looks at what is counted and steps over the rest; it raises ValueError on odd lines."""
    line = msgspec.defstruct(
        "LineOfOneJob",
        [
            ("label", RawLabel, msgspec.field(name=attribute, default=None)),
            ("metadata", Metadata, msgspec.field(name=f"{attribute}-metadata", default=Metadata())),
        ],
        bases=(Line,),
        gc=False,
    )
    return cast(Callable[[bytes], Line], msgspec.json.Decoder(line).decode)


def read_patiently(members: dict[str, Any] | None, attribute: str) -> Line | Why:
    """Read a line as observed in the wild: numbers as text, metadata missing, keys in custom jobs' spelling."""
    if members is None:
        return Why.UNREADABLE
    label, about = members.get(attribute), members.get(f"{attribute}-metadata")
    if not isinstance(about, dict):
        about = {}
    elif "class-name" not in about:
        about = {key.replace("_", "-"): value for key, value in about.items()}
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    if isinstance(label, bool) or not isinstance(label, int | str | None):
        return Why.NOT_A_CLASS
    return Line(
        label=label,
        metadata=Metadata(
            name=_text(about.get("class-name")),
            confidence=_number(about.get("confidence")),
            job=_text(about.get("job-name")),
        ),
        source=_source_in(members),
        made=_text(about.get("creation-date")),
        told=_text(about.get("failure-reason")),
    )


def members_of(line: bytes) -> dict[str, Any] | None:
    """Read all members of a line; None if it is no JSON object."""
    try:
        members = msgspec.json.decode(line.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        return None
    return members if isinstance(members, dict) else None


def filled(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Leave out blank lines."""
    return (line for line in lines if line and not line.isspace())


def source_of(found: Line | Why, line: bytes) -> str:
    """Say which object a line is about, or how the line begins where it does not tell."""
    if isinstance(found, Line) and found.source:
        return found.source
    return _source_in(members_of(line) or {}) or line[:80].decode(errors="replace").strip()


def computed_confidence(value: float | None) -> float | None:
    """Give a confidence that AWS computed; it writes 0.00 where it did not, as with one worker."""
    # The chosen label of two workers or more is never that unsure.
    return value if value is not None and 0 < value <= 1 else None


def utc_time(made: str | None) -> str | None:
    """Write a time as UTC; what cannot be read as one stays as it is."""
    try:
        moment = datetime.fromisoformat(made or "")
        # AWS leaves the zone out and means UTC.
        zoned = moment.astimezone(UTC) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return made
    return f"{zoned.replace(tzinfo=None).isoformat()}Z"


def _source_in(members: Mapping[str, Any]) -> str:
    return _text(members.get("source-ref", members.get("source"))) or ""


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    return None if value is None or isinstance(value, dict | list) else str(value)


def _number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None
