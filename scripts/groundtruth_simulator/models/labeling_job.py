"""A labeling job: its request, and the position in its timeline."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from groundtruth_simulator.events import StateChange
from groundtruth_simulator.labeling.lifecycle import build_timeline, initializing_seconds
from groundtruth_simulator.labeling.output_files import (
    OUTPUT_MANIFEST,
    LabelRecord,
    OutputContext,
    OutputFile,
    batch_files,
    label_batch,
    running_files,
)
from groundtruth_simulator.labeling.preparation import is_streaming, prepare
from groundtruth_simulator.labeling.s3_storage import AccessError, Storage
from groundtruth_simulator.labeling.timeline import Counters, JobStatus, Snapshot, TimelineInputs
from groundtruth_simulator.labeling.workers import CorrectLabels
from groundtruth_simulator.settings import Settings


class LabelingJob:
    """One labeling job. It reads no file before Initializing ends."""

    def __init__(
        self,
        request: Mapping[str, Any],
        *,
        arn: str,
        storage: Storage,
        seed: int,
        created: datetime,
        creation_index: int,
    ) -> None:
        """Accept a request that has been checked."""
        self.request = {name: value for name, value in request.items() if name != "Tags"}
        self.tags: list[dict[str, str]] = list(request.get("Tags", []))
        self.name: str = request["LabelingJobName"]
        self.arn = arn
        self.created = self.modified = self.visible_from = created
        self.creation_index = creation_index
        self.has_output = False
        self.identity_provider: Mapping[str, str] | None = None
        self._storage = storage
        self._key = f"{seed}/{arn}"
        self._inputs: TimelineInputs | None = None
        initial = Snapshot(at=0.0, status=JobStatus.INITIALIZING, counters=Counters())
        self._timeline: tuple[Snapshot, ...] = (initial,)
        self._position = 0  # index of the current snapshot
        self._labels: dict[int, LabelRecord] = {}

    @property
    def current(self) -> Snapshot:
        """Return the current snapshot, as of the last advance."""
        return self._timeline[self._position]

    @property
    def status(self) -> JobStatus:
        """Return the status, as of the last advance."""
        return self.current.status

    @property
    def team(self) -> str:
        """Return the ARN of the work team."""
        return str(self.request["HumanTaskConfig"]["WorkteamArn"])

    @property
    def reference_code(self) -> str:
        """Return the opaque code that workers and logs show; it starts with the account id (observed)."""
        return self._storage.account + hashlib.sha256(self.arn.encode()).hexdigest()[:20]

    @property
    def output_uri(self) -> str:
        """Return the S3 URI of the output manifest."""
        return f"{self._root}/{OUTPUT_MANIFEST}"

    @property
    def due(self) -> datetime | None:
        """Return when the next change is due; None if there is none."""
        if self._inputs is None:
            return self._when(initializing_seconds(self._key))
        following = self._position + 1
        return self._when(self._timeline[following].at) if following < len(self._timeline) else None

    @property
    def ends(self) -> datetime | None:
        """Return when the job ends, as far as is known; None if it has ended or waits for more objects."""
        if self._inputs is None:
            return self.due
        waiting = is_streaming(self.request) and self._inputs.stopped_at is None
        return None if self.status.is_terminal or waiting else self._when(self._timeline[-1].at)

    def record(self, settings: Settings) -> dict[str, Any]:
        """Return what only the service knows: which clips it sends to workers, and which have a label."""
        inputs = self._inputs or prepare(
            self.request,
            key=self._key,
            storage=self._storage,
            settings=settings,
            correct_labels=CorrectLabels(known={}, seed=0),
        )
        return {
            "name": self.name,
            "arn": self.arn,
            "created": self.created.isoformat(),
            "status": self.status.value,
            "labels": list(inputs.labels),
            "has_output": self.has_output,
            "objects": [
                {"uri": each.uri, "sent": not each.labeled, "labeled": each.labeled or each.position in self._labels}
                for each in inputs.objects
            ],
        }

    @property
    def _root(self) -> str:
        # The output path keeps the case of the name; only the ARN and the metadata are in lower case.
        return f"{self.request['OutputConfig']['S3OutputPath'].rstrip('/')}/{self.name}"

    def _when(self, seconds: float) -> datetime:
        # Compare times as datetimes: sums of epoch floats are off by fractions of a microsecond.
        return self.created + timedelta(seconds=seconds)

    def start(self, settings: Settings, correct_labels: CorrectLabels) -> None:
        """Read the job's files and compute its timeline, once."""
        if self._inputs is None:
            self._inputs = prepare(
                self.request, key=self._key, storage=self._storage, settings=settings, correct_labels=correct_labels
            )
            self._timeline = build_timeline(self._inputs)

    def stop(self, now: datetime) -> None:
        """Begin to stop; a job that is stopping or has ended stays as it is (inferred)."""
        if self._inputs is not None and not self.status.is_terminal and self.status is not JobStatus.STOPPING:
            self._inputs = replace(self._inputs, stopped_at=(now - self.created).total_seconds())
            self._timeline = build_timeline(self._inputs)

    def advance_to(self, now: datetime) -> list[StateChange]:
        """Pass every snapshot that is due, write its files to S3, and return its events."""
        passed = [snapshot for snapshot in self._timeline[self._position + 1 :] if self._when(snapshot.at) <= now]
        if self._inputs is None or not passed:
            return []
        self._position += len(passed)
        self._write_output(self._inputs, passed)
        self.modified = self._when(self.current.at)
        return [self._event()] if self.status.is_terminal else []

    def _write_output(self, inputs: TimelineInputs, passed: list[Snapshot]) -> None:
        ended = self.status in (JobStatus.COMPLETED, JobStatus.STOPPED)
        if not ended and not any(snapshot.outcomes for snapshot in passed):
            return
        context = self._output_context(inputs)
        try:
            if inputs.settings.check_references:
                self._storage.check_key(self.request["OutputConfig"].get("KmsKeyId"))
            for snapshot in passed:
                new = label_batch(context, snapshot)
                self._labels |= new
                self._write(batch_files(context, snapshot, new))
            self._write(running_files(inputs.objects, self._labels))
            self.has_output = True
        except AccessError as error:
            self._fail(f"ClientError: Unable to write the output. {error}")

    def _write(self, files: Iterable[OutputFile]) -> None:
        key = self.request["OutputConfig"].get("KmsKeyId")
        for path, content in files:
            self._storage.write(f"{self._root}/{path}", content, key)

    def _fail(self, reason: str) -> None:
        failed = replace(self.current, status=JobStatus.FAILED, reason=reason, outcomes=())
        self._timeline = (*self._timeline[: self._position], failed)

    def _output_context(self, inputs: TimelineInputs) -> OutputContext:
        return OutputContext(
            job_name=self.name,
            attribute=self.request["LabelAttributeName"],
            labels=inputs.labels,
            created=self.created,
            identity_provider=self.identity_provider,
            failure_records=inputs.settings.failure_records,
        )

    def _event(self) -> StateChange:
        return StateChange(
            account=self._storage.account,
            region=self._storage.region,
            job_arn=self.arn,
            status=self.status.value,
            at=self.modified.timestamp(),
        )
