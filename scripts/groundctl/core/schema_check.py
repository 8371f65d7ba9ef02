"""A document against the JSON Schema: is it valid, and if not, every reason in words.

A compiled Rust validator says yes or no in microseconds; the reference implementation is asked for reasons, and only
for the few files that are wrong. It is imported then, so that a clean run starts quickly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from groundctl.core.problem import Finding, pointer_to

if TYPE_CHECKING:
    import jsonschema
    import jsonschema_rs

_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "empty",
}


class SchemaCheck:
    """One schema, ready to check many documents."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema

    @cached_property
    def _gate(self) -> jsonschema_rs.Draft202012Validator:
        import jsonschema_rs

        return jsonschema_rs.Draft202012Validator(self.schema)

    @cached_property
    def _reference(self) -> jsonschema.Draft202012Validator:
        import jsonschema

        return jsonschema.Draft202012Validator(self.schema)

    def is_valid(self, data: Any) -> bool:
        """Say whether the data fits the schema."""
        try:
            return bool(self._gate.is_valid(data))
        except ValueError:  # the gate cannot hold some Python values, such as whole numbers beyond 64 bits
            return False

    def findings(self, data: Any) -> tuple[Finding, ...]:
        """List every way in which the data does not fit, in words."""
        if self.is_valid(data):
            return ()
        found = [finding for fault in _deepest(self._reference.iter_errors(data)) for finding in _in_words(fault)]
        return tuple(dict.fromkeys(found)) or tuple(self._gate_findings(data))

    def _gate_findings(self, data: Any) -> Iterator[Finding]:
        """Report in the gate's words what the reference lets pass, a text that ends in a line break for instance."""
        try:
            for error in self._gate.iter_errors(data):
                pointer = pointer_to(*error.instance_path)
                yield Finding(
                    rule="GT105", pointer=pointer, message=error.message, hint="see the schema for this field"
                )
        except ValueError as error:
            yield Finding(rule="GT103", pointer="", message=str(error), hint="write a smaller number")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """What the reference implementation found, in types one can work with."""

    kind: str
    value: Any
    limit: Any
    schema: Mapping[str, Any]
    way: tuple[str | int, ...]
    is_key: bool
    words: str


def _deepest(errors: Iterable[Any]) -> Iterator[_Fault]:
    """Replace 'fits none of these' by what is wrong with the alternative the author meant."""
    for error in errors:
        if error.validator == "oneOf" and (meant := _meant(error)):
            yield from _deepest(meant)
        else:
            yield _fault(error)


def _meant(error: Any) -> list[Any]:
    """Choose the alternative whose type fits; none may."""
    by_branch: dict[int, list[Any]] = {}
    for inner in error.context:
        by_branch.setdefault(inner.relative_schema_path[0], []).append(inner)
    for found in by_branch.values():
        if not any(inner.validator == "type" and not inner.relative_path for inner in found):
            return found
    return []


def _fault(error: Any) -> _Fault:
    return _Fault(
        kind=error.validator,
        value=error.instance,
        limit=error.validator_value,
        schema=error.schema if isinstance(error.schema, Mapping) else {},
        way=tuple(error.absolute_path),
        is_key="propertyNames" in error.absolute_schema_path,
        words=error.message,
    )


def _in_words(fault: _Fault) -> Iterator[Finding]:
    if fault.is_key:
        yield _field_name(fault)
    elif fault.kind == "additionalProperties":
        yield from _unknown_fields(fault)
    elif fault.kind == "required":
        yield from _missing_fields(fault)
    else:
        rule, message, *further = _WORDINGS.get(fault.kind, _of_any_other)(fault)
        yield Finding(
            rule=rule,
            pointer=pointer_to(*fault.way, *further),
            message=message,
            hint=_hint(fault),
            at_key=bool(further) and isinstance(further[0], str),
        )


def _unknown_fields(fault: _Fault) -> Iterator[Finding]:
    known = fault.schema.get("properties", {})
    for name in fault.value:
        if name not in known:
            pointer = pointer_to(*fault.way, name)
            message = f"`{name}` is not a field{_within(fault, 'of')}"
            yield Finding(rule="GT101", pointer=pointer, message=message, hint=_nearest_field(name, known), at_key=True)


def _missing_fields(fault: _Fault) -> Iterator[Finding]:
    # The library reports each missing field on its own but names it only in prose: all are made anew, repeats fall out.
    for name in fault.limit:
        if name not in fault.value:
            pointer, message = pointer_to(*fault.way), f"`{name}` is missing{_within(fault, 'from')}"
            yield Finding(rule="GT102", pointer=pointer, message=message, hint=_how_to_add(name, fault), at_key=True)


def _field_name(fault: _Fault) -> Finding:
    pointer = pointer_to(*fault.way, fault.value)
    message = f"the key {describe(fault.value)} is not allowed{_within(fault, 'in')}"
    hint = "keys start with anything but $, and have a length of 1 to 200"
    if fault.way and fault.way[0] == "tags":
        hint = "a tag's key has 1 to 128 characters"
    return Finding(rule="GT105", pointer=pointer, message=message, hint=hint, at_key=True)


# rule, message, and further steps from the value the error is about to the place to point at
Wording = tuple[Any, ...]


def _of_type(fault: _Fault) -> Wording:
    wanted = fault.limit
    kinds = [wanted] if isinstance(wanted, str) else wanted
    message = f"is {describe(fault.value)}, not {' or '.join(_KINDS[kind] for kind in kinds)}"
    return "GT103", message


def _of_one_of(fault: _Fault) -> Wording:
    return "GT103", f"is {describe(fault.value)}, which does not fit here"


def _of_choice(fault: _Fault) -> Wording:
    choices = ", ".join(str(choice) for choice in fault.limit)
    return "GT104", f"is {describe(fault.value)}; it must be one of: {choices}"


def _of_pattern(fault: _Fault) -> Wording:
    return "GT105", f"is {describe(fault.value)}, which is not written as it must be"


def _of_length(fault: _Fault) -> Wording:
    size, limit = len(fault.value), fault.limit
    if fault.kind == "minLength":
        message = "is empty text" if size == 0 else f"has {size:,} characters; it needs at least {limit:,}"
    else:
        message = f"has {size:,} characters; at most {limit:,} are allowed"
    return "GT106", message


def _of_range(fault: _Fault) -> Wording:
    bound = "least" if fault.kind == "minimum" else "most"
    message = f"is {fault.value:,}; it must be at {bound} {fault.limit:,}"
    return "GT107", message


def _of_count(fault: _Fault) -> Wording:
    size, limit = len(fault.value), fault.limit
    noun = "entries" if isinstance(fault.value, list) else "fields"
    if fault.kind.startswith("min"):
        message = f"has {size or 'no'} {noun}; it needs at least {limit}"
    else:
        message = f"has {size:,} {noun}; at most {limit:,} are allowed"
    return "GT108", message


def _of_repeats(fault: _Fault) -> Wording:
    seen: list[Any] = []
    for index, item in enumerate(fault.value):
        if item in seen:
            return "GT109", f"{describe(item)} is listed twice", index
        seen.append(item)
    return "GT109", "lists something twice"


def _of_company(fault: _Fault) -> Wording:
    for name, needed in fault.limit.items():
        missing = [other for other in needed if other not in fault.value]
        if name in fault.value and missing and f"of '{name}'" in fault.words:
            return "GT102", f"`{name}` works together with `{missing[0]}` only", name
    return _of_any_other(fault)


def _of_any_other(fault: _Fault) -> Wording:
    return "GT100", fault.words


_WORDINGS = {
    "type": _of_type,
    "oneOf": _of_one_of,
    "enum": _of_choice,
    "const": _of_choice,
    "pattern": _of_pattern,
    "minLength": _of_length,
    "maxLength": _of_length,
    "minimum": _of_range,
    "maximum": _of_range,
    "minItems": _of_count,
    "maxItems": _of_count,
    "minProperties": _of_count,
    "maxProperties": _of_count,
    "uniqueItems": _of_repeats,
    "dependentRequired": _of_company,
}


def describe(value: Any) -> str:
    """Say what a value is, as its author would."""
    match value:
        case None:
            return "empty"
        case bool():
            return f"true/false ({str(value).lower()})"
        case str():
            return f'"{value}"' if len(value) <= 60 else f'"{value[:57]}..."'
        case int() | float():
            return f"the number {value}"
        case list():
            return "a list"
        case _:
            return "a mapping"


def _within(fault: _Fault, preposition: str) -> str:
    way = [str(step) for step in fault.way if isinstance(step, str)]
    return f" {preposition} {'.'.join(way)}" if way else ""


def _hint(fault: _Fault) -> str:
    if fault.kind in {"enum", "const"}:
        return "choose one of these"
    return str(fault.schema.get("x-hint") or "see the field's description in the schema")


def _how_to_add(name: str, fault: _Fault) -> str:
    examples = fault.schema.get("properties", {}).get(name, {}).get("examples", [None])
    return f"add `{name}: {examples[0]}`" if isinstance(examples[0], str | int | float) else f"add `{name}:`"


def _nearest_field(name: str, known: Iterable[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else f"the fields here are: {', '.join(known)}"
