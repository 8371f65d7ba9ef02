"""`groundctl new` as people call it: from any folder, on a terminal, and at paths that lead elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from support.cli import groundctl
from support.pseudo_terminal import at_a_terminal

POLICY = "folders: {sports: {inputs: [s3://own/rallies/], teams: [reviewers, others]}}\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / "jobs/sports").mkdir(parents=True)
    (root / "jobs/policy.yaml").write_text(POLICY)
    return root


def test_it_is_written_from_a_folder_below_with_the_schema_of_the_repository(repository: Path):
    (repository / ".groundctl").mkdir()
    (repository / ".groundctl/schema.json").write_text("{}")

    ran = groundctl("new", "foul.yaml", "--team", "others", cwd=repository / "jobs/sports")

    assert ran.code == 0, ran.err
    text = (repository / "jobs/sports/foul.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=../../.groundctl/schema.json\n")
    assert "note:" not in ran.out


def test_a_link_is_not_followed_out_of_the_repository(repository: Path, tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (repository / "jobs/out").symlink_to(elsewhere)

    for path in ("jobs/out/foul.yaml", "../elsewhere/foul.yaml", str(elsewhere / "foul.yaml"), "jobs/out/../../x.yaml"):
        ran = groundctl("new", path, cwd=repository)
        assert ran.code == 2, path
        assert "hint: " in ran.err

    assert list(elsewhere.iterdir()) == []
    assert not (repository / "x.yaml").exists()


def on_a_terminal(repository: Path, typed: list[bytes], *arguments: str) -> tuple[int, str]:
    """Run groundctl at a pseudo-terminal, and type an answer to each question."""
    return at_a_terminal(*arguments, cwd=repository, typed=typed, prompt="]:")


def test_on_a_terminal_it_asks_with_what_it_would_take(repository: Path):
    typed = [
        b"Was it a foul?\n",
        b"yes it was,no,cannot tell\n",
        b"\n",
        b"strangers\n",
        b"others\n",
        b"12\n",
        b"2\n",
        b"\n",
        b"50\n",
    ]

    code, shown = on_a_terminal(repository, typed, "new", "jobs/sports/foul.yaml")

    assert code == 0, shown
    assert "Where the clips are (s3://BUCKET/FOLDER/) [s3://own/rallies/]:" in shown
    assert "which jobs/policy.yaml does not allow" in shown
    data = yaml.safe_load((repository / "jobs/sports/foul.yaml").read_text())
    assert data["task"]["labels"] == ["yes it was", "no", "cannot tell"]
    assert (data["workforce"]["team"], data["workforce"]["workers_per_object"], data["budget"]["usd"]) == (
        "others",
        2,
        50,
    )


def test_ctrl_c_at_a_question_leaves_no_file(repository: Path):
    code, _ = on_a_terminal(repository, [b"Was it a foul?\n", b"\x03"], "new", "jobs/new-team/foul.yaml")

    assert code != 0
    assert not (repository / "jobs/new-team").exists()


def test_flags_replace_questions(repository: Path):
    code, shown = on_a_terminal(
        repository, [], "new", "jobs/sports/foul.yaml", "--no-questions", "--label", "a", "--label", "b"
    )

    assert code == 0, shown
    assert yaml.safe_load((repository / "jobs/sports/foul.yaml").read_text())["task"]["labels"] == ["a", "b"]
