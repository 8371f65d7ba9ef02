"""Fetches a job's results: describes it once, takes its output manifest as a stream, and reads answers if wanted."""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Protocol, TypeVar

from groundctl.domain.jobs.observed import Status
from groundctl.domain.results.agreement import WorkerAnswers, read_answers
from groundctl.domain.results.labeled_job import LabeledJob, label_names, origin_of
from groundctl.domain.results.output_manifest import LabeledObject, read_objects
from groundctl.domain.results.results import Results, read_results
from groundctl.errors import ExternalError, UsageError
from groundctl.ports import LabelingJobs, ObjectStore

Step = TypeVar("Step")

_JOB_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
_FETCHERS = 8
_IN_MEMORY = 4 << 20  # bytes; more than that lies on the disk
_LINES_AT_ONCE, _BYTES_AT_ONCE = 1000, 1 << 18


class Watch(Protocol):
    """Passes steps through, and lets somebody see how many are done."""

    def __call__(self, steps: Iterable[Step], *, total: int | None, doing: str) -> Iterable[Step]: ...


def unwatched(steps: Iterable[Step], *, total: int | None, doing: str) -> Iterable[Step]:  # noqa: ARG001 - a Watch
    """Pass steps through in silence."""
    return steps


class KeptLines:
    """Lines to be read as often as one likes: in memory while they are few, beyond that in a file without a name.

    A manifest is fetched once, and the sums, the tables and the page are of the same moment: AWS rewrites it while a
    job is running.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - open as long as somebody has the lines
        weakref.finalize(self, self._file.close)
        coming = iter(lines)
        while batch := list(islice(coming, _LINES_AT_ONCE)):
            try:
                self._file.writelines(batch)
            except OSError as error:
                message = f"the output manifest cannot be kept on this machine: {error.strerror}"
                raise ExternalError(
                    message, hint="make room for temporary files, or set TMPDIR to where there is"
                ) from error

    def __iter__(self) -> Iterator[bytes]:
        """Read from the first line on; each reading has a place of its own."""
        place = 0
        while True:
            self._file.seek(place)
            batch = self._file.readlines(_BYTES_AT_ONCE)
            if not batch:
                return
            place = self._file.tell()
            yield from batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A job's results in sum, and what they were made from."""

    results: Results
    manifest: Iterable[bytes]
    answers: WorkerAnswers | None = None

    def objects(self) -> Iterator[LabeledObject]:
        """Read the manifest once more, object by object."""
        return read_objects(self.manifest, self.results.origin, self.answers)


def fetch_results(
    name: str,
    jobs: LabelingJobs,
    objects: ObjectStore,
    *,
    with_answers: bool = False,
    declared_in: str | None = None,
    watch: Watch = unwatched,
) -> Fetched:
    """Describe a job once, read its output manifest and its label categories, and the workers' answers if wanted."""
    origin = _find(name, jobs, declared_in)
    lines = objects.read_lines(origin.output_manifest)
    if lines is None:
        raise _no_output(origin)
    manifest = KeptLines(lines)
    origin = replace(origin, labels=label_names(_read_if_allowed(origin.categories_uri, objects)))
    answers = _fetch_answers(origin, objects, watch) if with_answers else None
    return Fetched(results=read_results(manifest, origin, answers), manifest=manifest, answers=answers)


def _find(name: str, jobs: LabelingJobs, declared_in: str | None) -> LabeledJob:
    if not _JOB_NAME.fullmatch(name):
        raise UsageError(f"{name} cannot name a labeling job", hint="give the name alone, as in the declaration")
    described = jobs.describe(name)
    if described is not None:
        return origin_of(described)
    if declared_in is not None:
        raise UsageError(
            f"{name} is declared in {declared_in}, but there is no such labeling job yet",
            hint="`groundctl plan` shows what `groundctl apply` would create",
        )
    raise UsageError(f"there is no labeling job {name}", hint="`groundctl status --all` lists those there are")


def _no_output(origin: LabeledJob) -> ExternalError:
    job = origin.job
    if job.status is Status.FAILED:
        hint = f"it failed before it had any label: {job.failure_reason or 'AWS gave no reason'}"
    elif job.status.is_terminal:
        hint = "was it moved or deleted? AWS keeps no other copy"
    else:
        hint = f"AWS writes it minutes after the first labels; `groundctl status {job.name}` shows how far it is"
    return ExternalError(f"{job.name} ({job.status}) has no output manifest yet at {origin.output_manifest}", hint=hint)


def _read_if_allowed(uri: str | None, objects: ObjectStore) -> bytes | None:
    """Read what results can do without: a job made elsewhere may keep its files where we must not look."""
    if uri is None or not uri.startswith("s3://"):
        return None
    try:
        return objects.read(uri)
    except ExternalError:
        return None


def _fetch_answers(origin: LabeledJob, objects: ObjectStore, watch: Watch) -> WorkerAnswers:
    requests = sorted(objects.list_keys(origin.answers_prefix))
    responded = frozenset(
        _object_id(key, origin.responses_prefix) for key in objects.list_keys(origin.responses_prefix)
    )
    with ThreadPoolExecutor(_FETCHERS) as pool:
        contents = watch(pool.map(objects.read, requests), total=len(requests), doing="reading answers")
        return read_answers((content for content in contents if content is not None), responded)


def _object_id(key: str, prefix: str) -> str:
    """Read the dataset object id out of iteration-1/<id>/<time>.json."""
    return key.removeprefix(prefix).split("/")[1] if key.removeprefix(prefix).count("/") >= 2 else ""
