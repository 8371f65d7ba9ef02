"""Which workflows can assume GitHub's roles: the trust policies of a real plan, evaluated as AWS evaluates them.

Each check is shown to work: it must find a trust policy that was made wrong on purpose.
"""

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from support.aws.iam_policies import Policy, Verdict
from support.github.oidc_tokens import ISSUER, KINDS, MAIN, right_tokens, wrong_tokens
from support.terraform.plan import Plan
from support.terraform.policy_checks import faults_of_github_access
from terraform.github_access import texts, trusts, with_text
from terraform.infrastructure import QUIET
from workflows.reading import FOLDER as WORKFLOWS

pytestmark = QUIET

FOLDER = "acme/labeling/.github/workflows"
APPLY = f"{FOLDER}/reusable-apply-environment.yml"


def wrongly_accepted(kind: str, trust: Policy) -> list[str]:
    """List the tokens that a role accepts and should not."""
    return [name for name, token in wrong_tokens(kind) if trust.weigh(token.request()) is Verdict.ALLOWED]


def wrongly_refused(kind: str, trust: Policy) -> list[str]:
    """List the tokens that a role should accept and does not."""
    return [name for name, token in right_tokens(kind) if trust.weigh(token.request()) is not Verdict.ALLOWED]


@pytest.mark.parametrize("kind", KINDS)
def test_only_its_own_workflows_can_assume_a_role(roles_plan: Plan, kind: str) -> None:
    trust = trusts(roles_plan)[kind]

    # As AWS sees them: claims that it ignores do not make another token.
    assert len({repr(token.request()) for _, token in wrong_tokens(kind)}) >= 200
    assert len({repr(token.request()) for _, token in right_tokens(kind)}) >= 2
    assert wrongly_accepted(kind, trust) == []
    assert wrongly_refused(kind, trust) == []


def test_every_workflow_file_that_asks_for_a_role_is_trusted_with_it() -> None:
    trusted = {(token.file, kind) for kind in KINDS for _, token in right_tokens(kind)}

    asked = {
        (file.name, role.lower())
        for file in WORKFLOWS.glob("workflows/*.yml")
        for role in re.findall(r"role-to-assume: .*\bvars\.GROUNDCTL_(\w+)_ROLE", file.read_text())
    }

    assert len(asked) >= 6
    assert asked - trusted == set()


def condition_of(trust: dict[str, Any]) -> dict[str, Any]:
    """Return the condition of a trust policy, for a change."""
    condition: dict[str, Any] = trust["Statement"][0]["Condition"]
    return condition


def without_claim(claim: str) -> Callable[[dict[str, Any]], None]:
    """Return a change after which no way to the role requires a claim."""

    def change(trust: dict[str, Any]) -> None:
        for statement in trust["Statement"]:
            for claims in statement["Condition"].values():
                claims.pop(f"{ISSUER}:{claim}", None)

    return change


def with_files(operator: str, *files: str) -> Callable[[dict[str, Any]], None]:
    """Return a change that admits other files to the first way, with another operator."""

    def change(trust: dict[str, Any]) -> None:
        without_claim("job_workflow_ref")(trust)
        condition_of(trust).setdefault(operator, {})[f"{ISSUER}:job_workflow_ref"] = list(files)

    return change


def with_subjects(operator: str, *subjects: str) -> Callable[[dict[str, Any]], None]:
    """Return a change that requires other subjects, with another operator."""

    def change(trust: dict[str, Any]) -> None:
        equals = condition_of(trust)["StringEquals"]
        key = next(key for key in equals if key.endswith(":sub"))
        condition_of(trust).setdefault(operator, {})[key] = list(subjects) or equals[key]
        if operator != "StringEquals":
            del equals[key]

    return change


def for_all_values(trust: dict[str, Any]) -> None:
    """Require the claims in a way that a missing one passes."""
    trust["Statement"][0]["Condition"] = {"ForAllValues:StringEquals": condition_of(trust)["StringEquals"]}


def without_any_condition(trust: dict[str, Any]) -> None:
    """Trust all of GitHub."""
    del trust["Statement"][0]["Condition"]


def for_any_provider(trust: dict[str, Any]) -> None:
    """Trust any provider of tokens."""
    trust["Statement"][0]["Principal"] = {"Federated": "*"}


def for_anything(trust: dict[str, Any]) -> None:
    """Allow every way to assume a role."""
    trust["Statement"][0]["Action"] = "sts:*"


def with_a_second_statement(trust: dict[str, Any]) -> None:
    """Admit any branch of the repository in addition."""
    second = copy.deepcopy(trust["Statement"][0])
    second["Condition"] = {"StringLike": {f"{ISSUER}:sub": "repo:acme/labeling:ref:refs/heads/*"}}
    trust["Statement"].append(second)


WRONG_TRUSTS = {
    "no subject": ("apply", without_claim("sub")),
    "no audience": ("apply", without_claim("aud")),
    "no repository": ("apply", without_claim("repository_id")),
    "no repository, plan": ("plan", without_claim("repository_id")),
    "no branch": ("terraform", without_claim("ref")),
    "no branch, record": ("record", without_claim("ref")),
    **{f"no file, {kind}": (kind, without_claim("job_workflow_ref")) for kind in KINDS},
    "the file from any branch": ("record", with_files("StringLike", f"{FOLDER}/recorded-plan.yml@refs/heads/*")),
    "the file from any ref": ("apply", with_files("StringLike", f"{APPLY}@*")),
    "the file from the pull request": ("record", with_files("StringLike", f"{FOLDER}/recorded-plan.yml@refs/pull/*/merge")),
    "any file of the default branch": ("terraform", with_files("StringLike", f"{FOLDER}/*@{MAIN}")),
    "the file of any repository": ("record", with_files("StringLike", f"*/recorded-plan.yml@{MAIN}")),
    "another file, too": ("stop", with_files("StringEquals", f"{APPLY}@{MAIN}", f"{FOLDER}/recorded-plan.yml@{MAIN}")),
    "the caller in place of the called file": ("record", with_files("StringLike", f"{FOLDER}/reusable-plan.yml@{MAIN}")),
    "a missing file passes": ("record", with_files("StringEqualsIfExists", f"{FOLDER}/recorded-plan.yml@{MAIN}")),
    "any trigger": ("apply", with_subjects("StringLike", "repo:acme/labeling:*")),
    "any repository of the owner": ("plan", with_subjects("StringLike", "repo:acme*:pull_request")),
    "any environment": ("stop", with_subjects("StringLike", "repo:acme/labeling:environment:*")),
    "pull requests, too": (
        "apply",
        with_subjects("StringEquals", "repo:acme/labeling:environment:groundctl-apply", "repo:acme/labeling:pull_request"),
    ),
    "another role's environment": ("stop", with_subjects("StringEquals", "repo:acme/labeling:environment:groundctl-apply")),
    "the older form of the subject only": ("apply", with_subjects("StringEquals", "repo:acme/labeling:environment:groundctl-apply")),
    "a missing claim passes": ("apply", for_all_values),
    "a missing subject passes": ("plan", with_subjects("StringEqualsIfExists")),
    "no condition": ("terraform", without_any_condition),
    "any provider": ("apply", for_any_provider),
    "any action": ("apply", for_anything),
    "a second statement": ("stop", with_a_second_statement),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_TRUSTS)
def test_a_wrong_trust_policy_is_found_by_the_tokens_and_in_the_plan(roles_plan: Plan, name: str) -> None:
    kind, change = WRONG_TRUSTS[name]
    trust = json.loads(texts(roles_plan, "aws_iam_role", "assume_role_policy")[kind])
    change(trust)
    wrong = with_text(roles_plan, "aws_iam_role", kind, "assume_role_policy", json.dumps(trust))

    policy = Policy.read(json.dumps(trust))

    assert wrongly_accepted(kind, policy) or wrongly_refused(kind, policy)
    assert any(fault.startswith("trust: ") for fault in faults_of_github_access(wrong))
