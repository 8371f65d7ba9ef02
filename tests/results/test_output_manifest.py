"""Output manifests as AWS writes them, and what is read from them."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundctl.domain.results.labeled_job import label_names, read_labeled_job
from groundctl.domain.results.output_line import NoLabelReason
from groundctl.domain.results.output_manifest import LabeledObject, read_objects
from groundctl.domain.results.results import MAX_EXAMPLES, MAX_LEAST_SURE, MAX_REASONS, read_results
from results.manifests import (
    ATTRIBUTE,
    LABELS,
    MANIFEST,
    a_described,
    a_labeled_job,
    a_line,
    metadata,
    some_results,
    written,
)


def counts(*lines: Any, **changes: Any) -> dict[str, int]:
    return {one.label: one.count for one in some_results(*lines, **changes).counts}


def the_object(line: dict[str, Any] | bytes, **changes: Any) -> LabeledObject:
    [found] = read_objects(written(line), a_labeled_job(**changes))
    return found


def labeled_by_hand(raw: Any, **about: Any) -> dict[str, Any]:
    return {"source-ref": "s3://clips/a.mp4", ATTRIBUTE: raw, f"{ATTRIBUTE}-metadata": about}


def test_labels_are_counted_in_the_order_of_the_job_and_unused_labels_as_zero() -> None:
    results = some_results(a_line(1, "forced error", 0.8), a_line(2, "winner", 0.9), a_line(3, "forced error", 0.6))

    assert [(one.label, one.count) for one in results.counts] == [
        ("winner", 1),
        ("forced error", 2),
        ("unforced error", 0),
        ("cannot tell", 0),
    ]
    assert [one.mean_confidence for one in results.counts] == [0.9, pytest.approx(0.7), None, None]
    assert (results.objects, results.labeled, results.without_label) == (3, 3, 0)


def test_without_a_list_of_labels_the_most_frequent_comes_first() -> None:
    assert list(counts(a_line(1, "winner"), a_line(2, "let"), a_line(3, "let"), labels=())) == ["let", "winner"]


@pytest.mark.parametrize("raw", [1, "1", 1.0], ids=["a number", "a numeric text", "a whole float"])
def test_without_metadata_a_class_number_is_named_by_the_list_of_labels(raw: Any) -> None:
    assert the_object(labeled_by_hand(raw)).label == "forced error"
    assert counts(labeled_by_hand(raw))["forced error"] == 1


def test_the_class_name_takes_precedence_over_the_number() -> None:
    assert the_object(labeled_by_hand(0, **{"class-name": "let"})).label == "let"


@pytest.mark.parametrize(("raw", "label"), [(17, "17"), ("17", "17"), (-1, "-1"), ("no-goal", "no-goal")])
def test_an_undeclared_label_keeps_its_own_name(raw: Any, label: str) -> None:
    results = some_results(labeled_by_hand(raw))

    assert {one.label: one.declared for one in results.counts if one.count} == {label: False}


def test_the_spelling_of_custom_jobs_is_understood() -> None:
    line = labeled_by_hand(2, class_name="unforced error", job_name="rally-2026", creation_date="2026-11-20T09:14:02")

    found = the_object(line)

    assert (found.label, found.labeled_by, found.labeled_at) == ("unforced error", "Rally-2026", "2026-11-20T09:14:02Z")


@pytest.mark.parametrize("job", ["labeling-job/rally-2026", "rally-2026", "Rally-2026", None])
def test_every_form_of_the_jobs_name_is_this_job(job: str | None) -> None:
    line = {**a_line(), f"{ATTRIBUTE}-metadata": {**metadata(), "job-name": job}}

    assert some_results(line).from_earlier_jobs == 0
    assert the_object(line).labeled_by == "Rally-2026"


def test_labels_of_an_earlier_job_count_but_their_confidence_is_not_mixed_in() -> None:
    earlier = {**a_line(1), f"{ATTRIBUTE}-metadata": {**metadata(confidence=0.3), "job-name": "labeling-job/first-try"}}

    results = some_results(earlier, a_line(2, confidence=0.9))

    assert (results.labeled, results.from_earlier_jobs, results.with_confidence) == (2, 1, 1)
    assert results.counts[0].mean_confidence == 0.9
    assert [one.source_ref for one in results.least_sure] == ["s3://clips/rally-2.mp4"]
    assert the_object(earlier).labeled_by == "first-try"


def test_a_number_that_means_another_label_in_this_job_is_counted() -> None:
    reordered = labeled_by_hand(0, **{"class-name": "forced error"})

    assert some_results(reordered, a_line(2)).renumbered == 1


@pytest.mark.parametrize("line", [a_line(label=None), {**a_line(label=None), f"{ATTRIBUTE}-metadata": metadata(None)}])
def test_the_label_decides_and_metadata_without_it_is_no_label(line: dict[str, Any]) -> None:
    assert some_results(line).labeled == 0
    assert the_object(line).reason is NoLabelReason.NO_LABEL


@pytest.mark.parametrize("raw", [None, ""])
def test_an_empty_label_is_none(raw: Any) -> None:
    assert some_results(labeled_by_hand(raw, **{"class-name": "winner"})).without_label == 1


@pytest.mark.parametrize("raw", [{"annotations": []}, [1], True, 1.5])
def test_a_value_that_is_not_a_class_is_reported_and_not_counted(raw: Any) -> None:
    [group] = some_results(labeled_by_hand(raw)).unlabeled

    assert group.reason is NoLabelReason.NOT_A_CLASS


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("Initializing", NoLabelReason.NOT_YET),
        ("InProgress", NoLabelReason.NOT_YET),
        ("Completed", NoLabelReason.NO_LABEL),
        ("Failed", NoLabelReason.JOB_FAILED),
        ("Stopping", NoLabelReason.STOPPED),
        ("Stopped", NoLabelReason.STOPPED),
    ],
)
def test_the_reason_for_a_missing_label_follows_from_the_status_of_the_job(status: str, reason: NoLabelReason) -> None:
    [group] = some_results(a_line(label=None), LabelingJobStatus=status).unlabeled

    assert (group.reason, group.count, group.examples) == (reason, 1, ("s3://clips/rally-1.mp4",))


def test_aws_own_reasons_are_grouped_with_a_few_examples_each() -> None:
    broken = {**a_line("x", None), f"{ATTRIBUTE}-metadata": {"failure-reason": "ClientError"}}

    results = some_results(*[broken] * (MAX_EXAMPLES + 3), a_line("y", None))

    assert [(one.aws_reason, one.count, len(one.examples)) for one in results.unlabeled] == [
        ("ClientError", MAX_EXAMPLES + 3, MAX_EXAMPLES),
        (None, 1, 1),
    ]


def test_a_flood_of_different_reasons_becomes_one_group() -> None:
    lines = [
        {**a_line(n, None), f"{ATTRIBUTE}-metadata": {"failure-reason": f"no {n}"}} for n in range(3 * MAX_REASONS)
    ]

    results = some_results(*lines)

    assert len(results.unlabeled) == MAX_REASONS + 1
    assert sum(one.count for one in results.unlabeled) == 3 * MAX_REASONS


@pytest.mark.parametrize("line", [b"{not json}\n", b"[1, 2]\n", b'"text"\n', b"\xff\xfe\n", b'{"a": "\\ud800"}\n'])
def test_an_unreadable_line_is_counted_and_shown(line: bytes) -> None:
    results = read_results([*written(a_line(1)), line], a_labeled_job())

    assert (results.objects, results.labeled) == (2, 1)
    assert [(one.reason, one.count) for one in results.unlabeled] == [(NoLabelReason.UNREADABLE, 1)]
    assert [one.reason for one in read_objects([line], a_labeled_job())] == [NoLabelReason.UNREADABLE]


def test_blank_lines_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    [line] = written(a_line(1))

    results = read_results([b"\xef\xbb\xbf" + line, b"\n", line.rstrip() + b"\r\n", b"  \r\n", b""], a_labeled_job())

    assert (results.objects, results.labeled) == (2, 2)


@pytest.mark.parametrize("confidence", [0, 0.0, -1, 1.5, "much", None, True])
def test_a_confidence_that_was_not_computed_is_none(confidence: Any) -> None:
    line = {**a_line(), f"{ATTRIBUTE}-metadata": {"class-name": "winner", "confidence": confidence}}

    assert the_object(line).confidence is None
    assert some_results(line).with_confidence == 0


def test_a_confidence_written_as_text_is_a_number() -> None:
    assert the_object({**a_line(), f"{ATTRIBUTE}-metadata": {"confidence": "0.87"}}).confidence == 0.87


def test_the_histogram_has_ten_bins_and_certainty_is_in_the_last() -> None:
    results = some_results(*(a_line(n, confidence=value) for n, value in enumerate([0.05, 0.1, 0.95, 1.0])))

    assert results.histogram == (1, 1, 0, 0, 0, 0, 0, 0, 0, 2)


def test_the_least_sure_are_the_lowest_in_order_and_ties_keep_the_manifests() -> None:
    confidences = [0.9, 0.5, 1.0, 0.5, *([0.8] * 20)]

    results = some_results(*(a_line(n, confidence=value) for n, value in enumerate(confidences)))

    assert len(results.least_sure) == MAX_LEAST_SURE
    assert [(one.position, one.confidence) for one in results.least_sure[:3]] == [(1, 0.5), (3, 0.5), (4, 0.8)]


@pytest.mark.parametrize(
    ("given_time", "read"),
    [
        ("2026-11-20T09:14:02.511874", "2026-11-20T09:14:02.511874Z"),
        ("2026-11-20T09:14:02+0000", "2026-11-20T09:14:02Z"),
        ("2026-11-20T10:14:02+01:00", "2026-11-20T09:14:02Z"),
        ("yesterday", "yesterday"),
        ("0001-01-01T00:00:00+05:00", "0001-01-01T00:00:00+05:00"),
    ],
)
def test_times_are_utc_and_text_that_is_not_a_time_is_unchanged(given_time: str, read: str) -> None:
    line = {**a_line(), f"{ATTRIBUTE}-metadata": {**metadata(), "creation-date": given_time}}

    assert the_object(line).labeled_at == read


def test_the_teams_own_keys_come_back_and_the_jobs_do_not() -> None:
    assert the_object(a_line(door=2, earlier={"a": [1]})).own == {"door": 2, "earlier": {"a": [1]}}


def test_the_place_of_the_output_is_known_before_aws_reports_it() -> None:
    running = read_labeled_job(a_described(LabelingJobOutput=None))

    assert running.output_manifest == MANIFEST
    assert read_labeled_job(a_described()).output_manifest == MANIFEST


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[]", b"no", b'{"labels": [{"name": "x"}]}', b'{"labels": 3}'])
def test_an_unreadable_list_of_labels_is_empty(content: bytes | None) -> None:
    assert label_names(content) == ()


def test_the_list_of_labels_is_in_the_order_of_class_numbers() -> None:
    assert label_names(b'{"document-version": "2018-11-28", "labels": [{"label": "b"}, {"label": "a"}]}') == ("b", "a")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
about = st.dictionaries(
    st.sampled_from(["class-name", "confidence", "job-name", "creation-date", "failure-reason", "class_name"]),
    json_values,
)
any_line = st.binary(max_size=40) | st.fixed_dictionaries(
    {}, optional={"source-ref": json_values, ATTRIBUTE: json_values, f"{ATTRIBUTE}-metadata": about | json_values}
)


@settings(deadline=None)  # a busy machine is slow
@given(st.lists(any_line, max_size=8))
def test_both_ways_of_reading_a_manifest_agree_whatever_it_contains(lines: list[dict[str, Any] | bytes]) -> None:
    manifest = [line.replace(b"\n", b" ") + b"\n" for line in written(*lines)]

    results = read_results(manifest, a_labeled_job())
    objects = list(read_objects(manifest, a_labeled_job()))

    assert results.objects == len(objects)
    assert {one.label: one.count for one in results.counts if one.count} == {
        label: sum(one.label == label for one in objects)
        for label in {one.label for one in objects}
        if label is not None
    }
    assert sum(one.count for one in results.unlabeled) == sum(one.label is None for one in objects)


def test_memory_does_not_grow_with_the_manifest() -> None:
    def manifest(number: int) -> Iterator[bytes]:
        for clip in range(number):
            yield from written(a_line(clip, LABELS[clip % 4], 0.5 + clip % 50 / 100))

    def peak(number: int) -> int:
        tracemalloc.start()
        read_results(manifest(number), a_labeled_job())
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(100)
    assert peak(20_000) < 2 * peak(2_000)
