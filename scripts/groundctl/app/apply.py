"""Applies a plan: buys each new job through the purchase ledger, stops jobs, and determines each outcome."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby

from groundctl.app.apply_log import ApplyLog
from groundctl.app.approval.tip import TipGuard
from groundctl.app.hands.executor import Executor
from groundctl.app.hands.orders import Asked, PurchaseOrder
from groundctl.app.hands.sending import Attempt, Sent
from groundctl.app.purchase import Buyer
from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.jobs.artifacts import Artifact
from groundctl.domain.jobs.creation import Hold, Outcome, Result, Verdict
from groundctl.domain.jobs.interruption import Step
from groundctl.domain.jobs.ledger.entries import IndexedRecord
from groundctl.domain.jobs.ledger.refusals import refusal_hint
from groundctl.domain.jobs.observed import JobFingerprint
from groundctl.domain.jobs.stopping import classify_stop
from groundctl.domain.planning.plan import Change, Create, Plan, Stop, refusal_before
from groundctl.domain.planning.wording import refusal_text
from groundctl.domain.tracking.provenance import provenance_json, provenance_uri
from groundctl.domain.tracking.run_context import RunContext
from groundctl.errors import ExternalError, UnclearFromAws
from groundctl.ports import LabelingJobs

# Returns the run and the pull request of a job.
Asking = Callable[[Change], RunContext]


def apply(
    plan: Plan,
    log: ApplyLog,
    *,
    buyer: Buyer,
    jobs: LabelingJobs,
    due: tuple[IndexedRecord, ...] = (),
    held: Mapping[JobKey, Hold] | None = None,
    may_stop: bool = False,
    send_refused: bool = True,
    asking: Asking | None = None,
    guard: TipGuard | None = None,
) -> Iterator[Outcome]:
    """Apply the changes of a log in its order, creates by several hands; a job that fails does not stop the next one.

    The log is true at any moment, and the caller reads it however the run ends. due are the records that the plan counted
    with and the ledger lacks. held maps changes that must not be applied to the reason. send_refused allows requests that
    AWS has refused before. guard says whether this run may still act. asking returns the run and the pull request of a
    job, which are stored beside its manifest.
    """

    def before(change: Create | Stop) -> Verdict | None:
        return _verdict_before(change, held or {}, guard, send_refused=send_refused)

    digest = plan.digest

    def order(change: Create) -> PurchaseOrder:
        return _order(change, digest, asking(change) if asking else None)

    try:
        buyer.write_due(due)
        for is_create, changes in groupby(log.changes, lambda change: isinstance(change, Create)):
            if is_create:
                creates = [change for change in changes if isinstance(change, Create)]
                yield from _in_order(creates, _create_all(creates, log, buyer, before, order))
            else:
                stops = (change for change in changes if isinstance(change, Stop))
                yield from _stop_all(stops, log, before, partial(_stop, jobs=jobs, log=log, may_stop=may_stop))
    finally:
        log.close()


def _stop_all(
    stops: Iterable[Stop], log: ApplyLog, before: Callable[[Stop], Verdict | None], stop: Callable[[Stop], Verdict]
) -> Iterator[Outcome]:
    for change in stops:
        verdict = before(change) or stop(change)
        log.finish(change.key, verdict)
        yield _outcome(change, verdict)


def _create_all(
    creates: Sequence[Create],
    log: ApplyLog,
    buyer: Buyer,
    before: Callable[[Create], Verdict | None],
    order: Callable[[Create], PurchaseOrder],
) -> Iterator[tuple[Create, Verdict]]:
    """Buy jobs: decisions and entries of the ledger one after the other, and requests by several hands meanwhile."""
    waiting = deque(creates)
    executor: Executor[tuple[Create, Sent]] = Executor(buyer.hands)
    # Some requests are always ready to be sent, but no more than the hands send soon.
    most_ready = buyer.hands * 2 if buyer.hands > 1 else 0

    def send(change: Create, attempt: Attempt) -> tuple[Create, Sent]:
        return change, buyer.send(attempt, partial(log.begin, change.key))

    try:
        while waiting or executor.busy:
            if waiting and executor.busy <= most_ready:
                for change, done in _record_next(waiting, log, buyer, before, order):
                    if isinstance(done, Verdict):
                        log.finish(change.key, done)
                        yield change, done
                    else:
                        executor.give(partial(send, change, done))
            sent = executor.take(wait=not waiting or executor.busy > most_ready)
            verdicts = buyer.conclude([each for _, each in sent]) if sent else []
            for (change, _), verdict in zip(sent, verdicts, strict=True):
                log.finish(change.key, verdict)
                yield change, verdict
    finally:
        executor.close()


def _record_next(
    waiting: deque[Create],
    log: ApplyLog,
    buyer: Buyer,
    before: Callable[[Create], Verdict | None],
    order: Callable[[Create], PurchaseOrder],
) -> Iterator[tuple[Create, Verdict | Attempt]]:
    """Record the purchases of the next creates, as many as there are hands."""
    asked: list[tuple[Create, Asked]] = []
    while waiting and len(asked) < buyer.hands:
        change = waiting.popleft()
        if (verdict := before(change)) is not None:
            yield change, verdict
        else:
            asked.append((change, Asked(order(change), partial(log.begin, change.key))))
    done = buyer.record([each for _, each in asked]) if asked else []
    yield from zip((change for change, _ in asked), done, strict=True)


def _in_order(creates: Sequence[Create], done: Iterable[tuple[Create, Verdict]]) -> Iterator[Outcome]:
    """Yield outcomes in the order of the changes, each as soon as those before it are there."""
    verdicts: dict[JobKey, Verdict] = {}
    left = deque(creates)
    for change, verdict in done:
        verdicts[change.key] = verdict
        while left and left[0].key in verdicts:
            first = left.popleft()
            yield _outcome(first, verdicts[first.key])


def _outcome(change: Create | Stop, verdict: Verdict) -> Outcome:
    return Outcome(name=change.name, path=change.path, verdict=verdict)


def _verdict_before(
    change: Create | Stop, held: Mapping[JobKey, Hold], guard: TipGuard | None, *, send_refused: bool
) -> Verdict | None:
    """Return the verdict on a change that is not carried out; None if it may be."""
    if hold := held.get(change.key):
        return Verdict(result=Result.HELD, evidence=hold.reason, hint=hold.hint)
    if not send_refused and (refusal := refusal_before(change)):
        return Verdict(result=Result.HELD, evidence=refusal_text(refusal), hint=refusal_hint(refusal))
    if guard is None:
        return None
    # Before a create the branch is asked at the last moment, by JobsAtTip.
    obstacle = guard.obstacle if isinstance(change, Create) else guard.ask()
    return obstacle.verdict if obstacle else None


def _order(change: Create, plan_digest: str, run: RunContext | None) -> PurchaseOrder:
    wanted = change.purchase.wanted
    if wanted is None:
        raise AssertionError("a plan that did not read the ledger is never applied")
    return PurchaseOrder(
        wanted=wanted,
        plan_digest=plan_digest,
        usd=change.purchase.cost.high if change.purchase.cost else None,
        pull_request=run.pull_request if run else None,
        provenance=_provenance(change, run) if run else None,
    )


def _provenance(change: Create, run: RunContext) -> Artifact:
    desired = change.purchase.desired
    fingerprint = JobFingerprint(
        bucket=desired.artifact_bucket,
        name=desired.name,
        declaration=change.job.declaration_digest,
        input=desired.input_digest,
    )
    return Artifact(provenance_uri(fingerprint), provenance_json(change, run), "application/json")


def _stop(change: Stop, *, jobs: LabelingJobs, log: ApplyLog, may_stop: bool) -> Verdict:
    """Ask AWS to stop a job; if AWS does not agree, look at the job before anything is said."""
    if not may_stop:
        return Verdict(
            result=Result.HELD,
            evidence="stopping is permanent and was not allowed in this run",
            hint="run the same command again with --allow-stop",
        )
    log.begin(change.key, Step.SENDING_STOP)
    try:
        jobs.stop(change.name)
    except ExternalError as error:
        return _look_at_stop(change, jobs, error)
    return Verdict(result=Result.STOPPING, evidence="AWS was asked to stop it; labels made so far are kept")


def _look_at_stop(change: Stop, jobs: LabelingJobs, error: ExternalError) -> Verdict:
    try:
        described = jobs.describe(change.name)
    except ExternalError:
        described = None
    return classify_stop(error.message, error.hint, described, unclear=isinstance(error, UnclearFromAws))
