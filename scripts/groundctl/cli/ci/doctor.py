"""groundctl ci doctor: in a workflow, say what is wrong with the set-up, as far as the run can see it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from groundctl.app.adoption.doctor.check import AnyCheck
from groundctl.app.adoption.doctor.diagnose import Selection, select_checks
from groundctl.app.validate import load_policy
from groundctl.cli.main import report_crash, report_error
from groundctl.cli.options import Command, Option
from groundctl.cli.set_up.diagnosing import examine
from groundctl.composition import chosen_name, in_a_workflow, open_checkout, open_workflow_run, write_text
from groundctl.errors import GroundctlError
from groundctl.exit_codes import ExitCode
from groundctl.presentation.adoption.doctor_text import doctor_text
from groundctl.presentation.machine.doctor_json import doctor_json
from groundctl.presentation.markdown.doctor import doctor_markdown

# The plan of a pull request waits for it.
SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CiDoctorOptions:
    """The options of `groundctl ci doctor`."""

    checkout: Annotated[
        str | None,
        Option("--checkout", "look at the files in this folder; by default at this checkout", metavar="FOLDER"),
    ] = None
    out: Annotated[
        str | None,
        Option("--out", "write what was found to this file as JSON, and nothing to the run's page", metavar="FILE"),
    ] = None


def run(options: CiDoctorOptions) -> ExitCode:
    """Print what was found, and hand it on; neither a fault of the set-up nor one of this check fails a pull request."""
    try:
        _look(options)
    except GroundctlError as error:
        report_error(error)
    except Exception as error:  # noqa: BLE001 - it is shown as a crash is, and the plan goes on
        report_crash(type(error), error, error.__traceback__)
    return ExitCode.OK


def _look(options: CiDoctorOptions) -> None:
    chosen, asks_for_repository = chosen_name(), _reports_repository(chosen_name())
    diagnosis, setup = examine(_checks(asks_for_repository), folder=options.checkout)
    found = diagnosis.concerning(chosen, repository=asks_for_repository)
    print(doctor_text(found))
    if options.out:
        write_text(options.out, json.dumps(doctor_json(found, setup)))
    elif in_a_workflow() and (text := doctor_markdown(found)):
        open_workflow_run().summarize(text)


def _checks(asks_for_repository: bool) -> Sequence[AnyCheck]:
    return [
        replace(check, seconds=min(check.seconds, SECONDS))
        for check in select_checks(Selection(only_cheap=True))
        if asks_for_repository or check.each_environment
    ]


def _reports_repository(chosen: str | None) -> bool:
    """Return whether this run is the one of several environments' that also looks at what all of them share."""
    environments = load_policy(open_checkout())[0].environments
    return not environments or chosen in {None, environments[0].name}


COMMAND = Command(
    description="Run the quick checks of `groundctl doctor`: files, and what the run's token may see on GitHub; AWS is not"
    " asked. Prints what was found. What is wrong, or may surprise, goes on the run's page, or with --out into a file for"
    " `groundctl ci plan --doctor`, which puts it on the comment. With GROUNDCTL_ENVIRONMENT, it looks at that"
    " environment; the first one's run also looks at what all share. Always exits 0: the set-up is not a fault of the pull request.",
    examples=("groundctl ci doctor", "groundctl ci doctor --out set-up.json --checkout proposed"),
    options=CiDoctorOptions,
    run=run,
)
