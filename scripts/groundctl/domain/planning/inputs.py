"""All inputs of a plan as one value, which is gathered before anything is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date
from decimal import Decimal

from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.clips.input_manifest import FrozenInput
from groundctl.domain.clips.inspection.faults import ClipsSeen
from groundctl.domain.clips.selection import Chosen
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.continuation import DeclarationContent
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.ledger.entries import IndexedRecord
from groundctl.domain.jobs.ledger.look import Look
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.domain.jobs.places import NOTHING_SEEN, PlacesSeen
from groundctl.domain.planning.purchase import Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """An object that does not exist on S3."""

    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A bucket or an object that groundctl is not allowed to read."""

    message: str
    hint: str


# The clips that a job's selection takes, or why there are none; the selection itself can be at fault.
ClipsFound = Chosen | Missing | Unreadable | Unknown | tuple[Diagnostic, ...]
# The clips that a job would buy, or what is wrong with them; None for a job with only a topic.
SelectedClips = FrozenInput | tuple[Diagnostic, ...] | Unknown | None
# The declaration that an existing job was created from; None if none was stored.
KeptDeclaration = DeclarationContent | Unreadable | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInputs:
    """The inputs of a plan.

    declared holds the keys of all jobs that the repository declares, whether or not the plan includes them. manifests and
    kept_declarations are keyed by job: manifests for jobs that could be created from clips outside of the declaration,
    kept_declarations for existing jobs. frozen holds the clips that were selected while gathering, clips_now what manifests
    held before a reviewed plan fixed the clips, and looks what AWS says about jobs with an open purchase.
    seconds_per_clip holds how long a worker takes for a clip at least, as its duration was measured, by the job's key. due
    holds the records that purchases counts with and that the ledger does not have yet. places holds what AWS says about the
    buckets, keys, teams, and roles of the jobs in frozen, clips_seen what was seen of their clips. assumed lists
    what was not looked up or is an example.
    """

    declarations: tuple[Declaration, ...]
    declared: frozenset[JobKey]
    policy: Policy
    infrastructure: Infrastructure
    observed: Mapping[JobKey, ObservedJob] | Unknown
    purchases: Purchases | Unknown
    manifests: Mapping[JobKey, ClipsFound] = field(default_factory=dict)
    kept_declarations: Mapping[JobKey, KeptDeclaration] = field(default_factory=dict)
    frozen: Mapping[JobKey, SelectedClips] = field(default_factory=dict)
    clips_now: Mapping[JobKey, ClipsFound] = field(default_factory=dict)
    looks: Mapping[JobKey, Look] = field(default_factory=dict)
    seconds_per_clip: Mapping[JobKey, Decimal] = field(default_factory=dict)
    due: tuple[IndexedRecord, ...] = ()
    places: PlacesSeen = NOTHING_SEEN
    clips_seen: ClipsSeen | None = None
    assumed: tuple[Unknown, ...] = ()

    @property
    def today(self) -> date | None:
        """Return AWS's date, in UTC, when the ledger was read; None offline."""
        at = self.purchases.aws_time if isinstance(self.purchases, Purchases) else None
        return at.astimezone(UTC).date() if at else None

    def existing(self, key: JobKey) -> ObservedJob | None:
        """Return an existing job; None also if existing jobs are unknown."""
        return self.existing_by_key.get(key)

    @property
    def existing_jobs(self) -> tuple[ObservedJob, ...]:
        """List the existing jobs; empty if they are unknown."""
        return tuple(self.existing_by_key.values())

    @property
    def existing_by_key(self) -> Mapping[JobKey, ObservedJob]:
        """Return the existing jobs by key; empty if they are unknown."""
        return {} if isinstance(self.observed, Unknown) else self.observed
