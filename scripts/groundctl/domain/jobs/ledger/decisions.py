"""What may be bought: one pure decision over the ledger, for plan and apply alike.

None of them looks at a clock or at AWS. What was looked up arrives as a value, and AWS's own time with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from groundctl.domain.clips.clip_index import HashedClips
from groundctl.domain.jobs.ledger.look import NAME_IS_ANOTHERS, NOT_LOOKED, Absent, Look, NotLooked, Present
from groundctl.domain.jobs.ledger.purchases import LedgerPurchase, Purchases
from groundctl.domain.jobs.ledger.question import Question, Resemblance, conflict, resemblance
from groundctl.domain.jobs.ledger.records import AdoptedRecord, JobIdentity, PurchaseRecord, RecordId


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a run claims: the clips and terms that were reviewed, and what the declaration says about earlier purchases.

    A topic that feeds the job counts as one of its clips, by its ARN. rerun_of is frozen at review.
    """

    job: JobIdentity
    question: Question
    clips: HashedClips
    declaration_digest: str
    terms_digest: str
    only_new: bool = False
    rerun_of: RecordId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldClips:
    """Clips that an earlier purchase holds."""

    purchase: LedgerPurchase
    clips: tuple[str, ...]

    @property
    def usd(self) -> Decimal | None:
        """Say what they cost then."""
        return self.purchase.cost_of(len(self.clips))


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Clips that were asked something similar. Nothing is refused because of it."""

    held: HeldClips
    resemblance: Resemblance


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerUnusable:
    """Nothing can be bought: the ledger is not open, is another one, or has entries that cannot be read.

    is_unopened says that a person may open it: it has no entry, and the configuration names no ledger.
    """

    reasons: tuple[str, ...]
    is_unopened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyCreated:
    """The job was created; there is nothing to buy."""

    purchase: LedgerPurchase


@dataclass(frozen=True, slots=True, kw_only=True)
class LookFirst:
    """The job has an open purchase: describe it, then decide again."""

    purchase: LedgerPurchase


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCreated:
    """The open purchase's job exists: append `created`."""

    purchase: LedgerPurchase
    arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinueAttempt:
    """Send the request that the purchase froze, and no other.

    attempt is one that this run wrote and has not sent; if it is None, append `attempt` first.
    """

    purchase: LedgerPurchase
    attempt: RecordId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidFirst:
    """The open purchase can no longer become a job: append `void`, then decide again."""

    purchase: LedgerPurchase
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StillPending:
    """An earlier try with other clips or terms may still be accepted, until the given time."""

    purchase: LedgerPurchase
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Earlier purchases hold some of the clips, and the declaration does not say what to do about them."""

    held: tuple[HeldClips, ...]
    clips: int
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingLeft:
    """Earlier purchases hold all of the clips, and the declaration leaves these out."""

    held: tuple[HeldClips, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RerunUnfounded:
    """rerun_of names a purchase that does not hold any of the clips for this question."""

    rerun_of: RecordId
    purchase: LedgerPurchase | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Buy:
    """Buy these clips: all that were reviewed but for the held ones that are left out."""

    clips: HashedClips
    left_out: tuple[HeldClips, ...] = ()
    repeated: HeldClips | None = None
    remarks: tuple[Remark, ...] = ()


Decision = (
    LedgerUnusable
    | AlreadyCreated
    | LookFirst
    | RecordCreated
    | ContinueAttempt
    | VoidFirst
    | StillPending
    | Overlap
    | NothingLeft
    | RerunUnfounded
    | Buy
)


def decide_purchase(
    claim: Claim,
    ledger: Purchases,
    *,
    pinned: str | None = None,
    look: Look = NOT_LOOKED,
    unsent: AbstractSet[RecordId] = frozenset(),
) -> Decision:
    """Decide what to do about one job.

    pinned is the ledger that the configuration names. unsent lists the attempts that this run wrote and has not sent.
    """
    if reasons := tuple(unusable(ledger, pinned)):
        return LedgerUnusable(reasons=reasons, is_unopened=not ledger.end and pinned is None)
    if isinstance(look, Present) and (ours := ledger.made(claim.job, look)) and not ours.exists:
        return RecordCreated(purchase=ours, arn=look.arn)
    own = ledger.of_job(claim.job)
    if own is None:
        return _new(claim, ledger)
    if own.exists:
        return AlreadyCreated(purchase=own)
    match look:
        case NotLooked():
            return LookFirst(purchase=own)
        case Present():
            return VoidFirst(purchase=own, why=NAME_IS_ANOTHERS)
        case Absent():
            return _go_on(claim, own, ledger.aws_time, unsent)


def unusable(ledger: Purchases, pinned: str | None) -> Iterable[str]:
    """Say why nothing can be bought with a ledger; nothing if it can."""
    if ledger.ledger is None and not ledger.faults:
        yield "the ledger is not open: entry 1 is missing"
    if pinned is not None and ledger.ledger is not None and pinned != ledger.ledger:
        yield f"this is ledger {ledger.ledger}; the configuration names {pinned}"
    yield from (f"entry {fault.number} {fault.why}" for fault in ledger.faults)
    yield from (f"{key} is not the key of an entry" for key in ledger.strange_keys)


def _go_on(claim: Claim, own: LedgerPurchase, aws_time: datetime | None, unsent: AbstractSet[RecordId]) -> Decision:
    """Decide about an open purchase whose job does not exist."""
    open_attempts = own.open_attempts(aws_time)
    if _is_what_was_reviewed(claim, own):
        # Signed in time means before signed_until, and not merely before the attempt is closed.
        mine = [
            attempt.id
            for attempt in open_attempts
            if attempt.id in unsent and aws_time is not None and aws_time < attempt.signed_until
        ]
        return ContinueAttempt(purchase=own, attempt=mine[-1] if mine else None)
    if open_attempts:
        return StillPending(purchase=own, until=own.closes_at)
    return VoidFirst(purchase=own, why="it was not created, and the declaration or its clips have changed since")


def _is_what_was_reviewed(claim: Claim, own: LedgerPurchase) -> bool:
    """Say whether a purchase's frozen request is what this run has reviewed, or has only clips left out."""
    record = own.record
    if isinstance(record, AdoptedRecord):
        return False
    asked = frozenset(own.index.hashes())
    same_clips = asked <= claim.clips.distinct if claim.only_new else asked == claim.clips.distinct
    return (
        same_clips
        and own.question.name in {None, claim.question.name}
        and record.declaration_digest == claim.declaration_digest
        and record.terms_digest == claim.terms_digest
        and record.rerun_of == claim.rerun_of
    )


def _new(claim: Claim, ledger: Purchases) -> Decision:
    """Decide about a job that has no live purchase."""
    held: list[tuple[LedgerPurchase, frozenset[int]]] = []
    remarks: list[Remark] = []
    repeated = None
    again = ledger.by_id.get(claim.rerun_of) if claim.rerun_of else None
    paid_for_again = frozenset(_repeated_by(again, ledger)) if again else frozenset()
    for purchase, hashes in ledger.holders(claim.clips):
        if not conflict(claim.question, purchase.question):
            remarks.extend(_remark(claim, purchase, hashes))
        elif purchase.id == claim.rerun_of:
            repeated = _named(claim, purchase, hashes)
        elif again and purchase.id in paid_for_again:
            # A rerun of the latest rerun covers what that one has repeated, and no further clips of the earlier job.
            if others := hashes - again.holds(claim.clips.distinct):
                held.append((purchase, others))
        else:
            held.append((purchase, hashes))
    if claim.rerun_of is not None and repeated is None:
        return RerunUnfounded(rerun_of=claim.rerun_of, purchase=ledger.by_id.get(claim.rerun_of))
    named = tuple(_named(claim, purchase, hashes) for purchase, hashes in held)
    if held and not claim.only_new:
        return Overlap(held=named, clips=_count(named), remarks=tuple(remarks))
    left = claim.clips.without(frozenset().union(*(hashes for _, hashes in held)))
    if not len(left):
        return NothingLeft(held=named)
    return Buy(clips=left, left_out=named, repeated=repeated, remarks=tuple(remarks))


def _repeated_by(purchase: LedgerPurchase, ledger: Purchases) -> Iterable[RecordId]:
    """Yield the purchase that one repeats, the one that this one repeats, and so on."""
    repeated = purchase.record.rerun_of if isinstance(purchase.record, PurchaseRecord) else None
    # A record refers to an earlier one; anything else would be a circle.
    while repeated is not None and repeated in ledger.by_id:
        yield repeated
        record = ledger.by_id[repeated].record
        earlier = record.rerun_of if isinstance(record, PurchaseRecord) else None
        repeated = earlier if earlier is not None and earlier < repeated else None


def _named(claim: Claim, purchase: LedgerPurchase, hashes: frozenset[int]) -> HeldClips:
    return HeldClips(purchase=purchase, clips=claim.clips.named(hashes))


def _count(held: Iterable[HeldClips]) -> int:
    return len({clip for each in held for clip in each.clips})


def _remark(claim: Claim, purchase: LedgerPurchase, hashes: frozenset[int]) -> Iterable[Remark]:
    both_named = claim.question.name is not None and purchase.question.name is not None
    if both_named and claim.question.labels != purchase.question.labels:
        return  # both authors have said that these are two questions
    yield Remark(held=_named(claim, purchase, hashes), resemblance=resemblance(claim.question, purchase.question))


@dataclass(frozen=True, slots=True, kw_only=True)
class RerunUnknown:
    """No purchase, or more than one, has the name that rerun_of gives. candidates lists those in other places."""

    name: str
    candidates: tuple[LedgerPurchase, ...]


def find_rerun(name: str, job: JobIdentity, ledger: Purchases) -> LedgerPurchase | RerunUnknown:
    """Find the live purchase of a job by its name: in the same account and Region, or the only one elsewhere."""
    beside = JobIdentity(account=job.account, region=job.region, name=name.lower())
    if found := ledger.of_job(beside):
        return found
    elsewhere = tuple(each for each in ledger.live() if each.job.name == name.lower())
    return elsewhere[0] if len(elsewhere) == 1 else RerunUnknown(name=name, candidates=elsewhere)
