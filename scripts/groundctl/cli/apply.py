"""groundctl apply: create the labeling jobs that do not exist yet, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from groundctl.app.apply import apply
from groundctl.app.plan import PlanningResult
from groundctl.app.validate import Validated
from groundctl.cli.options import Command, InfrastructureFile, Option
from groundctl.cli.planning import plan_checkout
from groundctl.composition import SystemClock, first_fault, open_checkout, read_json
from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.jobs.creation import Outcome
from groundctl.domain.planning.approval import IRREVERSIBLE, find_unapproved, is_as_written, same_target
from groundctl.domain.planning.plan import Action, Change
from groundctl.domain.tracking.run_context import RunContext
from groundctl.errors import UsageError
from groundctl.exit_codes import ExitCode
from groundctl.presentation.escape import for_json
from groundctl.presentation.machine.outcomes_json import applied_json
from groundctl.presentation.terminal.outcomes import applied_text
from groundctl.presentation.terminal.progress_bar import progress


class Step(StrEnum):
    """A kind of change that apply makes."""

    CREATE = "create"
    STOP = "stop"


class OutcomeFormat(StrEnum):
    """How outcomes are printed."""

    TEXT = "text"
    JSON = "json"


OnlyStep = Annotated[Step | None, Option("--only", "only create jobs, or only stop jobs; by default both")]
AllowStop = Annotated[
    bool, Option("--allow-stop", "also stop running jobs declared with `state: stopped`; this cannot be undone")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOptions:
    """The options of `groundctl apply`."""

    plan: Annotated[
        str | None, Option("--plan", "do only what this file from `groundctl plan --out` covers", metavar="FILE")
    ] = None
    only: OnlyStep = None
    allow_stop: AllowStop = False
    format: Annotated[
        OutcomeFormat, Option("--format", "text: one line for each job (default); json: for programs")
    ] = OutcomeFormat.TEXT
    infrastructure: InfrastructureFile = None


@dataclass(frozen=True)
class Agreed:
    """What is approved: why other changes are held, and the source pull request of each job."""

    held: Mapping[JobKey, str] = field(default_factory=dict)
    source_pull_requests: Mapping[JobKey, int] = field(default_factory=dict)


def run(options: ApplyOptions) -> ExitCode:
    """Plan again, create what is approved, and print each outcome; exit 1 if something needs attention."""
    reviewed = _reviewed(options.plan) if options.plan else None
    planned = plan_checkout(options.infrastructure)
    if isinstance(planned, Validated):
        return ExitCode.PROBLEMS
    agreed = _agreed(planned, reviewed, options.plan)
    outcomes: list[Outcome] = []
    try:
        outcomes.extend(apply_changes(planned, agreed, only=options.only, allow_stop=options.allow_stop))
    finally:
        # However the run ends, print what was done, because it cannot be undone.
        _print(planned, outcomes, options.format)
    return exit_code(planned, outcomes)


def apply_changes(
    planned: PlanningResult,
    agreed: Agreed,
    *,
    only: Step | None,
    allow_stop: bool,
    asking: Callable[[Change], RunContext] | None = None,
) -> Iterator[Outcome]:
    """Make the approved irreversible changes of a plan."""
    wanted = {Action(only)} if only else set(IRREVERSIBLE)
    todo = [change for change in planned.plan.changes if change.action in wanted]
    steps = apply(
        todo,
        jobs=planned.account.jobs,
        objects=planned.account.objects,
        clock=SystemClock(),
        held=agreed.held,
        may_stop=allow_stop,
        asking=asking,
    )
    return progress(steps, total=len(todo), doing="creating labeling jobs")


def exit_code(planned: PlanningResult, outcomes: Sequence[Outcome]) -> ExitCode:
    """Return whether anything in a plan or its outcomes needs attention."""
    needs_attention = planned.plan.requires_attention or any(outcome.result.needs_attention for outcome in outcomes)
    return ExitCode.PROBLEMS if needs_attention else ExitCode.OK


def _print(planned: PlanningResult, outcomes: Sequence[Outcome], form: OutcomeFormat) -> None:
    if form is OutcomeFormat.JSON:
        print(for_json(applied_json(planned.plan, outcomes)))
    else:
        print(applied_text(planned.plan, outcomes, planned.validated.policy))


def _agreed(planned: PlanningResult, reviewed: dict[str, Any] | None, file: str | None) -> Agreed:
    if reviewed is None:
        return Agreed()
    if not same_target(planned.plan, reviewed):
        target = planned.account.infrastructure.target
        message = f"{file} was made for a different target than {target}"
        raise UsageError(message, hint="plan again with this infrastructure")
    return Agreed(held=find_unapproved(planned.plan, [reviewed]))


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
    " be undone. With --plan, nothing is done that the plan does not cover.",
    examples=(
        "groundctl apply --plan plan.json",
        "groundctl apply --only stop --allow-stop",
    ),
    options=ApplyOptions,
    run=run,
)
