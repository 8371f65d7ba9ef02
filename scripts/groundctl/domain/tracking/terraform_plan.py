"""A summary of a Terraform plan: the addresses of the resources by what would happen to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class TerraformPlanSummary:
    """Addresses of the resources that Terraform would add, change, replace, and destroy; it holds no values."""

    add: tuple[str, ...] = ()
    change: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    destroy: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Return whether Terraform would change nothing."""
        return not (self.add or self.change or self.replace or self.destroy)


def summarize_terraform_plan(shown: Mapping[str, Any]) -> TerraformPlanSummary:  # JSON in the format of Terraform
    """Summarize the output of `terraform show -json` for a saved plan."""
    addresses: dict[str, list[str]] = {"add": [], "change": [], "replace": [], "destroy": []}
    for resource in shown.get("resource_changes", ()):
        match resource["change"]["actions"]:
            case ["create"]:
                addresses["add"].append(resource["address"])
            case ["update"]:
                addresses["change"].append(resource["address"])
            case ["delete"]:
                addresses["destroy"].append(resource["address"])
            case [_, _]:
                addresses["replace"].append(resource["address"])
    return TerraformPlanSummary(**{kind: tuple(changed) for kind, changed in addresses.items()})
