"""Input manifests: the clips of a job as JSON Lines, frozen and identified by their content."""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, cached_property
from json.encoder import encode_basestring_ascii
from typing import Any, ClassVar

from groundctl.domain.declarations.diagnostics import Diagnostic, Severity
from groundctl.domain.declarations.spec import CLIP_ENDINGS, DEFAULT_MATCH, Label, PrefixInput
from groundctl.domain.jobs.clip_index import HashedClips

MAX_LINES = 100_000
MAX_LINE = 100_000
_S3_OBJECT = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/.+")
# JSON can contain a lone surrogate as an escape; no S3 key has one, and UTF-8 cannot encode it.
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)  # no slots: cached_property needs a place
class FrozenInput:
    """The selected clips of a job.

    objects counts the manifest's lines; to_label counts those without the label attribute, because Ground Truth skips the
    others. repeated counts the lines whose clip is also on an earlier line. The digest identifies the clips to label and
    the labels, so that the same purchase is recognized under any name. asked lists the clips to label, each once.
    """

    manifest: bytes
    digest: str
    objects: int
    to_label: int
    repeated: int = 0
    asked: tuple[str, ...] = ()

    @cached_property
    def hashed(self) -> HashedClips:
        """Return the clips to label as the ledger compares them; only a plan with a ledger needs the hashes."""
        return HashedClips.of(self.asked)


# A placeholder for clips that were not looked up; zeros are not the digest of any input.
UNRESOLVED = FrozenInput(manifest=b"", digest="0" * 32, objects=0, to_label=0)


def choose_clips(source: PrefixInput, uris: Iterable[str]) -> tuple[str, ...]:
    """Select the clips of a prefix: those that match, and of these the sample."""
    matching = [uri for uri in uris if matches(uri.removeprefix(source.prefix), source.match)]
    if source.sample is None or source.sample.count >= len(matching):
        return tuple(sorted(matching))
    # By hash, not by shuffling: a clip that is added later can only replace one clip of the sample.
    seed = source.sample.seed
    ranked = sorted(matching, key=lambda uri: hashlib.sha256(f"{seed}\n{uri}".encode()).digest())
    return tuple(sorted(ranked[: source.sample.count]))


def matches(key: str, patterns: Sequence[str]) -> bool:
    """Return whether the rest of a key matches a pattern; `*` does not match a slash, `**` does.

    Patterns are case-sensitive, except for the default ones: a camera's A.MP4 is a clip.
    """
    if tuple(patterns) == DEFAULT_MATCH:
        return key.lower().endswith(CLIP_ENDINGS)
    return any(_pattern(pattern).fullmatch(key) for pattern in patterns)


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    pieces = re.split(r"(\*\*|\*|\?)", pattern)
    return re.compile("".join(_WILDCARDS.get(piece, re.escape(piece)) for piece in pieces), re.DOTALL)


_WILDCARDS = {"**": ".*", "*": "[^/]*", "?": "[^/]"}


def manifest_of_uris(uris: Iterable[str]) -> bytes:
    """Write one manifest line for each clip."""
    return "".join(f'{{"source-ref":{encode_basestring_ascii(uri)}}}\n' for uri in uris).encode()


def manifest_of_objects(objects: Iterable[Mapping[str, Any]]) -> bytes:  # JSON
    """Write one manifest line for each clip with the team's own keys, in the order given."""
    encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
    return "".join(f"{encode(dict(line))}\n" for line in objects).encode()


def clips_in(manifest: bytes) -> frozenset[str]:
    """List the URIs in an input manifest, each once; a line without one is passed over."""
    lines = (line for line in _lines(manifest) if line.strip())
    found = (content.get("source-ref") for content in map(_parsed_or_none, lines) if isinstance(content, Mapping))
    return frozenset(uri for uri in found if isinstance(uri, str))


def _lines(manifest: bytes) -> Iterator[bytes]:
    """Yield the lines of a manifest without their ends."""
    # AWS ends a line with \n or \r\n; Python's splitlines would also split at a lone \r.
    return (line.removesuffix(b"\r") for line in manifest.split(b"\n"))


def _parsed_or_none(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def freeze(
    manifest: bytes,
    labels: Iterable[Label],
    label_attribute: str,
    *,
    within: Sequence[tuple[str, ...]] = (),
    most: int | None = MAX_LINES,
) -> FrozenInput | tuple[Diagnostic, ...]:
    """Check a manifest line by line and compute its digest, or report its invalid lines.

    most is the number of lines that are accepted, None if some are still to be left out. within limits the locations of
    clips: each URI must start with a prefix from every tuple. Prefixes are compared as text, so the prefix of a bucket
    must end with a slash.
    """
    reading = _Reading(label_attribute, within, most)
    for number, line in enumerate(_lines(manifest), start=1):
        reading.take(number, line)
    reading.end()
    if reading.findings:
        return tuple(reading.findings)
    return FrozenInput(
        manifest=manifest,
        digest=input_digest(reading.open, labels),
        objects=reading.count,
        to_label=reading.count - reading.labeled,
        repeated=reading.count - len(reading.uris),
        asked=tuple(sorted(reading.open)),
    )


def leave_out(
    clips: FrozenInput, uris: AbstractSet[str], labels: Iterable[Label], label_attribute: str
) -> FrozenInput | None:
    """Remove the lines that ask for any of these clips; None if no line is left that asks for one."""
    kept = []
    # AWS ends a line with \n; splitlines would also split at a lone \r.
    for line in clips.manifest.split(b"\n"):
        content = _decode(line.decode()) if line.strip() else {}
        if label_attribute in content or content.get("source-ref") not in uris:
            kept.append(line)
    manifest = b"\n".join(kept)
    left = freeze(manifest, labels, label_attribute, most=None) if manifest.strip() else ()
    return left if isinstance(left, FrozenInput) else None


def too_many_lines(count: int) -> Diagnostic:
    """Say that a job has more clips than AWS accepts."""
    message = f"holds {count:,} clips; AWS takes at most {MAX_LINES:,} a job"
    return _finding("GT701", message, "split it, or take a sample")


def input_digest(uris: Iterable[str], labels: Iterable[Label]) -> str:
    """Return the digest of a purchase: these clips with these labels, regardless of order."""
    content = "\n".join([*sorted(set(uris)), "", *sorted(label.name for label in labels)])
    return hashlib.sha256(content.encode()).hexdigest()[:32]


class _Reading:
    """Collects manifest lines, and reports at most ten invalid ones."""

    MAX_REPORTED = 10

    def __init__(self, label_attribute: str, within: Sequence[tuple[str, ...]], most: int | None) -> None:
        self.label_attribute = label_attribute
        self.most = most
        self.bounds = tuple(_Bound(prefixes) for prefixes in within)
        self.count = self.labeled = 0
        self.uris: set[str] = set()
        self.open: set[str] = set()
        self.findings: list[Diagnostic] = []

    def take(self, number: int, line: bytes) -> None:
        if not line.strip():
            return
        self.count += 1
        fault = self._fault(number, line)
        if fault and len(self.findings) < self.MAX_REPORTED:
            self.refuse(f"line {number}: {fault}", "correct the manifest")

    def end(self) -> None:
        """Check the lines together."""
        if self.count == 0:
            self.refuse("holds no clips", "check the prefix and its match patterns, or the manifest")
        if self.most is not None and self.count > self.most:
            self.findings.append(too_many_lines(self.count))
        if self.count and self.labeled == self.count:
            message = f"has `{self.label_attribute}` on every clip already: there is nothing to label"
            self.refuse(message, "choose another output.label_attribute")
        self.findings += [bound.finding() for bound in self.bounds if bound.outside]

    def refuse(self, message: str, hint: str) -> None:
        self.findings.append(_finding("GT701", message, hint))

    def _fault(self, number: int, line: bytes) -> str | None:
        if len(line) > MAX_LINE:
            return f"has {len(line):,} bytes; at most {MAX_LINE:,} are allowed"
        if b"\r" in line:
            return "has a carriage return that ends no line"
        try:
            content = _decode(line.decode())
        except UnicodeDecodeError:
            return "is not UTF-8"
        except _Surprise as surprise:
            return str(surprise)
        except (ValueError, RecursionError):
            return "starts with a byte order mark" if line.startswith(codecs.BOM_UTF8) else "is not JSON"
        if not isinstance(content, dict):
            return "is not a JSON object"
        return self._take_object(number, content)

    def _take_object(self, number: int, content: dict[str, Any]) -> str | None:
        uri = content.get("source-ref")
        if not isinstance(uri, str) or not _S3_OBJECT.fullmatch(uri):
            return "has no `source-ref` with s3://bucket/key"
        if _HALF_CHARACTER.search(uri):
            return "has a lone surrogate in `source-ref`, an escape such as \\ud800"
        if not uri.lower().endswith(CLIP_ENDINGS):
            return f"{uri} is not a .mp4, .webm or .ogg file"
        if "source" in content:
            return "has `source`, which is for text, beside `source-ref`"
        if any(key.startswith("$") for key in content):
            return "has a key that starts with $"
        for bound in self.bounds:
            bound.take(number, uri)
        self.uris.add(uri)
        if self.label_attribute in content:
            self.labeled += 1
        else:
            self.open.add(uri)
        return None


@dataclass(slots=True)
class _Bound:
    """Prefixes that every clip must be under, and the clips that are not."""

    MAX_NAMED: ClassVar[int] = 5

    prefixes: tuple[str, ...]
    outside: int = 0
    first: str = ""

    def take(self, number: int, uri: str) -> None:
        if not uri.startswith(self.prefixes):
            self.outside += 1
            self.first = self.first or f"line {number}: {uri}"

    def finding(self) -> Diagnostic:
        named = " and ".join(self.prefixes[: self.MAX_NAMED])
        unnamed = len(self.prefixes) - self.MAX_NAMED
        bounds = f"{named} and {unnamed} more" if unnamed > 0 else named
        clips = "1 clip is" if self.outside == 1 else f"{self.outside:,} clips are"
        message = f"{clips} outside {bounds}, the first at {self.first}"
        return _finding("GT703", message, "remove them, or allow their location")


class _Surprise(Exception):  # noqa: N818 - names what a line contains
    """JSON that two parsers could interpret differently."""


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _Surprise(f"has {json.dumps(twice[:60])} twice")
    return content


def _no_number(constant: str) -> Any:
    raise _Surprise(f"has {constant}, which is not JSON")


# Created once, because json.loads would create a decoder for every line.
_decode = json.JSONDecoder(object_pairs_hook=_without_repeats, parse_constant=_no_number).decode


def _finding(rule: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(rule=rule, pointer="/input", message=message, hint=hint, severity=Severity.ERROR)
