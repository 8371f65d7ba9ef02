"""Moves a repository to this version of groundctl, and says what happened to each file."""

from __future__ import annotations

from groundctl import __version__
from groundctl.app.adoption.set_up import RESTORE_LOCK, read_lock
from groundctl.app.adoption.upgrade import carry_out, finish_interrupted, is_interrupted, make_upgrade_plan
from groundctl.cli.set_up.rendering import answers_schema, render
from groundctl.domain.adoption.repository.answer_faults import faults_of
from groundctl.domain.adoption.repository.lock import LOCK_PATH, Lock, is_older, is_version
from groundctl.domain.adoption.repository.upgrade_plan import UpgradePlan
from groundctl.errors import UsageError
from groundctl.exit_codes import ExitCode
from groundctl.presentation.adoption.set_up_text import faults_text
from groundctl.presentation.adoption.upgrade_text import conflicts_text, upgrade_faults_text, upgrade_text
from groundctl.presentation.text import count
from groundctl.setup_composition import open_merging
from groundctl.setup_ports import SetUpFolder


def upgrade(folder: SetUpFolder, *, to: str | None, check: bool, is_dry_run: bool) -> ExitCode:
    """Show the plan, and carry it out unless it is only to be checked."""
    lock = _lock(folder, to)
    if is_interrupted(folder):
        if check:
            print("An upgrade was interrupted: run `groundctl init --upgrade` to finish it. Nothing was written.")
            return ExitCode.OK if is_dry_run else ExitCode.PROBLEMS
        for path in finish_interrupted(folder, lock) or ():
            print(f"{path} was edited since the upgrade was interrupted: it is merged again")
        print("Finished the upgrade that was interrupted.")
        lock = _lock(folder, to)
    plan = _plan(folder, lock)
    if plan.faults:
        print(upgrade_faults_text(plan.faults))
        print("Nothing was written.")
        return ExitCode.USAGE
    print(upgrade_text(plan))
    if plan.unresolved:
        print(f"\n{conflicts_text(plan.unresolved)}\nNothing was written: run it again when they are resolved.")
        return ExitCode.CONFLICT
    if check:
        print("\nNothing was written.")
        return ExitCode.PROBLEMS if plan.changes and not is_dry_run else ExitCode.OK
    if plan.changes:
        carry_out(folder, plan)
    if plan.conflicts:
        print(f"\n{conflicts_text(plan.conflicts)}")
        return ExitCode.CONFLICT
    return ExitCode.PROBLEMS if plan.lost else ExitCode.OK


def _lock(folder: SetUpFolder, to: str | None) -> Lock:
    lock = read_lock(folder)
    if lock is None:
        hint = f"run it where `groundctl init` was run; if {LOCK_PATH} was lost, {RESTORE_LOCK}"
        raise UsageError(f"there is no {LOCK_PATH} here", hint=hint)
    if to is not None and not is_version(to):
        raise UsageError(f"{to} is no version", hint="write it as 0.2.0, or leave out --to")
    if is_older(to or __version__, lock.version):
        message = f"this repository is at {lock.version}, and {to or __version__} is older: an upgrade does not go back"
        raise UsageError(
            message, hint=f"install groundctl {lock.version} or newer, or revert the upgrade's commit with Git"
        )
    if to not in (None, __version__):
        hint = f"install groundctl {to}, then run `groundctl init --upgrade`: each version brings its own files"
        raise UsageError(f"this is groundctl {__version__}, and it writes no other version than its own", hint=hint)
    return lock


def _plan(folder: SetUpFolder, lock: Lock) -> UpgradePlan:
    if faults := faults_of(lock.answers, answers_schema()):
        print(faults_text(faults))
        message = f"the answers in {LOCK_PATH} have {count(len(faults), 'fault')}"
        raise UsageError(message, hint=f"correct what is listed above there, or {RESTORE_LOCK}")
    files = render(folder, lock.answers, lock)
    return make_upgrade_plan(folder, lock, files, version=__version__, merging=open_merging(), answers=lock.answers)
