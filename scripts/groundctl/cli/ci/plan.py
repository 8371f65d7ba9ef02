"""groundctl ci plan: plan in a workflow, for a pull request or after its merge."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from groundctl.app.plan import PlanningResult
from groundctl.app.publish import CommentRequest, PullRequestReporter, Render
from groundctl.app.validate import Validated, refusals
from groundctl.cli.ci.reporter import open_reporter, print_published, review_plan, summarize
from groundctl.cli.options import Command, InfrastructureFile, Option
from groundctl.cli.planning import plan_checkout
from groundctl.composition import (
    is_asked_by_person,
    open_checkout,
    open_run_context,
    open_workflow_run,
    read_json,
    write_text,
)
from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.planning.plan import Action
from groundctl.domain.tracking.comment_marker import Stage
from groundctl.domain.tracking.pull_request import Check
from groundctl.domain.tracking.refused_before import refused_before
from groundctl.domain.tracking.run_context import RunContext, made_for
from groundctl.domain.tracking.terraform_plan import TerraformPlanSummary, parse_terraform_plan
from groundctl.errors import GroundctlError, UsageError
from groundctl.exit_codes import ExitCode
from groundctl.presentation.machine.plan_json import plan_json
from groundctl.presentation.markdown.check_run import annotations_of, failure_check, plan_check, problems_check
from groundctl.presentation.markdown.comment import Footer
from groundctl.presentation.markdown.plan_comment import plan_comment
from groundctl.presentation.markdown.problems_comment import failure_comment, problems_comment
from groundctl.presentation.terminal.plan import plan_text


@dataclass(frozen=True, slots=True, kw_only=True)
class CiPlanOptions:
    """The options of `groundctl ci plan`."""

    out: Annotated[str | None, Option("--out", "also write the plan to this file as JSON", metavar="FILE")] = None
    terraform: Annotated[
        str | None,
        Option(
            "--terraform",
            "include the infrastructure changes that `groundctl ci terraform plan --out FILE` wrote",
            metavar="FILE",
        ),
    ] = None
    reviewed: Annotated[
        bool,
        Option(
            "--reviewed",
            "after the merge: report nothing; count for the next jobs what the plans of the merged pull requests, or"
            " GROUNDCTL_APPROVE, cover, and exit 0 even if changes need attention",
        ),
    ] = False
    infrastructure: InfrastructureFile = None

    def __post_init__(self) -> None:
        """Reject --terraform with --reviewed, which would ignore it."""
        if self.terraform and self.reviewed:
            raise UsageError(
                "--terraform has no effect with --reviewed, which reports nothing", hint="leave out --terraform"
            )


def run(options: CiPlanOptions) -> ExitCode:
    """Print the plan, report it on the pull request, and count its changes for the next jobs of the workflow."""
    return _count_reviewed(options) if options.reviewed else _report_plan(options)


def _report_plan(options: CiPlanOptions) -> ExitCode:
    try:
        return _plan_and_report(options)
    except GroundctlError as error:
        # The author of the pull request reads the comment, not the log.
        _report_failure(error)
        raise


def _plan_and_report(options: CiPlanOptions) -> ExitCode:
    planned = plan_checkout(options.infrastructure)
    if isinstance(planned, Validated):
        return max(_report_problems(planned), ExitCode.PROBLEMS)
    # The plan is written and printed first: it must not be lost if GitHub cannot be reached.
    if options.out:
        write_text(options.out, plan_json(planned.plan, made_for=_made_for(open_run_context())))
    print(plan_text(planned.plan, planned.validated.policy))
    reporter = open_reporter()
    code = _report(reporter, planned, options)
    _count(planned, held=())
    return code or (ExitCode.PROBLEMS if planned.plan.requires_attention else ExitCode.OK)


def _count_reviewed(options: CiPlanOptions) -> ExitCode:
    planned = plan_checkout(options.infrastructure)
    if isinstance(planned, Validated):
        return ExitCode.PROBLEMS
    if options.out:
        write_text(options.out, plan_json(planned.plan))
    print(plan_text(planned.plan, planned.validated.policy))
    reporter = open_reporter()
    refused = {} if is_asked_by_person() else refused_before(planned.plan)
    _count(planned, held={**refused, **review_plan(reporter, planned).held})
    return ExitCode.OK


def _report(reporter: PullRequestReporter, planned: PlanningResult, options: CiPlanOptions) -> ExitCode:
    """Report the plan on the pull request."""
    plan, policy = planned.plan, planned.validated.policy
    terraform, footer = _terraform_plan(options.terraform), Footer(run=reporter.run, plan_digest=plan.digest)
    remarks = annotations_of([*planned.validated.problems, *refusals(open_checkout(), plan)])
    return _publish(
        reporter,
        lambda limit: plan_comment(plan, policy, footer=footer, terraform=terraform, limit=limit),
        plan_check(plan, policy, footer=footer, terraform=terraform, annotations=remarks),
    )


def _report_problems(validated: Validated) -> ExitCode:
    reporter = open_reporter()
    footer, problems, files = Footer(run=reporter.run), validated.problems, validated.files
    return _publish(
        reporter,
        lambda limit: problems_comment(problems, files, footer=footer, limit=limit),
        problems_check(problems, files, footer=footer),
    )


def _report_failure(error: GroundctlError) -> None:
    reporter = open_reporter()
    footer = Footer(run=reporter.run)
    _publish(
        reporter,
        lambda _: failure_comment(error.message, error.hint, footer=footer),
        failure_check(error.message, error.hint, footer=footer),
    )


def _publish(reporter: PullRequestReporter, render: Render, check: Check) -> ExitCode:
    """Publish the same report as comment, check, and summary; fail if the comment or the check cannot be set."""
    published = reporter.publish_comment(
        CommentRequest(pull_request=_number(reporter.run), stage=Stage.PLANNED, render=render)
    )
    checked = reporter.publish_check("groundctl plan", check)
    print_published([published], checked)
    summarize(render, [published])
    return ExitCode.EXTERNAL_FAILURE if published.error or checked.error else ExitCode.OK


def _count(planned: PlanningResult, *, held: Collection[JobKey]) -> None:
    """Output the number of changes for the next jobs of the workflow, so that an approval is requested only if needed."""
    counted = {
        str(action): str(sum(change.key not in held for change in planned.plan.with_action(action)))
        for action in (Action.CREATE, Action.STOP)
    }
    open_workflow_run().set_outputs(counted)


def _made_for(run: RunContext) -> dict[str, str | int | None]:
    _number(run)
    return made_for(run)


def _number(run: RunContext) -> int:
    if run.pull_request is None:
        raise UsageError(
            "this workflow run belongs to no pull request",
            hint="run it in a workflow on pull_request, or use --reviewed",
        )
    return run.pull_request


def _terraform_plan(file: str | None) -> TerraformPlanSummary | None:
    if file is None:
        return None
    return parse_terraform_plan(read_json(file, "--terraform", "groundctl ci terraform plan --out FILE"))


COMMAND = Command(
    description="Plan in a workflow. For a pull request, report the plan in a comment, a check, and a commit status."
    " After the merge, with --reviewed, count what may go ahead. Either way, the outputs `create` and `stop` hold the"
    " number of changes.",
    examples=(
        "groundctl ci plan --out plan.json --terraform .build/terraform.json",
        "groundctl ci plan --reviewed --out plan.json",
    ),
    options=CiPlanOptions,
    run=run,
)
