"""groundctl plan: show what apply would do and what it would cost. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from groundctl.app.validate import Validated
from groundctl.cli.options import Command, EnvironmentName, InfrastructureFile, Option
from groundctl.cli.planning import places_in, plan_checkout
from groundctl.cli.streams import screen
from groundctl.composition import write_text
from groundctl.domain.declarations.diagnostics import in_reading_order
from groundctl.exit_codes import ExitCode
from groundctl.presentation.diagnostic_formats import DiagnosticFormat, write_diagnostics
from groundctl.presentation.machine.plan_json import plan_json
from groundctl.presentation.markdown.plan_comment import plan_markdown
from groundctl.presentation.terminal.plan import plan_text


class PlanFormat(StrEnum):
    """How a plan is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    GITHUB = "github"
    SARIF = "sarif"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """The options of `groundctl plan`."""

    out: Annotated[
        str | None, Option("--out", "also write the plan to this file as JSON, for apply --plan", metavar="FILE")
    ] = None
    format: Annotated[
        PlanFormat,
        Option(
            "--format",
            "text: for the terminal (default); json: for programs; markdown: as a pull request comment; github: what the"
            " plan refuses, as annotations in a workflow; sarif: the same, for code scanning",
        ),
    ] = PlanFormat.TEXT
    detailed_exitcode: Annotated[bool, Option("--detailed-exitcode", "exit 4 if there is something to create")] = False
    environment: EnvironmentName = None
    infrastructure: InfrastructureFile = None


def run(options: PlanOptions) -> ExitCode:
    """Print the plan; exit 1 if a change needs attention."""
    planned = plan_checkout(options.infrastructure, environment=options.environment)
    if isinstance(planned, Validated):
        return ExitCode.PROBLEMS
    plan, policy = planned.plan, planned.validated.policy
    if options.out:
        write_text(options.out, plan_json(plan))
    match options.format:
        case PlanFormat.JSON:
            print(plan_json(plan))
        case PlanFormat.MARKDOWN:
            print(plan_markdown(plan, policy, places_in(plan)), end="")
        case PlanFormat.TEXT:
            print(plan_text(plan, policy, places_in(plan), screen()))
        case PlanFormat.GITHUB | PlanFormat.SARIF:
            problems = in_reading_order([*planned.validated.problems, *places_in(plan).problems])
            form = DiagnosticFormat(options.format)
            print(write_diagnostics(form, problems, files=planned.validated.files))
    if plan.requires_attention:
        return ExitCode.PROBLEMS
    to_create = options.detailed_exitcode and plan.creates
    return ExitCode.SOMETHING_TO_CREATE if to_create else ExitCode.OK


COMMAND = Command(
    description="Show what apply would do: which labeling jobs it would create, with their clips, workers, and cost."
    " Reads from AWS and changes nothing.",
    examples=(
        "groundctl plan",
        "groundctl plan --out plan.json",
        "groundctl plan --format json --infrastructure infrastructure.json",
    ),
    options=PlanOptions,
    run=run,
)
