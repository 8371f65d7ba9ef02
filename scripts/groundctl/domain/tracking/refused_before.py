"""What AWS has refused before: creates of a plan that no workflow asks for again by itself, and jobs that do not exist."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.ledger.purchases import Purchases, Refusal
from groundctl.domain.jobs.ledger.refusals import refusal_of
from groundctl.domain.planning.plan import Plan
from groundctl.domain.planning.wording import refusal_text


def refused_before(plan: Plan) -> dict[JobKey, str]:
    """Map the key of each create whose request AWS has refused to the answer."""
    return {create.key: refusal_text(create.refused) for create in plan.creates if create.refused}


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedJob:
    """A job that does not exist, because AWS refused its newest request."""

    name: str
    refusal: Refusal


def refused_jobs(names: Iterable[str], purchases: Purchases, infrastructure: Infrastructure) -> tuple[RefusedJob, ...]:
    """Select the jobs that AWS refused, out of some that do not exist."""
    found = ((name, refusal_of(purchases, infrastructure.identity_of(name))) for name in names)
    return tuple(RefusedJob(name=name, refusal=refusal) for name, refusal in found if refusal)
