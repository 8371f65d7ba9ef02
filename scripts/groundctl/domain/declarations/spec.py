"""What a team declared, parsed once: JobSpec and its parts, with durations in seconds and money as Decimal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from groundctl.domain.aws.job_names import JobKey, job_key

# What Ground Truth shows to workers.
CLIP_ENDINGS = (".mp4", ".webm", ".ogg")
DEFAULT_MATCH = ("**.mp4", "**.webm", "**.ogg")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class State(StrEnum):
    """What the team wants the job to be."""

    ACTIVE = "active"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """An answer a worker can choose."""

    name: str
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """How many clips to take, and the seed that chooses them."""

    count: int
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixInput:
    """Clips under an S3 prefix."""

    prefix: str
    match: tuple[str, ...] = DEFAULT_MATCH
    sample: Sample | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestInput:
    """Clips named by an input manifest on S3."""

    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectsInput:
    """Clips written out; each is a manifest line with `source-ref` and the team's own keys."""

    objects: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainedInput:
    """Clips from the output manifest of another labeling job."""

    job: str


Source = PrefixInput | ManifestInput | ObjectsInput | ChainedInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """The team's word that buying labels for the same input again is meant."""

    job: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """A declaration that fits the schema; times are seconds, an absent member is None or empty."""

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
    keywords: tuple[str, ...] = ()
    short_instructions: str | None = None
    full_instructions: str | None = None
    template: str | None = None
    input_topic: str | None = None
    content_classifiers: tuple[str, ...] = ()
    team: str | None = None
    public_crowd: bool = False
    task_availability: int | None = None
    max_concurrent_objects: int | None = None
    price_usd: Decimal | None = None
    output_location: str | None = None
    kms_key: str | None = None
    output_topic: str | None = None
    stop_labeled_objects: int | None = None
    stop_labeled_percent: int | None = None
    budget_usd: Decimal | None = None
    rerun_of: Rerun | None = None
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> JobKey:
        """Name the job as AWS compares names: ignoring case."""
        return job_key(self.name)

    @property
    def source(self) -> Source | None:
        """Give the one source of clips; None for a job fed by a topic alone."""
        return self.sources[0] if self.sources else None

    @property
    def is_streaming(self) -> bool:
        """Say whether clips keep arriving while the job runs."""
        return self.input_topic is not None


def parse_spec(data: Mapping[str, Any]) -> JobSpec:
    """Turn data that fits the schema into a JobSpec."""
    task, source, workforce = data["task"], data["input"], data["workforce"]
    output, stop, instructions = data.get("output", {}), data.get("stop_when", {}), task.get("instructions", {})
    rerun, availability = data.get("rerun_of"), workforce.get("task_availability")
    return JobSpec(
        name=data["name"],
        owner=data["owner"],
        # A YAML block ends in a line break that nobody meant; AWS takes none in a description.
        title=task["title"].strip(),
        description=task["description"].strip(),
        labels=tuple(_label(label) for label in task["labels"]),
        sources=tuple(_sources(source)),
        workers_per_object=workforce["workers_per_object"],
        task_time_limit=seconds(workforce["task_time_limit"]),
        label_attribute=output.get("label_attribute", data["name"]),
        state=State(data.get("state", "active")),
        notify=tuple(data.get("notify", ())),
        region=data.get("region"),
        keywords=tuple(task.get("keywords", ())),
        short_instructions=instructions.get("short"),
        full_instructions=instructions.get("full"),
        template=task.get("template"),
        input_topic=source.get("topic"),
        content_classifiers=tuple(source.get("content_classifiers", ())),
        team=workforce.get("team"),
        public_crowd="crowd" in workforce,
        task_availability=None if availability is None else seconds(availability),
        max_concurrent_objects=workforce.get("max_concurrent_objects"),
        price_usd=_usd(workforce.get("price_usd")),
        output_location=output.get("location"),
        kms_key=output.get("kms_key"),
        output_topic=output.get("topic"),
        stop_labeled_objects=stop.get("labeled_objects"),
        stop_labeled_percent=stop.get("labeled_percent"),
        budget_usd=_usd(data.get("budget", {}).get("usd")),
        rerun_of=Rerun(**rerun) if rerun else None,
        tags=tuple(data.get("tags", {}).items()),
    )


def seconds(duration: str) -> int:
    """Count the seconds of a duration such as 90s, 10m, 8h or 10d."""
    return int(duration[:-1]) * _SECONDS[duration[-1]]


def input_uris(spec: JobSpec) -> Iterator[tuple[str, str]]:
    """Yield the JSON Pointer and the S3 URI of everything that is written down as input."""
    match spec.source:
        case PrefixInput(prefix=prefix):
            yield "/input/prefix", prefix
        case ManifestInput(uri=uri):
            yield "/input/manifest", uri
        case ObjectsInput(objects=objects):
            for index, clip in enumerate(objects):
                yield f"/input/objects/{index}", clip["source-ref"]


def clip_location(spec: JobSpec) -> str:
    """Give the S3 URI where a job's clips are found: a prefix, or the first clip; empty if it is not written down."""
    match spec.source:
        case PrefixInput(prefix=prefix):
            return prefix
        case ObjectsInput(objects=objects):
            return str(objects[0]["source-ref"])
        case _:
            return ""


def text_files(spec: JobSpec) -> Iterator[tuple[str, str]]:
    """Yield the JSON Pointer and the name of each file beside the declaration that belongs to it."""
    for part, text in (("short", spec.short_instructions), ("full", spec.full_instructions)):
        if text is not None and is_file_name(text):
            yield f"/task/instructions/{part}", text.strip()
    if spec.template is not None:
        yield "/task/template", spec.template


def is_file_name(text: str) -> bool:
    """Tell the name of a Markdown file from Markdown itself."""
    text = text.strip()
    return text.endswith(".md") and "\n" not in text and " " not in text


def _label(label: str | Mapping[str, str]) -> Label:
    return Label(name=label) if isinstance(label, str) else Label(name=label["name"], hint=label.get("hint"))


def _sources(source: Mapping[str, Any]) -> Iterator[Source]:
    if "prefix" in source:
        sample = source.get("sample")
        yield PrefixInput(
            prefix=source["prefix"],
            match=tuple(source.get("match", DEFAULT_MATCH)),
            sample=Sample(**sample) if sample else None,
        )
    if "manifest" in source:
        yield ManifestInput(uri=source["manifest"])
    if "objects" in source:
        objects = ({"source-ref": clip} if isinstance(clip, str) else clip for clip in source["objects"])
        yield ObjectsInput(objects=tuple(objects))
    if "from_job" in source:
        yield ChainedInput(job=source["from_job"])


def _usd(amount: int | float | None) -> Decimal | None:
    # repr gives back the digits that were written; the loader refuses numbers with more than a double holds.
    return None if amount is None else Decimal(repr(amount))
