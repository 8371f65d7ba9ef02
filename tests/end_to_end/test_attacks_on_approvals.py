"""What insiders, odd commits and broken objects can do about approvals: create nothing, and hold no job of others."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from end_to_end.team import CLIPS, OTHER_TASK, PREFIX, WHO, Team
from support.builders import REGION
from support.fake_objects import A_CLIP
from support.github.markdown import read


def test_a_job_pushed_in_the_name_of_a_pull_request_that_is_merged_next_is_held(team: Team):
    team.opens()
    team.pushes()
    team.git("switch", "-q", "main")
    team.declares(input=PREFIX)
    pushed = f"Declare rallies (#{team.number})"
    team.git("add", "-A")
    command = ["git", *WHO, "commit", "-q", "-m", pushed]
    subprocess.run(
        command, cwd=team.folder, check=True, env={**os.environ, "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z"}
    )
    # The plan is of the test merge with main, so it lists the pushed job.
    team.git("switch", "-q", "topic")
    team.git("merge", "-q", "--no-ff", "-m", "Test merge", "main")
    team.plans()
    team.merges()
    team.emulator.state.pulls[team.number].commits = ("1" * 40, "2" * 40)

    applied = team.applies()

    assert (applied.code, team.creates()) == (1, 0), applied.out
    assert "came to main without a pull request" in applied.out


# The clips of a plan, or what S3 said of them.
@pytest.mark.parametrize("ending", [".jsonl.gz", ".objects.jsonl.gz"])
def test_clips_that_cannot_be_read_hold_their_own_job_only(team: Team, ending: str):
    team.declares(input=PREFIX | {"match": ["*-1.mp4"]})
    team.declares(name="serves", input={"objects": [f"s3://clips/{key}" for key in CLIPS[4:]]}, task=OTHER_TASK)
    team.opens()
    team.plans()
    team.merges()
    s3: Any = boto3.client("s3", region_name=REGION)
    s3.put_object(Bucket="clips", Key="rallies/late-1.mp4", Body=A_CLIP)
    [broken] = [
        (bucket, key)
        for bucket, key, content in recorded_clips(s3)
        if key.partition(".")[2] == ending[1:] and CLIPS[0].encode() in content
    ]
    s3.put_object(Bucket=broken[0], Key=broken[1], Body=b"no gzip")

    applied = team.applies()

    assert (applied.code, team.creates()) == (1, 1), applied.out + applied.err
    assert "the clips of the reviewed plan cannot be read" in applied.out
    assert team.clips_of("serves")


def recorded_clips(s3: Any) -> Iterator[tuple[str, str, bytes]]:
    """Read what plans have recorded of clips: bucket, key and content."""
    for bucket in [each["Name"] for each in s3.list_buckets()["Buckets"]]:
        for entry in s3.list_objects_v2(Bucket=bucket, Prefix="plans/").get("Contents", ()):
            if "/clips/" in entry["Key"]:
                body = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
                yield bucket, entry["Key"], gzip.decompress(body)


def test_a_pull_request_with_a_file_that_approves_a_plan_says_what_it_releases(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    team.plans()
    team.merges(review=False)
    held = team.applies()
    assert (held.code, team.creates()) == (1, 0)
    digest = json.loads(team.on_main("plan", "--format", "json").out)["digest"]
    team.git("switch", "-q", "topic")
    team.git("merge", "-q", "main")
    approved = team.folder / "jobs/approved" / digest
    approved.parent.mkdir()
    approved.write_text("")
    base = team.merged
    team.number = 0
    team.pushes()
    team.number = team.emulator.open_pull(head_sha=team.head, base_sha=base, branch="topic-2")

    team.plans()

    said = (
        "Merging releases 1 job of other pull requests (sports-data), because this one names this plan in jobs/approved"
    )
    assert said in read(team.comment).text
    team.merges()
    applied = team.applies()
    assert (applied.code, team.creates()) == (0, 1), applied.out
