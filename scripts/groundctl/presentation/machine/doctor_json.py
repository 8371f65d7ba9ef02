"""What `doctor` found, as JSON for other programs; schemas/doctor.schema.json describes it."""

from __future__ import annotations

from typing import Any

from groundctl.domain.adoption.doctor.finding import CheckResult, Diagnosis
from groundctl.domain.adoption.doctor.setup import Setup

FORMAT_VERSION = 1


def doctor_json(diagnosis: Diagnosis, setup: Setup) -> dict[str, Any]:
    """Return every result, in the order of the table."""
    return {
        "format_version": FORMAT_VERSION,
        "groundctl": setup.version,
        "repository": setup.repository or None,
        "environments": [environment.name for environment in setup.environments],
        "passed": diagnosis.passed,
        "checks": len(diagnosis.results),
        "results": [_result(result) for result in diagnosis.results],
    }


def _result(result: CheckResult) -> dict[str, Any]:
    return {
        "check": result.check,
        "section": str(result.section),
        "title": result.title,
        "environment": result.environment or None,
        "state": str(result.state),
        "findings": [
            {"state": str(finding.state), "fact": finding.fact, "fix": finding.fix or None}
            for finding in result.findings
        ],
    }
