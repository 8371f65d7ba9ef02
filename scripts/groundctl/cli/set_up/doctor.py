"""groundctl doctor: look at the whole set-up, and say what is wrong with it and how to put it right. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from groundctl.app.adoption.doctor.check import AnyCheck
from groundctl.app.adoption.doctor.diagnose import Selection, select_checks
from groundctl.app.adoption.doctor.table import CHECKS
from groundctl.cli.options import Argument, Command, Given, InfrastructureFile, Option
from groundctl.cli.set_up.diagnosing import examine
from groundctl.composition import wants_color
from groundctl.domain.adoption.doctor.finding import Diagnosis
from groundctl.exit_codes import ExitCode
from groundctl.presentation.adoption.doctor_text import ListedCheck, checks_text, doctor_text
from groundctl.presentation.escape import for_json
from groundctl.presentation.machine.doctor_json import doctor_json


class DoctorFormat(StrEnum):
    """How the result is printed."""

    TEXT = "text"
    JSON = "json"


# What a list of the checks does not depend on.
_OF_A_RUN = ("ids", "verbose", "environment", "offline", "drift", "format", "infrastructure")


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorOptions:
    """The options of `groundctl doctor`."""

    ids: Annotated[tuple[str, ...], Argument("CHECK", "run these checks only; --list shows their names")] = ()
    list: Annotated[
        bool,
        Option(
            "--list",
            "list the checks, and run none; not with CHECK, --verbose, --environment, --offline, --drift, --format, or"
            " --infrastructure",
            excludes=tuple(map(Given, _OF_A_RUN)),
        ),
    ] = False
    verbose: Annotated[
        bool,
        Option(
            "--verbose",
            "also show the checks that passed, with what they saw; not with --format json, which has every result",
            excludes=(Given("format", (DoctorFormat.JSON,)),),
        ),
    ] = False
    environment: Annotated[
        str | None,
        Option("--environment", "look at this environment only; by default at all of them", metavar="ENVIRONMENT"),
    ] = None
    offline: Annotated[bool, Option("--offline", "run only the checks that need no network")] = False
    drift: Annotated[
        bool,
        Option(
            "--drift",
            "also plan with Terraform, which takes a minute for each environment; not with --offline, or with CHECK:"
            " name the check terraform-drift instead",
            excludes=(Given("offline"), Given("ids")),
        ),
    ] = False
    format: Annotated[
        DoctorFormat, Option("--format", "text: for the terminal (default); json: every result, for programs")
    ] = DoctorFormat.TEXT
    infrastructure: InfrastructureFile = None


def run(options: DoctorOptions) -> ExitCode:
    """Print what was found; exit 1 if something is wrong, 4 if nothing could be seen."""
    if options.list:
        print(checks_text([_listed(check) for check in CHECKS]))
        return ExitCode.OK
    selection = Selection(ids=options.ids, offline=options.offline, drift=options.drift)
    diagnosis, setup = examine(
        select_checks(selection), environment=options.environment, infrastructure_file=options.infrastructure
    )
    if options.format is DoctorFormat.JSON:
        print(for_json(doctor_json(diagnosis, setup)))
    else:
        print(doctor_text(diagnosis, verbose=options.verbose or bool(options.ids), colored=wants_color()))
    return exit_code(diagnosis)


def exit_code(diagnosis: Diagnosis) -> ExitCode:
    """Return how the command ends: a warning, and what cannot be seen, is no failure."""
    if diagnosis.is_wrong:
        return ExitCode.PROBLEMS
    return ExitCode.SOMETHING_TO_CREATE if diagnosis.has_seen_nothing else ExitCode.OK


def _listed(check: AnyCheck) -> ListedCheck:
    return ListedCheck(id=check.id, section=check.section, title=check.title, needs=str(check.needs))


COMMAND = Command(
    description="Look at the whole set-up: files here, GitHub, AWS, Terraform, and versions. Everything that is wrong is"
    " named with one command or one page that puts it right. Reads only, changes nothing, and costs nothing. Exits 0 if"
    " nothing is wrong (warnings do not count), 1 if something is, and 4 if nothing could be seen.",
    examples=(
        "groundctl doctor --offline",
        "groundctl doctor github-environments aws-teams",
        "groundctl doctor --environment production.us-east-1 --drift",
    ),
    options=DoctorOptions,
    run=run,
)
