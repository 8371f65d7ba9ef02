"""Another writer of the ledger is faulty: what it writes stops purchases, is named, and ends no run with a traceback."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from groundctl.domain.jobs.creation import Result
from groundctl.domain.jobs.ledger.entries import AppendResult, write_entry
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.ledger.records import Author, CreatedRecord, NamedRecord, RecordId
from groundctl.domain.planning.due_records import is_still_due
from support.builders import a_declaration
from support.buying import a_buyer, buy
from support.fakes import FakeJobs
from support.ledger import NOW, FakeLedger, a_log, a_purchase, an_attempt, an_entry, an_open_ledger, opened


def entry_on_another(number: int) -> bytes:
    """An entry that was not written upon the one before it."""
    return write_entry([an_attempt(number)], nonce="e" * 32, previous="f" * 64, at=NOW, by=Author())


@dataclass
class DisbelievedLedger(FakeLedger):
    """Another writer follows the first purchase with an entry that makes it unbelievable."""

    done: bool = False

    def append(self, number: int, content: bytes) -> AppendResult:
        result = super().append(number, content)
        if not self.done and b'"kind":"purchase"' in content:
            self.done = True
            self.entries[number + 1] = entry_on_another(number)
        return result


def test_a_purchase_that_becomes_unreadable_while_its_job_is_created_is_named_in_the_outcome():
    ledger = DisbelievedLedger(aws_time=an_open_ledger().aws_time)
    ledger.entries[1] = an_entry(ledger.read(), opened())

    verdict = buy(a_declaration(), jobs=FakeJobs(), ledger=ledger)

    assert verdict.result is Result.CREATED
    assert "entry 2 cannot be read now" in verdict.evidence


@pytest.mark.parametrize(
    "record",
    [
        CreatedRecord(purchase=RecordId(entry=2), arn="arn:job"),
        NamedRecord(purchase=RecordId(entry=2), question="rally-outcome"),
    ],
)
def test_a_record_about_a_purchase_that_became_unreadable_is_not_written(record):
    log = a_log(a_purchase())
    ledger = FakeLedger(entries={each.number: each.content or b"" for each in log.entries})
    ledger.entries[3] = entry_on_another(2)

    assert not is_still_due(record, Purchases.of(ledger.read()))
    a_buyer(jobs=FakeJobs(), ledger=ledger).write_due(((record, a_purchase(asked="")[1]),))
    assert sorted(ledger.entries) == [1, 2, 3]


def faulty(*values: bytes) -> str:
    """Why an entry cannot be read in which a purchase's value is another."""
    old, new = values
    ledger = FakeLedger(entries={each.number: each.content or b"" for each in a_log(a_purchase()).entries})
    assert ledger.entries[2].count(old) == 1
    ledger.entries[2] = ledger.entries[2].replace(old, new)
    [fault] = Purchases.of(ledger.read()).faults
    return fault.why


@pytest.mark.parametrize("usd", ["NaN", "sNaN", "Infinity", "-0.01", "1E+40", "1000000000000"])
def test_a_cost_that_is_no_amount_of_money_makes_an_entry_unreadable(usd):
    assert "usd" in faulty(b'"usd":"0.16"', f'"usd":"{usd}"'.encode())


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "2026-11-23T10:25:00+01:00"])
def test_a_time_that_is_not_aws_s_makes_an_entry_unreadable(moment):
    assert "signed_until" in faulty(b'"signed_until":"2026-11-23T09:25:00Z"', f'"signed_until":"{moment}"'.encode())


def test_what_no_reader_would_accept_is_not_written():
    with pytest.raises(ValueError, match="usd"):
        a_purchase(usd=Decimal("NaN"))
    with pytest.raises(ValueError, match="signed_until"):
        an_attempt(2, signed_until=datetime(2026, 11, 23, tzinfo=timezone(timedelta(hours=1))))
