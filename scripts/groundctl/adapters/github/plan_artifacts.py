"""The plan files that runs of the plan workflow left as artifacts."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

import requests
from github import GithubException

from groundctl.adapters.github.retries import Retries

if TYPE_CHECKING:
    from github.Repository import Repository

PLAN_WORKFLOW = "plan.yml"
PLAN_ARTIFACT = "groundctl-plan"
PLAN_FILE = "plan.json"
# A plan of 10,000 jobs has about 7 MB; a larger file is not a plan.
MAX_PLAN_BYTES = 32_000_000
DOWNLOAD_TIMEOUT = 30  # seconds
# What zipfile raises for bytes that are no archive, or no longer one.
_NO_ARCHIVE = (zipfile.BadZipFile, zlib.error, struct.error, OSError, RuntimeError, EOFError, ValueError, LookupError)


def read_plans(
    repository: Repository, retries: Retries, commit: str, *, until: datetime | None = None
) -> Iterator[bytes]:
    """Yield the plan files that plan runs of a pull request's head commit left until then, the newest run first.

    GitHub itself records the commit and the workflow file of a run; the name of an artifact alone would prove nothing.
    """
    runs = retries.repeat(
        lambda: list(repository.get_workflow(PLAN_WORKFLOW).get_runs(head_sha=commit, event="pull_request")),
        f"looking for the plans of {commit[:7]}",
    )
    plan_runs = [run for run in runs if run.head_sha == commit and _is_plan_workflow(run.path)]
    for run in sorted(plan_runs, key=lambda run: (run.id, run.run_attempt), reverse=True):
        artifacts = retries.repeat(lambda run=run: list(run.get_artifacts()), f"looking at run {run.id}")  # type: ignore[misc]  # mypy takes no lambda with a default
        for artifact in sorted(artifacts, key=lambda artifact: artifact.id, reverse=True):
            in_time = until is None or artifact.created_at <= until
            if artifact.name == PLAN_ARTIFACT and in_time and not artifact.expired:
                plan = _unpacked(_download(repository, retries, artifact.archive_download_url))
                if plan is not None:
                    yield plan


def _is_plan_workflow(path: str) -> bool:
    # The path of a workflow file on another branch ends in @ and the branch.
    return path.split("@", 1)[0] == f".github/workflows/{PLAN_WORKFLOW}"


def _download(repository: Repository, retries: Retries, url: str) -> bytes:
    def fetch() -> bytes:
        # GitHub redirects to a signed URL on another server, which must not receive our token.
        status, headers, _ = repository.requester.requestJson("GET", url)
        if status in {404, 410}:
            return b""
        if status != 302 or "location" not in headers:
            raise GithubException(status, {"message": "no address to download from"}, headers)
        response = requests.get(headers["location"], timeout=DOWNLOAD_TIMEOUT, stream=True)
        response.raise_for_status()
        return bytes(response.raw.read(MAX_PLAN_BYTES + 1, decode_content=True))

    return retries.repeat(fetch, "downloading a plan")


def _unpacked(archive: bytes) -> bytes | None:
    """Read the plan in an artifact; None unless it holds one file of that name, within the size limit."""
    with suppress(*_NO_ARCHIVE):
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            if packed.namelist() != [PLAN_FILE]:
                return None
            # The size that an archive declares may be false.
            with packed.open(PLAN_FILE) as file:
                content = file.read(MAX_PLAN_BYTES + 1)
        return content if len(content) <= MAX_PLAN_BYTES else None
    return None
