"""The provenance of a labeling job: its pull request, and what the reviewers saw. Stored beside the job's manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from groundctl.domain.aws import s3_layout
from groundctl.domain.canonical_json import canonical_json, parse_json_object
from groundctl.domain.jobs.estimate import Estimate
from groundctl.domain.jobs.observed import JobFingerprint
from groundctl.domain.planning.plan import Change, change_content
from groundctl.domain.tracking.run_context import RunContext

FORMAT_VERSION = 1
_MAX_COUNT = 10**12


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
        data = parse_json_object(raw)
        change = data["change"]
        return Provenance(
            repository=_text(data["repository"]),
            pull_request=None if data["pull_request"] is None else _count(data["pull_request"]),
            path=_text(change["path"]),
            owner=_text(data["owner"]),
            team=_text(change["team"]),
            clips=_count(change["clips"]) if isinstance(change["clips"], int) else None,
            cost=_cost(change),
        )
    except (ValueError, LookupError, TypeError, ArithmeticError):
        return None


def provenance_uri(fingerprint: JobFingerprint) -> str:
    """Return where a job's provenance is stored."""
    return fingerprint.uri_of(s3_layout.PROVENANCE_FILE)


def _cost(change: Mapping[str, Any]) -> Estimate | None:
    usd = change["usd"]
    if usd is None:
        return None
    return Estimate(
        objects=_count(change["objects_to_label"]),
        answers=_count(change["answers"]),
        low=_dollars(usd["low"]),
        high=_dollars(usd["high"]),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text was expected")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _MAX_COUNT:
        raise ValueError("a count was expected")
    return value


def _dollars(value: Any) -> Decimal:
    amount = Decimal(_text(value))
    if not 0 <= amount <= _MAX_COUNT:  # NaN raises here
        raise ValueError("an amount was expected")
    return amount
