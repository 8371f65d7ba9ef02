"""groundctl ci doctor: in a workflow, say what is wrong with the set-up, as far as the run can see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from groundctl.app.adoption.doctor.diagnose import Selection, select_checks
from groundctl.cli.options import Command, Option
from groundctl.cli.set_up.diagnosing import examine
from groundctl.composition import in_a_workflow, open_workflow_run, write_text
from groundctl.exit_codes import ExitCode
from groundctl.presentation.adoption.doctor_text import doctor_text
from groundctl.presentation.markdown.doctor import doctor_markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class CiDoctorOptions:
    """The options of `groundctl ci doctor`."""

    out: Annotated[
        str | None,
        Option(
            "--out", "also write what to look at to this file, as Markdown; empty if there is nothing", metavar="FILE"
        ),
    ] = None


def run(options: CiDoctorOptions) -> ExitCode:
    """Print what was found, and put what to look at on the run's page; a fault of the set-up fails no pull request."""
    diagnosis, _ = examine(select_checks(Selection(only_cheap=True)))
    print(doctor_text(diagnosis))
    text = doctor_markdown(diagnosis)
    if options.out:
        write_text(options.out, text)
    if text and in_a_workflow():
        open_workflow_run().summarize(text)
    return ExitCode.OK


COMMAND = Command(
    description="Run the quick checks of `groundctl doctor`: files, and what the run's token may see on GitHub. Prints what"
    " was found, and puts what is wrong, or may surprise, on the run's page. Always exits 0: the set-up is not a fault of"
    " the pull request.",
    examples=("groundctl ci doctor", "groundctl ci doctor --out doctor.md"),
    options=CiDoctorOptions,
    run=run,
)
