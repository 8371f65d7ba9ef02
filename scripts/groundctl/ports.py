"""What the pipeline asks of the outside world: one protocol for each door in adapters/, and for the fakes in tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.jobs.creation import CreateResponse
from groundctl.domain.jobs.ledger.entries import AppendResult, LedgerLog
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.domain.tracking.pull_request import Check, PostedComment, PullRequest


class Files(Protocol):
    """The repository's files; paths are relative to it, with forward slashes."""

    policy_path: str

    def declarations(self, given: Iterable[str] = ()) -> tuple[str, ...]:
        """List the declarations among the given files and folders; all if none is given."""

    def read(self, path: str) -> bytes:
        """Read one file."""

    def read_policy(self) -> bytes | None:
        """Read jobs/policy.yaml, if there is one."""

    def read_text_beside(self, declaration: str, name: str) -> str | Diagnostic:
        """Read a text file beside a declaration, or say why it is not to be read."""

    def schema(self, name: str) -> dict[str, Any]:
        """Load one of the tool's JSON Schemas."""


class LabelingJobs(Protocol):
    """Labeling jobs in one account and Region."""

    def list_jobs(self) -> Iterator[ObservedJob]:
        """Yield every labeling job, a page of 100 a call."""

    def describe(self, name: str) -> Mapping[str, Any] | None:
        """Read one job as AWS describes it; None if there is none."""

    def create_once(self, request: Mapping[str, Any]) -> CreateResponse:
        """Send the create call once, with no retry of any kind, and say what came back."""

    def stop(self, name: str) -> None:
        """Stop a job for good."""


class Objects(Protocol):
    """Objects on S3, by their s3:// URI."""

    def list_keys(self, prefix: str) -> Iterator[str]:
        """Yield the URI of every object under a prefix, in S3's order."""

    def read(self, uri: str) -> bytes | None:
        """Read an object; None if there is none."""

    def read_lines(self, uri: str) -> Iterator[bytes] | None:
        """Read an object line by line, each with its end and little of it in memory; None if there is none."""

    def put_if_absent(self, uri: str, content: bytes, media_type: str) -> bool:
        """Write an object unless there is one; say whether it was written."""


class Ledger(Protocol):
    """The purchase ledger: one append-only sequence of entries for an organization."""

    def read(self, known: LedgerLog | None = None) -> LedgerLog:
        """Read the ledger to its end, or what follows the part that is known."""

    def append(self, number: int, content: bytes) -> AppendResult:
        """Write an entry under the number after the end, unless there is one."""

    def write_packs(self, log: LedgerLog) -> LedgerLog:
        """Write the packs that are due, as every appender does after it has appended. Nothing depends on them."""


class Clock(Protocol):
    """Time, for waiting only: no decision looks at the local clock."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class PullRequests(Protocol):
    """Pull requests of one repository on GitHub, and what is said about their commits."""

    def pull_request(self, number: int) -> PullRequest:
        """Read one pull request."""

    def pull_requests_of(self, commit: str) -> tuple[PullRequest, ...]:
        """Find the pull requests that brought a commit."""

    def comments(self, number: int) -> Iterator[PostedComment]:
        """Yield every comment of a pull request, all pages."""

    def post_comment(self, number: int, body: str) -> None:
        """Write a new comment, once: on anything but a clean yes it is not repeated."""

    def edit_comment(self, comment: int, body: str) -> bool:
        """Change a comment; False if it is gone."""

    def put_check(self, commit: str, name: str, check: Check, *, url: str) -> None:
        """Say something about a commit, with all annotations."""

    def set_status(self, commit: str, context: str, *, good: bool, description: str, url: str) -> None:
        """Set a commit's status under a name that branch protection can ask for; at most 140 characters are shown."""

    def plans_for(self, commit: str, *, until: datetime | None = None) -> Iterator[bytes]:
        """Yield the plan files that plan runs of a pull request's head commit left until then, the newest run first."""


class History(Protocol):
    """The commits that the checkout comes from."""

    def last_change(self, paths: Iterable[str]) -> str | None:
        """Find the newest commit of the branch, merges taken as one step, that touched one of the paths."""

    def changed_since(self, base: str) -> tuple[str, ...]:
        """List the paths that differ between the point where a branch left its base, and now."""
