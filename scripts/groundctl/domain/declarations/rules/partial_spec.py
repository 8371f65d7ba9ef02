"""The readable part of a declaration in which another part does not fit the schema.

An invalid value is marked as AT_FAULT and never replaced; a rule that would read it does not run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.diagnostics import is_given
from groundctl.domain.declarations.document import pointer_to
from groundctl.domain.declarations.sources import (
    ChainedInput,
    InventoryInput,
    ManifestInput,
    ObjectsInput,
    PrefixInput,
    Sample,
    Selection,
    Source,
    conditions,
    size_in_bytes,
    start_of,
)
from groundctl.domain.declarations.spec import AT_FAULT, FIELDS, JobSpec, Label, Parse, Rerun, exact, only_of


class Faults:
    """The places of a declaration that do not fit the schema, as JSON Pointers.

    guesses are those of fields that a file may have meant by an unknown name: neither given nor missing.
    """

    def __init__(self, places: Iterable[str] = (), guesses: Iterable[str] = ()) -> None:
        self._guesses = frozenset(guesses)
        self._places = self._guesses.union(places)
        self._above = frozenset(above for place in self._places for above in _upwards(place) if above != place)

    def __bool__(self) -> bool:
        return bool(self._places)

    @property
    def places(self) -> frozenset[str]:
        """Return the places, and those of the guesses."""
        return self._places

    def at(self, pointer: str) -> bool:
        """Return whether a value itself is at fault."""
        return pointer in self._places

    def is_guess(self, pointer: str) -> bool:
        """Return whether a field is not given, but may be meant by an unknown name."""
        return pointer in self._guesses

    def at_or_above(self, pointer: str) -> bool:
        """Return whether a value or one that contains it is at fault."""
        while pointer not in self._places:
            if not pointer:
                return False
            pointer = pointer.rpartition("/")[0]
        return True

    def touch(self, pointer: str) -> bool:
        """Return whether a value, one that contains it, or one inside it is at fault."""
        return pointer in self._above or self.at_or_above(pointer)


NO_FAULTS = Faults()

# An omitted field takes the value of another field, and is at fault if that field is.
_DEFAULTS = {"/output/label_attribute": "/name"}


def find_faults(data: JsonObject, places: Iterable[str], guesses: Iterable[str] = ()) -> Faults:
    """Collect the places that do not fit the schema, and the fields that take their default from there."""
    faults = Faults(places, guesses)
    inherited = [
        pointer for pointer, source in _DEFAULTS.items() if not is_given(data, pointer) and faults.at_or_above(source)
    ]
    return Faults((*places, *inherited), guesses)


def _upwards(pointer: str) -> Iterator[str]:
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]
    yield ""


def parse_partial_spec(data: JsonObject, faults: Faults) -> JobSpec:
    """Parse what fits the schema; every other value is AT_FAULT, and a list or mapping at fault is empty."""
    values: dict[str, Any] = {}
    for pointer, (attribute, parse) in FIELDS.items():
        if pointer in _PARSED_BY_ITEM:
            values[attribute] = () if faults.at_or_above(pointer) else _PARSED_BY_ITEM[pointer](data, faults)
        elif faults.touch(pointer):
            values[attribute] = AT_FAULT
        elif is_given(data, pointer):
            value = _value_at(data, pointer)
            values[attribute] = parse(value) if parse else value
    if not faults.at_or_above("/rerun_of") and is_given(data, "/rerun_of"):
        values["rerun_of"] = Rerun(**_members(data["rerun_of"], "/rerun_of", ("job", "reason"), faults))
    values.setdefault("label_attribute", values["name"])
    if not faults.at_or_above("/input"):
        values["selection"] = _selection(data["input"], faults)
    values["sources"] = () if faults.at_or_above("/input") else tuple(_sources(data["input"], faults))
    return JobSpec(**values)


def _value_at(data: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        data = data[step]
    return data


def _members(part: JsonObject, pointer: str, names: Iterable[str], faults: Faults) -> dict[str, Any]:
    places = {name: f"{pointer}/{name}" for name in names}
    return {
        name: AT_FAULT if faults.touch(place) else part[name]
        for name, place in places.items()
        if name in part or faults.touch(place)
    }


def _labels(data: JsonObject, faults: Faults) -> tuple[Label, ...]:
    return tuple(_label(label, f"/task/labels/{index}", faults) for index, label in enumerate(data["task"]["labels"]))


def _label(label: Any, pointer: str, faults: Faults) -> Label:
    if faults.at(pointer):
        return Label(name=AT_FAULT, hint=AT_FAULT)
    if isinstance(label, str):
        return Label(name=label)
    return Label(**_members(label, pointer, ("name", "hint"), faults))


def _tags(data: JsonObject, faults: Faults) -> tuple[tuple[str, str], ...]:
    return tuple(
        (key, AT_FAULT if faults.touch(pointer_to("tags", key)) else value)
        for key, value in data.get("tags", {}).items()
    )


_PARSED_BY_ITEM = {"/task/labels": _labels, "/tags": _tags}


def _sources(source: JsonObject, faults: Faults) -> Iterator[Source]:
    """Yield every source that is given, whether or not its value is at fault."""
    names = (name for name in ("prefix", "manifest", "from_job") if not faults.is_guess(f"/input/{name}"))
    named = _members(source, "/input", names, faults)
    if "prefix" in named:
        yield PrefixInput(prefix=named["prefix"])
    if faults.at("/input/inventory") and not faults.is_guess("/input/inventory"):
        yield InventoryInput(report=AT_FAULT, prefix=AT_FAULT)
    elif "inventory" in source:
        yield InventoryInput(
            **{"report": AT_FAULT, "prefix": AT_FAULT}
            | _members(source["inventory"], "/input/inventory", ("report", "prefix"), faults)
        )
    if "manifest" in named:
        yield ManifestInput(uri=named["manifest"])
    if faults.at("/input/objects") and not faults.is_guess("/input/objects"):
        yield ObjectsInput(objects=())
    elif "objects" in source:
        objects = (_object(item, f"/input/objects/{index}", faults) for index, item in enumerate(source["objects"]))
        yield ObjectsInput(objects=tuple(objects))
    if "from_job" in named:
        yield ChainedInput(job=named["from_job"])


def _selection(source: JsonObject, faults: Faults) -> Selection:
    values: dict[str, Any] = {}
    for pointer, (attribute, parse) in _SELECTING.items():
        place = f"/input{pointer}"
        if faults.touch(place):
            values[attribute] = AT_FAULT
        elif is_given(source, pointer):
            value = _value_at(source, pointer)
            values[attribute] = parse(value) if parse else value
    if faults.at_or_above("/input/sample"):
        return Selection(**values, sample=Sample(count=AT_FAULT, percent=AT_FAULT, seed=AT_FAULT))
    if "sample" not in source:
        return Selection(**values)
    sample = _members(source["sample"], "/input/sample", ("count", "percent", "seed"), faults)
    if sample.get("percent", AT_FAULT) is not AT_FAULT:
        sample["percent"] = exact(sample["percent"])
    return Selection(**values, sample=Sample(**sample))


_SELECTING: dict[str, tuple[str, Parse | None]] = {
    "/match": ("match", tuple),
    "/exclude": ("exclude", tuple),
    "/size/min": ("min_size", size_in_bytes),
    "/size/max": ("max_size", size_in_bytes),
    "/modified/since": ("since", start_of),
    "/modified/before": ("before", start_of),
    "/where": ("where", conditions),
    "/only": ("only", only_of),
    "/limit": ("limit", None),
}


def _object(item: Any, pointer: str, faults: Faults) -> JsonObject:
    if faults.at(pointer) or isinstance(item, str):
        return {"source-ref": AT_FAULT if faults.at(pointer) else item}
    return {
        key: AT_FAULT if faults.touch(f"{pointer}{pointer_to(key)}") else value
        for key, value in {"source-ref": AT_FAULT, **item}.items()
    }
