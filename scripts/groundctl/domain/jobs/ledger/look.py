"""What AWS says about a job's name, as the ledger's decisions take it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from groundctl.domain.jobs.ledger.records import AdoptedRecord, PurchaseRecord
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
        """Say whether the job was made from a purchase's declaration and clips."""
        match record, self.fingerprint:
            case PurchaseRecord(declaration_digest=declaration, input_digest=clips), JobFingerprint() as found:
                return (found.declaration, found.input) == (declaration, clips)
            case AdoptedRecord(arn=arn), _:
                return arn == self.arn
            case _:
                return False


Look = NotLooked | Absent | Present
NOT_LOOKED = NotLooked()
ABSENT = Absent()


def look_at(described: ObservedJob | None) -> Absent | Present:
    """Take what Describe said: a job, or that there is none."""
    return ABSENT if described is None else Present.of(described)
