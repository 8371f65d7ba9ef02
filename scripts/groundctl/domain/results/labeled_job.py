"""The labeling job whose output is read: where its output is, and what class numbers and job names in it mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from groundctl.domain.aws.job_names import job_key
from groundctl.domain.jobs.observed import ObservedJob, observed_job

_MAX_DIGITS = 9  # of a class number


@dataclass(frozen=True, slots=True, kw_only=True)
class LabeledJob:
    """A labeling job, reduced to what reading its labels needs; `labels` are in the order of their class numbers."""

    job: ObservedJob
    label_attribute: str
    workers_per_object: int
    question: str
    folder: str
    output_manifest: str
    categories_uri: str | None = None
    input_manifest: str | None = None
    labels: tuple[str, ...] = ()

    @property
    def answers_prefix(self) -> str:
        """Return the prefix of all workers' answers, many objects per file."""
        return f"{self.folder}/annotations/consolidated-annotation/consolidation-request/"

    @property
    def responses_prefix(self) -> str:
        """Return the prefix of the answers by object; the keys alone show which objects have one."""
        return f"{self.folder}/annotations/worker-response/"

    def label_of(self, number: int | str | None, name: str | None) -> str:
        """Return the label for a class name or, without one, a class number; real output has numbers also as text."""
        index = _index(number)
        if name:
            return name
        if index is None:
            return str(number)
        return self.labels[index] if 0 <= index < len(self.labels) else str(index)

    def is_renumbered(self, number: int | str | None, label: str) -> bool:
        """Return whether the class number stands for another label in this job."""
        index = _index(number)
        return index is not None and label in self.labels and self.labels.index(label) != index

    def is_from_this_job(self, job: str | None) -> bool:
        """Return whether the label is from this job; real output has the job name in lower case and with a prefix."""
        return job is None or job_key(_bare(job)) == self.job.key

    def labeling_job_name(self, job: str | None) -> str:
        """Return the name of the job that a label is from."""
        return self.job.name if self.is_from_this_job(job) else _bare(job)


def read_labeled_job(described: Mapping[str, Any]) -> LabeledJob:  # boto3's response
    """Build a LabeledJob from a DescribeLabelingJob response."""
    job = observed_job(described)
    folder = f"{described['OutputConfig']['S3OutputPath'].rstrip('/')}/{job.name}"
    task = described["HumanTaskConfig"]
    return LabeledJob(
        job=job,
        label_attribute=described["LabelAttributeName"],
        workers_per_object=task["NumberOfHumanWorkersPerDataObject"],
        question=task.get("TaskTitle", ""),
        folder=folder,
        # AWS reports the manifest only after the job has ended, but writes it to this place from the first labels on.
        output_manifest=job.output_manifest or f"{folder}/manifests/output/output.manifest",
        categories_uri=described.get("LabelCategoryConfigS3Uri"),
        input_manifest=described.get("InputConfig", {})
        .get("DataSource", {})
        .get("S3DataSource", {})
        .get("ManifestS3Uri"),
    )


def label_names(categories: bytes | None) -> tuple[str, ...]:
    """Return the labels of a label category configuration; empty if it is missing or malformed."""
    try:
        labels = msgspec.json.decode((categories or b"{}").removeprefix(b"\xef\xbb\xbf")).get("labels", [])
        names = tuple(each["label"] for each in labels)
    except (ValueError, AttributeError, LookupError, TypeError, RecursionError):
        return ()
    return names if all(isinstance(name, str) for name in names) else ()


def _index(number: int | str | None) -> int | None:
    if isinstance(number, int):
        return number
    return (
        int(number)
        if number is not None and number.isascii() and number.isdecimal() and len(number) <= _MAX_DIGITS
        else None
    )


def _bare(job: str | None) -> str:
    return (job or "").removeprefix("labeling-job/")
