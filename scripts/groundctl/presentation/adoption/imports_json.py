"""The result of an import as JSON, by schemas/import.schema.json."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from groundctl.domain.adoption.import_result import ImportResult
from groundctl.domain.jobs.infrastructure import Infrastructure


def imports_json(
    results: Sequence[ImportResult], infrastructure: Infrastructure, *, is_rehearsal: bool
) -> dict[str, Any]:
    """Return what became of each job."""
    return {
        "format_version": 1,
        "account_id": infrastructure.account_id,
        "region": infrastructure.region,
        "dry_run": is_rehearsal,
        "jobs": [_job(result) for result in results],
    }


def _job(result: ImportResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "status": str(result.status),
        "path": result.path or None,
        "texts": list(result.texts),
        "remarks": list(result.remarks),
        "why": result.why or None,
        "hint": result.hint or None,
        "ledger": str(result.ledger),
        "ledger_why": result.ledger_why or None,
        "is_problem": result.is_problem,
    }
