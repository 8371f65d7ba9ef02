"""The files that a job writes to S3."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

import pytest

from simulator.world import LABELS, START, World, changed, in_process

STAMP = r"\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d"
ROOT = "out/Shots-07/annotations"


def test_the_output_folder_keeps_the_case_of_the_name_and_has_the_documented_files(either_world: World) -> None:
    found = either_world.finished(either_world.request("Shots-07", clips=2))

    patterns = {re.sub(STAMP, "<time>", key) for key in either_world.files()}
    assert patterns == {
        f"{ROOT}/consolidated-annotation/consolidation-request/iteration-1/<time>.json",
        f"{ROOT}/consolidated-annotation/consolidation-response/iteration-1/<time>.json",
        f"{ROOT}/intermediate/1/annotations.json",
        f"{ROOT}/worker-response/iteration-1/0/<time>.json",
        f"{ROOT}/worker-response/iteration-1/1/<time>.json",
        "out/Shots-07/manifests/output/output.manifest",
    }
    assert found["LabelingJobOutput"] == {
        "OutputDatasetS3Uri": "s3://acme-clips/out/Shots-07/manifests/output/output.manifest"
    }


def test_a_trailing_slash_in_the_output_path_makes_no_difference(world: World) -> None:
    world.finished(changed(world.request(), "OutputConfig.S3OutputPath", "s3://acme-clips/out"))

    assert "out/Shots-07/manifests/output/output.manifest" in world.files()


def test_an_output_line_is_the_input_line_with_label_and_metadata(world: World) -> None:
    world.simulator.set_correct_labels({"0.mp4": "no goal"})
    world.simulator.change_settings(accuracy=1.0)
    world.finished(world.request("Shots-07", clips=1))

    [line] = world.output()

    when = line["shot-outcome-metadata"].pop("creation-date")
    assert line == {
        "source-ref": "s3://acme-clips/clips/0.mp4",
        "n": 0,
        "shot-outcome": 1,
        "shot-outcome-metadata": {
            "class-name": "no goal",
            "job-name": "labeling-job/shots-07",
            "confidence": line["shot-outcome-metadata"]["confidence"],
            "type": "groundtruth/video-classification",
            "human-annotated": "yes",
        },
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", when)
    assert datetime.fromisoformat(when) > START.replace(tzinfo=None)


def test_the_output_manifest_has_one_line_for_each_input_line_while_the_job_runs(world: World) -> None:
    world.create(clips=20)
    world.simulator.advance(300)

    lines = world.output()

    assert [line["n"] for line in lines] == list(range(20))
    labeled = [line for line in lines if "shot-outcome" in line]
    assert len(labeled) == world.describe()["LabelCounters"]["TotalLabeled"]
    assert 0 < len(labeled) < 20


def test_an_unlabeled_line_is_copied_byte_for_byte(world: World) -> None:
    odd = '{"source-ref":   "s3://acme-clips/clips/none.mp4", "price": 1.10, "town": "Z\\u00fcrich"}'
    request = world.request()
    request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"] = world.put("odd.manifest", odd + "\r\n")

    world.finished(request)

    assert world.read("out/Shots-07/manifests/output/output.manifest") == odd + "\n"


def test_a_failed_object_can_have_metadata_without_a_label() -> None:
    with in_process(failure_records=True) as world:
        world.simulator.set_correct_labels({"0.mp4": None})
        world.finished(world.request(clips=2))

        failed, labeled = world.output()

    assert "shot-outcome" not in failed
    assert "failure-reason" in failed["shot-outcome-metadata"]
    assert "shot-outcome" in labeled


def test_one_worker_gives_a_confidence_of_zero(world: World) -> None:
    world.finished(world.request(NumberOfHumanWorkersPerDataObject=1))

    assert {line["shot-outcome-metadata"]["confidence"] for line in world.output()} == {0.0}


def test_several_workers_give_a_confidence_with_two_decimals() -> None:
    with in_process(accuracy=0.6) as world:
        world.finished(world.request(clips=20, NumberOfHumanWorkersPerDataObject=3))

        confidences = [line["shot-outcome-metadata"]["confidence"] for line in world.output()]

    assert all(0 < confidence <= 1 and round(confidence, 2) == confidence for confidence in confidences)
    assert len(set(confidences)) > 3


def test_more_workers_find_the_correct_label_more_often() -> None:
    def right(workers: int) -> int:
        with in_process(accuracy=0.65) as world:
            world.simulator.set_correct_labels({f"{number}.mp4": LABELS[number % 3] for number in range(60)})
            world.finished(world.request(clips=60, NumberOfHumanWorkersPerDataObject=workers))
            return sum(line["shot-outcome"] == line["n"] % 3 for line in world.output())

    assert right(1) < right(5)
    assert 30 <= right(1) <= 50


def test_worker_responses_have_the_documented_form(world: World) -> None:
    world.finished(world.request(clips=1, NumberOfHumanWorkersPerDataObject=2))

    [key] = world.files(f"{ROOT}/worker-response/")
    answers = json.loads(world.read(key))["answers"]

    assert re.fullmatch(rf"{ROOT}/worker-response/iteration-1/0/{STAMP}\.json", key)
    assert len({answer["workerId"] for answer in answers}) == len(answers) == 2
    for answer in answers:
        assert set(answer) == {
            "acceptanceTime",
            "submissionTime",
            "timeSpentInSeconds",
            "workerId",
            "answerContent",
            "workerMetadata",
        }
        assert answer["answerContent"]["crowd-classifier"]["label"] in LABELS
        assert answer["acceptanceTime"] < answer["submissionTime"]
        assert re.fullmatch(r"[\d-]{10}T[\d:]{8}\.\d{3}Z", answer["submissionTime"])
        assert re.fullmatch(r"private\.us-east-1\.[0-9a-f]{16}", answer["workerId"])
        identity = answer["workerMetadata"]["identityData"]
        assert {name: identity[name] for name in ("identityProviderType", "issuer")} == {
            "identityProviderType": "Oidc",
            "issuer": "https://id.example.com",
        }
        assert re.fullmatch(r"[0-9a-f-]{36}", identity["sub"])


def test_responses_of_user_pool_workers_name_cognito_as_identity_provider(world: World) -> None:
    pool = {name: world.cognito[name] for name in ("UserPool", "ClientId")}
    world.sagemaker.create_workforce(WorkforceName="staff", CognitoConfig=pool)
    members = [{"CognitoMemberDefinition": world.cognito}]
    team = world.sagemaker.create_workteam(**world.workteam_request(MemberDefinitions=members))["WorkteamArn"]
    world.workteam = team
    world.finished(world.request(clips=1))

    [key] = world.files(f"{ROOT}/worker-response/")
    identity = json.loads(world.read(key))["answers"][0]["workerMetadata"]["identityData"]

    assert identity["identityProviderType"] == "Cognito"
    assert identity["issuer"] == f"https://cognito-idp.us-east-1.amazonaws.com/{pool['UserPool']}"


def test_responses_of_vendor_workers_have_no_identity(world: World) -> None:
    vendor = "arn:aws:sagemaker:us-east-1:999988887777:workteam/vendor-crowd/labelers"
    world.simulator.subscribe(vendor)
    world.finished(world.request(clips=1, WorkteamArn=vendor))

    [key] = world.files(f"{ROOT}/worker-response/")
    answer = json.loads(world.read(key))["answers"][0]

    assert "workerMetadata" not in answer
    assert answer["workerId"].startswith("vendor.us-east-1.")


def test_consolidation_requests_and_responses_have_the_documented_form(world: World) -> None:
    world.finished(world.request(clips=2))

    def entries(kind: str) -> list[Any]:
        keys = world.files(f"{ROOT}/consolidated-annotation/consolidation-{kind}/")
        return [entry for key in keys for entry in json.loads(world.read(key))]

    requests, responses = entries("request"), entries("response")
    assert sorted(entry["datasetObjectId"] for entry in requests) == ["0", "1"]
    first = next(entry for entry in requests if entry["datasetObjectId"] == "0")
    assert first["dataObject"] == {"s3Uri": "s3://acme-clips/clips/0.mp4"}
    assert len(first["annotations"]) == 3
    assert json.loads(first["annotations"][0]["annotationData"]["content"])["crowd-classifier"]["label"] in LABELS
    content = next(entry for entry in responses if entry["datasetObjectId"] == "0")["consolidatedAnnotation"]["content"]
    line = world.output()[0]
    assert content == {name: line[name] for name in ("shot-outcome", "shot-outcome-metadata")}


def test_intermediate_annotations_name_object_and_input(world: World) -> None:
    world.finished(world.request(clips=2))

    lines = [json.loads(line) for line in world.read(f"{ROOT}/intermediate/1/annotations.json").splitlines()]

    assert [(line["datasetObjectId"], line["inputAttribute"]) for line in lines] == [
        ("0", "s3://acme-clips/clips/0.mp4"),
        ("1", "s3://acme-clips/clips/1.mp4"),
    ]


@pytest.mark.parametrize(
    ("key", "seen"),
    [
        (None, "arn:aws:kms:us-east-1:123456789012:alias/aws/s3"),
        ("arn:aws:kms:us-east-1:123456789012:key/ours", "arn:aws:kms:us-east-1:123456789012:key/ours"),
    ],
)
def test_every_file_is_encrypted_with_kms(world: World, key: str | None, seen: str) -> None:
    world.finished(changed(world.request(clips=1), "OutputConfig.KmsKeyId", key))

    for name in world.files():
        head = world.s3.head_object(Bucket=world.bucket, Key=name)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", seen)


def test_a_job_can_use_the_output_manifest_of_another_as_input(world: World) -> None:
    first = changed(world.request("First", clips=6), "StoppingConditions", {"MaxHumanLabeledObjectCount": 2})
    output = world.finished(first)["LabelingJobOutput"]["OutputDatasetS3Uri"]
    before = world.output("First")

    second = changed(world.request("Second", clips=6), "InputConfig.DataSource.S3DataSource.ManifestS3Uri", output)
    found = world.finished(second)

    assert found["LabelCounters"]["TotalLabeled"] == 6
    for old, new in zip(before, world.output("Second"), strict=True):
        assert new == old if "shot-outcome" in old else new["shot-outcome-metadata"]["job-name"].endswith("/second")
