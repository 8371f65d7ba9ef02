"""What several hands carry out: an order of a reviewed plan, and a purchase that was decided on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from groundctl.app.hands.sending import Attempt, Begin
from groundctl.domain.clips.clip_index import ClipIndex
from groundctl.domain.jobs.artifacts import Artifact
from groundctl.domain.jobs.estimate import Estimate
from groundctl.domain.jobs.ledger.look import NOT_LOOKED, Look
from groundctl.domain.jobs.ledger.records import PurchaseRecord, RecordId
from groundctl.domain.jobs.request import DesiredJob
from groundctl.domain.planning.wanted import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrder:
    """A purchase as a plan reviewed it, with where it comes from; usd is the most that it costs by the plan."""

    wanted: Wanted
    plan_digest: str
    usd: Decimal | None = None
    pull_request: int | None = None
    provenance: Artifact | None = None


@dataclass(slots=True)
class Asked:
    """An order to decide on. begin hears of each step first."""

    order: PurchaseOrder
    begin: Begin
    look: Look = NOT_LOOKED

    @property
    def name(self) -> str:
        """Name the job."""
        return self.order.wanted.declaration.spec.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A purchase that was decided on and is not recorded yet."""

    asked: Asked
    desired: DesiredJob
    record: PurchaseRecord
    index: ClipIndex
    cost: Estimate | None

    def recorded(self, number: int, place: int) -> Attempt:
        """Return the attempt that the purchase is, once it is on record."""
        id_ = RecordId(entry=number, record=place)
        until = self.record.signed_until
        return Attempt(id=id_, purchase=id_, request=self.desired.request, signed_until=until, cost=self.cost)
