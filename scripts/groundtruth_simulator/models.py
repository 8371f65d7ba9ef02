"""The service's state in one account and Region, and what each operation does to it.

One `GroundTruth` lives in one moto SageMaker backend. Whoever calls it holds the simulator's lock.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from groundtruth_simulator import views
from groundtruth_simulator.events import StateChange
from groundtruth_simulator.exceptions import ResourceNotFound, ValidationException, name_in_use, unknown_job
from groundtruth_simulator.human_task_uis import HumanTaskUis
from groundtruth_simulator.jobs import LabelingJob
from groundtruth_simulator.listing import DEFAULT_PAGE, matches, page
from groundtruth_simulator.references import can_assume
from groundtruth_simulator.rules import Surroundings, check_labeling_job, duplicate_tag_keys, is_public, role_refusal
from groundtruth_simulator.storage import Storage
from groundtruth_simulator.workforces import Workforces

if TYPE_CHECKING:
    from groundtruth_simulator.simulator import Simulator

Params = Mapping[str, Any]
MAX_TAGS = 50

JOB_ORDER: dict[str, Callable[[LabelingJob], tuple[Any, ...]]] = {
    "CreationTime": lambda job: (job.order,),
    "Name": lambda job: (job.name, job.order),
    "Status": lambda job: (job.status.value, job.order),
}


class GroundTruth:
    """Labeling jobs, workforces and work teams of one account in one Region."""

    def __init__(self, simulator: Simulator, *, account: str, region: str, partition: str) -> None:
        """Start empty."""
        self.simulator = simulator
        self.storage = Storage(account, region, partition)
        self.workforces = Workforces(simulator, account=account, region=region, partition=partition)
        self.human_task_uis = HumanTaskUis(simulator, account=account, region=region, partition=partition)
        self._jobs: dict[str, LabelingJob] = {}  # by lower-cased name; nothing is ever taken out
        self._agenda: list[tuple[datetime, int, LabelingJob]] = []  # when something is due, first in first out
        self._turns = itertools.count()

    # -- labeling jobs ------------------------------------------------------------------------------

    def create_labeling_job(self, params: Params) -> dict[str, Any]:
        """Accept a job, or say what is wrong with it. The name is used up for ever."""
        check_labeling_job(params, self._surroundings())
        key = params["LabelingJobName"].lower()
        if key in self._jobs:
            raise name_in_use("Labeling job", self._jobs[key].arn)
        job = LabelingJob(
            params,
            arn=self._arn(f"labeling-job/{key}"),
            storage=self.storage,
            seed=self.simulator.settings.seed,
            created=self.simulator.clock.now(),
            order=len(self._jobs),
        )
        job.seen_from += timedelta(seconds=self.simulator.faults.take_stale("CreateLabelingJob"))
        job.identity_provider = self.workforces.identity_provider(job.team)
        self._jobs[key] = job
        self._plan(job)
        return {"LabelingJobArn": job.arn}

    def describe_labeling_job(self, params: Params) -> dict[str, Any]:
        """Return everything about a job."""
        return views.description(self._job(params["LabelingJobName"]))

    def stop_labeling_job(self, params: Params) -> None:
        """Begin to stop a job; a job that has ended stays as it is (inferred)."""
        job, moment = self._job(params["LabelingJobName"]), self.simulator.clock.now()
        job.begin(self.simulator.settings, self.simulator.truth())
        job.stop(moment)
        self._live(job, moment)

    def list_labeling_jobs(self, params: Params) -> dict[str, Any]:
        """Return one page of summaries, by creation time unless asked otherwise."""
        wanted = params.get("StatusEquals")
        jobs = [job for job in self._seen() if matches(job, params) and wanted in (None, job.status)]
        shown, more = page(jobs, JOB_ORDER[params.get("SortBy", "CreationTime")], self._paged(params))
        with_input = self.simulator.settings.summaries_with_input
        return {"LabelingJobSummaryList": [views.summary(job, with_input=with_input) for job in shown], **more}

    def list_labeling_jobs_for_workteam(self, params: Params) -> dict[str, Any]:
        """Return one page of a team's jobs."""
        team = params["WorkteamArn"]
        if not self._has_workteam(team):
            raise ResourceNotFound(f"Work team {team} was not found.")
        code = params.get("JobReferenceCodeContains", "")
        jobs = [job for job in self._seen() if job.team == team and code in job.reference_code]
        shown, more = page([job for job in jobs if matches(job, params)], JOB_ORDER["CreationTime"], params)
        account = self.storage.account
        return {"LabelingJobSummaryList": [views.team_summary(job, account) for job in shown], **more}

    def check_role(self, role: str) -> None:
        """Raise ValidationException if the service can not assume a role."""
        if not self._can_assume(role):
            raise ValidationException(role_refusal(role))

    # -- time ---------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let everything happen that is due; only jobs with something due are touched."""
        moment = self.simulator.clock.now()
        changes: list[StateChange] = []
        while self._agenda and self._agenda[0][0] <= moment:
            due, _, job = heapq.heappop(self._agenda)
            if due == job.due:  # else the job was stopped, and stands elsewhere on the agenda
                job.begin(self.simulator.settings, self.simulator.truth())
                changes += job.live_until(moment)
                self._plan(job)
        for change in sorted(changes, key=lambda change: change.at):
            self.simulator.outbox.put(change)

    def last_change(self) -> datetime | None:
        """Return when the last of the jobs still going ends, as far as is known."""
        ends = [end for _, _, job in self._agenda if (end := job.ends) is not None]
        return max(ends, default=None)

    def _live(self, job: LabelingJob, moment: datetime) -> None:
        for change in job.live_until(moment):
            self.simulator.outbox.put(change)
        self._plan(job)

    def _plan(self, job: LabelingJob) -> None:
        if (due := job.due) is not None:
            heapq.heappush(self._agenda, (due, next(self._turns), job))

    # -- tags ---------------------------------------------------------------------------------------

    def tagged(self, arn: str) -> Any:
        """Return the thing with an ARN, whatever its case; None if it is not one of the service's."""
        kind, _, name = arn.split(":", 5)[5].partition("/")
        if kind == "labeling-job":
            return self._jobs.get(name.lower())
        return self.workforces.with_arn(arn) or self.human_task_uis.with_arn(arn)

    def add_tags(self, thing: Any, tags: Iterable[Mapping[str, str]]) -> dict[str, Any]:
        """Set tags; a key that is there gets the new value."""
        tags = list(tags)
        if doubles := duplicate_tag_keys(tags):
            raise ValidationException(f"Duplicate tag keys found: {', '.join(doubles)}")
        merged = {tag["Key"]: tag["Value"] for tag in [*thing.tags, *tags]}
        if len(merged) > MAX_TAGS:
            raise ValidationException(f"A resource can have {MAX_TAGS} tags at most.")
        thing.tags = [{"Key": key, "Value": value} for key, value in merged.items()]
        return {"Tags": thing.tags}

    def _paged(self, params: Params) -> Params:
        size = params.get("MaxResults", DEFAULT_PAGE)
        return {**params, "MaxResults": (size + 1) // 2} if self.simulator.settings.short_pages else params

    # -- look-ups -----------------------------------------------------------------------------------

    def _job(self, name: str) -> LabelingJob:
        job = self._jobs.get(name.lower())
        if job is None or job.seen_from > self.simulator.clock.now():
            raise unknown_job(self.simulator.settings.unknown_job)
        return job

    def _seen(self) -> list[LabelingJob]:
        moment = self.simulator.clock.now()
        return [job for job in self._jobs.values() if job.seen_from <= moment]

    def _surroundings(self) -> Surroundings:
        return Surroundings(region=self.storage.region, has_workteam=self._has_workteam, can_assume=self._can_assume)

    def _has_workteam(self, arn: str) -> bool:
        # A vendor's team is made in AWS Marketplace, not through this API, so there is nothing to look up.
        vendor = ":workteam/vendor-crowd/" in arn
        return is_public(arn) or vendor or self.workforces.with_arn(arn) is not None

    def _can_assume(self, role: str) -> bool:
        if not self.simulator.settings.check_references:
            return True
        return can_assume(self.storage.account, self.storage.partition, role)

    def _arn(self, tail: str) -> str:
        return f"arn:{self.storage.partition}:sagemaker:{self.storage.region}:{self.storage.account}:{tail}"
