"""`groundctl init` at a terminal: it asks for what is missing, and asks again where an answer has a fault."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.pseudo_terminal import CTRL_C, EOF, at_a_terminal

GOOD = (
    b"acme/labels\n", b"12345678 987654321\n", b"production.us-east-1=111122223333\n", b"court-side=ann@example.com\n",
    b"\n", b"@acme/platform\n", b"acme/groundctl\n",
)  # fmt: skip
ANSWERS = {
    "repository": "acme/labels",
    "owner_id": "12345678",
    "repository_id": "987654321",
    "environments": {"production.us-east-1": {"account_id": "111122223333", "region": "us-east-1"}},
    "teams": {"court-side": {"members": ["ann@example.com"]}},
    "reviewers": ["@acme/platform"],
    "tool": {"repository": "acme/groundctl"},
}


def init(folder: Path, *typed: bytes, flags: tuple[str, ...] = ()) -> tuple[int, str]:
    return at_a_terminal("init", "labels", *flags, cwd=folder, typed=[*typed], prompt="):")


def answers_in(folder: Path) -> dict[str, object]:
    data: dict[str, object] = json.loads((folder / "labels/.groundctl/lock.json").read_text())["answers"]
    return data


def test_it_asks_for_everything_and_says_where_to_go_on(tmp_path: Path):
    code, screen = init(tmp_path, *GOOD)

    assert code == 0, screen
    assert answers_in(tmp_path) == ANSWERS
    assert screen.rstrip().endswith("Next: `cd labels`, then the steps of `The first hour` in README.md")


def test_what_may_be_left_empty_is_asked_once_and_a_tool_that_is_not_published_is_named(tmp_path: Path):
    code, screen = init(tmp_path, GOOD[0], b"\n", *GOOD[2:6], b"\n")

    assert code == 0, screen
    assert answers_in(tmp_path).keys() == ANSWERS.keys() - {"owner_id", "repository_id", "tool"}
    assert "groundctl/groundctl is not published yet" in screen


@pytest.mark.parametrize(
    ("place", "typed", "words"),
    [
        (0, b"\n", "This one is needed."),
        (0, b"acme\n", '"acme" is not a valid repository'),
        (0, b"acme labels\n", "This takes 1 value, and 2 were given."),
        (1, b"12345678\n", "This takes 2 values, and 1 were given."),
        (1, b"a b\n", "write the digits in quotes"),
        (2, b"production.us-east-1\n", "names no AWS account"),
        (2, b"production=111122223333\n", "names no Region"),
        (2, b"production.us-west-1=111122223333\n", "no built-in functions"),
        (2, b"production.us-east-1=1111\n", "is not a valid account number"),
        (3, b"court-side=ann\n", "is not a valid e-mail address"),
        (3, b"a=arn:aws:sagemaker:eu-west-1:111122223333:workteam/private-crowd/a\n", "no environment is in that Region"),
        (4, b"acme-clips\n", "write s3://bucket/ or s3://bucket/folder/"),
        (5, b"@@acme\n", "is not a valid GitHub user or team"),
        (6, b"https://example.com/x\n", "is not a valid repository"),
        (3, b"\xff\xfe=ann@example.com\n", "is not allowed in teams"),
    ],
)  # fmt: skip
def test_a_fault_is_named_at_once_and_the_same_question_is_asked_again(
    tmp_path: Path, place: int, typed: bytes, words: str
):
    code, screen = init(tmp_path, *GOOD[:place], typed, *GOOD[place:])

    assert (code, words in screen) == (0, True), screen
    assert answers_in(tmp_path) == ANSWERS


def test_values_are_taken_as_people_paste_them(tmp_path: Path):
    pasted = (
        b"https://github.com/acme/labels.git\n", GOOD[1], b"production.us-east-1=1111-2222-3333, staging.eu-west-1=444455556666\n",
        b"court-side=ann@example.com, bo@example.com\n", b"s3://acme-clips/day=1/=production.us-east-1\n",
        b"acme/platform, @dana\n", b"git@github.com:acme/groundctl.git\n",
    )  # fmt: skip

    code, screen = init(tmp_path, *pasted)

    assert code == 0, screen
    answers = answers_in(tmp_path)
    assert (answers["repository"], answers["tool"]) == ("acme/labels", {"repository": "acme/groundctl"})
    assert answers["environments"] == {
        "production.us-east-1": {"account_id": "111122223333", "region": "us-east-1"},
        "staging.eu-west-1": {"account_id": "444455556666", "region": "eu-west-1"},
    }
    assert answers["teams"] == {"court-side": {"members": ["ann@example.com", "bo@example.com"]}}
    assert answers["clips"] == {"s3://acme-clips/day=1/": {"environments": ["production.us-east-1"]}}
    assert answers["reviewers"] == ["acme/platform", "@dana"]


def test_what_flags_say_is_not_asked_and_their_region_counts(tmp_path: Path):
    flags = ("--region", "us-east-1", "--repository", "acme/labels", "--tool-repository", "acme/groundctl")

    code, screen = init(tmp_path, GOOD[1], b"production=111122223333\n", *GOOD[3:6], flags=flags)

    assert code == 0, screen
    assert answers_in(tmp_path) == ANSWERS


def test_a_fault_in_a_flag_is_named_before_any_question(tmp_path: Path):
    code, screen = init(tmp_path, flags=("--repository", "acme"))

    assert (code, "The GitHub repository" in screen, "the flags have 1 fault" in screen) == (2, False, True), screen


@pytest.mark.parametrize(("keys", "code"), [(EOF, 2), (CTRL_C, 130)])
@pytest.mark.parametrize("answered", [0, 3, 6])
def test_an_end_at_any_question_writes_nothing(tmp_path: Path, keys: bytes, code: int, answered: int):
    ended, screen = init(tmp_path, *GOOD[:answered], keys)

    assert (ended, "Traceback" in screen, [*tmp_path.iterdir()]) == (code, False, []), screen
