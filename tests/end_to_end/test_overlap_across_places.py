"""One ledger for chains, manifests, environments, buckets and Regions, over real HTTP: no clip is asked twice."""

from __future__ import annotations

import json
import threading
from typing import Any, Final

import boto3
import pytest

from end_to_end.organization import RALLIES, Checkout, Organization, rallies, rally
from groundctl.domain.jobs.infrastructure import WorkTeam
from support.aws import prerequisites
from support.builders import ACCOUNT, REGION
from support.fake_objects import A_CLIP

ATTRIBUTE = {"label_attribute": "foul"}


def ends_without_a_label_for(organization: Organization, *numbers: int) -> None:
    """Let all jobs end; the workers decline some clips."""
    organization.simulator.set_correct_labels({rally(number): None for number in numbers})
    organization.simulator.advance_until_idle()


def test_clips_that_ended_without_a_label_are_free_again_and_only_new_buys_them(organization: Organization):
    team = organization.checkout()
    team.declares("foul-pilot", rallies(1, 4))
    team.applies()
    ends_without_a_label_for(organization, 2, 3)
    team.declares("foul-full", {**RALLIES, "only_new": True})

    comment = team.comments()
    assert "leaves out 2 of its 8 clips, already asked by foul-pilot" in comment
    assert "ended" not in team.kinds()
    assert team.outcomes() == {"foul-full": "created"}
    assert team.kinds() == ["opened", "purchase", "created", "ended", "purchase", "created"]
    assert organization.numbers_asked() == [1, 2, 2, 3, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize("manifest_name", ["foul-a", "foul-z"])
def test_a_chain_and_a_manifest_of_the_same_lines_are_not_both_bought(organization: Organization, manifest_name: str):
    team = organization.checkout()
    team.declares("foul-pilot", rallies(1, 4), output=ATTRIBUTE)
    team.applies()
    ends_without_a_label_for(organization, 2, 3)
    output = organization.jobs()["foul-pilot"]["LabelingJobOutput"]["OutputDatasetS3Uri"]
    bucket, _, key = output.removeprefix("s3://").partition("/")
    boto3.client("s3", region_name=REGION).copy_object(
        Bucket="clips", Key="lines.manifest", CopySource={"Bucket": bucket, "Key": key}
    )
    team.declares("foul-m", {"from_job": "foul-pilot"}, output=ATTRIBUTE)
    team.declares(manifest_name, {"manifest": "s3://clips/lines.manifest"}, output=ATTRIBUTE)
    first, second = sorted(("foul-m", manifest_name))

    plan = team.plans()

    assert "already asked" in plan.out
    assert f"{first} in this plan" in plan.out
    assert team.outcomes() == {first: "created"}
    assert organization.numbers_asked() == [1, 2, 2, 3, 3, 4]
    assert team.applies().code == 1
    assert second not in organization.jobs()


def test_two_artifact_buckets_have_one_ledger(organization: Organization):
    boto3.client("s3", region_name=REGION).create_bucket(Bucket="artifacts-2")
    first = organization.checkout("first")
    second = organization.checkout("second", environment="staging", artifact_bucket="artifacts-2")
    first.declares("foul-may", rallies(1, 5))
    first.applies()
    second.declares("foul-june", rallies(4, 8))

    plan = second.plans()
    assert "2 of its 5 clips were already asked by foul-may (up to $0.16)" in plan.out
    assert "foul-may" in plan.out
    assert second.applies().code == 1
    second.declares("foul-june", {**rallies(4, 8), "only_new": True})
    assert second.outcomes() == {"foul-june": "created"}
    assert organization.numbers_asked() == [1, 2, 3, 4, 5, 6, 7, 8]


def test_two_regions_have_one_ledger(organization: Organization):
    infrastructure = builds_ireland()
    virginia, ireland = organization.checkout("virginia"), organization.checkout("ireland", **infrastructure)
    virginia.declares("foul-may", rallies(1, 5))
    virginia.applies()
    objects = [rally(4), rally(5), "s3://clips-eu/rally-101.mp4"]
    ireland.declares("foul-may", {"objects": objects})

    plan = ireland.plans()
    assert f"already asked by foul-may in account {ACCOUNT}, us-east-1 (up to $0.16)" in plan.out
    assert ireland.applies().code == 1
    assert organization.jobs("eu-west-1") == {}
    ireland.declares("foul-may", {"objects": objects, "only_new": True})
    assert ireland.outcomes() == {"foul-may": "created"}
    assert dict(organization.asked("eu-west-1")) == {"s3://clips-eu/rally-101.mp4": 1}
    assert organization.numbers_asked() == [1, 2, 3, 4, 5]


def builds_ireland() -> dict[str, Any]:
    """Build the same in another Region, with a bucket for its clips there."""
    region: Final = "eu-west-1"
    s3 = boto3.client("s3", region_name=region)
    for bucket in ("clips-eu", "artifacts-eu", "outputs-eu"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
    prerequisites.open_to_browsers("clips-eu", region=region)
    s3.put_object(Bucket="clips-eu", Key="rally-101.mp4", Body=A_CLIP)
    prerequisites.make_teams(("reviewers",), region=region)
    team = WorkTeam(arn=f"arn:aws:sagemaker:{region}:{ACCOUNT}:workteam/private-crowd/reviewers")
    return {
        "environment": "ireland",
        "region": region,
        "artifact_bucket": "artifacts-eu",
        "output_bucket": "outputs-eu",
        "input_buckets": ("clips", "clips-eu"),
        "work_teams": {"reviewers": team},
    }


@pytest.mark.parametrize("only_new", [False, True])
def test_two_environments_that_apply_at_once_buy_no_clip_twice(organization: Organization, only_new: bool):
    boto3.client("s3", region_name=REGION).create_bucket(Bucket="artifacts-2")
    first = organization.checkout("first")
    second = organization.checkout("second", environment="staging", artifact_bucket="artifacts-2")
    choice = {"only_new": True} if only_new else {}
    first.declares("foul-first", {**rallies(1, 6), **choice})
    second.declares("foul-second", {**rallies(3, 8), **choice})

    apply_at_once(first, second)

    jobs = organization.jobs()
    assert organization.asked_twice() == []
    if only_new:
        assert organization.numbers_asked() == [1, 2, 3, 4, 5, 6, 7, 8]
    else:
        assert len(jobs) == 1
    before = organization.numbers_asked()
    apply_at_once(first, second)
    assert organization.numbers_asked() == before


def apply_at_once(*checkouts: Checkout) -> None:
    threads = [threading.Thread(target=checkout.applies) for checkout in checkouts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_job_made_in_the_console_counts_once_the_ledger_knows_it(organization: Organization):
    team = organization.checkout()
    team.declares("foul-may", rallies(5, 8))
    team.applies()
    makes_in_the_console(organization, "console-foul", 1, 4)
    team.declares("foul-june", RALLIES)

    before = team.plans()
    assert "1 job in AWS is unknown to the purchase ledger: console-foul" in before.out
    assert "P403" in before.out

    assert "`groundctl ledger adopt console-foul` enters it" in before.out
    assert team.runs("ledger", "adopt", "console-foul").code == 0
    after = team.plans()
    assert "P403" not in after.out
    assert "all 8 of its clips were already asked: " in after.out
    assert "4 by foul-may (up to $0.32)" in after.out
    assert "4 by console-foul (cost not known)" in after.out
    assert team.applies().code == 1
    organization.uploads(9)
    team.declares("foul-june", {**RALLIES, "only_new": True})
    assert team.outcomes() == {"foul-june": "created"}
    assert organization.numbers_asked() == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def makes_in_the_console(organization: Organization, name: str, first: int, last: int) -> None:
    """Create a job as AWS's console does: no marks of groundctl, another manifest."""
    described = organization.jobs()["foul-may"]
    lines = "".join(json.dumps({"source-ref": rally(number)}) + "\n" for number in range(first, last + 1))
    boto3.client("s3", region_name=REGION).put_object(Bucket="clips", Key=f"{name}.manifest", Body=lines.encode())
    members = (
        "LabelAttributeName",
        "OutputConfig",
        "RoleArn",
        "LabelCategoryConfigS3Uri",
        "HumanTaskConfig",
        "StoppingConditions",
    )
    sagemaker: Any = boto3.client("sagemaker", region_name=REGION)
    sagemaker.create_labeling_job(
        LabelingJobName=name,
        InputConfig={"DataSource": {"S3DataSource": {"ManifestS3Uri": f"s3://clips/{name}.manifest"}}},
        **{member: described[member] for member in members if described.get(member)},
    )
