"""Holds what AWS and GitHub show after a row against what the row says."""

from __future__ import annotations

import os
import re
from typing import Final

from decision_table.rows import Ended, Row
from decision_table.stage import Stage
from support.builders import ROOT
from support.github.comment_page import comment_page
from support.github.markdown import read

# Every comment is written here as a page if this variable is set.
KEEP: Final = "DECISION_TABLE_COMMENTS"
FOLDER: Final = ROOT / ".build" / "decision-table"
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
_COMMIT: Final = re.compile(r"\b(?=[0-9a-f]*[0-9])[0-9a-f]{7}\b")


def check_row(row: Row, ended: Ended, stage: Stage) -> None:
    """Compare what was bought, the checks, and the sentences of the comment."""
    after, before = stage.seen(ended.pull, ended.commit), stage.shown.get(ended.pull.number)
    keep(row, {"after": after.comment, "before": before.comment if before else ""})
    comment = plain(after.comment)
    context = f"{stage.log}\n--- comment\n{comment}"

    assert stage.bought() == dict(row.bought), context
    assert stage.creates() == len(row.bought) + row.refused, context
    assert after.conclusion == row.check, context
    report = plain("{title}\n\n{summary}".format(**after.check["output"])) if after.check else ""
    for sentence in row.check_says:
        assert sentence in report, f"{report}\n{context}"
    for sentence in row.says:
        assert sentence in comment, context
    for sentence in row.says_not:
        assert sentence not in comment, context
    for sentence in row.logs:
        assert sentence in stage.log, context
    if before:
        assert before.conclusion == row.planned, context
        for sentence in row.before:
            assert sentence in plain(before.comment), plain(before.comment)
        for sentence in row.before_not:
            assert sentence not in plain(before.comment), plain(before.comment)


def plain(markdown: str) -> str:
    """Return the text that a reader sees, with TIME for times and SHA for commits."""
    return _COMMIT.sub("SHA", _TIME.sub("TIME", read(markdown).text))


def keep(row: Row, comments: dict[str, str]) -> None:
    """Write the comments of a row as pages, if asked."""
    if KEEP not in os.environ:
        return
    for when, comment in comments.items():
        if comment:
            page = FOLDER / f"{_file_name(row.words)}-{when}.html"
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(comment_page(comment, f"{row.words} ({when})"))


def _file_name(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
