"""groundctl plan: what apply would do, in people and money. Reads; changes nothing but its own comment and check."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundctl.checking import Validated, refusals
from groundctl.commands.planning import Planned, plan_now
from groundctl.core.change import Action
from groundctl.core.ground import GroundPlan, parse_ground
from groundctl.errors import GroundctlError, UsageError
from groundctl.render.plan import plan_json, plan_markdown, plan_text
from groundctl.wiring import in_a_workflow, open_workflow_run, read_json

if TYPE_CHECKING:
    from groundctl.commands.telling import Reporter, Write
    from groundctl.core.pull_request import Check

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
    planned = plan_now(options)
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


def _report(planned: Planned, options: Namespace) -> int:
    """Say on the pull request what would happen; 3 if it cannot be said."""
    from groundctl.commands.telling import open_reporter
    from groundctl.render.check import annotations_of, plan_check
    from groundctl.render.comment_plan import plan_words

    reporter, plan, policy = open_reporter(), planned.plan, planned.validated.policy
    ground, foot = _ground(options.terraform), reporter.foot(plan.digest)
    remarks = annotations_of([*planned.validated.problems, *refusals(planned.checkout, plan)])
    return _say(
        reporter,
        lambda limit: plan_words(plan, policy, foot=foot, ground=ground, limit=limit),
        plan_check(plan, policy, foot=foot, ground=ground, annotations=remarks),
    )


def _report_problems(validated: Validated) -> int:
    from groundctl.commands.telling import open_reporter
    from groundctl.render.check import problems_check
    from groundctl.render.comment_problems import problems_words

    reporter = open_reporter()
    foot, problems, files = reporter.foot(), validated.problems, validated.files
    return _say(
        reporter,
        lambda limit: problems_words(problems, files, foot=foot, limit=limit),
        problems_check(problems, files, foot=foot),
    )


def _report_failure(error: GroundctlError) -> None:
    from groundctl.commands.telling import open_reporter
    from groundctl.render.check import failure_check
    from groundctl.render.comment_problems import failure_words

    reporter = open_reporter()
    foot = reporter.foot()
    _say(
        reporter,
        lambda _: failure_words(error.message, error.hint, foot=foot),
        failure_check(error.message, error.hint, foot=foot),
    )


def _say(reporter: Reporter, write: Write, check: Check) -> int:
    """Put the same into comment, check and summary; 3 if comment or check cannot be put."""
    from groundctl.commands.telling import WORLD_FAILED
    from groundctl.core.stamp import Stage

    delivered = reporter.comment(_number(), Stage.PLANNED, write)
    checked = reporter.check("groundctl plan", check)
    reporter.summarize(write, [delivered])
    return WORLD_FAILED if delivered.why or not checked else 0


def _hand_on(planned: Planned, *, reviewed: bool) -> None:
    """Tell the next jobs of a workflow how much there is to do, so that nobody is asked to approve nothing."""
    from groundctl.commands.telling import open_reporter

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


def _ground(file: str | None) -> GroundPlan | None:
    if file is None:
        return None
    return parse_ground(read_json(file, "--terraform", "groundctl terraform plan --out FILE"))


def _write(file: str, content: str) -> None:
    try:
        Path(file).write_text(content + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}", hint="check the path given as --out") from error
