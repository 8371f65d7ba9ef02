"""Fakes of what `doctor` looks at: a repository's settings on GitHub, and an account; they pass the adapters' contract tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from groundctl.app.adoption.doctor.site import AccountPorts, Machine, Site
from groundctl.app.validate import Validated
from groundctl.domain.adoption.doctor.setup import (
    BranchRules,
    BucketGuard,
    CodeownersError,
    EnvironmentSetup,
    EventConnection,
    FilesSeen,
    ForkRules,
    GitHubRepository,
    Identity,
    Quota,
    RequiredCheck,
    RoleTrust,
    RulesSeen,
    Setup,
    WorkflowToken,
)
from groundctl.domain.approval.protection import EnvironmentProtection
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.places import Absent, NotSeen
from support.aws.prerequisites import as_file_content
from support.builders import ACCOUNT, CHECKOUT, REGION, an_infrastructure
from support.fakes import FakePlaces
from support.ledger import an_open_ledger

ACTIONS_APP = 15368
GOOD_RULES = BranchRules(
    reviews=1,
    dismisses_stale=True,
    asks_owners=True,
    asks_for_last_push=True,
    checks=(RequiredCheck(name="plan / groundctl", app=ACTIONS_APP),),
    is_strict=True,
)
CLOSED = BucketGuard(blocks_public=True, is_encrypted=True, is_versioned=True)


def protection(name: str, **changes: Any) -> EnvironmentProtection:
    """An environment that asks a second person."""
    members: dict[str, Any] = {
        "reviewers": 2,
        "prevents_self_review": True,
        "admins_can_bypass": False,
        "branches": ("main",),
    }
    return EnvironmentProtection(name=name, **{**members, **changes})


@dataclass
class FakeSettings:
    """A repository on GitHub in whose settings nothing is wrong, but for what a test writes into it."""

    found: GitHubRepository = field(
        default_factory=lambda: GitHubRepository(
            full_name="acme/labels", number="1", owner_number="2", default_branch="main", is_private=False
        )
    )
    environments: dict[str, EnvironmentProtection] = field(
        default_factory=lambda: {
            name: protection(name) for name in ("groundctl-apply", "groundctl-stop", "groundctl-terraform")
        }
    )
    rules: dict[str, RulesSeen] = field(default_factory=lambda: {"main": RulesSeen(rules=GOOD_RULES)})
    token: WorkflowToken = field(default_factory=lambda: WorkflowToken(default_rights="read", may_approve=False))
    fork_rules: ForkRules = field(default_factory=lambda: ForkRules(waits_for="all_external_contributors"))
    values: dict[str, str] = field(default_factory=dict)
    errors: tuple[CodeownersError, ...] | None = ()

    def repository(self) -> GitHubRepository:
        return self.found

    def environment(self, name: str) -> EnvironmentProtection | None:
        return self.environments.get(name)

    def rules_of(self, branch: str) -> RulesSeen:
        return self.rules.get(branch, RulesSeen(rules=BranchRules()))

    def workflow_token(self) -> WorkflowToken:
        return self.token

    def forks(self, *, is_private: bool) -> ForkRules:  # noqa: ARG002 - the port's signature
        return self.fork_rules

    def variables(self) -> Mapping[str, str]:
        return self.values

    def codeowners_errors(self) -> tuple[CodeownersError, ...] | None:
        return self.errors


@dataclass
class FakeAccountSetup:
    """An account in dictionaries; what is in none does not exist."""

    account_id: str = ACCOUNT
    states: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    guards: dict[str, BucketGuard] = field(default_factory=dict)
    trusts: dict[str, RoleTrust] = field(default_factory=dict)
    quotas: tuple[Quota, ...] | NotSeen = ()
    connections: dict[str, EventConnection] = field(default_factory=dict)

    def identity(self) -> Identity:
        return Identity(account_id=self.account_id, arn=f"arn:aws:iam::{self.account_id}:user/ann")

    def terraform_output(self, bucket: str, key: str) -> Mapping[str, Any] | Absent | NotSeen:
        return self.states.get((bucket, key), Absent())

    def guard_of(self, bucket: str) -> BucketGuard:
        return self.guards.get(bucket, CLOSED)

    def trust_of(self, arn: str) -> RoleTrust | Absent | NotSeen:
        return self.trusts.get(arn, Absent())

    def quotas_of_labeling_jobs(self) -> tuple[Quota, ...] | NotSeen:
        return self.quotas

    def connection(self, name: str) -> EventConnection | Absent | NotSeen:
        return self.connections.get(name, Absent())


def an_environment(**changes: Any) -> EnvironmentSetup:
    """An environment whose two files agree."""
    settings = {"environment": "test", "account_id": ACCOUNT, "region": REGION}
    members: dict[str, Any] = {
        "name": f"test.{REGION}",
        "settings": settings,
        "backend": {"bucket": "state", "key": "test.tfstate", "region": REGION},
    }
    return EnvironmentSetup(**{**members, **changes})


def a_site(setup: Setup | None = None, **changes: Any) -> Site:
    """A set-up over fakes, in which nothing is wrong."""
    account = FakeAccountSetup()
    account.states["state", "test.tfstate"] = as_file_content(an_infrastructure())
    ports = AccountPorts(setup=account, places=FakePlaces(REGION), open_ledger=lambda _: an_open_ledger())
    members: dict[str, Any] = {
        "setup": setup or Setup(version="0.1.0", repository="acme/labels", environments=(an_environment(),)),
        "files": FilesSeen(texts={}),
        "validate": lambda: Validated(
            declarations=(), declared=frozenset(), summaries=(), problems=(), files=0, policy=Policy()
        ),
        "open_github": FakeSettings,
        "open_account": lambda _: ports,
        "machine": Machine(
            is_terraform_initialized=lambda: True,
            terraform_version=lambda: (1, 11),
            oldest_terraform=(1, 10),
            has_drift=lambda _: False,
            sdk_version=lambda: "1.44",
            unknown_members=lambda _: (),
        ),
        "schema": CHECKOUT.schema,
    }
    return Site(**{**members, **changes})
