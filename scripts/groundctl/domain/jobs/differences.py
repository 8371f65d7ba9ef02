"""In which fields a declaration differs from the one that its job was created from, with both values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from groundctl.domain.canonical_json import canonical_json
from groundctl.domain.declarations.diagnostics import TextPlace
from groundctl.domain.declarations.document import pointer_to
from groundctl.domain.jobs.continuation import DeclarationContent

# So many characters of a value are shown: of a longer one, the part around the first difference.
MAX_SHOWN = 48
# So many characters before the first difference show where it is.
_LEAD = 12
_NOT_GIVEN = "(not given)"
_NOTHING = "(nothing)"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field with its value when the job was created, and its value now; of long values, the part that differs first.

    The pointer is a JSON Pointer into the declaration; beside is the place in a text file that was changed.
    """

    field: str
    before: str
    after: str
    pointer: str = ""
    beside: TextPlace | None = None


def field_changes(before: DeclarationContent, after: DeclarationContent) -> tuple[FieldChange, ...]:
    """List the fields that differ; blanks at the ends of lines and texts do not count in what workers read."""
    declared = _members(before["declared"], after["declared"])
    texts = _texts(before.get("texts", {}), after.get("texts", {}))
    return tuple(sorted((*declared, *texts), key=lambda change: change.field))


def _members(before: Any, after: Any, steps: tuple[str, ...] = ()) -> Iterator[FieldChange]:  # JSON values
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in {*before, *after}:
            yield from _members(before.get(key), after.get(key), (*steps, key))
    elif not _is_same(before, after, is_text=steps[:1] == ("task",)):
        first, second = excerpts(_written(before), _written(after))
        yield FieldChange(field=".".join(steps), before=first, after=second, pointer=pointer_to(*steps))


def _texts(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[FieldChange]:
    for name in {*before, *after}:
        old, new = before.get(name), after.get(name)
        if _is_same(old, new, is_text=True):
            continue
        number, first, second = _first_line_that_differs(old or "", new or "")
        # A file that is no longer named has no place.
        place = None if new is None else TextPlace(name=name, line=number)
        first, second = _NOT_GIVEN if old is None else first, _NOT_GIVEN if new is None else second
        yield FieldChange(field=name, before=first, after=second, pointer="/task", beside=place)


def _is_same(before: Any, after: Any, *, is_text: bool) -> bool:
    if is_text and isinstance(before, str) and isinstance(after, str):
        return _lines(before) == _lines(after)
    return bool(before == after)


def _lines(text: str) -> list[str]:
    """Return the lines of a text without blanks at their ends, and without blank lines at its end."""
    return [line.rstrip() for line in text.rstrip().split("\n")]


def _first_line_that_differs(before: str, after: str) -> tuple[int, str, str]:
    """Return the number of the first line that differs in the text of now, with both versions."""
    old, new = _lines(before), _lines(after)
    pairs = zip(old, new, strict=False)
    same = next((index for index, (first, second) in enumerate(pairs) if first != second), min(len(old), len(new)))
    shown = excerpts(*(lines[same] if same < len(lines) else _NOTHING for lines in (old, new)))
    return min(same + 1, len(new)), *shown


def _written(value: Any) -> str:  # a JSON value
    if value is None:
        return _NOT_GIVEN
    return value if isinstance(value, str) else canonical_json(value).decode()


def excerpts(before: str, after: str) -> tuple[str, str]:
    """Shorten two values to the part around their first difference."""
    if max(len(before), len(after)) <= MAX_SHOWN:
        return before, after
    pairs = zip(before, after, strict=False)
    same = next((i for i, (one, other) in enumerate(pairs) if one != other), min(len(before), len(after)))
    start = 0 if same < MAX_SHOWN // 2 else same - _LEAD
    return _cut(before, start), _cut(after, start)


def _cut(text: str, start: int) -> str:
    end = start + MAX_SHOWN
    return f"{'…' if start else ''}{text[start:end]}{'…' if len(text) > end else ''}"
