"""groundctl plan: what apply would do, in people and money. Reads; changes nothing."""

from argparse import Namespace
from pathlib import Path

from groundctl.commands.planning import plan_now
from groundctl.core.change import Action
from groundctl.errors import UsageError
from groundctl.render.plan import plan_json, plan_markdown, plan_text

SOMETHING_TO_CREATE = 4


def run(options: Namespace) -> int:
    """Print the plan; exit 1 if something in it needs a person first."""
    planned = plan_now(options)
    if planned is None:
        return 1
    plan, policy = planned.plan, planned.validated.policy
    if options.out:
        _write(options.out, plan_json(plan))
    match options.format:
        case "json":
            print(plan_json(plan))
        case "markdown":
            print(plan_markdown(plan, policy), end="")
        case _:
            print(plan_text(plan, policy))
    if plan.fails:
        return 1
    return SOMETHING_TO_CREATE if options.detailed_exitcode and plan.with_action(Action.CREATE) else 0


def _write(file: str, content: str) -> None:
    try:
        Path(file).write_text(content + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}", hint="check the path given as --out") from error
