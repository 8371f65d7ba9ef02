"""Holds a request against botocore's model, limits and patterns included: what boto3 leaves to the service.

Independent of the simulator's checker on purpose: two readings of one model.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session
import regex  # type: ignore[import-untyped]

TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "list": (list,),
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
}


@cache
def create_labeling_job() -> Any:
    """Give the input shape of CreateLabelingJob."""
    return botocore.session.Session().get_service_model("sagemaker").operation_model("CreateLabelingJob").input_shape


def violations(value: Any, shape: Any = None, path: str = "") -> Iterator[str]:
    """Say everything in which a value is not what its shape allows."""
    shape = shape or create_labeling_job()
    expected: Any = TYPES[shape.type_name]
    if not isinstance(value, expected) or (isinstance(value, bool) and shape.type_name != "boolean"):
        yield f"{path}: {type(value).__name__} is no {shape.type_name}"
        return
    yield from (f"{path}: {limit}" for limit in _broken(value, shape))
    match shape.type_name:
        case "structure":
            yield from (f"{path}.{name}: missing" for name in shape.required_members if name not in value)
            yield from (f"{path}.{name}: unknown" for name in value if name not in shape.members)
            for name, member in shape.members.items():
                if name in value:
                    yield from violations(value[name], member, f"{path}.{name}")
        case "list":
            for item in value:
                yield from violations(item, shape.member, f"{path}[]")


def _broken(value: Any, shape: Any) -> Iterator[str]:
    limits = shape.metadata
    size = len(value) if isinstance(value, str | list) else value
    if "min" in limits and size < limits["min"]:
        yield f"min {limits['min']}"
    if "max" in limits and size > limits["max"]:
        yield f"max {limits['max']}"
    if "enum" in limits and value not in limits["enum"]:
        yield f"enum {limits['enum']}"
    if "pattern" in limits and not regex.fullmatch(limits["pattern"], value):
        yield f"pattern {limits['pattern']}"


def leaves(shape: Any = None, path: str = "") -> Iterator[tuple[str, Any]]:
    """Walk every member that has limits of its own: texts, numbers, and lists with their entries."""
    shape = shape or create_labeling_job()
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from leaves(member, f"{path}.{name}".lstrip("."))
        return
    yield path, shape
    if shape.type_name == "list":
        yield from leaves(shape.member, f"{path}[]")
