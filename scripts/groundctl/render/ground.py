"""What Terraform would change, in words."""

from __future__ import annotations

from collections.abc import Iterator

from groundctl.core.ground import GroundPlan
from groundctl.render.escape import for_terminal


def ground_verdict(plan: GroundPlan) -> str:
    """Say in one line what Terraform would do."""
    counted = (("add", plan.add), ("change", plan.change), ("replace", plan.replace), ("destroy", plan.destroy))
    parts = [f"{len(addresses):,} to {verb}" for verb, addresses in counted if addresses]
    return f"Terraform: {', '.join(parts) or 'no changes'}"


def ground_text(plan: GroundPlan) -> str:
    """Write what Terraform would do for a terminal, a resource a line."""
    return "\n".join(
        [ground_verdict(plan), *(f"  {sign} {for_terminal(address)}" for sign, address in resources(plan))]
    )


def resources(plan: GroundPlan) -> Iterator[tuple[str, str]]:
    """Yield every resource with Terraform's sign for what happens to it; what cannot be had again comes first."""
    yield from (("-", address) for address in plan.destroy)
    yield from (("-/+", address) for address in plan.replace)
    yield from (("~", address) for address in plan.change)
    yield from (("+", address) for address in plan.add)
