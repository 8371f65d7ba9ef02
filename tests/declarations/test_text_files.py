"""Files beside a declaration that are not what they seem, on a real file system."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from declarations.corpus import with_open_policy
from declarations.layouts import written
from groundctl.app.validate import validate
from groundctl.domain.declarations.diagnostics import LocatedDiagnostic
from support.builders import some_data


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """A team's folder with one declaration whose short instructions are the file short.md."""
    folder = tmp_path / "jobs/sports-data"
    folder.mkdir(parents=True)
    task = {**some_data()["task"], "instructions": {"short": "short.md"}}
    (folder / "rally-outcome.yaml").write_text(written(some_data(task=task)))
    return folder


def problems_in(team: Path) -> list[LocatedDiagnostic]:
    return list(validate(with_open_policy(team.parents[1])).problems)


def assert_refused(team: Path, rule: str, words: str) -> None:
    [problem] = problems_in(team)
    assert (problem.path, problem.rule) == ("jobs/sports-data/rally-outcome.yaml", rule)
    assert problem.pointer == "/task/instructions/short"
    assert "short.md" in (team / "rally-outcome.yaml").read_text().split("\n")[problem.line - 1]
    assert words in problem.message
    assert problem.hint


def test_a_regular_file_is_accepted(team: Path):
    (team / "short.md").write_text("Watch to the end.")

    assert problems_in(team) == []


def test_a_missing_file_is_refused(team: Path):
    assert_refused(team, "GT401", "`short.md` does not exist")


def test_a_link_to_a_file_in_another_folder_is_refused(team: Path):
    (team.parent / "secret.md").write_text("secret")
    (team / "short.md").symlink_to(team.parent / "secret.md")

    assert_refused(team, "GT401", "is not a regular file")


def test_a_link_to_a_file_outside_of_the_repository_is_refused(team: Path):
    (team / "short.md").symlink_to("/etc/hostname")

    assert_refused(team, "GT401", "is not a regular file")


def test_a_link_to_a_file_in_the_same_folder_is_refused(team: Path):
    (team / "other.md").write_text("Watch.")
    (team / "short.md").symlink_to("other.md")

    assert_refused(team, "GT401", "is not a regular file")


def test_a_broken_link_is_refused(team: Path):
    (team / "short.md").symlink_to("nowhere.md")

    assert_refused(team, "GT401", "does not exist")


def test_a_circular_link_is_refused(team: Path):
    (team / "short.md").symlink_to("short.md")

    assert_refused(team, "GT401", "does not exist")


def test_a_pipe_is_refused_and_not_read(team: Path):
    os.mkfifo(team / "short.md")

    assert_refused(team, "GT401", "is not a regular file")


def test_a_folder_is_refused(team: Path):
    (team / "short.md").mkdir()

    assert_refused(team, "GT401", "is not a regular file")


def test_a_file_in_a_linked_folder_is_refused(team: Path):
    (team.parent / "other").mkdir()
    (team.parent / "other/short.md").write_text("Watch.")
    (team / "help").symlink_to(team.parent / "other")
    file = team / "rally-outcome.yaml"
    file.write_text(file.read_text().replace("short.md", "help/short.md"))

    assert_refused(team, "GT401", "is not a regular file")


def test_a_file_that_is_too_large_is_refused(team: Path):
    (team / "short.md").write_text("a" * 128_001)

    assert_refused(team, "GT402", "has 128,001 bytes; at most 128,000 are allowed")


def test_a_file_that_is_not_utf_8_is_refused(team: Path):
    (team / "short.md").write_bytes("Café".encode("latin-1"))

    assert_refused(team, "GT402", "is not UTF-8")


def test_a_file_with_a_byte_order_mark_and_windows_line_endings_is_accepted(team: Path):
    (team / "short.md").write_bytes(b"\xef\xbb\xbfWatch.\r\nThen choose.\r\n")

    assert problems_in(team) == []


@pytest.mark.parametrize("content", ["", " \n\t\n", "\ufeff"])
def test_a_blank_file_is_reported_at_the_file_itself(team: Path, content: str):
    (team / "short.md").write_text(content)

    [problem] = problems_in(team)

    assert (problem.path, problem.line, problem.column) == ("jobs/sports-data/short.md", 1, 1)
    assert (problem.rule, problem.message) == ("GT402", "is blank")


def test_a_file_named_with_a_line_break_around_it_is_found(team: Path):
    (team / "short.md").write_text("Watch.")
    file = team / "rally-outcome.yaml"
    file.write_text(file.read_text().replace('"short.md"', "|\n      short.md"))

    assert problems_in(team) == []
