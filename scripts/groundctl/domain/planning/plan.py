"""A plan, and what it says about each job: one small type for each action, each with just what it needs.

A plan has a canonical JSON form (schemas/plan.schema.json) and a digest of what it means.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, assert_never

from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.canonical_json import JsonObject, digest_of
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
    def requires_attention(self) -> bool:
        """Say whether a plan with this action must not be merged as it is."""
        return self in {Action.IMMUTABLE, Action.FOREIGN, Action.REPURCHASE, Action.REFUSED}


class Subject(StrEnum):
    """What a plan may not know."""

    INFRASTRUCTURE = "infrastructure"
    JOBS = "jobs"
    CLIPS = "clips"
    DECLARATIONS = "declarations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Something that was not looked up; the sentence says what, and how it may change the decision."""

    about: Subject
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredJob:
    """What a plan says about a job from its declaration alone."""

    name: str
    path: str
    owner: str
    team: str
    declaration_digest: str
    workers_per_object: int
    budget_usd: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What a job would buy.

    clips is None where a topic alone brings them. cost is None where nothing bounds it, and where clips are Unknown.
    """

    desired: DesiredJob
    clips: int | Unknown | None
    cost: Estimate | None

    @property
    def input_digest(self) -> str:
        """Name the clips and the labels."""
        return self.desired.input_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class _DeclaredChange:
    """What the changes of all declared jobs share."""

    job: DeclaredJob

    @property
    def name(self) -> str:
        """Name the labeling job."""
        return self.job.name

    @property
    def key(self) -> JobKey:
        """Name the job as AWS compares names."""
        return job_key(self.job.name)

    @property
    def path(self) -> str:
        """Name the file that declares the job."""
        return self.job.path

    @property
    def owner(self) -> str:
        """Name who owns the declaration."""
        return self.job.owner

    @property
    def team(self) -> str:
        """Name the work team by the infrastructure's name."""
        return self.job.team


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(_DeclaredChange):
    """The job does not exist; apply creates it."""

    action: ClassVar[Action] = Action.CREATE
    purchase: Purchase
    reasons: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exists(_DeclaredChange):
    """The job exists as declared."""

    action: ClassVar[Action] = Action.EXISTS
    observed: ObservedJob
    reasons: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Immutable(_DeclaredChange):
    """The declaration was changed after its job was created; fields names what differs, where that was looked up."""

    action: ClassVar[Action] = Action.IMMUTABLE
    observed: ObservedJob
    reasons: tuple[Diagnostic, ...]
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign(_DeclaredChange):
    """Another job has the declared name."""

    action: ClassVar[Action] = Action.FOREIGN
    observed: ObservedJob
    reasons: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyAsked(_DeclaredChange):
    """Another job asks for the same labels on the same clips."""

    action: ClassVar[Action] = Action.REPURCHASE
    purchase: Purchase
    reasons: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(_DeclaredChange):
    """The job is not created now; a later run may create it."""

    action: ClassVar[Action] = Action.WAITING
    reasons: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(_DeclaredChange):
    """The job cannot be created as declared; purchase is there where the reason is what it would buy."""

    action: ClassVar[Action] = Action.REFUSED
    reasons: tuple[Diagnostic, ...]
    purchase: Purchase | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(_DeclaredChange):
    """The job runs and is declared as stopped."""

    action: ClassVar[Action] = Action.STOP
    observed: ObservedJob
    reasons: ClassVar[tuple[Diagnostic, ...]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """A job that groundctl created and that no file declares any more."""

    action: ClassVar[Action] = Action.ORPHAN
    path: ClassVar[str] = ""
    owner: ClassVar[str] = ""
    team: ClassVar[str] = ""
    observed: ObservedJob
    reasons: tuple[Diagnostic, ...]

    @property
    def name(self) -> str:
        """Name the labeling job."""
        return self.observed.name

    @property
    def key(self) -> JobKey:
        """Name the job as AWS compares names."""
        return self.observed.key


Change = Create | Exists | Immutable | Foreign | AlreadyAsked | Waiting | Refused | Stop | Orphan


def purchase_of(change: Change) -> Purchase | None:
    """Give what a job would buy, where that was worked out."""
    match change:
        case Create() | AlreadyAsked() | Refused():
            return change.purchase
        case Exists() | Immutable() | Foreign() | Waiting() | Stop() | Orphan():
            return None
    assert_never(change)


def observed_of(change: Change) -> ObservedJob | None:
    """Give the job that exists under the change's name."""
    match change:
        case Exists() | Immutable() | Foreign() | Stop() | Orphan():
            return change.observed
        case Create() | AlreadyAsked() | Waiting() | Refused():
            return None
    assert_never(change)


def cost_of(change: Change) -> Estimate | None:
    """Give the expected cost of what a job would buy; None where nothing is bought, or nothing bounds it."""
    purchase = purchase_of(change)
    return purchase.cost if purchase else None


def clips_of(change: Change) -> int | None:
    """Count the clips that a job would be given; None where they are not known."""
    purchase = purchase_of(change)
    return purchase.clips if purchase and isinstance(purchase.clips, int) else None


def fields_of(change: Change) -> tuple[str, ...]:
    """Name the fields in which a declaration differs from the job that was created from it."""
    return change.fields if isinstance(change, Immutable) else ()


def budget_of(change: Change) -> Decimal | None:
    """Give the declared budget."""
    return None if isinstance(change, Orphan) else change.job.budget_usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would be done in one account and Region, what would not, and what the plan does not know."""

    infrastructure: Infrastructure
    changes: tuple[Change, ...]
    unknown: tuple[Unknown, ...] = ()

    def with_action(self, action: Action) -> tuple[Change, ...]:
        """Select the changes with one action."""
        return tuple(change for change in self.changes if change.action is action)

    @property
    def creates(self) -> tuple[Create, ...]:
        """Select the jobs to create."""
        return tuple(change for change in self.changes if isinstance(change, Create))

    @property
    def cost(self) -> Estimate:
        """Add up what the creates are expected to cost."""
        return sum((create.purchase.cost or NOTHING for create in self.creates), NOTHING)

    @property
    def open_ended(self) -> tuple[Create, ...]:
        """Select the creates whose cost is not known."""
        return tuple(create for create in self.creates if create.purchase.cost is None)

    @property
    def requires_attention(self) -> bool:
        """Say whether anything in the plan must be changed before it is merged."""
        return any(change.action.requires_attention for change in self.changes)

    @property
    def digest(self) -> str:
        """Name the meaning of the plan: what it would do, not how far jobs are."""
        return digest_of(plan_content(self))


def plan_content(plan: Plan) -> JsonObject:
    """Give the meaning of a plan as JSON values; fits schemas/plan.schema.json except for the digest."""
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


def change_content(change: Change) -> JsonObject:
    """Give one change as JSON values, without anything that changes by itself while jobs run."""
    purchase, cost, budget = purchase_of(change), cost_of(change), budget_of(change)
    return {
        "action": str(change.action),
        "name": change.name,
        "path": change.path,
        "team": change.team,
        "declaration_digest": declaration_digest_of(change),
        "input_digest": input_digest_of(change),
        # Team, role, bucket, key and page by what the request to AWS says, not by their names here.
        "request_digest": digest_of(purchase.desired.request) if purchase else "",
        "clips": clips_of(change),
        "objects_to_label": cost.objects if cost else None,
        "workers_per_object": None if isinstance(change, Orphan) else change.job.workers_per_object,
        "answers": cost.answers if cost else None,
        "usd": {"low": f"{cost.low:f}", "high": f"{cost.high:f}"} if cost else None,
        "budget_usd": None if budget is None else f"{budget:f}",
        "fields": list(fields_of(change)),
        "reasons": [{"rule": reason.rule, "message": reason.message, "hint": reason.hint} for reason in change.reasons],
    }


def declaration_digest_of(change: Change) -> str:
    """Name what was declared: in the file, or for an orphan in the file that there was."""
    if not isinstance(change, Orphan):
        return change.job.declaration_digest
    fingerprint = change.observed.fingerprint
    return fingerprint.declaration if fingerprint else ""


def input_digest_of(change: Change) -> str:
    """Name the clips and labels that a job would buy, or has bought; empty where they are not known or not ours."""
    match change:
        case Create() | AlreadyAsked():
            return change.purchase.input_digest
        case Refused():
            return change.purchase.input_digest if change.purchase else ""
        case Exists() | Immutable() | Stop() | Orphan():
            fingerprint = change.observed.fingerprint
            return fingerprint.input if fingerprint else ""
        case Foreign() | Waiting():
            return ""
    assert_never(change)
