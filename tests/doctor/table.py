"""Broken set-ups: each row breaks one thing, and names the check that must find it, and its way out."""

from __future__ import annotations

from typing import Any

from doctor.table_of_aws import AWS
from doctor.world import ENVIRONMENT, POLICY, Row, World, role_arn
from github_emulator.approvals import careful_rules

ENVIRONMENTS_PAGE = "https://github.com/acme/labels/settings/environments"
RULES_PAGE = "https://github.com/acme/labels/settings/rules"
ACTIONS_PAGE = "https://github.com/acme/labels/settings/actions"
UPGRADE = "groundctl init --upgrade"


def rules(**members: Any) -> dict[str, Any]:
    return {**careful_rules(), **members}


def _set(name: str, value: object) -> Any:
    return lambda world: setattr(world.emulator.settings, name, value)


def _variable(name: str, value: str | None) -> Any:
    def breaks(world: World) -> None:
        variables = world.emulator.settings.variables
        variables.pop(name)
        if value is not None:
            variables[name] = value

    return breaks


HERE = (
    Row(
        name="no policy",
        breaks=lambda world: world.remove("jobs/policy.yaml"),
        check="policy",
        says=("jobs/policy.yaml",),
        fix="groundctl init",
        also=("folders", "declarations"),
    ),
    Row(
        name="a folder that the policy does not list",
        breaks=lambda world: world.write("jobs/policy.yaml", POLICY.replace("sports", "tennis")),
        check="folders",
        says=("jobs/sports", "`folders`"),
        fix="edit jobs/policy.yaml",
    ),
    Row(
        name="an invalid declaration",
        breaks=lambda world: world.edit("jobs/sports/rally-outcome.yaml", "10m", "10 years"),
        check="declarations",
        says=("jobs/sports/rally-outcome.yaml",),
        fix="groundctl validate",
    ),
    Row(
        name="another account in the settings than in the state's file",
        breaks=lambda world: world.edit(world.settings, 'key = "test.tfstate"', 'key = "other.tfstate"'),
        check="environment-files",
        says=("other.tfstate", "test.tfstate"),
        fix=f"edit terraform/environments/{ENVIRONMENT}.tfvars",
    ),
    Row(
        name="settings without the roles of the workflows",
        breaks=lambda world: world.edit(world.settings, "github = {", "other = {"),
        check="environment-files",
        state="warning",
        says=("`github`", "no workflow can plan or apply"),
        fix=f"edit terraform/environments/{ENVIRONMENT}.tfvars",
    ),
    Row(
        name="settings that cannot be read",
        breaks=lambda world: world.edit(world.settings, 'region = "us-east-1"', "region = upper(x)"),
        check="environment-files",
        says=("line 3", "upper"),
        fix="terraform fmt",
        also=("region", "aws-workflow-roles", "aws-events", "github-repository", "github-variables"),
    ),
    Row(
        name="a Region without video classification",
        breaks=lambda world: world.edit(world.settings, 'region = "us-east-1"', 'region = "sa-east-1"'),
        check="region",
        says=("sa-east-1", "us-east-1"),
        fix=f"edit terraform/environments/{ENVIRONMENT}.tfvars",
        also=("github-variables", "aws-infrastructure", "aws-workflow-roles", "aws-events"),
    ),
    Row(
        name="an older lock",
        breaks=lambda world: world.edit(".groundctl/lock.json", "0.1.0", "0.0.9"),
        check="lock",
        state="warning",
        says=("0.0.9", "0.1.0"),
        fix=UPGRADE,
    ),
    Row(
        name="workflows at two versions",
        breaks=lambda world: world.edit(".github/workflows/apply.yml", "v0.1.0", "v0.2.0"),
        check="workflows",
        says=("v0.1.0", "v0.2.0"),
        fix=UPGRADE,
        also=("aws-workflow-roles",),
    ),
    Row(
        name="a workflow that is missing",
        breaks=lambda world: world.remove(".github/workflows/status.yml"),
        check="workflows",
        says=(".github/workflows/status.yml",),
        fix="groundctl init",
    ),
    Row(
        name="modules of another version",
        breaks=lambda world: world.edit("terraform/main.tf", "v0.1.0", "v0.0.9"),
        check="terraform-modules",
        state="warning",
        says=("v0.0.9", "0.1.0"),
        fix=UPGRADE,
    ),
)

GITHUB = (
    Row(
        name="another number of the repository",
        breaks=lambda world: world.edit(world.settings, f'repository_id = "{world.number}"', 'repository_id = "7"'),
        check="github-repository",
        says=("is 7", "AWS refuses"),
        fix="write repository_id =",
        also=("aws-workflow-roles",),
    ),
    Row(
        name="another default branch",
        breaks=lambda world: world.edit(world.settings, "owner_id", 'default_branch = "trunk"\n  owner_id'),
        check="github-default-branch",
        says=("main", "trunk"),
        fix='write default_branch = "main"',
        also=("github-environments",),
    ),
    Row(
        name="an environment that does not exist",
        breaks=lambda world: world.emulator.delete_environment("groundctl-stop"),
        check="github-environments",
        says=("groundctl-stop does not exist",),
        fix=ENVIRONMENTS_PAGE,
    ),
    Row(
        name="an environment without reviewers",
        breaks=lambda world: world.emulator.protect_environment("groundctl-apply", reviewers=()),
        check="github-environments",
        says=("groundctl-apply asks for no review",),
        fix=ENVIRONMENTS_PAGE,
    ),
    Row(
        name="a person who may approve their own run",
        breaks=lambda world: world.emulator.protect_environment("groundctl-apply", prevent_self_review=False),
        check="github-environments",
        says=("lets the person who starts a run approve it",),
        fix=ENVIRONMENTS_PAGE,
    ),
    Row(
        name="administrators who may bypass an environment",
        breaks=lambda world: world.emulator.protect_environment("groundctl-terraform", admins_can_bypass=True),
        check="github-environments",
        says=("groundctl-terraform lets administrators pass",),
        fix=ENVIRONMENTS_PAGE,
    ),
    Row(
        name="an environment that admits every branch",
        breaks=lambda world: world.emulator.protect_environment("groundctl-apply", branches=None),
        check="github-environments",
        says=("admits more than branch main",),
        fix=ENVIRONMENTS_PAGE,
    ),
    Row(
        name="no branch rule",
        breaks=lambda world: world.emulator.set_branch_rules(None),
        check="github-reviews",
        says=("without a pull request",),
        fix=RULES_PAGE,
        also=("github-review-rules",),
    ),
    Row(
        name="fewer approvals than the policy asks for",
        breaks=lambda world: world.write("jobs/policy.yaml", f"reviews: 2\n{POLICY}"),
        check="github-reviews",
        says=("1 approval", "for 2"),
        fix=RULES_PAGE,
    ),
    Row(
        name="no required check",
        breaks=_set("required_checks", ()),
        check="github-required-check",
        says=("does not require the check plan / groundctl",),
        fix=RULES_PAGE,
    ),
    Row(
        name="a required check that any app may report",
        breaks=_set("required_checks", (("plan / groundctl", None),)),
        check="github-required-check",
        state="warning",
        says=("any app",),
        fix=RULES_PAGE,
    ),
    Row(
        name="approvals that stay after a push",
        breaks=lambda world: world.emulator.set_branch_rules(rules(dismiss_stale_reviews_on_push=False)),
        check="github-review-rules",
        state="warning",
        says=("approvals stay",),
        fix=RULES_PAGE,
    ),
    Row(
        name="administrators who may merge past the rules",
        breaks=_set("bypass_actors", (("RepositoryRole", 5),)),
        check="github-review-rules",
        state="warning",
        says=("administrators may merge",),
        fix=RULES_PAGE,
    ),
    Row(
        name="a token of workflows that may write",
        breaks=_set("default_rights", "write"),
        check="github-actions-token",
        says=("may write by default",),
        fix=ACTIONS_PAGE,
    ),
    Row(
        name="workflows that may approve",
        breaks=_set("may_approve", True),
        check="github-actions-token",
        says=("approve pull requests",),
        fix=ACTIONS_PAGE,
    ),
    Row(
        name="forks that run for most people",
        breaks=_set("forks_wait_for", "first_time_contributors_new_to_github"),
        check="github-forks",
        state="warning",
        says=("new to GitHub",),
        fix=ACTIONS_PAGE,
    ),
    Row(
        name="no variable for the environment",
        breaks=_variable("GROUNDCTL_ENVIRONMENT", None),
        check="github-variables",
        says=("GROUNDCTL_ENVIRONMENT is not set",),
        fix=f"gh variable set GROUNDCTL_ENVIRONMENT --body {ENVIRONMENT}",
    ),
    Row(
        name="a variable with another role",
        breaks=_variable("GROUNDCTL_APPLY_ROLE", "arn:aws:iam::123456789012:role/another"),
        check="github-variables",
        says=("role/another", role_arn("apply")),
        fix=f"gh variable set GROUNDCTL_APPLY_ROLE --body {role_arn('apply')}",
    ),
    Row(
        name="an owner who is gone",
        breaks=_set("codeowners_errors", ((3, "Unknown owner on line 3"),)),
        check="github-codeowners",
        says=(".github/CODEOWNERS:3", "Unknown owner"),
        fix="https://github.com/acme/labels/blob/main/.github/CODEOWNERS#L3",
    ),
)

ROWS = (*HERE, *GITHUB, *AWS)
