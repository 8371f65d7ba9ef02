"""Appends to the purchase ledger at the number after the end that was read; if that is taken, reads on for a new decision."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime

from groundctl.domain.clips.clip_index import ClipIndex
from groundctl.domain.jobs.ledger.entries import (
    Appended,
    AppendUnclear,
    Entry,
    IndexedRecord,
    LedgerLog,
    add_entry,
    write_entry,
)
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.ledger.records import Author, PurchaseRecord, RecordId
from groundctl.errors import UnclearFromAws
from groundctl.ports import Ledger

# How often an entry is sent whose answer was lost. The same entry under the same number cannot be written twice.
_TRIES = 3


class LedgerWriter:
    """A reader and appender of the ledger: it knows the end, and what all records up to there come to."""

    def __init__(self, ledger: Ledger, log: LedgerLog, by: Author) -> None:
        self._ledger = ledger
        self.by = by
        self._late: set[str] = set()  # nonces of entries that may still arrive
        self._proposed: list[IndexedRecord] = []
        self.log = log
        self.purchases = Purchases.of(log)

    @property
    def aws_time(self) -> datetime:
        """Return AWS's time when the ledger was last read."""
        if self.log.aws_time is None:
            hint = "check whether a proxy removes the Date header of responses"
            raise UnclearFromAws("AWS's answer about the ledger has no time", hint=hint)
        return self.log.aws_time

    @property
    def arrived_late(self) -> frozenset[RecordId]:
        """Return the records of own entries that were not there when they were looked for, and are there now."""
        late = (each for each in self.log.entries if isinstance(each, Entry) and each.header.nonce in self._late)
        return frozenset(place for entry in late for place, _, _ in entry.records())

    def read_on(self) -> Purchases:
        """Read what follows the known end."""
        self._keep(self._ledger.read(self.log))
        return self.purchases

    def append(self, *records: IndexedRecord) -> int | None:
        """Append one entry; return its number, or None if another entry has the number: then decide again.

        Raise UnclearFromAws if it remains unknown whether the entry was written; it may still arrive.
        """
        nonce, number = secrets.token_hex(16), self.log.end + 1
        content = write_entry(records, nonce=nonce, previous=self.log.tip, at=self.aws_time, by=self.by)
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

    def propose(self, record: PurchaseRecord, index: ClipIndex) -> None:
        """Count with a purchase of the next entry, which commit writes: what is decided next is decided after it."""
        self.purchases = self.purchases.with_planned(record, index, at=self.aws_time, by=self.by)
        self._proposed.append((record, index))

    def commit(self) -> int | None:
        """Append what was proposed as one entry, in this order; None if it has to be decided again."""
        records = tuple(self._proposed)
        self.withdraw()
        return self.append(*records)

    def withdraw(self) -> None:
        """Count no longer with what was proposed."""
        if self._proposed:
            self._keep(self.log)

    def _keep(self, log: LedgerLog) -> None:
        is_known = not self._proposed and log.entries == self.log.entries and log.strange_keys == self.log.strange_keys
        self._proposed.clear()
        self.log = log
        self.purchases = replace(self.purchases, aws_time=log.aws_time) if is_known else Purchases.of(log)
