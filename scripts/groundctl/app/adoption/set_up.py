"""Writes the files of a new repository into a folder, and keeps what was written as the base of later upgrades."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from groundctl.domain.adoption.repository.files import NewFile, Obstacle, Present, Step, Write, plan_files
from groundctl.domain.adoption.repository.lock import (
    LOCK_PATH,
    Lock,
    UnfitLockError,
    base_of,
    digest_of_file,
    parse_lock,
)
from groundctl.domain.canonical_json import JsonObject
from groundctl.errors import UsageError
from groundctl.setup_ports import SetUpFolder

GIT = ".git"
RESTORE_LOCK = (
    "restore it from Git, such as with `git checkout HEAD -- .groundctl`; or remove it and run `groundctl init` again:"
    " the files that are there are then yours, and no upgrade changes them"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpPlan:
    """What is done for each file, and the lock of the repository, if it has one."""

    steps: tuple[Step, ...]
    lock: Lock | None

    @property
    def writes(self) -> tuple[NewFile, ...]:
        """List the files to be written."""
        return tuple(step.file for step in self.steps if isinstance(step, Write))


def read_lock(folder: SetUpFolder) -> Lock | None:
    """Read the lock, if the folder was set up."""
    raw = folder.look(LOCK_PATH)
    if raw is None:
        return None
    if isinstance(raw, Obstacle):
        raise UsageError(raw.reason, hint=raw.hint)
    try:
        return parse_lock(raw)
    except UnfitLockError as error:
        raise UsageError(f"{LOCK_PATH} {error}", hint=RESTORE_LOCK) from error


def find_repository_above(folder: SetUpFolder) -> str | None:
    """Return the Git repository that a new folder is a part of, if any; refuse a part of one that is set up."""
    if folder.look(GIT) is not None:
        return None
    if (above := folder.find_above(LOCK_PATH)) is not None:
        hint = f"run it in {above}; or, for a repository of its own, run `git init` in this folder first"
        raise UsageError(f"this folder is inside of {above}, which is set up already", hint=hint)
    return folder.find_above(GIT)


def plan_set_up(folder: SetUpFolder, files: Iterable[NewFile], lock: Lock | None) -> SetUpPlan:
    """Look at the folder, and decide for each file."""
    files = tuple(files)
    present: Mapping[str, Present] = {file.path: folder.look(file.path) for file in files}
    return SetUpPlan(steps=plan_files(files, present, lock.files if lock else ()), lock=lock)


def write_files(folder: SetUpFolder, plan: SetUpPlan, *, version: str, answers: JsonObject) -> None:
    """Write each file, then its base, and the lock last: an interrupted run can be run again."""
    written = dict(plan.lock.files) if plan.lock else {}
    ours = {step.path for step in plan.steps if not isinstance(step, Write) and getattr(step, "is_ours", False)}
    for file in plan.writes:
        folder.write(file.path, file.content, replace=False)
    for file in plan.writes:
        _keep(folder, file, written)
    _keep_found(folder, ours - written.keys(), written)
    # Files that stay as they are keep the version that wrote them; an upgrade brings them to this one.
    lock = Lock(version=plan.lock.version if plan.lock else version, answers=answers, files=written)
    if plan.lock != lock:
        folder.write(LOCK_PATH, lock.text(), replace=True)


def _keep(folder: SetUpFolder, file: NewFile, written: dict[str, str]) -> None:
    if file.is_managed:
        folder.write(base_of(file.path), file.content, replace=True)
        written[file.path] = digest_of_file(file.content)


def _keep_found(folder: SetUpFolder, paths: Iterable[str], written: dict[str, str]) -> None:
    """Take up files that an interrupted run has written."""
    for path in sorted(paths):
        content = folder.look(path)
        if isinstance(content, bytes):
            _keep(folder, NewFile(path=path, content=content), written)
