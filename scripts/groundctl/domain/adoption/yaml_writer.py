"""Writes data as the YAML of a declaration, with comments; the loader reads the same data back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.document import pointer_to
from groundctl.domain.declarations.texts.text_problems import INVISIBLE

# Words and addresses that YAML reads as they are, also where an editor of YAML 1.1 reads them.
_PLAIN = re.compile(r"[A-Za-z](?:[\w./=+@?!,;'()-]|:(?=[\w/])| (?=[\w(]))*|[1-9][0-9]*[smhd]", re.ASCII)
_NO_TEXTS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_INDENT = "  "
# Comments wrap here, at blanks; an address is never broken.
_WIDTH = 100


def write_yaml(data: JsonObject, notes: Mapping[str, str], *, head: Iterable[str], tail: Iterable[str]) -> str:
    """Write a declaration; notes are comments above the fields at their JSON Pointers, head and tail around all of it."""
    lines = [*(comment for text in head for comment in comments(text))]
    for key, value in data.items():
        if isinstance(value, dict):
            lines.append("")
        lines += _member(key, value, "", pointer_to(key), notes)
    ending = [f"# {visible(text)}" for text in tail]
    return "\n".join([*lines, *(["", *ending] if ending else [])]) + "\n"


def comments(text: str, indent: str = "") -> Iterator[str]:
    """Write a text as comment lines; invisible characters are escaped."""
    line = "#"
    for word in visible(text).split(" "):
        if len(indent) + len(line) + len(word) >= _WIDTH and line != "#":
            yield f"{indent}{line}".rstrip()
            line = "#  "
        line += f" {word}"
    yield f"{indent}{line}".rstrip()


def yaml_scalar(value: str | float) -> str:
    """Write a text or a number."""
    if isinstance(value, str):
        is_plain = _PLAIN.fullmatch(value) and value.lower() not in _NO_TEXTS
        return value if is_plain else f'"{visible(value, _ESCAPES)}"'
    return f"{Decimal(repr(value)):f}"


def visible(text: str, escapes: Mapping[str, str] | None = None) -> str:
    """Escape what no reader sees, as YAML and JSON do; for a text in quotes, also what ends it."""
    return "".join((escapes or {}).get(character) or _visible(character) for character in text)


def _visible(character: str) -> str:
    if character.isprintable() and not INVISIBLE.search(character):
        return character
    number = ord(character)
    return f"\\U{number:08x}" if number > 0xFFFF else f"\\u{number:04x}"


def _member(key: str, value: Any, indent: str, pointer: str, notes: Mapping[str, str]) -> Iterator[str]:
    if pointer in notes:
        yield from comments(notes[pointer], indent)
    name = f"{indent}{yaml_scalar(key)}:"
    match value:
        case dict():
            yield name
            for inner, each in value.items():
                yield from _member(inner, each, indent + _INDENT, f"{pointer}{pointer_to(inner)}", notes)
        case list():
            yield name
            yield from (f"{indent}{_INDENT}- {yaml_scalar(each)}" for each in value)
        case _:
            yield f"{name} {yaml_scalar(value)}"
