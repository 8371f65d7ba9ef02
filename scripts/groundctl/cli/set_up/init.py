"""groundctl init: set up a repository that uses groundctl, and move it to another version."""

from __future__ import annotations

from typing import Any

from groundctl import __version__
from groundctl.app.adoption.set_up import find_repository_above, plan_set_up, read_lock, write_files
from groundctl.cli.options import Command
from groundctl.cli.set_up.answers import CORRECT, answers_of, merged, read_answers, takes_region
from groundctl.cli.set_up.options import InitOptions
from groundctl.cli.set_up.rendering import answers_schema, render
from groundctl.composition import is_interactive, wants_color
from groundctl.domain.adoption.repository.answer_faults import faults_of
from groundctl.domain.adoption.repository.answers import parse_answers
from groundctl.domain.adoption.repository.files import Blocked
from groundctl.domain.adoption.repository.lock import Lock, is_older
from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.errors import GroundctlError, UsageError
from groundctl.exit_codes import ExitCode
from groundctl.setup_composition import open_set_up_folder
from groundctl.setup_ports import SetUpFolder


def run(options: InitOptions) -> ExitCode:
    """Write what is missing, or upgrade what was written."""
    _check(options)
    folder = open_set_up_folder(options.folder)
    if options.upgrade:
        from groundctl.cli.set_up.upgrade import upgrade

        return upgrade(folder, to=options.to, check=options.check or options.dry_run, is_dry_run=options.dry_run)
    return _set_up(folder, options)


def _check(options: InitOptions) -> None:
    """Refuse options that do not belong together."""
    if not options.upgrade and (options.to or options.check):
        flag = "--to" if options.to else "--check"
        raise UsageError(f"{flag} needs --upgrade", hint=f"add --upgrade, or leave out {flag}")
    if options.upgrade and (answers_of(options) or options.answers or options.region):
        hint = "run `groundctl init --upgrade` first, then `groundctl init` with the new answers"
        raise UsageError("--upgrade takes the answers of .groundctl/lock.json, and no others", hint=hint)


def _set_up(folder: SetUpFolder, options: InitOptions) -> ExitCode:
    from groundctl.presentation.adoption.set_up_text import inside_text, needs_attention, next_text, set_up_text
    from groundctl.presentation.repository.files import GUIDE, README

    lock = read_lock(folder)
    above = None if lock else find_repository_above(folder)
    data = _answers(options, lock)
    files = render(folder, data, lock)
    plan = plan_set_up(folder, files, lock)
    if lock and (plan.writes or data != lock.answers):
        _refuse_other_version(lock)
    print(set_up_text(plan.steps, folder=options.folder or "this folder", dry_run=options.dry_run))
    if above:
        print(f"\n{inside_text(above)}")
    attention = needs_attention(plan.steps)
    if any(isinstance(step, Blocked) for step in plan.steps):
        print("\nNothing was written.")
        return ExitCode.PROBLEMS
    if not options.dry_run:
        write_files(folder, plan, version=__version__, answers=data)
        _look_at(options.folder or ".")
        guide = GUIDE if any(file.path == GUIDE for file in files) else README
        tool = parse_answers(data).tool_repository
        print(f"\n{next_text(folder=options.folder, guide=guide, tool=tool, version=__version__)}")
    return ExitCode.PROBLEMS if attention else ExitCode.OK


def _refuse_other_version(lock: Lock) -> None:
    """Refuse to write what does not fit the files that are there: settings of Terraform name the version of the workflows."""
    if is_older(__version__, lock.version):
        message = f"this repository is at {lock.version}, and this is groundctl {__version__}"
        raise UsageError(message, hint=f"install groundctl {lock.version}, then run it again")
    if lock.version != __version__:
        message = f"this repository is at {lock.version}, and this groundctl writes the files of {__version__}"
        raise UsageError(message, hint="run `groundctl init --upgrade` first, then run it again")


def _look_at(folder: str) -> None:
    """Print what the offline part of doctor says; whatever it finds, the files are written."""
    from groundctl.app.adoption.doctor.diagnose import Selection, select_checks
    from groundctl.cli.set_up.diagnosing import examine
    from groundctl.presentation.adoption.doctor_text import doctor_text
    from groundctl.presentation.escape import for_terminal

    print("\n`groundctl doctor --offline`:")
    try:
        diagnosis, _ = examine(select_checks(Selection(offline=True)), folder=folder)
    except GroundctlError as error:
        print(f"{for_terminal(error.message)} — {for_terminal(error.hint)}")
    else:
        print(doctor_text(diagnosis, colored=wants_color()))


def _answers(options: InitOptions, lock: Lock | None) -> JsonObject:
    """Collect the answers; ask for the rest if a person is there."""
    from groundctl.presentation.adoption.set_up_text import faults_text
    from groundctl.presentation.text import count

    schema = answers_schema()
    before = [lock.answers] if lock else []
    from_file = [read_answers(options.answers, schema)] if options.answers else []
    data = merged([*before, *from_file, answers_of(options)])
    is_asked = False
    if not lock and not from_file and is_interactive():
        is_asked = "environments" not in data
        data = _asked(data, schema, region=options.region)
    if options.region and not is_asked and not any(map(takes_region, options.environments)):
        hint = "leave it out, or give an --environment without a Region in its name"
        raise UsageError("--region has no effect: no --environment takes its Region from it", hint=hint)
    if not data:
        hint = "see `groundctl init --help` for the flags, or give --answers FILE"
        raise UsageError("init needs to know the repository, its environments, teams and reviewers", hint=hint)
    if faults := faults_of(data, schema):
        print(faults_text(faults))
        raise UsageError(f"the answers have {count(len(faults), 'fault')}", hint=CORRECT)
    return data


def _asked(known: JsonObject, schema: SchemaCheck, *, region: str | None) -> dict[str, Any]:
    """Ask at the terminal; each answer is checked before the next question."""
    from groundctl.cli.set_up.questions import Values, ask
    from groundctl.presentation.adoption.set_up_text import faults_text
    from groundctl.presentation.text import count

    def add(known: JsonObject, values: Values) -> JsonObject:
        return merged([known, answers_of(InitOptions(region=region, **values))])

    def faults(data: JsonObject, member: str) -> str:
        inside = [fault for fault in faults_of(data, schema) if f"{fault.pointer}/".startswith(f"/{member}/")]
        return faults_text(inside)

    # What flags said is not asked for, so its faults cannot be corrected at a question.
    if misfits := [fault for fault in schema.diagnostics(known) if fault.pointer]:
        print(faults_text(misfits))
        raise UsageError(f"the flags have {count(len(misfits), 'fault')}", hint=CORRECT)
    return dict(ask(known, add=add, faults=faults))


COMMAND = Command(
    description="Set up a repository that uses groundctl: workflows, Terraform, a policy, and a first declaration. "
    "Nothing that exists is overwritten, and it can be run again. With --upgrade, move it to this version of groundctl.",
    examples=(
        "groundctl init",
        "groundctl init --answers answers.yaml --dry-run",
        "groundctl init --upgrade",
    ),
    options=InitOptions,
    run=run,
)
