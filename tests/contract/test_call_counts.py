"""The calls of commands are counted: a plan grows with pages of jobs, a create sends one call, a report reads one object a job."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.existing import ARTIFACTS, Mix, infrastructure_file, read_declarations, write_account
from bench.generate import write_checkout
from bench.stub_aws import Stub
from groundctl.app.concurrency import MAX_CONCURRENCY
from groundctl.app.publish import read_provenance
from groundctl.domain.clips.inspection.faults import MAX_ASKED, MAX_LOOKED_INTO_IN_A_PLAN
from groundctl.domain.declarations.declaration import Declaration
from support.builders import a_declaration, an_observed_job
from support.cli import groundctl
from support.fake_objects import FakeObjects

COUNT = 1_000
MAX_LIST_CALLS = COUNT // 100 + 2
# A ledger of one entry: its packs and entries are listed, and the entry is read.
CLIPS_OF_A_JOB = 8
LEDGER_READ = {"ledger LIST": 2, "ledger GET": 1}
# The place of all jobs of a plan, whatever their number: three buckets, one of them of clips, one team, and one role.
PLACE_SEEN = {
    "place HEAD": 3,
    "place ?cors": 1,
    "place ?requestPayment": 1,
    "place ?encryption": 1,
    "place DescribeWorkteam": 1,
    "place ListUsersInGroup": 1,
    "place GetRole": 1,
    "place SimulatePrincipalPolicy": 1,
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkout(tmp_path_factory.mktemp("checkout"), COUNT)


@pytest.fixture(scope="module")
def declarations(checkout: Path) -> tuple[Declaration, ...]:
    return tuple(read_declarations(checkout))


@pytest.mark.parametrize(
    ("mix", "verdict", "reads"),
    [
        (Mix(changed=0, new=0), "1,000 existing", 0),
        (Mix(changed=30, new=20), "20 to create, 950 existing, 30 changed after creation", 30),
        (Mix(changed=1000, new=0), "1,000 changed after creation", 50),
        (Mix(changed=0, new=1000), "1,000 to create", 0),
    ],
    ids=["unchanged", "some changed, some new", "all changed", "all new"],
)
def test_a_plan_lists_pages_and_describes_nothing(
    mix: Mix, verdict: str, reads: int, checkout: Path, declarations: tuple[Declaration, ...], tmp_path: Path
):
    account = tmp_path / "account.json"
    write_account(declarations, account, mix)

    with Stub(account) as stub:
        ran = groundctl("plan", "--infrastructure", infrastructure_file(account), cwd=checkout, settings=stub.settings)
        calls = stub.counts()

    assert verdict in ran.out, ran.err
    assert calls["ListLabelingJobs"] <= MAX_LIST_CALLS
    assert "DescribeLabelingJob" not in calls
    assert calls.get("S3 GET", 0) == reads
    assert calls.get("S3 HEAD", 0) <= min(mix.new * CLIPS_OF_A_JOB, MAX_ASKED + MAX_LOOKED_INTO_IN_A_PLAN)
    assert calls.get("S3 GET of a part", 0) <= min(mix.new * CLIPS_OF_A_JOB, MAX_LOOKED_INTO_IN_A_PLAN)
    looks = {"S3 HEAD", "S3 GET of a part"} if mix.new else set()
    assert set(calls) <= {"ListLabelingJobs", "S3 GET", *LEDGER_READ, *PLACE_SEEN, *looks}
    assert {call: number for call, number in calls.items() if call in PLACE_SEEN} == (PLACE_SEEN if mix.new else {})
    assert {call: calls[call] for call in LEDGER_READ} == LEDGER_READ


def test_a_plan_against_ten_thousand_jobs_lists_pages_and_describes_nothing(tmp_path: Path):
    checkout = write_checkout(tmp_path / "checkout", 10)
    account = tmp_path / "account.json"
    write_account(read_declarations(checkout), account, Mix(changed=0, new=0))
    content = json.loads(account.read_bytes())
    others = [
        {"name": f"other-{number:05}", "manifest": f"s3://{ARTIFACTS}/other/{number}/input.manifest"}
        for number in range(10_000 - len(content["jobs"]))
    ]
    account.write_text(json.dumps(content | {"jobs": [*others, *content["jobs"]]}), encoding="utf-8")

    with Stub(account) as stub:
        ran = groundctl("plan", "--infrastructure", infrastructure_file(account), cwd=checkout, settings=stub.settings)
        calls = stub.counts()

    assert ran.code == 0, ran.err
    assert set(calls) == {"ListLabelingJobs", *LEDGER_READ}
    assert calls["ListLabelingJobs"] <= 10_000 // 100 + 2


def test_an_apply_creates_each_job_with_one_call_and_describes_it_once(tmp_path: Path):
    number = 10
    checkout = write_checkout(tmp_path / "checkout", number)
    account = tmp_path / "account.json"
    write_account(read_declarations(checkout), account, Mix(changed=0, new=1000))

    with Stub(account) as stub:
        arguments = ("apply", "--auto-approve", "--infrastructure", infrastructure_file(account), "--format", "json")
        ran = groundctl(*arguments, cwd=checkout, settings=stub.settings)
        calls = stub.counts()

    assert [each["result"] for each in ran.json["outcomes"]] == ["created"] * number, ran.err
    assert calls["CreateLabelingJob"] == number
    assert calls["DescribeLabelingJob"] == number
    # As many purchases as there are hands read on once and write one entry; what became of them is written as it is known.
    batches = -(-number // MAX_CONCURRENCY)
    assert calls["ledger LIST"] == 2 + batches
    assert batches < calls["ledger PUT"] <= batches + number


def test_a_report_reads_one_object_per_job_and_none_for_jobs_of_other_repositories():
    class CountingObjects(FakeObjects):
        def read(self, uri: str) -> bytes | None:
            reads.append(uri)
            return super().read(uri)

    reads: list[str] = []
    ours = [an_observed_job(a_declaration(name=f"rally-{number}")) for number in range(20)]
    others = [an_observed_job(name=f"other-{number}", fingerprint=None) for number in range(20)]

    read_provenance([*ours, *others], CountingObjects(), repository="acme/labels")

    assert len(reads) == len(set(reads)) == len(ours)


def test_the_stub_would_count_a_describe(
    declarations: tuple[Declaration, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from groundctl.adapters.aws.sagemaker import SageMakerJobs
    from groundctl.adapters.aws.session import AwsSession

    account = tmp_path / "account.json"
    write_account(declarations, account)

    with Stub(account) as stub:
        for name, value in stub.settings.items():
            monkeypatch.setenv(name, value)
        described = SageMakerJobs(AwsSession("us-east-1")).describe(declarations[-1].spec.name)
        calls = stub.counts()

    assert described is not None
    assert calls == {"DescribeLabelingJob": 1}
