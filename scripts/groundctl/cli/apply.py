"""groundctl apply: create the labeling jobs that do not exist yet, each once."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from groundctl.app.apply import apply
from groundctl.app.plan import PlanningResult, plan_again
from groundctl.app.validate import Validated
from groundctl.cli.planning import plan_checkout
from groundctl.composition import SystemClock, first_fault, open_checkout, read_json
from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.jobs.creation import Outcome
from groundctl.domain.planning.approval import IRREVERSIBLE, find_unapproved, is_as_written, same_target
from groundctl.domain.planning.plan import Action
from groundctl.errors import UsageError
from groundctl.presentation.escape import for_json
from groundctl.presentation.machine.outcomes_json import applied_json
from groundctl.presentation.terminal.outcomes import applied_text
from groundctl.presentation.terminal.progress_bar import progress

if TYPE_CHECKING:
    from groundctl.cli.ci.reporter import PullRequestReporter


@dataclass(frozen=True)
class Agreed:
    """What may go ahead: why the rest is held, and which pull request brought each job."""

    held: Mapping[JobKey, str] = field(default_factory=dict)
    source_pull_requests: Mapping[JobKey, int] = field(default_factory=dict)


def run(options: Namespace) -> int:
    """Plan anew, create what may be created, and print each outcome; exit 1 if a person is needed."""
    reviewed = _reviewed(options.plan) if options.plan else None
    reporter = _reporter(options)
    planned = plan_checkout(options)
    if isinstance(planned, Validated):
        return 1
    agreed = _agreed(planned, reviewed, reporter, options)
    outcomes: list[Outcome] = []
    try:
        outcomes.extend(_apply(planned, agreed, reporter, options))
    finally:
        # Whatever ends the run, what was done is told: it cannot be undone.
        _print(planned, outcomes, options.format)
        told = _tell(reporter, planned, outcomes, options) if reporter and options.report else 0
        if reporter:
            # The next job asks for a person's approval only where there is something to stop.
            reporter.run.give({"stop": str(_left(planned, agreed, Action.STOP)), "told": str(not told).lower()})
    return told or int(planned.plan.requires_attention or any(outcome.result.needs_attention for outcome in outcomes))


def _print(planned: PlanningResult, outcomes: Sequence[Outcome], form: str) -> None:
    if form == "json":
        print(for_json(applied_json(planned.plan, outcomes)))
    else:
        print(applied_text(planned.plan, outcomes, planned.validated.policy))


def _apply(
    planned: PlanningResult, agreed: Agreed, reporter: PullRequestReporter | None, options: Namespace
) -> Iterator[Outcome]:
    wanted = {Action(options.only)} if options.only else set(IRREVERSIBLE)
    todo = [change for change in planned.plan.changes if change.action in wanted]
    steps = apply(
        todo,
        jobs=planned.account.jobs,
        objects=planned.account.objects,
        clock=SystemClock(),
        held=agreed.held,
        may_stop=options.allow_stop,
        asking=reporter.asking(agreed.source_pull_requests) if reporter else None,
    )
    return progress(steps, total=len(todo), doing="creating labeling jobs")


def _tell(
    reporter: PullRequestReporter, planned: PlanningResult, outcomes: Sequence[Outcome], options: Namespace
) -> int:
    """Look at AWS once more, and tell the pull requests what has become of their jobs."""
    from groundctl.cli.ci.report import publish_all

    # Another job of this run has reported how its creates ended, which AWS does not know.
    return publish_all(reporter, plan_again(planned), outcomes, check=True, only_outcomes=options.only == "stop")


def _left(planned: PlanningResult, agreed: Agreed, action: Action) -> int:
    return sum(change.key not in agreed.held for change in planned.plan.with_action(action))


def _reporter(options: Namespace) -> PullRequestReporter | None:
    if not (options.reviewed or options.report):
        return None
    from groundctl.cli.ci.reporter import open_reporter

    return open_reporter()


def _agreed(
    planned: PlanningResult, reviewed: dict[str, Any] | None, reporter: PullRequestReporter | None, options: Namespace
) -> Agreed:
    if reporter and options.reviewed:
        found = reporter.review(planned)
        return Agreed(held=found.held, source_pull_requests=found.source_pull_requests)
    if reviewed is None:
        return Agreed()
    if not same_target(planned.plan, reviewed):
        target = planned.account.infrastructure.target
        message = f"{options.plan} was made for another place than {target}"
        raise UsageError(message, hint="plan again with this infrastructure")
    return Agreed(held=find_unapproved(planned.plan, [reviewed]))


def _reviewed(file: str) -> dict[str, Any]:
    plan = read_json(file, "--plan", "groundctl plan --out FILE")
    if fault := first_fault(open_checkout(), "plan", plan):
        message = f"{file} is no plan: {fault.pointer or '/'} {fault.message}"
        raise UsageError(message, hint="write it with `groundctl plan --out FILE`")
    if not is_as_written(plan):
        raise UsageError(
            f"{file} was changed after it was written", hint="write it anew with `groundctl plan --out FILE`"
        )
    return dict(plan)
