"""The provenance of a labeling job: its pull request, and what the reviewers saw. Stored beside the job's manifest."""

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
from groundctl.domain.tracking.run_context import RunContext

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where an existing job was declared, and the clips and cost that were reviewed there."""

    repository: str
    pull_request: int | None
    path: str
    owner: str
    team: str
    clips: int | None
    cost: Estimate | None


def provenance_json(change: Change, run: RunContext) -> bytes:
    """Write the provenance of a job that a run is about to create for a pull request."""
    return canonical_json(
        {
            "format_version": FORMAT_VERSION,
            "repository": run.repository,
            "pull_request": run.pull_request,
            "commit": run.head_commit,
            "run": run.run_url,
            "owner": change.owner,
            "change": change_content(change),
        }
    )


def parse_provenance(raw: bytes) -> Provenance | None:
    """Read what provenance_json wrote; None for anything else, because others may write to the bucket."""
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
    """Return where a job's provenance is stored."""
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
