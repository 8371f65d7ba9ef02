"""A parsed declaration as JSON."""

from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

from groundctl.domain.declarations.spec import JobSpec
from groundctl.presentation.escape import for_json


def spec_json(spec: JobSpec) -> str:
    """Write a JobSpec as JSON; times are seconds, money is decimal text, and undeclared members are omitted."""
    return for_json(_plain(spec))


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        members = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: _plain(member) for name, member in members if member not in (None, (), "")}
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(member) for member in value]
    return dict(value) if isinstance(value, dict) else value
