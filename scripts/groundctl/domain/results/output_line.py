"""One line of an output manifest: a fast decoder for what AWS documents, and a lenient one for what it writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

import msgspec

from groundctl.domain.aws.label_lines import is_label

# A label as a line has it: a class number, or text that may be one.
RawLabel = int | str | None


class NoLabelReason(StrEnum):
    """The reason why a line of the output manifest has no label."""

    NOT_YET = "not-yet"
    NO_LABEL = "no-label"
    EMPTY_LABEL = "empty-label"
    TOO_FEW = "too-few-answers"
    NO_ANSWER = "no-answer"
    STOPPED = "stopped"
    JOB_FAILED = "job-failed"
    NOT_A_CLASS = "not-a-class"
    UNREADABLE = "unreadable-line"


class Metadata(msgspec.Struct, frozen=True, gc=False):
    """The metadata of a label that is counted."""

    name: str | None = msgspec.field(name="class-name", default=None)
    confidence: float | None = None
    job: str | None = msgspec.field(name="job-name", default=None)


class OutputLine(msgspec.Struct, gc=False):
    """One job's label in a line; the fast decoder leaves `source`, `created_at`, and `aws_reason` empty."""

    label: RawLabel = None
    metadata: Metadata = Metadata()
    source: str = ""
    created_at: str | None = None
    aws_reason: str | None = None

    @property
    def has_label(self) -> bool:
        """Return whether there is a label; metadata alone is not a label."""
        return is_label(self.label)


def decoder(attribute: str) -> Callable[[bytes], OutputLine]:
    """Return a fast decoder of what is counted; it raises ValueError for lines that need `read_leniently`."""
    line = msgspec.defstruct(
        "LineOfOneJob",
        [
            ("label", RawLabel, msgspec.field(name=attribute, default=None)),
            ("metadata", Metadata, msgspec.field(name=f"{attribute}-metadata", default=Metadata())),
        ],
        bases=(OutputLine,),
        gc=False,
    )
    return cast(Callable[[bytes], OutputLine], msgspec.json.Decoder(line).decode)


def read_leniently(members: dict[str, Any] | None, attribute: str) -> OutputLine | NoLabelReason:  # JSON
    """Parse a line as seen in real output: numbers as text, missing metadata, keys as custom jobs spell them."""
    if members is None:
        return NoLabelReason.UNREADABLE
    label, about = members.get(attribute), members.get(f"{attribute}-metadata")
    if not isinstance(about, dict):
        about = {}
    elif "class-name" not in about:
        about = {key.replace("_", "-"): value for key, value in about.items()}
    if attribute in members and not is_label(label) and "failure-reason" not in about:
        return NoLabelReason.EMPTY_LABEL
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    if isinstance(label, bool) or not isinstance(label, int | str | None):
        return NoLabelReason.NOT_A_CLASS
    return OutputLine(
        label=label,
        metadata=Metadata(
            name=_text(about.get("class-name")),
            confidence=_number(about.get("confidence")),
            job=_text(about.get("job-name")),
        ),
        source=source_in(members),
        created_at=_text(about.get("creation-date")),
        aws_reason=_text(about.get("failure-reason")),
    )


def members_of(line: bytes) -> dict[str, Any] | None:  # JSON
    """Return all members of a line; None if it is not a JSON object."""
    try:
        members = msgspec.json.decode(line.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return None
    return members if isinstance(members, dict) else None


def without_blank_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Skip blank lines."""
    return (line for line in lines if line and not line.isspace())


def source_of(parsed: OutputLine | NoLabelReason, line: bytes) -> str:
    """Return the object that a line is about, or the beginning of the line if it names none."""
    if isinstance(parsed, OutputLine) and parsed.source:
        return parsed.source
    return source_in(members_of(line) or {}) or line[:80].decode(errors="replace").strip()


def computed_confidence(value: float | None) -> float | None:
    """Return a confidence that AWS computed; it writes 0.00 if it computed none, as with one worker."""
    # The consolidated label of two or more workers never has a confidence of 0.
    return value if value is not None and 0 < value <= 1 else None


def utc_time(created_at: str | None) -> str | None:
    """Convert a time to UTC; return text that is not a time unchanged."""
    try:
        moment = datetime.fromisoformat(created_at or "")
        # AWS omits the time zone and means UTC.
        zoned = moment.astimezone(UTC) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return created_at
    return f"{zoned.replace(tzinfo=None).isoformat()}Z"


def source_in(members: Mapping[str, Any]) -> str:  # JSON
    """Return the object that a line names; empty if it names none."""
    return _text(members.get("source-ref", members.get("source"))) or ""


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    return None if value is None or isinstance(value, dict | list) else str(value)


def _number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return None
