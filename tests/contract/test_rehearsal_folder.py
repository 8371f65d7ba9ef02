"""The output folder of `groundctl demo`: it empties its own files, and never those of anybody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundctl.adapters.local.rehearsal_folder import RehearsalFolder
from groundctl.errors import UsageError


def a_repository(folder: Path) -> Path:
    for path in ("terraform/main.tf", "results/labels.csv", "jobs/a/one.yaml", ".gitignore"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("mine")
    return folder


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def opened(folder: Path, source: Path) -> RehearsalFolder:
    return RehearsalFolder(folder, source=source, samples=source)


@pytest.mark.parametrize("out", [".", "..", "results", "jobs/demo", "terraform/demo", "terraform"])
def test_no_file_that_another_wrote_is_removed_or_changed(tmp_path: Path, out: str):
    source = a_repository(tmp_path / "repository")
    before = contents(tmp_path)

    with pytest.raises(UsageError) as refused:
        opened((source / out).resolve(), source).empty()

    assert contents(tmp_path) == before
    assert "--out" in refused.value.hint


def test_a_link_into_the_declarations_is_seen_through(tmp_path: Path):
    source = a_repository(tmp_path / "repository")
    (tmp_path / "link").symlink_to(source / "jobs")

    with pytest.raises(UsageError, match="which the rehearsal reads"):
        opened(tmp_path / "link/demo", source).empty()


def test_a_new_or_an_empty_folder_and_that_of_an_earlier_rehearsal_are_emptied(tmp_path: Path):
    source = a_repository(tmp_path / "repository")
    (tmp_path / "empty").mkdir()

    for folder in (tmp_path / "new/demo", tmp_path / "empty"):
        opened(folder, source).empty()
        (folder / "results/old.csv").write_text("old")
        opened(folder, source).empty()

        assert not (folder / "results/old.csv").exists()
        assert (folder / ".gitignore").read_text() == "*\n"


def test_what_an_interrupted_rehearsal_leaves_is_its_own(tmp_path: Path):
    source = a_repository(tmp_path / "repository")
    out = tmp_path / "demo"
    opened(out, source).empty()
    (out / ".gitignore").unlink()
    (out / "plan.json").write_text("{}")

    opened(out, source).empty()

    assert not (out / "plan.json").exists()
