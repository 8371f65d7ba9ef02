"""Each odd clip is reported in the plan, over real HTTP, before anything is bought, and a plan changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pytest

from clips.table import GOOD, GROUPS, ROWS, Row, good
from groundctl.adapters.aws.s3 import S3Objects
from groundctl.adapters.aws.sagemaker import SageMakerJobs
from groundctl.adapters.aws.session import AwsSession
from groundctl.adapters.media.clip_reader import ClipReader
from groundctl.app.gathering.gather import Account, gather
from groundctl.domain.planning.plan import Create, Plan, Refused
from groundctl.domain.planning.planner import make_plan
from groundctl.presentation.terminal.plan import plan_text
from groundtruth_simulator.server import SimulatorServer
from support.builders import REGION, a_declaration, a_policy, an_infrastructure
from support.fakes import FakePlaces
from support.ledger import an_open_ledger


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The plans of all rows, by the row's name, and the calls that these plans made."""

    plans: Mapping[str, Plan]
    calls: Sequence[Mapping[str, Any]]


@pytest.fixture(scope="module")
def seen() -> Iterator[Seen]:
    """Plan the rows of a group together, because each plan starts a reader; each row has a folder and a job of its own."""
    with pytest.MonkeyPatch.context() as patch, SimulatorServer(seed=7, frozen=True) as simulator:
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"):
            patch.delenv(name, raising=False)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            patch.setenv(name, "/dev/null")
        patch.setenv("AWS_ENDPOINT_URL", simulator.url or "")
        s3 = boto3.client("s3", region_name=REGION)
        s3.create_bucket(Bucket="clips")
        for number, row in enumerate(ROWS):
            upload(row, f"{number}/", s3)
        simulator.clear_requests()
        session = AwsSession(REGION)
        plans: dict[str, Plan] = {}
        for group in GROUPS:
            plan = plan_of({job_of(ROWS.index(row)): row for row in group}, session)
            by_job = {change.name: replace(plan, changes=(change,)) for change in plan.changes}
            plans |= {row.name: by_job[job_of(ROWS.index(row))] for row in group}
        yield Seen(plans=plans, calls=simulator.requests())


def upload(row: Row, folder: str, s3: Any) -> None:
    s3.put_object(Bucket="clips", Key=folder + GOOD, Body=good())
    for key, make in row.files.items():
        s3.put_object(Bucket="clips", Key=folder + key, Body=make(), **row.put)
    if row.prepare:
        row.prepare(s3, folder)


def job_of(number: int) -> str:
    return f"row-{number}"


def plan_of(rows: Mapping[str, Row], session: AwsSession) -> Plan:
    ledger = an_open_ledger()
    account = Account(
        infrastructure=an_infrastructure(),
        jobs=SageMakerJobs(session),
        objects=S3Objects(session),
        ledger=ledger,
        clips=ClipReader(os.environ),
        places=FakePlaces(),
        log=ledger.read(),
        observed={},
    )
    declarations = [a_declaration(**declared(name, row)) for name, row in rows.items()]
    return make_plan(gather(declarations, a_policy(), account))


def declared(name: str, row: Row) -> dict[str, Any]:
    folder = f"s3://clips/{name.removeprefix('row-')}/"
    clips = {"objects": [folder + key for key in row.named]} if row.named else {"prefix": folder}
    workforce = {"team": "reviewers", "workers_per_object": 3, "task_time_limit": row.task_time_limit}
    return {"name": name, "input": clips, "workforce": workforce}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_odd_clip_is_reported_before_anything_is_bought(row: Row, seen: Seen) -> None:
    plan = seen.plans[row.name]
    text = plan_text(plan, a_policy())

    [change] = plan.changes
    assert isinstance(change, Refused if row.refused else Create), text
    assert [words for words in row.says if words not in text] == [], text
    assert [words for words in row.silent if words in text] == [], text


def test_looking_at_clips_changes_nothing(seen: Seen) -> None:
    assert seen.calls
    assert [call for call in seen.calls if call["mutating"]] == []


def test_there_are_more_than_60_rows_and_each_has_a_name_of_its_own() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) > 60
