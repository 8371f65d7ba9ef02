"""Plans a pull request in main's own workflow: records the plan, and reports it on the pull request."""

from __future__ import annotations

from dataclasses import replace

from groundctl.app.approval.recording import record_clips
from groundctl.app.approval.standing import Proposal, find_standing, own_plan, touched_names, within_limits
from groundctl.app.environments import find_added_environments
from groundctl.app.plan import PlanningResult
from groundctl.app.publish import CommentRequest, PullRequestReporter, Render
from groundctl.app.refusal_places import find_refusal_places
from groundctl.app.validate import Validated
from groundctl.cli.ci.reporter import open_reporter, print_published, summarize
from groundctl.cli.ci.reviewing import open_archive
from groundctl.cli.planning import plan_checkout
from groundctl.composition import (
    chosen_name,
    open_checkout,
    open_history,
    open_recorded_plans,
    open_run_context,
    open_workflow_run,
    write_text,
)
from groundctl.domain.approval.recorded_plan import PlanName
from groundctl.domain.approval.standing import Standing
from groundctl.domain.declarations.diagnostics import Places
from groundctl.domain.planning.plan import Plan
from groundctl.domain.tracking.comment_marker import Stage
from groundctl.domain.tracking.pull_request import Check
from groundctl.domain.tracking.run_context import RunContext, made_for
from groundctl.errors import GroundctlError, UsageError
from groundctl.exit_codes import ExitCode
from groundctl.ports import RecordedPlans, Repository
from groundctl.presentation.machine.plan_json import plan_json
from groundctl.presentation.markdown.check_run import annotations_of, failure_check, plan_check, problems_check
from groundctl.presentation.markdown.comment import Footer
from groundctl.presentation.markdown.doctor import with_set_up
from groundctl.presentation.markdown.plan_comment import plan_comment
from groundctl.presentation.markdown.problems_comment import failure_comment, problems_comment
from groundctl.presentation.terminal.plan import plan_text


def record_plan(
    *, checkout: str | None, infrastructure: str | None, out: str | None = None, set_up: str = ""
) -> ExitCode:
    """Plan the declarations of a pull request's checkout, record the plan, and report it on the pull request.

    set_up is the section of the comment on what was found wrong with the set-up; empty if there is nothing.
    """
    try:
        proposed = open_checkout(checkout)
        planned = plan_checkout(infrastructure, proposed=proposed)
        if isinstance(planned, Validated):
            return max(_report_problems(planned, set_up), ExitCode.PROBLEMS)
        # The plan is printed and recorded first: it must not be lost if GitHub cannot be reached.
        print(plan_text(planned.plan, planned.validated.policy, find_refusal_places(proposed, planned.plan)))
        return _record_and_report(planned, proposed, out, set_up)
    except GroundctlError as error:
        # The author of the pull request reads the comment, not the log.
        _report_failure(error, set_up)
        raise


def _record_and_report(planned: PlanningResult, proposed: Repository, out: str | None, set_up: str) -> ExitCode:
    reporter, number = open_reporter(), _number(open_run_context())
    recorded = open_recorded_plans(planned.account.infrastructure)
    earlier = recorded.list(number, reporter.run.head_commit)
    history = open_history(proposed)
    proposal = Proposal(
        number=number,
        planned=planned,
        # The event names the base as it was at the last push; the test merge may be with a newer one.
        changed=history.changed_since(
            history.base_of_merge(reporter.run.head_commit) or open_workflow_run().base_commit
        ),
        earlier=earlier,
    )
    proposal = within_limits(proposal)
    content = _record(proposal, reporter.run, recorded)
    if out:
        write_text(out, content)
    standing = replace(
        find_standing(proposal, open_archive(proposal.planned, proposed)),
        added_environments=find_added_environments(open_checkout(), proposed, chosen_name()),
    )
    own = own_plan(proposal)
    report = _plan_report(reporter, proposal.planned, own, standing, find_refusal_places(proposed, own))
    code = _publish(reporter, *report, set_up)
    needs_attention = own.requires_attention or standing.beyond_approval is not None
    return code or (ExitCode.PROBLEMS if needs_attention else ExitCode.OK)


def _record(proposal: Proposal, run: RunContext, recorded: RecordedPlans) -> str:
    """Write the clips of every create and what S3 says of them, then the plan that names both."""
    plan = proposal.planned.plan
    names = record_clips(plan, proposal.planned.heads, recorded)
    content = plan_json(
        plan, made_for=made_for(run), clips=names.clips, objects=names.objects, touches=touched_names(proposal)
    )
    name = PlanName(pull_request=_number(run), head=run.head_commit, run_id=run.run_id, attempt=run.attempt)
    recorded.write(name, content.encode())
    return content


def _plan_report(
    reporter: PullRequestReporter, planned: PlanningResult, plan: Plan, standing: Standing, places: Places
) -> tuple[Render, Check]:
    """Write a plan, or the part of it that concerns the pull request, as its comment and its check."""
    policy = planned.validated.policy
    footer = Footer(run=reporter.run, plan_digest=planned.plan.digest)
    remarks = annotations_of([*planned.validated.problems, *places.problems])
    return (
        lambda limit: plan_comment(plan, policy, footer=footer, standing=standing, places=places, limit=limit),
        plan_check(plan, policy, footer=footer, standing=standing, places=places, annotations=remarks),
    )


def _report_problems(validated: Validated, set_up: str) -> ExitCode:
    reporter = open_reporter()
    footer, problems, files = Footer(run=reporter.run), validated.problems, validated.files
    return _publish(
        reporter,
        lambda limit: problems_comment(problems, files, footer=footer, limit=limit),
        problems_check(problems, files, footer=footer),
        set_up,
    )


def _report_failure(error: GroundctlError, set_up: str) -> None:
    reporter = open_reporter()
    footer = Footer(run=reporter.run)
    _publish(
        reporter,
        lambda _: failure_comment(error.message, error.hint, footer=footer),
        failure_check(error.message, error.hint, footer=footer),
        set_up,
    )


def _publish(reporter: PullRequestReporter, report: Render, check: Check, set_up: str) -> ExitCode:
    """Publish the same report as comment, check, and summary; fail if the comment or the check cannot be set."""
    render = with_set_up(report, set_up)
    published = reporter.publish_comment(
        CommentRequest(pull_request=_number(reporter.run), stage=Stage.PLANNED, render=render)
    )
    checked = reporter.publish_check("groundctl plan", check)
    print_published([published], checked)
    summarize(render, [published])
    return ExitCode.EXTERNAL_FAILURE if published.error or checked.error else ExitCode.OK


def _number(run: RunContext) -> int:
    if run.pull_request is None:
        raise UsageError(
            "this workflow run belongs to no pull request",
            hint="run it in a workflow on pull_request, or use --reviewed",
        )
    return run.pull_request
