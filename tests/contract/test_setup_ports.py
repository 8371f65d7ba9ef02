"""What `doctor` looks at: the adapters, over HTTP against the emulators, and their fakes keep the same promises."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pytest

from github_emulator.approvals import careful_rules
from github_emulator.emulator import GitHubEmulator
from groundctl.adapters.aws.account_setup import AwsAccountSetup, unknown_members
from groundctl.adapters.aws.session import AwsSession
from groundctl.adapters.github.settings import GitHubSettings
from groundctl.domain.adoption.doctor.setup import (
    BranchRules,
    BucketGuard,
    CodeownersError,
    EventConnection,
    ForkRules,
    RequiredCheck,
    RoleTrust,
    RulesSeen,
    WorkflowToken,
)
from groundctl.domain.adoption.doctor.versions import SENT_MEMBERS
from groundctl.domain.jobs.places import Absent, NotSeen
from groundctl.errors import RefusedByGitHub
from groundctl.setup_ports import AccountSetup, RepositorySettings
from groundtruth_simulator.simulator import Simulator
from support.aws.fake_endpoint import Reply, answering
from support.aws.prerequisites import TRUST
from support.builders import ACCOUNT, REGION
from support.setup_fakes import ACTIONS_APP, CLOSED, GOOD_RULES, FakeAccountSetup, FakeSettings

BLOCKED = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
ROLE = f"arn:aws:iam::{ACCOUNT}:role/labeling"


@dataclass
class Hub:
    """GitHub or its fake, with a variable, a line of CODEOWNERS that it cannot use, and rules on main."""

    settings: RepositorySettings
    number: str


@pytest.fixture(params=["fake", "real"])
def hub(request: pytest.FixtureRequest) -> Hub:
    if request.param == "fake":
        fake = FakeSettings(values={"AWS_REGION": REGION})
        fake.errors = (CodeownersError(line=3, path=".github/CODEOWNERS", message="Unknown owner on line 3"),)
        return Hub(settings=fake, number="1")
    emulator: GitHubEmulator = request.getfixturevalue("emulator")
    emulator.set_branch_rules(careful_rules())
    emulator.settings.required_checks = (("plan / groundctl", ACTIONS_APP),)
    emulator.settings.forks_wait_for = "all_external_contributors"
    emulator.settings.variables = {"AWS_REGION": REGION}
    emulator.settings.codeowners_errors = ((3, "Unknown owner on line 3"),)
    return Hub(settings=_adapter(emulator), number=str(emulator.state.repository()["id"]))


def _adapter(emulator: GitHubEmulator, **rights: str) -> GitHubSettings:
    token = emulator.token(**rights) if rights else emulator.token("maria")
    return GitHubSettings(api=emulator.url, repository="acme/labels", token=token.value, sleep=lambda _: None)


def test_the_settings_of_a_repository_are_read(hub: Hub) -> None:
    settings = hub.settings
    found = settings.repository()

    assert (found.full_name, found.number, found.default_branch) == ("acme/labels", hub.number, "main")
    assert found.is_private is False
    assert settings.rules_of("main") == RulesSeen(rules=GOOD_RULES)
    assert settings.workflow_token() == WorkflowToken(default_rights="read", may_approve=False)
    assert settings.forks(is_private=False) == ForkRules(waits_for="all_external_contributors")
    assert settings.variables() == {"AWS_REGION": REGION}
    [error] = settings.codeowners_errors() or ()
    assert (error.line, error.path, error.message) == (3, ".github/CODEOWNERS", "Unknown owner on line 3")
    environment = settings.environment("groundctl-apply")
    assert environment is not None
    assert environment.reviewers == 2
    assert settings.environment("no-environment") is None


def test_classic_protection_counts_beside_rulesets_and_may_exempt_administrators(emulator: GitHubEmulator) -> None:
    emulator.settings.classic = {
        "required_pull_request_reviews": {
            "dismiss_stale_reviews": True,
            "require_code_owner_reviews": False,
            "required_approving_review_count": 2,
        },
        "required_status_checks": {
            "strict": True,
            "contexts": ["plan / groundctl"],
            "checks": [{"context": "plan / groundctl", "app_id": None}],
        },
        "enforce_admins": {"url": f"{emulator.url}/repos/acme/labels/branches/main/protection", "enabled": False},
    }

    seen = _adapter(emulator).rules_of("main")

    assert seen == RulesSeen(
        rules=BranchRules(
            reviews=2,
            dismisses_stale=True,
            checks=(RequiredCheck(name="plan / groundctl"),),
            is_strict=True,
            exempt=("administrators",),
        )
    )


def test_a_token_of_a_workflow_sees_rulesets_and_says_that_classic_protection_is_hidden(
    emulator: GitHubEmulator,
) -> None:
    emulator.set_branch_rules(careful_rules())

    settings = _adapter(emulator, actions="read", contents="read")
    seen = settings.rules_of("main")

    assert seen.rules.reviews == 1
    assert "administrators only" in seen.hidden
    assert seen.hidden_exemptions == 1
    with pytest.raises(RefusedByGitHub):
        settings.variables()
    with pytest.raises(RefusedByGitHub):
        settings.workflow_token()


@dataclass
class Account:
    """An account or its fake, with one bucket, role, connection, and state; everything named gone is not there."""

    setup: AccountSetup


@pytest.fixture(params=["fake", "real"])
def account(request: pytest.FixtureRequest) -> Account:
    if request.param == "fake":
        fake = FakeAccountSetup(states={("state", "test.tfstate"): {"region": REGION}})
        fake.trusts[ROLE] = RoleTrust(policy=TRUST)
        fake.connections["github"] = EventConnection(state="AUTHORIZED", was_updated=False)
        return Account(setup=fake)
    simulator: Simulator = request.getfixturevalue("simulator")
    _build(simulator)
    return Account(setup=AwsAccountSetup(AwsSession(REGION)))


def _build(_simulator: Simulator) -> None:
    s3, iam = boto3.client("s3", region_name=REGION), boto3.client("iam", region_name=REGION)
    s3.create_bucket(Bucket="state")
    block: Any = BLOCKED
    s3.put_public_access_block(Bucket="state", PublicAccessBlockConfiguration=block)
    s3.put_bucket_versioning(Bucket="state", VersioningConfiguration={"Status": "Enabled"})
    rule: Any = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket="state", ServerSideEncryptionConfiguration={"Rules": [rule]})
    outputs = {"infrastructure": {"value": {"region": REGION}}, "password": {"value": "secret"}}
    s3.put_object(Bucket="state", Key="test.tfstate", Body=json.dumps({"version": 4, "outputs": outputs}))
    s3.put_object(Bucket="state", Key="empty.tfstate", Body=json.dumps({"version": 4, "outputs": {}}))
    iam.create_role(RoleName="labeling", AssumeRolePolicyDocument=json.dumps(TRUST))
    key: Any = {"ApiKeyAuthParameters": {"ApiKeyName": "Authorization", "ApiKeyValue": "Bearer not-set"}}
    boto3.client("events", region_name=REGION).create_connection(
        Name="github", AuthorizationType="API_KEY", AuthParameters=key
    )


def test_an_account_shows_what_it_holds_and_what_is_absent(account: Account) -> None:
    setup = account.setup

    assert setup.identity().account_id == ACCOUNT
    assert setup.terraform_output("state", "test.tfstate") == {"region": REGION}
    assert setup.terraform_output("state", "gone.tfstate") == Absent()
    assert setup.terraform_output("state", "empty.tfstate") == Absent()
    assert setup.guard_of("state") == CLOSED
    assert setup.trust_of(ROLE) == RoleTrust(policy=TRUST)
    assert setup.trust_of(f"{ROLE}-gone") == Absent()
    assert setup.connection("github") == EventConnection(state="AUTHORIZED", was_updated=False)
    assert setup.connection("gone") == Absent()


def test_what_may_not_be_looked_at_has_its_reason(simulator: Simulator) -> None:
    _build(simulator)
    for operation in ("GetRole", "GetPublicAccessBlock", "GetObject", "ListServiceQuotas"):
        simulator.add_fault(operation=operation, kind="error", code="AccessDenied", status=403, message="no", times=9)

    setup = AwsAccountSetup(AwsSession(REGION))

    lacking = "these credentials lack the right {}"
    assert setup.trust_of(ROLE) == NotSeen(reason=lacking.format("iam:GetRole"))
    assert setup.guard_of("state") == replace(
        CLOSED, blocks_public=NotSeen(reason=lacking.format("s3:GetBucketPublicAccessBlock"))
    )
    assert setup.terraform_output("state", "test.tfstate") == NotSeen(reason=lacking.format("s3:GetObject"))
    assert isinstance(setup.quotas_of_labeling_jobs(), NotSeen)


@pytest.mark.parametrize("reply", [Reply(200, b""), Reply(200, b"<html>A proxy between here and AWS</html>")])
def test_a_proxys_answer_with_status_200_shows_neither_a_good_bucket_nor_a_bad_one(
    monkeypatch: pytest.MonkeyPatch, reply: Reply
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")

    with answering(*[reply] * 30) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        setup = AwsAccountSetup(AwsSession(REGION))
        guard = setup.guard_of("state")
        others = (setup.trust_of(ROLE), setup.connection("github"), setup.terraform_output("state", "test.tfstate"))
        quotas = setup.quotas_of_labeling_jobs()

    seen = (guard.blocks_public, guard.is_encrypted, guard.is_versioned, *others, quotas)
    assert [type(each) for each in seen] == [NotSeen] * 7


def test_a_bucket_without_settings_is_open_and_not_versioned(simulator: Simulator) -> None:
    _build(simulator)
    boto3.client("s3", region_name=REGION).create_bucket(Bucket="plain")

    guard = AwsAccountSetup(AwsSession(REGION)).guard_of("plain")

    assert (guard.blocks_public, guard.is_versioned) == (False, False)
    assert isinstance(guard, BucketGuard)


def test_the_sdk_knows_every_member_that_a_request_may_have_and_not_another() -> None:
    assert unknown_members(SENT_MEMBERS) == ()
    assert unknown_members(("Tags", "RoleArn.Deeper", "NoSuchMember")) == ("RoleArn.Deeper", "NoSuchMember")
