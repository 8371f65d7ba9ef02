"""What S3 said of a job's clips when its plan was recorded, and which of them are others now.

One JSON line for each clip: [URI, size in bytes, ETag, time, storage class], and the version where S3 has named one.
The size is null for a clip of which nothing is known: S3 was not asked, or did not show it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import msgspec

from groundctl.domain.clips.inspection.object_facts import HeadAnswer, ObjectFacts
from groundctl.domain.clips.stored_object import StoredObject
from groundctl.domain.jobs.creation import Hold

MAX_NAMED = 3

_WAY_OUT = (
    "restore what was reviewed, or open a pull request that changes its file, so that a plan with the clips that are there"
    " now is reviewed"
)
_SAME_BYTES = "an upload in parts, a copy, or encryption with KMS gives the same bytes another ETag, too"


class _Line(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    uri: str
    size: int | None
    etag: str
    modified: str
    storage_class: str
    version: str = ""


_decoder = msgspec.json.Decoder(_Line)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenClips:
    """What S3 said of clips, by URI; unknown are those of which it said nothing."""

    known: Mapping[str, StoredObject] = field(default_factory=dict)
    unknown: AbstractSet[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """A clip that is another one now, or may be: of the same size and with another ETag, S3 does not tell.

    change says how they differ.
    """

    uri: str
    change: str
    is_certain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipsChanged:
    """The reviewed clips that can no longer be bought as they were reviewed. place is where the gone ones are missing."""

    gone: tuple[str, ...] = ()
    place: str = ""
    replaced: tuple[Replaced, ...] = ()

    @property
    def hold(self) -> Hold | None:
        """Return why the job must not be created; None if all clips are as they were reviewed."""
        reasons = [*self._reasons()]
        if not reasons:
            return None
        return Hold(reason="; ".join(reasons), hint=_WAY_OUT)

    def _reasons(self) -> Iterator[str]:
        if self.gone:
            yield f"clips of the reviewed plan are gone from {self.place}: {_named(self.gone)}"
        certain = [f"{each.uri} ({each.change})" for each in self.replaced if each.is_certain]
        if certain:
            yield f"clips of the reviewed plan were replaced: {_named(certain)}"
        doubtful = [f"{each.uri} ({each.change})" for each in self.replaced if not each.is_certain]
        if doubtful:
            yield f"clips of the reviewed plan may have been replaced: {_named(doubtful)}; {_SAME_BYTES}"


def seen_in_heads(uris: Iterable[str], heads: Mapping[str, HeadAnswer]) -> dict[str, StoredObject]:
    """Return what S3 said of clips that it was asked about by name, by URI."""
    answers = ((uri, heads.get(uri)) for uri in uris)
    return {uri: head.stored for uri, head in answers if isinstance(head, ObjectFacts)}


def seen_content(seen: SeenClips) -> bytes:
    """Write what S3 said of clips, in the order of their names; empty if there are no clips."""
    lines: list[list[str | int | None]] = [[uri, None, "", "", ""] for uri in seen.unknown - seen.known.keys()]
    for each in seen.known.values():
        version = [each.version] if each.version else []
        lines.append([each.uri, each.size, each.etag, each.modified, each.storage_class, *version])
    lines.sort(key=lambda line: str(line[0]))
    return "".join(f"{json.dumps(line, separators=(',', ':'))}\n" for line in lines).encode()


def parse_seen(content: bytes) -> SeenClips:
    """Read what S3 said of clips; raise ValueError if it was not written by seen_content."""
    known, unknown = {}, set()
    for line in _decoder.decode_lines(content):
        if line.size is None:
            unknown.add(line.uri)
        else:
            stored = StoredObject(line.uri, line.size, line.modified, line.storage_class, line.etag, line.version)
            known[line.uri] = stored
    return SeenClips(known=known, unknown=unknown)


def not_known_text(number: int) -> str:
    """Say of how many clips it is not known whether they are the reviewed ones; to be added to a sentence, empty for none."""
    which = "1 clip: whether it was" if number == 1 else f"{number:,} clips: whether they were"
    return f"; not known of {which} replaced since" if number else ""


def find_replaced(reviewed: Mapping[str, StoredObject], now: Mapping[str, StoredObject]) -> tuple[Replaced, ...]:
    """Find the clips that differ from the reviewed ones; what was not looked at on both sides is passed over."""
    pairs = ((before, now[uri]) for uri, before in sorted(reviewed.items()) if uri in now)
    return tuple(found for before, after in pairs if (found := _replaced(before, after)))


def _replaced(before: StoredObject, after: StoredObject) -> Replaced | None:
    """Compare two states of a clip. A change of metadata or storage class alone leaves both size and ETag as they are."""
    at = f"on {after.modified[:10]} at {after.modified[11:16]} UTC" if after.modified else "since"
    version = f"; the reviewed version is {before.version}" if before.version else ""
    if before.size != after.size:
        change = f"{at}: {after.size:,} bytes, reviewed {before.size:,}{version}"
        return Replaced(uri=after.uri, change=change, is_certain=True)
    if before.etag and after.etag:
        is_same = before.etag.strip('"') == after.etag.strip('"')
        change = f"{at}: another ETag, the same {after.size:,} bytes long{version}"
    else:
        # Without both ETags, only a later time says that the object was written again.
        is_same = not (before.modified and after.modified) or before.modified[:19] == after.modified[:19]
        change = f"{at}: written again, {after.size:,} bytes as before{version}"
    return None if is_same else Replaced(uri=after.uri, change=change, is_certain=False)


def _named(texts: Iterable[str]) -> str:
    texts = list(texts)
    more = f", and {len(texts) - MAX_NAMED:,} more" if len(texts) > MAX_NAMED else ""
    return ", ".join(texts[:MAX_NAMED]) + more
