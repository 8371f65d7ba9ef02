"""The list operations: order, filters, pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from simulator.world import START, World


@pytest.fixture
def jobs(world: World) -> list[str]:
    """Make five jobs, a minute apart, none of which is done before the hour is over."""
    names = ["charlie", "Alpha", "bravo-2", "echo", "delta-2"]
    request = world.request(clips=60)
    for name in names:
        world.sagemaker.create_labeling_job(**{**request, "LabelingJobName": name})
        world.simulator.advance(60)
    return names


def names(world: World, **params: Any) -> list[str]:
    pages = world.sagemaker.get_paginator("list_labeling_jobs").paginate(**params)
    return [entry["LabelingJobName"] for page in pages for entry in page["LabelingJobSummaryList"]]


@pytest.mark.usefixtures("jobs")
@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, ["charlie", "Alpha", "bravo-2", "echo", "delta-2"]),
        ({"SortOrder": "Descending"}, ["delta-2", "echo", "bravo-2", "Alpha", "charlie"]),
        ({"SortBy": "Name"}, ["Alpha", "bravo-2", "charlie", "delta-2", "echo"]),
        ({"SortBy": "Name", "SortOrder": "Descending"}, ["echo", "delta-2", "charlie", "bravo-2", "Alpha"]),
        ({"NameContains": "-2"}, ["bravo-2", "delta-2"]),
        ({"NameContains": "nothing"}, []),
        ({"CreationTimeAfter": START + timedelta(seconds=30)}, ["Alpha", "bravo-2", "echo", "delta-2"]),
        ({"CreationTimeBefore": START + timedelta(seconds=60)}, ["charlie"]),
        ({"LastModifiedTimeBefore": START}, []),
        ({"StatusEquals": "Failed"}, []),
    ],
)
def test_jobs_are_sorted_by_creation_time_by_default(world: World, params: dict[str, Any], expected: list[str]) -> None:
    assert names(world, **params) == expected


def test_jobs_can_be_filtered_and_sorted_by_status(world: World, jobs: list[str]) -> None:
    world.sagemaker.stop_labeling_job(LabelingJobName=jobs[0])

    assert names(world, StatusEquals="Stopping") == ["charlie"]
    assert names(world, SortBy="Status")[-1] == "charlie"
    world.simulator.advance_until_idle()
    assert names(world, StatusEquals="Stopped") == ["charlie"]
    assert sorted(names(world, StatusEquals="Completed")) == sorted(jobs[1:])


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("order", ["Ascending", "Descending"])
def test_pages_of_any_size_list_every_job_once(world: World, jobs: list[str], size: int, order: str) -> None:
    assert names(world, PaginationConfig={"PageSize": size}, SortOrder=order, SortBy="Name") == sorted(
        jobs, reverse=order == "Descending"
    )


def test_a_next_token_is_opaque_and_bound_to_its_request(world: World, jobs: list[str]) -> None:
    token = world.sagemaker.list_labeling_jobs(MaxResults=2)["NextToken"]
    assert not any(name in token for name in jobs)

    with pytest.raises(ClientError) as other:
        world.sagemaker.list_labeling_jobs(MaxResults=2, NextToken=token, SortBy="Name")
    with pytest.raises(ClientError) as garbled:
        world.sagemaker.list_labeling_jobs(NextToken="xyz")

    assert other.value.response["Error"]["Code"] == garbled.value.response["Error"]["Code"] == "ValidationException"
    assert other.value.response["Error"]["Message"] == (
        "The pagination token belongs to a request with other parameters."
    )
    assert garbled.value.response["Error"]["Message"] == "Invalid pagination token."


def test_a_page_can_be_short_although_more_follow(world: World, jobs: list[str]) -> None:
    world.simulator.change_settings(short_pages=True)

    page = world.sagemaker.list_labeling_jobs(MaxResults=4)

    assert len(page["LabelingJobSummaryList"]) == 2
    assert "NextToken" in page
    assert names(world, PaginationConfig={"PageSize": 4}) == jobs


def test_a_summary_can_omit_the_input_configuration(world: World) -> None:
    world.create()
    world.simulator.change_settings(summaries_with_input=False)

    [summary] = world.sagemaker.list_labeling_jobs()["LabelingJobSummaryList"]

    assert "InputConfig" not in summary
    assert "InputConfig" in world.describe()


def test_a_job_created_between_two_pages_shifts_no_other_job(world: World, jobs: list[str]) -> None:
    first = world.sagemaker.list_labeling_jobs(MaxResults=2, SortOrder="Descending")
    world.create("late")

    rest = world.sagemaker.list_labeling_jobs(MaxResults=10, SortOrder="Descending", NextToken=first["NextToken"])

    assert [entry["LabelingJobName"] for entry in rest["LabelingJobSummaryList"]] == list(reversed(jobs))[2:]


def test_a_page_has_ten_jobs_by_default(world: World) -> None:
    request = world.request()
    for number in range(11):
        world.sagemaker.create_labeling_job(**{**request, "LabelingJobName": f"job-{number}"})

    page = world.sagemaker.list_labeling_jobs()

    assert len(page["LabelingJobSummaryList"]) == 10
    assert "NextToken" in page


def test_a_summary_has_fewer_members_than_describe(either_world: World) -> None:
    either_world.finished(either_world.request())

    [summary] = either_world.sagemaker.list_labeling_jobs()["LabelingJobSummaryList"]

    assert set(summary) == {
        "LabelingJobName",
        "LabelingJobArn",
        "CreationTime",
        "LastModifiedTime",
        "LabelingJobStatus",
        "LabelCounters",
        "WorkteamArn",
        "PreHumanTaskLambdaArn",
        "AnnotationConsolidationLambdaArn",
        "LabelingJobOutput",
        "InputConfig",
    }
    assert summary["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"] == "s3://acme-clips/input.manifest"
    described = either_world.describe()
    assert {name: described[name] for name in ("LabelCounters", "CreationTime", "LastModifiedTime")} == {
        name: summary[name] for name in ("LabelCounters", "CreationTime", "LastModifiedTime")
    }


def test_the_jobs_of_a_team_are_listed_with_pending_counts(either_world: World) -> None:
    either_world.create(clips=4)
    either_world.simulator.advance(80)

    [found] = either_world.sagemaker.list_labeling_jobs_for_workteam(WorkteamArn=either_world.workteam)[
        "LabelingJobSummaryList"
    ]

    assert found == {
        "LabelingJobName": "Shots-07",
        "JobReferenceCode": either_world.describe()["JobReferenceCode"],
        "WorkRequesterAccountId": "123456789012",
        "CreationTime": either_world.describe()["CreationTime"],
        "LabelCounters": {"HumanLabeled": 0, "PendingHuman": 4, "Total": 4},
        "NumberOfHumanWorkersPerDataObject": 3,
    }


def test_the_jobs_of_a_team_can_be_filtered_by_reference_code(world: World, jobs: list[str]) -> None:
    code = world.describe(jobs[3])["JobReferenceCode"]

    found = world.sagemaker.list_labeling_jobs_for_workteam(
        WorkteamArn=world.workteam, JobReferenceCodeContains=code[12:]
    )

    assert [entry["LabelingJobName"] for entry in found["LabelingJobSummaryList"]] == ["echo"]


def test_listing_the_jobs_of_an_unknown_team_is_refused(world: World) -> None:
    team = "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/missing"

    with pytest.raises(ClientError) as caught:
        world.sagemaker.list_labeling_jobs_for_workteam(WorkteamArn=team)

    assert caught.value.response["Error"]["Code"] == "ResourceNotFound"
    assert caught.value.response["Error"]["Message"] == f"Work team {team} was not found."
