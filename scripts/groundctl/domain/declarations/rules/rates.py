"""Checks the rates of jobs/policy.yaml beyond their schema: one price for a clip, and tiers in ascending order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.policy import Policy

_TIERS = "/rates/platform_fee_tiers"


def check_rates(policy: Policy) -> Iterator[Diagnostic]:
    """Find two statements of AWS's fee, and tiers that do not follow each other."""
    tiers = policy.platform_fee_tiers
    if tiers and policy.platform_fee_usd is not None:
        message = "and rates.platform_fee_usd both state AWS's fee for a clip"
        yield _fault(_TIERS, message, "remove one of them", at_key=True)
    for number, (tier, following) in enumerate(pairwise(tiers)):
        if tier.up_to is None:
            message = "has no objects, so the tiers after it never apply"
            yield _fault(
                f"{_TIERS}/{number}", message, "add objects: the clip of the month up to which its price holds"
            )
        elif following.up_to is not None and following.up_to <= tier.up_to:
            message = f"is {following.up_to:,}, and the tier before it holds up to {tier.up_to:,}"
            yield _fault(f"{_TIERS}/{number + 1}/objects", message, "list the tiers in ascending order")


def _fault(pointer: str, message: str, hint: str, *, at_key: bool = False) -> Diagnostic:
    return Diagnostic(rule="GT520", pointer=pointer, message=message, hint=hint, at_key=at_key)
