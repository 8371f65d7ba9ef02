"""The interfaces of the use cases to external systems, implemented by adapters/ and by fakes in tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from groundctl.domain.approval.protection import EnvironmentProtection, RunApproval
from groundctl.domain.approval.recorded_plan import PlanName, StoredPlan
from groundctl.domain.approval.reviews import SubmittedReview
from groundctl.domain.clips.inspection.containers import Container, PartialFile
from groundctl.domain.clips.inspection.object_facts import HeadAnswer
from groundctl.domain.clips.inspection.video_facts import NotAVideo, NotRead, Streams
from groundctl.domain.clips.stored_object import StoredObject
from groundctl.domain.declarations.diagnostics import Diagnostic, LocatedDiagnostic
from groundctl.domain.jobs.creation import CreateResponse
from groundctl.domain.jobs.ledger.entries import AppendResult, LedgerLog
from groundctl.domain.jobs.observed import AwsResponse, ObservedJob
from groundctl.domain.jobs.places import BucketRegion, BucketSettings, Grant, KeyAnswer, NotSeen, RoleAnswer, TeamAnswer
from groundctl.domain.tracking.pull_request import Check, PostedComment, PullRequest


class Files(Protocol):
    """The repository's files; paths are relative to it, with forward slashes."""

    policy_path: str

    def declarations(self, given: Iterable[str] = ()) -> tuple[str, ...]:
        """List the declarations among the given files and folders; all if none is given."""

    def unread(self, given: Iterable[str] = ()) -> Iterable[LocatedDiagnostic]:
        """Warn of files that look like declarations and are not read; in all of jobs/ if no folder is given."""

    def read(self, path: str) -> bytes:
        """Read one file."""

    def read_policy(self) -> bytes | None:
        """Read jobs/policy.yaml, if there is one."""

    def read_kept_infrastructure(self) -> bytes | None:
        """Read jobs/infrastructure.json, if there is one."""

    def read_text_beside(self, declaration: str, name: str) -> str | Diagnostic:
        """Read a text file beside a declaration; return a diagnostic if it must not be read."""

    def read_manifest_beside(self, declaration: str, name: str) -> bytes | Diagnostic:
        """Read an input manifest beside a declaration; return a diagnostic if it must not be read."""

    def schema(self, name: str) -> dict[str, Any]:
        """Load one of the tool's JSON Schemas."""


class FileState(StrEnum):
    """What is at the place of a new file: nothing, the same content, or another file, also one whose name differs by case."""

    FREE = "free"
    SAME = "same"
    TAKEN = "taken"


class NewFiles(Protocol):
    """New files of the repository; paths are relative to it, with forward slashes. What is there is never changed."""

    def look(self, path: str, content: bytes) -> FileState:
        """Say what is at the place of a new file."""

    def add(self, path: str, content: bytes) -> FileState:
        """Write a file if its place is free; return what was there."""


class Repository(Files, Protocol):
    """The repository's files, and their folder on this machine, which git and Terraform need."""

    @property
    def root(self) -> Path:
        """Return the folder of the repository."""


class LabelingJobs(Protocol):
    """Labeling jobs in one account and Region."""

    def list_jobs(self) -> Iterator[ObservedJob]:
        """Yield every labeling job, 100 per call."""

    def describe(self, name: str) -> AwsResponse | None:
        """Read one job as AWS describes it; None if there is none."""

    def create_once(self, request: AwsResponse, *, signed_until: datetime) -> CreateResponse:
        """Send the create call once, without any retry, and return how AWS responded.

        A request that would be signed later than signed_until is not sent, and counts as rejected.
        """

    def stop(self, name: str) -> None:
        """Stop a job; this cannot be undone."""


class ObjectStore(Protocol):
    """Objects on S3, by their s3:// URI."""

    def list_objects(self, prefix: str) -> Iterator[StoredObject]:
        """Yield every object under a prefix, in S3's order."""

    def list_keys(self, prefix: str) -> Iterator[str]:
        """Yield the URI of every object under a prefix, in S3's order."""

    def read(self, uri: str) -> bytes | None:
        """Read an object; None if there is none."""

    def read_lines(self, uri: str) -> Iterator[bytes] | None:
        """Read an object line by line, with line endings and constant memory; None if there is none."""

    def head(self, uri: str) -> HeadAnswer:
        """Ask for what S3 knows of an object, or why it does not show it."""

    def read_range(self, uri: str, start: int, length: int) -> bytes:
        """Read some bytes of an object from a position on, fewer at its end; nothing if there is none."""

    def put_if_absent(self, uri: str, content: bytes, media_type: str) -> bool:
        """Write an object unless one exists; return whether it was written."""


class ClipReader(Protocol):
    """A reader of video files, which no file can crash or stop."""

    def read_streams(self, files: Sequence[tuple[Container, PartialFile]]) -> Sequence[Streams | NotAVideo | NotRead]:
        """Read the streams of each file from the parts that are given."""


class JobPlaces(Protocol):
    """The place of jobs: buckets, keys, work teams, and roles, as far as AWS shows them.

    Nothing here raises ExternalError: what cannot be looked at is NotSeen.
    """

    def region_of(self, bucket: str) -> BucketRegion:
        """Return the Region of a bucket."""

    def settings_of(self, bucket: str) -> BucketSettings:
        """Read the settings of a bucket of clips."""

    def key(self, name: str) -> KeyAnswer:
        """Look up a KMS key by its ID, its ARN, or an alias."""

    def team(self, arn: str) -> TeamAnswer:
        """Look up a work team, and count its members."""

    def role(self, arn: str) -> RoleAnswer:
        """Look up an IAM role."""

    def has(self, grant: Grant) -> bool | NotSeen:
        """Return whether IAM policies grant a right."""


class Ledger(Protocol):
    """The purchase ledger: one append-only sequence of entries for an organization."""

    def read(self, known: LedgerLog | None = None) -> LedgerLog:
        """Read the ledger to its end, or what follows the part that is known."""

    def append(self, number: int, content: bytes) -> AppendResult:
        """Write an entry under the number after the end, unless there is one."""

    def write_packs(self, log: LedgerLog) -> LedgerLog:
        """Write the packs that are due, as every appender does after it has appended. Nothing depends on them."""


class StoredLedger(Ledger, Protocol):
    """The purchase ledger with each of its objects as it is stored, to check one with the other."""

    def read_unpacked(self) -> LedgerLog:
        """Read every entry from its own object."""

    def read_packs(self) -> Mapping[str, bytes | None]:
        """Read every pack by its name, which is its number in 8 digits; None if it is listed and cannot be found."""


class Clock(Protocol):
    """Time, for waiting only: no decision reads the local clock."""

    def monotonic(self) -> float:
        """Return the seconds since some moment, to measure how long something takes."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class PullRequests(Protocol):
    """Pull requests of one repository on GitHub, and the checks and statuses of their commits."""

    def pull_request(self, number: int) -> PullRequest:
        """Read one pull request."""

    def pull_requests_of(self, commit: str) -> tuple[PullRequest, ...]:
        """Find the pull requests that contain a commit; commits and merged_by are not read, pull_request has them."""

    def comments(self, number: int) -> Iterator[PostedComment]:
        """Yield every comment of a pull request, all pages."""

    def post_comment(self, number: int, body: str) -> None:
        """Post a new comment, once: unless GitHub clearly refused it, the call is not repeated."""

    def edit_comment(self, comment: int, body: str) -> bool:
        """Edit a comment; return False if it no longer exists."""

    def put_check(self, commit: str, name: str, check: Check, *, url: str) -> None:
        """Set a check on a commit, with all annotations."""

    def set_status(self, commit: str, context: str, *, good: bool, description: str, url: str) -> None:
        """Set a commit's status under a name that branch protection can require; at most 140 characters are shown."""


class ApprovalFacts(Protocol):
    """What GitHub says about reviews, about the default branch, and about protected environments.

    Every method raises ExternalError if GitHub cannot be asked or does not let this run see the answer: that is never the
    same as an empty answer.
    """

    def tip(self, branch: str) -> str:
        """Return the commit that a branch points to now."""

    def is_ancestor(self, commit: str, of: str) -> bool:
        """Return whether a commit is in the history of another one, or is that commit."""

    def top_level(self, commit: str) -> Mapping[str, str]:
        """Return the Git object of every file and folder at the root of a commit, by name."""

    def reviews(self, number: int) -> tuple[SubmittedReview, ...]:
        """List all submitted reviews of a pull request, the oldest first."""

    def may_write(self, login: str) -> bool:
        """Return whether a user has write access or more to the repository."""

    def merge_requested_at(self, number: int) -> datetime | None:
        """Return when auto-merge or the merge queue was last asked to merge a pull request; None for a direct merge."""

    def environment(self, name: str) -> EnvironmentProtection | None:
        """Read the protection of an environment; None if there is no such environment."""

    def approvals_of_run(self, run_id: int) -> tuple[RunApproval, ...]:
        """List who let a run enter its environments, and who rejected it."""


class RecordedPlans(Protocol):
    """The plans that main's own workflow recorded for pull requests, written once each."""

    def list(self, pull_request: int, head: str) -> tuple[StoredPlan, ...]:
        """List the recorded plans of a pull request's head commit, with the time that S3 gave each."""

    def read(self, stored: StoredPlan) -> bytes:
        """Read a recorded plan."""

    def write(self, name: PlanName, content: bytes) -> None:
        """Record a plan; an error if one of that name exists with other content."""

    def read_clips(self, digest: str) -> bytes | None:
        """Read an input manifest that a recorded plan names by its SHA-256; None if there is none."""

    def write_clips(self, digest: str, manifest: bytes) -> None:
        """Keep an input manifest by its SHA-256, once."""

    def read_seen(self, digest: str) -> bytes | None:
        """Read what S3 said of clips, which a recorded plan names by its SHA-256; None if there is none."""

    def write_seen(self, digest: str, content: bytes) -> None:
        """Keep what S3 said of clips by its SHA-256, once."""


class GitHistory(Protocol):
    """The Git history of the checkout."""

    def last_change(self, paths: Iterable[str]) -> str | None:
        """Find the newest first-parent commit of the branch that changed one of the paths."""

    def changed_since(self, base: str) -> tuple[str, ...]:
        """List the paths that differ between the point where a branch left its base, and now."""

    def changes(self, paths: Iterable[str], *, since: str) -> tuple[str, ...]:
        """List the first-parent commits after one that changed one of the paths, the newest first."""

    def first_parents(self, commit: str, count: int) -> tuple[str, ...]:
        """List a commit of this branch and the first parents before it, so many in all; nothing for other commits."""

    def base_of_merge(self, head: str) -> str | None:
        """Return what the checked out merge merges a commit into; None if the checkout is no such merge."""

    def has(self, commit: str) -> bool:
        """Return whether this checkout has a commit: GitHub may name one that no branch has any more."""

    def message(self, commit: str) -> str:
        """Return a commit's message."""

    def committed_at(self, commit: str) -> datetime:
        """Return when a commit was made, as its committer says."""

    def read_file(self, commit: str, path: str) -> bytes | None:
        """Read a file as it was in a commit; None if it was not there."""


class OutputFolder(Protocol):
    """A local folder for results."""

    def write(self, contents: Mapping[str, Iterable[str | bytes]]) -> tuple[Path, ...]:
        """Write files in parts, by name; return their paths."""

    def clips_at(self, place: str) -> Callable[[str], str | None]:
        """Find the address of a clip, in a folder or on the web, by the clip's URI."""
