"""A labeling job of the service: its request, and how much of its timeline has been lived."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from groundtruth_simulator.events import StateChange
from groundtruth_simulator.lifecycle import initializing_seconds, play
from groundtruth_simulator.outputs import OUTPUT_MANIFEST, File, Labels, Sheet, batch_files, label_batch, running_files
from groundtruth_simulator.preparation import is_streaming, prepare
from groundtruth_simulator.settings import Settings
from groundtruth_simulator.storage import AccessError, Storage
from groundtruth_simulator.timeline import Counters, JobStatus, Moment, Script
from groundtruth_simulator.workers import Truth


class LabelingJob:
    """One labeling job. Nothing is read and nothing decided until Initializing ends."""

    def __init__(
        self, request: Mapping[str, Any], *, arn: str, storage: Storage, seed: int, created: datetime, order: int
    ) -> None:
        """Accept a request that has been checked."""
        self.request = {name: value for name, value in request.items() if name != "Tags"}
        self.tags: list[dict[str, str]] = list(request.get("Tags", []))
        self.name: str = request["LabelingJobName"]
        self.arn = arn
        self.created = self.modified = self.seen_from = created
        self.order = order
        self.has_output = False
        self.identity_provider: Mapping[str, str] | None = None
        self._storage = storage
        self._key = f"{seed}/{arn}"
        self._script: Script | None = None
        opening = Moment(at=0.0, status=JobStatus.INITIALIZING, counters=Counters())
        self._timeline: tuple[Moment, ...] = (opening,)
        self._lived = 0  # index of the moment the job is in
        self._labels: dict[int, Labels] = {}

    @property
    def now(self) -> Moment:
        """Return the moment the job is in, as of the last look."""
        return self._timeline[self._lived]

    @property
    def status(self) -> JobStatus:
        """Return the status as of the last look."""
        return self.now.status

    @property
    def team(self) -> str:
        """Return the ARN of the work team."""
        return str(self.request["HumanTaskConfig"]["WorkteamArn"])

    @property
    def reference_code(self) -> str:
        """Return the opaque code that workers and logs see: account id and more (observed)."""
        return self._storage.account + hashlib.sha256(self.arn.encode()).hexdigest()[:20]

    @property
    def output_uri(self) -> str:
        """Return the S3 URI of the output manifest."""
        return f"{self._root}/{OUTPUT_MANIFEST}"

    @property
    def due(self) -> datetime | None:
        """Return when something happens next; None if nothing will."""
        if self._script is None:
            return self._when(initializing_seconds(self._key))
        after = self._lived + 1
        return self._when(self._timeline[after].at) if after < len(self._timeline) else None

    @property
    def ends(self) -> datetime | None:
        """Return when the job ends as far as is known; None if it has ended or waits for objects to come."""
        if self._script is None:
            return self.due
        waiting = is_streaming(self.request) and self._script.stopped_at is None
        return None if self.status.is_terminal or waiting else self._when(self._timeline[-1].at)

    @property
    def _root(self) -> str:
        # The output path keeps the name's case; only the ARN and the metadata lower it.
        return f"{self.request['OutputConfig']['S3OutputPath'].rstrip('/')}/{self.name}"

    def _when(self, seconds: float) -> datetime:
        # Compare times as datetimes: sums of epoch floats are off by fractions of a microsecond.
        return self.created + timedelta(seconds=seconds)

    def begin(self, settings: Settings, truth: Truth) -> None:
        """Read the job's files and fix its course."""
        if self._script is None:
            self._script = prepare(self.request, key=self._key, storage=self._storage, settings=settings, truth=truth)
            self._timeline = play(self._script)

    def stop(self, moment: datetime) -> None:
        """Begin to stop; a job that is stopping or has ended stays as it is (inferred)."""
        if self._script is not None and not self.status.is_terminal and self.status is not JobStatus.STOPPING:
            self._script = replace(self._script, stopped_at=(moment - self.created).total_seconds())
            self._timeline = play(self._script)

    def live_until(self, moment: datetime) -> list[StateChange]:
        """Go through everything that is due, leave its files in S3, and return its events."""
        passed = [each for each in self._timeline[self._lived + 1 :] if self._when(each.at) <= moment]
        if self._script is None or not passed:
            return []
        self._lived += len(passed)
        self._hand_in(self._script, passed)
        self.modified = self._when(self.now.at)
        return [self._event()] if self.status.is_terminal else []

    def _hand_in(self, script: Script, passed: list[Moment]) -> None:
        ended = self.status in (JobStatus.COMPLETED, JobStatus.STOPPED)
        if not ended and not any(each.outcomes for each in passed):
            return
        sheet = self._sheet(script)
        try:
            for each in passed:
                new = label_batch(sheet, each)
                self._labels |= new
                self._write(batch_files(sheet, each, new))
            self._write(running_files(script.objects, self._labels))
            self.has_output = True
        except AccessError as error:
            self._fail(f"ClientError: Unable to write the output. {error}")

    def _write(self, files: Iterable[File]) -> None:
        for path, content in files:
            self._storage.write(f"{self._root}/{path}", content, self.request["OutputConfig"].get("KmsKeyId"))

    def _fail(self, reason: str) -> None:
        failed = replace(self.now, status=JobStatus.FAILED, reason=reason, outcomes=())
        self._timeline = (*self._timeline[: self._lived], failed)

    def _sheet(self, script: Script) -> Sheet:
        return Sheet(
            job_name=self.name,
            attribute=self.request["LabelAttributeName"],
            labels=script.labels,
            created=self.created,
            identity_provider=self.identity_provider,
            failure_records=script.settings.failure_records,
        )

    def _event(self) -> StateChange:
        return StateChange(
            account=self._storage.account,
            region=self._storage.region,
            job_arn=self.arn,
            status=self.status.value,
            at=self.modified.timestamp(),
        )
