"""A parsed declaration: JobSpec and its parts, with durations in seconds and money as Decimal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, NoReturn

from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.sources import (
    TAKE_ALL,
    ChainedInput,
    InventoryInput,
    ManifestInput,
    ObjectsInput,
    Only,
    PrefixInput,
    Sample,
    Selection,
    Source,
    conditions,
    size_in_bytes,
    start_of,
)

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class _AtFault:
    """Marks a value that does not fit the schema, or a missing one that seems to be given under a wrong name."""

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise TypeError("a value at fault is neither true nor false")

    def __format__(self, _: str) -> NoReturn:
        raise TypeError("a value at fault has no text")

    def __repr__(self) -> str:
        return "AT_FAULT"


# It stands in for values of every type. It is not None and equals no value; using it otherwise raises an error.
AT_FAULT: Any = _AtFault()


class State(StrEnum):
    """The desired state of a job."""

    ACTIVE = "active"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """An answer that a worker can choose."""

    name: str
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """The team's confirmation that it wants to buy labels for the same input again."""

    job: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The job that a file describes and that was made elsewhere; content is the digest of the file as it was written."""

    job: str
    created: str
    content: str
    at: str | None = None
    by: str | None = None

    def names(self, arn: str) -> bool:
        """Return whether an ARN is the job's: AWS writes the name in it in lower case, and compares it so."""
        return self.job.lower() == arn.lower()

    def is_in(self, account: str, region: str) -> bool:
        """Return whether the job is in an account and Region."""
        return self.job.split(":")[3:5] == [region, account]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """A declaration; times are seconds, an absent member is None or empty, an invalid one is AT_FAULT."""

    name: str
    owner: str
    title: str
    description: str
    labels: tuple[Label, ...]
    sources: tuple[Source, ...]
    workers_per_object: int
    task_time_limit: int
    label_attribute: str
    state: State = State.ACTIVE
    notify: tuple[str, ...] = ()
    region: str | None = None
    imported: Imported | None = None
    question: str | None = None
    keywords: tuple[str, ...] = ()
    short_instructions: str | None = None
    full_instructions: str | None = None
    template: str | None = None
    input_topic: str | None = None
    selection: Selection = TAKE_ALL
    only_new: bool = False
    takes_clips_at_create: bool = False
    content_classifiers: tuple[str, ...] = ()
    team: str | None = None
    public_crowd: bool = False
    task_availability: int | None = None
    max_concurrent_objects: int | None = None
    seconds_per_clip: Decimal | None = None
    price_usd: Decimal | None = None
    output_location: str | None = None
    kms_key: str | None = None
    output_topic: str | None = None
    stop_labeled_objects: int | None = None
    stop_labeled_percent: int | None = None
    budget_usd: Decimal | None = None
    budget_stops: bool = False
    rerun_of: Rerun | None = None
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> JobKey:
        """Return the name as AWS compares it: ignoring case."""
        return job_key(self.name)

    @property
    def source(self) -> Source | None:
        """Return the source of clips; None for a job with only a topic."""
        return self.sources[0] if self.sources else None

    @property
    def is_streaming(self) -> bool:
        """Return whether clips keep arriving while the job runs."""
        return self.input_topic is not None


def parse_spec(data: JsonObject) -> JobSpec:
    """Parse data that fits the schema."""
    source = data["input"]
    values: dict[str, Any] = {
        "label_attribute": data["name"],
        "sources": tuple(_sources(source)),
        "selection": _selection(source) if SELECTING & source.keys() else TAKE_ALL,
    }
    _parse_members(data, _TREE, values)
    return JobSpec(**values)


def _parse_members(part: JsonObject, fields: JsonObject, values: dict[str, Any]) -> None:
    for member, value in part.items():
        field = fields.get(member)
        if type(field) is tuple:
            attribute, parse = field
            values[attribute] = parse(value) if parse else value
        elif field:
            _parse_members(value, field, values)


def seconds(duration: str) -> int:
    """Return the seconds of a duration such as 90s, 10m, 8h, or 10d."""
    return int(duration[:-1]) * _SECONDS[duration[-1]]


def input_uris(spec: JobSpec) -> Iterator[tuple[str, str]]:
    """Yield the JSON Pointer and S3 URI of every input in the declaration."""
    match spec.source:
        case PrefixInput(prefix=prefix):
            yield "/input/prefix", prefix
        case InventoryInput(prefix=prefix):
            # The report itself is read for the plan, and never by the job.
            yield "/input/inventory/prefix", prefix
        case ManifestInput(uri=uri) as manifest if not manifest.is_file:
            yield "/input/manifest", uri
        case ObjectsInput(objects=objects):
            for index, clip in enumerate(objects):
                yield f"/input/objects/{index}", clip["source-ref"]


def clip_location(spec: JobSpec) -> str:
    """Return the S3 URI of a job's clips: a prefix or the first clip; empty if the declaration has neither."""
    match spec.source:
        case PrefixInput(prefix=prefix) | InventoryInput(prefix=prefix):
            return prefix
        case ObjectsInput(objects=objects):
            return str(objects[0]["source-ref"])
        case _:
            return ""


def has_clips_elsewhere(spec: JobSpec) -> bool:
    """Return whether a job's clips must be looked up; a topic has none yet, and a file can list its clips."""
    return spec.source is not None and not isinstance(spec.source, ObjectsInput)


def is_file_name(text: str) -> bool:
    """Return whether a text is the name of a Markdown file and not Markdown itself."""
    text = text.strip()
    return text.endswith(".md") and "\n" not in text and " " not in text


def _labels(labels: Iterable[str | Mapping[str, str]]) -> tuple[Label, ...]:
    return tuple(
        [
            Label(name=label) if isinstance(label, str) else Label(name=label["name"], hint=label.get("hint"))
            for label in labels
        ]
    )


def _sources(source: JsonObject) -> Iterator[Source]:
    if "prefix" in source:
        yield PrefixInput(prefix=source["prefix"])
    if "inventory" in source:
        yield InventoryInput(**source["inventory"])
    if "manifest" in source:
        yield ManifestInput(uri=source["manifest"])
    if "objects" in source:
        objects = ({"source-ref": clip} if isinstance(clip, str) else clip for clip in source["objects"])
        yield ObjectsInput(objects=tuple(objects))
    if "from_job" in source:
        yield ChainedInput(job=source["from_job"])


Parse = Callable[[Any], Any]

# The members of `input` that make up its Selection.
SELECTING = frozenset({"match", "exclude", "size", "modified", "where", "only", "sample", "limit"})


def _selection(source: JsonObject) -> Selection:
    size, modified, sample = (source.get(member, {}) for member in ("size", "modified", "sample"))
    return Selection(
        match=tuple(source.get("match", ())),
        exclude=tuple(source.get("exclude", ())),
        min_size=_parsed(size, "min", size_in_bytes),
        max_size=_parsed(size, "max", size_in_bytes),
        since=_parsed(modified, "since", start_of),
        before=_parsed(modified, "before", start_of),
        where=conditions(source.get("where", {})),
        only=_parsed(source, "only", only_of),
        sample=_sample(sample) if sample else None,
        limit=source.get("limit"),
    )


def only_of(only: JsonObject) -> Only:
    """Parse the member `only`."""
    return Only(
        labels=tuple(only.get("labels", ())),
        confidence_below=_parsed(only, "confidence_below", exact),
        agreement_below=_parsed(only, "agreement_below", exact),
        unlabeled=only.get("unlabeled", False),
    )


def _sample(sample: JsonObject) -> Sample:
    return Sample(count=sample.get("count"), percent=_parsed(sample, "percent", exact), seed=sample.get("seed", 0))


def _parsed(values: JsonObject, member: str, parse: Parse) -> Any:
    return parse(values[member]) if member in values else None


def exact(number: int | float) -> Decimal:
    """Return a number with the digits that were written."""
    # repr returns the digits that were written; the loader refuses numbers with more digits than a double holds.
    return Decimal(repr(number))


# The fields of a declaration by JSON Pointer: the attribute of JobSpec, and the function that parses the value.
# Members of `input` that name clips are JobSpec.sources, and those that choose among them JobSpec.selection.
FIELDS: dict[str, tuple[str, Parse | None]] = {
    "/name": ("name", None),
    "/owner": ("owner", None),
    "/notify": ("notify", tuple),
    "/state": ("state", State),
    "/region": ("region", None),
    "/imported": ("imported", lambda imported: Imported(**imported)),
    "/rerun_of": ("rerun_of", lambda rerun: Rerun(job=rerun["job"], reason=rerun["reason"])),
    "/tags": ("tags", lambda tags: tuple(tags.items())),
    # A YAML block ends in a line break that is not part of the text; AWS takes none in a description.
    "/task/title": ("title", str.strip),
    "/task/question": ("question", None),
    "/task/description": ("description", str.strip),
    "/task/keywords": ("keywords", tuple),
    "/task/labels": ("labels", _labels),
    "/task/template": ("template", None),
    "/task/instructions/short": ("short_instructions", None),
    "/task/instructions/full": ("full_instructions", None),
    "/input/topic": ("input_topic", None),
    "/input/only_new": ("only_new", None),
    "/input/at": ("takes_clips_at_create", lambda at: at == "create"),
    "/input/content_classifiers": ("content_classifiers", tuple),
    "/workforce/team": ("team", None),
    "/workforce/crowd": ("public_crowd", lambda _: True),
    "/workforce/workers_per_object": ("workers_per_object", None),
    "/workforce/task_time_limit": ("task_time_limit", seconds),
    "/workforce/task_availability": ("task_availability", seconds),
    "/workforce/max_concurrent_objects": ("max_concurrent_objects", None),
    "/workforce/seconds_per_clip": ("seconds_per_clip", exact),
    "/workforce/price_usd": ("price_usd", exact),
    "/output/label_attribute": ("label_attribute", None),
    "/output/location": ("output_location", None),
    "/output/kms_key": ("kms_key", None),
    "/output/topic": ("output_topic", None),
    "/stop_when/labeled_objects": ("stop_labeled_objects", None),
    "/stop_when/labeled_percent": ("stop_labeled_percent", None),
    "/budget/usd": ("budget_usd", exact),
    "/budget/when_reached": ("budget_stops", "stop".__eq__),
}


def _as_tree() -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for pointer, field in FIELDS.items():
        *way, member = pointer.split("/")[1:]
        part = tree
        for step in way:
            part = part.setdefault(step, {})
        part[member] = field
    return tree


# FIELDS nested like a declaration, so that parsing walks a declaration once.
_TREE = _as_tree()
