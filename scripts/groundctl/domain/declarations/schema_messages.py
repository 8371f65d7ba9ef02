"""Describes violations of the JSON Schema, and names the values that are unreliable because of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.diagnostics import Diagnostic, field_name, is_given, is_value_for_all
from groundctl.domain.declarations.document import pointer_to
from groundctl.domain.near_names import nearest

NO_HINT = "see the field's description in schemas/"
_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "empty",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """An error of the reference implementation, in plain types."""

    kind: str
    value: Any
    limit: Any
    schema: JsonObject
    way: tuple[str | int, ...]
    is_key: bool
    words: str
    root: JsonObject


def violations(errors: Iterable[Any], root: JsonObject) -> list[Violation]:  # jsonschema has no types
    """Convert errors of the reference implementation into violations."""
    return [_violation(error, root) for error in _deepest(errors)]


def _deepest(errors: Iterable[Any]) -> Iterator[Any]:
    """Replace an error about all alternatives with the errors of the intended alternative."""
    for error in errors:
        if error.validator == "oneOf" and (meant := _meant(error)):
            yield from _deepest(meant)
        else:
            yield error


def _meant(error: Any) -> list[Any]:
    """Return the errors of the alternative whose type fits, if any."""
    by_branch: dict[int, list[Any]] = {}
    for inner in error.context:
        by_branch.setdefault(inner.relative_schema_path[0], []).append(inner)
    for errors in by_branch.values():
        if not any(inner.validator == "type" and not inner.relative_path for inner in errors):
            return errors
    return []


def _violation(error: Any, root: JsonObject) -> Violation:
    limit = error.validator_value
    if error.validator == "oneOf":
        types = [inner for inner in error.context if inner.validator == "type" and not inner.relative_path]
        values = [inner.validator_value for inner in types]
        kinds = [kind for value in values for kind in (value if isinstance(value, list) else [value])]
        limit = list(dict.fromkeys(kinds))
    return Violation(
        kind=error.validator,
        value=error.instance,
        limit=limit,
        schema=_schema_at(error.absolute_schema_path, root),
        way=tuple(error.absolute_path),
        is_key="propertyNames" in error.absolute_schema_path,
        words=error.message,
        root=root,
    )


def _schema_at(way: Iterable[str | int], root: JsonObject) -> JsonObject:
    """Follow the path to the schema with the keyword; in a $ref, the field's own keywords take precedence."""
    *steps, _ = way
    schema: Any = root
    for step in steps:
        holder: Any = resolved_schema(schema, root) if isinstance(schema, Mapping) else schema
        schema = holder[step]
    return resolved_schema(schema, root)


def repeats(items: list[Any]) -> Iterator[int]:  # any JSON values
    """Yield the indexes of entries that repeat an earlier one."""
    seen: set[str] = set()
    for index, item in enumerate(items):
        # JSON text distinguishes true from 1, and "1" from 1.
        text = json.dumps(item, sort_keys=True)
        if text in seen:
            yield index
        seen.add(text)


def resolved_schema(schema: JsonObject, root: JsonObject) -> JsonObject:
    """Follow a schema's $ref; the schema's own keywords take precedence."""
    name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
    return {**root["$defs"][name], **schema} if name else schema


def diagnostics_of(violation: Violation) -> Iterator[Diagnostic]:
    """Describe a violation to the author of the file."""
    if violation.is_key:
        yield _field_name(violation)
    elif violation.kind == "additionalProperties":
        yield from _unknown_fields(violation)
    elif violation.kind == "required":
        yield from _missing_fields(violation)
    elif violation.kind == "uniqueItems":
        yield from _repeated_entries(violation)
    else:
        rule, message, *further = _WORDINGS.get(violation.kind, _of_any_other)(violation)
        yield Diagnostic(
            rule=rule,
            pointer=pointer_to(*violation.way, *further),
            message=message,
            hint=_hint(violation, *further),
            at_key=bool(further),
        )


def guessed_places(violation: Violation, data: Any) -> Iterator[str]:  # any JSON value
    """Name the fields that seem to be given under a wrong name, as JSON Pointers."""
    for name in _unknown_names(violation) if violation.kind == "additionalProperties" and not violation.is_key else ():
        _, meant = _guess_field(name, violation)
        if meant and not is_given(data, meant):
            yield meant


def unreliable_places(violation: Violation) -> Iterator[str]:
    """Name the values that no rule can rely on because of a violation, as JSON Pointers.

    A list that is too long or repeats an entry is still readable. A missing field is at fault.
    """
    here = pointer_to(*violation.way)
    if violation.is_key:
        yield f"{here}{pointer_to(violation.value)}"
    elif violation.kind == "additionalProperties":
        return
    elif violation.kind == "required":
        yield from (f"{here}{pointer_to(name)}" for name in violation.limit if name not in violation.value)
    elif violation.kind == "dependentRequired":
        yield from (f"{here}{pointer_to(name)}" for name, _ in _without_company(violation))
    elif violation.kind not in _READABLE:
        yield here


_READABLE = {"maxItems", "maxProperties", "uniqueItems"}
# Finding similar names is slow, and a file with this many unknown fields is not a declaration.
_MAX_GUESSES = 50


def _unknown_names(violation: Violation) -> list[str]:
    known = violation.schema.get("properties", {})
    return [name for name in violation.value if name not in known][:_MAX_GUESSES]


def _unknown_fields(violation: Violation) -> Iterator[Diagnostic]:
    known = violation.schema.get("properties", {})
    for index, name in enumerate(name for name in violation.value if name not in known):
        pointer = pointer_to(*violation.way, name)
        message = f"`{_short(name)}` is not a field{_within(violation, 'of')}" if name else '"" is not a field name'
        hint = _guess_field(name, violation)[0] if index < _MAX_GUESSES else _all_fields(known)
        yield Diagnostic(rule="GT101", pointer=pointer, message=message, hint=hint, at_key=True)


def _repeated_entries(violation: Violation) -> Iterator[Diagnostic]:
    for index in repeats(violation.value):
        pointer = pointer_to(*violation.way, index)
        message = f"{describe(violation.value[index])} is listed twice"
        yield Diagnostic(rule="GT109", pointer=pointer, message=message, hint="keep one of them")


def _missing_fields(violation: Violation) -> Iterator[Diagnostic]:
    # The library names a missing field only in prose, so all missing fields are listed and repeats are dropped.
    for name in violation.limit:
        if name not in violation.value:
            pointer, message = pointer_to(*violation.way), f"`{name}` is missing{_within(violation, 'from')}"
            yield Diagnostic(
                rule="GT102", pointer=pointer, message=message, hint=_how_to_add(name, violation), at_key=True
            )


def _field_name(violation: Violation) -> Diagnostic:
    pointer = pointer_to(*violation.way, violation.value)
    message = f"the key {describe(violation.value)} is not allowed{_within(violation, 'in')}"
    hint = violation.schema.get("x-hint", NO_HINT)
    return Diagnostic(rule="GT105", pointer=pointer, message=message, hint=hint, at_key=True)


# The rule, the message, and the steps from the violating value to the field to point at.
Wording = tuple[Any, ...]


def _of_type(violation: Violation) -> Wording:
    wanted = violation.limit
    return "GT103", _not_any_of(violation, [wanted] if isinstance(wanted, str) else wanted)


def _of_one_of(violation: Violation) -> Wording:
    return "GT103", _not_any_of(violation, violation.limit)


def _not_any_of(violation: Violation, kinds: Iterable[str]) -> str:
    return f"is {describe(violation.value)}, not {' or '.join(_KINDS[kind] for kind in kinds)}"


def _of_choice(violation: Violation) -> Wording:
    choices = ", ".join(str(choice).lower() if isinstance(choice, bool) else str(choice) for choice in violation.limit)
    return (
        "GT104",
        f"is {describe(violation.value)}; it must be {choices if len(violation.limit) == 1 else f'one of: {choices}'}",
    )


def _of_pattern(violation: Violation) -> Wording:
    what = violation.schema.get("title") or f"value for {field_name(pointer_to(*violation.way))}"
    return "GT105", f"{describe(violation.value)} is not a valid {what}"


def _of_length(violation: Violation) -> Wording:
    size, limit = len(violation.value), violation.limit
    if violation.kind == "minLength":
        message = "is empty text" if size == 0 else f"has {size:,} characters; it needs at least {limit:,}"
    else:
        message = f"has {size:,} characters; at most {limit:,} are allowed"
    return "GT106", message


def _of_range(violation: Violation) -> Wording:
    bound = "least" if violation.kind == "minimum" else "most"
    return "GT107", f"is {violation.value:,}; it must be at {bound} {violation.limit:,}"


def _of_count(violation: Violation) -> Wording:
    size, limit = len(violation.value), violation.limit
    noun = "entries" if isinstance(violation.value, list) else "fields"
    if violation.kind.startswith("min"):
        message = f"has {size or 'no'} {noun}; it needs at least {limit}"
    else:
        message = f"has {size:,} {noun}; at most {limit:,} are allowed"
    return "GT108", message


def _of_company(violation: Violation) -> Wording:
    for name, missing in _without_company(violation):
        if f"of '{name}'" in violation.words:
            return "GT102", f"`{name}` works only together with `{missing}`", name
    return _of_any_other(violation)


def _without_company(violation: Violation) -> Iterator[tuple[str, str]]:
    """Yield each field that requires another one, and the first missing one of these."""
    for name, needed in violation.limit.items():
        missing = [other for other in needed if other not in violation.value]
        if name in violation.value and missing:
            yield name, missing[0]


def _of_any_other(violation: Violation) -> Wording:
    return "GT100", violation.words


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
    "dependentRequired": _of_company,
}


def describe(value: Any) -> str:  # any JSON value
    """Describe a value in the author's terms."""
    match value:
        case None:
            return "empty"
        case bool():
            return str(value).lower()
        case str():
            return f'"{_short(value)}"'
        case int() | float():
            return f"the number {value}"
        case list():
            return "a list"
        case _:
            return "a mapping"


# Unusual spaces are shown by their code point, because they look like a plain space or like nothing.
_ODD_BLANK = re.compile(r"[^\S ]")


def _short(text: str) -> str:
    cut = text if len(text) <= 60 else f"{text[:57]}..."
    return _ODD_BLANK.sub(lambda match: match.group().encode("unicode_escape").decode(), cut)


def _within(violation: Violation, preposition: str) -> str:
    name = field_name(pointer_to(*violation.way))
    return f" {preposition} {name}" if name else ""


def _hint(violation: Violation, *lonely: str) -> str:
    if lonely:
        return violation.schema.get("x-company") or f"add it, or remove `{lonely[0]}`"
    quotes = _quotes_hint(violation) if violation.kind == "type" else None
    return quotes or str(violation.schema.get("x-hint") or NO_HINT)


def _quotes_hint(violation: Violation) -> str | None:
    """Suggest quotes if quotes alone fix the problem."""
    wanted, value = violation.limit, violation.value
    if wanted == "string" and isinstance(value, bool | int | float):
        fits = re.search(violation.schema.get("pattern", ""), str(value))
        return "put it in quotes if this is the text" if fits else None
    if wanted in ("integer", "number") and isinstance(value, str):
        return "write it without quotes" if re.fullmatch(r"-?(0|[1-9][0-9]{0,14})([.][0-9]+)?", value) else None
    return None


def _how_to_add(name: str, violation: Violation) -> str:
    field = resolved_schema(violation.schema.get("properties", {}).get(name, {}), violation.root)
    if "examples" in field and is_value_for_all(field):
        return f"add `{name}: {field['examples'][0]}`"
    return f"add `{name}:` ({field['x-hint']})" if "x-hint" in field else f"add `{name}:`"


def _guess_field(name: str, violation: Violation) -> tuple[str, str | None]:
    """Return the hint for an unknown field, and the JSON Pointer of the field that was probably intended."""
    known = tuple(violation.schema.get("properties", ()))
    if renamed := violation.schema.get("x-renamed", {}).get(name):
        now, hint = renamed
        return hint, pointer_to(now)
    if home := known_places(violation.root).get(name):
        return home
    if near := _nearest(name[:100].lower().replace("-", "_"), known):
        return f"did you mean `{near}`?", pointer_to(*violation.way, near)
    return _all_fields(known), None


_nearest = lru_cache(maxsize=1024)(nearest)


# By the identity of the schema, which is stored so that its ID is not reused.
_PLACES: dict[int, tuple[JsonObject, dict[str, tuple[str, str]]]] = {}


def known_places(schema: JsonObject) -> dict[str, tuple[str, str]]:
    """Map each field, and each member of AWS's request, to its place in a declaration."""
    if id(schema) not in _PLACES:
        _PLACES[id(schema)] = (schema, _find_places(schema))
    return _PLACES[id(schema)][1]


def _find_places(schema: JsonObject) -> dict[str, tuple[str, str]]:
    homes: dict[str, tuple[str, str]] = {}

    def visit(part: JsonObject, way: tuple[str, ...]) -> None:
        for name, inner in part.get("properties", {}).items():
            place, pointer = ".".join((*way, name)), pointer_to(*way, name)
            hint = f"move it to {place}" if way else "move it to the top level of the file, not indented"
            homes.setdefault(name, (hint, pointer))
            member = inner.get("x-aws", "").rpartition(".")[2]
            if member.isalnum() and member != "none":
                homes.setdefault(member, (f"AWS's {member} is {place} here", pointer))
            visit(inner, (*way, name))

    visit(schema, ())
    return homes


def _all_fields(known: Iterable[str]) -> str:
    return f"the fields here are: {', '.join(known)}"
