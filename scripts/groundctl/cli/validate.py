"""groundctl validate: every problem of every declaration, offline."""

from argparse import Namespace

from groundctl.app.validate import Validated, validate
from groundctl.composition import cores, in_a_workflow, open_checkout, open_workflow_run
from groundctl.domain.declarations.diagnostics import errors_among
from groundctl.presentation.diagnostic_formats import DiagnosticFormat, write_diagnostics


def run(options: Namespace) -> int:
    """Print the problems in the form asked for; exit 1 if there are errors."""
    validated = validate(open_checkout(), options.paths, processes=cores(), keep=False)
    form = DiagnosticFormat(options.format)
    print(write_diagnostics(form, validated.problems, files=validated.files))
    if form is DiagnosticFormat.GITHUB and in_a_workflow():
        _summarize(validated)
    return 1 if errors_among(validated.problems) else 0


def _summarize(validated: Validated) -> None:
    """Put the problems on the run's page too: GitHub shows ten annotations a step, and a fork gets no comment."""
    from groundctl.presentation.markdown.problems_comment import validation_summary

    run = open_workflow_run()
    run.summarize(validation_summary(validated.problems, validated.files, is_fork=run.is_from_fork))
