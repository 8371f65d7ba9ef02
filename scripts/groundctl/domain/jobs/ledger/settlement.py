"""What a purchase came to: what to write after sending, when it may be voided, and which clips an ended job sets free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from groundctl.domain.clips.clip_index import ClipIndex, HashedClips
from groundctl.domain.jobs.creation import Accepted, CreateResponse, NotSent, Rejected, Throttled
from groundctl.domain.jobs.ledger.look import NAME_IS_ANOTHERS, Absent, Look, NotLooked, Present
from groundctl.domain.jobs.ledger.purchases import LedgerPurchase, Purchases
from groundctl.domain.jobs.ledger.records import RecordId


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteCreated:
    """Append `created`."""

    arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRefused:
    """Append `refused` for the attempt."""

    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteVoid:
    """Append `void`: the name belongs to another job."""

    why: str


@dataclass(frozen=True, slots=True)
class LeaveOpen:
    """Write nothing: AWS may have accepted the request, or may still accept it."""


def after_sending(
    purchase: LedgerPurchase, responses: Sequence[CreateResponse], look: Look
) -> WriteCreated | WriteRefused | WriteVoid | LeaveOpen:
    """Decide what to write after all sends of one attempt. look is what Describe said after the last of them."""
    accepted = any(isinstance(each, Accepted) for each in responses)
    if isinstance(look, Present):
        # Accepted means that the name was free: the job under it is ours, however AWS describes it.
        if accepted or look.is_made_from(purchase.record):
            return WriteCreated(arn=look.arn)
        return WriteVoid(why=NAME_IS_ANOTHERS)
    last = responses[-1] if responses else None
    nothing_created = Rejected | Throttled | NotSent
    if isinstance(last, nothing_created) and all(isinstance(each, nothing_created) for each in responses):
        code = last.code if isinstance(last, Rejected) else type(last).__name__
        return WriteRefused(evidence=f"{code}: {last.message}")
    return LeaveOpen()


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidAllowed:
    """Append `void` at the number after the end that was read; if that is taken, read and decide again."""

    purchase: LedgerPurchase


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidRefused:
    """The purchase must stay. until is when this may change by itself."""

    why: str
    until: datetime | None = None


def may_void(purchase: RecordId, ledger: Purchases, *, look: Look) -> VoidAllowed | VoidRefused:
    """Decide whether a purchase may be voided, by a person or by the job's next run. No flag overrides this."""
    found = ledger.by_id.get(purchase)
    if found is None:
        return VoidRefused(why=f"entry {purchase} is no purchase")
    if found.exists:
        return VoidRefused(why=f"{found.job} exists")
    if not found.is_live:
        return VoidRefused(why=f"the purchase of {found.job} is void already")
    match look:
        case NotLooked():
            return VoidRefused(why=f"{found.job} could not be looked up")
        case Present() if look.is_made_from(found.record):
            return VoidRefused(why=f"{found.job} exists")
        case Present():
            return VoidAllowed(purchase=found)
        case Absent():
            if found.open_attempts(ledger.aws_time):
                return VoidRefused(why=f"AWS may still accept the request for {found.job}", until=found.closes_at)
            return VoidAllowed(purchase=found)


def may_pass_over(number: int, ledger: Purchases) -> VoidRefused | None:
    """Decide whether an entry may be voided as unreadable; None if it may."""
    if any(fault.number == number for fault in ledger.faults):
        return None
    return VoidRefused(why=f"entry {number} can be read, or is passed over already")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFacts:
    """What the output manifest of a job holds: its lines, and the clips without a label."""

    lines: int
    without_label: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Freed:
    """The clips that the job ended without a label for: append `ended` with them."""

    index: ClipIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingFreed:
    """Clips cannot be freed yet, or not on this evidence."""

    why: str


def freed_by(
    purchase: LedgerPurchase, *, is_terminal: bool, labeled: int, output: OutputFacts | None
) -> Freed | NothingFreed:
    """Decide which clips are free after a job has ended. labeled is AWS's own count of labeled objects."""
    if not is_terminal:
        return NothingFreed(why="the job has not ended")
    if output is None:
        if labeled:
            return NothingFreed(why=f"AWS counts {labeled:,} labeled clips, but there is no output manifest")
        return Freed(index=purchase.index)
    if output.lines != purchase.record.lines:
        return NothingFreed(
            why=f"the output manifest has {output.lines:,} lines; {purchase.record.lines:,} were bought"
        )
    if (with_label := output.lines - len(output.without_label)) < labeled:
        return NothingFreed(
            why=f"AWS counts {labeled:,} labeled clips; the output manifest has labels for {with_label:,}"
        )
    return Freed(index=ClipIndex.of(HashedClips.of(output.without_label).shared_with(purchase.index)))
