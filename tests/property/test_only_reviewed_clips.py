"""Nothing outside the reviewed clips is ever bought, whatever happens to clips between review and merge."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from groundctl.app.approval.reviewed_clips import manifest_of
from groundctl.domain.clips.input_manifest import clips_in
from support.frozen_clips import CLIPS, NAMED, PREFIX, Season, clip

POOL = tuple(clip(number) for number in range(9))
SOMES = st.sets(st.sampled_from(POOL))
SELECTIONS = st.fixed_dictionaries(
    {},
    optional={
        "only_new": st.booleans(),
        "limit": st.integers(1, 6),
        "sample": st.fixed_dictionaries({"count": st.integers(1, 6), "seed": st.integers(0, 3)}),
        "exclude": st.just(["*rally-7*"]),
    },
)


@settings(max_examples=150)
@given(
    source=st.sampled_from([PREFIX, NAMED]),
    selection=SELECTIONS,
    arrive=SOMES,
    go=SOMES,
    replaced=SOMES,
    asked=SOMES,
    asked_before=SOMES,
)
def test_what_is_bought_was_reviewed_and_is_as_it_was(
    source: dict[str, Any],
    selection: dict[str, Any],
    arrive: set[str],
    go: set[str],
    replaced: set[str],
    asked: set[str],
    asked_before: set[str],
):
    season = Season({**source, **selection})
    if asked_before:
        season.asked_elsewhere(*asked_before)
    season.approved()
    reviewed = clips_in(manifest_of(season.planned().plan.changes[0]))
    season.gets(*(arrive - set(CLIPS)))
    for uri in replaced & season.objects.objects.keys():
        season.shows(uri, more=99)
    season.loses(*(go & season.objects.objects.keys()))
    if asked - asked_before:
        season.asked_elsewhere(*(asked - asked_before), name="third")

    bought, _ = season.applied()

    left = reviewed - asked if selection.get("only_new") else reviewed
    is_whole = not reviewed & go and not reviewed & replaced
    is_free = bool(selection.get("only_new")) or not reviewed & (asked | asked_before)
    assert bought == (left if is_whole and is_free else frozenset())


@settings(max_examples=60)
@given(source=st.sampled_from([PREFIX, NAMED]), arrive=SOMES, go=SOMES)
def test_with_at_create_never_more_is_bought_than_approved(source: dict[str, Any], arrive: set[str], go: set[str]):
    season = Season({**source, "at": "create"})
    season.approved()
    season.gets(*(arrive - set(CLIPS)))
    season.loses(*(go & season.objects.objects.keys()))
    there = (set(CLIPS) | arrive) - go

    bought, _ = season.applied()

    assert bought == (there if len(there) <= len(CLIPS) else frozenset())
