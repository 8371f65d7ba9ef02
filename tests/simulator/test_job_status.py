"""Statuses and counters of a job over time, stopping, streaming, seeds and correct labels."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.world import DAY, LABELS, ZERO, World, changed, counters, in_process


def step_to(world: World, status: str, seconds: float = 5) -> None:
    for _ in range(1000):
        if world.status() == status:
            return
        world.simulator.advance(seconds)
    raise AssertionError(f"never {status}")


def test_a_new_job_is_initializing_with_all_counters_at_zero(either_world: World) -> None:
    either_world.create()

    assert (either_world.status(), counters(either_world)) == ("Initializing", ZERO)


def test_a_job_that_just_became_in_progress_still_has_zero_counters(world: World) -> None:
    world.create()
    step_to(world, "InProgress")

    assert counters(world) == ZERO


def test_a_job_counts_its_objects_and_then_completes(either_world: World) -> None:
    either_world.create(clips=4)
    step_to(either_world, "InProgress")
    either_world.simulator.advance(20)
    assert counters(either_world) == {**ZERO, "Unlabeled": 4}

    either_world.simulator.advance_until_idle()

    assert either_world.status() == "Completed"
    assert counters(either_world) == {**ZERO, "TotalLabeled": 4, "HumanLabeled": 4}


def test_time_alone_moves_a_job(world: World) -> None:
    world.create()

    assert [world.status() for _ in range(5)] == ["Initializing"] * 5


def test_polling_does_not_change_the_outcome_of_a_job() -> None:
    def output(steps: int, seconds: float) -> list[dict[str, Any]]:
        with in_process() as world:
            world.create(clips=12)
            for _ in range(steps):
                world.simulator.advance(seconds)
                world.describe()
            assert world.status() == "Completed"
            return world.output()

    assert output(300, 6) == output(1, 1800)


def test_a_different_seed_gives_different_answers() -> None:
    def answers(seed: int) -> list[Any]:
        with in_process(seed=seed, accuracy=0.6) as world:
            world.finished(world.request(clips=15))
            return [line["shot-outcome"] for line in world.output()]

    assert answers(1) == answers(1)
    assert answers(1) != answers(2)


def test_last_modified_time_is_the_time_of_the_last_change(world: World) -> None:
    world.create()
    created = world.describe()["CreationTime"]
    world.simulator.advance(DAY)

    found = world.describe()

    assert found["CreationTime"] == created
    assert created < found["LastModifiedTime"]
    assert (found["LastModifiedTime"] - created).total_seconds() < DAY / 2


def test_a_stopped_job_passes_through_stopping_and_keeps_its_labels(either_world: World) -> None:
    either_world.create(clips=40)
    either_world.simulator.advance(400)
    before = counters(either_world)
    assert 0 < before["TotalLabeled"] < 40

    either_world.sagemaker.stop_labeling_job(LabelingJobName="SHOTS-07")

    assert either_world.status() == "Stopping"
    either_world.simulator.advance(60)
    assert either_world.status() == "Stopped"
    after = counters(either_world)
    assert after["TotalLabeled"] >= before["TotalLabeled"]
    assert after["TotalLabeled"] + after["Unlabeled"] == 40
    assert sum("shot-outcome" in line for line in either_world.output()) == after["TotalLabeled"]
    assert len(either_world.output()) == 40


def test_a_job_can_be_stopped_while_it_is_initializing(world: World) -> None:
    world.create()

    world.sagemaker.stop_labeling_job(LabelingJobName="Shots-07")
    world.simulator.advance(60)

    assert (world.status(), counters(world)) == ("Stopped", ZERO)
    assert [line["n"] for line in world.output()] == [0, 1, 2]


@pytest.mark.parametrize("times", [1, 2])
def test_stopping_a_job_that_has_ended_changes_nothing(world: World, times: int) -> None:
    found = world.finished(world.request())

    for _ in range(times):
        world.sagemaker.stop_labeling_job(LabelingJobName="Shots-07")
        world.simulator.advance(100)

    assert world.describe()["LabelingJobStatus"] == "Completed"
    assert world.describe()["LastModifiedTime"] == found["LastModifiedTime"]


def test_stopping_a_job_twice_has_the_effect_of_once(world: World) -> None:
    world.create(clips=40)
    world.simulator.advance(300)
    world.sagemaker.stop_labeling_job(LabelingJobName="Shots-07")
    world.simulator.advance(20)

    world.sagemaker.stop_labeling_job(LabelingJobName="Shots-07")
    world.simulator.advance(15)

    assert world.status() == "Stopped"


def test_a_streaming_job_runs_until_it_is_stopped(world: World) -> None:
    topic = {"SnsTopicArn": world.client("sns").create_topic(Name="clips")["TopicArn"]}
    world.sagemaker.create_labeling_job(**changed(world.request(), "InputConfig.DataSource", {"SnsDataSource": topic}))
    world.simulator.advance_until_idle()
    world.simulator.advance(5 * DAY)
    assert world.status() == "InProgress"

    world.sagemaker.stop_labeling_job(LabelingJobName="Shots-07")
    world.simulator.advance_until_idle()

    assert world.status() == "Stopped"


def test_a_streaming_job_is_stopped_after_ten_idle_days(world: World) -> None:
    request = world.request()
    topic = {"SnsTopicArn": world.client("sns").create_topic(Name="clips")["TopicArn"]}
    request["InputConfig"]["DataSource"]["SnsDataSource"] = topic
    world.sagemaker.create_labeling_job(**request)
    world.simulator.advance(9 * DAY)
    assert (world.status(), counters(world)["TotalLabeled"]) == ("InProgress", 3)

    world.simulator.advance(2 * DAY)

    assert world.status() == "Stopped"


def test_workers_answer_with_the_correct_labels_that_are_set(world: World) -> None:
    correct_labels = {"0.mp4": LABELS[2], "s3://acme-clips/clips/1.mp4": LABELS[0], "2.mp4": LABELS[1]}
    world.simulator.change_settings(accuracy=1.0)
    world.simulator.set_correct_labels(correct_labels)

    world.finished(world.request())

    assert [line["shot-outcome-metadata"]["class-name"] for line in world.output()] == list(correct_labels.values())
    assert [line["shot-outcome"] for line in world.output()] == [2, 0, 1]
