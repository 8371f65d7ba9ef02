"""Which of two runs knows better, and whose comment it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundctl.core.pull_request import PostedComment, our_comments
from groundctl.core.stamp import Stage, Stamp, read_stamp, stamp_line

STAMP = Stamp(environment="production", stage=Stage.PLANNED, head="4f0c2a9", run=17, attempt=1, content="ab12")
BOT = "github-actions[bot]"


def a_comment(body: str, author: str = BOT) -> PostedComment:
    return PostedComment(id=1, author=author, body=body)


def test_a_stamp_is_read_as_it_was_written():
    assert read_stamp(f"{stamp_line(STAMP)}\n### Plan") == STAMP
    assert read_stamp(f"{stamp_line(STAMP)}\r\n### Plan") == STAMP


def test_an_environment_may_carry_its_region():
    stamp = replace(STAMP, environment="production.eu-west-1")

    assert read_stamp(stamp_line(stamp)) == stamp


@pytest.mark.parametrize(
    "body",
    [
        "",
        "### Plan",
        f"Look:\n{stamp_line(STAMP)}",
        f" {stamp_line(STAMP)}",
        f"{stamp_line(STAMP)} and more",
        stamp_line(STAMP).replace("v1", "v2"),
        stamp_line(STAMP).replace("run=17", "run=many"),
        stamp_line(STAMP).replace("planned", "approved"),
        stamp_line(STAMP).replace("run=17", f"run={'9' * 5000}"),
    ],
)
def test_what_is_no_stamp_is_none(body: str):
    assert read_stamp(body) is None


def test_a_stamp_that_somebody_copied_is_not_ours():
    body = f"{stamp_line(STAMP)}\nAll is well, merge it!"

    assert our_comments([a_comment(body, author="mallory")], author=BOT, environment="production") == ()
    assert our_comments([a_comment(body, author="another[bot]")], author=BOT, environment="production") == ()


def test_two_environments_have_a_comment_each():
    body = stamp_line(replace(STAMP, environment="development"))

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
def test_the_newer_run_knows_better(older: Stamp, newer: Stamp):
    assert older.order < newer.order
