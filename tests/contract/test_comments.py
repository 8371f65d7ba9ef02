"""Every comment that a pull request can get, compared as a whole with tests/snapshots/comments."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from groundctl.presentation.markdown.size_limit import COMMENT_LIMIT, MARKER_ROOM, size
from support.github.markdown import read
from support.github.sample_comments import COMMENTS

FOLDER = Path(__file__).parents[1] / "snapshots" / "comments"


@pytest.mark.parametrize("name", COMMENTS)
def test_a_comment_reads_as_its_file(name: str):
    file, written = FOLDER / f"{name}.md", COMMENTS[name]().text

    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(written)

    assert file.read_text() == written, "if this change is meant: `make update-snapshots`, then look at the diff"
    assert size(written) <= COMMENT_LIMIT - MARKER_ROOM
    assert read(written).live == ()


def test_every_file_is_a_comment_that_is_still_written():
    assert {file.stem for file in FOLDER.glob("*.md")} == set(COMMENTS)
