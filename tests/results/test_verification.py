"""Totals are compared with what was bought: every difference is named clip by clip, and nothing is called whole that is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from groundctl.app.results import FetchedResults, fetch_results
from groundctl.domain.results.output_line import NoLabelReason
from groundctl.domain.results.verification import MAX_NAMED, NamedClips
from groundctl.errors import ExternalError
from groundctl.presentation.html.results_page import results_page
from groundctl.presentation.machine.results_json import results_json
from groundctl.presentation.results_sentences import headline, notes
from groundctl.presentation.terminal.results import results_text
from results.manifests import ATTRIBUTE, FOLDER, MANIFEST, a_described, a_line, a_request, a_response, written
from support.builders import NOW
from support.fake_objects import FakeObjects
from support.fakes import FakeJobs

INPUT = "s3://artifacts/input.manifest"
REQUESTS = f"{FOLDER}/annotations/consolidated-annotation/consolidation-request/iteration-1"
RESPONSES = f"{FOLDER}/annotations/worker-response/iteration-1"


def clip(number: int | str) -> str:
    return f"s3://clips/rally-{number}.mp4"


def bought(*numbers: int) -> bytes:
    return b"".join(written(*({"source-ref": clip(number)} for number in numbers)))


def fetched(
    *lines: dict[str, Any] | bytes,
    of: bytes | None,
    counted: int | None = None,
    more: dict[str, bytes] | None = None,
    answers: bool = False,
    **changes: Any,
) -> FetchedResults:
    jobs = FakeJobs()
    counters = {"TotalLabeled": len(lines) if counted is None else counted}
    jobs.jobs["rally-2026"] = a_described(**{"LabelCounters": counters, **changes})
    objects = {MANIFEST: b"".join(written(*lines)), **(more or {}), **({} if of is None else {INPUT: of})}
    return fetch_results("Rally-2026", jobs, FakeObjects(objects), with_answers=answers)


def test_a_whole_output_is_whole() -> None:
    results = fetched(a_line(0), a_line(1), of=bought(0, 1)).results

    assert headline(results) == "Rally-2026: completed, all 2 clips have a label"
    assert results.verification is not None
    assert results.verification.is_whole


def test_whole_means_in_any_order() -> None:
    results = fetched(a_line(1), a_line(0), of=bought(0, 1)).results

    assert "all 2 clips" in headline(results)


def test_a_line_that_is_lost_is_named_everywhere_and_all_is_never_said() -> None:
    results = fetched(a_line(0), a_line(1), a_line(3), of=bought(0, 1, 2, 3), counted=4).results
    shown = [results_text(results, NOW), json.dumps(results_json(results, NOW)), results_page(results, (), now=NOW)]

    assert headline(results) == "Rally-2026: completed, 3 of 4 clips have a label"
    assert all(clip(2) in text.replace("\n", " ") for text in shown)
    assert all("all 3 clips" not in text for text in shown)
    assert any("AWS counts 4 labeled clips; the output manifest has 3." in note for note in notes(results))


@pytest.mark.parametrize(
    ("lines", "kind", "named"),
    [
        ([a_line(0), a_line(1), a_line(1)], "repeated", clip(1)),
        ([a_line(0), a_line(1), a_line(9)], "surplus", clip(9)),
        ([a_line(0), b"not JSON\n"], "missing", clip(1)),
        ([a_line(0), {"source-ref": clip(8), ATTRIBUTE: 0}], "surplus", clip(8)),
        ([a_line(0)], "missing", clip(1)),
    ],
)
def test_what_differs_is_named(lines: list[Any], kind: str, named: str) -> None:
    results = fetched(*lines, of=bought(0, 1)).results

    assert results.verification is not None
    assert getattr(results.verification, kind) == NamedClips(count=1, names=(named,))
    assert not results.verification.is_whole
    assert any(named in note for note in notes(results))
    assert results.clips == 2
    assert results.labeled_clips <= 2


def test_a_surplus_label_does_not_make_up_for_a_lost_one() -> None:
    results = fetched(a_line(0), a_line(9), of=bought(0, 1)).results

    assert headline(results) == "Rally-2026: completed, 1 of 2 clips has a label"


def test_a_clip_that_was_bought_twice_may_be_there_twice() -> None:
    results = fetched(a_line(0), a_line(0), of=bought(0, 0)).results

    assert results.verification is not None
    assert results.verification.is_whole


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_label_is_named_as_one(empty: str | None) -> None:
    results = fetched(a_line(0), {"source-ref": clip(1), ATTRIBUTE: empty}, of=bought(0, 1)).results

    assert headline(results) == "Rally-2026: completed, 1 of 2 clips has a label"
    [group] = results.unlabeled
    assert (group.reason, group.examples) == (NoLabelReason.EMPTY_LABEL, (clip(1),))
    assert "null or empty" in results_text(results, NOW)


def test_the_list_of_names_is_bounded_and_has_a_count() -> None:
    results = fetched(a_line(0), of=bought(*range(101))).results

    assert results.verification is not None
    assert results.verification.missing.count == 100
    assert len(results.verification.missing.names) == MAX_NAMED
    assert any("and 95 more" in note for note in notes(results))


def test_a_running_job_has_lost_nothing_yet() -> None:
    results = fetched(a_line(0), of=bought(0, 1, 2), LabelingJobStatus="InProgress").results

    assert headline(results) == "Rally-2026: in progress, 1 of 3 clips has a label"
    assert not any("without a line" in note for note in notes(results))


class Refusing(FakeObjects):
    def read_lines(self, uri: str) -> Any:
        if uri == INPUT:
            raise ExternalError("AWS refused it", hint="")
        return super().read_lines(uri)


@pytest.mark.parametrize(
    "content",
    [None, b"not JSON\n", b'{"no": "clip"}\n', b"\xff\n", b"[]\n"],
    ids=["absent", "text", "other", "bytes", "list"],
)
def test_without_the_input_manifest_the_total_is_said_to_be_open(content: bytes | None) -> None:
    results = fetched(a_line(0), a_line(1), of=content).results

    assert "total not verified" in headline(results)
    assert " all " not in headline(results)
    assert any("The total was not verified" in note for note in notes(results))
    assert results_json(results, NOW)["verification"]["verified"] is False


def test_a_refused_input_manifest_and_a_topic_are_reasons() -> None:
    jobs = FakeJobs()
    jobs.jobs["rally-2026"] = a_described()
    refused = fetch_results("Rally-2026", jobs, Refusing({MANIFEST: b"".join(written(a_line(0)))})).results
    topic = fetched(a_line(0), of=None, InputConfig={"DataSource": {"SnsDataSource": {"SnsTopicArn": "x"}}}).results

    assert any("AWS refused it" in note for note in notes(refused))
    assert any("from a topic" in note for note in notes(topic))


def test_fewer_answers_than_ordered_are_named() -> None:
    request = a_request({0: ["winner"] * 3, 1: ["winner"]})

    results = fetched(a_line(0), a_line(1), of=bought(0, 1), answers=True, more={f"{REQUESTS}/1.json": request}).results

    assert results.verification is not None
    assert results.verification.few_answers == NamedClips(count=1, names=(f"{clip(1)} (1 of 3)",))
    assert any("fewer answers than ordered" in note for note in notes(results))


def test_answers_stay_with_their_clips_where_a_line_before_them_is_lost() -> None:
    request = a_request({0: ["winner", "let"], 1: ["let", "let"], 2: ["winner", "winner"]})

    found = fetched(a_line(0), a_line(2), of=bought(0, 1, 2), answers=True, more={f"{REQUESTS}/1.json": request})

    assert [(each.source_ref, each.answers) for each in found.objects()] == [
        (clip(0), (("let", 1), ("winner", 1))),
        (clip(2), (("winner", 2),)),
    ]


def test_worker_responses_are_read_where_aws_has_consolidated_nothing() -> None:
    responses = {
        f"{RESPONSES}/0/2026-11-20_09:14:00.json": a_response(("a", "let"), ("b", "winner")),
        f"{RESPONSES}/1/2026-11-20_09:14:00.json": a_response(("a", "let")),
        f"{RESPONSES}/1/2026-11-20_09:15:00.json": a_response(("b", "let")),
        f"{RESPONSES}/2/2026-11-20_09:15:00.json": b"\xff",
    }

    results = fetched(
        a_line(0, None), a_line(1, None), a_line(2, None), of=bought(0, 1, 2), answers=True, more=responses
    ).results

    assert results.agreement is not None
    assert (results.agreement.objects, results.agreement.unanimous, results.agreement.unreadable) == (2, 1, 1)
    assert [each.source_ref for each in results.agreement.disputed] == [clip(0)]
    assert "nothing to compare" not in results_text(results, NOW)


def test_answers_that_were_not_read_are_counted_and_no_absence_is_claimed() -> None:
    more = {f"{REQUESTS}/1.json": a_request({0: ["let"]}), f"{RESPONSES}/1/1.json": a_response(("a", "x"), ("b", "x"))}

    results = fetched(a_line(0), a_line(1, None), of=bought(0, 1), answers=True, more=more).results

    text = " ".join(results_text(results, NOW).split())
    assert "the answers to 1 clip, for which AWS wrote no consolidation request" in text
    assert "nothing to compare" not in text
