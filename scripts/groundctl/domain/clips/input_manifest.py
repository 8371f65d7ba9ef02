"""Input manifests: the clips of a job as JSON Lines, frozen and identified by their content."""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property
from json.encoder import encode_basestring_ascii
from typing import Any, ClassVar

from groundctl.domain.aws.label_lines import has_stray_metadata, is_label
from groundctl.domain.aws.s3_layout import bucket_of
from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.clips.clip_index import HashedClips
from groundctl.domain.clips.left_out import Tally, Why
from groundctl.domain.clips.line_faults import MAX_LINE, Kind, LineFault, LineFaults, Origin
from groundctl.domain.clips.manifest_lines import (
    Surprise,
    blocks_of,
    decode_if_plain,
    decode_strictly,
    split_lines,
)
from groundctl.domain.clips.stored_object import StoredObject
from groundctl.domain.declarations.diagnostics import Diagnostic, Severity
from groundctl.domain.declarations.sources import CLIP_ENDINGS
from groundctl.domain.declarations.spec import Label

MAX_LINES = 100_000
_FROM_A_MANIFEST = Origin()
# Stands for a label where a line has none, which is no fault.
_NO_KEY = 0
_AT_ONCE = 1_000
_ENDINGS = (*CLIP_ENDINGS, *map(str.upper, CLIP_ENDINGS))
_S3_OBJECT = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/.+")
# JSON can contain a lone surrogate as an escape; no S3 key has one, and UTF-8 cannot encode it.
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)  # no slots: cached_property needs a place
class FrozenInput:
    """The selected clips of a job.

    objects counts the manifest's lines; to_label counts those without the label attribute, because Ground Truth skips the
    others. repeated counts the lines whose clip is also on an earlier line. The digest identifies the clips to label and
    the labels, so that the same purchase is recognized under any name. asked lists the clips to label, each once. tally
    counts what the selection has seen and left out, and listed holds what S3 said of the clips; both are None and empty if
    nothing was selected or asked.
    """

    manifest: bytes
    digest: str
    objects: int
    to_label: int
    repeated: int = 0
    asked: tuple[str, ...] = ()
    tally: Tally | None = None
    listed: tuple[StoredObject, ...] = ()

    @cached_property
    def hashed(self) -> HashedClips:
        """Return the clips to label as the ledger compares them; only a plan with a ledger needs the hashes."""
        return HashedClips.of(self.asked)

    @cached_property
    def buckets(self) -> frozenset[str]:
        """Return the buckets of the clips to label."""
        return frozenset(map(bucket_of, self.asked))


# A placeholder for clips that were not looked up; zeros are not the digest of any input.
UNRESOLVED = FrozenInput(manifest=b"", digest="0" * 32, objects=0, to_label=0)


def manifest_of_uris(uris: Iterable[str]) -> bytes:
    """Write one manifest line for each clip."""
    return "".join(f'{{"source-ref":{encode_basestring_ascii(uri)}}}\n' for uri in uris).encode()


def manifest_of_objects(objects: Iterable[Mapping[str, Any]]) -> bytes:  # JSON
    """Write one manifest line for each clip with the team's own keys, in the order given."""
    encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
    return "".join(f"{encode(dict(line))}\n" for line in objects).encode()


def clips_in(manifest: bytes) -> frozenset[str]:
    """List the URIs in an input manifest, each once; a line without one is passed over."""
    return clips_in_lines(line for block in blocks_of(manifest) for line in split_lines(block))


def clips_in_lines(lines: Iterable[bytes]) -> frozenset[str]:
    """List the URIs in lines of an input manifest, each once; a line without one is passed over."""
    parsed = map(_parsed_or_none, filter(bytes.strip, lines))
    found = (content.get("source-ref") for content in parsed if isinstance(content, Mapping))
    return frozenset(uri for uri in found if isinstance(uri, str))


def _parsed_or_none(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def freeze(
    manifest: bytes,
    labels: Iterable[Label],
    label_attribute: str,
    *,
    within: Sequence[tuple[str, ...]] = (),
    most: int | None = MAX_LINES,
    numbers: Sequence[int] = (),
    origin: Origin = _FROM_A_MANIFEST,
) -> FrozenInput | tuple[Diagnostic, ...]:
    """Check a manifest line by line and compute its digest, or report its invalid lines in the words of their origin.

    most is the number of lines that are accepted, None if some are still to be left out. within limits the locations of
    clips: each URI must start with a prefix from every tuple. Prefixes are compared as text, so the prefix of a bucket
    must end with a slash. numbers holds the line numbers to report, if they are not those of this manifest.
    """
    reading = _Reading(label_attribute, within, most, numbers, origin)
    for block in blocks_of(manifest):
        reading.take(block)
    reading.end()
    if reading.findings:
        return tuple(reading.findings)
    asked = tuple(sorted(reading.open))
    return FrozenInput(
        manifest=manifest,
        digest=_digest_of_sorted(asked, labels),
        objects=reading.count,
        to_label=reading.count - reading.labeled,
        repeated=reading.count - len(reading.open) - len(reading.done - reading.open),
        asked=asked,
    )


def leave_out(
    clips: FrozenInput, uris: AbstractSet[str], labels: Iterable[Label], label_attribute: str, *, why: Why
) -> FrozenInput | None:
    """Remove the lines that ask for any of these clips; None if no line is left that asks for one."""
    kept = []
    # AWS ends a line with \n; splitlines would also split at a lone \r.
    for line in clips.manifest.split(b"\n"):
        content = decode_strictly(line.decode()) if line.strip() else {}
        if label_attribute in content or content.get("source-ref") not in uris:
            kept.append(line)
    manifest = b"\n".join(kept)
    left = freeze(manifest, labels, label_attribute, most=None) if manifest.strip() else ()
    if not isinstance(left, FrozenInput):
        return None
    return replace(
        left,
        tally=clips.tally.besides(why, sorted(uris)) if clips.tally else None,
        listed=tuple(each for each in clips.listed if each.uri not in uris),
    )


def too_many_lines(count: int, *, is_cut: bool = False) -> Diagnostic:
    """Say that a job has more clips than AWS accepts; is_cut says that only so many were counted."""
    number = f"at least {count:,}" if is_cut else f"{count:,}"
    message = f"holds {number} clips; AWS takes at most {MAX_LINES:,} a job"
    return _finding("GT701", message, "split it, or take a sample")


def input_digest(uris: Iterable[str], labels: Iterable[Label]) -> str:
    """Return the digest of a purchase: these clips with these labels, regardless of order."""
    return _digest_of_sorted(sorted(set(uris)), labels)


def _digest_of_sorted(uris: Sequence[str], labels: Iterable[Label]) -> str:
    digest = hashlib.sha256()
    for first in range(0, len(uris), _AT_ONCE):
        digest.update("".join(f"{uri}\n" for uri in uris[first : first + _AT_ONCE]).encode())
    digest.update("".join(f"\n{label}" for label in sorted(label.name for label in labels)).encode())
    return digest.hexdigest()[:32]


class _Reading:
    """Collects manifest lines, and what is wrong with them."""

    MAX_BUCKETS = 10

    def __init__(
        self,
        label_attribute: str,
        within: Sequence[tuple[str, ...]],
        most: int | None,
        numbers: Sequence[int],
        origin: Origin,
    ) -> None:
        self.label_attribute = label_attribute
        self.metadata = f"{label_attribute}-metadata"
        self.most = most
        self.origin = origin
        self.faults = LineFaults(origin=origin)
        self.numbers = numbers
        self.bounds = tuple(_Bound(prefixes, origin) for prefixes in within)
        self.lines = self.count = self.labeled = 0
        # Clips on lines without the label attribute, and on lines with it.
        self.open: set[str] = set()
        self.done: set[str] = set()
        self.buckets: tuple[str, ...] = ()  # of clips so far, each as "s3://bucket/"
        self.findings: list[Diagnostic] = []

    def take(self, block: bytes) -> None:
        """Collect lines, all at once if they are plain."""
        objects = decode_if_plain(block)
        if objects is not None and self._are_plain(objects):
            for content in objects:
                self.lines += 1
                self._keep(content["source-ref"], is_labeled=self.label_attribute in content)
            self.count += len(objects)
            return
        for line in split_lines(block):
            self.lines += 1
            if line.strip():
                self.count += 1
                if fault := self._fault(line):
                    self.faults.add(self.number, fault)

    @property
    def number(self) -> int:
        """Return the number to report of the last line."""
        return self.numbers[self.lines - 1] if self.lines <= len(self.numbers) else self.lines

    def _are_plain(self, objects: Iterable[JsonObject]) -> bool:
        """Return whether no line needs a closer look. The buckets are known from such lines."""
        for content in objects:
            uri = content.get("source-ref")
            if (
                not isinstance(uri, str)
                or not uri.startswith(self.buckets)
                or not uri.endswith(_ENDINGS)
                or "\n" in uri
                or "source" in content
                or (self.metadata in content and self.label_attribute not in content)
                or not is_label(content.get(self.label_attribute, _NO_KEY))
            ):
                return False
        return True

    def end(self) -> None:
        """Check the lines together."""
        self.findings += self.faults.findings()
        if self.count == 0:
            self.refuse("holds no clips", "check the prefix and its match patterns, or the manifest")
        if self.most is not None and self.count > self.most:
            self.findings.append(too_many_lines(self.count))
        if self.count and self.labeled == self.count:
            message = f"has `{self.label_attribute}` on every clip already: there is nothing to label"
            self.refuse(message, "choose another output.label_attribute")
        self.findings += [bound.finding() for bound in self.bounds if bound.outside]

    def refuse(self, message: str, hint: str) -> None:
        self.findings.append(_finding("GT701", message, hint, self.origin.pointer))

    def _fault(self, line: bytes) -> LineFault | None:
        if len(line) > MAX_LINE:
            return LineFault(Kind.TOO_LONG, f"{len(line):,} bytes")
        if b"\r" in line:
            return LineFault(Kind.CARRIAGE_RETURN)
        try:
            content = decode_strictly(line.decode())
        except UnicodeDecodeError:
            return LineFault(Kind.NOT_UTF_8)
        except Surprise as surprise:
            return surprise.fault
        except (ValueError, RecursionError):
            return LineFault(Kind.BYTE_ORDER_MARK if line.startswith(codecs.BOM_UTF8) else Kind.NOT_JSON)
        if not isinstance(content, dict):
            return LineFault(Kind.NOT_AN_OBJECT)
        return self._take_object(content)

    def _take_object(self, content: dict[str, Any]) -> LineFault | None:
        uri = content.get("source-ref")
        if not isinstance(uri, str) or not _S3_OBJECT.fullmatch(uri):
            return LineFault(Kind.NO_SOURCE_REF)
        if _HALF_CHARACTER.search(uri):
            return LineFault(Kind.LONE_SURROGATE)
        if not uri.lower().endswith(CLIP_ENDINGS):
            return LineFault(Kind.NOT_A_CLIP, uri)
        if "source" in content:
            return LineFault(Kind.HAS_SOURCE)
        if any(key.startswith("$") for key in content):
            return LineFault(Kind.DOLLAR)
        is_labeled = self.label_attribute in content
        self._keep(uri, is_labeled=is_labeled)
        if not uri.startswith(self.buckets) and len(self.buckets) < self.MAX_BUCKETS:
            self.buckets = (*self.buckets, uri[: uri.index("/", len("s3://")) + 1])
        if not is_labeled:
            is_stray = self.metadata in content and has_stray_metadata(content, self.label_attribute)
            return LineFault(Kind.STRAY_METADATA, f"`{self.metadata}`") if is_stray else None
        # Ground Truth skips a line for the key alone, and `groundctl results` says that the clip has no label.
        is_empty = not is_label(content[self.label_attribute])
        return LineFault(Kind.EMPTY_LABEL, f"`{self.label_attribute}`") if is_empty else None

    def _keep(self, uri: str, *, is_labeled: bool) -> None:
        for bound in self.bounds:
            if not uri.startswith(bound.prefixes):
                bound.leave_outside(self.number, uri)
        if is_labeled:
            self.labeled += 1
            self.done.add(uri)
        else:
            self.open.add(uri)


@dataclass(slots=True)
class _Bound:
    """Prefixes that every clip must be under, and the clips that are not."""

    MAX_NAMED: ClassVar[int] = 5

    prefixes: tuple[str, ...]
    origin: Origin
    outside: int = 0
    number: int = 0
    first: str = ""

    def leave_outside(self, number: int, uri: str) -> None:
        self.outside += 1
        if not self.first:
            self.number, self.first = number, uri

    def finding(self) -> Diagnostic:
        named = " and ".join(self.prefixes[: self.MAX_NAMED])
        unnamed = len(self.prefixes) - self.MAX_NAMED
        bounds = f"{named} and {unnamed} more" if unnamed > 0 else named
        clips = "1 clip is" if self.outside == 1 else f"{self.outside:,} clips are"
        first = self.origin.in_sentence(self.number, self.first)
        message = f"{clips} outside {bounds}, the first {first}"
        pointer = self.origin.pointer_of(self.number)
        hint = "remove them, or add their location: to the folder's `inputs` in jobs/policy.yaml, or to the input buckets in Terraform"
        finding = _finding("GT703", message, hint, pointer)
        return replace(finding, beside=self.origin.place_of(self.number))


def _finding(rule: str, message: str, hint: str, pointer: str = "/input") -> Diagnostic:
    return Diagnostic(rule=rule, pointer=pointer, message=message, hint=hint, severity=Severity.ERROR)
