"""What is wrong with the lines of an input manifest, in one sentence for each kind of fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from groundctl.domain.declarations.diagnostics import Diagnostic, TextPlace
from groundctl.domain.declarations.sources import (
    ChainedInput,
    InventoryInput,
    ManifestInput,
    ObjectsInput,
    PrefixInput,
    Source,
)

MAX_LINE = 100_000
# So many lines of each kind are named; the rest is counted.
MAX_NAMED = 3


class Kind(Enum):
    """A kind of fault, said of one line and of several; `{}` stands for what the line has."""

    TOO_LONG = f"has {{}}; at most {MAX_LINE:,} are allowed", f"have more than {MAX_LINE:,} bytes"
    CARRIAGE_RETURN = "has a carriage return that ends no line", "have a carriage return that ends no line"
    NOT_UTF_8 = "is not UTF-8", "are not UTF-8"
    BYTE_ORDER_MARK = "starts with a byte order mark", "start with a byte order mark"
    NOT_JSON = "is not JSON", "are not JSON"
    NO_CONSTANT = "has {}, which is not JSON", "have NaN or Infinity, which is not JSON"
    TWICE = "has {} twice", "have a key twice"
    NOT_AN_OBJECT = "is not a JSON object", "are not JSON objects"
    NO_SOURCE_REF = "has no `source-ref` with s3://bucket/key", "have no `source-ref` with s3://bucket/key"
    LONE_SURROGATE = (
        "has a lone surrogate in `source-ref`, an escape such as \\ud800",
        "have a lone surrogate in `source-ref`, an escape such as \\ud800",
    )
    NOT_A_CLIP = "{} is not a .mp4, .webm or .ogg file", "name files that are not .mp4, .webm or .ogg"
    HAS_SOURCE = (
        "has `source`, which is for text, beside `source-ref`",
        "have `source`, which is for text, beside `source-ref`",
    )
    DOLLAR = "has a key that starts with $", "have a key that starts with $"
    EMPTY_LABEL = (
        "has {} without a label, which Ground Truth would skip as labeled",
        "have a label that is null or empty, and Ground Truth would skip them as labeled",
    )
    STRAY_METADATA = "has {} without its label", "have metadata of a label without the label"


class LineFault(NamedTuple):
    """What is wrong with one line, and the part of it that says so."""

    kind: Kind
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the lines of a manifest come from, in the words of the declaration.

    entry is what an author calls a line; a list in the declaration has a pointer for each of its entries. file is the name
    of a manifest beside the declaration.
    """

    pointer: str = "/input"
    entry: str = "line"
    hint: str = "correct the manifest"
    is_listed: bool = False
    file: str | None = None

    def pointer_of(self, number: int) -> str:
        """Return the pointer of the entry that became a line, by the number of the line."""
        return f"{self.pointer}/{number - 1}" if self.is_listed else self.pointer

    def place_of(self, number: int) -> TextPlace | None:
        """Return the place of a line in the file beside the declaration, if the manifest is one."""
        return TextPlace(name=self.file, line=number) if self.file is not None else None

    def in_sentence(self, number: int, uri: str) -> str:
        """Name a line and its clip after `the first`; an author who wrote a prefix knows no lines."""
        return f"is {uri}" if self.entry == "object" else f"at {self.entry} {number}: {uri}"


_BY_SOURCE: dict[type[Source], Origin] = {
    PrefixInput: Origin(pointer="/input/prefix", entry="object", hint="leave them out with `exclude`, or rename them"),
    InventoryInput: Origin(
        pointer="/input/inventory", entry="object", hint="leave them out with `exclude`, or rename them"
    ),
    ManifestInput: Origin(pointer="/input/manifest"),
    ObjectsInput: Origin(pointer="/input/objects", entry="clip", hint="correct the list", is_listed=True),
    ChainedInput: Origin(
        pointer="/input/from_job", hint="copy the output, correct the copy, and name it in input.manifest"
    ),
}


def origin_of(source: Source) -> Origin:
    """Return where the lines of a job's manifest come from."""
    if isinstance(source, ManifestInput) and source.is_file:
        return Origin(pointer="/input/manifest", hint=f"correct {source.uri}", file=source.uri)
    return _BY_SOURCE[type(source)]


@dataclass(slots=True, kw_only=True)
class LineFaults:
    """Collects the faults of lines: for each kind the number of lines, and the first few."""

    origin: Origin
    _first: dict[Kind, list[tuple[int, str]]] = field(default_factory=dict)
    _count: dict[Kind, int] = field(default_factory=dict)

    def add(self, number: int, fault: LineFault) -> None:
        """Count the fault of a line."""
        self._count[fault.kind] = self._count.get(fault.kind, 0) + 1
        first = self._first.setdefault(fault.kind, [])
        if len(first) < MAX_NAMED:
            first.append((number, fault.detail))

    def findings(self) -> Iterator[Diagnostic]:
        """Report each kind of fault once, with the number of its lines."""
        for kind, first in self._first.items():
            yield Diagnostic(
                rule="GT701",
                pointer=self.origin.pointer_of(first[0][0]),
                message=self._message(kind, first, self._count[kind]),
                hint=self._hint(kind),
                beside=self.origin.place_of(first[0][0]),
            )

    def _message(self, kind: Kind, first: list[tuple[int, str]], count: int) -> str:
        one, several = kind.value
        if count == 1:
            number, detail = first[0]
            said = one.format(detail)
            return said if said.startswith("s3://") and self.origin.entry == "object" else f"{self._at(number)}: {said}"
        named = ", ".join(self._named(number, detail) for number, detail in first)
        more = f" and {count - len(first):,} more" if count > len(first) else ""
        return f"{count:,} {self.origin.entry}s {several}: {named}{more}"

    def _at(self, number: int) -> str:
        return f"{self.origin.entry} {number}"

    def _named(self, number: int, detail: str) -> str:
        if self.origin.entry == "object":
            return detail
        return f"{self._at(number)} ({detail})" if detail else self._at(number)

    def _hint(self, kind: Kind) -> str:
        if kind is Kind.EMPTY_LABEL:
            return f"remove the key from these lines to have them labeled; {self.origin.hint}"
        return self.origin.hint
