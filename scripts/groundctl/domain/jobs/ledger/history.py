"""The ledger as people read it: each purchase with its state and the reason, and the entries that were passed over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from groundctl.domain.jobs.ledger.decisions import unusable
from groundctl.domain.jobs.ledger.entries import Entry, LedgerLog
from groundctl.domain.jobs.ledger.purchases import LedgerPurchase, Purchases, State
from groundctl.domain.jobs.ledger.records import PurchaseRecord, VoidRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseStatus:
    """A purchase and what the log says about it.

    closes_at is when AWS can accept no more request of an open purchase, and is_closed whether that has passed.
    refusal is AWS's answer to a purchase that it refused.
    """

    purchase: LedgerPurchase
    closes_at: datetime | None = None
    is_closed: bool = False
    refusal: str = ""
    rerun_of: LedgerPurchase | None = None

    @property
    def held(self) -> int:
        """Count the clips that the purchase holds."""
        return len(self.purchase.index) - len(self.purchase.freed) if self.purchase.is_live else 0

    @property
    def usd(self) -> Decimal | None:
        """Say what the purchase costs, as far as its clips are not free again; None if that is not known."""
        return self.purchase.cost_of(self.held) if self.purchase.is_live else Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All purchases in the order of their numbers, and the entries that stop every purchase or are passed over."""

    ledger: Purchases
    purchases: tuple[PurchaseStatus, ...]
    passed_over: Mapping[int, VoidRecord]

    def problems(self, pinned: str | None) -> tuple[str, ...]:
        """Say why nothing can be bought with the ledger. An empty one that the configuration does not name is no problem."""
        return tuple(unusable(self.ledger, pinned)) if self.ledger.end or pinned is not None else ()

    def chosen(self, *, job: str | None, only_open: bool) -> tuple[PurchaseStatus, ...]:
        """Select the purchases of one job by its name in any account and Region, or the open ones."""
        return tuple(
            status
            for status in self.purchases
            if (job is None or status.purchase.job.name == job.lower())
            and (not only_open or status.purchase.state is State.OPEN)
        )


def read_history(log: LedgerLog) -> History:
    """Put the records of a log together."""
    ledger = Purchases.of(log)
    passed_over: dict[int, VoidRecord] = {}
    for entry in log.entries:
        for _, record, _ in entry.records() if isinstance(entry, Entry) else ():
            if isinstance(record, VoidRecord) and record.unreadable is not None:
                passed_over.setdefault(record.unreadable, record)
    return History(ledger=ledger, purchases=tuple(_statuses(ledger)), passed_over=passed_over)


def _statuses(ledger: Purchases) -> Iterable[PurchaseStatus]:
    for purchase in ledger.by_id.values():
        refused = [attempt.refusal.evidence for attempt in purchase.attempts if attempt.refusal]
        rerun_of = purchase.record.rerun_of if isinstance(purchase.record, PurchaseRecord) else None
        yield PurchaseStatus(
            purchase=purchase,
            closes_at=purchase.closes_at if purchase.state is State.OPEN else None,
            is_closed=not purchase.open_attempts(ledger.aws_time),
            refusal=refused[-1] if refused and purchase.state is State.VOID and purchase.void is None else "",
            rerun_of=None if rerun_of is None else ledger.by_id.get(rerun_of),
        )
