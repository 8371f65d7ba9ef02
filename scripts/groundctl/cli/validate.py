"""groundctl validate: report every problem of every declaration, offline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from groundctl.app.validate import Validated, validate
from groundctl.cli.options import Argument, Command, Option
from groundctl.cli.streams import screen
from groundctl.composition import cores, in_a_workflow, open_checkout, open_workflow_run
from groundctl.domain.declarations.diagnostics import errors_among
from groundctl.exit_codes import ExitCode
from groundctl.presentation.diagnostic_formats import DiagnosticFormat, write_diagnostics


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateOptions:
    """The options of `groundctl validate`."""

    paths: Annotated[tuple[str, ...], Argument("PATH", "a declaration or a folder; by default all of jobs/")] = ()
    format: Annotated[
        DiagnosticFormat,
        Option(
            "--format",
            "text: for the terminal (default), elsewhere one line for each problem; json: for programs; github: annotations in a workflow;"
            " sarif: for code scanning",
        ),
    ] = DiagnosticFormat.TEXT


def run(options: ValidateOptions) -> ExitCode:
    """Print the problems in the chosen format; exit 1 if there are errors."""
    validated = validate(open_checkout(), options.paths, processes=cores(), keep=False, names=True)
    shown_on = screen() if validated.problems else None
    print(write_diagnostics(options.format, validated.problems, files=validated.files, screen=shown_on))
    if options.format is DiagnosticFormat.GITHUB and in_a_workflow():
        _summarize(validated)
    return ExitCode.PROBLEMS if errors_among(validated.problems) else ExitCode.OK


def _summarize(validated: Validated) -> None:
    """Write the problems to the run's page too: GitHub shows ten annotations per step, and a fork gets no comment."""
    from groundctl.presentation.markdown.problems_comment import validation_summary

    run = open_workflow_run()
    run.summarize(validation_summary(validated.problems, validated.files, is_fork=run.is_from_fork))


COMMAND = Command(
    description="Check declarations and report every problem with its file, line, and column. Needs no credentials and"
    " no network.",
    examples=(
        "groundctl validate",
        "groundctl validate jobs/sports-data",
        "groundctl validate --format sarif > problems.sarif",
    ),
    options=ValidateOptions,
    run=run,
)
