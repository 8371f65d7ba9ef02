"""groundctl ci apply: create or stop jobs in a workflow, if a plan of a merged pull request covers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundctl.app.approval.archive import Archive
from groundctl.app.approval.review import Review
from groundctl.app.plan import PlanningResult, plan_again
from groundctl.app.publish import PullRequestReporter
from groundctl.app.validate import Validated
from groundctl.cli.apply import (
    Agreed,
    AllowStop,
    OnlyStep,
    Step,
    carry_out,
    changes_to_make,
    exit_code,
    print_outcomes,
)
from groundctl.cli.ci.report import publish_all
from groundctl.cli.ci.reporter import open_reporter
from groundctl.cli.ci.reviewing import (
    count_free,
    leave_undone,
    open_archive,
    open_guard,
    protected_environments,
    review_plan,
)
from groundctl.cli.main import report_error
from groundctl.cli.options import Command, InfrastructureFile
from groundctl.cli.planning import places_in, plan_checkout
from groundctl.composition import is_asked_by_person, open_workflow_run
from groundctl.domain.jobs.creation import Outcome
from groundctl.domain.planning.plan import Action
from groundctl.errors import ExternalError
from groundctl.exit_codes import ExitCode
from groundctl.presentation.terminal.outcomes import applied_text


@dataclass(frozen=True, slots=True, kw_only=True)
class CiApplyOptions:
    """The options of `groundctl ci apply`."""

    only: OnlyStep = None
    allow_stop: AllowStop = False
    infrastructure: InfrastructureFile = None


def run(options: CiApplyOptions) -> ExitCode:
    """Plan again, create what was approved, and report each outcome; exit 1 if something needs attention."""
    reporter, guard = open_reporter(), open_guard()
    tip = guard.look()
    if not tip.is_current:
        open_workflow_run().set_outputs({"stop": "0"})
        return leave_undone(tip)
    listed = plan_checkout(options.infrastructure)
    if isinstance(listed, Validated):
        return ExitCode.PROBLEMS
    entered = protected_environments().stop if options.only is Step.STOP else protected_environments().apply
    archive = open_archive(listed)
    planned, reviewed, _ = review_plan(listed, archive, entered=entered)
    agreed = Agreed(held=reviewed.held, guard=guard)
    published = ExitCode.EXTERNAL_FAILURE
    places = places_in(planned.plan)  # now, because the report of an interrupted run reads nothing

    def report(outcomes: Sequence[Outcome]) -> None:
        nonlocal published
        policy = planned.validated.policy
        print_outcomes(applied_text(planned.plan, outcomes, policy, places, arrived=reviewed.arrived))
        published = _publish(reporter, planned, outcomes, options, archive=archive, before=reviewed)
        # The next job requests an approval only if there is something to stop.
        stops = count_free(planned.plan, Action.STOP, agreed.held)
        open_workflow_run().set_outputs({"stop": str(stops), "reported": str(not published).lower()})

    outcomes = carry_out(
        planned,
        agreed,
        changes_to_make(planned, options.only),
        only=options.only,
        allow_stop=options.allow_stop,
        report=report,
        send_refused=is_asked_by_person(),
        asking=lambda change: reporter.run.for_pull_request(reviewed.source_pull_requests.get(change.key)),
    )
    return published or exit_code(planned, outcomes)


def _publish(
    reporter: PullRequestReporter,
    planned: PlanningResult,
    outcomes: Sequence[Outcome],
    options: CiApplyOptions,
    *,
    archive: Archive,
    before: Review,
) -> ExitCode:
    """Read the jobs again, and report their current state on the pull requests."""
    # Another job of this run has reported the outcomes of its creates, which AWS does not record.
    only_outcomes = options.only is Step.STOP
    try:
        return publish_all(
            reporter,
            plan_again(planned),
            outcomes,
            check=True,
            only_outcomes=only_outcomes,
            archive=archive,
            before=before,
        )
    except ExternalError as error:
        # The log of the run has the outcomes, and a later run reports the jobs from what AWS says.
        report_error(error)
        return ExitCode.EXTERNAL_FAILURE


COMMAND = Command(
    description="Create or stop labeling jobs in a workflow, and report each outcome on the pull request that asked for"
    " it. Nothing is done that no approved plan covers, unless a second person let this run in for the plan named by"
    " GROUNDCTL_APPROVE, and nothing if the default branch has moved on.",
    examples=(
        "groundctl ci apply --only create",
        "groundctl ci apply --only stop --allow-stop",
    ),
    options=CiApplyOptions,
    run=run,
)
