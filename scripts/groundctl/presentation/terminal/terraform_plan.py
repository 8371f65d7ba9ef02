"""A Terraform plan as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from groundctl.domain.tracking.terraform_plan import TerraformPlanSummary
from groundctl.presentation.escape import for_terminal


def terraform_plan_verdict(plan: TerraformPlanSummary) -> str:
    """Return one line that says what Terraform would do."""
    counted = (("add", plan.add), ("change", plan.change), ("replace", plan.replace), ("destroy", plan.destroy))
    parts = [f"{len(addresses):,} to {verb}" for verb, addresses in counted if addresses]
    return f"Terraform: {', '.join(parts) or 'no changes'}"


def terraform_plan_text(plan: TerraformPlanSummary) -> str:
    """Write what Terraform would do, one resource per line."""
    return "\n".join(
        [terraform_plan_verdict(plan), *(f"  {sign} {for_terminal(address)}" for sign, address in resources(plan))]
    )


def resources(plan: TerraformPlanSummary) -> Iterator[tuple[str, str]]:
    """Yield every resource with Terraform's sign for its change; irreversible changes come first."""
    yield from (("-", address) for address in plan.destroy)
    yield from (("-/+", address) for address in plan.replace)
    yield from (("~", address) for address in plan.change)
    yield from (("+", address) for address in plan.add)
