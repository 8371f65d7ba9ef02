"""Small stand-ins for the doors to AWS; they pass the contract suite that the real doors pass."""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from groundctl.core.create_once import Accepted, Answer, NameTaken
from groundctl.core.observed import ObservedJob, observed_job


class FakeObjects:
    """S3 in a dictionary."""

    def __init__(self, objects: Mapping[str, bytes] | None = None) -> None:
        self.objects = dict(objects or {})

    def list_keys(self, prefix: str) -> Iterator[str]:
        yield from sorted(uri for uri in self.objects if uri.startswith(prefix))

    def read(self, uri: str) -> bytes | None:
        return self.objects.get(uri)

    def read_lines(self, uri: str) -> Iterator[bytes] | None:
        return iter(io.BytesIO(self.objects[uri])) if uri in self.objects else None

    def put_if_absent(self, uri: str, content: bytes, media_type: str) -> bool:  # noqa: ARG002 - the door's signature
        if uri in self.objects:
            return False
        self.objects[uri] = content
        return True


class FakeJobs:
    """Labeling jobs in a dictionary; answers are what create_once gives back for the next calls, in turn.

    `accepting` answers take effect before they are given: the fault lies on the way back.
    """

    def __init__(self, *answers: Answer, accepting: bool = False, hidden_looks: int = 0) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.answers = list(answers)
        self.accepting = accepting
        self.hidden_looks = hidden_looks
        self.sent: list[Mapping[str, Any]] = []
        self.stopped: list[str] = []
        self.describes = 0

    def list_jobs(self) -> Iterator[ObservedJob]:
        yield from (observed_job(job) for job in self.jobs.values())

    def describe(self, name: str) -> Mapping[str, Any] | None:
        self.describes += 1
        if self.hidden_looks:
            self.hidden_looks -= 1
            return None
        return copy.deepcopy(self.jobs.get(name.lower()))

    def create_once(self, request: Mapping[str, Any]) -> Answer:
        self.sent.append(request)
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None and not self.accepting:
            return answer
        name = request["LabelingJobName"]
        if name.lower() in self.jobs:
            return answer or NameTaken(message=f"{name} already exists")
        self.jobs[name.lower()] = self._described(request)
        return answer or Accepted(arn=self.jobs[name.lower()]["LabelingJobArn"])

    def stop(self, name: str) -> None:
        self.stopped.append(name)
        self.jobs[name.lower()]["LabelingJobStatus"] = "Stopping"

    def _described(self, request: Mapping[str, Any]) -> dict[str, Any]:
        now = datetime(2026, 11, 23, tzinfo=UTC)
        return copy.deepcopy(dict(request)) | {
            "LabelingJobArn": f"arn:aws:sagemaker:us-east-1:123456789012:labeling-job/{request['LabelingJobName'].lower()}",
            "LabelingJobStatus": "Initializing",
            "LabelCounters": {"TotalLabeled": 0, "FailedNonRetryableError": 0, "Unlabeled": 0},
            "CreationTime": now,
            "LastModifiedTime": now,
        }


class FakeClock:
    """Time that passes at once and is remembered."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
