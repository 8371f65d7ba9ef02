"""Annotation consolidation."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundtruth_simulator.labeling.consolidation import ConsolidatedLabel, consolidate

LABELS = ("a", "b", "c")
OBJECT = st.dictionaries(st.sampled_from("vwxyz"), st.sampled_from(LABELS), min_size=1, max_size=5)


def test_a_majority_wins() -> None:
    [consolidated] = consolidate([{"v": "a", "w": "b", "x": "a"}], LABELS)

    assert consolidated.label == "a"
    assert 0.5 < consolidated.confidence < 1


def test_a_worker_who_is_mostly_wrong_has_less_weight() -> None:
    agreed = [{"v": label, "w": label, "x": "c" if label != "c" else "a"} for label in "abcabcabcabc"]

    *_, split = consolidate([*agreed, {"v": "a", "x": "b"}], LABELS)

    assert split.label == "a"
    assert split.confidence > 0.8


def test_one_answer_gives_a_label_and_no_confidence() -> None:
    assert consolidate([{"v": "b"}], LABELS) == [ConsolidatedLabel("b", 0.0)]


def test_an_empty_batch_gives_no_labels() -> None:
    assert consolidate([], LABELS) == []


def test_a_tie_goes_to_the_label_that_is_listed_first() -> None:
    assert consolidate([{"v": "c", "w": "b"}], LABELS)[0].label == "b"


@given(st.lists(OBJECT, max_size=12))
def test_every_consolidated_label_is_the_answer_of_a_worker(batch: list[dict[str, str]]) -> None:
    for answers, consolidated in zip(batch, consolidate(batch, LABELS), strict=True):
        assert consolidated.label in answers.values()
        assert 0 <= consolidated.confidence <= 1
        assert (consolidated.confidence == 0) == (len(answers) == 1)


@given(st.lists(OBJECT, min_size=1, max_size=8))
def test_the_order_of_the_batch_does_not_matter(batch: list[dict[str, str]]) -> None:
    forward = consolidate(batch, LABELS)

    assert consolidate(batch[::-1], LABELS)[::-1] == forward


@pytest.mark.parametrize("accuracy", [0.6, 0.8])
def test_consolidation_is_correct_more_often_than_one_worker(accuracy: float) -> None:
    rng = random.Random(3)
    correct = [rng.choice(LABELS) for _ in range(300)]
    batch = [{w: label if rng.random() < accuracy else rng.choice(LABELS) for w in "vwx"} for label in correct]

    labels = consolidate(batch, LABELS)

    found = sum(consolidated.label == label for consolidated, label in zip(labels, correct, strict=True))
    alone = sum(answers["v"] == label for answers, label in zip(batch, correct, strict=True))
    assert found > alone
