"""The service's state in one account and Region, and the operations on labeling jobs.

One `GroundTruthBackend` is attached to one moto SageMaker backend. A caller holds the simulator's lock.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from groundtruth_simulator.events import StateChange
from groundtruth_simulator.exceptions import ResourceNotFound, ValidationException, name_in_use, unknown_job
from groundtruth_simulator.labeling.s3_storage import Storage
from groundtruth_simulator.models import serialization
from groundtruth_simulator.models.environment import Environment
from groundtruth_simulator.models.human_task_ui import HumanTaskUiRegistry
from groundtruth_simulator.models.labeling_job import LabelingJob
from groundtruth_simulator.models.pagination import DEFAULT_PAGE_SIZE, matches, paginate
from groundtruth_simulator.models.workforce import WorkforceRegistry
from groundtruth_simulator.validation.closings import check_customer, public_workforce_is_closed
from groundtruth_simulator.validation.labeling_job_rules import (
    ValidationContext,
    check_labeling_job,
    is_public,
    role_refusal,
    tag_fault,
)
from groundtruth_simulator.validation.references import can_assume

Params = Mapping[str, Any]
MAX_TAGS = 50

SORT_KEYS: dict[str, Callable[[LabelingJob], tuple[Any, ...]]] = {
    "CreationTime": lambda job: (job.creation_index,),
    "Name": lambda job: (job.name, job.creation_index),
    "Status": lambda job: (job.status.value, job.creation_index),
}


class GroundTruthBackend:
    """Labeling jobs, workforces and work teams of one account in one Region."""

    def __init__(self, environment: Environment, *, account: str, region: str, partition: str) -> None:
        """Start empty."""
        self.environment = environment
        self.storage = Storage(account, region, partition)
        self.workforces = WorkforceRegistry(environment, account=account, region=region, partition=partition)
        self.human_task_uis = HumanTaskUiRegistry(environment, account=account, region=region, partition=partition)
        self._jobs: dict[str, LabelingJob] = {}  # by lower-cased name; no job is ever removed
        self._schedule: list[
            tuple[datetime, int, LabelingJob]
        ] = []  # a heap: when something is due, first in first out
        self._schedule_index = itertools.count()

    # -- labeling jobs ------------------------------------------------------------------------------

    def create_labeling_job(self, params: Params) -> dict[str, Any]:
        """Accept a job, or raise the service's error. The name is used up permanently."""
        check_customer(self.environment.settings, self.environment.clock.now())
        check_labeling_job(params, self._validation_context())
        key = params["LabelingJobName"].lower()
        if key in self._jobs:
            raise name_in_use("Labeling job", self._jobs[key].arn)
        job = LabelingJob(
            params,
            arn=self._arn(f"labeling-job/{key}"),
            storage=self.storage,
            seed=self.environment.settings.seed,
            created=self.environment.clock.now(),
            creation_index=len(self._jobs),
        )
        job.visible_from += timedelta(seconds=self.environment.faults.take_stale("CreateLabelingJob"))
        job.identity_provider = self.workforces.identity_provider(job.team)
        self._jobs[key] = job
        self._schedule_next(job)
        return {"LabelingJobArn": job.arn}

    def describe_labeling_job(self, params: Params) -> dict[str, Any]:
        """Return everything about a job."""
        return serialization.description(self._job(params["LabelingJobName"]))

    def stop_labeling_job(self, params: Params) -> None:
        """Begin to stop a job; a job that has ended stays as it is (inferred)."""
        job, now = self._job(params["LabelingJobName"]), self.environment.clock.now()
        job.start(self.environment.settings, self.environment.correct_labels())
        job.stop(now)
        for change in job.advance_to(now):
            self.environment.event_queue.put(change)
        self._schedule_next(job)

    def list_labeling_jobs(self, params: Params) -> dict[str, Any]:
        """Return one page of summaries, by creation time unless the request names another order."""
        status = params.get("StatusEquals")
        jobs = [job for job in self._visible_jobs() if matches(job, params) and status in (None, job.status)]
        sort_key = SORT_KEYS[params.get("SortBy", "CreationTime")]
        page, next_token = paginate(jobs, sort_key, self._with_page_size(params))
        with_input = self.environment.settings.summaries_with_input
        summaries = [serialization.summary(job, with_input=with_input) for job in page]
        return {"LabelingJobSummaryList": summaries, **next_token}

    def list_labeling_jobs_for_workteam(self, params: Params) -> dict[str, Any]:
        """Return one page of a team's jobs."""
        team = params["WorkteamArn"]
        if not self._has_workteam(team):
            raise ResourceNotFound(f"Work team {team} was not found.")
        code = params.get("JobReferenceCodeContains", "")
        jobs = [job for job in self._visible_jobs() if job.team == team and code in job.reference_code]
        page, next_token = paginate([job for job in jobs if matches(job, params)], SORT_KEYS["CreationTime"], params)
        summaries = [serialization.team_summary(job, self.storage.account) for job in page]
        return {"LabelingJobSummaryList": summaries, **next_token}

    def check_role(self, role: str) -> None:
        """Raise ValidationException if the service cannot assume a role."""
        if not self._can_assume(role):
            raise ValidationException(role_refusal(role))

    # -- time ---------------------------------------------------------------------------------------

    def process_due(self) -> None:
        """Process everything that is due; jobs with nothing due are not touched."""
        now = self.environment.clock.now()
        changes: list[StateChange] = []
        while self._schedule and self._schedule[0][0] <= now:
            due, _, job = heapq.heappop(self._schedule)
            if due == job.due:  # otherwise the job was stopped, and has another entry in the schedule
                job.start(self.environment.settings, self.environment.correct_labels())
                changes += job.advance_to(now)
                self._schedule_next(job)
        for change in sorted(changes, key=lambda change: change.at):
            self.environment.event_queue.put(change)

    def last_job_end(self) -> datetime | None:
        """Return when the last of the running jobs ends, as far as is known."""
        ends = [end for _, _, job in self._schedule if (end := job.ends) is not None]
        return max(ends, default=None)

    def records(self) -> list[dict[str, Any]]:
        """Return the record of every job, hidden ones too, in the order of their creation."""
        return [job.record(self.environment.settings) for job in self._jobs.values()]

    def _schedule_next(self, job: LabelingJob) -> None:
        if (due := job.due) is not None:
            heapq.heappush(self._schedule, (due, next(self._schedule_index), job))

    # -- tags ---------------------------------------------------------------------------------------

    def find_resource(self, arn: str) -> Any:
        """Return the resource with an ARN, whatever its case; None if the service has no such resource."""
        job = self._jobs.get(arn.rpartition("/")[2].lower())
        if job is not None and job.arn == arn.lower():
            return job
        return self.workforces.find_by_arn(arn) or self.human_task_uis.find_by_arn(arn)

    def add_tags(self, resource: Any, tags: Iterable[Mapping[str, str]]) -> dict[str, Any]:
        """Set tags; an existing key gets the new value."""
        tags = list(tags)
        if fault := tag_fault(tags):
            raise ValidationException(fault)
        merged = {tag["Key"]: tag["Value"] for tag in [*resource.tags, *tags]}
        if len(merged) > MAX_TAGS:
            raise ValidationException(f"A resource can have {MAX_TAGS} tags at most.")
        resource.tags = [{"Key": key, "Value": value} for key, value in merged.items()]
        return {"Tags": resource.tags}

    # -- lookups ------------------------------------------------------------------------------------

    def _job(self, name: str) -> LabelingJob:
        job = self._jobs.get(name.lower())
        if job is None or job.visible_from > self.environment.clock.now():
            raise unknown_job(self.environment.settings.unknown_job)
        return job

    def _visible_jobs(self) -> list[LabelingJob]:
        now = self.environment.clock.now()
        return [job for job in self._jobs.values() if job.visible_from <= now]

    def _with_page_size(self, params: Params) -> Params:
        size = params.get("MaxResults", DEFAULT_PAGE_SIZE)
        return {**params, "MaxResults": (size + 1) // 2} if self.environment.settings.short_pages else params

    def _validation_context(self) -> ValidationContext:
        return ValidationContext(
            region=self.storage.region,
            has_workteam=self._has_workteam,
            can_assume=self._can_assume,
            public_workforce_is_closed=public_workforce_is_closed(
                self.environment.settings, self.environment.clock.now()
            ),
        )

    def _has_workteam(self, arn: str) -> bool:
        return is_public(arn) or self.workforces.is_subscribed(arn) or self.workforces.find_by_arn(arn) is not None

    def _can_assume(self, role: str) -> bool:
        if not self.environment.settings.check_references:
            return True
        return can_assume(self.storage.account, self.storage.partition, role)

    def _arn(self, tail: str) -> str:
        return f"arn:{self.storage.partition}:sagemaker:{self.storage.region}:{self.storage.account}:{tail}"
