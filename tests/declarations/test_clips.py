"""The clips of a job, as they are frozen."""

from __future__ import annotations

import json

import pytest

from groundctl.domain.aws.label_lines import is_label
from groundctl.domain.clips.input_manifest import (
    FrozenInput,
    freeze,
    input_digest,
    manifest_of_objects,
    manifest_of_uris,
)
from groundctl.domain.clips.line_faults import origin_of
from groundctl.domain.declarations.sources import ManifestInput, ObjectsInput, PrefixInput, Source
from groundctl.domain.declarations.spec import Label
from groundctl.domain.results.output_line import NoLabelReason, read_leniently

LABELS = (Label(name="winner"), Label(name="error"))
PREFIX = "s3://clips/rallies/"
URIS = tuple(f"{PREFIX}rally-{number:04}.mp4" for number in range(200))


def frozen(*lines: str, attribute: str = "outcome") -> FrozenInput:
    found = freeze("".join(f"{line}\n" for line in lines).encode(), LABELS, attribute)
    assert isinstance(found, FrozenInput), found
    return found


def faults(*lines: str) -> list[str]:
    found = freeze("".join(f"{line}\n" for line in lines).encode(), LABELS, "outcome")
    assert not isinstance(found, FrozenInput)
    return [finding.message for finding in found]


def line(uri: str = "s3://clips/1.mp4", /, **keys: object) -> str:
    return json.dumps({"source-ref": uri, **keys})


# -- freezing ------------------------------------------------------------------------------------------


def test_a_frozen_input_counts_clips_existing_labels_and_repeats():
    found = frozen(line("s3://clips/1.mp4"), "", line("s3://clips/2.webm", outcome=1), line("s3://clips/1.mp4"), "  ")

    assert (found.objects, found.to_label, found.repeated) == (3, 2, 1)


def test_a_purchase_is_identified_by_clips_and_labels_regardless_of_order():
    one = frozen(line("s3://clips/1.mp4"), line("s3://clips/2.mp4", camera="north"))
    other = frozen(line("s3://clips/2.mp4"), line("s3://clips/1.mp4"), attribute="end")

    assert one.digest == other.digest == input_digest(["s3://clips/2.mp4", "s3://clips/1.mp4"], reversed(LABELS))
    assert one.digest != input_digest(["s3://clips/2.mp4", "s3://clips/1.mp4"], LABELS[:1])
    assert one.digest != input_digest(["s3://clips/2.mp4"], LABELS)


def test_lines_may_end_as_on_windows_and_the_last_one_without_a_line_break():
    assert freeze((line() + "\r\n" + line("s3://clips/2.mp4")).encode(), LABELS, "outcome").objects == 2  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "is not JSON"),
        ("[1]", "is not a JSON object"),
        ("7", "is not a JSON object"),
        ("{}", "has no `source-ref`"),
        (line("s3:///1.mp4"), "has no `source-ref`"),
        (line("https://clips/1.mp4"), "has no `source-ref`"),
        (line("s3://clips/1.mov"), "is not a .mp4, .webm or .ogg file"),
        (line(source="text"), "has `source`"),
        ('{"source-ref": "s3://clips/1.mp4", "$x": 1}', "starts with $"),
        (line(note="a" * 100_000), "at most 100,000 are allowed"),
    ],
)
def test_an_invalid_line_is_reported_with_its_number(text: str, words: str):
    [message] = faults(line(), text)

    assert message.startswith("line 2: ")
    assert words in message


def test_lines_with_the_same_fault_are_one_finding_with_their_number_and_the_first_of_them():
    found = faults(line(), *["nonsense"] * 1_050, "[]", line(source="text"), line(source="text"))

    assert found == [
        "1,050 lines are not JSON: line 2, line 3, line 4 and 1,047 more",
        "line 1052: is not a JSON object",
        "2 lines have `source`, which is for text, beside `source-ref`: line 1053, line 1054",
    ]


@pytest.mark.parametrize(
    ("source", "message", "pointer"),
    [
        (
            ManifestInput(uri="s3://clips/a.manifest"),
            "4 lines name files that are not .mp4, .webm or .ogg: line 1 (s3://clips/0.mov), line 2 (s3://clips/1.mov),"
            " line 3 (s3://clips/2.mov) and 1 more",
            "/input/manifest",
        ),
        (
            PrefixInput(prefix="s3://clips/"),
            "4 objects name files that are not .mp4, .webm or .ogg: s3://clips/0.mov, s3://clips/1.mov, s3://clips/2.mov"
            " and 1 more",
            "/input/prefix",
        ),
        (
            ObjectsInput(objects=()),
            "4 clips name files that are not .mp4, .webm or .ogg: clip 1 (s3://clips/0.mov), clip 2 (s3://clips/1.mov),"
            " clip 3 (s3://clips/2.mov) and 1 more",
            "/input/objects/0",
        ),
    ],
)
def test_a_fault_is_reported_in_the_words_of_what_the_author_wrote(source: Source, message: str, pointer: str):
    manifest = manifest_of_uris(f"s3://clips/{number}.mov" for number in range(4))

    found = freeze(manifest, LABELS, "outcome", origin=origin_of(source))

    assert isinstance(found, tuple)
    assert [(finding.message, finding.pointer) for finding in found] == [(message, pointer)]


def test_one_wrong_object_of_a_prefix_is_named_without_a_line_number():
    source = PrefixInput(prefix="s3://clips/")

    found = freeze(manifest_of_uris(["s3://clips/a.txt"]), LABELS, "outcome", origin=origin_of(source))

    assert isinstance(found, tuple)
    assert found[0].message == "s3://clips/a.txt is not a .mp4, .webm or .ogg file"
    assert found[0].hint == "leave them out with `exclude`, or rename them"


# -- what a label is -------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, ""])
def test_a_label_that_is_null_or_empty_is_refused_because_ground_truth_would_skip_it_and_results_would_miss_it(
    value: object,
):
    assert faults(line(), line(outcome=value)) == [
        "line 2: has `outcome` without a label, which Ground Truth would skip as labeled"
    ]
    parsed = read_leniently({"source-ref": "s3://clips/1.mp4", "outcome": value}, "outcome")
    assert parsed is NoLabelReason.EMPTY_LABEL


@pytest.mark.parametrize("value", [0, 1, "0", " ", False, "winner"])
def test_every_other_value_is_a_label_for_the_input_as_for_the_output(value: object):
    assert frozen(line("s3://clips/2.mp4"), line(outcome=value)).to_label == 1
    assert is_label(value)


@pytest.mark.parametrize("metadata", ["x", {}, {"class-name": "winner"}, None, []])
def test_metadata_of_a_label_without_the_label_is_refused(metadata: object):
    found = faults(json.dumps({"source-ref": "s3://clips/1.mp4", "outcome-metadata": metadata}))

    assert found == ["line 1: has `outcome-metadata` without its label"]


def test_ground_truths_record_of_a_failure_leaves_the_clip_to_be_labeled():
    record = {"retry-count": 1, "failure-reason": "too few answers", "human-annotated": "true"}

    assert frozen(json.dumps({"source-ref": "s3://clips/1.mp4", "outcome-metadata": record})).to_label == 1


def test_metadata_of_another_attribute_is_the_teams_own():
    assert frozen('{"source-ref": "s3://clips/1.mp4", "earlier-metadata": {}}').to_label == 1


@pytest.mark.parametrize("lines", [[], ["", "  "]])
def test_an_input_without_clips_is_refused(lines: list[str]):
    assert faults(*lines) == ["holds no clips"]


def test_a_generated_manifest_is_valid_input():
    uris = [f"s3://clips/{name}.mp4" for name in ("a", 'quote"', "back\\slash", "漢字", "blank blank", "🏆")]

    assert frozen(*manifest_of_uris(uris).decode().splitlines()).objects == 6
    assert (
        frozen(
            *manifest_of_objects({"source-ref": uri, "door": 1.5, "night": True} for uri in uris).decode().splitlines()
        ).objects
        == 6
    )


def test_the_teams_own_keys_are_written_unchanged_and_in_order():
    assert (
        manifest_of_objects([{"source-ref": "s3://clips/1.mp4", "b": 1, "a": "ü"}]).decode()
        == '{"source-ref":"s3://clips/1.mp4","b":1,"a":"ü"}\n'
    )
