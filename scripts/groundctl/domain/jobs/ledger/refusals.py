"""What AWS refused: the answer to the newest request for a job, for all who would send the same request again."""

from __future__ import annotations

from groundctl.domain.jobs.creation import NOTHING_SENT, Rejected, rejection_hint
from groundctl.domain.jobs.ledger.purchases import Purchases, Refusal
from groundctl.domain.jobs.ledger.records import JobIdentity, PurchaseRecord

# Answers to the sender or to the moment, not to the request: the next run has other credentials and another time.
_PASSING = frozenset(
    {
        "Throttled",
        "NotSent",
        "SignedTooLate",
        "ExpiredToken",
        "ExpiredTokenException",
        "RequestExpired",
        "RequestTimeTooSkewed",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
    }
)
# The AWS SDK refuses such a request itself, however often it is sent.
_MALFORMED = "ParamValidationError"


def refusal_of(ledger: Purchases, job: JobIdentity, request_digest: str | None = None) -> Refusal | None:
    """Find AWS's refusal of the newest request for a job; None if there is none, or it had another digest.

    A refusal that would pass by itself, such as a throttle, does not count.
    """
    newest = next(reversed(ledger.by_job.get(job, ())), None)
    if newest is None or newest.exists or not isinstance(newest.record, PurchaseRecord):
        return None
    refusal = newest.attempts[-1].refusal
    is_same = request_digest is None or newest.record.request_digest == request_digest
    return refusal if refusal and is_same and not _passes(refusal) else None


def refusal_hint(refusal: Refusal) -> str:
    """Say what to do about a refusal."""
    code, message = _answer(refusal)
    return rejection_hint(Rejected(code=code, message=message))


def _passes(refusal: Refusal) -> bool:
    code, message = _answer(refusal)
    return code in _PASSING or (message.startswith(NOTHING_SENT) and code != _MALFORMED)


def _answer(refusal: Refusal) -> tuple[str, str]:
    code, _, message = refusal.evidence.partition(": ")
    return code, message
