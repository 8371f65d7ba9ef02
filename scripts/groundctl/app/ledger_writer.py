"""Appends to the purchase ledger at the number after the end that was read; if that is taken, reads on for a new decision."""

from __future__ import annotations

import secrets
from datetime import datetime

from groundctl.domain.jobs.ledger.clip_index import ClipIndex
from groundctl.domain.jobs.ledger.entries import Appended, LedgerLog, add_entry, write_entry
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.ledger.records import Author, Record
from groundctl.errors import UnclearFromAws
from groundctl.ports import Ledger


class LedgerWriter:
    """A reader and appender of the ledger: it knows the end, and what all records up to there come to."""

    def __init__(self, ledger: Ledger, log: LedgerLog, by: Author) -> None:
        self._ledger = ledger
        self._by = by
        self._keep(log)

    @property
    def aws_time(self) -> datetime:
        """Give AWS's time when the ledger was last read."""
        if self.log.aws_time is None:
            hint = "check whether a proxy removes the Date header of responses"
            raise UnclearFromAws("AWS's answer about the ledger has no time", hint=hint)
        return self.log.aws_time

    def read_on(self) -> Purchases:
        """Read what follows the known end."""
        self._keep(self._ledger.read(self.log))
        return self.purchases

    def append(self, *records: tuple[Record, ClipIndex]) -> int | None:
        """Append one entry; return its number, or None if another writer was faster: then the log is read on.

        None says nothing about a lost answer: the entry may still arrive under its number, unless another has that.
        """
        nonce, number = secrets.token_hex(16), self.log.end + 1
        content = write_entry(records, nonce=nonce, previous=self.log.tip, at=self.aws_time, by=self._by)
        if isinstance(self._ledger.append(number, content), Appended):
            self._keep(self._ledger.write_packs(add_entry(self.log, content)))
            return number
        self.read_on()
        return self.log.number_of(nonce)

    def _keep(self, log: LedgerLog) -> None:
        self.log = log
        self.purchases = Purchases.of(log)
