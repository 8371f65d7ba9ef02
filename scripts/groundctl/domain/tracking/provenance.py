"""Who asked for a labeling job: the pull request, and what its reviewers saw. Kept beside the job's manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from groundctl.domain.aws import s3_layout
from groundctl.domain.canonical_json import canonical_json
from groundctl.domain.jobs.estimate import Estimate
from groundctl.domain.jobs.observed import JobFingerprint
from groundctl.domain.planning.plan import Change, change_content

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """The run that applies, and the pull request it does it for; None where nobody can tell one."""

    repository: str
    pull_request: int | None
    commit: str
    run_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What is known of a job that exists: where it was asked for, and what it was said to cost."""

    repository: str
    pull_request: int | None
    path: str
    owner: str
    team: str
    clips: int | None
    cost: Estimate | None


def provenance_json(change: Change, asking: RequestContext) -> bytes:
    """Write who asked for a job, just before it is created."""
    return canonical_json(
        {
            "format_version": FORMAT_VERSION,
            "repository": asking.repository,
            "pull_request": asking.pull_request,
            "commit": asking.commit,
            "run": asking.run_url,
            "owner": change.owner,
            "change": change_content(change),
        }
    )


def parse_provenance(raw: bytes) -> Provenance | None:
    """Read what provenance_json wrote; None if it is something else, as what others may write is never trusted."""
    try:
        data = json.loads(raw)
        change = data["change"]
        return Provenance(
            repository=str(data["repository"]),
            pull_request=None if data["pull_request"] is None else int(data["pull_request"]),
            path=str(change["path"]),
            owner=str(data["owner"]),
            team=str(change["team"]),
            clips=change["clips"] if isinstance(change["clips"], int) else None,
            cost=_cost(change),
        )
    except (ValueError, KeyError, TypeError, ArithmeticError):
        return None


def provenance_uri(fingerprint: JobFingerprint) -> str:
    """Say where a job's provenance lies."""
    return fingerprint.uri_of(s3_layout.PROVENANCE_FILE)


def _cost(change: Mapping[str, Any]) -> Estimate | None:
    usd = change["usd"]
    if usd is None:
        return None
    return Estimate(
        objects=int(change["objects_to_label"]),
        answers=int(change["answers"]),
        low=Decimal(usd["low"]),
        high=Decimal(usd["high"]),
    )
