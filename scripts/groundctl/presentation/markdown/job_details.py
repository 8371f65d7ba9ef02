"""The details of a job to be created: the question, the workers, and the clips."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from groundctl.domain.aws import s3_layout
from groundctl.domain.clips.left_out import Why
from groundctl.domain.jobs.request import DesiredJob
from groundctl.domain.planning.plan import Create
from groundctl.presentation.job_effects import effects_of
from groundctl.presentation.markdown.environment import render
from groundctl.presentation.plan_summary import left_out_of, looked_at_in


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipSource:
    """Where a job's clips come from: the kind of its input, and the place that it names."""

    kind: str = ""
    place: str = ""
    seed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDetails:
    """What the template shows of a job; times are in seconds, and None stands for what is not known or not set."""

    name: str
    path: str
    owner: str
    team: str
    question: str
    explanation: str
    labels: tuple[str, ...]
    clips: int | None
    left_out: str
    looked_at: str
    first_left_out: tuple[str, ...]
    source: ClipSource
    workers: int
    answer_limit: int
    hours: int | None
    effects: tuple[str, ...]
    offered_for: int | None
    budget: Decimal | None
    page: str
    declaration_digest: str
    input_digest: str


def job_details(change: Create) -> str:
    """Write what folds open below the name of a job."""
    return f"{render('job_details', job=_details(change))}\n\n"


def _details(change: Create) -> JobDetails:
    purchase, desired = change.purchase, change.purchase.desired
    task = desired.request["HumanTaskConfig"]
    limit = task["TaskTimeLimitInSeconds"]
    return JobDetails(
        name=change.name,
        path=change.path,
        owner=change.owner,
        team=change.team,
        question=task["TaskTitle"],
        explanation=task["TaskDescription"],
        labels=tuple(str(label["label"]) for label in _artifact(desired, s3_layout.CATEGORIES_FILE).get("labels", ())),
        clips=purchase.clips if isinstance(purchase.clips, int) else None,
        left_out=left_out_of(change),
        looked_at=looked_at_in(change),
        first_left_out=tuple(_first_left_out(change)),
        source=_source(_artifact(desired, s3_layout.DECLARATION_FILE).get("declared", {}).get("input", {})),
        workers=task["NumberOfHumanWorkersPerDataObject"],
        answer_limit=limit,
        hours=None if purchase.cost is None else -(-purchase.cost.answers * limit // 3600),
        effects=effects_of(change),
        offered_for=task.get("TaskAvailabilityLifetimeInSeconds"),
        budget=change.job.budget_usd,
        page=task["UiConfig"]["UiTemplateS3Uri"].rpartition("/")[2],
        declaration_digest=change.job.declaration_digest,
        input_digest=purchase.input_digest,
    )


def _first_left_out(change: Create) -> Iterator[str]:
    tally = change.purchase.tally
    for group in tally.left_out if tally else ():
        # What is outside a sample or already asked is left out on purpose.
        yield from group.first if group.why not in {Why.SAMPLE, Why.ASKED, Why.LIMIT} else ()


def _source(declared: Mapping[str, Any]) -> ClipSource:
    match declared:
        case {"topic": topic}:
            return ClipSource(kind="topic", place=str(topic))
        case {"prefix": prefix, "sample": {**sample}}:
            return ClipSource(kind="sample", place=str(prefix), seed=str(sample.get("seed", 0)))
        case {"prefix": prefix}:
            return ClipSource(kind="prefix", place=str(prefix))
        case {"inventory": {"prefix": prefix}}:
            return ClipSource(kind="inventory", place=str(prefix))
        case {"manifest": manifest}:
            return ClipSource(kind="manifest", place=str(manifest))
        case {"from_job": job, "only": _}:
            return ClipSource(kind="only", place=str(job))
        case {"from_job": job}:
            return ClipSource(kind="from_job", place=str(job))
        case {"objects": objects} if objects:
            return ClipSource(kind="objects")
        case _:
            return ClipSource()


def _artifact(desired: DesiredJob, name: str) -> Mapping[str, Any]:
    content = next((artifact.content for artifact in desired.artifacts if artifact.uri.endswith(f"/{name}")), b"{}")
    return dict(json.loads(content))
