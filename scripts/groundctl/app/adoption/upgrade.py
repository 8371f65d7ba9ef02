"""Moves a repository to another version of groundctl: decide for every file, write that down, then change the files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from groundctl.domain.adoption.repository.files import NewFile, Obstacle, Present
from groundctl.domain.adoption.repository.journal import JOURNAL_PATH, Entry, Journal, digest_of_bytes, parse_journal
from groundctl.domain.adoption.repository.lock import (
    LOCK_PATH,
    Lock,
    UnfitLockError,
    base_of,
    digest_of_file,
    is_managed,
)
from groundctl.domain.adoption.repository.upgrade import (
    Leave,
    Merge,
    Reason,
    Remove,
    Replace,
    Step,
    conflict_lines,
    find_lock_faults,
    lost_settings,
    plan_upgrade,
)
from groundctl.domain.adoption.repository.upgrade_plan import Merged, UpgradePlan
from groundctl.domain.canonical_json import JsonObject
from groundctl.errors import UsageError
from groundctl.setup_ports import Merging, SetUpFolder


def make_upgrade_plan(
    folder: SetUpFolder, lock: Lock, files: Iterable[NewFile], *, version: str, merging: Merging, answers: JsonObject
) -> UpgradePlan:
    """Read what is there, decide for each file, and merge in memory; nothing is written."""
    files = tuple(files)
    paths = sorted({*lock.files, *(file.path for file in files if file.is_managed)})
    present = {path: folder.look(path) for path in [*paths, *map(base_of, paths)]}
    unresolved = _unresolved(paths, present)
    faults = tuple(find_lock_faults(lock, present))
    if unresolved or faults:
        return UpgradePlan(lock=lock, version=version, unresolved=unresolved, faults=faults)
    steps = plan_upgrade(lock, files, present)
    merged: dict[str, Merged] = {}
    for step in steps:
        if isinstance(step, Merge):
            merged[step.path] = _merge(step, merging, lock.version, version)
    done = tuple(merged[step.path] if isinstance(step, Merge) else step for step in steps)
    journal = _journal(lock, version, answers, done, files, present)
    lost = lost_settings(files, _bytes(present.get(base_of("terraform/variables.tf"))), _settings(folder))
    return UpgradePlan(lock=lock, version=version, steps=done, unresolved={}, lost=tuple(lost), journal=journal)


def carry_out(folder: SetUpFolder, plan: UpgradePlan) -> None:
    """Write the journal, do what it says, and remove it."""
    if plan.journal is None:
        raise ValueError("a plan with faults or unresolved conflicts changes nothing")
    folder.write(JOURNAL_PATH, plan.journal.text(), replace=True)
    _finish(folder, plan.journal, plan.lock)


def finish_interrupted(folder: SetUpFolder, lock: Lock) -> tuple[str, ...] | None:
    """Finish an upgrade that was interrupted; return the files that were edited since, or None if there was none."""
    raw = folder.look(JOURNAL_PATH)
    if raw is None:
        return None
    hint = f"remove {JOURNAL_PATH}, restore the files that it names from Git, and run it again"
    if isinstance(raw, Obstacle):
        raise UsageError(raw.reason, hint=hint)
    try:
        journal = parse_journal(raw)
    except UnfitLockError as error:
        raise UsageError(f"{JOURNAL_PATH} {error}", hint=hint) from error
    return _finish(folder, journal, lock)


def is_interrupted(folder: SetUpFolder) -> bool:
    """Return whether an upgrade was interrupted."""
    return folder.look(JOURNAL_PATH) is not None


def _finish(folder: SetUpFolder, journal: Journal, lock: Lock) -> tuple[str, ...]:
    edited: dict[str, str | None] = {}
    for path, entry in journal.entries.items():
        now = _bytes(folder.look(path))
        if now != entry.after:
            if digest_of_bytes(now) != entry.before:
                edited[path] = lock.files.get(path)
                continue
            _put(folder, path, entry.after)
        _put(folder, base_of(path), entry.base)
    folder.write(LOCK_PATH, journal.without(edited).text(), replace=True)
    folder.remove(JOURNAL_PATH)
    return tuple(sorted(edited))


def _put(folder: SetUpFolder, path: str, content: bytes | None) -> None:
    if content is None:
        folder.remove(path)
    elif folder.look(path) != content:
        folder.write(path, content, replace=True)


def _merge(step: Merge, merging: Merging, old: str, version: str) -> Merged:
    content = merging.merge(step, written_by=f"written by {old}", new=version)
    if content is None:
        hint = f"move it away, run it again, and add your changes to the new {step.path}"
        raise UsageError(f"{step.path} is no text that git can merge", hint=hint)
    merged = step.in_your_line_ends(content)
    return Merged(path=step.path, content=merged, conflicts=conflict_lines(merged))


def _journal(
    lock: Lock,
    version: str,
    answers: JsonObject,
    steps: Iterable[Step | Merged],
    files: Iterable[NewFile],
    present: Mapping[str, Present],
) -> Journal:
    new = {file.path: file.content for file in files if file.is_managed}
    entries: dict[str, Entry] = {}
    written: dict[str, str] = {}
    for step in steps:
        path, yours = step.path, _bytes(present.get(step.path))
        after = step.content if isinstance(step, Replace | Merged) else None if isinstance(step, Remove) else yours
        if isinstance(step, Leave) and step.reason is Reason.TAKEN:
            continue
        base = new.get(path)
        if base is not None:
            written[path] = digest_of_file(base)
        if isinstance(present.get(path), Obstacle):
            base, written[path] = _bytes(present[base_of(path)]), lock.files[path]
            continue
        if after != yours or base != _bytes(present[base_of(path)]):
            entries[path] = Entry(before=digest_of_bytes(yours), after=after, base=base)
    return Journal(lock=Lock(version=version, answers=answers, files=written), entries=entries)


def _unresolved(paths: Iterable[str], present: Mapping[str, Present]) -> dict[str, tuple[int, ...]]:
    found = {path: conflict_lines(content) for path in paths if (content := _bytes(present[path]))}
    return {path: lines for path, lines in found.items() if lines}


def _settings(folder: SetUpFolder) -> dict[str, bytes]:
    names = folder.list_files("terraform/environments")
    contents = {name: _bytes(folder.look(name)) for name in names if name.endswith(".tfvars")}
    return {name: content for name, content in contents.items() if content and not is_managed(name)}


def _bytes(present: Present) -> bytes | None:
    return present if isinstance(present, bytes) else None
