"""Entries of the purchase ledger: their bytes, strict reading, and the log that they form.

An entry is one JSON line and then, for each record that has clips, its clip index. Reading never raises: what cannot
be read is a value, because one bad entry stops creates but no plan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec

from groundctl.domain.clips.clip_index import BYTES_PER_CLIP, ClipIndex
from groundctl.domain.jobs.ledger.records import Author, EntryHeader, OpenedRecord, Record, RecordId

FORMAT: Final = 1
# What the first entry has for the digest of the entry before it, and what stands for the digest of a missing one.
NO_ENTRY: Final = "0" * 64


# A record with the clips that its entry lists for it: none, if it is not about clips.
IndexedRecord = tuple[Record, ClipIndex]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as it was read. indexes has one clip index for each record, empty for a record without clips."""

    number: int
    header: EntryHeader
    indexes: tuple[ClipIndex, ...]
    content: bytes
    digest: str

    def records(self) -> Iterable[tuple[RecordId, Record, ClipIndex]]:
        """List the records, each with where it stands and its clips."""
        for place, (record, index) in enumerate(zip(self.header.records, self.indexes, strict=True)):
            yield RecordId(entry=self.number, record=place), record, index


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """An entry that cannot be read, or cannot be believed. content is None if the entry is missing."""

    number: int
    why: str
    content: bytes | None = None

    @property
    def digest(self) -> str:
        """Name the content, as the next entry does."""
        return NO_ENTRY if self.content is None else hashlib.sha256(self.content).hexdigest()


def write_entry(records: Sequence[IndexedRecord], *, nonce: str, previous: str, at: datetime, by: Author) -> bytes:
    """Write an entry. A record without clips comes with an empty index."""
    for record, index in records:
        if len(index) != clips_of(record):
            raise ValueError(f"the record says {clips_of(record)} clips, its index has {len(index)}")
    header = EntryHeader(
        nonce=nonce,
        previous=previous,
        at=at.astimezone(UTC).replace(microsecond=0),
        by=by,
        records=tuple(record for record, _ in records),
    )
    line = canonical(header)
    _DECODER.decode(line)  # raises for what no reader would accept: an unreadable entry stops every purchase
    return b"".join((line, b"\n", *(index.raw for _, index in records)))


def parse_entry(number: int, content: bytes) -> Entry | Unreadable:
    """Read an entry, or say why it cannot be read."""
    end = content.find(b"\n")
    if end < 0:
        return Unreadable(number=number, why="has no complete first line", content=content)
    line = content[:end]
    try:
        header = _DECODER.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return Unreadable(number=number, why=_why(line, error), content=content)
    if canonical(header) != line:
        return Unreadable(number=number, why="is not in canonical form", content=content)
    counts = tuple(map(clips_of, header.records))
    if fault := _fault(number, header, sum(counts), len(content) - end - 1):
        return Unreadable(number=number, why=fault, content=content)
    return Entry(
        number=number,
        header=header,
        indexes=_indexes(counts, content, end + 1),
        content=content,
        digest=hashlib.sha256(content).hexdigest(),
    )


def canonical(header: EntryHeader) -> bytes:
    """Write a header in the one form that is accepted: members by name, no blanks, UTF-8."""
    return _ENCODER.encode(header)


def clips_of(record: Record) -> int:
    """Count the clips that a record's index lists."""
    clips: int = getattr(record, "clips", 0)
    return clips


_NO_CLIPS = ClipIndex()
_DECODER = msgspec.json.Decoder(EntryHeader)
_ENCODER = msgspec.json.Encoder(order="sorted", decimal_format="string")


class _AnyFormat(msgspec.Struct):
    """The one member that every format has."""

    format: int


def _why(line: bytes, error: Exception) -> str:
    try:
        found = msgspec.json.decode(line, type=_AnyFormat).format
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return "is not a ledger entry"
    if found > FORMAT:
        return f"has format {found}; this version of groundctl reads format {FORMAT}"
    return f"is damaged: {error}"


def _fault(number: int, header: EntryHeader, clips: int, index_bytes: int) -> str | None:
    opens = any(isinstance(record, OpenedRecord) for record in header.records)
    if opens is not (number == 1):
        return "is not `opened`, as entry 1 must be" if number == 1 else "is `opened`, which only entry 1 may be"
    if index_bytes != clips * BYTES_PER_CLIP:
        return f"lists {clips} clips, but {index_bytes} bytes of clip index follow"
    return None


def _indexes(counts: tuple[int, ...], content: bytes, start: int) -> tuple[ClipIndex, ...]:
    indexes = []
    for clips in counts:
        end = start + clips * BYTES_PER_CLIP
        indexes.append(ClipIndex(content[start:end]) if clips else _NO_CLIPS)
        start = end
    return tuple(indexes)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLog:
    """The ledger as it was read: entries 1 to end, in order.

    A gap is one Unreadable under the first number that is missing. packs counts the packs there are, from the first on.
    strange_keys lists objects among the entries that are none. aws_time is AWS's own time when the log was read.
    """

    entries: tuple[Entry | Unreadable, ...] = ()
    end: int = 0
    packs: int = 0
    strange_keys: tuple[str, ...] = ()
    aws_time: datetime | None = None

    @property
    def tip(self) -> str:
        """Name the last entry's content, as the next entry must."""
        return self.entries[-1].digest if self.entries else NO_ENTRY

    def number_of(self, nonce: str) -> int | None:
        """Find the entry that was written with a nonce."""
        found = (each.number for each in self.entries if isinstance(each, Entry) and each.header.nonce == nonce)
        return next(found, None)


def extend_log(
    log: LedgerLog,
    contents: Mapping[int, bytes | None],
    *,
    packs: int | None = None,
    strange_keys: Sequence[str] | None = None,
    aws_time: datetime | None = None,
) -> LedgerLog:
    """Add the entries that follow a log's end. None is the content of an entry that is listed and cannot be found."""
    entries, end = list(log.entries), log.end
    for number in sorted(contents):
        if number <= end:
            continue
        if number > end + 1:
            entries.append(_missing(end + 1, number - 1))
        content = contents[number]
        entries.append(_missing(number, number) if content is None else parse_entry(number, content))
        end = number
    return LedgerLog(
        entries=_chained(entries, checked=len(log.entries)),
        end=end,
        packs=log.packs if packs is None else packs,
        strange_keys=log.strange_keys if strange_keys is None else tuple(strange_keys),
        aws_time=aws_time or log.aws_time,
    )


def _missing(first: int, last: int) -> Unreadable:
    return Unreadable(number=first, why="is missing" if first == last else f"is missing, as all entries to {last} are")


def _chained(entries: list[Entry | Unreadable], *, checked: int) -> tuple[Entry | Unreadable, ...]:
    """Mark the entries whose content is not what the entry after them was written upon."""
    for place in range(max(checked, 1), len(entries)):
        before, here = entries[place - 1], entries[place]
        if isinstance(here, Entry) and isinstance(before, Entry) and here.header.previous != before.digest:
            why = f"is not what entry {here.number} was written upon: one of the two was changed"
            entries[place - 1] = Unreadable(number=before.number, why=why, content=before.content)
    return tuple(entries)


def add_entry(log: LedgerLog, content: bytes) -> LedgerLog:
    """Add the entry that was just written at the end."""
    return extend_log(log, {log.end + 1: content})


# --- What writing an entry came to.


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """The entry is in the ledger under this number."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberTaken:
    """Another entry has this number: read it, and decide again."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendUnclear:
    """The entry may be in the ledger, or may still arrive: read again, and look for its nonce. Assume nothing."""

    number: int
    message: str


AppendResult = Appended | NumberTaken | AppendUnclear
