"""A file with one well-formed mapping, and where its values are: JSON Pointers, and positions in the text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Line and column, both from 1.
Position = tuple[int, int]
# The positions of a field's name and of its value, by the value's JSON Pointer.
Positions = Mapping[str, tuple[Position, Position]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file's text and data; positions are computed on first use, which only files with problems need."""

    path: str
    text: str
    data: dict[str, Any]
    find_positions: Callable[[str], Positions]

    def positions(self) -> Positions:
        """Find the position of each value."""
        return self.find_positions(self.text)


def pointer_to(*steps: str | int) -> str:
    """Write the steps to a value as a JSON Pointer (RFC 6901)."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


def find_places(root: Any) -> Positions:  # a node of PyYAML, which only the loader may import
    """Find the position of each field's name and value."""
    places: dict[str, tuple[Position, Position]] = {}
    _walk(root, "", places)
    return places


def _walk(node: Any, pointer: str, places: dict[str, tuple[Position, Position]]) -> None:
    if node.id == "mapping":
        for key, value in node.value:
            inner = f"{pointer}{pointer_to(key.value)}"
            places[inner] = (_start(key), _start(value))
            _walk(value, inner, places)
    elif node.id == "sequence":
        for index, item in enumerate(node.value):
            inner = f"{pointer}/{index}"
            places[inner] = (_start(item), _start(item))
            _walk(item, inner, places)


def _start(node: Any) -> Position:
    return node.start_mark.line + 1, node.start_mark.column + 1


def take_out(data: Any, unreadable: object, pointer: str = "") -> Iterator[str]:  # a mapping or list of a file
    """Replace each value that could not be read by None, and yield its JSON Pointer."""
    for key, value in tuple(data.items() if isinstance(data, dict) else enumerate(data)):
        inner = f"{pointer}{pointer_to(key)}"
        if value is unreadable:
            data[key] = None
            yield inner
        elif isinstance(value, dict | list):
            yield from take_out(value, unreadable, inner)
