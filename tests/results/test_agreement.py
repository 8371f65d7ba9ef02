"""Agreement between workers, without anything that identifies a worker."""

from __future__ import annotations

import json

import pytest

from groundctl.domain.results.agreement import Votes, agreement_of, krippendorff_alpha, read_answers
from groundctl.domain.results.output_line import NoLabelReason
from groundctl.presentation.machine.results_json import results_json
from groundctl.presentation.results_sentences import agreement_sentences
from groundctl.presentation.terminal.results import results_text
from results.manifests import a_line, a_request, some_results
from support.builders import NOW

# Published examples, a row an observer and a column a unit. B and C: Krippendorff, "Computing Krippendorff's
# Alpha-Reliability" (2011). The coders: the English Wikipedia's article.
TWO_OBSERVERS = ("aabbdcccedda", "babbbccceddd")
FOUR_OBSERVERS = ("123321412   ", "1233224125 3", " 3332342251 ", "12332441251 ")
THREE_CODERS = ("     34121133 3", "1 213343       ", "  21344 21133 4")


def units(*observers: str) -> list[Votes]:
    columns = zip(*observers, strict=True)
    return [tuple((value, column.count(value)) for value in sorted(set(column) - {" "})) for column in columns]


@pytest.mark.parametrize(
    ("observers", "alpha"),
    [(TWO_OBSERVERS, 0.692), (FOUR_OBSERVERS, 0.743), (THREE_CODERS, 0.691)],
    ids=["two observers", "four observers, missing values", "three coders, missing values"],
)
def test_alpha_matches_published_examples(observers: tuple[str, ...], alpha: float) -> None:
    assert krippendorff_alpha(units(*observers)) == pytest.approx(alpha, abs=0.0005)


def test_perfect_agreement_on_several_labels_is_one_and_systematic_disagreement_is_below_zero() -> None:
    assert krippendorff_alpha(units("ab", "ab")) == 1
    assert (krippendorff_alpha(units("abab", "baba")) or 0) < 0


@pytest.mark.parametrize("observers", [("",), ("aaa", "aaa"), ("ab", "  ")])
def test_alpha_is_undefined_if_disagreement_is_impossible(observers: tuple[str, ...]) -> None:
    assert krippendorff_alpha(units(*observers)) is None


def test_the_most_split_objects_come_first_and_pairs_of_labels_are_counted() -> None:
    answers = read_answers([a_request({0: "aaa", 1: "aab", 2: "abc", 3: "ab", 4: "a"})])

    agreement = agreement_of(answers)

    assert [one.source_ref for one in agreement.disputed] == [f"s3://clips/rally-{n}.mp4" for n in (2, 3, 1)]
    assert agreement.disputed[-1].answers == (("a", 2), ("b", 1))
    assert (agreement.objects, agreement.single, agreement.unanimous) == (4, 1, 1)
    assert agreement.confused == (("a", "b", 3), ("a", "c", 1), ("b", "c", 1))
    assert agreement.answers == 12


def test_for_an_object_in_two_files_the_later_file_counts() -> None:
    answers = read_answers([a_request({0: "aaa"}), a_request({0: "ab"}, first_worker=7)])

    assert answers.by_object == {"0": (("a", 1), ("b", 1))}
    assert answers.answers_per_worker == (1, 1)


@pytest.mark.parametrize(
    "content",
    ['{"crowd-classifier": {"label": "win"}}', '{"own-name": {"label": "win"}}', '{"crowd-classifier": "win"}'],
)
def test_answers_are_read_in_every_form_that_templates_produce(content: str) -> None:
    entry = json.loads(a_request({0: "x"}))
    entry[0]["annotations"][0]["annotationData"]["content"] = content

    assert read_answers([json.dumps(entry).encode()]).by_object["0"] == (("win", 1),)


@pytest.mark.parametrize(
    "content", [b"no json", b"3", b"[null]", b'[{"datasetObjectId": "1"}]', b'[{"annotations": 1}]']
)
def test_an_unreadable_entry_is_counted_and_reported(content: bytes) -> None:
    answers = read_answers([content, a_request({0: "ab"})])

    assert answers.unreadable == 1
    assert agreement_sentences(agreement_of(answers))[-1] == "Not included, because unreadable: 1 entry."


def test_with_answers_the_reason_for_a_missing_label_is_more_precise() -> None:
    answers = read_answers([a_request({0: ["winner"] * 3})], responded={"0", "1"})

    results = some_results(a_line(0), a_line(1, None), a_line(2, None), answers=answers)

    assert {one.reason: one.count for one in results.unlabeled} == {
        NoLabelReason.TOO_FEW: 1,
        NoLabelReason.NO_ANSWER: 1,
    }


def test_no_output_contains_a_worker_id() -> None:
    answers = read_answers([a_request({n: ["winner", "winner", "cannot tell"] for n in range(4)})])
    results = some_results(*(a_line(n) for n in range(4)), answers=answers)

    everything = repr(answers) + repr(results) + results_text(results, NOW) + json.dumps(results_json(results, NOW))

    assert "private.us-east-1" not in everything
    assert results_json(results, NOW)["agreement"]["answers_per_worker"] == [4, 4, 4]


def test_agreement_sentences() -> None:
    answers = read_answers([a_request({0: "aaa", 1: "aab", 2: "abb", 3: "bbb"}), a_request({4: "bb"}, first_worker=5)])

    assert agreement_sentences(agreement_of(answers)) == [
        "Workers agree on 3 of 5 clips (60%).",
        "Krippendorff's alpha (nominal): 0.46 (1: perfect agreement, 0: chance).",
        "14 answers from 5 workers, 1 to 4 each.",
        "Most often confused: a and b (2).",
    ]


def test_agreement_sentences_without_comparable_answers() -> None:
    assert agreement_sentences(agreement_of(read_answers([]))) == [
        "No clip has answers from two workers, so there is nothing to compare."
    ]
    assert agreement_sentences(agreement_of(read_answers([a_request({0: "aa"})])))[1] == (
        "Krippendorff's alpha is undefined: all answers are the same label."
    )


def test_numbers_for_programs_are_not_rounded():
    lines = [a_line(clip, "winner", confidence) for clip, confidence in enumerate((0.1, 0.2, 0.3))]
    lines += [a_line(clip, "forced error", 0.7) for clip in range(3, 7)]

    winner = results_json(some_results(*lines), NOW)["labels"][0]

    assert (winner["share"], winner["mean_confidence"]) == (3 / 7, 0.2)  # with floats, the mean is 0.20000000000000004
    assert krippendorff_alpha(units("aab", "aba", "baa")) == -1 / 3
