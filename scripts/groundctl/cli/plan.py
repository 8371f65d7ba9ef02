"""groundctl plan: what apply would do, in people and money. Reads; changes nothing but its own comment and check."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundctl.app.validate import Validated, refusals
from groundctl.cli.planning import PlanningResult, create_plan
from groundctl.composition import in_a_workflow, open_run_context, open_workflow_run, read_json
from groundctl.domain.planning.plan import Action
from groundctl.domain.tracking.terraform_plan import TerraformPlanSummary, parse_terraform_plan
from groundctl.errors import GroundctlError, UsageError
from groundctl.presentation.terminal.plan import plan_json, plan_markdown, plan_text

if TYPE_CHECKING:
    from groundctl.app.publish import PullRequestReporter, Render
    from groundctl.domain.tracking.pull_request import Check
    from groundctl.domain.tracking.run_context import RunContext

SOMETHING_TO_CREATE = 4


def run(options: Namespace) -> int:
    """Print the plan; exit 1 if something in it needs a person first."""
    try:
        return _run(options)
    except GroundctlError as error:
        # Whoever waits for the plan looks at the pull request, not into a log.
        if options.report:
            _report_failure(error)
        raise


def _run(options: Namespace) -> int:
    planned = create_plan(options)
    if isinstance(planned, Validated):
        code = _report_problems(planned) if options.report else 0
        return max(code, 1)
    plan, policy = planned.plan, planned.validated.policy
    if options.out:
        _write(options.out, plan_json(plan, made_for=_made_for() if options.report else None))
    match options.format:
        case "json":
            print(plan_json(plan))
        case "markdown":
            print(plan_markdown(plan, policy), end="")
        case _:
            print(plan_text(plan, policy))
    code = _report(planned, options) if options.report else 0
    if in_a_workflow():
        _hand_on(planned, reviewed=options.reviewed)
    if code or options.exit_zero:
        return code
    if plan.fails:
        return 1
    return SOMETHING_TO_CREATE if options.detailed_exitcode and plan.with_action(Action.CREATE) else 0


def _report(planned: PlanningResult, options: Namespace) -> int:
    """Say on the pull request what would happen; 3 if it cannot be said."""
    from groundctl.cli.ci.reporter import open_reporter
    from groundctl.presentation.markdown.check_run import annotations_of, plan_check
    from groundctl.presentation.markdown.comment import Footer
    from groundctl.presentation.markdown.plan_comment import plan_words

    reporter, plan, policy = open_reporter(), planned.plan, planned.validated.policy
    ground, footer = _ground(options.terraform), Footer(run=reporter.run, plan_digest=plan.digest)
    remarks = annotations_of([*planned.validated.problems, *refusals(planned.checkout, plan)])
    return _publish(
        reporter,
        lambda limit: plan_words(plan, policy, footer=footer, ground=ground, limit=limit),
        plan_check(plan, policy, footer=footer, ground=ground, annotations=remarks),
    )


def _report_problems(validated: Validated) -> int:
    from groundctl.cli.ci.reporter import open_reporter
    from groundctl.presentation.markdown.check_run import problems_check
    from groundctl.presentation.markdown.comment import Footer
    from groundctl.presentation.markdown.problems_comment import problems_words

    reporter = open_reporter()
    footer, problems, files = Footer(run=reporter.run), validated.problems, validated.files
    return _publish(
        reporter,
        lambda limit: problems_words(problems, files, footer=footer, limit=limit),
        problems_check(problems, files, footer=footer),
    )


def _report_failure(error: GroundctlError) -> None:
    from groundctl.cli.ci.reporter import open_reporter
    from groundctl.presentation.markdown.check_run import failure_check
    from groundctl.presentation.markdown.comment import Footer
    from groundctl.presentation.markdown.problems_comment import failure_words

    reporter = open_reporter()
    footer = Footer(run=reporter.run)
    _publish(
        reporter,
        lambda _: failure_words(error.message, error.hint, footer=footer),
        failure_check(error.message, error.hint, footer=footer),
    )


def _publish(reporter: PullRequestReporter, render: Render, check: Check) -> int:
    """Publish the same report as comment, check, and summary; return 3 if the comment or the check cannot be set."""
    from groundctl.app.publish import CommentRequest
    from groundctl.cli.ci.reporter import WORLD_FAILED, print_published, summarize
    from groundctl.domain.tracking.comment_marker import Stage

    published = reporter.publish_comment(
        CommentRequest(pull_request=_number(reporter.run), stage=Stage.PLANNED, render=render)
    )
    checked = reporter.publish_check("groundctl plan", check)
    print_published([published], checked)
    summarize(render, [published])
    return WORLD_FAILED if published.error or checked.error else 0


def _hand_on(planned: PlanningResult, *, reviewed: bool) -> None:
    """Tell the next jobs of a workflow how much there is to do, so that nobody is asked to approve nothing."""
    from groundctl.cli.ci.reporter import open_reporter, review_plan

    held = review_plan(open_reporter(), planned).held if reviewed else {}
    counted = {
        str(action): str(sum(change.key not in held for change in planned.plan.with_action(action)))
        for action in (Action.CREATE, Action.STOP)
    }
    open_workflow_run().set_outputs(counted)


def _made_for() -> dict[str, Any]:
    from groundctl.domain.tracking.run_context import made_for

    run = open_run_context()
    _number(run)
    return made_for(run)


def _number(run: RunContext) -> int:
    if run.pull_request is None:
        raise UsageError(
            "this run is about no pull request", hint="use --report in a workflow that runs on pull_request"
        )
    return run.pull_request


def _ground(file: str | None) -> TerraformPlanSummary | None:
    if file is None:
        return None
    return parse_terraform_plan(read_json(file, "--terraform", "groundctl terraform plan --out FILE"))


def _write(file: str, content: str) -> None:
    try:
        Path(file).write_text(content + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}", hint="check the path given as --out") from error
