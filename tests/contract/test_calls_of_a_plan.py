"""What a plan asks of AWS is counted: it grows with pages of jobs, and neither with jobs nor with changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.existing import Mix, infrastructure_file, read_declarations, write_account
from bench.generate import write_checkout
from bench.stub_aws import Stub
from groundctl.domain.declarations.declaration import Declaration
from support.cli import groundctl

COUNT = 1_000
MOST_LIST_CALLS = COUNT // 100 + 2


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkout(tmp_path_factory.mktemp("checkout"), COUNT)


@pytest.fixture(scope="module")
def declarations(checkout: Path) -> tuple[Declaration, ...]:
    return tuple(read_declarations(checkout))


@pytest.mark.parametrize(
    ("mix", "verdict", "reads"),
    [
        (Mix(changed=0, new=0), "1,000 already there", 0),
        (Mix(changed=30, new=20), "20 to create, 950 already there, 30 changed but cannot be", 30),
        (Mix(changed=1000, new=0), "1,000 changed but cannot be", 50),
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
    assert calls["ListLabelingJobs"] <= MOST_LIST_CALLS
    assert "DescribeLabelingJob" not in calls
    assert calls.get("S3 GET", 0) == reads
    assert set(calls) <= {"ListLabelingJobs", "S3 GET"}


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
