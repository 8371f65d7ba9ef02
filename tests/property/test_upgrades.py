"""Upgrades keep every line of the user: generated local edits over three synthetic versions.

UPGRADES=500 plays so many histories; by default, as many as make about 500 edits.
"""

from __future__ import annotations

import itertools
import os
import random
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from groundctl.adapters.local.merging import GitMerging
from groundctl.app.adoption.set_up import plan_set_up, read_lock, write_files
from groundctl.app.adoption.upgrade import carry_out, finish_interrupted, make_upgrade_plan
from groundctl.domain.adoption.repository.files import NewFile
from groundctl.domain.adoption.repository.lock import (
    base_of,
    digest_of_file,
    has_windows_line_ends,
    is_managed,
    with_unix_line_ends,
)
from groundctl.domain.adoption.repository.upgrade_plan import UpgradePlan
from support.fake_set_up_folder import FakeSetUpFolder, Interrupted
from support.releases import ANSWERS, VERSIONS, edit, managed, releases

HISTORIES = int(os.environ.get("UPGRADES", "36"))
EDITS = 7
RELEASES = releases()


def a_repository() -> FakeSetUpFolder:
    folder = FakeSetUpFolder()
    plan = plan_set_up(folder, RELEASES[VERSIONS[0]], None)
    write_files(folder, plan, version=VERSIONS[0], answers=ANSWERS)
    return folder


def planned(folder: FakeSetUpFolder, version: str) -> UpgradePlan:
    lock = read_lock(folder)
    assert lock
    return make_upgrade_plan(folder, lock, RELEASES[version], version=version, merging=GitMerging(), answers=ANSWERS)


def lines_of(content: bytes) -> Counter[bytes]:
    return Counter(line.rstrip(b"\r") for line in content.split(b"\n") if line.strip())


def by_git(scratch: Path, yours: bytes, base: bytes, new: bytes, labels: tuple[str, str]) -> tuple[bytes, bool]:
    """What git itself makes of it, and whether it left a conflict."""
    for name, content in (("yours", yours), ("base", base), ("new", new)):
        (scratch / name).write_bytes(content)
    names = [str(scratch / name) for name in ("yours", "base", "new")]
    marks = ["-L", "yours", "-L", labels[0], "-L", labels[1]]
    done = subprocess.run(["git", "merge-file", "-p", "--diff3", *marks, *names], capture_output=True, check=False)
    return done.stdout, done.returncode > 0


def expected(
    before: dict[str, bytes], release: tuple[NewFile, ...], scratch: Path, versions: tuple[str, str]
) -> tuple[dict[str, bytes], set[str]]:
    """Say, from the rule alone, what the files are afterwards and which have conflicts."""
    after, conflicts = managed(before), set()
    new = {file.path: file.content for file in release if is_managed(file.path)}
    written = {
        path.removeprefix(base_of("")): content for path, content in before.items() if path.startswith(base_of(""))
    }
    for path in sorted({*new, *written}):
        yours, base, theirs = after.get(path), written.get(path), new.get(path)
        if base is None:
            after.setdefault(path, theirs or b"")
        elif yours is None or theirs == base:
            continue
        elif digest_of_file(yours) == digest_of_file(base):
            if theirs is None:
                del after[path]
            else:
                after[path] = theirs.replace(b"\n", b"\r\n") if has_windows_line_ends(yours) else theirs
        elif theirs is not None:
            labels = (f"written by {versions[0]}", versions[1])
            merged, has_conflict = by_git(scratch, with_unix_line_ends(yours), base, theirs, labels)
            after[path] = merged.replace(b"\n", b"\r\n") if has_windows_line_ends(yours) else merged
            conflicts |= {path} if has_conflict else set()
    return after, conflicts


def check_no_line_is_lost(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    for path, content in managed(before).items():
        own = lines_of(content) - lines_of(before.get(base_of(path), b""))
        assert own - lines_of(after.get(path, b"")) == Counter(), path


def resolve(folder: FakeSetUpFolder) -> None:
    """Keep both sides of each conflict."""
    for path, content in managed(folder.files).items():
        if b"<<<<<<< yours" in content:
            marks = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")
            folder.files[path] = b"".join(
                line for line in content.splitlines(keepends=True) if not line.startswith(marks)
            )


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_no_line_of_the_user_is_lost_and_conflicts_are_those_of_git(seed: int, tmp_path: Path):
    chance, folder = random.Random(seed), a_repository()
    for old, version in itertools.pairwise(VERSIONS):
        edit(folder.files, chance, EDITS)
        before = dict(folder.files)
        wanted, conflicts = expected(before, RELEASES[version], tmp_path, (old, version))

        plan = planned(folder, version)
        assert folder.files == before
        carry_out(folder, plan)

        assert managed(folder.files) == wanted
        assert set(plan.conflicts) == conflicts
        check_no_line_is_lost(before, folder.files)
        own = [path for path in before if not is_managed(path)]
        assert {path: folder.files[path] for path in own} == {path: before[path] for path in own}
        resolve(folder)
        again = planned(folder, version)
        assert (again.changes, again.conflicts, again.faults) == (False, {}, ())


@pytest.mark.parametrize("seed", range(max(HISTORIES // 8, 1)))
def test_an_upgrade_that_was_killed_anywhere_is_finished_by_the_next_one(seed: int):
    chance, folder = random.Random(seed), a_repository()
    edit(folder.files, chance, EDITS)
    before, whole = dict(folder.files), FakeSetUpFolder(files=dict(folder.files))
    carry_out(whole, planned(whole, VERSIONS[1]))
    changes = 0
    while True:
        killed = FakeSetUpFolder(files=dict(before), changes_left=changes)
        plan = planned(killed, VERSIONS[1])
        try:
            carry_out(killed, plan)
        except Interrupted:
            changes += 1
            killed.changes_left = None
            lock = read_lock(killed)
            assert lock
            if finish_interrupted(killed, lock) is None:
                carry_out(killed, planned(killed, VERSIONS[1]))
            assert killed.files == whole.files, changes
            continue
        break

    assert changes > len(VERSIONS)


def test_a_file_that_was_edited_after_the_interruption_is_merged_and_not_overwritten():
    folder = a_repository()
    folder.files["README.md"] = b"Mine.\n" + folder.files["README.md"]
    plan = planned(folder, VERSIONS[1])
    folder.changes_left = 1  # the journal
    with pytest.raises(Interrupted):
        carry_out(folder, plan)
    folder.changes_left = None
    folder.files["README.md"] = b"Also mine.\n" + folder.files["README.md"]
    lock = read_lock(folder)
    assert lock

    edited = finish_interrupted(folder, lock)
    carry_out(folder, planned(folder, VERSIONS[1]))

    assert edited == ("README.md",)
    assert folder.files["README.md"].startswith(b"Also mine.\nMine.\n")
    assert b"Do all of step 3." in folder.files["README.md"]
