"""The ledger in words: what each purchase says about itself, at 80 columns, and the same as JSON."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import jsonschema
import pytest

from groundctl.domain.clips.clip_index import ClipIndex
from groundctl.domain.jobs.ledger.entries import LedgerLog, extend_log
from groundctl.domain.jobs.ledger.history import read_history
from groundctl.domain.jobs.ledger.records import Author, NamedRecord, RecordId
from groundctl.presentation.machine.ledger_json import history_json
from groundctl.presentation.screen import Screen
from groundctl.presentation.terminal.ledger import author_text, history_text
from support.builders import CHECKOUT, an_infrastructure
from support.hostile_texts import HOSTILE
from support.ledger import (
    AFTER_ALL,
    NOW,
    Indexed,
    a_job,
    a_log,
    a_purchase,
    an_adopted_job,
    an_entry,
    created,
    ended,
    refused,
    void,
)


def text(log: LedgerLog, *, job: str | None = None, only_open: bool = False) -> str:
    """Write a log for a terminal; it fits into JSON's schema and 80 or 40 columns as well."""
    history = read_history(log)
    stories = history.chosen(job=job, only_open=only_open)
    jsonschema.validate(history_json(history, stories, an_infrastructure()), CHECKOUT.schema("ledger"))
    written = history_text(history, stories, an_infrastructure())
    narrow = history_text(history, stories, an_infrastructure(), Screen(40))
    assert all(len(line) <= 80 for line in written.splitlines())
    # What a break brings to the start of a line is escaped after it.
    assert all(len(line.replace("\\u003a:", "::")) <= 40 for line in narrow.splitlines())
    return written


def words(*entries: Indexed | tuple[Indexed, ...], **changes: Any) -> str:
    return " ".join(text(replace(a_log(*entries), **changes)).split())


def test_a_whole_log_for_the_terminal():
    log = a_log(
        a_purchase(
            "season-pilot",
            "abcdefgh",
            usd=Decimal("1.92"),
            question="rally-outcome",
            title="How did the rally end?",
            labels=("ace", "fault", "rally"),
        ),
        created(2),
        ended(2, "ab"),
        a_purchase("rally-2", "abcd", rerun_of=RecordId(entry=2), reason="the camera was wrong on the second day"),
    )

    assert text(log) == (
        "   2  season-pilot: 8 clips, $1.92, completed with 2 clips free again\n"
        "      bought 2026-11-23 09:15 UTC by acme/labels, pull request 7\n"
        "      question rally-outcome: How did the rally end? (ace, fault, rally)\n"
        "\n"
        "   5  rally-2: 4 clips, $0.16, open until 10:25 UTC\n"
        "      bought 2026-11-23 09:15 UTC by acme/labels, pull request 7\n"
        "      question: Was it a foul? (no, yes)\n"
        "      buys clips of season-pilot (entry 2) again: the camera was wrong on the\n"
        "      second day\n"
        "\n"
        "2 purchases: 1 open, 1 ended; 10 clips held, $1.60. Ledger acme in artifacts, 5\n"
        "entries."
    )


@pytest.mark.parametrize(
    ("entries", "state"),
    [
        ([a_purchase()], "open until 10:25 UTC"),
        ([a_purchase(), created(2)], "$0.16, created"),
        ([a_purchase(), created(2), ended(2, "a")], "completed with 1 clip free again"),
        ([a_purchase(), created(2), ended(2)], "completed with no clip free again"),
        ([a_purchase(), void(2)], "void by ada: never arrived"),
        ([a_purchase(), refused(2)], "void: AWS refused it (ValidationException: no)"),
        ([an_adopted_job()], "cost not recorded, adopted"),
        ([a_purchase(asked="", clips=0, lines=0, usd=None)], "the clips that a topic sends, open-ended cost, open"),
    ],
)
def test_every_state_is_named_with_its_reason(entries: list[Indexed], state: str):
    assert state in words(*entries)


def test_an_open_purchase_that_aws_can_accept_no_more_can_be_voided():
    assert "$0.16, open, can be voided" in words(a_purchase(), aws_time=AFTER_ALL)


def test_the_end_of_an_open_purchase_has_its_date_where_that_is_another_day():
    log = words(a_purchase(signed_until=NOW + timedelta(hours=20)))

    assert "open until 2026-11-24 06:15 UTC" in log


def test_a_name_that_was_given_later_is_shown():
    named = NamedRecord(purchase=RecordId(entry=2), question="foul"), ClipIndex()

    assert "question foul: Was it a foul?" in words(a_purchase(), named)


def test_another_account_is_named_and_the_own_one_is_not():
    log = words(
        a_purchase(), a_purchase("rally-2", job=a_job("rally-2", account="210987654321"), environment="staging")
    )

    assert log.count("in staging (210987654321, us-east-1)") == 1
    assert "123456789012" not in log


def test_one_job_and_open_purchases_can_be_selected():
    log = a_log(a_purchase("rally-1", "a"), created(2), a_purchase("rally-2", "b"))

    assert "rally-2" not in text(log, job="Rally-1")
    assert "rally-1" not in text(log, only_open=True)
    assert text(log, job="nothing").startswith("0 purchases.")


def test_what_cannot_be_read_is_shown_with_the_command_that_says_more():
    log = extend_log(a_log(a_purchase()), {3: b"x\n"}, strange_keys=("ledger/entries/9",), aws_time=NOW)

    written = " ".join(text(log).split())

    assert "3 entry is not a ledger entry" in written
    assert "ledger/entries/9 is not the key of an entry" in written
    assert "`groundctl ledger check`" in written


def test_a_passed_over_entry_is_shown_with_who_and_why():
    log = extend_log(a_log(), {2: b"x\n"}, aws_time=NOW)
    content = an_entry(log, void(unreadable=2))

    written = " ".join(text(extend_log(log, {3: content})).split())

    assert "2 was unreadable, and is passed over by ada: never arrived" in written
    assert "Nothing can be bought" not in written


def test_an_author_is_named_by_what_is_known():
    run = Author(repository="acme/labels", run="17", person="ada")

    assert author_text(run) == "ada, run 17 of acme/labels"
    assert author_text(Author(person="ada")) == "ada"
    assert author_text(Author()) == "an unknown author"


# JSON in UTF-8, which entries are, has no lone surrogates.
@pytest.mark.parametrize("hostile", [each for each in HOSTILE if each.encode(errors="ignore").decode() == each])
def test_hostile_texts_stay_text(hostile: str):
    log = a_log(
        a_purchase(title=hostile, question=hostile or None, labels=(hostile, "b"), environment=hostile),
        a_purchase("rally-2", rerun_of=RecordId(entry=2), reason=hostile),
    )

    written = text(log)

    assert not any(character in written for character in "\x1b\x07\r\u202e\u200b")
    assert not any(line.lstrip().startswith("::") for line in written.splitlines())


def test_no_break_of_a_line_makes_a_command_of_a_text():
    for length in range(80):
        written = text(a_log(a_purchase(title=f"{'x' * length} ::stop-commands::x")))

        assert not any(line.lstrip().startswith("::") for line in written.splitlines()), length
