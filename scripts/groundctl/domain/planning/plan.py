"""One job in a plan, and the plan: values with a JSON form and a digest of what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from groundctl.domain.canonical_json import digest_of
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.jobs.estimate import NOTHING, Estimate
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.domain.jobs.request import DesiredJob

FORMAT_VERSION = 1


class Action(StrEnum):
    """What a plan says about one job."""

    CREATE = "create"
    EXISTS = "exists"
    IMMUTABLE = "immutable"
    FOREIGN = "foreign"
    REPURCHASE = "repurchase"
    WAITING = "waiting"
    REFUSED = "refused"
    STOP = "stop"
    ORPHAN = "orphan"

    @property
    def fails(self) -> bool:
        """Say whether a plan with this action needs a person before it can be merged."""
        return self in {Action.IMMUTABLE, Action.FOREIGN, Action.REPURCHASE, Action.REFUSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One job in a plan. Counts and cost are there for jobs to create; observed for jobs that exist."""

    action: Action
    name: str
    path: str = ""
    owner: str = ""
    team: str = ""
    declaration_digest: str = ""
    input_digest: str = ""
    clips: int | None = None
    workers_per_object: int | None = None
    cost: Estimate | None = None
    budget_usd: Decimal | None = None
    fields: tuple[str, ...] = ()
    reasons: tuple[Diagnostic, ...] = ()
    observed: ObservedJob | None = None
    desired: DesiredJob | None = None

    @property
    def key(self) -> str:
        """Name the job as AWS compares names: ignoring case."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that is to be done, and everything that is not, in one account and Region."""

    infrastructure: Infrastructure
    changes: tuple[Change, ...]

    def with_action(self, action: Action) -> tuple[Change, ...]:
        """Select the changes of one kind."""
        return tuple(change for change in self.changes if change.action is action)

    @property
    def cost(self) -> Estimate:
        """Add up what the creates are expected to cost."""
        return sum((change.cost or NOTHING for change in self.with_action(Action.CREATE)), NOTHING)

    @property
    def open_ended(self) -> tuple[Change, ...]:
        """Select the creates whose cost nobody can reckon."""
        return tuple(change for change in self.with_action(Action.CREATE) if change.cost is None)

    @property
    def fails(self) -> bool:
        """Say whether anything in the plan needs a person first."""
        return any(change.action.fails for change in self.changes)

    @property
    def digest(self) -> str:
        """Name the meaning of the plan: what it would do, not how jobs happen to be getting on."""
        return digest_of(plan_content(self))


def plan_content(plan: Plan) -> dict[str, Any]:
    """Give the meaning of a plan as JSON values; fits schemas/plan.schema.json but for the digest."""
    infrastructure = plan.infrastructure
    return {
        "format_version": FORMAT_VERSION,
        "target": {
            "environment": infrastructure.environment,
            "account_id": infrastructure.account_id,
            "region": infrastructure.region,
        },
        "changes": [change_content(change) for change in plan.changes],
    }


def change_content(change: Change) -> dict[str, Any]:
    """Give one change as JSON values, without anything that moves by itself while jobs run."""
    return {
        "action": str(change.action),
        "name": change.name,
        "path": change.path,
        "team": change.team,
        "declaration_digest": change.declaration_digest,
        "input_digest": change.input_digest,
        # Team, role, bucket, key and page by what AWS is told, not by their names here.
        "request_digest": digest_of(change.desired.request) if change.desired else "",
        "clips": change.clips,
        "objects_to_label": change.cost.objects if change.cost else None,
        "workers_per_object": change.workers_per_object,
        "answers": change.cost.answers if change.cost else None,
        "usd": {"low": f"{change.cost.low:f}", "high": f"{change.cost.high:f}"} if change.cost else None,
        "budget_usd": None if change.budget_usd is None else f"{change.budget_usd:f}",
        "fields": list(change.fields),
        "reasons": [{"rule": one.rule, "message": one.message, "hint": one.hint} for one in change.reasons],
    }
