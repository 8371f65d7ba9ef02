"""Fetching results through the doors, and what is said where there are none."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from groundctl.commands.results import Fetched, clips_at, fetch_results, write_results
from groundctl.core.results import Why
from groundctl.errors import GroundctlError, UsageError, WorldError
from results.manifests import CATEGORIES, FOLDER, LABELS, MANIFEST, a_described, a_line, a_request, written
from support.builders import NOW
from support.fakes import FakeJobs, FakeObjects

REQUESTS = f"{FOLDER}/annotations/consolidated-annotation/consolidation-request/iteration-1"
RESPONSES = f"{FOLDER}/annotations/worker-response/iteration-1"


def the_doors(*lines: dict[str, Any], **changes: Any) -> tuple[FakeJobs, FakeObjects]:
    jobs = FakeJobs()
    jobs.jobs["rally-2026"] = a_described(**changes)
    categories = {"document-version": "2018-11-28", "labels": [{"label": label} for label in LABELS]}
    content = {CATEGORIES: json.dumps(categories).encode()}
    return jobs, FakeObjects(content | ({MANIFEST: b"".join(written(*lines))} if lines else {}))


def the_fault(name: str = "Rally-2026", *, declared_in: str | None = None, **changes: Any) -> GroundctlError:
    jobs, objects = the_doors(**changes)
    with pytest.raises(GroundctlError) as caught:
        fetch_results(name, jobs, objects, declared_in=declared_in)
    return caught.value


def some_fetched(*lines: dict[str, Any]) -> Fetched:
    return fetch_results("Rally-2026", *the_doors(*(lines or (a_line(1), a_line(2, None)))))


def test_one_describe_and_two_reads_are_enough() -> None:
    jobs, objects = the_doors(a_line(1), a_line(2, "cannot tell"))

    fetched = fetch_results("RALLY-2026", jobs, objects)

    assert jobs.describes == 1
    assert [(one.label, one.count) for one in fetched.results.counts] == list(zip(LABELS, (1, 0, 0, 1), strict=True))
    assert fetched.results.agreement is None


def test_a_running_job_is_read_from_where_aws_will_say_it_is() -> None:
    jobs, objects = the_doors(a_line(1), a_line(2, None), LabelingJobStatus="InProgress", LabelingJobOutput=None)

    results = fetch_results("Rally-2026", jobs, objects).results

    assert (results.labeled, [one.why for one in results.unlabeled]) == (1, [Why.NOT_YET])


def test_answers_are_read_file_by_file_in_the_order_of_their_times() -> None:
    jobs, objects = the_doors(a_line(0), a_line(1, None))
    objects.objects |= {
        f"{REQUESTS}/2026-11-20_09:15:00.json": a_request({0: ["winner", "cannot tell"]}),
        f"{REQUESTS}/2026-11-20_09:14:00.json": a_request({0: ["let", "let"]}),
        f"{RESPONSES}/0/2026-11-20_09:14:00.json": b"{}",
        f"{RESPONSES}/1/2026-11-20_09:14:00.json": b"{}",
    }

    fetched = fetch_results("Rally-2026", jobs, objects, with_answers=True)

    assert fetched.results.agreement is not None
    assert [one.answers for one in fetched.results.agreement.disputed] == [(("cannot tell", 1), ("winner", 1))]
    assert [one.why for one in fetched.results.unlabeled] == [Why.TOO_FEW]
    assert [one.answers for one in fetched.objects()] == [(("cannot tell", 1), ("winner", 1)), ()]


def test_labels_that_must_not_be_read_are_done_without() -> None:
    class Guarded(FakeObjects):
        def read(self, uri: str) -> bytes | None:
            if uri == CATEGORIES:
                raise WorldError("AccessDenied", hint="ask")
            return super().read(uri)

    jobs, objects = the_doors(a_line(1))

    results = fetch_results("Rally-2026", jobs, Guarded(objects.objects)).results

    assert (results.origin.labels, results.labeled) == ((), 1)


def test_an_unknown_job_is_wrong_usage() -> None:
    fault = the_fault("other")

    assert (fault.exit_code, fault.message) == (2, "there is no labeling job other")
    assert fault.hint == "`groundctl status --all` lists those there are"


def test_a_job_that_is_declared_but_not_created_is_told_so() -> None:
    fault = the_fault("other", declared_in="jobs/a/other.yaml")

    assert fault.message == "other is declared in jobs/a/other.yaml, but there is no such labeling job yet"
    assert "groundctl plan" in fault.hint


@pytest.mark.parametrize("name", ["jobs/a/rally.yaml", "../etc", "", "a b", "-a", "a-"])
def test_what_cannot_name_a_job_asks_aws_nothing(name: str) -> None:
    jobs, objects = the_doors()

    with pytest.raises(UsageError, match="cannot name a labeling job"):
        fetch_results(name, jobs, objects)

    assert jobs.describes == 0


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (
            "Initializing",
            "AWS writes it minutes after the first labels; `groundctl status Rally-2026` shows how far it is",
        ),
        ("Failed", "it failed before it had any label: ClientError: no access"),
        ("Stopped", "was it moved or deleted? AWS keeps no other copy"),
    ],
)
def test_a_job_without_output_yet_is_the_worlds_fault_and_says_why(status: str, hint: str) -> None:
    fault = the_fault(LabelingJobStatus=status, FailureReason="ClientError: no access")

    assert (fault.exit_code, fault.hint) == (3, hint)
    assert fault.message == f"Rally-2026 ({status}) has no output manifest yet at {MANIFEST}"


def test_four_files_are_written_and_say_the_same(tmp_path: Path) -> None:
    paths = write_results(some_fetched(), tmp_path / "new" / "folder", now=NOW)

    assert [path.name for path in paths] == [f"Rally-2026{end}" for end in (".csv", ".jsonl", ".summary.json", ".html")]
    table, lines, summary, page = paths
    with table.open(encoding="utf-8", newline="") as file:
        assert [row["label"] for row in csv.DictReader(file)] == ["winner", ""]
    assert [json.loads(line)["label"] for line in lines.read_text().splitlines()] == ["winner", None]
    assert json.loads(summary.read_text())["labeled"] == 1
    assert "<strong>1</strong> of 2 clips labeled" in page.read_text()


def test_writing_again_gives_the_same_bytes(tmp_path: Path) -> None:
    first = [path.read_bytes() for path in write_results(some_fetched(), tmp_path, now=NOW)]
    second = [path.read_bytes() for path in write_results(some_fetched(), tmp_path, now=NOW)]

    assert first == second


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")

    with pytest.raises(UsageError, match="cannot be written"):
        write_results(some_fetched(), tmp_path / "taken", now=NOW)


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """A folder with one clip, and a file beside it that is nobody's business."""
    folder = tmp_path / "clips"
    (folder / "rallies").mkdir(parents=True)
    (folder / "rallies" / "a b#1.mp4").write_bytes(b"clip")
    (tmp_path / "secret.mp4").write_bytes(b"no")
    return folder


@pytest.mark.parametrize(
    ("uri", "url"),
    [
        ("s3://bucket/rallies/a b#1.mp4", "../clips/rallies/a%20b%231.mp4"),
        ("s3://bucket/2026/rallies/a b#1.mp4", "../clips/rallies/a%20b%231.mp4"),
        ("s3://bucket/other/a.mp4", None),
        ("s3://bucket/../secret.mp4", None),
        ("s3://bucket/%2e%2e/secret.mp4", None),
        ("s3://bucket//etc/passwd", None),
        ("not an address \0", None),
        ("", None),
    ],
)
def test_clips_are_found_in_a_folder_by_the_ends_of_their_keys(clips: Path, uri: str, url: str | None) -> None:
    assert clips_at(str(clips), clips.parent / "out")(uri) == url


def test_clips_at_a_web_address_lie_under_their_keys() -> None:
    find = clips_at("https://media.example.com/clips/", Path())

    assert find("s3://bucket/rallies/a b.mp4") == "https://media.example.com/clips/rallies/a%20b.mp4"


def test_a_folder_of_clips_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no folder"):
        clips_at(str(tmp_path / "none"), tmp_path)
