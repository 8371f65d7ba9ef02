"""What `doctor` found, as JSON for other programs; schemas/doctor.schema.json describes it."""

from __future__ import annotations

import json
from typing import Any

from groundctl.domain.adoption.doctor.finding import CheckResult, Diagnosis, Finding, Section, State
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


def read_doctor_json(text: str) -> Diagnosis | None:
    """Read the results back; None if this is not what doctor_json writes."""
    try:
        data: Any = json.loads(text)
        if data["format_version"] != FORMAT_VERSION:
            return None
        return Diagnosis(results=tuple(_read_result(each) for each in data["results"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _read_result(data: Any) -> CheckResult:  # any JSON value
    return CheckResult(
        check=str(data["check"]),
        section=Section(data["section"]),
        title=str(data["title"]),
        environment=str(data["environment"] or ""),
        findings=tuple(
            Finding(state=State(each["state"]), fact=str(each["fact"]), fix=str(each["fix"] or ""))
            for each in data["findings"]
        ),
    )
