"""The constraints of a request, from botocore's model of the service.

boto3 checks required members, types and minima before it sends a request. The service checks every constraint, and so does
this module.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import regex  # type: ignore[import-untyped]  # AWS patterns use \p{L}, which `re` does not support
from moto.core.utils import get_service_model

from groundtruth_simulator.exceptions import SerializationException, ValidationException

JSON_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (Mapping,),
    "map": (Mapping,),
    "list": (list, tuple),
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
}


def check_request(operation: str, params: Mapping[str, Any]) -> None:
    """Raise ValidationException that names every violated constraint in AWS's wording."""
    shape = get_service_model("sagemaker").operation_model(operation).input_shape
    violations = list(_structure(shape, params, ""))
    if violations:
        errors = "error" if len(violations) == 1 else "errors"
        raise ValidationException(f"{len(violations)} validation {errors} detected: {'; '.join(violations)}")


def _violations(shape: Any, value: Any, path: str) -> Iterator[str]:
    _check_type(shape, value)
    if shape.type_name == "structure":
        yield from _structure(shape, value, path)
    elif shape.type_name == "list":
        yield from _list(shape, value, path)
    else:
        shown = "" if shape.metadata.get("sensitive") else f" '{value}'"
        for constraint in _violated(shape, value):
            yield f"Value{shown} at '{path}' failed to satisfy constraint: {constraint}"


def _check_type(shape: Any, value: Any) -> None:
    expected = JSON_TYPES.get(shape.type_name)
    wrong_number = isinstance(value, bool) and shape.type_name in ("integer", "long")
    if expected and (wrong_number or not isinstance(value, expected)):
        raise SerializationException(f"{type(value).__name__} can not be converted to {shape.type_name}")


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
    for item in value:
        _check_type(shape.member, item)
    if any(_violated(shape.member, item) for item in value):
        # For a list of plain values, AWS shows the whole list and every constraint of its members.
        constraints = ", ".join(text for text, _ in _constraints(shape.member))
        yield (
            f"Value '{_format_list(value)}' at '{path}' failed to satisfy constraint: Member must satisfy constraint: [{constraints}]"
        )


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
