"""A job's life: statuses, counters, time limits, stopping, and what makes a job fail."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.world import DAY, LABELS, World, changed, in_process

ZERO = {"TotalLabeled": 0, "HumanLabeled": 0, "MachineLabeled": 0, "FailedNonRetryableError": 0, "Unlabeled": 0}


def counters(world: World, name: str = "Shots-07") -> dict[str, int]:
    return dict(world.describe(name)["LabelCounters"])


def step_to(world: World, status: str, seconds: float = 5) -> None:
    for _ in range(1000):
        if world.status() == status:
            return
        world.simulator.advance(seconds)
    raise AssertionError(f"never {status}")


def test_a_job_begins_initializing_with_every_counter_at_zero(either_world: World) -> None:
    either_world.create()

    assert (either_world.status(), counters(either_world)) == ("Initializing", ZERO)


def test_a_fresh_job_in_progress_has_counted_nothing_yet(world: World) -> None:
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


def test_looking_often_changes_nothing_but_what_is_seen() -> None:
    def output(steps: int, seconds: float) -> list[dict[str, Any]]:
        with in_process() as world:
            world.create(clips=12)
            for _ in range(steps):
                world.simulator.advance(seconds)
                world.describe()
            assert world.status() == "Completed"
            return world.output()

    assert output(300, 6) == output(1, 1800)


def test_another_seed_gives_other_answers() -> None:
    def answers(seed: int) -> list[Any]:
        with in_process(seed=seed, accuracy=0.6) as world:
            world.finished(world.request(clips=15))
            return [line["shot-outcome"] for line in world.output()]

    assert answers(1) == answers(1)
    assert answers(1) != answers(2)


def test_the_time_of_the_last_change_is_kept(world: World) -> None:
    world.create()
    created = world.describe()["CreationTime"]
    world.simulator.advance(DAY)

    found = world.describe()

    assert found["CreationTime"] == created
    assert created < found["LastModifiedTime"]
    assert (found["LastModifiedTime"] - created).total_seconds() < DAY / 2


def test_a_stopped_job_is_stopping_for_a_while_and_keeps_what_it_has(either_world: World) -> None:
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


def test_stopping_twice_is_stopping_once(world: World) -> None:
    world.create(clips=40)
    world.simulator.advance(300)
    world.sagemaker.stop_labeling_job(LabelingJobName="Shots-07")
    world.simulator.advance(20)

    world.sagemaker.stop_labeling_job(LabelingJobName="Shots-07")
    world.simulator.advance(15)

    assert world.status() == "Stopped"


def test_a_job_that_is_not_done_fails_after_thirty_days() -> None:
    with in_process(crew_size=0) as world:
        world.create()
        world.simulator.advance(30 * DAY - 60)
        assert world.status() == "InProgress"

        world.simulator.advance(60)

        assert world.status() == "Failed"
        assert world.describe()["FailureReason"] == ("ClientError: The labeling job was not completed within 30 days.")


def test_objects_nobody_answers_fail_when_their_availability_ends() -> None:
    with in_process(crew_size=0) as world:
        world.create(TaskAvailabilityLifetimeInSeconds=3600)
        world.simulator.advance(3500)
        assert counters(world) == {**ZERO, "Unlabeled": 3}

        world.simulator.advance_until_idle()

        assert (world.status(), counters(world)) == ("Completed", {**ZERO, "FailedNonRetryableError": 3})


def test_a_crew_that_is_too_slow_loses_the_objects_at_the_end() -> None:
    with in_process(task_seconds=120) as world:
        world.create(clips=30, TaskAvailabilityLifetimeInSeconds=900)
        world.simulator.advance_until_idle()

        found = counters(world)

        assert world.status() == "Completed"
        assert found["TotalLabeled"] > 0
        assert found["FailedNonRetryableError"] > 0
        assert found["TotalLabeled"] + found["FailedNonRetryableError"] == 30


def test_a_clip_that_is_not_there_fails_its_object_only(world: World) -> None:
    request = world.request(clips=4)
    world.s3.delete_object(Bucket=world.bucket, Key="clips/2.mp4")

    found = world.finished(request)

    assert (found["LabelingJobStatus"], found["LabelCounters"]) == (
        "Completed",
        {**ZERO, "TotalLabeled": 3, "HumanLabeled": 3, "FailedNonRetryableError": 1},
    )
    assert world.output()[2] == {"source-ref": "s3://acme-clips/clips/2.mp4", "n": 2}


def test_a_clip_whose_bucket_has_no_cors_fails_if_that_is_asked_for() -> None:
    with in_process(check_cors=True) as world:
        assert world.finished(world.request("Before"))["LabelCounters"]["FailedNonRetryableError"] == 3
        rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
        world.s3.put_bucket_cors(Bucket=world.bucket, CORSConfiguration={"CORSRules": [rule]})

        assert world.finished(world.request("After"))["LabelCounters"]["TotalLabeled"] == 3


def test_an_object_that_everybody_declines_is_expired(world: World) -> None:
    world.simulator.set_truth({"1.mp4": None})

    found = world.finished(world.request())

    assert found["LabelCounters"] == {**ZERO, "TotalLabeled": 2, "HumanLabeled": 2, "FailedNonRetryableError": 1}
    assert "shot-outcome" not in world.output()[1]


@pytest.mark.parametrize(
    ("choice", "labeled"), [("consolidate", 3), ("fail", 0)], ids=["as documented in 2023", "as documented since"]
)
def test_partial_answers_count_or_not_as_chosen(choice: str, labeled: int) -> None:
    with in_process(crew_size=2, partial_answers=choice) as world:
        found = world.finished(world.request(TaskAvailabilityLifetimeInSeconds=3600))

        assert found["LabelCounters"]["TotalLabeled"] == labeled
        assert found["LabelCounters"]["FailedNonRetryableError"] == 3 - labeled


@pytest.mark.parametrize("status", ["Completed", "Stopped"])
def test_a_stopping_condition_ends_the_job_with_the_status_chosen(status: str) -> None:
    with in_process(stopping_condition_status=status) as world:
        request = changed(world.request(clips=20), "StoppingConditions", {"MaxHumanLabeledObjectCount": 7})

        found = world.finished(request)

        assert found["LabelingJobStatus"] == status
        assert found["LabelCounters"] == {**ZERO, "TotalLabeled": 7, "HumanLabeled": 7, "Unlabeled": 13}


def test_a_percentage_counts_what_was_labeled_before(world: World) -> None:
    request = world.request()
    old = {"source-ref": "s3://acme-clips/clips/0.mp4", "shot-outcome": 1}
    request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"] = world.manifest(8, lines=[old, old])
    request["StoppingConditions"] = {"MaxPercentageOfInputDatasetLabeled": 50}

    found = world.finished(request)

    assert found["LabelCounters"] == {**ZERO, "TotalLabeled": 5, "HumanLabeled": 5, "Unlabeled": 5}


def test_lines_that_carry_the_label_are_copied_and_count_as_labeled(world: World) -> None:
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


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        ("", "The input manifest s3://acme-clips/bad.manifest is empty."),
        ('{"source-ref": "s3://acme-clips/clips/0.mp4"}\n{oops}\n', "Line 2 of the input manifest is not valid JSON."),
        ('{"source": "text"}\n', "Line 1 of the input manifest has no source-ref."),
        (
            '{"source-ref": "s3:///clips/0.mp4"}\n',
            "Line 1 of the input manifest: s3:///clips/0.mp4 is not an S3 URI.",
        ),
        (
            '{"source-ref": "s3://acme-clips/clips/0.mp4", "$x": 1}\n',
            "Line 1 of the input manifest has a key that begins with $.",
        ),
        (
            '{"source-ref": "s3://acme-clips/clips/0.mp4", "x": "' + "y" * 100_000 + '"}\n',
            "Line 1 of the input manifest is longer than 100000 characters.",
        ),
    ],
)
def test_a_manifest_that_will_not_do_fails_the_job(world: World, manifest: str, reason: str) -> None:
    request = world.request()
    request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"] = world.put("bad.manifest", manifest)

    found = world.finished(request)

    assert (found["LabelingJobStatus"], found["FailureReason"]) == ("Failed", f"ClientError: {reason}")
    assert found["LabelCounters"] == ZERO
    assert "LabelingJobOutput" not in found


@pytest.mark.parametrize(
    ("path", "uri", "reason"),
    [
        (
            "InputConfig.DataSource.S3DataSource.ManifestS3Uri",
            "s3://acme-clips/nothing.manifest",
            "Unable to access the input manifest s3://acme-clips/nothing.manifest. "
            "The object s3://acme-clips/nothing.manifest does not exist.",
        ),
        (
            "LabelCategoryConfigS3Uri",
            "s3://acme-clips/nothing.json",
            "Unable to access the label category configuration s3://acme-clips/nothing.json. "
            "The object s3://acme-clips/nothing.json does not exist.",
        ),
        (
            "HumanTaskConfig.UiConfig.UiTemplateS3Uri",
            "s3://nobodys-bucket/page.html",
            "Unable to access the worker task template s3://nobodys-bucket/page.html. "
            "The bucket nobodys-bucket does not exist or can not be accessed.",
        ),
        (
            "OutputConfig.S3OutputPath",
            "s3://elsewhere/out",
            "Unable to access the output bucket elsewhere. "
            "The bucket elsewhere is in eu-west-1, and the labeling job in us-east-1.",
        ),
    ],
)
def test_a_file_that_can_not_be_had_fails_the_job(world: World, path: str, uri: str, reason: str) -> None:
    place = {"LocationConstraint": "eu-west-1"}
    world.s3.create_bucket(Bucket="elsewhere", CreateBucketConfiguration=place)

    found = world.finished(changed(world.request(), path, uri))

    assert (found["LabelingJobStatus"], found["FailureReason"]) == ("Failed", f"ClientError: {reason}")


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ("not json", "The label category configuration file s3://acme-clips/labels.json is not valid."),
        ('{"labels": []}', "The label category configuration file has 0 labels; it must have 1 to 30."),
        (
            json.dumps({"labels": [{"label": str(number)} for number in range(31)]}),
            "The label category configuration file has 31 labels; it must have 1 to 30.",
        ),
        (
            '{"labels": [{"label": "a"}, {"label": "a"}]}',
            "The labels in the label category configuration file must be unique.",
        ),
        (
            json.dumps({"labels": [{"label": "x" * 257}]}),
            "A label must be a text of 1 to 256 characters.",
        ),
    ],
)
def test_labels_that_will_not_do_fail_the_job(world: World, labels: str, reason: str) -> None:
    request = world.request()
    world.put("labels.json", labels)

    found = world.finished(request)

    assert (found["LabelingJobStatus"], found["FailureReason"]) == ("Failed", f"ClientError: {reason}")


def test_a_bucket_that_demands_aes256_fails_the_job(world: World) -> None:
    request = world.request()
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::acme-clips/*",
        "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"}},
    }
    world.s3.put_bucket_policy(Bucket="acme-clips", Policy=json.dumps({"Statement": [statement]}))

    found = world.finished(request)

    assert (found["LabelingJobStatus"], found["FailureReason"]) == (
        "Failed",
        "ClientError: Unable to write the output. Access denied: the policy of bucket acme-clips refuses objects with "
        "SSE-KMS.",
    )


def test_a_single_label_is_enough(world: World) -> None:
    request = world.request()
    world.put("labels.json", '{"labels": [{"label": "goal"}]}')

    assert world.finished(request)["LabelCounters"]["TotalLabeled"] == 3


def test_few_objects_in_flight_take_longer(world: World) -> None:
    def seconds(name: str, in_flight: int) -> float:
        found = world.finished(world.request(name, clips=12, MaxConcurrentTaskCount=in_flight))
        return float((found["LastModifiedTime"] - found["CreationTime"]).total_seconds())

    assert seconds("one", 1) > 1.5 * seconds("all", 1000)


def test_a_streaming_job_goes_on_until_it_is_stopped(world: World) -> None:
    topic = {"SnsTopicArn": "arn:aws:sns:us-east-1:123456789012:clips"}
    world.sagemaker.create_labeling_job(**changed(world.request(), "InputConfig.DataSource", {"SnsDataSource": topic}))
    world.simulator.advance_until_idle()
    world.simulator.advance(5 * DAY)
    assert world.status() == "InProgress"

    world.sagemaker.stop_labeling_job(LabelingJobName="Shots-07")
    world.simulator.advance_until_idle()

    assert world.status() == "Stopped"


def test_a_streaming_job_is_stopped_after_ten_idle_days(world: World) -> None:
    request = world.request()
    topic = {"SnsTopicArn": "arn:aws:sns:us-east-1:123456789012:clips"}
    request["InputConfig"]["DataSource"]["SnsDataSource"] = topic
    world.sagemaker.create_labeling_job(**request)
    world.simulator.advance(9 * DAY)
    assert (world.status(), counters(world)["TotalLabeled"]) == ("InProgress", 3)

    world.simulator.advance(2 * DAY)

    assert world.status() == "Stopped"


def test_workers_answer_the_truth_they_are_told(world: World) -> None:
    truth = {"0.mp4": LABELS[2], "s3://acme-clips/clips/1.mp4": LABELS[0], "2.mp4": LABELS[1]}
    world.simulator.change_settings(accuracy=1.0)
    world.simulator.set_truth(truth)

    world.finished(world.request())

    assert [line["shot-outcome-metadata"]["class-name"] for line in world.output()] == list(truth.values())
    assert [line["shot-outcome"] for line in world.output()] == [2, 0, 1]
