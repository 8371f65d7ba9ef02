"""What became of a job that was to be imported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class ImportStatus(StrEnum):
    """What became of a job."""

    IMPORTED = "imported"
    UNCHANGED = "unchanged"
    NOT_IMPORTED = "not imported"


class LedgerStatus(StrEnum):
    """Whether the purchase ledger knows a job now."""

    ENTERED = "entered"
    KNOWN = "known"
    NOT_ENTERED = "not entered"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What became of a job: its file and its place in the ledger, or why it was not imported.

    expected says of a job that was not imported that this is no problem.
    """

    name: str
    status: ImportStatus
    path: str = ""
    texts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    why: str = ""
    hint: str = ""
    expected: bool = False
    ledger: LedgerStatus = LedgerStatus.NOT_ASKED
    ledger_why: str = ""

    @property
    def is_problem(self) -> bool:
        """Return whether something is left to do about the job."""
        return self.ledger is LedgerStatus.NOT_ENTERED or (
            self.status is ImportStatus.NOT_IMPORTED and not self.expected
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportTally:
    """How many jobs were imported, had a file, and were not imported; and how many the ledger did not know before."""

    imported: int
    unchanged: int
    not_imported: int
    entered: int
    problems: int

    @classmethod
    def of(cls, results: Iterable[ImportResult]) -> ImportTally:
        """Count results."""
        found = tuple(results)
        of_status = [result.status for result in found]
        return cls(
            imported=of_status.count(ImportStatus.IMPORTED),
            unchanged=of_status.count(ImportStatus.UNCHANGED),
            not_imported=of_status.count(ImportStatus.NOT_IMPORTED),
            entered=sum(result.ledger is LedgerStatus.ENTERED for result in found),
            problems=sum(result.is_problem for result in found),
        )
