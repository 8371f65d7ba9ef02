"""The plans that reviewers approve, in the artifact bucket: roles and bucket policy of real plans, evaluated together."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from support.aws.iam_policies import EVERYTHING, Policy, Request, Role, Verdict
from support.github.oidc_tokens import KINDS
from support.terraform.plan import Plan, resources
from terraform.github_access import ARTIFACTS, IAM, IF_NONE_MATCH, SETTINGS, Context, github_role, of_s3, roles
from terraform.github_access_requests import RECORDED, RECORDED_CLIPS
from terraform.infrastructure import QUIET, a_module, plan_with

pytestmark = QUIET

TLS = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3", "s3:ObjectCreationOperation": "true"}
ADMINISTRATOR = f"{IAM}:role/admin"
ANYTHING = Role(policy=EVERYTHING, boundary=EVERYTHING)
FILES = (of_s3(RECORDED), of_s3(RECORDED_CLIPS))
REMOVING = ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ReplicateDelete", "s3:ReplicateObject")


@pytest.fixture(scope="module")
def data_plans(tmp_path_factory: pytest.TempPathFactory, planning_aws: Mapping[str, str]) -> tuple[Policy, Policy]:
    """The artifact bucket's policy with the record role as its recorder, and without a recorder."""
    data = a_module("labeling-data", tmp_path_factory.mktemp("terraform") / "data", planning_aws)
    settings: dict[str, Any] = {"context": SETTINGS["context"], "execution_role_name": "labeling"}
    recorded = plan_with(data, {**settings, "plan_writers": [github_role("record")]})
    return policy_of_artifacts(recorded), policy_of_artifacts(plan_with(data, settings))


def policy_of_artifacts(plan: Plan) -> Policy:
    """Return the artifact bucket's policy."""
    [text] = [
        each["values"]["policy"] for each in resources(plan, "aws_s3_bucket_policy") if each["index"] == "artifacts"
    ]
    return Policy.read(text)


def may(role: Role, arn: str, bucket: Policy, action: str, resource: str, context: Context) -> bool:
    """Report whether a role of the bucket's account may do this: it is allowed, and the bucket does not deny it."""
    asked = Request(action=action, resource=resource, context={**TLS, **context, "aws:PrincipalArn": arn})
    by_bucket = bucket.weigh(replace(asked, principal={"AWS": arn}))
    return role.weigh(asked) is Verdict.ALLOWED and by_bucket is not Verdict.DENIED


@pytest.mark.parametrize("file", FILES)
def test_the_record_role_alone_writes_a_plan_and_every_role_that_looks_reads_it(
    roles_plan: Plan, data_plans: tuple[Policy, Policy], file: str
) -> None:
    bucket, _ = data_plans
    ours = {kind: (role, github_role(kind)) for kind, role in roles(roles_plan).items()}

    writes = [kind for kind, (role, arn) in ours.items() if may(role, arn, bucket, "s3:PutObject", file, IF_NONE_MATCH)]
    reads = {kind for kind, (role, arn) in ours.items() if may(role, arn, bucket, "s3:GetObject", file, {})}
    lists = {
        kind for kind, (role, arn) in ours.items() if may(role, arn, bucket, "s3:ListBucket", of_s3(ARTIFACTS), {})
    }

    assert writes == ["record"]
    assert reads == set(KINDS) - {"terraform"}
    assert lists >= reads


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    "arn", [ADMINISTRATOR, *map(github_role, KINDS), f"{github_role('record')}-2", f"{IAM}:user/root"]
)
def test_no_role_with_every_right_writes_a_plan_another_way(
    data_plans: tuple[Policy, Policy], arn: str, file: str
) -> None:
    recorded, unrecorded = data_plans

    assert may(ANYTHING, arn, recorded, "s3:PutObject", file, IF_NONE_MATCH) is (arn == github_role("record"))
    assert not may(ANYTHING, arn, recorded, "s3:PutObject", file, {})
    assert not may(ANYTHING, arn, recorded, "s3:PutObject", file, {"s3:if-match": "etag"})
    for action in REMOVING:
        assert not may(ANYTHING, arn, recorded, action, file, {})
    # Without a recorder no principal writes.
    assert not may(ANYTHING, arn, unrecorded, "s3:PutObject", file, IF_NONE_MATCH)


def test_a_request_without_a_principal_writes_no_plan(data_plans: tuple[Policy, Policy]) -> None:
    for bucket in data_plans:
        asked = Request(
            action="s3:PutObject", resource=FILES[0], principal={"AWS": "*"}, context={**TLS, **IF_NONE_MATCH}
        )
        assert bucket.weigh(asked) is Verdict.DENIED


def test_without_one_of_three_statements_a_plan_could_be_replaced(data_plans: tuple[Policy, Policy]) -> None:
    recorded, _ = data_plans
    probes: list[tuple[str, str, Context]] = [
        (ADMINISTRATOR, "s3:PutObject", IF_NONE_MATCH),
        (github_role("record"), "s3:PutObject", {}),
        *[(github_role("record"), action, {}) for action in REMOVING],
    ]

    for sid in ("PlansOfTheirRecorder", "WriteOnce", "KeepWhatIsWritten"):
        rest = Policy(tuple(each for each in recorded.statements if each["Sid"] != sid))
        assert len(rest.statements) == len(recorded.statements) - 1
        assert any(may(ANYTHING, arn, rest, action, FILES[0], context) for arn, action, context in probes), sid
