"""One repository on GitHub, through PyGithub: its pull requests, comments, checks, and statuses."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from groundctl.adapters.github.answers import require_equal
from groundctl.adapters.github.connection import open_repository
from groundctl.adapters.github.pull_requests import read_listed_pull_request, read_pull_request
from groundctl.adapters.github.rest_reads import RestReads
from groundctl.adapters.github.retries import Retries
from groundctl.domain.tracking.pull_request import Annotation, Check, PostedComment, PullRequest
from groundctl.errors import RefusedByGitHub

# GitHub accepts this many annotations in a request.
ANNOTATIONS_PER_REQUEST = 50
MAX_DESCRIPTION_LENGTH = 140


class GitHub:
    """One repository; every method is repeated as Retries describes, and nothing is posted twice."""

    def __init__(self, *, api: str, repository: str, token: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._retries = Retries(sleep)
        self._repository = open_repository(api=api, repository=repository, token=token)
        self._reads = RestReads(self._repository, self._retries)

    def pull_request(self, number: int) -> PullRequest:
        """Read one pull request."""

        def read(answer: object) -> PullRequest:
            found = read_pull_request(answer)
            require_equal(found.number, number, "pull request")
            return found

        return self._reads.one(f"pulls/{number}", read, f"reading pull request {number}")

    def pull_requests_of(self, commit: str) -> tuple[PullRequest, ...]:
        """Find the pull requests that contain a commit."""
        doing = f"looking for the pull request of {commit[:7]}"
        return tuple(self._reads.every(f"commits/{quote(commit)}/pulls", read_listed_pull_request, doing))

    def comments(self, number: int) -> Iterator[PostedComment]:
        """Yield every comment of a pull request, all pages."""
        yield from self._retries.repeat(
            lambda: [
                PostedComment(id=comment.id, author=comment.user.login if comment.user else "", body=comment.body or "")
                for comment in self._repository.get_issue(number).get_comments()
            ],
            f"reading the comments of pull request {number}",
        )

    def post_comment(self, number: int, body: str) -> None:
        """Post a new comment, once: unless GitHub clearly refused it, the call is not repeated."""
        self._retries.once(
            lambda: self._repository.get_issue(number).create_comment(body), f"commenting on pull request {number}"
        )

    def edit_comment(self, comment: int, body: str) -> bool:
        """Edit a comment; return False if it no longer exists."""
        # PyGithub edits only a comment that it has read; this is the one request that it would make then.
        url = f"{self._repository.url}/issues/comments/{comment}"
        try:
            self._retries.repeat(
                lambda: self._repository.requester.requestJsonAndCheck("PATCH", url, input={"body": body}),
                f"editing comment {comment}",
            )
        except RefusedByGitHub as refusal:
            if refusal.status in {404, 410}:
                return False
            raise
        return True

    def put_check(self, commit: str, name: str, check: Check, *, url: str) -> None:
        """Set a check on a commit with all annotations: the first batch with the check, the others added to it."""
        batches = _batches(check.annotations)
        doing = f"writing the check {name}"
        check_run = self._retries.repeat(
            lambda: self._repository.create_check_run(
                name,
                commit,
                details_url=url,
                status="completed",
                conclusion=str(check.conclusion),
                output=_output(check, batches[0]),
            ),
            doing,
        )
        for batch in batches[1:]:
            self._retries.repeat(lambda batch=batch: check_run.edit(output=_output(check, batch)), doing)  # type: ignore[misc]  # mypy takes no lambda with a default

    def set_status(self, commit: str, context: str, *, good: bool, description: str, url: str) -> None:
        """Set a commit's status under a name that branch protection can require."""
        self._retries.repeat(
            lambda: self._repository.get_commit(commit).create_status(
                "success" if good else "failure",
                target_url=url,
                description=description[:MAX_DESCRIPTION_LENGTH],
                context=context,
            ),
            f"setting the status {context}",
        )


def _batches(annotations: Sequence[Annotation]) -> list[Sequence[Annotation]]:
    size = ANNOTATIONS_PER_REQUEST
    return [annotations[start : start + size] for start in range(0, len(annotations), size)] or [()]


def _output(check: Check, annotations: Sequence[Annotation]) -> dict[str, Any]:
    return {
        "title": check.title,
        "summary": check.summary,
        "annotations": [
            {
                "path": annotation.path,
                "start_line": annotation.line,
                "end_line": annotation.line,
                "start_column": annotation.column,
                "end_column": annotation.column,
                "annotation_level": str(annotation.level),
                "title": annotation.title,
                "message": annotation.message,
            }
            for annotation in annotations
        ],
    }
