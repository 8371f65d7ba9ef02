"""The operations that the simulator serves, and values for their members, from botocore's model."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.core.utils import get_service_model

from groundtruth_simulator.responses import HANDLERS, TAG_HANDLERS

OPERATIONS = (*HANDLERS, "RenderUiTemplate", *TAG_HANDLERS)

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A member at any depth: names for members of structures and maps, numbers for positions in lists."""

    path: Path
    shape: Any


def input_shape(operation: str) -> Any:
    """Return what an operation takes."""
    return get_service_model("sagemaker").operation_model(operation).input_shape


def members(shape: Any, path: Path = ()) -> Iterator[Member]:
    """Give every member of a shape at any depth, but not the shape itself."""
    if path:
        yield Member(path, shape)
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from members(member, (*path, name))
    elif shape.type_name == "list":
        yield from members(shape.member, (*path, 0))
    elif shape.type_name == "map":
        yield from members(shape.value, (*path, "key"))


def sample(shape: Any) -> Any:
    """Return a value of the right types, with every member; it need not satisfy patterns."""
    if shape.type_name == "structure":
        return {name: sample(member) for name, member in shape.members.items()}
    if shape.type_name == "list":
        return [sample(shape.member)]
    if shape.type_name == "map":
        return {"key": sample(shape.value)}
    return {"string": "text", "integer": 1, "long": 1, "boolean": True, "timestamp": 1_780_000_000}[shape.type_name]


def with_value(request: Any, path: Path, value: Any) -> Any:
    """Return a request with one member replaced."""
    changed = copy.deepcopy(request)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed
