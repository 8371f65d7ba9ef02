"""Buys the labels of jobs: decides with the ledger, records purchases, and records what became of their requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from groundctl.app.hands.executor import do_all
from groundctl.app.hands.orders import Asked, PurchaseOrder, Ready
from groundctl.app.hands.sending import Attempt, Begin, Sender, Sent, seen
from groundctl.app.ledger_writer import LedgerWriter
from groundctl.domain.canonical_json import digest_of, parse_json_object
from groundctl.domain.clips.clip_index import ClipIndex
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.creation import (
    CreateResponse,
    Result,
    Verdict,
    name_belongs_to_another_job,
)
from groundctl.domain.jobs.estimate import Estimate, estimate
from groundctl.domain.jobs.interruption import Step
from groundctl.domain.jobs.ledger.decisions import (
    AlreadyCreated,
    Buy,
    ContinueAttempt,
    Decision,
    LookFirst,
    RecordCreated,
    RerunUnfounded,
    RerunUnknown,
    VoidFirst,
    decide_purchase,
    find_rerun,
)
from groundctl.domain.jobs.ledger.entries import IndexedRecord
from groundctl.domain.jobs.ledger.look import NOT_LOOKED, Look, void_evidence
from groundctl.domain.jobs.ledger.purchases import SIGNING_TIME, LedgerPurchase, Purchases
from groundctl.domain.jobs.ledger.records import (
    AttemptRecord,
    CreatedRecord,
    PurchaseRecord,
    RecordId,
    RefusedRecord,
    VoidRecord,
)
from groundctl.domain.jobs.ledger.settlement import (
    LeaveOpen,
    WriteCreated,
    WriteRefused,
    WriteVoid,
    after_sending,
)
from groundctl.domain.jobs.ledger.spending import spent_by_pull_request
from groundctl.domain.jobs.observed import AwsResponse
from groundctl.domain.jobs.request import DesiredJob
from groundctl.domain.planning.due_records import is_still_due
from groundctl.domain.planning.limits import beyond_month, beyond_pull_request, dearer_than_planned
from groundctl.domain.planning.new_job import purchase_of_clips
from groundctl.domain.planning.purchase_reasons import reason_against
from groundctl.domain.planning.wanted import Wanted, purchase_record
from groundctl.errors import ExternalError
from groundctl.ports import Clock, LabelingJobs, ObjectStore

# How many times other writers of the ledger may come first. Each of them has then bought something.
MAX_DECISIONS = 60
_NO_CLIPS = ClipIndex()
EXISTED = "it already existed, created from the same declaration"


class Buyer:
    """Decides on purchases one after the other, each by the state of the ledger at that moment, and records them.

    Purchases that follow each other are recorded in one entry, and their files are written by several hands.
    """

    def __init__(
        self,
        *,
        jobs: LabelingJobs,
        objects: ObjectStore,
        clock: Clock,
        writer: LedgerWriter,
        policy: Policy,
        hands: int = 1,
    ) -> None:
        self.hands = hands
        self._jobs = jobs
        self._objects = objects
        self._writer = writer
        self._policy = policy
        self._sender = Sender(jobs=jobs, clock=clock)
        self._sent: set[RecordId] = set()

    def write_due(self, due: tuple[IndexedRecord, ...]) -> None:
        """Write the records that a plan counted with, unless another run has."""
        while due := tuple(record for record in due if is_still_due(record[0], self._writer.purchases)):
            # The ledger is opened by an entry of its own, before all others.
            first = due[:1] if not self._writer.log.end else due
            if self._writer.append(*first) is not None:
                due = due[len(first) :]

    def record(self, asked: Sequence[Asked]) -> list[Verdict | Attempt]:
        """Decide on orders in turn, each after those before it, and record what may be bought."""
        done: dict[int, Verdict | Attempt] = {}
        left = dict(enumerate(asked))
        tries = 0
        try:
            for one in asked:
                one.begin(Step.RECORDING)
            while left and tries < MAX_DECISIONS:
                self._writer.read_on()
                settled = self._round(left)
                tries = 0 if settled else tries + 1
                done.update(settled)
                left = {number: one for number, one in left.items() if number not in done}
        except ExternalError as error:
            done.update(dict.fromkeys(left, _not_sent(error)))
        finally:
            self._writer.withdraw()
        crowded = _held("other runs write the purchase ledger all the time", "run apply again")
        return [done.get(number, crowded) for number in range(len(asked))]

    def send(self, attempt: Attempt, begin: Begin) -> Sent:
        """Send the request of an attempt once; several hands may do that at once."""
        self._sent.add(attempt.id)
        return self._sender.send(attempt, begin)

    def _round(self, left: Mapping[int, Asked]) -> Mapping[int, Verdict | Attempt]:
        """Settle the first orders that are left: purchases that follow each other together, anything else by itself.

        Nothing is settled if the ledger has changed, and new decisions are due.
        """
        ready: dict[int, Ready] = {}
        for number, one in left.items():
            decision = self._decide(one.order, one.look)
            prepared = self._prepare(one, decision) if isinstance(decision, Buy) else None
            if isinstance(prepared, Ready):
                ready[number] = prepared
                self._writer.propose(prepared.record, prepared.index)
                continue
            if ready:
                break  # what is decided after purchases that are not recorded yet is decided again
            if prepared is not None:
                return {number: prepared}
            try:
                if isinstance(decision, LookFirst):
                    one.look = seen(self._jobs.describe(one.name))
                    return self._round(left)
                done = self._carry_out(one.order, decision, one.look)
            except ExternalError as error:
                done = _not_sent(error)
            return {number: done} if done is not None else self._look_again(left)
        return self._buy(ready) or self._look_again(left)

    def _look_again(self, left: Mapping[int, Asked]) -> Mapping[int, Verdict | Attempt]:
        """Forget what was seen: the ledger has changed since, and a job may have come into being."""
        for one in left.values():
            one.look = NOT_LOOKED
        return {}

    def _buy(self, ready: Mapping[int, Ready]) -> Mapping[int, Verdict | Attempt]:
        """Write the files of purchases, then one entry for all; nothing is settled if another entry came first."""
        obstacles = do_all(self._write_files, list(ready.values()), self.hands)
        if failed := {number: each for number, each in zip(ready, obstacles, strict=True) if each is not None}:
            self._writer.withdraw()
            return failed  # the others are decided on without these
        for each in ready.values():
            each.asked.begin(Step.RECORDING)
        try:
            number = self._writer.commit()
        except ExternalError as error:
            return dict.fromkeys(ready, _not_sent(error))
        if number is None:
            return {}
        return {key: each.recorded(number, place) for place, (key, each) in enumerate(ready.items())}

    def _decide(self, order: PurchaseOrder, look: Look) -> Decision | RerunUnknown:
        claim, ledger = order.wanted.claim, self._writer.purchases
        rerun = order.wanted.declaration.spec.rerun_of
        if claim.rerun_of is not None and rerun is not None:
            found = find_rerun(rerun.job, claim.job, ledger)
            if isinstance(found, RerunUnknown):
                return found
            # A purchase of the same plan has a number only now; any other has the number that was reviewed.
            if not order.wanted.repeats_planned and found.id != claim.rerun_of:
                return RerunUnfounded(rerun_of=claim.rerun_of, purchase=found)
            claim = replace(claim, rerun_of=found.id)
        pinned = order.wanted.infrastructure.ledger_id
        unsent = self._writer.arrived_late - self._sent
        return decide_purchase(claim, ledger, pinned=pinned, look=look, unsent=unsent)

    def _carry_out(
        self, order: PurchaseOrder, decision: Decision | RerunUnknown, look: Look
    ) -> Verdict | Attempt | None:
        """Do what a decision asks for; None if the ledger has changed, and a new decision is due."""
        match decision:
            case ContinueAttempt():
                return self._continue(order, decision)
            case VoidFirst():
                self._void(decision.purchase, look, decision.why)
                return None
            case RecordCreated(purchase=own, arn=arn):
                self._writer.append((CreatedRecord(purchase=own.id, arn=arn), _NO_CLIPS))
                return _exists(order, own, arn)
            case AlreadyCreated(purchase=own):
                return _exists(order, own, own.arn)
            case Buy() | LookFirst():
                raise AssertionError("these were dealt with before")
            case _:
                reason = reason_against(order.wanted, decision, end=self._writer.purchases.end)
                return _held(reason.message, reason.hint)

    def _prepare(self, asked: Asked, decision: Buy) -> Verdict | Ready:
        """Make the files and the record of a purchase."""
        order = asked.order
        clips = order.wanted.claim.clips
        left = order.wanted.without(clips.named(clips.distinct - decision.clips.distinct))
        assert left is not None  # noqa: S101 - the decision leaves a clip
        left = replace(
            left, claim=replace(left.claim, rerun_of=decision.repeated.purchase.id if decision.repeated else None)
        )
        # Of the ledger that the decision read: the entry is written only if it is the next one.
        purchases, desired = self._writer.purchases, left.compiled()
        basis = left.basis(self._policy, purchases)
        cost = purchase_of_clips(left.declaration, desired, left.input, basis).cost
        for reason in self._beyond_limits(order, left, cost, purchases):
            return _held(reason.message, reason.hint)
        record = self._purchase_record(order, left, desired, cost)
        return Ready(asked=asked, desired=desired, record=record, index=left.claim.clips.index(), cost=cost)

    def _write_files(self, ready: Ready) -> Verdict | None:
        """Write a job's files; return why it cannot be bought."""
        order = ready.asked.order
        ready.asked.begin(Step.WRITING_FILES)
        try:
            if obstacle := self._upload(ready.desired):
                return obstacle
            if order.provenance:
                # The provenance of an earlier attempt stays, because it was reviewed first.
                self._objects.put_if_absent(order.provenance.uri, order.provenance.content, order.provenance.media_type)
        except ExternalError as error:
            return _not_sent(error)
        return None

    def _beyond_limits(
        self, order: PurchaseOrder, left: Wanted, cost: Estimate | None, purchases: Purchases
    ) -> Iterator[Diagnostic]:
        """Compare a purchase with the limits that the ledger counts for, at the state of the ledger that it is based on."""
        yield from dearer_than_planned(cost, order.usd)
        yield from beyond_month(left, cost, purchases, self._policy)
        if order.pull_request is not None:
            spent = spent_by_pull_request(purchases, self._writer.by.repository, order.pull_request)
            yield from beyond_pull_request(left, cost, spent, self._policy, order.pull_request)

    def _purchase_record(
        self, order: PurchaseOrder, left: Wanted, desired: DesiredJob, cost: Estimate | None
    ) -> PurchaseRecord:
        return purchase_record(
            left,
            desired,
            cost=cost,
            signed_until=self._writer.aws_time + SIGNING_TIME,
            plan_digest=order.plan_digest,
            pull_request=order.pull_request,
        )

    def _continue(self, order: PurchaseOrder, decision: ContinueAttempt) -> Verdict | Attempt | None:
        """Send the request that an open purchase has frozen, and no other."""
        own = decision.purchase
        record = own.record
        assert isinstance(record, PurchaseRecord)  # noqa: S101 - an adopted job exists
        request = self._frozen_request(record)
        if request is None:
            message = f"the request of the recorded purchase, {record.request}, is missing or was changed"
            return _held(message, "find out who changed this object; nothing was created")
        spec = order.wanted.declaration.spec
        basis = order.wanted.basis(self._policy, self._writer.purchases.without(own.id))
        cost = None if spec.is_streaming else estimate(spec, record.clips, basis)
        if decision.attempt is not None:
            until = next(each.signed_until for each in own.attempts if each.id == decision.attempt)
            return Attempt(id=decision.attempt, purchase=own.id, request=request, signed_until=until, cost=cost)
        until = self._writer.aws_time + SIGNING_TIME
        number = self._writer.append((AttemptRecord(purchase=own.id, signed_until=until), _NO_CLIPS))
        if number is None:
            return None
        return Attempt(id=RecordId(entry=number), purchase=own.id, request=request, signed_until=until, cost=cost)

    def _frozen_request(self, record: PurchaseRecord) -> AwsResponse | None:
        content = self._objects.read(record.request)
        try:
            request = parse_json_object(content) if content else None
        except ValueError:
            return None
        return request if request and digest_of(request) == record.request_digest else None

    def _void(self, purchase: LedgerPurchase, look: Look, why: str) -> int | None:
        evidence = void_evidence(look, self._writer.aws_time)
        return self._writer.append(
            (VoidRecord(purchase=purchase.id, evidence=evidence, reason=why, person=""), _NO_CLIPS)
        )

    def _upload(self, desired: DesiredJob) -> Verdict | None:
        """Write the artifacts; an existing object must have the same content, because its key is a digest of it."""
        for artifact in desired.artifacts:
            written = self._objects.put_if_absent(artifact.uri, artifact.content, artifact.media_type)
            if not written and self._objects.read(artifact.uri) != artifact.content:
                evidence = f"{artifact.uri} has content that does not match its key"
                hint = "nothing was created; find out who wrote this object"
                return Verdict(result=Result.FAILED, evidence=evidence, hint=hint)
        return None

    def conclude(self, sent: Sequence[Sent]) -> list[Verdict]:
        """Record what became of attempts, in one entry, and return the verdicts on them."""
        unrecorded = self._record_results(sent)
        return [
            replace(
                each.verdict,
                evidence=f"{each.verdict.evidence}{unrecorded.get(each.attempt.id, '')}",
                cost=each.attempt.cost,
            )
            for each in sent
        ]

    def _record_results(self, sent: Sequence[Sent]) -> Mapping[RecordId, str]:
        """Write what became of attempts; return what to tell a person of those that fail, which a later run makes up for."""
        while True:
            unread: dict[RecordId, str] = {}
            records: dict[RecordId, CreatedRecord | RefusedRecord | VoidRecord] = {}
            for each in sent:
                attempt = each.attempt
                if (bought := self._writer.purchases.by_id.get(attempt.purchase)) is None:
                    number = attempt.purchase.entry
                    unread[attempt.id] = f"; the purchase ledger does not say so: entry {number} cannot be read now"
                elif (record := self._result_of(attempt, bought, each.responses, each.look)) is not None:
                    records[attempt.id] = record
            try:
                if (
                    not records
                    or self._writer.append(*((record, _NO_CLIPS) for record in records.values())) is not None
                ):
                    return unread
            except ExternalError as error:
                said = f"; the purchase ledger does not say so yet: {error.message}"
                return unread | dict.fromkeys(records, said)

    def _result_of(
        self, attempt: Attempt, bought: LedgerPurchase, responses: Sequence[CreateResponse], look: Look
    ) -> CreatedRecord | RefusedRecord | VoidRecord | None:
        match after_sending(bought, responses, look):
            case WriteCreated(arn=arn):
                return None if bought.exists else CreatedRecord(purchase=bought.id, arn=arn)
            case WriteRefused(evidence=evidence):
                return RefusedRecord(attempt=attempt.id, evidence=evidence)
            case WriteVoid(why=why):
                seen = void_evidence(look, self._writer.aws_time)
                return VoidRecord(purchase=bought.id, evidence=seen, reason=why, person="")
            case LeaveOpen():
                return None


def _exists(order: PurchaseOrder, own: LedgerPurchase, arn: str | None) -> Verdict:
    """Say that the job exists, if it was made from the declaration that was reviewed."""
    record = own.record
    is_same = isinstance(record, PurchaseRecord) and (
        record.declaration_digest == order.wanted.claim.declaration_digest
    )
    return Verdict(result=Result.EXISTED, evidence=EXISTED, arn=arn) if is_same else name_belongs_to_another_job(arn)


def _not_sent(error: ExternalError) -> Verdict:
    return Verdict(result=Result.FAILED, evidence=f"no create request was sent: {error.message}", hint=error.hint)


def _held(evidence: str, hint: str) -> Verdict:
    return Verdict(result=Result.HELD, evidence=evidence, hint=hint)
