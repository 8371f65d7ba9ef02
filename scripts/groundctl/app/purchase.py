"""Buys one job's labels: decides with the ledger, records the purchase, sends the request once, and records the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from groundctl.app.ledger_writer import LedgerWriter
from groundctl.domain.canonical_json import digest_of, parse_json_object
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.artifacts import Artifact
from groundctl.domain.jobs.clip_index import ClipIndex
from groundctl.domain.jobs.creation import (
    Accepted,
    CreateResponse,
    NotSent,
    Rejected,
    Result,
    Throttled,
    Verdict,
    classify,
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
from groundctl.domain.jobs.ledger.look import NOT_LOOKED, Look, look_at, void_evidence
from groundctl.domain.jobs.ledger.purchases import SIGNING_TIME, LedgerPurchase
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
from groundctl.domain.jobs.observed import AwsResponse, observed_job
from groundctl.domain.jobs.request import DesiredJob
from groundctl.domain.planning.new_job import purchase_of_clips
from groundctl.domain.planning.purchase_reasons import reason_against
from groundctl.domain.planning.settling import is_still_due
from groundctl.domain.planning.wanted import Wanted, purchase_record
from groundctl.errors import ExternalError
from groundctl.ports import Clock, LabelingJobs, ObjectStore

# How long to look for a job that AWS may have accepted before its outcome counts as unknown.
LOOK_FOR_SECONDS = 60
THROTTLE_TRIES = 8
# How many times other writers of the ledger may come first. Each of them has then bought something.
MAX_DECISIONS = 60
_NO_CLIPS = ClipIndex()
EXISTED = "it already existed, created from the same declaration"

Begin = Callable[[Step], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A recorded attempt: its request may be sent until the record's time is over."""

    id: RecordId
    purchase: RecordId
    request: AwsResponse
    signed_until: datetime
    cost: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrder:
    """A purchase as a plan reviewed it, with where it comes from."""

    wanted: Wanted
    plan_digest: str
    pull_request: int | None = None
    provenance: Artifact | None = None


class Buyer:
    """Buys jobs one after the other, each by the state of the ledger at that moment."""

    def __init__(
        self, *, jobs: LabelingJobs, objects: ObjectStore, clock: Clock, writer: LedgerWriter, policy: Policy
    ) -> None:
        self._jobs = jobs
        self._objects = objects
        self._clock = clock
        self._writer = writer
        self._policy = policy
        self._sent: set[RecordId] = set()

    def write_due(self, due: tuple[IndexedRecord, ...]) -> None:
        """Write the records that a plan counted with, unless another run has."""
        while due := tuple(record for record in due if is_still_due(record[0], self._writer.purchases)):
            # The ledger is opened by an entry of its own, before all others.
            first = due[:1] if not self._writer.log.end else due
            if self._writer.append(*first) is not None:
                due = due[len(first) :]

    def buy(self, order: PurchaseOrder, begin: Begin) -> Verdict:
        """Buy what the ledger allows of an order; begin hears of each step first."""
        begin(Step.RECORDING)
        look: Look = NOT_LOOKED
        try:
            self._writer.read_on()
            for _ in range(MAX_DECISIONS):
                decision = self._decide(order, look)
                if isinstance(decision, LookFirst):
                    described = self._jobs.describe(order.wanted.declaration.spec.name)
                    look = _seen(described)
                    continue
                done = self._carry_out(order, decision, look, begin)
                if done is not None:
                    break
                look = NOT_LOOKED  # the ledger has changed since, and the job may have come into being
            else:
                return _held("other runs write the purchase ledger all the time", "run apply again")
        except ExternalError as error:
            return Verdict(
                result=Result.FAILED, evidence=f"no create request was sent: {error.message}", hint=error.hint
            )
        return done if isinstance(done, Verdict) else self._send(done, begin)

    def _decide(self, order: PurchaseOrder, look: Look) -> Decision | RerunUnknown:
        purchase, ledger = order.wanted.purchase, self._writer.purchases
        rerun = order.wanted.declaration.spec.rerun_of
        if purchase.rerun_of is not None and rerun is not None:
            found = find_rerun(rerun.job, purchase.job, ledger)
            if isinstance(found, RerunUnknown):
                return found
            # A purchase of the same plan has a number only now; any other has the number that was reviewed.
            if not order.wanted.repeats_planned and found.id != purchase.rerun_of:
                return RerunUnfounded(rerun_of=purchase.rerun_of, purchase=found)
            purchase = replace(purchase, rerun_of=found.id)
        pinned = order.wanted.infrastructure.ledger_id
        unsent = self._writer.arrived_late - self._sent
        return decide_purchase(purchase, ledger, pinned=pinned, look=look, unsent=unsent)

    def _carry_out(
        self, order: PurchaseOrder, decision: Decision | RerunUnknown, look: Look, begin: Begin
    ) -> Verdict | Attempt | None:
        """Do what a decision asks for; None if the ledger has changed, and a new decision is due."""
        match decision:
            case Buy():
                return self._record(order, decision, begin)
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
            case LookFirst():
                raise AssertionError("the job was looked up")
            case _:
                reason = reason_against(order.wanted, decision, end=self._writer.purchases.end)
                return _held(reason.message, reason.hint)

    def _record(self, order: PurchaseOrder, decision: Buy, begin: Begin) -> Verdict | Attempt | None:
        """Write the job's files, then its purchase."""
        clips = order.wanted.purchase.clips
        left = order.wanted.without(clips.named(clips.distinct - decision.clips.distinct))
        assert left is not None  # noqa: S101 - the decision leaves a clip
        left = replace(
            left, purchase=replace(left.purchase, rerun_of=decision.repeated.purchase.id if decision.repeated else None)
        )
        desired = left.compiled()
        begin(Step.WRITING_FILES)
        if obstacle := self._upload(desired):
            return obstacle
        if order.provenance:
            # The provenance of an earlier attempt stays, because it was reviewed first.
            self._objects.put_if_absent(order.provenance.uri, order.provenance.content, order.provenance.media_type)
        begin(Step.RECORDING)
        cost = purchase_of_clips(left.declaration, desired, left.input, self._policy).cost
        record = self._purchase_record(order, left, desired, cost)
        number = self._writer.append((record, left.purchase.clips.index()))
        if number is None:
            return None
        place = RecordId(entry=number)
        until = record.signed_until
        return Attempt(id=place, purchase=place, request=desired.request, signed_until=until, cost=cost)

    def _purchase_record(
        self, order: PurchaseOrder, left: Wanted, desired: DesiredJob, cost: Estimate | None
    ) -> PurchaseRecord:
        return purchase_record(
            left,
            desired,
            usd=cost.high if cost else None,
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
        cost = None if spec.is_streaming else estimate(spec, record.clips, self._policy)
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

    def _send(self, attempt: Attempt, begin: Begin) -> Verdict:
        """Send the request once, look at the job, and record what became of it."""
        self._sent.add(attempt.id)
        responses = self._responses(attempt, begin)
        answer = responses[-1]
        described: AwsResponse | None = None
        look: Look = NOT_LOOKED
        failed: ExternalError | None = None
        if not isinstance(answer, Rejected | NotSent):
            try:
                described = self._look_for(attempt.request["LabelingJobName"], answer)
                look = _seen(described)
            except ExternalError as error:
                failed = error
        unrecorded = self._record_result(attempt, responses, look)
        verdict = _unseen(answer, failed) if failed else classify(answer, attempt.request, described)
        return replace(verdict, evidence=f"{verdict.evidence}{unrecorded}", cost=attempt.cost)

    def _responses(self, attempt: Attempt, begin: Begin) -> list[CreateResponse]:
        """Send the create call; retry it only after a throttle, which created nothing."""
        responses: list[CreateResponse] = []
        for tried in range(THROTTLE_TRIES):
            begin(Step.SENDING_CREATE)
            answer = self._jobs.create_once(attempt.request, signed_until=attempt.signed_until)
            responses.append(answer)
            if isinstance(answer, Accepted):
                begin(Step.ACCEPTED)
            if not isinstance(answer, Throttled) or tried == THROTTLE_TRIES - 1:
                break
            begin(Step.THROTTLED)
            self._clock.sleep(min(0.5 * 2**tried, 20))
        return responses

    def _look_for(self, name: str, answer: CreateResponse) -> AwsResponse | None:
        """Describe the job; retry if AWS may have accepted it, because reads can lag behind the create."""
        patience = 0 if isinstance(answer, Throttled) else LOOK_FOR_SECONDS
        waited, pause = 0.0, 1.0
        while (described := self._jobs.describe(name)) is None and waited < patience:
            self._clock.sleep(pause)
            waited, pause = waited + pause, min(pause * 2, 10)
        return described

    def _record_result(self, attempt: Attempt, responses: list[CreateResponse], look: Look) -> str:
        """Write what became of an attempt; return what to tell a person if that fails, which a later run makes up for."""
        try:
            while True:
                bought = self._writer.purchases.by_id.get(attempt.purchase)
                if bought is None:
                    return f"; the purchase ledger does not say so: entry {attempt.purchase.entry} cannot be read now"
                record = self._result_of(attempt, bought, responses, look)
                if record is None or self._writer.append((record, _NO_CLIPS)) is not None:
                    return ""
        except ExternalError as error:
            return f"; the purchase ledger does not say so yet: {error.message}"

    def _result_of(
        self, attempt: Attempt, bought: LedgerPurchase, responses: list[CreateResponse], look: Look
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
        record.declaration_digest == order.wanted.purchase.declaration_digest
    )
    return Verdict(result=Result.EXISTED, evidence=EXISTED, arn=arn) if is_same else name_belongs_to_another_job(arn)


def _seen(described: AwsResponse | None) -> Look:
    return look_at(observed_job(described) if described else None)


def _held(evidence: str, hint: str) -> Verdict:
    return Verdict(result=Result.HELD, evidence=evidence, hint=hint)


def _unseen(answer: CreateResponse, error: ExternalError) -> Verdict:
    said = "accepted" if isinstance(answer, Accepted) else "sent"
    return Verdict(
        result=Result.UNKNOWN,
        evidence=f"the request was {said}, but the job could not be looked up: {error.message}",
        hint=error.hint,
        arn=answer.arn if isinstance(answer, Accepted) else None,
    )
