"""Selects the clips of a job from the objects of its source; what is left out is counted, by reason.

The order is always the same: match, exclude, size, dates, where, sample, limit. Objects are read one after the other, and
only the ones that are taken are kept.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

import msgspec

from groundctl.domain.clips.input_manifest import MAX_LINES, manifest_of_uris
from groundctl.domain.clips.left_out import Counting, Tally, Why
from groundctl.domain.clips.patterns import matches, matches_named
from groundctl.domain.clips.stored_object import StoredObject
from groundctl.domain.declarations.sources import CLIP_ENDINGS, TAKE_ALL, Condition, Only, Sample, Selection
from groundctl.domain.declarations.spec import JobSpec

# With only_new, the ledger decides which of so many clips at most are left.
MAX_BEFORE_LEDGER = 1_000_000
_HASHES = 2**64

Taken = TypeVar("Taken")
# Says why a line is not taken, by its position among the lines and its content; None if it is taken.
WhyNot = Callable[[int, dict[str, Any]], Why | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The clips that a selection takes, as an input manifest.

    count is the number of clips that the selection takes; a manifest with more than a job may have is not complete. listed
    holds what S3 said of the clips of a listing, in the manifest's order. numbers holds the numbers of the lines in the
    manifest that they were selected from; it is empty if all were taken.
    is_cut says that reading ended at the first line that was too many.
    """

    manifest: bytes
    count: int
    tally: Tally
    listed: tuple[StoredObject, ...] = ()
    numbers: tuple[int, ...] = ()
    is_cut: bool = False


def fixed_choice(manifest: bytes) -> Chosen:
    """Take every line of a manifest, such as one that a reviewed plan has fixed."""
    number = sum(1 for line in manifest.split(b"\n") if line.strip())
    return Chosen(manifest=manifest, count=number, tally=Tally(seen=number))


def selection_of(spec: JobSpec) -> Selection:
    """Return the selection of a job before the ledger decides: only_new is applied there, and limit after it."""
    return replace(spec.selection, limit=None) if spec.only_new else spec.selection


def most_of(spec: JobSpec) -> int:
    """Return how many clips may be selected before the ledger decides."""
    return MAX_BEFORE_LEDGER if spec.only_new else MAX_LINES


def choose_from_listing(
    objects: Iterable[StoredObject], prefix: str, selection: Selection, *, most: int = MAX_LINES
) -> Chosen:
    """Select clips from the objects under a prefix."""
    counting = Counting()

    def fitting() -> Iterator[StoredObject]:
        for each in objects:
            counting.seen += 1
            why = _why_not_by_key(each.uri[len(prefix) :], selection, matches) or _why_not_by_object(each, selection)
            if why is None:
                yield each
            else:
                counting.leave_out(each.uri, why)

    kept, count = _take(fitting(), selection, counting, lambda each: each.uri, most)
    kept.sort(key=lambda each: each.uri)
    return Chosen(
        manifest=manifest_of_uris(each.uri for each in kept),
        count=count,
        tally=counting.tally(),
        listed=tuple(kept),
    )


def choose_from_manifest(
    lines: Iterable[bytes],
    selection: Selection,
    *,
    most: int = MAX_LINES,
    only: WhyNot | None = None,
) -> Chosen:
    """Select lines of a manifest; a line that cannot be read is kept, and reported when the manifest is frozen.

    only decides about a line by the labels of an earlier job.
    """
    if selection == TAKE_ALL:
        return _all_lines(lines, most)
    counting = Counting()
    asks = replace(selection, sample=None, limit=None) != TAKE_ALL
    asked = _asked_text(selection.only) if selection.only else ""

    def fitting() -> Iterator[_Line]:
        for number, text in enumerate(lines, start=1):
            if not text.strip():
                continue
            counting.seen += 1
            line = _Line.of(number, text)
            why = _why_not_by_line(line, selection) if asks and line.uri else None
            why = why or (only(counting.seen - 1, line.content) if only and line.uri else None)
            if why is None:
                yield line
            else:
                counting.leave_out(line.uri, why, asked if why is Why.ONLY else "")

    kept, count = _take(fitting(), selection, counting, lambda line: line.uri, most)
    kept.sort(key=lambda line: line.number)
    return Chosen(
        manifest=b"".join(line.text if line.text.endswith(b"\n") else line.text + b"\n" for line in kept),
        count=count,
        tally=replace(counting.tally(), noun="line"),
        numbers=tuple(line.number for line in kept),
    )


def _asked_text(only: Only) -> str:
    """Write what `only` asks of a label."""
    named = " or ".join(only.labels[:_MAX_LABELS])
    more = " or another of these" if len(only.labels) > _MAX_LABELS else ""
    parts = [f"labeled {named}{more}"] if named else []
    parts += [f"below confidence {only.confidence_below}"] if only.confidence_below is not None else []
    parts += [f"below agreement {only.agreement_below}"] if only.agreement_below is not None else []
    return " and ".join(parts) or "unlabeled"


_MAX_LABELS = 3


def _all_lines(lines: Iterable[bytes], most: int) -> Chosen:
    """Take every line, but read on no further than the first one that is too many."""
    taken, count = bytearray(), 0
    for line in lines:
        taken += line
        count += bool(line.strip())
        if count > most:
            break
    return Chosen(manifest=bytes(taken), count=count, tally=Tally(seen=count, noun="line"), is_cut=count > most)


@dataclass(slots=True)
class _Line:
    """A line of a manifest; uri is empty if the line cannot be read."""

    number: int
    text: bytes
    uri: str
    content: dict[str, Any]

    @classmethod
    def of(cls, number: int, text: bytes) -> _Line:
        try:
            content = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            content = None
        if not isinstance(content, dict) or not isinstance(uri := content.get("source-ref"), str):
            return cls(number, text, "", {})
        return cls(number, text, uri, content)


# --- which objects fit ----------------------------------------------------------------------------------------------------


def _why_not_by_key(key: str, selection: Selection, fits: Callable[[str, tuple[str, ...]], bool]) -> Why | None:
    if key.endswith("/") or not key:
        return Why.FOLDER
    if not key.lower().endswith(CLIP_ENDINGS):
        return Why.ENDING
    if selection.match and not fits(key, selection.match):
        return Why.NOT_MATCHED
    if selection.exclude and fits(key, selection.exclude):
        return Why.EXCLUDED
    return None


def _why_not_by_object(each: StoredObject, selection: Selection) -> Why | None:
    if each.size == 0:
        return Why.EMPTY
    if selection is TAKE_ALL:
        return None
    if selection.min_size is not None and each.size < selection.min_size:
        return Why.TOO_SMALL
    if selection.max_size is not None and each.size > selection.max_size:
        return Why.TOO_LARGE
    # Both are ISO 8601 in UTC. S3 writes fractions of a second, which are cut off: ".000Z" sorts before "Z".
    modified = f"{each.modified[:19]}Z"
    if selection.since is not None and modified < selection.since:
        return Why.TOO_OLD
    if selection.before is not None and modified >= selection.before:
        return Why.TOO_NEW
    return None


def _why_not_by_line(line: _Line, selection: Selection) -> Why | None:
    key = line.uri.removeprefix("s3://").partition("/")[2]
    if selection.match and not matches_named(key, selection.match):
        return Why.NOT_MATCHED
    if selection.exclude and matches_named(key, selection.exclude):
        return Why.EXCLUDED
    fits = all(_holds(condition, line.content) for condition in selection.where)
    return None if fits else Why.WHERE


def _holds(condition: Condition, content: Mapping[str, Any]) -> bool:
    value = content.get(condition.key)
    if condition.is_given is not None and (condition.key in content) is not condition.is_given:
        return False
    if condition.any_of and not any(_same(value, wanted) for wanted in condition.any_of):
        return False
    if condition.at_least is None and condition.below is None:
        return True
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    number = Decimal(repr(value))
    is_high_enough = condition.at_least is None or number >= condition.at_least
    return is_high_enough and (condition.below is None or number < condition.below)


def _same(value: Any, wanted: Any) -> bool:
    # In Python, True equals 1.
    return isinstance(value, bool) is isinstance(wanted, bool) and bool(value == wanted)


# --- how many of them are taken -------------------------------------------------------------------------------------------


def _take(
    fitting: Iterator[Taken], selection: Selection, counting: Counting, uri_of: Callable[[Taken], str], most: int
) -> tuple[list[Taken], int]:
    """Take a sample and the first ones of it, and count them; of more than `most`, only so many are kept."""
    number = 0

    def counted(each: Iterator[Taken]) -> Iterator[Taken]:
        nonlocal number
        for one in each:
            number += 1
            yield one

    kept: list[Taken] | None = None
    sample = selection.sample
    if sample is not None and sample.percent is not None:
        fitting = filter(partial(_is_chosen, sample, _HASHES * sample.percent / 100, uri_of, counting), fitting)
    elif sample is not None and sample.count is not None:
        # By hash, not by shuffling: a clip that is added later can only replace one clip of the sample.
        kept = heapq.nsmallest(sample.count, counted(fitting), key=lambda each: _rank(sample, uri_of(each)))
        counting.leave_out_all(number - len(kept), Why.SAMPLE)
        number, fitting = 0, iter(kept)
    if selection.limit is not None:
        kept = heapq.nsmallest(selection.limit, counted(fitting), key=uri_of)
        counting.leave_out_all(number - len(kept), Why.LIMIT)
        return kept, len(kept)
    kept = []
    for each in counted(fitting):
        if number <= most:
            kept.append(each)
    return kept, number


def _is_chosen(sample: Sample, bound: Decimal, uri_of: Callable[[Taken], str], counting: Counting, each: Taken) -> bool:
    # Each clip is chosen by its own hash, so that other clips have no influence at all.
    if int.from_bytes(_rank(sample, uri_of(each))[:8]) < bound:
        return True
    counting.leave_out_all(1, Why.SAMPLE)
    return False


def _rank(sample: Sample, uri: str) -> bytes:
    return hashlib.sha256(f"{sample.seed}\n{uri}".encode("utf-8", "surrogatepass")).digest()
