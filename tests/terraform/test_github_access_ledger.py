"""The rights at a shared ledger: the policies of another account's roles and of the bucket, evaluated together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from support.aws.iam_policies import EVERYTHING, Policy, Request, Role, Verdict
from support.terraform.plan import Plan, resources
from terraform.github_access import IF_NONE_MATCH, SETTINGS, of_s3, roles
from terraform.infrastructure import QUIET, a_module, plan_with

pytestmark = QUIET

ORGANIZATION = "o-a1b2c3d4e5"
HUB, ACCOUNT = "999999999999", "444455556666"  # the ledger's account, and that of another environment
LEDGER = f"groundctl-hub-ledger-{HUB}-us-east-1"
TERRAFORM = f"arn:aws:iam::{HUB}:role/terraform"
ENTRY, PACK = (of_s3(f"{LEDGER}/ledger/{key}") for key in ("entries/000000000042", "packs/00000000"))
WITH_TLS = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
ANYTHING = Role(policy=EVERYTHING, boundary=EVERYTHING)

READS = [("s3:ListBucket", of_s3(LEDGER)), ("s3:GetObject", ENTRY), ("s3:GetObject", PACK)]
APPENDS = [("s3:PutObject", ENTRY), ("s3:PutObject", PACK)]
NEVER = [
    ("s3:DeleteObject", ENTRY),
    ("s3:DeleteObjectVersion", ENTRY),
    ("s3:ReplicateDelete", ENTRY),
    ("s3:ReplicateObject", ENTRY),
    ("s3:PutObject", ENTRY),  # without If-None-Match
]


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory, simulated_aws: Mapping[str, str]) -> Policy:
    """The policy of a ledger that an organization shares."""
    stack = a_module("labeling-ledger", tmp_path_factory.mktemp("terraform") / "shared-ledger", simulated_aws)
    context = {"name": "groundctl-hub", "account_id": HUB, "partition": "aws", "region": "us-east-1"}
    settings = {"context": context, "organization_id": ORGANIZATION, "policy_writers": [TERRAFORM]}
    return bucket_policies(plan_with(stack, settings))[LEDGER]


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory, simulated_aws: Mapping[str, str]) -> dict[str, Role]:
    """GitHub's roles of an environment in another account and Region, which names the ledger's bucket."""
    folder = tmp_path_factory.mktemp("terraform") / "other-account"
    settings = json.loads(json.dumps(SETTINGS).replace("111122223333", ACCOUNT).replace("us-east-1", "eu-west-1"))
    settings["labeling"]["ledger_bucket"] = LEDGER
    return roles(plan_with(a_module("github-access", folder, simulated_aws), settings))


def bucket_policies(plan: Plan) -> dict[str, Policy]:
    """Return each bucket's policy, by the bucket's name."""
    found = resources(plan, "aws_s3_bucket_policy")
    return {each["values"]["bucket"]: Policy.read(each["values"]["policy"]) for each in found}


def by(arn: str, asked: tuple[str, str], **context: str) -> Request:
    """Return a request as a bucket's policy sees it: who sends it, from which organization, and how."""
    action, resource = asked
    given: dict[str, Any] = {"aws:PrincipalArn": arn, "aws:PrincipalOrgID": ORGANIZATION, **WITH_TLS, **context}
    if action == "s3:PutObject":
        given["s3:ObjectCreationOperation"] = "true"
    return Request(action=action, resource=resource, principal={"AWS": arn}, context=given)


def role_arn(kind: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/groundctl-production-github-{kind}-eu-west-1"


@pytest.mark.parametrize("kind", ["plan", "apply", "stop"])
def test_a_role_of_another_account_reads_the_ledger(others: dict[str, Role], bucket: Policy, kind: str) -> None:
    for asked in READS:
        assert others[kind].may_at_another_account(bucket, by(role_arn(kind), asked)), asked


def test_the_apply_role_of_another_account_appends(others: dict[str, Role], bucket: Policy) -> None:
    for asked in APPENDS:
        assert others["apply"].may_at_another_account(bucket, by(role_arn("apply"), asked, **IF_NONE_MATCH)), asked


@pytest.mark.parametrize("kind", ["plan", "stop", "terraform"])
def test_another_role_appends_nothing_whatever_its_own_account_allows(
    others: dict[str, Role], bucket: Policy, kind: str
) -> None:
    for asked in APPENDS:
        request = by(role_arn(kind), asked, **IF_NONE_MATCH)
        assert not others[kind].may_at_another_account(bucket, request), asked
        assert not ANYTHING.may_at_another_account(bucket, request), asked


def test_the_bucket_alone_gives_no_role_of_another_account_a_right(others: dict[str, Role], bucket: Policy) -> None:
    nothing = Role(policy=Policy(()), boundary=others["apply"].boundary)

    for asked in [*READS, *APPENDS]:
        request = by(role_arn("apply"), asked, **IF_NONE_MATCH)
        assert bucket.weigh(request) is Verdict.ALLOWED, asked
        assert not nothing.may_at_another_account(bucket, request), asked


def test_an_account_outside_the_organization_gets_nothing(bucket: Policy) -> None:
    for organization in ({"aws:PrincipalOrgID": "o-zzzzzzzzzz"}, {}):
        for asked in [*READS, *APPENDS]:
            request = by(role_arn("apply"), asked, **IF_NONE_MATCH, **organization)
            if not organization:
                context = {key: value for key, value in request.context.items() if key != "aws:PrincipalOrgID"}
                request = replace(request, context=context)
            assert not ANYTHING.may_at_another_account(bucket, request), asked


ADMINISTRATORS = [f"arn:aws:iam::{HUB}:role/admin", TERRAFORM, role_arn("apply")]


@pytest.mark.parametrize("arn", ADMINISTRATORS)
def test_no_role_overwrites_or_deletes_an_entry_or_lets_it_expire(bucket: Policy, arn: str) -> None:
    for asked in [*NEVER, ("s3:PutLifecycleConfiguration", of_s3(LEDGER))]:
        assert bucket.weigh(by(arn, asked)) is Verdict.DENIED, asked


def test_only_the_named_roles_change_the_policy(bucket: Policy) -> None:
    for action in ("s3:PutBucketPolicy", "s3:DeleteBucketPolicy"):
        verdicts = {arn: bucket.weigh(by(arn, (action, of_s3(LEDGER)))) for arn in ADMINISTRATORS}
        # Silent: the role's own policy decides, as it is in the bucket's account.
        assert [arn for arn, verdict in verdicts.items() if verdict is not Verdict.DENIED] == [TERRAFORM]


def test_a_role_of_another_account_writes_nothing_else_in_the_bucket(others: dict[str, Role], bucket: Policy) -> None:
    elsewhere = [of_s3(f"{LEDGER}/{key}") for key in ("ledger/other", "jobs/rally/x", "ledger/entries")]

    for resource in elsewhere:
        request = by(role_arn("apply"), ("s3:PutObject", resource), **IF_NONE_MATCH)
        assert not others["apply"].may_at_another_account(bucket, request), resource
        assert not ANYTHING.may_at_another_account(bucket, request), resource


PROBES = [
    *[by(role_arn("apply"), asked, **IF_NONE_MATCH) for asked in [*READS, *APPENDS]],
    *[by(ADMINISTRATORS[0], asked) for asked in NEVER],
    *[by(ADMINISTRATORS[0], (f"s3:Put{what}", of_s3(LEDGER))) for what in ("LifecycleConfiguration", "BucketPolicy")],
    *[by(role_arn("plan"), READS[0], **weak) for weak in ({"aws:SecureTransport": "false"}, {"s3:TlsVersion": "1.1"})],
]


def test_without_any_one_of_its_statements_the_bucket_would_answer_otherwise(bucket: Policy) -> None:
    answers = [bucket.weigh(request) for request in PROBES]

    for removed in bucket.statements:
        rest = Policy(tuple(each for each in bucket.statements if each is not removed))
        assert [rest.weigh(request) for request in PROBES] != answers, removed["Sid"]


def test_plain_http_and_old_tls_are_refused(others: dict[str, Role], bucket: Policy) -> None:
    for weak in ({"aws:SecureTransport": "false"}, {"s3:TlsVersion": "1.1"}):
        for asked in READS:
            request = by(role_arn("plan"), asked, **weak)
            assert not others["plan"].may_at_another_account(bucket, request), asked


def test_without_a_bucket_of_its_own_the_ledger_is_in_the_artifact_bucket(
    tmp_path_factory: pytest.TempPathFactory, simulated_aws: Mapping[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("terraform")
    labeling = {key: value for key, value in SETTINGS["labeling"].items() if key != "ledger_bucket"}
    default = roles(
        plan_with(a_module("github-access", folder / "default", simulated_aws), {**SETTINGS, "labeling": labeling})
    )
    data = a_module("labeling-data", folder / "data", simulated_aws)
    planned = plan_with(data, {"context": SETTINGS["context"], "execution_role_name": "labeling"})
    artifacts = labeling["artifact_bucket"]
    policy = bucket_policies(planned)[artifacts]

    entry = of_s3(f"{artifacts}/ledger/entries/000000000042")
    assert all(default[kind].may("s3:GetObject", entry) for kind in ("plan", "apply", "stop"))
    assert [kind for kind, role in default.items() if role.may("s3:PutObject", entry, IF_NONE_MATCH)] == ["apply"]
    for arn in ADMINISTRATORS:
        assert policy.weigh(by(arn, ("s3:PutObject", entry), **IF_NONE_MATCH)) is Verdict.SILENT
        for action, _ in NEVER:
            assert policy.weigh(by(arn, (action, entry))) is Verdict.DENIED, action
