"""What ends the work on objects: time, declines, stopping conditions, existing labels."""

from __future__ import annotations

import json

import pytest

from simulator.world import DAY, ZERO, World, changed, counters, in_process


def test_an_unfinished_job_fails_after_30_days() -> None:
    with in_process(team_size=0) as world:
        world.create()
        world.simulator.advance(30 * DAY - 60)
        assert world.status() == "InProgress"

        world.simulator.advance(60)

        assert world.status() == "Failed"
        assert world.describe()["FailureReason"] == ("ClientError: The labeling job was not completed within 30 days.")


def test_objects_without_answers_fail_when_their_availability_ends() -> None:
    with in_process(team_size=0) as world:
        world.create(TaskAvailabilityLifetimeInSeconds=3600)
        world.simulator.advance(3500)
        assert counters(world) == {**ZERO, "Unlabeled": 3}

        world.simulator.advance_until_idle()

        assert (world.status(), counters(world)) == ("Completed", {**ZERO, "FailedNonRetryableError": 3})


def test_slow_workers_lose_the_last_objects() -> None:
    with in_process(task_seconds=120) as world:
        world.create(clips=30, TaskAvailabilityLifetimeInSeconds=900)
        world.simulator.advance_until_idle()

        found = counters(world)

        assert world.status() == "Completed"
        assert found["TotalLabeled"] > 0
        assert found["FailedNonRetryableError"] > 0
        assert found["TotalLabeled"] + found["FailedNonRetryableError"] == 30


def test_an_object_that_all_workers_decline_fails(world: World) -> None:
    world.simulator.set_correct_labels({"1.mp4": None})

    found = world.finished(world.request())

    assert found["LabelCounters"] == {**ZERO, "TotalLabeled": 2, "HumanLabeled": 2, "FailedNonRetryableError": 1}
    assert "shot-outcome" not in world.output()[1]


@pytest.mark.parametrize(
    ("choice", "labeled"), [("consolidate", 3), ("fail", 0)], ids=["as documented in 2023", "as documented since"]
)
def test_whether_partial_answers_count_is_a_setting(choice: str, labeled: int) -> None:
    with in_process(team_size=2, partial_answers=choice) as world:
        found = world.finished(world.request(TaskAvailabilityLifetimeInSeconds=3600))

        assert found["LabelCounters"]["TotalLabeled"] == labeled
        assert found["LabelCounters"]["FailedNonRetryableError"] == 3 - labeled


@pytest.mark.parametrize("status", ["Completed", "Stopped"])
def test_a_stopping_condition_ends_the_job_with_the_status_in_the_settings(status: str) -> None:
    with in_process(stopping_condition_status=status) as world:
        request = changed(world.request(clips=20), "StoppingConditions", {"MaxHumanLabeledObjectCount": 7})

        found = world.finished(request)

        assert found["LabelingJobStatus"] == status
        assert found["LabelCounters"] == {**ZERO, "TotalLabeled": 7, "HumanLabeled": 7, "Unlabeled": 13}


def test_a_percentage_condition_counts_objects_that_were_already_labeled(world: World) -> None:
    request = world.request()
    old = {"source-ref": "s3://acme-clips/clips/0.mp4", "shot-outcome": 1}
    request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"] = world.manifest(8, lines=[old, old])
    request["StoppingConditions"] = {"MaxPercentageOfInputDatasetLabeled": 50}

    found = world.finished(request)

    assert found["LabelCounters"] == {**ZERO, "TotalLabeled": 5, "HumanLabeled": 5, "Unlabeled": 5}


def test_lines_with_the_label_attribute_are_copied_and_count_as_labeled(world: World) -> None:
    done = {
        "source-ref": "s3://acme-clips/clips/0.mp4",
        "shot-outcome": 2,
        "shot-outcome-metadata": {"class-name": "unclear", "human-annotated": "yes", "job-name": "labeling-job/old"},
    }
    request = world.request()
    request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"] = world.manifest(2, lines=[done])

    found = world.finished(request)

    assert found["LabelCounters"] == {**ZERO, "TotalLabeled": 3, "HumanLabeled": 3}
    assert world.output()[2] == done
    answered = {key.split("/")[5] for key in world.files("out/Shots-07/annotations/worker-response/")}
    assert answered == {"0", "1"}


def test_a_job_with_nothing_left_to_label_completes(world: World) -> None:
    request = world.request()
    line = json.dumps({"source-ref": "s3://acme-clips/clips/0.mp4", "shot-outcome": 0})
    request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"] = world.put("all.manifest", f"{line}\n")

    found = world.finished(request)

    assert (found["LabelingJobStatus"], found["LabelCounters"]["TotalLabeled"]) == ("Completed", 1)
    assert world.files("out/Shots-07/annotations/worker-response") == []


def test_a_single_label_is_enough(world: World) -> None:
    request = world.request()
    world.put("labels.json", '{"labels": [{"label": "goal"}]}')

    assert world.finished(request)["LabelCounters"]["TotalLabeled"] == 3


def test_fewer_concurrent_objects_take_longer(world: World) -> None:
    def seconds(name: str, in_flight: int) -> float:
        found = world.finished(world.request(name, clips=12, MaxConcurrentTaskCount=in_flight))
        return float((found["LastModifiedTime"] - found["CreationTime"]).total_seconds())

    assert seconds("one", 1) > 1.5 * seconds("all", 1000)
