"""Which objects of a source become clips, which stay behind, and why."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundctl.domain.clips.input_manifest import FrozenInput, clips_in, freeze
from groundctl.domain.clips.left_out import MAX_ENDINGS, OTHER_ENDINGS, Why
from groundctl.domain.clips.patterns import matches, matches_named
from groundctl.domain.clips.selection import Chosen, choose_from_listing, choose_from_manifest
from groundctl.domain.clips.stored_object import StoredObject
from groundctl.domain.declarations.sources import (
    TAKE_ALL,
    Condition,
    Sample,
    Selection,
    size_in_bytes,
)
from groundctl.domain.declarations.spec import exact

PREFIX = "s3://clips/rallies/"
KEYS = tuple(f"rally-{number:04}.mp4" for number in range(200))


def an_object(key: str, *, size: int = 1000, modified: str = "2026-11-02T09:00:00.000Z") -> StoredObject:
    return StoredObject(f"{PREFIX}{key}", size, modified)


def chosen(*keys: str | StoredObject, most: int = 100_000, **members: object) -> Chosen:
    objects = [key if isinstance(key, StoredObject) else an_object(key) for key in keys]
    return choose_from_listing(objects, PREFIX, Selection(**members) if members else TAKE_ALL, most=most)  # type: ignore[arg-type]


def names(found: Chosen) -> list[str]:
    return [json.loads(line)["source-ref"].removeprefix(PREFIX) for line in found.manifest.splitlines()]


def left_out(found: Chosen) -> list[tuple[Why, str, int]]:
    return [(group.why, group.detail, group.count) for group in found.tally.left_out]


def a_sample(count: int | None = None, percent: float | None = None, seed: int = 0) -> Sample:
    return Sample(count=count, percent=None if percent is None else exact(percent), seed=seed)


# -- patterns ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "key", "fits"),
    [
        ("*.mp4", "a.mp4", True),
        ("*.mp4", "deep/a.mp4", False),
        ("**.mp4", "deep/er/a.mp4", True),
        ("**/*.mp4", "deep/a.mp4", True),
        ("**/*.mp4", "a.mp4", False),
        ("cam?/*", "cam1/a.webm", True),
        ("cam?/*", "cam10/a.webm", False),
        ("?", "/", False),
        ("*.mp4", "a.MP4", True),
        ("*.MP4", "a.mp4", True),
        ("A.mp4", "a.mp4", False),
        ("v1.0/*", "V1.0/a.mp4", False),
        ("a.mp4", "axmp4", False),
        ("[ab].mp4", "a.mp4", False),
        ("[ab].mp4", "[ab].mp4", True),
        ("*", "line\nbreak", True),
        ("(a|b)+.mp4", "a.mp4", False),
    ],
)
def test_a_star_stops_at_a_slash_and_only_the_case_of_an_ending_is_ignored(pattern: str, key: str, fits: bool):
    assert matches(key, [pattern]) is fits


def test_one_matching_pattern_is_enough():
    assert matches("a.webm", ["*.mp4", "*.webm"])


@pytest.mark.parametrize(
    ("pattern", "key", "fits"),
    [("*.mp4", "deep/a.mp4", True), ("deep/*.mp4", "deep/a.mp4", True), ("deep/*.mp4", "very/deep/a.mp4", False)],
)
def test_a_pattern_without_a_slash_is_for_the_file_name_of_a_clip_that_is_named(pattern: str, key: str, fits: bool):
    assert matches_named(key, [pattern]) is fits


@given(st.text(max_size=20), st.text(max_size=20))
@settings(max_examples=200, derandomize=True, database=None, deadline=None)
def test_a_key_is_matched_by_itself_as_a_pattern_and_by_two_stars(key: str, other: str):
    assert matches(key, ["**"])
    if not re.search(r"[*?]", key):
        assert matches(key, [key])
    assert matches(key, [other]) == matches(key, [other, other])


# -- what is left out is reported --------------------------------------------------------------------------


def test_every_object_is_taken_or_left_out_for_one_reason():
    found = chosen(
        "a.mp4", "b.MP4", "c.mov", "d.MOV", "notes.txt", "", "raw/", "raw/e.mp4", "README", ".DS_Store",
        an_object("f.mp4", size=0), match=("*.mp4",),
    )  # fmt: skip

    assert names(found) == ["a.mp4", "b.MP4"]
    assert found.tally.seen == 11
    assert left_out(found) == [
        (Why.ENDING, "", 2),
        (Why.ENDING, ".mov", 2),
        (Why.ENDING, ".txt", 1),
        (Why.FOLDER, "", 2),
        (Why.NOT_MATCHED, "", 1),
        (Why.EMPTY, "", 1),
    ]


def test_without_patterns_every_file_that_browsers_play_is_a_clip():
    assert names(chosen("day/A.MP4", "b.WebM", "c.ogg", "d.mp4.txt")) == ["b.WebM", "c.ogg", "day/A.MP4"]


def test_a_file_that_no_browser_plays_is_left_out_even_if_a_pattern_matches_it():
    found = chosen("a.mov", "b.mp4", match=("*",))

    assert names(found) == ["b.mp4"]
    assert left_out(found) == [(Why.ENDING, ".mov", 1)]


def test_bounds_and_exclusions_are_reasons_of_their_own():
    found = chosen(
        an_object("small.mp4", size=99), an_object("large.mp4", size=1001), an_object("fits.mp4", size=100),
        an_object("old.mp4", modified="2026-10-31T23:59:59.999Z"), an_object("first.mp4", modified="2026-11-01T00:00:00.000Z"),
        an_object("new.mp4", modified="2026-12-01T00:00:00.000Z"), an_object("draft-1.mp4"),
        min_size=100, max_size=1000, since="2026-11-01T00:00:00Z", before="2026-12-01T00:00:00Z", exclude=("draft-*",),
    )  # fmt: skip

    assert names(found) == ["first.mp4", "fits.mp4"]
    assert {(group.why, group.first) for group in found.tally.left_out} == {
        (Why.EXCLUDED, (f"{PREFIX}draft-1.mp4",)),
        (Why.TOO_SMALL, (f"{PREFIX}small.mp4",)),
        (Why.TOO_LARGE, (f"{PREFIX}large.mp4",)),
        (Why.TOO_OLD, (f"{PREFIX}old.mp4",)),
        (Why.TOO_NEW, (f"{PREFIX}new.mp4",)),
    }


@given(
    st.lists(st.sampled_from(["a.mp4", "b.MP4", "c.mov", "d.txt", "e/", "e/f.webm", "g", "h.mp4"]), max_size=30),
    st.sampled_from([(), ("*.mp4",), ("e/*",)]),
    st.one_of(st.none(), st.integers(1, 10)),
    st.one_of(st.none(), st.integers(1, 10)),
)
@settings(max_examples=200, derandomize=True, database=None, deadline=None)
def test_what_is_taken_and_what_is_left_out_add_up(
    keys: list[str], match: tuple[str, ...], count: int | None, limit: int | None
):
    sample = None if count is None else a_sample(count)

    found = chosen(*keys, match=match, sample=sample, limit=limit)

    assert found.count + sum(group.count for group in found.tally.left_out) == found.tally.seen == len(keys)


def test_very_many_endings_are_counted_together():
    found = chosen(*(f"a.x{number:03}" for number in range(500)))

    assert len(found.tally.left_out) == MAX_ENDINGS + 1
    assert found.tally.left_out[0].detail == OTHER_ENDINGS


def test_a_thousandth_of_the_names_is_kept():
    found = chosen(*(f"{number}.mov" for number in range(5_000)))

    assert (found.tally.left_out[0].count, len(found.tally.left_out[0].first)) == (5_000, 5)


def test_of_more_clips_than_a_job_takes_only_so_many_are_kept_and_all_are_counted():
    found = chosen(*KEYS, most=10)

    assert (found.count, len(found.listed)) == (200, 10)


# -- samples -------------------------------------------------------------------------------------------


def sampled(keys: Iterable[str], **members: object) -> list[str]:
    return names(chosen(*keys, sample=a_sample(**members)))  # type: ignore[arg-type]


def test_a_sample_has_the_requested_number_of_clips_in_order_of_name():
    taken = sampled(KEYS, count=50)

    assert len(taken) == len(set(taken)) == 50
    assert taken == sorted(taken)


@settings(max_examples=50, derandomize=True, database=None, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([{"count": 50}, {"percent": 20}, {"percent": 0.5}]))
def test_a_sample_does_not_depend_on_the_order_of_pages(chance: random.Random, size: dict[str, float]):
    shuffled = list(KEYS)
    chance.shuffle(shuffled)

    assert sampled(shuffled, **size) == sampled(KEYS, **size)


def test_a_sample_never_changes_between_versions_of_groundctl():
    # Written down from the first version: a declared job would otherwise look changed.
    assert [key[6:10] for key in sampled(KEYS, count=5, seed=7)] == ["0023", "0041", "0045", "0068", "0109"]
    assert [key[6:10] for key in sampled(KEYS, percent=2, seed=7)] == [
        "0023",
        "0026",
        "0041",
        "0045",
        "0068",
        "0109",
        "0185",
    ]


def test_another_seed_selects_other_clips():
    assert sampled(KEYS, count=50, seed=1) != sampled(KEYS, count=50, seed=2)
    assert sampled(KEYS, percent=50, seed=1) != sampled(KEYS, percent=50, seed=2)


def test_a_larger_sample_contains_the_smaller_one():
    assert set(sampled(KEYS, count=50)) < set(sampled(KEYS, count=60))
    assert set(sampled(KEYS, percent=20)) < set(sampled(KEYS, percent=30))


def test_a_sample_larger_than_the_input_is_the_whole_input():
    assert sampled(KEYS, count=1000) == list(KEYS)


@settings(max_examples=100, derandomize=True, database=None, deadline=None)
@given(st.integers(1, 199), st.integers(0, 10**9), st.integers(0, 10**6))
def test_a_new_clip_replaces_at_most_one_clip_of_a_sample(count: int, seed: int, name: int):
    before = set(sampled(KEYS, count=count, seed=seed))

    after = set(sampled([*KEYS, f"new-{name}.mp4"], count=count, seed=seed))

    assert len(after - before) <= 1
    assert len(before - after) <= 1


@settings(max_examples=50, derandomize=True, database=None, deadline=None)
@given(st.integers(1, 99), st.integers(0, 10**9), st.lists(st.integers(0, 10**6), unique=True, max_size=50))
def test_new_clips_change_nothing_about_the_others_in_a_sample_by_percent(percent: int, seed: int, more: list[int]):
    before = set(sampled(KEYS, percent=percent, seed=seed))

    after = set(sampled([*KEYS, *(f"new-{name}.mp4" for name in more)], percent=percent, seed=seed))

    assert {key for key in after if not key.startswith("new-")} == before


def test_samples_are_spread_evenly_over_the_clips():
    """With 400 seeds, each clip is in a sample of a quarter 100 times on average; chi-square with 199 degrees of freedom."""
    times = dict.fromkeys(KEYS, 0)
    for seed in range(400):
        for key in sampled(KEYS, count=50, seed=seed):
            times[key] += 1
    spread = sum((count - 100) ** 2 / (400 * 0.25 * 0.75) for count in times.values())

    assert 130 < spread < 290  # six sigma on either side
    shares = [len(sampled(KEYS, percent=25, seed=seed)) for seed in range(400)]
    assert 49 < sum(shares) / len(shares) < 51


def test_a_limit_takes_the_first_clips_by_name():
    found = chosen(*reversed(KEYS), limit=3)

    assert names(found) == ["rally-0000.mp4", "rally-0001.mp4", "rally-0002.mp4"]
    assert left_out(found) == [(Why.LIMIT, "", 197)]


# -- lines of a manifest -------------------------------------------------------------------------------


def a_line(key: str, **members: object) -> bytes:
    return json.dumps({"source-ref": f"{PREFIX}{key}", **members}).encode() + b"\n"


def from_lines(*lines: bytes, **members: object) -> Chosen:
    return choose_from_manifest(lines, Selection(**members) if members else TAKE_ALL)  # type: ignore[arg-type]


def test_lines_are_taken_as_they_are_and_in_their_order():
    lines = (a_line("b.mp4", camera="north"), b"\n", a_line("a.mp4").rstrip(b"\n"))

    found = from_lines(*lines)

    assert found.manifest == b"".join(lines)
    assert (found.count, found.tally.seen) == (2, 2)


def test_a_line_that_is_taken_keeps_its_number():
    found = from_lines(a_line("a.mp4", x=1), b"\n", a_line("b.mp4", x=2), where=(Condition(key="x", any_of=(2,)),))

    assert found.numbers == (3,)


@pytest.mark.parametrize(
    ("condition", "value", "fits"),
    [
        (Condition(key="x", any_of=("north",)), "north", True),
        (Condition(key="x", any_of=("north", "south")), "east", False),
        (Condition(key="x", any_of=(1,)), 1.0, True),
        (Condition(key="x", any_of=(1,)), True, False),
        (Condition(key="x", any_of=(True,)), 1, False),
        (Condition(key="x", any_of=("1",)), 1, False),
        (Condition(key="x", at_least=exact(0.5), below=exact(0.9)), 0.5, True),
        (Condition(key="x", at_least=exact(0.5), below=exact(0.9)), 0.9, False),
        (Condition(key="x", at_least=exact(0)), True, False),
        (Condition(key="x", below=exact(5)), "3", False),
        (Condition(key="x", is_given=True), None, True),
        (Condition(key="x", is_given=False), 1, False),
        (Condition(key="y", is_given=False), 1, True),
        (Condition(key="y", any_of=("",)), 1, False),
    ],
)
def test_a_condition_compares_a_key_of_the_line(condition: Condition, value: object, fits: bool):
    found = from_lines(a_line("a.mp4", x=value), where=(condition,))

    assert bool(found.count) is fits
    assert left_out(found) == ([] if fits else [(Why.WHERE, "", 1)])


def test_a_line_that_cannot_be_read_is_kept_so_that_it_is_reported():
    broken = (b"{\n", b'{"source-ref": 3}\n', b"[]\n", b'{"source-ref": "s3://clips/\xff.mp4"}\n')

    found = from_lines(*broken, a_line("a.mov"), match=("*.mp4",))

    assert found.manifest == b"".join(broken)


def test_a_sample_of_a_manifest_is_that_of_a_listing_of_the_same_clips():
    found = from_lines(*map(a_line, KEYS), sample=a_sample(5, seed=7))

    assert names(found) == sampled(KEYS, count=5, seed=7)


@pytest.mark.parametrize(("text", "size"), [("0B", 0), ("100kB", 100_000), ("1.5GB", 1_500_000_000), ("0.5kB", 500)])
def test_a_size_is_in_bytes(text: str, size: int):
    assert size_in_bytes(text) == size


# --- hostile patterns and lines -----------------------------------------------------------------------------------------------


@given(st.text(alphabet="ab/*?.A", max_size=9), st.text(alphabet="ab/.AB\n", max_size=10))
@settings(max_examples=500, deadline=None)
def test_a_pattern_matches_what_its_plain_translation_matches(pattern: str, key: str):
    start, dot, ending = pattern.rpartition(".")
    if not dot or "/" in ending:
        start, dot, ending = pattern, "", ""
    wildcards = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    plain, any_case = (
        "".join(wildcards.get(piece, re.escape(piece)) for piece in re.split(r"(\*\*|\*|\?)", part))
        for part in (start + dot, ending)
    )

    assert matches(key, (pattern,)) is bool(re.fullmatch(f"{plain}(?i:{any_case})", key, re.DOTALL))


@pytest.mark.parametrize(
    ("pattern", "key"),
    [
        ("*a" * 90 + "*.mp4", "a" * 1_000 + ".mov"),
        ("**a" * 60 + ".mp4", "a" * 1_000 + ".mov"),
        ("**" + "*a" * 90 + ".mp4", "a" * 1_000 + ".mov"),
        ("**/" + "*?" * 90 + ".mp4", "a/" * 500 + ".mov"),
        ("**a*" * 40 + "b", "a" * 1_024),
    ],
)
def test_a_pattern_of_many_wildcards_takes_no_hours(pattern: str, key: str):
    started = time.process_time()

    assert not matches(key, (pattern,))
    assert time.process_time() - started < 3


@pytest.mark.parametrize("depth", [600, 10_000, 40_000])
def test_a_line_of_many_brackets_is_reported_and_ends_nothing(depth: int):
    line = b'{"source-ref": "s3://clips/a.mp4", "x": ' + b"[" * depth + b"]" * depth + b"}\n"

    found = choose_from_manifest([line], Selection(where=(Condition(key="x", any_of=("y",)),)))

    assert found.count in {0, 1}
    assert isinstance(freeze(line, (), "label"), FrozenInput if depth < 900 else tuple)
    assert clips_in(line) in {frozenset(), frozenset({"s3://clips/a.mp4"})}
