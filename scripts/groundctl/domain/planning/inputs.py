"""Everything that a plan is made from, as one value: gathered once, before anything is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.continuation import DeclarationContent
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.domain.planning.plan import Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """An object that is not on S3."""

    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A bucket or an object that AWS does not let us read."""

    message: str
    hint: str


# The input manifest of a job that could be bought, or why there is none.
ClipsFound = bytes | Missing | Unreadable | Unknown
# The declaration that an existing job was created from; None if none was kept.
KeptDeclaration = DeclarationContent | Unreadable | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInputs:
    """What a plan is made from.

    declared has the keys of all jobs that a file of the repository declares, whether the plan is about them or not.
    manifests and kept_declarations go by the job's key: the former hold jobs that could be bought and whose clips are
    named elsewhere, the latter existing jobs. assumed says what was made up or left out.
    """

    declarations: tuple[Declaration, ...]
    declared: frozenset[JobKey]
    policy: Policy
    infrastructure: Infrastructure
    observed: Mapping[JobKey, ObservedJob] | Unknown
    manifests: Mapping[JobKey, ClipsFound] = field(default_factory=dict)
    kept_declarations: Mapping[JobKey, KeptDeclaration] = field(default_factory=dict)
    assumed: tuple[Unknown, ...] = ()

    def existing(self, key: JobKey) -> ObservedJob | None:
        """Find an existing job; None also where existing jobs are unknown."""
        return None if isinstance(self.observed, Unknown) else self.observed.get(key)

    @property
    def existing_jobs(self) -> tuple[ObservedJob, ...]:
        """List the existing jobs; none where they are unknown."""
        return () if isinstance(self.observed, Unknown) else tuple(self.observed.values())
