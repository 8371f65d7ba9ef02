"""What a declared job would buy, and the inputs of a plan that are unknown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from groundctl.domain.clips.left_out import Tally
from groundctl.domain.jobs.estimate import Estimate
from groundctl.domain.jobs.request import DesiredJob
from groundctl.domain.planning.wanted import Wanted


class Subject(StrEnum):
    """A plan input that may be unknown."""

    INFRASTRUCTURE = "infrastructure"
    JOBS = "jobs"
    LEDGER = "ledger"
    CLIPS = "clips"
    DECLARATIONS = "declarations"
    DATE = "date"
    PLACES = "places"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """An input that was not looked up; the sentence explains how it may change the decision."""

    about: Subject
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredJob:
    """The facts about a job that follow from its declaration alone. repeats is the job that rerun_of names."""

    name: str
    path: str
    owner: str
    team: str
    declaration_digest: str
    workers_per_object: int
    budget_usd: Decimal | None = None
    question: str | None = None
    repeats: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What a job would buy.

    clips is None for a job with only a topic. cost is None if it is unlimited or clips are Unknown. wanted is what the
    ledger decides about when the job is created; it is None if the ledger was not read. tally counts the objects that the
    selection has seen and left out; it is None if the clips are unknown, or fixed by a reviewed plan. looked_at says what was
    looked at of the clips; it is empty if nothing was. to_label counts the clips without a label, before a stopping
    condition; None if it is unknown.
    """

    desired: DesiredJob
    clips: int | Unknown | None
    cost: Estimate | None
    wanted: Wanted | None = None
    tally: Tally | None = None
    looked_at: str = ""
    to_label: int | None = None

    @property
    def input_digest(self) -> str:
        """Return the digest of the clips and labels."""
        return self.desired.input_digest
