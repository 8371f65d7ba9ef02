"""What the purchase ledger says: nine kinds of records, and the header that one entry puts around them.

msgspec reads and writes them: unknown members, kinds and wrong types are refused, and the written form is canonical.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Sha256 = Annotated[str, Meta(min_length=64, max_length=64)]
Nonce = Annotated[str, Meta(min_length=32, max_length=32)]
Count = Annotated[int, Meta(ge=0)]
EntryNumber = Annotated[int, Meta(ge=1)]
AwsTime = Annotated[datetime, Meta(tz=True)]
Text = Annotated[str, Meta(min_length=1)]


# Beyond these a time or an amount is a writer's fault, and calculating with it would end the program.
_LAST_YEAR = 9000
_LESS_THAN_USD = 10**12


class _Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON object with exactly these members."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            match getattr(self, name):
                case datetime() as moment if moment.utcoffset() or moment.year > _LAST_YEAR:
                    raise ValueError(f"{name} is not a time of AWS, in UTC")
                case Decimal() as amount if not (amount.is_finite() and 0 <= amount < _LESS_THAN_USD):
                    raise ValueError(f"{name} is not an amount of money")


class _Record(_Value, frozen=True, kw_only=True, tag_field="kind"):
    """One statement of an entry. The entry lists the clips of a record that has a number of clips."""


class RecordId(_Value, frozen=True, kw_only=True, order=True):
    """Where a record stands: the number of its entry, and its place among the entry's records, from 0."""

    entry: EntryNumber
    record: Count = 0

    def __str__(self) -> str:
        return f"{self.entry}" if self.record == 0 else f"{self.entry}.{self.record}"


class JobIdentity(_Value, frozen=True, kw_only=True, order=True):
    """The identity of a labeling job in AWS: account, Region, and name ignoring case."""

    account: Text
    region: Text
    name: Text

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.name != self.name.lower():
            raise ValueError("name has capital letters; AWS compares job names ignoring case")

    def __str__(self) -> str:
        return f"{self.name} ({self.account}, {self.region})"

    def is_in(self, account: str, region: str) -> bool:
        """Return whether the job is in an account and Region."""
        return (self.account, self.region) == (account, region)


def job_identity(*, account: str, region: str, name: str) -> JobIdentity:
    """Identify a job by the name that its declaration or AWS gives it."""
    return JobIdentity(account=account, region=region, name=name.lower())


class Author(_Value, frozen=True, kw_only=True):
    """Who wrote an entry; what does not apply is empty."""

    repository: str = ""
    commit: str = ""
    run: str = ""
    person: str = ""


class OpenedRecord(_Record, frozen=True, kw_only=True, tag="opened"):
    """The ledger begins: entry 1, and no other."""

    ledger: Text
    sources: tuple[str, ...] = ()


class PurchaseRecord(_Record, frozen=True, kw_only=True, tag="purchase", omit_defaults=True):
    """A job is about to be created for these clips. It holds them from here on, and is its own first attempt.

    clips counts the clips asked, which the entry's index lists; lines counts the input manifest's lines.
    terms_digest names the request without its clips: what stays equal when clips are left out. billed counts the labels
    that the job buys at most, where that is not the number of clips: a stopping condition, or clips listed twice.
    """

    job: JobIdentity
    environment: str
    declaration: str
    title: str
    labels: tuple[str, ...]
    question: str | None
    clips: Count
    lines: Count
    usd: Decimal | None
    request: str
    declaration_digest: str
    input_digest: str
    request_digest: str
    terms_digest: str
    plan_digest: str
    rerun_of: RecordId | None
    reason: str
    signed_until: AwsTime
    pull_request: int | None
    billed: Count | None = None


class AttemptRecord(_Record, frozen=True, kw_only=True, tag="attempt"):
    """The request of an open purchase may be sent once more."""

    purchase: RecordId
    signed_until: AwsTime


class RefusedRecord(_Record, frozen=True, kw_only=True, tag="refused"):
    """Every send of one attempt was clearly refused. attempt is an attempt record or the purchase record itself."""

    attempt: RecordId
    evidence: str


class CreatedRecord(_Record, frozen=True, kw_only=True, tag="created"):
    """AWS describes the job, made from the purchase's manifest."""

    purchase: RecordId
    arn: Text


class EndedRecord(_Record, frozen=True, kw_only=True, tag="ended"):
    """The job has ended, and the clips in the entry's index ended without a label: they are free again."""

    purchase: RecordId
    status: Literal["Completed", "Failed", "Stopped"]
    output_manifest: str | None
    etag: str | None
    lines: Count
    clips: Count


class VoidEvidence(_Value, frozen=True, kw_only=True):
    """What was seen before a purchase was voided: AWS's own time, and what Describe said then."""

    aws_time: AwsTime
    described: str


class VoidRecord(_Record, frozen=True, kw_only=True, tag="void"):
    """A purchase holds nothing: its job does not exist and cannot be created anymore. Or: an unreadable entry is passed over."""

    purchase: RecordId | None = None
    unreadable: EntryNumber | None = None
    evidence: VoidEvidence
    reason: str
    person: str

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.purchase is None) == (self.unreadable is None):
            raise ValueError("void names either a purchase or an unreadable entry")


class AdoptedRecord(_Record, frozen=True, kw_only=True, tag="adopted"):
    """A job that exists and was not bought through this ledger. It is history, so it is never refused."""

    job: JobIdentity
    environment: str
    declaration: str
    title: str
    labels: tuple[str, ...]
    question: str | None
    clips: Count
    lines: Count
    usd: Decimal | None
    input_digest: str
    arn: Text
    source: Literal["import"]


class NamedRecord(_Record, frozen=True, kw_only=True, tag="named"):
    """A purchase without a question name gets one, once."""

    purchase: RecordId
    question: Text


Record = (
    OpenedRecord
    | PurchaseRecord
    | AttemptRecord
    | RefusedRecord
    | CreatedRecord
    | EndedRecord
    | VoidRecord
    | AdoptedRecord
    | NamedRecord
)


class EntryHeader(_Value, frozen=True, kw_only=True):
    """The JSON line of an entry. Its records take effect together.

    previous is the SHA-256 of the entry before; at is AWS's time when the entry was made, for people only.
    """

    format: Literal[1] = 1
    nonce: Nonce
    previous: Sha256
    at: AwsTime
    by: Author
    records: Annotated[tuple[Record, ...], Meta(min_length=1)]
