"""groundctl apply: create the labeling jobs that do not exist yet, each once."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from groundctl.app.plan import apply, observe, plan
from groundctl.app.validate import Validated
from groundctl.cli.planning import PlanningResult, create_plan
from groundctl.composition import SystemClock, first_fault, open_checkout, open_workflow_run, read_json
from groundctl.domain.jobs.creation import Outcome
from groundctl.domain.planning.approval import IRREVERSIBLE, find_unapproved, is_as_written, same_target
from groundctl.domain.planning.plan import Action
from groundctl.errors import UsageError
from groundctl.presentation.escape import for_json
from groundctl.presentation.terminal.outcomes import applied_json, applied_text
from groundctl.presentation.terminal.progress_bar import progress

if TYPE_CHECKING:
    from groundctl.app.publish import PullRequestReporter
    from groundctl.domain.planning.plan import Change
    from groundctl.domain.tracking.run_context import RunContext


@dataclass(frozen=True)
class Agreed:
    """What may go ahead: why the rest is held, and which pull request brought each job."""

    held: Mapping[str, str] = field(default_factory=dict)
    source_pull_requests: Mapping[str, int] = field(default_factory=dict)


def run(options: Namespace) -> int:
    """Plan anew, create what may be created, and print each outcome; exit 1 if a person is needed."""
    reviewed = _reviewed(options.plan) if options.plan else None
    reporter = _reporter(options)
    planned = create_plan(options)
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
            open_workflow_run().set_outputs(
                {"stop": str(_left(planned, agreed, Action.STOP)), "told": str(not told).lower()}
            )
    return told or int(planned.plan.fails or any(outcome.result.needs_attention for outcome in outcomes))


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
        jobs=planned.aws.jobs,
        objects=planned.aws.objects,
        clock=SystemClock(),
        held=agreed.held,
        may_stop=options.allow_stop,
        asking=_runs(reporter, agreed) if reporter else None,
    )
    return progress(steps, total=len(todo), doing="creating labeling jobs")


def _runs(reporter: PullRequestReporter, agreed: Agreed) -> Callable[[Change], RunContext]:
    """Return the run as each job's provenance records it: for the pull request that declared the job."""
    return lambda change: reporter.run.for_pull_request(agreed.source_pull_requests.get(change.key))


def _tell(
    reporter: PullRequestReporter, planned: PlanningResult, outcomes: Sequence[Outcome], options: Namespace
) -> int:
    """Look at AWS once more, and tell the pull requests what has become of their jobs."""
    from groundctl.cli.ci.report import publish_all

    validated, aws = planned.validated, planned.aws
    now = plan(
        validated.declarations,
        planned.infrastructure,
        validated.policy,
        observed=observe(aws.jobs),
        jobs=aws.jobs,
        objects=aws.objects,
    )
    # Another job of this run has told how its creates ended, which AWS does not know.
    return publish_all(reporter, replace(planned, plan=now), outcomes, check=True, only_outcomes=options.only == "stop")


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
        from groundctl.cli.ci.reporter import review_plan

        found = review_plan(reporter, planned)
        return Agreed(held=found.held, source_pull_requests=found.source_pull_requests)
    if reviewed is None:
        return Agreed()
    if not same_target(planned.plan, reviewed):
        target = planned.infrastructure.target
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
