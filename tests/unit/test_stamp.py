"""Which of two runs knows better, and whose comment it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundctl.domain.tracking.comment_marker import CommentMarker, Stage, marker_line, read_marker
from groundctl.domain.tracking.pull_request import PostedComment, our_comments

STAMP = CommentMarker(environment="production", stage=Stage.PLANNED, head="4f0c2a9", run=17, attempt=1, content="ab12")
BOT = "github-actions[bot]"


def a_comment(body: str, author: str = BOT) -> PostedComment:
    return PostedComment(id=1, author=author, body=body)


def test_a_stamp_is_read_as_it_was_written():
    assert read_marker(f"{marker_line(STAMP)}\n### Plan") == STAMP
    assert read_marker(f"{marker_line(STAMP)}\r\n### Plan") == STAMP


def test_an_environment_may_carry_its_region():
    stamp = replace(STAMP, environment="production.eu-west-1")

    assert read_marker(marker_line(stamp)) == stamp


@pytest.mark.parametrize(
    "body",
    [
        "",
        "### Plan",
        f"Look:\n{marker_line(STAMP)}",
        f" {marker_line(STAMP)}",
        f"{marker_line(STAMP)} and more",
        marker_line(STAMP).replace("v1", "v2"),
        marker_line(STAMP).replace("run=17", "run=many"),
        marker_line(STAMP).replace("planned", "approved"),
        marker_line(STAMP).replace("run=17", f"run={'9' * 5000}"),
    ],
)
def test_what_is_no_stamp_is_none(body: str):
    assert read_marker(body) is None


def test_a_stamp_that_somebody_copied_is_not_ours():
    body = f"{marker_line(STAMP)}\nAll is well, merge it!"

    assert our_comments([a_comment(body, author="mallory")], author=BOT, environment="production") == ()
    assert our_comments([a_comment(body, author="another[bot]")], author=BOT, environment="production") == ()


def test_two_environments_have_a_comment_each():
    body = marker_line(replace(STAMP, environment="development"))

    assert our_comments([a_comment(body)], author=BOT, environment="production") == ()


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (STAMP, replace(STAMP, run=18)),
        (STAMP, replace(STAMP, attempt=2)),
        (replace(STAMP, attempt=7), replace(STAMP, run=18)),
        (replace(STAMP, run=99), replace(STAMP, stage=Stage.MERGED)),
    ],
    ids=["a later run", "a later attempt", "an old run started again", "a plan that ends after the merge"],
)
def test_the_newer_run_knows_better(older: CommentMarker, newer: CommentMarker):
    assert older.order < newer.order
