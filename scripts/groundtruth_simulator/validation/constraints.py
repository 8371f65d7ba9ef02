"""The constraints of a request, from botocore's model of the service.

boto3 checks required members, types and minima before it sends a request. The service checks every constraint, and so does
this module. Types are checked before, in json_protocol.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import regex  # type: ignore[import-untyped]  # AWS patterns use \p{L}, which `re` does not support
from moto.core.utils import get_service_model

from groundtruth_simulator.exceptions import ValidationException


def check_request(operation: str, params: Mapping[str, Any]) -> None:
    """Raise ValidationException that names every violated constraint in AWS's wording."""
    shape = get_service_model("sagemaker").operation_model(operation).input_shape
    violations = list(_structure(shape, params, ""))
    if violations:
        errors = "error" if len(violations) == 1 else "errors"
        raise ValidationException(f"{len(violations)} validation {errors} detected: {'; '.join(violations)}")


def _violations(shape: Any, value: Any, path: str) -> Iterator[str]:
    if value is None:
        yield f"Value null at '{path}' failed to satisfy constraint: Member must not be null"
    elif shape.type_name == "structure":
        yield from _structure(shape, value, path)
    elif shape.type_name == "list":
        yield from _list(shape, value, path)
    elif shape.type_name == "map":
        yield from _map(shape, value, path)
    else:
        shown = "" if shape.metadata.get("sensitive") else f" '{value}'"
        for constraint in _violated(shape, value):
            yield f"Value{shown} at '{path}' failed to satisfy constraint: {constraint}"


def _structure(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield f"Value null at '{_join(path, name)}' failed to satisfy constraint: Member must not be null"
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _violations(member, value[name], _join(path, name))


def _list(shape: Any, value: list[Any], path: str) -> Iterator[str]:
    for constraint in _violated(shape, value):
        yield f"Value '{_format_list(value)}' at '{path}' failed to satisfy constraint: {constraint}"
    if shape.member.type_name in ("structure", "list"):
        for position, item in enumerate(value, 1):
            yield from _violations(shape.member, item, f"{path}.{position}.member")
        return
    if any(item is None or _violated(shape.member, item) for item in value):
        # For a list of plain values, AWS shows the whole list and every constraint of its members.
        texts = [text for text, _ in _constraints(shape.member)]
        constraints = ", ".join([*texts, "Member must not be null"] if None in value else texts)
        yield (
            f"Value '{_format_list(value)}' at '{path}' failed to satisfy constraint: Member must satisfy constraint: [{constraints}]"
        )


def _map(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for constraint in _violated(shape, value):
        yield f"Value at '{path}' failed to satisfy constraint: {constraint}"
    for key, item in value.items():
        for constraint in _violated(shape.key, key):
            yield f"Map key '{key}' at '{path}' failed to satisfy constraint: {constraint}"
        yield from _violations(shape.value, item, f"{path}.{key}.member")


def _violated(shape: Any, value: Any) -> list[str]:
    return [text for text, holds in _constraints(shape) if not holds(value)]


def _constraints(shape: Any) -> Iterator[tuple[str, Any]]:
    limits, sized = shape.metadata, shape.type_name in ("string", "list", "map")
    size, measure = ("length", len) if sized else ("value", _identity)
    if "max" in limits:
        yield (
            f"Member must have {size} less than or equal to {limits['max']}",
            lambda value: measure(value) <= limits["max"],
        )
    if "min" in limits:
        yield (
            f"Member must have {size} greater than or equal to {limits['min']}",
            lambda value: measure(value) >= limits["min"],
        )
    if "enum" in limits:
        yield (
            f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]",
            lambda value: value in limits["enum"],
        )
    if "pattern" in limits:
        yield (
            f"Member must satisfy regular expression pattern: {limits['pattern']}",
            lambda value: _pattern(limits["pattern"]).fullmatch(value) is not None,
        )


def _identity(value: Any) -> Any:
    return value


@lru_cache(maxsize=512)
def _pattern(text: str) -> Any:
    return regex.compile(text)


def _format_list(value: list[Any]) -> str:
    return f"[{', '.join(str(item) for item in value)}]"


def _join(path: str, name: str) -> str:
    member = name[0].lower() + name[1:]
    return f"{path}.{member}" if path else member
