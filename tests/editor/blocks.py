"""The blocks of a schema for editors: each mapping with fields of its own, and how to write down that one is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A mapping with fields of its own; the text ends where its first field would be written."""

    name: str
    text: str
    fields: Mapping[str, Mapping[str, Any]]


def blocks(schema: Mapping[str, Any]) -> Iterator[Block]:
    """Yield every block of a schema for editors."""
    yield from _within(schema, "the file", "", 0)


def _within(schema: Mapping[str, Any], name: str, text: str, depth: int) -> Iterator[Block]:
    for part in (schema, *schema.get("allOf", ())):
        if fields := part.get("properties"):
            yield Block(name=name, text=text, fields=fields)
            for field, inner in fields.items():
                yield from _below(inner, f"{name}.{field}", f"{text}{field}:\n", depth + 1)
        if isinstance(keyed := part.get("additionalProperties"), dict):
            yield from _below(keyed, f"{name}.KEY", f"{text}some-key:\n", depth + 1)
    if "items" in schema:
        dash = f"{text}- "
        yield from _within(schema["items"], f"{name}[]", dash, depth + 1)
    for branch in ("then", "else"):
        if branch in schema and "if" in schema:
            yield from _within(schema[branch], name, text, depth)


def _below(schema: Mapping[str, Any], name: str, text: str, depth: int) -> Iterator[Block]:
    yield from _within(schema, name, text + "  " * depth, depth)
