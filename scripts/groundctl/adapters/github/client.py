"""The door to GitHub: one repository's pull requests, comments, checks and the plans that its runs left."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import requests
from github import Auth, BadAttributeException, Github, GithubException

from groundctl.domain.tracking.pull_request import Annotation, Check, PostedComment, PullRequest
from groundctl.errors import ExternalError, RefusedByGitHub, UnclearFromGitHub

if TYPE_CHECKING:
    from github.PullRequest import PullRequest as TheirPullRequest
    from github.Repository import Repository

PLAN_WORKFLOW = "plan.yml"
PLAN_ARTIFACT = "groundctl-plan"
PLAN_FILE = "plan.json"
# A plan of 10,000 jobs has about 7 MB; what claims to be more is none.
MOST_PLAN_BYTES = 32_000_000
# GitHub takes so many annotations a request.
ANNOTATIONS_A_REQUEST = 50
PATIENCE = 30  # seconds to wait for an answer
TRIES = 5
# For how long in all a call waits for GitHub to be ready again; its hourly limit may take longer, and a run that is billed
# by the minute should not sleep so long.
MOST_WAIT = 120.0
DESCRIPTION_LENGTH = 140

Value = TypeVar("Value")


class GitHub:
    """One repository, through PyGithub; its own retries are off, because a comment that is posted twice stays twice."""

    def __init__(self, *, api: str, repository: str, token: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep
        # lazy: no call is made to look at what is only on the way to something else.
        hub = Github(
            base_url=api,
            auth=Auth.Token(token),
            timeout=PATIENCE,
            per_page=100,
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
            lazy=True,
        )
        self._repository: Repository = hub.get_repo(repository)

    def pull_request(self, number: int) -> PullRequest:
        """Read one pull request."""
        return self._repeated(
            lambda: _pull_request(self._repository.get_pull(number).complete()), f"reading pull request {number}"
        )

    def pull_requests_of(self, commit: str) -> tuple[PullRequest, ...]:
        """Find the pull requests that brought a commit."""
        return self._repeated(
            lambda: tuple(_pull_request(one) for one in self._repository.get_commit(commit).get_pulls()),
            f"looking for the pull request of {commit[:7]}",
        )

    def comments(self, number: int) -> Iterator[PostedComment]:
        """Yield every comment of a pull request, all pages."""
        found = self._repeated(
            lambda: [
                PostedComment(id=one.id, author=one.user.login if one.user else "", body=one.body or "")
                for one in self._repository.get_issue(number).get_comments()
            ],
            f"reading the comments of pull request {number}",
        )
        yield from found

    def post_comment(self, number: int, body: str) -> None:
        """Write a new comment, once: on anything but a clean yes it is not repeated."""
        self._once(
            lambda: self._repository.get_issue(number).create_comment(body), f"commenting on pull request {number}"
        )

    def edit_comment(self, comment: int, body: str) -> bool:
        """Change a comment; False if it is gone."""
        # PyGithub edits only what it has read, and this is all that it would do.
        url = f"{self._repository.url}/issues/comments/{comment}"
        try:
            self._repeated(
                lambda: self._repository.requester.requestJsonAndCheck("PATCH", url, input={"body": body}),
                f"editing comment {comment}",
            )
        except RefusedByGitHub as refusal:
            if refusal.status in {404, 410}:
                return False
            raise
        return True

    def put_check(self, commit: str, name: str, check: Check, *, url: str) -> None:
        """Say something about a commit, with all annotations: the first with the check, the rest added in batches."""
        batches = _batches(check.annotations)
        doing = f"writing the check {name}"
        made = self._repeated(
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
            self._repeated(lambda batch=batch: made.edit(output=_output(check, batch)), doing)  # type: ignore[misc]  # mypy takes no lambda with a default

    def set_status(self, commit: str, context: str, *, good: bool, description: str, url: str) -> None:
        """Set a commit's status under a name that branch protection can ask for."""
        self._repeated(
            lambda: self._repository.get_commit(commit).create_status(
                "success" if good else "failure",
                target_url=url,
                description=description[:DESCRIPTION_LENGTH],
                context=context,
            ),
            f"setting the status {context}",
        )

    def plans_for(self, commit: str, *, until: datetime | None = None) -> Iterator[bytes]:
        """Yield the plan files that plan runs of a pull request's head commit left until then, the newest run first.

        GitHub itself records which commit and which workflow file a run was of: an artifact's name alone would prove nothing.
        """
        runs = self._repeated(
            lambda: list(self._repository.get_workflow(PLAN_WORKFLOW).get_runs(head_sha=commit, event="pull_request")),
            f"looking for the plans of {commit[:7]}",
        )
        ours = [run for run in runs if run.head_sha == commit and _is_plan_workflow(run.path)]
        for run in sorted(ours, key=lambda run: (run.id, run.run_attempt), reverse=True):
            artifacts = self._repeated(lambda run=run: list(run.get_artifacts()), f"looking at run {run.id}")  # type: ignore[misc]  # as above
            for artifact in sorted(artifacts, key=lambda one: one.id, reverse=True):
                in_time = until is None or artifact.created_at <= until
                if artifact.name == PLAN_ARTIFACT and in_time and not artifact.expired:
                    plan = _unpacked(self._download(artifact.archive_download_url))
                    if plan is not None:
                        yield plan

    def _download(self, url: str) -> bytes:
        def fetch() -> bytes:
            # GitHub answers with a redirect to a signed address elsewhere, which has no business with our token.
            status, headers, _ = self._repository.requester.requestJson("GET", url)
            if status in {404, 410}:
                return b""
            if status != 302 or "location" not in headers:
                raise GithubException(status, {"message": "no address to download from"}, headers)
            answer = requests.get(headers["location"], timeout=PATIENCE, stream=True)
            answer.raise_for_status()
            return bytes(answer.raw.read(MOST_PLAN_BYTES + 1, decode_content=True))

        return self._repeated(fetch, "downloading a plan")

    def _repeated(self, ask: Callable[[], Value], doing: str) -> Value:
        """Ask again where GitHub did not answer, or asks to wait; for what does the same when it is done twice."""
        return self._tried(ask, doing, repeatable=True)

    def _once(self, ask: Callable[[], Value], doing: str) -> Value:
        """Ask again only where GitHub has said that it did nothing."""
        return self._tried(ask, doing, repeatable=False)

    def _tried(self, ask: Callable[[], Value], doing: str, *, repeatable: bool) -> Value:
        waited = 0.0
        for attempt in range(TRIES):
            try:
                return ask()
            except GithubException as error:
                pause = _asked_to_wait(error)
                if pause is None and error.status < 500:
                    raise _refusal(error, doing) from error
                if pause is None and not repeatable:
                    raise UnclearFromGitHub(f"GitHub had a fault while {doing}", hint=_LATER) from error
                fault: Exception = error
            except _NO_ANSWER as error:
                if not repeatable:
                    raise UnclearFromGitHub(f"GitHub did not answer while {doing}", hint=_LATER) from error
                pause, fault = None, error
            pause = 0.5 * 2**attempt if pause is None else pause
            waited += pause
            if attempt == TRIES - 1 or waited > MOST_WAIT:
                break
            self._sleep(pause)
        raise _out_of_patience(fault, doing) from fault


# Silence, a broken line, or what is no JSON, or not GitHub's.
_NO_ANSWER = (requests.RequestException, ValueError, BadAttributeException)
_LATER = "run it again: it looks first at what is there"


def _pull_request(theirs: TheirPullRequest) -> PullRequest:
    return PullRequest(
        number=theirs.number,
        head=theirs.head.sha,
        base_branch=theirs.base.ref,
        # Before the merge this member names a merge that GitHub tried.
        merged_as=theirs.merge_commit_sha if theirs.merged_at else None,
        merged_at=theirs.merged_at,
    )


def _is_plan_workflow(path: str) -> bool:
    # A run of another branch's file has the branch behind an @.
    return path.split("@", 1)[0] == f".github/workflows/{PLAN_WORKFLOW}"


def _batches(annotations: Sequence[Annotation]) -> list[Sequence[Annotation]]:
    step = ANNOTATIONS_A_REQUEST
    return [annotations[start : start + step] for start in range(0, len(annotations), step)] or [()]


def _output(check: Check, annotations: Sequence[Annotation]) -> dict[str, Any]:
    return {
        "title": check.title,
        "summary": check.summary,
        "annotations": [
            {
                "path": one.path,
                "start_line": one.line,
                "end_line": one.line,
                "start_column": one.column,
                "end_column": one.column,
                "annotation_level": str(one.level),
                "title": one.title,
                "message": one.message,
            }
            for one in annotations
        ],
    }


def _unpacked(archive: bytes) -> bytes | None:
    """Take the plan out of an artifact; None if it is anything but one file of a sensible size under the one name."""
    with suppress(zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError):
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            if packed.namelist() != [PLAN_FILE]:
                return None
            # The size that an archive states may be a lie.
            with packed.open(PLAN_FILE) as file:
                content = file.read(MOST_PLAN_BYTES + 1)
        return content if len(content) <= MOST_PLAN_BYTES else None
    return None


def _asked_to_wait(error: GithubException) -> float | None:
    """Read how many seconds GitHub wants us to wait; None if that is not what it says."""
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    if error.status not in {403, 429}:
        return None
    with suppress(ValueError, KeyError):
        if "retry-after" in headers:
            return float(headers["retry-after"])
        if headers.get("x-ratelimit-remaining") == "0":
            return max(float(headers["x-ratelimit-reset"]) - time.time(), 1.0)
    limited = error.status == 429 or "rate limit" in _message(error).lower()
    return 60.0 if limited else None


def _message(error: GithubException) -> str:
    return str(error.data.get("message", "")) if isinstance(error.data, dict) else ""


def _refusal(error: GithubException, doing: str) -> RefusedByGitHub:
    message = _message(error)
    hints = {
        401: "the token is not valid any more: run the workflow again",
        403: "does the job have the right for it (permissions in the workflow)? Is the pull request locked, or from a fork?",
        404: "is it still there, and may this token see it?",
        422: "GitHub does not take what was sent: see its message",
    }
    return RefusedByGitHub(
        f"GitHub refused {doing}: {error.status} {message}".rstrip(),
        hint=hints.get(error.status, "see GitHub's message"),
        status=error.status,
    )


def _out_of_patience(fault: Exception, doing: str) -> ExternalError:
    if isinstance(fault, GithubException) and _asked_to_wait(fault) is not None:
        return ExternalError(f"GitHub's rate limit was reached while {doing}", hint="run it again later")
    return ExternalError(
        f"GitHub did not answer while {doing}: {fault}", hint="see githubstatus.com, and run it again later"
    )
