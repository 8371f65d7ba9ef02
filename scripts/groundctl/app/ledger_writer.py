"""Appends to the purchase ledger at the number after the end that was read; if that is taken, reads on for a new decision."""

from __future__ import annotations

import secrets
from datetime import datetime

from groundctl.domain.jobs.ledger.entries import (
    Appended,
    AppendUnclear,
    IndexedRecord,
    LedgerLog,
    add_entry,
    write_entry,
)
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.ledger.records import Author, RecordId
from groundctl.errors import UnclearFromAws
from groundctl.ports import Ledger

# How often an entry is sent whose answer was lost. The same entry under the same number cannot be written twice.
_TRIES = 3


class LedgerWriter:
    """A reader and appender of the ledger: it knows the end, and what all records up to there come to."""

    def __init__(self, ledger: Ledger, log: LedgerLog, by: Author) -> None:
        self._ledger = ledger
        self._by = by
        self._late: set[str] = set()  # nonces of entries that may still arrive
        self._keep(log)

    @property
    def aws_time(self) -> datetime:
        """Return AWS's time when the ledger was last read."""
        if self.log.aws_time is None:
            hint = "check whether a proxy removes the Date header of responses"
            raise UnclearFromAws("AWS's answer about the ledger has no time", hint=hint)
        return self.log.aws_time

    @property
    def arrived_late(self) -> frozenset[RecordId]:
        """Return the first record of each own entry that was not there when it was looked for, and is there now."""
        numbers = (self.log.number_of(nonce) for nonce in self._late)
        return frozenset(RecordId(entry=number) for number in numbers if number is not None)

    def read_on(self) -> Purchases:
        """Read what follows the known end."""
        self._keep(self._ledger.read(self.log))
        return self.purchases

    def append(self, *records: IndexedRecord) -> int | None:
        """Append one entry; return its number, or None if another entry has the number: then decide again.

        Raise UnclearFromAws if it remains unknown whether the entry was written; it may still arrive.
        """
        nonce, number = secrets.token_hex(16), self.log.end + 1
        content = write_entry(records, nonce=nonce, previous=self.log.tip, at=self.aws_time, by=self._by)
        message = ""
        for _ in range(_TRIES):
            result = self._ledger.append(number, content)
            if isinstance(result, Appended):
                self._keep(self._ledger.write_packs(add_entry(self.log, content)))
                return number
            self.read_on()
            if self.log.end >= number:
                return self.log.number_of(nonce)
            message = result.message if isinstance(result, AppendUnclear) else "the number is taken, and cannot be read"
        self._late.add(nonce)
        hint = "run it again: the ledger is read first, and an entry that has arrived meanwhile counts"
        raise UnclearFromAws(
            f"whether entry {number} of the purchase ledger was written is unknown: {message}", hint=hint
        )

    def _keep(self, log: LedgerLog) -> None:
        self.log = log
        self.purchases = Purchases.of(log)
