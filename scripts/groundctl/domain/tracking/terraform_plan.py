"""What Terraform would change, in sum: addresses of resources by what happens to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class TerraformPlanSummary:
    """Addresses of the resources that Terraform would add, change, replace and destroy; values stay out of it."""

    add: tuple[str, ...] = ()
    change: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    destroy: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Say whether Terraform would leave everything as it is."""
        return not (self.add or self.change or self.replace or self.destroy)


def summarize_terraform_plan(shown: Mapping[str, Any]) -> TerraformPlanSummary:
    """Read what `terraform show -json` says of a saved plan."""
    found: dict[str, list[str]] = {"add": [], "change": [], "replace": [], "destroy": []}
    for resource in shown.get("resource_changes", ()):
        match resource["change"]["actions"]:
            case ["create"]:
                found["add"].append(resource["address"])
            case ["update"]:
                found["change"].append(resource["address"])
            case ["delete"]:
                found["destroy"].append(resource["address"])
            case [_, _]:
                found["replace"].append(resource["address"])
    return TerraformPlanSummary(**{kind: tuple(addresses) for kind, addresses in found.items()})


def terraform_plan_content(plan: TerraformPlanSummary) -> dict[str, list[str]]:
    """Give a plan as JSON values."""
    return {
        "add": list(plan.add),
        "change": list(plan.change),
        "replace": list(plan.replace),
        "destroy": list(plan.destroy),
    }


def parse_terraform_plan(content: Mapping[str, Any]) -> TerraformPlanSummary:
    """Read what terraform_plan_content wrote."""
    return TerraformPlanSummary(**{kind: tuple(content[kind]) for kind in ("add", "change", "replace", "destroy")})
