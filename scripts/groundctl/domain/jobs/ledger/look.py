"""What AWS says about a job's name, as the ledger's decisions take it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from groundctl.domain.aws.s3_layout import bucket_of
from groundctl.domain.jobs.ledger.records import AdoptedRecord, PurchaseRecord, VoidEvidence
from groundctl.domain.jobs.observed import JobFingerprint, ObservedJob


@dataclass(frozen=True, slots=True)
class NotLooked:
    """AWS was not asked, or gave no answer."""


@dataclass(frozen=True, slots=True)
class Absent:
    """Describe says that there is no such job. A list that lacks the job does not say that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """A job of this name exists. Its fingerprint is None if groundctl did not make it."""

    arn: str
    fingerprint: JobFingerprint | None

    @classmethod
    def of(cls, job: ObservedJob) -> Self:
        """Take a job as AWS shows it."""
        return cls(arn=job.arn, fingerprint=job.fingerprint)

    def is_made_from(self, record: PurchaseRecord | AdoptedRecord) -> bool:
        """Say whether the job was made from a purchase's declaration and clips, in the purchase's environment."""
        match record, self.fingerprint:
            case PurchaseRecord(request=request, declaration_digest=declaration, input_digest=clips), JobFingerprint():
                found = self.fingerprint
                bought = (bucket_of(request), declaration, clips)
                return (found.bucket, found.declaration, found.input) == bought
            case AdoptedRecord(arn=arn), _:
                return arn == self.arn
            case _:
                return False


Look = NotLooked | Absent | Present
NOT_LOOKED = NotLooked()
ABSENT = Absent()


NAME_IS_ANOTHERS = "a job of this name exists, made from another manifest"


def look_at(described: ObservedJob | None) -> Absent | Present:
    """Take what Describe said: a job, or that there is none."""
    return ABSENT if described is None else Present.of(described)


def void_evidence(look: Look, aws_time: datetime) -> VoidEvidence:
    """Write down what AWS said about the job of a purchase that is voided."""
    match look:
        case NotLooked():
            described = "not looked up"
        case Absent():
            described = "absent"
        case Present(arn=arn):
            described = f"{arn}, made from another manifest"
    return VoidEvidence(aws_time=aws_time, described=described)
