"""groundctl plan: what apply would do, in people and money. Reads; changes nothing but its own comment and check."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundctl.app.plan import PlanningResult
from groundctl.app.validate import Validated, refusals
from groundctl.cli.planning import plan_checkout
from groundctl.composition import in_a_workflow, open_checkout, open_workflow_run, read_json
from groundctl.domain.planning.plan import Action
from groundctl.domain.tracking.terraform_plan import TerraformPlanSummary, parse_terraform_plan
from groundctl.errors import GroundctlError, UsageError
from groundctl.presentation.machine.plan_json import plan_json
from groundctl.presentation.markdown.plan_comment import plan_markdown
from groundctl.presentation.terminal.plan import plan_text

if TYPE_CHECKING:
    from groundctl.cli.ci.reporter import PullRequestReporter, Write
    from groundctl.domain.tracking.pull_request import Check

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
    planned = plan_checkout(options)
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
    if plan.requires_attention:
        return 1
    return SOMETHING_TO_CREATE if options.detailed_exitcode and plan.with_action(Action.CREATE) else 0


def _report(planned: PlanningResult, options: Namespace) -> int:
    """Say on the pull request what would happen; 3 if it cannot be said."""
    from groundctl.cli.ci.reporter import open_reporter
    from groundctl.presentation.markdown.check_run import annotations_of, plan_check
    from groundctl.presentation.markdown.plan_comment import plan_words

    reporter, plan, policy = open_reporter(), planned.plan, planned.validated.policy
    ground, footer = _ground(options.terraform), reporter.footer(plan.digest)
    remarks = annotations_of([*planned.validated.problems, *refusals(open_checkout(), plan)])
    return _say(
        reporter,
        lambda limit: plan_words(plan, policy, footer=footer, ground=ground, limit=limit),
        plan_check(plan, policy, footer=footer, ground=ground, annotations=remarks),
    )


def _report_problems(validated: Validated) -> int:
    from groundctl.cli.ci.reporter import open_reporter
    from groundctl.presentation.markdown.check_run import problems_check
    from groundctl.presentation.markdown.problems_comment import problems_words

    reporter = open_reporter()
    footer, problems, files = reporter.footer(), validated.problems, validated.files
    return _say(
        reporter,
        lambda limit: problems_words(problems, files, footer=footer, limit=limit),
        problems_check(problems, files, footer=footer),
    )


def _report_failure(error: GroundctlError) -> None:
    from groundctl.cli.ci.reporter import open_reporter
    from groundctl.presentation.markdown.check_run import failure_check
    from groundctl.presentation.markdown.problems_comment import failure_words

    reporter = open_reporter()
    footer = reporter.footer()
    _say(
        reporter,
        lambda _: failure_words(error.message, error.hint, footer=footer),
        failure_check(error.message, error.hint, footer=footer),
    )


def _say(reporter: PullRequestReporter, write: Write, check: Check) -> int:
    """Put the same into comment, check and summary; 3 if comment or check cannot be put."""
    from groundctl.cli.ci.reporter import WORLD_FAILED
    from groundctl.domain.tracking.comment_marker import Stage

    delivered = reporter.comment(_number(), Stage.PLANNED, write)
    checked = reporter.check("groundctl plan", check)
    reporter.summarize(write, [delivered])
    return WORLD_FAILED if delivered.why or not checked else 0


def _hand_on(planned: PlanningResult, *, reviewed: bool) -> None:
    """Tell the next jobs of a workflow how much there is to do, so that nobody is asked to approve nothing."""
    from groundctl.cli.ci.reporter import open_reporter

    held = open_reporter().review(planned).held if reviewed else {}
    counted = {
        str(action): str(sum(change.key not in held for change in planned.plan.with_action(action)))
        for action in (Action.CREATE, Action.STOP)
    }
    open_workflow_run().give(counted)


def _made_for() -> dict[str, Any]:
    run = open_workflow_run()
    return {
        "repository": run.repository,
        "pull_request": _number(),
        "commit": run.head,
        "run": run.id,
        "attempt": run.attempt,
    }


def _number() -> int:
    number = open_workflow_run().pull_request
    if number is None:
        raise UsageError("this run is about no pull request", hint="use --report in a workflow on pull_request")
    return number


def _ground(file: str | None) -> TerraformPlanSummary | None:
    if file is None:
        return None
    return parse_terraform_plan(read_json(file, "--terraform", "groundctl terraform plan --out FILE"))


def _write(file: str, content: str) -> None:
    try:
        Path(file).write_text(content + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}", hint="check the path given as --out") from error
