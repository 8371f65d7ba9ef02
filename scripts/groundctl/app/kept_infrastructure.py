"""Reads the infrastructure file that a repository may keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from groundctl.domain.canonical_json import JsonObject, parse_json
from groundctl.domain.declarations.diagnostics import LocatedDiagnostic
from groundctl.domain.declarations.policy import INFRASTRUCTURE_PATH
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.jobs.infrastructure import Infrastructure, parse_infrastructure
from groundctl.domain.jobs.kept_infrastructure import RENEW

if TYPE_CHECKING:
    from groundctl.ports import Files  # an import of ports that only online commands need


def parse_kept_infrastructure(files: Files, raw: bytes) -> Infrastructure | LocatedDiagnostic:
    """Parse the kept file, or say what is wrong with it."""
    try:
        data = parse_json(raw)
    except ValueError as error:
        return _problem(f"is not JSON: {error}")
    if fault := fault_of_infrastructure(files.schema("infrastructure"), data):
        return _problem(fault)
    return parse_infrastructure(data)


def fault_of_infrastructure(schema: JsonObject, data: Any) -> str:  # any JSON value
    """Say why data does not fit the schema of infrastructures; empty if it does."""
    fault = next(iter(SchemaCheck(dict(schema)).diagnostics(data)), None)
    return f"does not fit schemas/infrastructure.schema.json: {fault.pointer or '/'} {fault.message}" if fault else ""


def _problem(message: str) -> LocatedDiagnostic:
    hint = f"write it in terraform/ with `{RENEW}`, or remove it"
    return LocatedDiagnostic(
        path=INFRASTRUCTURE_PATH, line=1, column=1, rule="GT608", pointer="", message=message, hint=hint
    )
