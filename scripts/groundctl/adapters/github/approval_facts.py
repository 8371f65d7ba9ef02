"""What GitHub says about reviews, the default branch, and protected environments."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from groundctl.adapters.github.answers import UnreadableAnswerError, member, require_equal, sha
from groundctl.adapters.github.connection import open_repository
from groundctl.adapters.github.merge_requests import read_event, request_in_force
from groundctl.adapters.github.protection import read_approvals, read_policy, read_protection
from groundctl.adapters.github.rest_reads import RestReads
from groundctl.adapters.github.retries import Retries
from groundctl.adapters.github.reviews import read_review
from groundctl.domain.approval.protection import EnvironmentProtection, RunApproval
from groundctl.domain.approval.reviews import SubmittedReview

# GitHub counts the role maintain as write, and triage as read; a custom role has the permission that it is based on.
_MAY_WRITE = frozenset({"admin", "maintain", "write"})
_MAY_NOT_WRITE = frozenset({"triage", "read", "none"})


class GitHubApprovalFacts:
    """One repository; every call is repeated as Retries describes."""

    def __init__(self, *, api: str, repository: str, token: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._reads = RestReads(open_repository(api=api, repository=repository, token=token), Retries(sleep))

    def tip(self, branch: str) -> str:
        """Return the commit that a branch points to now."""
        name = f"refs/heads/{branch}"

        def read(answer: object) -> str:
            # For a name that is only the beginning of other names, some versions of GitHub answer with those.
            require_equal(member(answer, "ref", str), name, "the ref")
            target: dict[str, Any] = member(answer, "object", dict)
            require_equal(member(target, "type", str), "commit", "an object of type")
            return sha(target, "sha")

        return self._reads.one(f"git/ref/heads/{quote(branch)}", read, f"reading the tip of {branch}")

    def is_ancestor(self, commit: str, of: str) -> bool:
        """Return whether a commit is in the history of another one, or is that commit."""

        def read(answer: object) -> bool:
            require_equal(sha(member(answer, "base_commit", dict), "sha"), commit, "commit")
            status = member(answer, "status", str)
            if status not in {"ahead", "identical", "behind", "diverged"}:
                raise UnreadableAnswerError(f"status is {status!r:.60}")
            is_ancestor = status in {"ahead", "identical"}
            # Git's own definition: the best common ancestor of both is the commit itself.
            if is_ancestor != (sha(member(answer, "merge_base_commit", dict), "sha") == commit):
                raise UnreadableAnswerError(f"status is {status}, and merge_base_commit contradicts it")
            return is_ancestor

        # The commits in between are not needed: one is the least that GitHub sends.
        doing = f"comparing {commit[:7]} with {of[:7]}"
        return self._reads.one(f"compare/{quote(commit)}...{quote(of)}", read, doing, per_page=1)

    def top_level(self, commit: str) -> Mapping[str, str]:
        """Return the Git object of every file and folder at the root of a commit, by name."""

        def read(answer: object) -> Mapping[str, str]:
            if member(answer, "truncated", bool):
                raise UnreadableAnswerError("GitHub left out entries")
            entries = member(answer, "tree", list)
            found = {member(entry, "path", str): sha(entry, "sha") for entry in entries}
            if len(found) != len(entries) or any("/" in name for name in found):
                raise UnreadableAnswerError("the entries are not those of one folder")
            return found

        return self._reads.one(f"git/trees/{quote(commit)}", read, f"reading the files of {commit[:7]}")

    def reviews(self, number: int) -> tuple[SubmittedReview, ...]:
        """List all submitted reviews of a pull request, the oldest first."""

        def read(answer: object) -> tuple[int, SubmittedReview | None]:
            return read_review(answer, pull_request=number)

        answers = self._reads.every(f"pulls/{number}/reviews", read, f"reading the reviews of pull request {number}")
        # A review that was submitted between two pages moves the others, and one may be on both pages.
        submitted = [review for review in dict(answers).values() if review is not None]
        return tuple(sorted(submitted, key=lambda review: review.submitted_at))

    def may_write(self, login: str) -> bool:
        """Return whether a user has write access or more to the repository."""

        def read(answer: object) -> bool:
            user: dict[str, Any] = member(answer, "user", dict)
            require_equal(member(user, "login", str).lower(), login.lower(), "user")
            permission, role = member(answer, "permission", str), member(answer, "role_name", str)
            if permission not in _MAY_WRITE | _MAY_NOT_WRITE:
                raise UnreadableAnswerError(f"permission is {permission!r:.60}")
            # A role may have any name; one that gives less than the permission contradicts it.
            return permission in _MAY_WRITE and role not in _MAY_NOT_WRITE

        path = f"collaborators/{quote(login, safe='')}/permission"
        return self._reads.one_or_none(path, read, f"reading the permission of {login}") or False

    def merge_requested_at(self, number: int) -> datetime | None:
        """Return when auto-merge or the merge queue was last asked to merge a pull request; None for a direct merge."""
        doing = f"reading the timeline of pull request {number}"
        return request_in_force(self._reads.every(f"issues/{number}/timeline", read_event, doing))

    def environment(self, name: str) -> EnvironmentProtection | None:
        """Read the protection of an environment; None if there is no such environment."""
        path, doing = f"environments/{quote(name, safe='')}", f"reading the protection of environment {name}"

        def read(answer: object) -> EnvironmentProtection:
            return read_protection(answer, name)

        found = self._reads.one_or_none(path, read, doing)
        if found is None or found.branches is None:
            return found
        policies = self._reads.every(f"{path}/deployment-branch-policies", read_policy, doing, within="branch_policies")
        return replace(
            found,
            branches=tuple(policy.pattern for policy in policies if policy.is_for_branches),
            has_tags=any(policy.is_for_tags for policy in policies),
        )

    def approvals_of_run(self, run_id: int) -> tuple[RunApproval, ...]:
        """List who let a run enter its environments, and who rejected it."""
        return self._reads.one(
            f"actions/runs/{run_id}/approvals", read_approvals, f"reading the approvals of run {run_id}"
        )
