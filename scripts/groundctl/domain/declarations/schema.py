"""A document against the JSON Schema: is it valid, and if not, every reason in words.

A compiled Rust validator says yes or no in microseconds; the reference implementation is asked for reasons, and only
for the few files that are wrong. It is imported then, so that a clean run starts quickly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from groundctl.domain.declarations.declaration import field_name
from groundctl.domain.declarations.diagnostics import Diagnostic, pointer_to

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
        self._suspects = _Suspects()

    @cached_property
    def _gate(self) -> jsonschema_rs.Draft202012Validator:
        import jsonschema_rs

        return jsonschema_rs.Draft202012Validator(self.schema)

    @cached_property
    def _reference(self) -> jsonschema.protocols.Validator:
        validator: jsonschema.protocols.Validator = _explainer(self._suspects)(self.schema)
        return validator

    def is_valid(self, data: Any) -> bool:
        """Say whether the data fits the schema."""
        try:
            return bool(self._gate.is_valid(data))
        except ValueError:  # half a character, which JSON can bring in by an escape
            return False

    def findings(self, data: Any) -> tuple[Diagnostic, ...]:
        """List every way in which the data does not fit, in words."""
        if self.is_valid(data):
            return ()
        self._suspects.find(self._gate, data)
        faults = (_fault(error, self.schema) for error in _deepest(self._reference.iter_errors(data)))
        found = [finding for fault in faults for finding in _in_words(fault)]
        return tuple(dict.fromkeys(found)) or tuple(self._gate_findings(data))

    def _gate_findings(self, data: Any) -> Iterator[Diagnostic]:
        """Report in the gate's words what the reference lets pass; a test holds the two together, so nothing should."""
        try:
            for error in self._gate.iter_errors(data):
                pointer = pointer_to(*error.instance_path)
                yield Diagnostic(rule="GT100", pointer=pointer, message=error.message, hint=_NO_HINT)
        except ValueError:
            hint = "write the text with \\u escapes anew"
            yield Diagnostic(rule="GT103", pointer="", message="holds half of a character", hint=hint)


_NO_HINT = "see the field's description in schemas/"


class _Suspects:
    """The values in which the gate found something, by identity, with those around them: the reference skips all others.

    The gate takes microseconds where the reference takes milliseconds. A number or word that happens to be the same object
    elsewhere is looked at once more than needed, and nothing else comes of it.
    """

    def __init__(self) -> None:
        self._known: set[int] = set()
        self._all = True

    def __contains__(self, value: Any) -> bool:
        return self._all or id(value) in self._known

    def find(self, gate: jsonschema_rs.Draft202012Validator, data: Any) -> None:
        """Follow the way to each of the gate's errors."""
        self._known.clear()
        try:
            for error in gate.iter_errors(data):
                value = data
                for step in error.instance_path:
                    value = value[step]
                    self._known.add(id(value))
                if error.schema_path and error.schema_path[-1] == "oneOf":
                    self._known.update(
                        map(id, _within_value(value))
                    )  # the gate does not say which alternative was meant
            self._all = False
        except ValueError:
            self._all = True


def _within_value(value: Any) -> Iterator[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield one
        yield from _within_value(one)


def _explainer(suspects: _Suspects) -> Any:
    """Build the reference implementation, with the two keywords that it checks otherwise than the gate does."""
    import jsonschema

    def check_properties(validator: Any, properties: Mapping[str, Any], value: Any, _: Any) -> Iterator[Any]:
        if isinstance(value, dict):
            for name, schema in properties.items():
                if name in value and value[name] in suspects:
                    yield from validator.descend(value[name], schema, path=name, schema_path=name)

    def check_items(validator: Any, items: Any, value: Any, _: Any) -> Iterator[Any]:
        if isinstance(value, list):
            for index, one in enumerate(value):
                if one in suspects:
                    yield from validator.descend(one, items, path=index)

    checks = {
        "pattern": _check_pattern,
        "uniqueItems": _check_unique,
        "properties": check_properties,
        "items": check_items,
    }
    return jsonschema.validators.extend(jsonschema.Draft202012Validator, checks)  # type: ignore[no-untyped-call]


def _check_pattern(_: Any, pattern: str, text: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    from jsonschema import ValidationError

    # JSON Schema's $ is the end of the text; Python's is also before a line break at the end. Of an empty text
    # minLength says enough.
    strict = pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern
    if isinstance(text, str) and not re.search(strict, text) and not (text == "" and schema.get("minLength")):
        yield ValidationError(f"{text[:60]!r} does not match {pattern!r}")


def _check_unique(_: Any, unique: bool, items: Any, __: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    # The library compares every entry with every other one, minutes for a hostile list.
    if unique and isinstance(items, list) and first_repeat(items) is not None:
        yield ValidationError("has non-unique elements")


def first_repeat(items: list[Any]) -> int | None:
    """Find the first entry that stands further up already."""
    seen: set[str] = set()
    for index, item in enumerate(items):
        # Text tells true from 1 and "1" from 1.
        mark = json.dumps(item, sort_keys=True)
        if mark in seen:
            return index
        seen.add(mark)
    return None


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
    root: Mapping[str, Any]


def _deepest(errors: Iterable[Any]) -> Iterator[Any]:
    """Replace 'fits none of these' by what is wrong with the alternative the author meant."""
    for error in errors:
        if error.validator == "oneOf" and (meant := _meant(error)):
            yield from _deepest(meant)
        else:
            yield error


def _meant(error: Any) -> list[Any]:
    """Choose the alternative whose type fits; none may."""
    by_branch: dict[int, list[Any]] = {}
    for inner in error.context:
        by_branch.setdefault(inner.relative_schema_path[0], []).append(inner)
    for found in by_branch.values():
        if not any(inner.validator == "type" and not inner.relative_path for inner in found):
            return found
    return []


def _fault(error: Any, root: Mapping[str, Any]) -> _Fault:
    limit = error.validator_value
    if error.validator == "oneOf":
        kinds = [
            inner.validator_value for inner in error.context if inner.validator == "type" and not inner.relative_path
        ]
        limit = list(dict.fromkeys(kinds))
    return _Fault(
        kind=error.validator,
        value=error.instance,
        limit=limit,
        schema=_schema_at(error.absolute_schema_path, root),
        way=tuple(error.absolute_path),
        is_key="propertyNames" in error.absolute_schema_path,
        words=error.message,
        root=root,
    )


def _schema_at(way: Iterable[str | int], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """Walk to the schema that holds the keyword; where it is a $ref, what the field itself says goes first."""
    *steps, _ = way
    schema: Any = root
    for step in steps:
        resolved: Any = _resolved(schema, root) if isinstance(schema, Mapping) else schema
        schema = resolved[step]
    return _resolved(schema, root)


def _resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
    return {**root["$defs"][name], **schema} if name else schema


def _in_words(fault: _Fault) -> Iterator[Diagnostic]:
    if fault.is_key:
        yield _field_name(fault)
    elif fault.kind == "additionalProperties":
        yield from _unknown_fields(fault)
    elif fault.kind == "required":
        yield from _missing_fields(fault)
    else:
        rule, message, *further = _WORDINGS.get(fault.kind, _of_any_other)(fault)
        yield Diagnostic(
            rule=rule,
            pointer=pointer_to(*fault.way, *further),
            message=message,
            hint=_hint(fault),
            at_key=bool(further) and isinstance(further[0], str),
        )


def _unknown_fields(fault: _Fault) -> Iterator[Diagnostic]:
    known = fault.schema.get("properties", {})
    for told, name in enumerate(name for name in fault.value if name not in known):
        pointer = pointer_to(*fault.way, name)
        message = f"`{_short(name)}` is not a field{_within(fault, 'of')}" if name else '"" is a field without a name'
        near = _guess_field(name, fault) if told < _MOST_GUESSES else _all_fields(known)
        yield Diagnostic(rule="GT101", pointer=pointer, message=message, hint=near, at_key=True)


def _missing_fields(fault: _Fault) -> Iterator[Diagnostic]:
    # The library reports each missing field on its own but names it only in prose: all are made anew, repeats fall out.
    for name in fault.limit:
        if name not in fault.value:
            pointer, message = pointer_to(*fault.way), f"`{name}` is missing{_within(fault, 'from')}"
            yield Diagnostic(rule="GT102", pointer=pointer, message=message, hint=_how_to_add(name, fault), at_key=True)


def _field_name(fault: _Fault) -> Diagnostic:
    pointer = pointer_to(*fault.way, fault.value)
    message = f"the key {describe(fault.value)} is not allowed{_within(fault, 'in')}"
    hint = fault.schema.get("x-hint", _NO_HINT)
    return Diagnostic(rule="GT105", pointer=pointer, message=message, hint=hint, at_key=True)


# rule, message, and further steps from the value the error is about to the place to point at
Wording = tuple[Any, ...]


def _of_type(fault: _Fault) -> Wording:
    wanted = fault.limit
    return "GT103", _not_any_of(fault, [wanted] if isinstance(wanted, str) else wanted)


def _of_one_of(fault: _Fault) -> Wording:
    return "GT103", _not_any_of(fault, fault.limit)


def _not_any_of(fault: _Fault, kinds: Iterable[str]) -> str:
    return f"is {describe(fault.value)}, not {' or '.join(_KINDS[kind] for kind in kinds)}"


def _of_choice(fault: _Fault) -> Wording:
    choices = ", ".join(str(choice) for choice in fault.limit)
    return (
        "GT104",
        f"is {describe(fault.value)}; it must be {choices if len(fault.limit) == 1 else f'one of: {choices}'}",
    )


def _of_pattern(fault: _Fault) -> Wording:
    return "GT105", f"is {describe(fault.value)}, which has the wrong form"


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
    index = first_repeat(fault.value) or 0
    return "GT109", f"{describe(fault.value[index])} is listed twice", index


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
            return str(value).lower()
        case str():
            return f'"{_short(value)}"'
        case int() | float():
            return f"the number {value}"
        case list():
            return "a list"
        case _:
            return "a mapping"


# Blanks that look like a space, or like nothing at the end of a line, by their number.
_ODD_BLANK = re.compile(r"[^\S ]")


def _short(text: str) -> str:
    cut = text if len(text) <= 60 else f"{text[:57]}..."
    return _ODD_BLANK.sub(lambda found: found.group().encode("unicode_escape").decode(), cut)


def _within(fault: _Fault, preposition: str) -> str:
    name = field_name(pointer_to(*fault.way))
    return f" {preposition} {name}" if name else ""


def _hint(fault: _Fault) -> str:
    if fault.kind == "uniqueItems":
        return "keep one of them"
    if fault.kind == "type" and (quotes := _quotes_hint(fault)):
        return quotes
    return str(fault.schema.get("x-hint") or _NO_HINT)


def _quotes_hint(fault: _Fault) -> str | None:
    """Speak of quotes where they alone make the difference."""
    wanted, value = fault.limit, fault.value
    if wanted == "string" and isinstance(value, bool | int | float):
        fits = re.search(fault.schema.get("pattern", ""), str(value))
        return "put it in quotes if this is the text" if fits else None
    if wanted in ("integer", "number") and isinstance(value, str):
        return "write it without quotes" if re.fullmatch(r"-?(0|[1-9][0-9]{0,14})([.][0-9]+)?", value) else None
    return None


def _how_to_add(name: str, fault: _Fault) -> str:
    field = _resolved(fault.schema.get("properties", {}).get(name, {}), fault.root)
    example = field.get("examples", [None])[0]
    if isinstance(example, str | int | float):
        return f"add `{name}: {example}`"
    return f"add `{name}:` ({field['x-hint']})" if "x-hint" in field else f"add `{name}:`"


# Looking for a likeness takes a while, and a file with so many strange fields is another kind of file.
_MOST_GUESSES = 50


def _guess_field(name: str, fault: _Fault) -> str:
    import difflib

    known = fault.schema.get("properties", {})
    if home := _homes(json.dumps(fault.root)).get(name):
        return home
    near = difflib.get_close_matches(name[:100].lower().replace("-", "_"), known, n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else _all_fields(known)


@cache
def _homes(schema: str) -> dict[str, str]:
    """Say of each field, and of each member of AWS's request, where it stands in a declaration."""
    homes: dict[str, str] = {}

    def visit(part: Mapping[str, Any], way: str) -> None:
        for name, inner in part.get("properties", {}).items():
            place = f"{way}.{name}" if way else name
            homes.setdefault(
                name, f"move it: its place is {place}" if way else "move it to the top of the file, not indented"
            )
            member = inner.get("x-aws", "").rpartition(".")[2]
            if member.isalnum() and member != "none":
                homes.setdefault(member, f"AWS's {member} is {place} here")
            visit(inner, place)

    visit(json.loads(schema), "")
    return homes


def _all_fields(known: Iterable[str]) -> str:
    return f"the fields here are: {', '.join(known)}"
