"""Applies a plan: buys each new job through the purchase ledger, stops jobs, and determines each outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import assert_never

from groundctl.app.apply_log import ApplyLog
from groundctl.app.approval.tip import TipGuard
from groundctl.app.purchase import Buyer, PurchaseOrder
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
    """Apply the changes of a log one after the other; a job that fails does not stop the next one.

    The log is written before and after each act, so it is true at any moment, and the caller reads it however the run
    ends. due are the records that the plan counted with, and that the ledger does not have yet. held maps the changes that
    must not be applied to the reason. send_refused allows requests that AWS has refused before. guard says whether this
    run may still act. asking returns the run and the pull request of a job; they are stored beside the job's manifest, so
    that its progress can be reported on that pull request.
    """
    buyer.write_due(due)
    digest = plan.digest
    for change in log.changes:
        verdict = _verdict_before(change, held or {}, guard, send_refused=send_refused)
        if verdict is None:
            match change:
                case Create():
                    order = _order(change, digest, asking(change) if asking else None)
                    verdict = buyer.buy(order, partial(log.begin, change.key))
                case Stop():
                    verdict = _stop(change, jobs, log, may_stop=may_stop)
                case _:
                    assert_never(change)
        log.finish(change.key, verdict)
        yield Outcome(name=change.name, path=change.path, verdict=verdict)


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


def _stop(change: Stop, jobs: LabelingJobs, log: ApplyLog, *, may_stop: bool) -> Verdict:
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
