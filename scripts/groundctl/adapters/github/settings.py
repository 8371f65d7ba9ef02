"""Reads the settings of a repository on GitHub: numbers, branch rules, Actions, variables, CODEOWNERS. Every call reads."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from groundctl.adapters.github.answers import has, member, optional
from groundctl.adapters.github.approval_facts import GitHubApprovalFacts
from groundctl.adapters.github.connection import open_repository
from groundctl.adapters.github.rest_reads import RestReads
from groundctl.adapters.github.retries import Retries
from groundctl.domain.adoption.doctor.setup import (
    BranchRules,
    CodeownersError,
    ForkRules,
    GitHubRepository,
    RequiredCheck,
    RulesSeen,
    WorkflowToken,
)
from groundctl.domain.approval.protection import EnvironmentProtection
from groundctl.errors import RefusedByGitHub

# GitHub's numbers of its own roles, as rulesets name them.
_ROLES = {2: "maintainers", 4: "writers", 5: "administrators"}
_NO_PROTECTION = "Branch not protected"
_HIDDEN = "classic branch protection is shown to administrators only"


class GitHubSettings:
    """One repository; every call is repeated as Retries describes."""

    def __init__(self, *, api: str, repository: str, token: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._reads = RestReads(open_repository(api=api, repository=repository, token=token), Retries(sleep))
        self._facts = GitHubApprovalFacts(api=api, repository=repository, token=token, sleep=sleep)

    def repository(self) -> GitHubRepository:
        """Return the repository's names and numbers."""

        def read(answer: object) -> GitHubRepository:
            owner: dict[str, Any] = member(answer, "owner", dict)
            return GitHubRepository(
                full_name=member(answer, "full_name", str),
                number=str(member(answer, "id", int)),
                owner_number=str(member(owner, "id", int)),
                default_branch=member(answer, "default_branch", str),
                is_private=member(answer, "private", bool),
            )

        return self._reads.one("", read, "reading the repository")

    def environment(self, name: str) -> EnvironmentProtection | None:
        """Read the protection of an environment; None if there is no such environment."""
        return self._facts.environment(name)

    def rules_of(self, branch: str) -> RulesSeen:
        """Read what a branch asks for, from rulesets and from classic protection."""
        doing = f"reading the rules of {branch}"
        rules = self._reads.every(f"rules/branches/{quote(branch, safe='')}", _read_rule, doing)
        found = BranchRules()
        for _, each in rules:
            found = found.with_those(each)
        shown = [self._exempt(ruleset) for ruleset in dict.fromkeys(each for each, _ in rules)]
        exempt = (name for names in shown for name in names or ())
        found = found.with_those(BranchRules(exempt=tuple(dict.fromkeys(exempt))))
        classic = self._classic(branch)
        return RulesSeen(
            rules=found if classic is None else found.with_those(classic),
            hidden=_HIDDEN if classic is None else "",
            hidden_exemptions=shown.count(None),
        )

    def workflow_token(self) -> WorkflowToken:
        """Read what workflows may do unless they say otherwise."""

        def read(answer: object) -> WorkflowToken:
            return WorkflowToken(
                default_rights=member(answer, "default_workflow_permissions", str),
                may_approve=member(answer, "can_approve_pull_request_reviews", bool),
            )

        return self._reads.one("actions/permissions/workflow", read, "reading the rights of workflows")

    def forks(self, *, is_private: bool) -> ForkRules:
        """Read what runs from forks wait for, and what they get."""
        doing = "reading the settings of runs from forks"

        def read_public(answer: object) -> ForkRules:
            return ForkRules(waits_for=member(answer, "approval_policy", str))

        def read_private(answer: object) -> ForkRules:
            runs = member(answer, "run_workflows_from_fork_pull_requests", bool)
            waits = member(answer, "require_approval_for_fork_pr_workflows", bool)
            return ForkRules(
                waits_for="nothing" if runs and not waits else "approval",
                gets_write_token=runs and member(answer, "send_write_tokens_to_workflows", bool),
                gets_secrets=runs and member(answer, "send_secrets_and_variables", bool),
            )

        if is_private:
            return self._reads.one("actions/permissions/fork-pr-workflows-private-repos", read_private, doing)
        return self._reads.one("actions/permissions/fork-pr-contributor-approval", read_public, doing)

    def variables(self) -> Mapping[str, str]:
        """Read the variables of the repository."""

        def read(answer: object) -> tuple[str, str]:
            return member(answer, "name", str), member(answer, "value", str)

        return dict(self._reads.every("actions/variables", read, "reading the variables", within="variables"))

    def codeowners_errors(self) -> tuple[CodeownersError, ...] | None:
        """List the lines of CODEOWNERS that GitHub cannot use; None if GitHub shows no such file."""

        def read(answer: object) -> tuple[CodeownersError, ...]:
            errors: list[object] = member(answer, "errors", list)
            return tuple(
                CodeownersError(
                    line=member(each, "line", int), path=member(each, "path", str), message=_first_line(each)
                )
                for each in errors
            )

        return self._reads.one_or_none("codeowners/errors", read, "checking CODEOWNERS")

    def _exempt(self, ruleset: int) -> tuple[str, ...] | None:
        """Name who may pass a ruleset; None if that is not shown."""

        def read(answer: object) -> tuple[str, ...] | None:
            # GitHub shows it only to those who may change the ruleset.
            actors: list[object] | None = _list(answer, "bypass_actors")
            return None if actors is None else tuple(_actor(each) for each in actors)

        try:
            return self._reads.one(f"rulesets/{ruleset}", read, f"reading the ruleset {ruleset}")
        except RefusedByGitHub:
            return None

    def _classic(self, branch: str) -> BranchRules | None:
        """Read classic protection; None if it is not shown."""
        path = f"branches/{quote(branch, safe='')}/protection"
        try:
            return self._reads.one(path, _read_classic, f"reading the protection of {branch}")
        except RefusedByGitHub as refusal:
            return BranchRules() if _NO_PROTECTION in refusal.message else None


def _read_rule(answer: object) -> tuple[int, BranchRules]:
    ruleset, kind = member(answer, "ruleset_id", int), member(answer, "type", str)
    if kind == "pull_request":
        parameters: dict[str, Any] = member(answer, "parameters", dict)
        return ruleset, BranchRules(
            reviews=member(parameters, "required_approving_review_count", int),
            dismisses_stale=member(parameters, "dismiss_stale_reviews_on_push", bool),
            asks_owners=member(parameters, "require_code_owner_review", bool),
            asks_for_last_push=member(parameters, "require_last_push_approval", bool),
        )
    if kind == "required_status_checks":
        parameters = member(answer, "parameters", dict)
        checks: list[object] = member(parameters, "required_status_checks", list)
        return ruleset, BranchRules(
            checks=tuple(_check(each, "integration_id") for each in checks),
            is_strict=member(parameters, "strict_required_status_checks_policy", bool),
        )
    return ruleset, BranchRules()


def _read_classic(answer: object) -> BranchRules:
    reviews: dict[str, Any] | None = _part(answer, "required_pull_request_reviews")
    status: dict[str, Any] | None = _part(answer, "required_status_checks")
    admins: dict[str, Any] | None = _part(answer, "enforce_admins")
    checks: list[object] = member(status, "checks", list) if status is not None else []
    return BranchRules(
        # Classic protection asks for one approval unless it says another number.
        reviews=None if reviews is None else int(reviews.get("required_approving_review_count", 1)),
        dismisses_stale=reviews is not None and member(reviews, "dismiss_stale_reviews", bool),
        asks_owners=reviews is not None and member(reviews, "require_code_owner_reviews", bool),
        asks_for_last_push=bool((reviews or {}).get("require_last_push_approval", False)),
        checks=tuple(_check(each, "app_id") for each in checks),
        is_strict=bool((status or {}).get("strict", False)),
        exempt=("administrators",) if admins is not None and not member(admins, "enabled", bool) else (),
    )


def _part(answer: object, name: str) -> dict[str, Any] | None:
    return optional(answer, name, dict) if has(answer, name) else None


def _list(answer: object, name: str) -> list[object] | None:
    return optional(answer, name, list) if has(answer, name) else None


def _check(answer: object, app: str) -> RequiredCheck:
    number = optional(answer, app, int) if has(answer, app) else None
    # Classic protection writes -1 for any app.
    return RequiredCheck(name=member(answer, "context", str), app=None if number == -1 else number)


def _actor(answer: object) -> str:
    kind = member(answer, "actor_type", str)
    number = optional(answer, "actor_id", int) if has(answer, "actor_id") else None
    if kind == "RepositoryRole" and number in _ROLES:
        return _ROLES[number]
    return {"OrganizationAdmin": "owners of the organization", "DeployKey": "deploy keys"}.get(kind, f"{kind} {number}")


def _first_line(answer: object) -> str:
    return member(answer, "message", str).partition("\n")[0].strip() or "GitHub does not say why"
