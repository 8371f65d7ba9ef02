"""A manifest line is taken as AWS takes it, and every line that two readers could take differently is refused."""

from __future__ import annotations

import time

import pytest

from groundctl.domain.clips.input_manifest import (
    FrozenInput,
    freeze,
    manifest_of_objects,
    manifest_of_uris,
)
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.spec import Label

LABELS = (Label(name="winner"), Label(name="error"))
GOOD = b'{"source-ref":"s3://clips/a.mp4"}'


def frozen(manifest: bytes, within: tuple[tuple[str, ...], ...] = ()) -> FrozenInput:
    found = freeze(manifest, LABELS, "outcome", within=within)
    assert isinstance(found, FrozenInput), found
    return found


def faults(manifest: bytes, within: tuple[tuple[str, ...], ...] = ()) -> tuple[Diagnostic, ...]:
    found = freeze(manifest, LABELS, "outcome", within=within)
    assert not isinstance(found, FrozenInput)
    return found


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b'{"source-ref":"s3://clips/\\ud800.mp4"}', "has a lone surrogate in `source-ref`, an escape such as \\ud800"),
        (b"\xef\xbb\xbf" + GOOD, "starts with a byte order mark"),
        (GOOD.decode().encode("utf-16"), "is not UTF-8"),
        (b'{"source-ref":"s3://clips/\xff.mp4"}', "is not UTF-8"),
        (b'{"source-ref":"s3://clips/a.mp4","x":NaN}', "has NaN, which is not JSON"),
        (b'{"source-ref":"s3://clips/a.mp4","x":[-Infinity]}', "has -Infinity, which is not JSON"),
        (b'{"source-ref":"s3://clips/a.mp4","source-ref":"s3://clips/b.mp4"}', 'has "source-ref" twice'),
        (b'{"source-ref":"s3://clips/a.mp4","x":{"\\n":1,"\\n":2}}', 'has "\\n" twice'),
        (GOOD + b"\r" + GOOD, "has a carriage return that ends no line"),
        (GOOD + b"\r\r", "has a carriage return that ends no line"),
        (b'{"x":' + b"[" * 40_000 + b"]" * 40_000 + b"}", "is not JSON"),
        (b'{"source-ref":"s3://clips/a.mp4","x":1' + b"0" * 5_000 + b"}", "is not JSON"),
        (GOOD + GOOD, "is not JSON"),
    ],
)
def test_a_line_that_aws_may_interpret_differently_is_refused_with_its_number(line: bytes, fault: str):
    told = [finding.message for finding in faults(GOOD + b"\n" + line)]

    assert told == [f"line 2: {fault}"]


def test_a_utf_16_manifest_is_refused_at_its_first_line():
    assert faults(f"{GOOD.decode()}\n".encode("utf-16"))[0].message == "line 1: is not UTF-8"


@pytest.mark.parametrize("manifest", [GOOD, GOOD + b"\n", GOOD + b"\r\n", b"\r\n\n" + GOOD + b"\r\n\r\n", b" " + GOOD])
def test_lines_end_as_on_unix_or_windows_and_blank_lines_are_not_counted(manifest):
    assert frozen(manifest).objects == 1


def test_a_key_in_any_script_and_a_complete_surrogate_pair_are_accepted():
    named = '{"source-ref":"s3://clips/試合\U0001f3be.mp4"}\n{"source-ref":"s3://clips/\\ud83c\\udfbe.mp4"}'

    assert frozen(named.encode()).objects == 2


def test_lines_that_repeat_a_clip_are_counted():
    assert frozen(b"\n".join([GOOD] * 5)).repeated == 4


def test_a_full_manifest_is_frozen_in_less_than_a_second():
    manifest = manifest_of_objects({"source-ref": f"s3://clips/{number}.mp4", "court": 1} for number in range(100_000))

    start = time.process_time()
    frozen(manifest, within=(("s3://clips/",), ("s3://others/", "s3://clips/")))

    assert time.process_time() - start < 1


# -- where clips may lie ---------------------------------------------------------------------------------

THREE = manifest_of_uris(["s3://clips/a/1.mp4", "s3://clips/b/2.mp4", "s3://others/a/3.mp4"])


def test_clips_within_one_prefix_of_each_bound_pass():
    assert frozen(THREE, (("s3://clips/", "s3://others/"), ("s3://clips/a/", "s3://clips/b/", "s3://others/"))).objects


def test_clips_outside_the_allowed_prefixes_are_reported_once_with_their_number_and_the_first_one():
    [finding] = faults(THREE, (("s3://clips/a/",), ("s3://clips/", "s3://others/")))

    assert (finding.rule, finding.pointer) == ("GT703", "/input")
    assert finding.message == "2 clips are outside s3://clips/a/, the first at line 2: s3://clips/b/2.mp4"
    assert (
        finding.hint
        == "remove them, or add their location: to the folder's `inputs` in jobs/policy.yaml, or to the input buckets in Terraform"
    )


def test_every_violated_bound_is_reported():
    assert [finding.message for finding in faults(THREE, (("s3://clips/a/", "s3://clips/b/"), ("s3://others/",)))] == [
        "1 clip is outside s3://clips/a/ and s3://clips/b/, the first at line 3: s3://others/a/3.mp4",
        "2 clips are outside s3://others/, the first at line 1: s3://clips/a/1.mp4",
    ]


def test_a_bound_with_many_prefixes_is_abbreviated():
    [finding] = faults(THREE, (tuple(f"s3://b{number}/" for number in range(50)),))

    assert "outside s3://b0/ and s3://b1/ and s3://b2/ and s3://b3/ and s3://b4/ and 45 more, " in finding.message


def test_a_bound_without_prefixes_allows_nothing():
    assert faults(THREE, ((),))[0].message.startswith("3 clips are outside")
