"""Buying in tests: a ledger that is open, and a plan's changes carried out through it."""

from __future__ import annotations

from collections.abc import Mapping

from groundctl.app.apply import Asking, apply
from groundctl.app.apply_log import ApplyLog
from groundctl.app.approval.tip import JobsAtTip, TipGuard
from groundctl.app.hands.orders import Asked, PurchaseOrder
from groundctl.app.ledger_writer import LedgerWriter
from groundctl.app.purchase import Buyer
from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.creation import Hold, Outcome, Verdict
from groundctl.domain.jobs.interruption import Step
from groundctl.domain.jobs.ledger.records import Author
from groundctl.domain.planning.plan import Change, Plan
from groundctl.ports import Clock, LabelingJobs, Ledger, ObjectStore
from support.builders import POLICY, a_declaration, a_plan
from support.fake_objects import FakeObjects
from support.fakes import FakeClock, FakeJobs
from support.ledger import an_open_ledger


def a_buyer(
    *,
    jobs: LabelingJobs,
    objects: ObjectStore | None = None,
    clock: Clock | None = None,
    ledger: Ledger | None = None,
    policy: Policy = POLICY,
    by: Author | None = None,
    hands: int = 1,
) -> Buyer:
    kept = ledger or an_open_ledger()
    writer = LedgerWriter(kept, kept.read(), by or Author(person="ada"))
    return Buyer(
        jobs=jobs,
        objects=objects or FakeObjects(),
        clock=clock or FakeClock(),
        writer=writer,
        policy=policy,
        hands=hands,
    )


def buy_one(buyer: Buyer, order: PurchaseOrder) -> Verdict:
    """Buy one job with a buyer, which may have bought others before."""

    def begin(step: Step) -> None:
        """Write down nothing."""

    [done] = buyer.record([Asked(order, begin)])
    if isinstance(done, Verdict):
        return done
    [verdict] = buyer.conclude([buyer.send(done, begin)])
    return verdict


def carry_out(
    plan: Plan,
    changes: tuple[Change, ...] | None = None,
    *,
    jobs: LabelingJobs | None = None,
    objects: ObjectStore | None = None,
    clock: Clock | None = None,
    ledger: Ledger | None = None,
    log: ApplyLog | None = None,
    held: Mapping[JobKey, Hold] | None = None,
    may_stop: bool = False,
    send_refused: bool = True,
    asking: Asking | None = None,
    guard: TipGuard | None = None,
    policy: Policy = POLICY,
    by: Author | None = None,
    hands: int = 1,
) -> list[Outcome]:
    """Apply a plan, or some of its changes, with fakes for what is not given."""
    doing = jobs or FakeJobs()
    doing = JobsAtTip(doing, guard) if guard else doing
    kept = ledger or an_open_ledger()
    return list(
        apply(
            plan,
            log or ApplyLog(plan.changes if changes is None else changes),
            buyer=a_buyer(jobs=doing, objects=objects, clock=clock, ledger=kept, policy=policy, by=by, hands=hands),
            jobs=doing,
            held=held,
            may_stop=may_stop,
            send_refused=send_refused,
            asking=asking,
            guard=guard,
        )
    )


def buy(
    declaration: Declaration | None = None,
    *,
    jobs: LabelingJobs,
    objects: ObjectStore | None = None,
    clock: Clock | None = None,
    ledger: Ledger | None = None,
) -> Verdict:
    """Buy one job that is planned with an empty ledger."""
    plan = a_plan(declaration or a_declaration())
    [outcome] = carry_out(plan, jobs=jobs, objects=objects, clock=clock, ledger=ledger)
    return outcome.verdict
