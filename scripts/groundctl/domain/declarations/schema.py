"""Checks a document against the JSON Schema, and describes every violation.

A compiled Rust validator, the gate, accepts or rejects a document in microseconds. The reference implementation explains
rejections; it is imported only for an invalid file, so that a clean run starts quickly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.document import pointer_to

if TYPE_CHECKING:
    import jsonschema
    import jsonschema_rs


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """The violations of a document in words, and the JSON Pointers of the values that are unreliable because of them.

    guesses are the fields that may be meant by an unknown name.
    """

    diagnostics: tuple[Diagnostic, ...] = ()
    places: tuple[str, ...] = ()
    guesses: tuple[str, ...] = ()


class SchemaCheck:
    """A schema that is compiled to check many documents."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema
        self._suspects = _Suspects()

    @cached_property
    def _gate(self) -> jsonschema_rs.Draft202012Validator:
        import jsonschema_rs

        return jsonschema_rs.Draft202012Validator(self.schema)

    @cached_property
    def _reference(self) -> jsonschema.protocols.Validator:
        validator: jsonschema.protocols.Validator = _explainer(self._suspects)(self.schema)
        return validator

    def is_valid(self, data: Any) -> bool:  # any JSON value
        """Return whether the data fits the schema."""
        try:
            return bool(self._gate.is_valid(data))
        except ValueError:  # a lone surrogate, which JSON can contain as an escape
            return False

    def diagnostics(self, data: Any) -> tuple[Diagnostic, ...]:  # any JSON value
        """Describe every violation of the schema."""
        return self.misfit(data).diagnostics

    def holds_any_text(self, pointer: str) -> bool:
        """Return whether the value at a JSON Pointer may be any text: the schema has no pattern and no choices for it."""
        return any(_is_any_text(schema) for schema in self._schemas_at(self.schema, _steps(pointer)))

    def holds_uri(self, pointer: str) -> bool:
        """Return whether the value at a JSON Pointer must be an S3 URI."""
        return any("s3://" in schema.get("pattern", "") for schema in self._schemas_at(self.schema, _steps(pointer)))

    def _schemas_at(self, schema: Mapping[str, Any], steps: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
        if "$ref" in schema:
            yield from self._schemas_at(self.schema["$defs"][schema["$ref"].rpartition("/")[2]], steps)
        for alternative in schema.get("oneOf", ()):
            yield from self._schemas_at(alternative, steps)
        if not steps:
            yield schema
            return
        inner = schema.get("properties", {}).get(steps[0]) or schema.get("additionalProperties")
        if steps[0].isdigit():
            inner = inner or schema.get("items")
        if inner:
            yield from self._schemas_at(inner, steps[1:])

    def misfit(self, data: Any) -> Misfit:  # any JSON value
        """Describe every violation of the schema, with the values that are unreliable because of it."""
        if self.is_valid(data):
            return Misfit()
        # Imported here, like the reference implementation, because a run without faults needs neither.
        from groundctl.domain.declarations.schema_messages import (
            diagnostics_of,
            guessed_places,
            unreliable_places,
            violations,
        )

        is_text = self._suspects.find(self._gate, data)
        found = violations(self._reference.iter_errors(data), self.schema)
        diagnostics = tuple(
            dict.fromkeys(diagnostic for violation in found for diagnostic in diagnostics_of(violation))
        )
        if not diagnostics or not is_text:
            return Misfit(diagnostics=diagnostics or tuple(self._from_the_gate(data)), places=("",))
        return Misfit(
            diagnostics=diagnostics,
            places=tuple(place for violation in found for place in unreliable_places(violation)),
            guesses=tuple(place for violation in found for place in guessed_places(violation, data)),
        )

    def _from_the_gate(self, data: Any) -> Iterator[Diagnostic]:
        """Report in the gate's words what only the gate rejects; a test compares the two, so this should never happen."""
        from groundctl.domain.declarations.schema_messages import NO_HINT

        try:
            for error in self._gate.iter_errors(data):
                pointer = pointer_to(*error.instance_path)
                yield Diagnostic(rule="GT100", pointer=pointer, message=error.message, hint=NO_HINT)
        except ValueError:
            hint = "write the text without \\u escapes"
            yield Diagnostic(rule="GT103", pointer="", message="contains half of a character", hint=hint)


def _steps(pointer: str) -> tuple[str, ...]:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def _is_any_text(schema: Mapping[str, Any]) -> bool:
    kinds = schema.get("type", ())
    return (kinds == "string" or "string" in kinds) and "pattern" not in schema and "enum" not in schema


class _Suspects:
    """The values that the gate rejects, by identity, and those that contain them; the reference skips all others.

    The gate takes microseconds, the reference milliseconds. A number or text that is the same object in another place is
    checked once more than needed, which is harmless.
    """

    def __init__(self) -> None:
        self._known: set[int] = set()
        self._all = True

    def __contains__(self, value: Any) -> bool:
        return self._all or id(value) in self._known

    def find(self, gate: jsonschema_rs.Draft202012Validator, data: Any) -> bool:
        """Collect the values on the path to each of the gate's errors; return False if the data is not valid text."""
        self._known.clear()
        try:
            for error in gate.iter_errors(data):
                value = data
                for step in error.instance_path:
                    if isinstance(value, dict) and step not in value:
                        # The gate reports a field such as "010" as the number 10, so the path is lost.
                        self._all = True
                        return True
                    value = value[step]
                    self._known.add(id(value))
                if error.schema_path and error.schema_path[-1] == "oneOf":
                    # The gate does not report which alternative was intended.
                    self._known.update(map(id, _within_value(value)))
        except ValueError:
            self._all = True
            return False
        self._all = False
        return True


def _within_value(value: Any) -> Iterator[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for member in inner:
        yield member
        yield from _within_value(member)


def _explainer(suspects: _Suspects) -> Any:
    """Build the reference implementation, with replacements for keywords that it checks slowly or unlike the gate."""
    import jsonschema

    def check_properties(validator: Any, properties: Mapping[str, Any], value: Any, _: Any) -> Iterator[Any]:
        if isinstance(value, dict):
            for name, schema in properties.items():
                if name in value and value[name] in suspects:
                    yield from validator.descend(value[name], schema, path=name, schema_path=name)

    def check_items(validator: Any, items: Any, value: Any, _: Any) -> Iterator[Any]:
        if isinstance(value, list):
            for index, item in enumerate(value):
                if item in suspects:
                    yield from validator.descend(item, items, path=index)

    checks = {
        "pattern": _check_pattern,
        "uniqueItems": _check_unique,
        "properties": check_properties,
        "items": check_items,
    }
    return jsonschema.validators.extend(jsonschema.Draft202012Validator, checks)  # type: ignore[no-untyped-call]


def _check_pattern(_: Any, pattern: str, text: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    from jsonschema import ValidationError

    # In JSON Schema, $ matches the end of the text; in Python, also before a final line break. minLength reports an
    # empty text.
    strict = pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern
    if isinstance(text, str) and not re.search(strict, text) and not (text == "" and schema.get("minLength")):
        yield ValidationError(f"{text[:60]!r} does not match {pattern!r}")


def _check_unique(_: Any, unique: bool, items: Any, __: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    from groundctl.domain.declarations.schema_messages import repeats

    # The library compares every pair of entries, which takes minutes for a hostile list.
    if unique and isinstance(items, list) and any(True for _ in repeats(items)):
        yield ValidationError("has non-unique elements")
