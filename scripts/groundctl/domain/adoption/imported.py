"""Turns a labeling job that exists into a declaration: a pure function of what AWS says and of the files it names."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from groundctl.domain.adoption.existing_job import ExistingJob, ImportedFile, ImportPlace, NotCopied, NotImported
from groundctl.domain.adoption.said import FIELDS, members_not_said
from groundctl.domain.adoption.task_type import Task, task_of
from groundctl.domain.adoption.yaml_writer import write_yaml
from groundctl.domain.aws.s3_address import as_s3
from groundctl.domain.aws.s3_layout import labels_location
from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.spec import parse_spec
from groundctl.domain.declarations.texts.text_problems import INVISIBLE
from groundctl.domain.declarations.yaml_loader import load_document
from groundctl.domain.jobs.observed import AwsResponse

# A declaration can have as many tags of its own; a request has 10 more.
_MAX_TAGS = 40
# Longer texts beside a declaration are not read.
MAX_TEXT = 128_000
# Stands for the digest of the content until the rest is known.
_NOT_KNOWN_YET = "0" * 32
_RESERVED_TAGS = ("aws:", "groundctl:")
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
_PUBLIC = ":workteam/public-crowd/default"

HEAD = (
    "This job was made elsewhere and imported. groundctl follows it, and never creates or changes it.",
    "You can change owner, notes, notify, state, and task.question. For a new job: `groundctl clone`.",
)
TAIL = "AWS has these values of the job too. A declaration has no field for them, or another value here:"


def import_job(existing: ExistingJob, place: ImportPlace, schema: SchemaCheck) -> ImportedFile | NotImported:
    """Write the declaration of a job that exists, or say why there is none."""
    template = existing.template if isinstance(existing.template, bytes) else None
    task, words = task_of(existing.described, template)
    if task is Task.ANOTHER:
        return of_another_task(existing.name, words)
    if task is Task.UNCLEAR:
        why = "it has functions of its own, and its page does not show a video with a choice of labels"
        return NotImported(name=existing.name, why=why, hint=_ONLY_VIDEO, expected=True)
    labels = existing.labels
    if not labels or isinstance(labels, NotCopied):
        return _without_labels(existing)
    data, notes, texts = _data(existing, place, labels)
    fitted = _fitted(data, schema)
    if isinstance(fitted, str):
        return NotImported(name=existing.name, why=fitted, hint=_HINT_NO_FORM, in_ledger=True)
    if "template" not in fitted["task"]:
        texts = {}
    remarks = tuple(_remarks(existing, task, fitted))
    return _written(existing, place, fitted, notes, texts, remarks)


_ONLY_VIDEO = "groundctl declares video classification only"
_HINT_NO_FORM = "it stays as it is in AWS; `groundctl status --all` and `groundctl results` show it without a file"


# What AWS's model requires of a job, and a declaration is made from.
_ALWAYS_THERE = (
    ("InputConfig", "DataSource"),
    ("OutputConfig", "S3OutputPath"),
    ("HumanTaskConfig", "WorkteamArn"),
    ("HumanTaskConfig", "TaskTitle"),
    ("HumanTaskConfig", "TaskDescription"),
    ("HumanTaskConfig", "NumberOfHumanWorkersPerDataObject"),
    ("HumanTaskConfig", "TaskTimeLimitInSeconds"),
)


def missing_member(described: AwsResponse) -> str | None:
    """Name the first member that every job has, and that AWS's description lacks."""
    missing = (f"{part}.{member}" for part, member in _ALWAYS_THERE if described[part].get(member) is None)
    return next(missing, None)


def of_another_task(name: str, task: str) -> NotImported:
    """Leave a job alone that is no video classification."""
    return NotImported(name=name, why=f"it is {task}, not video classification", hint=_ONLY_VIDEO, expected=True)


def _without_labels(existing: ExistingJob) -> NotImported:
    uri = existing.described.get("LabelCategoryConfigS3Uri")
    if uri is None:
        why, hint = "it has no label category file: its labels are in its worker template only", _HINT_NO_FORM
    elif isinstance(existing.labels, NotCopied):
        why = f"its label category file, {uri}, {existing.labels.why}"
        hint = "restore the file, and import the job again: nothing else says which labels workers could choose from"
    else:
        why = f"its label category file, {uri}, lists no labels"
        hint = "restore the file that the job was created from, and import the job again"
    return NotImported(name=existing.name, why=why, hint=hint, in_ledger=True)


# --- the declaration as data -------------------------------------------------------------------------------------------


def _data(
    existing: ExistingJob, place: ImportPlace, labels: tuple[str, ...]
) -> tuple[dict[str, Any], dict[str, str], dict[str, bytes]]:
    """Write a job's fields, notes about some of them, and the text files that they name."""
    described, notes = existing.described, dict[str, str]()
    texts = dict(_template_file(existing, notes))
    task = described["HumanTaskConfig"]
    data: dict[str, Any] = {
        "name": existing.name,
        "owner": place.owner,
        "imported": _provenance(described, place),
        "task": _present(
            title=task["TaskTitle"],
            question=place.question,
            description=task["TaskDescription"],
            keywords=list(task.get("TaskKeywords") or ()),
            labels=list(labels),
            template=next(iter(texts), None),
        ),
        "input": _input(existing, place, notes),
        "workforce": _workforce(task, place, notes),
        "output": _output(described, place, notes),
        "stop_when": _present(
            labeled_objects=described.get("StoppingConditions", {}).get("MaxHumanLabeledObjectCount"),
            labeled_percent=described.get("StoppingConditions", {}).get("MaxPercentageOfInputDatasetLabeled"),
        ),
        "tags": dict(list(_tags(described))[:_MAX_TAGS]),
    }
    return {key: value for key, value in data.items() if value != {}}, notes, texts


def _present(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None and value != []}


def _provenance(described: Mapping[str, Any], place: ImportPlace) -> dict[str, str]:
    created: datetime = described["CreationTime"]
    moment = created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _present(
        job=described["LabelingJobArn"],
        created=moment,
        at=place.on.isoformat(),
        by=place.by[:100] or None,
        content=_NOT_KNOWN_YET,
    )


def _template_file(existing: ExistingJob, notes: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """Name the worker template and give its content, or note why it is not copied."""
    uri = str(existing.described["HumanTaskConfig"].get("UiConfig", {}).get("UiTemplateS3Uri", ""))
    match existing.template:
        case bytes(content) if len(content) > MAX_TEXT:
            why = f"has {len(content):,} bytes or more; at most {MAX_TEXT:,} are copied"
        case bytes(content):
            try:
                content.decode()
            except UnicodeDecodeError:
                why = "is not UTF-8"
            else:
                yield f"{existing.name}.{'liquid' if uri.endswith('.liquid') else 'html'}", content
                return
        case NotCopied(why=why):
            pass
        case None:
            notes["/task/labels"] = "AWS names no worker template of this job."
            return
    notes["/task/labels"] = f"The worker template is not here: {uri} {why}."


def text_of(content: bytes) -> str:
    """Return a text file's content as it is read beside a declaration."""
    return content.decode("utf-8-sig").replace("\r\n", "\n")


def _input(existing: ExistingJob, place: ImportPlace, notes: dict[str, str]) -> dict[str, Any]:
    source = existing.described["InputConfig"]["DataSource"]
    manifest = source.get("S3DataSource", {}).get("ManifestS3Uri")
    topic = source.get("SnsDataSource", {}).get("SnsTopicArn")
    chained = existing.follows if topic is None else None
    if chained is not None:
        notes["/input/from_job"] = f"Its manifest is the output of {chained}: {manifest}"
    return _present(
        manifest=None if manifest is None or chained else as_s3(manifest),
        from_job=chained,
        topic=None if topic is None else _topic(topic, "/input/topic", place, notes),
        content_classifiers=list(
            existing.described["InputConfig"].get("DataAttributes", {}).get("ContentClassifiers", ())
        ),
    )


def _topic(arn: str, pointer: str, place: ImportPlace, notes: dict[str, str]) -> str:
    name = next((name for name, known in place.infrastructure.topics.items() if known == arn), None)
    if name is None:
        notes[pointer] = f"This infrastructure has no such topic: {arn}"
    return name or _as_name(arn.rpartition(":")[2])


def _workforce(task: Mapping[str, Any], place: ImportPlace, notes: dict[str, str]) -> dict[str, Any]:
    arn = str(task["WorkteamArn"])
    is_public = arn.endswith(_PUBLIC)
    price = task.get("PublicWorkforceTaskPrice", {}).get("AmountInUsd")
    availability = task.get("TaskAvailabilityLifetimeInSeconds")
    return _present(
        team=None if is_public else _team(arn, place, notes),
        crowd="public" if is_public else None,
        workers_per_object=task["NumberOfHumanWorkersPerDataObject"],
        task_time_limit=_duration(task["TaskTimeLimitInSeconds"]),
        task_availability=None if availability is None else _duration(availability),
        max_concurrent_objects=task.get("MaxConcurrentTaskCount"),
        price_usd=_usd(price) if price and is_public else None,
    )


def team_of(arn: str, place_teams: Mapping[str, str]) -> str:
    """Return the name of a work team: the infrastructure's, or the end of its ARN."""
    return next((name for name, known in place_teams.items() if known == arn), _as_name(arn.rpartition("/")[2]))


def _team(arn: str, place: ImportPlace, notes: dict[str, str]) -> str:
    teams = {name: team.arn for name, team in place.infrastructure.work_teams.items()}
    if arn not in teams.values():
        notes["/workforce/team"] = f"This infrastructure has no such team: {arn}"
    return team_of(arn, teams)


def _as_name(text: str) -> str:
    """Write a name as a declaration can have it; a note beside it has AWS's."""
    parts = re.findall("[a-zA-Z0-9]+", text)
    return text if _NAME.fullmatch(text) else "-".join(parts)[:63].rstrip("-") or "unknown"


def _duration(seconds: int) -> str:
    unit, letter = next((unit, letter) for unit, letter in _UNITS if seconds % unit == 0)
    return f"{seconds // unit}{letter}"


def _usd(price: Mapping[str, int]) -> float:
    parts = (("Dollars", Decimal(1)), ("Cents", Decimal("0.01")), ("TenthFractionsOfACent", Decimal("0.001")))
    return float(sum((price.get(name, 0) * worth for name, worth in parts), Decimal(0)))


def _output(described: Mapping[str, Any], place: ImportPlace, notes: dict[str, str]) -> dict[str, Any]:
    output, infrastructure = described["OutputConfig"], place.infrastructure
    location, key, topic = output["S3OutputPath"].rstrip("/") + "/", output.get("KmsKeyId"), output.get("SnsTopicArn")
    if not key and infrastructure.kms_key_arn:
        notes["/output"] = "AWS has no key of the job's own: the labels are encrypted with S3's key."
    return _present(
        label_attribute=described.get("LabelAttributeName"),
        location=None if location == labels_location(infrastructure.output_bucket) else location,
        kms_key=key if key and key != infrastructure.kms_key_arn else None,
        topic=None if topic is None else _topic(topic, "/output/topic", place, notes),
    )


def _tags(described: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for tag in described.get("Tags") or ():
        is_hidden = INVISIBLE.search(tag["Key"] + tag["Value"])
        if not tag["Key"].startswith(_RESERVED_TAGS) and not is_hidden:
            yield tag["Key"], tag["Value"]


# --- what the schema allows --------------------------------------------------------------------------------------------

# Fields that are left out if their value does not fit: AWS's value becomes a comment.
_OPTIONAL = (
    "/imported/by",
    "/task/keywords",
    "/task/template",
    "/input/content_classifiers",
    "/workforce/task_availability",
    "/workforce/max_concurrent_objects",
    "/workforce/price_usd",
    "/output/label_attribute",
    "/output/location",
    "/output/kms_key",
    "/output/topic",
    "/stop_when/labeled_objects",
    "/stop_when/labeled_percent",
    "/tags",
)


def _fitted(data: JsonObject, schema: SchemaCheck) -> dict[str, Any] | str:
    """Leave out what does not fit the schema; return why nothing can be written if a field is needed."""
    fitted = copy.deepcopy(dict(data))
    for _ in range(len(_OPTIONAL) + 1):
        if schema.is_valid(fitted):
            return fitted
        places = [one.pointer for one in schema.diagnostics(fitted)]
        odd = {each for each in _OPTIONAL if any(f"{at}/".startswith(f"{each}/") for at in places)}
        if not odd:
            break
        for pointer in odd:
            _take_out(fitted, pointer)
    first = next(iter(schema.diagnostics(fitted)), None)
    if first is None:
        return "a text of it has half a character, which no file can hold"
    member = next(
        (name for name, field in FIELDS.items() if field == first.pointer), first.pointer[1:].replace("/", ".")
    )
    return f"a declaration cannot say its {member}: {first.message}"


def _take_out(data: dict[str, Any], pointer: str) -> None:
    *way, member = pointer.split("/")[1:]
    part = data
    for step in way:
        part = part[step]
    del part[member]
    if way and not part:
        del data[way[0]]


# --- the file ----------------------------------------------------------------------------------------------------------


def _remarks(existing: ExistingJob, task: Task, data: JsonObject) -> Iterator[str]:
    if task is Task.WITH_OWN_FUNCTIONS:
        yield (
            "it has functions of its own, which a declaration does not name: a new job from a copy would use AWS's, and"
            " its output may have a form that `groundctl results` does not read"
        )
    if "template" not in data["task"]:
        yield "its worker template is not copied"
    elif isinstance(existing.template, NotCopied):
        yield f"its worker template {existing.template.why}"


def _written(
    existing: ExistingJob,
    place: ImportPlace,
    data: dict[str, Any],
    notes: Mapping[str, str],
    texts: Mapping[str, bytes],
    remarks: tuple[str, ...],
) -> ImportedFile | NotImported:
    path = f"{place.folder}/{existing.name}.yaml"
    contents = {name: text_of(content) for name, content in texts.items()}
    digest = Declaration(path=path, spec=parse_spec(data), data=data, texts=contents).digest
    data["imported"]["content"] = digest
    rest = [f"  {each}" for each in members_not_said(existing.described, data, place.infrastructure)]
    modeline = [f"yaml-language-server: $schema={place.schema}"] if place.schema else []
    content = write_yaml(data, notes, head=(*modeline, *HEAD), tail=(TAIL, *rest) if rest else ()).encode(
        errors="replace"
    )
    document = load_document(path, content)
    if isinstance(document, tuple) or document.data != data:
        why = document[0].message if isinstance(document, tuple) else "a text of it cannot be written as YAML"
        why = f"its declaration could not be read again: {why}"
        return NotImported(name=existing.name, why=why, hint=_HINT_NO_FORM, in_ledger=True)
    beside = {f"{place.folder}/{name}": text for name, text in texts.items()}
    return ImportedFile(name=existing.name, path=path, content=content, texts=beside, remarks=remarks)
