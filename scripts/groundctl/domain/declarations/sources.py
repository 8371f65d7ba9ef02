"""The `input` of a declaration: where clips come from, and which of them are taken."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from groundctl.domain.canonical_json import JsonObject

# The formats that Ground Truth shows to workers.
CLIP_ENDINGS = (".mp4", ".webm", ".ogg")
_BYTES = {"B": 1, "kB": 1000, "MB": 1000**2, "GB": 1000**3, "TB": 1000**4}

Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixInput:
    """Clips under an S3 prefix."""

    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryInput:
    """Clips under an S3 prefix, as a report of S3 Inventory lists them.

    report is the URI of its manifest.json, or of a folder of reports, of which the newest counts.
    """

    report: str
    prefix: str

    @property
    def is_folder(self) -> bool:
        """Return whether the newest report of a folder is meant."""
        return self.report.endswith("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestInput:
    """Clips named by an input manifest: on S3, or in a file beside the declaration."""

    uri: str

    @property
    def is_file(self) -> bool:
        """Return whether the manifest is a file beside the declaration."""
        return not self.uri.startswith("s3://")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectsInput:
    """Clips listed in the declaration; each is a manifest line with `source-ref` and the team's own keys."""

    objects: tuple[JsonObject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainedInput:
    """Clips from the output manifest of another labeling job."""

    job: str


Source = PrefixInput | InventoryInput | ManifestInput | ObjectsInput | ChainedInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """How many clips to take, by count or percent, and the seed that chooses them."""

    count: int | None = None
    percent: Decimal | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a key of a manifest line must be: one of some values, or a number within bounds; is_given asks for the key alone."""

    key: str
    any_of: tuple[Scalar, ...] = ()
    at_least: Decimal | None = None
    below: Decimal | None = None
    is_given: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """Which clips of an earlier job to take by its labels: those that meet each condition that is given.

    unlabeled takes the clips without a label besides them.
    """

    labels: tuple[str, ...] = ()
    confidence_below: Decimal | None = None
    agreement_below: Decimal | None = None
    unlabeled: bool = False

    @property
    def asks_about_labels(self) -> bool:
        """Return whether clips that have a label can be taken."""
        return bool(self.labels) or self.confidence_below is not None or self.agreement_below is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which objects of a source become clips of a job.

    Sizes are bytes; since and before are times in ISO 8601 (UTC), of which since is within the selection and before is not.
    match is empty for the default: every file that browsers play.
    """

    match: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    min_size: int | None = None
    max_size: int | None = None
    since: str | None = None
    before: str | None = None
    where: tuple[Condition, ...] = ()
    only: Only | None = None
    sample: Sample | None = None
    limit: int | None = None


TAKE_ALL = Selection()


def size_in_bytes(text: str) -> int:
    """Return the bytes of a size such as 10kB or 1.5GB."""
    number = text.rstrip("BkMGT")
    return int(Decimal(number) * _BYTES[text[len(number) :]])


def start_of(text: str) -> str:
    """Return a date or a time as ISO 8601, so that it can be compared with the times that S3 writes; a date is its start."""
    return text if "T" in text else f"{text}T00:00:00Z"


def conditions(where: JsonObject) -> tuple[Condition, ...]:
    """Parse the member `where`."""
    return tuple(_condition(key, value) for key, value in where.items())


def _condition(key: str, value: Any) -> Condition:
    if isinstance(value, list):
        return Condition(key=key, any_of=tuple(value))
    if not isinstance(value, dict):
        return Condition(key=key, any_of=(value,))
    return Condition(
        key=key, at_least=_number(value, "at_least"), below=_number(value, "below"), is_given=value.get("given")
    )


def _number(value: JsonObject, member: str) -> Decimal | None:
    # repr returns the digits that were written; the loader refuses numbers with more digits than a double holds.
    return Decimal(repr(value[member])) if member in value else None
