"""What the pipeline asks of the outside world: one protocol for each door in adapters/, and for the fakes in tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from groundctl.core.create_once import Answer
from groundctl.core.observed import ObservedJob
from groundctl.core.problem import Finding


class Files(Protocol):
    """The repository's files; paths are relative to it, with forward slashes."""

    policy_path: str

    def declarations(self, given: Iterable[str] = ()) -> tuple[str, ...]:
        """List the declarations among the given files and folders; all if none is given."""

    def read(self, path: str) -> bytes:
        """Read one file."""

    def read_policy(self) -> bytes | None:
        """Read jobs/policy.yaml, if there is one."""

    def read_text_beside(self, declaration: str, name: str) -> str | Finding:
        """Read a text file beside a declaration, or say why it is not to be read."""

    def schema(self, name: str) -> dict[str, Any]:
        """Load one of the tool's JSON Schemas."""


class LabelingJobs(Protocol):
    """Labeling jobs in one account and Region."""

    def list_jobs(self) -> Iterator[ObservedJob]:
        """Yield every labeling job, a page of 100 a call."""

    def describe(self, name: str) -> Mapping[str, Any] | None:
        """Read one job as AWS describes it; None if there is none."""

    def create_once(self, request: Mapping[str, Any]) -> Answer:
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


class Clock(Protocol):
    """Time, for waiting only: no decision looks at the local clock."""

    def sleep(self, seconds: float) -> None:
        """Wait."""
