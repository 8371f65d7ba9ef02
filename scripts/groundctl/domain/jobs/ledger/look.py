"""What AWS says about a job's name, as the ledger's decisions take it."""

from __future__ import annotations

from dataclasses import dataclass

from groundctl.domain.aws.s3_layout import bucket_of
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


def look_at(described: ObservedJob | None) -> Absent | Present:
    """Take what Describe said: a job, or that there is none."""
    return ABSENT if described is None else Present(arn=described.arn, fingerprint=described.fingerprint)
