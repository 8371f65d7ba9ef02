"""Copies a declaration for a new job: its text with another name, comments kept, without what is true of the old job only."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from groundctl.domain.adoption.imported import HEAD, TAIL
from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.document import Document
from groundctl.domain.declarations.spec import JobSpec, State
from groundctl.domain.declarations.texts.unfinished import text_files
from groundctl.domain.declarations.validator import manifest_files

_MODELINE = "# yaml-language-server:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clone:
    """The text of the new file and what it must say, the names of files to copy with their new names, and what to change."""

    text: str
    data: JsonObject
    files: Mapping[str, str]
    hints: tuple[str, ...]


def clone(document: Document, spec: JobSpec, name: str, *, schema: str | None, is_moved: bool) -> Clone:
    """Copy a declaration; schema is the editor schema's path as seen from the new file, if there is one."""
    # A manifest stays the same file for both jobs, unless the new one is in another folder.
    named = [*text_files(spec), *(("/input/manifest", old) for old in manifest_files(spec) if is_moved)]
    files = {old: _renamed(old, spec.name, name) for _, old in named}
    values = {"/name": (spec.name, name), **{pointer: (old, files[old]) for pointer, old in named}}
    lines = _with_values(document, values).split("\n")
    kept = list(_without_import(lines, document))
    hints = tuple(_hints(spec))
    modeline = f"{_MODELINE} $schema={schema}" if schema else None
    text = "\n".join(_with_head(kept, hints, modeline))
    return Clone(text=text, data=_with_new_values(document.data, values), files=files, hints=hints)


def _with_new_values(data: JsonObject, values: Mapping[str, tuple[str, str]]) -> JsonObject:
    new = {key: copy.deepcopy(value) for key, value in data.items() if key != "imported"}
    for pointer, (_, value) in values.items():
        *way, last = pointer.split("/")[1:]
        part: Any = new
        for step in way:
            part = part[step]
        part[last] = value
    return new


def _renamed(file: str, old: str, new: str) -> str:
    """Name the copy of a file after the new job, in the same folder."""
    folder, slash, last = file.rpartition("/")
    return f"{folder}{slash}{last.replace(old, new) if old in last else f'{new}-{last}'}"


def _with_values(document: Document, values: Mapping[str, tuple[str, str]]) -> str:
    """Replace values where they stand: everything else stays as it was written."""
    positions, lines = document.positions(), document.text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    text = document.text
    places = [(positions[pointer][1], old, new) for pointer, (old, new) in values.items()]
    # From the end, so that the places before stay where they are. The value is the first such text after its place.
    for (row, column), old, new in sorted(places, reverse=True):
        start = text.find(old, starts[row - 1] + column - 1)
        # A value with escapes is not found; the caller compares the copy with what it must say.
        text = text if start < 0 else text[:start] + new + text[start + len(old) :]
    return text


def _without_import(lines: list[str], document: Document) -> Iterator[str]:
    """Leave out what `groundctl import` wrote about the old job."""
    head = {f"# {line}" for line in HEAD}
    first = document.positions()["/imported"][0][0] - 1 if "imported" in document.data else len(lines)
    end = first + 1
    while end < len(lines) and (lines[end].startswith((" ", "\t")) or not lines[end].strip()):
        end += 1
    in_tail = False
    for number, line in enumerate(lines):
        line = line.rstrip("\r")
        in_tail = line == f"# {TAIL}" or (in_tail and line.startswith("#   "))
        if not (first <= number < end or in_tail or line in head):
            yield line


def _with_head(lines: list[str], hints: tuple[str, ...], modeline: str | None) -> Iterator[str]:
    """Put the hints below the editor's line, which is the first, and end with one line break."""
    if lines and lines[0].startswith(_MODELINE):
        lines = lines[1:]
    if modeline is not None:
        yield modeline
    yield from (f"# {hint}" for hint in hints)
    yield from re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n").split("\n")
    yield ""


def _hints(spec: JobSpec) -> Iterator[str]:
    yield f"Copied from {spec.name}. A clip is bought once for a question, so change one of these before you plan it:"
    yield f"- the clips: under `input`; `from_job: {spec.name}` in place of them goes on from its output"
    yield "- `only_new: true` under `input`: the same place, without the clips that were asked before"
    yield "- the question: other labels, and a name of its own as `question` under `task`"
    yield f"- or pay again for the same clips: `rerun_of: {{job: {spec.name}, reason: ...}}`"
    if spec.state is State.STOPPED:
        yield "- `state: stopped`: remove it, or the job is never created"
