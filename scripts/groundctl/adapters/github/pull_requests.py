"""Reads a pull request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from groundctl.adapters.github.answers import DELETED_ACCOUNT, member, optional, sha, timestamp
from groundctl.domain.tracking.pull_request import PullRequest


def read_pull_request(answer: object) -> PullRequest:
    """Read a pull request that was asked for by its number."""
    merged_by: dict[str, Any] | None = optional(answer, "merged_by", dict)
    return replace(
        read_listed_pull_request(answer),
        commits=member(answer, "commits", int),
        merged_by=member(merged_by, "login", str) if merged_by else "",
        # By the type, because not every bot's login ends with [bot].
        is_merged_by_bot=merged_by is not None and member(merged_by, "type", str) != "User",
    )


def read_listed_pull_request(answer: object) -> PullRequest:
    """Read a pull request of a list, which has neither the number of commits nor who merged."""
    base: dict[str, Any] = member(answer, "base", dict)
    author: dict[str, Any] | None = optional(answer, "user", dict)
    merged_at = None if optional(answer, "merged_at", str) is None else timestamp(answer, "merged_at")
    return PullRequest(
        number=member(answer, "number", int),
        head=sha(member(answer, "head", dict), "sha"),
        base_branch=member(base, "ref", str),
        base_repository=member(member(base, "repo", dict), "id", int),
        base_commit=sha(base, "sha"),
        author=DELETED_ACCOUNT if author is None else member(author, "login", str),
        # Before the merge, this member names GitHub's trial merge.
        merged_as=None if merged_at is None else sha(answer, "merge_commit_sha"),
        merged_at=merged_at,
    )
