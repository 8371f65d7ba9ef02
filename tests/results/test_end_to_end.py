"""Results of a job that simulated workers label on the sample clips, through real boto3 and the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from groundctl.app.results import fetch_results
from groundctl.domain.results.output_line import NoLabelReason
from groundtruth_simulator.simulator import Simulator
from results.simulated_job import JOB, TRUTH, label_the_rallies
from support.aws import prerequisites
from support.builders import an_infrastructure
from support.cli import TESTING, Ran, groundctl

RALLIES = {f"s3://clips/{clip}": label for clip, label in TRUTH.items() if clip.startswith("rallies/")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with nothing but the infrastructure's description."""
    (tmp_path / "jobs").mkdir()
    (tmp_path / "infrastructure.json").write_text(json.dumps(prerequisites.as_file_content(an_infrastructure())))
    return tmp_path


def runs(simulator: Simulator, folder: Path, *arguments: str) -> Ran:
    settings = {**TESTING, "AWS_ENDPOINT_URL": simulator.url or "", "GROUNDCTL_INFRASTRUCTURE": "infrastructure.json"}
    ran = groundctl("results", *arguments, cwd=folder, settings=settings)
    assert "Traceback" not in ran.err, ran.err
    return ran


def test_with_flawless_workers_every_file_has_the_true_labels(simulator: Simulator, folder: Path) -> None:
    simulator.change_settings(accuracy=1.0)
    label_the_rallies(simulator)

    ran = runs(simulator, folder, JOB, "--out", "out")

    assert ran.code == 0
    assert ran.out.startswith(f"{JOB}: completed, all 12 clips have a label\n")
    assert ran.out.endswith(
        "".join(f"\nwrote out/{JOB}{end}" for end in (".csv", ".jsonl", ".summary.json", ".html")) + "\n"
    )
    with (folder / "out" / f"{JOB}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["source_ref"]: row["label"] for row in rows} == RALLIES
    assert {row["court"] for row in rows} == {"1", "2", "3"}
    lines = [json.loads(line) for line in (folder / "out" / f"{JOB}.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {line["source_ref"]: line["label"] for line in lines} == RALLIES


def test_with_json_format_standard_output_is_nothing_but_json(simulator: Simulator, folder: Path) -> None:
    label_the_rallies(simulator)

    ran = runs(simulator, folder, JOB, "--out", "out", "--format", "json")

    assert ran.json == json.loads((folder / "out" / f"{JOB}.summary.json").read_text(encoding="utf-8"))
    assert ran.json["labeled"] == 12


def test_workers_answers_explain_disagreement_and_missing_labels(simulator: Simulator) -> None:
    simulator.change_settings(accuracy=0.7)
    aws = label_the_rallies(simulator, declined=("rallies/rally-0005.mp4",))

    results = fetch_results(JOB, aws.jobs, aws.objects, with_answers=True).results

    agreement = results.agreement
    assert agreement is not None
    assert (agreement.objects, agreement.answers, len(agreement.answers_per_worker)) == (11, 33, 5)
    assert agreement.unanimous + len(agreement.disputed) == 11
    assert agreement.alpha is not None
    assert 0 < agreement.alpha < 1
    assert [(one.reason, one.examples) for one in results.unlabeled] == [
        (NoLabelReason.NO_ANSWER, ("s3://clips/rallies/rally-0005.mp4",))
    ]


def test_without_disagreement_alpha_is_one(simulator: Simulator) -> None:
    simulator.change_settings(accuracy=1.0)
    aws = label_the_rallies(simulator)

    agreement = fetch_results(JOB, aws.jobs, aws.objects, with_answers=True).results.agreement

    assert agreement is not None
    assert (agreement.alpha, agreement.unanimous, agreement.disputed) == (1, 12, ())


def test_one_worker_per_clip_gives_labels_without_confidence(simulator: Simulator, folder: Path) -> None:
    label_the_rallies(simulator, workers=1)

    ran = runs(simulator, folder, JOB)

    assert "confidence: not computed: one worker answered each clip" in ran.out
    assert ran.code == 0


def test_a_running_job_shows_its_labels_and_says_that_more_are_coming(simulator: Simulator, folder: Path) -> None:
    label_the_rallies(simulator, until=200)

    ran = runs(simulator, folder, JOB, "--format", "json")

    assert ran.code == 0
    assert 0 < ran.json["labeled"] < 12
    assert [one["reason"] for one in ran.json["reasons_for_no_label"]] == ["not-yet"]
    assert ran.json["what_now"][0].startswith("labels are still coming in")


def test_a_job_without_labels_and_a_job_that_does_not_exist(simulator: Simulator, folder: Path) -> None:
    label_the_rallies(simulator, until=1)

    early = runs(simulator, folder, JOB)
    assert (early.code, early.out) == (3, "")
    assert "has no output manifest yet" in early.err

    unknown = runs(simulator, folder, "no-such-job")
    assert (unknown.code, unknown.out) == (2, "")
    assert unknown.err == (
        "groundctl: there is no labeling job no-such-job\n  hint: `groundctl status --all` lists all jobs\n"
    )


def test_a_declared_job_that_was_never_created_leads_to_plan(simulator: Simulator, folder: Path) -> None:
    prerequisites.build(an_infrastructure(), clips=())
    (folder / "jobs" / "team").mkdir()
    (folder / "jobs" / "team" / "Later.yaml").write_text("name: Later\n")

    ran = runs(simulator, folder, "later")

    assert ran.code == 2
    assert "later is declared in jobs/team/Later.yaml, but there is no such labeling job yet" in ran.err
