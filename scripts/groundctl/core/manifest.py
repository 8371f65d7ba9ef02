"""Input manifests: the clips of a job as JSON Lines, frozen and named by their content."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from json.encoder import encode_basestring_ascii
from typing import Any

from groundctl.core.problem import Finding, Severity
from groundctl.core.rules import CLIP_ENDINGS
from groundctl.core.spec import Label, PrefixInput

MAX_LINES = 100_000
MAX_LINE = 100_000
_S3_OBJECT = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/.+")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenInput:
    """The clips of one job, decided.

    objects counts the manifest's lines, to_label those that do not carry the label attribute yet: Ground Truth skips
    the others. The digest names the clips to label and the labels, so that the same purchase is known under any name.
    """

    manifest: bytes
    digest: str
    objects: int
    to_label: int
    repeated: int = 0


# Stands for clips that nobody has looked up yet; zeros are no digest of anything.
UNRESOLVED = FrozenInput(manifest=b"", digest="0" * 32, objects=0, to_label=0)


def choose_clips(source: PrefixInput, uris: Iterable[str]) -> tuple[str, ...]:
    """Pick the clips of a prefix: those that match, and of these the sample."""
    matching = [uri for uri in uris if matches(uri.removeprefix(source.prefix), source.match)]
    if source.sample is None or source.sample.count >= len(matching):
        return tuple(sorted(matching))
    # By hash, not by shuffling: a clip added later moves at most itself into the sample.
    seed = source.sample.seed
    ranked = sorted(matching, key=lambda uri: hashlib.sha256(f"{seed}\n{uri}".encode()).digest())
    return tuple(sorted(ranked[: source.sample.count]))


def matches(key: str, patterns: Sequence[str]) -> bool:
    """Say whether the rest of a key fits one of the patterns; `*` stops at a slash, `**` does not."""
    return any(_pattern(pattern).fullmatch(key) for pattern in patterns)


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    pieces = re.split(r"(\*\*|\*|\?)", pattern)
    return re.compile("".join(_WILDCARDS.get(piece, re.escape(piece)) for piece in pieces), re.DOTALL)


_WILDCARDS = {"**": ".*", "*": "[^/]*", "?": "[^/]"}


def manifest_of_uris(uris: Iterable[str]) -> bytes:
    """Write one manifest line for each clip."""
    return "".join(f'{{"source-ref":{encode_basestring_ascii(uri)}}}\n' for uri in uris).encode()


def manifest_of_objects(objects: Iterable[Mapping[str, Any]]) -> bytes:
    """Write one manifest line for each clip with the team's own keys, in the order given."""
    encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
    return "".join(f"{encode(dict(line))}\n" for line in objects).encode()


def freeze(manifest: bytes, labels: Iterable[Label], label_attribute: str) -> FrozenInput | tuple[Finding, ...]:
    """Check a manifest line by line and name it, or say what is wrong with its lines."""
    reading = _Reading(label_attribute)
    for number, line in enumerate(manifest.splitlines(), start=1):
        reading.take(number, line)
    if reading.count == 0:
        reading.refuse("holds no clips", "check the prefix and its match patterns, or the manifest")
    if reading.count > MAX_LINES:
        reading.refuse(
            f"holds {reading.count:,} clips; AWS takes at most {MAX_LINES:,} a job", "split it, or take a sample"
        )
    if reading.count and reading.labeled == reading.count:
        reading.refuse(
            f"has `{label_attribute}` on every clip already: there is nothing to label",
            "choose another output.label_attribute",
        )
    if reading.findings:
        return tuple(reading.findings)
    return FrozenInput(
        manifest=manifest,
        digest=input_digest(reading.open, labels),
        objects=reading.count,
        to_label=reading.count - reading.labeled,
        repeated=reading.count - len(reading.uris),
    )


def input_digest(uris: Iterable[str], labels: Iterable[Label]) -> str:
    """Name what is bought: these clips, sorted into these labels. 32 hexadecimal digits; order does not matter."""
    content = "\n".join([*sorted(set(uris)), "", *sorted(label.name for label in labels)])
    return hashlib.sha256(content.encode()).hexdigest()[:32]


class _Reading:
    """Takes manifest lines one after the other; at most ten faults are told, the rest are counted."""

    MOST_TOLD = 10

    def __init__(self, label_attribute: str) -> None:
        self.label_attribute = label_attribute
        self.count = self.labeled = 0
        self.uris: set[str] = set()
        self.open: set[str] = set()
        self.findings: list[Finding] = []

    def take(self, number: int, line: bytes) -> None:
        if not line.strip():
            return
        self.count += 1
        fault = self._fault(line)
        if fault and len(self.findings) < self.MOST_TOLD:
            self.refuse(f"line {number}: {fault}", "correct the manifest")

    def refuse(self, message: str, hint: str) -> None:
        self.findings.append(
            Finding(rule="GT701", pointer="/input", message=message, hint=hint, severity=Severity.ERROR)
        )

    def _fault(self, line: bytes) -> str | None:
        if len(line) > MAX_LINE:
            return f"has {len(line):,} bytes; at most {MAX_LINE:,} are allowed"
        try:
            content = json.loads(line)
        except ValueError:
            return "is not JSON"
        if not isinstance(content, dict):
            return "is not a JSON object"
        return self._take_object(content)

    def _take_object(self, content: dict[str, Any]) -> str | None:
        uri = content.get("source-ref")
        if not isinstance(uri, str) or not _S3_OBJECT.fullmatch(uri):
            return "has no `source-ref` with s3://bucket/key"
        if not uri.lower().endswith(CLIP_ENDINGS):
            return f"{uri} is not a .mp4, .webm or .ogg file"
        if "source" in content:
            return "has `source`, which is for text, beside `source-ref`"
        if any(key.startswith("$") for key in content):
            return "has a key that starts with $"
        self.uris.add(uri)
        if self.label_attribute in content:
            self.labeled += 1
        else:
            self.open.add(uri)
        return None
