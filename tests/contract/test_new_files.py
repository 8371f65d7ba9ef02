"""The adapter and the fake for new files keep one promise: what is there is never changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from groundctl.adapters.local.new_files import LocalNewFiles
from groundctl.errors import UsageError
from groundctl.ports import FileState, NewFiles
from support.fake_new_files import FakeNewFiles

Make = Callable[[Path], NewFiles]


@pytest.mark.parametrize("make", [LocalNewFiles, lambda _: FakeNewFiles()])
def test_a_file_is_added_once(make: Make, tmp_path: Path):
    files = make(tmp_path)

    assert files.look("jobs/a/x.yaml", b"one") is FileState.FREE
    assert files.add("jobs/a/x.yaml", b"one") is FileState.FREE
    assert files.look("jobs/a/x.yaml", b"one") is files.add("jobs/a/x.yaml", b"one") is FileState.SAME
    assert files.look("jobs/a/x.yaml", b"two") is files.add("jobs/a/x.yaml", b"two") is FileState.TAKEN
    assert files.add("jobs/a/X.yaml", b"one") is FileState.TAKEN
    assert files.add("jobs/a/x.html", b"one") is FileState.FREE


@pytest.mark.parametrize("make", [LocalNewFiles, lambda _: FakeNewFiles()])
def test_nothing_is_written_outside(make: Make, tmp_path: Path):
    for path in ("../x.yaml", "jobs/../../x.yaml", "/x.yaml"):
        with pytest.raises(UsageError, match="is outside of this repository"):
            make(tmp_path).add(path, b"")


def test_a_link_leads_nowhere(tmp_path: Path):
    root, elsewhere = tmp_path / "repository", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (root / "jobs").mkdir(parents=True)
    (root / "jobs/real").mkdir()
    (root / "jobs/out").symlink_to(elsewhere)
    (root / "jobs/in").symlink_to("real")
    (root / "jobs/x.yaml").symlink_to(elsewhere / "x.yaml")

    for linked in ("jobs/out", "jobs/in"):
        with pytest.raises(UsageError, match=f"{linked} is a link"):
            LocalNewFiles(root).add(f"{linked}/team/x.yaml", b"")
    assert LocalNewFiles(root).add("jobs/x.yaml", b"") is FileState.TAKEN
    assert [*elsewhere.iterdir(), *(root / "jobs/real").iterdir()] == []


def test_a_folder_that_is_a_file_is_said(tmp_path: Path):
    (tmp_path / "jobs").write_text("")

    with pytest.raises(UsageError, match=r"jobs/x[.]yaml cannot be written"):
        LocalNewFiles(tmp_path).add("jobs/x.yaml", b"")
