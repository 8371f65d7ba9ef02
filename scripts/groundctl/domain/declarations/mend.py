"""A sound stand-in for a declaration that does not fit the schema, so that the rest of it can be judged at once.

Whatever the schema faults is left out where it may be, and replaced by the schema's own example where it may not. The
places that were touched are told: nothing that is found there is the author's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from groundctl.domain.declarations.diagnostics import pointer_to


class Stand:
    """The stand-in, and which places of it are not the author's own."""

    def __init__(self, schema: Mapping[str, Any], faulted: Iterable[str]) -> None:
        self._root = schema
        self._faulted = frozenset(faulted)
        self.touched: set[str] = set()

    def in_for(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Make the stand-in."""
        return self._mapping(data, self._root, self._root["examples"][0], ())

    def is_authors_own(self, pointer: str) -> bool:
        """Say whether a place, all above it and all below it are as the author wrote them."""
        return not any(_within(pointer, place) or _within(place, pointer) for place in self.touched)

    def _mapping(
        self, data: Mapping[str, Any], schema: Mapping[str, Any], example: Any, way: tuple[str | int, ...]
    ) -> dict[str, Any]:
        known = schema.get("properties", {})
        sound = {}
        for name, value in data.items():
            place = (*way, name)
            if self._is_faulted(place) or (name not in known and schema.get("additionalProperties") is False):
                self._touch(place)
            else:
                sound[name] = self._value(value, self._resolved(known.get(name, {})), _member(example, name), place)
        for name in schema.get("required", ()):
            if name not in sound:
                self._touch((*way, name))
                sound[name] = _first_example(self._resolved(known[name]), _member(example, name))
        return sound

    def _value(self, value: Any, schema: Mapping[str, Any], example: Any, way: tuple[str | int, ...]) -> Any:
        if isinstance(value, dict) and "properties" in schema:
            return self._mapping(value, schema, example, way)
        if any(_within(fault, pointer_to(*way)) for fault in self._faulted):
            # A fault deeper in a list or a free mapping: the whole of it is replaced, for its parts belong together.
            self._touch(way)
            return _first_example(schema, example)
        return value

    def _is_faulted(self, way: tuple[str | int, ...]) -> bool:
        return pointer_to(*way) in self._faulted

    def _touch(self, way: tuple[str | int, ...]) -> None:
        self.touched.add(pointer_to(*way))

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" not in schema:
            return schema
        return {**self._root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], **schema}


def _first_example(schema: Mapping[str, Any], example: Any) -> Any:
    return schema["examples"][0] if schema.get("examples") else example


def _member(example: Any, name: str) -> Any:
    return example.get(name) if isinstance(example, Mapping) else None


def _within(pointer: str, place: str) -> bool:
    return pointer == place or pointer.startswith(f"{place}/")
