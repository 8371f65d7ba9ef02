"""Fetching results through the ports, and the errors if there are none."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from groundctl.app.results import SpooledLines, fetch_results
from groundctl.domain.results.output_line import NoLabelReason
from groundctl.errors import ExternalError, GroundctlError, UsageError
from results.manifests import CATEGORIES, FOLDER, LABELS, MANIFEST, a_described, a_line, a_request, written
from support.fake_objects import FakeObjects
from support.fakes import FakeJobs

REQUESTS = f"{FOLDER}/annotations/consolidated-annotation/consolidation-request/iteration-1"
RESPONSES = f"{FOLDER}/annotations/worker-response/iteration-1"


def the_ports(*lines: dict[str, Any], **changes: Any) -> tuple[FakeJobs, FakeObjects]:
    jobs = FakeJobs()
    jobs.jobs["rally-2026"] = a_described(**changes)
    categories = {"document-version": "2018-11-28", "labels": [{"label": label} for label in LABELS]}
    content = {CATEGORIES: json.dumps(categories).encode()}
    return jobs, FakeObjects(content | ({MANIFEST: b"".join(written(*lines))} if lines else {}))


def the_error(name: str = "Rally-2026", *, declared_in: str | None = None, **changes: Any) -> GroundctlError:
    jobs, objects = the_ports(**changes)
    with pytest.raises(GroundctlError) as caught:
        fetch_results(name, jobs, objects, declared_in=declared_in)
    return caught.value


def test_results_need_one_describe_and_two_reads() -> None:
    jobs, objects = the_ports(a_line(1), a_line(2, "cannot tell"))

    fetched = fetch_results("RALLY-2026", jobs, objects)

    assert jobs.describes == 1
    assert [(one.label, one.count) for one in fetched.results.counts] == list(zip(LABELS, (1, 0, 0, 1), strict=True))
    assert fetched.results.agreement is None


def test_the_manifest_of_a_running_job_is_read_before_aws_reports_its_place() -> None:
    jobs, objects = the_ports(a_line(1), a_line(2, None), LabelingJobStatus="InProgress", LabelingJobOutput=None)

    results = fetch_results("Rally-2026", jobs, objects).results

    assert (results.labeled, [one.reason for one in results.unlabeled]) == (1, [NoLabelReason.NOT_YET])


def test_answer_files_are_read_in_chronological_order() -> None:
    jobs, objects = the_ports(a_line(0), a_line(1, None))
    objects.objects |= {
        f"{REQUESTS}/2026-11-20_09:15:00.json": a_request({0: ["winner", "cannot tell"]}),
        f"{REQUESTS}/2026-11-20_09:14:00.json": a_request({0: ["let", "let"]}),
        f"{RESPONSES}/0/2026-11-20_09:14:00.json": b"{}",
        f"{RESPONSES}/1/2026-11-20_09:14:00.json": b"{}",
    }

    fetched = fetch_results("Rally-2026", jobs, objects, with_answers=True)

    assert fetched.results.agreement is not None
    assert [one.answers for one in fetched.results.agreement.disputed] == [(("cannot tell", 1), ("winner", 1))]
    assert [one.reason for one in fetched.results.unlabeled] == [NoLabelReason.TOO_FEW]
    assert [one.answers for one in fetched.objects()] == [(("cannot tell", 1), ("winner", 1)), ()]


def test_label_categories_without_read_access_are_optional() -> None:
    class Guarded(FakeObjects):
        def read(self, uri: str) -> bytes | None:
            if uri == CATEGORIES:
                raise ExternalError("AccessDenied", hint="ask")
            return super().read(uri)

    jobs, objects = the_ports(a_line(1))

    results = fetch_results("Rally-2026", jobs, Guarded(objects.objects)).results

    assert (results.labeled_job.labels, results.labeled) == ((), 1)


def test_an_unknown_job_is_a_usage_error() -> None:
    error = the_error("other")

    assert (error.exit_code, error.message) == (2, "there is no labeling job other")
    assert error.hint == "`groundctl status --all` lists all jobs"


def test_a_declared_job_that_does_not_exist_names_its_declaration() -> None:
    error = the_error("other", declared_in="jobs/a/other.yaml")

    assert error.message == "other is declared in jobs/a/other.yaml, but there is no such labeling job yet"
    assert "groundctl plan" in error.hint


@pytest.mark.parametrize("name", ["jobs/a/rally.yaml", "../etc", "", "a b", "-a", "a-"])
def test_an_invalid_job_name_makes_no_call_to_aws(name: str) -> None:
    jobs, objects = the_ports()

    with pytest.raises(UsageError, match="is not a valid job name"):
        fetch_results(name, jobs, objects)

    assert jobs.describes == 0


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (
            "Initializing",
            "AWS writes it minutes after the first labels; `groundctl status Rally-2026` shows the progress",
        ),
        ("Failed", "the job failed before its first label: ClientError: no access"),
        ("Stopped", "check whether it was moved or deleted; AWS keeps no other copy"),
    ],
)
def test_a_job_without_output_is_an_external_error_with_the_reason(status: str, hint: str) -> None:
    error = the_error(LabelingJobStatus=status, FailureReason="ClientError: no access")

    assert (error.exit_code, error.hint) == (3, hint)
    assert error.message == f"Rally-2026 ({status}) has no output manifest yet at {MANIFEST}"


def test_spooled_lines_can_be_read_repeatedly_and_concurrently() -> None:
    lines = [b"%d\n" % number for number in range(100_000)]

    kept = SpooledLines(lines)

    assert all(first == second == line for first, second, line in zip(kept, kept, lines, strict=True))


@pytest.mark.parametrize("lines", [[], [b"no end"], [b"\n", b"a\r\n", b"b\rc"]])
def test_spooled_lines_are_unchanged(lines: list[bytes]) -> None:
    assert list(SpooledLines(lines)) == lines


def test_a_manifest_that_cannot_be_stored_is_an_external_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")

    with pytest.raises(ExternalError, match="cannot be stored on this machine: No such file or directory"):
        SpooledLines(b"a line\n" for _ in range(1_000_000))


def test_memory_does_not_grow_with_the_manifest_on_its_way_from_s3_to_the_last_table() -> None:
    class Endless(FakeObjects):
        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

        def read_lines(self, uri: str) -> Iterator[bytes] | None:  # noqa: ARG002 - the door's signature
            return (written(a_line(clip, LABELS[clip % 4], note="n" * 400))[0] for clip in range(self.number))

    def peak(number: int) -> int:
        jobs, _ = the_ports()
        tracemalloc.start()
        fetched = fetch_results("Rally-2026", jobs, Endless(number))
        assert sum(1 for _ in fetched.objects()) == number
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    # The first is more than is kept in memory.
    assert peak(40_000) < 1.2 * peak(15_000)
