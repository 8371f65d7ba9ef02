"""Labeling jobs as responses show them: DescribeLabelingJob and the list operations."""

from __future__ import annotations

from typing import Any

from groundtruth_simulator.labeling.timeline import Counters, JobStatus
from groundtruth_simulator.models.labeling_job import LabelingJob


def description(job: LabelingJob) -> dict[str, Any]:
    """Return the response of DescribeLabelingJob."""
    return {
        **job.request,
        "OutputConfig": {"KmsKeyId": "", **job.request["OutputConfig"]},  # an absent key comes back empty (observed)
        "LabelingJobArn": job.arn,
        "JobReferenceCode": job.reference_code,
        "Tags": job.tags,
        **_state(job),
    }


def summary(job: LabelingJob, *, with_input: bool) -> dict[str, Any]:
    """Return one entry of ListLabelingJobs: no tags, attribute, role or output path."""
    task = job.request["HumanTaskConfig"]
    return {
        "LabelingJobName": job.name,
        "LabelingJobArn": job.arn,
        "WorkteamArn": job.team,
        "PreHumanTaskLambdaArn": task["PreHumanTaskLambdaArn"],
        "AnnotationConsolidationLambdaArn": task["AnnotationConsolidationConfig"]["AnnotationConsolidationLambdaArn"],
        **({"InputConfig": job.request["InputConfig"]} if with_input else {}),
        **_state(job),
    }


def team_summary(job: LabelingJob, account: str) -> dict[str, Any]:
    """Return one entry of ListLabelingJobsForWorkteam, which has no status."""
    counters = job.current.counters
    return {
        "LabelingJobName": job.name,
        "JobReferenceCode": job.reference_code,
        "WorkRequesterAccountId": account,
        "CreationTime": job.created,
        "LabelCounters": {
            "HumanLabeled": counters.human,
            "PendingHuman": 0 if job.status.is_terminal else counters.unlabeled,
            "Total": counters.human + counters.machine + counters.failed + counters.unlabeled,
        },
        "NumberOfHumanWorkersPerDataObject": job.request["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"],
    }


def _state(job: LabelingJob) -> dict[str, Any]:
    state: dict[str, Any] = {
        "LabelingJobStatus": job.status.value,
        "LabelCounters": _counters(job.current.counters),
        "CreationTime": job.created,
        "LastModifiedTime": job.modified,
    }
    if job.status is JobStatus.FAILED and job.current.reason:
        state["FailureReason"] = job.current.reason
    if job.has_output:
        state["LabelingJobOutput"] = {"OutputDatasetS3Uri": job.output_uri}
    return state


def _counters(counters: Counters) -> dict[str, int]:
    return {
        "TotalLabeled": counters.human + counters.machine,
        "HumanLabeled": counters.human,
        "MachineLabeled": counters.machine,
        "FailedNonRetryableError": counters.failed,
        "Unlabeled": counters.unlabeled,
    }
