"""Fetch a job's results: its output manifest as a stream, its labels, and on request the workers' answers."""

from __future__ import annotations

import weakref
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Protocol, TypeVar

from groundctl.app.concurrency import MAX_CONCURRENCY
from groundctl.domain.aws.job_names import JOB_NAME
from groundctl.domain.jobs.observed import Status
from groundctl.domain.results.agreement import WorkerAnswers, read_answers, read_responses
from groundctl.domain.results.labeled_job import LabeledJob, label_names, read_labeled_job
from groundctl.domain.results.output_manifest import LabeledObject, read_objects
from groundctl.domain.results.results import Results, read_results
from groundctl.domain.results.verification import (
    UnreadableInputError,
    Verification,
    bought_clips,
    not_verified,
    verify,
)
from groundctl.errors import ExternalError, UsageError
from groundctl.ports import LabelingJobs, ObjectStore

Step = TypeVar("Step")

_MAX_IN_MEMORY = 4 << 20  # bytes; a larger manifest is spooled to disk
_LINES_PER_WRITE, _BYTES_PER_READ = 1000, 1 << 18


class ProgressReporter(Protocol):
    """Passes steps through and may show how many are done."""

    def __call__(self, steps: Iterable[Step], *, total: int | None, doing: str) -> Iterable[Step]: ...


def no_progress(steps: Iterable[Step], *, total: int | None, doing: str) -> Iterable[Step]:  # noqa: ARG001 - the protocol's signature
    """Pass steps through without showing anything."""
    return steps


class SpooledLines:
    """Lines that can be read any number of times, kept in memory or, beyond a limit, in an unnamed file.

    AWS rewrites the manifest while a job is running. Fetching it once makes summary, tables, and page agree.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._file = SpooledTemporaryFile(_MAX_IN_MEMORY)  # noqa: SIM115 - open as long as this object exists
        weakref.finalize(self, self._file.close)
        remaining = iter(lines)
        while batch := list(islice(remaining, _LINES_PER_WRITE)):
            try:
                self._file.writelines(batch)
            except OSError as error:
                message = f"the output manifest cannot be stored on this machine: {error.strerror}"
                raise ExternalError(
                    message, hint="free disk space for temporary files, or set TMPDIR to a folder with space"
                ) from error

    def __iter__(self) -> Iterator[bytes]:
        """Read from the first line; several readers can be active at once."""
        position = 0
        while True:
            self._file.seek(position)
            batch = self._file.readlines(_BYTES_PER_READ)
            if not batch:
                return
            position = self._file.tell()
            yield from batch


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedResults:
    """A job's results, and the manifest and answers that they were made from."""

    results: Results
    manifest: Iterable[bytes]
    answers: WorkerAnswers | None = None

    def objects(self) -> Iterator[LabeledObject]:
        """Read the manifest again, object by object."""
        return read_objects(self.manifest, self.results.labeled_job, self.answers)


def fetch_results(
    name: str,
    jobs: LabelingJobs,
    objects: ObjectStore,
    *,
    with_answers: bool = False,
    declared_in: str | None = None,
    progress: ProgressReporter = no_progress,
) -> FetchedResults:
    """Describe a job, and read its output manifest, its label categories, and on request the workers' answers."""
    labeled_job = _find(name, jobs, declared_in)
    lines = objects.read_lines(labeled_job.output_manifest)
    if lines is None:
        raise _no_output(labeled_job)
    manifest = SpooledLines(lines)
    labeled_job = replace(labeled_job, labels=label_names(read_if_allowed(labeled_job.categories_uri, objects)))
    bought = _fetch_input(labeled_job, objects)
    answers = _answers(labeled_job, objects, bought, progress) if with_answers else None
    results = replace(
        read_results(manifest, labeled_job, answers), verification=_verify(manifest, bought, labeled_job, answers)
    )
    return FetchedResults(results=results, manifest=manifest, answers=answers)


def _find(name: str, jobs: LabelingJobs, declared_in: str | None) -> LabeledJob:
    if not JOB_NAME.fullmatch(name):
        raise UsageError(f"{name} is not a valid job name", hint="give the name alone, as in the declaration")
    described = jobs.describe(name)
    if described is not None:
        try:
            return read_labeled_job(described)
        except (LookupError, TypeError, AttributeError) as error:
            message = f"what came back while describing {name} lacks what AWS gives for a classification job: {error}"
            raise ExternalError(
                message, hint="run it again; only video classification jobs have results here"
            ) from error
    if declared_in is not None:
        raise UsageError(
            f"{name} is declared in {declared_in}, but there is no such labeling job yet",
            hint="`groundctl plan` shows what `groundctl apply` would create",
        )
    raise UsageError(f"there is no labeling job {name}", hint="`groundctl status --all` lists all jobs")


def _no_output(labeled_job: LabeledJob) -> ExternalError:
    job = labeled_job.job
    if job.status is Status.FAILED:
        hint = f"the job failed before its first label: {job.failure_reason or 'AWS gave no reason'}"
    elif job.status.is_terminal:
        hint = "check whether it was moved or deleted; AWS keeps no other copy"
    else:
        hint = f"AWS writes it minutes after the first labels; `groundctl status {job.name}` shows the progress"
    return ExternalError(
        f"{job.name} ({job.status}) has no output manifest yet at {labeled_job.output_manifest}", hint=hint
    )


def read_if_allowed(uri: str | None, objects: ObjectStore) -> bytes | None:
    """Read an optional file: a job that was created elsewhere may keep it where we have no access."""
    if uri is None or not uri.startswith("s3://"):
        return None
    try:
        return objects.read(uri)
    except ExternalError:
        return None


def _fetch_input(labeled_job: LabeledJob, objects: ObjectStore) -> SpooledLines | str:
    """Read the frozen input manifest of a job; return why it could not be read."""
    uri = labeled_job.input_manifest
    if uri is None:
        return "the job takes its clips from a topic, not from an input manifest"
    try:
        lines = objects.read_lines(uri)
        return f"its input manifest, {uri}, is not there" if lines is None else SpooledLines(lines)
    except ExternalError as error:
        return f"its input manifest, {uri}, could not be read: {error.message}"


def _verify(
    manifest: Iterable[bytes], bought: SpooledLines | str, labeled_job: LabeledJob, answers: WorkerAnswers | None
) -> Verification:
    reason = bought if isinstance(bought, str) else ""
    if not isinstance(bought, str):
        try:
            return verify(manifest, bought, labeled_job, answers)
        except UnreadableInputError as error:
            reason = f"its input manifest, {labeled_job.input_manifest}, is malformed: {error}"
    return not_verified(reason, manifest, labeled_job, answers)


def fetch_answers(labeled_job: LabeledJob, objects: ObjectStore) -> WorkerAnswers:
    """Read what each worker answered."""
    return _answers(labeled_job, objects, _fetch_input(labeled_job, objects), no_progress)


def _answers(
    labeled_job: LabeledJob, objects: ObjectStore, bought: SpooledLines | str, progress: ProgressReporter
) -> WorkerAnswers:
    requests = sorted(objects.list_keys(labeled_job.answers_prefix))
    responses = sorted(objects.list_keys(labeled_job.responses_prefix))
    ids = [_object_id(key, labeled_job.responses_prefix) for key in responses]
    responded = frozenset(ids)
    if responses and not requests:
        # AWS has consolidated nothing: the answers are only in the workers' own responses.
        sources = {} if isinstance(bought, str) else _clips_by_id(bought, responded)
        with ThreadPoolExecutor(MAX_CONCURRENCY) as pool:
            read = progress(pool.map(objects.read, responses), total=len(responses), doing="reading answers")
            answered = ((each, content or b"") for each, content in zip(ids, read, strict=True) if each)
            return read_responses(answered, sources, responded)
    with ThreadPoolExecutor(MAX_CONCURRENCY) as pool:
        contents = progress(pool.map(objects.read, requests), total=len(requests), doing="reading answers")
        return read_answers((content for content in contents if content is not None), responded)


def _clips_by_id(bought: Iterable[bytes], ids: Collection[str]) -> dict[str, str]:
    """Name the objects with these IDs: an ID is the position of the object's line in the input manifest."""
    try:
        return {str(position): clip for position, clip in enumerate(bought_clips(bought)) if str(position) in ids}
    except UnreadableInputError:
        return {}


def _object_id(key: str, prefix: str) -> str:
    """Return the dataset object ID in iteration-1/<id>/<time>.json."""
    return key.removeprefix(prefix).split("/")[1] if key.removeprefix(prefix).count("/") >= 2 else ""
