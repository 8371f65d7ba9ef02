"""The files of results, and clips that play from a folder or a web address."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from groundctl.adapters.local.output_folder import OutputFolder
from groundctl.domain.results.output_manifest import read_objects
from groundctl.errors import UsageError
from groundctl.presentation.machine.results_files import results_files
from results.manifests import a_labeled_job, a_line, some_results, written
from support.builders import NOW


def write_results(folder: Path) -> tuple[Path, ...]:
    lines = a_line(1), a_line(2, None)
    contents = results_files(some_results(*lines), lambda: read_objects(written(*lines), a_labeled_job()), now=NOW)
    return OutputFolder(folder).write(contents)


def test_four_files_are_written_and_agree(tmp_path: Path) -> None:
    paths = write_results(tmp_path / "new" / "folder")

    assert [path.name for path in paths] == [f"Rally-2026{end}" for end in (".csv", ".jsonl", ".summary.json", ".html")]
    table, lines, summary, page = paths
    with table.open(encoding="utf-8", newline="") as file:
        assert [row["label"] for row in csv.DictReader(file)] == ["winner", ""]
    assert [json.loads(line)["label"] for line in lines.read_text().splitlines()] == ["winner", None]
    assert json.loads(summary.read_text())["labeled"] == 1
    assert "<strong>1</strong> of 2 clips labeled" in page.read_text()


def test_writing_again_gives_the_same_bytes(tmp_path: Path) -> None:
    first = [path.read_bytes() for path in write_results(tmp_path)]
    second = [path.read_bytes() for path in write_results(tmp_path)]

    assert first == second


def test_a_folder_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")

    with pytest.raises(UsageError, match="cannot be written"):
        write_results(tmp_path / "taken")


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """A folder with one clip, and a file beside it that must not be served."""
    folder = tmp_path / "clips"
    (folder / "rallies").mkdir(parents=True)
    (folder / "rallies" / "a b#1.mp4").write_bytes(b"clip")
    (tmp_path / "secret.mp4").write_bytes(b"no")
    return folder


@pytest.mark.parametrize(
    ("uri", "url"),
    [
        ("s3://bucket/rallies/a b#1.mp4", "../clips/rallies/a%20b%231.mp4"),
        ("s3://bucket/2026/rallies/a b#1.mp4", "../clips/rallies/a%20b%231.mp4"),
        ("s3://bucket/other/a.mp4", None),
        ("s3://bucket/../secret.mp4", None),
        ("s3://bucket/%2e%2e/secret.mp4", None),
        ("s3://bucket//etc/passwd", None),
        ("not an address \0", None),
        ("", None),
    ],
)
def test_clips_are_found_in_a_folder_by_the_ends_of_their_keys(clips: Path, uri: str, url: str | None) -> None:
    assert OutputFolder(clips.parent / "out").clips_at(str(clips))(uri) == url


def test_clips_at_a_web_address_lie_under_their_keys() -> None:
    find = OutputFolder(Path()).clips_at("https://media.example.com/clips/")

    assert find("s3://bucket/rallies/a b.mp4") == "https://media.example.com/clips/rallies/a%20b.mp4"


def test_a_missing_folder_of_clips_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        OutputFolder(tmp_path).clips_at(str(tmp_path / "none"))
