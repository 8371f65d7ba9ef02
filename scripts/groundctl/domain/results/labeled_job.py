"""The job that labels come from: where its output lies, and what a class number or a job's name in it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from groundctl.domain.aws.job_names import job_key
from groundctl.domain.jobs.observed import ObservedJob, observed_job


@dataclass(frozen=True, slots=True, kw_only=True)
class LabeledJob:
    """A job, as far as reading its labels needs it; labels are in the order of their class numbers."""

    job: ObservedJob
    label_attribute: str
    workers_per_object: int
    question: str
    folder: str
    output_manifest: str
    categories_uri: str | None = None
    labels: tuple[str, ...] = ()

    @property
    def answers_prefix(self) -> str:
        """Say where the answers of all workers lie, many objects to a file."""
        return f"{self.folder}/annotations/consolidated-annotation/consolidation-request/"

    @property
    def responses_prefix(self) -> str:
        """Say where the answers lie by object; the keys alone tell which objects got one."""
        return f"{self.folder}/annotations/worker-response/"

    def label_of(self, number: int | str | None, name: str | None) -> str:
        """Name a label: by its class name, else by its number, which real output has as a number or as text."""
        index = _index(number)
        if name:
            return name
        if index is None:
            return str(number)
        return self.labels[index] if 0 <= index < len(self.labels) else str(index)

    def is_renumbered(self, number: int | str | None, label: str) -> bool:
        """Say whether a label came with a class number that means another label in this job."""
        index = _index(number)
        return index is not None and label in self.labels and self.labels.index(label) != index

    def gave(self, job: str | None) -> bool:
        """Say whether this job gave a label; real output has its name in lower case and behind a prefix."""
        return job is None or job_key(_bare(job)) == self.job.key

    def giver(self, job: str | None) -> str:
        """Name the job that gave a label."""
        return self.job.name if self.gave(job) else _bare(job)


def origin_of(described: Mapping[str, Any]) -> LabeledJob:
    """Read from a Describe answer what reading the labels needs."""
    job = observed_job(described)
    folder = f"{described['OutputConfig']['S3OutputPath'].rstrip('/')}/{job.name}"
    task = described["HumanTaskConfig"]
    return LabeledJob(
        job=job,
        label_attribute=described["LabelAttributeName"],
        workers_per_object=task["NumberOfHumanWorkersPerDataObject"],
        question=task.get("TaskTitle", ""),
        folder=folder,
        # AWS names the manifest only once the job has ended; it is rewritten there from the first labels on.
        output_manifest=job.output_manifest or f"{folder}/manifests/output/output.manifest",
        categories_uri=described.get("LabelCategoryConfigS3Uri"),
    )


def label_names(categories: bytes | None) -> tuple[str, ...]:
    """Read a label category configuration; nothing where there is none or it cannot be read."""
    try:
        labels = msgspec.json.decode(categories or b"{}").get("labels", [])
        return tuple(str(each["label"]) for each in labels)
    except (ValueError, AttributeError, KeyError, TypeError):
        return ()


def _index(number: int | str | None) -> int | None:
    if isinstance(number, int):
        return number
    return int(number) if number is not None and number.isascii() and number.isdecimal() else None


def _bare(job: str | None) -> str:
    return (job or "").removeprefix("labeling-job/")
