"""The ledger's bucket: entries are written once and stay, the organization takes part, and the adapter works with it."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from groundctl.adapters.aws.ledger import S3Ledger, entry_key
from groundctl.adapters.aws.session import AwsSession
from groundctl.adapters.terraform.stack import Stack
from groundctl.domain.jobs.ledger.entries import Appended, NumberTaken, add_entry
from support.aws.client import aws_client
from support.ledger import a_purchase, an_entry, opened
from support.terraform.plan import Plan, resources
from terraform.infrastructure import QUIET, SOURCE, a_module, plan_with

pytestmark = [
    pytest.mark.xdist_group("applied-terraform"),
    QUIET,
]

CONTEXT = {"name": "groundctl-test", "account_id": "123456789012", "partition": "aws", "region": "us-east-1"}
SETTINGS = {"context": CONTEXT, "organization_id": "o-a1b2c3d4e5", "policy_writers": ["arn:aws:iam::*:role/terraform"]}
BUCKET = "groundctl-test-ledger-123456789012-us-east-1"
ARN = f"arn:aws:s3:::{BUCKET}"
REMOVALS = {"s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ReplicateDelete", "s3:ReplicateObject"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, planning_aws: Mapping[str, str]) -> Stack:
    """The module alone."""
    return a_module("labeling-ledger", tmp_path_factory.mktemp("terraform") / "ledger", planning_aws)


@pytest.fixture(scope="module")
def planned(stack: Stack) -> Plan:
    """The plan for a ledger that an organization shares."""
    return plan_with(stack, SETTINGS)


def statements(plan: Plan) -> dict[str, dict[str, Any]]:
    [policy] = resources(plan, "aws_s3_bucket_policy")
    return {each["Sid"]: each for each in json.loads(policy["values"]["policy"])["Statement"]}


def test_nothing_expires_an_entry(planned: Plan) -> None:
    assert list(resources(planned, "aws_s3_bucket_lifecycle_configuration")) == []
    assert statements(planned)["NeverExpire"]["Action"] == "s3:PutLifecycleConfiguration"


def test_every_write_needs_if_none_match_and_no_delete_is_possible(planned: Plan) -> None:
    denied = statements(planned)

    assert denied["WriteOnce"]["Resource"] == denied["KeepWhatIsWritten"]["Resource"] == [f"{ARN}/*"]
    assert denied["WriteOnce"]["Condition"]["Null"] == {"s3:if-none-match": "true"}
    assert set(denied["KeepWhatIsWritten"]["Action"]) == REMOVALS
    assert "Condition" not in denied["KeepWhatIsWritten"]


def test_only_the_organization_is_allowed_anything(planned: Plan) -> None:
    allowed = {sid: each for sid, each in statements(planned).items() if each["Effect"] == "Allow"}

    assert set(allowed) == {"OrganizationFindsEntries", "OrganizationReads", "OrganizationAppends"}
    for each in allowed.values():
        assert each["Condition"]["StringEquals"] == {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}


def test_of_the_organization_only_the_roles_that_apply_append_and_only_once(planned: Plan) -> None:
    appends = statements(planned)["OrganizationAppends"]

    assert appends["Resource"] == [f"{ARN}/ledger/entries/*", f"{ARN}/ledger/packs/*"]
    assert appends["Condition"]["ArnLike"] == {"aws:PrincipalArn": ["arn:*:iam::*:role/groundctl-*-github-apply-*"]}
    assert appends["Condition"]["Null"] == {"s3:if-none-match": "false"}


def test_the_bucket_is_private_versioned_and_stays(planned: Plan) -> None:
    [block] = resources(planned, "aws_s3_bucket_public_access_block")
    [versioning] = resources(planned, "aws_s3_bucket_versioning")
    [bucket] = resources(planned, "aws_s3_bucket")

    assert all(value is True for name, value in block["values"].items() if name.startswith(("block", "ignore", "rest")))
    assert versioning["values"]["versioning_configuration"][0]["status"] == "Enabled"
    assert bucket["values"]["force_destroy"] is False


def test_the_ledger_works_with_the_bucket_and_nothing_else_writes_to_it(
    stack: Stack, simulated_aws: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = stack.folder / "applied.tfvars.json"
    file.write_text(json.dumps({"context": CONTEXT}))
    stack.apply(var_file=Path(file.name))
    for name, value in simulated_aws.items():
        monkeypatch.setenv(name, value)
    ledger, s3 = (
        S3Ledger(AwsSession("us-east-1"), BUCKET),
        aws_client("s3", simulated_aws["AWS_ENDPOINT_URL"], "us-east-1"),
    )

    first = an_entry(ledger.read(), opened())
    assert ledger.append(1, first) == Appended(number=1)
    log = add_entry(ledger.read(), an_entry(ledger.read(), a_purchase()))
    assert ledger.append(1, an_entry(log, opened(), nonce="f" * 32)) == NumberTaken(number=1)
    refused: tuple[Callable[[], object], ...] = (
        lambda: s3.put_object(Bucket=BUCKET, Key=entry_key(2), Body=b""),
        lambda: s3.put_object(Bucket=BUCKET, Key=entry_key(1), Body=b""),
        lambda: s3.delete_object(Bucket=BUCKET, Key=entry_key(1)),
    )
    for call in refused:
        with pytest.raises(ClientError, match=r"AccessDenied|Forbidden|403"):
            call()
    assert [each.content for each in ledger.read().entries] == [first]


def test_object_lock_can_be_enabled_afterwards_and_terraform_leaves_it(
    tmp_path: Path, simulated_aws: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stack, settings = a_module("labeling-ledger", tmp_path / "locked", simulated_aws), Path("applied.tfvars.json")
    (stack.folder / settings).write_text(json.dumps({"context": {**CONTEXT, "name": "groundctl-locked"}}))
    stack.apply(var_file=settings)
    for name, value in simulated_aws.items():
        monkeypatch.setenv(name, value)
    s3 = aws_client("s3", simulated_aws["AWS_ENDPOINT_URL"], "us-east-1")
    bucket = BUCKET.replace("groundctl-test", "groundctl-locked")
    [configuration] = re.findall(r"--object-lock-configuration \\\n  '(.*)'", (SOURCE / "README.md").read_text())

    # moto allows this for an empty bucket only; S3 does for any with versioning.
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=json.loads(configuration))

    assert not stack.has_changes(var_file=settings)
    ledger = S3Ledger(AwsSession("us-east-1"), bucket)
    assert ledger.append(1, an_entry(ledger.read(), opened())) == Appended(number=1)
    assert s3.head_object(Bucket=bucket, Key=entry_key(1))["ObjectLockMode"] == "GOVERNANCE"
