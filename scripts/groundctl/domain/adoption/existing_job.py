"""A labeling job that exists and the files it points to, and what becomes of it: a declaration, or a reason for none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.observed import AwsResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCopied:
    """A file that a job points to, and that cannot be taken over; why continues the words "its worker template"."""

    why: str


StoredFile = bytes | NotCopied


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingJob:
    """DescribeLabelingJob's response, the files that it points to, and the job whose output is its input, if any.

    labels are those of the label category file, none if it is malformed. A file that the response does not name is None.
    """

    described: AwsResponse
    labels: tuple[str, ...] | NotCopied | None
    template: StoredFile | None
    follows: str | None = None

    @property
    def name(self) -> str:
        """Return the job's name."""
        return str(self.described["LabelingJobName"])


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlace:
    """Where a declaration goes, who writes it, and when; schema is the editor schema's path from there, if there is one."""

    infrastructure: Infrastructure
    folder: str
    owner: str
    by: str
    on: date
    schema: str | None = None
    question: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFile:
    """A declaration of an existing job, the texts beside it by path, and what of the job it does not say."""

    name: str
    path: str
    content: bytes
    texts: Mapping[str, bytes] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotImported:
    """A job for which no declaration is written, and what to do about it.

    expected says that this is no problem, because groundctl declares no such jobs; in_ledger says that the purchase ledger
    should know its clips all the same.
    """

    name: str
    why: str
    hint: str
    expected: bool = False
    in_ledger: bool = False
