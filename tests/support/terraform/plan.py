"""A Terraform plan's JSON: the resources after the apply, and the principals in their policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from support.aws.iam_policies import values

Plan = Mapping[str, Any]
Resource = Mapping[str, Any]


def resources(plan: Plan, kind: str = "") -> Iterator[Resource]:
    """Yield the planned resources of all modules: those of a type, or all."""
    modules = [plan["planned_values"]["root_module"]]
    for module in modules:
        modules.extend(module.get("child_modules", ()))
        yield from (each for each in module.get("resources", ()) if kind in ("", each["type"]))


def lets_anybody_in(principal: Any) -> bool:
    """Report whether a statement's Principal has a wildcard in any of its forms."""
    named = (
        [principal] if isinstance(principal, str) else [name for kind in principal.values() for name in values(kind)]
    )
    return any("*" in name for name in named)
