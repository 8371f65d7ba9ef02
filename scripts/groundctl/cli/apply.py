"""groundctl apply: create the labeling jobs that do not exist yet, each once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from groundctl.app.apply import apply
from groundctl.app.apply_log import ApplyLog
from groundctl.app.approval.tip import JobsAtTip, TipGuard
from groundctl.app.concurrency import MAX_CONCURRENCY
from groundctl.app.ledger_writer import LedgerWriter
from groundctl.app.plan import PlanningResult
from groundctl.app.purchase import Buyer
from groundctl.app.validate import Validated
from groundctl.cli.consent import ask_for_yes
from groundctl.cli.options import Command, EnvironmentName, Given, InfrastructureFile, Option
from groundctl.cli.planning import places_in, plan_checkout
from groundctl.cli.streams import output_is_lost, screen
from groundctl.composition import (
    SystemClock,
    first_fault,
    is_interactive,
    open_author,
    open_checkout,
    open_interruptions,
    read_json,
)
from groundctl.domain.approval.coverage import IRREVERSIBLE, find_unapproved, is_as_written, same_target
from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.declarations.diagnostics import Places
from groundctl.domain.jobs.creation import Hold, Outcome
from groundctl.domain.planning.plan import Action, Change, Stop
from groundctl.domain.planning.planner import in_order_of_purchase
from groundctl.domain.tracking.run_context import RunContext
from groundctl.errors import UsageError
from groundctl.exit_codes import ExitCode
from groundctl.ports import LabelingJobs
from groundctl.presentation.escape import for_json
from groundctl.presentation.machine.outcomes_json import applied_json
from groundctl.presentation.terminal.consent import consent_question
from groundctl.presentation.terminal.outcomes import applied_text
from groundctl.presentation.terminal.plan import plan_text
from groundctl.presentation.terminal.progress_bar import progress


class Step(StrEnum):
    """A kind of change that apply makes."""

    CREATE = "create"
    STOP = "stop"


class OutcomeFormat(StrEnum):
    """How outcomes are printed."""

    TEXT = "text"
    JSON = "json"


WAYS_OUT = (
    "review a plan and apply it: `groundctl plan --out plan.json`, then `groundctl apply --plan plan.json`;"
    " or run apply at a terminal; or give --auto-approve to create whatever is planned"
)
NOTHING_WAS_DONE = "The answer was not `yes`. Nothing was created or stopped: AWS was not asked to change anything."

OnlyStep = Annotated[Step | None, Option("--only", "only create jobs, or only stop jobs; by default both")]
AllowStop = Annotated[
    bool,
    Option(
        "--allow-stop",
        "also stop running jobs declared with `state: stopped`; this cannot be undone; not with --only create",
        excludes=(Given("only", (Step.CREATE,)),),
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOptions:
    """The options of `groundctl apply`."""

    plan: Annotated[
        str | None,
        Option(
            "--plan",
            "do only what this file from `groundctl plan --out` covers; not with --auto-approve",
            metavar="FILE",
            excludes=(Given("auto_approve"),),
        ),
    ] = None
    auto_approve: Annotated[
        bool, Option("--auto-approve", "do not ask: create whatever a plan made now contains, which costs money")
    ] = False
    only: OnlyStep = None
    allow_stop: AllowStop = False
    format: Annotated[
        OutcomeFormat,
        Option(
            "--format",
            "text: for the terminal (default); json: for programs; json only with --plan or --auto-approve",
            value_needs=((OutcomeFormat.JSON, (Given("plan"), Given("auto_approve"))),),
        ),
    ] = OutcomeFormat.TEXT
    environment: EnvironmentName = None
    infrastructure: InfrastructureFile = None


@dataclass(frozen=True)
class Agreed:
    """What is approved: why other changes are held, and what else the change must wait for."""

    held: Mapping[JobKey, Hold] = field(default_factory=dict)
    guard: TipGuard | None = None


def run(options: ApplyOptions) -> ExitCode:
    """Plan, ask for consent if the options do not give it, create, and print each outcome; exit 1 if something needs attention."""
    _check_consent(options)
    reviewed = _reviewed(options.plan) if options.plan else None
    planned = plan_checkout(options.infrastructure, environment=options.environment)
    if isinstance(planned, Validated):
        return ExitCode.PROBLEMS
    agreed = _agreed(planned, reviewed, options.plan)
    changes = changes_to_make(planned, options.only)
    # Looked up before anything is done: the report of an interrupted run reads nothing.
    places = places_in(planned.plan)
    if not (options.plan or options.auto_approve):
        refused = _ask(planned, changes, options, places)
        if refused is not None:
            return refused
    outcomes = carry_out(
        planned,
        agreed,
        changes,
        only=options.only,
        allow_stop=options.allow_stop,
        report=lambda outcomes: _print(planned, outcomes, options.format, places),
    )
    return exit_code(planned, outcomes)


def changes_to_make(planned: PlanningResult, only: Step | None) -> tuple[Change, ...]:
    """Select the irreversible changes of a plan, or one kind of them."""
    wanted = {Action(only)} if only else set(IRREVERSIBLE)
    return in_order_of_purchase(change for change in planned.plan.changes if change.action in wanted)


def carry_out(
    planned: PlanningResult,
    agreed: Agreed,
    changes: Sequence[Change],
    *,
    only: Step | None,
    allow_stop: bool,
    report: Callable[[Sequence[Outcome]], None],
    send_refused: bool = True,
    asking: Callable[[Change], RunContext] | None = None,
) -> Sequence[Outcome]:
    """Make irreversible changes of a plan, as far as they are agreed; whatever ends the run, every outcome is reported."""
    log, account = ApplyLog(changes), planned.account
    jobs = JobsAtTip(account.jobs, agreed.guard) if agreed.guard else account.jobs
    steps = apply(
        planned.plan,
        log,
        buyer=_open_buyer(planned, jobs),
        jobs=jobs,
        due=() if only is Step.STOP else planned.due,  # the role that stops jobs may not write to the ledger
        held=agreed.held,
        may_stop=allow_stop,
        send_refused=send_refused,
        asking=asking,
        guard=agreed.guard,
    )
    with open_interruptions() as interruptions:
        try:
            try:
                for _ in progress(steps, total=len(changes), doing="applying the plan"):
                    interruptions.check()
            finally:
                interruptions.hold()
        finally:
            # In a block of its own: a signal that comes just before the hold does not keep the report from being made.
            # Hands that still work must not begin anything after it.
            log.close()
            report(log.outcomes)
    return log.outcomes


def _open_buyer(planned: PlanningResult, jobs: LabelingJobs) -> Buyer:
    account = planned.account
    return Buyer(
        jobs=jobs,
        objects=account.objects,
        clock=SystemClock(),
        writer=LedgerWriter(account.ledger, account.log, open_author()),
        policy=planned.validated.policy,
        hands=MAX_CONCURRENCY,
    )


def exit_code(planned: PlanningResult, outcomes: Sequence[Outcome]) -> ExitCode:
    """Return whether anything in a plan or its outcomes needs attention."""
    needs_attention = planned.plan.requires_attention or any(outcome.result.needs_attention for outcome in outcomes)
    return ExitCode.PROBLEMS if needs_attention else ExitCode.OK


def print_outcomes(text: str) -> None:
    """Print what was done, on standard error if nothing takes the output: it cannot be undone."""
    try:
        print(text, flush=True)
    finally:
        if output_is_lost():
            print(text, file=sys.stderr)


def _print(planned: PlanningResult, outcomes: Sequence[Outcome], form: OutcomeFormat, places: Places) -> None:
    if form is OutcomeFormat.JSON:
        print_outcomes(for_json(applied_json(planned.plan, outcomes)))
    else:
        print_outcomes(applied_text(planned.plan, outcomes, planned.validated.policy, places, screen()))


def _check_consent(options: ApplyOptions) -> None:
    """Refuse to run without consent if there is no terminal to ask on."""
    if not (options.plan or options.auto_approve) and not is_interactive():
        raise UsageError("apply asks before it creates anything, and there is no terminal to ask at", hint=WAYS_OUT)


def _ask(planned: PlanningResult, changes: Sequence[Change], options: ApplyOptions, places: Places) -> ExitCode | None:
    """Show the plan and ask for a yes; give the exit code if the answer is anything else."""
    asked = [change for change in changes if options.allow_stop or not isinstance(change, Stop)]
    if not asked:
        return None
    return ask_for_yes(
        plan_text(planned.plan, planned.validated.policy, places, screen()),
        consent_question(planned.plan, asked, screen()),
        otherwise=NOTHING_WAS_DONE,
    )


def _agreed(planned: PlanningResult, reviewed: dict[str, Any] | None, file: str | None) -> Agreed:
    if reviewed is None:
        return Agreed()
    if not same_target(planned.plan, reviewed):
        target = planned.account.infrastructure.target
        message = f"{file} was made for a different target than {target}"
        raise UsageError(message, hint="plan again with this infrastructure")
    return Agreed(held=find_unapproved(planned.plan, reviewed))


def _reviewed(file: str) -> dict[str, Any]:
    plan = read_json(file, "--plan", "groundctl plan --out FILE")
    if fault := first_fault(open_checkout(), "plan", plan):
        message = f"{file} is not a plan: {fault.pointer or '/'} {fault.message}"
        raise UsageError(message, hint="write it with `groundctl plan --out FILE`")
    if not is_as_written(plan):
        raise UsageError(
            f"{file} was changed after it was written", hint="write it again with `groundctl plan --out FILE`"
        )
    return dict(plan)


COMMAND = Command(
    description="Create the labeling jobs that do not exist yet, each once. Creating a job starts paid work and cannot"
    " be undone. With --plan, nothing is done that the plan does not cover. Without it, a terminal shows the plan and"
    " asks for `yes`; without a terminal, apply needs --plan or --auto-approve.",
    examples=(
        "groundctl apply",
        "groundctl apply --plan plan.json",
        "groundctl apply --plan plan.json --only stop --allow-stop",
    ),
    options=ApplyOptions,
    run=run,
)
