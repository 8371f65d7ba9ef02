"""Reads the clips of a job that continues another one, and the labels by which it chooses among them."""

from __future__ import annotations

from dataclasses import replace

from groundctl.app.results import fetch_answers, read_if_allowed
from groundctl.domain.clips.selection import choose_from_manifest, most_of, selection_of
from groundctl.domain.declarations.sources import Only
from groundctl.domain.declarations.spec import JobSpec
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.domain.planning.inputs import ClipsFound, Missing, Unreadable
from groundctl.domain.results.earlier_labels import EarlierLabels, check_only
from groundctl.domain.results.labeled_job import LabeledJob, label_names, read_labeled_job
from groundctl.errors import RefusedByAws
from groundctl.ports import LabelingJobs, ObjectStore

_WHO_MAY_READ_ANSWERS = (
    "use labels or confidence_below, or have a person plan and apply this job who may read answers: the roles of the workflows"
    " may not, because an answer identifies its worker"
)


def read_earlier_job(
    spec: JobSpec, earlier: ObservedJob | None, jobs: LabelingJobs, objects: ObjectStore
) -> ClipsFound:
    """Choose lines of a job's output manifest."""
    only, chosen_by = spec.selection.only, None
    if only is not None and earlier is not None:
        labeled_job = _describe(earlier.name, jobs, objects)
        if isinstance(labeled_job, Unreadable):
            return labeled_job
        if faults := tuple(check_only(spec, only, labeled_job)):
            return faults
        try:
            chosen_by = _labels_of(labeled_job, only, objects)
        except RefusedByAws as error:
            return Unreadable(message=error.message, hint=_WHO_MAY_READ_ANSWERS)
    uri = (earlier and earlier.output_manifest) or ""
    lines = objects.read_lines(uri)
    if lines is None:
        return Missing(uri=uri)
    why_not = chosen_by.why_not if chosen_by else None
    return choose_from_manifest(lines, selection_of(spec), most=most_of(spec), only=why_not)


def _describe(name: str, jobs: LabelingJobs, objects: ObjectStore) -> LabeledJob | Unreadable:
    described = jobs.describe(name)
    if described is None:
        return Unreadable(message=f"{name} is not there any more", hint="run it again")
    try:
        labeled_job = read_labeled_job(described)
    except (LookupError, TypeError, AttributeError) as error:
        message = f"the labels of {name} cannot be read, because its description lacks what they need: {error}"
        return Unreadable(message=message, hint="leave out input.only, or name another job")
    return replace(labeled_job, labels=label_names(read_if_allowed(labeled_job.categories_uri, objects)))


def _labels_of(labeled_job: LabeledJob, only: Only, objects: ObjectStore) -> EarlierLabels:
    # The workers' answers are one object for each clip or batch, so they are read only if the choice depends on them.
    answers = None if only.agreement_below is None else fetch_answers(labeled_job, objects)
    return EarlierLabels(job=labeled_job, only=only, answers=answers)
