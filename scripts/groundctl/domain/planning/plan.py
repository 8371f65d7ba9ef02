"""A plan and its changes: one small type for each action, with just the members that it needs.

A plan has a canonical JSON form (schemas/plan.schema.json) and a digest of what it means.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, assert_never

from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.canonical_json import JsonObject, digest_of
from groundctl.domain.declarations.diagnostics import Diagnostic, Severity
from groundctl.domain.jobs.differences import FieldChange
from groundctl.domain.jobs.estimate import NOTHING, Estimate
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.ledger.purchases import Refusal
from groundctl.domain.jobs.ledger.spending import MonthSoFar
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.domain.planning.purchase import DeclaredJob, Purchase, Subject, Unknown

FORMAT_VERSION = 1


class Action(StrEnum):
    """The action of a plan on a job."""

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
        """Return whether a plan with this action must not be merged."""
        return self in {Action.IMMUTABLE, Action.FOREIGN, Action.REPURCHASE, Action.REFUSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class _DeclaredChange:
    """The base of the changes of declared jobs."""

    job: DeclaredJob

    @property
    def name(self) -> str:
        """Return the name of the labeling job."""
        return self.job.name

    @property
    def key(self) -> JobKey:
        """Return the name as AWS compares it: ignoring case."""
        return job_key(self.job.name)

    @property
    def path(self) -> str:
        """Return the path of the file that declares the job."""
        return self.job.path

    @property
    def owner(self) -> str:
        """Return the owner of the declaration."""
        return self.job.owner

    @property
    def team(self) -> str:
        """Return the infrastructure's name of the work team."""
        return self.job.team


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(_DeclaredChange):
    """The job does not exist; apply creates it. refused is AWS's answer to the same request of an earlier run."""

    action: ClassVar[Action] = Action.CREATE
    purchase: Purchase
    reasons: tuple[Diagnostic, ...] = ()
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exists(_DeclaredChange):
    """The job exists as declared."""

    action: ClassVar[Action] = Action.EXISTS
    observed: ObservedJob
    reasons: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Immutable(_DeclaredChange):
    """The declaration was changed after its job was created; changed lists the differences, if they were looked up."""

    action: ClassVar[Action] = Action.IMMUTABLE
    observed: ObservedJob
    reasons: tuple[Diagnostic, ...]
    changed: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign(_DeclaredChange):
    """Another job has the declared name."""

    action: ClassVar[Action] = Action.FOREIGN
    observed: ObservedJob
    reasons: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyAsked(_DeclaredChange):
    """Another job buys the same labels on the same clips."""

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
    """The job cannot be created as declared; purchase is set if it is the reason."""

    action: ClassVar[Action] = Action.REFUSED
    reasons: tuple[Diagnostic, ...]
    purchase: Purchase | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(_DeclaredChange):
    """The job is running and is declared as stopped."""

    action: ClassVar[Action] = Action.STOP
    observed: ObservedJob
    reasons: ClassVar[tuple[Diagnostic, ...]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """A job that groundctl created and that no valid file declares."""

    action: ClassVar[Action] = Action.ORPHAN
    path: ClassVar[str] = ""
    owner: ClassVar[str] = ""
    team: ClassVar[str] = ""
    observed: ObservedJob
    reasons: tuple[Diagnostic, ...]

    @property
    def name(self) -> str:
        """Return the name of the labeling job."""
        return self.observed.name

    @property
    def key(self) -> JobKey:
        """Return the name as AWS compares it: ignoring case."""
        return self.observed.key


Change = Create | Exists | Immutable | Foreign | AlreadyAsked | Waiting | Refused | Stop | Orphan


def with_findings(change: Create | Refused | AlreadyAsked, found: Sequence[Diagnostic]) -> Change:
    """Add what was found about a purchase: an error refuses a create and comes first, anything else follows its reasons."""
    if isinstance(change, Create) and any(reason.severity is Severity.ERROR for reason in found):
        return Refused(job=change.job, purchase=change.purchase, reasons=(*found, *change.reasons))
    return replace(change, reasons=(*change.reasons, *found)) if found else change


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Sort changes as a plan lists them: by action, then by file and name."""
    rank = {action: number for number, action in enumerate(Action)}
    return tuple(sorted(changes, key=lambda change: (rank[change.action], change.path, change.name)))


def purchase_of(change: Change) -> Purchase | None:
    """Return what a job would buy, if it was determined."""
    match change:
        case Create() | AlreadyAsked() | Refused():
            return change.purchase
        case Exists() | Immutable() | Foreign() | Waiting() | Stop() | Orphan():
            return None
    assert_never(change)


def observed_of(change: Change) -> ObservedJob | None:
    """Return the existing job with the change's name."""
    match change:
        case Exists() | Immutable() | Foreign() | Stop() | Orphan():
            return change.observed
        case Create() | AlreadyAsked() | Waiting() | Refused():
            return None
    assert_never(change)


def cost_of(change: Change) -> Estimate | None:
    """Return the expected cost of a purchase; None if nothing is bought or the cost is unlimited."""
    purchase = purchase_of(change)
    return purchase.cost if purchase else None


def clips_of(change: Change) -> int | None:
    """Return the number of clips of a job; None if it is unknown."""
    purchase = purchase_of(change)
    return purchase.clips if purchase and isinstance(purchase.clips, int) else None


def refusal_before(change: Change) -> Refusal | None:
    """Return AWS's answer if it has refused the request of a create before."""
    return change.refused if isinstance(change, Create) else None


def changes_of(change: Change) -> tuple[FieldChange, ...]:
    """Return the fields in which a declaration differs from the job that was created from it, with both values."""
    return change.changed if isinstance(change, Immutable) else ()


def fields_of(change: Change) -> tuple[str, ...]:
    """Return the names of the fields in which a declaration differs from the job that was created from it."""
    return tuple(field_change.field for field_change in changes_of(change))


def budget_of(change: Change) -> Decimal | None:
    """Return the declared budget."""
    return None if isinstance(change, Orphan) else change.job.budget_usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The changes in one account and Region, the inputs that are unknown, and notes about no declared job.

    month says what was bought before, if that decides about prices and is known.
    """

    infrastructure: Infrastructure
    changes: tuple[Change, ...]
    unknown: tuple[Unknown, ...] = ()
    notes: tuple[Diagnostic, ...] = ()
    month: MonthSoFar | None = None

    def with_action(self, action: Action) -> tuple[Change, ...]:
        """Select the changes with one action."""
        return tuple(change for change in self.changes if change.action is action)

    @property
    def is_complete(self) -> bool:
        """Return whether nothing is unknown that the plan would depend on, so that its digest is the one that counts."""
        return all(unknown.about is Subject.PLACES for unknown in self.unknown)

    @property
    def creates(self) -> tuple[Create, ...]:
        """Select the jobs to create."""
        return tuple(change for change in self.changes if isinstance(change, Create))

    @property
    def cost(self) -> Estimate:
        """Return the expected cost of all creates."""
        return sum((create.purchase.cost or NOTHING for create in self.creates), NOTHING)

    @property
    def open_ended(self) -> tuple[Create, ...]:
        """Select the creates with unknown cost."""
        return tuple(create for create in self.creates if create.purchase.cost is None)

    @property
    def requires_attention(self) -> bool:
        """Return whether anything in the plan must be changed before it is merged."""
        return any(change.action.requires_attention for change in self.changes)

    @property
    def digest(self) -> str:
        """Return the digest of what the plan would do, regardless of the progress of jobs."""
        return digest_of(what_digests_cover(plan_content(self)))


# What was seen of clips. The role that plans pull requests' files may not read clips, and the roles that record and apply may:
# `approve` takes the digest that one of them has shown, so none of these findings is a part of it.
_SEEN_OF_CLIPS = tuple(f"GT{number}" for number in range(710, 720))


def what_digests_cover(content: JsonObject) -> JsonObject:
    """Leave out of a plan's content what only some of the roles can see."""
    changes = [
        {**change, "reasons": [reason for reason in change["reasons"] if reason["rule"] not in _SEEN_OF_CLIPS]}
        for change in content["changes"]
    ]
    return {**content, "changes": changes}


def plan_content(plan: Plan) -> JsonObject:
    """Return what a plan would do as JSON values, which fit schemas/plan.schema.json except for the digest."""
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
    """Return a change as JSON values, without anything that changes while jobs run."""
    purchase, cost, budget = purchase_of(change), cost_of(change), budget_of(change)
    return {
        "action": str(change.action),
        "name": change.name,
        "path": change.path,
        "team": change.team,
        "declaration_digest": declaration_digest_of(change),
        "input_digest": input_digest_of(change),
        # Covers team, role, bucket, key, and page by their values in the request to AWS, not by their names here.
        "request_digest": digest_of(purchase.desired.request) if purchase else "",
        "clips": clips_of(change),
        "objects_to_label": cost.objects if cost else None,
        "workers_per_object": None if isinstance(change, Orphan) else change.job.workers_per_object,
        "answers": cost.answers if cost else None,
        "usd": {"low": f"{cost.low:f}", "high": f"{cost.high:f}"} if cost else None,
        "budget_usd": None if budget is None else f"{budget:f}",
        "question": None if isinstance(change, Orphan) else change.job.question,
        "rerun_of": rerun_of(change),
        "fields": list(fields_of(change)),
        "reasons": [{"rule": reason.rule, "message": reason.message, "hint": reason.hint} for reason in change.reasons],
    }


def rerun_of(change: Change) -> JsonObject | None:
    """Return the purchase that is repeated: its job, and its entry in the ledger if it is known and not of the same plan."""
    if isinstance(change, Orphan) or change.job.repeats is None:
        return None
    purchase = purchase_of(change)
    wanted = purchase.wanted if purchase else None
    entry = None if wanted is None or wanted.repeats_planned else wanted.claim.rerun_of
    return {"job": change.job.repeats, "entry": None if entry is None else str(entry)}


def declaration_digest_of(change: Change) -> str:
    """Return the digest of the declaration; for an orphan, of its earlier declaration."""
    if not isinstance(change, Orphan):
        return change.job.declaration_digest
    fingerprint = change.observed.fingerprint
    return fingerprint.declaration if fingerprint else ""


def input_digest_of(change: Change) -> str:
    """Return the digest of the clips and labels of a job; empty if they are unknown or the job is not groundctl's."""
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
