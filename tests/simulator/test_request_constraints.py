"""Constraints of the service model, and the messages for violations."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from simulator.world import World, changed


def refusal(world: World, request: dict[str, Any]) -> tuple[str, str]:
    """Send a request without boto3's checks, and return code and message of the error."""
    client = world.client("sagemaker", parameter_validation=False)
    with pytest.raises(ClientError) as caught:
        client.create_labeling_job(**request)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            "LabelingJobName",
            "shots_07",
            "1 validation error detected: Value 'shots_07' at 'labelingJobName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
        ),
        (
            "LabelingJobName",
            "a" + "-" * 62 + "b",
            f"1 validation error detected: Value 'a{'-' * 62}b' at 'labelingJobName' failed to satisfy constraint: "
            "Member must have length less than or equal to 63",
        ),
        (
            "HumanTaskConfig.NumberOfHumanWorkersPerDataObject",
            10,
            "1 validation error detected: Value '10' at 'humanTaskConfig.numberOfHumanWorkersPerDataObject' failed to "
            "satisfy constraint: Member must have value less than or equal to 9",
        ),
        (
            "HumanTaskConfig.TaskTimeLimitInSeconds",
            29,
            "1 validation error detected: Value '29' at 'humanTaskConfig.taskTimeLimitInSeconds' failed to satisfy "
            "constraint: Member must have value greater than or equal to 30",
        ),
        (
            "HumanTaskConfig.MaxConcurrentTaskCount",
            5001,
            "1 validation error detected: Value '5001' at 'humanTaskConfig.maxConcurrentTaskCount' failed to satisfy "
            "constraint: Member must have value less than or equal to 5000",
        ),
        (
            "HumanTaskConfig.TaskKeywords",
            ["sports", "Multi-label"],
            "1 validation error detected: Value '[sports, Multi-label]' at 'humanTaskConfig.taskKeywords' failed to "
            "satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 30, "
            "Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: "
            "[A-Za-z0-9]+( [A-Za-z0-9]+)*]",
        ),
        (
            "InputConfig.DataAttributes.ContentClassifiers",
            ["Nothing"],
            "1 validation error detected: Value '[Nothing]' at 'inputConfig.dataAttributes.contentClassifiers' failed "
            "to satisfy constraint: Member must satisfy constraint: ["
            "Member must satisfy enum value set: [FreeOfPersonallyIdentifiableInformation, FreeOfAdultContent]]",
        ),
        (
            "HumanTaskConfig.TaskDescription",
            "two\nlines",
            "1 validation error detected: Value 'two\nlines' at 'humanTaskConfig.taskDescription' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: .+",
        ),
        (
            "RoleArn",
            None,
            "1 validation error detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null",
        ),
        (
            "StoppingConditions.MaxPercentageOfInputDatasetLabeled",
            101,
            "1 validation error detected: Value '101' at 'stoppingConditions.maxPercentageOfInputDatasetLabeled' failed "
            "to satisfy constraint: Member must have value less than or equal to 100",
        ),
        (
            "Tags",
            [{"Key": "a", "Value": "fine"}, {"Key": "b", "Value": "what?"}],
            "1 validation error detected: Value 'what?' at 'tags.2.member.value' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: ([\p{L}\p{Z}\p{N}_.:/=+\-@]*)",
        ),
    ],
)
def test_a_violated_constraint_is_reported_with_member_and_limit(
    world: World, path: str, value: Any, message: str
) -> None:
    request = changed(world.request(), path, value)

    assert refusal(world, request) == ("ValidationException", message)


def test_all_violated_constraints_are_reported_together(world: World) -> None:
    request = changed(world.request(), "HumanTaskConfig.TaskTitle", "\U0001f3be rally")
    request = changed(request, "LabelAttributeName", "under_score")

    code, message = refusal(world, request)

    assert code == "ValidationException"
    assert message.startswith("2 validation errors detected: Value 'under_score' at 'labelAttributeName' failed")
    assert "'humanTaskConfig.taskTitle' failed to satisfy constraint: Member must satisfy regular" in message


def test_tags_accept_letters_of_any_script(world: World) -> None:
    request = changed(world.request(), "Tags", [{"Key": "Größe", "Value": "Übung 7"}])

    world.sagemaker.create_labeling_job(**request)

    assert world.describe()["Tags"] == [{"Key": "Größe", "Value": "Übung 7"}]


def test_a_refused_request_does_not_use_up_the_name(world: World) -> None:
    refusal(world, changed(world.request(), "HumanTaskConfig.TaskTitle", ""))

    world.create()

    assert world.status() == "Initializing"


def test_a_page_size_above_100_is_refused(world: World) -> None:
    with pytest.raises(ClientError) as caught:
        world.client("sagemaker", parameter_validation=False).list_labeling_jobs(MaxResults=101)

    assert caught.value.response["Error"]["Message"] == (
        "1 validation error detected: Value '101' at 'maxResults' failed to satisfy constraint: "
        "Member must have value less than or equal to 100"
    )
