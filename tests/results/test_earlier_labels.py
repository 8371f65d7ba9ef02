"""A job that continues another one takes clips by what the earlier job's labels and answers say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from groundctl.app.gathering.earlier_job import read_earlier_job
from groundctl.domain.clips.left_out import Why
from groundctl.domain.clips.selection import Chosen
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.jobs.observed import observed_job
from groundctl.domain.planning.inputs import ClipsFound, Unreadable
from groundctl.domain.planning.wording import taken_text
from groundctl.errors import RefusedByAws
from results.manifests import ATTRIBUTE, CATEGORIES, FOLDER, LABELS, MANIFEST, a_described, a_line, a_request, written
from support.builders import a_declaration
from support.fake_objects import FakeObjects
from support.fakes import FakeJobs

LINES = (
    a_line(0, "winner", 0.95),
    a_line(1, "winner", 0.55),
    a_line(2, "cannot tell", 0.6),
    a_line(3, None),
    a_line(4, "forced error", 0.0),
)
# Three agree, two of three, none, none given, and one answer alone.
ANSWERS = {0: ["winner"] * 3, 1: ["winner", "winner", "cannot tell"], 2: ["winner", "cannot tell"], 4: ["forced error"]}


class CountedObjects(FakeObjects):
    """S3 that counts the lists."""

    lists = 0

    def list_keys(self, prefix: str) -> Iterator[str]:
        self.lists += 1
        return super().list_keys(prefix)


def some_objects(*lines: Mapping[str, Any] | bytes) -> CountedObjects:
    labels = json.dumps({"labels": [{"label": label} for label in LABELS]}).encode()
    requests = f"{FOLDER}/annotations/consolidated-annotation/consolidation-request/"
    return CountedObjects(
        {
            MANIFEST: b"".join(written(*(lines or LINES))),
            CATEGORIES: labels,
            f"{requests}iteration-1/1.json": a_request(ANSWERS),
        }
    )


def found(
    only: Mapping[str, Any] | None,
    *lines: Mapping[str, Any] | bytes,
    objects: CountedObjects | None = None,
    described: Mapping[str, Any] | None = None,
    attribute: str = "second-look",
    **more: Any,
) -> ClipsFound:
    input_ = {"from_job": "Rally-2026", **({"only": only} if only else {}), **more}
    declaration = a_declaration(name="second-look", input=input_, output={"label_attribute": attribute})
    jobs = FakeJobs()
    jobs.jobs = {"rally-2026": dict(described or a_described())}
    earlier = observed_job(a_described())
    return read_earlier_job(declaration.spec, earlier, jobs, objects or some_objects(*lines))


def taken(only: Mapping[str, Any] | None, *lines: Mapping[str, Any] | bytes, **how: Any) -> tuple[list[int], list[Any]]:
    """List the numbers of the clips that are taken, and why the others are not."""
    chosen = found(only, *lines, **how)
    assert isinstance(chosen, Chosen)
    clips = [json.loads(line)["source-ref"] for line in chosen.manifest.splitlines()]
    left_out = sorted((group.why, group.count) for group in chosen.tally.left_out)
    return [int(clip.removesuffix(".mp4").rpartition("-")[2]) for clip in clips], left_out


@pytest.mark.parametrize(
    ("only", "text"),
    [
        ({"labels": ["winner"]}, "2 not labeled winner, 1 without a label"),
        ({"labels": ["winner"], "confidence_below": 0.6}, "3 not labeled winner and below confidence 0.6"),
        ({"agreement_below": 0.5}, "3 not below agreement 0.5"),
        ({"unlabeled": True}, "4 not unlabeled"),
    ],
)
def test_what_is_left_out_names_what_is_asked(only: Mapping[str, Any], text: str):
    chosen = found(only)
    assert isinstance(chosen, Chosen)

    assert taken_text(chosen.count, chosen.tally).startswith(f"{chosen.count} of 5 lines; left out: ")
    assert text in taken_text(chosen.count, chosen.tally)


@pytest.mark.parametrize(
    ("only", "clips", "left_out"),
    [
        ({"labels": ["winner"]}, [0, 1], [(Why.NO_LABEL, 1), (Why.ONLY, 2)]),
        ({"labels": ["winner", "cannot tell"]}, [0, 1, 2], [(Why.NO_LABEL, 1), (Why.ONLY, 1)]),
        ({"confidence_below": 0.6}, [1], [(Why.NO_CONFIDENCE, 1), (Why.NO_LABEL, 1), (Why.ONLY, 2)]),
        ({"confidence_below": 1}, [0, 1, 2], [(Why.NO_CONFIDENCE, 1), (Why.NO_LABEL, 1)]),
        ({"agreement_below": 1}, [1, 2], [(Why.FEW_ANSWERS, 1), (Why.NO_LABEL, 1), (Why.ONLY, 1)]),
        ({"agreement_below": 0.5}, [], [(Why.FEW_ANSWERS, 1), (Why.NO_LABEL, 1), (Why.ONLY, 3)]),
        ({"agreement_below": 0.51}, [2], [(Why.FEW_ANSWERS, 1), (Why.NO_LABEL, 1), (Why.ONLY, 2)]),
        ({"unlabeled": True}, [3], [(Why.ONLY, 4)]),
        ({"confidence_below": 0.6, "unlabeled": True}, [1, 3], [(Why.NO_CONFIDENCE, 1), (Why.ONLY, 2)]),
        ({"labels": ["winner"], "agreement_below": 1}, [1], [(Why.NO_LABEL, 1), (Why.ONLY, 3)]),
        (None, [0, 1, 2, 3, 4], []),
    ],
)
def test_a_clip_is_taken_if_it_meets_every_condition(only: Any, clips: list[int], left_out: list[Any]):
    assert taken(only) == (clips, left_out)


def test_a_confidence_of_zero_was_not_computed_and_is_not_low():
    clips, left_out = taken({"confidence_below": 0.9}, a_line(0, "winner", 0.0), a_line(1, "winner", 0.01))

    assert (clips, left_out) == ([1], [(Why.NO_CONFIDENCE, 1)])


@pytest.mark.parametrize(
    "members",
    [
        {ATTRIBUTE: "3", f"{ATTRIBUTE}-metadata": {"confidence": "0.5"}},
        {ATTRIBUTE: 3.0, f"{ATTRIBUTE}-metadata": {"confidence": 0.5}},
        {ATTRIBUTE: 0, f"{ATTRIBUTE}-metadata": {"class_name": "cannot tell", "confidence": 0.5}},
    ],
    ids=["numbers as text", "a number with a point", "underscores"],
)
def test_labels_are_read_as_the_results_read_them(members: Mapping[str, Any]):
    line = {"source-ref": "s3://clips/rally-7.mp4", **members}

    assert taken({"labels": ["cannot tell"], "confidence_below": 0.6}, line) == ([7], [])


@pytest.mark.parametrize("label", [None, ""])
def test_a_line_whose_label_is_empty_has_none(label: Any):
    line = {"source-ref": "s3://clips/rally-7.mp4", ATTRIBUTE: label}

    assert taken({"unlabeled": True}, line) == ([7], [])


def test_blank_lines_do_not_shift_the_answers():
    assert taken({"agreement_below": 1}, b"\n", *LINES[:2], b"  \n", *LINES[2:])[0] == [1, 2]


def test_answers_are_found_by_clip_if_lines_are_lost():
    assert taken({"agreement_below": 1}, *LINES[1:])[0] == [1, 2]


def test_other_selections_come_before_and_after():
    assert taken({"unlabeled": True, "labels": ["winner"]}, match=["rally-3.mp4"])[0] == [3]
    assert taken({"unlabeled": True, "labels": ["winner"]}, exclude=["rally-0.mp4"], limit=1)[0] == [1]


@pytest.mark.parametrize(
    ("only", "lists"), [({"confidence_below": 0.6}, 0), ({"unlabeled": True}, 0), ({"agreement_below": 0.6}, 2)]
)
def test_answers_are_read_only_if_the_choice_depends_on_them(only: Mapping[str, Any], lists: int):
    objects = some_objects()

    found(only, objects=objects)

    assert objects.lists == lists


def told(faults: ClipsFound) -> list[tuple[str, str, str]]:
    assert isinstance(faults, tuple)
    assert all(isinstance(fault, Diagnostic) for fault in faults)
    return [(fault.rule, fault.pointer, fault.hint) for fault in faults]


def test_labels_that_the_earlier_job_does_not_have_are_refused_with_the_nearest_one():
    faults = found({"labels": ["winner", "canot tell", "WINNER", "let"]})

    assert told(faults) == [
        ("GT706", "/input/only/labels/1", "did you mean `cannot tell`?"),
        ("GT706", "/input/only/labels/2", "did you mean `winner`?"),
        ("GT706", "/input/only/labels/3", "its labels are: winner, forced error, unforced error, cannot tell"),
    ]


def test_labels_are_not_compared_if_the_file_that_lists_them_is_gone():
    objects = some_objects()
    del objects.objects[CATEGORIES]

    assert taken({"labels": ["let", "winner"]}, objects=objects)[0] == [0, 1]


@pytest.mark.parametrize("only", [{"labels": ["winner"]}, {"confidence_below": 0.6, "unlabeled": True}])
def test_labeled_clips_are_asked_about_again_under_another_attribute(only: Mapping[str, Any]):
    [(rule, pointer, hint)] = told(found(only, attribute=ATTRIBUTE))

    assert (rule, pointer) == ("GT707", "/input/only")
    assert hint.startswith("write `output: {label_attribute: second-look}`")


def test_clips_without_a_label_are_asked_about_under_the_same_attribute():
    assert taken({"unlabeled": True}, attribute=ATTRIBUTE)[0] == [3]


def test_a_job_that_is_no_classification_is_named():
    described = a_described(HumanTaskConfig=None)

    answer = found({"unlabeled": True}, described=described)

    assert isinstance(answer, Unreadable)
    assert "Rally-2026" in answer.message


class GuardedObjects(CountedObjects):
    """S3 that shows no answers, as to a workflow."""

    def read(self, uri: str) -> bytes | None:
        if "/annotations/" in uri:
            raise RefusedByAws(f"{uri} may not be read", hint="ask for s3:GetObject")
        return super().read(uri)


def test_a_refusal_to_read_answers_says_who_may():
    answer = found({"agreement_below": 0.8}, objects=GuardedObjects(some_objects().objects))

    assert isinstance(answer, Unreadable)
    assert "an answer identifies its worker" in answer.hint
