"""A recorded plan: the plan of a pull request that main's own workflow wrote to S3, once, where no other role may write.

s3://<artifact bucket>/plans/<repository id>/<pull request>/<head commit>/<run>-<attempt>.json
                                            /clips/<SHA-256 of the input manifest>.jsonl.gz
                                            /clips/<SHA-256 of what S3 said of these clips>.objects.jsonl.gz
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from groundctl.domain.approval.coverage import PlanContent
from groundctl.domain.aws.job_names import JobKey, job_key


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanName:
    """What a recorded plan is of: a pull request's head commit, as one attempt of one run planned it."""

    pull_request: int
    head: str
    run_id: int
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPlan:
    """A recorded plan on S3; written_at is S3's own time, which the writer cannot choose."""

    name: PlanName
    written_at: datetime


def key_of(repository_id: int, name: PlanName) -> str:
    """Return the S3 key of a recorded plan."""
    folder = head_folder(repository_id, name.pull_request, name.head)
    return f"{folder}{name.run_id}-{name.attempt}.json"


def head_folder(repository_id: int, pull_request: int, head: str) -> str:
    """Return the prefix of all recorded plans of a pull request's head commit."""
    return f"{_FOLDER}/{repository_id}/{pull_request}/{head}/"


def clips_key(repository_id: int, digest: str) -> str:
    """Return the S3 key of an input manifest, compressed, by the SHA-256 of its content."""
    return f"{_FOLDER}/{repository_id}/clips/{digest}.jsonl.gz"


def seen_key(repository_id: int, digest: str) -> str:
    """Return the S3 key of what S3 said of clips, compressed, by the SHA-256 of its content."""
    return f"{_FOLDER}/{repository_id}/clips/{digest}.objects.jsonl.gz"


def name_of(key: str) -> PlanName | None:
    """Return what the recorded plan of a key is of; None if it is no key of a recorded plan."""
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    pull_request, head, run_id, attempt = found.groups()
    return PlanName(pull_request=int(pull_request), head=head, run_id=int(run_id), attempt=int(attempt))


def clips_of_record(plan: PlanContent, name: str) -> str | None:
    """Return the SHA-256 of the input manifest with which a recorded plan creates a job."""
    return _digest_in(plan, "clips", name)


def seen_of_record(plan: PlanContent, name: str) -> str | None:
    """Return the SHA-256 of what S3 said of a job's clips; None if nothing was known, or the record is of an older version."""
    return _digest_in(plan, "objects", name)


def _digest_in(plan: PlanContent, member: str, name: str) -> str | None:
    return next((digest for job, digest in plan.get(member, {}).items() if job_key(job) == job_key(name)), None)


def touches(plan: PlanContent, key: JobKey) -> bool:
    """Return whether the pull request of a recorded plan may create or stop a job: its reviewers were shown it as theirs."""
    return any(job_key(name) == key for name in plan.get("touches", ()))


def is_of(plan: PlanContent, stored: StoredPlan, *, repository: str) -> bool:
    """Return whether a plan's content says the same as the name that it is stored under."""
    made_for = plan.get("made_for", {})
    name = stored.name
    said = tuple(made_for.get(member) for member in ("repository", "pull_request", "commit", "run", "attempt"))
    return said == (repository, name.pull_request, name.head, name.run_id, name.attempt)


_FOLDER = "plans"
_KEY = re.compile(rf"{_FOLDER}/[0-9]+/([1-9][0-9]*)/([0-9a-f]{{40,64}})/([1-9][0-9]*)-([1-9][0-9]*)\.json")
