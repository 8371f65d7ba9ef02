"""groundctl results: fetch a job's labels, sum them up, and write them as tables and as a page."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from groundctl.core.observed import Status
from groundctl.core.results import (
    LabeledObject,
    Origin,
    Results,
    WorkerAnswers,
    label_names,
    origin_of,
    read_answers,
    read_objects,
    read_results,
)
from groundctl.doors import LabelingJobs, Objects
from groundctl.errors import UsageError, WorldError
from groundctl.render.progress import progress
from groundctl.render.results import csv_lines, jsonl_lines, own_keys, results_json, results_text
from groundctl.render.results_page import results_page
from groundctl.wiring import open_aws, open_checkout, open_infrastructure

ClipUrl = Callable[[str], str | None]

_JOB_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
_FETCHERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A job's results in sum, and what they were made from."""

    results: Results
    manifest: bytes
    answers: WorkerAnswers | None = None

    def objects(self) -> Iterator[LabeledObject]:
        """Read the manifest once more, object by object."""
        return read_objects(io.BytesIO(self.manifest), self.results.origin, self.answers)


def run(options: Namespace) -> int:
    """Print a job's labels in sum and write what --out asks for; exit 1 if the job failed."""
    checkout = open_checkout()
    clips: str | None = getattr(options, "clips", None)
    aws = open_aws(open_infrastructure(checkout, options.infrastructure))
    declared = {PurePosixPath(path).stem.lower(): path for path in checkout.declarations()}
    fetched = fetch_results(
        options.name,
        aws.jobs,
        aws.objects,
        with_answers=getattr(options, "answers", False),
        declared_in=declared.get(options.name.lower()),
    )
    now = datetime.now(UTC)
    if options.format == "json":
        print(json.dumps(results_json(fetched.results, now), indent=2, ensure_ascii=False))
    else:
        print(results_text(fetched.results, now))
    if options.out:
        folder = Path(options.out)
        written = write_results(fetched, folder, now=now, clip_url=clips_at(clips, folder) if clips else None)
        # With --format json standard output is for the reader that parses it.
        out = sys.stderr if options.format == "json" else sys.stdout
        print("", *(f"wrote {path}" for path in written), sep="\n", file=out)
    return 1 if fetched.results.origin.job.status is Status.FAILED else 0


def fetch_results(
    name: str,
    jobs: LabelingJobs,
    objects: Objects,
    *,
    with_answers: bool = False,
    declared_in: str | None = None,
) -> Fetched:
    """Describe a job once, read its output manifest and its label categories, and the workers' answers if wanted."""
    origin = _find(name, jobs, declared_in)
    manifest = objects.read(origin.output_manifest)
    if manifest is None:
        raise _no_output(origin)
    origin = replace(origin, labels=label_names(_read_if_allowed(origin.categories_uri, objects)))
    answers = _fetch_answers(origin, objects) if with_answers else None
    results = read_results(io.BytesIO(manifest), origin, answers)
    return Fetched(results=results, manifest=manifest, answers=answers)


def write_results(
    fetched: Fetched, folder: Path, *, now: datetime, clip_url: ClipUrl | None = None
) -> tuple[Path, ...]:
    """Write NAME.csv, NAME.jsonl, NAME.summary.json and NAME.html; return their paths."""
    results, name = fetched.results, fetched.results.origin.job.name
    keys = own_keys(fetched.objects())
    summary = json.dumps(results_json(results, now), indent=2, ensure_ascii=False) + "\n"
    page = results_page(results, fetched.objects(), now=now, clip_url=clip_url)
    contents: dict[str, Iterable[str] | Iterable[bytes]] = {
        f"{name}.csv": csv_lines(fetched.objects(), keys, with_answers=fetched.answers is not None),
        f"{name}.jsonl": jsonl_lines(fetched.objects()),
        f"{name}.summary.json": [summary],
        f"{name}.html": [page],
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in contents.items():
            with (folder / file).open("wb") as out:
                out.writelines(part.encode() if isinstance(part, str) else part for part in content)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written: {error.strerror}", hint="check the folder given as --out"
        ) from error
    return tuple(folder / file for file in contents)


def clips_at(place: str, beside: Path) -> ClipUrl:
    """Find clips in a folder or at a web address, where they lie under their S3 keys or the ends of these.

    Addresses of local files are relative to the folder `beside`, so that page and clips can move together.
    """
    if re.match(r"https?://", place):
        return lambda uri: f"{place.rstrip('/')}/{quote(_key(uri))}"
    folder = Path(place).resolve()
    if not folder.is_dir():
        raise UsageError(f"{place} is no folder", hint="give the folder that holds the clips, or a web address")

    def find(uri: str) -> str | None:
        parts = [part for part in PurePosixPath(_key(uri)).parts if part not in {"..", "/"} and "\0" not in part]
        for start in range(len(parts)):
            clip = folder.joinpath(*parts[start:])
            if clip.is_file():
                return quote(Path(os.path.relpath(clip, beside.resolve())).as_posix())
        return None

    return find


def _find(name: str, jobs: LabelingJobs, declared_in: str | None) -> Origin:
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


def _no_output(origin: Origin) -> WorldError:
    job = origin.job
    message = f"{job.name} ({job.status}) has no output manifest yet at {origin.output_manifest}"
    if job.status is Status.FAILED:
        return WorldError(
            message, hint=f"it failed before it had any label: {job.failure_reason or 'AWS gave no reason'}"
        )
    if job.status.is_terminal:
        return WorldError(message, hint="was it moved or deleted? AWS keeps no other copy")
    return WorldError(
        message, hint=f"AWS writes it minutes after the first labels; `groundctl status {job.name}` shows how far it is"
    )


def _read_if_allowed(uri: str | None, objects: Objects) -> bytes | None:
    """Read what results can do without: a job made elsewhere may keep its files where we must not look."""
    if uri is None or not uri.startswith("s3://"):
        return None
    try:
        return objects.read(uri)
    except WorldError:
        return None


def _fetch_answers(origin: Origin, objects: Objects) -> WorkerAnswers:
    requests = sorted(objects.list_keys(origin.answers_prefix))
    responded = frozenset(
        _object_id(key, origin.responses_prefix) for key in objects.list_keys(origin.responses_prefix)
    )
    with ThreadPoolExecutor(_FETCHERS) as pool:
        contents = progress(pool.map(objects.read, requests), total=len(requests), doing="reading answers")
        return read_answers((content for content in contents if content is not None), responded)


def _object_id(key: str, prefix: str) -> str:
    """Read the dataset object id out of iteration-1/<id>/<time>.json."""
    return key.removeprefix(prefix).split("/")[1] if key.removeprefix(prefix).count("/") >= 2 else ""


def _key(uri: str) -> str:
    return re.sub(r"^s3://[^/]+/", "", uri)
