"""Rows about clips that arrive, go and change between review and merge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from decision_table.approved import BY_ROSA, HELD, ends
from decision_table.rows import NOTHING, THE_CLIPS, Ended, Row
from decision_table.stage import CLIPS, JOB, MANIFEST, PREFIX, Stage, declared

LATE: Final = ("rallies/late-1.mp4", "rallies/late-2.mp4")
_BY_PREFIX: Final[dict[str, Any]] = {"prefix": PREFIX, "match": ["*.mp4"]}
_BY_MANIFEST: Final[dict[str, Any]] = {"manifest": f"s3://clips/{MANIFEST}"}
Changes = Callable[[Stage], None]


def approved_then(source: dict[str, Any], *changes: Changes) -> Callable[[Stage], Ended]:
    """Approve a job, change its clips, merge."""

    def play(stage: Stage) -> Ended:
        stage.lists(CLIPS)
        pull = stage.opens(declared(input=source))
        stage.reviews(pull)
        for change in changes:
            change(stage)
        return ends(stage, pull)

    return play


def arrive(stage: Stage) -> None:
    """Let two clips arrive, also in the manifest."""
    stage.uploads(LATE)
    stage.lists((*CLIPS, *LATE))


def go(stage: Stage) -> None:
    """Delete the first clip, also from the manifest."""
    stage.removes(CLIPS[:1])
    stage.lists((*CLIPS[1:],))


def go_and_arrive(stage: Stage) -> None:
    """Delete the first clip, and let two arrive."""
    stage.uploads(LATE)
    stage.removes(CLIPS[:1])
    stage.lists((*CLIPS[1:], *LATE))


def change(stage: Stage) -> None:
    """Replace the third clip."""
    stage.replaces(CLIPS[2:3])


def reviewed_again_without(stage: Stage) -> Ended:
    """Let an approved clip go, merge, and approve what is left with another pull request."""
    pull = stage.opens(declared())
    stage.reviews(pull)
    go(stage)
    ends(stage, pull)
    again = stage.opens(declared(notes="Rally 1 was deleted."), branch="again")
    stage.reviews(again)
    return ends(stage, again)


_ARRIVED: Final = ("1 created", BY_ROSA, "2 new clips were not part of the approved plan")
_GONE: Final = f"clips of the reviewed plan are gone from {PREFIX}: s3://clips/{CLIPS[0]}"
_GONE_FROM_MANIFEST: Final = f"clips of the reviewed plan are gone from s3://clips/{MANIFEST}: s3://clips/{CLIPS[0]}"
_REPLACED: Final = f"clips of the reviewed plan were replaced: s3://clips/{CLIPS[2]} (on "
_WAY_OUT: Final = "restore what was reviewed, or open a pull request that changes its file"


def _held(words: str, play: Callable[[Stage], Ended], *says: str, slow: bool = True) -> Row:
    says = (*HELD, *says, _WAY_OUT)
    return Row(words=words, play=play, bought=NOTHING, check="failure", says=says, slow=slow)


# Most are played with the workflow files only: tests/unit/test_frozen_clips.py has them and more without processes.
ROWS: Final = (
    Row(
        words="Clips of a prefix arrive after the approval",
        play=approved_then(_BY_PREFIX, arrive),
        bought=THE_CLIPS,
        says=_ARRIVED,
        slow=True,
    ),
    _held("A clip of a prefix is gone", approved_then(_BY_PREFIX, go), _GONE),
    _held("A clip of a prefix is replaced", approved_then(_BY_PREFIX, change), _REPLACED),
    _held(
        "Clips of a prefix arrive, go and are replaced",
        approved_then(_BY_PREFIX, go_and_arrive, change),
        _GONE,
        "clips of the reviewed plan were replaced",
    ),
    Row(
        words="Clips of a manifest arrive after the approval",
        play=approved_then(_BY_MANIFEST, arrive),
        bought=THE_CLIPS,
        says=_ARRIVED,
        slow=True,
    ),
    _held("A line of a manifest is gone", approved_then(_BY_MANIFEST, go), _GONE_FROM_MANIFEST),
    _held(
        "Lines of a manifest arrive and go",
        approved_then(_BY_MANIFEST, go_and_arrive),
        _GONE_FROM_MANIFEST,
        slow=False,
    ),
    _held("A clip of a manifest is replaced", approved_then(_BY_MANIFEST, change), _REPLACED),
    Row(
        words="A clip is gone, and a second pull request approves the others",
        play=reviewed_again_without,
        bought={JOB: CLIPS[1:]},
        says=("1 created", BY_ROSA),
        slow=True,
    ),
    Row(
        words="`at: create`: other clips, as many as approved",
        play=approved_then(
            {**_BY_PREFIX, "at": "create"}, go_and_arrive, lambda stage: stage.removes(LATE[:1]), change
        ),
        bought={JOB: tuple(sorted((*CLIPS[1:], LATE[1])))},
        says=("1 created", BY_ROSA),
        before=("takes its clips when the job is created", "up to 8 clips and $0.64 are approved with it"),
    ),
    Row(
        words="`at: create`: more clips than approved",
        play=approved_then({**_BY_PREFIX, "at": "create"}, arrive),
        bought=NOTHING,
        check="failure",
        says=(*HELD, "more clips: reviewed up to 8, now 10"),
        slow=True,
    ),
)
